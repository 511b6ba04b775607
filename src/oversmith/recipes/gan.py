"""The GAN of Goodfellow et al. 2014 and the conditional GAN: a generator G against a discriminator D.

D minimises -E[log D(x)] - E[log(1 - D(G(z)))] (Riaz et al. 2025, Eq. 3; Sharma et al. 2022, "discriminator score") and
G minimises -E[log D(G(z))] (Eq. 5; "generator score"). With classes y both read y: D(x, y) and G(z, y).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from oversmith.networks import MLP, in_training, with_dropout
from oversmith.recipes.generator import (
    FakeRows,
    Network,
    Record,
    adversarial_phase,
    batch_inputs,
    conditioned,
    critic_network,
    fake_in_training,
    fake_rows,
    generator_loss,
    generator_network,
    refreshed,
    shapes,
)
from oversmith.recipes.sizes import Sizes
from oversmith.training import Optimiser, Player, Recipe, draw_balanced
from oversmith.training.losses import gan_discriminator, gan_generator
from oversmith.training.recipe import Batch, Draw, Hyper, Loss, Players

# (discriminator, rows with their class in front, key, hyper) → log-odds of being real.
Discriminate = Callable[[Any, Array, Array, Hyper], Array]


def discriminate(discriminator: MLP, rows: Array, key: Array, hyper: Hyper) -> Array:
    """Return the log-odds that rows are real, from a discriminator without dropout."""
    return discriminator(rows)[:, 0]


def discriminate_with_dropout(discriminator: MLP, rows: Array, key: Array, hyper: Hyper) -> Array:
    """Return the log-odds that rows are real, from a discriminator some of whose units are left out."""
    return with_dropout(discriminator, rows, key, hyper["dropout"])[:, 0]


@cache
def discriminator_loss(fake: FakeRows = fake_rows, discriminate: Discriminate = discriminate) -> Loss:
    """Make the discriminator's loss, -E[log D(x)] - E[log(1 - D(G(z)))] (Riaz et al. 2025, Eq. 3).

    Parameters
    ----------
    fake : callable
        ``(players, key, label, hyper) -> rows``, a module-level function.
    discriminate : callable
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
        both = jnp.concatenate([real, rows])
        logits = discriminate(players["discriminator"], both, jax.random.fold_in(key, 1), hyper)
        on_real, on_fake, weight = logits[: len(real)], logits[len(real) :], batch["weight"]
        record = {"d_real": _mean_probability(on_real, weight), "d_fake": _mean_probability(on_fake, weight)}
        return gan_discriminator(on_real, on_fake, weight), record

    return loss


def _mean_probability(logits: Array, weight: Array) -> Array:
    return jnp.sum(jax.nn.sigmoid(logits) * weight) / jnp.sum(weight)


def generator_term(players: Players, fake: Array, batch: Batch, hyper: Hyper) -> tuple[Array, Record]:
    """Return the generator's loss -E[log D(G(z))] (Riaz et al. 2025, Eq. 5)."""
    logits = players["discriminator"](conditioned(fake, batch["label"], hyper))[:, 0]
    return gan_generator(logits, batch["weight"]), {}


def beside_real_term(players: Players, fake: Array, batch: Batch, hyper: Hyper) -> tuple[Array, Record]:
    """Return the generator's loss -E[log D(G(z))] for a discriminator with batch norm, which also sees real rows.

    Generated rows alone would be brought to the mean and spread of any others before D sees them.
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
        ``(players, key, label, hyper) -> rows``, a module-level function: how rows are generated.
    guided : bool
        Whether a frozen classifier guides the generator.
    batch_norm : bool
        Whether both players have batch norm. The generator then learns with the batch's own statistics and updates its
        running ones; the discriminator sees real and generated rows together, in both players' turns, and learns from
        rows generated in inference mode, as they are drawn later.
    draw : callable
        How batches are drawn.

    Returns
    -------
    Recipe
        One phase: the discriminator ``critic_steps`` times, then the generator once.
    """
    optimiser = Optimiser("adam", b1=0.5)
    learnt, term = (fake_in_training(fake), beside_real_term) if batch_norm else (fake, generator_term)
    refresh = refreshed(fake) if batch_norm else None
    phase = adversarial_phase(
        Player("discriminator", discriminator_loss(fake), optimiser),
        Player("generator", generator_loss(term, learnt, guided), optimiser, ema=ema, refresh=refresh),
        draw=draw,
        batch_size=batch_size,
        steps=steps,
    )
    return Recipe((phase,), sample=fake)


