"""Columns of text that are numbers, dates or names, by their cells and by what the caller says."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import oversmith as om
from oversmith.exceptions import InputError
from oversmith.io import write

N = 12
GERMAN = str.maketrans(",.", ".,")


def saved(folder: Path, cells: list[str], delimiter: str = ",", name: str = "t.csv", **more: list[str]) -> Path:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(["a", *more, "y"])
    labels = ["yes" if row % 3 == 0 else "no" for row in range(len(cells))]
    writer.writerows(zip(cells, *more.values(), labels, strict=True))
    path = folder / name
    path.write_text(stream.getvalue(), encoding="utf-8")
    return path


def written_again(folder: Path, data: om.Data) -> om.Data:
    """The file with its own rows as generated ones; the cells must be spelt as they were."""
    path = folder / "again.csv"
    write(path, data, data.X, data.labels, real=False)
    assert path.read_text(encoding="utf-8") == (folder / "t.csv").read_text(encoding="utf-8")
    return data


@pytest.mark.parametrize(
    ("cells", "delimiter", "expected", "words"),
    [
        ([f"{1000 + 37.5 * i:,.1f}" for i in range(N)], ",", [1000 + 37.5 * i for i in range(N)], "commas between"),
        (
            [f"{1000 + 37.5 * i:,.1f}".translate(GERMAN) for i in range(N)],
            ";",
            [1000 + 37.5 * i for i in range(N)],
            "decimal comma, points between thousands",
        ),
        ([f"{i + 1}\u202f234,5" for i in range(N)], "\t", [1000 * i + 1234.5 for i in range(N)], "spaces between"),
        ([f"{i + 1} 234,5" for i in range(N)], ";", [1000 * i + 1234.5 for i in range(N)], "spaces between"),
        ([f"{i + 1}'234.5" for i in range(N)], ",", [1000 * i + 1234.5 for i in range(N)], "apostrophes between"),
        ([f"{i + 1},23,456.50" for i in range(N)], ",", [100000 * i + 123456.5 for i in range(N)], "commas between"),
        ([f"{i},25" for i in range(N)], ";", [i + 0.25 for i in range(N)], "'10,25' is read as 10.25, decimal comma"),
        ([f"{i},25" for i in range(N)], ",", [i + 0.25 for i in range(N)], "decimal comma"),
        ([f"{700 + 137 * i:,}" for i in range(N)], ",", [700 + 137 * i for i in range(N)], "assumed, types="),
        ([f"{1700 + 137 * i:,}" for i in range(N)], ";", [1.7 + 0.137 * i for i in range(N)], "assumed, types="),
        ([f"{700 + 137 * i:,} €".translate(GERMAN) for i in range(N)], ";", [700 + 137 * i for i in range(N)], "€"),
        ([f"({i}.5)" if i % 2 else f"{i}.5" for i in range(N)], ",", [(i + 0.5) * (-1) ** i for i in range(N)], "("),
        ([f"(${i}.50)" if i % 2 else f"${i}.50" for i in range(N)], ",", [(i + 0.5) * (-1) ** i for i in range(N)], ""),
        ([f"-€{i}" if i % 2 else f"€{i}" for i in range(N)], ",", [i * (-1) ** i for i in range(N)], "€"),
        ([f"{i}.5-" if i % 2 else f"{i}.5" for i in range(N)], ",", [(i + 0.5) * (-1) ** i for i in range(N)], "-"),
        ([f"\u2212{i}" if i % 2 else f"{i}" for i in range(N)], ",", [i * (-1) ** i for i in range(N)], "\u2212"),
        ([f"{i} %" for i in range(N)], ",", list(range(N)), "%"),
        ([f"EUR {i}.5" for i in range(N)], ",", [i + 0.5 for i in range(N)], "EUR"),
        ([f"{i},5 kr" for i in range(N)], ";", [i + 0.5 for i in range(N)], "kr"),
        ([f"{i}.31 kg" for i in range(N)], ",", [i + 0.31 for i in range(N)], "'10.31 kg' is read as 10.31"),
        ([f"{i} mm" for i in range(N)], ",", list(range(N)), "mm"),
        ([f"{i}.2mg/dL" for i in range(N)], ",", [i + 0.2 for i in range(N)], "mg/dL"),
        ([f"{i - 5} °C" for i in range(N)], ",", list(range(-5, N - 5)), "°C"),
        ([f"{i},5 W/m²" for i in range(N)], ";", [i + 0.5 for i in range(N)], "W/m²"),
        ([f"{i + 1:,}50 m2" for i in range(N)], ",", [100 * i + 150 for i in range(N)], "m2"),
        ([f"{20 + i}C" for i in range(N)], ",", list(range(20, N + 20)), "C"),
    ],
)
def test_spellings_of_numbers(tmp_path: Path, cells: list[str], delimiter: str, expected: list[float], words: str):
    data = om.read(saved(tmp_path, cells, delimiter), "y")
    assert data.kinds == {"a": "numeric"}
    np.testing.assert_allclose(data.X["a"], expected)
    assert len(data.notes) == 1
    assert data.notes[0].startswith("column 'a': all 12 cells are numbers, ")
    assert words in data.notes[0]
    written_again(tmp_path, data)


@pytest.mark.parametrize(
    "mark",
    [
        "?",
        "-",
        "--",
        " ",
        ".",
        "*",
        "na",
        "N/A",
        "n.a.",
        "#N/A",
        "None",
        "NULL",
        "missing",
        "unknown",
        "k.A.",
        "\u2013",
    ],
)
@pytest.mark.parametrize("plain", ["{}", "{}.5", "2024-01-{:02d}", "10:{:02d}", "{}/1/2024", "${}"])
def test_marks_of_missing_values(tmp_path: Path, mark: str, plain: str):
    cells = [mark if row == 5 else plain.format(row + 10) for row in range(20)]
    data = om.read(saved(tmp_path, cells), "y")
    full = om.read(saved(tmp_path, [plain.format(row + 10) for row in range(20)], name="full.csv"), "y")
    assert data.X["a"].isna().tolist() == [row == 5 for row in range(20)]
    assert data.kinds == full.kinds != {"a": "categorical"}
    assert data.X["a"].drop(5).tolist() == full.X["a"].drop(5).tolist()
    assert (
        f"19 of 20 cells are {'dates' if '-' in plain or '/' in plain else 'times' if ':' in plain else 'numbers'}, "
        in (data.notes[0])
    )
    assert f"{mark!r} in row 5 read as missing" in data.notes[0]


@pytest.mark.parametrize(
    ("cells", "first", "words"),
    [
        ([f"{i + 3:02d}/05/2024" for i in range(20)], "2024-05-03", "day first"),
        ([f"05/{i + 3:02d}/2024" for i in range(20)], "2024-05-03", "month first"),
        ([f"5/{i + 1}/2024" for i in range(N)], "2024-05-01", "month first; assumed, types='a=date:day-first'"),
        ([f"{i + 1}.5.2024" for i in range(N)], "2024-05-01", "day first"),
        ([f"{i + 1:02d}.05.24" for i in range(N)], "2024-05-01", "day first"),
        ([f"2024/05/{i + 1:02d}" for i in range(N)], "2024-05-01", "year first"),
        ([f"{i + 1:02d}-Jan-2024" for i in range(N)], "2024-01-01", "day first"),
        ([f"January {i + 1}, 2024" for i in range(N)], "2024-01-01", "month first"),
        ([f"{i + 14}/05/2024 {i:02d}:30" for i in range(N)], "2024-05-14 00:30", "day first"),
        ([f"5/{i + 14}/2024 {i + 1}:30:15 PM" for i in range(11)], "2024-05-14 13:30:15", "month first"),
    ],
)
def test_spellings_of_dates(tmp_path: Path, cells: list[str], first: str, words: str):
    data = om.read(saved(tmp_path, cells), "y")
    assert data.kinds == {"a": "datetime"}
    assert data.X["a"].iloc[0] == pd.Timestamp(first)
    assert words in data.notes[0]
    written_again(tmp_path, data)


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@pytest.mark.parametrize(
    ("cells", "first", "words"),
    [
        (
            [f"{2003 + i}-{i + 1:02d}" for i in range(N)],
            "2003-01-01",
            "'2003-01' is read as 2003-01-01, the first day of",
        ),
        ([f"{2003 + i}/{i + 1:02d}" for i in range(N)], "2003-01-01", "month"),
        ([f"{2000 + i}M{i + 1:02d}" for i in range(N)], "2000-01-01", "month"),
        ([f"{i + 1}/{2000 + i}" for i in range(N)], "2000-01-01", "month"),
        ([f"{MONTHS[i]} {1990 + i}" for i in range(N)], "1990-01-01", "month"),
        ([f"{MONTHS[i].upper()}-{1990 + i}" for i in range(N)], "1990-01-01", "month"),
        ([f"{MONTHS[i]}-{i + 10}" for i in range(N)], "2010-01-01", "month"),
        ([f"{1990 + i} {MONTHS[i].lower()}" for i in range(N)], "1990-01-01", "month"),
        ([f"{name} 2001" for name in ("January", "May", "October") * 4], "2001-01-01", "month"),
        ([f"{2000 + i}-Q{i % 4 + 1}" for i in range(N)], "2000-01-01", "the first day of the quarter"),
        ([f"{2000 + i}q{i % 4 + 1}" for i in range(N)], "2000-01-01", "quarter"),
        ([f"Q{i % 4 + 1} {2000 + i}" for i in range(N)], "2000-01-01", "quarter"),
    ],
)
def test_months_and_quarters(tmp_path: Path, cells: list[str], first: str, words: str):
    data = om.read(saved(tmp_path, cells), "y")
    assert data.kinds == {"a": "datetime"}
    assert data.X["a"].iloc[0] == pd.Timestamp(first)
    assert words in data.notes[0]
    written_again(tmp_path, data)
    declared = om.read(saved(tmp_path, cells), "y", types="a=date")
    assert declared.X["a"].equals(data.X["a"])
    # A generated day lies within its month.
    write(tmp_path / "out.csv", data, data.X + pd.Timedelta(days=5), data.labels, real=False)
    assert (tmp_path / "out.csv").read_text() == (tmp_path / "t.csv").read_text()


def test_months_that_must_be_declared(tmp_path: Path):
    for cells in ([f"2001{i + 1:02d}" for i in range(N)], [f"{i + 1:02d}.2001" for i in range(N)]):
        assert om.read(saved(tmp_path, cells), "y").kinds == {"a": "numeric"}
        data = om.read(saved(tmp_path, cells), "y", types="a=date")
        assert data.X["a"].tolist() == [pd.Timestamp(2001, i + 1, 1) for i in range(N)]
        written_again(tmp_path, data)


@pytest.mark.parametrize(
    "cells",
    [
        [f"{2001 + i}-{2 + i:02d}" for i in range(8)] * 2,
        [f"{9100 + i}-{i + 1:02d}" for i in range(N)],
        [f"Foo {1990 + i % 3}" for i in range(N)],
    ],
)
def test_what_looks_like_months_and_is_none(tmp_path: Path, cells: list[str]):
    data = om.read(saved(tmp_path, cells), "y")
    assert data.X["a"].tolist() == cells


@pytest.mark.parametrize("other", ["{:02d}/05/2024", "{:02d}.05.2024", "{:02d} May 2024"])
def test_dates_in_two_spellings(tmp_path: Path, other: str):
    cells = [f"2024-05-{i + 1:02d}" if i % 2 else other.format(i + 1) for i in range(28)]
    data = om.read(saved(tmp_path, cells), "y")
    assert data.X["a"].tolist() == [pd.Timestamp(2024, 5, i + 1) for i in range(28)]
    assert "'2024-05-02' is read as 2024-05-02, year first and" in data.notes[0]
    assert "as 2024-05-01, day first" in data.notes[0]
    few = om.read(saved(tmp_path, [*cells, "soon"] * 4), "y", types="a=date")
    assert few.X["a"].isna().sum() == 4
    assert "'soon' in 4 rows read as missing" in few.notes[0]


def test_dates_in_two_spellings_that_leave_a_doubt(tmp_path: Path):
    cells = [f"2024-05-{i + 1:02d}" if i % 2 else f"{i + 1:02d}/05/2024" for i in range(N)]
    data = om.read(saved(tmp_path, cells), "y")
    assert data.X["a"].tolist() == cells
    assert "dates with different spellings, '2024-05-02' and '01/05/2024'; the column is read as names" in data.notes[0]
    data = om.read(saved(tmp_path, cells), "y", types="a=date:day-first")
    assert data.X["a"].tolist() == [pd.Timestamp(2024, 5, i + 1) for i in range(N)]


def test_days_and_months_in_both_orders(tmp_path: Path):
    cells = [f"{i + 1:02d}/03/2024" if i % 2 else f"03/{i + 1:02d}/2024" for i in range(28)]
    data = om.read(saved(tmp_path, cells), "y")
    assert data.X["a"].tolist() == cells
    words = "the day first in some, '14/03/2024' in row 13, and the month first in others, '03/13/2024' in row 12"
    assert words in data.notes[0]
    with pytest.raises(InputError, match=f"column 'a' is declared date and holds {words}; write all in one order"):
        om.read(saved(tmp_path, cells), "y", types="a=date")
    assert om.read(saved(tmp_path, cells), "y", types="a=date:day-first").X["a"].isna().sum() == 8


def test_another_column_settles_the_order_of_day_and_month(tmp_path: Path):
    ambiguous, sure = [f"{i + 1:02d}/02/2024" for i in range(N)], [f"{i + 12:02d}/02/2024" for i in range(N)]
    data = om.read(saved(tmp_path, ambiguous, sure=sure), "y")
    assert data.X["a"].iloc[2] == pd.Timestamp("2024-02-03")
    assert "assumed" in data.notes[0]


def test_points_between_thousands_in_a_file_with_decimal_commas(tmp_path: Path):
    points, commas = [f"{900 + 50 * i:,}".translate(GERMAN) for i in range(N)], [f"{i},5" for i in range(N)]
    data = om.read(saved(tmp_path, points, ";", b=commas), "y")
    assert data.X["a"].tolist() == [900 + 50 * i for i in range(N)]
    assert any("'a'" in note and "assumed" in note for note in data.notes)
    # Without a column of decimal commas they are decimals, as programs write them.
    plain = om.read(saved(tmp_path, points, ";"), "y")
    assert plain.X["a"].max() == 950


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([f"x{i}" if i % 3 else f"{i}" for i in range(30)], "10 of 30 cells look like numbers, but not 'x1' in row 1"),
        (["0", "1", "2", "3+"] * 10, "30 of 40 cells look like numbers, but not '3+' in 10 rows"),
        ([f"{i}%" if i % 2 else f"0.{i}" for i in range(1, 13)], "units, '%' in 6 rows and none in 6 rows"),
        ([f"${i}" if i % 2 else f"€{i}" for i in range(1, 13)], "with different units, '$' in 6 rows and '€' in 6"),
        ([f"{i}.5 kg" if i % 3 else f"{i} lb" for i in range(1, 13)], "units, 'kg' in 8 rows and 'lb' in 4 rows"),
        ([f"{i} m2" if i % 3 else f"{i} m3" for i in range(1, 13)], "units, 'm2' in 8 rows and 'm3' in 4 rows"),
        ([f"{i} kg" if i % 2 else f"{i}" for i in range(1, 13)], "units, 'kg' in 6 rows and none in 6 rows"),
        ([f"{i % 5}x" for i in range(N)], "with a letter behind each, as codes have"),
        ([f"{i:03d}A" for i in range(1, 13)], "with leading zeros"),
        ([f"{10 + i}e{100 + i}" for i in range(12)], "with equal length and no sign, as hexadecimal ids have"),
        ([f"{i:04d}" if i else "?" for i in range(30)], "with leading zeros"),
    ],
)
def test_names_stay_names_with_a_note(tmp_path: Path, cells: list[str], words: str):
    data = om.read(saved(tmp_path, cells), "y")
    assert data.kinds == {"a": "categorical"}
    assert data.X["a"].tolist() == cells
    # Whether such a column is a feature is another matter.
    notes = [note for note in data.notes if "drop=" not in note]
    assert len(notes) == 1
    assert words in notes[0]
    cure = "bring its cells to one unit to read numbers" if "units" in words else "types='a=numeric' reads numbers"
    assert notes[0].endswith(f"the column is read as names, {cure}")
    if "units" in words:
        with pytest.raises(InputError, match=r"declared numeric and holds different units, .* one unit, or declare"):
            om.read(saved(tmp_path, cells), "y", types="a=numeric")


@pytest.mark.parametrize(
    "cells",
    [
        ["991e55", "12e105", "a0b1c2", "123456"] * 3,
        ["7E3", "1E5", "F00", "12A"] * 3,
        ["00ab12", "12e105", "345678", "12ab34"] * 3,
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_hexadecimal_ids_are_names(tmp_path: Path, cells: list[str], suffix: str):
    path = saved(tmp_path, cells)
    if suffix == ".parquet":
        frame, path = pd.read_csv(path, dtype=str), tmp_path / "t.parquet"
        frame.to_parquet(path)
    data = om.read(path, "y")
    assert (data.X["a"].tolist(), data.notes) == (cells, ())


def test_numbers_with_exponents_are_no_hexadecimal_ids(tmp_path: Path):
    for cells in (["1e5", "2e3"] * 6, ["1.5e3", "12e10"] * 6, ["1e+05", "2e+10"] * 6, ["100", "1e3", "2e3"] * 4):
        data = om.read(saved(tmp_path, cells), "y")
        assert data.X["a"].tolist() == [float(cell) for cell in cells]
    beyond = om.read(saved(tmp_path, ["1.5e999"] * 2 + ["1.5e3", "2.5e4"] * 20), "y", types="a=numeric:decimal-point")
    assert beyond.X["a"].isna().sum() == 2


@pytest.mark.parametrize(
    "cells", [[f"{i % 3 + 9}th" for i in range(N)], [f"{i}{'abcdefgh'[i % 8]}x" for i in range(24)]]
)
def test_words_behind_digits_are_no_units(tmp_path: Path, cells: list[str]):
    data = om.read(saved(tmp_path, cells), "y")
    assert data.X["a"].tolist() == cells
    assert not any("look like numbers" in note for note in data.notes)


@pytest.mark.parametrize("cells", [["+", "-"] * 6, ["1.2.3", "192.168.1.1"] * 6, ["u", "v"] * 6, ["a-", "?"] * 6])
def test_plain_names_need_no_note(tmp_path: Path, cells: list[str]):
    data = om.read(saved(tmp_path, cells), "y")
    assert (data.X["a"].tolist(), data.notes) == (cells, ())


def test_one_unknown_word_among_many_numbers(tmp_path: Path):
    data = om.read(saved(tmp_path, ["err" if row == 5 else f"{row}.5" for row in range(40)]), "y")
    assert data.kinds == {"a": "numeric"}
    assert data.notes[0].endswith("'err' in row 5 read as missing; types='a=category' reads names")


def test_many_columns_that_are_read_alike_share_a_note(tmp_path: Path):
    more = {f"b{n}": [f"{i},5" for i in range(N)] for n in range(9)}
    data = om.read(saved(tmp_path, [f"{i},5" for i in range(N)], ";", **more), "y")
    assert len(data.notes) == 1
    assert data.notes[0].startswith("10 columns ('a', 'b0', 'b1' and 7 more) hold numbers, '10,5' is read as 10.5")


def test_classes_and_groups_stay_as_they_are(tmp_path: Path):
    path = tmp_path / "t.csv"
    path.write_text("a;who;y\n" + "1,5;1,5;+\n2,5;2,5;-\n" * 6)
    data = om.read(path, "y", groups="who")
    assert data.counts == {"+": 6, "-": 6}
    assert set(data.groups) == {"1,5", "2,5"}
    path.write_text("a,y\n" + "1,p\n2,q\n" * 6 + "3, \n")
    with pytest.raises(InputError, match="1 of 13 rows have no value in 'y'"):
        om.read(path, "y")


@pytest.mark.parametrize(
    ("cells", "types", "first", "dtype"),
    [
        (["1", "2"] * 6, "a=category", "1", "category"),
        (["1", "2"] * 6, {"a": "text"}, "1", "str"),
        ([f"{i:03d}" for i in range(N)], ["a=numeric"], 0, "int64"),
        (["1,234"] * N, "a=numeric:decimal-comma", 1.234, "float64"),
        (["1,234"] * N, "a=numeric:decimal-point", 1234, "int64"),
        (["1.234"] * N, "a=numeric:decimal-comma", 1234, "int64"),
        (["05/01/2024"] * N, "a=date:day-first", dt.datetime(2024, 1, 5), "datetime64[s]"),
        (["05/01/2024"] * N, "a=date:month-first", dt.datetime(2024, 5, 1), "datetime64[s]"),
        (["20240131"] * N, "a=date", dt.datetime(2024, 1, 31), "datetime64[s]"),
        ([f"{i}.5 kg" for i in range(N)], "a=numeric", 0.5, "float64"),
    ],
)
def test_declared_types(tmp_path: Path, cells: list[str], types: Any, first: Any, dtype: str):
    data = om.read(saved(tmp_path, cells), "y", types=types)
    assert data.X["a"].iloc[0] == first
    assert data.X["a"].dtype == dtype
    written_again(tmp_path, data)


def test_a_declared_drop_leaves_the_column_out(tmp_path: Path):
    data = om.read(saved(tmp_path, ["?"] * N, b=["1"] * N), "y", types={"a": "drop"})
    assert (list(data.X), data.notes) == (["b"], ())


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ("A=numeric", "types: 't.csv' has no column 'A'; did you mean 'a'?"),
        ("a=number", "types: 'number' for column 'a' is no type; did you mean 'numeric'?"),
        ("a=date:dayfirst", "types: 'date:dayfirst' for column 'a' found; did you mean 'day-first'?"),
        ("a=text:x", "types: 'text:x' for column 'a' found; write a=text"),
        ("a", "types: 'a' found; write COLUMN=TYPE"),
        (["a=text", "a=numeric"], "types: 'a' is declared text and numeric"),
        ("a=numeric", "types: column 'a' is declared numeric and no cell of it is one, 'u' for instance"),
        ("a=date", "types: column 'a' is declared date and no cell of it is one, 'u' for instance"),
        ("y=drop", "drop: 'y' is the target"),
        (3, "types: 3 found"),
        ({"a": 3}, "types: 'a': 3 found"),
    ],
)
def test_wrong_types_are_named(tmp_path: Path, types: Any, message: str):
    with pytest.raises(InputError) as caught:
        om.read(saved(tmp_path, ["u", "v"] * 6), "y", types=types)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("suffix", [".parquet", ".xlsx"])
def test_formats_with_types(tmp_path: Path, suffix: str):
    pytest.importorskip("openpyxl")
    columns = {
        "money": ["$1.50", "?", "$2.50", "$3.25"],
        "code": ["12345", "23456", "34567", "45678"],
        "day": [20240101, 20240102, 20240103, 20240105],
        "kind": [1, 2, 1, 2],
        "y": ["p", "q", "q", "q"],
    }
    frame = pd.DataFrame({name: cells * 5 for name, cells in columns.items()})
    path = tmp_path / f"t{suffix}"
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_excel(path, index=False)
    data = om.read(path, "y", types={"day": "date", "kind": "category"})
    assert data.X["money"].iloc[[0, 2, 3]].tolist() == [1.5, 2.5, 3.25]
    assert data.X["money"].isna().sum() == 5
    assert data.X["code"].tolist() == frame["code"].tolist()
    assert data.X["day"].iloc[3] == pd.Timestamp("2024-01-05")
    assert isinstance(data.X["kind"].dtype, pd.CategoricalDtype)
    assert [note.split(":")[0] for note in data.notes if "drop=" not in note] == [
        "column 'money'",
        "column 'day'",
        "column 'code'",
    ]
    write(tmp_path / "out.parquet", data, data.X, data.labels)
    out = pd.read_parquet(tmp_path / "out.parquet")
    for half in (out[:20], out[20:].reset_index(drop=True)):
        pd.testing.assert_frame_equal(half, frame, check_dtype=False)
    assert out["day"].dtype == out["kind"].dtype == "int64"


def test_words_that_may_be_names_are_said_and_can_be_kept(tmp_path: Path):
    path = saved(tmp_path, ["EU", "NA", " ", "NA"] * 3)
    data = om.read(path, "y")
    assert data.X["a"].isna().sum() == 9
    assert data.notes == ("column 'a': 'NA' in 6 rows, ' ' in 3 rows read as missing; types='a=text' keeps them",)
    declared = om.read(path, "y", types="a=text")
    assert (declared.X["a"].tolist(), declared.notes) == (["EU", "NA", " ", "NA"] * 3, ())
