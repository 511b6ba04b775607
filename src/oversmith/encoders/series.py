"""Series of one length ↔ flat rows of numbers in which every channel has one scale."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, Self

import numpy as np

from oversmith.encoders._values import Values
from oversmith.encoders.container import Container
from oversmith.encoders.reading import as_numbers, check_finite, container_of, shape_of
from oversmith.encoders.table import Span
from oversmith.exceptions import InputError

Bounds = str | tuple[float, float] | None


class SeriesEncoder:
    """Encode series as flat float64 rows, channel after channel; decode generated rows into the same kind of array.

    The scale belongs to a channel, not to a time point, and is learnt from the rows ``fit`` sees: a series keeps its
    shape. A channel that never changes is copied.

    Parameters
    ----------
    input_shape : (int, int) or None, default=None
        Channels and time points of flat rows. Not needed for arrays of three dimensions; without it, rows of a 2-D
        array are series of one channel.
    scaling : {"standard", "minmax"}, default="standard"
        Mean 0 and standard deviation 1, or the observed range to [-1, 1].
    bounds : {"observed", "non-negative"}, (float, float) or None, default=None
        What decoded values keep to: each channel's observed range, zero, or two numbers.

    Attributes
    ----------
    shape_ : (int, int)
        Channels and time points.
    spans_ : tuple of Span
        One linear span: all columns are numbers.
    width_ : int
        Channels times time points.
    container_ : Container
        What kind of array comes back.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders import SeriesEncoder
    >>> X = np.arange(12.0).reshape(2, 2, 3)
    >>> encoder = SeriesEncoder().fit(X)
    >>> encoder.shape_, encoder.transform(X).shape
    ((2, 3), (2, 6))
    >>> bool(np.allclose(encoder.inverse_transform(encoder.transform(X)), X))
    True
    """

    def __init__(
        self, *, input_shape: tuple[int, int] | None = None, scaling: str = "standard", bounds: Bounds = None
    ) -> None:
        self.input_shape = input_shape
        self.scaling = scaling
        self.bounds = bounds

    # ------------------------------------------------------------------ fit

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the scale of each channel.

        Parameters
        ----------
        X : array-like of shape (n_cases, n_channels, n_timepoints) or (n_cases, n_timepoints)
            Series of one length; or flat rows, with ``input_shape``.
        y : ignored
            For the convention; no target is looked at.

        Returns
        -------
        self : SeriesEncoder
            The fitted encoder.

        Raises
        ------
        InputError
            For NaN or infinite values, series of unequal lengths, or a shape that does not fit.
        """
        self._check_arguments()
        self.container_ = container_of(X)
        values = as_numbers(X, self.container_)
        self.shape_ = shape_of(values, self.input_shape)
        series = values.reshape(len(values), *self.shape_)
        check_finite(series)
        if self.scaling == "standard":
            self.centre_, self.spread_ = series.mean(axis=(0, 2)), series.std(axis=(0, 2))
        else:
            low, high = series.min(axis=(0, 2)), series.max(axis=(0, 2))
            self.centre_, self.spread_ = low / 2 + high / 2, high / 2 - low / 2
        low, high = series.min(axis=(0, 2)), series.max(axis=(0, 2))
        # Rounding leaves a standard deviation of 1e-17 where nothing varies.
        self.spread_ = np.where(high > low, self.spread_, 0.0)
        self.centre_ = np.where(high > low, self.centre_, low)
        self.range_ = self._range(low, high)
        self._lay_out()
        return self

    def _check_arguments(self) -> None:
        if self.scaling not in ("standard", "minmax"):
            raise InputError(f"scaling: found {self.scaling!r}; choose 'standard' or 'minmax'")
        if isinstance(self.bounds, str) and self.bounds in ("observed", "non-negative"):
            return
        if self.bounds is None:
            return
        pair = tuple(self.bounds) if isinstance(self.bounds, tuple | list) else ()
        if len(pair) != 2 or not all(isinstance(b, Real) for b in pair) or not pair[0] < pair[1]:
            raise InputError(
                f"bounds: found {self.bounds!r}; choose 'observed', 'non-negative', two numbers (low, high) or None"
            )

    def _range(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Bounds of each channel, shape (2, channels)."""
        if self.bounds == "observed":
            return np.stack([low, high])
        found = (-np.inf, np.inf) if self.bounds is None else (0.0, np.inf)
        if not isinstance(self.bounds, str | None):
            found = (float(self.bounds[0]), float(self.bounds[1]))
        if (low < found[0]).any() or (high > found[1]).any():
            raise InputError(
                f"bounds: {self.bounds!r} found, but the training rows reach from {low.min():g} to {high.max():g}; "
                "widen the bounds, or leave them out"
            )
        return np.tile(np.array(found)[:, None], len(low))

    def _lay_out(self) -> None:
        self.width_ = self.shape_[0] * self.shape_[1]
        self.spans_ = (Span("series", 0, self.width_, "linear", "series"),)

    # ------------------------------------------------------------------ there and back

    def transform(self, X: Any) -> np.ndarray:
        """Encode series.

        Parameters
        ----------
        X : array-like
            Series shaped as in ``fit``.

        Returns
        -------
        ndarray of float64, shape (n_cases, width_)
            The encoded rows.

        Raises
        ------
        InputError
            For another shape than in ``fit``, NaN or infinite values.
        """
        values = as_numbers(X, container_of(X))
        if (values.ndim == 3 and values.shape[1:] != self.shape_) or values[0].size != self.width_:
            raise InputError(
                f"X: found series of shape {values.shape[1:]}; the encoder was fitted on {self.shape_} "
                "(channels, time points)"
            )
        series = values.reshape(len(values), *self.shape_)
        check_finite(series)
        spread = np.where(self.spread_ > 0, self.spread_, 1.0)
        return ((series - self.centre_[:, None]) / spread[:, None]).reshape(len(values), -1)

    def inverse_transform(self, Z: np.ndarray, allowed: Any = None) -> Any:
        """Decode generated rows.

        Parameters
        ----------
        Z : ndarray of shape (n_cases, width_)
            Encoded rows.
        allowed : ignored
            A series has no levels.

        Returns
        -------
        array
            Series in the container, shape and dtype of ``fit``.

        Raises
        ------
        InputError
            When ``Z`` has another width or values that are not finite.
        """
        Z = np.asarray(Z, dtype=np.float64)
        if Z.ndim != 2 or Z.shape[1] != self.width_:
            raise InputError(f"Z: found shape {Z.shape}; encoded rows have {self.width_} columns")
        if not np.isfinite(Z).all():
            raise InputError("Z: found NaN or infinite values among encoded rows; decode finite numbers only")
        series = Z.reshape(len(Z), *self.shape_) * self.spread_[:, None] + self.centre_[:, None]
        series = np.clip(series, self.range_[0][:, None], self.range_[1][:, None])
        return self._in_container(series)

    def _in_container(self, series: np.ndarray) -> Any:
        container, flat = self.container_, series.reshape(len(series), -1)
        if container.names:
            kinds = (container.dtypes * len(container.names))[: len(container.names)]
            rounded = [np.round(c) if _is_whole(kind) else c for c, kind in zip(flat.T, kinds, strict=True)]
            return container.rebuild([Values("number", np.ascontiguousarray(column)) for column in rounded])
        dtype = container.dtypes[0]
        if _is_whole(dtype):
            info = np.iinfo(dtype) if dtype.kind in "iu" else None
            series = np.clip(np.round(series), *((info.min, info.max) if info else (0, 1)))
        return series.astype(dtype)

    def has_missing(self, X: Any) -> np.ndarray:
        """Tell which rows have a missing value: none, because ``fit`` refuses them.

        Parameters
        ----------
        X : array-like
            Series.

        Returns
        -------
        ndarray of bool, shape (n_cases,)
            False.
        """
        return np.zeros(len(X), dtype=bool)

    def check_levels(self, X: Any) -> None:
        """Do nothing: a series has no levels.

        Parameters
        ----------
        X : array-like
            Series.
        """

    def seen_levels(self, Z: np.ndarray) -> dict[int, np.ndarray]:
        """Return nothing: a series has no levels.

        Parameters
        ----------
        Z : ndarray
            Encoded rows.

        Returns
        -------
        dict
            Empty.
        """
        return {}

    def reach(self, Z_class: np.ndarray, Z_table: np.ndarray) -> None:
        """Bound no time point by itself: a peak that comes a step later must not be cut off there.

        Parameters
        ----------
        Z_class, Z_table : ndarray
            Encoded rows.

        Returns
        -------
        None
            No bounds.
        """
        return

    # ------------------------------------------------------------------ state

    def to_state(self) -> dict[str, Any]:
        """Describe the fitted encoder in JSON values and plain arrays.

        Returns
        -------
        dict
            What :meth:`from_state` reads.
        """
        chosen = self.bounds
        return {
            "series": True,
            "input_shape": None if self.input_shape is None else [int(n) for n in self.input_shape],
            "scaling": self.scaling,
            "bounds": chosen if chosen is None or isinstance(chosen, str) else [float(b) for b in chosen],
            "container": self.container_.to_state(),
            "shape": list(self.shape_),
            "centre": self.centre_,
            "spread": self.spread_,
            "range": self.range_,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Undo :meth:`to_state`.

        Parameters
        ----------
        state : mapping
            What ``to_state`` returned.

        Returns
        -------
        SeriesEncoder
            A fitted encoder that encodes and decodes as the saved one.
        """
        shape, bounds = state["input_shape"], state["bounds"]
        encoder = cls(
            input_shape=None if shape is None else (shape[0], shape[1]),
            scaling=state["scaling"],
            bounds=tuple(bounds) if isinstance(bounds, list) else bounds,
        )
        encoder.container_ = Container.from_state(state["container"])
        encoder.shape_ = (state["shape"][0], state["shape"][1])
        encoder.centre_, encoder.spread_, encoder.range_ = state["centre"], state["spread"], state["range"]
        encoder._lay_out()
        return encoder


def _is_whole(dtype: Any) -> bool:
    return getattr(dtype, "kind", "f") in "iub"
