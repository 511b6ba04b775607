from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.networks import MLP
from oversmith.networks.mlp import linear


def test_forward_by_hand():
    network = MLP(2, (2,), 1, ("leaky_relu",), key=jax.random.key(0))
    layers = (
        (jnp.array([[1.0, -1.0], [2.0, 0.0]]), jnp.array([[1.0], [10.0]])),
        (jnp.array([0.5, 0.5]), jnp.array([3.0])),
    )
    network = eqx.tree_at(lambda net: (net.weights, net.biases), network, layers)
    # Hidden: (1 + 2 + .5, -1 + .5) = (3.5, -.5), after the activation (3.5, -.1).
    assert float(network(jnp.array([[1.0, 1.0]]))[0, 0]) == pytest.approx(3.5 - 1.0 + 3.0)


@pytest.mark.parametrize(
    ("name", "expected"), [("relu", 0.0), ("leaky_relu", -0.4), ("tanh", np.tanh(-2)), ("silu", -2 / (1 + np.exp(2)))]
)
def test_activations(name, expected):
    network = MLP(1, (1,), 1, (name,), key=jax.random.key(0))
    ones = (jnp.ones((1, 1)),) * 2, (jnp.zeros(1),) * 2
    network = eqx.tree_at(lambda net: (net.weights, net.biases), network, ones)
    assert float(network(jnp.array([[-2.0]]))[0, 0]) == pytest.approx(expected, rel=1e-5)


def test_weights_lie_within_the_true_fan_in():
    network = MLP(32, (50,), 2, ("relu",), true_in=4, key=jax.random.key(0))
    first = np.asarray(network.weights[0])
    assert 0.45 < np.abs(first[:4]).max() <= 0.5
    assert (first[4:] == 0).all()
    assert np.abs(network.weights[1]).max() <= 50**-0.5


@pytest.mark.parametrize("width", [32, 64, 128])
def test_true_part_is_the_same_for_every_padding(width):
    def network(width):
        return MLP(2 + width, (16, 8), width, ("tanh", "relu"), true_in=2 + 20, key=jax.random.key(3))

    small, large = network(20), network(width)
    np.testing.assert_array_equal(small.weights[0], large.weights[0][:22])
    np.testing.assert_array_equal(small.weights[1], large.weights[1])
    np.testing.assert_array_equal(small.weights[2], large.weights[2][:, :20])
    np.testing.assert_array_equal(small.biases[2], large.biases[2][:20])


def test_layers_and_keys_differ():
    network = MLP(8, (8, 8), 8, ("relu", "relu"), key=jax.random.key(0))
    assert not np.array_equal(network.weights[0], network.weights[1])
    other = MLP(8, (8, 8), 8, ("relu", "relu"), key=jax.random.key(1))
    assert not np.array_equal(network.weights[0], other.weights[0])


@pytest.mark.parametrize("activations", [("relu",), ("relu", "cosine")])
def test_bad_activations_are_refused(activations):
    with pytest.raises(ValueError, match="activations"):
        MLP(2, (2, 2), 1, activations, key=jax.random.key(0))


def test_linear_has_the_gradients_of_a_plain_product():
    rows = jax.random.normal(jax.random.key(0), (5, 3))
    weight = jax.random.normal(jax.random.key(1), (3, 4))
    target = jax.random.normal(jax.random.key(2), (5, 4))

    def plain(rows, weight):
        return rows @ weight

    def loss(product):
        return lambda rows, weight: jnp.sum(jnp.tanh(product(rows, weight)) * target)

    for derive in (
        lambda f: jax.grad(f, argnums=(0, 1)),
        lambda f: jax.jacfwd(f, argnums=(0, 1)),
        lambda f: jax.hessian(f, argnums=(0, 1)),
    ):
        found, expected = (derive(loss(product))(rows, weight) for product in (linear, plain))
        for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(jax.vmap(linear)(rows[None], weight[None])[0], rows @ weight, rtol=1e-5)
    batched = jax.vmap(jax.grad(loss(linear), argnums=1))(rows[None], weight[None])[0]
    np.testing.assert_allclose(batched, jax.grad(loss(plain), argnums=1)(rows, weight), rtol=1e-4, atol=1e-5)


def test_unit_spread_keeps_the_spread_of_the_noise():
    """Mean over twenty generators: spread 0.64 of the noise's; without it less than a twentieth."""
    noise = jax.random.normal(jax.random.key(0), (2000, 32))
    spread = {
        unit: np.mean(
            [
                MLP(32, (64,) * 3, 8, ("relu",) * 3, unit_spread=unit, key=jax.random.key(k))(noise).std(axis=0).mean()
                for k in range(20)
            ]
        )
        for unit in (True, False)
    }
    assert 0.5 < spread[True] < 0.8
    assert spread[False] < 0.05


def test_unit_spread_does_not_depend_on_padding():
    narrow = MLP(4, (8,), 3, ("relu",), unit_spread=True, key=jax.random.key(0))
    wide = MLP(4, (8,), 32, ("relu",), unit_spread=True, key=jax.random.key(0))
    assert np.array_equal(narrow.weights[1], wide.weights[1][:, :3])
    assert (wide.biases[0] == 0).all()
    assert (wide.biases[1] == 0).all()
