from __future__ import annotations

import jax
import numpy as np
import pytest

from oversmith.networks.weights import drawn, host_random


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
