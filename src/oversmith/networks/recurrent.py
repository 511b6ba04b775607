"""Long short-term memory in both directions, and self-attention over the places of a series."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from oversmith.networks.init import init_weight
from oversmith.networks.mlp import linear

# Hidden and cell state, forwards and backwards.
_Carry = tuple[tuple[Array, Array], tuple[Array, Array]]


class BiLSTM(eqx.Module):
    """Layers of two LSTMs each, one forwards and one backwards in time.

    Parameters
    ----------
    n_in, hidden, layers : int
        Inputs per time point, units per direction, and layers.
    key : jax.random.key
        Source of the weights, uniform in ±1/√hidden; the forget gates start open (bias 1).

    Attributes
    ----------
    inputs : tuple of arrays of shape (in, 8 hidden)
        Input weights of each layer: four gates (input, forget, cell, output) of both directions.
    recurrent : tuple of arrays of shape (2, hidden, 4 hidden)
        Recurrent weights of each layer and direction.
    biases : tuple of arrays of shape (8 hidden,)
        Biases of each layer.

    Examples
    --------
    >>> network = BiLSTM(1, 4, 2, key=jax.random.key(0))
    >>> network(jnp.ones((3, 10, 1))).shape
    (3, 10, 8)
    """

    inputs: tuple[Array, ...]
    recurrent: tuple[Array, ...]
    biases: tuple[Array, ...]

    def __init__(self, n_in: int, hidden: int, layers: int, *, key: Array) -> None:
        inputs, recurrent = [], []
        for number in range(layers):
            first, second = jax.random.split(jax.random.fold_in(key, number))
            inputs.append(init_weight(first, (n_in if number == 0 else 2 * hidden, 8 * hidden), hidden))
            recurrent.append(init_weight(second, (2, hidden, 4 * hidden), hidden))
        bias = np.zeros((2, 4, hidden), np.float32)
        bias[:, 1] = 1
        self.inputs, self.recurrent = tuple(inputs), tuple(recurrent)
        self.biases = (jax.device_put(bias.ravel()),) * layers

    def __call__(self, x: Float[Array, "batch time in"]) -> Float[Array, "batch time out"]:
        """Read series.

        Parameters
        ----------
        x : array of shape (batch, time, in)
            Series.

        Returns
        -------
        array of shape (batch, time, 2 hidden)
            Hidden states of the last layer, forwards then backwards.
        """
        x = jnp.swapaxes(x, 0, 1)
        for weight, recurrent, bias in zip(self.inputs, self.recurrent, self.biases, strict=True):
            x = _layer(x, weight, recurrent, bias)
        return jnp.swapaxes(x, 0, 1)


def _layer(x: Array, weight: Array, recurrent: Array, bias: Array) -> Array:
    """Run one layer over (time, batch, in); the products with the inputs are made for all times at once."""
    time, batch, _ = x.shape
    hidden = recurrent.shape[1]
    gates = (linear(x.reshape(time * batch, -1), weight) + bias).reshape(time, batch, 2, 4 * hidden)
    # Both directions in one loop: half as many turns of it.
    both = gates[:, :, 0], gates[::-1, :, 1]

    def turn(carry: _Carry, gates: tuple[Array, Array]) -> tuple[_Carry, tuple[Array, Array]]:
        (h0, c0), (h1, c1) = (_cell(*state, gate, w) for state, gate, w in zip(carry, gates, recurrent, strict=True))
        return ((h0, c0), (h1, c1)), (h0, h1)

    nothing = jnp.zeros((batch, hidden))
    start = ((nothing, nothing), (nothing, nothing))
    _, (forwards, backwards) = jax.lax.scan(turn, start, both)
    return jnp.concatenate([forwards, backwards[::-1]], axis=2)


def _cell(h: Array, c: Array, gates: Array, recurrent: Array) -> tuple[Array, Array]:
    i, f, g, o = jnp.split(gates + h @ recurrent, 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


class SelfAttention(eqx.Module):
    """Self-attention whose keys are its values (Liu et al. 2023, Eq. 4 to 6): every place adds a weighted mean of all.

    Parameters
    ----------
    units : int
        Units per place.
    key : jax.random.key
        Source of the weights.

    Attributes
    ----------
    query, value : arrays of shape (units, units)
        Projections; the second serves as key and as value.

    Examples
    --------
    >>> SelfAttention(4, key=jax.random.key(0))(jnp.ones((2, 5, 4))).shape
    (2, 5, 4)
    """

    query: Float[Array, "units units"]
    value: Float[Array, "units units"]

    def __init__(self, units: int, *, key: Array) -> None:
        first, second = jax.random.split(key)
        self.query = init_weight(first, (units, units), units)
        self.value = init_weight(second, (units, units), units)

    def __call__(self, x: Float[Array, "batch places units"]) -> Float[Array, "batch places units"]:
        """Add to each place the weighted values of all places.

        Parameters
        ----------
        x : array of shape (batch, places, units)
            Places.

        Returns
        -------
        array of shape (batch, places, units)
            ``x + softmax(q k' / sqrt(units)) v`` with ``k = v``.
        """
        q, v = x @ self.query, x @ self.value
        weights = jax.nn.softmax(jnp.einsum("bqu,bku->bqk", q, v) / x.shape[2] ** 0.5, axis=2)
        return x + jnp.einsum("bqk,bku->bqu", weights, v)
