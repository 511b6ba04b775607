"""Tables read and written: types and text."""

from __future__ import annotations

import datetime as dt
import io
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import oversmith
from oversmith.exceptions import InputError, MissingExtraError
from oversmith.io.columns import to_arrow
from oversmith.io.read_tables import read_csv, read_excel, read_parquet
from oversmith.io.tables import Table

CSV = (
    "id,zip,price,amount,open,day,when,note,target\n"
    '0,01234,1.50,3,true,2024-01-02,2024-01-02T10:00:00,"a, b",yes\n'
    "1,00001,2,,false,2024-01-03,2024-01-03T11:30:00,NA,no\n"
    "2,99999,1e-3,7,true,,2024-01-04T00:00:01,Zürich,no\n"
)


def arrow_table() -> pa.Table:
    schema = pa.schema(
        [
            pa.field("small", pa.int8(), nullable=False, metadata={"unit": "mm"}),
            pa.field("gaps", pa.uint16()),
            pa.field("half", pa.float16()),
            pa.field("nan", pa.float32()),
            pa.field("money", pa.decimal128(9, 2)),
            pa.field("day", pa.date32()),
            pa.field("clock", pa.time64("us")),
            pa.field("stamp", pa.timestamp("ms", tz="UTC")),
            pa.field("lasts", pa.duration("s")),
            pa.field("flag", pa.bool_()),
            pa.field("level", pa.dictionary(pa.int16(), pa.string(), ordered=True)),
            pa.field("text", pa.string()),
            pa.field("y", pa.large_string()),
        ],
        metadata={"origin": "a test"},
    )
    columns = [
        pa.array([1, 2, 3], pa.int8()),
        pa.array([None, 65535, 0], pa.uint16()),
        pa.array(np.array([0.5, 1.5, 2.5], np.float16)),
        pa.array(np.array([0.1, np.nan, 3], np.float32), from_pandas=False),
        pa.array([Decimal("1.10"), None, Decimal("99.99")], pa.decimal128(9, 2)),
        pa.array([dt.date(2024, 1, 1), None, dt.date(1969, 12, 31)]),
        pa.array([dt.time(1, 2, 3), dt.time(0), None], pa.time64("us")),
        pa.array([0, 1, 2], pa.timestamp("ms", tz="UTC")),
        pa.array([1, None, 3], pa.duration("s")),
        pa.array([True, None, False]),
        pa.DictionaryArray.from_arrays(pa.array([1, 0, None], pa.int16()), pa.array(["low", "high"]), ordered=True),
        pa.array(["a", None, "c"]),
        pa.array(["p", "n", "n"], pa.large_string()),
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def parquet_bytes(table: pa.Table, **options: object) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, **options)
    return stream.getvalue()


def rewritten(
    source: Table,
    suffix: str,
    target: str,
    drop: tuple[str, ...] = (),
    flag: str | None = None,
    real: bool = True,
) -> bytes:
    """The file with its own rows in reverse order as generated rows."""
    stream = io.BytesIO()
    X, y = source.features([target, *drop]), source.column(target)
    rows = np.arange(len(y) if real else 0)
    source.write(stream, suffix, rows=rows, target=target, X=X[::-1], y=y[::-1], flag=flag)
    return stream.getvalue()


def test_parquet_types_survive_the_way_through_pandas():
    table = arrow_table()
    source = read_parquet(parquet_bytes(table, compression="gzip"), "t.parquet")
    out = pq.ParquetFile(io.BytesIO(rewritten(source, ".parquet", "y")))
    assert out.schema_arrow.equals(table.schema, check_metadata=True)
    assert out.metadata.row_group(0).column(0).compression == "GZIP"
    result = out.read()
    assert result.slice(0, 3).to_pylist()[0] == table.to_pylist()[0]
    for name in table.column_names:
        real = [repr(value) for value in table.column(name).to_pylist()]
        assert [repr(value) for value in result.column(name).to_pylist()] == real + real[::-1], name


