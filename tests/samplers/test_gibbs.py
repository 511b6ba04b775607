"""Gibbs sampling of encoded rows: the conditionals it draws from, where it settles, and what becomes of levels."""

from __future__ import annotations

import numpy as np
import pytest

from oversmith.samplers._gibbs import CHAINS, gibbs_rows, sweep_matrices

NUMBERS = np.zeros(3, dtype=bool)


def covariance(d: int, seed: int = 0) -> np.ndarray:
    factor = np.random.default_rng(seed).normal(size=(d, d))
    return factor @ factor.T + 0.1 * np.eye(d)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_a_sweep_is_one_conditional_draw_per_column(d):
    """Column after column by the conditional mean and variance of a Gaussian, worked out from blocks of it."""
    sigma, rng = covariance(d), np.random.default_rng(1)
    start, noise = rng.normal(size=d), rng.normal(size=d)
    x = start.copy()
    for j in range(d):
        rest = np.arange(d) != j
        slope = np.linalg.solve(sigma[np.ix_(rest, rest)], sigma[rest, j])
        variance = sigma[j, j] - sigma[j, rest] @ slope
        x[j] = slope @ x[rest] + np.sqrt(variance) * noise[j]
    keep, mix = sweep_matrices(sigma)
    assert np.allclose(keep @ start + mix @ noise, x)


@pytest.mark.parametrize("d", [1, 2, 5, 40])
def test_a_sweep_leaves_the_gaussian_as_it_is(d):
    """If the rows have the covariance before the sweep they have it after: what makes it a Gibbs sampler of it."""
    sigma = covariance(d)
    keep, mix = sweep_matrices(sigma)
    assert np.allclose(keep @ sigma @ keep.T + mix @ mix.T, sigma)


def test_rows_follow_mean_spread_and_correlation():
    rng = np.random.default_rng(0)
    sigma = np.array([[1.0, 0.8, 0.0], [0.8, 1.0, -0.3], [0.0, -0.3, 1.0]])
    rows = rng.multivariate_normal([3, -2, 0], sigma, size=500) * [1, 10, 0.1]
    made = gibbs_rows(rows, NUMBERS, 20_000, rng)
    assert np.allclose(made.mean(axis=0), rows.mean(axis=0), atol=0.05 * rows.std(axis=0))
    assert np.allclose(made.std(axis=0), rows.std(axis=0), rtol=0.03)
    # The estimate is shrunk by 10 / 510 at least.
    assert np.allclose(np.corrcoef(made.T), np.corrcoef(rows.T), atol=0.05)
    assert not len(set(map(tuple, made)) & set(map(tuple, rows)))


def test_readings_of_one_chain_are_nearly_independent():
    """More rows than chains: the second reading of a chain, five sweeps on, hardly remembers the first."""
    rng = np.random.default_rng(0)
    rows = rng.multivariate_normal([0, 0, 0], [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]], size=300)
    made = gibbs_rows(rows, NUMBERS, 2 * CHAINS, rng)
    assert abs(np.corrcoef(made[:CHAINS, 0], made[CHAINS:, 0])[0, 1]) < 0.1


def test_levels_come_from_rows_nearby_and_stay_together():
    rng = np.random.default_rng(0)
    side = np.repeat([0, 1], 100)
    number = np.where(side, 5.0, -5.0) + rng.normal(size=200)
    rows = np.column_stack([number, np.eye(2)[side], side])
    made = gibbs_rows(rows, np.array([False, True, True, True]), 4000, rng)
    assert (made[:, 1:3].sum(axis=1) == 1).all()
    assert np.array_equal(made[:, 2], made[:, 3])
    # Between the groups either level may be near; well inside one it is that group's.
    inside = np.abs(made[:, 0]) > 4
    assert inside.sum() > 1000
    assert (made[inside, 3] == (made[inside, 0] > 0)).all()
    assert abs(made[:, 3].mean() - 0.5) < 0.05


def test_small_flat_and_equal_columns():
    rng = np.random.default_rng(0)
    two = gibbs_rows(np.array([[0.0, 1.0, 7.0], [1.0, 3.0, 7.0]]), NUMBERS, 50, rng)
    assert np.isfinite(two).all()
    assert (two[:, 2] == 7).all()
    assert len(np.unique(two, axis=0)) == 50
    twins = np.repeat(rng.normal(size=(40, 1)), 3, axis=1)
    made = gibbs_rows(twins, NUMBERS, 500, rng)
    assert np.corrcoef(made.T).min() > 0.6
    # 40 rows trust their own correlations by 40 / 50.
    assert np.corrcoef(made.T).max(initial=0, where=~np.eye(3, dtype=bool)) < 0.95
    flat = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    levels = gibbs_rows(flat, np.array([True, True]), 90, rng)
    assert set(map(tuple, levels)) == {(1.0, 0.0), (0.0, 1.0)}


def test_same_seed_same_rows():
    rows = np.random.default_rng(0).normal(size=(30, 3))
    first, again, other = (gibbs_rows(rows, NUMBERS, 100, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
