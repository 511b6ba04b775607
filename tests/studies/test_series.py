"""What a study of series measures: distances in every fold, convergence, heads, trainings."""

from __future__ import annotations

import json

import numpy as np
import pytest

from oversmith.evaluation import Plan, Protocol, run
from oversmith.evaluation.builders import Situation
from oversmith.evaluation.task import prepare
from oversmith.metrics import dtw_matrix, prd_matrix
from oversmith.studies import Scope
from oversmith.studies.ganbats.plans import ABLATION, HISTORY, RIVALS, in_paper, in_setting, key_of
from oversmith.studies.ganbats.series import (
    DISTANCES,
    SIDES,
    SeriesCompared,
    compared,
    heads,
    near_best,
    real_examples,
    training,
)


def waves(n: int, seed: int, turns: float = 1.0, channels: int = 2, length: int = 24) -> np.ndarray:
    rng = np.random.default_rng(seed)
    time = np.linspace(0, 2 * np.pi * turns, length)
    return np.sin(time + rng.uniform(0, 1, (n, channels, 1))) + 0.1 * rng.normal(size=(n, channels, length))


@pytest.fixture(scope="module")
def task():
    X = np.concatenate([waves(60, 0), waves(20, 1, turns=2.0)])
    return prepare(X, np.repeat(["normal", "fault"], [60, 20]), target="y", name="waves", positive="fault")


def test_distances_are_those_of_the_metrics_in_units_of_each_channel():
    real, made, unseen = waves(12, 0), waves(12, 1), waves(9, 2)
    real[:, 1] *= 1000
    made[:, 1] *= 1000
    unseen[:, 1] *= 1000
    told = compared(real, made, unseen)
    scale = real.std(axis=(0, 2))[:, None]
    x, g = real / scale, made / scale
    assert told["prd_nearest_generated"] == pytest.approx(prd_matrix(x, g).min(axis=0).mean())
    assert told["prd_nearest_covered"] == pytest.approx(prd_matrix(x, g).min(axis=1).mean())
    assert told["dtw_nearest_unseen"] == pytest.approx(dtw_matrix(x, unseen / scale, window=0.1).min(axis=0).mean())
    assert set(told) >= {f"{d}_{p}_{s}" for d in DISTANCES for p in ("nearest", "assignment", "random") for s in SIDES}


def test_a_single_series_repeated_looks_near_and_covers_little():
    real, unseen = waves(30, 0), waves(30, 2)
    told = compared(real, np.repeat(real[:1], 30, axis=0), unseen)
    assert told["prd_nearest_generated"] == pytest.approx(0.0, abs=1e-4)
    assert told["prd_nearest_covered"] > 1.5 * told["prd_nearest_unseen"]
    assert told["mmd_p"] < 0.05 < told["mmd_p_reached"]


def test_every_fold_tells_how_near_its_series_came(task):
    protocol = Protocol(folds=2, inner_folds=None, procedure=SeriesCompared())
    frame = run(Plan((task,), ["none", "series-smote"], ["rocket"], protocol), n_jobs=1, isolate=False).scores()
    assert set(frame["protocol"]) == {"2-fold, no tuned threshold, generated series compared"}
    assert (frame["status"] == "done").all()
    made = frame[frame["contender"] == "series-smote"]
    assert (made["n_synthetic"] == 20).all()
    # Between two series of a class lies less than between any two of it.
    assert (made["prd_nearest_generated"] < made["prd_nearest_unseen"]).all()
    assert frame[frame["contender"] == "none"]["prd_nearest_generated"].isna().all()
    assert (frame["accuracy"] > 0.9).all()


def test_convergence_is_the_first_step_near_the_best():
    assert near_best([10, 20, 30], [2.0, 1.0, 1.05]) == 20
    assert near_best([10, 20, 30], [1.09, None, 1.0]) == 10
    assert near_best([10], [None]) is None


def test_pooling_has_fewer_parameters():
    told = heads((1, 64), 2, 8)
    # Convolutions, three numbers and a count per norm, queries and values, and a weight per channel with its bias.
    parts = 5 * 3 * 32 + 32 + 5 * 32 * 64 + 64
    assert told["gap"]["parameters"] >= parts + 2 * 64 * 64 + 64 + 1
    assert told["mlp"]["parameters"] - told["gap"]["parameters"] == 16 * 64 * 64 + 64
    assert min(told[head]["milliseconds"] for head in told) > 0


def test_a_training_is_told_with_its_series(task):
    contender = in_paper("DCGAN", "battery")
    told = training(task, contender, Scope(quick=True, max_steps=8), HISTORY, 3)
    assert np.shape(told["made"]) == (3, 2, 24)
    assert told["seconds"] > 0
    # Eight steps are told one by one.
    assert told["step"] == list(range(1, 9))
    assert len(told["loss_generator"]) == 8
    assert all(np.isfinite(told["loss_generator"]))
    assert 0 < told["distances"]["prd_nearest_generated"] <= told["distances"]["prd_assignment_generated"]
    json.dumps(told)
    assert np.shape(real_examples(task, 3)) == (3, 2, 24)


@pytest.mark.parametrize("title", [*RIVALS, *ABLATION])
def test_every_method_of_the_paper_has_its_batch_epochs_and_cap(title):
    assert in_setting(title, "battery").batch_size == 32
    assert in_setting(title, "ecg").batch_size == 128
    assert in_setting(title, "ecg")._stopping().max_epochs == 100
    y = np.repeat([0, 1], [1000, 24])
    # 1,024 rows are eight batches; networks that see the rare class alone get as many steps.
    for cap, epochs, steps in ((80, 10, 80), (None, 100, 800)):
        sampler = in_paper(title, "ecg").build(Situation(y, ("a", "b"), 64, 0, 0, cap, (1, 64)))
        assert sampler.encoder.input_shape == (1, 64)
        if sampler._learns_from_all:
            assert sampler._stopping().max_epochs == epochs
        else:
            assert (sampler._stopping().max_epochs, sampler.max_steps) == (None, steps)


def test_the_last_row_of_the_ablation_is_the_method():
    assert [key_of(title) for title in ABLATION][-1] == key_of("GANBATS")
    switches = [(in_setting(t, "ecg").recurrent, in_setting(t, "ecg").attention) for t in ABLATION]
    assert switches == [(False, False), (True, False), (False, True), (True, True)]
