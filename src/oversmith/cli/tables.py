"""CSV and Parquet files as Arrow tables: what a sampler sees of them, and the way back to the same types.

The real rows are never converted for the output: Parquet columns are written as the Arrow columns that were
read, CSV cells as the text that was read. Only the synthetic rows pass through pandas.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from oversmith.cli.columns import synthetic_column, synthetic_text, view_column
from oversmith.cli.files import unreadable
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    import pandas as pd

# Numbers with leading zeros are codes (postcodes, article numbers): as numbers they could not be restored.
_LEADING_ZERO = r"^[+-]?0[0-9]+$"


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
    """

    name: str
    arrow: pa.Table
    text: pa.Table | None = None
    delimiter: str = ","
    compression: str = "zstd"
    index_columns: tuple[str, ...] = field(default=())

    @property
    def columns(self) -> list[str]:
        """Names of the columns, the pandas index excepted."""
        return [name for name in self.arrow.column_names if name not in self.index_columns]

    def kept(self, target: str, drop: Sequence[str]) -> list[str]:
        """List the columns that the output has, in the file's order."""
        return [name for name in self.columns if name == target or name not in drop]

    def features(self, target: str, drop: Sequence[str]) -> pd.DataFrame:
        """Return the features as a pandas frame."""
        import pandas as pd

        names = [name for name in self.kept(target, drop) if name != target]
        return pd.DataFrame({name: view_column(self.arrow.column(name), name) for name in names})

    def labels(self, target: str) -> pd.Series:
        """Return the class column as a pandas series."""
        return view_column(self.arrow.column(target), target)

    def write(
        self,
        file: IO[bytes],
        suffix: str,
        *,
        target: str,
        drop: Sequence[str],
        new_features: pd.DataFrame,
        new_labels: pd.Series,
        flag: str | None,
        keep_real: bool,
    ) -> None:
        """Write the real rows, as they were read, and then the synthetic ones.

        Parameters
        ----------
        file : file
            Binary file, open for writing.
        suffix : str
            ``".csv"`` or ``".parquet"``.
        target : str
            Name of the class column.
        drop : sequence of str
            Columns to leave out.
        new_features : pandas.DataFrame
            Features of the synthetic rows.
        new_labels : pandas.Series
            Classes of the synthetic rows.
        flag : str or None
            Name of a last column that is true for synthetic rows.
        keep_real : bool
            Whether the real rows are written at all.
        """
        names = self.kept(target, drop)
        new = {name: new_labels if name == target else new_features[name] for name in names}
        if suffix == ".csv":
            self._write_csv(file, names, new, flag, keep_real)
        else:
            self._write_parquet(file, names, new, flag, keep_real)

    def _synthetic(self, names: list[str], new: dict[str, pd.Series]) -> pa.Table:
        schema = self.arrow.select(names).schema
        columns = [synthetic_column(new[name], self.arrow.column(name)) for name in names]
        return pa.Table.from_arrays(columns, schema=schema)

    def _write_parquet(
        self, file: IO[bytes], names: list[str], new: dict[str, pd.Series], flag: str | None, keep_real: bool
    ) -> None:
        import pyarrow.parquet as pq

        parts = [self.arrow.select(names)] if keep_real else []
        parts.append(self._synthetic(names, new))
        table = pa.concat_tables(parts)
        if flag is not None:
            real = len(table) - len(parts[-1])
            table = table.append_column(flag, pa.array([False] * real + [True] * len(parts[-1]), pa.bool_()))
        table = table.replace_schema_metadata(_metadata(self.arrow.schema.metadata, table.column_names))
        pq.write_table(table, file, compression=self.compression)

    def _write_csv(
        self, file: IO[bytes], names: list[str], new: dict[str, pd.Series], flag: str | None, keep_real: bool
    ) -> None:
        blocks = []
        if keep_real:
            cells = [
                self.text.column(name).to_pylist()
                if self.text is not None
                else synthetic_text(self.arrow.column(name), None)
                for name in names
            ]
            blocks.append((len(self.arrow), cells))
        synthetic = self._synthetic(names, new)
        cells = [
            synthetic_text(synthetic.column(name), None if self.text is None else self._spelling(name))
            for name in names
        ]
        blocks.append((len(synthetic), cells))
        stream = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(stream, delimiter=self.delimiter, lineterminator="\n")
        writer.writerow([*names, flag] if flag is not None else names)
        for position, (rows, cells) in enumerate(blocks, start=1):
            if flag is not None:
                cells.append([str(position == len(blocks))] * rows)
            writer.writerows(zip(*cells, strict=True))
        stream.detach()

    def _spelling(self, name: str) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
        """Return a column as read and as understood: how the file spells its values."""
        assert self.text is not None
        return self.text.column(name), self.arrow.column(name)


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
    pandas = json.loads((table.schema.metadata or {}).get(b"pandas", b"{}"))
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


