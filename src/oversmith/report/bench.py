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
from oversmith.evaluation.contenders import NONE_TUNED, SMOTE_NAMES, contender_named
from oversmith.evaluation.inclusion import choose_control
from oversmith.evaluation.raw_scores import protocols_of
from oversmith.exceptions import InputError, OversmithError
from oversmith.report.bench_sets import data_sets, which_curves
from oversmith.report.names import LONGEST_NAME, printable, printable_tree
from oversmith.report.protocol_summary import COSTS, Titles, summarise_protocol
from oversmith.report.tables import losses
from oversmith.report.verdict import verdict

SCHEMA_VERSION = 3
_FEW_SETS, _FEW_POSITIVES = 6, 20

Summary = dict[str, Any]


def conclude_bench(
    scores: pd.DataFrame,
    store: Store | None = None,
    *,
    control: str | None = None,
    name: str = "Benchmark",
    notes: Sequence[str] = (),
) -> Summary:
    """Conclusions from raw scores: what the page, its exports and a notebook share.

    Parameters
    ----------
    scores : DataFrame
        Raw scores.
    store : Store, optional
        Where they come from: it has versions.
    control : str, optional
        The contender all others are set against; nothing with a tuned threshold by default, or without one.
    name : str, default="Benchmark"
        Heading.
    notes : sequence of str, optional
        What a reader must know besides.

    Returns
    -------
    dict
        ``name``, ``control``, ``places`` (one for each protocol, the one with most results first), ``verdict``,
        ``warnings``, ``generative``, ``failures``, ``skipped``.

    Raises
    ------
    InputError
        Without results, or without the control.
    """
    if not len(scores):
        raise InputError("results", "no result found", "run the plan first, or name another folder")
    control = choose_control(scores, control)
    titles, names = titles_of(scores), protocols_of(scores)
    order = sorted(set(names), key=lambda where: (-int((names == where).sum()), where))
    places = [summarise_protocol(scores[names == where], where, control, titles) for where in order]
    return {
        "name": name,
        "control": control,
        "places": places,
        "verdict": bench_verdict(places[0]),
        "warnings": [*notes, *_superseded(store), *_warnings(scores, places[0], environments_of(store), control)],
        "generative": [entry for entry in sorted(set(scores["contender"])) if generates(entry)],
        "failures": losses(scores, titles, FAILED),
        "skipped": losses(scores, titles, ("skipped",)),
    }


def summarise_bench(
    results: Store | pd.DataFrame,
    *,
    control: str | None = None,
    name: str = "Benchmark",
    notes: Sequence[str] = (),
    conclusions: Summary | None = None,
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
    conclusions : dict, optional
        From :func:`conclude_bench`, where that was called before.

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
    >>> summarise_bench(store)["places"][0]["unit"]
    'fold'
    """
    store = results if isinstance(results, Store) else None
    scores = results.scores() if isinstance(results, Store) else results
    if conclusions is None:
        conclusions = conclude_bench(scores, store, control=control, name=name, notes=notes)
    titles, main = titles_of(scores), conclusions["places"][0]
    datasets = data_sets(scores[protocols_of(scores) == main["name"]], store, titles, main, generates)
    summary = {
        "schema_version": SCHEMA_VERSION,
        "kind": "bench",
        **conclusions,
        "facts": _facts(scores),
        "datasets": datasets,
        "curves": which_curves(datasets),
        "environments": environments_of(store),
    }
    clean: Summary = printable_tree(jsonable(summary))
    return clean


def titles_of(scores: pd.DataFrame) -> Titles:
    """Names for readers of the contenders and classifiers in raw scores; no two are alike."""
    return Titles(
        *(
            _distinct({name: printable(title(name), LONGEST_NAME) for name in sorted(set(scores[kind]))})
            for kind, title in (("contender", _contender_title), ("classifier", _classifier_title))
        )
    )


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


def bench_verdict(summary: Summary) -> Summary:
    """Verdict on the best of the generated contenders."""
    names = [row["contender"] for row in summary["leaderboard"]]
    plain = ("none", NONE_TUNED.name, "class-weight")
    return verdict(summary, [name for name in names if generates(name)], [name for name in names if name not in plain])


def generates(name: str) -> bool:
    """Tell whether a contender's rows come from a method of Oversmith; SMOTE as the second control does not count."""
    stem = name if name in METHODS else next(
        (kebab for kebab in sorted(METHODS, key=len, reverse=True) if name.startswith(f"{kebab}-")), ""
    )  # fmt: skip
    return stem in METHODS and name not in SMOTE_NAMES


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


def _warnings(scores: pd.DataFrame, summary: Summary, environments: list[Summary], control: str | None) -> list[str]:
    lines: list[str] = []
    lines += summary["notes"]
    if summary["left_out"]:
        lines.append("Left out of the ranking: " + "; ".join(summary["left_out"]) + ".")
    if summary["refusal"]:
        lines.append(f"No differences: {summary['refusal']}.")
    if control is not None and summary["control"] != control:
        lines.append(f"The control {control} did not take part in the main protocol.")
    if summary["unit"] == "data set" and summary["n"] < _FEW_SETS:
        lines.append(
            f"Only {summary['n']} data sets: no p of Wilcoxon's test can fall below {summary['smallest_p']:.2g}, so "
            "nothing can be significant."
        )
    if summary["unit"] == "fold":
        lines.append("One data set: the verdict and the mean ranks are about it alone.")
    fewest = scores.groupby("dataset")["n_test_positive"].min()
    few = fewest[fewest < _FEW_POSITIVES]
    if len(few):
        lines.append(
            f"Fewer than {_FEW_POSITIVES} positives in a test fold of {len(few)} of {len(fewest)} data sets (as few as "
            f"{int(few.min())} on {few.idxmin()}): single values there are mostly noise."
        )
    versions = {tuple(sorted(entry["versions"].items())) for entry in environments}
    if len(versions) > 1:
        lines.append(f"Results come from {len(versions)} sets of package versions; see Provenance.")
    revisions = {entry.get("revision") for entry in environments}
    if len(revisions) > 1:
        lines.append(f"Results come from {len(revisions)} revisions of the code; see Provenance.")
    return lines


def _superseded(store: Store | None) -> list[str]:
    n = 0 if store is None else len(store.superseded())
    if not n:
        return []
    return [
        f"{n} superseded result{'s are' if n > 1 else ' is'} left out: data, settings or the plan have changed since, "
        "and only what the last plan asks for is shown."
    ]


def environments_of(store: Store | None) -> list[Summary]:
    """Versions, hosts and revisions the results were made with, the most frequent first."""
    if store is None:
        return []
    by_facts: dict[str, Summary] = {}
    superseded = store.superseded()
    for facts in (facts for key, facts in store.environments().items() if key not in superseded):
        entry = by_facts.setdefault(repr(sorted(facts.items(), key=str)), {**facts, "results": 0})
        entry["results"] += 1
    keep = ("versions", "python", "platform", "revision", "host", "results")
    rows = [{key: entry.get(key) for key in keep} for entry in by_facts.values()]
    for entry in rows:
        entry["versions"] = dict(entry["versions"] or {})
    return sorted(rows, key=lambda entry: (-entry["results"], str(entry["revision"])))
