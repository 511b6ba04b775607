"""Two-dimensional convolutions over batches of images, laid out (batch, height, width, channels).

As in one dimension, every convolution is a gather of shifted slices and one matrix product: a critic of 28 x 28 pixels
learns with a gradient penalty in half the time that XLA's own convolution takes on a CPU.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from oversmith.networks.mlp import linear
from oversmith.networks.patches import cut


def conv2d(
    x: Float[Array, "batch height width in"],
    weight: Float[Array, "kernel kernel n_in n_out"],
    stride: int = 1,
    dilation: int = 1,
) -> Float[Array, "batch rows columns out"]:
    """Convolve images, padded with zeros so that ``ceil(size / stride)`` places come out along either axis.

    Parameters
    ----------
    x : array of shape (batch, height, width, in)
        Images.
    weight : array of shape (kernel, kernel, in, out)
        Weights.
    stride, dilation : int
        Steps between places, and between the points of a kernel.

    Returns
    -------
    array of shape (batch, ceil(height / stride), ceil(width / stride), out)
        The convolution; no bias.

    Examples
    --------
    >>> conv2d(jnp.ones((1, 2, 2, 1)), jnp.ones((3, 3, 1, 1)), 2).ravel().tolist()
    [4.0]
    """
    kernel, _, n_in, n_out = weight.shape
    if stride > 1 and kernel % stride == 0 and dilation == 1:
        return _by_blocks(x, weight, stride)
    places, x = _padded(x, (kernel - 1) * dilation + 1, stride)
    reach = [(n - 1) * stride + 1 for n in places]
    starts = range(0, kernel * dilation, dilation)
    taps = [x[:, i : i + reach[0] : stride, j : j + reach[1] : stride] for i in starts for j in starts]
    rows = jnp.concatenate(taps, axis=3).reshape(-1, kernel * kernel * n_in)
    return linear(rows, weight.reshape(-1, n_out)).reshape(len(x), *places, n_out)


def _padded(x: Array, reach: int, stride: int) -> tuple[list[int], Array]:
    """Pad images so that ``ceil(size / stride)`` kernels fit; return how many do, too."""
    sizes = x.shape[1:3]
    places = [-(-size // stride) for size in sizes]
    missing = [max((n - 1) * stride + reach - size, 0) for n, size in zip(places, sizes, strict=True)]
    return places, jnp.pad(x, ((0, 0), *((m // 2, m - m // 2) for m in missing), (0, 0)))


def _by_blocks(x: Array, weight: Array, stride: int) -> Array:
    """Convolve with a stride that divides the kernel: blocks of pixels become places, and fewer slices are gathered.

    As fast as the slices of single pixels, and traced and compiled in half the time.
    """
    kernel, _, n_in, n_out = weight.shape
    n = kernel // stride
    places, x = _padded(x, kernel, stride)
    sizes = [(size + n - 1) * stride for size in places]
    blocks = cut(x[:, : sizes[0], : sizes[1]], stride)
    taps = [blocks[:, i : i + places[0], j : j + places[1]] for i in range(n) for j in range(n)]
    rows = jnp.concatenate(taps, axis=3).reshape(-1, kernel * kernel * n_in)
    points = weight.reshape(n, stride, n, stride, n_in, n_out).transpose(0, 2, 1, 3, 4, 5)
    return linear(rows, points.reshape(-1, n_out)).reshape(len(x), *places, n_out)


def conv_transpose2d(
    x: Float[Array, "batch height width in"], weight: Float[Array, "4 4 n_in n_out"]
) -> Float[Array, "batch doubled_height doubled_width out"]:
    """Double the size of images: the transposed convolution with kernel 4, stride 2 and padding 1.

    Parameters
    ----------
    x : array of shape (batch, height, width, in)
        Images.
    weight : array of shape (4, 4, in, out)
        Weights; point ``(k, l)`` of the kernel falls on place ``(2 i + k - 1, 2 j + l - 1)``.

    Returns
    -------
    array of shape (batch, 2 height, 2 width, out)
        No bias.

    Examples
    --------
    >>> conv_transpose2d(jnp.ones((1, 1, 1, 1)), jnp.arange(16.0).reshape(4, 4, 1, 1)).ravel().tolist()
    [5.0, 6.0, 9.0, 10.0]
    """
    batch, height, width, _ = x.shape
    n_out = weight.shape[3]
    padded = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))

    def phase(row: int, column: int) -> Array:
        # An even place hears points 3 and 1 of the kernel, from the pixel before and its own; an odd one 2 and 0.
        pairs = [(i, j) for i in range(2) for j in range(2)]
        taps = [padded[:, row + i : row + i + height, column + j : column + j + width] for i, j in pairs]
        points = [weight[3 - row - 2 * i, 3 - column - 2 * j] for i, j in pairs]
        flat = linear(jnp.concatenate(taps, axis=3).reshape(batch * height * width, -1), jnp.concatenate(points))
        return flat.reshape(batch, height, width, n_out)

    rows = [jnp.stack([phase(row, column) for column in range(2)], axis=3) for row in range(2)]
    return jnp.stack(rows, axis=2).reshape(batch, 2 * height, 2 * width, n_out)
