"""Arrays in which every channel has one scale ↔ flat rows of numbers: what series and images share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, ClassVar, Literal, Self

import numpy as np

from oversmith._adapter import BaseEstimator
from oversmith.encoders._values import Values
from oversmith.encoders.container import Container
from oversmith.encoders.reading import as_array, check_finite, container_of
from oversmith.encoders.table import Span
from oversmith.exceptions import InputError

Bounds = Literal["observed", "non-negative"] | tuple[float, float] | None


class ChannelEncoder(BaseEstimator, ABC):
    """Base of the encoders of arrays with channels: one scale per channel, learnt from the rows ``fit`` sees.

    A kind of array says what shape it has (`_read_shape`), how it is laid out (`_laid_out`, `_as_given`), which range
    a channel has without being told (`_own_range`), and how it is called.
    """

    # What messages and spans call it, and its axes.
    _kind: ClassVar[str]
    _axes: ClassVar[str]
    # What ``scaling="auto"`` stands for where no sampler says otherwise.
    _own_scaling: ClassVar[str]

    input_shape: Any
    scaling: str
    bounds: Bounds

    # ------------------------------------------------------------------ what a kind of array says

    @abstractmethod
    def _read_shape(self, values: np.ndarray) -> tuple[int, ...]:
        """Return channels and points along each axis, checked against ``input_shape``."""

    @abstractmethod
    def _laid_out(self, values: np.ndarray) -> np.ndarray:
        """Return values of shape (n, channels, points along each axis)."""

    @abstractmethod
    def _as_given(self, values: np.ndarray) -> np.ndarray:
        """Undo `_laid_out`: an array shaped as the caller's."""

    @abstractmethod
    def _own_range(self, dtype: Any, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Return the bounds of each channel where ``bounds`` is None, shape (2, channels)."""

    # ------------------------------------------------------------------ fit

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the scale of each channel.

        Parameters
        ----------
        X : array-like
            Series or images of one shape; or flat rows, with ``input_shape``.
        y : ignored
            For the convention; no target is looked at.

        Returns
        -------
        self : object
            The fitted encoder.

        Raises
        ------
        InputError
            For NaN or infinite values, a shape that does not fit, or values outside ``bounds``.
        """
        self._check_arguments()
        self.container_ = container_of(X)
        values = as_array(X, self.container_)
        self.shape_ = self._read_shape(values)
        self.ndim_ = values.ndim
        channels = self._laid_out(values)
        check_finite(channels)
        axes = (0, *range(2, channels.ndim))
        low, high = channels.min(axis=axes).astype(np.float64), channels.max(axis=axes).astype(np.float64)
        self.range_ = self._range(values.dtype, low, high)
        if (self._own_scaling if self.scaling == "auto" else self.scaling) == "standard":
            self.centre_, self.spread_ = _centre_and_spread(channels, axes)
        else:
            self.centre_, self.spread_ = self._centred(low, high)
        # Rounding leaves a standard deviation of 1e-17 where nothing varies.
        self.spread_ = np.where(high > low, self.spread_, 0.0)
        self.centre_ = np.where(high > low, self.centre_, low)
        self._lay_out()
        return self

    def _centred(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return centre and half width of what becomes [-1, 1]."""
        return low / 2 + high / 2, high / 2 - low / 2

    def _check_arguments(self) -> None:
        if self.scaling not in ("auto", "standard", "minmax"):
            raise InputError("scaling", f"{self.scaling!r} found", "choose 'auto', 'standard' or 'minmax'")
        if isinstance(self.bounds, str) and self.bounds in ("observed", "non-negative"):
            return
        if self.bounds is None:
            return
        pair = tuple(self.bounds) if isinstance(self.bounds, tuple | list) else ()
        if len(pair) != 2 or not all(isinstance(b, Real) for b in pair) or not pair[0] < pair[1]:
            raise InputError(
                "bounds", f"{self.bounds!r} found", "choose 'observed', 'non-negative', two numbers (low, high) or None"
            )

    def _range(self, dtype: Any, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Bounds of each channel, shape (2, channels)."""
        if self.bounds == "observed":
            return np.stack([low, high])
        if self.bounds is None:
            return self._own_range(dtype, low, high)
        limits = (0.0, np.inf)
        if not isinstance(self.bounds, str):
            limits = (float(self.bounds[0]), float(self.bounds[1]))
        self._check_range(limits, low, high)
        return np.tile(np.array(limits)[:, None], len(low))

    def _check_range(self, limits: Sequence[float] | np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        if (low < limits[0]).any() or (high > limits[1]).any():
            raise InputError(
                "bounds",
                f"{self.bounds!r} found, but the training rows reach from {low.min():g} to {high.max():g}",
                "widen the bounds, or leave them out",
            )

    def _lay_out(self) -> None:
        self.width_ = int(np.prod(self.shape_))
        self.spans_ = (Span(self._kind, 0, self.width_, "linear", self._kind),)

    # ------------------------------------------------------------------ there and back

    def _over_points(self, per_channel: np.ndarray) -> np.ndarray:
        """Give an array of one number per channel an axis for each axis of points."""
        return per_channel.reshape(-1, *(1,) * (len(self.shape_) - 1))

    def transform(self, X: Any) -> np.ndarray:
        """Encode series or images.

        Parameters
        ----------
        X : array-like
            Shaped as in ``fit``.

        Returns
        -------
        ndarray of float64, shape (n_cases, width_)
            The encoded rows, channel after channel.

        Raises
        ------
        InputError
            For another shape than in ``fit``, NaN or infinite values.
        """
        values = as_array(X, container_of(X))
        self._check_shape(values)
        channels = self._laid_out(values)
        self._check_values(channels)
        spread = self._over_points(np.where(self.spread_ > 0, self.spread_, 1.0))
        centre = self._over_points(self.centre_)
        if len(channels) and _peak(channels) > _HALF:
            # The difference of two such numbers may be beyond all numbers.
            return np.where(self._over_points(self.spread_) > 0, channels / spread - centre / spread, 0.0).reshape(
                len(values), -1
            )
        return ((channels - centre) / spread).reshape(len(values), -1)

    def _check_shape(self, values: np.ndarray) -> None:
        shape = self._read_shape(values) if values.ndim > 2 else None
        if shape not in (None, self.shape_) or values[0].size != self.width_:
            raise InputError(
                "X",
                f"found {self._kind} of shape {values.shape[1:]}",
                f"the encoder was fitted on {self.shape_} ({self._axes})",
            )

    def _check_values(self, channels: np.ndarray) -> None:
        check_finite(channels)

    def inverse_transform(self, Z: np.ndarray, allowed: Any = None) -> Any:
        """Decode generated rows.

        Parameters
        ----------
        Z : ndarray of shape (n_cases, width_)
            Encoded rows.
        allowed : ignored
            There are no levels.

        Returns
        -------
        array
            Series or images in the container, shape and dtype of ``fit``; whole numbers are rounded, and all keep to
            the bounds.

        Raises
        ------
        InputError
            When ``Z`` has another width or values that are not finite.
        """
        Z = np.asarray(Z, dtype=np.float64)
        if Z.ndim != 2 or Z.shape[1] != self.width_:
            raise InputError("Z", f"found shape {Z.shape}", f"encoded rows have {self.width_} columns")
        if not np.isfinite(Z).all():
            raise InputError("Z", "found NaN or infinite values among encoded rows", "decode finite numbers only")
        with np.errstate(over="ignore"):
            channels = Z.reshape(len(Z), *self.shape_) * self._over_points(self.spread_)
            channels = channels + self._over_points(self.centre_)
        channels = np.clip(channels, self._over_points(self.range_[0]), self._over_points(self.range_[1]))
        return self._in_container(self._as_given(channels))

    def _in_container(self, values: np.ndarray) -> Any:
        container, flat = self.container_, values.reshape(len(values), -1)
        if container.names:
            kinds = (container.dtypes * len(container.names))[: len(container.names)]
            held = [_held(column, kind) for column, kind in zip(flat.T, kinds, strict=True)]
            return container.rebuild([Values("number", np.ascontiguousarray(column)) for column in held])
        dtype = container.dtypes[0]
        return _held(values, dtype).astype(dtype)

    def has_missing(self, X: Any) -> np.ndarray:
        """Tell which rows have a missing value: none, because ``fit`` refuses them.

        Parameters
        ----------
        X : array-like
            Series or images.

        Returns
        -------
        ndarray of bool, shape (n_cases,)
            False.
        """
        return np.zeros(len(X), dtype=bool)

    def check_levels(self, X: Any) -> None:
        """Do nothing: there are no levels.

        Parameters
        ----------
        X : array-like
            Series or images.
        """
        return

    def seen_levels(self, Z: np.ndarray) -> dict[int, np.ndarray]:
        """Return nothing: there are no levels.

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
        """Bound no point by itself: a peak that comes a step later must not be cut off there.

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
            self._kind: True,
            "input_shape": None if self.input_shape is None else [int(n) for n in self.input_shape],
            "scaling": self.scaling,
            "bounds": chosen if chosen is None or isinstance(chosen, str) else [float(b) for b in chosen],
            "container": self.container_.to_state(),
            "shape": list(self.shape_),
            "ndim": self.ndim_,
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
        encoder
            A fitted encoder that encodes and decodes as the saved one.
        """
        encoder = cls(**cls._options(state))
        encoder.container_ = Container.from_state(state["container"])
        encoder.shape_ = tuple(int(n) for n in state["shape"])
        # Files of series from before there were images do not say: nothing of theirs depends on it.
        encoder.ndim_ = int(state.get("ndim", 3))
        encoder.centre_, encoder.spread_, encoder.range_ = state["centre"], state["spread"], state["range"]
        encoder._lay_out()
        return encoder

    @classmethod
    def _options(cls, state: Mapping[str, Any]) -> dict[str, Any]:
        """Return the constructor's parameters."""
        shape, bounds = state["input_shape"], state["bounds"]
        return {
            "input_shape": None if shape is None else tuple(shape),
            "scaling": state["scaling"],
            "bounds": tuple(bounds) if isinstance(bounds, list) else bounds,
        }


# Largest number whose squares can be summed, smallest whose square is not zero, and half of the largest number.
_LARGE, _SMALL, _HALF = 1e145, 1e-145, np.finfo(np.float64).max / 2


def _peak(channels: np.ndarray) -> float:
    return float(max(abs(channels.min()), abs(channels.max())))


def _centre_and_spread(channels: np.ndarray, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each channel, also of numbers whose squares are too large or too small."""
    low, high = np.abs(channels).min(axis=axes), np.abs(channels).max(axis=axes)
    if not ((high > _LARGE) | ((high > 0) & (high < _SMALL))).any():
        return channels.mean(axis=axes), channels.std(axis=axes)
    # Scaled by powers of two, which is exact.
    power = np.frexp(np.maximum(low, high))[1]
    scaled = np.ldexp(channels, -power.reshape(-1, *(1,) * (channels.ndim - 2)))
    return np.ldexp(scaled.mean(axis=axes), power), np.ldexp(scaled.std(axis=axes), power)


def _held(values: np.ndarray, dtype: Any) -> np.ndarray:
    """Keep values to what a dtype holds; round them where that is whole numbers."""
    plain = _plain(dtype)
    if plain.kind in "iub":
        values = np.round(values)
        low, high = (0.0, 1.0) if plain.kind == "b" else (float(np.iinfo(plain).min), float(np.iinfo(plain).max))
        if plain.itemsize == 8:
            high = np.nextafter(high, 0)  # 2^63 and 2^64 themselves are beyond
    elif plain.kind == "f":
        high = float(np.finfo(plain).max)
        low = -high
    else:
        return values
    inside = len(values) == 0 or (values.min() >= low and values.max() <= high)
    return values if inside else np.clip(values, low, high)


def _plain(dtype: Any) -> np.dtype:
    """Return NumPy's dtype of the same numbers; that of objects where there is none."""
    kind = getattr(dtype, "numpy_dtype", getattr(dtype, "subtype", dtype))
    name = str(kind).casefold()
    try:
        return np.dtype("bool" if name == "boolean" else name)
    except TypeError:
        return np.dtype(object)
