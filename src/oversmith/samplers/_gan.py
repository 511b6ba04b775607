"""The recipe of the first GAN: a generator against a discriminator that tells real rows from generated ones.

Apart from the samplers, because this module imports JAX: it is loaded where a training starts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from oversmith.networks import MLP
from oversmith.samplers._generator import (
    Batch,
    FakeRows,
    Hyper,
    Network,
    Players,
    Record,
    batch_inputs,
    conditioned,
    critic_network,
    fake_rows,
    generator_loss,
    generator_network,
    in_training,
    refreshed,
    shapes,
)
from oversmith.samplers._lesson import Training
from oversmith.training import Optimiser, Phase, Player, Recipe, Turn, draw_balanced
from oversmith.training.objectives import gan_discriminator, gan_generator
from oversmith.training.recipe import Draw, Loss

# (discriminator, rows with their class in front, key, hyper) → log-odds of being real.
Judge = Callable[[Any, Array, Array, Hyper], Array]


def judge(discriminator: MLP, rows: Array, key: Array, hyper: Hyper) -> Array:
    """Ask a discriminator that leaves nothing to chance."""
    return discriminator(rows)[:, 0]


@cache
def discriminator_loss(fake: FakeRows = fake_rows, judge: Judge = judge) -> Loss:
    """Make the discriminator's loss, -log D(x) - log(1 - D(G)), for a way of making and of judging rows.

    Parameters
    ----------
    fake : callable
        ``(players, key, label, hyper) -> rows``, a module-level function.
    judge : callable
        ``(discriminator, rows, key, hyper) -> logits``, a module-level function.

    Returns
    -------
    callable
        The loss; equal arguments give the same object, so that they share a compiled program.
    """

    def loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
        label = batch["label"]
        rows = conditioned(fake(players, key, label, batch_inputs(batch, hyper)), label, hyper)
        real = conditioned(batch["x"], label, hyper)
        # One pass over both halves: larger products, fewer of them.
        logits = judge(players["discriminator"], jnp.concatenate([real, rows]), jax.random.fold_in(key, 1), hyper)
        on_real, on_fake, weight = logits[: len(real)], logits[len(real) :], batch["weight"]
        record = {"d_real": _chance(on_real, weight), "d_fake": _chance(on_fake, weight)}
        return gan_discriminator(on_real, on_fake, weight), record

    return loss


def _chance(logits: Array, weight: Array) -> Array:
    return jnp.sum(jax.nn.sigmoid(logits) * weight) / jnp.sum(weight)


def generator_term(players: Players, fake: Array, batch: Batch, hyper: Hyper) -> tuple[Array, Record]:
    """Raise what the discriminator takes generated rows for: -log D(G)."""
    logits = players["discriminator"](conditioned(fake, batch["label"], hyper))[:, 0]
    return gan_generator(logits, batch["weight"]), {}


def beside_real_term(players: Players, fake: Array, batch: Batch, hyper: Hyper) -> tuple[Array, Record]:
    """Raise what a discriminator with batch norm takes generated rows for, real ones standing beside them.

    Alone, rows would be brought to the mean and spread of any others before they are judged.
    """
    rows = jnp.concatenate([conditioned(part, batch["label"], hyper) for part in (batch["x"], fake)])
    return gan_generator(players["discriminator"](rows)[len(fake) :, 0], batch["weight"]), {}


def recipe(
    *,
    steps: int,
    batch_size: int,
    ema: bool,
    fake: FakeRows = fake_rows,
    guided: bool = False,
    batch_norm: bool = False,
    draw: Draw = draw_balanced,
) -> Recipe:
    """Name the players, their losses and the schedule.

    Parameters
    ----------
    steps : int
        Generator updates.
    batch_size : int
        Rows per update.
    ema : bool
        Whether rows are drawn from the moving average of the generator's weights.
    fake : callable
        ``(players, key, label, hyper) -> rows``, a module-level function: how rows are made.
    guided : bool
        Whether a frozen classifier guides the generator.
    batch_norm : bool
        Whether both players have batch norm. The generator then learns by the batch's own statistics and moves its
        running ones; the discriminator goes by real and generated rows together, in both players' turns, and learns
        from rows made in inference mode, as they are drawn later.
    draw : callable
        How batches are drawn.

    Returns
    -------
    Recipe
        One phase: the discriminator ``n_critic`` times, then the generator once.
    """
    optimiser = Optimiser("adam", b1=0.5)
    learnt, term = (in_training(fake), beside_real_term) if batch_norm else (fake, generator_term)
    refresh = refreshed(fake) if batch_norm else None
    phase = Phase(
        "adversarial",
        players=(
            Player("discriminator", discriminator_loss(fake), optimiser),
            Player("generator", generator_loss(term, learnt, guided), optimiser, ema=ema, refresh=refresh),
        ),
        schedule=(Turn("discriminator", "n_critic"), Turn("generator", None)),
        draw=draw,
        batch_size=batch_size,
        steps=steps,
    )
    return Recipe((phase,), sample=fake)


def players(
    key: Array,
    training: Training,
    *,
    latent_dim: int,
    generator_widths: tuple[int, ...],
    critic_widths: tuple[int, ...],
) -> Players:
    """Make the networks; keys of other generators split the same way give the same discriminator."""
    generator_key, discriminator_key = jax.random.split(key)
    return {
        "generator": generator_network(generator_key, training, latent_dim, generator_widths),
        "discriminator": discriminator_network(discriminator_key, training, critic_widths),
    }


def discriminator_network(key: Array, training: Training, widths: tuple[int, ...]) -> Network:
    """Make the discriminator: class and row in, the log-odds of being real out, LeakyReLU between."""
    return critic_network(key, training, widths, ("leaky_relu",) * len(widths))


def hyper(
    training: Training,
    *,
    latent_dim: int,
    learning_rate: float,
    n_critic: int,
    ema_decay: float,
) -> Hyper:
    """Gather what the compiled program takes as arguments: changing a value compiles nothing."""
    return shapes(training, latent_dim) | {
        "learning_rate": {"discriminator": jnp.float32(learning_rate), "generator": jnp.float32(learning_rate)},
        "n_critic": jnp.int32(n_critic),
        "ema_decay": jnp.float32(ema_decay),
    }
