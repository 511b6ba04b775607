"""Tables below the conclusions: every metric under every classifier, and what failed or was left out.

Where a fold failed, or has no tuned threshold, no mean is given: it would be one over other folds than the rivals'. The
spread is the standard deviation over folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from oversmith.evaluation.comparison import FAILED
from oversmith.report.names import METRICS
from oversmith.report.protocol_summary import COSTS, Titles, mark_best

Row = dict[str, Any]


def classifier_tables(scores: pd.DataFrame, titles: Titles, control: str | None) -> list[Row]:
    """Mean and spread of every metric for every contender on one data set, a table for each classifier.

    Parameters
    ----------
    scores : DataFrame
        Raw scores of one data set under one protocol.
    titles : Titles
        Names for readers; the tables keep their order, with the control first.
    control : str or None
        The contender all others are set against.

    Returns
    -------
    list of dict
        ``classifier``, ``title``, ``rows``: each with ``contender``, ``title``, ``control``, ``metrics``, ``seconds``,
        ``failed``, ``skipped``, ``best``.
    """
    return [
        _table(scores[scores["classifier"] == name], str(name), titles, control)
        for name in _ordered(scores["classifier"], list(titles.classifiers))
    ]


def _table(rows: pd.DataFrame, classifier: str, titles: Titles, control: str | None) -> Row:
    run = rows[rows["status"] != "skipped"]
    folds = {}
    for metric in METRICS:
        if metric in run and run[metric].notna().any():
            # A metric that nobody has in a fold has no meaning there, as with a test part of one class.
            known = run[run.groupby(["repeat", "fold"])[metric].transform("count") > 0]
            whole = known[metric].notna().groupby(known["contender"]).transform("all")
            by_fold = known[whole].groupby(["contender", "repeat", "fold"])[metric].mean()
            folds[metric] = by_fold.groupby(level=0).agg(["mean", "std"])
    failed = rows["status"].isin(FAILED).groupby(rows["contender"]).sum()
    seconds = rows[rows["status"] == "done"].groupby("contender")[[*COSTS]].median().sum(axis=1)
    names = _ordered(rows["contender"], list(titles.contenders))
    entries: list[Row] = [
        {
            "contender": name,
            "title": titles.contender(name),
            "control": name == control,
            "metrics": {metric: _mean_sd(folds.get(metric), name) for metric in METRICS},
            "seconds": seconds.get(name),
            "failed": int(failed[name]),
            "skipped": name not in set(run["contender"]),
            "best": [],
        }
        for name in sorted(names, key=lambda name: name != control)
    ]
    mark_best(entries, list(METRICS))
    return {"classifier": classifier, "title": titles.classifier(classifier), "rows": entries}


def _mean_sd(table: pd.DataFrame | None, name: str) -> dict[str, float | None]:
    if table is None or name not in table.index:
        return {"mean": None, "sd": None}
    return {"mean": float(table["mean"][name]), "sd": float(table["std"][name])}


def _ordered(names: pd.Series, known: list[str]) -> list[str]:
    position = {name: number for number, name in enumerate(known)}
    return sorted(set(names), key=lambda name: (position.get(name, len(position)), name))


def losses(scores: pd.DataFrame, titles: Titles, statuses: Sequence[str]) -> list[Row]:
    """Results that ended in one of some statuses, by contender, classifier and reason.

    Parameters
    ----------
    scores : DataFrame
        Raw scores.
    titles : Titles
        Names for readers.
    statuses : sequence of str
        Such as ``("skipped",)``.

    Returns
    -------
    list of dict
        ``status``, ``contender``, ``classifier``, ``error``, ``results`` (how many), ``datasets``.
    """
    lost = scores[scores["status"].isin(statuses)]
    if not len(lost):
        return []
    groups = lost.groupby(["status", "contender", "classifier", "error"])["dataset"].agg(list)
    return [
        {
            "status": status,
            "contender": titles.contender(contender),
            "classifier": titles.classifier(classifier),
            "error": error or "no reason recorded",
            "results": len(datasets),
            "datasets": sorted(set(datasets)),
        }
        for (status, contender, classifier, error), datasets in zip(groups.index.tolist(), groups.tolist(), strict=True)
    ]
