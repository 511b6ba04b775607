"""Flow matching (Lipman et al. 2023): a network that learns the velocity from noise x_0 to rows x_1.

The velocity on the straight line x_t = (1 - t) x_0 + t x_1 is x_1 - x_0; rows are drawn by following the learnt one.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from oversmith.networks import MLP, one_hot
from oversmith.networks.inputs import TIME_FEATURES, time_features
from oversmith.networks.outputs import LINEAR, Columns
from oversmith.recipes.generator import row_network
from oversmith.recipes.sizes import Sizes
from oversmith.training import Optimiser, Phase, Player, Recipe, Turn, draw_balanced
from oversmith.training.recipe import Batch, Hyper, Players

# The size of the class's input: larger than a column, because with a small one the network learns the rare class late
# (a ring of eight modes: 22 % of the rows in a mode after 2,000 steps at 1, 64 to 68 % at 4).
CLASS_INPUT = 4.0


def velocity(
    network: MLP,
    rows: Float[Array, "batch width"],
    time: Float[Array, " batch"],
    label: Int[Array, " batch"],
    hyper: Hyper,
) -> Float[Array, "batch width"]:
    """Return the velocity of rows at a time, under a class; padded columns do not move."""
    condition = CLASS_INPUT * one_hot(label, hyper["condition"].shape[0])
    # Time and class in front, so that padding stays at the end.
    return network(jnp.concatenate([time_features(time), condition, rows], axis=1)) * hyper["columns"].mask


def to_flow(rows: Array, columns: Columns) -> Array:
    """Map flags and levels from 0 and 1 to -1 and 1: the spread that suits noise of unit variance."""
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


def row_losses(players: Players, x: Array, label: Array, key: Array, hyper: Hyper) -> Float[Array, " batch"]:
    """Loss of each row, to score a checkpoint."""
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


def players(key: Array, sizes: Sizes, widths: tuple[int, ...]) -> Players:
    """Make the network: time, class and row in, velocity out."""
    return {"velocity": row_network(key, sizes, TIME_FEATURES + sizes.condition_width, widths, "silu")}
