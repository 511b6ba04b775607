"""Gaussians of the classes among the codes of an encoder: what BAGAN draws its noise from.

Apart from the samplers, because this module imports JAX: it is loaded where a training starts.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from sklearn.covariance import LedoitWolf

# Rows encoded at once.
BLOCK = 256


def class_gaussians(encoder: Any, data: dict[str, Any]) -> dict[str, Array]:
    """Learn mean and covariance of every class's codes, the covariance shrunk towards that of all classes.

    Codes are standardised as in the training, the classes counting alike. A class of ``n`` rows trusts its own
    covariance with the weight ``n / (n + d)``, ``d`` the length of a code; the rest is the Ledoit-Wolf covariance
    within classes.

    Parameters
    ----------
    encoder : callable
        Rows to codes.
    data : dict
        From `table_data`.

    Returns
    -------
    dict of arrays
        ``mean`` of shape (classes, d) and ``root`` of shape (classes, d, d), padded to the bucket of classes:
        ``mean + root @ noise`` is a code.
    """
    count, n_classes = int(data["count"]), int(data["n_classes"])
    x, label = data["x"][:count], np.asarray(data["label"][:count])
    raw = np.concatenate([np.asarray(encoder(x[at : at + BLOCK])) for at in range(0, count, BLOCK)]).astype(float)
    weight = 1 / np.bincount(label, minlength=n_classes)[label]
    centre = np.average(raw, axis=0, weights=weight)
    codes = (raw - centre) / (np.sqrt(np.average((raw - centre) ** 2, axis=0, weights=weight)) + 1e-3)
    return {name: jnp.asarray(value, jnp.float32) for name, value in gaussians(codes, label, data).items()}


def gaussians(codes: np.ndarray, label: np.ndarray, data: dict[str, Any]) -> dict[str, np.ndarray]:
    """Fit the Gaussians to standardised codes; see `class_gaussians`."""
    n_classes, d, bucket = int(data["n_classes"]), codes.shape[1], len(data["class_count"])
    means = np.stack([codes[label == place].mean(axis=0) for place in range(n_classes)])
    apart = codes - means[label]
    pooled = LedoitWolf(assume_centered=True).fit(apart).covariance_
    mean, root = np.zeros((bucket, d)), np.tile(np.eye(d), (bucket, 1, 1))
    for place in range(n_classes):
        own = apart[label == place]
        trust = len(own) / (len(own) + d)
        shrunk = trust * own.T @ own / len(own) + (1 - trust) * pooled
        mean[place], root[place] = means[place], np.linalg.cholesky(shrunk + 1e-6 * np.eye(d))
    return {"mean": mean, "root": root}
