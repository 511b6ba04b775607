"""Dates as people write them: day or month first, with names of months, with a time of day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Order = Literal["day-first", "month-first", "year-first"]

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
"""Names of the months."""
_TIME = (
    r"(?:(?P<gap>[T ]+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:(?P<point>[.,])(?P<part>\d{1,6}))?)?"
    r"(?P<half> ?[AaPp][Mm])?)?"
)
_PATTERNS = {
    "year-first": re.compile(
        rf"(?P<year>\d{{4}})(?P<sep>[-/.])(?P<first>\d{{1,2}})(?P=sep)(?P<second_>\d{{1,2}}){_TIME}"
    ),
    "numbers": re.compile(
        rf"(?P<first>\d{{1,2}})(?P<sep>[-/.])(?P<second_>\d{{1,2}})(?P=sep)(?P<year>\d{{4}}|\d{{2}}){_TIME}"
    ),
    "day, name": re.compile(
        rf"(?P<first>\d{{1,2}})(?P<sep>[-/. ]+)(?P<name>[A-Za-z]{{3,9}})"
        rf"(?P<sep2>[-/., ]+)(?P<year>\d{{4}}|\d{{2}}){_TIME}"
    ),
    "name, day": re.compile(
        rf"(?P<name>[A-Za-z]{{3,9}})(?P<sep> )(?P<first>\d{{1,2}})(?P<sep2>,? )(?P<year>\d{{4}}){_TIME}"
    ),
    "digits": re.compile(r"(?P<year>\d{4})(?P<first>\d{2})(?P<second_>\d{2})"),
}
POSSIBLE = (
    r"^\s*(\d{1,4}[-/. ]+([0-9]{1,2}|[A-Za-z]{3,9}|[A-Za-z]{3}\.)[-/., ]+\d{1,4}|[A-Za-z]{3,9} \d{1,2},? \d{4}).*$"
)
"""Pattern, for Arrow, of the cells that are worth a closer look."""

DIGITS = r"^\s*[0-9]{8}\s*$"
"""Pattern of dates without any sign, which are read where the caller declares them."""


@dataclass(frozen=True)
class DateSpelling:
    """How a column of a file spells its dates.

    Parameters
    ----------
    pattern : {"year-first", "numbers", "day, name", "name, day", "digits"}
        What stands where.
    order : {"day-first", "month-first", "year-first"}
        The order of day and month.
    separators : (str, str)
        The signs between the three parts.
    padded : bool
        Whether days and months below ten have a zero before them.
    year_digits : {2, 4}
        Digits of the year.
    names : {"title", "upper", "lower"}
        Case of the names of months.
    whole_names : bool
        Whether names of months are written out.
    time : tuple of str
        What stands before the time of day, the sign before parts of a second, and the letters of the half day as they
        stand; empty without a time of day.
    parts : tuple of int
        Digits of the hour, of the second (0 without) and of its parts.

    Examples
    --------
    >>> import datetime as dt
    >>> from oversmith.io.dates import DateSpelling
    >>> DateSpelling("numbers", "day-first", (".", ".")).write(dt.datetime(2024, 1, 31))
    '31.01.2024'
    """

    pattern: str
    order: Order
    separators: tuple[str, str]
    padded: bool = True
    year_digits: int = 4
    names: str = "title"
    whole_names: bool = False
    time: tuple[str, ...] = ()
    parts: tuple[int, int, int] = (2, 2, 0)

    @property
    def has_time(self) -> bool:
        """Whether there is a time of day."""
        return bool(self.time)

    @property
    def is_iso(self) -> bool:
        """Whether programs write dates in the same way."""
        return self.pattern == "year-first" and self.separators == ("-", "-") and self.padded

    @property
    def text(self) -> str:
        """The reading in words."""
        return f"dates, {self.order.replace('-', ' ')}"

    def write(self, value: dt.datetime | dt.date) -> str:
        """Spell a date.

        Parameters
        ----------
        value : datetime or date
            The date.

        Returns
        -------
        str
            The cell.
        """
        width = 2 if self.padded else 1
        day, month = f"{value.day:0{width}d}", f"{value.month:0{width}d}"
        year = f"{value.year:04d}"[-self.year_digits :]
        if "name" in self.pattern:
            name = MONTHS[value.month - 1]
            month = getattr(name if self.whole_names else name[:3], self.names)()
        order = {"day-first": (day, month, year), "month-first": (month, day, year), "year-first": (year, month, day)}
        first, second, third = order[self.order]
        text = f"{first}{self.separators[0]}{second}{self.separators[1]}{third}"
        return text + self._time(value) if self.time and isinstance(value, dt.datetime) else text

    def _time(self, value: dt.datetime) -> str:
        gap, point, half = self.time
        hour_digits, second_digits, part_digits = self.parts
        hour = value.hour if not half else (value.hour + 11) % 12 + 1
        text = f"{gap}{hour:0{hour_digits}d}:{value.minute:02d}"
        if second_digits:
            text += f":{value.second:02d}"
        if part_digits:
            text += point + f"{value.microsecond:06d}"[:part_digits]
        if half:
            letters = "am" if value.hour < 12 else "pm"
            text += (" " if half.startswith(" ") else "") + (letters.upper() if half.isupper() else letters)
        return text


@dataclass(frozen=True)
class Dates:
    """Dates read from a column.

    Parameters
    ----------
    values : dict of str to datetime
        Cell to date.
    spelling : DateSpelling
        How they are written.
    assumed : bool
        Whether every cell could be read with day and month the other way round.
    contrary : tuple of (str, str), or empty
        A cell that can only be read in this order and one that can only be read in the other, where nobody says which.
    """

    values: dict[str, dt.datetime]
    spelling: DateSpelling
    assumed: bool
    contrary: tuple[str, ...] = ()


def read_dates(
    cells: Mapping[str, int], day_first: bool | None, declared: str | None = None, without: Collection[str] = ()
) -> Dates | None:
    """Read the dates of a column, all of them in one pattern.

    Parameters
    ----------
    cells : mapping of str to int
        Cells, and how often each stands there.
    day_first : bool or None
        What the rest of the file says of days and months; None where it says nothing.
    declared : {"day-first", "month-first", "digits"}, optional
        What the caller says; ``"digits"`` also reads 20240131.
    without : collection of str
        Patterns that are not looked for.

    Returns
    -------
    Dates or None
        The dates; None where no cell is one.

    Examples
    --------
    >>> from oversmith.io.dates import read_dates
    >>> dates = read_dates({"1/2/2024": 1, "1/31/2024": 1}, None)
    >>> dates.spelling.order, dates.assumed
    ('month-first', False)
    """
    best: list[tuple[str, re.Match[str]]] = []
    pattern, most = "", 0
    for name, shape in _PATTERNS.items():
        if name in without or (name == "digits" and declared is None):
            continue
        matches = [(cell, match) for cell in cells if (match := shape.fullmatch(cell.strip())) is not None]
        n = sum(cells[cell] for cell, _ in matches)
        if n > most:
            best, pattern, most = matches, name, n
    if not best:
        return None
    order, assumed = _order(pattern, [match for _, match in best], day_first, declared)
    values = {cell: value for cell, match in best if (value := _date(match, order)) is not None}
    if not values:
        return None
    spelling = _spelling(pattern, order, [match for cell, match in best if cell in values])
    others = [cell for cell, _ in best if cell not in values]
    contrary: tuple[str, ...] = ()
    if pattern == "numbers" and others and declared != order:
        swapped = [cell for cell, match in best if _date(match, _swapped(order)) is not None]
        sure = next((cell for cell in values if cell not in swapped), None)
        wrong = next((cell for cell in others if cell in swapped), None)
        contrary = () if sure is None or wrong is None else (sure, wrong)
    return Dates(values, spelling, assumed, contrary)


def _swapped(order: Order) -> Order:
    return "month-first" if order == "day-first" else "day-first"


def _order(
    pattern: str, matches: Sequence[re.Match[str]], day_first: bool | None, declared: str | None
) -> tuple[Order, bool]:
    """Find the order of day and month, and whether it is assumed."""
    if pattern in ("year-first", "digits"):
        return "year-first", False
    if pattern != "numbers":
        return ("day-first" if pattern == "day, name" else "month-first"), False
    if declared == "day-first" or declared == "month-first":
        return ("day-first" if declared == "day-first" else "month-first"), False
    first_beyond = sum(int(match["first"]) > 12 for match in matches)
    second_beyond = sum(int(match["second_"]) > 12 for match in matches)
    if first_beyond or second_beyond:
        return ("day-first" if first_beyond >= second_beyond else "month-first"), False
    # Points between the numbers are written where the day comes first.
    if matches[0]["sep"] == ".":
        return "day-first", False
    return ("day-first" if day_first else "month-first"), True


def _date(match: re.Match[str], order: str) -> dt.datetime | None:
    """Read one date; None for a day that no calendar has."""
    fields = match.groupdict()
    year = int(fields["year"])
    if len(fields["year"]) == 2:
        # As POSIX does.
        year += 1900 if year >= 69 else 2000
    first = int(fields["first"])
    if fields.get("name"):
        month, day = month_number(fields["name"]), first
    else:
        second = int(fields["second_"])
        day, month = (first, second) if order == "day-first" else (second, first)
    hour, minute, second = (int(fields.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (fields.get("half") or "").strip().lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    micro = int((fields.get("part") or "0").ljust(6, "0"))
    try:
        return dt.datetime(year, month, day, hour, minute, second, micro)
    except ValueError:
        return None


def month_number(name: str) -> int:
    """Find a month by its name, whole or the first three letters; 0 for another word.

    Examples
    --------
    >>> from oversmith.io.dates import month_number
    >>> month_number("Sept"), month_number("MAY"), month_number("Foo")
    (9, 5, 0)
    """
    folded = name.casefold()
    return next(
        (n for n, whole in enumerate(MONTHS, 1) if folded in (whole, whole[:3]) or (n == 9 and folded == "sept")), 0
    )


def _spelling(pattern: str, order: Order, matches: Sequence[re.Match[str]]) -> DateSpelling:
    """Describe how dates are written."""
    fields = [match.groupdict() for match in matches]
    sample = fields[0]
    numbers = [value for row in fields for name in ("first", "second_") if (value := row.get(name))]
    timed = next((row for row in fields if row.get("hour")), None)
    names = [row["name"] for row in fields if row.get("name")]
    separator = sample.get("sep") or ""
    return DateSpelling(
        pattern=pattern,
        order=order,
        separators=(separator, sample.get("sep2") or separator),
        padded=not any(len(value) == 1 for value in numbers),
        year_digits=len(sample["year"]),
        names="title" if not names or names[0].istitle() else "upper" if names[0].isupper() else "lower",
        whole_names=any(len(name) > 4 for name in names),
        time=() if timed is None else (timed["gap"], _first(fields, "point"), timed["half"] or ""),
        parts=(2, 2, 0)
        if timed is None
        else (
            min(len(row["hour"]) for row in fields if row.get("hour")),
            2 if timed["second"] else 0,
            max(len(row.get("part") or "") for row in fields),
        ),
    )


def _first(fields: Sequence[dict[str, str]], name: str) -> str:
    return next((value for row in fields if (value := row.get(name))), "")
