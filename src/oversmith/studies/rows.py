"""Published value and ours side by side: rows, intervals, verdicts, Markdown and CSV."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
CANNOT = "cannot be compared"
ELSEWHERE = "reported elsewhere"
PENDING = "pending"
"""Verdicts."""


WIDEST = 0.25
"""An interval wider than this tells nothing by holding a published value."""
_TOO_WIDE = "the interval is too wide to tell"


@dataclass(frozen=True)
class Measured:
    """A number of ours with its interval.

    Parameters
    ----------
    value, low, high : float
        Mean and ends of its 95 % interval; NaN where there is none.
    n : int
        Values it rests on.
    """

    value: float
    low: float
    high: float
    n: int


NOTHING = Measured(np.nan, np.nan, np.nan, 0)


def mean_of(values: Sequence[float] | np.ndarray, test_share: float = 0.0) -> Measured:
    """Mean and 95 % interval of scores that may share training rows.

    The variance is Nadeau and Bengio's, s² (1/J + n_test/n_train): with ``test_share=0`` Student's.

    Parameters
    ----------
    values : array-like of shape (J,)
        Scores of folds and seeds; NaN are left out.
    test_share : float, default=0.0
        Test rows to training rows.

    Returns
    -------
    Measured
        Without an interval for a single value.

    Examples
    --------
    >>> from oversmith.studies.rows import mean_of
    >>> mean_of([0.8, 0.9, 1.0], test_share=0.25).n
    3
    >>> found = mean_of([0.8, 0.9, 1.0])
    >>> round(found.low, 3), round(found.high, 3)
    (0.652, 1.148)
    """
    kept = np.asarray(values, dtype=np.float64)
    kept = kept[np.isfinite(kept)]
    if not len(kept):
        return NOTHING
    mean = float(kept.mean())
    if len(kept) == 1:
        return Measured(mean, np.nan, np.nan, 1)
    half = stats.t.ppf(0.975, len(kept) - 1) * np.sqrt(kept.var(ddof=1) * (1 / len(kept) + test_share))
    return Measured(mean, mean - float(half), mean + float(half), len(kept))


def verdict_of(published: float | None, ours: Measured, tolerance: float = 0.0) -> str:
    """Say whether a published value is reproduced: it lies within our interval.

    Parameters
    ----------
    published : float or None
        The document's value.
    ours : Measured
        Ours.
    tolerance : float, default=0.0
        Half a unit of the document's last digit, by which the interval is widened.

    Returns
    -------
    str
        "reproduced", "not reproduced", "pending" without a value of ours, or "cannot be compared" without a published
        value or an interval.

    Examples
    --------
    >>> from oversmith.studies.rows import Measured, verdict_of
    >>> verdict_of(0.95, Measured(0.93, 0.91, 0.96, 5)), verdict_of(0.99, Measured(0.93, 0.91, 0.96, 5))
    ('reproduced', 'not reproduced')
    """
    if not ours.n:
        return PENDING
    if published is None or np.isnan(published):
        return CANNOT
    if np.isnan(ours.low):
        return CANNOT
    return REPRODUCED if ours.low - tolerance <= published <= ours.high + tolerance else NOT_REPRODUCED


@dataclass(frozen=True)
class Row:
    """One number of a document.

    Parameters
    ----------
    table : str
        Table or figure of the document, or "text".
    row, quantity : str
        What stands there.
    published : float or None
        The document's value; None where its text has none.
    ours : Measured
        Ours under the document's protocol.
    verdict : str
        One of the verdicts above.
    others : tuple of (str, Measured)
        Ours under other protocols, by name.
    note : str
        Why, where something cannot be compared, or what else is to be known.
    form : str
        Format of the numbers.
    """

    table: str
    row: str
    quantity: str
    published: float | None
    ours: Measured
    verdict: str
    others: tuple[tuple[str, Measured], ...] = ()
    note: str = ""
    form: str = ".3f"


def against(
    table: str,
    row: str,
    quantity: str,
    published: float | None,
    ours: Measured,
    *,
    others: tuple[tuple[str, Measured], ...] = (),
    note: str = "",
    form: str = ".3f",
    tolerance: float = 0.0005,
) -> Row:
    """Make a row whose verdict follows from the interval; a hit of one wider than ``WIDEST`` proves nothing."""
    verdict = verdict_of(published, ours, tolerance)
    if verdict == REPRODUCED and ours.high - ours.low > WIDEST:
        verdict, note = CANNOT, f"{note}; {_TOO_WIDE}" if note else _TOO_WIDE
    return Row(table, row, quantity, published, ours, verdict, others, note, form)


def count_row(
    table: str, row: str, quantity: str, published: float, of: int, found: float, n: int, note: str = ""
) -> Row:
    """Make a row of a count: reproduced if our share is the document's within one, of five or fewer exactly.

    Parameters
    ----------
    table, row, quantity, note : str
        As in :class:`Row`.
    published, of : float, int
        The document's count, and out of how many.
    found, n : float, int
        Ours, and out of how many.

    Returns
    -------
    Row
        Pending where nothing was counted.

    Examples
    --------
    >>> from oversmith.studies.rows import count_row
    >>> count_row("3", "best", "sets", 10, 11, 9, 10).verdict, count_row("3", "best", "sets", 10, 11, 3, 10).verdict
    ('reproduced', 'not reproduced')
    """
    if not n:
        return Row(table, row, quantity, published, NOTHING, PENDING, note=note, form=".0f")
    # Of five or fewer, one more or less is another result.
    same = abs(found - published * n / of) <= (1 if n > 5 else 0)
    ours = Measured(float(found), np.nan, np.nan, n)
    note = f"{note}; of {of}, ours of {n}" if note else f"of {of}, ours of {n}"
    verdict = REPRODUCED if same else NOT_REPRODUCED
    return Row(table, row, quantity, published, ours, verdict, note=note, form=".0f")


def stated_row(
    table: str, row: str, quantity: str, published: float, found: float, *, tolerance: float = 0.0, form: str = ".3f"
) -> Row:
    """Make a row of a number that hangs on no chance: reproduced if it is the document's, within a tolerance.

    Examples
    --------
    >>> from oversmith.studies.rows import stated_row
    >>> stated_row("1", "6:150", "ratio", 0.039, 0.04, tolerance=0.0005).verdict
    'not reproduced'
    """
    verdict = REPRODUCED if abs(found - published) <= tolerance else NOT_REPRODUCED
    return Row(table, row, quantity, published, Measured(float(found), np.nan, np.nan, 1), verdict, form=form)


def markdown_table(rows: Sequence[Row]) -> list[str]:
    """Rows of one table as lines of Markdown."""
    protocols = list(dict.fromkeys(name for row in rows for name, _ in row.others))
    noted = any(row.note for row in rows)
    heads = ["row", "quantity", "published", "ours", "lo", "hi", "n", "verdict"]
    heads += [f"{name} [lo, hi]" for name in protocols] + (["note"] if noted else [])
    lines = [_line(heads), _line(["---", "---", *["---:"] * 5, "---", *["---:"] * len(protocols), *["---"] * noted])]
    for row in rows:
        found = dict(row.others)
        cells = [safe(row.row), safe(row.quantity), _number(row.published, row.form)]
        cells += [_number(value, row.form) for value in (row.ours.value, row.ours.low, row.ours.high)]
        cells += [str(row.ours.n), row.verdict]
        cells += [_bracket(found.get(name), row.form) for name in protocols]
        lines.append(_line(cells + ([safe(row.note)] if noted else [])))
    return lines


def csv_text(rows: Sequence[Row]) -> str:
    """All rows as CSV: one line per number and protocol."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(["table", "row", "quantity", "published", "protocol", "ours", "lo", "hi", "n", "verdict", "note"])
    for row in rows:
        for name, ours in (("the document's", row.ours), *row.others):
            verdict, note = (row.verdict, row.note) if name == "the document's" else ("", "")
            numbers = [_plain(value) for value in (ours.value, ours.low, ours.high)]
            words = [_cell(word) for word in (row.table, row.row, row.quantity)]
            writer.writerow([*words, _plain(row.published), name, *numbers, ours.n, verdict, _cell(note)])
    return target.getvalue()


