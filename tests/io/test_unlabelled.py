"""Rows without a label: refused with their number in any spelling, or left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import oversmith as om
from oversmith.cli import main
from oversmith.exceptions import InputError
from oversmith.io import write
from oversmith.io.unlabelled import find_unlabelled


def labels(mark: object, first: object = "no", second: object = "yes", n: int = 40) -> list[object]:
    return [mark if row % 8 == 3 else second if row % 4 == 0 else first for row in range(n)]


def saved(folder: Path, column: list[object]) -> Path:
    path = folder / "in.csv"
    path.write_text("a,b,y\n" + "".join(f"{row % 7},{row % 5}.5,{label}\n" for row, label in enumerate(column)))
    return path


@pytest.mark.parametrize("mark", ["", " ", "NA", "N/A", "nan", "NaN", "null", "None", "?", "-", "#N/A", "n.a."])
@pytest.mark.parametrize("classes", [("no", "yes"), (0, 1)])
def test_missing_labels_of_any_spelling(
    tmp_path: Path, mark: str, classes: tuple[object, object], capsys: pytest.CaptureFixture[str]
):
    path = saved(tmp_path, labels(mark, *classes))
    shown = repr(mark) if mark else "an empty cell"
    with pytest.raises(InputError) as caught:
        om.read(path, "y")
    finding = f"target: 5 of 40 rows have no value in 'y', {shown} in 5 rows; drop_unlabelled= leaves these rows out"
    assert str(caught.value).startswith(finding)
    assert ("types='y=category'" in caught.value.cure) == bool(mark.strip())
    line = ["resample", str(path), "--target", "y", "--method", "jitter", "-o", str(tmp_path / "out.csv")]
    assert main(line) == 2
    assert "in 5 rows; --drop-unlabelled leaves these rows out" in capsys.readouterr().err
    assert main([*line, "--drop-unlabelled"]) == 0
    assert f"oversmith: 5 rows without a label left out, {shown} in 5 rows" in capsys.readouterr().err
    again = om.read(tmp_path / "out.csv", "y")
    assert {str(name): n for name, n in again.counts.items()} == {str(name): 25 for name in classes}
    real = [line for line in path.read_text().splitlines() if line.split(",")[2] != mark]
    assert (tmp_path / "out.csv").read_text().splitlines()[:36] == real


def test_several_spellings_are_counted_together(tmp_path: Path):
    column = labels("?")
    column[0], column[1], column[2] = "NA", "", "None"
    with pytest.raises(InputError, match=r"8 of 40 rows have no value in 'y', '\?' in 5 rows, 'NA' in 1 row, an empty"):
        om.read(saved(tmp_path, column), "y")
    data = om.read(saved(tmp_path, column), "y", drop_unlabelled=True)
    assert len(data) == 32
    assert data.X.index.tolist() == data.rows.tolist()
    assert data.notes[0].startswith("8 rows without a label left out, '?' in 5 rows, 'NA' in 1 row")


def test_words_that_may_be_classes_are_said(tmp_path: Path):
    data = om.read(saved(tmp_path, labels("unknown")), "y")
    assert data.counts == {"no": 25, "yes": 10, "unknown": 5}
    note = (
        "class 'unknown' in 5 rows may stand for a missing label and is read as a class; drop_unlabelled= leaves such"
    )
    assert data.notes[0].startswith(note)
    assert om.read(saved(tmp_path, labels("unknown")), "y", drop_unlabelled=True).counts == {"no": 25, "yes": 10}
    assert "None" in om.read(saved(tmp_path, labels("None", "Mild", "Severe")), "y").counts


@pytest.mark.parametrize("column", [["+", "-", "x"] * 8, ["none", "leak", "none", "crack"] * 6, ["yes", "?"] * 12])
def test_marks_that_are_classes(column: list[str]):
    assert not find_unlabelled(column).is_missing.any()
    assert not find_unlabelled(["?", *"abab"], is_declared=True).is_missing.any()


def test_a_declared_column_has_every_text_as_a_class(tmp_path: Path):
    for mark in ("NA", "?", "None"):
        assert om.read(saved(tmp_path, labels(mark)), "y", types="y=category").counts[mark] == 5


def test_arrays_and_typed_files(tmp_path: Path):
    X = np.random.default_rng(0).normal(size=(40, 2))
    np.savez(tmp_path / "t.npz", X=X, y=np.array(labels("?")))
    with pytest.raises(InputError, match=r"5 of 40 rows have no value in 'y', '\?' in 5 rows; drop_unlabelled= leaves"):
        om.read(tmp_path / "t.npz")
    data = om.read(tmp_path / "t.npz", drop_unlabelled=True)
    write(tmp_path / "out.npz", data, data.X[:2], data.labels[:2])
    assert len(om.read(tmp_path / "out.npz")) == 37
    np.savez(tmp_path / "t.npz", X=X, y=np.array(labels(np.nan, 0.0, 1.0)))
    with pytest.raises(InputError, match="5 of 40 rows have no value in 'y', an empty cell in 5 rows"):
        om.read(tmp_path / "t.npz")
    pd.DataFrame({"a": X[:, 0], "y": labels(None)}).to_parquet(tmp_path / "t.parquet")
    assert om.read(tmp_path / "t.parquet", "y", drop_unlabelled=True).counts == {"no": 25, "yes": 10}


def test_a_benchmark_leaves_them_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    saved(tmp_path, labels("?"))
    monkeypatch.chdir(tmp_path)
    line = ["bench", "run", "--dataset", "in.csv", "--target", "y", "-o", "runs", "--dry-run"]
    assert main(line) == 2
    assert "--drop-unlabelled leaves these rows out" in capsys.readouterr().err
    assert main([*line, "--drop-unlabelled"]) == 0
