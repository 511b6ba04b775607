"""Months and quarters as people write them: 2014-01, Jan 2014, 01/2014, 2014-Q1."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oversmith.io.dates import MONTHS, month_number

# Numbers of four digits are years of these centuries only: others are codes.
_YEAR = r"(?P<year>(?:1[5-9]|2[01])\d{2})"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_NAME = r"(?P<name>[A-Za-z]{3,9}\.?)"
_QUARTER = r"(?P<quarter>[1-4])"
_PATTERNS = {
    "year, month": re.compile(rf"{_YEAR}(?P<sep>[-/.]| ?[Mm])(?P<month>0[1-9]|1[0-2])"),
    "month, year": re.compile(rf"{_MONTH}(?P<sep>[-/.]){_YEAR}"),
    "name, year": re.compile(rf"{_NAME}(?P<sep>[-/., ]+){_YEAR}"),
    "name, short year": re.compile(rf"{_NAME}(?P<sep>[-/]| ?['’])(?P<year>\d{{2}})"),
    "year, name": re.compile(rf"{_YEAR}(?P<sep>[-/., ]+){_NAME}"),
    "year, quarter": re.compile(rf"{_YEAR}(?P<sep>[-/. ]?)(?P<letter>[Qq]){_QUARTER}"),
    "quarter, year": re.compile(rf"(?P<letter>[Qq]){_QUARTER}(?P<sep>[-/. ]?|, ){_YEAR}"),
    "digits": re.compile(r"(?P<year>\d{4})(?P<sep>)(?P<month>\d{2})"),
}
POSSIBLE = (
    r"^\s*([0-9]{4}[-/., MmQq]+([0-9]{1,2}|[A-Za-z]{3,9}\.?)|[Qq][1-4][-/., ]*[0-9]{4}"
    r"|([0-9]{1,2}|[A-Za-z]{3,9}\.?)[-/., '’]+([0-9]{4}|[0-9]{2}))\s*$"
)
"""Pattern, for Arrow, of the cells that are worth a closer look."""
DIGITS = r"^\s*[0-9]{6}\s*$"
"""Pattern of months without any sign, which are read where the caller declares them."""


@dataclass(frozen=True)
class MonthSpelling:
    """How a column of a file spells its months or quarters.

    Parameters
    ----------
    pattern : str
        What stands where, a name of ``_PATTERNS``.
    separator : str
        The sign between the parts.
    padded : bool
        Whether months below ten have a zero before them.
    names : {"title", "upper", "lower"}
        Case of the names of months.
    whole_names : bool
        Whether names of months are written out.
    point : bool
        Whether a short name ends with a point.
    letter : str
        The letter of quarters as it stands.

    Examples
    --------
    >>> import datetime as dt
    >>> from oversmith.io.months import MonthSpelling
    >>> MonthSpelling("year, quarter", "-", letter="Q").write(dt.date(2014, 5, 17))
    '2014-Q2'
    """

    pattern: str
    separator: str
    padded: bool = True
    names: str = "title"
    whole_names: bool = False
    point: bool = False
    letter: str = ""

    has_time = False
    is_iso = False

    @property
    def text(self) -> str:
        """The reading in words."""
        return f"the first day of the {'quarter' if 'quarter' in self.pattern else 'month'}"

    def write(self, value: dt.datetime | dt.date) -> str:
        """Spell the month or the quarter of a date.

        Parameters
        ----------
        value : datetime or date
            The date.

        Returns
        -------
        str
            The cell.
        """
        year, month = f"{value.year:04d}", f"{value.month:0{2 if self.padded else 1}d}"
        if self.pattern == "name, short year":
            year = year[-2:]
        if "quarter" in self.pattern:
            month = f"{self.letter}{(value.month + 2) // 3}"
        elif "name" in self.pattern:
            name = MONTHS[value.month - 1]
            month = getattr(name if self.whole_names else name[:3], self.names)()
            month += "." if self.point and not self.whole_names else ""
        first, second = (year, month) if self.pattern.startswith("year") or self.pattern == "digits" else (month, year)
        return f"{first}{self.separator}{second}"


def read_months(cells: Mapping[str, int], *, is_declared: bool) -> tuple[dict[str, dt.datetime], MonthSpelling] | None:
    """Read the months or quarters of a column, all of them in one pattern.

    Parameters
    ----------
    cells : mapping of str to int
        Cells, and how often each stands there.
    is_declared : bool
        Whether the caller says that they are dates; 201401 is then read too.

    Returns
    -------
    tuple of (dict of str to datetime, MonthSpelling) or None
        The first day of each, and how they are written; None where no cell is one.

    Examples
    --------
    >>> from oversmith.io.months import read_months
    >>> read_months({"Jan 2014": 3}, is_declared=False)[0]
    {'Jan 2014': datetime.datetime(2014, 1, 1, 0, 0)}
    """
    best: dict[str, re.Match[str]] = {}
    pattern, most = "", 0
    for name, shape in _PATTERNS.items():
        if name == "digits" and not is_declared:
            continue
        matches = {cell: match for cell in cells if (match := shape.fullmatch(cell.strip())) and _month(match)}
        n = sum(cells[cell] for cell in matches)
        if n > most:
            best, pattern, most = matches, name, n
    if not best or (not is_declared and pattern == "year, month" and _are_seasons(best.values())):
        return None
    return {cell: dt.datetime(_year(match), _month(match), 1) for cell, match in best.items()}, _spelling(pattern, best)


def _year(match: re.Match[str]) -> int:
    year = int(match["year"])
    # As POSIX does.
    return year if len(match["year"]) == 4 else year + (1900 if year >= 69 else 2000)


def _month(match: re.Match[str]) -> int:
    """Return the month, the first one of a quarter; 0 for a word that is none."""
    fields = match.groupdict()
    if fields.get("quarter"):
        return 3 * int(fields["quarter"]) - 2
    if fields.get("name"):
        return month_number(fields["name"].rstrip("."))
    month = int(fields["month"])
    return month if month <= 12 and int(match["year"]) else 0


def _are_seasons(matches: Iterable[re.Match[str]]) -> bool:
    """Say whether the second number always is the year after the first, as in 2009-10."""
    return all(match["sep"] in "-/" and (int(match["year"]) + 1) % 100 == int(match["month"]) for match in matches)


def _spelling(pattern: str, matches: Mapping[str, re.Match[str]]) -> MonthSpelling:
    fields = [match.groupdict() for match in matches.values()]
    names = [row["name"] for row in fields if row.get("name")]
    months = [row["month"] for row in fields if row.get("month")]
    return MonthSpelling(
        pattern,
        fields[0]["sep"],
        padded=not any(len(month) == 1 for month in months),
        names="title" if not names or names[0].istitle() else "upper" if names[0].isupper() else "lower",
        whole_names=any(len(name.rstrip(".")) > 4 for name in names),
        point=any(name.endswith(".") for name in names),
        letter=fields[0].get("letter") or "",
    )
