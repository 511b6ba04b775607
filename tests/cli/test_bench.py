"""``oversmith bench``, run for real on small tables: the whole cycle, bad requests, and kills at random points."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from oversmith.cli import main
from oversmith.evaluation import Store
from oversmith.evaluation.raw_scores import COST_COLUMNS

PLAN = """
datasets = [
    {path = "a.csv", target = "class", positive = "yes"},
    {path = "b.csv", target = "class"},
    {path = "c.csv", target = "class", group = "id"},
]
contenders = ["none-tuned", "smote", {method = "jitter", name = "wide", fill = 0.5, parameters = {width = 0.3}}]
classifiers = ["knn", "lr"]
seeds = [3]
[protocol]
folds = 3
"""
RESULTS = 3 * 3 * 2 * 3


def write_grid(folder: Path) -> None:
    rng = np.random.default_rng(0)
    for name in "abc":
        label = np.repeat(["no", "yes"], [45, 15])
        X = rng.normal(size=(60, 3)) + (label == "yes")[:, None]
        frame = pd.DataFrame(X, columns=list("pqr")).assign(**{"class": label})
        if name == "c":
            frame["id"] = [f"p{i % 20}" for i in range(60)]
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "plan.toml").write_text(PLAN)


@pytest.fixture
def grid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_grid(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Raw scores of a run of the plan that nothing stopped."""
    folder = tmp_path_factory.mktemp("whole")
    write_grid(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["bench", "run", "plan.toml", "--out", "out", "--jobs", "1"]) == 0
        return table_of(folder / "out")


def table_of(folder: Path) -> bytes:
    """The raw scores as bytes, clock, memory and host columns apart."""
    target = folder.with_name(f"{folder.name}.parquet")
    assert main(["bench", "export", str(folder), str(target), "--force"]) == 0
    return pd.read_parquet(target).drop(columns=list(COST_COLUMNS)).to_csv(index=False).encode()


def stored(folder: Path) -> int:
    try:
        base = sqlite3.connect(f"file:{folder / 'results.sqlite'}?mode=ro", uri=True, timeout=1)
        try:
            return int(base.execute("SELECT count(*) FROM jobs").fetchone()[0])
        finally:
            base.close()
    except sqlite3.Error:
        return 0


def killed_and_resumed(grid: Path, kills: int) -> list[bytes]:
    """Tables of the runs that were killed and resumed."""
    rng = random.Random(7)
    command = [sys.executable, "-m", "oversmith", "bench", "run", "plan.toml", "--out", "cut", "--jobs", "1"]
    points = []
    while len(points) < kills:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before, start = stored(grid / "cut"), time.monotonic()
        # At a random moment: while it starts, or some results and a part of a job later.
        if rng.random() < 0.3:
            time.sleep(rng.uniform(0, 2))
        else:
            wanted = before + rng.choice([1, 2, 4])
            while stored(grid / "cut") < min(wanted, RESULTS - 1) and process.poll() is None:
                assert time.monotonic() - start < 60
                time.sleep(0.005)
            time.sleep(rng.uniform(0, 0.1))
        process.send_signal(signal.SIGKILL)
        process.wait()
        points.append(stored(grid / "cut"))
        assert points[-1] >= before
        if points[-1] == RESULTS:
            # All is done: the next kill needs something to interrupt.
            (grid / "cut").rename(grid / f"done-{len(points)}")
    assert any(0 < point < RESULTS for point in points)
    tables = []
    for folder in [grid / "cut", *grid.glob("done-*")]:
        if folder.is_dir():
            assert main(["bench", "resume", str(folder), "--jobs", "1"]) == 0
            assert stored(folder) == RESULTS
            tables.append(table_of(folder))
    return tables


def test_killed_at_random_points_it_ends_with_the_same_table(grid: Path, whole: bytes):
    assert set(killed_and_resumed(grid, 3)) == {whole}


@pytest.mark.slow
def test_killed_at_twenty_random_points_it_ends_with_the_same_table(grid: Path, whole: bytes):
    assert set(killed_and_resumed(grid, 20)) == {whole}


