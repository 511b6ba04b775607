"""A U-Net: residual blocks at falling and rising resolution, conditioned on numbers that hold for a whole series.

Places are laid out (batch, place, channels), those of images (batch, row, column, channels).
"""

from __future__ import annotations

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from oversmith.networks.convolve import (
    Shape,
    convolve,
    crop,
    from_patches,
    points_per_place,
    to_patches,
    to_places,
    to_rows,
)
from oversmith.networks.init import full, init_weight
from oversmith.networks.mlp import linear
from oversmith.networks.recurrent import SelfAttention

STEM = 7
KERNEL = 3
DOWN = 4
# Longer series and larger images are cut into patches, so that about this many places are convolved at most.
PLACES = 256
_HEADS = 4
_EPSILON = 1e-6


def patch_of(shape: Shape) -> int:
    """Find the points per place along each axis: 1, or as many as leave 256 places of a series, 16 x 16 of an image.

    Parameters
    ----------
    shape : tuple of int
        Channels, then points along each axis.

    Returns
    -------
    int
        A power of 2.

    Examples
    --------
    >>> [patch_of((1, n)) for n in (5, 256, 257, 800, 1600)], [patch_of((1, n, n)) for n in (14, 28, 64)]
    ([1, 1, 2, 4, 8], [1, 2, 4])
    """
    return points_per_place(shape, PLACES if len(shape) == 2 else round(PLACES**0.5))


def rms_norm(x: Float[Array, "... units"], gain: Float[Array, " units"]) -> Float[Array, "... units"]:
    """Bring the units of each place to a mean square of 1, and scale them.

    Parameters
    ----------
    x : array of shape (..., units)
        Places.
    gain : array of shape (units,)
        Learnt.

    Returns
    -------
    array of shape (..., units)
        Normalised places; none depends on another.

    Examples
    --------
    >>> rms_norm(jnp.array([[3.0, 3.0]]), jnp.array([1.0, 2.0])).round(3).tolist()
    [[1.0, 2.0]]
    """
    return x * jax.lax.rsqrt(jnp.mean(x**2, axis=-1, keepdims=True) + _EPSILON) * gain


class ResBlock(eqx.Module):
    """Norm, SiLU and convolution, twice, beside a linear way around them; numbers scale and shift in between.

    Attributes
    ----------
    gains : tuple of two arrays
        Of the norms.
    weights, biases : tuple of two arrays
        Of the convolutions.
    condition : array of shape (numbers, 2 out)
        From the numbers to scale and shift.
    way : array of shape (in, out)
        From the block's input to its output.
    """

    gains: tuple[Array, Array]
    weights: tuple[Array, Array]
    biases: tuple[Array, Array]
    condition: Array
    way: Array

    def __call__(self, x: Array, numbers: Float[Array, "batch numbers"]) -> Array:
        """Map places to places.

        Parameters
        ----------
        x : array of shape (batch, places, in) or (batch, rows, columns, in)
            Places.
        numbers : array of shape (batch, numbers)
            Numbers that hold for the whole series.

        Returns
        -------
        array of shape (batch, places, out) or (batch, rows, columns, out)
            Places.
        """
        places = (len(x),) + (1,) * (x.ndim - 2)
        scale, shift = jnp.split(linear(numbers, self.condition).reshape(*places, -1), 2, axis=-1)
        units = convolve(jax.nn.silu(rms_norm(x, self.gains[0])), self.weights[0]) + self.biases[0]
        units = rms_norm(units, self.gains[1]) * (1 + scale) + shift
        return x @ self.way + convolve(jax.nn.silu(units), self.weights[1]) + self.biases[1]


class LinearAttention(eqx.Module):
    """Every place reads a summary that all places write, at a cost that grows with their number alone.

    Attributes
    ----------
    gain : array of shape (units,)
        Of the norm before it.
    project : array of shape (units, 3 units)
        To what a place asks, where it writes, and what it writes.
    back : array of shape (units, units)
        From what was read.
    """

    gain: Array
    project: Array
    back: Array

    def __call__(self, x: Float[Array, "batch places units"]) -> Float[Array, "batch places units"]:
        """Add to each place what it reads.

        Parameters
        ----------
        x : array of shape (batch, places, units)
            Places.

        Returns
        -------
        array of shape (batch, places, units)
            Places.
        """
        batch, places, units = x.shape
        heads = _HEADS if units % _HEADS == 0 else 1
        queries, where, what = (
            part.reshape(batch, places, heads, -1)
            for part in jnp.split(rms_norm(x, self.gain) @ self.project, 3, axis=2)
        )
        summary = jnp.einsum("bphk,bphv->bhkv", jax.nn.softmax(where, axis=1), what)
        read = jnp.einsum("bphk,bhkv->bphv", jax.nn.softmax(queries, axis=3), summary)
        return x + read.reshape(batch, places, units) @ self.back


