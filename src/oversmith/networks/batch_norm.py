"""Batch norm of networks, and dropout of a multi-layer perceptron.

The running statistics are arrays of the network like its weights, so checkpoints, moving averages and saved models
cover them; no gradient reaches them, and only ``in_training`` moves them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Self

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from oversmith.networks.init import full
from oversmith.networks.mlp import MLP

# Share of the running statistics kept at each update, and what is added to a variance.
MOMENTUM = 0.8
EPSILON = 1e-3


class BatchNorm(eqx.Module):
    """Each unit standardised over the batch, then scaled and shifted by learnt numbers.

    Parameters
    ----------
    units : int
        Number of units; it starts with scale 1, shift 0, running mean 0 and variance 1.

    Attributes
    ----------
    scale, shift : array of shape (units,)
        Learnt.
    mean, variance : array of shape (units,)
        Running statistics, for inference.
    """

    scale: Float[Array, " units"]
    shift: Float[Array, " units"]
    mean: Float[Array, " units"]
    variance: Float[Array, " units"]

    def __init__(self, units: int) -> None:
        self.scale, self.shift = full(1, units), full(0, units)
        self.mean, self.variance = full(0, units), full(1, units)

    def __call__(self, units: Float[Array, "batch units"]) -> Float[Array, "batch units"]:
        """Standardise by the running statistics: a row does not depend on the rows beside it.

        Parameters
        ----------
        units : array of shape (batch, units)
            Units of a layer.

        Returns
        -------
        array of shape (batch, units)
            Standardised.
        """
        return self._standardised(units, self.mean, self.variance)

    def in_training(self, units: Float[Array, "batch units"]) -> tuple[Float[Array, "batch units"], BatchNorm]:
        """Standardise by the batch's own statistics, and move the running ones towards them.

        Parameters
        ----------
        units : array of shape (batch, units)
            Units of a layer.

        Returns
        -------
        units : array of shape (batch, units)
            Standardised.
        norm : BatchNorm
            The norm with moved running statistics; the norm itself is unchanged.
        """
        mean, variance = units.mean(axis=0), units.var(axis=0)
        running = _moved(self.mean, mean), _moved(self.variance, variance)
        moved = eqx.tree_at(lambda norm: (norm.mean, norm.variance), self, running)
        return self._standardised(units, mean, variance), moved

    def by_batch(self, x: Float[Array, "batch *places units"]) -> Float[Array, "batch *places units"]:
        """Standardise over batch and places by the batch's own statistics: for networks that serve training alone."""
        units = x.reshape(-1, x.shape[-1])
        return self._standardised(units, units.mean(axis=0), units.var(axis=0)).reshape(x.shape)

    def _standardised(self, units: Array, mean: Array, variance: Array) -> Array:
        return (units - mean) * (self.scale * jax.lax.rsqrt(variance + EPSILON)) + self.shift


def _moved(old: Array, new: Array) -> Array:
    return MOMENTUM * old + (1 - MOMENTUM) * jax.lax.stop_gradient(new)


class BatchNormGenerator(eqx.Module):
    """Base of the generators with batch norms: rows in inference mode, or by the batch's own statistics.

    A generator has a field ``norms``, a tuple of `BatchNorm`, and ``_run``, which normalises units through a function
    of the norm's number. The field is not declared here: it would come before the generator's others.
    """

    @abstractmethod
    def _run(self, rows: Array, normalise: Callable[[int, Array], Array]) -> Array:
        """Make rows; ``normalise(number, units)`` standardises units of shape (n, units) by a norm."""

    def __call__(self, rows: Float[Array, "batch in"]) -> Float[Array, "batch width"]:
        """Make rows in inference mode, each on its own.

        Parameters
        ----------
        rows : array of shape (batch, in)
            Class condition, then noise.

        Returns
        -------
        array of shape (batch, width)
            Flat rows.
        """
        norms: tuple[BatchNorm, ...] = self.norms  # type: ignore[attr-defined]
        return self._run(rows, lambda number, units: norms[number](units))

    def in_training(self, rows: Float[Array, "batch in"]) -> tuple[Float[Array, "batch width"], Self]:
        """Make rows by the batch's own statistics.

        Parameters
        ----------
        rows : array of shape (batch, in)
            Class condition, then noise.

        Returns
        -------
        out : array of shape (batch, width)
            Flat rows.
        network : BatchNormGenerator
            The network with running statistics moved towards the batch's; itself where it has no norm.
        """
        norms: tuple[BatchNorm, ...] = self.norms  # type: ignore[attr-defined]
        moved: list[BatchNorm] = []

        def normalise(number: int, units: Array) -> Array:
            units, norm = norms[number].in_training(units)
            moved.append(norm)
            return units

        out = self._run(rows, normalise)
        return out, eqx.tree_at(lambda net: net.norms, self, tuple(moved)) if moved else self


