"""A benchmark as one dictionary of plain values: raw scores of data sets by contenders, and what the store adds."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from oversmith._registry import METHODS
from oversmith.classifiers import find_classifier
from oversmith.evaluation import Store
from oversmith.evaluation.bench_report import SIZES
from oversmith.evaluation.comparison import FAILED, jsonable
from oversmith.evaluation.contenders import NONE_TUNED, contender_named
from oversmith.evaluation.standings import ROPE, Standings, minority_rows, places_of, standings
from oversmith.evaluation.statistics.matrix import fill_with_chance
from oversmith.exceptions import InputError, OversmithError
from oversmith.report.bench_sets import data_sets
from oversmith.report.names import METRICS, printable_tree
from oversmith.report.verdict import Ground, decide, judge

SCHEMA_VERSION = 1
PRIMARY = "average_precision"
EFFECT_METRICS = (PRIMARY, "f1_tuned", "brier")
_SHOWN_METRICS = ("average_precision", "roc_auc", "f1_tuned", "f1", "g_mean_tuned", "brier")
_COSTS = ("seconds_resample", "seconds_fit", "seconds_predict")
_FEW_SETS, _FEW_POSITIVES = 6, 20

Summary = dict[str, Any]


def summarise_bench(
    results: Store | pd.DataFrame,
    *,
    control: str | None = None,
    name: str = "Benchmark",
    notes: Sequence[str] = (),
) -> Summary:
    """Turn the results of a benchmark into the dictionary that its page is made of.

    Parameters
    ----------
    results : Store or DataFrame
        The store, or raw scores alone: these have no predictions, so that curves are missing.
    control : str, optional
        The contender all others are set against; nothing with a tuned threshold by default, or without one where the
        results have none.
    name : str, default="Benchmark"
        Heading of the page.
    notes : sequence of str, optional
        What a reader must know besides, such as how much of the plan is left.

    Returns
    -------
    dict
        Dictionaries, lists, strings, numbers, booleans and None; no NaN.

    Raises
    ------
    InputError
        Without results, or without the control.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation import Plan, run
    >>> from oversmith.report import summarise_bench
    >>> rng = np.random.default_rng(0)
    >>> toy = ("toy", rng.normal(size=(60, 2)), np.repeat([0, 1], [45, 15]))
    >>> store = run(Plan([toy], ["none-tuned", "smote"], ["knn"]), n_jobs=1, isolate=False)
    >>> summarise_bench(store)["places"][0]["standings"]["unit"]
    'fold'
    """
    store = results if isinstance(results, Store) else None
    scores = results.scores() if isinstance(results, Store) else results
    if not len(scores):
        raise InputError("results: no result found; run the plan first, or name another folder")
    known = sorted(set(scores["contender"]))
    if control is None:
        control = next((entry for entry in (NONE_TUNED.name, "none") if entry in known), known[0])
    elif control not in known:
        raise InputError(f"control: {control!r} is not among the contenders ({', '.join(known)}); name one of them")
    titles = titles_of(scores)
    names = places_of(scores)
    # The place with most results comes first: the page begins with it.
    order = sorted(set(names), key=lambda where: (-int((names == where).sum()), where))
    places = [_place(scores[names == where], where, control, titles) for where in order]
    environments = _environments(store)
    summary = {
        "schema_version": SCHEMA_VERSION,
        "kind": "bench",
        "name": name,
        "control": control,
        "facts": _facts(scores),
        "verdict": _verdict(places[0], titles, control),
        "warnings": [*notes, *_warnings(scores, places[0], environments, control)],
        "places": places,
        "datasets": data_sets(scores, store, titles, control),
        "failures": _losses(scores, titles, FAILED),
        "skipped": _losses(scores, titles, ("skipped",)),
        "environments": environments,
        "has_predictions": store is not None,
    }
    clean: Summary = printable_tree(jsonable(summary))
    return clean


def titles_of(scores: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Names for readers of the contenders and classifiers in raw scores; no two are alike."""
    return {
        "contenders": _distinct({name: _contender_title(name) for name in sorted(set(scores["contender"]))}),
        "classifiers": _distinct({name: _classifier_title(name) for name in sorted(set(scores["classifier"]))}),
    }


@lru_cache(maxsize=512)
def _contender_title(name: str) -> str:
    try:
        return contender_named(name, {"x": "numeric"}).title
    except OversmithError:
        return name


def _classifier_title(name: str) -> str:
    try:
        return find_classifier(name).title
    except OversmithError:
        return name


