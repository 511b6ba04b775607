"""Networks that halve and double: generator, critic, encoder and classifier of document 003 (Tables 6 and 7).

Rows are flat, with the class condition in front; their shape is (channels, points) or (channels, height, width). Any
size will do: what halves pads, what doubles is cut to size in the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from oversmith.networks.conv import KERNEL, by_batch, conv1d, conv_transpose1d, fresh_norm
from oversmith.networks.conv2d import conv2d, conv_transpose2d
from oversmith.networks.mlp import ACTIVATIONS, linear
from oversmith.networks.normed import BatchNorm, NormedGenerator
from oversmith.networks.weights import drawn, filled

Shape = tuple[int, ...]

_leaky = ACTIVATIONS["leaky_relu"]


def halved(sizes: Shape, times: int) -> Shape:
    """Say how many places halving leaves along each axis.

    Parameters
    ----------
    sizes : tuple of int
        Points along each axis.
    times : int
        How often they are halved.

    Returns
    -------
    tuple of int
        ``ceil(size / 2**times)`` each.

    Examples
    --------
    >>> halved((800,), 4), halved((235,), 4), halved((28, 5), 2)
    ((50,), (15,), (7, 2))
    """
    return tuple(-(-size // 2**times) for size in sizes)


def _embedding(key: Array, condition: int, units: int) -> Array | None:
    # Around zero, each class on its own: around one, the classes are nearly the same and are learnt apart late.
    return drawn(key, (condition, units), 1, initial_sd=1.0) if condition else None


def _told(units: Array, condition: Array, embedding: Array | None) -> Array:
    """Multiply units by what stands for their class."""
    return units if embedding is None else units * linear(condition, embedding)


class Halving(eqx.Module):
    """Convolutions of kernel 4 and stride 2 with LeakyReLU: rows in, flat features out.

    Attributes
    ----------
    weights : tuple of arrays of shape (4, in, out) or (4, 4, in, out)
        One per convolution.
    biases : tuple of arrays of shape (out,)
        One per convolution.
    shape : tuple of int
        Channels, then points along each axis.
    norms : tuple of BatchNorm, default=()
        By the batch's own statistics, after every convolution but the first; empty without.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    shape: Shape = eqx.field(static=True)
    norms: tuple[BatchNorm, ...] = ()

    def __call__(self, rows: Float[Array, "batch width"]) -> Float[Array, "batch features"]:
        """Find the features of flat rows, which carry no condition."""
        x = jnp.moveaxis(rows.reshape(len(rows), *self.shape), 1, -1)
        convolve = conv1d if len(self.shape) == 2 else conv2d
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = convolve(x, weight, 2) + bias
            if self.norms and number > 0:
                x = by_batch(self.norms[number - 1], x)
            x = _leaky(x)
        return x.reshape(len(x), -1)

    @property
    def features(self) -> int:
        """Number of features."""
        return math.prod(halved(self.shape[1:], len(self.weights))) * len(self.biases[-1])


def _halving(
    key: Array, shape: Shape, widths: tuple[int, ...], initial_sd: float | None, batch_norm: bool = False
) -> Halving:
    weights, n_in = [], shape[0]
    kernel = (KERNEL,) * (len(shape) - 1)
    for number, width in enumerate(widths):
        fan_in = math.prod(kernel) * n_in
        weights.append(drawn(jax.random.fold_in(key, number), (*kernel, n_in, width), fan_in, 6, initial_sd))
        n_in = width
    norms = tuple(fresh_norm(width) for width in widths[1:]) if batch_norm else ()
    return Halving(tuple(weights), tuple(filled(0, width) for width in widths), shape, norms)


class HalvingNetwork(eqx.Module):
    """Halving convolutions and one linear layer: rows in, numbers out. Make one with `halving_network`.

    Attributes
    ----------
    convolutions : Halving
        Finds features.
    weight : array of shape (features, out)
        Of the linear layer.
    bias : array of shape (out,)
        Of the linear layer.
    """

    convolutions: Halving
    weight: Array
    bias: Array

    def __call__(self, rows: Float[Array, "batch width"]) -> Float[Array, "batch out"]:
        """Map flat rows, which carry no condition."""
        return linear(self.convolutions(rows), self.weight) + self.bias


