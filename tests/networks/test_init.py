from __future__ import annotations

import jax
import numpy as np
import pytest

from oversmith.networks.init import full, init_values, init_weight
from oversmith.training import count_compilations


def test_weights_have_the_law_asked_for():
    flat = np.asarray(init_weight(jax.random.key(1), (200, 300), 24, 6))
    bound = (6 / 24) ** 0.5
    assert flat.dtype == np.float32
    assert np.abs(flat).max() <= bound
    assert flat.std() == pytest.approx(bound / 3**0.5, rel=0.01)
    normal = np.asarray(init_weight(jax.random.key(1), (200, 300), 24, 6, 0.02))
    assert normal.dtype == np.float32
    assert (normal.mean(), normal.std()) == (pytest.approx(0, abs=3e-4), pytest.approx(0.02, rel=0.01))


@pytest.mark.parametrize("shape", [(), (3, 5, 2), (70, 80), (150, 200)])
def test_numbers_are_those_of_jax(shape):
    key = jax.random.key(5)
    values = init_values(key, shape, 0.3)
    assert values.shape == shape
    assert np.array_equal(values, jax.random.uniform(key, shape, minval=-0.3, maxval=0.3))
    assert np.allclose(init_values(key, shape, 0.3, normal=True), 0.3 * jax.random.normal(key, shape), atol=1e-6)


def test_shapes_share_programs():
    init_weight(jax.random.key(0), (3, 4), 1)
    init_weight(jax.random.key(0), (3, 4), 1, initial_sd=1.0)
    with count_compilations() as count:
        for n in range(5, 15):
            init_weight(jax.random.key(n), (n, 40), n)
            init_weight(jax.random.key(n), (n, 40), n, initial_sd=0.1)
            full(0.5, n, 3)
    assert count.programs == 0


def test_full():
    array = full(1, 2, 3)
    assert (array.dtype, array.shape, array.aval.weak_type) == (np.float32, (2, 3), False)
    assert np.array_equal(array, np.ones((2, 3)))
