"""Reading and writing: types, text, atomic replacement, refusals."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from oversmith.cli.arrays import Arrays, read_npz
from oversmith.cli.columns import synthetic_column
from oversmith.cli.errors import WriteError
from oversmith.cli.files import check_output, read_data, replacing
from oversmith.cli.tables import Table, read_csv, read_parquet
from oversmith.exceptions import InputError

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


def rewritten(source: Table | Arrays, suffix: str, target: str, drop: tuple[str, ...] = (), **options: object) -> bytes:
    """The file with its own rows in reverse order as synthetic rows."""
    stream = io.BytesIO()
    rows, labels = source.features(target, drop), source.labels(target)
    arguments = {"flag": None, "keep_real": True} | options
    source.write(
        stream,
        suffix,
        target=target,
        drop=drop,
        new_features=rows[::-1],
        new_labels=labels[::-1],
        **arguments,
    )
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


def test_synthetic_times_stay_within_the_day():
    real = pa.chunked_array([[dt.time(1), dt.time(23)]], pa.time32("s"))
    assert synthetic_column(pd.Series([-5, 86_405]), real).to_pylist() == [dt.time(0), dt.time(23, 59, 59)]


def test_gaps_keep_whole_numbers_whole():
    frame = read_parquet(parquet_bytes(arrow_table()), "t.parquet").features("y", ())
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


def test_csv_cells_are_copied_as_they_stand():
    source = read_csv(CSV.encode(), "t.csv")
    lines = rewritten(source, ".csv", "target").decode().splitlines()
    assert lines[:4] == CSV.splitlines()
    assert lines[4].startswith("2,99999,0.001,7,true,,2024-01-04T00:00:01,")
    assert lines[5].split(",")[3] == ""
    assert lines[6] == '0,01234,1.5,3,true,2024-01-02,2024-01-02T10:00:00,"a, b",yes'


def test_csv_types():
    frame = read_csv(CSV.encode(), "t.csv").features("target", ("id",))
    assert frame.columns.tolist() == ["zip", "price", "amount", "open", "day", "when", "note"]
    assert frame["zip"].tolist() == ["01234", "00001", "99999"]
    assert str(frame["amount"].dtype) == "Int64"
    assert str(frame["open"].dtype) == "bool"
    assert frame["when"].dtype.kind == "M"
    assert frame["note"].isna().tolist() == [False, True, False]


def test_csv_types_come_from_all_rows_not_from_the_first_megabyte():
    rows = "".join(f"{i},0\n" for i in range(300_000))
    frame = read_csv(f"a,y\n{rows}word,1\n".encode(), "t.csv").features("y", ())
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
    text = rewritten(typed, ".csv", "target", keep_real=False).decode().splitlines()
    assert len(text) == 7
    assert text[1] == '01234,1.5,3,True,2024-01-02,2024-01-02 10:00:00,"a, b",yes'


def test_npz_keeps_dtypes_and_compression():
    stream = io.BytesIO()
    np.savez_compressed(stream, X=np.eye(3, dtype=np.float32), y=np.array([1, 0, 0], np.int8))
    source = read_npz(stream.getvalue(), "t.npz")
    assert source.compressed
    out = np.load(io.BytesIO(rewritten(source, ".npz", "y", flag="new")), allow_pickle=False)
    assert out["X"].dtype == np.float32
    assert out["y"].dtype == np.int8
    assert np.array_equal(out["X"][:3], np.eye(3))
    assert out["y"].tolist() == [1, 0, 0, 0, 0, 1]
    assert out["new"].tolist() == [False] * 3 + [True] * 3


def test_npz_never_unpickles(tmp_path: Path):
    np.savez(tmp_path / "t.npz", X=np.array([[{}]], dtype=object), y=np.array([1]))
    with pytest.raises(InputError, match="holds Python objects"):
        read_data(tmp_path / "t.npz")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"a,y\n", "no rows"),
        ("t.csv", b"a,a\n1,2\n", "two columns named 'a'"),
        ("t.csv", b"a,y\n1,2\n3\n", "Expected 2 columns"),
        ("t.csv", "a,y\né,2\n".encode("latin-1"), "not UTF-8"),
        ("t.csv", b"\n\n", "CSV"),
        ("t.parquet", b"PAR1 not", "not a readable Parquet file"),
        ("t.npz", b"PK nothing", "not a readable npz file"),
        ("t.xlsx", b"x", "the suffix '.xlsx'"),
        ("t", b"x", "no suffix"),
    ],
)
def test_unreadable_files_are_named(tmp_path: Path, name: str, content: bytes, message: str):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_data(path)
    assert str(caught.value).startswith("DATA: ")
    assert "\n" not in str(caught.value)


def test_missing_file_suggests_the_nearest(tmp_path: Path):
    (tmp_path / "flows.csv").write_text("a,y\n1,2\n")
    with pytest.raises(InputError, match=r"did you mean '.*flows\.csv'"):
        read_data(tmp_path / "flow.csv")
    with pytest.raises(InputError, match="is a folder"):
        (tmp_path / "folder.csv").mkdir()
        read_data(tmp_path / "folder.csv")


def test_npz_of_other_shapes_is_refused():
    for arrays, message in (({"y": np.ones(2)}, "no array 'X'"), ({"X": np.ones((2, 3, 4, 5, 6))}, "5-D")):
        stream = io.BytesIO()
        np.savez(stream, **arrays)
        with pytest.raises(InputError, match=message):
            read_npz(stream.getvalue(), "t.npz")


def test_nested_cells_are_refused():
    source = read_parquet(parquet_bytes(pa.table({"a": [[1], [2]], "y": [0, 1]})), "t.parquet")
    with pytest.raises(InputError, match=r"column 'a' holds list<.*--drop"):
        source.features("y", ())


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(WriteError, match="the disk is full"), replacing(path, "-o") as file:
        file.write(b"half")
        raise OSError(28, "No space left on device")
    with pytest.raises(KeyboardInterrupt), replacing(path, "-o") as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_replacing_follows_a_link(tmp_path: Path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    link.symlink_to(real)
    with replacing(link, "-o") as file:
        file.write(b"new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_output_paths_are_checked_before_any_work(tmp_path: Path):
    path = tmp_path / "out.csv"
    check_output(path, "-o", force=False)
    path.write_text("old")
    check_output(path, "-o", force=True)
    for wrong, message in (
        (path, "exists; name another file, or add --force"),
        (tmp_path / "no" / "out.csv", "does not exist"),
        (tmp_path, "is a folder"),
        (Path("/dev/full"), "not an ordinary file"),
    ):
        with pytest.raises(InputError, match=message):
            check_output(wrong, "-o", force=False)
    with pytest.raises(InputError, match="named twice"):
        check_output(path, "--json", force=True, others=[tmp_path / "." / "out.csv"])
