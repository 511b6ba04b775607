"""Noise for a generator's input."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def latent_noise(key: Array, rows: int, columns: int) -> Float[Array, "rows columns"]:
    """Draw standard normal noise from half the random bits `jax.random.normal` takes.

    Random bits are a tenth of a small training step. A latent has no use for the 2**23 values of a float32
    draw: here each number is one of 65,536 equally likely ones, the quantiles of the normal distribution up
    to 4.2 standard deviations.

    Parameters
    ----------
    key : jax.random.key
        Source of the noise.
    rows, columns : int
        Shape of the result.

    Returns
    -------
    array of shape (rows, columns)
        Independent numbers of mean 0 and variance 1.

    Examples
    --------
    >>> latent_noise(jax.random.key(0), 4, 3).shape
    (4, 3)
    """
    bits = jax.random.bits(key, (rows, -(-columns // 2)))
    halves = jnp.concatenate([bits & 0xFFFF, bits >> 16], axis=1)[:, :columns]
    quantile = (halves.astype(jnp.float32) + 0.5) * np.float32(2 / 65536) - 1
    return np.float32(np.sqrt(2)) * jax.lax.erf_inv(quantile)
