"""Bootstrap intervals of a mean difference."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from oversmith.exceptions import InputError
from oversmith.statistics.paired import differences_of

RESAMPLES = 9_999


@dataclass(frozen=True)
class Interval:
    """A mean with its interval.

    Parameters
    ----------
    mean, low, high : float
        The mean and the ends of its interval.
    method : {"BCa", "percentile", "none"}
        How the ends were found; ``"none"`` where all values are equal and the interval has no width.
    """

    mean: float
    low: float
    high: float
    method: str


def bootstrap_mean(
    differences: ArrayLike, *, confidence: float = 0.95, n_resamples: int = RESAMPLES, random_state: int = 0
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval of a mean.

    For values that may count as independent: one per data set, or one per test case. For the folds of one
    cross-validation use :func:`corrected_resampled_t`.

    Parameters
    ----------
    differences : array-like of shape (n,)
        At least two.
    confidence : float, default=0.95
        Level.
    n_resamples : int, default=9999
        Resamples.
    random_state : int, default=0
        Seed.

    Returns
    -------
    Interval
        By percentiles where BCa is not defined.

    References
    ----------
    .. [1] B. Efron, "Better bootstrap confidence intervals", Journal of the American Statistical Association 82, 1987.

    Examples
    --------
    >>> from oversmith.statistics import bootstrap_mean
    >>> bootstrap_mean([0.1, 0.1, 0.1])
    Interval(mean=0.1, low=0.1, high=0.1, method='none')
    """
    d = differences_of(differences)
    if np.ptp(d) <= 1e-12:
        return Interval(float(d[0]), float(d[0]), float(d[0]), "none")
    for method in ("BCa", "percentile"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            interval = stats.bootstrap(
                (d,),
                np.mean,
                n_resamples=n_resamples,
                confidence_level=confidence,
                method=method,
                rng=np.random.default_rng(random_state),
            ).confidence_interval
        if np.isfinite([interval.low, interval.high]).all():
            break
    return Interval(float(d.mean()), float(interval.low), float(interval.high), method)


def hierarchical_bootstrap(
    groups: Sequence[ArrayLike], *, confidence: float = 0.95, n_resamples: int = RESAMPLES, random_state: int = 0
) -> Interval:
    """Percentile interval of the mean over data sets: sets are resampled first, then the values within each.

    Parameters
    ----------
    groups : sequence of array-like
        Differences of each data set, for example one per fold and seed; at least two data sets.
    confidence : float, default=0.95
        Level.
    n_resamples : int, default=9999
        Resamples.
    random_state : int, default=0
        Seed.

    Returns
    -------
    Interval
        Every data set counts alike, however many values it has.

    Raises
    ------
    InputError
        For fewer than two groups, or an empty one.

    Examples
    --------
    >>> from oversmith.statistics import hierarchical_bootstrap
    >>> found = hierarchical_bootstrap([[0.1, 0.2], [0.0, 0.1], [0.3, 0.2]])
    >>> round(found.mean, 3), found.low < 0.15 < found.high
    (0.15, True)
    """
    values = [differences_of(group, least=1) for group in groups]
    if len(values) < 2:
        raise InputError("groups", f"{len(values)} found", "use the differences of at least two data sets")
    rng = np.random.default_rng(random_state)
    # Means of each set's own resamples, from which resamples of the sets then draw.
    inner = np.stack(
        [group[rng.integers(len(group), size=(n_resamples, len(group)))].mean(axis=1) for group in values], axis=1
    )
    n = len(values)
    # A set drawn twice is resampled twice.
    chosen, resample = rng.integers(n, size=(n_resamples, n)), rng.integers(n_resamples, size=(n_resamples, n))
    drawn = inner[resample, chosen].mean(axis=1)
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    mean = float(np.mean([group.mean() for group in values]))
    return Interval(mean, float(low), float(high), "percentile")
