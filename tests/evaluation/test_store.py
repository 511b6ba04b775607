from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench_toys import misbehaving, table

from oversmith import Results
from oversmith.evaluation import (
    Plan,
    Protocol,
    Store,
    StoreError,
    method_contender,
    missing,
    read_scores,
    run,
    write_scores,
)
from oversmith.evaluation.raw_scores import COLUMNS
from oversmith.evaluation.record import Record
from oversmith.exceptions import InputError
from oversmith.metrics import macro_scores

TWO = Protocol(folds=2, inner_folds=2)
FACTS = {"versions": {"oversmith": "0"}, "revision": None}


def record(key="a", status="done", **changes):
    cell = {"dataset": "d", "protocol": "p", "ratio": None, "contender": "c", "classifier": "k"}
    cell |= {"repeat": 0, "fold": 0, "seed": 0, "n_train": 9, "n_test": 3, "n_test_positive": 1}
    values = {"spec": {"seed": 0}, "cell": cell, "error": None, "scores": {"average_precision": 1 / 3}}
    return Record(key, "unit", status=status, **(values | changes))


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    plan = Plan([table("=a"), table("b")], ["none-tuned", "smote", misbehaving("raise")], ["knn", "lr"], TWO)
    with Store(folder) as store:
        run(plan, store, n_jobs=1, isolate=False)
    return folder, plan


