"""Comparisons made by hand, the same on every run: the report is never tested on a training."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import real
from benches import make_quality, make_store, make_study

from oversmith.evaluation import Comparison, Store
from oversmith.report import StudyPage, render, summarise, summarise_bench, summarise_study

CONTENDERS = [
    ("none", "Nothing", None, None, 0.0, 0.0),
    ("none-tuned", "Nothing, tuned threshold", None, None, 0.0, 0.0),
    ("class-weight", "Class weights", None, None, 0.004, 0.0),
    ("random-over-sampling", "Random over-sampling", "random-over-sampling", 1.0, -0.024, 0.004),
    ("smote", "SMOTE", "smote", 1.0, -0.012, 0.02),
    ("eo-wgan-0.33", "EO-WGAN, fill 0.33", "eo-wgan", 0.33, 0.013, 4.1),
    ("eo-wgan-1.0", "EO-WGAN, fill 1.0", "eo-wgan", 1.0, 0.006, 4.4),
]
CLASSIFIERS = [
    ("logistic-regression", "Logistic regression", 0.16),
    ("random-forest", "Random forest", 0.04),
    ("xgboost", "XGBoost", 0.0),
    ("knn", "k nearest neighbours", 0.11),
]
METRICS = ("average_precision", "roc_auc", "brier", "f1", "precision", "recall", "g_mean")


def average_precision(y: np.ndarray, score: np.ndarray) -> float:
    order = np.argsort(-score)
    hits = y[order]
    return float((np.cumsum(hits) / np.arange(1, len(y) + 1))[hits].mean())


def make_comparison(
    classes: dict[str, int],
    *,
    name: str = "yeast_2_vs_4",
    target: str = "target",
    columns: dict[str, str] | None = None,
    positive: str | None = None,
    folds: int = 5,
    fail: bool = False,
    warnings: tuple[str, ...] = (),
    points: int = 120,
    judges: int = 4,
) -> Comparison:
    """Make a comparison whose numbers hang together: scores follow from predictions, effects from scores."""
    rng = np.random.default_rng(7)
    names = list(classes)
    total = sum(classes.values())
    y = np.concatenate([np.full(rows, code) for code, rows in enumerate(classes.values())])
    fold_of = np.concatenate([np.arange(rows) % folds for rows in classes.values()])
    ease = rng.normal(size=(total, len(names))) * 0.55 + np.eye(len(names))[y] * 0.8
    chance = classes[positive] / total if positive else 1 / len(names)
    rarest = min(range(len(names)), key=lambda code: classes[names[code]])
    scores: list[dict[str, Any]] = []
    predictions: list[dict[str, Any]] = []
    for fold, (contender, _, sampler, fill, gain, cost), (classifier, _, noise) in itertools.product(
        range(folds), CONTENDERS, CLASSIFIERS[:judges]
    ):
        row: dict[str, Any] = {"repeat": 0, "fold": fold, "contender": contender, "classifier": classifier}
        row |= {"status": "done", "error": None, "n_train": total * (folds - 1) // folds, "n_synthetic": 0}
        row |= dict.fromkeys([*METRICS, *(f"{m}_tuned" for m in METRICS[3:]), "threshold"])
        row |= dict.fromkeys(["seconds_resample", "seconds_fit", "seconds_predict"])
        scores.append(row)
        if contender == "class-weight" and classifier == "knn":
            row |= {"status": "skipped", "error": "takes no class weights"}
            continue
        if fail and contender == "eo-wgan-1.0" and classifier == "xgboost" and fold in (1, 3):
            row |= {
                "status": "failed",
                "error": "DivergedError: loss of the critic is not finite at step 240",
            }
            continue
        test = np.flatnonzero(fold_of == fold)
        seed = 0 if contender.startswith("none") else len(contender)
        jitter = np.random.default_rng([fold, len(classifier), seed])
        raw = ease[test] * (1 + 6 * gain) + jitter.normal(size=(len(test), len(names))) * (0.25 + noise)
        proba = np.exp(3 * raw)
        proba = (proba / proba.sum(axis=1, keepdims=True)).astype(np.float32)
        codes = [names.index(positive)] if positive else range(len(names))
        truth = np.eye(len(names), dtype=bool)[y[test]]
        found = [average_precision(truth[:, c], proba[:, c]) for c in codes]
        ap = float(np.mean(found))
        row |= {"average_precision": ap, "roc_auc": 0.5 + ap / 2.1, "brier": 0.02 + 0.1 * (1 - ap)}
        row |= {"f1": ap * 0.82, "precision": ap * 0.95, "recall": ap * 0.74, "g_mean": 0.3 + ap * 0.6}
        row |= {"f1_tuned": ap * 0.9, "precision_tuned": ap * 0.88, "recall_tuned": ap * 0.93}
        row |= {"g_mean_tuned": 0.4 + ap * 0.55, "threshold": 0.31 if positive else [0.3] * len(names)}
        row |= {"seconds_resample": cost, "seconds_fit": 0.05 + noise, "seconds_predict": 0.01}
        row["n_synthetic"] = int(total * 0.6 * (fill or 1.0)) if sampler else 0
        predictions.append(
            {key: row[key] for key in ("repeat", "fold", "contender", "classifier", "threshold")}
            | {"rows": test, "y": y[test], "scores": proba}
        )
    largest = max(classes.values())
    counts = {}
    for contender, _, sampler, fill, *_ in CONTENDERS:
        before = {n: rows * (folds - 1) // folds for n, rows in classes.items()}
        goal = largest * (folds - 1) // folds
        added = {n: rows + round((goal - rows) * (fill or 1.0)) for n, rows in before.items()}
        counts[contender] = {"before": before, "after": added if sampler else before}
    data = {
        "name": name,
        "rows": total,
        "columns": 8,
        "target": target,
        "classes": names,
        "counts": classes,
        "minority": min(classes, key=lambda n: classes[n]),
        "positive": positive,
        "prevalence": (classes[positive] if positive else min(classes.values())) / total,
        "column_kinds": columns or {f"x{i}": "numeric" for i in range(8)},
        "missing_cells": 12,
        "sha256": "9f2c" * 16,
    }
    splits = [
        {"repeat": 0, "fold": fold, "train": int((fold_of != fold).sum()), "test": int((fold_of == fold).sum())}
        | {"positives": int(((fold_of == fold) & (y == (names.index(positive) if positive else rarest))).sum())}
        for fold in range(folds)
    ]
    protocol = {
        "folds": folds,
        "repeats": 1,
        "inner_folds": 3,
        "seed": 0,
        "splits_hash": "71ab" * 16,
        "primary_metric": "average_precision",
        "control": "none-tuned",
        "second_control": "smote",
        "splits": splits,
        "chance": {"average_precision": chance, "roc_auc": 0.5, "brier": 0.25, "f1": 0.0, "f1_tuned": 0.0},
        "versions": {"oversmith": "0.1.0", "jax": "0.10.2", "numpy": "2.4.6", "scikit-learn": "1.9.1"},
        "threads": 2,
        "python": "3.11.9",
        "platform": "Linux x86_64",
        "seconds": 142.0,
    }
    return Comparison(
        data=data,
        protocol=protocol,
        contenders=[{"name": n, "title": t, "sampler": s, "fill": f} for n, t, s, f, *_ in CONTENDERS],
        classifiers=[{"name": n, "title": t} for n, t, _ in CLASSIFIERS[:judges]],
        scores=scores,
        predictions=predictions,
        counts=counts,
        training={n: make_training(list(counts[n]["before"]), classes) for n in ("eo-wgan-0.33", "eo-wgan-1.0")},
        embedding=make_embedding(classes, points),
        quality={
            n: [make_quality(positive or names[-1], tuple(data["column_kinds"]))] for n in ("smote", "eo-wgan-0.33")
        },
        warnings=list(warnings),
    )


def make_training(trained: list[str], classes: dict[str, int]) -> dict[str, Any]:
    largest = max(classes, key=lambda n: classes[n])
    small = [name for name in trained if name != largest]
    history = []
    for shift, name in enumerate(small):
        for step in range(50, 1001, 50):
            t = step / 1000
            history.append(
                {"classes": [name], "phase": "adversarial", "step": step, "seconds": 3 * t}
                | {
                    "loss_generator": 0.4 * math.sin(5 * t + shift) - t,
                    "loss_critic": -1.8 * math.exp(-3 * t) - 0.2,
                }
                | {"wasserstein": 2 * math.exp(-3 * t) + 0.1, "penalty": 0.05 + 0.1 * math.exp(-6 * t)}
                | {"monitor": 0.3 * math.exp(-4 * t) + 0.08 * t + 0.01 * math.sin(20 * t)}
            )
    return {
        "history": history,
        "best_step": dict.fromkeys(small, 550),
        "n_steps": dict.fromkeys(small, 1000),
        "stopped_because": dict.fromkeys(small, "patience"),
    }


def make_embedding(classes: dict[str, int], points: int) -> dict[str, dict[str, np.ndarray]]:
    rng = np.random.default_rng(3)
    label = np.concatenate([np.full(min(rows, points), code) for code, rows in enumerate(classes.values())])
    centre = rng.normal(size=(len(classes), 6)) * 2
    real = (centre[label] + rng.normal(size=(len(label), 6))).astype(np.float32)
    small = [code for code, rows in enumerate(classes.values()) if rows < max(classes.values())]
    wanted = rng.choice(small, size=points)
    spread = {"random-over-sampling": 0.9, "smote": 0.6, "eo-wgan-0.33": 0.8, "eo-wgan-1.0": 0.8}
    return {
        name: {
            "real": real,
            "label": label,
            "synthetic": (centre[wanted] + scale * rng.normal(size=(points, 6))).astype(np.float32),
            "synthetic_label": wanted,
        }
        for name, scale in spread.items()
    }


HOSTILE = "<script>alert('\"x\"')</script>"


@pytest.fixture(scope="session")
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Pages by the name of the comparison, each drawn once: processes that share the tests share the pages."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if hasattr(request.config, "workerinput") else base) / "pages"
    folder.mkdir(exist_ok=True)

    def drawn(name: str) -> str:
        results = request.getfixturevalue(name)
        if isinstance(results, Store):
            return render(summarise_bench(results, name=name))
        return render(summarise_study(results) if isinstance(results, StudyPage) else summarise(results))

    @cache
    def page(name: str) -> str:
        path = folder / f"{name}.html"
        if not path.exists():
            mine = folder / f"{name}-{os.getpid()}"
            mine.write_bytes(drawn(name).encode())
            mine.replace(path)
        return path.read_bytes().decode()

    return page


@pytest.fixture(scope="session")
def bench() -> Store:
    return make_store(
        ("ecoli", "yeast", "wine"), folds=3, classifiers={"xgboost": 0.0}, lost=("smote", "TooFewRowsError: 2")
    )


STRANGE = (
    "../../etc/passwd",
    "\"quoted' name`\\",
    "control\x00\x07\x1b[31m",
    HOSTILE,
    "\u0641\u0626\u0629 \u0646\u0627\u062f\u0631\u0629 12",
    "\U0001f9ea\U0001f468\u200d\U0001f52c",
    "long-" + "x" * 400,
)


@pytest.fixture(scope="session")
def strange_bench() -> Store:
    """Names no file system would take, of data sets and of contenders."""
    contenders = {"none-tuned": 0.0, "eo-wgan-0.33": 0.05, HOSTILE: 0.01, STRANGE[4]: 0.0, STRANGE[6]: 0.02}
    return make_store(
        STRANGE, contenders=contenders, classifiers={HOSTILE: 0.1}, folds=2, lost=(HOSTILE, f"Error: {HOSTILE}")
    )


@pytest.fixture(scope="session")
def study() -> StudyPage:
    return make_study()


@pytest.fixture(scope="session")
def binary() -> Comparison:
    return make_comparison(
        {"negative": 463, "positive": 51},
        positive="positive",
        fail=True,
        warnings=("fewer than 20 positives in a test fold (10): read the intervals, not the third decimal",),
    )


@pytest.fixture(scope="session")
def six_classes() -> Comparison:
    classes = {"1": 70, "2": 76, "3": 17, "5": 13, "6": 9, "7": 29}
    return make_comparison(classes, name="glass", target="Type of glass", judges=2)


@pytest.fixture(scope="session")
def hostile() -> Comparison:
    return make_comparison(
        {f"{HOSTILE}$x^2$ <b>": 463, '"><img src=x onerror=alert(1)> \x00\ud800\u202e&amp;': 51},
        positive='"><img src=x onerror=alert(1)> \x00\ud800\u202e&amp;',
        name=f"{HOSTILE} ]]> --> {{{{ 7*7 }}}}",
        target="</style></title><script>alert(2)</script>",
        columns={f"{HOSTILE}{i}' onclick='alert(3)": "numeric" for i in range(8)},
        warnings=(f"a class called {HOSTILE}", "年収 is missing in 3 rows"),
        judges=1,
    )


@pytest.fixture(scope="session")
def large() -> Comparison:
    """Enough marks that the clouds become pixels."""
    return make_comparison({"no": 500, "yes": 450}, positive="yes", points=400, judges=1)


@pytest.fixture(scope="session")
def real_table() -> Comparison:
    return real.of_table()


@pytest.fixture(scope="session")
def real_series() -> Comparison:
    return real.of_series()


@pytest.fixture(scope="session")
def real_spectra() -> Comparison:
    return real.of_spectra()


@pytest.fixture(scope="session")
def real_images() -> Comparison:
    return real.of_images()


@pytest.fixture(scope="session")
def real_bench() -> Store:
    return real.benchmark()


@pytest.fixture(scope="session")
def real_study() -> StudyPage:
    return real.study()
