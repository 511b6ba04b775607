"""Table files as Arrow tables: what a sampler sees of them, and the way back to the same types.

The real rows are never converted for the output: Parquet columns are written as the Arrow columns that were
read, CSV cells as the text that was read. Only the generated rows pass through pandas. Where a column is read as
another type than it has in the file, a generated value takes the way back: as text in the file's spelling.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from oversmith.exceptions import InputError
from oversmith.io.columns import to_arrow, to_pandas
from oversmith.io.format import TABLE_SUFFIXES
from oversmith.io.spelling import Spelling

if TYPE_CHECKING:
    import pandas as pd

    from oversmith.datasets import DatasetInfo
    from oversmith.io.cells import CellSpelling


@dataclass(frozen=True)
class Table:
    """A table file as it was read.

    Parameters
    ----------
    name : str
        File name, for messages.
    arrow : pyarrow.Table
        The typed columns.
    text : pyarrow.Table or None
        For CSV the cells as they stand in the file.
    delimiter : str
        For CSV what separates the cells.
    compression : str
        For Parquet the compression of the file.
    index_columns : tuple of str
        Columns that hold the index of a pandas frame; they are no features.
    info : DatasetInfo or None
        Entry of the data set of this name in the registry.
    notes : tuple of str
        What a reader must know about how the file was read.
    encoding : str
        For CSV how the file writes its characters.
    header : bool
        For CSV whether its first line holds the names of the columns.
    first_row_doubt : str
        Why the names of the columns look like a row of data; empty unless they do.
    types : dict of str to str
        What the caller said of columns.
    spellings : dict of str to NumberSpelling, DateSpelling or MonthSpelling
        How columns spell their values, where that is not as programs do.
    originals : dict of str to pyarrow.ChunkedArray
        For formats with types the columns as they stand in the file, where they are read as another type.
    """

    name: str
    arrow: pa.Table
    text: pa.Table | None = None
    delimiter: str = ","
    compression: str = "zstd"
    index_columns: tuple[str, ...] = ()
    info: DatasetInfo | None = None
    notes: tuple[str, ...] = ()
    encoding: str = "utf-8"
    header: bool = True
    first_row_doubt: str = ""
    types: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, CellSpelling] = field(default_factory=dict)
    originals: Mapping[str, pa.ChunkedArray] = field(default_factory=dict)

    modality: ClassVar[str] = "table"
    axis: ClassVar[None] = None
    suffixes: ClassVar[tuple[str, ...]] = TABLE_SUFFIXES

    @property
    def columns(self) -> list[str]:
        """Names of the columns, the pandas index excepted."""
        return [name for name in self.arrow.column_names if name not in self.index_columns]

    @property
    def default_target(self) -> str | None:
        """Column of the classes, where the registry knows it."""
        return None if self.info is None or self.info.target not in self.columns else self.info.target

    def column(self, name: str) -> pd.Series:
        """Return a column as a pandas series."""
        return to_pandas(self.arrow.column(name), name)

    def features(self, without: Sequence[str]) -> pd.DataFrame:
        """Return a pandas frame of all columns but those named."""
        import pandas as pd

        return pd.DataFrame({name: self.column(name) for name in self.columns if name not in without})

    def with_column(self, name: str, column: pa.ChunkedArray, spelling: CellSpelling | None) -> Table:
        """Read a column as other values than those of the file.

        Parameters
        ----------
        name : str
            Its name.
        column : pyarrow.ChunkedArray
            The values.
        spelling : NumberSpelling, DateSpelling, MonthSpelling or None
            How the file spells them; None for the way of programs.

        Returns
        -------
        Table
            The same file; what is written of real rows stays as it is.
        """
        position, originals = self.arrow.column_names.index(name), dict(self.originals)
        if self.text is None:
            originals.setdefault(name, self.arrow.column(name))
        spellings = {key: value for key, value in self.spellings.items() if key != name}
        return replace(
            self,
            arrow=self.arrow.set_column(position, self.arrow.schema.field(name).with_type(column.type), column),
            spellings=spellings if spelling is None else spellings | {name: spelling},
            originals=originals,
        )

    def written(self, target: str, features: Sequence[str]) -> list[str]:
        """List the columns of an output, in the file's order."""
        return [name for name in self.columns if name == target or name in set(features)]

    def write(
        self,
        file: IO[bytes],
        suffix: str,
        *,
        rows: np.ndarray[Any, Any],
        target: str,
        X: Any,
        y: Any,
        flag: str | None,
    ) -> None:
        """Write real rows as they were read, and then generated ones; see :class:`oversmith.io.source.Source`."""
        names = self.written(target, list(X.columns))
        schema = self.arrow.select(names).schema
        if flag is not None and suffix != ".parquet":
            self._check_encoding(flag)
        columns = [to_arrow(y if name == target else X[name], self.arrow.column(name)) for name in names]
        generated = pa.Table.from_arrays(columns, schema=schema)
        if suffix == ".parquet":
            self._write_parquet(file, rows, generated, flag)
        else:
            self._write_csv(file, "\t" if suffix == ".tsv" else self.delimiter, rows, generated, flag)

    def _write_parquet(
        self, file: IO[bytes], rows: np.ndarray[Any, Any], generated: pa.Table, flag: str | None
    ) -> None:
        import pyarrow.parquet as pq

        arrow = self.arrow
        for position, name in enumerate(generated.column_names):
            original = self.originals.get(name)
            if original is not None:
                cells = pa.array(self._spelling(name).cells(generated.column(name)), pa.string())
                generated = generated.set_column(position, name, _as_type(cells, original.type))
                arrow = arrow.set_column(arrow.column_names.index(name), name, original)
        real = arrow.select(generated.column_names)
        table = pa.concat_tables([_taken(real, rows), generated.cast(real.schema)])
        if flag is not None:
            table = table.append_column(flag, pa.array([False] * len(rows) + [True] * len(generated), pa.bool_()))
        table = table.replace_schema_metadata(_metadata(self.arrow.schema.metadata, table.column_names))
        pq.write_table(table, file, compression=self.compression)

    def _write_csv(
        self, file: IO[bytes], delimiter: str, rows: np.ndarray[Any, Any], generated: pa.Table, flag: str | None
    ) -> None:
        names = generated.column_names
        stream = io.TextIOWrapper(file, encoding=self.encoding, newline="", write_through=True)
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
        if self.header:
            writer.writerow([*names, flag] if flag is not None else names)
        for is_generated, n in ((False, len(rows)), (True, len(generated))):
            cells = [
                self._spelling(name).cells(generated.column(name)) if is_generated else self._real_cells(name, rows)
                for name in names
            ]
            if flag is not None:
                cells.append([str(is_generated)] * n)
            writer.writerows(zip(*cells, strict=True))
        stream.detach()

    def _real_cells(self, name: str, rows: np.ndarray[Any, Any]) -> list[str]:
        if self.text is None:
            column = self.originals.get(name, self.arrow.column(name))
            return Spelling.plain(column).cells(_taken(pa.table({name: column}), rows).column(name))
        cells: list[str] = _taken(self.text.select([name]), rows).column(name).to_pylist()
        return cells

    def _spelling(self, name: str) -> Spelling:
        """Learn from the file's own cells how a column is spelt."""
        real, original = self.arrow.column(name), self.originals.get(name)
        text = original.cast(pa.string()) if original is not None else None
        if self.text is not None:
            text = self.text.column(name)
        if text is None:
            return Spelling.plain(real)
        if (own := self.spellings.get(name)) is None:
            return Spelling.of(text, real)
        missing = text.filter(pc.is_null(real))[0].as_py() if real.null_count else ""
        return Spelling(missing, write=lambda values: [own.write(value) for value in values.to_pylist()])

    def _check_encoding(self, flag: str) -> None:
        """Refuse a name that the file's encoding has no signs for."""
        try:
            flag.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise InputError(
                "flag_column",
                f"{flag!r} cannot be written in {self.encoding}, as {self.name!r} is",
                "give another name",
            ) from error


