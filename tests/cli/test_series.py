"""``oversmith resample`` and ``compare`` on series, run for real."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from oversmith.cli import main
from oversmith.evaluation import Plan, Protocol, run
from oversmith.evaluation.task import prepare

SMALL = shlex.split("--folds 2 --inner-folds 2 --max-steps 2 --jobs 1 --method jitter --classifier rocket")


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Twenty records of eight windows each: every record has a wave of its own, and a label that is a toss-up."""
    rng = np.random.default_rng(0)
    waves = rng.normal(size=(20, 1, 24)).cumsum(axis=2)
    record = np.repeat(np.arange(20), 8)
    X = (waves[record] + 0.05 * rng.normal(size=(160, 1, 24))).astype(np.float32)
    y = np.where(np.isin(record, rng.choice(20, 6, replace=False)), "worn", "healthy")
    path = tmp_path / "in.npz"
    np.savez(path, X=X, y=y, record=record)
    return path


def test_a_record_stands_on_one_side_of_a_split(records: Path):
    with np.load(records) as arrays:
        X, y, record = (arrays[name] for name in ("X", "y", "record"))
    found = {}
    for name, groups in (("kept", record), ("split", None)):
        task = prepare(X, y, target="y", name="records", positive="worn", groups=groups)
        protocol = Protocol(folds=3, inner_folds=None)
        frame = run(Plan((task,), ["none"], ["rocket"], protocol), n_jobs=1, isolate=False).scores()
        found[name] = frame["average_precision"].mean()
    # Windows of a record give it away; a record that was never seen tells nothing.
    assert found["split"] > 0.95
    assert found["kept"] < 0.75


def test_a_sample_keeps_shares_and_records(records: Path, capsys: pytest.CaptureFixture[str]):
    folder = records.parent
    options = ["--max-rows", "80", "--groups", "record", "--json"]
    assert main(["compare", str(records), *options, "-o", str(folder / "out.html"), *SMALL]) == 0, (
        capsys.readouterr().err
    )
    summary = json.loads(capsys.readouterr().out)
    assert {entry["name"]: entry["rows"] for entry in summary["data"]["classes"]} == {"healthy": 56, "worn": 24}
    (row,) = [row for row in summary["places"][0]["leaderboard"] if row["contender"] == "none-tuned"]
    assert row["metrics"]["average_precision"]["mean"] < 0.8
    page = (folder / "out.html").read_text()
    assert "in.npz" in page
    assert "median" in page


@pytest.mark.parametrize("groups, message", [("patient", "--groups: 'patient' is no other column"), ("y", "'y' is no")])
def test_groups_must_be_a_column(records: Path, groups: str, message: str, capsys: pytest.CaptureFixture[str]):
    assert main(["compare", str(records), "--groups", groups, *SMALL]) == 2
    assert message in capsys.readouterr().err


def test_resample_returns_series(records: Path, capsys: pytest.CaptureFixture[str]):
    out = records.with_name("out.npz")
    words = ["resample", str(records), "--target", "y", "--method", "time-warp", "-o", str(out)]
    assert main(words) == 0, capsys.readouterr().err
    with np.load(out) as found, np.load(records) as given:
        assert found["X"].shape == (224, 1, 24)
        assert found["X"].dtype == np.float32
        assert np.array_equal(found["X"][:160], given["X"])
        assert (found["y"] == "worn").sum() == (found["y"] == "healthy").sum() == 112
