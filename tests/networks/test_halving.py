from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.networks import halving_network, label_critic, label_generator
from oversmith.networks.conv2d import conv2d, conv_transpose2d
from oversmith.training.objectives import gradient_penalty


def normal(number, *shape):
    # By NumPy: JAX would compile a program for every shape.
    return np.random.default_rng(number).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("kernel, stride, dilation", [(4, 2, 1), (3, 1, 1), (5, 2, 1), (3, 1, 2), (6, 3, 1)])
@pytest.mark.parametrize("height, width", [(1, 4), (5, 8), (7, 7)])
def test_convolution_of_images_is_that_of_xla(kernel, stride, dilation, height, width):
    x, weight = normal(0, 2, height, width, 3), normal(1, kernel, kernel, 3, 4)

    @jax.jit
    def both(x, weight):
        layout, steps = ("NHWC", "HWIO", "NHWC"), (stride, stride)
        theirs = jax.lax.conv_general_dilated(
            x, weight, steps, "SAME", rhs_dilation=(dilation,) * 2, dimension_numbers=layout
        )
        return conv2d(x, weight, stride, dilation), theirs

    np.testing.assert_allclose(*both(x, weight), atol=1e-4)


def test_transposed_convolution_of_images_is_that_of_xla():
    x, weight = normal(0, 2, 3, 5, 2), normal(1, 4, 4, 2, 3)
    theirs = jax.vjp(
        lambda y: jax.lax.conv_general_dilated(
            y,
            jnp.swapaxes(weight, 2, 3),
            (2, 2),
            [(1, 1), (1, 1)],
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        ),
        jnp.zeros((2, 6, 10, 3)),
    )[1](x)[0]
    np.testing.assert_allclose(conv_transpose2d(x, weight), theirs, atol=1e-4)


SHAPES = pytest.mark.parametrize("shape", [(1, 1), (1, 5), (3, 7), (1, 187), (1, 4, 4), (3, 14, 9)], ids=str)


def made_networks(shape):
    key = jax.random.key(0)
    return {
        "generator": label_generator(key, shape, 2, 6, (8, 8, 4, 4), squash=True),
        "critic": label_critic(key, shape, 2, (4, 4, 8, 8), head=8),
        "classifier": halving_network(key, shape, (4, 4, 8, 8), 3),
    }


@SHAPES
def test_networks_take_any_size(shape):
    networks, size = made_networks(shape), int(np.prod(shape))

    @jax.jit
    def outputs(inputs, told):
        made = networks["generator"](inputs)
        return made, networks["critic"](jnp.concatenate([told, made], axis=1)), networks["classifier"](made)

    made, judged, classified = outputs(normal(1, 9, 2 + 6), normal(2, 9, 2))
    assert made.shape == (9, size)
    assert float(jnp.abs(made).max()) <= 1
    assert (judged.shape, classified.shape) == ((9, 1), (9, 3))


@pytest.mark.parametrize("shape", [(2, 37), (1, 9, 6)], ids=str)
def test_every_point_and_the_class_are_heard(shape):
    networks, size = made_networks(shape), int(np.prod(shape))
    row = normal(1, 2 + size)
    for name in ("critic", "classifier"):
        given = row if name == "critic" else row[2:]
        slope = jax.jit(jax.jacrev(lambda values, name=name: networks[name](values[None])[0]))(given)
        assert (jnp.abs(slope).max(axis=0) > 0).all()
    slope = jax.jit(jax.jacfwd(lambda values: networks["generator"](values[None])[0]))(normal(2, 2 + 6))
    assert (jnp.abs(slope).max(axis=0) > 0).all()
    assert (jnp.abs(slope).max(axis=1) > 0).all()


def test_class_multiplies_features_and_noise():
    networks = made_networks((1, 24))
    critic, generator = networks["critic"], networks["generator"]
    x, told = normal(1, 5, 24), jax.nn.one_hot(jnp.array([0, 1, 0, 1, 1]), 2)
    features = critic.convolutions(x)
    assert features.shape == (5, critic.convolutions.features) == (5, 2 * 8)
    by_hand = features * critic.embedding[jnp.array([0, 1, 0, 1, 1])]
    hidden = jax.nn.leaky_relu(by_hand @ critic.weights[0] + critic.biases[0], 0.2)
    expected = hidden @ critic.weights[1] + critic.biases[1]
    np.testing.assert_allclose(critic(jnp.concatenate([told, x], axis=1)), expected, rtol=1e-5)
    # Noise times the class's embedding is what a generator without classes would be given.
    noise = normal(2, 5, 6)
    alone = label_generator(jax.random.key(0), (1, 24), 0, 6, (8, 8, 4, 4), squash=True)
    assert alone.embedding is None
    product = alone(noise * generator.embedding[jnp.array([0, 1, 0, 1, 1])])
    np.testing.assert_allclose(generator(jnp.concatenate([told, noise], axis=1)), product, atol=1e-6)


