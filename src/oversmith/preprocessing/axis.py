"""Spectra on one axis: of one set by a transformer, of many instruments by a function."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from oversmith.exceptions import InputError
from oversmith.preprocessing._spectral import SpectralTransformer

Positions = Annotated[ArrayLike, "array-like"]


class AxisResampler(SpectralTransformer):
    """Bring spectra from one axis to another: other points, fewer points, or an even spacing.

    Parameters
    ----------
    axis : array-like of shape (n_points,), optional
        Positions of the input's points, rising or falling; 0, 1, … by default.
    new_axis : array-like, optional
        Positions of the output's points, within ``axis``; ``n_points`` evenly spaced ones by default.
    n_points : int, optional
        Points of the output where there is no ``new_axis``; as many as the input by default.
    interpolation : {"linear", "pchip"}, default="linear"
        Between points: a line, or a cubic curve that does not overshoot.

    Attributes
    ----------
    axis_, new_axis_ : ndarray
        Positions of the points of input and output.
    n_channels_, n_points_ : int
        Shape of a spectrum of the input.
    n_features_in_ : int
        Values per spectrum of the input.
    feature_names_in_ : ndarray of str
        Names of the columns of the input, where a frame has text names.

    Notes
    -----
    Nothing is extrapolated. The names of the output are the values of the new axis, behind the channel where there are
    several.

    Examples
    --------
    >>> from oversmith import AxisResampler
    >>> step = AxisResampler(axis=[400.0, 500.0, 700.0], n_points=4).fit([[0.0, 1.0, 5.0]])
    >>> step.transform([[0.0, 1.0, 5.0]]).tolist(), step.get_feature_names_out().tolist()
    ([[0.0, 1.0, 3.0, 5.0]], ['400.0', '500.0', '600.0', '700.0'])
    """

    axis: Positions | None = None
    new_axis: Positions | None = None
    n_points: Annotated[int, Interval(Integral, 2, None, closed="left")] | None = None
    interpolation: Literal["linear", "pchip"] = "linear"

    def _learn(self, spectra: np.ndarray) -> None:
        self.axis_ = np.arange(float(self.n_points_)) if self.axis is None else checked_axis(self.axis, "axis")
        if len(self.axis_) != self.n_points_:
            raise InputError(
                "axis",
                f"{len(self.axis_)} values found for spectra of {self.n_points_} points",
                "give one for each point",
            )
        if self.new_axis is not None and self.n_points is not None:
            raise InputError(
                "n_points", f"{self.n_points} found beside new_axis, which has a length already", "give one"
            )
        if self.new_axis is None:
            self.new_axis_ = np.linspace(self.axis_[0], self.axis_[-1], self.n_points or self.n_points_)
            return
        self.new_axis_ = checked_axis(self.new_axis, "new_axis")
        low, high = sorted((self.axis_[0], self.axis_[-1]))
        if self.new_axis_.min() < low or self.new_axis_.max() > high:
            raise InputError(
                "new_axis",
                (
                    f"it reaches from {self.new_axis_.min():g} to {self.new_axis_.max():g}, the "
                    f"spectra from {low:g} to {high:g}"
                ),
                "nothing is known beyond, give a narrower one",
            )

    def _change(self, spectra: np.ndarray) -> np.ndarray:
        return _between(self.axis_, spectra, self.new_axis_, self.interpolation)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> np.ndarray:
        """Name the columns by the new axis.

        Parameters
        ----------
        input_features : ignored
            For the convention.

        Returns
        -------
        ndarray of str
            One name per column.
        """
        check_is_fitted(self, "new_axis_")
        names = [str(value) for value in self.new_axis_.tolist()]
        if self.n_channels_ > 1:
            names = [f"channel_{c}__{name}" for c in range(self.n_channels_) for name in names]
        return np.array(names, dtype=object)


def common_axis(
    spectra: Sequence[ArrayLike],
    axes: Sequence[ArrayLike],
    *,
    rule: Literal["same", "index", "overlap"] = "same",
    n_points: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Bring spectra with axes of their own to one axis.

    Parameters
    ----------
    spectra : sequence of array-like of shape (points,)
        One array of values per spectrum.
    axes : sequence of array-like of shape (points,)
        Their positions, rising or falling.
    rule : {"same", "index", "overlap"}, default="same"
        ``"same"``: the axes must be equal. ``"index"``: the axis is the number of the measurement, 1, 2, …, whatever
        the instrument measured there, as Chung et al. 2024 do. ``"overlap"``: evenly spaced points of the range that
        all axes share.
    n_points : int, optional
        Points of the result; the fewest any spectrum has (within the range) by default.

    Returns
    -------
    values : ndarray of shape (n, points)
        The spectra.
    axis : ndarray of shape (points,)
        Their axis, rising.

    Raises
    ------
    InputError
        For axes that repeat values or turn round, unequal axes under ``"same"``, and ranges that do not overlap.

    Notes
    -----
    "Index": three sensors that resonate at different frequencies were swept in 800 steps each, and Chung et al. 2024
    number the steps. A peak then lies where the sweep of its sensor put it, not at a frequency.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; "Case study using spectral data from Pluronic F-127 hydrogel".

    Examples
    --------
    >>> from oversmith.preprocessing import common_axis
    >>> values, axis = common_axis([[1, 2, 3], [5, 6, 7]], [[10, 20, 30], [40, 60, 80]], rule="index")
    >>> values.tolist(), axis.tolist()
    ([[1.0, 2.0, 3.0], [5.0, 6.0, 7.0]], [1.0, 2.0, 3.0])
    """
    if rule not in ("same", "index", "overlap"):
        raise InputError("rule", f"{rule!r} found", "choose 'same', 'index' or 'overlap'")
    if not len(spectra) or len(spectra) != len(axes):
        raise InputError("axes", f"{len(axes)} found for {len(spectra)} spectra", "give one to each, and one at least")
    rising = [_rising(values, axis, number) for number, (values, axis) in enumerate(zip(spectra, axes, strict=True))]
    first = rising[0][1]
    if rule == "same":
        other = next((k for k, (_, axis) in enumerate(rising) if not _equal(axis, first)), None)
        if other is not None:
            raise InputError(
                "axes",
                f"spectrum {other} has {_range_text(rising[other][1])}, spectrum 0 {_range_text(first)}",
                "give rule='overlap' for the range they share, or rule='index' to number their points",
            )
        if n_points is None or n_points == len(first):
            return np.stack([values for values, _ in rising]), first
    if rule == "index":
        n = n_points or min(len(axis) for _, axis in rising)
        steps = [(values, np.linspace(1.0, n, len(values))) for values, _ in rising]
        axis = np.arange(1.0, n + 1)
        return np.stack([_between(own, values, axis) for values, own in steps]), axis
    low, high = max(axis[0] for _, axis in rising), min(axis[-1] for _, axis in rising)
    if not low < high:
        raise InputError(
            "axes",
            f"no range is shared by all: one begins at {low:g} and another ends at {high:g}",
            "give rule='index', or fewer spectra",
        )
    n = n_points or max(2, min(int(((axis >= low) & (axis <= high)).sum()) for _, axis in rising))
    axis = np.linspace(low, high, n)
    return np.stack([_between(own, values, axis) for values, own in rising]), axis


