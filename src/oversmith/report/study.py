"""A study as one dictionary of plain values: reproduced numbers, the tables, and the sound comparison beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from oversmith.evaluation.comparison import jsonable
from oversmith.evaluation.contenders import NONE_TUNED
from oversmith.evaluation.raw_scores import protocols_of
from oversmith.report.bench import summarise_bench
from oversmith.report.names import printable_tree

SCHEMA_VERSION = 3
_ORDER = ("reproduced", "not reproduced", "cannot be compared", "reported elsewhere", "pending")
_MOST, _FEWEST = 0.8, 0.2


@dataclass(frozen=True)
class StudyPart:
    """A part of a study.

    Parameters
    ----------
    title : str
        Heading.
    lines : tuple of str
        Markdown.
    verdicts : tuple of str
        One for each published number.
    """

    title: str
    lines: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()


@dataclass(frozen=True)
class StudyPage:
    """Content of the page of a study.

    Parameters
    ----------
    name, title : str
        Name on the command line, and heading.
    head : tuple of str
        Markdown that says how it was run.
    parts : tuple of StudyPart
        Its tables.
    figures : mapping of str to str
        File name → SVG.
    scores : DataFrame or None
        Raw scores.
    facts : mapping
        Versions and machine.
    """

    name: str
    title: str
    head: tuple[str, ...] = ()
    parts: tuple[StudyPart, ...] = ()
    figures: Mapping[str, str] = field(default_factory=dict)
    scores: pd.DataFrame | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def summarise_study(page: StudyPage) -> dict[str, Any]:
    """Turn a study into the dictionary that its page is made of.

    Parameters
    ----------
    page : StudyPage
        What :func:`oversmith.studies.rebuild` gives as ``page``.

    Returns
    -------
    dict
        Dictionaries, lists, strings, numbers, booleans and None; no NaN.

    Examples
    --------
    >>> from oversmith.report.study import StudyPage, StudyPart, summarise_study
    >>> page = StudyPage("toy", "A study", parts=(StudyPart("Table 1", (), ("reproduced", "not reproduced")),))
    >>> summarise_study(page)["verdict"]["sentence"]
    'Of 2 published numbers that can be compared, 1 came out again under the paper’s own protocol and 1 did not.'
    """
    counts = Counter(verdict for part in page.parts for verdict in part.verdicts)
    sound = _sound(page.scores)
    summary = {
        "schema_version": SCHEMA_VERSION,
        "kind": "study",
        "name": page.name,
        "title": page.title,
        "verdict": _verdict(counts, sound),
        "warnings": [] if sound is None else sound["warnings"],
        "counts": [{"verdict": verdict, "numbers": counts[verdict]} for verdict in _ORDER],
        "parts": [
            {
                "title": part.title,
                "lines": list(part.lines),
                "counts": [part.verdicts.count(verdict) for verdict in _ORDER],
            }
            for part in page.parts
        ],
        "head": list(page.head),
        "figures": [{"file": file, "svg": svg} for file, svg in sorted(page.figures.items())],
        "sound": sound,
        "facts": dict(page.facts),
    }
    clean: dict[str, Any] = _printable(jsonable(summary))
    return clean


def _printable(summary: dict[str, Any]) -> dict[str, Any]:
    # Tables and figures are the house's own text and longer than any name; what comes from data in them was made safe
    # where it was written.
    own = {"figures": summary["figures"], "head": summary["head"]}
    lines = [part["lines"] for part in summary["parts"]]
    clean: dict[str, Any] = printable_tree({key: value for key, value in summary.items() if key not in own}) | own
    for part, text in zip(clean["parts"], lines, strict=True):
        part["lines"] = text
    return clean


def _sound(scores: pd.DataFrame | None) -> dict[str, Any] | None:
    """Summarise the study's protocol with a tuned threshold as a benchmark."""
    if scores is None or not len(scores):
        return None
    names = protocols_of(scores)
    tuned = set(names[(scores["contender"] == NONE_TUNED.name).to_numpy()])
    # Where the tuned threshold is the only contender, nothing can be compared.
    sound = sorted(name for name in tuned if scores.loc[names == name, "contender"].nunique() > 1)
    if not sound:
        return None
    where = max(sound, key=lambda name: (int((names == name).sum()), name))
    summary = summarise_bench(scores[names == where], name=where)
    return {key: summary[key] for key in ("verdict", "warnings", "places", "control", "facts")}


def _verdict(counts: Mapping[str, int], sound: dict[str, Any] | None) -> dict[str, Any]:
    again, lost = counts.get("reproduced", 0), counts.get("not reproduced", 0)
    total = again + lost
    share = again / total if total else 0.0
    decision = "undecided" if not total or _FEWEST < share < _MOST else "helps" if share >= _MOST else "harms"
    tags = {"helps": "Reproduced", "harms": "Not reproduced", "undecided": "Partly reproduced"}
    sentence = (
        f"Of {total} published numbers that can be compared, {again} came out again under the paper’s own protocol "
        f"and {lost} did not."
        if total
        else "No published number could be compared."
    )
    others = [
        f"{counts[name]} {name}" for name in ("cannot be compared", "reported elsewhere", "pending") if counts.get(name)
    ]
    support: Sequence[str] = [f"Besides: {', '.join(others)}."] if others else []
    if sound is not None and sound["verdict"]["interval"] is not None:
        support = [*support, f"Used soundly: {sound['verdict']['tag']}. {sound['verdict']['sentence']}"]
    return {
        "decision": decision,
        "tone": decision,
        "tag": tags[decision] if total else "No verdict",
        "sentence": sentence,
        "support": list(support),
        "interval": None,
        "share": share if total else None,
    }
