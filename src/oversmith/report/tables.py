"""Tables of the report: leaderboard, per classifier, failures.

Rules that hold for every number here: a failed fit (and a label metric whose threshold could not be tuned)
counts as the metric's chance value (``protocol["chance"]``), a failed fit as the last rank too, never as
missing; a skipped one (a classifier that takes no class weights, say) is left out and the row says so; means
run over classifiers inside a fold first, and the spread is the standard deviation over folds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from oversmith.evaluation import Comparison, label_metric
from oversmith.evaluation.comparison import FAILED
from oversmith.report.names import LOWER_IS_BETTER, METRICS

Row = dict[str, Any]


def leaderboard(comparison: Comparison) -> list[Row]:
    """One row per contender, best mean rank first."""
    ranks = _ranks(comparison)
    by_contender = _grouped(comparison.scores, lambda row: row["contender"])
    rows = []
    for contender in comparison.contenders:
        name = contender["name"]
        mine = by_contender.get(name, [])
        seconds = [_seconds(row) for row in mine if row["status"] == "done"]
        row: Row = {
            "contender": name,
            "title": contender["title"],
            "rank": _mean(ranks.get(name, [])),
            "metrics": {key: _spread(comparison, mine, key) for key in METRICS},
            "g_mean_key": label_metric(name, "g_mean"),
            "read_at": "0.5" if label_metric(name, "f1") == "f1" else "tuned",
            "seconds": _mean(seconds),
            "failed": sum(entry["status"] in FAILED for entry in mine),
            "classifiers": len({entry["classifier"] for entry in mine if entry["status"] != "skipped"}),
            "fits": sum(entry["status"] != "skipped" for entry in mine),
        }
        row["metrics"]["g_mean_read"] = row["metrics"][row["g_mean_key"]]
        rows.append(row)
    rows.sort(key=lambda row: (row["rank"] is None, row["rank"] or 0.0))
    _mark_best(rows)
    return rows


def per_classifier(comparison: Comparison) -> list[Row]:
    """For each classifier the mean and spread of every metric for every contender."""
    groups = _grouped(comparison.scores, lambda row: (row["classifier"], row["contender"]))
    tables = []
    for classifier in comparison.classifiers:
        rows = []
        for contender in comparison.contenders:
            mine = groups.get((classifier["name"], contender["name"]), [])
            statuses = {row["status"] for row in mine}
            rows.append(
                {
                    "contender": contender["name"],
                    "title": contender["title"],
                    "metrics": {key: _spread(comparison, mine, key) for key in METRICS},
                    "seconds": _mean([_seconds(row) for row in mine if row["status"] == "done"]),
                    "failed": sum(row["status"] in FAILED for row in mine),
                    "skipped": statuses == {"skipped"},
                }
            )
        _mark_best(rows)
        tables.append({"classifier": classifier["name"], "title": classifier["title"], "rows": rows})
    return tables


def failures(comparison: Comparison) -> list[Row]:
    """Every fit that failed, and why."""
    titles = {entry["name"]: entry["title"] for entry in [*comparison.contenders, *comparison.classifiers]}
    return [
        {
            "contender": titles.get(row["contender"], row["contender"]),
            "classifier": titles.get(row["classifier"], row["classifier"]),
            "repeat": row["repeat"],
            "fold": row["fold"],
            "error": row.get("error") or "no reason recorded",
        }
        for row in comparison.scores
        if row["status"] in FAILED
    ]


def skipped(comparison: Comparison) -> list[Row]:
    """Pairs of contender and classifier that were left out, and why."""
    titles = {entry["name"]: entry["title"] for entry in [*comparison.contenders, *comparison.classifiers]}
    pairs = {
        (row["contender"], row["classifier"]): row.get("error") or ""
        for row in comparison.scores
        if row["status"] == "skipped"
    }
    return [
        {
            "contender": titles.get(contender, contender),
            "classifier": titles.get(classifier, classifier),
            "error": why,
        }
        for (contender, classifier), why in pairs.items()
    ]


def primary_metric(comparison: Comparison) -> str:
    """Key of the metric that was declared before the run."""
    return str(comparison.protocol.get("primary_metric", "average_precision"))


def value_of(comparison: Comparison, row: Row, metric: str) -> float:
    """Value of a metric in one score row: chance where it is missing, NaN where the fit was skipped."""
    value = row.get(metric)
    if row["status"] == "skipped":
        return float("nan")
    if value is None or row["status"] in FAILED:
        value = comparison.protocol.get("chance", {}).get(metric)
    return float("nan") if value is None else float(value)


def _spread(comparison: Comparison, rows: list[Row], metric: str) -> dict[str, float | None]:
    folds = defaultdict(list)
    for row in rows:
        value = value_of(comparison, row, metric)
        if np.isfinite(value):
            folds[row["repeat"], row["fold"]].append(value)
    means = [float(np.mean(values)) for values in folds.values()]
    return {
        "mean": _mean(means),
        "sd": float(np.std(means, ddof=1)) if len(means) > 1 else None,
        "folds": len(means),
    }


def _ranks(comparison: Comparison) -> dict[str, list[float]]:
    """Rank of each contender within each fold and classifier; ties share, failures come last."""
    from scipy.stats import rankdata

    metric = primary_metric(comparison)
    sign = 1.0 if metric in LOWER_IS_BETTER else -1.0
    ranks: dict[str, list[float]] = defaultdict(list)
    blocks = _grouped(comparison.scores, lambda row: (row["repeat"], row["fold"], row["classifier"]))
    for block in blocks.values():
        present = [row for row in block if row["status"] != "skipped"]
        values = [sign * value_of(comparison, row, metric) if row["status"] == "done" else np.inf for row in present]
        order = rankdata(np.nan_to_num(values, nan=np.inf, posinf=np.inf, neginf=-np.inf))
        for row, rank in zip(present, order, strict=True):
            ranks[row["contender"]].append(float(rank))
    return ranks


def fold_ranks(comparison: Comparison) -> dict[str, Any] | None:
    """Mean rank of each contender over folds, each the mean over the classifiers that all of them have.

    None for fewer than two contenders or folds. ``"none"`` repeats the fits of its tuned twin and is left out.
    """
    from oversmith.evaluation.statistics import critical_difference, mean_ranks

    metric = primary_metric(comparison)
    sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
    names = [entry["name"] for entry in comparison.contenders]
    names = [name for name in names if name != "none" or "none-tuned" not in names]
    judges = [entry["name"] for entry in comparison.classifiers]
    values = {(r["repeat"], r["fold"], r["classifier"], r["contender"]): value_of(comparison, r, metric)
              for r in comparison.scores}  # fmt: skip
    folds = sorted({key[:2] for key in values})
    if len(folds) < 2:
        return None
    judges = [j for j in judges if sum(np.isfinite(values.get((*folds[0], j, n), np.nan)) for n in names) > 1]
    names = [n for n in names if all(np.isfinite(values.get((*f, j, n), np.nan)) for f in folds for j in judges)]
    if len(names) < 2 or not judges:
        return None
    table = np.array([[np.mean([values[(*f, j, n)] for j in judges]) for n in names] for f in folds])
    titles = {entry["name"]: entry["title"] for entry in comparison.contenders}
    ranks = [
        {"contender": name, "title": titles[name], "rank": float(rank)}
        for name, rank in zip(names, mean_ranks(sign * table), strict=True)
    ]
    return {
        "n": len(folds),
        "critical_difference": critical_difference(len(names), len(folds)),
        "ranks": sorted(ranks, key=lambda row: (row["rank"], row["title"])),
    }


def _mark_best(rows: list[Row]) -> None:
    """Note in each row for which metrics it is the best as printed, so that ties are marked alike."""
    for row in rows:
        row["best"] = []
    # A mean over fewer classifiers is another quantity: it is shown, and does not compete.
    most = max((row.get("classifiers", 0) for row in rows), default=0)
    equal = [row for row in rows if row.get("classifiers", most) == most]
    for key in [*equal[0]["metrics"], "rank"] if equal else []:
        shown = [(row, row.get("rank") if key == "rank" else row["metrics"][key]["mean"]) for row in equal]
        digits = 2 if key == "rank" else 3
        rounded = [(row, round(value, digits)) for row, value in shown if value is not None]
        if len(rounded) > 1:
            pick = min if key == "rank" or key in LOWER_IS_BETTER else max
            best = pick(value for _, value in rounded)
            for row, value in rounded:
                if value == best:
                    row["best"].append(key)


def _seconds(row: Row) -> float:
    return sum(float(row.get(key) or 0.0) for key in ("seconds_resample", "seconds_fit", "seconds_predict"))


def _grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None