def _as_type(cells: pa.Array, kind: pa.DataType) -> pa.Array:
    """Turn cells of text into the type of a file's column."""
    if pa.types.is_dictionary(kind):
        return _as_type(cells, kind.value_type).dictionary_encode().cast(kind)
    return cells.cast(kind)


def pandas_metadata(schema: pa.Schema, name: str) -> dict[str, Any]:
    """Return what pandas noted about columns and index of a file.

    Parameters
    ----------
    schema : pyarrow.Schema
        Schema of the file.
    name : str
        Name of the file, for messages.

    Returns
    -------
    dict
        The notes; empty where there are none.

    Raises
    ------
    InputError
        When they are damaged.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from oversmith.io.tables import pandas_metadata
    >>> pandas_metadata(pa.schema([], metadata={"pandas": '{"index_columns": ["id"]}'}), "t.parquet")
    {'index_columns': ['id']}
    """
    text = (schema.metadata or {}).get(b"pandas", b"{}")
    try:
        notes: dict[str, Any] = json.loads(text)
        lists = [notes.get("columns", []), notes.get("index_columns", [])]
        sound = all(isinstance(part, list) for part in lists) and all(isinstance(column, dict) for column in lists[0])
    except (ValueError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise InputError(
            "path",
            f"what pandas noted in {name!r} about its columns and index is damaged",
            "write the file again, without the entry 'pandas' of its metadata for instance",
        )
    return notes


def _taken(table: pa.Table, rows: np.ndarray[Any, Any]) -> pa.Table:
    """Take rows; all of them in their order cost nothing."""
    return table if np.array_equal(rows, np.arange(len(table))) else table.take(pa.array(rows))


def _metadata(metadata: dict[bytes, bytes] | None, names: list[str]) -> dict[bytes, bytes] | None:
    """Keep the file's metadata; what pandas noted about columns and index must match the new rows."""
    if not metadata or b"pandas" not in metadata:
        return metadata
    pandas = pandas_metadata(pa.schema([], metadata), "the file")
    pandas["columns"] = [column for column in pandas.get("columns", ()) if column.get("field_name") in names]
    pandas["index_columns"] = []
    return {**metadata, b"pandas": json.dumps(pandas).encode()}