class UNet(eqx.Module):
    """Numbers and a series (or image) in, one of the same shape out.

    Parameters
    ----------
    shape : tuple of int
        Channels, then points along each axis: (channels, length) or (channels, height, width), of any size.
    before : int
        Numbers in front of the series.
    widths : tuple of int
        Channels of each level; each level below the first has half the places of the one above it.
    patch : int, default=1
        Points per place along each axis.
    key : jax.random.key
        Source of the weights.

    Attributes
    ----------
    numbers : tuple of arrays
        Weights and biases of two layers, from the numbers in front of a row to those the blocks read.
    stem : (array, array)
        Weights and bias of the first convolution.
    down, up : tuple of (ResBlock, LinearAttention, array or None)
        Block, attention and the convolution to or from the level below, of each level; no such convolution at the
        lowest one.
    middle : (ResBlock, SelfAttention, ResBlock)
        At the lowest level.
    last : (array, array, array)
        Gain of the norm, weights and bias of the last convolution.

    Examples
    --------
    >>> network = UNet((2, 37), 3, (4, 8), key=jax.random.key(0))
    >>> jax.eval_shape(network, jnp.ones((5, 3 + 74))).shape
    (5, 74)
    """

    numbers: tuple[Array, Array, Array, Array]
    stem: tuple[Array, Array]
    down: tuple[tuple[ResBlock, LinearAttention, Array | None], ...]
    middle: tuple[ResBlock, SelfAttention, ResBlock]
    up: tuple[tuple[ResBlock, LinearAttention, Array | None], ...]
    last: tuple[Array, Array, Array]
    shape: Shape = eqx.field(static=True)
    before: int = eqx.field(static=True)
    patch: int = eqx.field(static=True)

    def __init__(self, shape: Shape, before: int, widths: tuple[int, ...], patch: int = 1, *, key: Array) -> None:
        dims, numbers = len(shape) - 1, 4 * widths[0]
        data = shape[0] * patch**dims
        # More keys than there are weights, so that they need not be counted.
        keys = iter(jax.random.split(key, 20 * (len(widths) + 1)))

        def weight(kernel: int, n_in: int, n_out: int, spread: float = 3.0) -> Array:
            return init_weight(next(keys), ((kernel,) * dims + (n_in, n_out)), kernel**dims * n_in, spread)

        def dense(n_in: int, n_out: int, spread: float = 3.0) -> Array:
            return init_weight(next(keys), (n_in, n_out), n_in, spread)

        def block(n_in: int, n_out: int) -> ResBlock:
            weights = weight(KERNEL, n_in, n_out), weight(KERNEL, n_out, n_out)
            gains = full(1, n_in), full(1, n_out)
            return ResBlock(gains, weights, (full(0, n_out),) * 2, dense(numbers, 2 * n_out, 1.0), dense(n_in, n_out))

        def reader(n: int) -> LinearAttention:
            return LinearAttention(full(1, n), dense(n, 3 * n), dense(n, n, 1.0))

        self.numbers = dense(before, numbers), full(0, numbers), dense(numbers, numbers), full(0, numbers)
        self.stem = weight(STEM, data, widths[0]), full(0, widths[0])
        down, up = [], []
        above = (widths[0], *widths)
        for number, n in enumerate(widths):
            last = number == len(widths) - 1
            # A convolution of kernel 4 and stride 2 leads to the next level, of kernel 3 after a doubling back from it.
            down.append((block(above[number], n), reader(n), None if last else weight(DOWN, n, n)))
        lowest = widths[-1]
        self.middle = block(lowest, lowest), SelfAttention(lowest, key=next(keys)), block(lowest, lowest)
        for number, n in reversed(list(enumerate(widths))):
            last = number == len(widths) - 1
            higher = None if last else weight(KERNEL, widths[number + 1], n)
            up.append((block(2 * n, n), reader(n), higher))
        self.down, self.up = tuple(down), tuple(up)
        self.last = full(1, 2 * widths[0]), weight(KERNEL, 2 * widths[0], data, 1.0), full(0, data)
        self.shape, self.before, self.patch = shape, before, patch

    def __call__(self, rows: Float[Array, "batch in"]) -> Float[Array, "batch width"]:
        """Map rows.

        Parameters
        ----------
        rows : array of shape (batch, before + channels * points)
            Numbers that are the same for the whole series (class, time of a diffusion), then the series.

        Returns
        -------
        array of shape (batch, channels * points)
            Flat series.
        """
        first, first_bias, second, second_bias = self.numbers
        numbers = jax.nn.silu(linear(rows[:, : self.before], first) + first_bias)
        numbers = jax.nn.silu(linear(numbers, second) + second_bias)
        x = to_places(rows[:, self.before :], self.shape)
        # As much on either side: whole patches, which halve as often as there are levels below the first.
        whole = self.patch * 2 ** (len(self.down) - 1)
        before = [(-size % whole) // 2 for size in self.shape[1:]]
        after = [-size % whole - pad for size, pad in zip(self.shape[1:], before, strict=True)]
        x = to_patches(jnp.pad(x, ((0, 0), *zip(before, after, strict=True), (0, 0))), self.patch)
        x = start = convolve(x, self.stem[0]) + self.stem[1]
        levels = []
        for block, reader, lower in self.down:
            x = _over_places(reader, block(x, numbers))
            levels.append(x)
            x = x if lower is None else convolve(x, lower, 2)
        x = self.middle[2](_over_places(self.middle[1], self.middle[0](x, numbers)), numbers)
        for (block, reader, higher), beside in zip(self.up, reversed(levels), strict=True):
            x = x if higher is None else convolve(_doubled(x), higher)
            x = _over_places(reader, block(jnp.concatenate([x, beside], axis=-1), numbers))
        gain, weight, bias = self.last
        x = jax.nn.silu(rms_norm(jnp.concatenate([x, start], axis=-1), gain))
        x = from_patches(convolve(x, weight) + bias, self.patch)
        return to_rows(crop(x, self.shape[1:]))


def _over_places(attend: Callable[[Array], Array], x: Array) -> Array:
    """Let an attention see the places of a series or an image in one row."""
    return attend(x.reshape(len(x), -1, x.shape[-1])).reshape(x.shape)


def _doubled(x: Array) -> Array:
    for axis in range(1, x.ndim - 1):
        x = jnp.repeat(x, 2, axis=axis)
    return x
