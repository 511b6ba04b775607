"""Bayesian tests with a region of practical equivalence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from oversmith.exceptions import InputError
from oversmith.statistics.paired import differences_of

PRIOR = 0.5
"""Weight of the pseudo-observation at zero, in data sets."""


@dataclass(frozen=True)
class Posterior:
    """How probable it is that a method is worse, practically equal, or better.

    Parameters
    ----------
    worse, equal, better : float
        Posterior probabilities, which sum to one.
    rope : float
        Half the width of the region of practical equivalence.
    """

    worse: float
    equal: float
    better: float
    rope: float


def correlated_bayesian_t(differences: ArrayLike, test_share: float, rope: float = 0.01) -> Posterior:
    """Bayesian correlated t-test on one data set, over the folds of (repeated) cross-validation.

    The posterior of the mean difference is a Student t around the sample mean, with the variance of the corrected
    resampled t-test: s²·(1/J + n_test/n_train), J − 1 degrees of freedom.

    Parameters
    ----------
    differences : array-like of shape (J,)
        One paired difference per fold and repeat, at least two.
    test_share : float
        n_test / n_train.
    rope : float, default=0.01
        Differences up to this size count as none, in units of the metric.

    Returns
    -------
    Posterior
        The probabilities.

    References
    ----------
    .. [1] G. Corani, A. Benavoli, "A Bayesian approach for comparing cross-validated algorithms on multiple data sets",
       Machine Learning 100, 2015.

    Examples
    --------
    >>> from oversmith.statistics import correlated_bayesian_t
    >>> found = correlated_bayesian_t([0.02, 0.04, 0.0, 0.03, 0.01], test_share=0.25)
    >>> round(found.worse, 3), round(found.equal, 3), round(found.better, 3)
    (0.024, 0.176, 0.8)
    """
    d = differences_of(differences)
    _check_rope(rope)
    mean = float(d.mean())
    error = float(np.sqrt(d.var(ddof=1) * (1 / len(d) + test_share)))
    if error <= 1e-12 * max(1.0, abs(mean)):
        return _certain(mean, rope)
    posterior = stats.t(len(d) - 1, loc=mean, scale=error)
    worse, better = float(posterior.cdf(-rope)), float(posterior.sf(rope))
    return Posterior(worse, 1 - worse - better, better, rope)


@lru_cache(maxsize=2)
def _weights(n: int, n_samples: int, random_state: int) -> tuple[np.ndarray, ...]:
    """Draw the weights of zero and the data sets; a table asks for the same ones hundreds of times."""
    rng, shape = np.random.default_rng(random_state), np.ones(n)
    shape[0] = PRIOR
    return tuple(rng.dirichlet(shape, min(10_000, n_samples - start)) for start in range(0, n_samples, 10_000))


def signed_rank_posterior(
    differences: ArrayLike, rope: float = 0.01, *, n_samples: int = 50_000, random_state: int = 0
) -> Posterior:
    """Bayesian signed-rank test over data sets.

    Weights of the data sets, and of half a pseudo-observation at zero, are drawn from a Dirichlet distribution. In each
    draw the pairs of observations (i, j) vote with the product of their weights: for "better" when the mean of the two
    differences is above the region, for "worse" when it is below it, else for "equal". The posterior of an outcome is
    the share of draws in which it has the most votes.

    Parameters
    ----------
    differences : array-like of shape (N,)
        One paired difference per data set.
    rope : float, default=0.01
        Differences up to this size count as none, in units of the metric.
    n_samples : int, default=50000
        Draws; the Monte Carlo error of a probability is at most 0.002 at the default.
    random_state : int, default=0
        Seed.

    Returns
    -------
    Posterior
        The probabilities.

    References
    ----------
    .. [1] A. Benavoli, G. Corani, J. Demšar, M. Zaffalon, "Time for a change: a tutorial for comparing multiple
       classifiers through Bayesian analysis", Journal of Machine Learning Research 18, 2017.

    Examples
    --------
    >>> from oversmith.statistics import signed_rank_posterior
    >>> found = signed_rank_posterior([0.05, 0.04, 0.06, 0.05, 0.03, 0.04, -0.01, 0.05])
    >>> found.better > 0.95
    True
    """
    d = differences_of(differences, least=1)
    _check_rope(rope)
    if n_samples < 1:
        raise InputError("n_samples", f"{n_samples} found", "use at least 1")
    values = np.concatenate([[0.0], d])
    sums = values[:, None] + values[None, :]
    n, pairs = len(values), np.hstack([_over(sums, 2 * rope), _over(-sums, 2 * rope)])
    votes = np.zeros(3)
    for weights in _weights(n, n_samples, random_state):
        heard = weights @ pairs
        better = np.einsum("ij,ij->i", heard[:, :n], weights)
        worse = np.einsum("ij,ij->i", heard[:, n:], weights)
        ballots = (worse, 1 - worse - better, better)
        # Outcomes level at the top share the draw.
        least = np.maximum(np.maximum(*ballots[:2]), ballots[2]) - 1e-12
        top = [ballot >= least for ballot in ballots]
        share = 1 / np.sum(top, axis=0)
        votes += [share[won].sum() for won in top]
    worse, equal, better = (votes / n_samples).tolist()
    return Posterior(worse, equal, better, rope)


def _over(sums: np.ndarray, edge: float) -> np.ndarray:
    """Votes of the pairs: one beyond the edge, half on it."""
    return (sums > edge) + 0.5 * (sums == edge)


def _check_rope(rope: float) -> None:
    if not (np.isfinite(rope) and rope >= 0):
        raise InputError("rope", f"{rope!r} found", "use a number from 0 up, in units of the metric")


def _certain(mean: float, rope: float) -> Posterior:
    worse, better = float(mean < -rope), float(mean > rope)
    return Posterior(worse, 1 - worse - better, better, rope)
