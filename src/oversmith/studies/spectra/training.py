"""Chung et al. 2024, three-player GAN: one training per data set, and the data themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from oversmith.evaluation import Store
from oversmith.evaluation.builders import Situation
from oversmith.evaluation.protocol import make_splits
from oversmith.evaluation.task import Task
from oversmith.studies.extras import embedded, kept_history
from oversmith.studies.spectra.plans import CASES, PROPOSED, SETS, contender, in_setting, protocol, ready
from oversmith.studies.study import Scope

SHOWN = 6
"""Spectra of each kind in a figure."""
DRAWN_POINTS = 160
"""Points of a spectrum that a figure keeps, at most."""
DOTS = 200
"""Rows of each kind in an embedding."""
HISTORY = ("loss_discriminator", "loss_generator", "loss_classifier", "d_accuracy", "diversity")
_SETTINGS = {
    "max_epochs": "stop__max_epochs",
    "pretrain_epochs": "pretrain_epochs",
    "learning_rate": "learning_rate",
    "penalty_weight": "penalty__weight",
    "initial_sd": "network__initial_sd",
}
_WIDTHS = ("generator_widths", "critic_widths", "classifier_widths")


def looked_at(task: Task, scope: Scope) -> dict[str, Any]:
    """Train the proposed method once on the middle count, and keep what Figures 1, 2, 4, 5, 6 and 8 show.

    Parameters
    ----------
    task : Task
        Spectra.
    scope : Scope
        How much is run.

    Returns
    -------
    dict
        ``spectra`` by kind: of each class, and of the smaller one those that train, test and are made; ``features`` at
        the first and last step: places of real and made rows in two dimensions, and whether they are of the smaller
        class; ``steps`` of the two; ``history``.
    """
    seen = ready(task, scope)
    case = CASES[task.name]
    split = make_splits(seen, protocol(task.name, case.middle, scope)).parts[0]
    X, y = seen.X.iloc[split.train], seen.y[split.train]
    assert seen.shape is not None
    generated, features, steps = {}, {}, {}
    for moment in ("first", "last"):
        sampler = contender(PROPOSED, scope).build(  # type: ignore[misc]
            Situation(y, seen.classes, X.shape[1], 0, 0, scope.max_steps, seen.shape)
        )
        if moment == "first":
            # A look at every step, and the end after the first one of the game.
            sampler._check_every = 1
            sampler.set_params(stop__callbacks=(_in_the_game,))
        X_filled, y_filled = sampler.fit_resample(X, y)
        rows = np.concatenate([np.arange(len(y)), len(y) + _some(len(y_filled) - len(y), DOTS)])
        numbers = sampler.classifier_.features(np.asarray(X_filled)[rows])
        points = embedded(numbers)
        features[moment] = {
            "places": [[round(float(x), 2) for x in point] for point in points],
            "rare": (np.asarray(y_filled)[rows] == seen.positive).tolist(),
            "real": len(y),
        }
        generated[moment] = np.asarray(X_filled)[len(y) :]
        steps[moment] = int(next(iter(sampler.n_steps_.values())))
    unused = np.asarray(seen.X)
    kinds = {
        "majority": unused[seen.y != seen.positive],
        "minority": unused[seen.y == seen.positive],
        "training": np.asarray(X)[y == seen.positive],
        "test": unused[split.test[seen.y[split.test] == seen.positive]],
        "made": generated["last"],
    }
    return {
        "spectra": {name: _drawn(rows) for name, rows in kinds.items()},
        "points": seen.shape[1],
        "features": features,
        "steps": steps,
        "history": kept_history(sampler, HISTORY),
        "notices": sorted(
            {part for row in sampler.history_ for part in str(row.get("notice", "")).split("; ") if part}
        ),
    }


def _in_the_game(event: Any) -> bool:
    return bool(event.phase == "adversarial")


def _some(n: int, most: int) -> np.ndarray:
    """Positions of at most so many of n, evenly."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(int)) if n else np.zeros(0, dtype=int)


def _drawn(rows: np.ndarray) -> list[list[float]]:
    """List a few spectra, thinned for a figure."""
    chosen = rows[_some(len(rows), SHOWN)]
    return [[float(f"{value:.4g}") for value in row[_some(len(row), DRAWN_POINTS)]] for row in chosen]


def _looked_at(tasks: Sequence[Task], scope: Scope, store: Store, *, name: str) -> dict[str, Any] | None:
    task = next((task for task in tasks if task.name == name), None)
    return None if task is None else looked_at(task, scope)


def _facts(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    """Say what the data are, for the head of the tables."""
    return {
        task.name: {
            "points": list(ready(task, scope).shape or ()),
            "found": list(task.shape or ()),
            "classes": {task.classes[code]: int(n) for code, n in enumerate(task.counts)},
            "minority": task.classes[task.minority if task.positive is None else task.positive],
            "groups": 0 if task.groups is None else len(np.unique(task.groups)),
        }
        for task in tasks
    }


def _settings(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    """List the settings of the proposed method that the paper states."""
    setting = in_setting(PROPOSED).get_params()
    return {name: setting[parameter] for name, parameter in _SETTINGS.items()} | {
        name: len(setting[name]) for name in _WIDTHS
    }


def trained(notes: Mapping[str, Any]) -> dict[str, Any]:
    """Find what each set's training left; sets that were not at hand are left out."""
    trainings = {name: notes["extras"].get(f"training on {name}") for name in CASES}
    return {name: training for name, training in trainings.items() if training is not None}


EXTRAS: Mapping[str, Any] = {"facts": _facts, "settings": _settings} | {
    f"training on {entry.name}": partial(_looked_at, name=entry.name) for entry in SETS
}
