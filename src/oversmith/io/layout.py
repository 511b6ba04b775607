"""How a text file is laid out: its encoding, what separates the cells, and whether its first row holds names."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from oversmith.exceptions import InputError
from oversmith.io import numbers
from oversmith.io.numbers import Hints, choose_marks, parts_of

# A comma may stand in every row as a decimal mark: of two signs that fit alike it is the last one taken.
_SEPARATORS = (";", "\t", "|", ",")
# Rows that are looked at to find the separator.
_ROWS = 200
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# So many columns named by rising numbers are an axis.
_AXIS_LENGTH = 16


def decoded(content: bytes, name: str) -> tuple[bytes, str, tuple[str, ...]]:
    """Find the encoding of a text file.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.

    Returns
    -------
    tuple of (bytes, str, tuple of str)
        The text as UTF-8 without a mark in front, the encoding of the file, and what to say about it.

    Raises
    ------
    InputError
        For bytes that are text in no encoding that is known here.

    Examples
    --------
    >>> from oversmith.io.layout import decoded
    >>> decoded("a,y".encode("utf-16"), "t.csv")[:2], decoded("é,y".encode("cp1252"), "t.csv")[1]
    ((b'a,y', 'utf-16'), 'cp1252')
    """
    encoding = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    if encoding is None:
        # Without a mark, UTF-16 shows by its empty bytes.
        first, second = (2 * half.count(0) > len(half) for half in (content[:2000:2], content[1:2000:2]))
        encoding = "utf-16-le" if second > first else "utf-16-be" if first > second else "utf-8"
    if encoding == "utf-8-sig":
        return content[len(codecs.BOM_UTF8) :], encoding, ()
    try:
        text = content.decode(encoding)
        return (content if encoding == "utf-8" else text.encode()), encoding, ()
    except UnicodeDecodeError as error:
        wrong = error
    western: str | None = None
    if encoding == "utf-8":
        with contextlib.suppress(UnicodeDecodeError):
            western = content.decode("cp1252")
    if western is None:
        what = "UTF-8" if encoding == "utf-8" else encoding.upper()
        raise InputError(
            "path",
            f"{name!r} is not {what} text (byte {wrong.start})",
            "save it as UTF-8, 'iconv -f LATIN1 -t UTF-8' for instance, and try again",
        ) from wrong
    word = re.search(r"\w*[^\x00-\x7f]\w*", western)
    sample = f", {word[0][:30]!r} for instance" if word else ""
    return western.encode(), "cp1252", (f"{name!r} is not UTF-8 and is read as cp1252, as Windows writes it{sample}",)


def find_delimiter(content: bytes) -> str:
    r"""Find what separates the cells: the sign that gives every row as many cells as the header has, and most of them.

    Parameters
    ----------
    content : bytes
        The file as UTF-8.

    Returns
    -------
    str
        A comma, semicolon, tab or bar; the comma where nothing separates anything.

    Examples
    --------
    >>> from oversmith.io.layout import find_delimiter
    >>> find_delimiter(b"size, mm;y\n1,5;p\n"), find_delimiter(b"a,y\n'x;y;z',p\n")
    (';', ',')
    """
    widths: dict[str, int] = {}
    for sign in _SEPARATORS:
        lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
        try:
            rows = [len(row) for row in itertools.islice(csv.reader(lines, delimiter=sign), _ROWS) if row]
        except csv.Error:
            continue
        if len(set(rows)) == 1 and rows[0] > 1:
            widths[sign] = rows[0]
    if widths:
        return max(widths, key=lambda sign: widths[sign])
    header = re.sub(rb'"[^"]*"', b"", content.split(b"\n", 1)[0])
    counts = {sign: header.count(sign.encode()) for sign in _SEPARATORS[:-1]}
    best = max(counts, key=lambda sign: counts[sign])
    return "," if b"," in header or not counts[best] else best


def first_row_doubt(names: Sequence[str], table: pa.Table, name: str) -> str:
    """Say why the names of columns look like a row of data.

    Parameters
    ----------
    names : sequence of str
        The first row.
    table : pyarrow.Table
        The rows below it.
    name : str
        Name of the file, for the message.

    Returns
    -------
    str
        The finding; empty for names.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from oversmith.io.layout import first_row_doubt
    >>> first_row_doubt(["5.1", "no"], pa.table({"5.1": [4.9, 4.7] * 2, "no": ["no", "yes"] * 2}), "t.csv")
    "the first row of 't.csv' looks like data, '5.1', 'no'"
    >>> first_row_doubt(["2023", "y"], pa.table({"2023": [4.9, 4.7] * 2, "y": ["no", "yes"] * 2}), "t.csv")
    ''
    """
    values = [_written_number(text) for text in names]
    numeric = [_is_numeric(table.column(column)) for column in names]
    if not any(numeric) or any(value is None for value, yes in zip(values, numeric, strict=True) if yes):
        return ""
    if all(numeric):
        # Columns that are counted, and the points of an axis, are named by numbers too.
        steps = np.diff(np.array(values, dtype=float))
        if len(steps) > 1 and (np.allclose(steps, steps[0]) or (len(steps) >= _AXIS_LENGTH and _is_rising(steps))):
            return ""
        if values == [0.0, 1.0]:
            return ""
    for column, is_number in zip(names, numeric, strict=True):
        if not is_number:
            cells = table.column(column).cast(pa.string()) if not _is_nested(table.column(column).type) else None
            distinct = None if cells is None else cells.unique()
            # A column of names that repeat must hold the first one too.
            repeats = distinct is not None and len(distinct) * 2 <= len(table)
            if repeats and not pc.any(pc.equal(distinct, column)).as_py():
                return ""
            if not repeats and not re.search(r"\d", column):
                return ""
    listed = ", ".join(repr(text) for text in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"the first row of {name!r} looks like data, {listed}"


def axis_note(names: Sequence[str]) -> tuple[str, ...]:
    """Say that columns are named like the points of spectra, where they are.

    Parameters
    ----------
    names : sequence of str
        Names of the columns.

    Returns
    -------
    tuple of str
        A note, or none.

    Examples
    --------
    >>> from oversmith.io.layout import axis_note
    >>> axis_note(["label", *(f"{4 * i}.5" for i in range(100, 140))])[0].split(":")[0]
    "40 columns are named by numbers from '400.5' to '556.5'"
    >>> axis_note(["a", "b"])
    ()
    """
    points = [(text, value) for text in names if (value := _number(text)) is not None]
    steps = np.diff([value for _, value in points])
    counted = len(points) > 1 and points[0][1] in (0.0, 1.0) and np.all(steps == 1)
    if len(points) <= _AXIS_LENGTH or counted or not _is_rising(steps):
        return ()
    return (
        f"{len(points)} columns are named by numbers from {points[0][0]!r} to {points[-1][0]!r}: read as columns of a "
        "table; spectra come as an npz file with arrays X, y and wavenumber",
    )


def _is_rising(steps: np.ndarray) -> bool:
    return bool(np.all(steps > 0) or np.all(steps < 0))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _written_number(text: str) -> float | None:
    """Read a number in any spelling."""
    part = parts_of(text, units=False)
    if part is None:
        return None
    digits = choose_marks({part.core: 1}, Hints(comma=True)).plain(part.core)
    return None if digits is None else _number(f"-{digits}" if part.negative else digits)


def _is_numeric(column: pa.ChunkedArray) -> bool:
    """Whether most cells of a column are numbers, in any spelling."""
    kind = column.type
    if not pa.types.is_string(kind):
        return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
    n = pc.sum(pc.match_substring_regex(column, numbers.PLAIN)).as_py() or 0
    return bool(n and 2 * n >= len(column) - column.null_count)


def _is_nested(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind))