def checked_axis(axis: ArrayLike, argument: str) -> np.ndarray:
    """Check that an axis is finite and rises, or falls, all the way.

    Parameters
    ----------
    axis : array-like of shape (points,)
        The axis.
    argument : str
        What messages call it.

    Returns
    -------
    ndarray of float64
        The axis.

    Raises
    ------
    InputError
        For another shape, NaN, repeated values, or one that turns round.
    """
    try:
        values = np.asarray(axis, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(argument, f"values that are no numbers found ({error})", "give numbers") from error
    if values.ndim != 1 or len(values) < 2:
        raise InputError(argument, f"shape {values.shape} found", "give a row of two numbers at least")
    if not np.isfinite(values).all():
        raise InputError(argument, "NaN or infinity found", "every point needs a position")
    steps = np.diff(values)
    if (steps == 0).any():
        where = values[:-1][steps == 0][0]
        raise InputError(argument, f"{where:g} is there twice", "keep one value for each position")
    if not ((steps > 0).all() or (steps < 0).all()):
        raise InputError(argument, "it neither rises nor falls throughout", "sort the points by position")
    return values


def _rising(values: ArrayLike, axis: ArrayLike, number: int) -> tuple[np.ndarray, np.ndarray]:
    points = checked_axis(axis, f"axes: spectrum {number}")
    array = np.asarray(values, dtype=np.float64)
    if array.shape != points.shape:
        raise InputError(
            "axes", f"spectrum {number} has {array.shape} values and {len(points)} positions", "give one each"
        )
    if not np.isfinite(array).all():
        raise InputError("spectra", f"NaN or infinity found in spectrum {number}", "fill or drop it")
    return (array, points) if points[0] < points[-1] else (array[::-1], points[::-1])


def _equal(a: np.ndarray, b: np.ndarray) -> bool:
    return len(a) == len(b) and np.allclose(a, b, rtol=1e-9, atol=1e-6 * float(np.abs(np.diff(b)).min()))


def _range_text(axis: np.ndarray) -> str:
    return f"{len(axis)} points from {axis[0]:g} to {axis[-1]:g}"


def _between(axis: np.ndarray, spectra: np.ndarray, new_axis: np.ndarray, interpolation: str = "linear") -> np.ndarray:
    """Values of spectra, along the last axis, at other positions."""
    order = slice(None) if axis[0] < axis[-1] else slice(None, None, -1)
    axis, spectra = axis[order], spectra[..., order]
    if np.array_equal(axis, new_axis):
        return spectra
    if interpolation == "pchip":
        return np.asarray(PchipInterpolator(axis, spectra, axis=-1)(new_axis))
    rows = spectra.reshape(-1, len(axis))
    return np.stack([np.interp(new_axis, axis, row) for row in rows]).reshape(*spectra.shape[:-1], len(new_axis))
