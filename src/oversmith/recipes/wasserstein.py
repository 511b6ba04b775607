"""The Wasserstein GAN: a generator G against critics C, kept Lipschitz by a penalty or by clipping.

C minimises -E[C(x)] + E[C(G(z))] (Riaz et al. 2025, Eq. 6) and G minimises -E[C(G(z))] (Eq. 7).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from oversmith.networks import MLP
from oversmith.recipes import classifier as softmax_classifier
from oversmith.recipes.generator import (
    Record,
    adversarial_phase,
    conditioned,
    critic_network,
    fake_rows,
    generator_loss,
    generator_network,
    guide_loss,
    shapes,
    to_table,
)
from oversmith.recipes.sizes import Sizes
from oversmith.training import Optimiser, Player, Recipe, Turn, class_bucket, draw_balanced
from oversmith.training.losses import (
    gradient_penalty,
    interpolate,
    wasserstein_critic,
    wasserstein_generator,
)
from oversmith.training.recipe import Batch, Draw, Hyper, Players


def _gap(critic: MLP, real: Array, fake: Array, weight: Array) -> Array:
    # One pass over both halves: larger products, fewer of them.
    scores = critic(jnp.concatenate([real, fake]))[:, 0]
    return wasserstein_critic(scores[: len(real)], scores[len(real) :], weight)


def critic_loss_penalty(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
    """Score fake rows low and real rows high (Riaz et al. 2025, Eq. 6), with the gradient penalty."""
    fake_key, mix_key = jax.random.split(key)
    label = batch["label"]
    fake = fake_rows(players, fake_key, label, hyper)
    mixed = interpolate(mix_key, batch["x"], fake)
    real, fake = conditioned(batch["x"], label, hyper), conditioned(fake, label, hyper)
    gaps, penalties = [], []
    for critic in players["critic"]:

        def score(x: Array, critic: MLP = critic) -> Array:
            return critic(conditioned(x, label, hyper))[:, 0]

        gaps.append(_gap(critic, real, fake, batch["weight"]))
        rows = gradient_penalty(score, mixed, hyper["columns"].mask)
        penalties.append(jnp.average(rows, weights=batch["weight"]))
    gap, penalty = jnp.stack(gaps), jnp.stack(penalties)
    record = {"wasserstein": -gap.mean(), "penalty": penalty.mean()}
    return _softened(gap, hyper).sum() + hyper["penalty_weight"] * penalty.sum(), record


def critic_loss_clip(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
    """Score fake rows low and real rows high (Riaz et al. 2025, Eq. 6); the weights are clipped after the update."""
    label = batch["label"]
    fake = conditioned(fake_rows(players, key, label, hyper), label, hyper)
    real = conditioned(batch["x"], label, hyper)
    gap = jnp.stack([_gap(critic, real, fake, batch["weight"]) for critic in players["critic"]])
    return _softened(gap, hyper).sum(), {"wasserstein": -gap.mean()}


def _softened(gap: Array, hyper: Hyper) -> Array:
    """Smooth the labels and clip the loss: with labels 1 - s and s instead of 1 and 0 the gap shrinks by 1 - 2 s."""
    bound = hyper["loss_clip"]
    return jnp.clip((1 - 2 * hyper["label_smoothing"]) * gap, -bound, bound)


def _scores(players: Players, fake: Array, batch: Batch, hyper: Hyper) -> Array:
    rows = conditioned(fake, batch["label"], hyper)
    return jnp.stack([critic(rows)[:, 0] for critic in players["critic"]])


def mean_term(players: Players, fake: Array, batch: Batch, hyper: Hyper) -> tuple[Array, Record]:
    """Raise the mean score of the critics (Riaz et al. 2025, Eq. 7)."""
    return wasserstein_generator(_scores(players, fake, batch, hyper).mean(axis=0), batch["weight"]), {}


def min_term(players: Players, fake: Array, batch: Batch, hyper: Hyper) -> tuple[Array, Record]:
    """Raise, row by row, the lowest of the critics' scores."""
    return wasserstein_generator(_scores(players, fake, batch, hyper).min(axis=0), batch["weight"]), {}


@cache
def recipe(
    *,
    steps: int,
    batch_size: int,
    lipschitz: str,
    combine: str = "mean",
    ema: bool,
    guided: bool = False,
    draw: Draw = draw_balanced,
) -> Recipe:
    """Name the players, their losses and the schedule.

    Parameters
    ----------
    steps : int
        Generator updates.
    batch_size : int
        Rows per update.
    lipschitz : {"gradient_penalty", "clip"}
        How the critic is kept Lipschitz.
    combine : {"mean", "min"}
        How the generator follows several critics.
    ema : bool
        Whether rows are drawn from the moving average of the generator's weights.
    guided : bool
        Whether a frozen classifier guides the generator.
    draw : callable
        How batches are drawn.

    Returns
    -------
    Recipe
        One phase: the critic ``critic_steps`` times, then the generator once.
    """
    clip = lipschitz == "clip"
    optimiser = Optimiser("rmsprop", b2=0.99) if clip else Optimiser("adam", b1=0.5, b2=0.9)
    critic = Player("critic", critic_loss_clip if clip else critic_loss_penalty, optimiser, weight_clip=clip)
    loss = generator_loss(min_term if combine == "min" else mean_term, guided=guided)
    generator = Player("generator", loss, optimiser, ema=ema)
    phase = adversarial_phase(critic, generator, draw=draw, batch_size=batch_size, steps=steps)
    return Recipe((phase,), sample=fake_rows)


