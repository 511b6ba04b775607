from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.networks import ConvCritic, ConvGenerator, ConvMap, UNet
from oversmith.networks.conv import stem_of
from oversmith.samplers._version_0_1_0 import in_present_order
from oversmith.training.losses import gradient_penalty

KEY = jax.random.key(0)


def normal(number, *shape):
    # By NumPy: JAX would compile a program for every shape.
    return np.random.default_rng(number).normal(size=shape).astype(np.float32)


def series_networks(shape):
    """Networks of the GANs of series: class beside the channels and beside the noise, a smoothing end."""
    stem = stem_of(shape)
    return {
        "critic": ConvCritic(shape, 2, (4, 4, 4), key=KEY, stem=stem, spread=1.0),
        "generator": ConvGenerator(shape, 2, 6, (4, 4, 4), key=KEY, smooth=True, stem=stem),
        "map": ConvMap(shape, 2, (8, 8), key=KEY),
    }


def class_networks(shape):
    """Networks of Chung et al. 2024: noise and features are multiplied by the class."""
    return {
        "critic": ConvCritic(shape, 2, (4, 4, 8, 8), key=KEY, head=(8,), condition="multiply"),
        "generator": ConvGenerator(
            shape, 2, 6, (8, 8, 4, 4), key=KEY, condition="multiply", with_tanh=True, batch_norm=True
        ),
        "classifier": ConvCritic(shape, 0, (4, 4, 8, 8), key=KEY, n_out=3),
        "map": ConvMap(shape, 2, (4, 4), key=KEY),
        "unet": UNet(shape, 2, (4, 4), key=KEY),
    }


SHAPES = [(1, 1), (3, 7), (1, 187), (1, 300), (1, 4, 4), (3, 14, 9)]


