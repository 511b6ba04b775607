"""The sentence on top: what the evidence says, in words that claim no more than the interval does."""

from __future__ import annotations

import math
from typing import Any

from oversmith._registry import METHODS
from oversmith.evaluation import Comparison
from oversmith.plot._style import signed
from oversmith.report.names import LOWER_IS_BETTER, METRICS, SHORT
from oversmith.report.tables import primary_metric

_SMALL = 0.01
_LEVEL = 0.05


def effects(comparison: Comparison) -> list[dict[str, Any]]:
    """Return the paired differences with titles and a decision each.

    A difference helps or harms when Holm's p is below 0.05, and is undecided otherwise.
    """
    titles = {entry["name"]: entry["title"] for entry in comparison.contenders}
    return [
        dict(row)
        | {
            "title": titles.get(row["contender"], row["contender"]),
            "control_title": titles.get(row["control"], row["control"]),
            "metric_title": METRICS.get(row["metric"], row["metric"]),
            "decision": _decision(row),
        }
        for row in comparison.effects
    ]


def generative(comparison: Comparison) -> list[str]:
    """Contenders whose rows come from a method of Oversmith."""
    return [
        entry["name"]
        for entry in comparison.contenders
        if entry["name"] in comparison.training or (entry.get("sampler") or "") in METHODS
    ]


def verdict(comparison: Comparison) -> dict[str, Any]:
    """Put the main comparison into a sentence, with the numbers apart for the picture beside it."""
    metric = primary_metric(comparison)
    control = comparison.protocol.get("control", "none-tuned")
    rows = [row for row in effects(comparison) if row["metric"] == metric and row["control"] == control]
    mine = generative(comparison)
    candidates = [row for row in rows if row["contender"] in mine] or rows
    candidates = [row for row in candidates if _finite(row["difference"])]
    if not candidates:
        return {
            "decision": "undecided",
            "tag": "No verdict",
            "sentence": "There is no paired difference to judge: too few folds, or every fit failed.",
            "support": [],
            "interval": None,
        }
    sign = -1 if metric in LOWER_IS_BETTER else 1
    row = max(candidates, key=lambda entry: sign * entry["difference"])
    unit = SHORT.get(metric, METRICS.get(metric, metric))
    interval = f"[{signed(row['low'])}, {signed(row['high'])}]" if _has_interval(row) else "(no interval)"
    sentence = (
        f"{_phrase(row['title'])} against {_control(row)}: {signed(row['difference'])} {unit} {interval}, "
        f"better in {row['wins']} of {row['n']} folds; {_conclusion(row)}."
    )
    return {
        "decision": row["decision"],
        "tag": {"helps": "Helps here", "harms": "Harms here", "undecided": "Undecided"}[row["decision"]],
        "sentence": sentence,
        "support": _support(comparison, row, candidates, rows, mine),
        "unit": unit,
        "contender": row["contender"],
        "interval": _strip(row) if _has_interval(row) else None,
        **{key: row.get(key) for key in ("difference", "low", "high", "p", "p_holm", "wins", "ties", "losses", "n")},
    }


def _decision(row: dict[str, Any]) -> str:
    p, difference = row.get("p_holm"), row["difference"]
    if p is None or difference is None or not p < _LEVEL or not difference:
        return "undecided"
    better = (difference > 0) != (row["metric"] in LOWER_IS_BETTER)
    return "helps" if better else "harms"


def _conclusion(row: dict[str, Any]) -> str:
    small = ", by a small amount" if abs(row["difference"]) < _SMALL else ""
    if row["decision"] == "helps":
        return f"it helps on this table{small}"
    if row["decision"] == "harms":
        return f"it makes the ranking worse on this table{small}"
    if _has_interval(row) and (row["low"] > 0 or row["high"] < 0):
        return "the interval leaves out zero, but not after correcting for the number of comparisons"
    return "not distinguishable from no effect"


def _support(
    comparison: Comparison,
    row: dict[str, Any],
    candidates: list[dict[str, Any]],
    rows: list[dict[str, Any]],
    mine: list[str],
) -> list[str]:
    lines = []
    count = comparison.protocol.get("n_comparisons") or len(comparison.effects)
    p = f", p = {_p(row['p_holm'])} after Holm" if _finite(row.get("p_holm")) else ""
    if len(candidates) > 1:
        what = "generated contenders" if row["contender"] in mine else "contenders"
        which = "better" if len(candidates) == 2 else "best"
        lines.append(f"Shown is the {which} of {len(candidates)} {what}: a choice made after the fact.")
    plural = "s" if count != 1 else ""
    lines.append(f"95 % interval from the corrected resampled t-test{p}; {count} comparison{plural} in all.")
    others = [entry for entry in rows if entry["contender"] not in {c["contender"] for c in candidates}]
    parts = []
    for word, decision in (("help", "helps"), ("harm", "harms")):
        named = [f"{_phrase(e['title'])} ({signed(e['difference'])})" for e in others if e["decision"] == decision]
        if named:
            parts.append(f"{_listed(named)} {word if len(named) > 1 else word + 's'}")
    if parts:
        lines.append("Against the same control, " + "; ".join(parts) + ".")
    elif others:
        lines.append(
            "None of the other contenders differs clearly from the same control either."
            if row["decision"] == "undecided"
            else "None of the other contenders differs clearly from the same control."
        )
    if row["decision"] != "helps":
        lines.append("Tuning the threshold costs nothing: on this evidence, do that first.")
    else:
        lines.append("Look at the Brier score and the seconds before adopting it.")
    return lines


def _strip(row: dict[str, Any]) -> dict[str, float]:
    """Positions in percent for the small picture of the interval: zero always in view."""
    low, high = min(row["low"], 0.0), max(row["high"], 0.0)
    width = max(high - low, 1e-9)
    low, width = low - 0.12 * width, 1.24 * width
    at = {"zero": 0.0, "low": row["low"], "high": row["high"], "difference": row["difference"]}
    return {name: round(100 * (value - low) / width, 2) for name, value in at.items()}


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _phrase(title: str) -> str:
    """Put what follows a comma in a title into brackets, so that it reads well inside a sentence."""
    head, comma, tail = title.partition(", ")
    return f"{head} ({tail})" if comma else title


def _control(row: dict[str, Any]) -> str:
    named = {"none": "no resampling", "none-tuned": "no resampling with tuned threshold"}
    return named.get(row["control"]) or _phrase(row["control_title"])


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _finite(value: Any) -> bool:
    return value is not None and math.isfinite(value)


def _has_interval(row: dict[str, Any]) -> bool:
    return _finite(row.get("low")) and _finite(row.get("high"))
