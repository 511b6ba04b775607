"""``oversmith compare``, run for real on small tables with few folds and few training steps."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from oversmith.cli import main

SMALL = ("--folds", "2", "--inner-folds", "2", "--max-steps", "2", "--jobs", "1")


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    label = np.repeat(["no", "yes", "maybe"], [40, 12, 8])[rng.permutation(60)]
    frame = pd.DataFrame(
        {
            "id": np.arange(60),
            "size": rng.normal(size=60).round(3) + 2 * (label == "yes"),
            "kind": rng.choice(["x", "y"], 60),
            "target": label,
        }
    )
    path = tmp_path / "in.csv"
    frame.to_csv(path, index=False)
    return path


def test_report_table_and_json(csv: Path):
    report, numbers = csv.with_name("oversmith-report.html"), csv.with_name("numbers.json")
    report.write_text("an older report under the default name is replaced")
    words = [
        "compare",
        "in.csv",
        "--target",
        "target",
        "--positive",
        "yes",
        "--drop",
        "id",
        "--json",
        "numbers.json",
    ]
    result = subprocess.run(
        [sys.executable, "-m", "oversmith", *words, *SMALL],
        cwd=csv.parent,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[-1] == "oversmith-report.html"
    assert lines[0].startswith("in.csv: 60 rows, 2 classes; 2 folds × 1")
    assert "\x1b" not in result.stdout + result.stderr
    summary = json.loads(numbers.read_text())
    assert summary["data"]["positive"] == "yes"
    assert {entry["name"]: entry["rows"] for entry in summary["data"]["classes"]} == {"rest": 48, "yes": 12}
    assert [entry["name"] for entry in summary["data"]["column_names"]] == ["size", "kind"]
    for row in summary["leaderboard"]:
        assert any(line.strip().startswith(row["title"]) for line in lines), row["title"]
    assert any(summary["verdict"]["sentence"] in line for line in lines)
    page = report.read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "in.csv" in page
    assert sorted(path.name for path in csv.parent.iterdir()) == [
        "in.csv",
        "numbers.json",
        "oversmith-report.html",
    ]


def test_json_on_stdout_for_several_classes_of_an_npz(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rng = np.random.default_rng(1)
    y = np.repeat([0, 1, 2], [30, 12, 8])
    np.savez(tmp_path / "in.npz", X=rng.normal(size=(50, 3)) + y[:, None], y=y)
    words = [
        "compare",
        str(tmp_path / "in.npz"),
        "--target",
        "y",
        *SMALL,
        "-o",
        str(tmp_path / "r.html"),
        "--json",
    ]
    assert main(words) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["data"]["positive"] is None
    assert summary["failures"] == []
    assert summary["protocol"]["folds"] == 2
    assert (tmp_path / "r.html").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--target", "y"], "--target: 'y' is given without DATA"),
        (["in.csv"], "--target: it is missing"),
        (
            ["in.csv", "--target", "tarjet"],
            "--target: 'in.csv' has no column 'tarjet'; did you mean 'target'?",
        ),
        (["in.csv", "--target", "target", "--positive", "yess"], "--positive: 'yess' is not a class"),
        (["in.csv", "--target", "target", "--drop", "kinds"], "--drop: 'in.csv' has no column 'kinds'"),
        (["in.csv", "--target", "target", "-o", "old.html"], "--output: 'old.html' exists"),
        (["in.csv", "--target", "target", "-o", "no/r.html"], "--output: the folder 'no' does not exist"),
        (["in.csv", "--target", "target", "--json", "old.html"], "--json: 'old.html' exists"),
        (["in.csv", "--target", "target", "-o", "a", "--json", "a"], "--json: 'a' is named twice"),
        (["in.csv", "--target", "target", "--folds", "20"], ""),
        (["old.html", "--target", "target"], "DATA: 'old.html' has the suffix '.html'"),
    ],
)
def test_bad_requests_are_usage_errors(
    csv: Path,
    words: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(csv.parent)
    Path("old.html").write_text("old")
    assert main(["compare", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"oversmith: {message}")
    assert err.count("\n") == 1
    assert Path("old.html").read_text() == "old"
    assert sorted(path.name for path in csv.parent.iterdir()) == ["in.csv", "old.html"]


def test_methods_by_name(csv: Path, capsys: pytest.CaptureFixture[str]):
    report = csv.with_name("report.html")
    words = ("--target", "target", "--drop", "id", "--method", "jitter", "--method", "gan", "-o", str(report))
    assert main(["compare", str(csv), *words, *SMALL]) == 0
    out = capsys.readouterr().out
    for title in ("Jitter, fill 0.33", "Jitter, fill 1.0", "GAN, fill 0.33", "GAN, fill 1.0"):
        assert title in out
    assert "EO-WGAN" not in out
    assert main(["compare", str(csv), "--target", "target", "--method", "gann", "-o", str(report), "--force"]) == 2
    assert "--method: 'gann' is not a method of Oversmith" in capsys.readouterr().err


def test_a_store_lets_an_interrupted_comparison_go_on(csv: Path):
    import signal
    import sqlite3
    import time

    options = (
        "--target",
        "target",
        "--drop",
        "id",
        "--method",
        "jitter",
        "--folds",
        "3",
        "--inner-folds",
        "2",
        "--jobs",
        "1",
    )
    words = [sys.executable, "-m", "oversmith", "compare", str(csv), *options]
    where = {"cwd": csv.parent, "text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([*words, "--store", "kept", "-o", "first.html"], **where)

    def stored() -> int:
        try:
            base = sqlite3.connect(f"file:{csv.parent / 'kept' / 'results.sqlite'}?mode=ro", uri=True)
            with base:
                return int(base.execute("SELECT count(*) FROM jobs").fetchone()[0])
        except sqlite3.Error:
            return 0

    while not stored() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    cut = stored()
    assert 0 < cut < 3 * 6 * 4
    process = subprocess.Popen([*words, "--store", "kept", "-o", "first.html"], **where)
    while stored() == cut and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate()
    assert process.returncode == 130
    assert told.splitlines()[-1] == "oversmith: interrupted; finished jobs are stored, the same command goes on"
    numbers = []
    for more in (["--store", "kept", "-o", "second.html"], ["-o", "third.html"]):
        done = subprocess.run([*words, *more, "--json", f"{more[-1]}.json"], **where, timeout=300)
        assert done.returncode == 0, done.stderr
        summary = json.loads((csv.parent / f"{more[-1]}.json").read_text())
        assert summary["failures"] == []
        numbers.append([(row["title"], row["metrics"], row["rank"]) for row in summary["leaderboard"]])
    assert numbers[0] == numbers[1]
    assert stored() > cut
