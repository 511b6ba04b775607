"""First weights of networks, put on the device without compiling anything for their shapes."""

from __future__ import annotations

import math

import jax
import numpy as np
from jaxtyping import Array

# Uniform numbers are drawn in so many, or four times as many, and so on: a handful of programs for all shapes.
_DRAWN = 4096


def filled(value: float, *shape: int) -> Array:
    """Make an array of one number, which `jax.numpy.full` would compile a program for.

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
    >>> filled(1, 2).tolist()
    [1.0, 1.0]
    """
    return jax.device_put(np.full(shape, value, np.float32))


def uniform(key: Array, shape: tuple[int, ...], bound: float) -> np.ndarray:
    """Draw uniformly between a bound and its negative: the numbers of `jax.random.uniform` for that key and shape.

    Each of them depends on the key and its place alone, so they are the first of a longer row, whose program many
    shapes share.

    Parameters
    ----------
    key : jax.random.key
        Source of randomness.
    shape : tuple of int
        Of the array.
    bound : float
        Largest size.

    Returns
    -------
    numpy.ndarray
        Single precision, on the host, read-only.

    Examples
    --------
    >>> key = jax.random.key(0)
    >>> bool((uniform(key, (2, 3), 1.0) == jax.random.uniform(key, (2, 3), minval=-1.0)).all())
    True
    """
    size, drawn_size = math.prod(shape), _DRAWN
    while drawn_size < size:
        drawn_size *= 4
    row = jax.random.uniform(key, (drawn_size,), minval=-bound, maxval=bound)
    return np.asarray(row)[:size].reshape(shape)


def draw_weight(key: Array, shape: tuple[int, ...], fan_in: int, spread: float = 1.0) -> Array:
    """Draw weights uniform in ±√(spread/fan-in): 1 is the default of `mlp`, 6 keeps the size of units before a ReLU.

    Shapes and types are those of `drawn`, which takes its numbers from NumPy: other ones for the same key.

    Examples
    --------
    >>> bool(abs(draw_weight(jax.random.key(0), (4, 3), 4)).max() < 0.5)
    True
    """
    return jax.device_put(uniform(key, shape, (spread / fan_in) ** 0.5))


def host_random(key: Array) -> np.random.Generator:
    """Make a source of first weights: JAX would compile a program for every shape, longer than a short training takes.

    Parameters
    ----------
    key : jax.random.key
        Source of randomness.

    Returns
    -------
    numpy.random.Generator
        The same for the same key.

    Examples
    --------
    >>> host_random(jax.random.key(0)).random() == host_random(jax.random.key(0)).random()
    True
    """
    return np.random.default_rng(np.asarray(jax.random.key_data(key)))


def drawn(
    key: Array, shape: tuple[int, ...], fan_in: int, spread: float = 1.0, initial_sd: float | None = None
) -> Array:
    """Draw first weights: uniform in ±√(spread/fan-in), or normal with a standard deviation.

    Parameters
    ----------
    key : jax.random.key
        Source of randomness.
    shape : tuple of int
        Of the weights.
    fan_in : int
        Inputs of a unit.
    spread : float, default=1.0
        6 keeps the size of units before a ReLU.
    initial_sd : float, optional
        Standard deviation; by fan-in without.

    Returns
    -------
    array
        Single precision.

    Examples
    --------
    >>> bool(abs(drawn(jax.random.key(0), (4, 3), 4)).max() < 0.5)
    True
    """
    bound = (spread / fan_in) ** 0.5
    random = host_random(key)
    values = random.uniform(-bound, bound, shape) if initial_sd is None else random.normal(scale=initial_sd, size=shape)
    return jax.device_put(values.astype(np.float32))