def players(
    key: Array,
    sizes: Sizes,
    *,
    latent_dim: int,
    generator_widths: tuple[int, ...],
    critic_widths: tuple[int, ...],
    n_critics: int,
) -> Players:
    """Make the networks: the generator widens from noise to a row, each critic narrows from a row to a score."""
    generator_key, *critic_keys = jax.random.split(key, 1 + n_critics)
    # Riaz et al. 2025: Tanh after the critic's first layer, LeakyReLU after the others.
    activations = ("tanh",) + ("leaky_relu",) * (len(critic_widths) - 1)
    return {
        "generator": generator_network(generator_key, sizes, latent_dim, generator_widths),
        "critic": tuple(critic_network(critic_key, sizes, critic_widths, activations) for critic_key in critic_keys),
    }


def hyper(
    sizes: Sizes,
    *,
    latent_dim: int,
    learning_rate: float,
    critic_steps: int,
    penalty_weight: float,
    clip: float,
    ema_decay: float,
    label_smoothing: float = 0.0,
    loss_clip: float | None = None,
) -> Hyper:
    """Gather what the compiled program takes as arguments: changing a value compiles nothing."""
    return shapes(sizes, latent_dim) | {
        "learning_rate": {"critic": jnp.float32(learning_rate), "generator": jnp.float32(learning_rate)},
        "critic_steps": jnp.int32(critic_steps),
        "penalty_weight": jnp.float32(penalty_weight),
        "weight_clip": jnp.float32(clip),
        "ema_decay": jnp.float32(ema_decay),
        "label_smoothing": jnp.float32(label_smoothing),
        "loss_clip": jnp.float32(jnp.inf if loss_clip is None else loss_clip),
    }


# ---------------------------------------------------------------------- with an auxiliary classifier


def auxiliary_classifier_loss(
    players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper
) -> tuple[Array, Record]:
    """Cross-entropy of the auxiliary classifier on real rows, in the table's scale."""
    in_table = {**batch, "x": to_table(batch["x"], batch["label"], hyper)}
    return softmax_classifier.loss(players, in_table, key, step, hyper)


def auxiliary_term(players: Players, fake: Array, batch: Batch, hyper: Hyper) -> tuple[Array, Record]:
    """Raise the critic's score, and the classifier's probability that generated rows are of their class."""
    value, record = mean_term(players, fake, batch, hyper)
    auxiliary = guide_loss(players["classifier"], fake, batch, hyper)
    return value + hyper["guidance"] * auxiliary, {**record, "auxiliary": auxiliary}


def auxiliary_recipe(**options: Any) -> Recipe:
    """Add an auxiliary classifier to the recipe: the conditional WGAN-GP.

    Parameters
    ----------
    **options : object
        Of `recipe`.

    Returns
    -------
    Recipe
        One phase: the critic ``critic_steps`` times, the generator once, the classifier once.
    """
    plain = recipe(**options)
    (phase,) = plain.phases
    critic, generator = phase.players
    classifier = Player("classifier", auxiliary_classifier_loss, Optimiser("adam"))
    generator = replace(generator, loss=generator_loss(auxiliary_term))
    # The classifier comes last: the others' turns, and so their random numbers, are those of the plain recipe.
    turns = (*phase.schedule, Turn("classifier"))
    return replace(plain, phases=(replace(phase, players=(critic, generator, classifier), schedule=turns),))


def auxiliary_classifier(key: Array, sizes: Sizes, widths: tuple[int, ...]) -> MLP:
    """Make the auxiliary classifier: a row in the table's scale in, the logits of a bucket of classes out."""
    n_out = max(sizes.condition_width, class_bucket(1))
    return MLP(sizes.padded_width, widths, n_out, ("relu",) * len(widths), key=key, true_in=sizes.width)


def auxiliary_hyper(n_classes: int, weight: float, clamp: float) -> Hyper:
    """Name the classes and numbers that the losses with an auxiliary classifier read."""
    return {
        "n_classes": n_classes,
        "guide_class": np.arange(class_bucket(n_classes)),
        "guide_classes": n_classes,
        "guidance": weight,
        "guidance_clamp": clamp,
    }
