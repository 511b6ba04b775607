"""Shift spectra along their axis so that their peaks coincide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.fft import next_fast_len
from sklearn.utils.validation import check_is_fitted

from oversmith._parameters import PositiveInt
from oversmith.exceptions import InputError
from oversmith.preprocessing._spectral import SpectralTransformer, flat, refuse

if TYPE_CHECKING:
    from oversmith._types import Table


class SpectraAligner(SpectralTransformer):
    """Shift every spectrum to agree best with the mean of the training spectra.

    Parameters
    ----------
    method : {"xcorr", "peak"}, default="xcorr"
        ``"xcorr"``: the shift with the largest cross-correlation. ``"peak"``: the shift that brings the highest point
        onto that of the mean, both looked for within ``max_shift`` of it.
    max_shift : int, optional
        Points a spectrum may be moved either way; a tenth of the axis by default.
    constant : {"error", "keep"}, default="error"
        What happens to a constant spectrum, which has no best shift: it is refused, or left as it is.
    n_channels : int, default=1
        Channels of a 2-D input, whose columns are the channels one after another. A 3-D input brings its own; all
        channels of a spectrum move together.

    Attributes
    ----------
    reference_ : ndarray of shape (n_channels_, n_points_)
        Mean of the training spectra.
    max_shift_ : int
        Points a spectrum may be moved.

    Notes
    -----
    Shifts are finer than a point: a parabola through the best shift and its neighbours. Between points the spectrum is
    taken as linear; where it is moved away from an end of the axis, its end value stays. Correlations are those of
    centred spectra without the points that fall off, so that among equal fits the smaller shift wins. Only the mean of
    the training spectra is learnt.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import SpectraAligner
    >>> place = np.arange(60.0)
    >>> peak = lambda at: np.exp(-(((place - at) / 4) ** 2))
    >>> aligner = SpectraAligner(max_shift=10).fit(peak(30)[None])
    >>> aligner.shifts(np.stack([peak(30), peak(34), peak(27.5)])).round(1).tolist()
    [0.0, 4.0, -2.5]
    """

    method: Literal["xcorr", "peak"] = "xcorr"
    max_shift: PositiveInt | None = None
    constant: Literal["error", "keep"] = "error"

    def _learn(self, spectra: np.ndarray) -> None:
        self._still(spectra)
        self.reference_ = spectra.mean(axis=0)
        self.max_shift_ = max(1, self.n_points_ // 10) if self.max_shift is None else int(self.max_shift)
        if self.max_shift_ >= self.n_points_:
            raise InputError(
                "max_shift", f"{self.max_shift_} found for spectra of {self.n_points_} points", "give a smaller one"
            )

    def shifts(self, X: Table) -> np.ndarray:
        """Return the shift of each spectrum against the reference.

        Parameters
        ----------
        X : array-like
            Spectra of the shape of ``fit``.

        Returns
        -------
        ndarray of shape (n_cases,)
            Points, positive where the spectrum lies further along the axis.

        Raises
        ------
        InputError
            For constant spectra, or those ``transform`` refuses.
        """
        check_is_fitted(self, "reference_")
        return self._shifts(self._spectra(X, reset=False))

    def _still(self, spectra: np.ndarray) -> np.ndarray:
        still = np.asarray(flat(spectra).all(axis=1))
        if self.constant == "error":
            refuse(still, "they are constant", "give constant='keep'")
        return still

    def _shifts(self, spectra: np.ndarray) -> np.ndarray:
        return np.where(self._still(spectra), 0.0, self._best(spectra))

    def _best(self, spectra: np.ndarray) -> np.ndarray:
        lags = np.arange(-self.max_shift_, self.max_shift_ + 1)
        if self.method == "peak":
            total = spectra.sum(axis=1)
            top = int(np.argmax(self.reference_.sum(axis=0)))
            lags = lags[(lags + top >= 0) & (lags + top < self.n_points_)]
            fit, own = total[:, lags + top], self.reference_.sum(axis=0)[None, lags + top]
            return _finest(fit, lags) - _finest(own, lags)
        size = next_fast_len(2 * self.n_points_, real=True)
        centred = [part - part.mean(axis=-1, keepdims=True) for part in (spectra, self.reference_)]
        waves = [np.fft.rfft(part, size, axis=-1) for part in centred]
        fit = np.fft.irfft(waves[0] * waves[1].conj(), size, axis=-1).sum(axis=1)
        return _finest(fit[:, lags % size], lags)

    def _change(self, spectra: np.ndarray) -> np.ndarray:
        points = np.arange(self.n_points_, dtype=np.float64)
        moved = [
            [np.interp(points + shift, points, channel) for channel in spectrum]
            for spectrum, shift in zip(spectra, self._shifts(spectra), strict=True)
        ]
        return np.asarray(moved)


def _finest(fit: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Lag of the largest value of every row, on a parabola through it and its neighbours."""
    best = fit.argmax(axis=1)
    lag = lags[best].astype(np.float64)
    if len(lags) < 3:
        return lag
    inner = np.clip(best, 1, len(lags) - 2)
    rows = np.arange(len(fit))
    left, top, right = (fit[rows, inner + step] for step in (-1, 0, 1))
    bend = left - 2 * top + right
    finer = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1.0), 0.0)
    # At the end of the range there is no neighbour to lay a parabola through.
    return np.where(inner == best, lag + np.clip(finer, -0.5, 0.5), lag)
