from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bench_toys import SLOW, Misbehaving, misbehaving, table

from oversmith.evaluation import Contender, Plan, Protocol, Store, missing, run
from oversmith.evaluation.child import _IDLE, close_children, resident_mb, run_isolated
from oversmith.evaluation.classifiers import classifier_named
from oversmith.evaluation.raw_scores import COST_COLUMNS
from oversmith.exceptions import InputError, MissingExtraError

TWO = Protocol(folds=2, inner_folds=2)


def wrapped_gan():
    from oversmith import GAN, WeightedResampler

    return WeightedResampler(GAN())


@pytest.fixture(scope="module", autouse=True)
def _no_children_left():
    yield
    close_children()


def equal_but_for_costs(one, two):
    pd.testing.assert_frame_equal(one.drop(columns=list(COST_COLUMNS)), two.drop(columns=list(COST_COLUMNS)))


def only(contender, **options):
    """Scores of one contender beside the control."""
    store = run(Plan([table()], ["none-tuned", contender], ["knn"], TWO), n_jobs=1, **options)
    found = store.scores()
    assert set(found.loc[found["contender"] == "none-tuned", "status"]) == {"done"}
    return found[found["contender"] != "none-tuned"]


@pytest.mark.parametrize(
    "what, status, error",
    [
        ("nan", "failed", "ValueError: the sampler returned 1 missing values in column 'x0', which had none"),
        ("raise", "failed", "RuntimeError: it broke"),
        ("steal", "failed", "LeakageError: 30 of 30 new rows of the resampled training set equal test rows"),
        ("memory error", "oom", "MemoryError"),
        ("die", "failed", "Died: the process ended with exit code 7"),
        ("abort", "failed", "Died: the process ended with exit code -6"),
        ("killed", "oom", "Killed: the system ended the process, most likely for want of memory"),
    ],
)
def test_what_a_sampler_must_not_do_is_a_result(what, status, error):
    found = only(misbehaving(what), isolate=what in ("die", "abort", "killed"))
    assert set(found["status"]) == {status}
    assert all(text.startswith(error) for text in found["error"])
    assert found["average_precision"].isna().all()
    assert found["n_train"].tolist() == [30, 30]


def test_the_traceback_is_kept():
    store = run(Plan([table()], [misbehaving("raise")], ["knn"], TWO), n_jobs=1, isolate=False)
    for record in store.records():
        assert "in fit_resample" in record.trace
        assert record.trace.rstrip().endswith("in the middle")


def test_a_sampler_beyond_its_time():
    start = time.monotonic()
    found = only(misbehaving("sleep"), time_limit=1.5)
    assert time.monotonic() - start < 30
    assert set(found["status"]) == {"timeout"}
    assert set(found["error"]) == {"TimeLimit: more than 1.5 seconds"}


def test_a_sampler_beyond_its_memory():
    # A child begins with some 500 MB and asks for 2,400 more.
    limit = 1_500.0
    found = only(misbehaving("grow"), memory_limit=limit)
    assert set(found["status"]) == {"oom"}
    assert set(found["error"]) == {f"MemoryLimit: more than {limit:g} MB"}


