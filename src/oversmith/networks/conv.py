"""Convolutional critics and generators of series and images; rows are flat, with the class condition in front.

Their shape is (channels, points) or (channels, height, width), of any size: what halves pads, what doubles is cropped.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from oversmith.networks.batch_norm import BatchNorm, BatchNormGenerator
from oversmith.networks.convolve import (
    Shape,
    convolve,
    convolve_transposed,
    crop,
    points_per_place,
    to_places,
    to_rows,
    with_channels,
)
from oversmith.networks.init import full, init_weight
from oversmith.networks.mlp import ACTIVATIONS, linear

KERNEL = 4
# The first layer of a critic of series leaves about this many places, and so does a map of series.
PLACES = 128
# Channels before the smoothing convolution that ends a generator of series, and its points.
_FINE, _SMOOTH = 16, 5

_leaky = ACTIVATIONS["leaky_relu"]


def stem_of(shape: Shape) -> int:
    """Find the stride of the first layer of a critic of series: 2, or as much as leaves about 128 places."""
    return points_per_place(shape, PLACES, 2)


def _multiplied(units: Array, condition: Array, embedding: Array | None) -> Array:
    """Multiply units by the learnt numbers of their class."""
    return units if embedding is None else units * linear(condition, embedding)


def _embedding(key: Array, n_classes: int, units: int) -> Array:
    # Around zero, each class on its own: around one, the classes are nearly the same and are learnt apart late.
    return init_weight(key, (n_classes, units), 1, initial_sd=1.0)


class ConvStack(eqx.Module):
    """Strided convolutions with LeakyReLU: rows in, flat features out.

    The first convolution has the stride ``stem`` and a kernel twice as wide, the others stride 2 and kernel 4.

    Parameters
    ----------
    shape : tuple of int
        Channels, then points along each axis.
    widths : tuple of int
        Channels of each convolution.
    key : jax.random.key
        Source of the weights.
    condition : int, default=0
        Numbers in front of the rows, which become channels of every point.
    stem : int, default=2
        Stride of the first convolution.
    spread : float, default=6.0
        Of the first weights, as in `oversmith.networks.init.init_weight`.
    initial_sd : float, optional
        Standard deviation of the first weights; by fan-in without.
    batch_norm : bool, default=False
        Whether every convolution but the first is followed by a batch norm, which uses the batch's own statistics; not
        with a gradient penalty.

    Attributes
    ----------
    weights : tuple of arrays of shape (kernel, in, out) or (kernel, kernel, in, out)
        One per convolution.
    biases : tuple of arrays of shape (out,)
        One per convolution.
    norms : tuple of BatchNorm
        Empty without batch norm.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    norms: tuple[BatchNorm, ...]
    shape: Shape = eqx.field(static=True)
    condition: int = eqx.field(static=True)
    stem: int = eqx.field(static=True)

    def __init__(
        self,
        shape: Shape,
        widths: tuple[int, ...],
        *,
        key: Array,
        condition: int = 0,
        stem: int = 2,
        spread: float = 6.0,
        initial_sd: float | None = None,
        batch_norm: bool = False,
    ) -> None:
        weights, n_in, dims = [], shape[0] + condition, len(shape) - 1
        for number, width in enumerate(widths):
            kernel = (2 * stem if number == 0 else KERNEL,) * dims
            size, layer_key = (*kernel, n_in, width), jax.random.fold_in(key, number)
            weights.append(init_weight(layer_key, size, math.prod(kernel) * n_in, spread, initial_sd))
            n_in = width
        self.weights, self.biases = tuple(weights), tuple(full(0, width) for width in widths)
        self.norms = tuple(BatchNorm(width) for width in widths[1:]) if batch_norm else ()
        self.shape, self.condition, self.stem = shape, condition, stem

    def __call__(self, rows: Float[Array, "batch in"]) -> Float[Array, "batch features"]:
        """Compute the features of rows."""
        x = with_channels(to_places(rows[:, self.condition :], self.shape), rows[:, : self.condition])
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = convolve(x, weight, self.stem if number == 0 else 2) + bias
            if self.norms and number > 0:
                x = self.norms[number - 1].by_batch(x)
            x = _leaky(x)
        return x.reshape(len(x), -1)

    @property
    def features(self) -> int:
        """Number of features."""
        places = list(self.shape[1:])
        for number in range(len(self.weights)):
            stride = self.stem if number == 0 else 2
            places = [-(-size // stride) for size in places]
        return math.prod(places) * len(self.biases[-1])


class ConvCritic(eqx.Module):
    """A `ConvStack` and dense layers on its features: a critic, discriminator, classifier or encoder.

    Parameters
    ----------
    shape : tuple of int
        Channels, then points along each axis.
    n_classes : int
        Length of the class condition in front of the rows, 0 for none.
    widths : tuple of int
        Channels of each convolution.
    key : jax.random.key
        Source of the weights.
    n_out : int, default=1
        Numbers per row.
    head : tuple of int, default=()
        Units of dense layers with LeakyReLU before the last layer.
    condition : {"channels", "multiply"}, default="channels"
        Whether the class is read as channels of every point, or features are multiplied by learnt numbers of the class.
    stem, spread, initial_sd, batch_norm
        As of `ConvStack`.

    Attributes
    ----------
    stack : ConvStack
        The convolutions.
    embedding : array of shape (n_classes, features) or None
        What features are multiplied by, class by class.
    weights, biases : tuple of arrays
        Of the dense layers.

    Examples
    --------
    >>> critic = ConvCritic((1, 8, 8), 2, (4, 4), key=jax.random.key(0), head=(128,), condition="multiply")
    >>> critic(jnp.ones((3, 2 + 64))).shape
    (3, 1)
    """

    stack: ConvStack
    embedding: Array | None
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    n_classes: int = eqx.field(static=True)

    def __init__(
        self,
        shape: Shape,
        n_classes: int,
        widths: tuple[int, ...],
        *,
        key: Array,
        n_out: int = 1,
        head: tuple[int, ...] = (),
        condition: str = "channels",
        stem: int = 2,
        spread: float = 6.0,
        initial_sd: float | None = None,
        batch_norm: bool = False,
    ) -> None:
        channels = n_classes if condition == "channels" else 0
        self.stack = ConvStack(
            shape, widths, key=key, condition=channels, stem=stem, spread=spread, initial_sd=initial_sd,
            batch_norm=batch_norm,
        )  # fmt: skip
        self.n_classes = n_classes
        sizes = (self.stack.features, *head, n_out)
        keys = (jax.random.fold_in(key, number) for number in range(len(widths), len(widths) + len(sizes)))
        self.weights = tuple(
            init_weight(next(keys), size, size[0], 1 if number == len(head) else 6, initial_sd)
            for number, size in enumerate(pairwise(sizes))
        )
        self.biases = tuple(full(0, size) for size in sizes[1:])
        self.embedding = _embedding(next(keys), n_classes, sizes[0]) if n_classes > channels else None

    def __call__(self, rows: Float[Array, "batch in"]) -> Float[Array, "batch out"]:
        """Map rows with their class condition in front."""
        beside = self.n_classes - self.stack.condition
        return self.score(self.stack(rows[:, beside:]), rows[:, :beside])

    def score(
        self, features: Float[Array, "batch features"], condition: Float[Array, "batch classes"]
    ) -> Float[Array, "batch out"]:
        """Map features under a class: the features of one row serve several labels.

        Parameters
        ----------
        features : array of shape (batch, features)
            From ``stack``.
        condition : array of shape (batch, classes)
            One-hot classes; read only where features are multiplied by the class.

        Returns
        -------
        array of shape (batch, out)
            Numbers per row.
        """
        units = _multiplied(features, condition, self.embedding)
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            units = _leaky(linear(units, weight) + bias)
        return linear(units, self.weights[-1]) + self.biases[-1]


class ConvGenerator(BatchNormGenerator):
    """A linear layer and transposed convolutions: class and noise in, rows out.

    Parameters
    ----------
    shape : tuple of int
        Channels, then points along each axis.
    n_classes, latent : int
        Length of the class condition, 0 for none, and of the noise after it.
    widths : tuple of int
        Channels after the linear layer and after each transposed convolution between hidden layers.
    key : jax.random.key
        Source of the weights.
    condition : {"concatenate", "multiply"}, default="concatenate"
        Whether the linear layer reads the class beside the noise, or the noise is multiplied by learnt numbers of the
        class.
    class_gain : float, default=1.0
        Factor of the first weights of a class that is read beside the noise.
    smooth : bool, default=False
        How the generator ends: with a transposed convolution; or, for series, with a layer that spreads each place over
        ``stem`` points and a smoothing convolution.
    stem : int, default=2
        Points per place in the end.
    with_tanh : bool, default=False
        Whether the last layer is a tanh, for rows in [-1, 1].
    initial_sd : float, optional
        Standard deviation of the first weights; by fan-in without: outputs start with unit size for standard normal
        noise.
    batch_norm : bool, default=False
        Whether hidden convolutions are followed by a batch norm; with ``smooth`` the linear layer too.

    Attributes
    ----------
    embedding : array of shape (n_classes, latent) or None
        What the noise is multiplied by, class by class.
    weights, biases : tuple of arrays
        One per layer.
    norms : tuple of BatchNorm
        Empty without batch norm.
    start : tuple of int
        Places along each axis after the linear layer.

    Examples
    --------
    >>> generator = ConvGenerator((2, 235), 2, 6, (16, 8, 8, 4), key=jax.random.key(0), condition="multiply")
    >>> generator.start, generator(jnp.ones((3, 2 + 6))).shape
    ((15,), (3, 470))
    """

    embedding: Array | None
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    norms: tuple[BatchNorm, ...]
    shape: Shape = eqx.field(static=True)
    n_classes: int = eqx.field(static=True)
    start: Shape = eqx.field(static=True)
    stem: int = eqx.field(static=True)
    smooth: bool = eqx.field(static=True)
    with_tanh: bool = eqx.field(static=True)

    def __init__(
        self,
        shape: Shape,
        n_classes: int,
        latent: int,
        widths: tuple[int, ...],
        *,
        key: Array,
        condition: str = "concatenate",
        class_gain: float = 1.0,
        smooth: bool = False,
        stem: int = 2,
        with_tanh: bool = False,
        initial_sd: float | None = None,
        batch_norm: bool = False,
    ) -> None:
        multiply = condition == "multiply" and n_classes > 0
        inputs, dims = latent + (0 if multiply else n_classes), len(shape) - 1
        start = tuple(-(-size // (stem * 2 ** (len(widths) - 1))) for size in shape[1:])
        first = math.prod(start) * widths[0]
        doubled = [*pairwise(widths)] if smooth else [*pairwise((*widths, shape[0]))]
        # Two of the four points of the kernel meet each place, along each axis.
        layers = [((inputs, first), inputs)] + [
            ((*(KERNEL,) * dims, n_in, n_out), 2**dims * n_in) for n_in, n_out in doubled
        ]
        if smooth:
            layers.append(((3, widths[-1], stem * _FINE), 3 * widths[-1]))
            layers.append(((_SMOOTH, _FINE, shape[0]), _SMOOTH * _FINE))
        *keys, label_key = jax.random.split(key, len(layers) + 1)
        weights = [
            init_weight(k, size, fan_in, 3 if number == len(layers) - 1 else 6, initial_sd)
            for number, (k, (size, fan_in)) in enumerate(zip(keys, layers, strict=True))
        ]
        if class_gain != 1 and not multiply:
            # On the host, which compiles nothing.
            first_weight = np.array(weights[0])
            first_weight[:n_classes] *= class_gain
            weights[0] = jax.device_put(first_weight)
        self.embedding = _embedding(label_key, n_classes, latent) if multiply else None
        self.weights, self.biases = tuple(weights), tuple(full(0, size[-1]) for size, _ in layers)
        self.norms = tuple(BatchNorm(n) for n in widths[0 if smooth else 1 :]) if batch_norm else ()
        self.shape, self.n_classes, self.start, self.stem = shape, n_classes, start, stem
        self.smooth, self.with_tanh = smooth, with_tanh

    def _run(self, rows: Array, normalise: Callable[[int, Array], Array]) -> Array:
        if self.embedding is not None:
            rows = _multiplied(rows[:, self.n_classes :], rows[:, : self.n_classes], self.embedding)
        hidden = len(self.weights) - (2 if self.smooth else 1)
        x = (linear(rows, self.weights[0]) + self.biases[0]).reshape(len(rows), *self.start, -1)
        for number in range(hidden):
            if number > 0:
                x = convolve_transposed(x, self.weights[number]) + self.biases[number]
            norm = number - (hidden - len(self.norms))
            if self.norms and norm >= 0:
                x = normalise(norm, x.reshape(-1, x.shape[-1])).reshape(x.shape)
            x = jax.nn.relu(x) if self.smooth else _leaky(x)
        if self.smooth:
            # Each place makes its points at once; the smoothing convolution hides where places meet.
            x = convolve(x, self.weights[-2]) + self.biases[-2]
            x = jax.nn.relu(x.reshape(len(x), x.shape[1] * self.stem, -1))
            x = convolve(x, self.weights[-1]) + self.biases[-1]
        else:
            x = convolve_transposed(x, self.weights[-1]) + self.biases[-1]
        rows = to_rows(crop(x, self.shape[1:]))
        return jnp.tanh(rows) if self.with_tanh else rows
