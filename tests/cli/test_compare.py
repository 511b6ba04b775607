"""``oversmith compare``, run for real on small tables with few folds and few training steps."""

from __future__ import annotations

import json
import shlex
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


def test_report_table_store_and_json(csv: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    report = csv.with_name("oversmith-report.html")
    report.write_text("an older report under the default name is replaced")
    words = ["compare", "in.csv", "--target", "target", "--positive", "yes", "--drop", "id", "--store", "kept", *SMALL]
    words += ["--classifier", "lr", "--classifier", "knn"]
    command = [sys.executable, "-m", "oversmith", *words]
    result = subprocess.run(command, cwd=csv.parent, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[-1] == "oversmith-report.html"
    assert lines[0].startswith("in.csv: 60 rows, 2 classes; 2 folds × 1")
    assert "\x1b" not in result.stdout + result.stderr
    page = report.read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "in.csv" in page
    # What was understood is on the first screen.
    assert "60 rows" in page
    assert "table: 2 columns: 1 numeric, 1 categorical" in page
    assert "target “target”" in page
    assert "rest 48, yes 12" in page
    assert sorted(path.name for path in csv.parent.iterdir()) == ["in.csv", "kept", "oversmith-report.html"]

    # The page again, from what is stored, to the last byte.
    monkeypatch.chdir(csv.parent)
    assert main(["report", "kept", "-o", "again.html"]) == 0
    assert capsys.readouterr().out == "again.html\n"
    assert Path("again.html").read_bytes() == report.read_bytes()
    assert main(["report", "kept", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["data"]["positive"] == "yes"
    assert {entry["name"]: entry["rows"] for entry in summary["data"]["classes"]} == {"rest": 48, "yes": 12}
    assert [entry["name"] for entry in summary["data"]["column_names"]] == ["size", "kind"]
    for row in summary["places"][0]["leaderboard"]:
        assert any(line.strip().startswith(row["title"]) for line in lines), row["title"]
    assert any(summary["verdict"]["sentence"] in line for line in lines)
    # Nothing is left to run.
    assert main([*words, "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["fits"], told["fits_left"], told["jobs"]) == (12, 0, [])
    assert told["data"]["counts"] == {"rest": 48, "yes": 12}
    assert told["data"]["column_kinds"] == {"numeric": 1, "categorical": 1}
    assert main([*words, "--dry-run", "--json", "--seed", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["fits_left"], told["timed"]) == (12, 12)
    assert sum(row["fits"] for row in told["jobs"]) == 12
    assert told["seconds"] > 0


def test_a_dry_run_runs_nothing(csv: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(csv.parent)
    assert main(["compare", "in.csv", "--target", "target", "--dry-run", "--store", "kept"]) == 0
    out = capsys.readouterr().out
    assert "target: no 40, yes 12, maybe 8" in out
    assert "table      3 columns: 2 numeric, 1 categorical" in out
    assert "EO-WGAN, fill 0.33" in out
    assert "30 of 30 fits are left, 140 results in all" in out
    assert "a rough guess" in out
    assert [path.name for path in csv.parent.iterdir()] == ["in.csv"]


def test_an_interrupt_without_a_store_keeps_what_is_finished(
    csv: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from oversmith.cli.compare import _stopped
    from oversmith.cli.invocation import invoked
    from oversmith.evaluation import Plan, Store, run

    monkeypatch.chdir(csv.parent)
    frame = pd.read_csv(csv)
    toy = ("toy", frame[["size"]], (frame["target"] == "yes").astype(int))
    with invoked(["compare", "in.csv", "--target", "target"]), Store() as store:
        assert _stopped(KeyboardInterrupt(), store) == 130
        again = "go on with: oversmith compare in.csv --target target"
        assert capsys.readouterr().err == f"oversmith: interrupted; no result was finished, {again}\n"
        run(Plan([toy], ["none-tuned"], ["knn"]), store, n_jobs=1, isolate=False)
        for folder in ("oversmith-kept", "oversmith-kept-2"):
            assert _stopped(KeyboardInterrupt(), store) == 130
            kept = f"oversmith: interrupted; 5 results are kept in '{folder}', {again} --store {folder}\n"
            assert capsys.readouterr().err == kept
            with Store(folder, write=False) as copy:
                assert copy.scores().equals(store.scores())


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
        *shlex.split("--classifier knn --classifier logistic-regression --classifier lr"),
        "-o",
        str(tmp_path / "r.html"),
        "--json",
    ]
    assert main(words) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["data"]["positive"] is None
    assert summary["failures"] == []
    assert [entry["name"] for entry in summary["classifiers"]] == ["knn", "logistic-regression"]
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
        (["in.csv", "--target", "target", "--json", "a.json"], "'a.json': nothing is expected here"),
        (
            ["in.csv", "--target", "target", "--classifier", "knnn"],
            "--classifier: 'knnn' is not a classifier of Oversmith",
        ),
        (["in.csv", "--target", "target", "--drop", "id", "--folds", "20"], ""),
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
    words = shlex.split("--target target --drop id --method jitter --method gan --classifier knn")
    words += ["-o", str(report)]
    assert main(["compare", str(csv), *words, *SMALL]) == 0
    out = capsys.readouterr().out
    for title in ("Jitter, fill 0.33", "Jitter, fill 1.0", "GAN, fill 0.33", "GAN, fill 1.0"):
        assert title in out
    assert "EO-WGAN" not in out
    assert main(["compare", str(csv), "--target", "target", "--method", "gann", "-o", str(report), "--force"]) == 2
    assert "--method: 'gann' is not a method of Oversmith" in capsys.readouterr().err


def test_a_store_lets_an_interrupted_comparison_go_on(
    csv: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    import signal
    import sqlite3
    import time

    # Boosted trees take long enough to be interrupted.
    options = shlex.split(
        "--target target --drop id --method jitter --classifier xgb --folds 3 --inner-folds 2 --jobs 1"
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
    assert 0 < cut < 3 * 6
    process = subprocess.Popen([*words, "--store", "kept", "-o", "first.html"], **where)
    while stored() == cut and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate()
    assert process.returncode == 130
    again = shlex.join(["oversmith", *words[3:], "--store", "kept", "-o", "first.html"])
    assert told.splitlines()[-1].startswith("oversmith: interrupted; ")
    assert told.splitlines()[-1].endswith(f" results are stored, go on with: {again}")
    assert main(["report", str(csv.parent / "kept"), "-o", str(csv.parent / "part.html")]) == 2
    assert f"results of a comparison that was stopped; go on with: {again}" in capsys.readouterr().err
    numbers = []
    monkeypatch.chdir(csv.parent)
    for more in (["--store", "kept", "-o", "second.html"], ["-o", "third.html"]):
        assert main([*words[3:], *more, "--json"]) == 0
        summary = json.loads(capsys.readouterr().out)
        assert summary["failures"] == []
        numbers.append([(row["title"], row["metrics"], row["rank"]) for row in summary["places"][0]["leaderboard"]])
    assert numbers[0] == numbers[1]
    assert stored() > cut
