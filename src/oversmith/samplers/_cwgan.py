"""The recipe of the conditional WGAN-GP with auxiliary classifier: a third player that knows the classes.

Apart from the samplers, because this module imports JAX: it is loaded where a training starts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Array

from oversmith.networks import MLP, mlp
from oversmith.samplers import _guide, _wasserstein
from oversmith.samplers._generator import Batch, Hyper, Players, Record, generator_loss, guide_loss, to_table
from oversmith.samplers._lesson import Training
from oversmith.training import Optimiser, Player, Recipe, Turn, class_bucket


def classifier_loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
    """Cross-entropy of the classifier on real rows, in the table's scale."""
    in_table = {**batch, "x": to_table(batch["x"], batch["label"], hyper)}
    return _guide.classifier_loss(players, in_table, key, step, hyper)


def auxiliary_term(players: Players, fake: Array, batch: Batch, hyper: Hyper) -> tuple[Array, Record]:
    """Raise the critic's score, and what the classifier gives generated rows for the class they were asked for."""
    value, record = _wasserstein.mean_term(players, fake, batch, hyper)
    auxiliary = guide_loss(players["classifier"], fake, batch, hyper)
    return value + hyper["guidance"] * auxiliary, {**record, "auxiliary": auxiliary}


def recipe(**options: Any) -> Recipe:
    """Add the classifier to the Wasserstein recipe.

    Parameters
    ----------
    **options : object
        Of `_wasserstein.recipe`.

    Returns
    -------
    Recipe
        One phase: the critic ``n_critic`` times, the generator once, the classifier once.
    """
    plain = _wasserstein.recipe(**options)
    (phase,) = plain.phases
    critic, generator = phase.players
    classifier = Player("classifier", classifier_loss, Optimiser("adam"))
    generator = replace(generator, loss=generator_loss(auxiliary_term))
    # The classifier comes last: the others' turns, and so their random numbers, are those of the plain recipe.
    turns = (*phase.schedule, Turn("classifier"))
    return replace(plain, phases=(replace(phase, players=(critic, generator, classifier), schedule=turns),))


def classifier_network(key: Array, training: Training, widths: tuple[int, ...]) -> MLP:
    """Make the classifier: a row in the table's scale in, the logits of a bucket of classes out."""
    n_out = max(training.condition_width, class_bucket(1))
    return mlp(key, training.padded_width, widths, n_out, ("relu",) * len(widths), true_in=training.width)


def auxiliary_hyper(n_classes: int, weight: float, clamp: float) -> Hyper:
    """Name the classes and numbers that the classifier's losses read."""
    return {
        "n_classes": n_classes,
        "guide_class": np.arange(class_bucket(n_classes)),
        "guide_classes": n_classes,
        "guidance": weight,
        "guidance_clamp": clamp,
    }
