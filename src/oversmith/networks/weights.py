"""First weights of networks, drawn on the host."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array


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
    if isinstance(key, jax.core.Tracer):
        # Traced, as for the shapes of a network alone, there is no number to seed with.
        return jax.random.uniform(key, shape, minval=-bound, maxval=bound)
    random = host_random(key)
    values = random.uniform(-bound, bound, shape) if initial_sd is None else random.normal(scale=initial_sd, size=shape)
    return jnp.asarray(values, dtype=jnp.float32)
