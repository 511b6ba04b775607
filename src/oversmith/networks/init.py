"""First weights of networks, put on the device without compiling a program for each of their shapes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import jax
import numpy as np
from jaxtyping import Array

# Random numbers are drawn in rows of this many, four times this, and so on: a handful of programs for all shapes.
_DRAWN = 4096


def full(value: float, *shape: int) -> Array:
    """Make an array of one number, for which `jax.numpy.full` would compile a program.

    Parameters
    ----------
    value : float
        The number.
    *shape : int
        Of the array.

    Returns
    -------
    array
        Single precision.

    Examples
    --------
    >>> full(1, 2).tolist()
    [1.0, 1.0]
    """
    return jax.device_put(np.full(shape, value, np.float32))


def init_values(key: Array, shape: tuple[int, ...], scale: float, normal: bool = False) -> np.ndarray:
    """Draw numbers between ``-scale`` and ``scale``, or normal ones of that spread.

    They are those of `jax.random.uniform` and `jax.random.normal` for the key and shape: each depends on the key and
    its position alone, so they are the first of a longer row, whose program many shapes share.

    Parameters
    ----------
    key : jax.random.key
        Source of randomness.
    shape : tuple of int
        Of the array.
    scale : float
        Largest size of a uniform number, standard deviation of a normal one.
    normal : bool, default=False
        Which of the two.

    Returns
    -------
    numpy.ndarray
        Single precision, on the host, read-only.

    Examples
    --------
    >>> key = jax.random.key(0)
    >>> bool((init_values(key, (2, 3), 1.0) == jax.random.uniform(key, (2, 3), minval=-1.0)).all())
    True
    """
    size, drawn = math.prod(shape), _DRAWN
    while drawn < size:
        drawn *= 4
    if normal:
        row = np.float32(scale) * np.asarray(jax.random.normal(key, (drawn,)))
    else:
        row = np.asarray(jax.random.uniform(key, (drawn,), minval=-scale, maxval=scale))
    return row[:size].reshape(shape)


def uniform_values(
    keys: Sequence[Array], shapes: Sequence[tuple[int, ...]], scales: Sequence[float]
) -> list[np.ndarray]:
    """Draw the first weights of all layers of a network: see `init_values`.

    Parameters
    ----------
    keys : sequence of jax.random.key
        Source of randomness, one per layer.
    shapes : sequence of tuple of int
        Of the arrays.
    scales : sequence of float
        Largest size of a number, of each layer.

    Returns
    -------
    list of numpy.ndarray
        Single precision, on the host, read-only.

    Examples
    --------
    >>> [values.shape for values in uniform_values(jax.random.split(jax.random.key(0)), [(4, 3), (3,)], [0.5, 0.5])]
    [(4, 3), (3,)]
    """
    return [init_values(key, shape, scale) for key, shape, scale in zip(keys, shapes, scales, strict=True)]


def init_weight(
    key: Array, shape: tuple[int, ...], fan_in: int, spread: float = 1.0, initial_sd: float | None = None
) -> Array:
    """Draw the first weights of a layer: uniform in ±√(spread/fan-in), or normal with a given standard deviation.

    Parameters
    ----------
    key : jax.random.key
        Source of randomness.
    shape : tuple of int
        Of the weights.
    fan_in : int
        Inputs of a unit.
    spread : float, default=1.0
        3 keeps the size of units, 6 keeps it before a ReLU (He et al.).
    initial_sd : float, optional
        Standard deviation; by fan-in without.

    Returns
    -------
    array
        Single precision.

    Examples
    --------
    >>> bool(abs(init_weight(jax.random.key(0), (4, 3), 4)).max() < 0.5)
    True
    """
    if initial_sd is not None:
        return jax.device_put(init_values(key, shape, initial_sd, normal=True))
    return jax.device_put(init_values(key, shape, (spread / fan_in) ** 0.5))