def _distinct(titles: Mapping[str, str]) -> dict[str, str]:
    known = list(titles.values())
    return {name: title if known.count(title) == 1 else name for name, title in titles.items()}


def _place(part: pd.DataFrame, where: str, control: str, titles: dict[str, Any]) -> Summary:
    """Everything about one protocol and ratio."""
    here = set(part["contender"])
    anchor = control if control in here else next((n for n in (NONE_TUNED.name, "none") if n in here), None)
    told: Summary = {"name": where, "control": anchor, "n_results": len(part)}
    kept, left_out = dense(part, anchor)
    told["left_out"] = left_out
    # "none" repeats the fits of the control and is read at another threshold.
    ranked = kept[(kept["contender"] != "none") | (anchor == "none")]
    found: dict[str, Standings] = {}
    told["refusal"] = None if anchor is not None else "neither control took part"
    for metric in EFFECT_METRICS if anchor is not None and len(ranked) else ():
        if ranked[metric].notna().any():
            try:
                found[metric] = standings(ranked, metric, control=str(anchor))
            except InputError as refusal:
                told["refusal"] = str(refusal)
    told["standings"] = _standings(found.get(PRIMARY), titles)
    told["leaderboard"] = _leaderboard(kept, found, titles, anchor)
    told["effects"] = [_effects(entry, titles) for entry in found.values()]
    told["heat"] = _heat(kept, titles, anchor)
    told["by_classifier"] = _subsets(ranked, anchor, titles, list(_by_classifier(ranked)))
    told["by_size"] = _subsets(ranked, anchor, titles, list(_by_size(ranked)))
    return told


