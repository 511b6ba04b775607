"""Stores and studies of real shape made by hand, the same on every run: nothing is trained."""

from __future__ import annotations

from typing import Any

import numpy as np

from oversmith.evaluation import Store
from oversmith.evaluation.record import Record
from oversmith.metrics import score_all
from oversmith.report import StudyPage, StudyPart
from oversmith.selection import ThresholdRule

CONTENDERS = {
    "none-tuned": 0.0,
    "class-weight": 0.01,
    "smote": -0.06,
    "jitter-0.33": -0.01,
    "flow-matching-0.33": 0.02,
    "eo-wgan-0.33": 0.05,
}
CLASSIFIERS = {"logistic-regression": 0.2, "xgboost": 0.0, "knn": 0.3}
VERSIONS = {"oversmith": "0.1.0", "numpy": "2.4.6", "scikit-learn": "1.9.1"}


def make_store(
    datasets: tuple[str, ...],
    *,
    contenders: dict[str, float] | None = None,
    classifiers: dict[str, float] | None = None,
    folds: int = 5,
    rows: int = 400,
    classes: int = 2,
    details: bool = True,
    lost: tuple[str, str] | None = None,
) -> Store:
    """Results whose scores follow from their predictions; ``lost`` names a contender and why its first folds failed."""
    store = Store(None)
    rng = np.random.default_rng(11)
    contenders, classifiers = contenders or CONTENDERS, classifiers or CLASSIFIERS
    positive = 1 if classes == 2 else None
    for dataset in datasets:
        y = np.where(rng.random(rows) < 0.1, rng.integers(1, classes, rows), 0)
        y[: 10 * classes] = np.tile(np.arange(classes), 10)
        ease = rng.normal(size=(rows, classes)) * 0.5 + np.eye(classes)[y]
        records, told = [], {}
        for contender, gain in contenders.items():
            for fold in range(folds):
                test = np.arange(rows) % folds == fold
                unit = f"{dataset}/{contender}/{fold}"
                for classifier, noise in classifiers.items():
                    failed = lost is not None and lost[0] == contender and fold < 2
                    raw = ease[test] * (2 + gain) + rng.normal(size=(test.sum(), classes)) * noise
                    scores = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
                    spec = {"data": {"name": dataset, "positive": positive}}
                    cell = {"dataset": dataset, "protocol": f"{folds}-fold", "ratio": None, "contender": contender}
                    cell |= {"classifier": classifier, "repeat": 0, "fold": fold, "seed": 0}
                    cell |= {"n_train": int((~test).sum()), "n_test": int(test.sum())}
                    cell |= {"n_test_positive": int((y[test] == (classes - 1)).sum())}
                    costs = {"seconds_resample": 0.1 + gain, "seconds_fit": 0.5, "seconds_predict": 0.01}
                    records.append(
                        Record(
                            f"{unit}/{classifier}",
                            unit,
                            spec,
                            cell,
                            "failed" if failed else "done",
                            lost[1] if failed and lost else None,
                            {} if failed else _numbers(y[test], scores, positive),
                            costs | {"cpu_seconds": 1.0, "peak_mb": 400.0, "host": "here"},
                            None
                            if failed
                            else {"rows": np.flatnonzero(test), "y": y[test], "scores": scores.astype(np.float32)},
                        )
                    )
                if fold == 0 and details and contender.startswith(("eo-wgan", "flow")):
                    told[unit] = {"training": make_history(), "quality": [make_quality("positive")]}
        store.put(records, {"versions": VERSIONS, "python": "3.11.7", "revision": "abc", "host": "here"}, told)
    return store


def _numbers(y: np.ndarray, scores: np.ndarray, positive: int | None) -> dict[str, Any]:
    rule = ThresholdRule(positive).fit(y, scores)
    found = dict(score_all(y, scores, ThresholdRule(positive).predict(scores), positive))
    found |= score_all(y, scores, rule.predict(scores), positive, suffix="_tuned")
    return found | {"n_synthetic": 40, "threshold": rule.threshold}


def make_history(steps: int = 20) -> dict[str, Any]:
    rows = [
        {"classes": ["positive"], "phase": "adversarial", "step": 50 * k, "seconds": 0.1 * k, "loss_critic": -1 / k}
        | {"loss_generator": 0.4 - 1 / k, "wasserstein": 2 / k, "penalty": 0.1, "monitor": 0.3 / k}
        for k in range(1, steps + 1)
    ]
    return {
        "history": rows,
        "best_step": {"positive": 600},
        "n_steps": {"positive": 50 * steps},
        "stopped_because": {"positive": "patience"},
    }


def make_quality(name: str, columns: tuple[str, ...] = ("age", "income", "city")) -> dict[str, Any]:
    grid = np.linspace(0, 1, 31)
    copies = {
        f"{key}{end}": 0.1 for key in ("exact", "near", "distance", "too_near", "ratio") for end in ("", "_unseen")
    }
    overlays = [
        {"name": column, "difference": 0.3 - 0.01 * k, "grid": grid, "real": grid, "generated": grid**2}
        for k, column in enumerate(columns[:-1])
    ]
    overlays.append({"name": columns[-1], "difference": 0.05, "levels": ["a", "b"], "real": [0.5, 0.5],
                     "generated": [0.45, 0.55]})  # fmt: skip
    matrix = np.eye(len(columns) - 1)
    return {
        "class": name,
        "n_train": 36,
        "n_made": 120,
        "n_unseen": 9,
        "quality": {
            "shape": 0.8, "trends": 0.9, "two_sample": {"auc": 0.6, "low": 0.5, "high": 0.7}, "density": 1.0,
            "coverage": 0.9, "coverage_unseen": 0.95, "copies": copies, "boundary": 0.2, "boundary_unseen": 0.1,
            "warnings": ["20 % lie among another class"],
        },
        "columns": overlays,
        "correlation": {"names": list(columns[:-1]), "real": matrix, "generated": matrix * 0.5},
        "copies": {"quantile": grid, "generated": grid * 0.1, "unseen": grid * 0.3},
    }  # fmt: skip


def make_study() -> StudyPage:
    lines = (
        "Document's protocol, *soundly* and `as is`.",
        "",
        "| row | published | ours | verdict |",
        "| --- | ---: | ---: | --- |",
        "| a | 0.90 | 0.95 | reproduced |",
        "| &lt;script&gt;alert(1)&lt;/script&gt; | 0.80 | 0.40 | not reproduced |",
        "| c | – | −0.10 | cannot be compared |",
        "",
        "![Figure 1](figures/toy.svg)",
        "",
        "[a link](javascript:alert(1)) and <img src=x onerror=alert(1)>",
    )
    figure = '<svg xmlns="http://www.w3.org/2000/svg" width="300pt" height="100pt" viewBox="0 0 300 100">'
    figure += '<path d="M0 0H300V100H0z" style="fill: #ffffff"/><path d="M0 0L300 100" style="stroke: #0072b2"/></svg>'
    part = StudyPart("Table 1: a table", lines, ("reproduced", "not reproduced", "cannot be compared"))
    return StudyPage("toy", "A study of a document", ("Run in full.",), (part,), {"toy.svg": figure}, None, {})
