"""Savitzky–Golay smoothing and derivatives of spectra."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy.signal import savgol_filter
from sklearn.utils._param_validation import Interval

from oversmith.exceptions import InputError
from oversmith.preprocessing._spectral import SpectralTransformer


class SavitzkyGolay(SpectralTransformer):
    """Smooth spectra with a polynomial fitted in a moving window, or take their derivative.

    Parameters
    ----------
    window : int, default=11
        Points of the window, an odd number.
    order : int, default=2
        Order of the polynomial, below ``window``.
    derivative : int, default=0
        Which derivative: 0 smooths alone; at most ``order``.
    step : float, default=1.0
        Distance of two points on the axis, which derivatives are divided by.
    n_channels : int, default=1
        Channels of a 2-D input, whose columns are the channels one after another. A 3-D input brings its own.

    Attributes
    ----------
    n_channels_, n_points_ : int
        Shape of a spectrum.
    n_features_in_ : int
        Values per spectrum.

    See Also
    --------
    scipy.signal.savgol_filter : Does the work.

    Notes
    -----
    The first and last ``window // 2`` points are those of the polynomial of the outermost window, so that no point is
    lost and nothing is made up beyond the axis. The axis must be evenly spaced: use
    :class:`oversmith.AxisResampler` first where it is not.

    References
    ----------
    .. [1] A. Savitzky, M. J. E. Golay, "Smoothing and differentiation of data by simplified least squares procedures",
       Analytical Chemistry 36(8), 1964.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import SavitzkyGolay
    >>> square = np.arange(7.0)[None] ** 2
    >>> SavitzkyGolay(window=5, derivative=1).fit_transform(square).round(9)[0, 1:].tolist()
    [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]
    """

    _parameter_constraints: dict = {
        **SpectralTransformer._parameter_constraints,
        "window": [Interval(Integral, 1, None, closed="left")],
        "order": [Interval(Integral, 0, None, closed="left")],
        "derivative": [Interval(Integral, 0, None, closed="left")],
        "step": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self, *, window: int = 11, order: int = 2, derivative: int = 0, step: float = 1.0, n_channels: int = 1
    ) -> None:
        super().__init__(n_channels=n_channels)
        self.window = window
        self.order = order
        self.derivative = derivative
        self.step = step

    def _learn(self, spectra: np.ndarray) -> None:
        if self.window % 2 == 0:
            raise InputError("window", f"{self.window} found", "give an odd number of points, so that it has a middle")
        if self.order >= self.window:
            raise InputError("order", f"{self.order} found for a window of {self.window} points", "give a smaller one")
        if self.derivative > self.order:
            raise InputError(
                "derivative",
                f"{self.derivative} found for a polynomial of order {self.order}, whose derivative is 0 everywhere",
                "give a larger order",
            )
        if self.window > self.n_points_:
            raise InputError(
                "window",
                f"{self.window} points found for spectra of {self.n_points_}",
                "give a smaller window, or longer spectra",
            )

    def _change(self, spectra: np.ndarray) -> np.ndarray:
        smoothed: Any = savgol_filter(
            spectra, self.window, self.order, deriv=self.derivative, delta=self.step, axis=2, mode="interp"
        )
        return np.asarray(smoothed)
