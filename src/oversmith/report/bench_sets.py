"""What the page of a benchmark shows of each data set: every metric, and its curves and trainings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from oversmith.evaluation import Store
from oversmith.evaluation.contenders import NONE_TUNED
from oversmith.report.names import LONGEST_NAME, printable
from oversmith.report.protocol_summary import Titles
from oversmith.report.tables import classifier_tables
from oversmith.report.widgets import training
from oversmith.report.widgets.curves import Fold, collect

SHOWN = ("average_precision", "roc_auc", "f1_tuned", "precision_tuned", "recall_tuned", "g_mean_tuned", "f1", "brier")
_MOST_LINES = 4
# Blocks of four figures (a data set under a classifier): so many in full, and so many at all.
_WITH_FOLDS, _MOST_BLOCKS = 8, 36
_POINTS, _HISTORY = 51, 100


def data_sets(
    scores: pd.DataFrame,
    store: Store | None,
    titles: Titles,
    summary: dict[str, Any],
    generates: Callable[[str], bool],
) -> list[dict[str, Any]]:
    """Describe each data set.

    Parameters
    ----------
    scores : DataFrame
        Raw scores of one protocol.
    store : Store or None
        Where predictions and trainings are.
    titles : Titles
        Names for readers.
    summary : dict
        Summary of the protocol: its leaderboard decides which contenders get a line.
    generates : callable
        Whether a contender's rows are generated.

    Returns
    -------
    list of dict
        ``name``, sizes, ``tables`` (a classifier each), ``curves`` (a classifier each: all of them, or the best one
        where there are many), ``training``, ``quality``.
    """
    control = summary["control"] or ""
    lines = _lines(summary, control, generates)
    reader = None if store is None else _Reader(store, scores, titles)
    groups = list(scores.groupby("dataset", sort=True))
    blocks = sum(part["classifier"].nunique() for _, part in groups)
    entries = []
    for dataset, part in groups:
        run = part[part["status"] != "skipped"]
        tables = classifier_tables(part, titles, summary["control"])
        first = part.iloc[0]
        chosen = tables if blocks <= _MOST_BLOCKS else _best(tables) if len(groups) <= _MOST_BLOCKS else []
        entry = {
            "name": printable(str(dataset), LONGEST_NAME),
            "rows": int(first["n_train"] + first["n_test"]),
            "minority": round(float((part["n_train"] * part["n_test_positive"] / part["n_test"]).median())),
            "prevalence": float(part["n_test_positive"].sum() / part["n_test"].sum()),
            "tables": tables,
            "curves": [],
            "training": [],
            "quality": [],
            "lines": lines,
        }
        if reader is not None:
            thin = 10 if blocks <= _WITH_FOLDS else 0
            drawn = (reader.curves(run, table, lines, thin) for table in chosen)
            entry["curves"] = [curves for curves in drawn if curves is not None]
            entry |= reader.details(run, lines)
        entries.append(entry)
    return entries


def which_curves(datasets: list[dict[str, Any]]) -> str:
    """Say which classifiers have curves: ``"all"``, the ``"best"`` of each data set, or ``"none"``."""
    drawn = sum(len(entry["curves"]) for entry in datasets)
    return "none" if not drawn else "best" if sum(len(entry["tables"]) for entry in datasets) > _MOST_BLOCKS else "all"


def _lines(summary: dict[str, Any], control: str, generates: Callable[[str], bool]) -> list[str]:
    """Contenders worth a line: the control, SMOTE, and the best of the generated ones."""
    ranked = sorted(summary["leaderboard"], key=lambda row: -(row["difference"] or 0.0))
    names = [row["contender"] for row in ranked]
    simple = [name for name in ("smote", "smotenc", "smoten", "smote-0.33", "series-smote-0.33") if name in names]
    mine = [name for name in names if generates(name) and name not in simple]
    wanted = [control, *simple[:1], *mine, *names]
    return list(dict.fromkeys(name for name in wanted if name in names and name != "none"))[:_MOST_LINES]


def _best(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Table of the classifier that does best without help."""

    def own(table: dict[str, Any]) -> float:
        row = next((row for row in table["rows"] if row["control"]), None)
        return -1.0 if row is None else row["metrics"]["average_precision"]["mean"] or 0.0

    return [max(tables, key=own)] if tables else []


class _Reader:
    """Reads from a store what belongs to rows of raw scores."""

    def __init__(self, store: Store, scores: pd.DataFrame, titles: Titles) -> None:
        self.store, self.titles = store, titles.contenders
        first = scores[(scores["repeat"] == 0) & (scores["fold"] == scores["fold"].min())]
        self.units, self.positive = {}, {}
        for record in store.records(first["key"]):
            self.units[record.key] = record.unit
            if record.spec is not None:
                self.positive[record.cell["dataset"]] = record.spec["data"].get("positive")

    def curves(self, run: pd.DataFrame, table: dict[str, Any], lines: list[str], thin: int) -> dict[str, Any] | None:
        """Gather what the predictions of the first seed under one classifier tell."""
        rows = run[(run["classifier"] == table["classifier"]) & (run["status"] == "done")]
        rows = rows[rows["seed"] == rows["seed"].min()]
        metrics = {row["contender"]: row["metrics"] for row in table["rows"]}
        curves = []
        for name in lines:
            mine = rows[rows["contender"] == name]
            if not len(mine) or name not in metrics or metrics[name]["average_precision"]["mean"] is None:
                continue
            positive = self.positive.get(str(mine["dataset"].iloc[0]))
            folds = list(self._folds(mine, positive))
            numbers = collect(folds, positive, points=_POINTS, thin=thin) if folds else None
            if numbers is not None:
                facts = {key: metrics[name][key]["mean"] for key in ("average_precision", "roc_auc")}
                curves.append({"contender": name, "title": self.titles.get(name, name), **facts, **numbers})
        if not curves:
            return None
        n_classes = len(curves[0]["confusion"])
        several = positive is None and n_classes > 2
        names = (
            ["positive" if code == positive else "negative" for code in range(n_classes)]
            if positive is not None and n_classes == 2
            else [f"class {code}" for code in range(n_classes)]
        )
        return {"title": table["title"], "curves": curves, "classes": names, "several": several}

    def _folds(self, rows: pd.DataFrame, positive: int | None) -> Iterable[Fold]:
        for key, threshold in zip(rows["key"], rows["threshold"], strict=True):
            predicted = self.store.predictions(str(key))
            if predicted is not None:
                cut = None if pd.isna(threshold) or positive is None else float(threshold)
                yield Fold(predicted["y"], predicted["scores"], cut)

    def details(self, run: pd.DataFrame, lines: list[str]) -> dict[str, Any]:
        """Gather the trainings of the contenders with a line, and the quality of every contender's rows."""
        trainings: dict[str, Any] = {}
        quality: list[dict[str, Any]] = []
        seen = set()
        for key, name in zip(run["key"], run["contender"], strict=True):
            unit = self.units.get(str(key))
            if unit is None or name in seen or name == NONE_TUNED.name:
                continue
            seen.add(name)
            details = self.store.details(unit)
            if details.get("training") and name in lines:
                trainings[name] = details["training"]
            for entry in details.get("quality") or ():
                numbers = {
                    key: value for key, value in entry.items() if key not in ("columns", "correlation", "copies")
                }
                quality.append({"contender": name, "title": self.titles.get(name, name), "drawn": False, **numbers})
        return {"training": training.collect(trainings, self.titles, _HISTORY), "quality": quality}
