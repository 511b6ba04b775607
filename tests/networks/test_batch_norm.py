"""Batch norm and dropout: values by hand, what inference sees, what padding and gradients may not touch."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.networks import MLP, BatchNorm, BatchNormMLP, in_training, with_batch_norm, with_dropout
from oversmith.networks.batch_norm import EPSILON, MOMENTUM

UNITS = jnp.array([[1.0, 10.0], [3.0, 10.0], [5.0, 40.0]])


def test_batch_norm_by_hand():
    learnt = jnp.array([2.0, 1.0]), jnp.array([0.0, 5.0])
    norm = eqx.tree_at(lambda norm: (norm.scale, norm.shift), BatchNorm(2), learnt)
    out, moved = norm.in_training(UNITS)
    mean, variance = np.array([3.0, 20.0]), np.array([8 / 3, 200.0])
    expected = (np.asarray(UNITS) - mean) / np.sqrt(variance + EPSILON) * [2, 1] + [0, 5]
    assert np.allclose(out, expected, rtol=1e-5)
    assert np.allclose(moved.mean, (1 - MOMENTUM) * mean)
    assert np.allclose(moved.variance, MOMENTUM + (1 - MOMENTUM) * variance)
    assert np.array_equal(norm.mean, [0, 0])
    # Inference: by the running statistics, which are still 0 and 1.
    assert np.allclose(norm(UNITS), np.asarray(UNITS) / np.sqrt(1 + EPSILON) * [2, 1] + [0, 5], rtol=1e-5)


def test_inference_looks_at_one_row_at_a_time():
    network = with_batch_norm(MLP(3, (8, 8), 2, ("leaky_relu", "leaky_relu"), key=jax.random.key(0)))
    rows = jax.random.normal(jax.random.key(1), (6, 3))
    assert np.allclose(network(rows)[:2], network(rows[:2]), atol=1e-6)
    out, _ = network.in_training(rows)
    alone, _ = network.in_training(rows[:2])
    assert not np.allclose(out[:2], alone, atol=1e-2)


def test_running_statistics_agree_with_training():
    """After 60 updates rows made in training and in inference agree in mean and spread, to a tenth of the spread."""
    network = with_batch_norm(MLP(3, (32, 32), 2, ("leaky_relu", "leaky_relu"), key=jax.random.key(0)))
    for number in range(60):
        _, network = network.in_training(2 + 3 * jax.random.normal(jax.random.key(number), (256, 3)))
    rows = 2 + 3 * jax.random.normal(jax.random.key(99), (2000, 3))
    trained, _ = network.in_training(rows)
    inferred = network(rows)
    spread = np.asarray(trained).std(axis=0)
    assert np.allclose(inferred.mean(axis=0), trained.mean(axis=0), atol=0.1 * spread.max())
    assert np.allclose(np.asarray(inferred).std(axis=0), spread, rtol=0.1)


def test_no_gradient_reaches_the_running_statistics():
    network = with_batch_norm(MLP(3, (8,), 2, ("leaky_relu",), key=jax.random.key(0)))
    rows = jax.random.normal(jax.random.key(1), (16, 3))

    def loss(network: BatchNormMLP) -> jax.Array:
        out, _ = network.in_training(rows)
        return (out**2).sum()

    gradient = eqx.filter_grad(loss)(network)
    (norm,) = gradient.norms
    assert np.array_equal(norm.mean, np.zeros(8))
    assert np.array_equal(norm.variance, np.zeros(8))
    assert np.abs(norm.scale).min() > 0
    assert np.abs(gradient.network.weights[0]).max() > 0


def test_recording_is_training():
    network = with_batch_norm(MLP(3, (8,), 2, ("leaky_relu",), key=jax.random.key(0)))
    rows = jax.random.normal(jax.random.key(1), (16, 3))
    run, moved = in_training(network)
    out, expected = network.in_training(rows)
    assert np.array_equal(run(rows), out)
    assert np.array_equal(moved[0].norms[0].mean, expected.norms[0].mean)
    assert not np.array_equal(moved[0].norms[0].mean, network.norms[0].mean)


def units_kept(rate: float, key: int, widths: tuple[int, ...] = (64, 256), n: int = 200) -> np.ndarray:
    """Which units of the last hidden layer are kept, read off an identity for a last layer."""
    network = MLP(3, widths, widths[-1], ("relu",) * len(widths), key=jax.random.key(0))
    # Units that are always on, seen as they are.
    network = eqx.tree_at(
        lambda net: (net.weights, net.biases),
        network,
        (
            (*(0 * weight for weight in network.weights[:-1]), jnp.eye(widths[-1])),
            (*(jnp.ones_like(bias) for bias in network.biases[:-1]), 0 * network.biases[-1]),
        ),
    )
    return np.asarray(with_dropout(network, jnp.ones((n, 3)), jax.random.key(key), rate))


@pytest.mark.parametrize("rate", [0.1, 0.4])
def test_dropout_rate_and_scale(rate):
    kept = units_kept(rate, 1)
    assert np.unique(kept).tolist() == pytest.approx([0.0, 1 / (1 - rate)])
    # 51,200 draws: four standard errors.
    assert (kept == 0).mean() == pytest.approx(rate, abs=0.01)
    assert not np.array_equal(kept, units_kept(rate, 2))


def test_the_first_layer_drops_nothing():
    assert (units_kept(0.4, 1, widths=(64,)) == 1).all()


def test_masks_do_not_depend_on_the_padding():
    rows = jax.random.normal(jax.random.key(1), (16, 3))
    out = []
    for padded in (3, 32):
        network = MLP(padded, (8, 8), 1, ("relu", "relu"), true_in=3, key=jax.random.key(0))
        wide = jnp.concatenate([rows, jnp.zeros((16, padded - 3))], axis=1)
        out.append(with_dropout(network, wide, jax.random.key(2), 0.4))
    assert np.allclose(out[0], out[1], atol=1e-6)
