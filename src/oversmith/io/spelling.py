"""How a CSV file spells the values of a column, so that generated cells look like its real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from oversmith.io.spelling_numbers import PlainNumberSpelling
from oversmith.io.spelling_times import TimeSpelling, plain_times

# Cells of a column that are looked at, spread evenly over its rows.
_SAMPLE = 2000


@dataclass(frozen=True)
class Spelling:
    """How the values of one column are spelt.

    Parameters
    ----------
    missing : str, default=""
        What stands for a missing value.
    known : mapping of object to str
        Values and the cells that stand for them in the file: they come first.
    write : callable, optional
        Spells the values of an array that has none missing; Python's text of them by default.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from oversmith.io.spelling import Spelling
    >>> Spelling("NA", {1: "one"}).cells(pa.chunked_array([[1, None, 2]]))
    ['one', 'NA', '2']
    """

    missing: str = ""
    known: Mapping[Any, str] = field(default_factory=dict)
    write: Callable[[pa.Array], list[str]] | None = None

    @classmethod
    def of(cls, text: pa.ChunkedArray, typed: pa.ChunkedArray) -> Spelling:
        """Learn how a column is spelt.

        Parameters
        ----------
        text : pyarrow.ChunkedArray
            The cells, as they stand in the file.
        typed : pyarrow.ChunkedArray
            The values they mean, null where a cell is missing.

        Returns
        -------
        Spelling
            What spells further values of the column in the same way.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from oversmith.io.spelling import Spelling
        >>> text, values = pa.chunked_array([["+1.50", "NA"]]), pa.chunked_array([[1.5, None]])
        >>> Spelling.of(text, values).cells(pa.chunked_array([[2.0, None, -0.25]]))
        ['+2.00', 'NA', '-0.25']
        """
        missing = ""
        if typed.null_count:
            missing = text[pc.index(pc.is_null(typed), True).as_py()].as_py() or ""
            present = pc.is_valid(typed)
            text, typed = text.filter(present), typed.filter(present)
        kind = typed.type
        if pa.types.is_boolean(kind):
            return cls(missing, _truth_values(text, typed))
        if len(typed) > _SAMPLE:
            rows = pa.array(np.linspace(0, len(typed) - 1, _SAMPLE).astype(np.int64))
            text, typed = text.take(rows), typed.take(rows)
        cells, values = text.to_pylist(), typed.combine_chunks()
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            numbers = values.to_pylist()
            # The first cell of a value counts.
            known = dict(zip(reversed(numbers), reversed(cells), strict=True))
            return cls(missing, known, PlainNumberSpelling.of(cells, numbers).cells)
        if pa.types.is_temporal(kind) and not pa.types.is_duration(kind):
            return cls(missing, write=TimeSpelling.of(cells, values).cells)
        return cls(missing)

    @classmethod
    def plain(cls, typed: pa.ChunkedArray) -> Spelling:
        """Spell the values of a column that comes from no text, all with the same precision.

        Parameters
        ----------
        typed : pyarrow.ChunkedArray
            The values.

        Returns
        -------
        Spelling
            Python's text of them, and ISO 8601 for times.
        """
        if not pa.types.is_timestamp(typed.type) or not len(typed):
            return cls()
        values = typed.drop_null().combine_chunks()
        return cls(write=TimeSpelling.of(plain_times(values), values).cells)

    def cells(self, values: pa.ChunkedArray) -> list[str]:
        """Spell values.

        Parameters
        ----------
        values : pyarrow.ChunkedArray
            Values of the column's type.

        Returns
        -------
        list of str
            One cell for each value.
        """
        plain = values.drop_null().combine_chunks()
        objects = plain.to_pylist()
        spelt = [str(value) for value in objects] if self.write is None else self.write(plain)
        if self.known:
            spelt = [self.known.get(value, cell) for value, cell in zip(objects, spelt, strict=True)]
        if not values.null_count:
            return spelt
        rest = iter(spelt)
        return [next(rest) if present else self.missing for present in pc.is_valid(values).to_pylist()]


def _truth_values(text: pa.ChunkedArray, typed: pa.ChunkedArray) -> dict[Any, str]:
    rows = {value: pc.index(typed, value).as_py() for value in (True, False)}
    return {value: text[row].as_py() for value, row in rows.items() if row >= 0}
