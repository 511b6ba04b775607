from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.networks import image_map, label_critic, label_generator, unet

SIZES = pytest.mark.parametrize("size", [(4, 4), (5, 7), (14, 14), (28, 28)], ids=str)
CHANNELS = pytest.mark.parametrize("channels", [1, 3])


@SIZES
@CHANNELS
def test_every_network_of_images_takes_any_size(size, channels):
    shape, key, rows = (channels, *size), jax.random.key(0), channels * size[0] * size[1]
    networks = {
        "map": (image_map(key, shape, 2, (4, 4)), 2 + rows, rows),
        "generator": (label_generator(key, shape, 0, 5, (4, 4), squash=False), 5, rows),
        "critic": (label_critic(key, shape, 2, (4, 4), head=4), 2 + rows, 1),
        "unet": (unet(key, shape, 2, (4, 4)), 2 + rows, rows),
    }
    for name, (network, n_in, n_out) in networks.items():
        assert jax.eval_shape(network, jnp.ones((6, n_in))).shape == (6, n_out), name


def test_every_pixel_hears_every_pixel_and_what_is_told():
    network = image_map(jax.random.key(0), (1, 9, 6), 3, (8, 8, 8))
    rows = jax.random.normal(jax.random.key(1), (1, 3 + 54))
    slope = jax.jit(jax.jacfwd(lambda row: network(row)[0]))(rows)[:, 0]
    assert (jnp.abs(slope) > 0).mean() > 0.9
    assert (jnp.abs(slope[:, :3]).max(axis=0) > 0).all()


def test_a_layer_by_hand():
    network = image_map(jax.random.key(0), (1, 2, 2), 2, (3,))
    x, told = jnp.arange(4.0).reshape(1, 2, 2, 1) / 4, jnp.array([[1.0, -2.0]])

    def convolved(x, weight, dilation=1):
        return jax.lax.conv_general_dilated(
            x, weight, (1, 1), "SAME", rhs_dilation=(dilation,) * 2, dimension_numbers=("NHWC", "HWIO", "NHWC")
        )

    units = convolved(x, network.weights[0]) + told @ network.tells[0]
    units = units + convolved(jax.nn.silu(units + told @ network.tells[1]), network.weights[1])
    expected = convolved(jax.nn.silu(units), network.weights[2]).reshape(1, 4)
    got = network(jnp.concatenate([told, x.reshape(1, 4)], axis=1))
    np.testing.assert_allclose(got, expected, atol=1e-5)
