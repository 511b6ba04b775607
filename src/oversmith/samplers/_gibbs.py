"""Rows of one class by Gibbs sampling from Gaussian conditionals: the Markov chain of Sharma et al. 2022."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular
from sklearn.covariance import LedoitWolf
from sklearn.neighbors import NearestNeighbors

from oversmith.encoders.scaling import PRIOR_ROWS

# Chains that run at once; when more rows are needed, each is read several times.
CHAINS = 1_024
# Sweeps before a chain is read for the first time, and between two readings.
BURN_IN, THIN = 20, 5
# A row takes its levels and flags from one of this many nearest real rows.
DONORS = 5


def sweep_matrices(covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Write one Gibbs sweep over all columns of a Gaussian as two matrices.

    A sweep draws column after column from its conditional distribution given all others,

        x_j ~ N(-sum_{k != j} P_jk x_k / P_jj, 1 / P_jj)   with P the inverse of the covariance,

    where columns before ``j`` have their new values. As every draw is linear in what it is given and in its noise, so
    is the sweep: ``x_new = keep @ x + mix @ noise``.

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Symmetric and positive definite.

    Returns
    -------
    keep, mix : ndarray of shape (d, d)
        What is kept of the old values, and what standard normal noise becomes.

    Examples
    --------
    >>> import numpy as np
    >>> keep, mix = sweep_matrices(np.array([[1.0, 0.5], [0.5, 1.0]]))
    >>> keep[:, 1].tolist(), mix.round(3).tolist()
    ([0.5, 0.25], [[0.866, 0.0], [0.433, 0.866]])
    """
    precision = np.linalg.inv(covariance)
    lower = np.tril(precision)
    keep = solve_triangular(lower, -np.triu(precision, 1), lower=True)
    mix = solve_triangular(lower, np.diag(np.sqrt(np.diag(precision))), lower=True)
    return keep, mix


def gibbs_rows(rows: np.ndarray, discrete: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw rows of one class by Gibbs sampling.

    Chains start at real rows drawn with replacement. Each sweep draws every continuous column from its Gaussian
    conditional given all others. Mean and spread are the class's; the correlations are the Ledoit-Wolf estimate, shrunk
    further towards none by the weight ``10 / (n_rows + 10)``, so that two rows suffice. A chain is read after 20
    sweeps and then every fifth.

    Levels and flags, on which no Gaussian stands, are then drawn given the continuous columns: all of them together
    from one of the five nearest real rows, each as likely. That is one last conditional draw, so that the result
    follows the joint distribution that these conditionals describe, and levels that exclude each other never meet.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, width)
        Encoded rows of the class, at least two.
    discrete : ndarray of bool, shape (width,)
        Columns of levels and flags.
    n : int
        How many rows.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    ndarray of shape (n, width)
        The rows. A column with one value in the class keeps it; without a column that varies and is continuous there
        is nothing for the chain to move, and real rows are drawn.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.samplers._gibbs import gibbs_rows
    >>> rng = np.random.default_rng(0)
    >>> rows = rng.normal(size=(200, 1)) * [1.0, -2.0] + rng.normal(0, 0.2, (200, 2)) + [0.0, 5.0]
    >>> made = gibbs_rows(rows, np.array([False, False]), 1000, rng)
    >>> bool(np.allclose(made.mean(axis=0), [0, 5], atol=0.3)), bool(np.corrcoef(made.T)[0, 1] < -0.9)
    (True, True)
    """
    moving = np.flatnonzero(~discrete & (np.ptp(rows, axis=0) > 0))
    if not len(moving):
        return rows[rng.integers(len(rows), size=n)]
    centre, spread = rows[:, moving].mean(axis=0), rows[:, moving].std(axis=0)
    real = (rows[:, moving] - centre) / spread
    trust = len(real) / (len(real) + PRIOR_ROWS)
    estimate = LedoitWolf(assume_centered=True).fit(real).covariance_
    keep, mix = sweep_matrices(trust * estimate + (1 - trust) * np.eye(len(moving)))

    chains = real[rng.integers(len(real), size=min(n, CHAINS))]
    read: list[np.ndarray] = []
    while sum(map(len, read)) < n:
        for _ in range(THIN if read else BURN_IN):
            chains = chains @ keep.T + rng.standard_normal(chains.shape) @ mix.T
        read.append(chains)
    generated = np.concatenate(read)[:n]

    near = NearestNeighbors(n_neighbors=min(DONORS, len(real))).fit(real).kneighbors(generated, return_distance=False)
    donor = near[np.arange(n), rng.integers(near.shape[1], size=n)]
    new = rows[donor]
    new[:, moving] = generated * spread + centre
    return new
