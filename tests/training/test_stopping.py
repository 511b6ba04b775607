from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from oversmith.training import Checkpoint


def test_the_best_is_a_copy_of_its_own():
    players = {"w": jnp.ones(2), "name": "fixed"}
    checkpoint = Checkpoint()
    checkpoint.update(1.0, 10, players)
    players["w"].delete()
    np.testing.assert_array_equal(checkpoint.best["w"], [1, 1])
    assert checkpoint.best["name"] == "fixed"


def test_patience_counts_checks_without_a_gain():
    checkpoint = Checkpoint(patience=2)
    seen = []
    for step, value in enumerate([5.0, 4.0, 4.0, 3.0, 3.5, math.nan]):
        checkpoint.update(value, step, {"w": jnp.full(1, step)})
        seen.append(checkpoint.exhausted)
    assert seen == [False, False, False, False, False, True]
    assert (checkpoint.best_value, checkpoint.best_step, checkpoint.best["w"].tolist()) == (3.0, 3, [3])


def test_without_patience_it_never_ends():
    checkpoint = Checkpoint()
    for step in range(50):
        checkpoint.update(float(step), step, {})
    assert not checkpoint.exhausted
    assert checkpoint.best_step == 0


def test_nan_is_never_the_best():
    checkpoint = Checkpoint(patience=1)
    checkpoint.update(math.nan, 1, {})
    assert checkpoint.best is None
    assert checkpoint.exhausted
