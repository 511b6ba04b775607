"""The loss of generators that learn by regression on held-out rows, at fixed times and noises."""

from __future__ import annotations

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from oversmith.networks.outputs import bucket
from oversmith.training import pad_rows
from oversmith.training.recipe import Hyper, Players
from oversmith.training.sampling import on_device

# (players, rows, labels, key, hyper) → loss of each row.
RowLoss = Callable[[Players, Array, Array, Array, Hyper], Array]


@eqx.filter_jit
def held_out_loss(
    loss: RowLoss, draws: int, players: Players, x: Array, label: Array, weight: Array, key: Array, hyper: Hyper
) -> Array:
    """Mean loss of held-out rows, padded with rows of weight 0, at ``draws`` fixed times and noises each."""

    def one(number: Array) -> Array:
        losses = loss(players, x, label, jax.random.fold_in(key, number), hyper)
        return jnp.sum(losses * weight) / jnp.sum(weight)

    return jax.lax.map(one, jnp.arange(draws)).mean()


def held_out_monitor(
    loss: RowLoss,
    x: np.ndarray,
    labels: np.ndarray,
    key: Array,
    hyper: Hyper,
    *,
    width: int,
    draws: int = 16,
    smallest: int = 256,
) -> Callable[[Players, int], float]:
    """Score checkpoints by the loss on held-out rows, every class counted alike; lower is better.

    Parameters
    ----------
    loss : callable
        ``(players, x, label, key, hyper) -> losses``, a module-level function.
    x : ndarray of shape (n, d)
        Held-out rows, in the scale of their classes.
    labels : ndarray of shape (n,)
        Their labels.
    key : jax.random.key
        Source of times and noises.
    hyper : dict
        Traced values.
    width : int
        Padded width of the rows.
    draws : int, default=16
        Times and noises of each row.
    smallest : int, default=256
        The number of rows is padded to this, four times this, and so on.

    Returns
    -------
    callable
        The monitor.
    """
    wide = np.zeros((len(x), width), np.float32)
    wide[:, : x.shape[1]] = x
    weights = (1 / np.bincount(labels)[labels]).astype(np.float32)
    size = bucket(len(x), smallest, 4)
    rows, label, weight = (on_device(pad_rows(part, size)) for part in (wide, labels.astype(np.int32), weights))
    hyper = on_device(hyper)

    def monitor(players: Players, step: int) -> float:
        return float(held_out_loss(loss, draws, players, rows, label, weight, key, hyper))

    return monitor
