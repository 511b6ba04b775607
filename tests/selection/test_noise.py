"""Noise filters: what they mark, and that they never take too much."""

from __future__ import annotations

import numpy as np
import pytest

from oversmith.selection import noisy_rows


def planted(seed: int, n_noise: int = 4):
    """Forty rows of the class around 6, a few of them inside the other class around 0."""
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.normal(6, 1, (40 - n_noise, 2)), rng.normal(0, 0.5, (n_noise, 2))])
    return rows, rng.normal(0, 1, (300, 2)), np.arange(40) >= 40 - n_noise


@pytest.mark.parametrize("method", ["enn", "lof"])
def test_planted_noise_is_found(method):
    rows, others, noise = planted(0)
    assert (noisy_rows(rows, others, method)[noise]).all()
    assert noisy_rows(rows, others, method)[~noise].mean() < 0.1


def test_tomek_marks_mutual_neighbours_alone():
    rows = np.array([[0.0], [0.2], [0.4], [0.6], [3.0]])
    others = np.array([[3.1], [5.0], [5.1]])
    assert noisy_rows(rows, others, "tomek").tolist() == [False, False, False, False, True]


@pytest.mark.parametrize("method", ["enn", "tomek", "lof"])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 10])
def test_a_rare_class_keeps_most_of_its_rows(method, n):
    """A class that lies inside another one is not thrown away."""
    rng = np.random.default_rng(n)
    rows, others = rng.normal(size=(n, 2)), rng.normal(size=(500, 2))
    chosen = n - noisy_rows(rows, others, method).sum()
    assert chosen >= max(0.7 * n, min(n, 2))


def test_without_other_rows_nothing_is_noise():
    rows = np.random.default_rng(0).normal(size=(10, 2))
    assert not noisy_rows(rows, np.empty((0, 2)), "enn").any()