def test_the_whole_cycle(grid: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["bench", "run", "plan.toml", "-o", "runs/one", "--jobs", "2", "--time-limit", "60"]) == 0
    out, err = capsys.readouterr()
    assert out == "runs/one\n"
    assert f"{RESULTS} results in 27 jobs; 0 jobs are done already" in err
    assert "a rough guess for an idle machine: nothing was timed yet" in err
    assert "1 process(es): about" in err or "2 process(es): about" in err
    assert main(["bench", "run", "plan.toml", "-o", "runs/one"]) == 0
    assert "27 jobs are done already" in capsys.readouterr().err

    assert main(["bench", "status", "runs/one", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["results"] == {"done": RESULTS}
    assert found["plan"] == {"results": RESULTS, "stale": 0, "done": RESULTS}
    assert main(["bench", "status", "runs/one"]) == 0
    assert f"Plan: {RESULTS} results in 27 jobs; 0 results pending" in capsys.readouterr().out

    for suffix in ("parquet", "csv"):
        assert main(["bench", "export", "runs/one", f"raw.{suffix}"]) == 0
        assert capsys.readouterr().out == f"raw.{suffix}: {RESULTS} results\n"
    assert len(pd.read_csv("raw.csv")) == RESULTS
    assert main(["bench", "import", "raw.parquet", "--out", "runs/two"]) == 0
    assert capsys.readouterr().out == f"runs/two: {RESULTS} results read in, 0 there already\n"
    # What was read in is not run again.
    assert main(["bench", "run", "plan.toml", "--out", "runs/two"]) == 0
    assert "27 jobs are done already" in capsys.readouterr().err
    assert table_of(grid / "runs" / "two") == table_of(grid / "runs" / "one")

    capsys.readouterr()
    assert main(["bench", "report", "runs/one"]) == 0
    text = capsys.readouterr().out
    title, _, body = text.partition("\n")
    assert title == "# one"
    assert "| `wide` | " in text
    assert main(["bench", "report", "runs/two", "-o", "report.md"]) == 0
    # The heading is the name of the folder or file.
    assert Path("report.md").read_text() == f"# two\n{body}"
    assert main(["bench", "report", "raw.parquet", "-o", "exported.md"]) == 0
    assert Path("exported.md").read_text() == f"# raw\n{body}"
    assert main(["bench", "report", "gone.parquet"]) == 2

    capsys.readouterr()
    for source in ("runs/one", "raw.parquet"):
        assert main(["report", source, "-o", "page.html", "--force", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["kind"] == "bench"
        assert all(name in json.dumps(told["places"]) for name in ("none-tuned", "smote", "wide"))
        assert Path("page.html").read_text().startswith("<!DOCTYPE html>")
    assert main(["report", "runs/one", "--control", "smot"]) == 2
    assert "'smot' is not among the contenders" in capsys.readouterr().err


def test_what_is_left_of_a_plan_is_told(grid: Path, capsys: pytest.CaptureFixture[str]):
    words = ["--dataset", "a.csv", "--target", "class", "--contender", "none-tuned", "--classifier", "knn", "-o", "out"]
    assert main(["bench", "run", *words, "--jobs", "1", "--folds", "2"]) == 0
    capsys.readouterr()
    assert main(["bench", "run", *words, "--jobs", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"folder": "out", "results": {"done": 5}}
    with Store("out") as store:
        plan = json.loads(store.meta("plan"))
        store.set_meta("plan", json.dumps(plan | {"contenders": ["none-tuned", "smote"]}))
    assert main(["bench", "resume", "out", "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["fits"], told["fits_left"]) == (10, 5)
    assert told["timed"] == 7
    assert main(["report", "out", "--json"]) == 0
    warnings = json.loads(capsys.readouterr().out)["warnings"]
    assert "5 results of the plan are pending; go on with: oversmith bench resume out" in warnings
    with Store("empty"):
        pass
    assert main(["report", "empty"]) == 2
    assert "no result found" in capsys.readouterr().err


def test_by_options(grid: Path, capsys: pytest.CaptureFixture[str]):
    words = ["--dataset", "a.csv", "--dataset", "b.csv", "--target", "class", "--contender", "none-tuned"]
    more = ["--contender", "smote", "--classifier", "knn", "--split", "70/15/15", "--repeats", "2", "--seed", "1"]
    assert main(["bench", "run", *words, *more, "--out", "out", "--jobs", "1"]) == 0
    assert main(["bench", "export", "out", "raw.parquet"]) == 0
    frame = pd.read_parquet("raw.parquet")
    assert len(frame) == 2 * 2 * 2
    assert set(frame["protocol"]) == {"70/15/15"}
    assert set(frame["seed"]) == {1}
    assert sorted(set(frame["repeat"])) == [0, 1]
    Path("b.csv").rename("b2.csv")
    assert "Nothing can be said about what is left: the plan cannot" in _printed(["bench", "status", "out"], capsys)
    Path("b2.csv").rename("b.csv")
    # The folder knows its plan, from wherever it is resumed.
    os.chdir(grid.parent)
    capsys.readouterr()
    assert main(["bench", "resume", str(grid / "out")]) == 0
    assert "8 jobs are done already" in capsys.readouterr().err


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_prints_how_to_go_on(grid: Path, number: int, code: int):
    command = [sys.executable, "-m", "oversmith", "bench", "run", "plan.toml", "--out", "my run", "--jobs", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    start = time.monotonic()
    while not stored(grid / "my run") and process.poll() is None and time.monotonic() - start < 60:
        time.sleep(0.01)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert out == ""
    assert err.splitlines()[-1].endswith("finished jobs are stored, go on with: oversmith bench resume 'my run'")
    assert "Traceback" not in err
    assert 0 < stored(grid / "my run") < RESULTS
    if number == signal.SIGINT:
        assert main(["bench", "resume", "my run", "--jobs", "1"]) == 0
        assert stored(grid / "my run") == RESULTS


def test_failures_are_told_and_the_run_goes_on(grid: Path, capsys: pytest.CaptureFixture[str]):
    # Two positive rows in two folds leave one to learn from.
    pd.read_csv("a.csv").drop(index=range(47, 60)).to_csv("few.csv", index=False)
    words = ["--dataset", "few.csv", "--target", "class", "--contender", "none-tuned", "--contender", "smote"]
    options = ["--classifier", "knn", "--folds", "2", "--out", "out", "--jobs", "1"]
    assert main(["bench", "run", *words, *options]) == 0
    out, err = capsys.readouterr()
    assert out == "out\n"
    assert "oversmith: 2 failed; see 'oversmith bench report out'" in err
    assert json.loads(_printed(["bench", "status", "out", "--json"], capsys))["results"] == {"done": 2, "failed": 2}
    report = _printed(["bench", "report", "out"], capsys)
    assert (
        "| failed | SMOTE | k nearest neighbours | TooFewRowsError: y: class 'yes' has 1 training row(s); "
        "SMOTE needs two | 2 |" in report
    )


def _printed(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(words) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "words, code, message",
    [
        (["run", "--out", "x"], 2, "datasets: none found"),
        (["run", "none.toml", "--out", "x"], 2, "PLAN: there is no file 'none.toml'"),
        (["run", "a.csv", "--out", "x"], 2, "PLAN: 'a.csv' holds data; name it with --dataset"),
        (["run", "plan.toml", "--out", "x", "--seed", "1"], 2, "--seed: it is given beside the plan"),
        (["run", "--dataset", "a.csv", "--out", "x"], 2, "datasets: "),
        (["run", "--dataset", "a.csv", "--target", "clas", "--out", "x"], 2, "--target: 'a.csv' has no column 'clas'"),
        (["run", "plan.toml", "--out", "a.csv"], 1, "store: the folder 'a.csv' cannot be made"),
        (["run", "plan.toml", "--out", "x", "--backend", "spark"], 2, 'Invalid value "spark" for --backend'),
        (["run", "--dataset", "a.csv", "--out", "x", "--split", "70/20"], 2, "--split: '70/20' found"),
        (["status", "nowhere"], 1, "store: there is no 'nowhere/results.sqlite'"),
        (["resume", "nowhere"], 1, "store: there is no 'nowhere/results.sqlite'"),
        (["import", "none.parquet", "--out", "x"], 2, "FILE: there is no file 'none.parquet'"),
        (["import", "a.csv", "--out", "x"], 2, "FILE: 'a.csv' is not a readable Parquet file"),
    ],
)
def test_bad_requests(grid: Path, words: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]):
    assert main(["bench", *words]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith(f"oversmith: {message}")


@pytest.mark.parametrize(
    "text, message",
    [
        ("dataset = ['a']", "PLAN: 'dataset' is not known; did you mean 'datasets'?"),
        ("datasets = [{path = 'a.csv'}]", "has no 'target'"),
        (
            "datasets = ['a']\ncontenders = [{method = 'jitter', parameters = {fill = 0.5}}]",
            "'fill' found among the parameters; write it beside 'method'",
        ),
        ("datasets = [{target = 'y'}]", "give a name, or a table with 'path' and 'target'"),
        ("datasets = 'a.csv'", "datasets: 'a.csv' found; give a list"),
        (f"{PLAN}\nfold = 3", "protocol: 'fold' is not known; did you mean 'folds'?"),
        (PLAN.replace("folds = 3", "folds = 'x'"), "protocol: folds is 'x'; use a whole number"),
        (PLAN.replace("width", "widht"), "did you mean 'width'?"),
        (PLAN.replace('"lr"', '"lrr"'), "classifier: 'lrr'"),
        (PLAN.replace("seeds = [3]", "max_steps = 0"), "--max-steps: 0 found; use a whole number of at least 1"),
    ],
)
def test_bad_plans(grid: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]):
    Path("bad.toml").write_text(text)
    assert main(["bench", "run", "bad.toml", "--out", "x"]) == 2
    assert message in capsys.readouterr().err


def test_two_writers(grid: Path, capsys: pytest.CaptureFixture[str]):
    from oversmith.evaluation import Store

    with Store("out"):
        assert main(["bench", "run", "plan.toml", "--out", "out"]) == 1
        assert "another process writes to 'out'" in capsys.readouterr().err


def test_a_full_disk_stops_the_run_and_loses_nothing(grid: Path, whole: bytes):
    script = (
        "import resource, sys; from oversmith.cli import main;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000));"
        "sys.exit(main(['bench', 'run', 'plan.toml', '--out', 'out', '--jobs', '1']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert "the disk is full or a limit is reached" in done.stderr
    assert "what was stored before is safe: free some space and resume" in done.stderr
    assert 0 < stored(grid / "out") < RESULTS
    assert main(["bench", "resume", "out", "--jobs", "1"]) == 0
    assert table_of(grid / "out") == whole


def test_a_folder_shows_the_plan_it_was_last_run_with(grid: Path, capsys: pytest.CaptureFixture[str]):
    words = ["--dataset", "a.csv", "--target", "class", "--classifier", "knn", "--folds", "2", "--out", "out"]
    words += ["--jobs", "1", "--contender", "none-tuned", "--contender"]
    assert main(["bench", "run", *words, "random-over-sampling"]) == 0
    frame = pd.read_csv("a.csv")
    frame.assign(**{frame.columns[0]: frame[frame.columns[0]].iloc[::-1].to_numpy()}).to_csv("a.csv", index=False)
    assert main(["bench", "run", *words, "smote"]) == 0
    status = json.loads(_printed(["bench", "status", "out", "--json"], capsys))
    assert (status["results"], status["superseded"]) == ({"done": 8}, 4)
    text = _printed(["bench", "report", "out"], capsys)
    assert "4 superseded results are left out" in text
    assert "random-over-sampling" not in text
    assert _printed(["bench", "export", "out", "raw.csv"], capsys) == "raw.csv: 4 results, 4 superseded ones left out\n"
    assert set(pd.read_csv("raw.csv")["contender"]) == {"none-tuned", "smote"}
    page = json.loads(_printed(["report", "out", "--output", "page.html", "--json"], capsys))
    assert page["facts"]["results"] == 4
    assert any("4 superseded results are left out" in line for line in page["warnings"])
