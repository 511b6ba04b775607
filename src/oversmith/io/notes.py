"""Notes on columns that were read in another way than programs write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oversmith.io.cells import Reading

# More columns than this that are read alike share one note.
_SINGLE = 4
LISTED = 3
"""Columns, and cells, that a note names at most."""


@dataclass(frozen=True)
class Conversion:
    """A column that was read as numbers or dates, or could be.

    Parameters
    ----------
    column : str
        Its name.
    reading : Reading
        How it is read.
    n, rows : int
        Cells that are read, and rows of the table.
    others : dict of str to int
        The other cells, and in how many rows each stands.
    row_of : dict of str to int
        Row of the first ``LISTED`` of them, where they stand in one row; counted from 0.
    has_words : bool
        Whether there are words of no known meaning among them.
    """

    column: str
    reading: Reading
    n: int
    rows: int
    others: dict[str, int]
    row_of: dict[str, int]
    has_words: bool = False


def notes_of(conversions: Sequence[Conversion]) -> list[str]:
    """Say what was converted, columns that are read alike in one note.

    Parameters
    ----------
    conversions : sequence of Conversion
        The columns.

    Returns
    -------
    list of str
        The notes.
    """
    alike: dict[tuple[str, ...], list[Conversion]] = {}
    for entry in conversions:
        # The example in front of the comma differs from column to column.
        spelt = entry.reading.words.partition(", ")[2] or bool(entry.reading.words) * "spelling"
        key = (entry.reading.kind, spelt, entry.reading.assumed, *sorted(entry.others))
        alike.setdefault(key, []).append(entry)
    notes = []
    for entries in alike.values():
        notes += [_shared(entries)] if len(entries) > _SINGLE else [_single(entry) for entry in entries]
    return notes


def unread_note(entry: Conversion, why_not: str) -> str:
    """Say that a column stays one of names, although cells of it look like numbers or dates.

    Parameters
    ----------
    entry : Conversion
        The column.
    why_not : str
        The reason, where it is not the other cells.

    Returns
    -------
    str
        The note.
    """
    kind = "numeric" if entry.reading.kind == "numbers" else "date"
    if why_not:
        reason = f" with {why_not}"
    elif entry.others:
        reason = f", but not {_cells(entry)}"
    else:
        reason = ", written as text"
    cure = f"types='{entry.column}={kind}' reads {entry.reading.kind}"
    if why_not.startswith("different units"):
        cure = "bring its cells to one unit to read numbers"
    return (
        f"column {entry.column!r}: {_count(entry)} cells look like {entry.reading.kind}{reason}; the column is read as "
        f"names, {cure}"
    )


def _single(entry: Conversion) -> str:
    if entry.reading.kind == "names":
        return f"column {entry.column!r}: {_cells(entry)} read as missing{_cure([entry])}"
    parts = [f"{_count(entry)} cells are {entry.reading.kind}"]
    parts[0] += f", {entry.reading.words}" if entry.reading.words else ""
    if entry.others:
        parts.append(f"{_cells(entry)} read as missing")
    return f"column {entry.column!r}: {('; ' if entry.reading.words else ', ').join(parts)}{_cure([entry])}"


def _shared(entries: Sequence[Conversion]) -> str:
    names = ", ".join(repr(entry.column) for entry in entries[:LISTED])
    first = entries[0]
    parts = [f"{len(entries)} columns ({names} and {len(entries) - LISTED} more) hold {first.reading.kind}"]
    parts[0] += f", {first.reading.words}" if first.reading.words else ""
    if first.others:
        n = sum(sum(entry.others.values()) for entry in entries)
        parts.append(f"{', '.join(_shown(cell) for cell in first.others)} in {n} cells read as missing")
    return "; ".join(parts) + _cure(entries)


def _cure(entries: Sequence[Conversion]) -> str:
    """Name the type that declares the other reading."""
    first, column = entries[0], entries[0].column
    if first.reading.assumed:
        return f"; assumed, types='{column}={first.reading.assumed}' declares the other reading"
    if first.reading.kind == "names":
        return f"; types='{column}=text' keeps them"
    return f"; types='{column}=category' reads names" if first.has_words else ""


def _count(entry: Conversion) -> str:
    return f"all {entry.n}" if entry.n == entry.rows else f"{entry.n} of {entry.rows}"


def _cells(entry: Conversion) -> str:
    """List the other cells and where they are."""
    listed = list(entry.others.items())
    texts = [
        f"{_shown(cell)} in row {entry.row_of[cell]}" if n == 1 else f"{_shown(cell)} in {n} rows"
        for cell, n in listed[:LISTED]
    ]
    more = sum(n for _, n in listed[LISTED:])
    return ", ".join(texts) + (f" and {more} more" if more else "")


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 30 else cell[:29] + "…")
