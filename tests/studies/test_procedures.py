"""The protocols the studies rebuild: noise reaches training labels alone, the leak leaks, one draw is one draw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oversmith.evaluation import Plan, Protocol, method_contender, missing, run
from oversmith.evaluation.jobs import fit_and_score, run_job
from oversmith.evaluation.task import prepare
from oversmith.studies import procedures
from oversmith.studies.eo_wgan import plans as eo_wgan
from oversmith.studies.eo_wgan.plans import LabelNoise
from oversmith.studies.procedures import ResampledFirst
from oversmith.studies.smotified_gan.plans import OneDraw


def noise(seed: int, n: int = 300, rare: int = 30) -> tuple[str, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return f"noise-{seed}", rng.normal(size=(n, 8)), np.repeat([0, 1], [n - rare, rare])


def arc(n: int = 160, rare: int = 40) -> tuple[str, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (n - rare, 3)), rng.normal(2.5, 1, (rare, 3))])
    return "arc", X, np.repeat([0, 1], [n - rare, rare])


def scores(plan: Plan):
    return run(plan, n_jobs=1, isolate=False).scores()


def test_resampling_before_the_split_finds_what_is_not_there():
    tasks = [noise(seed) for seed in range(5)]
    leaky = Protocol(inner_folds=None, procedure=ResampledFirst())
    found = {
        name: scores(Plan(tasks, ["smote"], ["knn"], protocol)).groupby("dataset")[["roc_auc", "f1"]].mean()
        for name, protocol in (("leaky", leaky), ("sound", Protocol(inner_folds=None)))
    }
    # On noise a sound protocol guesses; the leak scores as no honest classifier can.
    assert found["leaky"]["roc_auc"].min() > 0.9
    assert found["sound"]["roc_auc"].between(0.35, 0.65).all()
    assert (found["leaky"]["f1"] - found["sound"]["f1"]).min() > 0.5


def test_the_leak_tests_on_resampled_rows():
    leaky = Protocol(inner_folds=None, procedure=ResampledFirst())
    frame = scores(Plan([noise(0)], ["smote"], ["knn"], leaky))
    # 270 + 270 rows, a fifth of which is tested on, half of it positive.
    assert set(frame["n_test"]) == {108}
    assert set(frame["n_test_positive"]) == {54}
    assert set(frame["n_synthetic"]) == {240}
    assert set(frame["protocol"]) == {"5-fold, no tuned threshold, resampled before the split"}


def test_noise_flips_its_share_of_training_labels_and_no_other(monkeypatch):
    task = prepare(*arc()[1:], target="y", name="arc")
    seen = []
    monkeypatch.setattr(eo_wgan, "fit_and_score", lambda job: seen.append(job) or fit_and_score(job))
    for share in (0.0, 0.1, 0.5):
        plan = Plan([task], ["none"], ["lr"], Protocol(inner_folds=None, procedure=LabelNoise(share)))
        job = plan.units()[0].job
        run_job(job)
        y, split = seen[-1].task.y, job.split
        rare = split.train[task.y[split.train] == task.positive]
        assert (y[rare] != task.positive).sum() == int(share * len(rare))
        others = np.setdiff1d(np.arange(len(y)), rare)
        assert np.array_equal(y[others], task.y[others])
    few, many = (np.flatnonzero(job.task.y != task.y) for job in seen[1:])
    assert set(few) < set(many)


def test_no_noise_scores_as_the_sound_protocol():
    plain = scores(Plan([arc()], ["smote"], ["lr"], Protocol()))
    none = scores(Plan([arc()], ["smote"], ["lr"], Protocol(procedure=LabelNoise(0.0))))
    assert np.array_equal(plain["average_precision"], none["average_precision"])
    assert np.array_equal(plain["f1_tuned"], none["f1_tuned"])


def test_one_draw_moves_the_classifier_alone():
    protocol = Protocol(folds=None, test=0.2, inner_folds=None, procedure=OneDraw((("arc", 9),)))
    plan = Plan([arc()], ["none", "smote"], ["mlp", "knn"], protocol, seeds=(0, 1, 2))
    frame = scores(plan)
    assert set(frame["n_test_positive"]) == {9}
    assert set(frame["n_test"]) == {32}
    spread = frame.groupby(["contender", "classifier"])["brier"].nunique()
    # k nearest neighbours have no start: the same cut and the same draw give the same score.
    assert (spread.xs("knn", level="classifier") == 1).all()
    assert (spread.xs("multi-layer-perceptron", level="classifier") == 3).all()
    assert (frame["training_accuracy"] >= 0.8).all()
    assert {"accuracy", "training_f1", "training_recall"} <= set(frame.columns)


def test_a_kept_table_gives_what_a_fresh_one_gives():
    protocol = Protocol(folds=None, test=0.2, inner_folds=None, procedure=OneDraw())
    plan = Plan([arc()], ["smote"], ["mlp"], protocol, seeds=(0, 1))
    warm = scores(plan)
    procedures._RESAMPLED.clear()
    cold = run_job(replace(plan.units()[1].job))
    assert cold.scores[0]["brier"] == warm["brier"].iloc[1]


def test_folds_share_their_draw_in_whatever_order_they_come():
    plan = Plan([arc()], ["smote"], ["knn"], Protocol(inner_folds=None, procedure=ResampledFirst()))
    found = []
    for order in ((0, 4), (4, 0)):
        procedures._RESAMPLED.clear()
        found.append({fold: run_job(plan.units()[fold].job).scores[0]["brier"] for fold in order})
    procedures._RESAMPLED.clear()
    alone = run_job(plan.units()[4].job).scores[0]["brier"]
    assert found[0] == found[1]
    assert alone == found[0][4]


def test_the_sampler_is_fitted_once_for_all_runs():
    import copy

    protocol = Protocol(folds=None, test=0.2, inner_folds=None, procedure=OneDraw())
    jitter = method_contender("jitter")
    units = Plan([arc()], [jitter], ["knn"], protocol, seeds=(0, 1, 2)).units()
    procedures._RESAMPLED.clear()
    for unit in units:
        # Jobs travel to children as copies.
        run_job(copy.deepcopy(unit.job))
    assert len(procedures._RESAMPLED) == 1


def test_failures_are_results():
    rare = ("rare", np.random.default_rng(0).normal(size=(40, 2)), np.repeat([0, 1], [38, 2]))
    protocol = Protocol(folds=None, test=0.2, inner_folds=None, procedure=OneDraw((("rare", 1),)))
    frame = scores(Plan([rare], ["smote"], ["knn"], protocol))
    assert set(frame["status"]) == {"failed"}
    assert frame["error"].str.contains("SMOTE").all()


def test_a_procedure_is_part_of_the_key_and_its_absence_is_not():
    plans = [
        Plan([arc()], ["none"], ["knn"], protocol)
        for protocol in (Protocol(), Protocol(procedure=LabelNoise(0.1)), Protocol(procedure=LabelNoise(0.2)))
    ]
    keys = [plan.units()[0].cells[0].key for plan in plans]
    assert len(set(keys)) == 3
    assert "procedure" not in plans[0].units()[0].cells[0].spec
    store = run(plans[1], n_jobs=1, isolate=False)
    assert not missing(plans[1], store).units
    assert missing(plans[2], store).units


def test_children_do_procedures_too():
    protocol = Protocol(folds=2, inner_folds=None, procedure=LabelNoise(0.1))
    plan = Plan([arc()], ["none"], ["knn"], protocol)
    apart = run(plan, n_jobs=1, isolate=True).scores()
    here = run(plan, n_jobs=1, isolate=False).scores()
    assert np.array_equal(apart["brier"], here["brier"])


def test_no_threshold_is_tuned_without_inner_folds():
    frame = scores(Plan([arc()], ["none"], ["knn"], Protocol(inner_folds=None)))
    assert frame["threshold"].isna().all()
    assert frame["f1_tuned"].isna().all()
    assert frame["f1"].notna().all()
    with pytest.raises(ValueError, match="inner_folds"):
        Protocol(inner_folds=None, calibration="sigmoid")
