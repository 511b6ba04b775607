"""The recipe of the conditional GAN: the GAN's losses, batch norm and dropout, classes asked for at random.

Apart from the samplers, because this module imports JAX: it is loaded where a training starts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from oversmith.networks import MLP, dropped, recording
from oversmith.samplers import _gan
from oversmith.samplers._gan import Judge, judge
from oversmith.samplers._generator import Batch, Hyper, Players, Record, conditioned, fake_rows, generator_network
from oversmith.samplers._lesson import Training
from oversmith.training import Optimiser, Phase, Player, Recipe, Turn
from oversmith.training.objectives import gan_generator
from oversmith.training.recipe import Draw, Loss


def judge_with_dropout(discriminator: MLP, rows: Array, key: Array, hyper: Hyper) -> Array:
    """Ask a discriminator some of whose units are left out."""
    return dropped(discriminator, rows, key, hyper["dropout"])[:, 0]


def asked_rows(generator: Callable[[Array], Array], key: Array, like: Array, hyper: Hyper) -> tuple[Array, Array]:
    """Make as many rows as there are labels in ``like``, of classes asked for at random; return rows and classes."""
    label_key, row_key = jax.random.split(key)
    label = jax.random.randint(label_key, like.shape, 0, hyper["n_classes"])
    return fake_rows({"generator": generator}, row_key, label, hyper), label


@cache
def generator_loss(judge: Judge = judge) -> Loss:
    """Make the generator's loss, -log D(G(z, c), c) over classes asked for equally often, for a way of judging rows.

    Parameters
    ----------
    judge : callable
        ``(discriminator, rows, key, hyper) -> logits``, a module-level function.

    Returns
    -------
    callable
        The loss; equal arguments give the same object, so that they share a compiled program.
    """

    def loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
        row_key, judge_key = jax.random.split(key)
        generator = players["generator"]
        if hasattr(generator, "in_training"):
            generator, _ = recording(generator)
        rows, label = asked_rows(generator, row_key, batch["label"], hyper)
        logits = judge(players["discriminator"], conditioned(rows, label, hyper), judge_key, hyper)
        return gan_generator(logits, jnp.ones_like(logits)), {}

    return loss


def refreshed(network: Any, batch: Batch, key: Array, hyper: Hyper) -> Any:
    """Move the generator's running statistics towards those of the rows its loss has just seen."""
    row_key, _ = jax.random.split(key)
    generator, moved = recording(network)
    asked_rows(generator, row_key, batch["label"], hyper)
    return moved[0]


def recipe(*, steps: int, batch_size: int, ema: bool, batch_norm: bool, dropout: bool, draw: Draw) -> Recipe:
    """Name the players, their losses and the schedule.

    Parameters
    ----------
    steps : int
        Generator updates.
    batch_size : int
        Rows per update.
    ema : bool
        Whether rows are drawn from the moving average of the generator's weights.
    batch_norm, dropout : bool
        Whether the generator has batch norm, and the discriminator dropout.
    draw : callable
        How batches are drawn.

    Returns
    -------
    Recipe
        One phase: the discriminator ``n_critic`` times, then the generator once. The discriminator sees rows made in
        inference mode, as they are drawn later.
    """
    optimiser = Optimiser("adam", b1=0.5)
    asked = judge_with_dropout if dropout else judge
    refresh = refreshed if batch_norm else None
    phase = Phase(
        "adversarial",
        players=(
            Player("discriminator", _gan.discriminator_loss(fake_rows, asked), optimiser),
            Player("generator", generator_loss(asked), optimiser, ema=ema, refresh=refresh),
        ),
        schedule=(Turn("discriminator", "n_critic"), Turn("generator", None)),
        draw=draw,
        batch_size=batch_size,
        steps=steps,
    )
    return Recipe((phase,), sample=fake_rows)


def players(
    key: Array,
    training: Training,
    *,
    latent_dim: int,
    generator_widths: tuple[int, ...],
    critic_widths: tuple[int, ...],
    batch_norm: bool,
) -> Players:
    """Make the networks: class and noise to a row, class and row to the log-odds of being real, LeakyReLU between."""
    generator_key, discriminator_key = jax.random.split(key)
    return {
        "generator": generator_network(generator_key, training, latent_dim, generator_widths, "leaky_relu", batch_norm),
        "discriminator": _gan.discriminator_network(discriminator_key, training, critic_widths),
    }
