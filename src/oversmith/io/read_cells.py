"""The cells of a column of text read as numbers, dates or times, whichever most of them are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from oversmith.io import dates, months, numbers
from oversmith.io.cells import FEW_VALUES, LEAST_SHARE, MISSING_MARKS, Cells, Reading, inferred, is_text, listed
from oversmith.io.dates import Dates, read_dates
from oversmith.io.months import read_months
from oversmith.io.numbers import ONES, Hints, Marks, Parts, choose_marks, parts_of, spelling_of

# More units than this are words of another meaning.
_MOST_UNITS = 5
_CODE = re.compile(r"^0[0-9]+$")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")
_ONE_EXPONENT = re.compile(r"[0-9]+|[1-9][eE][0-9]+")
# Times and zones that Arrow reads where nothing else stands in the column.
_CLOCK = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}[T ])?[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$"


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
        readings.append(_as_months(cells, is_declared=bool(kind)))
    if kind in ("", "numeric"):
        readings.append(_as_numbers(cells, hints, detail, is_declared=bool(kind)))
    best = [reading for reading in readings if reading is not None]
    return max(best, key=lambda reading: sum(cells.counts[cell] for cell in reading.plain), default=None)


def _as_numbers(cells: Cells, hints: Hints, detail: str, *, is_declared: bool) -> Reading | None:
    """Read cells as numbers in one spelling."""
    shapes: dict[str, list[str]] = {}
    for cell in cells.matching(numbers.POSSIBLE):
        shapes.setdefault(cell.translate(ONES), []).append(cell)
    # One cell speaks for all of its shape: the smallest, which begins with a zero where any does.
    first = {shape: min(members) for shape, members in shapes.items()}
    parts = {shape: part for shape, cell in first.items() if (part := parts_of(cell)) is not None}
    for shape in [shape for shape, part in parts.items() if any(map(str.isdigit, part.measure))]:
        # Units may differ in a digit alone, such as m2 and m3.
        del parts[shape]
        for cell in shapes.pop(shape):
            if (part := parts_of(cell)) is not None:
                parts[cell], shapes[cell], first[cell] = part, [cell], cell
    counts = {shape: sum(map(cells.counts.__getitem__, shapes[shape])) for shape in parts}
    parts = _with_usual_units(cells, parts, counts, is_declared=is_declared)
    if not parts:
        return None
    why_not = ""
    measures = {part.measure for part in parts.values()}
    has_one_unit = len(measures) == 1 and "" not in measures
    if not is_declared and not has_one_unit and are_hexadecimal(cells.values):
        if measures != {""} or sum(counts[shape] for shape in parts) < sum(cells.counts.values()):
            return None
        why_not = "equal length and no sign, as hexadecimal ids have"
    cores: dict[str, int] = {}
    for shape, part in parts.items():
        cores[part.core] = cores.get(part.core, 0) + counts[shape]
    mark = {"decimal-comma": ",", "decimal-point": "."}.get(detail)
    has_unit = any(part.unit and not part.measure for part in parts.values())
    marks = choose_marks(cores, hints, mark, has_unit=has_unit)
    read = {shape: part for shape, part in parts.items() if marks.plain(part.core) is not None}
    plain: dict[str, Any] = {}
    for shape, part in read.items():
        start = first[shape].index(part.core)
        part_of_cell, sign = slice(start, start + len(part.core)), "-" if part.negative else ""
        texts = {cell: sign + marks.without_thousands(cell[part_of_cell]) for cell in shapes[shape]}
        # No double holds 1e999.
        is_short = "e" not in part.core.lower()
        plain |= {cell: text for cell, text in texts.items() if is_short or math.isfinite(float(text))}
    if not plain:
        return None
    read = {shape: part for shape, part in read.items() if any(cell in plain for cell in shapes[shape])}
    spelling = spelling_of({part: counts[shape] for shape, part in read.items()}, marks)
    why_not = why_not or _why_not(cells, [(part, shapes[shape]) for shape, part in read.items()], is_declared)
    other = {",": "decimal-point", ".": "decimal-comma"}[marks.decimal]
    return Reading(
        "numbers",
        plain,
        None if spelling.is_plain else spelling,
        _example({cell: plain[cell] for shape in read if (cell := first[shape]) in plain}, marks),
        f"numeric:{other}" if marks.assumed else "",
        "" if marks.assumed or not any(marks.decimal in part.core for part in read.values()) else marks.decimal,
        why_not,
    )


def _with_usual_units(
    cells: Cells, parts: dict[str, Parts], counts: Mapping[str, int], *, is_declared: bool
) -> dict[str, Parts]:
    """Leave out numbers with a unit where they are but some cells of a column, or the units are no units but words."""
    measures = {part.measure for part in parts.values()} - {""}
    if not measures:
        return parts
    n = sum(counts.values())
    n_measured = sum(counts[shape] for shape, part in parts.items() if part.measure)
    n_known = sum(n for cell, n in cells.counts.items() if cell.strip().casefold() not in MISSING_MARKS)
    is_rare = n < n_known * (0.5 if len(measures) == 1 else LEAST_SHARE)
    if n_measured < (1 - LEAST_SHARE) * n or (not is_declared and (is_rare or len(measures) > _MOST_UNITS)):
        return {shape: part for shape, part in parts.items() if not part.measure}
    return parts


def are_hexadecimal(values: Iterable[str]) -> bool:
    """Say whether the cells of a column are hexadecimal ids, parts of which look like numbers: ``991e55``, ``12e105``.

    Parameters
    ----------
    values : iterable of str
        The different cells.

    Returns
    -------
    bool
        True where all are hexadecimal digits of one length and some hold letters. Digits with one exponent behind a
        single digit, as programs write numbers, are none.

    Examples
    --------
    >>> from oversmith.io.read_cells import are_hexadecimal
    >>> are_hexadecimal(["a1b2c3", "991e55"]), are_hexadecimal(["12e10", "34567"]), are_hexadecimal(["1e5", "2e3"])
    (True, True, False)
    """
    known = [cell for value in values if (cell := value.strip()).casefold() not in MISSING_MARKS]
    if len(set(map(len, known))) != 1 or not all(map(_HEXADECIMAL.fullmatch, known)):
        return False
    letters = set("".join(known).casefold()) - set("0123456789")
    return bool(letters) and (letters != {"e"} or not all(map(_ONE_EXPONENT.fullmatch, known)))


def _why_not(cells: Cells, read: list[tuple[Parts, list[str]]], is_declared: bool) -> str:
    """Say why cells that look like numbers are none; empty where they are."""
    rows: dict[str, int] = {}
    for part, members in read:
        unit = part.unit.replace("\u00b5", "\u03bc")
        rows[unit] = rows.get(unit, 0) + sum(cells.counts[cell] for cell in members)
    if len(rows) > 1:
        # Nothing is nothing in every unit.
        some = {
            part.unit.replace("\u00b5", "\u03bc")
            for part, members in read
            if any(set(cell) & set("123456789") for cell in members)
        }
        rows = {unit: n for unit, n in rows.items() if unit in some}
    # One day, two days.
    kinds = {unit[:-1] if len(unit) > 2 and unit.endswith("s") and unit[:-1] in rows else unit for unit in rows}
    is_strict = any(unit in ("%", "\u2030") or part.measure for part, _ in read for unit in (part.unit,))
    if len(kinds - {""}) > 1 or (len(kinds) > 1 and is_strict):
        return f"different units, {listed(rows, 'none')}"
    if is_declared:
        return ""
    lettered = [len(part.measure) == 1 and part.suffix == part.measure and part.core.isdigit() for part, _ in read]
    if len(cells.values) <= FEW_VALUES and all(lettered):
        return "a letter behind each, as codes have"
    is_code = any(part.measure and _CODE.fullmatch(part.core) for part, _ in read)
    return "leading zeros" if is_code or cells.matching(_CODE.pattern) else ""


def _example(plain: Mapping[str, str], marks: Marks) -> str:
    """Say how one cell is read, where that is not how programs read it."""
    cell = max((cell for cell, text in plain.items() if cell.strip() != text), key=len, default=None)
    if cell is None:
        return ""
    usual = not any(sign in cell for sign in (marks.decimal if marks.decimal == "," else "") + marks.thousands)
    return f"{cell!r} is read as {plain[cell]}" + ("" if usual else f", {marks.text}")


def _as_dates(cells: Cells, day_first: bool | None, declared: str | None) -> Reading | None:
    """Read cells as dates in one pattern, or in several that leave no doubt."""
    candidates = cells.matching(dates.POSSIBLE) | (cells.matching(dates.DIGITS) if declared else {})
    first = read_dates(candidates, day_first, declared)
    if first is None:
        return None
    several, rest = [first], {cell: n for cell, n in candidates.items() if cell not in first.values}
    while rest and (more := read_dates(rest, day_first, declared, [read.spelling.pattern for read in several])):
        several.append(more)
        rest = {cell: n for cell, n in rest.items() if cell not in more.values}
    if len(several) > 1 and (declared or _are_all_read(cells, several)):
        return _in_several_spellings(several, bool(declared))
    spelling = first.spelling
    # What Arrow reads by itself keeps Arrow's type, a day or a time in its unit.
    is_plain = spelling.is_iso and not is_text(inferred([value.strip() for value in first.values]))
    return Reading(
        "dates",
        {value: value.strip() for value in first.values} if is_plain else dict(first.values),
        None if is_plain else spelling,
        "" if is_plain else _as_read(first, "is read as"),
        _other_order(first) if first.assumed else "",
        "" if first.assumed or spelling.pattern != "numbers" else spelling.order,
        _contradiction(cells, first),
    )


def _contradiction(cells: Cells, read: Dates) -> str:
    """Say where the day comes first in some cells and the month in others; empty where nothing contradicts."""
    if not read.contrary:
        return ""
    sure, wrong = (f"{cell!r} in row {cells.row(cell)}" for cell in read.contrary)
    first, second = ("day", "month") if read.spelling.order == "day-first" else ("month", "day")
    return f"the {first} first in some, {sure}, and the {second} first in others, {wrong}"


def _are_all_read(cells: Cells, several: list[Dates]) -> bool:
    """Say whether all cells but known marks are dates in one of the spellings."""
    return all(
        any(cell in read.values for read in several) or cell.strip().casefold() in MISSING_MARKS
        for cell in cells.values
    )


def _in_several_spellings(several: list[Dates], is_declared: bool) -> Reading:
    """Read dates that are written in different ways; generated ones are written in the most frequent way."""
    assumed = [read for read in several if read.assumed]
    samples = [next(iter(read.values)) for read in several]
    why_not = f"different spellings, {' and '.join(map(repr, samples))}" if assumed and not is_declared else ""
    words = [_as_read(read, "as" if position else "is read as") for position, read in enumerate(several)]
    return Reading(
        "dates",
        {cell: value for read in several for cell, value in read.values.items()},
        several[0].spelling,
        " and ".join(words),
        _other_order(assumed[0]) if assumed else "",
        why_not=why_not,
    )


def _as_read(read: Dates, verb: str) -> str:
    """Say how one cell is read."""
    cell, when = next(iter(read.values.items()))
    iso = when.isoformat(" ") if read.spelling.has_time else when.date().isoformat()
    return f"{cell!r} {verb} {iso}, {read.spelling.order.replace('-', ' ')}"


def _other_order(read: Dates) -> str:
    """Name the type that declares the other order of day and month."""
    return f"date:{'month-first' if read.spelling.order == 'day-first' else 'day-first'}"


def _as_months(cells: Cells, *, is_declared: bool) -> Reading | None:
    """Read cells as months or quarters."""
    candidates = cells.matching(months.POSSIBLE) | (cells.matching(months.DIGITS) if is_declared else {})
    read = read_months(candidates, is_declared=is_declared)
    if read is None:
        return None
    values, spelling = read
    cell, when = next(iter(values.items()))
    return Reading("dates", dict(values), spelling, f"{cell!r} is read as {when.date()}, {spelling.text}")


def _as_times(cells: Cells) -> Reading | None:
    """Read cells as times in a form that Arrow knows."""
    plain = {cell: cell for cell in cells.matching(_CLOCK)}
    return None if not plain or is_text(inferred(list(plain))) else Reading("times", plain)