class BatchNormMLP(eqx.Module):
    """A multi-layer perceptron with a batch norm after every hidden activation. Make one with `with_batch_norm`.

    Attributes
    ----------
    network : MLP
        The layers.
    norms : tuple of BatchNorm
        One per hidden layer.
    """

    network: MLP
    norms: tuple[BatchNorm, ...]

    def __call__(self, rows: Float[Array, "batch in"]) -> Float[Array, "batch out"]:
        """Map rows in inference mode, each on its own.

        Parameters
        ----------
        rows : array of shape (batch, in)
            Input rows.

        Returns
        -------
        array of shape (batch, out)
            Output of the last linear layer.
        """
        return self.network(rows, lambda number, units: self.norms[number](units))

    def in_training(self, rows: Float[Array, "batch in"]) -> tuple[Float[Array, "batch out"], BatchNormMLP]:
        """Map rows by the batch's own statistics.

        Parameters
        ----------
        rows : array of shape (batch, in)
            Input rows.

        Returns
        -------
        out : array of shape (batch, out)
            Output of the last linear layer.
        network : BatchNormMLP
            The network with running statistics moved towards the batch's; the network itself is unchanged.
        """
        moved: list[BatchNorm] = []

        def normalise(number: int, units: Array) -> Array:
            units, norm = self.norms[number].in_training(units)
            moved.append(norm)
            return units

        out = self.network(rows, normalise)
        return out, BatchNormMLP(self.network, tuple(moved))


def with_batch_norm(network: MLP) -> BatchNormMLP:
    """Put a fresh batch norm after every hidden layer of a network.

    Parameters
    ----------
    network : MLP
        The layers.

    Returns
    -------
    BatchNormMLP
        The network with its norms: scale 1, shift 0, running mean 0 and variance 1.

    Examples
    --------
    >>> from oversmith.networks import MLP
    >>> network = with_batch_norm(MLP(2, (4, 3), 1, ("relu", "relu"), key=jax.random.key(0)))
    >>> [norm.scale.shape for norm in network.norms], network(jnp.ones((5, 2))).shape
    ([(4,), (3,)], (5, 1))
    """
    widths = [len(bias) for bias in network.biases[:-1]]
    return BatchNormMLP(network, tuple(BatchNorm(n) for n in widths))


def in_training(network: Any) -> tuple[Callable[[Array], Array], list[Any]]:
    """Return a network as a plain function that uses the batch's own statistics.

    Parameters
    ----------
    network : BatchNormMLP or BatchNormGenerator
        The network.

    Returns
    -------
    run : callable
        Maps rows by the batch's own statistics.
    moved : list
        Gets the network with moved running statistics at each call of ``run``.

    Examples
    --------
    >>> from oversmith.networks import MLP
    >>> run, moved = in_training(with_batch_norm(MLP(2, (4,), 1, ("relu",), key=jax.random.key(0))))
    >>> run(jnp.array([[1.0, 0.0], [3.0, 0.0]])).shape, len(moved)
    ((2, 1), 1)
    """
    moved: list[Any] = []

    def run(rows: Array) -> Array:
        out, after = network.in_training(rows)
        moved.append(after)
        return out

    return run, moved


def with_dropout(
    network: MLP, rows: Float[Array, "batch in"], key: Array, rate: float | Float[Array, ""]
) -> Float[Array, "batch out"]:
    """Map rows with dropout after every hidden layer but the first.

    Only hidden units are dropped, so the masks do not depend on the padding of the rows.

    Parameters
    ----------
    network : MLP
        The layers.
    rows : array of shape (batch, in)
        Input rows.
    key : jax.random.key
        Source of the masks; each layer has its own.
    rate : float
        Chance that a unit is zero, in [0, 1); the others grow by 1 / (1 - rate).

    Returns
    -------
    array of shape (batch, out)
        Output of the last linear layer.

    Examples
    --------
    >>> from oversmith.networks import MLP
    >>> network = MLP(2, (8, 8), 1, ("relu", "relu"), key=jax.random.key(0))
    >>> rows = jnp.ones((3, 2))
    >>> bool((with_dropout(network, rows, jax.random.key(1), 0.0) == network(rows)).all())
    True
    """

    def drop(number: int, units: Array) -> Array:
        if number == 0:
            return units
        present = jax.random.bernoulli(jax.random.fold_in(key, number), 1 - rate, units.shape)
        return jnp.where(present, units / (1 - rate), 0.0)

    return network(rows, drop)
