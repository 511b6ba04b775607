from __future__ import annotations

import jax
import numpy as np
import pytest

from oversmith.networks.weights import drawn, filled, host_random, uniform
from oversmith.training import count_compilations


def test_weights_have_the_law_asked_for():
    flat = np.asarray(drawn(jax.random.key(1), (200, 300), 24, 6))
    bound = (6 / 24) ** 0.5
    assert flat.dtype == np.float32
    assert np.abs(flat).max() <= bound
    assert flat.std() == pytest.approx(bound / 3**0.5, rel=0.01)
    normal = np.asarray(drawn(jax.random.key(1), (200, 300), 24, 6, 0.02))
    assert (normal.mean(), normal.std()) == (pytest.approx(0, abs=3e-4), pytest.approx(0.02, rel=0.01))


def test_keys_are_streams_of_their_own():
    first, second = jax.random.split(jax.random.key(0))
    assert np.array_equal(drawn(first, (5,), 1), drawn(first, (5,), 1))
    assert not np.array_equal(drawn(first, (5,), 1), drawn(second, (5,), 1))
    assert host_random(first).random() != host_random(second).random()


@pytest.mark.parametrize("shape", [(), (7,), (3, 5, 2), (64, 64), (70, 80), (150, 200)])
def test_uniform_numbers_are_those_of_jax(shape):
    key = jax.random.key(5)
    made = uniform(key, shape, 0.3)
    assert made.shape == shape
    assert np.array_equal(made, jax.random.uniform(key, shape, minval=-0.3, maxval=0.3))


def test_shapes_share_programs():
    uniform(jax.random.key(0), (3, 4), 1.0)
    with count_compilations() as count:
        for n in range(5, 15):
            uniform(jax.random.key(n), (n, 40), n / 10)
            filled(0.5, n, 3)
    assert count.programs == 0


def test_filled():
    made = filled(1, 2, 3)
    assert (made.dtype, made.shape, made.aval.weak_type) == (np.float32, (2, 3), False)
    assert np.array_equal(made, np.ones((2, 3)))
