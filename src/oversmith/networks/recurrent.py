"""Long short-term memory over batches of series, in both directions."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from oversmith.networks.mlp import linear
from oversmith.networks.weights import draw_weight

# Hidden and cell state, forwards and backwards.
_Carry = tuple[tuple[Array, Array], tuple[Array, Array]]


class BiLSTM(eqx.Module):
    """Layers of two LSTMs each, one forwards and one backwards in time. Make one with `bi_lstm`.

    Attributes
    ----------
    inputs : tuple of arrays of shape (in, 8 hidden)
        Input weights of each layer: four gates (input, forget, cell, output) of both directions.
    recurrent : tuple of arrays of shape (2, hidden, 4 hidden)
        Recurrent weights of each layer and direction.
    biases : tuple of arrays of shape (8 hidden,)
        Biases of each layer.
    """

    inputs: tuple[Array, ...]
    recurrent: tuple[Array, ...]
    biases: tuple[Array, ...]

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


def bi_lstm(key: Array, n_in: int, hidden: int, layers: int) -> BiLSTM:
    """Make a bidirectional LSTM with fresh weights, uniform in ±1/√hidden; the forget gates start open (bias 1).

    Parameters
    ----------
    key : jax.random.key
        Source of the weights.
    n_in, hidden, layers : int
        Inputs per time point, units per direction, and layers.

    Returns
    -------
    BiLSTM
        The network.

    Examples
    --------
    >>> network = bi_lstm(jax.random.key(0), 1, 4, 2)
    >>> network(jnp.ones((3, 10, 1))).shape
    (3, 10, 8)
    """
    inputs, recurrent = [], []
    for number in range(layers):
        first, second = jax.random.split(jax.random.fold_in(key, number))
        inputs.append(draw_weight(first, (n_in if number == 0 else 2 * hidden, 8 * hidden), hidden))
        recurrent.append(draw_weight(second, (2, hidden, 4 * hidden), hidden))
    bias = np.zeros((2, 4, hidden), np.float32)
    bias[:, 1] = 1
    return BiLSTM(tuple(inputs), tuple(recurrent), (jax.device_put(bias.ravel()),) * layers)
