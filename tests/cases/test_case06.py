"""One odd cell, or the spelling of a country, in a column of numbers: the data are those of the plain file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import oversmith as om
from oversmith.cli import main
from oversmith.io import write

ODD_ROW = 17
RNG = np.random.default_rng(0)
LABELS = np.where(RNG.random(240) < 0.2, "yes", "no")
FIRST = (LABELS == "yes") * 1.6 + RNG.normal(size=240) + 9
SECOND = RNG.normal(size=240) + 9


def odd(cell: str) -> Callable[[int, float], str]:
    return lambda row, value: cell if row == ODD_ROW else f"{value:.3f}"


SPELLINGS: dict[str, Callable[[int, float], str]] = {
    "plain": lambda row, value: f"{value:.3f}",
    "question mark": odd("?"),
    "hyphen": odd("-"),
    "blank": odd(" "),
    "words": odd("n/a"),
    "comma": lambda row, value: f"{value:.3f}".replace(".", ","),
    "dollar": lambda row, value: f"${value:.3f}",
    "percent": lambda row, value: f"{value:.3f}%",
}


def saved(folder: Path, spelling: str) -> Path:
    path = folder / "n.csv"
    rows = zip(FIRST, SECOND, LABELS, strict=True)
    lines = [f"{SPELLINGS[spelling](row, a)};{b:.3f};{label}\n" for row, (a, b, label) in enumerate(rows)]
    path.write_text("a;b;y\n" + "".join(lines))
    return path


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_data_are_those_of_the_plain_file(tmp_path: Path, spelling: str):
    plain = om.read(saved(tmp_path, "plain"), "y")
    data = om.read(saved(tmp_path, spelling), "y")
    expected = plain.X.copy()
    if data.X["a"].isna().any():
        expected.loc[ODD_ROW, "a"] = np.nan
    pd.testing.assert_frame_equal(data.X, expected)
    assert len(data.notes) == (spelling != "plain")


def test_what_is_read_as_missing_is_said_with_its_row(tmp_path: Path):
    data = om.read(saved(tmp_path, "question mark"), "y")
    assert data.notes == ("column 'a': 239 of 240 cells are numbers, '?' in row 17 read as missing",)


@pytest.mark.parametrize(
    ("spelling", "pattern"), [("comma", r"\d+,\d{3}"), ("dollar", r"\$\d+\.\d{3}"), ("percent", r"\d+\.\d{3}%")]
)
def test_generated_cells_are_spelt_as_the_file_spells_them(tmp_path: Path, spelling: str, pattern: str):
    data = om.read(saved(tmp_path, spelling), "y")
    sampler = om.Jitter(random_state=0)
    X, y = sampler.fit_resample(data.X, data.y)
    generated = sampler.synthetic_mask_
    write(tmp_path / "out.csv", data, X[generated], y[generated])
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[:241] == (tmp_path / "n.csv").read_text().splitlines()
    cells = pd.Series([line.split(";")[0] for line in lines[241:]])
    assert len(cells) > 100
    assert cells.str.fullmatch(pattern).all()


def test_the_command_line_reads_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    words = ["resample", str(saved(tmp_path, "comma")), "--target", "y", "--method", "jitter", "-o", "out.csv"]
    assert main(words) == 0
    note = capsys.readouterr().err.splitlines()[0]
    assert note.startswith(
        "oversmith: column 'a': all 240 cells are numbers, '10,015' is read as 10.015, decimal comma"
    )
    assert note.endswith("; assumed, --types a=numeric:decimal-point declares the other reading")


@pytest.mark.slow
def test_a_comparison_gives_the_scores_of_the_plain_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    scores = {}
    for spelling in ("plain", "comma", "question mark"):
        words = ["compare", str(saved(tmp_path, spelling)), "--target", "y", "--method", "jitter", "--classifier", "lr"]
        assert main([*words, "--folds", "2", "--json", "-o", "x.html", "--force"]) == 0
        rows = json.loads(capsys.readouterr().out)["per_classifier"][0]["rows"]
        scores[spelling] = [row["metrics"]["average_precision"]["mean"] for row in rows]
    assert scores["comma"] == scores["plain"]
    # Other data are cut into other folds: scores of single folds reach from 0.45 to 0.75.
    np.testing.assert_allclose(scores["question mark"], scores["plain"], atol=0.1)
