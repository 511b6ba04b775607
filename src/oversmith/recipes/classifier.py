"""A softmax classifier: one network, cross-entropy, rows drawn in proportion to their weights."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from scipy.special import log_softmax

from oversmith.training import Optimiser, Phase, Player, Recipe, Turn, draw_weighted, generate, width_bucket
from oversmith.training.losses import cross_entropy
from oversmith.training.recipe import Batch, Hyper, Players, Sample


def loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, dict[str, Array]]:
    """Mean cross-entropy of the batch; the weights of the rows act in the draw."""
    rows = cross_entropy(players["classifier"](batch["x"]), batch["label"], hyper["n_classes"])
    return jnp.mean(rows), {}


def logits(players: Players, key: Array, label: Array, hyper: Hyper) -> Array:
    """Score the rows of a block, which `generate` puts into ``hyper``."""
    return players["classifier"](hyper["x"])


def recipe(*, batch_size: int, steps: int, optimiser: Optimiser) -> Recipe:
    """Name the one player, its loss and its draw."""
    phase = Phase(
        "classification",
        players=(Player("classifier", loss, optimiser),),
        schedule=(Turn("classifier"),),
        draw=draw_weighted,
        batch_size=batch_size,
        steps=steps,
    )
    return Recipe((phase,), sample=logits)


def outputs(sample: Sample, network: Any, x: np.ndarray, block: int = 1024) -> np.ndarray:
    """Return what a function of the classifier gives for rows, ``block`` of them at once."""
    prediction, unused = Recipe((), sample=sample, block=block), np.zeros(len(x), np.int32)
    inputs = {"x": x.astype(np.float32)}
    return generate(prediction, {"classifier": network}, jax.random.key(0), unused, {}, inputs=inputs)


def log_probabilities(
    network: Any, x: np.ndarray, n_classes: int, width: int | None = None, block: int = 1024
) -> np.ndarray:
    """Logarithms of the class probabilities of rows, shape (n, n_classes); rows are padded to a width."""
    padded = np.zeros((len(x), width_bucket(x.shape[1]) if width is None else width), np.float32)
    padded[:, : x.shape[1]] = x
    scores = outputs(logits, network, padded, block)
    return log_softmax(scores[:, :n_classes].astype(np.float64), axis=1)
