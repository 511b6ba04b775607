"""What the page of a benchmark shows of each data set: every metric, and what its predictions tell."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversmith.evaluation import Store
from oversmith.evaluation.comparison import FAILED
from oversmith.evaluation.standings import places_of
from oversmith.evaluation.statistics.matrix import fill_with_chance
from oversmith.report.names import LOWER_IS_BETTER

SHOWN = ("average_precision", "roc_auc", "f1_tuned", "precision_tuned", "recall_tuned", "g_mean_tuned", "f1", "brier")


def data_sets(scores: pd.DataFrame, store: Store | None, titles: dict[str, Any], control: str) -> list[dict[str, Any]]:
    """Describe each data set under the protocol with most results.

    Parameters
    ----------
    scores : DataFrame
        Raw scores.
    store : Store or None
        Where predictions are.
    titles : dict
        Names for readers.
    control : str
        The contender all others are set against.

    Returns
    -------
    list of dict
        ``name``, sizes, and ``tables`` (a classifier each).
    """
    names = places_of(scores)
    where = pd.Series(names).value_counts(sort=True)
    main = min(where.index, key=lambda name: (-int(where[name]), name))
    found = []
    for dataset, part in scores[names == main].groupby("dataset", sort=True):
        run = part[part["status"] != "skipped"]
        tables = [_table(rows, str(judge), titles, control) for judge, rows in run.groupby("classifier", sort=True)]
        first = part.iloc[0]
        found.append(
            {
                "name": str(dataset),
                "rows": int(first["n_train"] + first["n_test"]),
                "minority": round(float((part["n_train"] * part["n_test_positive"] / part["n_test"]).median())),
                "prevalence": float(part["n_test_positive"].sum() / part["n_test"].sum()),
                "tables": tables,
            }
        )
    return found


def _table(rows: pd.DataFrame, judge: str, titles: dict[str, Any], control: str) -> dict[str, Any]:
    """Mean over folds and seeds, and spread over folds, of every metric for every contender."""
    told: dict[str, dict[str, Any]] = {}
    for metric in SHOWN:
        if not rows[metric].notna().any():
            continue
        filled = fill_with_chance(rows, metric)
        folds = filled.groupby(["contender", "repeat", "fold"])["value"].mean()
        for name, values in folds.groupby(level=0):
            sd = float(values.std(ddof=1)) if len(values) > 1 else None
            told.setdefault(str(name), {})[metric] = {"mean": float(values.mean()), "sd": sd}
    failed = rows["status"].isin(FAILED).groupby(rows["contender"]).sum()
    entries = [
        {
            "contender": name,
            "title": titles["contenders"].get(name, name),
            "control": name == control,
            "metrics": {metric: metrics.get(metric, {"mean": None, "sd": None}) for metric in SHOWN},
            "failed": int(failed.get(name, 0)),
        }
        for name, metrics in sorted(told.items(), key=lambda entry: (entry[0] != control, entry[0]))
    ]
    for metric in SHOWN:
        known = [(entry, round(entry["metrics"][metric]["mean"], 3)) for entry in entries
                 if entry["metrics"][metric]["mean"] is not None]  # fmt: skip
        if len(known) > 1:
            best = (min if metric in LOWER_IS_BETTER else max)(value for _, value in known)
            for entry, value in known:
                if value == best:
                    entry.setdefault("best", []).append(metric)
    for entry in entries:
        entry.setdefault("best", [])
    return {"classifier": judge, "title": titles["classifiers"].get(judge, judge), "rows": entries}