def dense(part: pd.DataFrame, control: str | None) -> tuple[pd.DataFrame, list[str]]:
    """Results of the contenders and data sets that have all of them, and what was left out.

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
    parts = done.groupby("contender")[list(_COSTS)].median()
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
    return {key: 0.0 if value != value else float(value) for key, value in zip(_COSTS, row, strict=True)}


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
    """Set data sets by contenders: mean over classifiers, folds and seeds, and the spread over folds."""
    run = kept[kept["status"] != "skipped"]
    if not len(run) or not run[PRIMARY].notna().any():
        return None
    filled = fill_with_chance(run, PRIMARY)
    folds = filled.groupby(["dataset", "contender", "repeat", "fold"])["value"].mean()
    told = folds.groupby(["dataset", "contender"]).agg(["mean", "std", "count"])
    names = [n for n in sorted(set(kept["contender"])) if n != "none" or control == "none"]
    names.sort(key=lambda n: (n != control, titles["contenders"].get(n, n)))
    sizes, rare = minority_rows(kept), kept.groupby("dataset")["n_test_positive"].sum()
    share = rare / kept.groupby("dataset")["n_test"].sum()
    rows = []
    for dataset in sorted(set(kept["dataset"])):
        cells = [_cell(told, dataset, name) for name in names]
        base = cells[0]["mean"]
        known = [round(cell["mean"], 3) for cell in cells if cell["mean"] is not None]
        for cell in cells:
            cell["best"] = len(known) > 1 and cell["mean"] is not None and round(cell["mean"], 3) == max(known)
            cell["change"] = None if None in (cell["mean"], base) else cell["mean"] - base
        rows.append({"dataset": dataset, "minority": sizes[dataset], "prevalence": share[dataset], "cells": cells})
    return {"contenders": [titles["contenders"].get(n, n) for n in names], "rows": rows}


def _cell(told: pd.DataFrame, dataset: str, name: str) -> Summary:
    if (dataset, name) not in told.index:
        return {"mean": None, "sd": None, "n": 0}
    mean, sd, n = (float(value) for value in told.loc[[(dataset, name)]].to_numpy()[0])
    return {"mean": mean, "sd": None if np.isnan(sd) else sd, "n": int(n)}


def _by_classifier(ranked: pd.DataFrame) -> Any:
    if ranked["dataset"].nunique() < 2 or ranked["classifier"].nunique() < 2:
        return
    for judge_name, part in ranked.groupby("classifier", sort=True):
        skipped = set(part.loc[part["status"] == "skipped", "contender"])
        yield str(judge_name), part[~part["contender"].isin(skipped)]


def _by_size(ranked: pd.DataFrame) -> Any:
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


def _verdict(place: Summary, titles: dict[str, Any], control: str) -> Summary:
    told = place["standings"]
    rows: list[Summary] = next((entry["rows"] for entry in place["effects"] if entry["metric"] == PRIMARY), [])
    names = [row["contender"] for row in rows]
    over_sets = told is not None and told["unit"] == "data set"
    plain = ("none", NONE_TUNED.name, "class-weight")
    ground = Ground(
        PRIMARY,
        str(place["control"]),
        [name for name in names if _generates(name)],
        [name for name in names if name not in plain],
        "data sets" if over_sets else "folds",
        "over these data sets" if over_sets else "on this data set",
        "a bootstrap over data sets and folds" if over_sets else "the corrected resampled t-test over folds",
        ", p from Wilcoxon’s test over data sets" if over_sets else "",
        len(rows),
    )
    found = judge(rows, ground)
    if place["refusal"] and not rows:
        found["support"] = [f"No table: {place['refusal']}."]
    return found


def _generates(name: str) -> bool:
    stem = name if name in METHODS else next(
        (kebab for kebab in sorted(METHODS, key=len, reverse=True) if name.startswith(f"{kebab}-")), ""
    )  # fmt: skip
    return stem in METHODS


def _facts(scores: pd.DataFrame) -> Summary:
    counts = scores["status"].value_counts()
    return {
        "results": len(scores),
        "statuses": [{"status": str(status), "results": int(counts[status])} for status in counts.index],
        "datasets": int(scores["dataset"].nunique()),
        "contenders": int(scores["contender"].nunique()),
        "classifiers": int(scores["classifier"].nunique()),
        "seeds": int(scores["seed"].nunique()),
        "seconds": float(scores[list(_COSTS)].sum().sum()),
    }


def _warnings(scores: pd.DataFrame, place: Summary, environments: list[Summary], control: str) -> list[str]:
    told = []
    if place["left_out"]:
        told.append("Left out of the ranking: " + "; ".join(place["left_out"]) + ".")
    if place["refusal"]:
        told.append(f"A table is missing: {place['refusal']}.")
    if place["control"] != control:
        told.append(f"The control {control} did not take part in the main protocol.")
    found = place["standings"]
    if found and found["unit"] == "data set" and found["n"] < _FEW_SETS:
        told.append(
            f"Only {found['n']} data sets: no p of Wilcoxon's test can fall below {found['smallest_p']:.2g}, so "
            "nothing can be significant."
        )
    if found and found["unit"] == "fold":
        told.append("One data set: the verdict is about it alone, and mean ranks are not drawn.")
    fewest = scores.groupby("dataset")["n_test_positive"].min()
    few = fewest[fewest < _FEW_POSITIVES]
    if len(few):
        told.append(
            f"Fewer than {_FEW_POSITIVES} positives in a test fold of {len(few)} of {len(fewest)} data sets (as few as "
            f"{int(few.min())} on {few.idxmin()}): single values there are mostly noise."
        )
    versions = {tuple(sorted(entry["versions"].items())) for entry in environments}
    if len(versions) > 1:
        told.append(f"Results come from {len(versions)} sets of package versions; see Provenance.")
    revisions = {entry.get("revision") for entry in environments}
    if len(revisions) > 1:
        told.append(f"Results come from {len(revisions)} revisions of the code; see Provenance.")
    return told


def _losses(scores: pd.DataFrame, titles: dict[str, Any], statuses: Sequence[str]) -> list[Summary]:
    lost = scores[scores["status"].isin(statuses)]
    if not len(lost):
        return []
    keys = ["status", "contender", "classifier", "error"]
    groups = lost.groupby(keys).agg(results=("key", "size"), datasets=("dataset", lambda v: sorted(set(v))))
    return [
        {
            "status": str(status),
            "contender": titles["contenders"][contender],
            "classifier": titles["classifiers"][classifier],
            "error": str(error) or "no reason recorded",
            "results": int(row["results"]),
            "datasets": row["datasets"],
        }
        for (status, contender, classifier, error), row in zip(groups.index, groups.to_dict("records"), strict=True)
    ]


def _environments(store: Store | None) -> list[Summary]:
    """Versions, hosts and revisions the results were made with, the most frequent first."""
    if store is None:
        return []
    found: dict[str, Summary] = {}
    for facts in store.environments().values():
        entry = found.setdefault(repr(sorted(facts.items(), key=str)), {**facts, "results": 0})
        entry["results"] += 1
    keep = ("versions", "python", "platform", "revision", "host", "results")
    told = [{key: entry.get(key) for key in keep} for entry in found.values()]
    for entry in told:
        entry["versions"] = dict(entry["versions"] or {})
    return sorted(told, key=lambda entry: (-entry["results"], str(entry["revision"])))


__all__ = ["ROPE", "summarise_bench", "titles_of"]
