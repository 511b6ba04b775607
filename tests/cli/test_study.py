"""``oversmith study``: wrong use is told before anything runs."""

from __future__ import annotations

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


def test_raw_scores_of_no_study(capsys):
    assert main(["study", "eo-wgan", "--from", str(RAW / "tuning.parquet")]) == 2
    assert "holds no study" in capsys.readouterr().err
