"""The sentence on top: what the evidence says, in words that claim no more than the interval does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from oversmith._registry import METHODS
from oversmith.evaluation import Comparison
from oversmith.plot._style import signed
from oversmith.report.names import LOWER_IS_BETTER, METRICS, SHORT
from oversmith.report.tables import primary_metric

_SMALL = 0.01
_LEVEL = 0.05
_TAGS = {"helps": "Helps here", "harms": "Harms here", "undecided": "Undecided"}
_STOP = "Do not over-sample here"

Row = dict[str, Any]


@dataclass(frozen=True)
class Ground:
    """What a verdict stands on.

    Parameters
    ----------
    metric, control : str
        What was declared before the run.
    mine : list of str
        Contenders whose rows are generated; the verdict is about the best of them, or of all where there is none.
    samplers : list of str
        Contenders that add or remove rows.
    unit : str
        What wins are counted over: folds or data sets.
    where : str
        What the sentence speaks of: this table, these data sets.
    interval : str
        Where the interval comes from.
    test : str
        Where p comes from.
    comparisons : int
        Tests in the family of the correction.
    """

    metric: str
    control: str
    mine: Sequence[str]
    samplers: Sequence[str]
    unit: str
    where: str
    interval: str
    test: str
    comparisons: int


def effects(comparison: Comparison) -> list[Row]:
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
            "decision": decide(row, lower_is_better=row["metric"] in LOWER_IS_BETTER),
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
    control = str(comparison.protocol.get("control", "none-tuned"))
    rows = [row for row in effects(comparison) if row["metric"] == metric and row["control"] == control]
    ground = Ground(
        metric,
        control,
        generative(comparison),
        [entry["name"] for entry in comparison.contenders if entry.get("sampler")],
        "folds",
        "on this table",
        "the corrected resampled t-test",
        "",
        comparison.protocol.get("n_comparisons") or len(comparison.effects),
    )
    return judge(rows, ground)


def judge(rows: Sequence[Row], ground: Ground) -> dict[str, Any]:
    """Say what paired differences from the control show.

    Parameters
    ----------
    rows : sequence of dict
        ``contender``, ``title``, ``control_title``, ``difference``, ``low``, ``high``, ``p_holm``, ``wins``, ``ties``,
        ``losses``, ``n``, ``decision``.
    ground : Ground
        What they stand on.

    Returns
    -------
    dict
        ``decision``, ``tag``, ``sentence``, ``support`` (sentences), ``interval`` (places in percent, or None), and the
        numbers of the row it speaks of.
    """
    candidates = [row for row in rows if row["contender"] in ground.mine] or list(rows)
    candidates = [row for row in candidates if _finite(row["difference"])]
    if not candidates:
        return {
            "decision": "undecided",
            "tag": "No verdict",
            "tone": "undecided",
            "sentence": f"There is no paired difference to judge: too few {ground.unit}, or every fit failed.",
            "support": [],
            "interval": None,
        }
    lower = ground.metric in LOWER_IS_BETTER
    row = (min if lower else max)(candidates, key=lambda entry: entry["difference"])
    unit = SHORT.get(ground.metric, METRICS.get(ground.metric, ground.metric))
    interval = f"[{signed(row['low'])}, {signed(row['high'])}]" if _has_interval(row) else "(no interval)"
    sentence = (
        f"{_phrase(row['title'])} against {_control(row, ground)}: {signed(row['difference'])}\u00a0{unit} {interval}, "
        f"better {_over(ground)} {row['wins']} of {row['n']} {ground.unit}; {_conclusion(row, ground)}."
    )
    tag = _tag(row, rows, ground)
    return {
        "decision": row["decision"],
        "tag": tag,
        "tone": "stop" if tag == _STOP else row["decision"],
        "sentence": sentence,
        "support": _support(row, candidates, rows, ground, tag),
        "unit": unit,
        "contender": row["contender"],
        "interval": _strip(row) if _has_interval(row) else None,
        **{key: row.get(key) for key in ("difference", "low", "high", "p", "p_holm", "wins", "ties", "losses", "n")},
    }


def decide(row: Row, *, lower_is_better: bool = False) -> str:
    """Tell from Holm's p whether a difference helps or harms; it is undecided otherwise."""
    p, difference = _known(row.get("p_holm")), _known(row["difference"])
    if not p < _LEVEL or not abs(difference) > 0:
        return "undecided"
    return "helps" if (difference > 0) != lower_is_better else "harms"