LIMITED = """
import resource
from bench_toys import misbehaving, table
from oversmith.evaluation import Plan, Protocol, run

resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
contenders = ["none-tuned", misbehaving("grow"), misbehaving("abort")]
for record in run(Plan([table()], contenders, ["knn"], Protocol(folds=2, inner_folds=2)), n_jobs=1).records():
    print(record.cell["contender"], record.status, record.error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit the address space")
def test_a_hard_limit_of_memory_is_told_as_such():
    paths = [str(Path(__file__).parent), *sys.path]
    words = [sys.executable, "-c", f"import sys; sys.path[:] = {paths!r}{LIMITED}"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    lines = sorted(done.stdout.splitlines())
    assert len(lines) == 6
    for line, begin in zip(
        lines,
        ["abort oom Died: the process ended with exit code -6, most likely for want of memory, within 1500 MB"] * 2
        + ["grow oom MemoryError: Unable to allocate"] * 2
        + ["none-tuned done None"] * 2,
        strict=True,
    ):
        assert line.startswith(begin)


def test_a_slow_classifier_costs_the_others_nothing():
    plan = Plan([table()], ["smote"], [classifier_named("knn"), SLOW, classifier_named("lr")], TWO)
    found = run(plan, n_jobs=1, time_limit=1.5).scores()
    by_classifier = found.groupby("classifier")["status"].unique()
    assert {name: list(status) for name, status in by_classifier.items()} == {
        "knn": ["done"],
        "logistic-regression": ["done"],
        "slow": ["timeout"],
    }
    alone = run(Plan([table()], ["smote"], ["knn", "lr"], TWO), n_jobs=1, isolate=False).scores()
    kept = found[found["classifier"] != "slow"].reset_index(drop=True)
    equal_but_for_costs(kept, alone)


def test_children_are_used_again_and_isolation_changes_no_number():
    plan = Plan([table()], ["none-tuned", "random-over-sampling"], ["knn", "tree"], TWO, seeds=(0, 1))
    isolated = run(plan, n_jobs=1).scores()
    equal_but_for_costs(isolated, run(plan, n_jobs=1, isolate=False).scores())
    unit = plan.units()[0]
    close_children()
    for _ in range(2):
        _, peak = run_isolated(unit.job)
    assert [child.jobs for child in _IDLE] == [2]
    assert 50 < peak < 2000
    assert (isolated["cpu_seconds"] > 0).all()
    assert isolated["peak_mb"].between(50, 2000).all()


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_workers_change_no_number(backend):
    plan = Plan([table("a"), table("b")], ["none-tuned", "smote"], ["knn"], TWO)
    by_two = run(plan, n_jobs=2, backend=backend).scores()
    assert len(by_two) == 2 * 2 * 2
    assert (by_two["status"] == "done").all()
    equal_but_for_costs(by_two, run(plan, n_jobs=1, isolate=False).scores())


def test_the_sampler_is_fitted_once_for_all_classifiers_and_only_what_is_missing_runs(tmp_path):
    note = tmp_path / "fits"
    contender = misbehaving("nothing", str(note))
    with Store(tmp_path / "store") as store:
        first = Plan([table()], [contender], ["knn", "lr"], TWO)
        run(first, store, n_jobs=1, isolate=False)
        # Two outer folds, each with two inner ones.
        assert note.read_text() == "30\n15\n15\n" * 2
        before = store.scores()
        run(first, store, n_jobs=1, isolate=False)
        assert note.read_text() == "30\n15\n15\n" * 2
        more = Plan([table()], [contender], ["knn", "lr", "tree"], TWO)
        left = missing(more, store)
        assert left.statuses == {"done": 4, "pending": 2}
        assert [[cell.classifier for cell in unit.cells] for unit in left.units] == [["decision-tree"]] * 2
        run(more, store, n_jobs=1, isolate=False)
        assert note.read_text() == "30\n15\n15\n" * 4
        after = store.scores()
        pd.testing.assert_frame_equal(after[after["classifier"] != "decision-tree"].reset_index(drop=True), before)
    equal_but_for_costs(after, run(more, n_jobs=1, isolate=False).scores())


def test_failures_are_run_again_on_request_alone(tmp_path):
    def build(situation):
        return Misbehaving("raise" if not (tmp_path / "mended").exists() else "nothing")

    # The parameter that is mended is no part of the key: the sampler reads it elsewhere.
    contender = Contender("moody", "Moody", "moody", Moody(build))
    plan = Plan([table()], [contender], ["knn"], TWO)
    with Store(tmp_path / "store") as store:
        run(plan, store, n_jobs=1, isolate=False)
        assert store.counts() == {"failed": 2}
        (tmp_path / "mended").touch()
        run(plan, store, n_jobs=1, isolate=False)
        assert store.counts() == {"failed": 2}
        run(plan, store, n_jobs=1, isolate=False, retry_failed=True)
        assert store.counts() == {"done": 2}
        assert not missing(plan, store, retry_failed=True).units


class Moody:
    """A builder that is described by its class alone while keys are made, and builds what it is told in a job."""

    def __init__(self, build):
        self.build = build

    def __call__(self, situation):
        if situation.seed == 0:
            raise ValueError("not while keys are made")
        return self.build(situation)


def test_results_of_other_code_are_told_and_run_again_on_request(tmp_path, monkeypatch):
    plan = Plan([table()], ["none-tuned"], ["knn"], TWO)
    with Store(tmp_path) as store:
        run(plan, store, n_jobs=1, isolate=False)
        assert missing(plan, store).stale == 0
        from oversmith.evaluation import runner

        other = runner.facts() | {"revision": "another"}
        monkeypatch.setattr(runner, "facts", lambda: other)
        with pytest.warns(UserWarning, match="2 of 2 results were made by other versions or another revision"):
            run(plan, store, n_jobs=1, isolate=False)
        assert missing(plan, store, rerun_stale=True).statuses == {"pending": 2}
        run(plan, store, n_jobs=1, isolate=False, rerun_stale=True)
        assert missing(plan, store).stale == 0


def test_seeds_vary_and_splits_stay():
    plan = Plan([table()], ["random-over-sampling"], ["rf", "knn"], TWO, seeds=(0, 1, 2))
    store = run(plan, n_jobs=1, isolate=False)
    found = store.scores()
    assert len(found) == 2 * 2 * 3
    rows = {fold: [] for fold in range(2)}
    for _, row in found.iterrows():
        rows[row["fold"]].append(store.predictions(row["key"])["rows"])
    assert all(np.array_equal(one, rows[fold][0]) for fold in rows for one in rows[fold])
    spread = found[found["classifier"] == "random-forest"].groupby("fold")["brier"].std()
    assert (spread > 0).all()


def test_several_protocols_and_the_order_of_rows():
    protocols = [TWO, Protocol(folds=None, test=0.2, validation=0.2)]
    found = run(Plan([table("b"), table("a")], ["none-tuned"], ["knn"], protocols), n_jobs=1, isolate=False).scores()
    places = found[["dataset", "protocol", "fold"]].to_numpy().tolist()
    assert places == [
        [n, p, f] for n in "ab" for p, f in (("2-fold, inner 2", 0), ("2-fold, inner 2", 1), ("60/20/20", 0))
    ]
    assert found["n_test_positive"].tolist() == [8, 7, 3] * 2 or found["n_test_positive"].tolist() == [7, 8, 3] * 2


def test_progress_and_an_interrupt(tmp_path):
    plan = Plan([table()], ["none-tuned", "smote"], ["knn"], TWO)
    calls = []

    def stop(*call):
        calls.append(call)
        if len(calls) == 2:
            raise KeyboardInterrupt

    with Store(tmp_path) as store:
        with pytest.raises(KeyboardInterrupt):
            run(plan, store, n_jobs=1, isolate=False, progress=stop)
        assert store.counts() == {"done": 2}
        run(plan, store, n_jobs=1, isolate=False, progress=lambda *call: calls.append(call))
        assert calls == [
            (1, 4, "repeat 1, fold 1: Nothing"),
            (2, 4, "repeat 1, fold 1: SMOTE"),
            (3, 4, "repeat 1, fold 2: Nothing"),
            (4, 4, "repeat 1, fold 2: SMOTE"),
        ]
        equal_but_for_costs(store.scores(), run(plan, n_jobs=1, isolate=False).scores())


def test_a_child_ends_with_its_owner(tmp_path):
    script = """