def halving_network(
    key: Array, shape: Shape, widths: tuple[int, ...], n_out: int, initial_sd: float | None = None
) -> HalvingNetwork:
    """Make an encoder (document 003, Table 6, pre-training) or a classifier (Table 7) with fresh weights.

    Parameters
    ----------
    key : jax.random.key
        Source of the weights.
    shape : tuple of int
        Channels, then points along each axis.
    widths : tuple of int
        Channels of each convolution; each halves the number of places.
    n_out : int
        Length of the latent vector, or number of classes.
    initial_sd : float, optional
        Standard deviation of the first weights; by fan-in without.

    Returns
    -------
    HalvingNetwork
        The network.

    Examples
    --------
    >>> classifier = halving_network(jax.random.key(0), (1, 235), (4, 4, 8, 8), 2)
    >>> classifier(jnp.ones((3, 235))).shape
    (3, 2)
    """
    conv_key, last_key = jax.random.split(key)
    convolutions = _halving(conv_key, shape, widths, initial_sd)
    n = convolutions.features
    return HalvingNetwork(convolutions, drawn(last_key, (n, n_out), n, 1, initial_sd), filled(0, n_out))


class LabelCritic(eqx.Module):
    """Features of a row, multiplied by its class, then two dense layers: one score. Make one with `label_critic`.

    Attributes
    ----------
    convolutions : Halving
        Finds features.
    embedding : array of shape (condition, features) or None
        What features are multiplied by, class by class.
    weights, biases : tuple of arrays
        Of the two dense layers.
    condition : int
        Length of the class condition.
    """

    convolutions: Halving
    embedding: Array | None
    weights: tuple[Array, Array]
    biases: tuple[Array, Array]
    condition: int = eqx.field(static=True)

    def __call__(self, rows: Float[Array, "batch in"]) -> Float[Array, "batch 1"]:
        """Score rows with their class condition in front."""
        return self.score(self.convolutions(rows[:, self.condition :]), rows[:, : self.condition])

    def score(
        self, features: Float[Array, "batch features"], condition: Float[Array, "batch condition"]
    ) -> Float[Array, "batch 1"]:
        """Score features under a class: one row's features serve several labels.

        Parameters
        ----------
        features : array of shape (batch, features)
            What ``convolutions`` finds.
        condition : array of shape (batch, condition)
            One-hot classes.

        Returns
        -------
        array of shape (batch, 1)
            Scores.
        """
        units = _told(features, condition, self.embedding)
        units = _leaky(linear(units, self.weights[0]) + self.biases[0])
        return linear(units, self.weights[1]) + self.biases[1]


def label_critic(
    key: Array,
    shape: Shape,
    condition: int,
    widths: tuple[int, ...],
    head: int = 128,
    initial_sd: float | None = None,
    batch_norm: bool = False,
) -> LabelCritic:
    """Make a critic or discriminator (document 003, Table 6) with fresh weights.

    Parameters
    ----------
    key : jax.random.key
        Source of the weights.
    shape : tuple of int
        Channels, then points along each axis.
    condition : int
        Length of the class condition; 0 for a critic of one class.
    widths : tuple of int
        Channels of each convolution; each halves the number of places.
    head : int, default=128
        Units of the dense layer before the score.
    initial_sd : float, optional
        Standard deviation of the first weights; by fan-in without.
    batch_norm : bool, default=False
        Whether every convolution but the first is followed by a batch norm; not with a gradient penalty.

    Returns
    -------
    LabelCritic
        The network.

    Examples
    --------
    >>> critic = label_critic(jax.random.key(0), (1, 8, 8), 2, (4, 4))
    >>> critic(jnp.ones((3, 2 + 64))).shape
    (3, 1)
    """
    conv_key, label_key, first_key, last_key = jax.random.split(key, 4)
    convolutions = _halving(conv_key, shape, widths, initial_sd, batch_norm)
    n = convolutions.features
    weights = drawn(first_key, (n, head), n, 6, initial_sd), drawn(last_key, (head, 1), head, 1, initial_sd)
    embedding = _embedding(label_key, condition, n)
    return LabelCritic(convolutions, embedding, weights, (filled(0, head), filled(0, 1)), condition)