def _tag(row: Row, rows: Sequence[Row], ground: Ground) -> str:
    """Say in two or three words what to do: nothing, where no sampler's interval reaches a practical gain."""
    samplers = [entry for entry in rows if entry["contender"] in ground.samplers] or list(rows)
    if any(entry["decision"] == "helps" for entry in samplers):
        return _TAGS[row["decision"]]
    lower = ground.metric in LOWER_IS_BETTER
    gains = [float(-entry["low"] if lower else entry["high"]) for entry in samplers if _has_interval(entry)]
    nothing_to_gain = len(gains) == len(samplers) and max(gains) < _SMALL
    return _STOP if row["decision"] == "harms" or nothing_to_gain else _TAGS[row["decision"]]


def _conclusion(row: Row, ground: Ground) -> str:
    p = f" (p\u00a0{_p(row['p_holm'])} after Holm)" if _finite(row.get("p_holm")) else ""
    small = ", by a small amount" if abs(row["difference"]) < _SMALL else ""
    if row["decision"] == "helps":
        return f"significant{p}: it helps {ground.where}{small}"
    if row["decision"] == "harms":
        return f"significant{p}: it makes the ranking worse {ground.where}{small}"
    if _has_interval(row) and (row["low"] > 0 or row["high"] < 0):
        return f"the interval leaves out zero, but not significant after correcting for the number of comparisons{p}"
    return f"not significant{p}"


def _support(row: Row, candidates: Sequence[Row], rows: Sequence[Row], ground: Ground, tag: str) -> list[str]:
    lines = []
    if len(candidates) > 1:
        what = "generated contenders" if row["contender"] in ground.mine else "contenders"
        which = "better" if len(candidates) == 2 else "best"
        lines.append(f"Shown is the {which} of {len(candidates)} {what}: a choice made after the fact.")
    plural = "s" if ground.comparisons != 1 else ""
    lines.append(
        f"95 % interval from {ground.interval}{ground.test}; {ground.comparisons} comparison{plural} in all, p "
        "corrected for them."
    )
    others = [entry for entry in rows if entry["contender"] not in {c["contender"] for c in candidates}]
    parts = []
    for word, decision in (("help", "helps"), ("harm", "harms")):
        named = [f"{_phrase(e['title'])} ({signed(e['difference'])})" for e in others if e["decision"] == decision]
        if named:
            parts.append(f"{_listed(named)} {word if len(named) > 1 else word + 's'}")
    if parts:
        lines.append("Against the same control, " + "; ".join(parts) + ".")
    elif others:
        either = " either" if row["decision"] == "undecided" else ""
        lines.append(f"None of the other contenders differs clearly from the same control{either}.")
    lines.append(_advice(row, rows, ground, tag))
    return lines


def _advice(row: Row, rows: Sequence[Row], ground: Ground, tag: str) -> str:
    helped = [entry["contender"] for entry in rows if entry["decision"] == "helps"]
    if row["decision"] == "helps":
        return "Look at the Brier score and the seconds before adopting it."
    if tag == _STOP:
        what = (
            "No sampler gains as much as 0.01" if row["decision"] == "undecided" else "No generated rows gain anything"
        )
        return f"{what} {ground.where}: tune the threshold, which costs nothing, and do not over-sample."
    if any(name in ground.samplers for name in helped):
        return "Generated rows are not needed where a simpler contender helps."
    return "No gain is shown: on this evidence tune the threshold, which costs nothing, and do not over-sample."


def _strip(row: Row) -> dict[str, float]:
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


def _control(row: Row, ground: Ground) -> str:
    named = {"none": "no resampling", "none-tuned": "no resampling with tuned threshold"}
    return named.get(ground.control) or _phrase(row["control_title"])


def _over(ground: Ground) -> str:
    return "in" if ground.unit == "folds" else "on"


def _p(value: float) -> str:
    return "<\u00a00.001" if value < 0.001 else f"=\u00a0{value:.3f}"


def _known(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _finite(value: Any) -> bool:
    return value is not None and math.isfinite(value)


def _has_interval(row: Row) -> bool:
    return _finite(row.get("low")) and _finite(row.get("high"))
