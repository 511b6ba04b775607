"""Time as the input of a network."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

_FREQUENCIES = (1.0, 2.0, 4.0, 8.0)
TIME_FEATURES = 1 + 2 * len(_FREQUENCIES)


def time_features(time: Float[Array, " batch"]) -> Float[Array, "batch features"]:
    """Spell out times by themselves and by sines and cosines of half turns.

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
