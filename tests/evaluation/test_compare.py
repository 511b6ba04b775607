from __future__ import annotations

import copy
import dataclasses
import importlib
import json
import os
import sys

import numpy as np
import pandas as pd
import pytest
from imblearn.base import BaseSampler
from imblearn.over_sampling import RandomOverSampler
from sklearn.metrics import average_precision_score, f1_score

from oversmith import Results, compare
from oversmith.evaluation import Classifier, Comparison, Contender, analyse
from oversmith.evaluation.classifiers import default_classifiers
from oversmith.evaluation.contenders import default_contenders
from oversmith.evaluation.job import Job
from oversmith.evaluation.jobs import run_job
from oversmith.evaluation.protocol import fold_splits
from oversmith.evaluation.task import prepare
from oversmith.exceptions import InputError, MissingExtraError, OversmithError
from oversmith.selection import inner_scores


def run_comparison(X, y, **options):
    """Compare, and take the record of it."""
    return compare(X, y, **options).comparison


SEEN: list[tuple[set[int], np.ndarray]] = []


class Spy(RandomOverSampler):
    """Random over-sampling that notes the rows it was shown."""

    def fit_resample(self, X, y):
        SEEN.append((set(X["id"]), np.asarray(y)))
        return super().fit_resample(X, y)


class Failing(BaseSampler):
    """Raises below so many rows."""

    _sampling_type = "over-sampling"

    def __init__(self, below, error=ValueError):
        self.below = below
        self.error = error

    def fit_resample(self, X, y):
        if len(y) < self.below:
            raise self.error("too few rows\nfor this sampler")
        return X, y

    def _fit_resample(self, X, y):
        return X, y


def spy(situation):
    return Spy(random_state=situation.seed)


def always_failing(situation):
    return Failing(10_000)


def failing_inside(situation):
    return Failing(60)


def interrupted(situation):
    return Failing(10_000, KeyboardInterrupt)


class Dying(Failing):
    """Takes its process down."""

    def fit_resample(self, X, y):
        os._exit(9)


def dying(situation):
    return Dying(0)


def not_installed(seed):
    raise MissingExtraError("boosting is not installed; pip install 'oversmith[boost]'")


def data(n=120, positives=24, seed=0, shift=1.0):
    rng = np.random.default_rng(seed)
    y = np.array(["no"] * (n - positives) + ["yes"] * positives)
    X = pd.DataFrame(rng.normal(size=(n, 3)) + shift * (y == "yes")[:, None], columns=list("abc"))
    X["level"] = np.where(rng.uniform(size=n) < 0.1, None, rng.choice(["x", "y", "z"], n))
    X.loc[::17, "a"] = np.nan
    return X, y


def without_seconds(value):
    if isinstance(value, dict):
        return {k: without_seconds(v) for k, v in value.items() if "seconds" not in k and k != "n_jobs"}
    if isinstance(value, (list, tuple)):
        return [without_seconds(v) for v in value]
    return value


@pytest.fixture(scope="module")
def mixed():
    calls = []
    found = run_comparison(
        *data(),
        name="toy",
        target="buys",
        folds=3,
        n_jobs=1,
        contenders=["none", "none-tuned", "class-weight", "random-over-sampling", "smotenc"],
        classifiers=["lr", "xgb", "knn"],
        progress=lambda *call: calls.append(call),
    )
    return found, calls


def test_one_row_per_fold_contender_and_classifier_in_order(mixed):
    found, calls = mixed
    keys = [(r["repeat"], r["fold"], r["contender"], r["classifier"]) for r in found.scores]
    contenders = [c["name"] for c in found.contenders]
    classifiers = [c["name"] for c in found.classifiers]
    assert keys == [(0, f, c, m) for f in range(3) for c in contenders for m in classifiers]
    assert contenders == ["none", "none-tuned", "class-weight", "random-over-sampling", "smotenc"]
    assert classifiers == ["logistic-regression", "xgboost", "knn"]
    # Four contenders fit in three folds; none-tuned reads the fits of none.
    assert [call[:2] for call in calls] == [(i, 12) for i in range(1, 13)]
    assert calls[0][2] == "repeat 1, fold 1: Nothing"


def test_statuses(mixed):
    for row in mixed[0].scores:
        skipped = row["contender"] == "class-weight" and row["classifier"] == "knn"
        assert row["status"] == ("skipped" if skipped else "done")
        assert row["error"] == ("takes no class weights" if skipped else None)
        assert (row["average_precision"] is None) == skipped


