"""GANBATS (Liu et al. 2023): a generator with a bidirectional LSTM, a discriminator with self-attention (Eq. 4 to 6).

The losses are those of the GAN (Eq. 1 and 2), with batch norm in both players: `oversmith.recipes.gan`.
"""

from __future__ import annotations

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from oversmith.networks import BatchNorm, BiLSTM, SelfAttention, full
from oversmith.networks.batch_norm import BatchNormGenerator
from oversmith.networks.convolve import convolve, crop, to_places, to_rows, with_channels
from oversmith.networks.init import init_weight
from oversmith.networks.mlp import linear

# Points a convolution of G-part and D-part sees.
KERNEL = 5


class Generator(BatchNormGenerator):
    """Noise over time through a bidirectional LSTM and the G-parts to a series.

    Parameters
    ----------
    shape : (int, int)
        Channels and time points.
    condition : int
        Length of the class condition.
    hidden, layers : int
        Units per direction, and layers of the LSTM.
    widths : tuple of int
        Channels of the G-parts.
    recurrent : bool
        Whether there is an LSTM.
    stride : int
        Time points per recurrent step.
    with_tanh : bool
        Whether the last layer is a tanh, for series in [-1, 1].
    key : jax.random.key
        Source of the weights.

    Attributes
    ----------
    lstm : BiLSTM or None
        The recurrent part; without it the noise goes straight into the G-parts.
    weights, bias : tuple of arrays, array
        Of the G-parts' convolutions, which have no bias, and of the last layer.
    norms : tuple of BatchNorm
        One per G-part.
    """

    lstm: BiLSTM | None
    weights: tuple[Array, ...]
    bias: Array
    norms: tuple[BatchNorm, ...]
    shape: tuple[int, ...] = eqx.field(static=True)
    condition: int = eqx.field(static=True)
    stride: int = eqx.field(static=True)
    with_tanh: bool = eqx.field(static=True)

    def __init__(
        self,
        shape: tuple[int, ...],
        condition: int,
        *,
        hidden: int,
        layers: int,
        widths: tuple[int, ...],
        recurrent: bool,
        stride: int,
        with_tanh: bool,
        key: Array,
    ) -> None:
        lstm_key, *keys = jax.random.split(key, len(widths) + 2)
        n_in = 1 + condition
        self.lstm = BiLSTM(n_in, hidden, layers, key=lstm_key) if recurrent else None
        sizes = (2 * hidden if recurrent else n_in, *widths)
        parts = [
            init_weight(k, (KERNEL, n, out), KERNEL * n, 6)
            for k, n, out in zip(keys[:-1], sizes[:-1], sizes[1:], strict=True)
        ]
        self.weights = (*parts, init_weight(keys[-1], (1, sizes[-1], shape[0]), sizes[-1], 1))
        self.bias = full(0, shape[0])
        self.norms = tuple(BatchNorm(n) for n in widths)
        self.shape, self.condition, self.stride, self.with_tanh = shape, condition, stride, with_tanh

    def _run(self, rows: Array, normalise: Callable[[int, Array], Array]) -> Array:
        x = with_channels(rows[:, self.condition :, None], rows[:, : self.condition])
        if self.lstm is not None:
            x = self.lstm(x)
        x = _stretched(x, self.stride, self.shape[1])
        for number, weight in enumerate(self.weights[:-1]):
            x = convolve(x, weight)
            x = jax.nn.relu(normalise(number, x.reshape(-1, x.shape[2])).reshape(x.shape))
        x = convolve(x, self.weights[-1]) + self.bias
        return to_rows(jnp.tanh(x) if self.with_tanh else x)


def _stretched(x: Array, stride: int, length: int) -> Array:
    """Interpolate linearly between steps, where a step stands for several time points."""
    if stride == 1:
        return x
    longer = jax.image.resize(x, (x.shape[0], x.shape[1] * stride, x.shape[2]), "linear")
    return crop(longer, (length,))


def steps_of(length: int, stride: int) -> int:
    """Count recurrent steps of a series: one number of noise each.

    Examples
    --------
    >>> steps_of(187, 4)
    47
    """
    return -(-length // stride)


class Discriminator(eqx.Module):
    """D-parts, attention and a head: class and series in, the log-odds of being real out.

    The batch norms use the statistics of the batch: a discriminator serves training alone.

    Parameters
    ----------
    shape : (int, int)
        Channels and time points.
    condition : int
        Length of the class condition.
    widths : tuple of int
        Channels of the D-parts.
    attends : bool
        Whether there is an attention.
    head : {"gap", "mlp"}
        Global average pooling and one linear layer, or two linear layers on all places.
    key : jax.random.key
        Source of the weights.

    Attributes
    ----------
    weights, biases : tuple of arrays
        Of the D-parts' convolutions.
    norms : tuple of BatchNorm
        One per D-part.
    attention : SelfAttention or None
        Over the places that the D-parts leave.
    head : tuple of arrays
        Weights and biases of the head.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    norms: tuple[BatchNorm, ...]
    attention: SelfAttention | None
    head: tuple[Array, ...]
    shape: tuple[int, ...] = eqx.field(static=True)
    condition: int = eqx.field(static=True)

    def __init__(
        self, shape: tuple[int, ...], condition: int, *, widths: tuple[int, ...], attends: bool, head: str, key: Array
    ) -> None:
        attention_key, head_key, last_key, *keys = jax.random.split(key, len(widths) + 3)
        sizes, places, n = (shape[0] + condition, *widths), shape[1], widths[-1]
        for _ in widths:
            places = -(-places // 2)
        self.weights = tuple(
            init_weight(k, (KERNEL, a, b), KERNEL * a, 6) for k, a, b in zip(keys, sizes[:-1], sizes[1:], strict=True)
        )
        self.biases = tuple(full(0, width) for width in widths)
        self.norms = tuple(BatchNorm(width) for width in widths)
        self.attention = SelfAttention(n, key=attention_key) if attends else None
        if head == "gap":
            self.head = (init_weight(head_key, (n, 1), n), full(0, 1))
        else:
            first = init_weight(head_key, (places * n, n), places * n, 6)
            self.head = (first, full(0, n), init_weight(last_key, (n, 1), n), full(0, 1))
        self.shape, self.condition = shape, condition

    def __call__(self, rows: Float[Array, "batch in"]) -> Float[Array, "batch 1"]:
        """Return the log-odds that rows are real.

        Parameters
        ----------
        rows : array of shape (batch, condition + channels * time)
            Class condition, then the series.

        Returns
        -------
        array of shape (batch, 1)
            Log-odds of being real.
        """
        x = with_channels(to_places(rows[:, self.condition :], self.shape), rows[:, : self.condition])
        for weight, bias, norm in zip(self.weights, self.biases, self.norms, strict=True):
            x = norm.by_batch(jax.nn.relu(convolve(x, weight, 2) + bias))
        if self.attention is not None:
            x = self.attention(x)
        if len(self.head) == 2:
            return linear(x.mean(axis=1), self.head[0]) + self.head[1]
        units = jax.nn.relu(linear(x.reshape(len(x), -1), self.head[0]) + self.head[1])
        return linear(units, self.head[2]) + self.head[3]
