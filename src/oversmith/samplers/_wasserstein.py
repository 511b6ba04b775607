"""The Wasserstein recipe: one generator, one or more critics, penalty or clipping.

Apart from the sampler, because this module imports JAX: it is loaded where a training starts.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from oversmith.networks import MLP, activate, latent_noise, mlp, with_condition
from oversmith.samplers._network import Training
from oversmith.training import Optimiser, Phase, Player, Recipe, Turn, draw_balanced
from oversmith.training.objectives import (
    gradient_penalty,
    interpolate,
    wasserstein_critic,
    wasserstein_generator,
)

Players = dict[str, Any]
Hyper = dict[str, Any]


def fake_rows(players: Players, key: Array, label: Int[Array, " batch"], hyper: Hyper) -> Float[Array, "batch width"]:
    """Let the generator make one row per label, in the class's own scale."""
    noise_key, level_key = jax.random.split(key)
    noise = latent_noise(noise_key, label.shape[0], hyper["latent"].shape[0])
    raw = players["generator"](_with_condition(noise, label, hyper))
    return activate(raw, hyper["columns"], level_key)


def _with_condition(rows: Array, label: Array, hyper: Hyper) -> Array:
    return with_condition(rows, label, hyper["condition"].shape[0])


def _gap(critic: MLP, real: Array, fake: Array, weight: Array) -> Array:
    # One pass over both halves: larger products, fewer of them.
    scores = critic(jnp.concatenate([real, fake]))[:, 0]
    return wasserstein_critic(scores[: len(real)], scores[len(real) :], weight)


def critic_loss_penalty(
    players: Players, batch: dict[str, Array], key: Array, step: Array, hyper: Hyper
) -> tuple[Array, dict[str, Array]]:
    """Score fake rows low and real rows high (document 000, Eq. 6), with the gradient penalty."""
    fake_key, mix_key = jax.random.split(key)
    label = batch["label"]
    fake = fake_rows(players, fake_key, label, hyper)
    mixed = interpolate(mix_key, batch["x"], fake)
    real, fake = _with_condition(batch["x"], label, hyper), _with_condition(fake, label, hyper)
    gaps, penalties = [], []
    for critic in players["critic"]:

        def score(x: Array, critic: MLP = critic) -> Array:
            return critic(_with_condition(x, label, hyper))[:, 0]

        gaps.append(_gap(critic, real, fake, batch["weight"]))
        rows = gradient_penalty(score, mixed, hyper["columns"].mask)
        penalties.append(jnp.average(rows, weights=batch["weight"]))
    gap, penalty = jnp.stack(gaps), jnp.stack(penalties)
    record = {"wasserstein": -gap.mean(), "penalty": penalty.mean()}
    return gap.sum() + hyper["penalty_weight"] * penalty.sum(), record


def critic_loss_clip(
    players: Players, batch: dict[str, Array], key: Array, step: Array, hyper: Hyper
) -> tuple[Array, dict[str, Array]]:
    """Score fake rows low and real rows high (document 000, Eq. 6); the weights are clipped after the update."""
    label = batch["label"]
    fake = _with_condition(fake_rows(players, key, label, hyper), label, hyper)
    real = _with_condition(batch["x"], label, hyper)
    gap = jnp.stack([_gap(critic, real, fake, batch["weight"]) for critic in players["critic"]])
    return gap.sum(), {"wasserstein": -gap.mean()}


def _generator_scores(players: Players, batch: dict[str, Array], key: Array, hyper: Hyper) -> Array:
    fake = _with_condition(fake_rows(players, key, batch["label"], hyper), batch["label"], hyper)
    return jnp.stack([critic(fake)[:, 0] for critic in players["critic"]])


def generator_loss_mean(
    players: Players, batch: dict[str, Array], key: Array, step: Array, hyper: Hyper
) -> tuple[Array, dict[str, Array]]:
    """Raise the mean score of the critics (document 000, Eq. 7)."""
    scores = _generator_scores(players, batch, key, hyper)
    return wasserstein_generator(scores.mean(axis=0), batch["weight"]), {}


def generator_loss_min(
    players: Players, batch: dict[str, Array], key: Array, step: Array, hyper: Hyper
) -> tuple[Array, dict[str, Array]]:
    """Raise the score of the critic that is hardest to please, row by row."""
    scores = _generator_scores(players, batch, key, hyper)
    return wasserstein_generator(scores.min(axis=0), batch["weight"]), {}


def recipe(*, steps: int, batch_size: int, lipschitz: str, combine: str, ema: bool) -> Recipe:
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

    Returns
    -------
    Recipe
        One phase: the critic ``n_critic`` times, then the generator once.
    """
    clip = lipschitz == "clip"
    optimiser = Optimiser("rmsprop") if clip else Optimiser("adam", b1=0.5, b2=0.9)
    critic = Player("critic", critic_loss_clip if clip else critic_loss_penalty, optimiser, weight_clip=clip)
    generator_loss = generator_loss_min if combine == "min" else generator_loss_mean
    generator = Player("generator", generator_loss, optimiser, ema=ema)
    phase = Phase(
        "adversarial",
        players=(critic, generator),
        schedule=(Turn("critic", "n_critic"), Turn("generator", None)),
        draw=draw_balanced,
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
    n_critics: int,
) -> Players:
    """Make the networks: the generator widens from noise to a row, each critic narrows from a row to a score."""
    generator_key, *critic_keys = jax.random.split(key, 1 + n_critics)
    # Document 000: Tanh after the critic's first layer, LeakyReLU after the others.
    activations = ("tanh",) + ("leaky_relu",) * (len(critic_widths) - 1)
    return {
        "generator": generator_network(generator_key, training, latent_dim, generator_widths),
        "critic": tuple(
            mlp(
                critic_key,
                training.padded_width + training.condition_width,
                critic_widths,
                1,
                activations,
                true_in=training.width + training.condition_width,
            )
            for critic_key in critic_keys
        ),
    }


def generator_network(key: Array, training: Training, latent_dim: int, widths: tuple[int, ...]) -> MLP:
    """Make the generator: noise and class in, one value per encoded column out."""
    return mlp(
        key,
        latent_dim + training.condition_width,
        widths,
        training.padded_width,
        ("relu",) * len(widths),
    )


def hyper(
    training: Training,
    *,
    latent_dim: int,
    learning_rate: float,
    n_critic: int,
    penalty_weight: float,
    clip: float,
    ema_decay: float,
) -> Hyper:
    """Gather what the compiled program takes as arguments: changing a value compiles nothing."""
    return {
        "learning_rate": {"critic": jnp.float32(learning_rate), "generator": jnp.float32(learning_rate)},
        "n_critic": jnp.int32(n_critic),
        "penalty_weight": jnp.float32(penalty_weight),
        "weight_clip": jnp.float32(clip),
        "ema_decay": jnp.float32(ema_decay),
        "columns": training.columns,
        # Only the lengths of these two are read: they are part of the program's shape, not of its data.
        "latent": jnp.zeros(latent_dim),
        "condition": jnp.zeros(training.condition_width),
    }
