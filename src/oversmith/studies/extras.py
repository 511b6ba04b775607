"""What a study measures beside its grid: costs, embeddings, training curves."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE
from threadpoolctl import threadpool_limits

from oversmith.evaluation.builders import Situation
from oversmith.evaluation.classifiers import classifier_named
from oversmith.evaluation.contenders import Contender, contender_named
from oversmith.evaluation.job import Job
from oversmith.evaluation.jobs import run_job
from oversmith.evaluation.pipeline import preparation, split_kinds
from oversmith.evaluation.protocol import Protocol, Split, make_splits
from oversmith.evaluation.task import Task
from oversmith.metrics import boundary_share, density_coverage
from oversmith.studies.study import Scope

_SHOWN = 150
"""Rows of each kind in an embedding."""
_PLAIN = Protocol(folds=5, inner_folds=None)


def first_job(task: Task, contender: Contender, scope: Scope, *, details: bool = False) -> Job:
    """Job of the first of five folds."""
    split = make_splits(task, _PLAIN).parts[0]
    knn = (classifier_named("knn"),)
    return Job(task, split, contender, (contender.name,), knn, 0, None, 1, scope.max_steps, 0, None, details)


def resampled(task: Task, contender: Contender, scope: Scope) -> tuple[Any, Any, np.ndarray, Split]:
    """Fit a sampler of frames on the first training part: sampler, frame, labels and part."""
    split = make_splits(task, _PLAIN).parts[0]
    y = task.y[split.train]
    numeric, categorical = split_kinds(task.kinds)
    build = contender.build
    if build is None:
        raise ValueError(f"{contender.name} has no sampler")
    sizes = len(numeric), len(categorical)
    sampler = build(Situation(y, task.classes, *sizes, 0, scope.max_steps, task.shape))
    X_made, y_made = sampler.fit_resample(task.X.iloc[split.train], y)
    return sampler, X_made, np.asarray(y_made), split


def embeddings(tasks: Sequence[Task], scope: Scope, contenders: Sequence[str | Contender]) -> dict[str, Any]:
    """Embed real rows and those of every sampler together, one t-SNE per data set.

    Parameters
    ----------
    tasks : sequence of Task
        Data sets.
    scope : Scope
        How much is run.
    contenders : sequence of str or Contender
        Samplers.

    Returns
    -------
    dict
        By data set: ``real`` (points and whether positive), by sampler its points, the share of its rows whose real
        neighbours are mostly negative (``boundary``), ``density`` and ``coverage``.
    """
    result: dict[str, Any] = {}
    for task in tasks:
        rng = np.random.default_rng(0)
        positive = task.minority if task.positive is None else task.positive
        parts: dict[str, np.ndarray] = {}
        numbers: dict[str, dict[str, float]] = {}
        real = label = np.empty(0)
        for entry in contenders:
            contender = contender_named(entry, task.kinds) if isinstance(entry, str) else entry
            described = run_job(first_job(task, contender, scope, details=True)).embedding
            if described is None:
                continue
            real, label = described["real"], described["label"] == positive
            generated = described["synthetic"]
            numbers[contender.name] = _nearness(generated, real, label)
            parts[contender.name] = generated[rng.permutation(len(generated))[:_SHOWN]]
        sides = [rng.permutation(np.flatnonzero(label == side))[:_SHOWN] for side in (False, True)]
        shown = np.concatenate(sides)
        together = np.concatenate([real[shown], *parts.values()])
        points = embedded(together)
        places = np.split(points, np.cumsum([len(shown), *(len(part) for part in parts.values())])[:-1])
        result[task.name] = {
            "real": {"points": _rounded(places[0]), "positive": label[shown].tolist()},
            "made": {
                name: {"points": _rounded(part)} | numbers[name] for name, part in zip(parts, places[1:], strict=True)
            },
        }
    return result


def embedded(rows: np.ndarray) -> np.ndarray:
    """Lay rows out in two dimensions by t-SNE, the same way for the same rows.

    Parameters
    ----------
    rows : ndarray of shape (n, width)
        At least four rows.

    Returns
    -------
    ndarray of shape (n, 2)
        Their places.
    """
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(rows) - 1) / 3)
    # On one thread the bits do not depend on the number of threads, nor the time on other processes.
    with threadpool_limits(1):
        projected = TSNE(perplexity=perplexity, init="pca", random_state=0).fit_transform(rows.astype(np.float64))
    return np.asarray(projected)


def _nearness(generated: np.ndarray, real: np.ndarray, positive: np.ndarray) -> dict[str, float]:
    own = real[positive]
    density, coverage = density_coverage(own, generated) if len(own) > 5 else (np.nan, np.nan)
    boundary = boundary_share(real, positive, generated, True, k=5 if len(own) > 5 else 1)
    return {"boundary": float(boundary), "density": float(density), "coverage": float(coverage)}


def _rounded(points: np.ndarray) -> list[list[float]]:
    return [[round(float(x), 2), round(float(y), 2)] for x, y in points]


def scaling(build: Callable[..., Any], axes: Mapping[str, Sequence[int]], base: dict[str, int]) -> list[dict[str, Any]]:
    """Time a sampler while one size grows and the others stay.

    Parameters
    ----------
    build : callable
        ``build(**sizes)`` gives the sampler.
    axes : mapping of str to sequence of int
        Sizes to be varied: ``n_min`` (rare rows), ``n`` (other rows), ``d`` (columns), or what ``build`` knows.
    base : dict of str to int
        Where the others stay.

    Returns
    -------
    list of dict
        ``axis``, ``value``, ``seconds``: the shortest of three fits after one that compiles.
    """
    rows = []
    for axis, values in axes.items():
        for value in values:
            sizes = base | {axis: value}
            rng = np.random.default_rng(0)
            X = rng.normal(size=(sizes["n"] + sizes["n_min"], sizes["d"]))
            y = np.repeat([0, 1], [sizes["n"], sizes["n_min"]])
            X[y == 1] += 1.0
            seconds = []
            for _ in range(4):
                sampler = build(**sizes)
                start = time.perf_counter()
                sampler.fit_resample(X, y)
                seconds.append(time.perf_counter() - start)
            rows.append({"axis": axis, "value": value, "seconds": round(min(seconds[1:]), 5)})
    return rows


def smote_of(**sizes: int) -> SMOTE:
    """SMOTE for :func:`scaling`."""
    return SMOTE(k_neighbors=sizes.get("k", 5), random_state=0)


def losses(task: Task, contender: Contender, scope: Scope, names: Sequence[str]) -> dict[str, Any]:
    """Train on the first training part and keep the history of the sampler.

    Parameters
    ----------
    task : Task
        The data.
    contender : Contender
        A sampler of frames with a training.
    scope : Scope
        How much is run.
    names : sequence of str
        Entries of its history.

    Returns
    -------
    dict
        ``step`` and every entry as lists, of the first phase; ``best_step``.
    """
    return kept_history(resampled(task, contender, scope)[0], names)


def kept_history(sampler: Any, names: Sequence[str]) -> dict[str, Any]:
    """List the history of a fitted sampler's first phase: ``step``, the entries of these names, and ``best_step``."""
    history = [row for row in sampler.history_ if row.get("phase", "adversarial") == "adversarial" and "step" in row]
    curves: dict[str, Any] = {"step": [int(row["step"]) for row in history]}
    for name in names:
        curves[name] = [_round(row.get(name)) for row in history]
    best = getattr(sampler, "best_step_", None)
    curves["best_step"] = int(next(iter(best.values()))) if isinstance(best, dict) else None
    return curves


