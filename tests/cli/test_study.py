"""``oversmith study``: wrong use is told before anything runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oversmith.cli import main

RAW = Path(__file__).resolve().parents[2] / "docs" / "results" / "raw"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nope"], "NAME: 'nope' is not known; choose from eo-wgan, smotified-gan"),
        (["eo-wgan", "--quick", "--seeds", "2"], "--seeds: it is given beside --quick"),
        (["eo-wgan", "--quick", "--from", "raw.parquet"], "--quick: it is given beside --from"),
        (["spectra", "--max-points", "64", "--from", "raw.parquet"], "--max-points: it is given beside --from"),
        (["ganbats", "--defaults"], "--defaults: it is for the study of spectra alone"),
        (["eo-wgan", "--from", "missing.parquet"], "there is no file 'missing.parquet'"),
    ],
)
def test_wrong_use(words, message, capsys):
    assert main(["study", *words]) == 2
    assert message in capsys.readouterr().err


def test_the_page_and_the_numbers_of_a_study(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    raw = str(RAW / "ganbats.parquet")
    assert main(["study", "ganbats", "--from", raw, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["study"] == "ganbats"
    row = next(row for row in told["numbers"] if row["verdict"] == "reproduced")
    assert all(isinstance(row[name], float) for name in ("published", "ours", "lo", "hi", "n"))
    assert main(["report", raw, "-o", "page.html"]) == 0
    assert capsys.readouterr().out == "page.html\n"
    assert "Liu et al. 2023" in Path("page.html").read_text()
    assert main(["report", raw, "--control", "none"]) == 2
    assert "--control: a study has its own" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gone"], "RESULTS: there is nothing at 'gone'"),
        (["table.csv"], "RESULTS: 'table.csv' is not a readable Parquet file"),
        (["."], "store: there is no 'results.sqlite'"),
        ([".", "-o", "no/page.html"], "--output: the folder 'no' does not exist"),
        ([".", "-o", "table.csv"], "--output: 'table.csv' exists"),
    ],
)
def test_what_cannot_be_reported(tmp_path: Path, monkeypatch, words, message, capsys):
    monkeypatch.chdir(tmp_path)
    Path("table.csv").write_text("a\n1\n")
    assert main(["report", *words]) > 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"oversmith: {message}")
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_raw_scores_of_no_study(capsys):
    assert main(["study", "eo-wgan", "--from", str(RAW / "tuning.parquet")]) == 2
    assert "holds no study" in capsys.readouterr().err
