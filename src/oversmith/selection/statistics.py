"""Paired comparisons over the folds of cross-validation: effect and interval first, p last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from oversmith.exceptions import InputError


@dataclass(frozen=True)
class PairedEffect:
    """Mean paired difference with its interval.

    Parameters
    ----------
    difference : float
        Mean difference.
    low, high : float
        Confidence interval.
    p : float
        Two-sided p-value of no difference.
    """

    difference: float
    low: float
    high: float
    p: float


def corrected_resampled_t(differences: ArrayLike, test_share: float, confidence: float = 0.95) -> PairedEffect:
    """Corrected resampled t-test for differences over the folds of (repeated) cross-validation.

    Training parts overlap, so the plain paired t is too sure; the variance of the mean is estimated as
    s²·(1/J + n_test/n_train) instead of s²/J [1]_.

    Parameters
    ----------
    differences : array-like of shape (J,)
        One paired difference per fold and repeat, J at least 2.
    test_share : float
        n_test / n_train.
    confidence : float, default=0.95
        Level of the interval.

    Returns
    -------
    PairedEffect
        Mean, interval, p. Differences without spread give an interval of no width.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52, 2003.

    Examples
    --------
    >>> from oversmith.selection import corrected_resampled_t
    >>> effect = corrected_resampled_t([0.02, 0.04, 0.0, 0.03, 0.01], test_share=0.25)
    >>> round(effect.difference, 3), round(effect.low, 4), round(effect.high, 4), round(effect.p, 4)
    (0.02, -0.0094, 0.0494, 0.1324)
    """
    d = np.asarray(differences, dtype=np.float64)
    if d.ndim != 1 or len(d) < 2:
        raise InputError("differences", f"shape {d.shape} found", "use one number per fold, at least two")
    mean = float(d.mean())
    error = float(np.sqrt(d.var(ddof=1) * (1 / len(d) + test_share)))
    if error <= 1e-12 * max(1.0, abs(mean)):
        return PairedEffect(mean, mean, mean, 1.0 if abs(mean) <= 1e-12 else 0.0)
    half = float(stats.t.ppf(0.5 + confidence / 2, len(d) - 1)) * error
    return PairedEffect(mean, mean - half, mean + half, float(2 * stats.t.sf(abs(mean) / error, len(d) - 1)))
