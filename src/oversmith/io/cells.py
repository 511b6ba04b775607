"""Cells of text that are numbers or dates in a spelling of their own, and those among them that stand for nothing."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from oversmith.io import dates, numbers
from oversmith.io.dates import DateSpelling, read_dates
from oversmith.io.numbers import ONES, Hints, Marks, NumberSpelling, Parts, choose_marks, parts_of, spelling_of

CellSpelling = NumberSpelling | DateSpelling

_SIGNS = ["", "?", "??", "???", "-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "\u2026", "*", "**", "/", "_"]
_WORDS = "nan null (null) none nil missing unknown unk undefined na n/a n.a. n.a #n/a #na <na> n/k n/d nd n.d. k.a."
_PHRASES = ["n. a.", "k. a.", "not available", "not applicable", "not recorded", "no data"]
_ERRORS = "#value! #ref! #div/0! #num! #name? #null!"
MISSING_MARKS = frozenset([*_SIGNS, "\\n", *_WORDS.split(), *_PHRASES, *_ERRORS.split()])
"""Cells that stand for a missing value in a column of numbers or dates, in lower case."""
# At least this share of the cells must be numbers, or dates, where others are words of no known meaning.
LEAST_SHARE = 0.9
# So many different words at most, and among more different numbers than that: few numbers beside a word are levels.
_MOST_WORDS, _FEW_VALUES = 5, 10
_CODE = r"^0[0-9]+$"
# Times and zones that Arrow reads where nothing else stands in the column.
_CLOCK = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}[T ])?[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$"


@dataclass(frozen=True)
class Cells:
    """The different cells of a column.

    Parameters
    ----------
    values : list of str
        Each of them once.
    counts : dict of str to int
        How often each stands there.
    codes : ndarray of int
        Its position in ``values`` for each row, -1 for a row without a cell.
    """

    values: list[str]
    counts: dict[str, int]
    codes: np.ndarray[Any, Any]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Cells:
        """Take the cells of a column of text."""
        encoded = column.combine_chunks().cast(pa.large_string()).dictionary_encode()
        values = encoded.dictionary.to_pylist()
        codes = np.asarray(encoded.indices.fill_null(-1))
        sizes = np.bincount(codes[codes >= 0], minlength=len(values)).tolist()
        return cls(values, dict(zip(values, sizes, strict=True)), codes)

    def matching(self, pattern: str) -> dict[str, int]:
        """Select the cells that match a pattern."""
        if not self.values:
            return {}
        is_match = pc.match_substring_regex(pa.array(self.values, pa.large_string()), pattern)
        return {value: self.counts[value] for value, yes in zip(self.values, is_match.to_pylist(), strict=True) if yes}

    def row(self, value: str) -> int:
        """Find the first row with a cell, counted from 0."""
        return int(np.argmax(self.codes == self.values.index(value)))

    def array(self, plain: Mapping[str, Any], kind: pa.DataType | None) -> pa.ChunkedArray:
        """Put a value in the place of every cell, and nothing where there is none.

        Parameters
        ----------
        plain : mapping of str to object
            Cell to its value, or without a type to its text as programs write it.
        kind : pyarrow.DataType or None
            Type of the values; None for the one that Arrow infers.

        Returns
        -------
        pyarrow.ChunkedArray
            A value for each row.
        """
        known = [value for value in self.values if value in plain]
        listed = _inferred([plain[value] for value in known]) if kind is None else pa.array(map(plain.get, known), kind)
        position_of = {value: position for position, value in enumerate(known)}
        positions = np.array([*(position_of.get(value, -1) for value in self.values), -1])
        rows = positions[self.codes]
        return pa.chunked_array([listed.take(pa.array(rows, mask=rows < 0))])


@dataclass(frozen=True)
class Reading:
    """How the cells of a column can be read.

    Parameters
    ----------
    kind : {"numbers", "dates", "times"}
        What they are.
    plain : dict of str to object
        Cell to its value: the text that programs write, or a datetime.
    spelling : NumberSpelling, DateSpelling or None
        How they are spelt, where that is not as programs do.
    words : str
        The reading in words.
    assumed : str
        The type that declares the other reading, where there are two; else empty.
    evidence : str
        What the column says of the file: ``","`` or ``"."`` for its decimal mark, the order of its dates; or empty.
    why_not : str
        Why the cells are no numbers after all; or empty.
    """

    kind: str
    plain: dict[str, Any]
    spelling: CellSpelling | None = None
    words: str = ""
    assumed: str = ""
    evidence: str = ""
    why_not: str = ""


def read_cells(cells: Cells, hints: Hints, declared: str = "") -> Reading | None:
    """Read cells as numbers or as dates, whichever most of them are.

    Parameters
    ----------
    cells : Cells
        The cells.
    hints : Hints
        What the rest of the file says.
    declared : str, default=""
        The type, as :func:`oversmith.io.types.parse_types` reads it.

    Returns
    -------
    Reading or None
        None where no cell is a number or a date.
    """
    kind, _, detail = declared.partition(":")
    readings = []
    if kind in ("", "date"):
        readings += [_as_dates(cells, hints.day_first, detail or ("digits" if kind else None)), _as_times(cells)]
    if kind in ("", "numeric"):
        readings.append(_as_numbers(cells, hints, detail, is_declared=bool(kind)))
    best = [reading for reading in readings if reading is not None]
    return max(best, key=lambda reading: sum(cells.counts[cell] for cell in reading.plain), default=None)


def left_over(cells: Cells, reading: Reading) -> tuple[dict[str, int], dict[str, int]]:
    """Sort the cells that a reading leaves over: those that stand for nothing, and words.

    Parameters
    ----------
    cells : Cells
        The cells.
    reading : Reading
        The reading.

    Returns
    -------
    tuple of two dicts
        Cell to the number of rows.
    """
    others = {cell: n for cell, n in cells.counts.items() if cell not in reading.plain}
    marks = {cell: n for cell, n in others.items() if cell.strip().casefold() in MISSING_MARKS}
    return marks, {cell: n for cell, n in others.items() if cell not in marks}


def is_convincing(cells: Cells, reading: Reading) -> bool:
    """Say whether a column is what a reading takes it for.

    Parameters
    ----------
    cells : Cells
        The cells.
    reading : Reading
        The reading.

    Returns
    -------
    bool
        True where all cells but known marks are read, or nearly all but a few words.
    """
    if reading.why_not:
        return False
    _, words = left_over(cells, reading)
    if not words:
        return True
    n = sum(cells.counts[cell] for cell in reading.plain)
    many = n >= LEAST_SHARE * (n + sum(words.values()))
    return many and len(words) <= _MOST_WORDS and len(reading.plain) > _FEW_VALUES


def _as_numbers(cells: Cells, hints: Hints, detail: str, *, is_declared: bool) -> Reading | None:
    """Read cells as numbers in one spelling."""
    shapes: dict[str, list[str]] = {}
    for cell in cells.matching(numbers.POSSIBLE):
        shapes.setdefault(cell.translate(ONES), []).append(cell)
    # One cell speaks for all of its shape: the smallest, which begins with a zero where any does.
    first = {shape: min(members) for shape, members in shapes.items()}
    parts = {shape: part for shape, cell in first.items() if (part := parts_of(cell)) is not None}
    if not parts:
        return None
    counts = {shape: sum(map(cells.counts.__getitem__, shapes[shape])) for shape in parts}
    cores: dict[str, int] = {}
    for shape, part in parts.items():
        cores[part.core] = cores.get(part.core, 0) + counts[shape]
    mark = {"decimal-comma": ",", "decimal-point": "."}.get(detail)
    has_unit = any(part.prefix or part.suffix for part in parts.values())
    marks = choose_marks(cores, hints, mark, has_unit=has_unit)
    read = {shape: part for shape, part in parts.items() if marks.plain(part.core) is not None}
    if not read:
        return None
    plain: dict[str, Any] = {}
    for shape, part in read.items():
        start = first[shape].index(part.core)
        part_of_cell, sign = slice(start, start + len(part.core)), "-" if part.negative else ""
        plain |= {cell: sign + marks.without_thousands(cell[part_of_cell]) for cell in shapes[shape]}
    spelling = spelling_of({part: counts[shape] for shape, part in read.items()}, marks)
    why_not = "" if is_declared else _why_not(cells, [(part, shapes[shape]) for shape, part in read.items()])
    other = {",": "decimal-point", ".": "decimal-comma"}[marks.decimal]
    return Reading(
        "numbers",
        plain,
        None if spelling.is_plain else spelling,
        _example({first[shape]: plain[first[shape]] for shape in read}, marks),
        f"numeric:{other}" if marks.assumed else "",
        "" if marks.assumed or not any(marks.decimal in part.core for part in read.values()) else marks.decimal,
        why_not,
    )


def _why_not(cells: Cells, read: list[tuple[Parts, list[str]]]) -> str:
    """Say why cells that look like numbers are none; empty where they are."""
    units = {(part.prefix.strip(), part.suffix.strip()) for part, _ in read}
    if len(units) > 1:
        # Nothing is nothing in every unit.
        units = {
            (part.prefix.strip(), part.suffix.strip())
            for part, members in read
            if any(set(cell) & set("123456789") for cell in members)
        }
    if len(units - {("", "")}) > 1 or (len(units) > 1 and any(suffix in ("%", "\u2030") for _, suffix in units)):
        return "different units"
    return "leading zeros" if cells.matching(_CODE) else ""


def _example(plain: Mapping[str, str], marks: Marks) -> str:
    """Say how one cell is read, where that is not how programs read it."""
    cell = max((cell for cell, text in plain.items() if cell.strip() != text), key=len, default=None)
    if cell is None:
        return ""
    usual = not any(sign in cell for sign in (marks.decimal if marks.decimal == "," else "") + marks.thousands)
    return f"{cell!r} is read as {plain[cell]}" + ("" if usual else f", {marks.text}")


def _as_dates(cells: Cells, day_first: bool | None, declared: str | None) -> Reading | None:
    """Read cells as dates in one pattern."""
    candidates = cells.matching(dates.POSSIBLE) | (cells.matching(dates.DIGITS) if declared else {})
    read = read_dates(candidates, day_first, declared)
    if read is None:
        return None
    spelling = read.spelling
    cell = next(iter(read.values))
    # What Arrow reads by itself keeps Arrow's type, a day or a time in its unit.
    is_plain = spelling.is_iso and not _is_text(_inferred([value.strip() for value in read.values]))
    other = "month-first" if spelling.order == "day-first" else "day-first"
    when = read.values[cell]
    iso = when.isoformat(" ") if spelling.has_time else when.date().isoformat()
    return Reading(
        "dates",
        {value: value.strip() for value in read.values} if is_plain else dict(read.values),
        None if is_plain else spelling,
        "" if is_plain else f"{cell!r} is read as {iso}, {spelling.order.replace('-', ' ')}",
        f"date:{other}" if read.assumed else "",
        "" if read.assumed or spelling.pattern != "numbers" else spelling.order,
    )


def _as_times(cells: Cells) -> Reading | None:
    """Read cells as times in a form that Arrow knows."""
    plain = {cell: cell for cell in cells.matching(_CLOCK)}
    return None if not plain or _is_text(_inferred(list(plain))) else Reading("times", plain)


def _is_text(values: pa.Array) -> bool:
    return bool(pa.types.is_string(values.type))


def _inferred(texts: list[str]) -> pa.Array:
    """Let Arrow find the type of plain texts, as it does for a whole file."""
    from pyarrow import csv as arrow_csv

    content = "\n".join(["cells", *texts, ""]).encode()
    read = arrow_csv.read_csv(
        io.BytesIO(content),
        read_options=arrow_csv.ReadOptions(block_size=len(content) + 1, use_threads=False),
        parse_options=arrow_csv.ParseOptions(delimiter="\t"),
    )
    return read.column(0).combine_chunks()
