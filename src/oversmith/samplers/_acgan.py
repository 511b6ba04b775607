"""The losses of the auxiliary-classifier GAN: a discriminator that says whether rows are real, and of which class.

Apart from the sampler, because this module imports JAX: it is loaded where a training starts.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from oversmith.networks import HalvingNetwork, halving_network
from oversmith.samplers._generator import Batch, Hyper, Players, Record
from oversmith.samplers._labelled import (
    asked_labels,
    asked_rows,
    called_made,
    called_real,
    diversity,
    made_rows,
    opinions,
)
from oversmith.training.objectives import cross_entropy


def heads(scores: Float[Array, "batch heads"]) -> tuple[Float[Array, " batch"], Float[Array, "batch classes"]]:
    """Tell the log-odds of being real from the scores of the classes."""
    return scores[:, 0], scores[:, 1:]


def discriminator_loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
    """Tell real rows from generated ones, and name the class of both."""
    label_key, noise_key = jax.random.split(key)
    real, label, n = batch["x"], batch["label"], len(batch["x"])
    asked = asked_labels(label_key, label, hyper)
    made = made_rows(players, noise_key, asked, hyper)
    # One pass over both halves: larger products, fewer of them.
    odds, classes = heads(players["discriminator"](jnp.concatenate([real, made])))
    named = cross_entropy(classes, jnp.concatenate([label, asked]), hyper["n_classes"])
    class_real, class_fake = named[:n].mean(), named[n:].mean()
    record = opinions(odds[:n], odds[n:]) | {"class_real": class_real, "class_fake": class_fake}
    value = called_real(odds[:n]) + called_made(odds[n:]) + hyper["class_weight"] * (class_real + class_fake)
    return value, record


def generator_loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
    """Make rows that are taken for real, and for the class they were asked for."""
    rows, _, label = asked_rows(players, batch, key, hyper)
    odds, classes = heads(players["discriminator"](rows))
    named = cross_entropy(classes, label, hyper["n_classes"]).mean()
    return called_real(odds) + hyper["class_weight"] * named, {"diversity": diversity(rows, label, batch, hyper)}


def discriminator(
    key: Array,
    shape: tuple[int, ...],
    condition: int,
    widths: tuple[int, ...],
    head_units: int,
    initial_sd: float | None,
) -> HalvingNetwork:
    """Make the discriminator, in the place of `label_critic`: the log-odds of being real and a score of each class."""
    return halving_network(key, shape, widths, 1 + max(condition, 2), initial_sd)
