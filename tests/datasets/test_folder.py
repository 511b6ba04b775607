"""A folder of spectra: every way of writing numbers, every way of going wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from oversmith.datasets import load_spectra_folder, make_hydrogel_spectra
from oversmith.exceptions import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three spectra of one axis, with a table."""
    for name, values in (("a.csv", (1, 2, 3)), ("b.csv", (4, 5, 6)), ("c.csv", (7, 8, 9))):
        (tmp_path / name).write_text("Hz,deg\n" + "".join(f"{10 * k},{v}\n" for k, v in enumerate(values, 1)))
    (tmp_path / "labels.csv").write_text("file,label\na.csv,gel\nb.csv,solution\nc.csv,gel\n")
    return tmp_path


def table(folder: Path, *rows: str, header: str = "file,label") -> None:
    (folder / "labels.csv").write_text("\n".join([header, *rows]) + "\n")


def test_spectra_come_in_the_order_of_the_table(folder):
    table(folder, "c.csv,gel", "a.csv,gel", "b.csv,solution")
    result = load_spectra_folder(folder, unit="Hz", quantity="phase angle")
    assert result.X[:, 0].tolist() == [[7, 8, 9], [1, 2, 3], [4, 5, 6]]
    assert result.y.tolist() == ["gel", "gel", "solution"]
    assert result.names.tolist() == ["c.csv", "a.csv", "b.csv"]
    assert (result.axis.points.tolist(), result.axis.label) == ([10, 20, 30], "frequency, Hz")
    assert result.group is None
    assert result.transitions == {}


@pytest.mark.parametrize(
    "text",
    [
        "10,1.5,9\n20,2.5,9\n",
        "# made by hand\nfrequency,phase,x\n10,1.5,9\n20,2.5,9\n",
        "10;1,5;9\n20;2,5;9\n",
        "10\t1.5\t9\n20\t2.5\t9\n",
        "  10   1.5 9\n\n  20   2.5 9\n",
        "10,0 1,5\n20,0 2,5\n",
        "Wavelength (nm)\n% a comment\n1e1 1.5\n2e1 2.5\n",
        "\ufeff10,1.5\r\n20,2.5\r\n",
        "20,2.5\n10,1.5\n",
    ],
)
def test_many_ways_to_write_numbers(tmp_path, text):
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    table(tmp_path, "a.txt,gel")
    result = load_spectra_folder(tmp_path)
    assert result.axis.points.tolist() == [10, 20]
    assert result.X.tolist() == [[[1.5, 2.5]]]


def test_another_column_and_another_table(folder):
    for name in "abc":
        (folder / f"{name}.csv").write_text(f"1,2,{ord(name)}\n2,3,4\n")
    (folder / "labels.csv").rename(folder / "mine.tsv")
    (folder / "mine.tsv").write_text("Label\tFile\tGroup\ngel\ta.csv\tp1\ngel\tb.csv\tp1\nsol\tc.csv\tp2\n")
    result = load_spectra_folder(folder, labels="mine.tsv", column=2)
    assert result.X[:, 0, 0].tolist() == [97, 98, 99]
    assert result.group.tolist() == ["p1", "p1", "p2"]


def test_unequal_axes(folder):
    (folder / "b.csv").write_text("15,4\n25,5\n35,6\n")
    with pytest.raises(InputError, match=r"'b.csv' has 3 points from 15 to 35, 'a.csv' .* give axis='overlap'"):
        load_spectra_folder(folder)
    index = load_spectra_folder(folder, axis="index")
    assert index.X[1, 0].tolist() == [4, 5, 6]
    assert (index.axis.label, index.axis.points.tolist()) == ("measurement", [1, 2, 3])
    overlap = load_spectra_folder(folder, axis="overlap", n_points=4)
    assert overlap.axis.points.tolist() == [15, 20, 25, 30]
    assert overlap.X[1, 0].tolist() == [4, 4.5, 5, 5.5]


