"""How text files are laid out: encodings, separators, and files without a header."""

from __future__ import annotations

from pathlib import Path

import pytest

import oversmith as om
from oversmith.exceptions import InputError
from oversmith.io import write

TEXT = "größe,y\n" + "".join(f"{'ä' if i % 2 else 'b'},{i % 3 == 0}\n" for i in range(12))
FLOWERS = "5.1,3.5,no\n" + "".join(f"{4 + i / 10},{3 + i / 7:.2f},{'yes' if i % 3 else 'no'}\n" for i in range(20))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings_are_found_and_written_again(tmp_path: Path, encoding: str):
    (tmp_path / "t.csv").write_bytes(TEXT.encode(encoding))
    data = om.read(tmp_path / "t.csv", "y")
    assert data.X["größe"].tolist()[:2] == ["b", "ä"]
    assert len(data.notes) == (encoding == "cp1252")
    write(tmp_path / "out.csv", data, data.X[:1], data.labels[:1])
    assert (tmp_path / "out.csv").read_bytes() == (TEXT + "b,True\n").encode(encoding)


def test_the_name_of_a_flag_must_fit_the_encoding(tmp_path: Path):
    (tmp_path / "t.csv").write_bytes(TEXT.encode("cp1252"))
    data = om.read(tmp_path / "t.csv", "y")
    with pytest.raises(InputError, match="flag_column: '新' cannot be written in cp1252"):
        write(tmp_path / "out.csv", data, data.X[:1], data.labels[:1], flag="新")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("size, mm;b;y\n1,5;2;p\n2,5;3;q\n", ["size, mm", "b"]),
        ("size, mm|b|y\n1|2|p\n2|3|q\n", ["size, mm", "b"]),
        ("size, mm\tb\ty\n1,5\t2\tp\n2\t3\tq\n", ["size, mm", "b"]),
        ('"size, mm",b,y\n1,2,p\n3,4,q\n', ["size, mm", "b"]),
        ('"a;b",c,y\n1,2,p\n3,4,q\n', ["a;b", "c"]),
        ("a,b,y\nu;v,2,p\nw,4,q\n", ["a", "b"]),
        ("size, mm;y\n1,5;p\n2,5;q\n", ["size, mm"]),
        ("a;b;y\n1,000;2,5;p\n3,500;4,25;q\n", ["a", "b"]),
    ],
)
def test_separators(tmp_path: Path, text: str, columns: list[str]):
    (tmp_path / "t.csv").write_text(text)
    assert list(om.read(tmp_path / "t.csv", "y").X) == columns


def test_a_first_row_of_data_is_noticed(tmp_path: Path):
    (tmp_path / "t.csv").write_text(FLOWERS)
    with pytest.raises(InputError, match=r"no column 'y', and the first row .* looks like data.*header=False"):
        om.read(tmp_path / "t.csv", "y")
    with pytest.raises(InputError, match=r"target: it is missing; .*header=False \(--headerless\)"):
        om.read(tmp_path / "t.csv")
    assert "looks like data, '5.1', '3.5', 'no'" in om.read(tmp_path / "t.csv", "no").notes[0]
    (tmp_path / "german.csv").write_text(FLOWERS.replace(",", ";").replace(".", ","))
    assert "looks like data, '5,1', '3,5', 'no'" in om.read(tmp_path / "german.csv", "no").notes[0]
    data = om.read(tmp_path / "t.csv", "c3", header=False)
    assert (list(data.X), len(data), data.notes) == (["c1", "c2"], 21, ())
    write(tmp_path / "out.csv", data, data.X[:0], data.labels[:0])
    assert (tmp_path / "out.csv").read_text() == FLOWERS
    with pytest.raises(InputError, match=r"header: .* names its columns by itself"):
        om.read("demo", header=False)


def test_a_sheet_without_a_header(tmp_path: Path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in FLOWERS.split():
        first, second, label = row.split(",")
        book.active.append([float(first), float(second), label])
    book.save(tmp_path / "t.xlsx")
    assert "looks like data" in om.read(tmp_path / "t.xlsx", "no").notes[0]
    assert len(om.read(tmp_path / "t.xlsx", "c3", header=False)) == 21


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("2019,2020,y\n" + "1,2,p\n3,4,q\n" * 10, "y"),
        ("0,1,2,3\n" + "1,2,3,0\n2,3,4,1\n" * 10, "3"),
        ("a,b,y\n" + "1,2,p\n3,4,q\n" * 10, "y"),
        ("a,y\n" + "u,p\nv,q\n" * 10, "y"),
    ],
)
def test_names_that_are_numbers_are_names(tmp_path: Path, text: str, target: str):
    (tmp_path / "t.csv").write_text(text)
    # A column that tells the classes apart is another matter.
    assert not [
        note for note in om.read(tmp_path / "t.csv", target).notes if "--drop" not in note and "drop=" not in note
    ]


def test_columns_named_like_an_axis_are_said(tmp_path: Path):
    names, row = ",".join(f"{400 + 4 * i}.5" for i in range(40)), ",".join(["1"] * 40)
    (tmp_path / "t.csv").write_text(f"{names},y\n" + f"{row},p\n{row},q\n" * 3)
    assert (
        om.read(tmp_path / "t.csv", "y").notes[0].startswith("40 columns are named by numbers from '400.5' to '556.5'")
    )
