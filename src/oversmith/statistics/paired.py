"""Two methods, value by value: the papers' t-test, Wilcoxon with Holm, wins and losses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from oversmith.exceptions import InputError
from oversmith.selection import PairedEffect, corrected_resampled_t

TIE = 1e-12
"""Differences no larger than this are ties: what is left of equal numbers after rounding."""


@dataclass(frozen=True)
class Tally:
    """Wins, ties and losses.

    Parameters
    ----------
    wins, ties, losses : int
        Differences above, at and below zero.
    """

    wins: int
    ties: int
    losses: int


def differences_of(differences: ArrayLike, least: int = 2) -> np.ndarray:
    """Check paired differences and return them as an array."""
    d = np.asarray(differences, dtype=np.float64)
    if d.ndim != 1 or len(d) < least:
        raise InputError("differences", f"shape {d.shape} found", f"use one number per pair, at least {least}")
    if not np.isfinite(d).all():
        raise InputError(
            "differences",
            f"{int((~np.isfinite(d)).sum())} of {len(d)} are not finite",
            "leave no pair without a score (score_matrix fills failed ones)",
        )
    return d


def paired_t(differences: ArrayLike, confidence: float = 0.95) -> PairedEffect:
    """Plain paired t-test, as Riaz et al. 2025 and Sharma et al. 2022 use it: optimistic under cross-validation.

    The training parts of the folds overlap, so their differences are not independent and the p-value is too small:
    shown beside :func:`corrected_resampled_t`, never instead of it.

    Parameters
    ----------
    differences : array-like of shape (J,)
        One paired difference per fold, at least two.
    confidence : float, default=0.95
        Level of the interval.

    Returns
    -------
    PairedEffect
        Mean, interval, p.

    Examples
    --------
    >>> from oversmith.statistics import paired_t
    >>> effect = paired_t([0.02, 0.04, 0.0, 0.03, 0.01])
    >>> round(effect.difference, 3), round(effect.low, 4), round(effect.high, 4), round(effect.p, 4)
    (0.02, 0.0004, 0.0396, 0.0474)
    """
    return corrected_resampled_t(differences_of(differences), test_share=0.0, confidence=confidence)


def win_tie_loss(differences: ArrayLike) -> Tally:
    """Count wins, ties and losses.

    Parameters
    ----------
    differences : array-like of shape (n,)
        Paired differences; above zero is a win.

    Returns
    -------
    Tally
        The counts.

    Examples
    --------
    >>> from oversmith.statistics import win_tie_loss
    >>> win_tie_loss([0.1, 0.0, -0.2, 0.3])
    Tally(wins=2, ties=1, losses=1)
    """
    d = differences_of(differences, least=1)
    return Tally(int((d > TIE).sum()), int((np.abs(d) <= TIE).sum()), int((d < -TIE).sum()))


def wilcoxon_against(scores: ArrayLike, control: ArrayLike) -> np.ndarray:
    """Wilcoxon's signed-rank test of every method against one control, over data sets.

    With N data sets the smallest possible two-sided p is 2^(1 − N): 0.0625 for five, so nothing can be significant at
    0.05 below six, and after Holm's correction for four comparisons below eight.

    Parameters
    ----------
    scores : array-like of shape (N, k)
        One value per data set and method.
    control : array-like of shape (N,)
        Values of the control.

    Returns
    -------
    ndarray of shape (k,)
        Raw two-sided p-values; 1 where all differences are ties. Correct them with :func:`holm`.

    Raises
    ------
    InputError
        For shapes that do not fit, or values that are not finite.

    References
    ----------
    .. [1] J. Demšar, "Statistical comparisons of classifiers over multiple data sets", Journal of Machine Learning
       Research 7, 2006.

    Examples
    --------
    >>> from oversmith.statistics import wilcoxon_against
    >>> wilcoxon_against([[0.9], [0.8], [0.7], [0.6], [0.5]], [0.8, 0.6, 0.4, 0.2, 0.0]).tolist()
    [0.0625]
    """
    table, base = np.asarray(scores, dtype=np.float64), np.asarray(control, dtype=np.float64)
    if table.ndim != 2 or base.shape != table.shape[:1]:
        raise InputError(
            "scores", f"shape {table.shape} found beside a control of shape {base.shape}", "use (N, k) and N"
        )
    p_values = []
    for column in table.T:
        d = differences_of(column - base, least=1)
        d = np.where(np.abs(d) <= TIE, 0.0, d)
        # Equal sizes that differ by rounding are tied ranks.
        d = np.round(d, 12)
        p_values.append(float(stats.wilcoxon(d, zero_method="wilcox", method="auto").pvalue) if d.any() else 1.0)
    return np.array(p_values)


def holm(p: ArrayLike) -> np.ndarray:
    """Holm's adjusted p-values, with the running maximum.

    Parameters
    ----------
    p : array-like of shape (m,)
        Raw p-values of one family.

    Returns
    -------
    ndarray of shape (m,)
        Adjusted values in the same order, at most 1 and never in another order than the raw ones.

    References
    ----------
    .. [1] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6,
       1979.

    Examples
    --------
    >>> from oversmith.statistics import holm
    >>> holm([0.01, 0.04, 0.03, 0.005]).tolist()
    [0.03, 0.06, 0.06, 0.02]
    """
    raw = np.asarray(p, dtype=np.float64)
    order = np.argsort(raw, kind="stable")
    adjusted = np.empty(len(raw))
    adjusted[order] = np.minimum(1, np.maximum.accumulate((len(raw) - np.arange(len(raw))) * raw[order]))
    return adjusted
