"""The slow background of spectra, found and taken off."""

from __future__ import annotations

from numbers import Real
from typing import Annotated, Literal

import numpy as np
from scipy.linalg import solveh_banded
from sklearn.utils._param_validation import Interval

from oversmith._parameters import CountInt, Positive, PositiveInt
from oversmith.exceptions import InputError
from oversmith.preprocessing._spectral import SpectralTransformer

# The polynomial has settled when it moves by less than this share of the spectrum's range.
_SETTLED = 1e-6


class BaselineRemover(SpectralTransformer):
    """Take a slow background off every spectrum and leave its peaks, which point upwards.

    Parameters
    ----------
    method : {"asls", "polynomial"}, default="asls"
        ``"asls"``: asymmetric least squares, a smooth line that gives points above it little weight.
        ``"polynomial"``: a polynomial fitted repeatedly to the part of the spectrum below it.
    smoothness : float, default=1e5
        Stiffness of the line of ``"asls"``, above 0: it grows with the fourth power of the width of what is to stay.
    asymmetry : float, default=0.01
        Weight of points above the line of ``"asls"``, in (0, 0.5]; those below have the rest.
    order : int, default=3
        Order of ``"polynomial"``.
    rounds : int, default=50
        Rounds at most.

    Notes
    -----
    Asymmetric least squares minimises Σ wᵢ (yᵢ − zᵢ)² + smoothness · Σ (second difference of z)², with wᵢ =
    ``asymmetry`` where y lies above z and 1 − ``asymmetry`` elsewhere, until no weight changes; the banded system makes
    it linear in the number of points. Each spectrum is treated by itself, so nothing is learnt. Points are taken as
    evenly spaced. A constant spectrum becomes zeros.

    References
    ----------
    .. [1] P. H. C. Eilers, "A perfect smoother", Analytical Chemistry 75(14), 2003; and the asymmetric form of Eilers
       and Boelens, 2005.
    .. [2] C. A. Lieber, A. Mahadevan-Jansen, "Automated method for subtraction of fluorescence from biological Raman
       spectra", Applied Spectroscopy 57(11), 2003.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import BaselineRemover
    >>> place = np.linspace(0, 1, 201)
    >>> peak = np.exp(-(((place - 0.5) / 0.02) ** 2))
    >>> flat = BaselineRemover().fit_transform((peak + 3 + 2 * place)[None])[0]
    >>> bool(np.abs(flat - peak).max() < 0.05)
    True
    """

    method: Literal["asls", "polynomial"] = "asls"
    smoothness: Positive = 1e5
    asymmetry: Annotated[float, Interval(Real, 0, 0.5, closed="right")] = 0.01
    order: CountInt = 3
    rounds: PositiveInt = 50

    def _learn(self, spectra: np.ndarray) -> None:
        if self.method == "polynomial" and self.order + 2 > self.n_points_:
            raise InputError(
                "order",
                (
                    f"{self.order} found for spectra of {self.n_points_} points, through all of which "
                    "such a polynomial passes"
                ),
                "give a smaller order, or longer spectra",
            )

    def _change(self, spectra: np.ndarray) -> np.ndarray:
        rows = spectra.reshape(-1, spectra.shape[2])
        if self.method == "polynomial":
            lines = _polynomials(rows, self.order, self.rounds)
        else:
            stiffness = self.smoothness * _second_differences(rows.shape[1])
            lines = np.stack([_asymmetric(row, stiffness, self.asymmetry, self.rounds) for row in rows])
        return (rows - lines).reshape(spectra.shape)


def _second_differences(n: int) -> np.ndarray:
    """Upper bands of DᵀD, with D the second differences of n points."""
    bands = np.zeros((3, n))
    for offset, factor in enumerate((1.0, 4.0, 1.0)):
        bands[2, offset : n - 2 + offset] += factor
    for offset in (1, 2):
        bands[1, offset : n - 2 + offset] -= 2.0
    bands[0, 2:] += 1.0
    return bands


def _asymmetric(row: np.ndarray, stiffness: np.ndarray, asymmetry: float, rounds: int) -> np.ndarray:
    weight = np.ones(len(row))
    line = row
    # Around its middle, so that a large offset costs no digits.
    middle = row.mean()
    for _ in range(rounds):
        bands = stiffness.copy()
        bands[2] += weight
        line = solveh_banded(bands, weight * (row - middle)) + middle
        new_weight = np.where(row > line, asymmetry, 1.0 - asymmetry)
        if np.array_equal(new_weight, weight):
            break
        weight = new_weight
    return line


def _polynomials(rows: np.ndarray, order: int, rounds: int) -> np.ndarray:
    basis = np.polynomial.legendre.legvander(np.linspace(-1.0, 1.0, rows.shape[1]), order)
    project = basis @ np.linalg.pinv(basis)
    limit = _SETTLED * np.ptp(rows, axis=1)
    below, line = rows.copy(), rows.copy()
    # Each row stops by itself, so that its line does not depend on the others.
    going = np.arange(len(rows))
    for _ in range(rounds):
        fitted = below[going] @ project.T
        moved = np.abs(fitted - line[going]).max(axis=1) > limit[going]
        line[going] = fitted
        going = going[moved]
        if not len(going):
            break
        below[going] = np.minimum(below[going], line[going])
    return line
