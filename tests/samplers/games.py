"""What the tests of the adversarial samplers share: a training about to begin, single updates, a table."""

from __future__ import annotations

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

from oversmith import TableEncoder
from oversmith.networks import column_arrays
from oversmith.recipes.generator import conditioned
from oversmith.samplers._training_run import TrainingRun
from oversmith.training import Turn, train


class _Begun(Exception):
    pass


def session_of(sampler: object, X: object, y: object, **fit: object) -> TrainingRun:
    """Everything the engine would be given for the sampler's first model."""
    kept: list[TrainingRun] = []

    def keep(session: TrainingRun) -> None:
        kept.append(session)
        raise _Begun

    sampler._trained = keep
    with pytest.raises(_Begun):
        sampler.fit(X, y, **fit)
    return kept[0]


def updated(session: TrainingRun, players: dict, player: str, n: int = 1) -> dict:
    """Update one player ``n`` times, the others standing still; without moving averages."""
    (phase,) = session.recipe.phases
    alone = tuple(replace(each, ema=False) for each in phase.players if each.name == player)
    phase = replace(phase, players=alone, schedule=(Turn(player),), steps=n)
    recipe = replace(session.recipe, phases=(phase,))
    return train(recipe, players, session.data, session.hyper, jax.random.key(5), check_every=n).players


def score_of_made(session: TrainingRun, players: dict, judge: str) -> float:
    """Mean score that the discriminator or the critics give 4,096 generated rows of all classes, for one noise."""
    label = jnp.arange(4096, dtype=jnp.int32) % len(session.rows.codes)

    @eqx.filter_jit
    def scores(players: dict, hyper: dict) -> list[jax.Array]:
        rows = session.recipe.sample(players, jax.random.key(6), label, hyper)
        networks = players[judge] if isinstance(players[judge], tuple) else (players[judge],)
        return [network(conditioned(rows, label, hyper)).mean() for network in networks]

    return float(np.mean(scores(players, session.hyper)))


def toy_hyper(width: int, latent: int = 2, condition: int = 0) -> dict:
    """What the losses read of the sizes, for rows of plain numbers without padding."""
    spans = [type("Span", (), {"start": 0, "stop": width, "activation": "linear"})]
    return {"columns": column_arrays(spans, width), "latent": jnp.zeros(latent), "condition": jnp.zeros(condition)}


class Same(eqx.Module):
    """Makes the same row whatever the noise, one per class."""

    rows: jax.Array

    def __call__(self, inputs):
        return inputs[:, : len(self.rows)] @ self.rows

    def in_training(self, inputs):
        return self(inputs), self


def softplus(value: np.ndarray) -> np.ndarray:
    """log(1 + exp(value))."""
    return np.log1p(np.exp(value))


def cross_entropies(scores: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Cross-entropy of each row, from scores of the classes."""
    return np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(label)), label]


def blobs(seed: int = 0, n_majority: int = 150, n_minority: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """A wide majority (label 0) and a narrow minority (label 1) in three columns."""
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(0, 1, (n_majority, 3)), rng.normal(3, 0.5, (n_minority, 3))])
    return X, np.repeat([0, 1], [n_majority, n_minority])


# ------------------------------------------------------------------ every parameter changes something


def gappy_table() -> tuple[pd.DataFrame, np.ndarray]:
    """Three classes of 120, 35 and 30 rows; missing values, a level that tells the class, a column of whole numbers."""
    rng = np.random.default_rng(0)
    counts = [120, 35, 30]
    frame = pd.DataFrame(np.concatenate([rng.normal(i, 1, (n, 2)) for i, n in enumerate(counts)]), columns=list("ab"))
    frame["level"] = np.repeat(["x", "y", "z"], counts)
    frame["code"] = rng.integers(0, 4, len(frame))
    frame.loc[rng.random(len(frame)) < 0.3, "a"] = np.nan
    return frame, np.repeat([0, 1, 2], counts)


# What each parameter of all adversarial samplers is changed to.
CHANGES = {
    "sampling_strategy": "minority",
    "fill": 0.5,
    "random_state": 1,
    "network__class_scaling": "whiten",
    "learning_rate": 1e-2,
    "batch_size": 32,
    "max_steps": 5,
    "stop__max_epochs": 2,
    "stop__validation_fraction": 0.9,
    "generator_widths": (64, 64),
    "critic_widths": (64, 64),
    "latent_dim": 16,
    "critic_steps": 3,
    "network__ema_decay": 0.5,
    "encoder": TableEncoder(
        categorical_features=["level", "code"], numeric="minmax", missing="impute", only_seen_levels=True
    ),
}
# Of those whose model serves one class or several.
OWN_MODELS = {"network__conditional": True}
# They change no row of a short training, or are read with series and images alone: the contracts cover them.
ELSEWHERE = {
    "output__filters",
    "output__too_few",
    "output__keep_index",
    "output__weight",
    "stop__rule",
    "stop__patience",
    "stop__max_seconds",
    "stop__loss_floor",
    "stop__callbacks",
    "network__backbone",
}
SHORT = {"max_steps": 3, "random_state": 0}


def rows_made(sampler: object) -> pd.DataFrame:
    """The table above, resampled."""
    return sampler.fit_resample(*gappy_table())[0]
