"""Patches of series and images: their points as channels of one place."""

from __future__ import annotations

from jaxtyping import Array


def cut(x: Array, patch: int) -> Array:
    """Make the points of each patch channels of one place.

    Parameters
    ----------
    x : array of shape (batch, points, channels) or (batch, rows, columns, channels)
        Series or images; the points along each axis are a multiple of ``patch``.
    patch : int
        Points per place along each axis.

    Returns
    -------
    array
        Fewer places, of more channels.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> cut(jnp.ones((5, 8, 4, 3)), 2).shape
    (5, 4, 2, 12)
    """
    if patch == 1:
        return x
    batch, *sizes, channels = x.shape
    x = x.reshape(batch, *(n for size in sizes for n in (size // patch, patch)), channels)
    axes = range(len(sizes))
    x = x.transpose(0, *(1 + 2 * axis for axis in axes), *(2 + 2 * axis for axis in axes), x.ndim - 1)
    return x.reshape(batch, *(size // patch for size in sizes), -1)


def joined(x: Array, patch: int) -> Array:
    """Undo `cut`.

    Parameters
    ----------
    x : array of shape (batch, places, channels) or (batch, rows, columns, channels)
        Places.
    patch : int
        Points per place along each axis.

    Returns
    -------
    array
        Points.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> x = jnp.arange(32.0).reshape(1, 4, 4, 2)
    >>> bool((joined(cut(x, 2), 2) == x).all())
    True
    """
    if patch == 1:
        return x
    batch, *places, _ = x.shape
    n = len(places)
    x = x.reshape(batch, *places, *(patch,) * n, -1)
    x = x.transpose(0, *(k for axis in range(n) for k in (1 + axis, 1 + n + axis)), x.ndim - 1)
    return x.reshape(batch, *(place * patch for place in places), -1)
