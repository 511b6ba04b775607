"""Cells of text that are numbers or dates in a spelling of their own, and those among them that stand for nothing."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from oversmith.io.dates import DateSpelling
from oversmith.io.months import MonthSpelling
from oversmith.io.numbers import NumberSpelling

CellSpelling = NumberSpelling | DateSpelling | MonthSpelling

_SIGNS = ["", "?", "??", "???", "-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "\u2026", "*", "**", "/", "_"]
_WORDS = "nan null (null) none nil missing unknown unk undefined na n/a n.a. n.a #n/a #na <na> n/k n/d nd n.d. k.a."
_PHRASES = ["n. a.", "k. a.", "not available", "not applicable", "not recorded", "no data"]
_ERRORS = "#value! #ref! #div/0! #num! #name? #null!"
MISSING_MARKS = frozenset([*_SIGNS, "\\n", *_WORDS.split(), *_PHRASES, *_ERRORS.split()])
"""Cells that stand for a missing value in a column of numbers or dates, in lower case."""
# At least this share of the cells must be numbers, or dates, where others are words of no known meaning.
LEAST_SHARE = 0.9
FEW_VALUES = 10
"""Few numbers beside a word, or with a letter behind each, are levels."""
# So many different words at most.
_MOST_WORDS = 5
_LISTED = 3


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
        listed = inferred([plain[value] for value in known]) if kind is None else pa.array(map(plain.get, known), kind)
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
    spelling : NumberSpelling, DateSpelling, MonthSpelling or None
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
    return many and len(words) <= _MOST_WORDS and len(reading.plain) > FEW_VALUES


def listed(rows: Mapping[str, int], nothing: str = "") -> str:
    """List texts and in how many rows each stands, the most frequent first, some of many.

    Parameters
    ----------
    rows : mapping of str to int
        Text to rows.
    nothing : str, default=""
        What is written for an empty text.

    Returns
    -------
    str
        The list.

    Examples
    --------
    >>> from oversmith.io.cells import listed
    >>> listed({"kg": 3, "": 1}, "none")
    "'kg' in 3 rows and none in 1 row"
    """
    order = sorted(rows, key=lambda text: -rows[text])
    texts = [
        f"{repr(text) if text or not nothing else nothing} in {rows[text]} row{'s' * (rows[text] != 1)}"
        for text in order[:_LISTED]
    ]
    if len(order) > _LISTED:
        return f"{', '.join(texts)} and {len(order) - _LISTED} more"
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def is_text(values: pa.Array) -> bool:
    """Say whether Arrow has read values as text."""
    return bool(pa.types.is_string(values.type))


def inferred(texts: list[str]) -> pa.Array:
    """Let Arrow find the type of plain texts, as it does for a whole file."""
    from pyarrow import csv as arrow_csv

    content = "\n".join(["cells", *texts, ""]).encode()
    read = arrow_csv.read_csv(
        io.BytesIO(content),
        read_options=arrow_csv.ReadOptions(block_size=len(content) + 1, use_threads=False),
        parse_options=arrow_csv.ParseOptions(delimiter="\t"),
    )
    return read.column(0).combine_chunks()
