"""A summary as Markdown: verdict, leaderboard, differences, failures and time, with the numbers of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oversmith.report.markdown import escaped
from oversmith.report.names import METRICS

_SHOWN = ("average_precision", "roc_auc", "f1_tuned", "f1", "g_mean_tuned", "brier")


def to_markdown(summary: Mapping[str, Any]) -> str:
    """Write the conclusions of a comparison, a benchmark or a study.

    Parameters
    ----------
    summary : mapping
        From :func:`oversmith.report.summarise` or one of its sisters; ``places``, ``verdict`` and ``warnings`` are
        enough.

    Returns
    -------
    str
        Markdown.

    Examples
    --------
    >>> from oversmith.report.to_markdown import to_markdown
    >>> verdict = {"tag": "Undecided", "sentence": "Too few folds.", "support": []}
    >>> print(to_markdown({"name": "toy", "verdict": verdict, "warnings": [], "places": []}))
    # toy
    <BLANKLINE>
    **Undecided.** Too few folds.
    <BLANKLINE>
    """
    verdict = summary["verdict"]
    lines = [f"# {escaped(summary['name'])}", "", f"**{escaped(verdict['tag'])}.** {escaped(verdict['sentence'])}"]
    if verdict["support"]:
        lines += ["", escaped(" ".join(verdict["support"]))]
    if summary["warnings"]:
        lines += ["", *(f"- {escaped(text)}" for text in summary["warnings"])]
    places = summary["places"] if "places" in summary else (summary.get("sound") or {}).get("places", [])
    for part in places:
        lines += _protocol(part)
    if "failures" in summary:
        lines += ["", "## Failures", "", *_failures(summary["failures"])]
    return "\n".join(lines) + "\n"


def _protocol(part: Mapping[str, Any]) -> list[str]:
    over = f"{part['n']} {part['unit']}s"
    lines = [
        "",
        f"## {escaped(part['name'])}",
        "",
        f"Means and mean ranks over {over}. {escaped(' '.join(part['notes']))}",
    ]
    shown = [key for key in _SHOWN if any(row["metrics"][key]["mean"] is not None for row in part["leaderboard"])]
    heads = ["contender", "mean rank", *(_title(key) for key in shown), "seconds", "failed"]
    rows = [
        [
            _name(row["contender"]),
            _number(row["rank"], ".2f"),
            *(row["failure"] if _failed(row, key) else _number(row["metrics"][key]["mean"]) for key in shown),
            _number(row["seconds"], ".3g"),
            str(row["failed"]),
        ]
        for row in part["leaderboard"]
    ]
    lines = [line.rstrip() for line in lines] + ["", *_table(heads, rows)]
    if part["refusal"]:
        return [*lines, "", f"No differences: {escaped(part['refusal'])}."]
    tests = f"{part['n_tests']} comparisons, one family for Holm's correction."
    if part["unit"] == "data set":
        tests += f" With so many data sets Wilcoxon's p is at least {part['smallest_p']:.2g}."
    lines += ["", tests]
    for table in part["effects"]:
        lines += ["", f"### {_title(table['metric'])} against {_name(table['control'])}", "", *_effects(table)]
    for key, title in (("by_classifier", "classifier"), ("by_size", "minority rows of the training part")):
        if part[key]:
            lines += ["", f"### Average precision by {title}", "", *_parts(part[key])]
    return lines


def _failed(row: Mapping[str, Any], key: str) -> bool:
    """Tell whether a cell says that folds failed: that of the primary metric; the others of the row are empty."""
    return key == _SHOWN[0] and row.get("failure") is not None


def _effects(table: Mapping[str, Any]) -> list[str]:
    odds = any(row["equal"] is not None and row["equal"] == row["equal"] for row in table["rows"])
    heads = ["contender", "difference", "95 % interval", "wins / ties / losses"]
    heads += [*(["P worse / equal / better"] if odds else []), "p (Holm)"]
    rows = [
        [
            _name(row["contender"]),
            _number(row["difference"], "+.3f"),
            _interval(row),
            f"{row['wins']} / {row['ties']} / {row['losses']}",
            *([" / ".join(_number(row[key], ".2f") for key in ("worse", "equal", "better"))] if odds else []),
            _number(row["p_holm"]),
        ]
        for row in table["rows"]
    ]
    return _table(heads, rows)


def _parts(table: Mapping[str, Any]) -> list[str]:
    rows = [
        [
            _name(row["contender"]),
            *(
                "–" if cell is None else f"{_number(cell['difference'], '+.3f')} {_interval(cell)}"
                for cell in row["cells"]
            ),
        ]
        for row in table["rows"]
    ]
    return _table(["contender", *table["columns"]], rows)


def _failures(failures: Sequence[Mapping[str, Any]]) -> list[str]:
    if not failures:
        return ["None."]
    heads = ["status", "contender", "classifier", "reason", "results"]
    rows = [
        [escaped(str(row[key])) for key in ("status", "contender", "classifier", "error", "results")]
        for row in failures
    ]
    return _table(heads, rows)


def _interval(row: Mapping[str, Any]) -> str:
    return f"[{_number(row['low'], '+.3f')}, {_number(row['high'], '+.3f')}]"


def _number(value: float | None, form: str = ".3f") -> str:
    return "–" if value is None or value != value else format(value, form)


def _title(metric: str) -> str:
    title = METRICS[metric]
    return title[:1].upper() + title[1:]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    ruler = ["---", *("---:" for _ in heads[1:])]
    return [f"| {' | '.join(cells)} |" for cells in ([escaped(head) for head in heads], ruler, *rows)]


def _name(name: str) -> str:
    return f"`{escaped(name)}`"
