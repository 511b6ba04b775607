"""The space a generator works in: the class's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.covariance import LedoitWolf

from oversmith.encoders.table import Span
from oversmith.exceptions import InputError

# A class of this many rows trusts its own spread as much as the table's.
PRIOR_ROWS = 10


class ClassScaler:
    """Standardise the linear columns of encoded rows by one class, and bound what comes back by that class.

    The mean is the class's own. The spread is the class's standard deviation shrunk towards the table's: with
    ``n`` rows of the class, weight ``n / (n + 10)`` on its own. Flags and one-hot columns stay as they are.

    Parameters
    ----------
    mode : {"standard", "whiten", None}, default="standard"
        ``"whiten"`` also decorrelates the columns, with the Ledoit-Wolf covariance of the class shrunk
        towards no correlation by the same weight. ``None`` leaves the rows in the table's scale.

    Attributes
    ----------
    low_, high_ : ndarray
        Bounds of the linear columns: the class's observed range, widened by the table's standard deviation
        over the root of ``n``, within the table's range. With ``mode=None``, the table's range. None for series
        and images, whose columns are points: a peak that comes a step later must not be cut off there.

    Notes
    -----
    A narrow minority generated in the table's scale is smeared over the majority. The widened bounds keep a
    class of one row from becoming copies.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders import ClassScaler, Span
    >>> table = np.array([[-2.0], [0.0], [2.0], [8.0]])
    >>> scaler = ClassScaler().fit(table[2:], table, [Span("a", 0, 1, "linear", "numeric")])
    >>> rows = scaler.transform(table[2:])
    >>> bool(np.allclose(rows.sum(), 0)), scaler.inverse(rows).ravel().round(6).tolist()
    (True, [2.0, 8.0])
    """

    def __init__(self, mode: str | None = "standard") -> None:
        self.mode = mode

    def fit(
        self,
        Z_class: np.ndarray,
        Z_table: np.ndarray,
        spans: Sequence[Span],
        reach: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> Self:
        """Learn centre, spread and bounds.

        Parameters
        ----------
        Z_class : ndarray of shape (n_rows, width)
            Encoded rows of the class, at least one.
        Z_table : ndarray of shape (n_table, width)
            Encoded rows of all classes.
        spans : sequence of Span
            Which columns are linear.
        reach : (ndarray, ndarray), default=None
            Bounds the widened range must keep, from :meth:`TableEncoder.reach`; not with ``mode=None``.

        Returns
        -------
        self : ClassScaler
            The fitted scaler.

        Raises
        ------
        InputError
            When ``mode`` is unknown or there is no row.
        """
        if self.mode not in ("standard", "whiten", None):
            raise InputError("class_scaling", f"found {self.mode!r}", "choose 'standard', 'whiten' or None")
        if not len(Z_class) or not len(Z_table):
            raise InputError("Z_class", "found no rows", "a class needs at least one to be scaled by")
        runs = [np.arange(span.start, span.stop) for span in spans if span.activation == "linear"]
        self.linear_ = np.concatenate([np.zeros(0, dtype=np.int64), *runs])
        own = np.asarray(Z_class, dtype=np.float64)[:, self.linear_]
        table = np.asarray(Z_table, dtype=np.float64)[:, self.linear_]
        n, d = own.shape
        # The class may have rows that a bounded sample of the table left out.
        self.low_ = np.minimum(table.min(axis=0), own.min(axis=0))
        self.high_ = np.maximum(table.max(axis=0), own.max(axis=0))
        self.mean_, self.spread_ = np.zeros(d), np.ones(d)
        self.rotation_: np.ndarray | None = None
        of_points = whole(spans)
        if of_points:
            self.low_, self.high_ = np.full(d, -np.inf), np.full(d, np.inf)
        if self.mode is None:
            return self
        trust, pooled = n / (n + PRIOR_ROWS), table.std(axis=0)
        if not of_points:
            slack = pooled / np.sqrt(n)
            self.low_ = np.maximum(self.low_, own.min(axis=0) - slack)
            self.high_ = np.minimum(self.high_, own.max(axis=0) + slack)
        if reach is not None:
            self.low_ = np.maximum(self.low_, reach[0][self.linear_])
            self.high_ = np.minimum(self.high_, reach[1][self.linear_])
        self.mean_ = own.mean(axis=0)
        spread = trust * own.std(axis=0) + (1 - trust) * pooled
        self.spread_ = np.where(spread > 0, spread, 1.0)
        if self.mode == "whiten" and d and n > 1:  # one row knows no correlation
            shrunk = LedoitWolf(assume_centered=True).fit((own - self.mean_) / self.spread_).covariance_
            self.rotation_ = _root(trust * shrunk + (1 - trust) * np.eye(d))
        return self

    def transform(self, Z: np.ndarray) -> np.ndarray:
        """Move encoded rows into the class's space.

        Parameters
        ----------
        Z : ndarray of shape (n_rows, width)
            Encoded rows.

        Returns
        -------
        ndarray of float64, shape (n_rows, width)
            The rows with their linear columns standardised.
        """
        moved = np.array(Z, dtype=np.float64)
        linear = (moved[:, self.linear_] - self.mean_) / self.spread_
        moved[:, self.linear_] = linear if self.rotation_ is None else np.linalg.solve(self.rotation_, linear.T).T
        return moved

    def inverse(self, Z: np.ndarray) -> np.ndarray:
        """Bring generated rows back from the class's space, within the class's bounds.

        Parameters
        ----------
        Z : ndarray of shape (n_rows, width)
            Rows in the class's space.

        Returns
        -------
        ndarray of float64, shape (n_rows, width)
            Encoded rows.
        """
        back = np.array(Z, dtype=np.float64)
        linear = back[:, self.linear_]
        if self.rotation_ is not None:
            linear = linear @ self.rotation_
        back[:, self.linear_] = np.clip(linear * self.spread_ + self.mean_, self.low_, self.high_)
        return back

    def to_state(self) -> dict[str, Any]:
        """Describe the fitted scaler in JSON values and plain arrays.

        Returns
        -------
        dict
            What :meth:`from_state` reads.
        """
        names = ("linear_", "low_", "high_", "mean_", "spread_", "rotation_")
        return {"mode": self.mode, **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Undo :meth:`to_state`.

        Parameters
        ----------
        state : mapping
            What ``to_state`` returned.

        Returns
        -------
        ClassScaler
            The fitted scaler.
        """
        scaler = cls(state["mode"])
        for name, value in state.items():
            if name != "mode":
                setattr(scaler, name, value)
        return scaler


def whole(spans: Sequence[Span]) -> bool:
    """Tell whether rows are whole series or images, whose columns are points and no features.

    Examples
    --------
    >>> from oversmith.encoders.scaling import whole
    >>> whole([Span("image", 0, 784, "linear", "image")]), whole([Span("age", 0, 1, "linear", "numeric")])
    (True, False)
    """
    return any(span.kind in ("series", "image") for span in spans)


def _root(matrix: np.ndarray) -> np.ndarray:
    """Symmetric square root of a positive definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values)) @ vectors.T
