"""A study's tables as Markdown and CSV, and its page from a template."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.report.markdown import escaped
from oversmith.studies.rows import VERDICTS, WIDEST, Measured, Row

if TYPE_CHECKING:
    from jinja2 import Environment

PAPERS_OWN = "the paper's"
"""Protocol of a row's own number, in the CSV file."""
_COLUMNS = ["table", "row", "quantity", "published", "protocol", "ours", "lo", "hi", "n", "verdict", "note"]
_SECTION = re.compile(r"^## (.*)\n\n", re.MULTILINE)
_ALIGNED = {"l": "---", "r": "---:"}


def grid(heads: Sequence[str], rows: Iterable[Sequence[Any]], align: str = "lr") -> str:
    """Write a Markdown table.

    Parameters
    ----------
    heads : sequence of str
        Heads of the columns.
    rows : iterable of sequence
        Cells, already escaped.
    align : str, default="lr"
        "l" or "r" for each column; the last letter holds for all further ones.

    Returns
    -------
    str
        Lines of Markdown.

    Examples
    --------
    >>> from oversmith.studies.page import grid
    >>> print(grid(["set", "F1"], [["Ecoli", "0.8"]]))
    | set | F1 |
    | --- | ---: |
    | Ecoli | 0.8 |
    """
    letters = align.ljust(len(heads), align[-1])
    lines = [heads, [_ALIGNED[letter] for letter in letters], *rows]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in lines)


def number(value: Any, form: str = ".3f") -> str:
    """Format a number, or a dash where there is none."""
    value = value.value if isinstance(value, Measured) else value
    return "–" if value is None or np.isnan(value) else format(value, form)


def table(rows: Sequence[Row]) -> str:
    """Write rows as a Markdown table."""
    protocols = list(dict.fromkeys(name for row in rows for name, _ in row.others))
    noted = any(row.note for row in rows)
    heads = ["row", "quantity", "published", "ours", "lo", "hi", "n", "verdict"]
    heads += [f"{name} [lo, hi]" for name in protocols] + ["note"] * noted
    lines = []
    for row in rows:
        others, ours = dict(row.others), row.ours
        cells = [escaped(row.row), escaped(row.quantity)]
        cells += [number(value, row.form) for value in (row.published, ours.value, ours.low, ours.high)]
        cells += [str(ours.n), row.verdict, *(_with_interval(others.get(name), row.form) for name in protocols)]
        lines.append(cells + [escaped(row.note)] * noted)
    return grid(heads, lines, "llrrrrrl" + "r" * len(protocols) + "l" * noted)


def _with_interval(ours: Measured | None, form: str) -> str:
    if ours is None or not ours.n or np.isnan(ours.low):
        return number(ours, form)
    return f"{number(ours, form)} [{number(ours.low, form)}, {number(ours.high, form)}]"


def csv_text(rows: Sequence[Row]) -> str:
    """Write all rows as CSV: one line per number and protocol."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        words = [_cell(word) for word in (row.table, row.row, row.quantity)] + [_plain(row.published)]
        for name, ours in ((PAPERS_OWN, row.ours), *row.others):
            verdict, note = (row.verdict, _cell(row.note)) if name == PAPERS_OWN else ("", "")
            numbers = [_plain(value) for value in (ours.value, ours.low, ours.high)]
            writer.writerow([*words, name, *numbers, ours.n, verdict, note])
    return target.getvalue()


def _plain(value: Any) -> str:
    return "" if value is None or np.isnan(value) else format(value, ".6g")


def _cell(word: str) -> str:
    # Spreadsheets run a cell that begins like a formula.
    return f"'{word}" if word[:1] in ("=", "+", "-", "@") else word


def count_verdicts(rows: Sequence[Row]) -> str:
    """Count the rows of each verdict."""
    counts = Counter(row.verdict for row in rows)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])


def render(template: str, values: Mapping[str, Any]) -> tuple[list[str], list[tuple[str, tuple[str, ...]]]]:
    """Fill the template of a page.

    Parameters
    ----------
    template : str
        Its text.
    values : mapping
        What the template names.

    Returns
    -------
    (list of str, list of (str, tuple of str))
        Lines before the first section; title and lines of each section.
    """
    text = _environment().from_string(template).render(values)
    head, *parts = _SECTION.split(text)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return head.rstrip("\n").split("\n"), [(title, tuple(lines.rstrip("\n").split("\n"))) for title, lines in pairs]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("oversmith.studies", ""),
        # This is Markdown: what comes from data is escaped by `escaped`.
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"table": table, "escaped": escaped, "number": number}
    environment.globals |= {"grid": grid, "WIDEST": WIDEST}
    return environment
