"""SMOTE and jitter on encoded rows: the parts several samplers share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors

from oversmith.encoders import Span
from oversmith.exceptions import InputError

# A jittered row stays this share of the table's spread around its original.
JITTER_WIDTH = 0.1
# Over-samplers such as ADASYN return about the number asked for; this many further draws make it exact.
_TOP_UPS = 10
_SMALLEST_ORDER = 1_000


def discrete_columns(spans: Sequence[Span], width: int) -> np.ndarray:
    """Tell which encoded columns carry levels or flags, where a value between two rows means nothing.

    Parameters
    ----------
    spans : sequence of Span
        Column spans of the encoder.
    width : int
        Number of encoded columns.

    Returns
    -------
    ndarray of bool, shape (width,)
        True for the columns of categorical, embedded and indicator spans.
    """
    discrete = np.zeros(width, dtype=bool)
    for span in spans:
        discrete[span.start : span.stop] = span.activation != "linear" or span.kind == "embedding"
    return discrete


def smote_rows(
    rows: np.ndarray,
    discrete: np.ndarray,
    n: int,
    k_neighbors: int,
    rng: np.random.Generator,
    bases: np.ndarray | None = None,
) -> np.ndarray:
    """Interpolate between rows of one class and their nearest neighbours.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, width)
        Encoded rows of the class, at least two.
    discrete : ndarray of bool, shape (width,)
        Columns that take the neighbour's value instead of one in between.
    n : int
        How many rows to make.
    k_neighbors : int
        Neighbours to choose among; at most ``n_rows - 1`` are used.
    rng : numpy.random.Generator
        Source of the random numbers.
    bases : ndarray of int, optional
        The rows that new ones start from, by place; all by default.

    Returns
    -------
    ndarray of shape (n, width)
        The interpolated rows: ``x + u (neighbour - x)`` with ``u`` uniform on [0, 1), Riaz et al. 2025, Eq. 1 and
        Algorithm 1, line 2.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.samplers._smote import smote_rows
    >>> rows = np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> new = smote_rows(rows, np.array([False, False]), 3, 5, np.random.default_rng(0))
    >>> bool(np.allclose(new[:, 0], new[:, 1]) and (new >= 0).all() and (new <= 1).all())
    True
    """
    k = min(k_neighbors, len(rows) - 1)
    near = NearestNeighbors(n_neighbors=k + 1).fit(rows).kneighbors(rows, return_distance=False)
    # Among equal rows, a row need not be its own first neighbour: leave it out by number, not by place.
    itself = near == np.arange(len(rows))[:, None]
    itself[~itself.any(axis=1), -1] = True
    others = near[~itself].reshape(len(rows), k)
    base = rng.integers(len(rows), size=n) if bases is None else bases[rng.integers(len(bases), size=n)]
    neighbour = others[base, rng.integers(k, size=n)]
    new = rows[base] + rng.random((n, 1)) * (rows[neighbour] - rows[base])
    new[:, discrete] = rows[neighbour][:, discrete]
    return new


def jitter_rows(
    rows: np.ndarray,
    discrete: np.ndarray,
    spread: np.ndarray,
    range: np.ndarray,
    n: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Repeat rows of one class with a little noise on the continuous columns.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, width)
        Encoded rows of the class, at least one.
    discrete : ndarray of bool, shape (width,)
        Columns that stay as they are.
    spread : ndarray of shape (width,)
        Standard deviation of the whole table; the noise has a tenth of it.
    range : ndarray of shape (2, width)
        Smallest and largest value of the whole table; nothing leaves it.
    n : int
        How many rows to make.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    ndarray of shape (n, width)
        The jittered rows.
    """
    new = rows[rng.integers(len(rows), size=n)]
    jittered = np.clip(new + rng.normal(size=new.shape) * JITTER_WIDTH * spread, *range)
    return np.where(discrete, new, jittered)


def rows_from(
    sampler: Any,
    rows: np.ndarray,
    others: np.ndarray,
    spans: Sequence[Span],
    n: int,
    rng: np.random.Generator,
    argument: str = "smote",
) -> np.ndarray:
    """Draw exactly ``n`` rows of one class from an over-sampler of imbalanced-learn.

    Parameters
    ----------
    sampler : estimator
        The over-sampler; a clone is used, its neighbours limited to the rows there are.
    rows : ndarray of shape (n_rows, width)
        Encoded rows of the class.
    others : ndarray of shape (n_others, width)
        Encoded rows of the other classes, which samplers such as Borderline-SMOTE look at.
    spans : sequence of Span
        Column spans; a sampler with a ``categorical_features`` parameter is told the discrete columns.
    n : int
        How many rows.
    rng : numpy.random.Generator
        Source of the seeds.
    argument : str, default="smote"
        The argument that error messages name.

    Returns
    -------
    ndarray of shape (n, width)
        Rows whose categorical and indicator columns carry whole levels again.

    Raises
    ------
    InputError
        When the sampler fails or makes too few rows; the message carries its own words.
    """
    discrete = discrete_columns(spans, rows.shape[1])
    X = np.concatenate([rows, others])
    y = np.repeat([1, 0], [len(rows), len(others)])
    parts: list[np.ndarray] = []
    for _ in range(_TOP_UPS):
        missing = n - sum(map(len, parts))
        if missing == 0:
            break
        sampler = clone(sampler)
        parameters = sampler.get_params(deep=False)
        changes: dict[str, Any] = {
            name: min(parameters[name], len(rows) - 1)
            for name in ("k_neighbors", "n_neighbors")
            if isinstance(parameters.get(name), int)
        }
        # ADASYN rounds the number per row, so that a small order may come out empty: ask for more, take what is needed.
        changes["sampling_strategy"] = {1: len(rows) + max(missing, min(4 * len(rows), _SMALLEST_ORDER))}
        if "random_state" in parameters:
            changes["random_state"] = int(rng.integers(2**31))
        if "categorical_features" in parameters:
            changes["categorical_features"] = np.flatnonzero(discrete).tolist()
        try:
            X_new, y_new = sampler.set_params(**changes).fit_resample(X, y)
        except (ValueError, RuntimeError) as error:
            finding = f"{type(sampler).__name__} failed on {len(rows)} rows: {error}"
            raise InputError(argument, finding, "change its parameters, or use another sampler") from error
        new = X_new[len(X) :][y_new[len(X) :] == 1]
        parts.append(new[rng.permutation(len(new))[:missing]])
    new = np.concatenate(parts)
    if len(new) < n:
        raise InputError(
            argument,
            f"{type(sampler).__name__} made {len(new)} of {n} rows in {_TOP_UPS} draws",
            "use another over-sampler",
        )
    return _whole_levels(new, spans)


def _whole_levels(rows: np.ndarray, spans: Sequence[Span]) -> np.ndarray:
    for span in spans:
        part = rows[:, span.start : span.stop]
        if span.activation == "sigmoid":
            rows[:, span.start : span.stop] = part > 0.5
        elif span.activation == "softmax":
            rows[:, span.start : span.stop] = np.eye(part.shape[1])[part.argmax(axis=1)]
    return rows
