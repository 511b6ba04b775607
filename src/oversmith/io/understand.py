"""Columns of a table as numbers, dates, levels or text: by what the caller says, and by what their cells are.

A file that spells its numbers in its own way, or has a mark where a value is missing, would otherwise have names
where it has numbers. Whatever is read in another way than programs write it is put down in a note.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from oversmith.exceptions import InputError, nearest_hint
from oversmith.io.cells import Cells, CellSpelling, Reading, is_convincing, left_over
from oversmith.io.notes import LISTED, Conversion, notes_of, unread_note
from oversmith.io.numbers import Hints
from oversmith.io.read_cells import read_cells

if TYPE_CHECKING:
    from oversmith.io.tables import Table


@dataclass(frozen=True)
class _Texts:
    """The columns of text of a file, and what they say of all others."""

    hints: Hints
    cells: dict[str, Cells]
    readings: dict[str, Reading | None]


def understand(table: Table, types: Mapping[str, str], target: str | None, leave: Collection[str] = ()) -> Table:
    r"""Read the columns of a table as what they are.

    Parameters
    ----------
    table : Table
        The table, as Arrow reads it.
    types : mapping of str to str
        Type of columns, as :func:`oversmith.io.types.parse_types` reads it.
    target : str or None
        Column of the classes. It stays as it is unless ``types`` names it, but for blank cells, which are missing.
    leave : collection of str
        Other columns that stay as they are unless ``types`` names them: groups, and those that are left out.

    Returns
    -------
    Table
        The same cells with other types, the spelling of what was converted, and notes.

    Raises
    ------
    InputError
        For a column that is not there, and cells that are not what the caller says.

    Examples
    --------
    >>> from oversmith.io.read_tables import read_csv
    >>> from oversmith.io.understand import understand
    >>> table = understand(read_csv(b"a;y\n1.5;p\n?;n\n3.0;n\n", "t.csv"), {}, "y")
    >>> table.arrow.column("a").to_pylist()
    [1.5, None, 3.0]
    >>> table.notes[0]
    "column 'a': 2 of 3 cells are numbers, '?' in row 1 read as missing"
    """
    for name in types:
        if name not in table.columns:
            raise InputError("types", f"{table.name!r} has no column {name!r}", nearest_hint(name, table.columns))
    is_text = [name for name in table.columns if name not in types and _is_text(table.arrow.column(name))]
    if target in is_text:
        table = _without_blanks(table, target)
    texts = [name for name in is_text if name != target and name not in leave]
    read = _read(table, texts)
    conversions: dict[str, Conversion] = {}
    notes = []
    for name in texts:
        cells, reading = read.cells[name], read.readings[name]
        if reading is not None and is_convincing(cells, reading) and not _are_codes(table, reading):
            table = _converted(table, name, cells, reading)
            conversions[name] = _conversion(name, cells, reading)
            continue
        if reading is not None and reading.kind != "times":
            notes.append(unread_note(_conversion(name, cells, reading), reading.why_not))
        table = _without_blanks(table, name) if table.text is not None else table
    for name, kind in types.items():
        table, conversion = _declared(table, name, kind, read.hints, is_target=name == target)
        conversions |= {} if conversion is None else {name: conversion}
    others = [name for name in table.columns if name not in {target, *leave, *types, *texts}]
    for name in others if read.hints.comma_is_seen and table.text is not None else ():
        table, conversion = _with_points(table, name, read.hints)
        conversions |= {} if conversion is None else {name: conversion}
    for name in (*texts, *others) if table.text is not None else ():
        conversion = _with_marks(table, name, conversions.get(name))
        conversions |= {} if conversion is None else {name: conversion}
    return replace(table, types=types, notes=(*table.notes, *notes_of(list(conversions.values())), *notes))


def _is_text(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def _without_blanks(table: Table, name: str) -> Table:
    """Take cells of nothing but blanks in a column of text for missing ones."""
    column = table.arrow.column(name)
    is_blank = pc.fill_null(pc.match_substring_regex(column, r"^\s*$"), False)
    if not pc.any(is_blank).as_py():
        return table
    return table.with_column(name, pc.if_else(is_blank, pa.scalar(None, column.type), column), None)


def _with_marks(table: Table, name: str, conversion: Conversion | None) -> Conversion | None:
    """Count the cells of a text file that are read as missing, those that Arrow knows among them."""
    column = table.arrow.column(name)
    if not column.null_count or pa.types.is_null(column.type):
        return conversion
    assert table.text is not None
    rows = np.flatnonzero(np.asarray(pc.is_null(column)))
    text = table.text.column(name).take(pa.array(rows))
    counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(text).to_pylist() if entry["values"]}
    if not counts:
        return conversion
    row_of = {cell: int(rows[pc.index(text, cell).as_py()]) for cell in list(counts)[:LISTED] if counts[cell] == 1}
    if conversion is None:
        conversion = Conversion(name, Reading(_kind(column.type), {}), len(column) - len(rows), len(column), {}, {})
    return replace(conversion, others=counts, row_of=row_of)


def _kind(kind: pa.DataType) -> str:
    """Name what Arrow reads by itself."""
    if _is_number(kind):
        return "numbers"
    if pa.types.is_boolean(kind):
        return "truth values"
    if pa.types.is_time(kind):
        return "times"
    return "dates" if pa.types.is_temporal(kind) else "names"


def _read(table: Table, names: list[str]) -> _Texts:
    """Read columns of text: first those that leave no doubt, and by what they say the others."""
    hints = Hints()
    if table.text is not None and table.delimiter != ",":
        # Where the comma stands for decimals it cannot separate the cells.
        hints = Hints(comma=True, day_first=True if table.delimiter == ";" else None)
    cells = {name: Cells.of(table.arrow.column(name)) for name in names}
    readings = {name: read_cells(cells[name], hints) for name in names}
    sure = [r for name, r in readings.items() if r is not None and r.evidence and is_convincing(cells[name], r)]
    marks = [reading.evidence == "," for reading in sure if reading.kind == "numbers"]
    orders = [reading.evidence == "day-first" for reading in sure if reading.kind == "dates"]
    if marks:
        comma = 2 * sum(marks) >= len(marks)
        hints = hints._replace(comma=comma, comma_is_seen=comma)
    if orders:
        hints = hints._replace(day_first=2 * sum(orders) >= len(orders))
    if sure:
        again = {name for name, reading in readings.items() if reading is not None and reading.assumed}
        readings |= {name: read_cells(cells[name], hints) for name in again}
    return _Texts(hints, cells, readings)


def _are_codes(table: Table, reading: Reading) -> bool:
    """Say whether text of a typed format is whole numbers, which may be codes on purpose."""
    return (
        table.text is None
        and reading.kind == "numbers"
        and reading.spelling is None
        and all(str(value).isdecimal() for value in reading.plain.values())
    )


def _converted(table: Table, name: str, cells: Cells, reading: Reading) -> Table:
    """Put the values of a reading in the place of a column."""
    kind: pa.DataType | None = None
    spelling: CellSpelling | None = reading.spelling
    if reading.kind == "dates" and spelling is not None:
        values = reading.plain.values()
        kind = pa.timestamp("us" if any(value.microsecond for value in values) else "s")
        if not any(value.hour or value.minute or value.second or value.microsecond for value in values):
            kind = kind if getattr(spelling, "has_time", False) else pa.date32()
    return table.with_column(name, cells.array(reading.plain, kind), spelling)


def _conversion(name: str, cells: Cells, reading: Reading) -> Conversion:
    marks, words = left_over(cells, reading)
    others = marks | words
    rows = {cell: cells.row(cell) for cell in list(others)[:LISTED] if others[cell] == 1}
    n = sum(cells.counts[cell] for cell in reading.plain)
    return Conversion(name, reading, n, len(cells.codes), others, rows, bool(words))


def _declared(
    table: Table, name: str, declared: str, hints: Hints, *, is_target: bool
) -> tuple[Table, Conversion | None]:
    """Read a column as the caller says."""
    kind, _, detail = declared.partition(":")
    column = table.arrow.column(name)
    if kind == "drop":
        return table, None
    cells = column if table.text is None else _raw(table, name)
    if kind in ("category", "text"):
        if kind == "category" and not is_target:
            levels = cells if pa.types.is_dictionary(cells.type) else cells.combine_chunks().dictionary_encode()
            return table.with_column(name, pa.chunked_array([levels]) if levels is not cells else cells, None), None
        if table.text is not None:
            cells = table.text.column(name)
            cells = pc.if_else(pc.equal(cells, ""), pa.scalar(None, cells.type), cells)
        return table.with_column(name, cells.cast(pa.string()), None), None
    is_done = {"numeric": _is_number, "date": _is_date}[kind](column.type)
    if is_done and not detail:
        return table, None
    listed: Cells | None = None
    reading: Reading | None = None
    try:
        listed = Cells.of(cells.cast(pa.string()))
        reading = read_cells(listed, hints, declared)
    except pa.ArrowException:
        # Cells of several values have no text.
        pass
    if reading is None or listed is None:
        sample = next((value for value in column.to_pylist() if value is not None), None)
        raise InputError(
            "types",
            f"column {name!r} is declared {kind} and no cell of it is one, {str(sample)!r} for instance",
            f"declare it {'text' if kind == 'numeric' else 'numeric'} or category",
        )
    if reading.why_not:
        cure = f"write all in one order; types='{name}=date:day-first' takes those of the other order for missing"
        if kind == "numeric":
            cure = "bring its cells to one unit, or declare it category"
        raise InputError("types", f"column {name!r} is declared {kind} and holds {reading.why_not}", cure)
    return _converted(table, name, listed, reading), _conversion(name, listed, reading)


def _raw(table: Table, name: str) -> pa.ChunkedArray:
    """Return the cells of a text file as they stand, without those that are missing."""
    assert table.text is not None
    text, column = table.text.column(name).combine_chunks(), table.arrow.column(name)
    is_there = pc.is_valid(column).combine_chunks()
    return pa.chunked_array([pc.if_else(is_there, text, pa.scalar(None, text.type))])


def _is_number(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _is_date(kind: pa.DataType) -> bool:
    return bool(pa.types.is_temporal(kind))


def _with_points(table: Table, name: str, hints: Hints) -> tuple[Table, Conversion | None]:
    """Read ``1.234`` as a thousand in a file with decimal commas, where numbers below a thousand have no point."""
    if not pa.types.is_floating(table.arrow.column(name).type):
        return table, None
    cells = Cells.of(_raw(table, name))
    reading = read_cells(cells, hints, "numeric")
    if reading is None or not reading.assumed:
        return table, None
    if reading.spelling is not None:
        table = _converted(table, name, cells, reading)
    elif not reading.words:
        sample = max((cell for cell in reading.plain if "." in cell), key=len)
        reading = replace(reading, words=f"{sample!r} is read with a decimal point")
    return table, _conversion(name, cells, reading)
