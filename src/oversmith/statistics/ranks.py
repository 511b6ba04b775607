"""Several methods over several data sets: mean ranks, Friedman with Iman–Davenport, Nemenyi."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from oversmith.exceptions import InputError

_DIGITS = 12


@dataclass(frozen=True)
class FriedmanResult:
    """Whether the methods differ at all.

    Parameters
    ----------
    chi2, p : float
        Friedman's statistic, corrected for ties, and its p-value on k − 1 degrees of freedom.
    f, p_f : float
        Iman and Davenport's F and its p-value, the less conservative of the two.
    n, k : int
        Data sets and methods.
    """

    chi2: float
    p: float
    f: float
    p_f: float
    n: int
    k: int


def mean_ranks(scores: ArrayLike) -> np.ndarray:
    """Rank of each method, 1 the best, averaged over data sets; ties share a rank.

    Parameters
    ----------
    scores : array-like of shape (N, k)
        One value per data set and method, higher is better.

    Returns
    -------
    ndarray of shape (k,)
        Mean ranks.

    Raises
    ------
    InputError
        For another shape or values that are not finite.

    Examples
    --------
    >>> from oversmith.statistics import mean_ranks
    >>> mean_ranks([[0.9, 0.8, 0.8], [0.7, 0.9, 0.6]]).tolist()
    [1.5, 1.75, 2.75]
    """
    return _ranks(_table(scores)).mean(axis=0)


def friedman(scores: ArrayLike) -> FriedmanResult:
    """Friedman's test with Iman and Davenport's correction: F = (N − 1) χ² / (N (k − 1) − χ²).

    Parameters
    ----------
    scores : array-like of shape (N, k)
        One value per data set and method; at least two data sets and three methods.

    Returns
    -------
    FriedmanResult
        Both statistics; without any difference p is 1.

    Raises
    ------
    InputError
        For another shape or values that are not finite.

    References
    ----------
    .. [1] R. L. Iman, J. M. Davenport, "Approximations of the critical region of the Friedman statistic",
       Communications in Statistics 9, 1980.

    Examples
    --------
    >>> from oversmith.statistics import friedman
    >>> found = friedman([[0.9, 0.8, 0.7], [0.9, 0.8, 0.7], [0.9, 0.7, 0.8], [0.8, 0.9, 0.7]])
    >>> round(found.chi2, 2), round(found.p, 3), round(found.f, 2), round(found.p_f, 3)
    (4.5, 0.105, 3.86, 0.084)
    """
    table = _table(scores)
    n, k = table.shape
    if n < 2 or k < 3:
        raise InputError("scores", f"{n} data sets and {k} methods found", "use at least two and three (two: Wilcoxon)")
    ranks = _ranks(table)
    # Tied ranks vary less; dividing by their own spread corrects the statistic.
    spread = float(((ranks - (k + 1) / 2) ** 2).sum()) / (n * (k - 1))
    if spread == 0:
        return FriedmanResult(0.0, 1.0, 0.0, 1.0, n, k)
    chi2 = n * float(((ranks.mean(axis=0) - (k + 1) / 2) ** 2).sum()) / spread
    left = n * (k - 1) - chi2
    f = np.inf if left <= 1e-9 * n * (k - 1) else (n - 1) * chi2 / left
    p_f = 0.0 if np.isinf(f) else float(stats.f.sf(f, k - 1, (k - 1) * (n - 1)))
    return FriedmanResult(chi2, float(stats.chi2.sf(chi2, k - 1)), float(f), p_f, n, k)


def nemenyi(scores: ArrayLike) -> np.ndarray:
    """Nemenyi's test of all pairs of methods by their mean ranks.

    Parameters
    ----------
    scores : array-like of shape (N, k)
        One value per data set and method.

    Returns
    -------
    ndarray of shape (k, k)
        p-values, symmetric, 1 on the diagonal.

    Notes
    -----
    A verdict on two methods depends on who else took part, so draw it and do not argue from it; claims rest on
    Wilcoxon with Holm against a stated control.

    Examples
    --------
    >>> from oversmith.statistics import nemenyi
    >>> nemenyi([[3.0, 2.0, 1.0]] * 5).round(3).tolist()
    [[1.0, 0.254, 0.004], [0.254, 1.0, 0.254], [0.004, 0.254, 1.0]]
    """
    table = _table(scores)
    n, k = table.shape
    ranks = _ranks(table).mean(axis=0)
    apart = np.abs(ranks[:, None] - ranks[None, :]) / np.sqrt(k * (k + 1) / (6 * n))
    # The studentized range is √2 times the difference in standard errors.
    p = stats.studentized_range.sf(apart * np.sqrt(2), k, np.inf)
    np.fill_diagonal(p, 1.0)
    return p


def critical_difference(k: int, n: int, alpha: float = 0.05) -> float:
    """Difference of mean ranks beyond which Nemenyi's test calls two methods different.

    Parameters
    ----------
    k, n : int
        Methods, at least two, and data sets.
    alpha : float, default=0.05
        Level, in (0, 1).

    Returns
    -------
    float
        q / √2 · √(k (k + 1) / (6 n)), q from the studentized range.

    Raises
    ------
    InputError
        For numbers outside their range.

    Examples
    --------
    >>> from oversmith.statistics import critical_difference
    >>> round(critical_difference(4, 14), 3)
    1.254
    """
    if k < 2 or n < 1 or not 0 < alpha < 1:
        raise InputError("k", f"k {k}, n {n} and alpha {alpha} found", "use k >= 2, n >= 1 and 0 < alpha < 1")
    q = float(stats.studentized_range.ppf(1 - alpha, k, np.inf))
    return float(q / np.sqrt(2) * np.sqrt(k * (k + 1) / (6 * n)))


def _table(scores: ArrayLike) -> np.ndarray:
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or 0 in table.shape:
        raise InputError("scores", f"shape {table.shape} found", "use one row per data set and one column per method")
    if not np.isfinite(table).all():
        raise InputError(
            "scores",
            f"{int((~np.isfinite(table)).sum())} values are not finite",
            "fill failed results with chance (score_matrix) or leave the data set out for all",
        )
    return table


def _ranks(table: np.ndarray) -> np.ndarray:
    return stats.rankdata(-np.round(table, _DIGITS), axis=1)
