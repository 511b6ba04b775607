from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.networks.convolve import (
    convolve,
    convolve_transposed,
    crop,
    from_patches,
    points_per_place,
    to_patches,
    to_places,
    to_rows,
    with_channels,
)

LAYOUTS = {1: ("NWC", "WIO", "NWC"), 2: ("NHWC", "HWIO", "NHWC")}


def normal(number, *shape):
    # By NumPy: JAX would compile a program for every shape.
    return np.random.default_rng(number).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(
    "kernel, stride, dilation, sizes",
    [
        *[(*c, (n,)) for c in ((4, 2, 1), (5, 2, 1), (3, 1, 4), (16, 8, 1), (1, 1, 1)) for n in (1, 5, 37)],
        *[(*c, s) for c in ((4, 2, 1), (5, 2, 1), (3, 1, 2), (6, 3, 1)) for s in ((1, 4), (5, 8), (7, 7))],
    ],
)
def test_convolution_is_that_of_xla(kernel, stride, dilation, sizes):
    n = len(sizes)
    x, weight = normal(0, 3, *sizes, 2), normal(1, *(kernel,) * n, 2, 4)

    @jax.jit
    def both(x, weight):
        theirs = jax.lax.conv_general_dilated(
            x, weight, (stride,) * n, "SAME", rhs_dilation=(dilation,) * n, dimension_numbers=LAYOUTS[n]
        )
        return convolve(x, weight, stride, dilation), theirs

    np.testing.assert_allclose(*both(x, weight), atol=1e-4)


@pytest.mark.parametrize("sizes", [(7,), (3, 5)])
def test_transposed_convolution_is_that_of_xla(sizes):
    n = len(sizes)
    x, weight = normal(0, 3, *sizes, 2), normal(1, *(4,) * n, 2, 5)
    # The adjoint of a convolution with kernel 4, stride 2 and padding 1: transposed in channels.
    theirs = jax.vjp(
        lambda y: jax.lax.conv_general_dilated(
            y, jnp.swapaxes(weight, -1, -2), (2,) * n, [(1, 1)] * n, dimension_numbers=LAYOUTS[n]
        ),
        jnp.zeros((3, *(2 * size for size in sizes), 5)),
    )[1](x)[0]
    np.testing.assert_allclose(convolve_transposed(x, weight), theirs, atol=1e-4)


def test_layout():
    rows = normal(0, 3, 10)
    series = to_places(rows, (2, 5))
    assert series.shape == (3, 5, 2)
    np.testing.assert_array_equal(series[:, :, 1], rows[:, 5:])
    np.testing.assert_array_equal(to_rows(series), rows)
    np.testing.assert_array_equal(crop(series, (3,)), series[:, 1:4])
    wide = with_channels(series, normal(1, 3, 2))
    assert wide.shape == (3, 5, 4)
    np.testing.assert_array_equal(wide[:, :, 2:], series)
    assert with_channels(series, normal(1, 3, 0)) is series
    image = to_places(normal(2, 3, 24), (2, 3, 4))
    assert (image.shape, crop(image, (1, 2)).shape) == ((3, 3, 4, 2), (3, 1, 2, 2))


def test_patches():
    x = normal(0, 2, 4, 6, 3)
    patches = to_patches(x, 2)
    np.testing.assert_array_equal(patches[0, 1, 2], x[0, 2:4, 4:6].ravel())
    np.testing.assert_array_equal(from_patches(patches, 2), x)
    assert to_patches(x, 1) is from_patches(x, 1) is x
    assert [points_per_place((1, n), 8) for n in (8, 9, 28, 64)] == [1, 2, 4, 8]
    assert [points_per_place((1, n), 128, 2) for n in (1, 256, 257, 513)] == [2, 2, 4, 8]
