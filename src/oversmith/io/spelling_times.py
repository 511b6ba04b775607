"""How the cells of a column spell dates and times: order, separators, precision, months, clock and zone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from oversmith.io.time_parts import NUMBERS, Times, Write, constant, fraction_writer, joined, words

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[\W_]")
_ZONE = re.compile(r"(?P<zone>\s*(?:[zZ]|UTC|GMT|(?P<sign>[+-])(?P<hours>\d\d)(?::?(?P<minutes>\d\d))?))$")
# Seconds that are lost where a part is not spelt, the largest first.
_LENGTHS = {"H": 86_400, "M": 3_600, "S": 60}


@dataclass(frozen=True)
class _Shape:
    """One way of spelling: what is written one after the other."""

    fields: str
    fraction: int
    count: int
    writers: tuple[Write, ...]

    @property
    def precision(self) -> tuple[int, int]:
        """Order shapes by how finely they tell the time."""
        return len(set("YmdHMS") & set(self.fields)), self.fraction

    def exact(self, times: Times) -> np.ndarray:
        """Say for each time whether nothing of it is lost."""
        coarsest = next((seconds for part, seconds in _LENGTHS.items() if part not in self.fields), 1)
        whole: np.ndarray = times.nanoseconds % 10 ** max(0, 9 - self.fraction) == 0
        whole &= times.seconds % coarsest == 0
        if "Y" in self.fields and "d" not in self.fields:
            whole &= np.array(times.part("day")) == 1
        if "Y" in self.fields and "m" not in self.fields:
            whole &= np.array(times.part("month")) == 1
        return whole


@dataclass(frozen=True)
class TimeSpelling:
    """How a column spells dates and times.

    Parameters
    ----------
    shapes : tuple of _Shape
        Ways of spelling, the coarsest first; a time has the first that loses nothing of it.
    zones : tuple of (int, int, str)
        Instant in seconds, offset in seconds and text of the zone of the cells that have one, sorted; a time has the
        zone of the nearest, so that summer time is kept.
    """

    shapes: tuple[_Shape, ...] = ()
    zones: tuple[tuple[int, int, str], ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, cells: Sequence[str], values: pa.Array) -> TimeSpelling:
        """Learn how a column is spelt.

        Parameters
        ----------
        cells : sequence of str
            Cells of the file.
        values : pyarrow.Array
            The date, time of day or timestamp of each.

        Returns
        -------
        TimeSpelling
            ISO 8601 where no order of parts explains the cells.

        Examples
        --------
        >>> import datetime as dt
        >>> import pyarrow as pa
        >>> from oversmith.io.spelling_times import TimeSpelling
        >>> days = pa.array([dt.date(2024, 1, 31), dt.date(2024, 12, 5)])
        >>> TimeSpelling.of(["31.1.24", "5.12.24"], days).cells(days[:1])
        ['31.1.24']
        """
        times = Times.of(values)
        zones: tuple[tuple[int, int, str], ...] = ()
        if getattr(values.type, "tz", None) is not None:
            searched = [_ZONE.search(cell) for cell in cells]
            zoned = [row for row, match in enumerate(searched) if match is not None]
            matches = [match for match in searched if match is not None]
            offsets = np.array([_offset(match) for match in matches], dtype=np.int64)
            times = times.at(np.array(zoned, dtype=np.int64))
            zones = tuple(
                sorted(zip(times.seconds.tolist(), offsets.tolist(), (m["zone"] for m in matches), strict=True))
            )
            times = times.shifted(offsets)
            cells = [cells[row][: match.start()] for row, match in zip(zoned, matches, strict=True)]
        by_form: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row, cell in enumerate(cells):
            by_form[_form(cell)].append(row)
        best: dict[tuple[int, int], _Shape] = {}
        for rows in by_form.values():
            shape = _shape([_TOKEN.findall(cells[row]) for row in rows], times.at(np.array(rows)))
            if shape is not None and (shape.precision not in best or shape.count > best[shape.precision].count):
                best[shape.precision] = shape
        return cls(tuple(best[precision] for precision in sorted(best)), zones)

    def cells(self, values: pa.Array) -> list[str]:
        """Spell dates and times.

        Parameters
        ----------
        values : pyarrow.Array
            Dates, times of day or timestamps of the column's type, none missing.

        Returns
        -------
        list of str
            One cell for each.
        """
        if not self.shapes:
            return plain_times(values)
        times = Times.of(values)
        ends = [""] * len(times.seconds)
        if self.zones:
            nearest = self._nearest(times.seconds)
            ends = [self.zones[row][2] for row in nearest]
            times = times.shifted(np.array([self.zones[row][1] for row in nearest], dtype=np.int64))
        cells: list[str] = [""] * len(ends)
        left = np.ones(len(ends), dtype=bool)
        for shape in self.shapes:
            rows = np.flatnonzero(left if shape is self.shapes[-1] else left & shape.exact(times))
            left[rows] = False
            for row, cell in zip(rows.tolist(), joined(*shape.writers)(times.at(rows)), strict=True):
                cells[row] = cell + ends[row]
        return cells

    def _nearest(self, seconds: np.ndarray) -> list[int]:
        instants = np.array([instant for instant, _, _ in self.zones], dtype=np.int64)
        above = np.clip(np.searchsorted(instants, seconds), 1, max(1, len(instants) - 1))
        below = above - 1
        if len(instants) == 1:
            return [0] * len(seconds)
        nearer = np.where(seconds - instants[below] <= instants[above] - seconds, below, above)
        return nearer.tolist()


def plain_times(values: pa.Array) -> list[str]:
    """Spell dates and times as ISO 8601 does, with a blank before the clock and no more digits than they need.

    Parameters
    ----------
    values : pyarrow.Array
        Dates, times of day or timestamps, none missing.

    Returns
    -------
    list of str
        One cell for each.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from oversmith.io.spelling_times import plain_times
    >>> plain_times(pa.array([90_500], pa.timestamp("ms")))
    ['1970-01-01 00:01:30.500']
    """
    if not pa.types.is_timestamp(values.type):
        return [str(value) for value in values.to_pylist()]
    for unit in ("s", "ms", "us"):
        shorter = values.cast(pa.timestamp(unit, tz=values.type.tz), safe=False)
        if shorter.cast(values.type, safe=False).equals(values):
            values = shorter
            break
    zone = "" if values.type.tz is None else "%z"
    cells: list[str] = pc.strftime(values, f"%Y-%m-%d %H:%M:%S{zone}").to_pylist()
    return cells


def _offset(match: re.Match[str]) -> int:
    if match["sign"] is None:
        return 0
    seconds = int(match["hours"]) * 3_600 + int(match["minutes"] or 0) * 60
    return -seconds if match["sign"] == "-" else seconds


def _form(cell: str) -> tuple[str, ...]:
    """Tell what stands where: digits, letters, or the character itself."""
    return tuple("0" if token.isdigit() else "a" if token.isalpha() else token for token in _TOKEN.findall(cell))


def _shape(cells: Sequence[Sequence[str]], times: Times) -> _Shape | None:
    """Find what the parts of cells of one form are; None where no order explains them all."""
    choices: list[list[tuple[str, Write]]] = []
    fraction = 0
    # Most choices are out after a few cells.
    head, few = times.at(np.arange(min(len(cells), 16))), 16

    def fits(write: Write, column: list[str]) -> bool:
        return write(head) == column[:few] and write(times) == column

    columns = [list(column) for column in zip(*cells, strict=True)]
    for position, column in enumerate(columns):
        first = column[0]
        fitting: list[tuple[str, Write]] = []
        if first.isdigit():
            fitting = [(parts, write) for parts, write in NUMBERS if times.may_tell(parts) and fits(write, column)]
            if (
                position > 1
                and columns[position - 1][0] in (".", ",")
                and fits(write := fraction_writer(column), column)
            ):
                fitting.append(("f", write))
                fraction = max(len(token) for token in column)
        elif first.isalpha():
            fitting = [(parts, write) for parts, write in words() if times.may_tell(parts) and fits(write, column)]
        if not fitting and not first.isdigit() and fits(write := constant(first), column):
            fitting = [("", write)]
        choices.append(fitting)
    chosen = _assigned(choices)
    if chosen is None:
        return None
    fields = "".join(parts for parts, _ in chosen)
    writers = tuple(write for _, write in chosen)
    return _Shape(fields.replace("I", "H"), fraction if "f" in fields else 0, len(cells), writers)


def _assigned(choices: Sequence[list[tuple[str, Write]]], before: str = "") -> list[tuple[str, Write]] | None:
    """Choose for each position, so that no part is told twice and the hour of twelve has its half of the day."""
    if not choices:
        return [] if ("I" in before) == ("p" in before) and not {"H", "I"} <= set(before) else None
    for parts, write in choices[0]:
        if not set(parts) & set(before):
            rest = _assigned(choices[1:], before + parts)
            if rest is not None:
                return [(parts, write), *rest]
    return None
