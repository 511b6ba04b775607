"""CSV, TSV, Parquet and Excel files read into :class:`oversmith.io.tables.Table`."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from oversmith.exceptions import InputError, MissingExtraError
from oversmith.io.format import unreadable
from oversmith.io.layout import decoded, find_delimiter, first_row_doubt
from oversmith.io.read_cells import are_hexadecimal
from oversmith.io.tables import Table, pandas_metadata

if TYPE_CHECKING:
    import pandas as pd

# Numbers with leading zeros are codes (postcodes, article numbers): as numbers they could not be restored.
_LEADING_ZERO = r"^[+-]?0[0-9]+$"
# Digits that the widest of Arrow's decimals hold.
_MOST_DIGITS = 76
# What Excel shows for a formula that failed.
_EXCEL_ERRORS = {"#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}


def from_frame(frame: pd.DataFrame, name: str) -> Table:
    """Take a pandas frame as a table that was read.

    Parameters
    ----------
    frame : DataFrame
        The columns.
    name : str
        What the table is called.

    Returns
    -------
    Table
        The table, without the frame's index.
    """
    return Table(name, pa.Table.from_pandas(frame, preserve_index=False))


def read_parquet(content: bytes, name: str) -> Table:
    """Read a Parquet file.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.

    Returns
    -------
    Table
        The table.
    """
    import pyarrow.parquet as pq

    try:
        # Arrow's thread pools can abort a process that ends, with an error say, while they are starting.
        file = pq.ParquetFile(io.BytesIO(content), pre_buffer=False)
        table = file.read(use_threads=False)
        compression = "zstd"
        if file.num_row_groups and file.metadata.num_columns:
            compression = file.metadata.row_group(0).column(0).compression.lower()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise unreadable(name, "Parquet", error) from error
    pandas = pandas_metadata(table.schema, name)
    index = tuple(
        column for column in pandas.get("index_columns", ()) if isinstance(column, str) and column in table.column_names
    )
    _check(table, name)
    return Table(
        name,
        table,
        compression="none" if compression == "uncompressed" else compression,
        index_columns=index,
    )


def read_csv(content: bytes, name: str, delimiter: str | None = None, *, header: bool = True) -> Table:
    """Read a CSV file twice: the cells as text, and as the types they spell.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.
    delimiter : str, optional
        What separates the cells; found by :func:`oversmith.io.layout.find_delimiter` unless given.
    header : bool, default=True
        Whether the first row holds the names of the columns; without it they are called c1, c2 and so on.

    Returns
    -------
    Table
        The table.
    """
    from pyarrow import csv as arrow_csv

    content, encoding, notes = decoded(content, name)
    delimiter = delimiter or find_delimiter(content)
    layout = arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    try:
        first = next(
            csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline=""), delimiter=delimiter), []
        )
        names = first if header else numbered(len(first))
        _check_names(names, name)
        # One block: the types are then inferred from all rows, not from the first megabyte.
        block = arrow_csv.ReadOptions(
            block_size=min(len(content) + 1, 2**31 - 1), use_threads=False, column_names=None if header else names
        )

        def parse(convert: arrow_csv.ConvertOptions) -> pa.Table:
            return arrow_csv.read_csv(
                io.BytesIO(content), read_options=block, parse_options=layout, convert_options=convert
            )

        text = parse(arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())))
        typed = parse(arrow_csv.ConvertOptions(strings_can_be_null=True))
    except (pa.ArrowException, csv.Error) as error:
        raise unreadable(name, "TSV" if delimiter == "\t" else "CSV", error) from error
    _check(text, name)
    for position, column in enumerate(typed.column_names):
        numbers, cells = typed.column(column), text.column(column)
        if pa.types.is_integer(numbers.type) and pc.any(pc.match_substring_regex(cells, _LEADING_ZERO)).as_py():
            codes = pc.if_else(pc.is_valid(numbers.combine_chunks()), cells.combine_chunks(), None)
            typed = typed.set_column(position, column, pa.chunked_array([codes]))
        if pa.types.is_floating(numbers.type) and _may_be_hexadecimal(cells):
            names_or_numbers = pc.if_else(pc.is_valid(numbers.combine_chunks()), cells.combine_chunks(), None)
            typed = typed.set_column(position, column, pa.chunked_array([names_or_numbers]))
        elif pa.types.is_floating(numbers.type) and (whole := _long_numbers(cells, numbers)) is not None:
            typed = typed.set_column(position, column, whole)
    doubt = first_row_doubt(typed.column_names, typed, name) if header else ""
    return Table(
        name,
        typed,
        text=text,
        delimiter=delimiter,
        encoding=encoding,
        header=header,
        notes=notes,
        first_row_doubt=doubt,
    )


def _may_be_hexadecimal(cells: pa.ChunkedArray) -> bool:
    """Say whether cells that Arrow reads as numbers with exponents, such as 12e10, could be ids of one length."""
    if not pc.any(pc.match_substring_regex(cells, r"^\s*[0-9]+[eE][0-9]+\s*$")).as_py():
        return False
    return are_hexadecimal(cells.unique().to_pylist())


def _long_numbers(cells: pa.ChunkedArray, numbers: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Read whole numbers beyond 64 bits with every digit; None for other columns, which stay floats."""
    present = cells.filter(pc.is_valid(numbers))
    if not len(present) or not pc.all(pc.match_substring_regex(present, r"^\s*[-+]?[0-9]+\s*$")).as_py():
        return None
    values = [
        int(cell) if known else None
        for cell, known in zip(cells.to_pylist(), pc.is_valid(numbers).to_pylist(), strict=True)
    ]
    known_values = [value for value in values if value is not None]
    if min(known_values) >= 0 and max(known_values) < 2**64:
        return pa.chunked_array([pa.array(values, pa.uint64())])
    digits = max(len(str(abs(value))) for value in known_values)
    if digits > _MOST_DIGITS:
        return None
    kind = pa.decimal128(38, 0) if digits <= 38 else pa.decimal256(_MOST_DIGITS, 0)
    return pa.chunked_array([pa.array([None if v is None else Decimal(v) for v in values], kind)])


