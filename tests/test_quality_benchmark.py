"""The benchmark of the quality of generated rows: its shapes, its measures, and that a run goes on where it stopped."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def quality(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module("quality")
    for name in ("quality", "quality_toys"):
        sys.modules.pop(name, None)


def test_toys_draw_what_they_say(quality):
    for name, toy in quality.TOYS.items():
        frame = toy.draw(3000, np.random.default_rng(0))
        assert frame.shape[0] == 3000
        assert frame.notna().all().all(), name
        if toy.parts is None:
            assert not toy.shares
            continue
        parts = toy.parts(frame)
        assert (parts >= 0).mean() > 0.98, name
        shares = np.bincount(parts[parts >= 0], minlength=len(toy.shares)) / len(frame)
        np.testing.assert_allclose(shares, toy.shares, atol=0.03)
    levels = quality.TOYS["levels"].draw(20_000, np.random.default_rng(0))
    joint = pd.crosstab(levels["colour"], levels["size"], normalize=True)[["small", "middle", "large"]]
    np.testing.assert_allclose(joint.to_numpy(), importlib.import_module("quality_toys").JOINT, atol=0.015)


def test_measures_tell_good_rows_from_bad_ones(quality, monkeypatch):
    monkeypatch.setattr(quality, "JUDGED", 400)
    task = quality.toy_task("ring", 200, 0)
    real = quality.judge(task["again"], task, 0)
    assert real["energy"] == real["energy_real"]
    assert abs(real["auc"] - 0.5) < 0.08
    assert (real["copies"], real["modes"]) == (0, 1)
    assert abs(real["spread"] - 1) < 0.05
    copies = quality.judge(task["train"].sample(400, replace=True, random_state=0), task, 0)
    assert copies["copies"] == 1
    one_mode = task["again"][quality.TOYS["ring"].parts(task["again"]) == 0]
    collapsed = quality.judge(one_mode, task, 0)
    assert collapsed["energy"] > 50 * real["energy"]
    assert collapsed["modes"] == 1 / 8
    assert collapsed["spread"] < 0.1
    other = quality.judge(task["other"].assign(x0=9.0), task, 0)
    assert other["near"] == 0


def test_a_run_goes_on_where_it_stopped(quality, tmp_path, monkeypatch):
    monkeypatch.setattr(quality, "QUICK_TOYS", ("moons", "levels"))
    store = tmp_path / "store" / "quality.jsonl"
    scores = quality.run([quality.REAL], None, True, store)
    assert len(scores) == 2
    assert (scores["error"] == "").all()
    lines = store.read_text().splitlines()
    # The last result is cut short, as a kill does it.
    store.write_text("\n".join([*lines[:-1], lines[-1][:20]]) + "\n")
    again = quality.run([quality.REAL], None, True, store)
    timeless = [name for name in scores if name != "seconds"]
    pd.testing.assert_frame_equal(again[timeless], scores[timeless])
    text = quality.tables(again)
    assert "| real rows |" in text
    assert "2 of 2" in text


def test_a_method_that_fails_is_a_result(quality):
    def broken(method, task, seed):
        raise ValueError("no rows")

    result = quality.run_unit("jitter", ("moons", 50, 0), None, broken)
    assert result["error"] == "ValueError: no rows"
    good = quality.run_unit(quality.REAL, ("moons", 50, 0), None, quality.generate)
    text = quality.tables(pd.DataFrame([good, result]))
    assert "1 of its units, ValueError: no rows" in text