def test_generated_times_stay_within_the_day():
    real = pa.chunked_array([[dt.time(1), dt.time(23)]], pa.time32("s"))
    assert to_arrow(pd.Series([-5, 86_405]), real).to_pylist() == [dt.time(0), dt.time(23, 59, 59)]


def test_gaps_keep_whole_numbers_whole():
    frame = read_parquet(parquet_bytes(arrow_table()), "t.parquet").features(["y"])
    assert str(frame["gaps"].dtype) == "UInt16"
    assert str(frame["small"].dtype) == "int8"
    assert str(frame["flag"].dtype) == "boolean"
    assert str(frame["day"].dtype) == "datetime64[s]"
    assert frame["level"].cat.ordered


def test_pandas_index_is_no_feature_and_is_not_written():
    frame = pd.DataFrame({"a": [1, 2, 3], "y": ["p", "n", "n"]}, index=[7, 9, 11])
    stream = io.BytesIO()
    frame.to_parquet(stream)
    source = read_parquet(stream.getvalue(), "t.parquet")
    assert source.columns == ["a", "y"]
    out = pd.read_parquet(io.BytesIO(rewritten(source, ".parquet", "y", flag="new")))
    assert out.columns.tolist() == ["a", "y", "new"]
    assert out.index.tolist() == list(range(6))
    assert out["new"].tolist() == [False] * 3 + [True] * 3


@pytest.mark.parametrize(
    "notes",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"3",
        b'{"columns": 3}',
        b'{"columns": [1]}',
        b'{"index_columns": {}}',
        b"[" * 99999,
    ],
)
def test_damaged_notes_of_pandas_are_told(notes: bytes):
    table = pa.table({"a": [1, 2], "y": [0, 1]}).replace_schema_metadata({b"pandas": notes})
    with pytest.raises(InputError, match=r"what pandas noted in 't\.parquet' .* is damaged; write the file again"):
        read_parquet(parquet_bytes(table), "t.parquet")


def test_csv_cells_are_copied_as_they_stand():
    source = read_csv(CSV.encode(), "t.csv")
    lines = rewritten(source, ".csv", "target").decode().splitlines()
    assert lines[:4] == CSV.splitlines()
    assert lines[4].startswith("2,99999,1e-3,7,true,,2024-01-04T00:00:01,")
    assert lines[5].split(",")[3] == ""
    assert lines[6] == '0,01234,1.50,3,true,2024-01-02,2024-01-02T10:00:00,"a, b",yes'


def test_csv_types():
    frame = read_csv(CSV.encode(), "t.csv").features(["target", "id"])
    assert frame.columns.tolist() == ["zip", "price", "amount", "open", "day", "when", "note"]
    assert frame["zip"].tolist() == ["01234", "00001", "99999"]
    assert str(frame["amount"].dtype) == "Int64"
    assert str(frame["open"].dtype) == "bool"
    assert frame["when"].dtype.kind == "M"
    assert frame["note"].isna().tolist() == [False, True, False]


def test_csv_types_come_from_all_rows_not_from_the_first_megabyte():
    rows = "".join(f"{i},0\n" for i in range(300_000))
    frame = read_csv(f"a,y\n{rows}word,1\n".encode(), "t.csv").features(["y"])
    assert frame["a"].iloc[-1] == "word"


def test_csv_with_semicolons_keeps_them():
    source = read_csv(b"a;b;y\n1,5;x;0\n2,5;y;1\n", "t.csv")
    assert rewritten(source, ".csv", "y").decode().splitlines()[:2] == ["a;b;y", "1,5;x;0"]


def test_csv_with_byte_order_mark():
    assert read_csv(b"\xef\xbb\xbfa,y\n1,0\n", "t.csv").columns == ["a", "y"]


