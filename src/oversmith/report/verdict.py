"""The verdict: one sentence on top of the page, which claims no more than the interval does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from oversmith.plot._style import signed
from oversmith.report.names import METRICS, SHORT, listed

_SMALL = 0.01
_LEVEL = 0.05
_TAGS = {"helps": "Helps here", "harms": "Harms here", "undecided": "Undecided"}
_STOP = "Do not over-sample here"

Row = Mapping[str, Any]


def verdict(summary: Mapping[str, Any], generated: Sequence[str], samplers: Sequence[str]) -> dict[str, Any]:
    """Say what the differences from the control show in the primary metric.

    Parameters
    ----------
    summary : dict
        From :func:`oversmith.report.protocol_summary.summarise_protocol`.
    generated : sequence of str
        Contenders whose rows are generated; the verdict is about the best of them, or of all where there is none.
    samplers : sequence of str
        Contenders that add or remove rows.

    Returns
    -------
    dict
        ``decision``, ``tag``, ``tone``, ``sentence``, ``support`` (sentences), ``interval`` (positions in percent, or
        None), and the numbers of the row it speaks of.
    """
    table = next((entry for entry in summary["effects"] if entry["control"] == summary["control"]), None)
    rows: list[Row] = [] if table is None else [row for row in table["rows"] if _finite(row["difference"])]
    failed: Sequence[Row] = summary.get("failed", ())
    if table is None or not rows:
        why = summary["refusal"] or _failures(failed) or "no contender can be set against the control"
        return _no_verdict(f"There is no difference to report: {why}.")
    if failed and not any(row["contender"] in generated for row in rows):
        about = [entry for entry in failed if entry["contender"] in generated]
        if about:
            # What ran says nothing about what did not: no other contender takes its place.
            return _no_verdict(f"{_failures(about)}: a contender with failed folds gets no verdict.")
    candidates = [row for row in rows if row["contender"] in generated] or rows
    row = max(candidates, key=lambda entry: entry["difference"])
    unit = SHORT.get(table["metric"], METRICS[table["metric"]])
    interval = f"[{signed(row['low'])}, {signed(row['high'])}]" if _has_interval(row) else "(no interval)"
    where, over = ("over these data sets", "on") if summary["unit"] == "data set" else ("on this data set", "in")
    sentence = (
        f"{_phrase(row['title'])} against {_control(row)}: {signed(row['difference'])}\u00a0{unit} {interval}, "
        f"better {over} {row['wins']} of {row['n']} {summary['unit']}s; {_conclusion(row, where)}."
    )
    unknown = any(entry["contender"] in samplers for entry in failed)
    tag = _tag(row, [entry for entry in rows if entry["contender"] in samplers] or rows, unknown)
    helped = [entry["contender"] for entry in rows if entry["decision"] == "helps"]
    support = _support(
        row, candidates, rows, summary, "generated contenders" if row["contender"] in generated else "contenders"
    )
    return {
        "decision": row["decision"],
        "tag": tag,
        "tone": "stop" if tag == _STOP else row["decision"],
        "sentence": sentence,
        "support": [
            *support,
            *([f"{_failures(failed)}: a contender with failed folds has no part in this."] if failed else []),
            _advice(row, any(name in samplers for name in helped), where, tag),
        ],
        "unit": unit,
        "contender": row["contender"],
        "interval": _strip(row) if _has_interval(row) else None,
        **{key: row[key] for key in ("difference", "low", "high", "p", "p_holm", "wins", "ties", "losses", "n")},
    }


def decide(p_holm: float, difference: float) -> str:
    """Tell from Holm's p whether a difference helps or harms; it is undecided otherwise."""
    if not p_holm < _LEVEL or not abs(difference) > 0:
        return "undecided"
    return "helps" if difference > 0 else "harms"


def _no_verdict(sentence: str) -> dict[str, Any]:
    return {
        "decision": "undecided",
        "tag": "No verdict",
        "tone": "undecided",
        "sentence": sentence,
        "support": [],
        "interval": None,
    }


def _failures(failed: Sequence[Row]) -> str:
    return "; ".join(f"{_phrase(entry['title'])} {entry['words']}" for entry in failed)


