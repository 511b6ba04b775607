"""The small classifier that guides a generator and finds the rows that are hard.

Apart from the samplers, because this module imports JAX: it is loaded where a training starts.
"""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from oversmith.networks import MLP, mlp
from oversmith.samplers._generator import affine
from oversmith.samplers._lesson import Lesson, Training
from oversmith.training import (
    Optimiser,
    Phase,
    Player,
    Recipe,
    Turn,
    class_bucket,
    draw_balanced,
    pad_rows,
    table_data,
    train,
    width_bucket,
)
from oversmith.training.objectives import cross_entropy

GUIDE_WIDTHS = (64, 64)
# 400 class-balanced batches of 64: the training loss of the classifier is flat by then on the tuning sets.
GUIDE_STEPS = 400
GUIDE_RATE = 3e-3
_BATCH = 64


def classifier_loss(
    players: dict[str, Any], batch: dict[str, Array], key: Array, step: Array, hyper: dict[str, Any]
) -> tuple[Array, dict[str, Array]]:
    """Mean cross-entropy of the classes."""
    return cross_entropy(players["classifier"](batch["x"]), batch["label"], hyper["n_classes"]).mean(), {}


_PHASE = Phase(
    "classifier",
    players=(Player("classifier", classifier_loss, Optimiser("adam")),),
    schedule=(Turn("classifier"),),
    draw=draw_balanced,
    batch_size=_BATCH,
    steps=GUIDE_STEPS,
)


def train_guide(x: np.ndarray, labels: np.ndarray, n_classes: int, key: Array) -> MLP:
    """Train the classifier on class-balanced batches.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Encoded rows, in the table's scale.
    labels : ndarray of int of shape (n,)
        Classes from 0, each with a row.
    n_classes : int
        Number of classes.
    key : jax.random.key
        Source of weights and batches.

    Returns
    -------
    MLP
        From rows at the padded width to the logits of a bucket of classes.
    """
    width = x.shape[1]
    net_key, train_key = jax.random.split(key)
    n_in, n_out = width_bucket(width), class_bucket(n_classes)
    network = mlp(net_key, n_in, GUIDE_WIDTHS, n_out, ("relu",) * len(GUIDE_WIDTHS), true_in=width)
    hyper = {"learning_rate": {"classifier": GUIDE_RATE}, "n_classes": n_classes}
    result = train(
        Recipe((_PHASE,), sample=_no_rows),
        {"classifier": network},
        table_data(x, labels, n_classes=n_classes),
        hyper,
        train_key,
        check_every=GUIDE_STEPS,
    )
    return result.players["classifier"]


def _no_rows(players: dict[str, Any], key: Array, label: Array, hyper: dict[str, Any]) -> Array:
    return label[:, None]


def probabilities(guide: MLP, x: np.ndarray, n_classes: int) -> np.ndarray:
    """Class probabilities of encoded rows.

    Parameters
    ----------
    guide : MLP
        From `train_guide`.
    x : ndarray of shape (n, width)
        Encoded rows, in the table's scale.
    n_classes : int
        Number of classes.

    Returns
    -------
    ndarray of shape (n, n_classes)
        Probabilities.
    """
    wide = np.zeros((len(x), width_bucket(x.shape[1])), np.float32)
    wide[:, : x.shape[1]] = x
    given = jax.device_put((pad_rows(wide), np.int32(n_classes)))
    return np.asarray(_probabilities(guide, *given))[: len(x), :n_classes]


@eqx.filter_jit
def _probabilities(guide: MLP, x: Array, n_classes: Array) -> Array:
    logits = guide(x)
    return jax.nn.softmax(jnp.where(jnp.arange(logits.shape[1]) < n_classes, logits, -jnp.inf), axis=1)


def guide_hyper(lesson: Lesson, training: Training, weight: float, clamp: float, seed: int) -> dict[str, Any]:
    """Train the guide on all real rows and what the generator learns from, and hand it over frozen.

    Parameters
    ----------
    lesson : Lesson
        What the generator is trained on.
    training : Training
        Its sizes.
    weight, clamp : float
        The guide's share in the generator's loss, and the cross-entropy below which a row is left alone.
    seed : int
        Source of the guide's weights and batches.

    Returns
    -------
    dict
        What `_generator.guide_loss` reads.
    """
    own = [scaler.inverse(lesson.x[lesson.labels == place]) for place, scaler in enumerate(lesson.scalers)]
    rest = ~np.isin(lesson.table.pooled_codes, lesson.codes)
    x = np.concatenate([*own, lesson.table.pooled[rest]])
    own_codes = [np.full(len(rows), code) for rows, code in zip(own, lesson.codes, strict=True)]
    codes = np.concatenate([*own_codes, lesson.table.pooled_codes[rest]])
    classes, labels = np.unique(codes, return_inverse=True)
    places = np.zeros(class_bucket(len(lesson.codes)), np.int32)
    places[: len(lesson.codes)] = np.searchsorted(classes, lesson.codes)
    return affine(lesson.scalers, training.padded_width) | {
        "guide": train_guide(x, labels, len(classes), jax.random.key(seed)),
        "guide_class": places,
        "guide_classes": len(classes),
        "guidance": weight,
        "guidance_clamp": clamp,
    }