import sys, time
sys.path[:] = {path!r}
from bench_toys import misbehaving, table
from oversmith.evaluation import Plan, Protocol, run
plan = Plan([table()], [misbehaving("sleep", {note!r})], ["knn"], Protocol(folds=2))
run(plan, n_jobs=1)
"""
    import subprocess

    note = tmp_path / "started"
    words = script.format(path=sys.path, note=str(note))
    owner = subprocess.Popen([sys.executable, "-c", words])
    try:
        deadline = time.monotonic() + 60
        while not note.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        children = Path(f"/proc/{owner.pid}/task/{owner.pid}/children")
        if not children.exists():
            pytest.skip("the system lists no children")
        numbers = [int(word) for word in children.read_text().split()]
        assert numbers
    finally:
        owner.kill()
        owner.wait()
    deadline = time.monotonic() + 10
    while any(resident_mb(number) for number in numbers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(resident_mb(number) for number in numbers)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"backend": "spark"}, "backend: 'spark' is not known"),
        ({"n_jobs": 0}, "n_jobs: 0"),
        ({"time_limit": 0}, "time_limit: 0"),
        ({"memory_limit": -1}, "memory_limit: -1"),
        ({"time_limit": 1, "isolate": False}, "time_limit: 1 found with isolate=False"),
        ({"backend": "threading", "isolate": False, "n_jobs": 2}, "'threading' found with isolate=False"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(InputError, match=message):
        run(Plan([table()], ["none-tuned"], ["knn"], TWO), **options)


@pytest.mark.parametrize("backend, package", [("dask", r"dask\[distributed\]"), ("ray", "ray")])
def test_a_backend_that_is_not_installed_names_its_package(backend, package, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed" if backend == "dask" else backend, None)
    with pytest.raises(MissingExtraError, match=f"{backend} is not installed; pip install '{package}'"):
        run(Plan([table()], ["none-tuned"], ["knn"], TWO), backend=backend)


def test_threads_of_one_process_own_children_of_their_own():
    plan = Plan([table()], ["none-tuned"], ["knn"], TWO)
    jobs = [unit.job for unit in plan.units()]
    found = {}
    threads = [threading.Thread(target=lambda i=i: found.update({i: run_isolated(jobs[i])[0]})) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {i: [row["fold"] for row in found[i].scores] for i in found} == {0: [0], 1: [1]}


def test_networks_run_on_the_threads_of_all_runs_also_without_isolation(monkeypatch):
    # JAX would take all cores of this process.
    monkeypatch.delenv("NPROC", raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1}, raising=False)
    plain = misbehaving("tell")
    networks = dataclasses.replace(plain, name="networks", trained=True)
    plan = Plan([table()], [plain, networks], ["knn"], TWO)
    threads = {(cell.contender, cell.spec.get("threads")) for unit in plan.units() for cell in unit.cells}
    assert threads == {("tell", None), ("networks", 1)}
    store = run(plan, n_jobs=1, isolate=False)
    told = {name: set(part["error"]) for name, part in store.scores().groupby("contender")}
    assert told["tell"] == {f"RuntimeError: process {os.getpid()}, threads None"}
    assert all(text.endswith("threads 1") for text in told["networks"])
    assert {facts["threads"] for facts in store.environments().values()} == {1}
    # Where JAX has this number of threads in any case, no child is needed.
    monkeypatch.setenv("NPROC", "1")
    again = run(Plan([table()], [networks], ["knn"], TWO), n_jobs=1, isolate=False)
    assert set(again.scores()["error"]) == {f"RuntimeError: process {os.getpid()}, threads 1"}


def test_what_trains_networks_is_found_in_samplers_and_classifiers_of_ones_own():
    def of(**changes):
        parts = {"datasets": [table()], "contenders": ["none-tuned"], "classifiers": ["lr"], "protocols": TWO}
        return {"threads" in cell.spec for unit in Plan(**parts | changes).units() for cell in unit.cells}

    own = Contender("own", "Own", "own", lambda situation: wrapped_gan())
    assert of() == of(contenders=["jitter", "smote"]) == {False}
    assert of(contenders=["gan"]) == of(contenders=[own]) == of(classifiers=["dense"]) == {True}
