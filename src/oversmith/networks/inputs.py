"""Inputs of networks: noise, the class of a row, and time."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

_FREQUENCIES = (1.0, 2.0, 4.0, 8.0)
TIME_FEATURES = 1 + 2 * len(_FREQUENCIES)


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


def one_hot(label: Int[Array, " batch"], width: int) -> Float[Array, "batch width"]:
    """Encode class codes as a condition; width 0 gives no column at all.

    Parameters
    ----------
    label : array of shape (batch,)
        Class codes.
    width : int
        Length of the condition (a class bucket), 0 for an unconditional model.

    Returns
    -------
    array of shape (batch, width)
        One-hot rows.

    Examples
    --------
    >>> one_hot(jnp.array([1]), 2).tolist(), one_hot(jnp.array([1]), 0).shape
    ([[0.0, 1.0]], (1, 0))
    """
    return jax.nn.one_hot(label, width)


def with_condition(
    rows: Float[Array, "batch columns"], label: Int[Array, " batch"], width: int
) -> Float[Array, "batch conditioned"]:
    """Put the class condition in front of rows; in front, so that padding stays at the end.

    Parameters
    ----------
    rows : array of shape (batch, columns)
        Noise, or encoded rows.
    label : array of shape (batch,)
        Class codes.
    width : int
        Length of the condition, 0 for an unconditional model.

    Returns
    -------
    array of shape (batch, width + columns)
        The rows themselves when ``width`` is 0.

    Examples
    --------
    >>> with_condition(jnp.array([[7.0]]), jnp.array([1]), 2).tolist()
    [[0.0, 1.0, 7.0]]
    """
    return rows if width == 0 else jnp.concatenate([one_hot(label, width), rows], axis=1)


def time_features(time: Float[Array, " batch"]) -> Float[Array, "batch features"]:
    """Encode times by themselves and by sines and cosines of half turns.

    Parameters
    ----------
    time : array of shape (batch,)
        Times in [0, 1].

    Returns
    -------
    array of shape (batch, 9)
        The time, centred, and sine and cosine of pi t, 2 pi t, 4 pi t and 8 pi t.

    Examples
    --------
    >>> time_features(jnp.array([0.25]))[0, :3].round(2).tolist()
    [-0.25, 0.7..., 1.0]
    """
    angles = jnp.pi * time[:, None] * jnp.array(_FREQUENCIES)
    return jnp.concatenate([time[:, None] - 0.5, jnp.sin(angles), jnp.cos(angles)], axis=1)
