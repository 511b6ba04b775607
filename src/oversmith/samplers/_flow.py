"""The flow-matching recipe: one network that learns the velocity from noise to rows, and the way back along it.

Apart from the sampler, because this module imports JAX: it is loaded where a training starts.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from oversmith.networks import MLP, one_hot
from oversmith.networks.columns import LINEAR, Columns
from oversmith.networks.time import TIME_FEATURES, time_features
from oversmith.samplers._generator import row_network
from oversmith.samplers._lesson import Training
from oversmith.training import Optimiser, Phase, Player, Recipe, Turn, draw_balanced

Players = dict[str, Any]
Batch = dict[str, Array]
Hyper = dict[str, Any]

# The class's own input: louder than a column, because a network that has to tell classes apart by a whisper learns the
# rare one late (a ring of eight modes: 22 % of the rows in a mode after 2,000 steps at 1, 64 to 68 % at 4).
LOUDNESS = 4.0


def velocity(
    network: MLP,
    rows: Float[Array, "batch width"],
    time: Float[Array, " batch"],
    label: Int[Array, " batch"],
    hyper: Hyper,
) -> Float[Array, "batch width"]:
    """Ask the network where rows move at a time; the padding stays where it is."""
    told = LOUDNESS * one_hot(label, hyper["condition"].shape[0])
    # Time and class in front, so that padding stays at the end.
    return network(jnp.concatenate([time_features(time), told, rows], axis=1)) * hyper["columns"].mask


def to_flow(rows: Array, columns: Columns) -> Array:
    """Spread flags and levels from 0 and 1 to -1 and 1: noise of unit variance neither drowns nor keeps them."""
    discrete = columns.code != LINEAR
    return jnp.where(discrete, 2 * rows - 1, rows) * columns.mask


def from_flow(rows: Array, columns: Columns) -> Array:
    """Undo `to_flow`."""
    discrete = columns.code != LINEAR
    return jnp.where(discrete, (rows + 1) / 2, rows) * columns.mask


def noise(key: Array, n: int, width: int) -> Float[Array, "batch width"]:
    """Draw standard normal noise whose columns do not depend on how many there are."""
    return jax.random.normal(key, (width, n)).T


def flow_loss(network: MLP, x: Array, label: Array, key: Array, hyper: Hyper) -> Float[Array, " batch"]:
    """Squared distance between the network's velocity and x_1 - x_0 on the straight line, mean over real columns."""
    time_key, noise_key = jax.random.split(key)
    columns = hyper["columns"]
    end = to_flow(x, columns)
    start = noise(noise_key, *x.shape) * columns.mask
    time = jax.random.uniform(time_key, (len(x),))
    between = (1 - time[:, None]) * start + time[:, None] * end
    error = velocity(network, between, time, label, hyper) - (end - start)
    return jnp.sum(error**2 * columns.mask, axis=1) / jnp.sum(columns.mask)


def velocity_loss(
    players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper
) -> tuple[Array, dict[str, Array]]:
    """Mean flow-matching loss of a batch."""
    return flow_loss(players["velocity"], batch["x"], batch["label"], key, hyper).mean(), {}


def told_losses(players: Players, x: Array, label: Array, key: Array, hyper: Hyper) -> Float[Array, " batch"]:
    """Loss of each row: what scores a checkpoint."""
    return flow_loss(players["velocity"], x, label, key, hyper)


def flow_rows(players: Players, key: Array, label: Int[Array, " batch"], hyper: Hyper) -> Float[Array, "batch width"]:
    """Follow the velocity from noise to rows with Heun's method."""
    columns, network = hyper["columns"], players["velocity"]
    n_steps = hyper["n_sampling_steps"]
    size = 1.0 / n_steps

    def step(number: Array, rows: Array) -> Array:
        now = jnp.full(len(label), number * size)
        first = velocity(network, rows, now, label, hyper)
        second = velocity(network, rows + size * first, now + size, label, hyper)
        return rows + size * (first + second) / 2

    start = noise(key, len(label), len(columns.mask)) * columns.mask
    return from_flow(jax.lax.fori_loop(0, n_steps, step, start), columns)


def recipe(*, steps: int, batch_size: int, ema: bool, block: int = 512) -> Recipe:
    """Name the player, its loss and the schedule, and how many rows are drawn at once."""
    phase = Phase(
        "flow",
        players=(Player("velocity", velocity_loss, Optimiser("adam"), ema=ema),),
        schedule=(Turn("velocity"),),
        draw=draw_balanced,
        batch_size=batch_size,
        steps=steps,
    )
    # A checkpoint of a small class is scored by one block; each row costs two passes per sampling step.
    return Recipe((phase,), sample=flow_rows, block=block)


def players(key: Array, training: Training, widths: tuple[int, ...]) -> Players:
    """Make the network: time, class and row in, velocity out."""
    return {"velocity": row_network(key, training, TIME_FEATURES + training.condition_width, widths, "silu")}