def _tag(row: Row, samplers: Sequence[Row], unknown: bool) -> str:
    """Say in two or three words what to do: nothing, where no sampler's interval reaches a practical gain.

    ``unknown`` says that a sampler failed, so that nobody knows what it would have gained.
    """
    if any(entry["decision"] == "helps" for entry in samplers):
        return _TAGS[row["decision"]]
    gains = [float(entry["high"]) for entry in samplers if _has_interval(entry)]
    nothing_to_gain = not unknown and len(gains) == len(samplers) and max(gains) < _SMALL
    return _STOP if row["decision"] == "harms" or nothing_to_gain else _TAGS[row["decision"]]


def _conclusion(row: Row, where: str) -> str:
    p = f" (p\u00a0{_p(row['p_holm'])} after Holm)" if _finite(row["p_holm"]) else ""
    small = ", by a small amount" if abs(row["difference"]) < _SMALL else ""
    if row["decision"] == "helps":
        return f"significant{p}: it helps {where}{small}"
    if row["decision"] == "harms":
        return f"significant{p}: it makes the ranking worse {where}{small}"
    if _has_interval(row) and (row["low"] > 0 or row["high"] < 0):
        return f"the interval leaves out zero, but not significant after correcting for the number of comparisons{p}"
    return f"not significant{p}"


def _support(
    row: Row, candidates: Sequence[Row], rows: Sequence[Row], summary: Mapping[str, Any], what: str
) -> list[str]:
    lines = []
    if len(candidates) > 1:
        which = "better" if len(candidates) == 2 else "best"
        lines.append(f"Shown is the {which} of {len(candidates)} {what}: a choice made after the fact.")
    over_sets = summary["unit"] == "data set"
    source = "a bootstrap over data sets and folds" if over_sets else "the corrected resampled t-test over folds"
    test = ", p from Wilcoxon’s test over data sets" if over_sets else ""
    plural = "s" if summary["n_tests"] != 1 else ""
    lines.append(
        f"95 % interval from {source}{test}; {summary['n_tests']} comparison{plural} in all, p corrected for them."
    )
    others = [entry for entry in rows if entry["contender"] not in {c["contender"] for c in candidates}]
    parts = []
    for word, decision in (("help", "helps"), ("harm", "harms")):
        named = [f"{_phrase(e['title'])} ({signed(e['difference'])})" for e in others if e["decision"] == decision]
        if named:
            parts.append(f"{listed(named)} {word if len(named) > 1 else word + 's'}")
    if parts:
        lines.append("Against the same control, " + "; ".join(parts) + ".")
    elif others:
        either = " either" if row["decision"] == "undecided" else ""
        lines.append(f"None of the other contenders differs clearly from the same control{either}.")
    return lines


def _advice(row: Row, simpler: bool, where: str, tag: str) -> str:
    if row["decision"] == "helps":
        return "Look at the Brier score and the seconds before adopting it."
    if tag == _STOP:
        what = (
            "No sampler gains as much as 0.01" if row["decision"] == "undecided" else "No generated rows gain anything"
        )
        return f"{what} {where}: tune the threshold, which costs nothing, and do not over-sample."
    if simpler:
        return "Generated rows are not needed where a simpler contender helps."
    return "No gain is shown: on this evidence tune the threshold, which costs nothing, and do not over-sample."


def _strip(row: Row) -> dict[str, float]:
    """Positions in percent for the small picture of the interval: zero always in view."""
    low, high = min(row["low"], 0.0), max(row["high"], 0.0)
    width = max(high - low, 1e-9)
    low, width = low - 0.12 * width, 1.24 * width
    at = {"zero": 0.0, "low": row["low"], "high": row["high"], "difference": row["difference"]}
    return {name: round(100 * (value - low) / width, 2) for name, value in at.items()}


def _phrase(title: str) -> str:
    """Put what follows a comma in a title into brackets, so that it reads well inside a sentence."""
    head, comma, tail = title.partition(", ")
    return f"{head} ({tail})" if comma else title


def _control(row: Row) -> str:
    named = {"none": "no resampling", "none-tuned": "no resampling with tuned threshold"}
    return named.get(row["control"]) or _phrase(row["control_title"])


def _p(value: float) -> str:
    return "<\u00a00.001" if value < 0.001 else f"=\u00a0{value:.3f}"


def _finite(value: Any) -> bool:
    return value is not None and math.isfinite(value)


def _has_interval(row: Row) -> bool:
    return _finite(row["low"]) and _finite(row["high"])
