from __future__ import annotations

import numpy as np
import pytest

from oversmith.exceptions import InputError
from oversmith.metrics import energy_distance, energy_distance_error


def naive(a, b):
    def mean(p, q):
        return sum(float(np.sqrt(np.sum((x - y) ** 2))) for x in p for y in q) / (len(p) * len(q))

    return 2 * mean(a, b) - mean(a, a) - mean(b, b)


def sample(n, d=3, seed=0, shift=0.0):
    return np.random.default_rng(seed).normal(shift, 1, (n, d))


@pytest.mark.parametrize("n, m, d, shift", [(7, 5, 1, 0.0), (13, 21, 3, 1.0), (1, 4, 2, 0.5), (20, 1, 2, 5.0)])
def test_equals_the_double_loop(n, m, d, shift):
    a, b = sample(n, d), sample(m, d, seed=1, shift=shift) + 1000
    a = a + 1000
    assert energy_distance(a, b) == pytest.approx(naive(a, b), abs=1e-11)
    assert energy_distance_error(a, b)[0] == pytest.approx(naive(a, b), abs=1e-11)


def test_error_is_the_jackknife_over_the_second_sample():
    a, b = sample(15), sample(9, seed=1, shift=0.7)
    without = np.array([naive(a, np.delete(b, j, axis=0)) for j in range(9)])
    expected = np.sqrt(8 / 9 * np.sum((without - without.mean()) ** 2))
    assert energy_distance_error(a, b)[1] == pytest.approx(expected, rel=1e-9)


def test_error_is_about_the_spread_over_fresh_held_out_rows():
    a = sample(400, 2)
    values = [energy_distance(a, sample(60, 2, seed=s, shift=1.0)) for s in range(1, 121)]
    errors = [energy_distance_error(a, sample(60, 2, seed=s, shift=1.0))[1] for s in range(1, 21)]
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.25)


def test_zero_for_equal_samples_and_larger_further_away():
    a = sample(50)
    assert energy_distance(a, a) == pytest.approx(0, abs=1e-12)
    near, far = (energy_distance(a, a + shift) for shift in (0.1, 1.0))
    assert 0 < near < far


def test_rows_are_bounded_and_the_thinning_is_repeatable():
    a, b = sample(300), sample(200, seed=1, shift=1.0)
    thinned = energy_distance(a, b, max_rows=50)
    assert thinned == energy_distance(a, b, max_rows=50)
    assert thinned != energy_distance(a, b)
    assert thinned == pytest.approx(energy_distance(a, b), rel=0.3)


def test_one_held_out_row_has_no_error():
    assert energy_distance_error(sample(5), sample(1))[1] == float("inf")


@pytest.mark.parametrize(
    "a, b, message",
    [
        (np.zeros((0, 2)), np.zeros((2, 2)), "a: shape"),
        (np.zeros((2, 2)), np.zeros(2), "b: shape"),
        (np.zeros((2, 2)), np.full((2, 2), np.nan), "b: values that are not finite"),
        (np.zeros((2, 2)), np.zeros((2, 3)), "3 columns found, a has 2"),
    ],
)
def test_bad_samples(a, b, message):
    with pytest.raises(InputError, match=message):
        energy_distance(a, b)