def numbered(n: int) -> list[str]:
    """Name the columns of a table without a header.

    Examples
    --------
    >>> from oversmith.io.read_tables import numbered
    >>> numbered(2)
    ['c1', 'c2']
    """
    return [f"c{number}" for number in range(1, n + 1)]


def read_excel(content: bytes, name: str, *, header: bool = True) -> Table:
    """Read the first sheet of an Excel file: a header, and a row for each case.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.
    header : bool, default=True
        Whether the first row holds the names of the columns; without it they are called c1, c2 and so on.

    Returns
    -------
    Table
        The table; a column of cells of several types is read as text.

    Raises
    ------
    MissingExtraError
        Without openpyxl.
    """
    try:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as error:
        raise MissingExtraError(
            f"path: {name!r} is an Excel file, which needs openpyxl; pip install 'oversmith[excel]', or save it as CSV"
        ) from error
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        raise unreadable(name, "Excel", error) from error
    rows = [
        [None if cell in _EXCEL_ERRORS else cell for cell in row] for row in rows if any(c is not None for c in row)
    ]
    first = rows[0] if rows else []
    while first and first[-1] is None:
        first = first[:-1]
    if not header:
        rows = [[], *rows]
        first = list(numbered(max(map(len, rows))))
    if not first or None in first:
        raise InputError(
            "path", f"the first row of {name!r} is no header", "put the names of all columns into the first row"
        )
    names = [str(cell) for cell in first]
    _check_names(names, name)
    cells = [[row[index] if index < len(row) else None for row in rows[1:]] for index in range(len(names))]
    table = pa.table({column: _typed(values) for column, values in zip(names, cells, strict=True)})
    _check(table, name)
    notes: tuple[str, ...] = ()
    if len(book.worksheets) > 1:
        notes = (f"sheet {book.worksheets[0].title!r} is read, the first of {len(book.worksheets)}",)
    return Table(name, table, notes=notes, first_row_doubt=first_row_doubt(names, table, name) if header else "")


def _typed(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values])


def _check(table: pa.Table, name: str) -> None:
    _check_names(table.column_names, name)
    if not len(table):
        raise InputError("path", f"{name!r} has a header and no rows", "name a file with rows")


def _check_names(names: Sequence[str], name: str) -> None:
    twice = sorted({column for column in names if list(names).count(column) > 1})
    if twice:
        raise InputError(
            "path",
            f"{name!r} has two columns named {twice[0]!r}",
            "rename one, or where no line holds the names of the columns say header=False (--headerless)",
        )
