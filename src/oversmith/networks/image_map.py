"""From images to images of the same shape: residual dilated convolutions over patches."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from oversmith.networks.conv2d import conv2d
from oversmith.networks.mlp import linear
from oversmith.networks.patches import cut, joined
from oversmith.networks.weights import drawn, filled

Shape = tuple[int, ...]

KERNEL = 3
# Larger images are cut into patches, so that about this many places are convolved along each axis.
PLACES = 8


def image_patch(shape: Shape) -> int:
    """Find the pixels per place along each axis: as many as leave 8 places or fewer.

    Examples
    --------
    >>> [image_patch((1, n, n)) for n in (4, 8, 14, 28, 64)]
    [1, 1, 2, 4, 8]
    """
    patch = 1
    while max(shape[1:]) > patch * PLACES:
        patch *= 2
    return patch


class ImageMap(eqx.Module):
    """Residual dilated convolutions over patches of an image, told numbers at every layer. Make one with `image_map`.

    Attributes
    ----------
    weights, biases : tuple of arrays
        Of the first layer, the residual layers, and the last layer.
    tells : tuple of arrays of shape (before, units)
        From the told numbers to each layer but the last.
    shape, before, patch : (int, int, int), int, int
        Channels, height and width, numbers in front of the image, pixels per place along each axis.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    tells: tuple[Array, ...]
    shape: Shape = eqx.field(static=True)
    before: int = eqx.field(static=True)
    patch: int = eqx.field(static=True)

    def __call__(self, rows: Float[Array, "batch in"]) -> Float[Array, "batch width"]:
        """Map rows.

        Parameters
        ----------
        rows : array of shape (batch, before + channels * height * width)
            Numbers that hold for the whole image (class, time of a flow), then the image, channel after channel.

        Returns
        -------
        array of shape (batch, channels * height * width)
            Flat images.
        """
        told = [linear(rows[:, : self.before], tell)[:, None, None] if self.before else 0.0 for tell in self.tells]
        x = jnp.moveaxis(rows[:, self.before :].reshape(len(rows), *self.shape), 1, -1)
        missing = [(0, -size % self.patch) for size in self.shape[1:]]
        x = cut(jnp.pad(x, ((0, 0), *missing, (0, 0))), self.patch)
        x = conv2d(x, self.weights[0]) + self.biases[0] + told[0]
        for number, (weight, bias) in enumerate(zip(self.weights[1:-1], self.biases[1:-1], strict=True)):
            # Places far apart meet after a few layers; beyond the image there is nothing to hear.
            reach = min(2**number, max(x.shape[1:3]))
            x = x + conv2d(jax.nn.silu(x + told[number + 1]), weight, dilation=reach) + bias
        x = joined(conv2d(jax.nn.silu(x), self.weights[-1]) + self.biases[-1], self.patch)
        x = x[:, : self.shape[1], : self.shape[2]]
        return jnp.moveaxis(x, -1, 1).reshape(len(x), -1)


def image_map(key: Array, shape: Shape, before: int, widths: tuple[int, ...]) -> ImageMap:
    """Make a map from images to images with fresh weights.

    Parameters
    ----------
    key : jax.random.key
        Source of the weights.
    shape : (int, int, int)
        Channels, height and width, of any size.
    before : int
        Numbers in front of the image.
    widths : tuple of int
        One residual layer each; the first is the number of channels of all.

    Returns
    -------
    ImageMap
        The network.

    Examples
    --------
    >>> network = image_map(jax.random.key(0), (3, 9, 5), 2, (8, 8))
    >>> network(jnp.ones((4, 2 + 135))).shape
    (4, 135)
    """
    patch, n = image_patch(shape), widths[0]
    data = shape[0] * patch**2
    sizes = [(data, n), *[(n, n)] * len(widths), (n, data)]
    keys = jax.random.split(key, 2 * len(sizes))
    weights = [
        drawn(k, (KERNEL, KERNEL, *size), KERNEL**2 * size[0], 3.0) for k, size in zip(keys, sizes, strict=False)
    ]
    tells = [drawn(k, (before, n), max(before, 1), 3.0) for k in keys[len(sizes) : -1]]
    return ImageMap(tuple(weights), tuple(filled(0, size[1]) for size in sizes), tuple(tells), shape, before, patch)
