"""How generators that learn by regression are watched: their own loss on held-out rows, at fixed times and noises.

Apart from the samplers, because this module imports JAX: it is loaded where a training starts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from oversmith.networks.columns import bucket
from oversmith.samplers._lesson import Players, Session
from oversmith.training import pad_rows
from oversmith.training.sampling import on_device

# (players, rows, labels, key, hyper) → loss of each row.
RowLoss = Callable[[Players, Array, Array, Array, dict[str, Any]], Array]


@eqx.filter_jit
def held_out_loss(
    loss: RowLoss,
    draws: int,
    players: Players,
    x: Array,
    label: Array,
    weight: Array,
    key: Array,
    hyper: dict[str, Any],
) -> Array:
    """Judge held-out rows, padded with rows of weight 0, at ``draws`` fixed times and noises each."""

    def one(number: Array) -> Array:
        losses = loss(players, x, label, jax.random.fold_in(key, number), hyper)
        return jnp.sum(losses * weight) / jnp.sum(weight)

    return jax.lax.map(one, jnp.arange(draws)).mean()


def held_out_monitor(
    session: Session, loss: RowLoss, draws: int = 16, smallest: int = 256
) -> Callable[[Players, int], float]:
    """Score checkpoints by the loss on the rows that the lesson keeps for it; lower is better.

    Parameters
    ----------
    session : Session
        The training.
    loss : callable
        ``(players, x, label, key, hyper) -> losses``, a module-level function.
    draws : int, default=16
        Times and noises each row is judged at.
    smallest : int, default=256
        The number of rows is rounded up to this, four times this, and so on: every one of them is judged.

    Returns
    -------
    callable
        The monitor.
    """
    lesson = session.lesson
    rows, labels, weights = [], [], []
    for code in lesson.asked:
        place = lesson.codes.index(code)
        scaled = lesson.scalers[place].transform(lesson.references[code])
        wide = np.zeros((len(scaled), session.training.padded_width), np.float32)
        wide[:, : session.training.width] = scaled
        rows.append(wide)
        labels.append(np.full(len(scaled), place, np.int32))
        # Every class counts alike.
        weights.append(np.full(len(scaled), 1 / len(scaled), np.float32))
    parts = [np.concatenate(part) for part in (rows, labels, weights)]
    size = bucket(len(parts[0]), smallest, 4)
    x, label, weight = (on_device(pad_rows(part, size)) for part in parts)
    hyper, key = on_device(session.hyper), session.key(2)

    def monitor(players: Players, step: int) -> float:
        return float(held_out_loss(loss, draws, players, x, label, weight, key, hyper))

    return monitor
