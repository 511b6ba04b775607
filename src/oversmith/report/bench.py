"""A benchmark as one dictionary of plain values: raw scores of data sets by contenders, and what the store adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from oversmith._registry import METHODS
from oversmith.classifiers import find_classifier
from oversmith.evaluation import Store
from oversmith.evaluation.comparison import FAILED, jsonable
from oversmith.evaluation.contenders import NONE_TUNED, contender_named
from oversmith.evaluation.standings import places_of
from oversmith.exceptions import InputError, OversmithError
from oversmith.report.bench_places import COSTS, PRIMARY, summarise_place
from oversmith.report.bench_sets import data_sets, which_curves
from oversmith.report.names import LONGEST_NAME, printable, printable_tree
from oversmith.report.verdict import Ground, judge

SCHEMA_VERSION = 1
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
    places = [summarise_place(scores[names == where], where, control, titles) for where in order]
    environments = _environments(store)
    datasets = data_sets(scores[names == order[0]], store, titles, places[0], generates)
    summary = {
        "schema_version": SCHEMA_VERSION,
        "kind": "bench",
        "name": name,
        "control": control,
        "facts": _facts(scores),
        "generative": [entry for entry in known if generates(entry)],
        "verdict": _verdict(places[0], titles, control),
        "warnings": [*notes, *_warnings(scores, places[0], environments, control)],
        "places": places,
        "datasets": datasets,
        "curves": which_curves(datasets),
        "failures": _losses(scores, titles, FAILED),
        "skipped": _losses(scores, titles, ("skipped",)),
        "environments": environments,
    }
    clean: Summary = printable_tree(jsonable(summary))
    return clean


def titles_of(scores: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Names for readers of the contenders and classifiers in raw scores; no two are alike."""
    return {
        kind + "s": _distinct({name: printable(title(name), LONGEST_NAME) for name in sorted(set(scores[kind]))})
        for kind, title in (("contender", _contender_title), ("classifier", _classifier_title))
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


def _verdict(place: Summary, titles: dict[str, Any], control: str) -> Summary:
    told = place["standings"]
    rows: list[Summary] = next((entry["rows"] for entry in place["effects"] if entry["metric"] == PRIMARY), [])
    names = [row["contender"] for row in rows]
    over_sets = told is not None and told["unit"] == "data set"
    plain = ("none", NONE_TUNED.name, "class-weight")
    ground = Ground(
        PRIMARY,
        str(place["control"]),
        [name for name in names if generates(name)],
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


def generates(name: str) -> bool:
    """Tell whether a contender's rows come from a method of Oversmith."""
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
        "seconds": float(scores[list(COSTS)].sum().sum()),
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
