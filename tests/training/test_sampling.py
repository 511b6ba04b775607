from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from oversmith.training import Recipe, count_compilations, generate
from oversmith.training.sampling import on_device


def label_and_noise(players, key, label, hyper):
    noise = jax.random.normal(key, (label.shape[0],))
    return jnp.stack([label * players["scale"], noise, jnp.full(label.shape, hyper["shift"])], axis=1)


RECIPE = Recipe((), label_and_noise)
PLAYERS, HYPER = {"scale": np.float64(2)}, {"shift": 7}


def make(labels, seed=0, block=64):
    return generate(replace(RECIPE, block=block), PLAYERS, jax.random.key(seed), np.asarray(labels), HYPER)


def test_one_row_per_label_in_order():
    labels = np.arange(150) % 5
    rows = make(labels)
    assert rows.shape == (150, 3)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows[:, 0], 2 * labels)
    assert (rows[:, 2] == 7).all()


def test_first_rows_do_not_depend_on_how_many_are_drawn():
    few, many = make(np.zeros(70, int)), make(np.zeros(200, int))
    np.testing.assert_array_equal(few, many[:70])


def test_blocks_and_keys_differ():
    rows = make(np.zeros(128, int))
    assert len(np.unique(rows[:, 1])) == 128
    assert not np.array_equal(rows, make(np.zeros(128, int), seed=1))
    np.testing.assert_array_equal(rows, make(np.zeros(128, int)))


def test_no_rows_still_have_a_width():
    assert make([]).shape == (0, 3)


def test_another_number_of_rows_compiles_nothing():
    make([1, 2])
    with count_compilations() as count:
        make(np.ones(500, np.int64), seed=4)
    assert count.programs == 0


def test_on_device_makes_one_type_of_every_number():
    found = on_device([1.0, np.float64(1), jnp.asarray(1.0), jnp.float32(1), np.ones(2)])
    assert {leaf.dtype.name for leaf in found} == {"float32"}
    assert not any(leaf.aval.weak_type for leaf in found)
    whole = on_device([5, np.int64(5), np.array([5]), jnp.asarray(5)])
    assert {leaf.dtype.name for leaf in whole} == {"int32"}
    assert on_device({"name": "text"}) == {"name": "text"}
