"""The conclusions of one protocol as plain values: leaderboard, differences, mean ranks, data set by data set.

Comparisons, benchmarks and studies all get their numbers here, from :func:`oversmith.evaluation.analyse`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from oversmith.evaluation import Analysis, Effect, analyse, label_metric
from oversmith.evaluation.comparison import FAILED
from oversmith.evaluation.effects import PRIMARY, Failure
from oversmith.evaluation.raw_scores import minority_rows
from oversmith.report.names import LONGEST_NAME, LOWER_IS_BETTER, METRICS, listed, printable, within_sentence
from oversmith.report.verdict import decide

COSTS = ("seconds_resample", "seconds_fit", "seconds_predict")
SIZES = (50, 200)
"""Training rows of the minority that part small, middling and large data sets."""

Summary = dict[str, Any]


@dataclass(frozen=True)
class Titles:
    """Names for readers.

    Parameters
    ----------
    contenders, classifiers : dict of str to str
        Name to title.
    """

    contenders: dict[str, str]
    classifiers: dict[str, str]

    def contender(self, name: str) -> str:
        """Title of a contender; its name where there is none."""
        return self.contenders.get(name, name)

    def classifier(self, name: str) -> str:
        """Title of a classifier; its name where there is none."""
        return self.classifiers.get(name, name)


def summarise_protocol(part: pd.DataFrame, where: str, control: str | None, titles: Titles) -> Summary:
    """Summarise the results of one protocol.

    Parameters
    ----------
    part : DataFrame
        Raw scores.
    where : str
        The protocol in words.
    control : str or None
        The contender all others are set against, where it took part.
    titles : Titles
        Names for readers.

    Returns
    -------
    dict
        ``name``, ``control``, ``control_title``, ``n_results``, ``unit``, ``n``, ``n_tests``, ``smallest_p``,
        ``p_any``, ``critical_difference``, ``ranks``, ``notes``, ``left_out``, ``failed`` (contenders with folds that
        failed, which have no numbers), ``refusal``, ``leaderboard``, ``effects`` (one entry per metric and control),
        ``heat``, ``by_classifier``, ``by_size``.
    """
    here = control if control in set(part["contender"]) else None
    analysis = (
        analyse(part, control=here, shown=tuple(METRICS))
        if len(part)
        else Analysis(None, "fold", 0, refusal="there are no results")
    )
    return {
        "name": where,
        "control": analysis.control,
        "control_title": None if analysis.control is None else titles.contender(analysis.control),
        "n_results": len(part),
        "unit": analysis.unit,
        "n": analysis.n,
        "n_tests": analysis.n_tests,
        "smallest_p": analysis.smallest_p,
        "p_any": analysis.p_any,
        "critical_difference": analysis.critical_difference,
        "ranks": _ranks(analysis, titles),
        "notes": [*_notes(part, analysis, titles), *_gaps(analysis, titles)],
        "left_out": [f"{titles.contender(name)} ({why})" for name, why in analysis.left_out.items()],
        "failed": [
            {"contender": name, "title": titles.contender(name), "words": f"failed in {failure}", **vars(failure)}
            for name, failure in analysis.failed.items()
        ],
        "refusal": analysis.refusal,
        "leaderboard": _leaderboard(part, analysis, titles),
        "effects": _effects(analysis, titles),
        "heat": _heat(part, analysis, titles),
        "by_classifier": _subsets(_by_classifier(part), analysis, titles),
        "by_size": _subsets(_by_size(part), analysis, titles),
    }


def _ranks(analysis: Analysis, titles: Titles) -> list[Summary]:
    # Nothing and its tuned twin have the same fits: the picture shows the one that is the control.
    twins = {"none", "none-tuned"} - {analysis.control} if analysis.control in ("none", "none-tuned") else set()
    ranks = [
        {"contender": name, "title": titles.contender(name), "rank": rank}
        for name, rank in analysis.ranks.items()
        if name not in twins
    ]
    return sorted(ranks, key=lambda row: (row["rank"], row["title"]))


def _notes(part: pd.DataFrame, analysis: Analysis, titles: Titles) -> list[str]:
    """Say over which classifiers means and ranks are taken, where some contender lacks one."""
    shown = {name: who for name, who in analysis.lacking.items() if len(who) < len(analysis.means)}
    if not shown or not analysis.classifiers:
        return []
    over = listed([within_sentence(titles.classifier(name)) for name in analysis.classifiers])
    skipped = part[part["status"] == "skipped"]
    reasons = dict(zip(zip(skipped["classifier"], skipped["contender"], strict=True), skipped["error"], strict=True))
    gaps = [
        f"{within_sentence(titles.classifier(name))} is left out, as it has no results for "
        + listed([within_sentence(titles.contender(each)) for each in who])
        + (f" ({reason})" if (reason := reasons.get((name, who[0]))) else "")
        for name, who in shown.items()
    ]
    return [f"Means, differences and ranks are over {over}; {'; '.join(gaps)}."]


def _gaps(analysis: Analysis, titles: Titles) -> list[str]:
    """Say which contenders have no numbers, or none in a metric, because folds failed."""
    lines = [
        f"{titles.contender(name)} failed in {failure}: it has no means, no rank and no differences."
        for name, failure in analysis.failed.items()
    ]
    alike: dict[tuple[str, Failure], list[str]] = {}
    for name, by_metric in analysis.incomplete.items():
        for metric, failure in by_metric.items():
            if failure.reason:
                alike.setdefault((metric, failure), []).append(titles.contender(name))
    for (metric, failure), who in alike.items():
        many = len(who) > 1
        lines.append(
            f"{listed(who)} {'have' if many else 'has'} no {METRICS[metric]} in {failure}: no mean of it and no "
            "difference in it is given."
        )
    return lines


def _effects(analysis: Analysis, titles: Titles) -> list[Summary]:
    tables = []
    for (metric, control), group in itertools.groupby(
        analysis.effects, key=lambda effect: (effect.metric, effect.control)
    ):
        tables.append(
            {
                "metric": metric,
                "metric_title": METRICS[metric],
                "control": control,
                "control_title": titles.contender(control),
                "unit": analysis.unit,
                "n": analysis.n,
                "rows": [effect_row(effect, titles) for effect in group],
            }
        )
    return tables


def effect_row(effect: Effect, titles: Titles) -> Summary:
    """Plain values of one difference, with titles and a decision."""
    numbers = ("difference", "low", "high", "wins", "ties", "losses", "p", "p_holm", "worse", "equal", "better")
    return {
        "contender": effect.contender,
        "title": titles.contender(effect.contender),
        "control": effect.control,
        "control_title": titles.contender(effect.control),
        "metric": effect.metric,
        **{name: getattr(effect, name) for name in numbers},
        "n": effect.wins + effect.ties + effect.losses,
        "decision": decide(effect.p_holm, effect.difference),
    }


def _leaderboard(part: pd.DataFrame, analysis: Analysis, titles: Titles) -> list[Summary]:
    shared = part[part["classifier"].isin(analysis.classifiers)]
    done = shared[shared["status"] == "done"].groupby("contender")
    seconds = done[[*COSTS]].median()
    memory = done["peak_mb"].median() if "peak_mb" in part else pd.Series(dtype=float)
    rows = []
    for name in sorted(set(part["contender"])):
        own, effect = part[part["contender"] == name], analysis.effect(name)
        parts = {key: _zero(seconds[key][name]) for key in COSTS} if name in seconds.index else None
        means = analysis.means.get(name, {})
        metrics = {key: _mean_sd(means, key) for key in METRICS}
        read = label_metric(name, "g_mean")
        rows.append(
            {
                "contender": name,
                "title": titles.contender(name),
                "control": name == analysis.control,
                "rank": analysis.ranks.get(name),
                "metrics": metrics | {"g_mean_read": metrics[read]},
                "read_at": "tuned" if read.endswith("_tuned") else "0.5",
                **_against_control(effect),
                "parts": parts,
                "seconds": None if parts is None else sum(parts.values()),
                "memory": memory.get(name),
                "failed": int(own["status"].isin(FAILED).sum()),
                "failure": _words(analysis.failed.get(name)),
                "fits": int((own["status"] != "skipped").sum()),
            }
        )
    rows.sort(key=_order)
    for row in rows:
        row["best"] = []
    mark_best(rows, [*METRICS, "g_mean_read"])
    ranks = [row for row in rows if row["rank"] is not None]
    for row in ranks if len(ranks) > 1 else ():
        row["best"] += ["rank"] if round(row["rank"], 2) == min(round(other["rank"], 2) for other in ranks) else []
    return rows


def _words(failure: Failure | None) -> str | None:
    return None if failure is None else f"failed in {replace(failure, reason='')}"


def _against_control(effect: Effect | None) -> Summary:
    if effect is None:
        return dict.fromkeys(("difference", "low", "high", "record", "p_holm", "decision"))
    return {
        "difference": effect.difference,
        "low": effect.low,
        "high": effect.high,
        "record": [effect.wins, effect.ties, effect.losses],
        "p_holm": effect.p_holm,
        "decision": decide(effect.p_holm, effect.difference),
    }


def _mean_sd(means: Any, metric: str) -> dict[str, float | None]:
    value = means.get(metric)
    return {"mean": None, "sd": None} if value is None else {"mean": value.mean, "sd": value.sd}


def _zero(value: float) -> float:
    return 0.0 if math.isnan(value) else float(value)


def _order(row: Summary) -> tuple[bool, float, float, str]:
    """Best mean rank first, then the largest difference; contenders without a rank come last."""
    return row["rank"] is None, row["rank"] or 0.0, -(row["difference"] or 0.0), row["title"]


def mark_best(rows: Sequence[Summary], metrics: Sequence[str]) -> None:
    """Add to ``best`` of each row the metrics in which it is the best as printed, so that ties are marked alike."""
    for metric in metrics:
        shown = [(row, row["metrics"][metric]["mean"]) for row in rows]
        known = [(row, round(value, 3)) for row, value in shown if value is not None and not math.isnan(value)]
        if len(known) > 1:
            best = (min if metric in LOWER_IS_BETTER else max)(value for _, value in known)
            for row, value in known:
                row["best"] += [metric] if value == best else []


def _heat(part: pd.DataFrame, analysis: Analysis, titles: Titles) -> Summary | None:
    """Set data sets against contenders: mean over shared classifiers, folds and seeds, and the spread over folds.

    A contender has no mean on a data set where a fold of it failed.
    """
    names = [name for name in analysis.means if name != "none" or analysis.control == "none"]
    part = part[part["contender"].isin(names) & part["classifier"].isin(analysis.classifiers)]
    if not len(part) or not part[PRIMARY].notna().any():
        return None
    folds = part.groupby(["dataset", "contender", "repeat", "fold"])[PRIMARY].mean()
    spread = folds.groupby(["dataset", "contender"]).agg(["mean", "std", "count"])
    lost = part[part["status"].isin(FAILED)]
    spread = spread.drop(pd.MultiIndex.from_frame(lost[["dataset", "contender"]].drop_duplicates()))
    names.sort(key=lambda name: (name != analysis.control, titles.contender(name)))
    sizes, rare = minority_rows(part), part.groupby("dataset")["n_test_positive"].sum()
    share = rare / part.groupby("dataset")["n_test"].sum()
    rows = []
    for dataset in sorted(set(part["dataset"])):
        cells = [_cell(spread, dataset, name) for name in names]
        known = [round(cell["mean"], 3) for cell in cells if cell["mean"] is not None]
        base = next((cell["mean"] for cell, name in zip(cells, names, strict=True) if name == analysis.control), None)
        for cell in cells:
            cell["best"] = cell["mean"] is not None and len(known) > 1 and round(cell["mean"], 3) == max(known)
            cell["change"] = None if cell["mean"] is None or base is None else cell["mean"] - base
        rows.append(
            {
                "dataset": printable(dataset, LONGEST_NAME),
                "minority": sizes[dataset],
                "prevalence": share[dataset],
                "cells": cells,
            }
        )
    return {"contenders": [titles.contender(name) for name in names], "rows": rows}


def _cell(spread: pd.DataFrame, dataset: str, name: str) -> Summary:
    if (dataset, name) not in spread.index:
        return {"mean": None, "sd": None, "n": 0}
    mean, sd, n = (float(value) for value in spread.loc[[(dataset, name)]].to_numpy()[0])
    return {"mean": mean, "sd": None if np.isnan(sd) else sd, "n": int(n)}


def _by_classifier(part: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if part["dataset"].nunique() > 1 and part["classifier"].nunique() > 1:
        for name, rows in part.groupby("classifier", sort=True):
            yield str(name), rows[rows["status"] != "skipped"]


def _by_size(part: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if part["dataset"].nunique() < 4:
        return
    for name, datasets in size_groups(part):
        if len(datasets) > 1:
            yield name, part[part["dataset"].isin(datasets)]


def size_groups(scores: pd.DataFrame) -> Iterator[tuple[str, list[str]]]:
    """Part data sets by the rows of the rare class that a sampler has to learn from.

    Parameters
    ----------
    scores : DataFrame
        Raw scores.

    Yields
    ------
    (str, list of str)
        What the group is called, and its data sets.
    """
    sizes = minority_rows(scores)
    for low, high in itertools.pairwise((0, *SIZES, math.inf)):
        datasets = [str(name) for name in sizes.index[(sizes >= low) & (sizes < high)]]
        title = f"below {high}" if not low else f"{low} and more" if math.isinf(high) else f"{low} to {high - 1}"
        yield f"{title} ({len(datasets)} sets)", datasets


def _subsets(parts: Iterator[tuple[str, pd.DataFrame]], whole: Analysis, titles: Titles) -> Summary | None:
    """Differences from the control in parts of the results, side by side; described, not tested."""
    if whole.refusal is not None:
        return None
    columns: dict[str, dict[str, Summary]] = {}
    for title, part in parts:
        if whole.control not in set(part["contender"]):
            continue
        analysis = analyse(part, control=whole.control, tested=(), described=(PRIMARY,))
        columns[titles.classifier(title)] = {
            effect.contender: {"difference": effect.difference, "low": effect.low, "high": effect.high}
            for effect in analysis.effects
        }
    if len(columns) < 2:
        return None
    names = sorted({name for column in columns.values() for name in column}, key=titles.contender)
    return {
        "columns": list(columns),
        "rows": [
            {
                "contender": name,
                "title": titles.contender(name),
                "cells": [column.get(name) for column in columns.values()],
            }
            for name in names
        ],
    }