@pytest.mark.parametrize(
    "networks, shape",
    [*[(series_networks, s) for s in SHAPES[:4]], *[(class_networks, s) for s in SHAPES]],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_networks_take_any_size(networks, shape):
    size = int(np.prod(shape))
    out = {"generator": size, "map": size, "unet": size, "classifier": 3, "critic": 1}
    for name, network in networks(shape).items():
        n_in = {"generator": 2 + 6, "classifier": size}.get(name, 2 + size)
        assert jax.eval_shape(network, jnp.ones((9, n_in))).shape == (9, out[name]), name


def test_generators_start_with_rows_of_unit_size():
    for network in (series_networks((1, 96))["generator"], ConvGenerator((1, 12, 9), 0, 8, (8, 8, 4), key=KEY)):
        rows = eqx.filter_jit(network)(normal(3, 200, 8))
        assert 0.2 < float(rows.std()) < 3
    rows = class_networks((1, 24))["generator"](normal(3, 50, 8))
    assert float(jnp.abs(rows).max()) <= 1


@pytest.mark.parametrize(
    "networks, shape",
    [(series_networks, (2, 37)), (class_networks, (2, 37)), (class_networks, (1, 9, 6))],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_every_input_reaches_the_output(networks, shape):
    size = int(np.prod(shape))
    for name, network in networks(shape).items():
        if name == "unet":
            continue
        n_in = {"generator": 2 + 6, "classifier": size}.get(name, 2 + size)
        slope = np.abs(jax.jit(jax.jacrev(lambda row, network=network: network(row[None])[0]))(normal(1, n_in)))
        assert (slope.max(axis=0) > 0).all(), name
        assert (slope.max(axis=1) > 0).all(), name


def test_class_multiplies_features_and_noise():
    networks, label = class_networks((1, 24)), np.array([0, 1, 0, 1, 1])
    critic, generator = networks["critic"], networks["generator"]
    x, condition = normal(1, 5, 24), np.eye(2, dtype=np.float32)[label]
    features = critic.stack(x)
    assert features.shape == (5, critic.stack.features) == (5, 2 * 8)
    by_hand = features * critic.embedding[label]
    hidden = jax.nn.leaky_relu(by_hand @ critic.weights[0] + critic.biases[0], 0.2)
    expected = hidden @ critic.weights[1] + critic.biases[1]
    np.testing.assert_allclose(critic(jnp.concatenate([condition, x], axis=1)), expected, rtol=1e-5)
    # Noise times the embedding of the class is what a generator without classes reads.
    noise = normal(2, 5, 6)
    plain = eqx.tree_at(lambda net: net.embedding, generator, None)
    product = plain(noise * generator.embedding[label])
    np.testing.assert_allclose(generator(jnp.concatenate([condition, noise], axis=1)), product, atol=1e-6)


def test_class_beside_the_noise_has_a_gain():
    plain, loud = (ConvGenerator((1, 9), 2, 4, (4,), key=KEY, class_gain=gain) for gain in (1.0, 3.0))
    np.testing.assert_allclose(loud.weights[0][:2], 3 * plain.weights[0][:2], rtol=1e-6)
    np.testing.assert_array_equal(loud.weights[0][2:], plain.weights[0][2:])


def test_sizes_of_the_paper():
    """Chung et al. 2024, Table 6, at length 800: 50 places after four convolutions, 256 channels."""
    widths = (64, 128, 128, 256)
    critic = ConvCritic((1, 800), 2, widths, key=KEY, head=(128,), condition="multiply", initial_sd=0.02)
    assert critic.stack.features == 50 * 256
    # Embeddings of two classes have nothing in common at first.
    assert abs(np.corrcoef(critic.embedding)[0, 1]) < 0.05
    np.testing.assert_allclose(np.std(critic.embedding, axis=1), 1, atol=0.03)
    generator = ConvGenerator(
        (1, 800), 2, 128, (256, 128, 128, 64), key=KEY, condition="multiply", initial_sd=0.02, batch_norm=True
    )
    assert [weight.shape for weight in generator.weights] == [
        (128, 50 * 256),
        (4, 256, 128),
        (4, 128, 128),
        (4, 128, 64),
        (4, 64, 1),
    ]
    assert len(generator.norms) == 3
    for weight in (generator.weights[0], critic.weights[0], critic.stack.weights[3]):
        assert float(weight.std()) == pytest.approx(0.02, rel=0.02)


@pytest.mark.parametrize("condition, head", [("channels", ()), ("multiply", (8,))])
def test_penalty_of_a_convolutional_critic_is_the_plain_one(condition, head):
    critic = ConvCritic((1, 20), 2, (4, 4), key=KEY, head=head, condition=condition)
    x, classes = normal(1, 6, 20), np.eye(2, dtype=np.float32)[[0, 1, 0, 1, 0, 1]]

    def score(network, rows):
        return network(jnp.concatenate([classes, rows], axis=1))[:, 0]

    def plain(network):
        slope = jax.grad(lambda rows: score(network, rows).sum())(x)
        return ((jnp.linalg.norm(slope, axis=1) - 1) ** 2).mean()

    def ours(network):
        return gradient_penalty(lambda rows: score(network, rows), x, jnp.ones(20)).mean()

    (value, slope), (expected, expected_slope) = (
        eqx.filter_jit(eqx.filter_value_and_grad(penalty))(critic) for penalty in (ours, plain)
    )
    assert float(value) == pytest.approx(float(expected), rel=1e-5)
    for a, b in zip(jax.tree.leaves(slope), jax.tree.leaves(expected_slope), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_batch_norm_of_a_critic_uses_the_batch():
    bare, critic = (
        ConvCritic((1, 6, 5), 2, (4, 4), key=KEY, head=(8,), condition="multiply", batch_norm=on)
        for on in (False, True)
    )
    assert len(critic.stack.norms) == 1
    rows = normal(2, 7, 2 + 30)
    assert not np.allclose(critic(rows), bare(rows))
    assert not np.allclose(critic(rows)[:2], critic(rows[:2]))


@pytest.mark.parametrize("smooth, n_norms", [(False, 1), (True, 2)])
def test_batch_norm_of_a_generator_settles(smooth, n_norms):
    generator = ConvGenerator((1, 24), 0, 6, (8, 8), key=KEY, smooth=smooth, batch_norm=True)
    assert len(generator.norms) == n_norms
    noise = normal(1, 256, 6)
    step = eqx.filter_jit(lambda network: network.in_training(noise))
    for _ in range(40):
        trained, generator = step(generator)
    # After the running statistics have settled, both modes make the same series.
    np.testing.assert_allclose(trained, generator(noise), atol=1e-3)
    assert generator(noise[:1]).shape == (1, 24)
    plain = ConvGenerator((1, 24), 0, 6, (8, 8), key=KEY, smooth=smooth)
    out, same = plain.in_training(noise)
    np.testing.assert_array_equal(out, plain(noise))
    assert same is plain
    # Between the layers there is still an activation: the network is not odd, as a linear one would be.
    assert not np.allclose(plain(-noise), -out)


def test_a_layer_of_a_map_of_images_by_hand():
    network = ConvMap((1, 2, 2), 2, (3,), key=KEY)
    x, numbers = jnp.arange(4.0).reshape(1, 2, 2, 1) / 4, jnp.array([[1.0, -2.0]])

    def convolved(x, weight):
        return jax.lax.conv_general_dilated(x, weight, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))

    units = convolved(x, network.weights[0]) + numbers @ network.shifts[0]
    units = units + convolved(jax.nn.silu(units + numbers @ network.shifts[1]), network.weights[1])
    expected = convolved(jax.nn.silu(units), network.weights[2]).reshape(1, 4)
    result = network(jnp.concatenate([numbers, x.reshape(1, 4)], axis=1))
    np.testing.assert_allclose(result, expected, atol=1e-5)


def test_critics_stored_by_version_0_1_0_are_read():
    """Two critics of a player, with batch norm; every other network is stored as it is now."""
    critics = tuple(
        ConvCritic((1, 24), 2, (4, 8), key=key, batch_norm=True, spread=1.0) for key in jax.random.split(KEY)
    )
    old = []
    for critic in critics:
        stack = critic.stack
        old += [*stack.weights, *critic.weights, *stack.biases, *critic.biases, *jax.tree.leaves(stack.norms)]
    for stored, network in ((old, critics), (jax.tree.leaves(critics), critics)):
        arrays = in_present_order([np.asarray(leaf) for leaf in stored])
        for a, b in zip(arrays, jax.tree.leaves(network), strict=True):
            np.testing.assert_array_equal(a, b)
    for network in (*series_networks((1, 24)).values(), *class_networks((1, 24)).values()):
        leaves = jax.tree.leaves(network)
        assert all(a is b for a, b in zip(in_present_order(leaves), leaves, strict=True))
