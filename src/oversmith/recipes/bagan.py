"""The start of BAGAN (Mariani et al. 2018, Huang & Jafari 2021): an autoencoder, and the Gaussian of each class."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from sklearn.covariance import LedoitWolf

from oversmith.recipes.generator import Record, conditioned
from oversmith.training.recipe import Batch, Data, Hyper, Players

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
    return {name: jax.device_put(np.float32(value)) for name, value in gaussians(codes, label, data).items()}


def gaussians(codes: np.ndarray, label: np.ndarray, data: dict[str, Any]) -> dict[str, np.ndarray]:
    """Fit the Gaussians to standardised codes; see `class_gaussians`."""
    n_classes, d, bucket = int(data["n_classes"]), codes.shape[1], len(data["class_count"])
    means = np.stack([codes[label == number].mean(axis=0) for number in range(n_classes)])
    apart = codes - means[label]
    pooled = LedoitWolf(assume_centered=True).fit(apart).covariance_
    mean, root = np.zeros((bucket, d)), np.tile(np.eye(d), (bucket, 1, 1))
    for number in range(n_classes):
        own = apart[label == number]
        trust = len(own) / (len(own) + d)
        shrunk = trust * own.T @ own / len(own) + (1 - trust) * pooled
        mean[number], root[number] = means[number], np.linalg.cholesky(shrunk + 1e-6 * np.eye(d))
    return {"mean": mean, "root": root}


# ---------------------------------------------------------------------- the autoencoder


def codes_of(encoder: Any, rows: Array) -> Array:
    """Encode rows, every number of the code standardised over the batch: the law of the noise that comes later."""
    codes = encoder(rows)
    # Within the root, because a root has no slope at zero, where rows that are all alike have their spread.
    return (codes - codes.mean(axis=0)) / (jnp.sqrt(codes.var(axis=0) + 1e-12) + 1e-3)


def _decoded(pair: Any, batch: Batch, hyper: Hyper) -> tuple[Array, Any]:
    codes = codes_of(pair["encoder"], batch["x"])
    return pair["generator"].in_training(conditioned(codes, batch["label"], hyper))


def autoencoder_loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
    """Mean absolute error of real rows that went through encoder and generator."""
    rows, _ = _decoded(players["autoencoder"], batch, hyper)
    return jnp.mean(jnp.abs(rows - batch["x"])), {}


def autoencoder_refreshed(pair: Any, batch: Batch, key: Array, hyper: Hyper) -> Any:
    """Move the running statistics of the autoencoder's generator."""
    return {**pair, "generator": _decoded(pair, batch, hyper)[1]}


def from_autoencoder(players: Players, data: Data, hyper: Hyper) -> tuple[Players, Data, Hyper]:
    """Continue with the autoencoder's generator, and fit the Gaussians of the classes where the noise is theirs."""
    players_left = {name: player for name, player in players.items() if name != "autoencoder"}
    pair = players.get("autoencoder")
    if pair is not None:
        players_left["generator"] = pair["generator"]
    if "latent" not in players:
        return players_left, data, hyper
    if pair is not None:
        players_left["latent"] = class_gaussians(pair["encoder"], data)
    return players_left, data, {**hyper, "class_latent": players_left["latent"]}