def read_csv(content: bytes, name: str) -> Table:
    """Read a CSV file twice: the cells as text, and as the types they spell.

    Parameters
    ----------
    content : bytes
        The file, UTF-8, with a header. A file without commas in its header may be separated by semicolons,
        tabs or bars.
    name : str
        Its name, for messages.

    Returns
    -------
    Table
        The table.
    """
    from pyarrow import csv as arrow_csv

    delimiter = _delimiter(content)
    # One block: the types are then inferred from all rows, not from the first megabyte.
    block = arrow_csv.ReadOptions(block_size=min(len(content) + 1, 2**31 - 1), use_threads=False)
    layout = arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)

    def parse(convert: arrow_csv.ConvertOptions) -> pa.Table:
        return arrow_csv.read_csv(
            io.BytesIO(content), read_options=block, parse_options=layout, convert_options=convert
        )

    try:
        lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
        header = next(csv.reader(lines, delimiter=delimiter), [])
        _check_names(header, name)
        text = parse(arrow_csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string())))
        typed = parse(arrow_csv.ConvertOptions(strings_can_be_null=True))
    except (pa.ArrowException, csv.Error, UnicodeDecodeError) as error:
        try:
            content.decode()
        except UnicodeDecodeError as found:
            raise InputError(
                f"DATA: {name!r} is not UTF-8 text (byte {found.start}); save it as UTF-8, 'iconv -f LATIN1 -t UTF-8' "
                "for instance, and try again"
            ) from error
        raise unreadable(name, "CSV", error) from error
    _check(text, name)
    for position, column in enumerate(typed.column_names):
        numbers, cells = typed.column(column), text.column(column)
        if pa.types.is_integer(numbers.type) and pc.any(pc.match_substring_regex(cells, _LEADING_ZERO)).as_py():
            codes = pc.if_else(pc.is_valid(numbers.combine_chunks()), cells.combine_chunks(), None)
            typed = typed.set_column(position, column, pa.chunked_array([codes]))
    return Table(name, typed, text=text, delimiter=delimiter)


def _delimiter(content: bytes) -> str:
    """Find the separator of a file: the comma wherever the header has one."""
    header = re.sub(rb'"[^"]*"', b"", content.split(b"\n", 1)[0])
    counts = {mark: header.count(mark.encode()) for mark in (";", "\t", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return "," if b"," in header or not counts[best] else best


def _check(table: pa.Table, name: str) -> None:
    _check_names(table.column_names, name)
    if not len(table):
        raise InputError(f"DATA: {name!r} has a header and no rows; name a file with rows")


def _check_names(names: Sequence[str], name: str) -> None:
    twice = sorted({column for column in names if list(names).count(column) > 1})
    if twice:
        raise InputError(
            f"DATA: {name!r} has two columns named {twice[0]!r}; rename one, or put a line with the names of the "
            "columns first if there is none"
        )


def _metadata(metadata: dict[bytes, bytes] | None, names: list[str]) -> dict[bytes, bytes] | None:
    """Keep the file's metadata; what pandas noted about columns and index must match the new rows."""
    if not metadata or b"pandas" not in metadata:
        return metadata
    pandas: dict[str, Any] = json.loads(metadata[b"pandas"])
    pandas["columns"] = [column for column in pandas.get("columns", ()) if column.get("field_name") in names]
    pandas["index_columns"] = []
    return {**metadata, b"pandas": json.dumps(pandas).encode()}
