from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.networks import UNet
from oversmith.networks.unet import LinearAttention, rms_norm


def normal(number, *shape):
    # By NumPy: JAX would compile a program for every shape.
    return np.random.default_rng(number).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("shape, patch", [((3, 7), 1), ((2, 37), 4), ((2, 9, 6), 2)], ids=str)
def test_any_size(shape, patch):
    network, width = UNet(shape, 3, (4, 6), patch, key=jax.random.key(0)), int(np.prod(shape))
    rows = normal(1, 5, 3 + width)
    made = eqx.filter_jit(network)(rows)
    assert made.shape == (5, width)
    assert 0.05 < float(made.std()) < 5
    # Every told number and every point is heard, by its own row alone.
    slope = jax.jit(jax.grad(lambda rows: jnp.sum(network(rows)[:4] ** 2)))(rows)
    assert (jnp.abs(slope).max(axis=0) > 0).all()
    assert (slope[4] == 0).all()


def test_linear_attention_by_hand():
    x = normal(0, 2, 5, 8)
    layer = LinearAttention(jnp.full(8, 0.5), normal(1, 8, 24), normal(2, 8, 8))
    found = layer(x)
    normed = np.asarray(x) / np.sqrt((np.asarray(x) ** 2).mean(axis=2, keepdims=True) + 1e-6) * 0.5
    asked, where, what = np.split(normed @ np.asarray(layer.project), 3, axis=2)
    read = np.zeros((2, 5, 8))
    for row in range(2):
        for head in range(4):
            at = slice(2 * head, 2 * head + 2)
            share = np.exp(where[row][:, at])
            share /= share.sum(axis=0)
            for place in range(5):
                question = np.exp(asked[row, place, at])
                question /= question.sum()
                read[row, place, at] = question @ sum(np.outer(share[p], what[row, p, at]) for p in range(5))
    np.testing.assert_allclose(found, np.asarray(x) + read @ np.asarray(layer.back), atol=1e-4)


def test_norm_by_hand():
    x = np.array([[3.0, 4.0]])
    np.testing.assert_allclose(rms_norm(jnp.array(x), jnp.array([1.0, 2.0])), x / np.sqrt(12.5) * [1, 2], rtol=1e-5)


def test_told_numbers_scale_and_shift():
    """With the told numbers' weights at zero, series are mapped alike whatever is told."""
    network = UNet((1, 9), 2, (4, 4), key=jax.random.key(0))
    series = normal(1, 1, 9)
    rows = jnp.concatenate([jnp.array([[0.0, 1.0], [5.0, -1.0]]), jnp.repeat(series, 2, axis=0)], axis=1)
    assert not np.allclose(*eqx.filter_jit(network)(rows))
    deaf = eqx.tree_at(lambda net: net.numbers[0], network, replace_fn=jnp.zeros_like)
    np.testing.assert_allclose(*eqx.filter_jit(deaf)(rows), atol=1e-6)
