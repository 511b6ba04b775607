"""GANBATS (Liu et al. 2023): a generator with a bidirectional LSTM, a discriminator with self-attention (Eq. 4 to 6).

The losses are those of the GAN (Eq. 1 and 2), with batch norm in both players: `oversmith.recipes.gan`.
"""

from __future__ import annotations

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from oversmith.networks import BatchNorm, BiLSTM, SelfAttention, attention, bi_lstm, filled
from oversmith.networks.conv import (
    by_batch,
    centre_crop,
    conv1d,
    fresh_norm,
    to_rows,
    to_series,
    with_class,
)
from oversmith.networks.mlp import linear
from oversmith.networks.normed import NormedGenerator
from oversmith.networks.weights import draw_weight

# Points a convolution of G-part and D-part sees.
KERNEL = 5


class Generator(NormedGenerator):
    """Noise over time through a bidirectional LSTM and the G-parts to a series; make one with `generator`.

    Attributes
    ----------
    lstm : BiLSTM or None
        The recurrent part; without it the noise goes straight into the G-parts.
    weights, biases : tuple of arrays
        Of the G-parts' convolutions, which have no bias, and of the last layer.
    norms : tuple of BatchNorm
        One per G-part.
    shape, condition, stride : (int, int), int, int
        Channels and time points, length of the class condition, time points per recurrent step.
    squash : bool
        Whether the last layer is a tanh, for series in [-1, 1].
    """

    lstm: BiLSTM | None
    weights: tuple[Array, ...]
    bias: Array
    norms: tuple[BatchNorm, ...]
    shape: tuple[int, ...] = eqx.field(static=True)
    condition: int = eqx.field(static=True)
    stride: int = eqx.field(static=True)
    squash: bool = eqx.field(static=True)

    def _run(self, rows: Array, normalise: Callable[[int, Array], Array]) -> Array:
        x = with_class(rows[:, self.condition :, None], rows[:, : self.condition])
        if self.lstm is not None:
            x = self.lstm(x)
        x = _stretched(x, self.stride, self.shape[1])
        for number, weight in enumerate(self.weights[:-1]):
            x = conv1d(x, weight)
            x = jax.nn.relu(normalise(number, x.reshape(-1, x.shape[2])).reshape(x.shape))
        x = conv1d(x, self.weights[-1]) + self.bias
        return to_rows(jnp.tanh(x) if self.squash else x)


def _stretched(x: Array, stride: int, length: int) -> Array:
    """Interpolate linearly between steps, where a step stands for several time points."""
    if stride == 1:
        return x
    longer = jax.image.resize(x, (x.shape[0], x.shape[1] * stride, x.shape[2]), "linear")
    return centre_crop(longer, length)


def steps_of(length: int, stride: int) -> int:
    """Count recurrent steps of a series: one number of noise each.

    Examples
    --------
    >>> steps_of(187, 4)
    47
    """
    return -(-length // stride)


def generator(
    key: Array,
    shape: tuple[int, ...],
    condition: int,
    *,
    hidden: int,
    layers: int,
    widths: tuple[int, ...],
    recurrent: bool,
    stride: int,
    squash: bool,
) -> Generator:
    """Make a generator with fresh weights.

    Parameters
    ----------
    key : jax.random.key
        Source of the weights.
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
    squash : bool
        Whether the last layer is a tanh.

    Returns
    -------
    Generator
        The network.
    """
    lstm_key, *keys = jax.random.split(key, len(widths) + 2)
    n_in = 1 + condition
    lstm = bi_lstm(lstm_key, n_in, hidden, layers) if recurrent else None
    sizes = (2 * hidden if recurrent else n_in, *widths)
    weights = [
        draw_weight(k, (KERNEL, n, out), KERNEL * n, 6)
        for k, n, out in zip(keys[:-1], sizes[:-1], sizes[1:], strict=True)
    ]
    weights.append(draw_weight(keys[-1], (1, sizes[-1], shape[0]), sizes[-1], 1))
    norms = tuple(fresh_norm(n) for n in widths)
    return Generator(lstm, tuple(weights), filled(0, shape[0]), norms, shape, condition, stride, squash)


class Discriminator(eqx.Module):
    """D-parts, attention and a head: class and series in, the log-odds of being real out.

    Make one with `discriminator`. The batch norms go by the batch at hand: a discriminator is used in training alone.

    Attributes
    ----------
    weights, biases : tuple of arrays
        Of the D-parts' convolutions.
    norms : tuple of BatchNorm
        One per D-part.
    attention : SelfAttention or None
        Over the places the D-parts leave.
    head : tuple of arrays
        Weights and biases of the head: one linear layer on the mean over time, or two on all places.
    shape, condition : (int, int), int
        Channels and time points, length of the class condition.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    norms: tuple[BatchNorm, ...]
    attention: SelfAttention | None
    head: tuple[Array, ...]
    shape: tuple[int, ...] = eqx.field(static=True)
    condition: int = eqx.field(static=True)

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
        x = with_class(to_series(rows[:, self.condition :], self.shape), rows[:, : self.condition])
        for weight, bias, norm in zip(self.weights, self.biases, self.norms, strict=True):
            x = by_batch(norm, jax.nn.relu(conv1d(x, weight, 2) + bias))
        if self.attention is not None:
            x = self.attention(x)
        if len(self.head) == 2:
            return linear(x.mean(axis=1), self.head[0]) + self.head[1]
        units = jax.nn.relu(linear(x.reshape(len(x), -1), self.head[0]) + self.head[1])
        return linear(units, self.head[2]) + self.head[3]


def discriminator(
    key: Array,
    shape: tuple[int, ...],
    condition: int,
    *,
    widths: tuple[int, ...],
    attends: bool,
    head: str,
) -> Discriminator:
    """Make a discriminator with fresh weights.

    Parameters
    ----------
    key : jax.random.key
        Source of the weights.
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

    Returns
    -------
    Discriminator
        The network.
    """
    attention_key, head_key, last_key, *keys = jax.random.split(key, len(widths) + 3)
    sizes, places = (shape[0] + condition, *widths), shape[1]
    for _ in widths:
        places = -(-places // 2)
    weights = tuple(
        draw_weight(k, (KERNEL, n, out), KERNEL * n, 6) for k, n, out in zip(keys, sizes[:-1], sizes[1:], strict=True)
    )
    n = widths[-1]
    layers: tuple[Array, ...]
    if head == "gap":
        layers = (draw_weight(head_key, (n, 1), n), filled(0, 1))
    else:
        first, last = draw_weight(head_key, (places * n, n), places * n, 6), draw_weight(last_key, (n, 1), n)
        layers = (first, filled(0, n), last, filled(0, 1))
    return Discriminator(
        weights,
        tuple(filled(0, width) for width in widths),
        tuple(fresh_norm(width) for width in widths),
        attention(attention_key, n) if attends else None,
        layers,
        shape,
        condition,
    )
