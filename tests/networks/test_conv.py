from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.networks import conv_critic, conv_generator, conv_map
from oversmith.networks.conv import centre_crop, conv1d, conv_transpose1d, stem_of, to_rows, to_series
from oversmith.training.objectives import gradient_penalty


def normal(number, *shape):
    # By NumPy: JAX would compile a program for every shape.
    return np.random.default_rng(number).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(
    "kernel, stride, dilation", [(4, 2, 1), (5, 1, 1), (5, 2, 1), (3, 1, 4), (16, 8, 1), (1, 1, 1)]
)
@pytest.mark.parametrize("length", [1, 5, 16, 37])
def test_convolution_is_that_of_xla(kernel, stride, dilation, length):
    x, weight = normal(0, 3, length, 2), normal(1, kernel, 2, 4)

    @jax.jit
    def both(x, weight):
        theirs = jax.lax.conv_general_dilated(
            x, weight, (stride,), "SAME", rhs_dilation=(dilation,), dimension_numbers=("NWC", "WIO", "NWC")
        )
        return conv1d(x, weight, stride, dilation), theirs

    np.testing.assert_allclose(*both(x, weight), atol=1e-4)


def test_transposed_convolution_is_that_of_xla():
    x, weight = normal(0, 3, 7, 2), normal(1, 4, 2, 5)
    # The adjoint of a convolution with kernel 4, stride 2 and padding 1: transposed in channels.
    theirs = jax.vjp(
        lambda y: jax.lax.conv_general_dilated(
            y, jnp.swapaxes(weight, 1, 2), (2,), [(1, 1)], dimension_numbers=("NWC", "WIO", "NWC")
        ),
        jnp.zeros((3, 14, 5)),
    )[1](x)[0]
    np.testing.assert_allclose(conv_transpose1d(x, weight), theirs, atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 5), (3, 7), (1, 96), (2, 187), (1, 300)])
def test_networks_take_any_length(shape):
    channels, length = shape
    critic = conv_critic(jax.random.key(0), shape, 2, (4, 4, 4))
    generator = conv_generator(jax.random.key(1), shape, 2 + 6, (4, 4, 4))
    mapped = conv_map(jax.random.key(2), shape, 2, (8, 8))
    made = np.asarray(eqx.filter_jit(generator)(normal(3, 200, 8)))
    assert made.shape == (200, channels * length)
    told = np.concatenate([normal(4, 200, 2), made], axis=1)
    assert eqx.filter_jit(critic)(told).shape == (200, 1)
    assert eqx.filter_jit(mapped)(told).shape == made.shape
    # The generator starts with series of about unit size, so that a critic has something to look at.
    assert 0.2 < made.std() < 3


def test_critic_sees_every_point_and_the_class():
    critic = conv_critic(jax.random.key(0), (2, 37), 2, (8, 8))
    slope = jax.jit(jax.grad(lambda rows: critic(rows).sum()))(normal(1, 4, 2 + 74))
    assert (jnp.abs(slope).max(axis=0) > 0).all()


def test_generator_reaches_every_point_and_is_told_the_class():
    generator = conv_generator(jax.random.key(0), (2, 37), 2 + 3, (8, 8))
    made = jax.jit(jax.jacobian(lambda row: generator(row[None])[0]))(normal(1, 5))
    assert (jnp.abs(made).max(axis=1) > 0).all()
    assert (jnp.abs(made).max(axis=0) > 0).all()


def test_gradient_penalty_of_a_convolutional_critic_is_the_plain_one():
    critic = conv_critic(jax.random.key(0), (1, 20), 0, (4, 4))
    x = normal(1, 6, 20)

    def plain(network):
        slope = jax.grad(lambda rows: network(rows)[:, 0].sum())(x)
        return ((jnp.linalg.norm(slope, axis=1) - 1) ** 2).mean()

    def ours(network):
        return gradient_penalty(lambda rows: network(rows)[:, 0], x, jnp.ones(20)).mean()

    (value, slope), (expected, expected_slope) = (
        eqx.filter_jit(eqx.filter_value_and_grad(penalty))(critic) for penalty in (ours, plain)
    )
    assert float(value) == pytest.approx(float(expected), rel=1e-5)
    for a, b in zip(jax.tree.leaves(slope), jax.tree.leaves(expected_slope), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_batch_norm_of_the_generator():
    generator = conv_generator(jax.random.key(0), (1, 24), 6, (8, 8), batch_norm=True)
    noise = normal(1, 256, 6)
    step = eqx.filter_jit(lambda network: network.in_training(noise))
    for _ in range(40):
        trained, generator = step(generator)
    alone = generator(noise)
    # After the running statistics have settled, both modes make the same series.
    np.testing.assert_allclose(trained, alone, atol=1e-3)
    assert generator(noise[:1]).shape == (1, 24)
    plain = conv_generator(jax.random.key(0), (1, 24), 6, (8, 8))
    out, same = plain.in_training(noise)
    np.testing.assert_array_equal(out, plain(noise))
    assert same is plain


def test_layout():
    rows = normal(0, 3, 10)
    series = to_series(rows, (2, 5))
    assert series.shape == (3, 5, 2)
    np.testing.assert_array_equal(series[:, :, 1], rows[:, 5:])
    np.testing.assert_array_equal(to_rows(series), rows)
    np.testing.assert_array_equal(centre_crop(series, 3), series[:, 1:4])
    assert [stem_of(n) for n in (1, 256, 257, 513)] == [2, 2, 4, 8]
