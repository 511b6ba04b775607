"""The auxiliary-classifier GAN (Odena et al. 2017): a discriminator of two heads, real or generated, and the class."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from oversmith.networks import ConvCritic
from oversmith.recipes.generator import Record
from oversmith.recipes.mislabel_gan import (
    discriminator_outputs,
    diversity,
    generated_loss,
    generated_rows,
    random_labels,
    random_rows,
    real_loss,
)
from oversmith.training.losses import cross_entropy
from oversmith.training.recipe import Batch, Hyper, Players


def heads(scores: Float[Array, "batch heads"]) -> tuple[Float[Array, " batch"], Float[Array, "batch classes"]]:
    """Split the discriminator's output into the log-odds of being real and the scores of the classes."""
    return scores[:, 0], scores[:, 1:]


def discriminator_loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
    """Separate real rows from generated ones, and name the class of both."""
    label_key, noise_key = jax.random.split(key)
    real, label, n = batch["x"], batch["label"], len(batch["x"])
    fake_label = random_labels(label_key, label, hyper)
    fake = generated_rows(players, noise_key, fake_label, hyper)
    # One pass over both halves: larger products, fewer of them.
    odds, classes = heads(players["discriminator"](jnp.concatenate([real, fake])))
    losses = cross_entropy(classes, jnp.concatenate([label, fake_label]), hyper["n_classes"])
    class_real, class_fake = losses[:n].mean(), losses[n:].mean()
    record = discriminator_outputs(odds[:n], odds[n:]) | {"class_real": class_real, "class_fake": class_fake}
    value = real_loss(odds[:n]) + generated_loss(odds[n:]) + hyper["class_weight"] * (class_real + class_fake)
    return value, record


def generator_loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
    """Generate rows that the discriminator takes for real, and for rows of their class."""
    rows, _, label = random_rows(players, batch, key, hyper)
    odds, classes = heads(players["discriminator"](rows))
    class_loss = cross_entropy(classes, label, hyper["n_classes"]).mean()
    return real_loss(odds) + hyper["class_weight"] * class_loss, {"diversity": diversity(rows, label, batch, hyper)}


def discriminator(
    key: Array,
    shape: tuple[int, ...],
    condition: int,
    widths: tuple[int, ...],
    head_units: int,
    initial_sd: float | None,
) -> ConvCritic:
    """Make the discriminator: the log-odds of being real and a score of each class; ``head_units`` is not used."""
    return ConvCritic(shape, 0, widths, key=key, n_out=1 + max(condition, 2), initial_sd=initial_sd)