def test_scores_follow_from_the_predictions(mixed):
    found, _ = mixed
    rows = {(r["fold"], r["contender"], r["classifier"]): r for r in found.scores}
    assert len(found.predictions) == sum(r["status"] == "done" for r in found.scores)
    for p in found.predictions:
        row = rows[p["fold"], p["contender"], p["classifier"]]
        truth, score = p["y"] == 1, p["scores"][:, 1].astype(float)
        assert row["average_precision"] == pytest.approx(average_precision_score(truth, score), abs=1e-6)
        assert row["threshold"] == p["threshold"]
        assert row["f1"] == pytest.approx(f1_score(truth, score >= 0.5))
        assert row["f1_tuned"] == pytest.approx(f1_score(truth, score >= np.float32(p["threshold"])))


def test_the_control_repeats_the_fits_of_none(mixed):
    scores = without_seconds(mixed[0].scores)
    none = [{k: v for k, v in r.items() if k != "contender"} for r in scores if r["contender"] == "none"]
    control = [{k: v for k, v in r.items() if k != "contender"} for r in scores if r["contender"] == "none-tuned"]
    assert none == control


def test_every_test_row_is_scored_once_and_folds_are_shared(mixed):
    for contender in ("none", "smotenc"):
        rows = [p["rows"] for p in mixed[0].predictions if (p["contender"], p["classifier"]) == (contender, "knn")]
        assert np.array_equal(np.sort(np.concatenate(rows)), np.arange(120))
    by_fold = {p["fold"]: p["rows"] for p in mixed[0].predictions}
    assert all(np.array_equal(p["rows"], by_fold[p["fold"]]) for p in mixed[0].predictions)


def test_details_of_the_first_fold(mixed):
    found, _ = mixed
    assert found.counts["none-tuned"]["after"] == {"no": 64, "yes": 16}
    assert found.counts["smotenc"] == {"before": {"no": 64, "yes": 16}, "after": {"no": 64, "yes": 64}}
    assert set(found.embedding) == {"random-over-sampling", "smotenc"}
    for entry in found.embedding.values():
        assert entry["real"].shape == (80, 3 + 4)
        assert entry["synthetic"].shape == (48, 3 + 4)
        assert set(entry["synthetic_label"]) == {1}
    # Random over-sampling repeats real rows, in the same space as the real rows themselves.
    real = {row.tobytes() for row in found.embedding["random-over-sampling"]["real"]}
    assert {row.tobytes() for row in found.embedding["random-over-sampling"]["synthetic"]} <= real
    assert np.array_equal(found.embedding["smotenc"]["real"], found.embedding["random-over-sampling"]["real"])
    assert {r["n_synthetic"] for r in found.scores if r["contender"] == "smotenc" and r["fold"] == 0} == {48}


def test_the_record_survives_json(mixed):
    found, _ = mixed
    state = json.loads(json.dumps(found.to_dict(arrays=True), allow_nan=False))
    back = Comparison.from_dict(state)
    assert back.to_dict(arrays=True) == found.to_dict(arrays=True)
    light = Comparison.from_dict(json.loads(json.dumps(found.to_dict())))
    for name in ("data", "protocol", "scores", "counts", "warnings"):
        assert getattr(light, name) == getattr(found, name)


def test_few_positives_are_told(mixed):
    assert mixed[0].warnings[0].startswith("Fewer than 20 positives in a test fold: as few as 8 of class 'yes'.")


def test_the_number_of_processes_changes_nothing_but_seconds():
    options = {"folds": 2, "inner_folds": 2, "contenders": ["none-tuned", "smotenc", "random-over-sampling"]}
    options |= {"classifiers": ["lr", "rf", "knn"]}
    one = run_comparison(*data(), n_jobs=1, **options)
    two = run_comparison(*data(), n_jobs=2, **options)
    assert two.protocol["n_jobs"] == 2
    assert without_seconds(one.to_dict(arrays=True)) == without_seconds(two.to_dict(arrays=True))


def test_nothing_that_is_fitted_sees_a_test_row():
    X, y = data()
    X["id"] = np.arange(len(X))
    SEEN.clear()
    contender = Contender("spy", "Spy", "spy", spy)
    found = run_comparison(X, y, folds=3, n_jobs=1, contenders=[contender], classifiers=["knn"])
    tests = [set(p["rows"]) for p in found.predictions]
    assert len(SEEN) == 3 * (1 + 3)
    for fold, test in enumerate(tests):
        outer, *inner = SEEN[4 * fold : 4 * fold + 4]
        assert outer[0] == set(range(len(X))) - test
        for rows, labels in inner:
            assert rows < outer[0]
            assert len(labels) == len(rows)
        # Each training row is left out of one inner fit.
        assert [sum(row in rows for rows, _ in inner) for row in outer[0]] == [2] * len(outer[0])