def test_documents_sizes():
    # Table 6 at length 800: 50 places after four halvings, 256 channels.
    critic = label_critic(jax.random.key(0), (1, 800), 2, (64, 128, 128, 256), initial_sd=0.02)
    assert critic.convolutions.features == 50 * 256
    # Embeddings of two classes have nothing in common to begin with.
    assert abs(np.corrcoef(critic.embedding)[0, 1]) < 0.05
    np.testing.assert_allclose(np.std(critic.embedding, axis=1), 1, atol=0.03)
    generator = label_generator(jax.random.key(0), (1, 800), 2, 128, (256, 128, 128, 64), True, initial_sd=0.02)
    assert [weight.shape for weight in generator.weights] == [
        (128, 50 * 256),
        (4, 256, 128),
        (4, 128, 128),
        (4, 128, 64),
        (4, 64, 1),
    ]
    assert len(generator.norms) == 3
    assert float(generator.weights[0].std()) == pytest.approx(0.02, rel=0.01)
    assert float(critic.weights[0].std()) == pytest.approx(0.02, rel=0.01)


def test_penalty_of_a_critic_with_classes_is_the_plain_one():
    critic = label_critic(jax.random.key(0), (1, 20), 2, (4, 4), head=8)
    x, told = normal(1, 6, 20), jax.nn.one_hot(jnp.arange(6) % 2, 2)

    def score(network, rows):
        return network(jnp.concatenate([told, rows], axis=1))[:, 0]

    def plain(network):
        slope = jax.grad(lambda rows: score(network, rows).sum())(x)
        return ((jnp.linalg.norm(slope, axis=1) - 1) ** 2).mean()

    def ours(network):
        return gradient_penalty(lambda rows: score(network, rows), x, jnp.ones(20)).mean()

    (mine, my_slope), (theirs, their_slope) = (
        eqx.filter_jit(eqx.filter_value_and_grad(penalty))(critic) for penalty in (ours, plain)
    )
    assert float(mine) == pytest.approx(float(theirs), rel=1e-5)
    for a, b in zip(jax.tree.leaves(my_slope), jax.tree.leaves(their_slope), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_batch_norm_is_left_out_and_put_in():
    plain = label_generator(jax.random.key(0), (1, 6, 5), 0, 3, (8, 4), squash=False, batch_norm=False)
    assert plain.norms == ()
    out, same = plain.in_training(normal(1, 4, 3))
    assert same is plain
    np.testing.assert_array_equal(out, plain(normal(1, 4, 3)))
    # Between the layers there is still an activation: the network is not odd, as a linear one would be.
    assert not np.allclose(plain(-normal(1, 4, 3)), -out)
    bare = label_critic(jax.random.key(0), (1, 6, 5), 2, (4, 4), head=8)
    critic = label_critic(jax.random.key(0), (1, 6, 5), 2, (4, 4), head=8, batch_norm=True)
    assert len(critic.convolutions.norms) == 1
    rows = normal(2, 7, 2 + 30)
    assert not np.allclose(critic(rows), bare(rows))
    # The batch's own statistics: a row is judged beside others.
    assert not np.allclose(critic(rows)[:2], critic(rows[:2]))


def test_batch_norm_settles():
    generator = label_generator(jax.random.key(0), (1, 24), 0, 6, (8, 8, 4), squash=False)
    noise = normal(1, 128, 6)
    step = eqx.filter_jit(lambda network: network.in_training(noise))
    for _ in range(40):
        trained, generator = step(generator)
    np.testing.assert_allclose(trained, generator(noise), atol=1e-3)
    assert 0.2 < float(trained.std()) < 3
    single = label_generator(jax.random.key(0), (1, 5), 0, 3, (4,), squash=False)
    out, same = single.in_training(normal(2, 4, 3))
    assert same is single
    assert out.shape == (4, 5)
