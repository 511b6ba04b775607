"""Convolutional maps from series to series and from images to images; rows are flat, with numbers in front of them."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from oversmith.networks.conv import PLACES
from oversmith.networks.convolve import (
    Shape,
    convolve,
    from_patches,
    points_per_place,
    to_patches,
    to_places,
    to_rows,
    with_channels,
)
from oversmith.networks.init import full, init_weight
from oversmith.networks.mlp import linear

# A map of images leaves about this many places along each axis.
IMAGE_PLACES = 8
# Points of the first kernel of a map of series.
_FIRST = 5


class ConvMap(eqx.Module):
    """Residual dilated convolutions from series or images to ones of the same shape, over patches of points.

    Series read the numbers in front of them as channels of every place; images read them at every layer.

    Parameters
    ----------
    shape : tuple of int
        Channels, then points along each axis.
    before : int
        Numbers in front of the rows that hold for the whole series or image (class, time of a flow).
    widths : tuple of int
        One residual layer each. The first is the number of channels of all for images; for series half of it is: a
        channel at every place costs more than a unit.
    key : jax.random.key
        Source of the weights.

    Attributes
    ----------
    weights, biases : tuple of arrays
        Of the first layer, the residual layers, and the last layer.
    shifts : tuple of arrays of shape (before, units)
        From the numbers to each layer but the last, for images; empty for series.
    patch : int
        Points per place along each axis.

    Examples
    --------
    >>> network = ConvMap((3, 9, 5), 2, (8, 8), key=jax.random.key(0))
    >>> network(jnp.ones((4, 2 + 135))).shape
    (4, 135)
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    shifts: tuple[Array, ...]
    shape: Shape = eqx.field(static=True)
    before: int = eqx.field(static=True)
    patch: int = eqx.field(static=True)

    def __init__(self, shape: Shape, before: int, widths: tuple[int, ...], *, key: Array) -> None:
        dims = len(shape) - 1
        of_images = dims > 1
        patch = points_per_place(shape, IMAGE_PLACES) if of_images else points_per_place(shape, PLACES, 2)
        n = widths[0] if of_images else max(widths[0] // 2, 1)
        data = shape[0] * patch**dims
        first = (3, data, n) if of_images else (_FIRST, before + data, n)
        sizes = [first, *[(3, n, n)] * len(widths), (3, n, data)]
        keys = jax.random.split(key, 2 * len(sizes))
        self.weights = tuple(
            init_weight(k, (*(kernel,) * dims, n_in, n_out), kernel**dims * n_in, 3)
            for k, (kernel, n_in, n_out) in zip(keys, sizes, strict=False)
        )
        self.biases = tuple(full(0, size[-1]) for size in sizes)
        self.shifts = (
            tuple(init_weight(k, (before, n), max(before, 1), 3) for k in keys[len(sizes) : -1]) if of_images else ()
        )
        self.shape, self.before, self.patch = shape, before, patch

    def __call__(self, rows: Float[Array, "batch in"]) -> Float[Array, "batch width"]:
        """Map rows.

        Parameters
        ----------
        rows : array of shape (batch, before + channels * points)
            Numbers that hold for the whole series or image, then the series or image, channel after channel.

        Returns
        -------
        array of shape (batch, channels * points)
            Flat rows.
        """
        numbers, x = rows[:, : self.before], to_places(rows[:, self.before :], self.shape)
        missing = [(0, -size % self.patch) for size in self.shape[1:]]
        x = to_patches(jnp.pad(x, ((0, 0), *missing, (0, 0))), self.patch)
        if not self.shifts:
            x = with_channels(x, numbers)
        x = convolve(x, self.weights[0]) + self.biases[0] + self._shift(0, numbers, x)
        for number, (weight, bias) in enumerate(zip(self.weights[1:-1], self.biases[1:-1], strict=True)):
            # Places far apart meet after a few layers; beyond the last place there is nothing to read.
            reach = min(2**number, max(x.shape[1:-1]))
            x = x + convolve(jax.nn.silu(x + self._shift(number + 1, numbers, x)), weight, dilation=reach) + bias
        x = from_patches(convolve(jax.nn.silu(x), self.weights[-1]) + self.biases[-1], self.patch)
        return to_rows(x[:, *(slice(size) for size in self.shape[1:])])

    def _shift(self, layer: int, numbers: Array, x: Array) -> Array | float:
        """Return what the numbers add to a layer of an image."""
        if not (self.shifts and self.before):
            return 0.0
        return linear(numbers, self.shifts[layer]).reshape(len(x), *(1,) * (x.ndim - 2), -1)
