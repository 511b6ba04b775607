"""Savitzky–Golay smoothing and derivatives of spectra."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import savgol_filter

from oversmith._parameters import CountInt, Positive, PositiveInt
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

    window: PositiveInt = 11
    order: CountInt = 2
    derivative: CountInt = 0
    step: Positive = 1.0

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