def players(
    key: Array,
    sizes: Sizes,
    *,
    latent_dim: int,
    generator_widths: tuple[int, ...],
    critic_widths: tuple[int, ...],
    activation: str = "relu",
    batch_norm: bool = False,
) -> Players:
    """Make the networks; keys of other generators split the same way give the same discriminator.

    ``activation`` and ``batch_norm`` are those of the generator.
    """
    generator_key, discriminator_key = jax.random.split(key)
    return {
        "generator": generator_network(generator_key, sizes, latent_dim, generator_widths, activation, batch_norm),
        "discriminator": discriminator_network(discriminator_key, sizes, critic_widths),
    }


def discriminator_network(key: Array, sizes: Sizes, widths: tuple[int, ...]) -> Network:
    """Make the discriminator: class and row in, the log-odds of being real out, LeakyReLU between."""
    return critic_network(key, sizes, widths, ("leaky_relu",) * len(widths))


def hyper(
    sizes: Sizes,
    *,
    latent_dim: int,
    learning_rate: float,
    critic_steps: int,
    ema_decay: float,
) -> Hyper:
    """Gather what the compiled program takes as arguments: changing a value compiles nothing."""
    return shapes(sizes, latent_dim) | {
        "learning_rate": {"discriminator": jnp.float32(learning_rate), "generator": jnp.float32(learning_rate)},
        "critic_steps": jnp.int32(critic_steps),
        "ema_decay": jnp.float32(ema_decay),
    }


# ---------------------------------------------------------------------- the conditional GAN


def random_class_rows(
    generator: Callable[[Array], Array], key: Array, like: Array, hyper: Hyper
) -> tuple[Array, Array]:
    """Generate as many rows as there are labels in ``like``, of classes drawn at random; return rows and classes."""
    label_key, row_key = jax.random.split(key)
    label = jax.random.randint(label_key, like.shape, 0, hyper["n_classes"])
    return fake_rows({"generator": generator}, row_key, label, hyper), label


@cache
def conditional_generator_loss(discriminate: Discriminate = discriminate) -> Loss:
    """Make the loss of a conditional generator, -E[log D(G(z, y), y)] over classes y drawn equally often.

    Parameters
    ----------
    discriminate : callable
        ``(discriminator, rows, key, hyper) -> logits``, a module-level function.

    Returns
    -------
    callable
        The loss; equal arguments give the same object, so that they share a compiled program.
    """

    def loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
        row_key, dropout_key = jax.random.split(key)
        generator = players["generator"]
        if hasattr(generator, "in_training"):
            generator, _ = in_training(generator)
        rows, label = random_class_rows(generator, row_key, batch["label"], hyper)
        logits = discriminate(players["discriminator"], conditioned(rows, label, hyper), dropout_key, hyper)
        return gan_generator(logits, jnp.ones_like(logits)), {}

    return loss


def conditional_refreshed(network: Any, batch: Batch, key: Array, hyper: Hyper) -> Any:
    """Move a conditional generator's running statistics towards those of the rows of its last loss."""
    row_key, _ = jax.random.split(key)
    generator, moved = in_training(network)
    random_class_rows(generator, row_key, batch["label"], hyper)
    return moved[0]


def conditional_recipe(
    *, steps: int, batch_size: int, ema: bool, batch_norm: bool, dropout: bool, draw: Draw
) -> Recipe:
    """Name the players of the conditional GAN, their losses and the schedule.

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
        One phase: the discriminator ``critic_steps`` times, then the generator once. The discriminator sees rows
        generated in inference mode, as they are drawn later.
    """
    optimiser = Optimiser("adam", b1=0.5)
    logits = discriminate_with_dropout if dropout else discriminate
    refresh = conditional_refreshed if batch_norm else None
    phase = adversarial_phase(
        Player("discriminator", discriminator_loss(fake_rows, logits), optimiser),
        Player("generator", conditional_generator_loss(logits), optimiser, ema=ema, refresh=refresh),
        draw=draw,
        batch_size=batch_size,
        steps=steps,
    )
    return Recipe((phase,), sample=fake_rows)
