"""``--types`` and ``--headerless``, on the command line and in files of options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oversmith.cli import main

MORE = ("--method", "jitter", "-o", "out.csv")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = "".join(f"{i % 7},{i % 5}x,2024010{i % 9 + 1},{'yes' if i % 4 == 0 else 'no'}\n" for i in range(40))
    (tmp_path / "in.csv").write_text(f"grade,site,day,fault\n{rows}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def kinds(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, int]:
    assert main(["resample", "in.csv", "--target", "fault", *MORE, *words, "--dry-run", "--json"]) == 0
    return json.loads(capsys.readouterr().out)["data"]["column_kinds"]


def test_types_on_the_line_and_in_the_file(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert kinds(capsys) == {"numeric": 2, "categorical": 1}
    words = ("--types", "grade=category", "--types", "day=date", "--types", "site=drop")
    assert kinds(capsys, *words) == {"categorical": 1, "datetime": 1}
    (folder / "oversmith.toml").write_text('[resample]\ntypes = ["grade=category", "day=date"]\n')
    assert kinds(capsys) == {"categorical": 2, "datetime": 1}
    (folder / "oversmith.toml").write_text('[resample.types]\ngrade = "category"\nday = "date"\n')
    assert kinds(capsys) == {"categorical": 2, "datetime": 1}


def test_generated_cells_of_declared_columns(folder: Path, capsys: pytest.CaptureFixture[str]):
    words = ("--types", "grade=category", "--types", "day=date")
    assert main(["resample", "in.csv", "--target", "fault", *MORE, *words]) == 0
    lines = (folder / "out.csv").read_text().splitlines()
    assert lines[:41] == (folder / "in.csv").read_text().splitlines()
    grades, _, days, _ = zip(*(line.split(",") for line in lines[41:]), strict=True)
    assert set(grades) <= set("0123456")
    assert all(len(day) == 8 and day.startswith("202401") for day in days)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--types", "grad=numeric"), "oversmith: --types: 'in.csv' has no column 'grad'; did you mean 'grade'?"),
        (("--types", "grade=numbers"), "oversmith: --types: 'numbers' for column 'grade' is no type; did you mean"),
        (("--types", "grade"), "oversmith: --types: 'grade' found; write COLUMN=TYPE"),
    ],
)
@pytest.mark.parametrize("command", ["resample", "compare", "bench"])
def test_slips(folder: Path, command: str, words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]):
    line = {
        "resample": ["resample", "in.csv", "--target", "fault", *MORE],
        "compare": ["compare", "in.csv", "--target", "fault"],
        "bench": ["bench", "run", "--dataset", "in.csv", "--target", "fault", "-o", "runs"],
    }[command]
    assert main([*line, *words, "--dry-run"]) == 2
    assert capsys.readouterr().err.startswith(message)


def test_notes_name_options_and_a_file_without_a_header(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "in.csv").write_text("1,2.5,no\n" + "2,3.5,yes\n3,?,no\n4,5/5,no\n5,6.5,no\n" * 6)
    assert main(["resample", "in.csv", "--target", "fault", *MORE]) == 2
    assert "--headerless" in capsys.readouterr().err
    assert main(["resample", "in.csv", "--target", "c3", "--headerless", *MORE]) == 0
    err = capsys.readouterr().err
    assert "column 'c2': 13 of 25 cells look like numbers" in err
    assert "--types c2=numeric reads numbers" in err
    assert (folder / "out.csv").read_text().startswith("1,2.5,no\n")


def test_a_benchmark_reads_types_and_says_notes(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "plan.toml").write_text(
        'contenders = ["none-tuned"]\nclassifiers = ["knn"]\n[protocol]\nfolds = 2\n'
        '[[datasets]]\npath = "in.csv"\ntarget = "fault"\ntypes = {day = "date", site = "drop"}\n'
    )
    assert main(["bench", "run", "plan.toml", "-o", "runs", "--dry-run"]) == 0
    assert "in.csv: column 'day': all 40 cells are dates, '20240101' is read as 2024-01-01" in capsys.readouterr().err
