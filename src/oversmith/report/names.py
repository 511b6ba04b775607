"""Names the page uses for metrics, and names from data made printable."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from oversmith import metrics


def within_sentence(title: str) -> str:
    """Start a title in lower case, unless it is an abbreviation.

    Examples
    --------
    >>> from oversmith.report.names import within_sentence
    >>> within_sentence("Average precision"), within_sentence("ROC-AUC"), within_sentence("Brier score")
    ('average precision', 'ROC-AUC', 'Brier score')
    """
    proper = title.startswith("Brier") or not title[1:2].islower()
    return title if proper else title[:1].lower() + title[1:]


_LABELS = {m.name: within_sentence(m.title) for m in metrics.METRICS.values() if m.needs == "labels"}

METRICS: dict[str, str] = (
    {m.name: within_sentence(m.title) for m in metrics.METRICS.values() if m.needs == "scores"}
    | {name: f"{title} at 0.5" for name, title in _LABELS.items()}
    | {f"{name}_tuned": f"{title} at the tuned threshold" for name, title in _LABELS.items()}
)
"""Keys of a score row that are metrics, in the order of the page, and what the page calls them."""

SHORT: dict[str, str] = {"average_precision": "AP", "roc_auc": "AUC", "brier": "Brier"}

COLUMNS: dict[str, str] = {
    name: SHORT.get(
        name, title if "_" not in name or name == "roc_auc" else title.removesuffix(" at the tuned threshold")
    )
    for name, title in METRICS.items()
}
"""Heads of columns."""

LOWER_IS_BETTER = frozenset(metric.name for metric in metrics.METRICS.values() if metric.goal == "min")

LONGEST_NAME = 100
"""Characters of a name of a data set or a contender in a benchmark: longer ones would push tables aside."""

# Marks that reorder the text around them: a name must not be able to change how its neighbours read.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str, length: int = 200) -> str:
    r"""Replace what neither HTML nor XML can hold, and cut what is too long.

    Parameters
    ----------
    text : str
        A name or message from outside.
    length : int, default=200
        Longest result.

    Returns
    -------
    str

    Examples
    --------
    >>> from oversmith.report.names import printable
    >>> printable("a\x00b\nc")
    'a�b c'
    """
    clean = "".join(_character(character) for character in text[: length + 1])
    return clean if len(clean) <= length else clean[: length - 1] + "…"


def printable_tree(value: Any) -> Any:
    """Apply :func:`printable` to every string of a nested value; messages may be longer than names."""
    if isinstance(value, dict):
        return {printable(key): printable_tree(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [printable_tree(entry) for entry in value]
    return printable(value, 2000) if isinstance(value, str) else value


def _character(character: str) -> str:
    if character in "\t\n\r\u2028\u2029":
        return " "
    code = ord(character)
    unfit = (
        unicodedata.category(character) in ("Cc", "Cs")
        or code & 0xFFFE == 0xFFFE
        or 0xFDD0 <= code <= 0xFDEF
        or character in _REORDERING
    )
    return "\ufffd" if unfit else character


def listed(names: Sequence[str]) -> str:
    """Join names into a phrase.

    Examples
    --------
    >>> from oversmith.report.names import listed
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
