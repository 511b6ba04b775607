"""Rows from a paper's published.json: every published number with what it is compared with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from oversmith.studies.rows import CANNOT, ELSEWHERE, NOTHING, Measured, Row, against, count_row, exact, judged


def read_text(paper: str, file: str) -> str:
    """Read a file of a paper's folder."""
    return resources.files("oversmith.studies").joinpath(paper, file).read_text(encoding="utf-8")


@cache
def published(paper: str) -> dict[str, Any]:
    """Read the published numbers of a paper, by the name of its folder.

    Examples
    --------
    >>> from oversmith.studies.published import published
    >>> published("ganbats")["table_4"]["rows"][0][::2]
    ['XJTU-SY: CGAN', 77.2]
    """
    return dict(json.loads(read_text(paper, "published.json")))


# How an entry of published.json is compared with ours.
_COMPARED: Mapping[str, Callable[..., Row]] = {
    "interval": against,
    "count": count_row,
    "measure": judged,
    "equal": lambda tolerance=0.0, **fields: judged(
        holds=abs(fields["ours"].value - fields["published"]) <= tolerance, **fields
    ),
    "none": lambda **fields: judged(holds=None, **fields),
    "never": lambda **fields: Row(verdict=CANNOT, **fields),
}


def claims(entries: Sequence[Mapping[str, Any]], numbers: Any) -> list[Row]:
    """Make the rows of published numbers that name what they are compared with.

    Parameters
    ----------
    entries : sequence of mapping
        Fields of :class:`Row` (``table`` is "text" by default), with

        - ``ours``: a method of ``numbers`` and its arguments; left out where we have no number;
        - ``compare``: "interval" (default), "count" (with ``of``), "equal", "measure", where ours says whether it
          ``holds``, "none" (cannot be compared; pending where nothing was run) or "never" (not even then);
        - ``tolerance`` of an interval or of equality.
    numbers : object
        Its methods return a `Measured`, or a mapping of fields of the row with ``ours``.

    Returns
    -------
    list of Row
        One for each entry.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from oversmith.studies.published import claims
    >>> from oversmith.studies.rows import exact
    >>> entry = {"row": "won", "quantity": "sets", "published": 9, "of": 10, "compare": "count", "ours": ["wins", 8]}
    >>> claims([entry], SimpleNamespace(wins=lambda n: exact(n, 10)))[0].verdict
    'reproduced'
    """
    rows = []
    for entry in entries:
        fields: dict[str, Any] = {"table": "text", "published": None, **entry}
        name, *arguments = fields.pop("ours", [None])
        ours = NOTHING if name is None else getattr(numbers, name)(*arguments)
        compared = _COMPARED[fields.pop("compare", "interval")]
        rows.append(compared(**{**fields, **(ours if isinstance(ours, Mapping) else {"ours": ours})}))
    return rows


def table_rows(entry: Mapping[str, Any], numbers: Any) -> list[Row]:
    """Make the rows of a published table whose columns are metrics.

    Parameters
    ----------
    entry : mapping
        ``table``; ``columns``, metric → title; ``protocol`` and ``where`` of ours; ``others``, title → the same of
        other numbers of ours, with ``metric`` where it is another one, and ``tuned`` where labels follow a tuned
        threshold; ``percent`` where the paper counts in hundreds; ``note``, ``form`` and ``compare`` as for
        :func:`claims`; and ``rows``: title, what is particular about where ours are (and its ``note``), and the values.
        A note in place of that marks numbers of other papers.
    numbers : object
        ``numbers.mean(metric, protocol, where)`` gives ours.

    Returns
    -------
    list of Row
        One for each cell.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from oversmith.studies.published import table_rows
    >>> from oversmith.studies.rows import exact
    >>> entry = {"table": "7", "columns": {"f1": "F1"}, "protocol": "paper", "percent": True}
    >>> entry["rows"] = [["Ecoli", {"dataset": "ecoli4"}, 90.1], ["Ecoli, SVM", "another paper", 80.0]]
    >>> numbers = SimpleNamespace(mean=lambda metric, protocol, where: exact(0.9))
    >>> [(round(row.published, 3), row.verdict) for row in table_rows(entry, numbers)]
    [(0.901, 'cannot be compared'), (0.8, 'reported elsewhere')]
    """
    rows = []
    compared = _COMPARED[entry.get("compare", "interval")]
    form = {"form": entry["form"]} if "form" in entry else {}
    for title, where, *values in entry["rows"]:
        for (metric, quantity), value in zip(entry["columns"].items(), values, strict=True):
            if value is not None and entry.get("percent"):
                value = value / 100
            if isinstance(where, str):
                rows.append(Row(entry["table"], title, quantity, value, NOTHING, ELSEWHERE, note=where))
                continue
            given = dict(where)
            note = given.pop("note", entry.get("note", ""))
            fields = {"table": entry["table"], "row": title, "quantity": quantity, "published": value, "note": note}
            fields["ours"] = _cell(numbers, metric, entry, given)
            fields["others"] = tuple(
                (name, _cell(numbers, metric, other, given)) for name, other in entry.get("others", {}).items()
            )
            rows.append(compared(**fields, **form))
    return rows


def _cell(numbers: Any, metric: str, entry: Mapping[str, Any], where: Mapping[str, Any]) -> Measured:
    metric = entry.get("metric", metric)
    tuned = entry.get("tuned") and metric not in ("roc_auc", "average_precision")
    where = dict(where) | entry.get("where", {})
    return numbers.mean(f"{metric}_tuned" if tuned else metric, entry["protocol"], where)


def setting_rows(table: str, entries: Sequence[Sequence[Any]], settings: Any, quantity: str = "setting") -> list[Row]:
    """Compare settings of a paper with those of the library.

    Parameters
    ----------
    table : str
        Where the paper states them.
    entries : sequence of (str, str, float or str)
        Title, path of names and positions joined by dots, and value; of several values in a string the last counts.
    settings : mapping
        Those of the library; a tuple counts as its length.
    quantity : str, default="setting"
        What the numbers are.

    Returns
    -------
    list of Row
        One for each setting.

    Examples
    --------
    >>> from oversmith.studies.published import setting_rows
    >>> rows = setting_rows("2", [["layers", "widths", 3], ["units", "widths.0", 64]], {"widths": [128, 128, 128]})
    >>> [row.verdict for row in rows]
    ['reproduced', 'not reproduced']
    """
    rows = []
    for title, path, stated in entries:
        value = settings
        for part in path.split("."):
            value = value[int(part)] if isinstance(value, list | tuple) else value[part]
        value = float(len(value) if isinstance(value, list | tuple) else value)
        last = float(stated.split(",")[-1]) if isinstance(stated, str) else stated
        note = f"the last of {stated}" if isinstance(stated, str) else ""
        rows.append(judged(table, title, quantity, last, exact(value), value == last, note=note, form="g"))
    return rows
