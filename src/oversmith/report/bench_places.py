"""One protocol of a benchmark: leaderboard, differences, mean ranks, data set by data set."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from oversmith.evaluation.bench_report import SIZES
from oversmith.evaluation.comparison import FAILED
from oversmith.evaluation.contenders import NONE_TUNED
from oversmith.evaluation.standings import Standings, minority_rows, standings
from oversmith.evaluation.statistics.matrix import fill_with_chance
from oversmith.exceptions import InputError
from oversmith.report.names import LONGEST_NAME, METRICS, printable
from oversmith.report.verdict import decide

PRIMARY = "average_precision"
COSTS = ("seconds_resample", "seconds_fit", "seconds_predict")
_EFFECT_METRICS = (PRIMARY, "f1_tuned", "brier")
_SHOWN_METRICS = ("average_precision", "roc_auc", "f1_tuned", "f1", "g_mean_tuned", "brier")

Summary = dict[str, Any]


def summarise_place(part: pd.DataFrame, where: str, control: str, titles: dict[str, Any]) -> Summary:
    """Summarise the results of one protocol and ratio.

    Parameters
    ----------
    part : DataFrame
        Raw scores.
    where : str
        The protocol in words.
    control : str
        The contender all others are set against, where it took part.
    titles : dict
        Names for readers.

    Returns
    -------
    dict
        ``standings``, ``leaderboard``, ``effects``, ``heat``, ``by_classifier``, ``by_size``, ``left_out``,
        ``refusal``.
    """
    here = set(part["contender"])
    anchor = control if control in here else next((n for n in (NONE_TUNED.name, "none") if n in here), None)
    told: Summary = {"name": where, "control": anchor, "n_results": len(part)}
    kept, left_out = dense(part, anchor)
    told["left_out"] = left_out
    # "none" repeats the fits of the control and is read at another threshold.
    ranked = kept[(kept["contender"] != "none") | (anchor == "none")]
    found: dict[str, Standings] = {}
    told["refusal"] = None if anchor is not None else "neither control took part"
    for metric in _EFFECT_METRICS if anchor is not None and len(ranked) else ():
        if ranked[metric].notna().any():
            try:
                found[metric] = standings(ranked, metric, control=str(anchor))
            except InputError as refusal:
                told["refusal"] = str(refusal)
    told["standings"] = _standings(found.get(PRIMARY), titles)
    told["leaderboard"] = _leaderboard(kept, found, titles, anchor)
    effects = [_effects(entry, titles) for entry in found.values()]
    # The control alone has nobody to be compared with.
    told["effects"] = [entry for entry in effects if entry["rows"]]
    told["heat"] = _heat(kept, titles, anchor)
    told["by_classifier"] = _subsets(ranked, anchor, titles, list(_by_classifier(ranked)))
    told["by_size"] = _subsets(ranked, anchor, titles, list(_by_size(ranked)))
    return told


def dense(part: pd.DataFrame, control: str | None) -> tuple[pd.DataFrame, list[str]]:
    """Keep the contenders and data sets that have all results, and say what was left out.

    Contenders that lack more than half of the data sets go first, then data sets that still have a hole.
    """
    cells = part.groupby(["dataset", "contender"]).size().unstack(fill_value=0)
    whole = cells.eq(cells.max(axis=1), axis=0)
    share = whole.mean(axis=0)
    stay = [name for name in cells.columns if share[name] >= 0.5 or name == control]
    sets = whole.index[whole[stay].all(axis=1)]
    gone = [f"{name} (complete on {int(whole[name].sum())} of {len(whole)} data sets)" for name in cells.columns
            if name not in stay]  # fmt: skip
    gone += [f"data set {name} (results are pending)" for name in cells.index if name not in set(sets)]
    return part[part["contender"].isin(stay) & part["dataset"].isin(sets)], gone


def _standings(found: Standings | None, titles: dict[str, Any]) -> Summary | None:
    if found is None:
        return None
    named = {row.contender: row.mean_rank for row in found.rows} | {found.control: found.control_rank}
    ranks = [
        {"contender": name, "title": titles["contenders"].get(name, name), "rank": rank}
        for name, rank in named.items()
        if rank == rank
    ]
    return {
        "unit": found.unit,
        "n": found.n,
        "n_comparisons": len(found.rows),
        "smallest_p": found.smallest_p,
        "critical_difference": found.critical_difference,
        "p_any": found.p_any,
        "ranks": sorted(ranks, key=lambda row: (row["rank"], row["title"])),
    }


def _effects(found: Standings, titles: dict[str, Any]) -> Summary:
    named = titles["contenders"]
    return {
        "metric": found.metric,
        "metric_title": METRICS[found.metric],
        "control": found.control,
        "control_title": named.get(found.control, found.control),
        "unit": found.unit,
        "n": found.n,
        "rows": [
            {
                "contender": row.contender,
                "title": named.get(row.contender, row.contender),
                "control_title": named.get(found.control, found.control),
                **{key: getattr(row, key) for key in ("difference", "low", "high", "wins", "ties", "losses")},
                **{key: getattr(row, key) for key in ("p", "p_holm", "worse", "equal", "better")},
                "n": row.wins + row.ties + row.losses,
                "decision": decide({"p_holm": row.p_holm, "difference": row.difference}),
            }
            for row in found.rows
        ],
    }


def _leaderboard(
    kept: pd.DataFrame, found: Mapping[str, Standings], titles: dict[str, Any], control: str | None
) -> list[Summary]:
    if not len(kept):
        return []
    run = kept[kept["status"] != "skipped"]
    values = {metric: _per_set(run, metric) for metric in _SHOWN_METRICS}
    done = kept[kept["status"] == "done"]
    parts = done.groupby("contender")[list(COSTS)].median()
    memory = done.groupby("contender")["peak_mb"].median()
    effects = {row.contender: row for row in found[PRIMARY].rows} if PRIMARY in found else {}
    judges = kept["classifier"].nunique()
    rows = []
    for name in sorted(set(kept["contender"])):
        mine = kept[kept["contender"] == name]
        effect = effects.get(name)
        own = found[PRIMARY].control_rank if name == control and PRIMARY in found else np.nan
        metrics = {metric: _mean_sd(table.get(name)) for metric, table in values.items()}
        rows.append(
            {
                "contender": name,
                "title": titles["contenders"].get(name, name),
                "control": name == control,
                "rank": effect.mean_rank if effect else own,
                "metrics": metrics,
                "difference": effect.difference if effect else None,
                "low": effect.low if effect else None,
                "high": effect.high if effect else None,
                "record": [effect.wins, effect.ties, effect.losses] if effect else None,
                "p_holm": effect.p_holm if effect else None,
                "decision": decide({"p_holm": effect.p_holm, "difference": effect.difference}) if effect else None,
                "parts": _parts(parts, name),
                "seconds": float(parts.loc[name].sum()) if name in parts.index else None,
                "memory": memory.get(name),
                "failed": int(mine["status"].isin(FAILED).sum()),
                "fits": int((mine["status"] != "skipped").sum()),
                "classifiers": int(mine.loc[mine["status"] != "skipped", "classifier"].nunique()),
                "n_classifiers": judges,
            }
        )
    rows.sort(key=lambda row: _first(row["rank"], row["difference"], row["title"]))
    _mark_best(rows)
    return rows


def _parts(parts: pd.DataFrame, name: str) -> dict[str, float] | None:
    if name not in parts.index:
        return None
    row = parts.loc[name].to_numpy(dtype=np.float64)
    return {key: 0.0 if value != value else float(value) for key, value in zip(COSTS, row, strict=True)}


def _first(rank: float, difference: float | None, title: str) -> tuple[Any, ...]:
    ranked = rank == rank
    gain = 0.0 if difference is None else difference
    return (not ranked, rank if ranked else 0.0, -gain, title)


def _mark_best(rows: list[Summary]) -> None:
    whole = [row for row in rows if row["classifiers"] == row["n_classifiers"]]
    for row in rows:
        row["best"] = []
    for metric in _SHOWN_METRICS:
        shown = [(row, round(row["metrics"][metric]["mean"], 3)) for row in whole
                 if row["metrics"][metric]["mean"] is not None]  # fmt: skip
        if len(shown) > 1:
            best = (min if metric == "brier" else max)(value for _, value in shown)
            for row, value in shown:
                if value == best:
                    row["best"].append(metric)


def _per_set(run: pd.DataFrame, metric: str) -> dict[str, pd.Series]:
    """Contender to its mean per data set over classifiers, folds and seeds."""
    if not run[metric].notna().any():
        return {}
    filled = fill_with_chance(run, metric)
    by_set = filled.groupby(["contender", "dataset"])["value"].mean()
    return {str(name): group.droplevel(0) for name, group in by_set.groupby(level=0)}


def _mean_sd(values: pd.Series | None) -> dict[str, float | None]:
    if values is None or not values.notna().any():
        return {"mean": None, "sd": None}
    return {"mean": float(values.mean()), "sd": float(values.std(ddof=1)) if len(values) > 1 else None}


def _heat(kept: pd.DataFrame, titles: dict[str, Any], control: str | None) -> Summary | None:
    """Set data sets by contenders: mean over classifiers, folds and seeds, and the spread over folds.

    A contender that skipped a classifier is set against the control under the others, and does not compete for best.
    """
    run = kept[kept["status"] != "skipped"]
    if not len(run) or not run[PRIMARY].notna().any():
        return None
    filled = fill_with_chance(run, PRIMARY)
    folds = filled.groupby(["dataset", "contender", "repeat", "fold"])["value"].mean()
    told = folds.groupby(["dataset", "contender"]).agg(["mean", "std", "count"])
    judges = {str(name): frozenset(part["classifier"]) for name, part in filled.groupby("contender")}
    every = frozenset(filled["classifier"])
    own = filled[filled["contender"] == control]
    bases = {
        group: own[own["classifier"].isin(group)].groupby("dataset")["value"].mean() for group in set(judges.values())
    }
    names = [n for n in sorted(set(kept["contender"])) if n != "none" or control == "none"]
    names.sort(key=lambda n: (n != control, titles["contenders"].get(n, n)))
    sizes, rare = minority_rows(kept), kept.groupby("dataset")["n_test_positive"].sum()
    share = rare / kept.groupby("dataset")["n_test"].sum()
    rows = []
    for dataset in sorted(set(kept["dataset"])):
        cells = [_cell(told, dataset, name) for name in names]
        whole = [cell["mean"] is not None and judges[name] == every for name, cell in zip(names, cells, strict=True)]
        known = [round(cell["mean"], 3) for cell, competes in zip(cells, whole, strict=True) if competes]
        for name, cell, competes in zip(names, cells, whole, strict=True):
            base = bases.get(judges.get(name, every), pd.Series(dtype=float)).get(dataset)
            cell["best"] = competes and len(known) > 1 and round(cell["mean"], 3) == max(known)
            cell["change"] = None if cell["mean"] is None or base is None else cell["mean"] - float(base)
        rows.append(
            {
                "dataset": printable(dataset, LONGEST_NAME),
                "minority": sizes[dataset],
                "prevalence": share[dataset],
                "cells": cells,
            }
        )
    shown = [titles["contenders"].get(n, n) for n in names]
    some = [
        f" ({len(judges.get(n, every))} of {len(every)} classifiers)" if judges.get(n) != every else "" for n in names
    ]
    return {"contenders": [title + note for title, note in zip(shown, some, strict=True)], "rows": rows}


def _cell(told: pd.DataFrame, dataset: str, name: str) -> Summary:
    if (dataset, name) not in told.index:
        return {"mean": None, "sd": None, "n": 0}
    mean, sd, n = (float(value) for value in told.loc[[(dataset, name)]].to_numpy()[0])
    return {"mean": mean, "sd": None if np.isnan(sd) else sd, "n": int(n)}


def _by_classifier(ranked: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if ranked["dataset"].nunique() < 2 or ranked["classifier"].nunique() < 2:
        return
    for judge_name, part in ranked.groupby("classifier", sort=True):
        skipped = set(part.loc[part["status"] == "skipped", "contender"])
        yield str(judge_name), part[~part["contender"].isin(skipped)]


def _by_size(ranked: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if ranked["dataset"].nunique() < 4:
        return
    sizes = minority_rows(ranked)
    for low, high in itertools.pairwise((0, *SIZES, np.inf)):
        chosen = sizes.index[(sizes >= low) & (sizes < high)]
        if len(chosen) >= 2:
            title = f"below {high}" if not low else f"{low} and more" if np.isinf(high) else f"{low} to {high - 1}"
            yield f"{title} ({len(chosen)} sets)", ranked[ranked["dataset"].isin(chosen)]


def _subsets(
    ranked: pd.DataFrame, control: str | None, titles: dict[str, Any], parts: list[tuple[str, pd.DataFrame]]
) -> Summary | None:
    """Differences from the control in parts of the results, side by side."""
    if control is None or len(parts) < 2:
        return None
    columns = []
    for title, part in parts:
        try:
            found = standings(part, PRIMARY, control=control)
        except InputError:
            continue
        cells = {row.contender: {"difference": row.difference, "low": row.low, "high": row.high,
                                 "decision": decide({"p_holm": row.p_holm, "difference": row.difference})}
                 for row in found.rows}  # fmt: skip
        columns.append({"title": titles["classifiers"].get(title, title), "cells": cells})
    names = sorted({name for column in columns for name in column["cells"]})
    return {
        "columns": [column["title"] for column in columns],
        "rows": [
            {
                "title": titles["contenders"].get(name, name),
                "cells": [column["cells"].get(name) for column in columns],
            }
            for name in names
        ],
    }
