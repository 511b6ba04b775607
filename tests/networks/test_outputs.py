from __future__ import annotations

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.exceptions import InputError
from oversmith.networks import activate, column_arrays, one_hot, with_condition
from oversmith.networks.outputs import segment_bucket


def span(start, stop, activation):
    return SimpleNamespace(start=start, stop=stop, activation=activation)


MIXED = [span(0, 2, "linear"), span(2, 3, "sigmoid"), span(3, 6, "softmax"), span(6, 8, "softmax")]


def raw_rows(width, batch=5):
    rows = 3 * jax.random.normal(jax.random.key(7), (batch, 8))
    # What a network puts into padded columns must not matter.
    return jnp.concatenate([rows, jnp.full((batch, width - 8), 4.0)], axis=1)


@pytest.mark.parametrize(("n", "bucket"), [(0, 0), (1, 8), (8, 8), (9, 32), (33, 128), (129, 512)])
def test_segment_bucket(n, bucket):
    assert segment_bucket(n) == bucket


def test_column_arrays_by_hand():
    columns = column_arrays(MIXED, 10)
    assert columns.mask.tolist() == [1] * 8 + [0, 0]
    assert columns.code.tolist() == [0, 0, 1, 2, 2, 2, 2, 2, 0, 0]
    assert columns.segments.shape == (10, 8)
    assert columns.segments[:, 0].tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    assert columns.segments[:, 1].tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 0, 0]
    assert float(columns.segments[:, 2:].sum()) == 0


def test_a_table_without_categories_has_no_segments():
    assert column_arrays([span(0, 3, "linear")], 4).segments.shape == (4, 0)


@pytest.mark.parametrize(
    ("spans", "message"),
    [([span(0, 5, "linear")], "ends at column 5"), ([span(0, 1, "softplus")], "unknown activation 'softplus'")],
)
def test_bad_spans_are_named(spans, message):
    with pytest.raises(InputError, match=message):
        column_arrays(spans, 4)


@pytest.mark.parametrize("key", [None, jax.random.key(1)])
def test_levels_sum_to_one_and_padding_is_zero(key):
    rows = np.asarray(activate(raw_rows(10), column_arrays(MIXED, 10), key))
    np.testing.assert_allclose(rows[:, 3:6].sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(rows[:, 6:8].sum(axis=1), 1, rtol=1e-5)
    assert (rows[:, 2] > 0).all()
    assert (rows[:, 2] < 1).all()
    assert (rows[:, 8:] == 0).all()


def test_without_a_key_the_activations_are_the_plain_ones():
    raw = raw_rows(8)
    rows = activate(raw, column_arrays(MIXED, 8))
    bounded = 10 * np.tanh(np.asarray(raw, np.float64) / 10)
    np.testing.assert_array_equal(rows[:, :2], raw[:, :2])
    np.testing.assert_allclose(rows[:, 2], 1 / (1 + np.exp(-bounded[:, 2])), rtol=1e-5)
    for part in (slice(3, 6), slice(6, 8)):
        expected = np.exp(bounded[:, part]) / np.exp(bounded[:, part]).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(rows[:, part], expected, rtol=1e-5)


@pytest.mark.parametrize("key", [None, jax.random.key(1)])
def test_values_do_not_depend_on_the_padded_width(key):
    narrow = activate(raw_rows(8), column_arrays(MIXED, 8), key)
    wide = activate(raw_rows(32), column_arrays(MIXED, 32), key)
    np.testing.assert_allclose(narrow, wide[:, :8], rtol=1e-6)


def test_noise_follows_the_logits():
    # log-odds of 0.8 for the indicator, and of (0.7, 0.2, 0.1) for the levels.
    logits = jnp.array([np.log(4.0), np.log(7.0), np.log(2.0), 0.0])
    raw = jnp.broadcast_to(10 * jnp.arctanh(logits / 10), (20_000, 4))
    columns = column_arrays([span(0, 1, "sigmoid"), span(1, 4, "softmax")], 4)
    rows = np.asarray(activate(raw, columns, jax.random.key(3)))
    assert abs((rows[:, 0] > 0.5).mean() - 0.8) < 0.01
    shares = np.bincount(rows[:, 1:].argmax(axis=1), minlength=3) / len(rows)
    np.testing.assert_allclose(shares, [0.7, 0.2, 0.1], atol=0.012)


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_gradient_is_finite_and_zero_in_padding(scale):
    columns = column_arrays(MIXED, 10)

    def total(raw):
        return jnp.sum(activate(raw, columns, jax.random.key(0)) * jnp.arange(10.0))

    gradient = np.asarray(jax.grad(total)(scale * raw_rows(10)))
    assert np.isfinite(gradient).all()
    assert (gradient[:, 8:] == 0).all()
    assert (gradient[:, :2] == [0, 1]).all()


def test_condition_comes_first():
    label = jnp.array([2, 0])
    assert one_hot(label, 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    rows = jnp.array([[5.0], [6.0]])
    assert with_condition(rows, label, 3).tolist() == [[0, 0, 1, 5], [1, 0, 0, 6]]
    assert with_condition(rows, label, 0) is rows
