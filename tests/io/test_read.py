"""Files that are read, and files that are not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import oversmith as om
from oversmith.exceptions import InputError


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"a,y\n", "no rows"),
        ("t.csv", b"a,a\n1,2\n", "two columns named 'a'"),
        ("t.csv", b"a,y\n1,2\n3\n", "Expected 2 columns"),
        ("t.csv", b"a,y\n\x81\x8d,2\n", "not UTF-8"),
        ("t.csv", b"\n\n", "CSV"),
        ("t.parquet", b"PAR1 not", "not a readable Parquet file"),
        ("t.npz", b"PK nothing", "not a readable npz file"),
        ("t.xlsx", b"x", "not a readable Excel file"),
        ("t.xls", b"x", "the suffix '.xls'"),
        ("t", b"x", "no suffix"),
    ],
)
def test_unreadable_files_are_named(tmp_path: Path, name: str, content: bytes, message: str):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        om.read(path)
    assert str(caught.value).startswith("path: ")
    assert "\n" not in str(caught.value)


def test_missing_file_suggests_the_nearest(tmp_path: Path):
    (tmp_path / "flows.csv").write_text("a,y\n1,2\n")
    with pytest.raises(InputError, match=r"did you mean '.*flows\.csv'"):
        om.read(tmp_path / "flow.csv")
    with pytest.raises(InputError, match="is a folder"):
        (tmp_path / "folder.csv").mkdir()
        om.read(tmp_path / "folder.csv")


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text("age,Income,who,target\n1,2,p,a\n3,4,q,b\n5,6,q,b\n")
    return path


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        (None, {}, "target: it is missing; name the column of the classes; choose from age, Income, who, target"),
        ("Target", {}, "target: 'in.csv' has no column 'Target'; did you mean 'target'?"),
        ("zzz", {}, "target: 'in.csv' has no column 'zzz'; choose from age, Income, who, target"),
        ("target", {"drop": ["income"]}, "drop: 'in.csv' has no column 'income'; did you mean 'Income'?"),
        ("target", {"drop": ["target"]}, "drop: 'target' is the target"),
        ("target", {"drop": ["age", "Income", "who"]}, "drop: no column but the target"),
        ("target", {"drop": ["age", "Income"], "groups": "who"}, "drop: no column but the target"),
        ("target", {"groups": "patient"}, "groups: 'patient' is no other column"),
        ("target", {"groups": "target"}, "groups: 'target' is no other column"),
        ("target", {"positive": "c"}, "positive: 'c' is not a class of 'target'"),
        ("target", {"negative": "a"}, "negative: 'a' is given without a positive class"),
        ("target", {"positive": "a", "negative": "a"}, "negative: 'a' is the positive class"),
        ("target", {"modality": "image"}, "modality: 'in.csv' is a table"),
        ("target", {"channels": "last"}, "channels: 'in.csv' is a table"),
        ("target", {"axis": "age"}, "axis: 'in.csv' is a table"),
    ],
)
def test_columns_and_classes_are_checked(csv: Path, target: str | None, options: dict[str, object], message: str):
    with pytest.raises(InputError) as caught:
        om.read(csv, target, **options)
    assert str(caught.value).startswith(message)


def test_the_same_table_in_every_format(csv: Path):
    frame = pd.read_csv(csv)
    frame.to_parquet(csv.with_suffix(".parquet"))
    csv.with_suffix(".tsv").write_text(frame.to_csv(index=False, sep="\t"))
    suffixes = [".csv", ".tsv", ".parquet"]
    if pytest.importorskip("openpyxl"):
        frame.to_excel(csv.with_suffix(".xlsx"), index=False)
        suffixes.append(".xlsx")
    for suffix in suffixes:
        data = om.read(str(csv.with_suffix(suffix)), "target", drop="Income", groups="who")
        assert data.X["age"].tolist() == [1, 3, 5], suffix
        assert data.groups.tolist() == ["p", "q", "q"]
        assert data.counts == {"b": 2, "a": 1}


@pytest.mark.data
def test_a_table_of_the_registry_by_name(data_dir, monkeypatch):
    monkeypatch.setenv("OVERSMITH_DATA", str(data_dir))
    data = om.read("pima")
    assert (data.target, data.modality, len(data)) == (data.source.info.target, "table", 768)
    assert data.positive == data.source.info.positive
