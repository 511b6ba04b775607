"""The recipe of a softmax classifier: one network, cross-entropy, rows drawn in proportion to their weights.

Apart from the estimators, because this module imports JAX: it is loaded where a training or a prediction starts.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from scipy.special import log_softmax

from oversmith.training import Optimiser, Phase, Player, Recipe, Turn, draw_weighted, generate, width_bucket
from oversmith.training.objectives import cross_entropy


def loss(
    players: dict[str, Any], batch: dict[str, Array], key: Array, step: Array, hyper: dict[str, Any]
) -> tuple[Array, dict[str, Array]]:
    """Mean cross-entropy of the batch; the weights of the rows were spent in the draw."""
    rows = cross_entropy(players["classifier"](batch["x"]), batch["label"], hyper["n_classes"])
    return jnp.mean(rows), {}


def logits(players: dict[str, Any], key: Array, label: Array, hyper: dict[str, Any]) -> Array:
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


# Prediction reads the recipe's last entry alone.
_PREDICTION = Recipe((), sample=logits)


def log_chances(network: Any, x: np.ndarray, n_classes: int, width: int | None = None) -> np.ndarray:
    """Logarithms of the class probabilities of rows, shape (n, n_classes); rows are padded to a width."""
    padded = np.zeros((len(x), width_bucket(x.shape[1]) if width is None else width), np.float32)
    padded[:, : x.shape[1]] = x
    nothing = np.zeros(len(x), np.int32)
    scores = generate(_PREDICTION, {"classifier": network}, jax.random.key(0), nothing, {}, inputs={"x": padded})
    return log_softmax(scores[:, :n_classes].astype(np.float64), axis=1)
