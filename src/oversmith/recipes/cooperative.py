"""The generator's loss of the cooperative GAN (Choi et al. 2022): targets that move towards the border of a class."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from oversmith.training.losses import cross_entropy
from oversmith.training.recipe import Hyper


def border_share(label: Int[Array, " batch"], step: Array, hyper: Hyper) -> Float[Array, " batch"]:
    """Return the share of a row's target that goes to the nearest other class: 0 at first, ``rho / 2`` at the end.

    It stays 0 for classes that are not to be generated.
    """
    return 0.5 * hyper["rho"] * (step / hyper["total_steps"]) * hyper["widened"][label]


def nearest_other(
    scores: Float[Array, "batch classes"], label: Int[Array, " batch"], n_classes: Int[Array, ""]
) -> Int[Array, " batch"]:
    """Find the class that the classifier finds most likely apart from the row's own."""
    classes = jnp.arange(scores.shape[1])
    return jnp.argmax(jnp.where((classes < n_classes) & (classes != label[:, None]), scores, -jnp.inf), axis=1)


def towards_the_border(
    scores: Float[Array, "batch classes"], label: Int[Array, " batch"], step: Array, hyper: Hyper
) -> Float[Array, " batch"]:
    """Cross-entropy of the classifier's scores for a target between the row's class and the nearest other one."""
    n, share = hyper["n_classes"], border_share(label, step, hyper)
    other = nearest_other(scores, label, n)
    return (1 - share) * cross_entropy(scores, label, n) + share * cross_entropy(scores, other, n)
