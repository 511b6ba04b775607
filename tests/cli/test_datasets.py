from __future__ import annotations

import json

import pandas as pd
import pytest

from oversmith.cli import main


def test_list(capsys):
    assert main(["datasets", "list", "--group", "papers"]) == 0
    out = capsys.readouterr().out
    assert "9 data sets" in out
    assert "yeast_2_vs_4" in out
    assert main(["datasets", "list", "--modality", "series", "--json"]) == 0
    assert {entry["modality"] for entry in json.loads(capsys.readouterr().out)} == {"series"}


def test_info(capsys, monkeypatch):
    monkeypatch.delenv("OVERSMITH_DATA", raising=False)
    assert main(["datasets", "info", "mammography", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["groups_of"]["judging"].startswith("microcalcifications")
    assert main(["datasets", "info", "nsl_kdd_u2r"]) == 0
    assert "kdd-cup-99" in capsys.readouterr().out


@pytest.mark.data
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_get(data_dir, tmp_path, capsys, suffix):
    path = tmp_path / f"glass2.{suffix}"
    assert main(["datasets", "get", "glass2", "-o", str(path)]) == 0
    frame = pd.read_csv(path) if suffix == "csv" else pd.read_parquet(path)
    assert frame["target"].value_counts().to_dict() == {"negative": 197, "positive": 17}
    assert main(["datasets", "get", "glass2", "-o", str(path)]) == 2
    assert "--force" in capsys.readouterr().err


def test_wrong_words(capsys, tmp_path):
    assert main(["datasets", "info", "gless2"]) == 2
    assert "did you mean 'glass2'" in capsys.readouterr().err
    assert main(["datasets", "get", "glass2", "-o", str(tmp_path / "x.txt")]) == 2
    assert ".csv or .parquet" in capsys.readouterr().err
    assert main(["datasets", "list", "--group", "judge"]) == 2
    assert 'Did you mean "judging"?' in capsys.readouterr().err


def test_simulated_sets_say_that_they_are(capsys):
    assert main(["datasets", "list", "--modality", "spectra"]) == 0
    assert capsys.readouterr().out.count("simulated") >= 4
    assert main(["datasets", "info", "hydrogel_acd_simulated"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "SIMULATED" in told
    assert "no measurements" in told
    assert "SHA-256" not in told