class LabelGenerator(NormedGenerator):
    """Noise times its class through a linear layer and doubling convolutions. Make one with `label_generator`.

    Attributes
    ----------
    embedding : array of shape (condition, latent) or None
        What the noise is multiplied by, class by class.
    weights, biases : tuple of arrays
        Of the linear layer and the transposed convolutions.
    norms : tuple of BatchNorm
        After every transposed convolution but the last; empty without.
    shape, start : tuple of int
        Channels and points along each axis, and places after the linear layer.
    condition : int
        Length of the class condition.
    squash : bool
        Whether the last layer is a tanh, for rows in [-1, 1].
    """

    embedding: Array | None
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    norms: tuple[BatchNorm, ...]
    shape: Shape = eqx.field(static=True)
    start: Shape = eqx.field(static=True)
    condition: int = eqx.field(static=True)
    squash: bool = eqx.field(static=True)

    def _run(self, rows: Array, normalise: Callable[[int, Array], Array]) -> Array:
        x = _told(rows[:, self.condition :], rows[:, : self.condition], self.embedding)
        x = _leaky(linear(x, self.weights[0]) + self.biases[0]).reshape(len(x), *self.start, -1)
        double = conv_transpose1d if len(self.shape) == 2 else conv_transpose2d
        for number, (weight, bias) in enumerate(zip(self.weights[1:], self.biases[1:], strict=True)):
            x = double(x, weight) + bias
            if number < len(self.norms):
                x = normalise(number, x.reshape(-1, x.shape[-1])).reshape(x.shape)
            if number < len(self.weights) - 2:
                x = _leaky(x)
        for axis, size in enumerate(self.shape[1:], 1):
            x = jax.lax.slice_in_dim(x, (x.shape[axis] - size) // 2, (x.shape[axis] - size) // 2 + size, axis=axis)
        x = jnp.moveaxis(x, -1, 1).reshape(len(x), -1)
        return jnp.tanh(x) if self.squash else x


def label_generator(
    key: Array,
    shape: Shape,
    condition: int,
    latent: int,
    widths: tuple[int, ...],
    squash: bool,
    initial_sd: float | None = None,
    batch_norm: bool = True,
) -> LabelGenerator:
    """Make a generator (document 003, Table 6) with fresh weights.

    Parameters
    ----------
    key : jax.random.key
        Source of the weights.
    shape : tuple of int
        Channels, then points along each axis.
    condition : int
        Length of the class condition; 0 for a generator of one class.
    latent : int
        Length of the noise.
    widths : tuple of int
        Channels after the linear layer and after each transposed convolution but the last, which makes the data's.
        There are as many transposed convolutions as widths; each doubles the number of places.
    squash : bool
        Whether the last layer is a tanh.
    initial_sd : float, optional
        Standard deviation of the first weights; by fan-in without.
    batch_norm : bool, default=True
        Whether every transposed convolution but the last is followed by a batch norm.

    Returns
    -------
    LabelGenerator
        The network.

    Examples
    --------
    >>> generator = label_generator(jax.random.key(0), (2, 235), 2, 6, (16, 8, 8, 4), squash=True)
    >>> generator.start, generator(jnp.ones((3, 2 + 6))).shape
    ((15,), (3, 470))
    """
    label_key, first_key, *keys = jax.random.split(key, len(widths) + 2)
    start, kernel = halved(shape[1:], len(widths)), (KERNEL,) * (len(shape) - 1)
    n = math.prod(start) * widths[0]
    weights, biases = [drawn(first_key, (latent, n), latent, 6, initial_sd)], [filled(0, n)]
    for number, (n_in, n_out) in enumerate(zip(widths, (*widths[1:], shape[0]), strict=True)):
        # Two of the four points of the kernel meet each place, along either axis.
        fan_in, spread = 2 ** len(kernel) * n_in, 3 if number == len(widths) - 1 else 6
        weights.append(drawn(keys[number], (*kernel, n_in, n_out), fan_in, spread, initial_sd))
        biases.append(filled(0, n_out))
    norms = tuple(fresh_norm(width) for width in widths[1:]) if batch_norm else ()
    embedding = _embedding(label_key, condition, latent)
    return LabelGenerator(embedding, tuple(weights), tuple(biases), norms, shape, start, condition, squash)