def prose(text: str) -> str:
    """Join a paragraph to one line.

    Examples
    --------
    >>> from oversmith.studies.rows import prose
    >>> prose("a  paragraph")
    'a paragraph'
    """
    return " ".join(text.split())


def count_verdicts(rows: Sequence[Row]) -> str:
    """How many rows have which verdict, in words."""
    counts = pd.Series([row.verdict for row in rows]).value_counts()
    order = [REPRODUCED, NOT_REPRODUCED, CANNOT, ELSEWHERE, PENDING]
    return ", ".join(f"{counts[name]} {name}" for name in order if name in counts.index)


def safe(text: str) -> str:
    """Names come from data: no markup, no table borders, one line."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|").replace("`", "'")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _number(value: Any, form: str) -> str:
    return "–" if value is None or np.isnan(value) else format(value, form)


def _bracket(ours: Measured | None, form: str) -> str:
    if ours is None or not ours.n:
        return "–"
    if np.isnan(ours.low):
        return _number(ours.value, form)
    return f"{_number(ours.value, form)} [{_number(ours.low, form)}, {_number(ours.high, form)}]"


def _plain(value: Any) -> str:
    return "" if value is None or np.isnan(value) else format(value, ".6g")


def _cell(word: str) -> str:
    # A cell that begins like a formula is run by spreadsheets.
    return f"'{word}" if word[:1] in ("=", "+", "-", "@") else word
