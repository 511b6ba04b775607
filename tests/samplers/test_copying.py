"""The score of ``stop="auto"``: copies of the training rows must not win."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits

from oversmith.metrics import energy_distance
from oversmith.samplers._copying import TOLERANCE, CopyProofDistance, nearness, thinned

SEEDS = range(5)


def digit_fours() -> np.ndarray:
    X, y = load_digits(return_X_y=True)
    return X[y == 4] / 8 - 1


def tumours() -> np.ndarray:
    X, y = load_breast_cancer(return_X_y=True)
    X = X[y == 0]
    return (X - X.mean(axis=0)) / X.std(axis=0)


REAL = {"digits": digit_fours(), "tumours": tumours()}


def parted(name: str, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Training rows and real rows that are none."""
    order = np.random.default_rng(seed).permutation(len(REAL[name]))
    return REAL[name][order[:n]], REAL[name][order[n : n + 120]]


def copies_of(rows: np.ndarray, seed: int, jitter: float = 0.0) -> np.ndarray:
    """What a generator makes that repeats its rows; jitter in parts of the mean distance to the nearest of them."""
    rng = np.random.default_rng([seed, 1])
    made = rows[rng.integers(len(rows), size=400)]
    nearest = np.mean([np.delete(np.linalg.norm(rows - row, axis=1), i).min() for i, row in enumerate(rows)])
    return made + jitter * nearest * rng.normal(size=made.shape) / made.shape[1] ** 0.5


def gaussian_like(rows: np.ndarray, seed: int) -> np.ndarray:
    """A plain generator that copies nothing: a normal law of the rows' leading directions."""
    centre = rows.mean(axis=0)
    _, spread, axes = np.linalg.svd(rows - centre, full_matrices=False)
    k = min(12, len(rows) // 3)
    noise = np.random.default_rng([seed, 2]).normal(size=(400, k))
    return centre + noise * spread[:k] / len(rows) ** 0.5 @ axes[:k]


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("n", [20, 60])
@pytest.mark.parametrize("jitter", [0.0, 0.02, 0.2])
def test_copies_are_worse_than_new_rows_and_than_a_plain_generator(name, n, jitter):
    for seed in SEEDS:
        rows, unseen = parted(name, n, seed)
        copies, plain = copies_of(rows, seed, jitter), gaussian_like(rows, seed)
        # What the score is there for: alone, the distance to the training rows is won by copying them.
        assert energy_distance(copies, rows) < min(energy_distance(unseen, rows), energy_distance(plain, rows))
        distance = CopyProofDistance(rows)
        assert distance(copies) > distance(unseen)
        assert distance(copies) > distance(plain)


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("n", [3, 4, 6, 10])
def test_copies_of_few_rows(name, n):
    """Worse than real rows that are none of them, in each of 20 draws."""
    for seed in range(20):
        rows, unseen = parted(name, n, seed)
        distance = CopyProofDistance(rows)
        assert distance(copies_of(rows, seed)) > distance(unseen)


def test_copies_of_one_column():
    """The hardest case, since neighbours are as near as copies: measured 20 of 20 samples."""
    worse = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        rows, new = rng.normal(size=(20, 1)), rng.normal(size=(400, 1))
        distance = CopyProofDistance(rows)
        worse.append(distance(copies_of(rows, seed)) > distance(new))
    assert np.mean(worse) >= 0.9


def test_half_of_the_rows_copied_cost_half():
    rows, unseen = parted("digits", 60, 0)
    distance = CopyProofDistance(rows)
    assert distance.copied(copies_of(rows, 0)) == pytest.approx(1, abs=1e-12)
    assert distance.copied(unseen) < TOLERANCE
    half = np.concatenate([unseen, copies_of(rows, 0)[: len(unseen)]])
    assert distance.copied(half) == pytest.approx(0.5, abs=0.1)


def test_rows_that_copy_nothing_are_scored_by_energy_distance_alone():
    """Also blurred ones: nearer to the training rows than real rows are, and no nearer to one than to the next."""
    for seed in SEEDS:
        rows, unseen = parted("digits", 60, seed)
        blurred = rows.mean(axis=0) + 0.3 * (unseen - rows.mean(axis=0))
        for made in (unseen, blurred):
            assert CopyProofDistance(rows)(made) == energy_distance(made, rows)


def test_two_rows_have_no_law():
    rows, unseen = parted("digits", 2, 0)
    assert CopyProofDistance(rows)(unseen) == energy_distance(unseen, rows)
    assert CopyProofDistance(rows).copied(rows) == 0


def test_values_that_repeat_by_themselves_are_no_copies():
    """A table of levels: new rows are equal to training rows as often as training rows are to each other."""
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        rows, new = rng.integers(0, 3, (2, 400, 3)).astype(float)
        assert CopyProofDistance(rows)(new) == energy_distance(new, rows)
    same = np.ones((9, 2))
    assert CopyProofDistance(same)(same) == 0


def test_nearness_of_rows_that_are_there_twice():
    assert nearness(np.array([[0.0, 0.0], [2.0, 4.0]])).tolist() == [0.0, 0.5]


def test_thinned_rows_are_spread_over_the_table():
    rows = np.arange(1000)[:, None]
    assert thinned(rows, 1000) is rows
    some = thinned(rows, 9)[:, 0]
    assert (len(some), some[0], some[-1]) == (9, 0, 999)
    assert np.ptp(np.diff(some)) <= 1
