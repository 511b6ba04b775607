"""The generator's loss of the cooperative GAN: classes that the classifier shall be less and less sure of.

Apart from the sampler, because this module imports JAX: it is loaded where a training starts.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from oversmith.samplers._generator import Hyper
from oversmith.training.objectives import cross_entropy


def border_share(label: Int[Array, " batch"], step: Array, hyper: Hyper) -> Float[Array, " batch"]:
    """Say how much of a row's target belongs to the class next to it: from 0 at the start to ``rho / 2`` at the end.

    Classes that are not to be generated keep all of theirs.
    """
    return 0.5 * hyper["rho"] * (step / hyper["total_steps"]) * hyper["widened"][label]


def nearest_other(
    scores: Float[Array, "batch classes"], label: Int[Array, " batch"], n_classes: Int[Array, ""]
) -> Int[Array, " batch"]:
    """Find the class that the classifier holds most likely after the row's own."""
    places = jnp.arange(scores.shape[1])
    return jnp.argmax(jnp.where((places < n_classes) & (places != label[:, None]), scores, -jnp.inf), axis=1)


def towards_the_border(
    scores: Float[Array, "batch classes"], label: Int[Array, " batch"], step: Array, hyper: Hyper
) -> Float[Array, " batch"]:
    """Cross-entropy of the classifier's scores for a target between the row's class and the one next to it."""
    n, share = hyper["n_classes"], border_share(label, step, hyper)
    other = nearest_other(scores, label, n)
    return (1 - share) * cross_entropy(scores, label, n) + share * cross_entropy(scores, other, n)
