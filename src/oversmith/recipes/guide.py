"""The small classifier that guides a generator (classifier-guided loss of Riaz et al. 2025) and finds hard rows."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from oversmith.encoders import ClassScaler
from oversmith.networks import MLP
from oversmith.recipes import classifier
from oversmith.recipes.generator import affine
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
from oversmith.training.recipe import Hyper, Players

GUIDE_WIDTHS = (64, 64)
# 400 class-balanced batches of 64: the training loss of the classifier is flat by then on the tuning sets.
GUIDE_STEPS = 400
GUIDE_RATE = 3e-3
_BATCH = 64


_PHASE = Phase(
    "classifier",
    players=(Player("classifier", classifier.loss, Optimiser("adam")),),
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
    network = MLP(n_in, GUIDE_WIDTHS, n_out, ("relu",) * len(GUIDE_WIDTHS), key=net_key, true_in=width)
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


def _no_rows(players: Players, key: Array, label: Array, hyper: Hyper) -> Array:
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
    rows, n = jax.device_put((pad_rows(wide), np.int32(n_classes)))
    return np.asarray(_probabilities(guide, rows, n))[: len(x), :n_classes]


@eqx.filter_jit
def _probabilities(guide: MLP, x: Array, n_classes: Array) -> Array:
    logits = guide(x)
    return jax.nn.softmax(jnp.where(jnp.arange(logits.shape[1]) < n_classes, logits, -jnp.inf), axis=1)


def guide_hyper(
    x: np.ndarray,
    codes: np.ndarray,
    own: dict[int, ClassScaler],
    *,
    padded_width: int,
    weight: float,
    clamp: float,
    seed: int,
) -> Hyper:
    """Train the guide, and return it with the numbers that `oversmith.recipes.generator.guide_loss` reads.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows of all classes, in the table's scale.
    codes : ndarray of shape (n,)
        Their class codes.
    own : dict of int to ClassScaler
        Scale of each class that the generator learns, by its code, in the order of the generator's labels.
    padded_width : int
        Padded width of the rows.
    weight, clamp : float
        Weight of the guide in the generator's loss, and the cross-entropy below which a row has no gradient.
    seed : int
        Source of the guide's weights and batches.

    Returns
    -------
    dict
        Traced values of the training.
    """
    classes, labels = np.unique(codes, return_inverse=True)
    guide_class = np.zeros(class_bucket(len(own)), np.int32)
    guide_class[: len(own)] = np.searchsorted(classes, list(own))
    return affine(list(own.values()), padded_width) | {
        "guide": train_guide(x, labels, len(classes), jax.random.key(seed)),
        "guide_class": guide_class,
        "guide_classes": len(classes),
        "guidance": weight,
        "guidance_clamp": clamp,
    }
