"""Self-attention over the places of a series, with keys that are the values."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from oversmith.networks.weights import draw_weight


class SelfAttention(eqx.Module):
    """Every place weighs all places and adds what it finds; keys and values are the same. Make one with `attention`.

    Attributes
    ----------
    query, value : arrays of shape (units, units)
        Projections; the second serves as key and as value.
    """

    query: Float[Array, "units units"]
    value: Float[Array, "units units"]

    def __call__(self, x: Float[Array, "batch places units"]) -> Float[Array, "batch places units"]:
        """Add to each place the weighted values of all places.

        Parameters
        ----------
        x : array of shape (batch, places, units)
            Places.

        Returns
        -------
        array of shape (batch, places, units)
            ``x + softmax(q k' / sqrt(units)) v`` with ``k = v`` (document 002, Eq. 4 to 6).
        """
        q, v = x @ self.query, x @ self.value
        weights = jax.nn.softmax(jnp.einsum("bqu,bku->bqk", q, v) / x.shape[2] ** 0.5, axis=2)
        return x + jnp.einsum("bqk,bku->bqu", weights, v)


def attention(key: Array, units: int) -> SelfAttention:
    """Make a self-attention with fresh weights.

    Parameters
    ----------
    key : jax.random.key
        Source of the weights.
    units : int
        Units per place.

    Returns
    -------
    SelfAttention
        The network.

    Examples
    --------
    >>> attention(jax.random.key(0), 4)(jnp.ones((2, 5, 4))).shape
    (2, 5, 4)
    """
    first, second = jax.random.split(key)
    return SelfAttention(draw_weight(first, (units, units), units), draw_weight(second, (units, units), units))