@pytest.mark.parametrize("name", [c.name for c in default_contenders({"a": "numeric", "level": "categorical"})])
def test_a_prediction_depends_on_no_other_test_row(name):
    X, y = data()
    task = prepare(X, y, target="t", name="n")
    split = fold_splits(task, folds=3, repeats=1, seed=0).parts[0]
    contender = next(c for c in default_contenders(task.kinds) if c.name == name)
    judges = tuple(c for c in default_classifiers() if c.name in ("logistic-regression", "xgboost"))
    kept, spoilt = split.test[:5], split.test[5:]
    X_spoilt = task.X.copy()
    X_spoilt.loc[spoilt, ["a", "b", "c"]] = 1e6
    X_spoilt.loc[spoilt, "level"] = "never seen"
    y_spoilt = task.y.copy()
    y_spoilt[spoilt] = 1 - y_spoilt[spoilt]
    outcomes = [
        run_job(Job(t, split, contender, (name,), judges, 0, 3, 10_000, 3))
        for t in (task, dataclasses.replace(task, X=X_spoilt, y=y_spoilt))
    ]
    for clean, other in zip(*(o.predictions for o in outcomes), strict=True):
        assert clean["threshold"] is not None
        assert clean["threshold"] == other["threshold"]
        assert np.array_equal(clean["scores"][: len(kept)], other["scores"][: len(kept)])


def test_the_threshold_is_the_inner_one_and_works_on_a_sample_of_many_rows(monkeypatch):
    sizes = []

    def noted(*arguments, **options):
        found = inner_scores(*arguments, **options)
        sizes.append(len(found.rows))
        return found

    monkeypatch.setattr("oversmith.evaluation.thresholds.inner_scores", noted)
    for module in ("compare", "comparison_plan"):
        monkeypatch.setattr(importlib.import_module(f"oversmith.evaluation.{module}"), "INNER_ROWS", 50)
    found = run_comparison(*data(), folds=3, n_jobs=1, contenders=["none-tuned"], classifiers=["knn"])
    assert sizes == [50, 50, 50]
    assert any("samples of about 50 of up to 80 training rows" in w for w in found.warnings)


def test_a_failure_is_a_result_and_its_contender_has_no_numbers():
    entrants = ["none-tuned", Contender("broken", "Broken", "broken", always_failing)]
    found = run_comparison(*data(), folds=3, n_jobs=1, contenders=entrants, classifiers=["knn"])
    rows = [r for r in found.scores if r["contender"] == "broken"]
    assert [(r["status"], r["error"]) for r in rows] == [("failed", "ValueError: too few rows")] * 3
    analysis = analyse(found.frame())
    assert analysis.effect("broken") is None
    assert str(analysis.failed["broken"]) == "3 of 3 folds (ValueError: too few rows)"
    results = Results(found)
    assert "Broken failed in 3 of 3 folds (ValueError: too few rows): it has no means" in results.warnings[0]
    assert results.verdict.tag == "No verdict"
    assert "failed in 3 of 3 folds" in repr(results)
    assert "failed in 3 of 3 folds" in results.to_markdown()
    assert "broken" not in found.counts


def test_a_sampler_that_fails_in_inner_folds_has_no_tuned_threshold_and_says_why():
    entrants = ["none-tuned", Contender("shy", "Shy", "shy", failing_inside)]
    found = run_comparison(*data(), folds=3, n_jobs=1, contenders=entrants, classifiers=["knn"])
    for row in (r for r in found.scores if r["contender"] == "shy"):
        assert row["status"] == "done"
        assert row["error"] == "no tuned threshold: ValueError: too few rows"
        assert row["f1"] is not None
        assert row["f1_tuned"] is None
        assert row["threshold"] is None
    (told,) = [line for line in Results(found).warnings if line.startswith("Shy has no F1 at the tuned threshold in")]
    assert "in 3 of 3 folds (no tuned threshold: ValueError: too few rows)" in told


def test_a_class_too_small_for_inner_folds_is_still_compared():
    X, y = data(positives=3)
    found = run_comparison(X, y, folds=3, n_jobs=1, contenders=["none-tuned", "smotenc"], classifiers=["knn"])
    by_name = {name: [r for r in found.scores if r["contender"] == name] for name in ("none-tuned", "smotenc")}
    # Two training positives make two inner folds, with one positive each: enough for none, not for SMOTE.
    assert all(r["threshold"] is not None for r in by_name["none-tuned"])
    assert all("SMOTE needs two" in r["error"] and r["status"] == "done" for r in by_name["smotenc"])