def test_what_is_kept_comes_back_to_the_last_bit(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {"rows": np.arange(5), "y": np.arange(5) % 2, "scores": rng.random((5, 2)).astype(np.float32)}
    with Store(tmp_path / "new" / "folder") as store:
        store.put([record(predictions=arrays), record("b", "failed", error="why", scores={})], FACTS)
        assert store.statuses() == {"a": "done", "b": "failed"}
        assert store.counts() == {"done": 1, "failed": 1}
        assert store.predictions("b") is None
    with Store(tmp_path / "new" / "folder", write=False) as store:
        found = store.predictions("a")
        assert all(
            np.array_equal(found[name], arrays[name]) and found[name].dtype == arrays[name].dtype for name in arrays
        )
        kept = list(store.records())
        assert kept[0] == record()
        assert kept[0].scores["average_precision"] == 1 / 3
        with pytest.raises(StoreError, match="opened for reading"):
            store.put([record()], FACTS)


def test_attempts_are_counted_and_equal_arrays_are_kept_once(tmp_path):
    arrays = {"rows": np.arange(5), "y": np.arange(5) % 2, "scores": np.ones((5, 2), np.float32)}
    with Store(tmp_path) as store:
        for _ in range(2):
            store.put([record(predictions=arrays), record("b", predictions=arrays)], FACTS)
    base = sqlite3.connect(tmp_path / "results.sqlite")
    assert base.execute("SELECT attempts FROM jobs").fetchall() == [(2,), (2,)]
    assert base.execute("SELECT count(*) FROM arrays").fetchone() == (2,)
    base.close()


def test_all_of_a_unit_or_nothing(tmp_path):
    with Store(tmp_path) as store:
        with pytest.raises(TypeError):
            store.put([record(), record("b", scores={"f1": object()})], FACTS)
        assert store.counts() == {}
        store.put([record()], FACTS)
        assert store.counts() == {"done": 1}


def test_two_writers(tmp_path):
    with Store(tmp_path) as store:
        store.put([record()], FACTS)
        with pytest.raises(StoreError, match=r"another process writes to .* \(process \d+ on .*\); wait for it"):
            Store(tmp_path)
        script = f"from oversmith.evaluation import Store; Store({str(tmp_path)!r})"
        other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert "another process writes" in other.stderr
        with Store(tmp_path, write=False) as reader:
            assert reader.counts() == {"done": 1}
            store.put([record("b")], FACTS)
            assert reader.counts() == {"done": 2}
    with Store(tmp_path) as store:
        assert store.counts() == {"done": 2}


def test_a_writer_that_was_killed_holds_nothing(tmp_path):
    script = f"""
import os
from oversmith.evaluation import Store
from test_store import FACTS, record
store = Store({str(tmp_path)!r})
store.put([record()], FACTS)
store._base.execute("BEGIN")
store._base.execute("DELETE FROM jobs")
os.kill(os.getpid(), 9)
"""
    words = [sys.executable, "-c", f"import sys; sys.path[:] = {[str(Path(__file__).parent), *sys.path]!r}{script}"]
    assert subprocess.run(words, capture_output=True).returncode == -9
    with Store(tmp_path) as store:
        assert store.counts() == {"done": 1}


def test_a_newer_version(tmp_path):
    with Store(tmp_path) as store:
        store.put([record()], FACTS)
        store.set_meta("version", "99")
    for write in (True, False):
        with pytest.raises(StoreError, match="has version 99, this Oversmith knows 1; update Oversmith"):
            Store(tmp_path, write=write)


def test_damage_is_told_and_nothing_is_written(tmp_path):
    with Store(tmp_path) as store:
        store.put([record(str(i), error="x" * 900) for i in range(200)], FACTS)
    path = tmp_path / "results.sqlite"
    whole = path.read_bytes()
    for broken in (b"no database at all" * 99, whole[:4096] + b"\xff" * 8192 + whole[12288:], whole[: len(whole) // 2]):
        path.write_bytes(broken)
        with pytest.raises(StoreError, match=r"is damaged .*bench import"):
            Store(tmp_path)
        assert path.read_bytes() == broken
    path.write_bytes(whole)
    with Store(tmp_path) as store:
        assert store.counts() == {"done": 200}


def test_a_flipped_bit_is_told(tmp_path):
    arrays = {"rows": np.arange(5), "y": np.arange(5) % 2, "scores": np.ones((5, 2), np.float32)}
    details = {"unit": {"notes": ["a note"], "embedding": {"points": np.arange(6.0)}}}
    with Store(tmp_path) as store:
        store.put([record(str(i), predictions=arrays) for i in range(4)], FACTS, details)
        store.add_chance({"d": {"f1": 0.25}})

    def everything(store):
        predictions = {key: {n: a.tolist() for n, a in store.predictions(key).items()} for key in store.statuses()}
        kept = store.details("unit")
        points = kept.pop("embedding")["points"].tolist()
        return list(store.records()), predictions, kept, points, store.environments(), store.chance(), store.counts()

    path = tmp_path / "results.sqlite"
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    with Store(tmp_path, write=False) as store:
        before = everything(store)
    refused = 0
    for position in rng.integers(0, len(whole), 150):
        broken = bytearray(whole)
        broken[position] ^= 1 << int(rng.integers(8))
        path.write_bytes(broken)
        try:
            with Store(tmp_path, write=False) as store:
                assert everything(store) == before
        except StoreError:
            refused += 1
    assert refused > 20  # the rest lies in bytes that nothing uses


def test_stores_without_checksums_are_read_and_get_them(tmp_path):
    with Store(tmp_path) as store:
        store.put([record(), record("b")], FACTS)
    base = sqlite3.connect(tmp_path / "results.sqlite")
    tables = ("meta", "environments", "jobs", "links", "details")
    for name in tables:
        base.execute(f"ALTER TABLE {name} DROP COLUMN checksum")
    base.commit()
    base.close()
    with Store(tmp_path, write=False) as store:
        assert list(store.records()) == [record(), record("b")]
    with Store(tmp_path) as store:
        store.put([record("c")], FACTS)
    base = sqlite3.connect(tmp_path / "results.sqlite")
    base.execute("UPDATE jobs SET scores = replace(scores, '0.3', '0.4') WHERE key = 'a'")
    base.commit()
    base.close()
    with pytest.raises(StoreError, match=r"is damaged \(a row of 'jobs' has another checksum: 'a'"):
        Store(tmp_path)


def test_what_is_no_store(tmp_path):
    with pytest.raises(StoreError, match=r"there is no .*results\.sqlite"):
        Store(tmp_path, write=False)
    base = sqlite3.connect(tmp_path / "results.sqlite")
    base.execute("CREATE TABLE mine (a)")
    base.commit()
    base.close()
    with pytest.raises(StoreError, match="no store of Oversmith"):
        Store(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        Store(tmp_path / "file" / "below")


def test_a_full_disk_loses_nothing(tmp_path):
    script = f"""
import resource, signal
from oversmith.evaluation import Store, StoreError
from test_store import FACTS, record
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store({str(tmp_path)!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
for number in range(10_000):
    try:
        store.put([record(str(number), trace="x" * 5000)], FACTS)
    except StoreError as error:
        print(number, error)
        break
"""
    words = [sys.executable, "-c", f"import sys; sys.path[:] = {[str(Path(__file__).parent), *sys.path]!r}{script}"]
    done = subprocess.run(words, capture_output=True, text=True)
    number, _, message = done.stdout.partition(" ")
    assert "the disk is full or a limit is reached" in message, done.stderr
    assert "what was stored before is safe" in message
    with Store(tmp_path) as store:
        assert store.counts() == {"done": int(number)}
        store.put([record("more")], FACTS)


def test_the_export_comes_back(filled, tmp_path):
    folder, plan = filled
    with Store(folder, write=False) as store:
        scores = store.scores()
        assert write_scores(store, tmp_path / "raw.parquet") == 2 * 3 * 2 * 2 == len(scores)
        environments = store.environments()
    with Store(tmp_path / "other") as other:
        assert read_scores(other, tmp_path / "raw.parquet") == (24, 0)
        pd.testing.assert_frame_equal(other.scores(), scores)
        assert read_scores(other, tmp_path / "raw.parquet") == (0, 24)
        assert other.environments() == environments
        # What was read in counts as done; failures stay failures.
        assert missing(plan, other).statuses == {"done": 16, "failed": 8}
        write_scores(other, tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "raw.parquet").read_bytes()


def test_the_schema_of_the_export(filled, tmp_path):
    with Store(filled[0], write=False) as store:
        write_scores(store, tmp_path / "raw.parquet")
        write_scores(store, tmp_path / "raw.csv")
    frame = pd.read_parquet(tmp_path / "raw.parquet")
    further = {f"{m}{end}" for m in ("accuracy", *macro_scores([0], [0])) for end in ("", "_tuned")}
    assert tuple(frame.columns) == (*COLUMNS, *sorted(further))
    assert set(frame["status"]) == {"done", "failed"}
    lost = frame[frame["status"] == "failed"]
    assert set(lost["contender"]) == {"raise"}
    assert set(lost["error"]) == {"RuntimeError: it broke"}
    assert lost["average_precision"].isna().all()
    assert frame["average_precision"].dtype == np.float64
    text = pd.read_csv(tmp_path / "raw.csv")
    assert set(text["dataset"]) == {"'=a", "b"}
    assert np.array_equal(text["average_precision"], frame["average_precision"], equal_nan=True)
    with pytest.raises(InputError, match="the suffix tells the format"), Store() as store:
        write_scores(store, tmp_path / "raw.txt")


def test_imports_that_are_none(filled, tmp_path):
    path = tmp_path / "raw.parquet"
    with Store() as store:
        with pytest.raises(InputError, match="there is no file"):
            read_scores(store, path)
        path.write_bytes(b"PAR1 no")
        with pytest.raises(InputError, match="not a readable Parquet file"):
            read_scores(store, path)
        pd.DataFrame({"a": [1]}).to_parquet(path)
        with pytest.raises(InputError, match="holds no raw scores"):
            read_scores(store, path)
        for head in (b"{", b"[]", b'{"scores_version": "x"}'):
            pq.write_table(pa.table({"a": [1]}, metadata={b"oversmith": head}), path)
            with pytest.raises(InputError, match="holds no raw scores"):
                read_scores(store, path)
        newer = pa.table({"a": [1]}, metadata={b"oversmith": json.dumps({"scores_version": 9}).encode()})
        pq.write_table(newer, path)
        with pytest.raises(InputError, match="has version 9, this Oversmith knows 1"):
            read_scores(store, path)


def test_details_of_the_first_fold_come_back(tmp_path):
    plan = Plan([table()], ["smote"], ["knn"], TWO, details=True)
    with Store(tmp_path) as store:
        run(plan, store, n_jobs=1, isolate=False)
        first, second = (store.details(unit.key) for unit in plan.units())
    assert first["counts"] == {"before": {"0": 22, "1": 8}, "after": {"0": 22, "1": 22}} or first["counts"][
        "after"
    ] == {"0": 23, "1": 23}
    assert first["embedding"]["synthetic"].dtype == np.float32
    assert "embedding" not in second


def test_results_of_an_earlier_plan_under_the_same_names_are_left_out_and_counted(tmp_path):
    def plan(seed=0, **changes):
        parts = {"datasets": [table(seed=seed)], "contenders": ["none-tuned", "jitter"], "classifiers": ["knn"]}
        return Plan(**parts | {"protocols": Protocol(folds=2, inner_folds=None)} | changes)

    jitter = [method_contender("jitter", name="jitter", width=0.7)]
    later = {
        "the data": plan(seed=1),
        "the data and the folds": plan(seed=1, protocols=Protocol(folds=3, inner_folds=None)),
        "a parameter": plan(contenders=["none-tuned", *jitter]),
        "the steps": plan(max_steps=7),
    }
    gone = {"the data": 4, "the data and the folds": 4, "a parameter": 2, "the steps": 4}
    for what, second in later.items():
        store = run(plan(), n_jobs=1, isolate=False)
        first = store.scores()
        run(second, store, n_jobs=1, isolate=False)
        wanted = {cell.key for unit in second.units() for cell in unit.cells}
        assert set(store.scores()["key"]) == wanted, what
        assert len(store.superseded()) == gone[what], what
        results = Results(store)
        (note,) = [line for line in results.warnings if "superseded" in line]
        assert note.startswith(f"{gone[what]} superseded results are left out")
        mean = store.scores().groupby("contender")["average_precision"].mean()["jitter"]
        board = results.leaderboard.set_index("contender")
        assert board.loc["jitter", "average_precision"] == pytest.approx(mean), what
        assert write_scores(store, tmp_path / "raw.csv") == len(wanted)
        # What is asked for again counts again, and is not run again.
        run(plan(), store, n_jobs=1, isolate=False)
        pd.testing.assert_frame_equal(store.scores(first["key"]), first)
        assert set(first["key"]) <= set(store.scores()["key"])


def test_plans_beside_each_other_supersede_nothing():
    store = run(Plan([table("a")], ["none-tuned"], ["knn"], TWO), n_jobs=1, isolate=False)
    run(Plan([table("b")], ["none-tuned"], ["knn"], TWO), store, n_jobs=1, isolate=False)
    run(Plan([table("a")], ["smote"], ["lr"], TWO, seeds=(1,)), store, n_jobs=1, isolate=False)
    assert not store.superseded()
    assert len(store.scores()) == 6


def test_of_a_store_that_noted_nothing_the_latest_of_each_place_is_shown():
    with Store() as store:
        store.put([record("old", ended=1.0), record("new", ended=2.0), record("unknown")], FACTS)
        assert store.superseded() == {"old", "unknown"}
        assert store.scores()["key"].tolist() == ["new"]
