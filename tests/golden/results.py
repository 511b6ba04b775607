"""One comparison, one benchmark and one study as plain values: scores, and what is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from oversmith import Results, compare, load_demo
from oversmith.evaluation import Plan, run
from oversmith.evaluation.comparison import jsonable
from oversmith.studies import rebuild_any

RAW = Path(__file__).resolve().parents[2] / "docs" / "results" / "raw"
PLACE = ("dataset", "contender", "classifier", "repeat", "fold")
NUMBERS = ("average_precision", "roc_auc", "brier", "f1", "f1_tuned", "g_mean_tuned", "n_train", "n_synthetic")


def rounded(value: Any) -> Any:
    """Round to what every machine computes alike."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        # Seconds differ from run to run.
        return {name: rounded(entry) for name, entry in value.items() if not name.startswith(("seconds", "cost"))}
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return value


def _scores(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in (*PLACE, *NUMBERS, "status") if name in row} for row in rows]


def comparison() -> dict[str, Any]:
    """Compare jitter on the demo table under two classifiers, of which one takes no class weights."""
    X, target, positive = load_demo()
    result = compare(
        X.drop(columns=target), X[target], positive=positive, methods=["jitter"], classifiers=["lr", "knn"],
        folds=3, n_jobs=1,
    )  # fmt: skip
    page = result.to_dict()
    return {"scores": _scores(result.comparison.scores), "verdict": page["verdict"], "places": page["places"]}


def benchmark() -> dict[str, Any]:
    """Run three toys with two samplers and two classifiers."""
    toys = []
    for name, shift in (("near", 0.7), ("mid", 1.2), ("far", 2.0)):
        rng = np.random.default_rng([4, *name.encode()])
        y = np.repeat([0, 1], [90, 24])
        toys.append((name, rng.normal(size=(len(y), 3)) + shift * y[:, None], y))
    store = run(
        Plan(toys, ["none-tuned", "class-weight", "smote", "jitter-0.33"], ["lr", "knn"]), n_jobs=1, isolate=False
    )
    frame = store.scores()
    page = Results(store, name="golden").to_dict()
    rows = frame.sort_values(list(PLACE)).to_dict("records")
    return {"scores": _scores(rows), "verdict": page["verdict"], "places": page["places"]}


def study() -> list[dict[str, Any]]:
    """Rebuild the smallest study from its raw scores."""
    return rebuild_any(RAW / "ganbats.parquet").numbers


def everything() -> dict[str, Any]:
    """Return all three."""
    found = {"comparison": comparison(), "benchmark": benchmark(), "study": study()}
    clean: dict[str, Any] = rounded(jsonable(found))
    return clean