def test_a_missing_extra_is_skipped_with_its_cure(monkeypatch):
    absent = Classifier("boosting", "Boosting", not_installed)
    found = run_comparison(
        *data(), folds=2, n_jobs=1, contenders=["none-tuned", "smotenc"], classifiers=["knn", absent]
    )
    skipped = [r for r in found.scores if r["classifier"] == "boosting"]
    assert {r["status"] for r in skipped} == {"skipped"}
    assert any(w.startswith("boosting was skipped") and "oversmith[boost]" in w for w in found.warnings)
    assert all(np.isfinite(effect.difference) for effect in analyse(found.frame()).effects)
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'oversmith\[boost\]'"):
        next(c for c in default_classifiers() if c.name == "xgboost").build(0)


def test_a_worker_that_dies_is_told_with_a_cure():
    with pytest.raises(OversmithError, match=r"n_jobs: a worker process died.*n_jobs=1"):
        run_comparison(*data(), folds=2, n_jobs=2, contenders=[Contender("die", "Die", "die", dying)])


def test_an_interrupt_passes():
    with pytest.raises(KeyboardInterrupt):
        run_comparison(*data(), n_jobs=1, contenders=[Contender("stop", "Stop", "stop", interrupted)])


def test_several_classes_and_repeats():
    rng = np.random.default_rng(0)
    y = np.repeat([10, 20, 30], [60, 30, 10])
    X = rng.normal(size=(100, 2)) + y[:, None] / 10
    entrants = ["none", "none-tuned", "random-over-sampling", "smote"]
    found = run_comparison(
        X, y, folds=2, repeats=2, n_jobs=1, contenders=entrants, classifiers=["logistic-regression", "knn"]
    )
    assert found.data["positive"] is None
    assert found.data["classes"] == ["10", "20", "30"]
    assert {r["status"] for r in found.scores} == {"done"}
    assert all(len(r["threshold"]) == 3 for r in found.scores)
    assert {(r["repeat"], r["fold"]) for r in found.scores} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert analyse(found.frame()).n == 4
    assert found.protocol["chance"]["average_precision"] == pytest.approx(1 / 3)
    assert found.counts["smote"]["after"] == {"10": 30, "20": 30, "30": 30}


def test_one_class_against_the_rest():
    X, _ = data()
    y = np.repeat(["a", "b", "c"], 40)
    found = run_comparison(X, y, positive="c", folds=2, n_jobs=1, contenders=["none"], classifiers=["knn"])
    assert (found.data["positive"], found.data["counts"]) == ("c", {"rest": 80, "c": 40})


def test_the_seed_decides():
    options = {"folds": 2, "n_jobs": 1, "contenders": ["smotenc"], "classifiers": ["tree"]}
    runs = [run_comparison(*data(), random_state=seed, **options) for seed in (0, 0, 1)]
    states = [without_seconds(copy.deepcopy(r.scores)) for r in runs]
    assert states[0] == states[1]
    assert states[0] != states[2]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"random_state": -1}, "random_state: -1"),
        ({"inner_folds": 1}, "inner_folds: 1"),
        ({"inner_folds": "3"}, "inner_folds: '3' found; use a whole number of at least 2"),
        ({"folds": 1}, "folds: 1 found; use a whole number of at least 2"),
        ({"repeats": "two"}, "repeats: 'two' found; use a whole number"),
        ({"max_steps": 0}, "max_steps: 0 found; use a whole number"),
        ({"thin": 0}, "thin: 0 found; give a number from 1 up"),
        ({"thin": "x"}, "thin: 'x' found; give a number from 1 up"),
        ({"bounds": "nonneg"}, "bounds: 'nonneg' found; give 'observed', 'non-negative' or two numbers"),
        ({"bounds": (0,)}, r"bounds: \(0,\) found; give 'observed'"),
        ({"n_jobs": 0}, "n_jobs: 0 found; use a whole number of at least 1"),
        ({"methods": "jitter"}, "methods: 'jitter' found; give a list of names"),
        ({"contenders": "smote"}, "contenders: 'smote' found; give a list of names"),
        ({"classifiers": "knn"}, "classifiers: 'knn' found; give a list of names"),
        ({"classifiers": [5]}, "classifiers: 5 found; give names"),
        ({"folds": 30}, "class 'yes' has 24 rows, fewer than 30 folds"),
        ({"contenders": ["smoke"]}, "contenders: 'smoke' is not known"),
        ({"classifiers": ["svn"]}, "classifier: 'svn' is not a classifier of Oversmith; did you mean 'svm'"),
        ({"classifiers": ["knn", "knn"]}, "classifiers: 'knn' is given twice"),
        ({"classifiers": []}, "classifiers: none found"),
        ({"contenders": [Contender("x", "X", shares_fit_with="y")]}, "reads the fits of 'y'"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(InputError, match=message):
        run_comparison(*data(), **{"n_jobs": 1} | options)