def _round(value: Any) -> float | None:
    return None if value is None else float(f"{float(value):.5g}")


def overfitting(task: Task, contender: Contender, scope: Scope) -> dict[str, Any]:
    """Train the dense classifier on the balanced table twice: to the end, and with early stopping.

    Parameters
    ----------
    task : Task
        The data.
    contender : Contender
        Who balances.
    scope : Scope
        How much is run.

    Returns
    -------
    dict
        ``rows`` and, by training, ``step``, ``training``, ``held_out`` losses, ``stopped`` and ``best`` steps, and the
        loss on the real test part.
    """
    from sklearn.metrics import log_loss

    from oversmith import DenseClassifier

    _, X_made, y_made, split = resampled(task, contender, scope)
    space = preparation(task.kinds)
    fitted = _fit_steps(space, task.X.iloc[split.train])
    X, X_test = _through(fitted, X_made), _through(fitted, task.X.iloc[split.test])
    steps = 1_000 if scope.quick else 4_000
    result: dict[str, Any] = {"rows": len(y_made)}
    for name, patience in (("to the end", 10**6), ("early stopping", 5)):
        model = DenseClassifier(
            max_steps=steps, patience=patience, learning_rate=1e-3, hidden_widths=(128, 128), random_state=0
        ).fit(X, y_made)
        result[name] = {
            "step": [int(row["step"]) for row in model.history_],
            "training": [_round(row["loss_classifier"]) for row in model.history_],
            "held_out": [_round(row.get("monitor")) for row in model.history_],
            "stopped": int(model.n_steps_),
            "best": int(model.best_step_),
            "test_loss": _round(log_loss(task.y[split.test], model.predict_proba(X_test), labels=[0, 1])),
        }
    return result


def _fit_steps(steps: list[tuple[str, Any]], X: Any) -> list[Any]:
    fitted = []
    for _, step in steps:
        fitted.append(step.fit(X))
        X = step.transform(X)
    return fitted


def _through(steps: list[Any], X: Any) -> np.ndarray:
    for step in steps:
        X = step.transform(X)
    return np.asarray(X)


def sizes_on_disk(task: Task, contender: Contender, scope: Scope) -> dict[str, float]:
    """Megabytes (10⁶ bytes) of the stored sampler, and of XGBoost fitted on what it returned.

    Parameters
    ----------
    task : Task
        The data.
    contender : Contender
        The sampler.
    scope : Scope
        How much is run.

    Returns
    -------
    dict of str to float
        ``sampler`` and ``classifier``.
    """
    sampler, X_made, y_made, split = resampled(task, contender, replace(scope, quick=True))
    fitted = _fit_steps(preparation(task.kinds), task.X.iloc[split.train])
    model = classifier_named("xgb").build(0).fit(_through(fitted, X_made), y_made)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sampler.oversmith"
        sampler.save(path)
        model.save_model(Path(folder) / "model.json")
        size = (
            path.stat().st_size if path.is_file() else sum(os.path.getsize(f) for f in path.rglob("*") if f.is_file())
        )
        return {
            "sampler": round(size / 1e6, 3),
            "classifier": round((Path(folder) / "model.json").stat().st_size / 1e6, 3),
        }