def test_csv_to_parquet_and_back():
    source = read_csv(CSV.encode(), "t.csv")
    typed = read_parquet(rewritten(source, ".parquet", "target", ("id",)), "t.parquet")
    assert typed.columns == ["zip", "price", "amount", "open", "day", "when", "note", "target"]
    assert typed.arrow.schema.field("amount").type == pa.int64()
    text = rewritten(typed, ".csv", "target", real=False).decode().splitlines()
    assert len(text) == 7
    assert text[1] == '01234,1.5,3,True,2024-01-02,2024-01-02 10:00:00,"a, b",yes'


def test_nested_cells_are_refused():
    source = read_parquet(parquet_bytes(pa.table({"a": [[1], [2]], "y": [0, 1]})), "t.parquet")
    with pytest.raises(InputError, match=r"column 'a' holds list<.*drop="):
        source.features(["y"])


def test_some_rows_of_a_file_are_written_as_they_stand():
    source = read_csv(CSV.encode(), "t.csv")
    stream = io.BytesIO()
    X, y = source.features(["target"]), source.column("target")
    source.write(stream, ".tsv", rows=np.array([2, 0]), target="target", X=X[:0], y=y[:0], flag=None)
    lines = stream.getvalue().decode().splitlines()
    assert lines[1] == CSV.splitlines()[3].replace(",", "\t")
    assert [line.split("\t")[0] for line in lines] == ["id", "2", "0"]


def test_tsv_is_separated_by_tabs_even_with_commas_in_its_header():
    source = read_csv(b"a, b\ty\n1\tp\n2\tn\n", "t.tsv", "\t")
    assert source.columns == ["a, b", "y"]
    assert rewritten(source, ".csv", "y", real=False).decode().splitlines()[0] == "a, b\ty"


def excel(*sheets: list[list[object]]) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"sheet {number}")
        for row in rows:
            sheet.append(row)
    book.save(stream)
    return stream.getvalue()


def test_excel_types_and_sheets():
    when = dt.datetime(2024, 1, 2, 3)
    rows = [
        ["size", "site", "when", "mixed", "y", None],
        [1.5, "a", when, 1, "p"],
        [2, "#N/A", None, "x", "n"],
        [None] * 5,
    ]
    source = read_excel(excel(rows, [["other"]]), "t.xlsx")
    assert source.notes == ("sheet 'sheet 0' is read, the first of 2",)
    frame = source.features(["y"])
    assert frame["size"].tolist() == [1.5, 2.0]
    assert frame["site"].isna().tolist() == [False, True]
    assert frame["when"].dtype.kind == "M"
    assert frame["mixed"].tolist() == ["1", "x"]
    assert rewritten(source, ".csv", "y").decode().splitlines()[1].startswith("1.5,a,2024-01-02 03:00:00")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["a", "a"], [1, 2]], "two columns named 'a'"),
        ([["a", None, "b"], [1, 2, 3]], "the first row of 't.xlsx' is no header"),
        ([["a", "b"]], "a header and no rows"),
        ([], "is no header"),
    ],
)
def test_excel_sheets_that_are_no_table(rows: list[list[object]], message: str):
    with pytest.raises(InputError, match=message):
        read_excel(excel(rows), "t.xlsx")


def test_excel_needs_its_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'oversmith\[excel\]'"):
        read_excel(b"", "t.xlsx")


@pytest.mark.parametrize(
    "values",
    [
        [2**64 - 1 - i % 9 for i in range(20)],
        [10**30 + i for i in range(20)],
        [-(10**20) + 3 * i for i in range(20)],
        [10**19 + i if i else None for i in range(20)],
        [10**45 + i for i in range(20)],
    ],
)
def test_whole_numbers_beyond_64_bits_keep_every_digit(tmp_path: Path, values: list[int | None]) -> None:
    lines = [f"{'' if v is None else v},{'pq'[i % 2]}" for i, v in enumerate(values)]
    (tmp_path / "t.csv").write_text("a,y\n" + "\n".join(lines) + "\n")
    column = oversmith.read(tmp_path / "t.csv", "y").X["a"]
    assert [None if pd.isna(v) else int(v) for v in column] == values
