"""The search: what it tries, that it goes on where it stopped, and that it never returns something worse."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.linear_model import LogisticRegression

from oversmith import EOWGAN, tune
from oversmith.exceptions import InputError, MissingExtraError

optuna = pytest.importorskip("optuna")

SPACE = {"smote_share": [0.0, 1.0], "smote__k_neighbors": (1, 8), "learning_rate": (1e-4, 1e-2, "log")}
FAST = {"estimator": LogisticRegression(), "n_splits": 2}


def overlapping(seed: int = 0):
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(0, 1, (80, 3)), rng.normal(1, 1, (20, 3))])
    return X, np.repeat([0, 1], [80, 20])


def tried(result):
    return [(trial["number"], trial["params"], trial["score"], trial["state"]) for trial in result.trials]


def test_space_is_respected_and_the_best_is_returned():
    X, y = overlapping()
    sampler = EOWGAN(max_steps=1)
    result = tune(sampler, X, y, n_trials=7, space=SPACE, **FAST)
    assert len(result.trials) == 7
    for trial in result.trials:
        assert set(trial["params"]) == set(SPACE)
        assert trial["params"]["smote_share"] in (0.0, 1.0)
        assert 1 <= trial["params"]["smote__k_neighbors"] <= 8
        assert 1e-4 <= trial["params"]["learning_rate"] <= 1e-2
    done = [trial for trial in result.trials if trial["state"] == "complete"]
    best = max(done, key=lambda trial: trial["score"])
    if best["score"] > result.default_score:
        assert result.best_params == best["params"]
        assert result.sampler.get_params()["smote__k_neighbors"] == best["params"]["smote__k_neighbors"]
    assert result.best_score >= result.default_score
    assert sampler.get_params() == EOWGAN(max_steps=1).get_params()
    assert not hasattr(result.sampler, "state_")


def test_scores_are_those_of_the_sampler_inside_the_folds():
    """One trial redone by hand: resample in each fold, score real rows alone."""
    from sklearn.metrics import average_precision_score

    from oversmith.selection import stratified_folds

    X, y = overlapping()
    result = tune(SMOTE(), X, y, n_trials=1, space={"k_neighbors": [3]}, **FAST)
    scores = []
    for train, test in stratified_folds(y, 2, random_state=0):
        model = LogisticRegression().fit(*SMOTE(k_neighbors=3, random_state=0).fit_resample(X[train], y[train]))
        scores.append(average_precision_score(y[test], model.decision_function(X[test])))
    assert result.trials[0]["score"] == pytest.approx(np.mean(scores))


def test_a_default_that_is_not_beaten_is_kept():
    X, y = overlapping()
    result = tune(SMOTE(k_neighbors=5), X, y, n_trials=2, space={"k_neighbors": [5]}, **FAST)
    assert result.best_params == {}
    assert result.best_score == result.default_score
    assert result.sampler.k_neighbors == 5


def test_interrupted_and_resumed_is_the_same_search(tmp_path):
    X, y = overlapping()
    options = {"space": {"k_neighbors": (1, 9)}, **FAST}
    whole = tune(SMOTE(), X, y, n_trials=9, **options)
    path = tmp_path / "study.db"
    tune(SMOTE(), X, y, n_trials=4, storage=path, **options)
    # A process that was killed leaves a trial under way.
    study = optuna.load_study(study_name="oversmith", storage=f"sqlite:///{path}")
    study.sampler = optuna.samplers.RandomSampler(seed=99)
    study.ask()
    resumed = tune(SMOTE(), X, y, n_trials=9, storage=path, **options)
    assert [t[1:] for t in tried(whole)] == [t[1:] for t in tried(resumed) if t[3] != "fail"]
    assert resumed.best_params == whole.best_params
    again = tune(SMOTE(), X, y, n_trials=9, storage=path, **options)
    assert tried(again) == tried(resumed)


def test_a_storage_of_another_search_is_refused(tmp_path):
    X, y = overlapping()
    path = tmp_path / "study.db"
    options = {"storage": path, "n_trials": 1, "space": {"k_neighbors": [3]}, **FAST}
    tune(SMOTE(), X, y, **options)
    for changed in (overlapping(1), (X, 1 - y)):
        with pytest.raises(InputError, match=r"storage: .* keeps a search with other rows"):
            tune(SMOTE(), *changed, **options)
    with pytest.raises(InputError, match="storage"):
        tune(SMOTE(), X, y, **(options | {"space": {"k_neighbors": [4]}}))


def test_grid_is_the_documents():
    space = EOWGAN.hyperparameter_space(grid=True)
    assert {name: len(choices) for name, choices in space.items()} == {
        "learning_rate": 3,
        "batch_size": 3,
        "lipschitz__weight": 3,
        "critic_steps": 4,
    }
    X, y = overlapping()
    result = tune(SMOTE(), X, y, grid=True, space={"k_neighbors": [1, 3, 5], "sampling_strategy": [0.5, 1.0]}, **FAST)
    points = {tuple(sorted(trial["params"].items())) for trial in result.trials}
    assert len(result.trials) == len(points) == 6


def test_pruned_and_diverged_trials_are_recorded():
    X, y = overlapping()
    with pytest.raises(InputError, match="space: all 1 trials failed, the last one with: EOWGAN on class 1"):
        tune(
            EOWGAN(max_steps=1, smote_share=0.0, random_state=0),
            X,
            y,
            n_trials=1,
            space={"learning_rate": [1e6], "max_steps": [200], "lipschitz__weight": [1e6]},
            **FAST,
        )
    pruned = tune(
        SMOTE(), X, y, n_trials=14, space={"k_neighbors": (1, 12)}, estimator=LogisticRegression(), n_splits=4
    )
    assert {"pruned", "complete"} == {trial["state"] for trial in pruned.trials}


def test_no_time_left():
    X, y = overlapping()
    with pytest.raises(InputError, match=r"max_seconds: no trial was completed within 1e-09 s"):
        tune(SMOTE(), X, y, space={"k_neighbors": [3]}, max_seconds=1e-9, **FAST)


def test_wrong_spaces():
    X, y = overlapping()
    with pytest.raises(InputError, match="SMOTE brings no search space"):
        tune(SMOTE(), X, y)
    with pytest.raises(InputError, match="SMOTE has no parameter 'steps'"):
        tune(SMOTE(), X, y, space={"steps": [1]})
    with pytest.raises(InputError, match=r"found \(9, 1\) for 'k_neighbors'"):
        tune(SMOTE(), X, y, space={"k_neighbors": (9, 1)})
    with pytest.raises(InputError, match="give a list of choices"):
        tune(SMOTE(), X, y, grid=True, space={"k_neighbors": (1, 9)})


def test_without_optuna(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'oversmith\[tune\]'"):
        tune(SMOTE(), *overlapping(), space={"k_neighbors": [3]})


def test_mixed_tables_with_the_default_judges_and_progress(capsys):
    import pandas as pd

    X, y = overlapping()
    frame = pd.DataFrame(X, columns=list("abc"))
    frame["level"] = np.resize(["x", "y", None], 100)
    result = EOWGAN(max_steps=1).tune(frame, y, n_trials=1, n_splits=2, verbose=True)
    assert set(result.trials[0]["params"]) == set(EOWGAN.hyperparameter_space())
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "tuning" in captured.err