@pytest.mark.parametrize("system, rule", [("f127", "sigmoid"), ("alpha-cd", "lines")])
def test_a_library_is_labelled_as_in_the_paper(tmp_path, system, rule):
    generated = make_hydrogel_spectra(system, n_points=400)
    rows = []
    for number in range(0, 288, 2):
        name = f"well {number}.txt"
        np.savetxt(tmp_path / name, np.column_stack([np.arange(400) + 7 * (number // 96), generated.X[number, 0]]))
        rows.append(f"{name},{generated.concentration[number]},{generated.group[number]}")
    table(tmp_path, *rows, header="file,concentration,group")
    result = load_spectra_folder(tmp_path, axis="index", rule=rule)
    assert (result.y == generated.y[::2]).mean() > 0.96
    assert list(result.transitions) == list(generated.transitions)


@pytest.mark.parametrize(
    "name",
    ["../away.csv", "/etc/passwd", "..\\away.csv", "C:\\away.csv", "sub/../../away.csv", ".", "link.csv", "x\0y"],
)
def test_names_do_not_lead_out_of_the_folder(tmp_path, name):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "away.csv").write_text("1,2\n2,3\n")
    (inside / "link.csv").symlink_to(tmp_path / "away.csv")
    table(inside, f"{name},gel")
    with pytest.raises(InputError, match=r"leads out of the folder"):
        load_spectra_folder(inside)


@pytest.mark.parametrize(
    "rows, message",
    [
        (("a.csv,gel", "b.csv,gel"), "no row for 'c.csv'"),
        (("a.csv,gel", "b.csv,gel", "c.csv,gel", "a.csv,gel"), r"'a.csv' is given twice"),
        (("a.csv,gel", "b.csv,", "c.csv,gel"), "row 3 of 'labels.csv' has no label"),
        (("a.csv,gel", "b.csv,NaN", "c.csv,gel"), "row 3 of 'labels.csv' has no label"),
        (("a.csv,gel", "b.csv", "c.csv,gel"), "row 3 of 'labels.csv' has no label"),
        (("a.csv,gel", "d.csv,gel"), "there is no file 'd.csv' in the folder"),
        ((), "'labels.csv' has no rows"),
    ],
)
def test_tables_that_do_not_fit(folder, rows, message):
    table(folder, *rows)
    with pytest.raises(InputError, match=message):
        load_spectra_folder(folder)


def test_columns_of_the_table(folder):
    with pytest.raises(InputError, match="has no column 'concentration'"):
        load_spectra_folder(folder, rule="sigmoid")
    table(folder, "a.csv,1", "b.csv,two", "c.csv,3", header="file,concentration")
    with pytest.raises(InputError, match=r"has no column 'label' .* or give rule="):
        load_spectra_folder(folder)
    with pytest.raises(InputError, match=r"concentration 'two' of 'b.csv' is no number"):
        load_spectra_folder(folder, rule="lines")
    table(folder, "a.csv,1,2", header="file,label,label")
    with pytest.raises(InputError, match="two columns of one name"):
        load_spectra_folder(folder)


@pytest.mark.parametrize(
    "text, message",
    [
        ("10,1\n20,nan\n30,3\n", r"b.csv: NaN or infinity found at point 2"),
        ("10,1\n20,x\n30,3\n", r"b.csv: line 2 holds no numbers \('20,x'\)"),
        ("10,1\n20\n30,3\n", r"b.csv: line 2 has 1 columns"),
        ("10\n20\n", r"b.csv: 0 points found"),
        ("10,1\n", r"b.csv: 1 points found"),
        ("", r"b.csv: 0 points found"),
        ("10,1\n10,2\n30,3\n", "'b.csv': 10 is there twice"),
        ("10,1\n30,2\n20,3\n", "'b.csv': it neither rises nor falls"),
        ("Hz,deg\n10,1\n20,2\n30,3\n", r"b.csv: it is a copy of 'a.csv'"),
    ],
)
def test_files_that_are_no_spectra(folder, text, message):
    (folder / "b.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        load_spectra_folder(folder)


def test_a_huge_file_is_not_read(folder, monkeypatch):
    monkeypatch.setattr("oversmith.datasets.folder.MOST_BYTES", 4)
    with pytest.raises(InputError, match="is smaller, check it"):
        load_spectra_folder(folder)


def test_folders_and_arguments(folder, tmp_path):
    with pytest.raises(InputError, match="folder: there is no folder"):
        load_spectra_folder(tmp_path / "none")
    with pytest.raises(InputError, match="labels: there is no file"):
        load_spectra_folder(folder, labels="mine.csv")
    with pytest.raises(InputError, match="rule: 'kink'"):
        load_spectra_folder(folder, rule="kink")
    with pytest.raises(InputError, match="column: 0"):
        load_spectra_folder(folder, column=0)
    with pytest.raises(InputError, match=r"line 2 has 2 columns, the values are looked for in column 5"):
        load_spectra_folder(folder, column=5)
