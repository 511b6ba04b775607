"""Algorithm 1 with refinement: what it returns, what it keeps, and that it is a scikit-learn classifier."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from oversmith import EOWGAN, EOWGANClassifier, Output
from oversmith.exceptions import InputError

FAST = EOWGAN(max_steps=1, output=Output(too_few="jitter"))


@parametrize_with_checks([EOWGANClassifier(DecisionTreeClassifier(random_state=0), FAST, random_state=0)])
def test_sklearn_contract(estimator, check):
    check(estimator)


def overlapping(seed: int = 0):
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(0, 1, (300, 3)), rng.normal(1.5, 1, (40, 3))])
    return X, np.repeat(["no", "yes"], [300, 40])


def test_without_refinement_it_is_resample_and_fit():
    X, y = overlapping()
    model = EOWGANClassifier(LogisticRegression(), EOWGAN(max_steps=20), refine_rounds=0, random_state=3).fit(X, y)
    by_hand = LogisticRegression().fit(
        *EOWGAN(max_steps=20, random_state=model.sampler_.random_state).fit_resample(X, y)
    )
    assert np.allclose(model.estimator_.coef_, by_hand.coef_)
    assert model.refinements_ == []


def test_refinement_is_kept_only_when_the_inner_score_rises():
    kept = set()
    for seed in range(4):
        X, y = overlapping(seed)
        model = EOWGANClassifier(LogisticRegression(), EOWGAN(max_steps=100), refine_rounds=2, random_state=seed).fit(
            X, y
        )
        assert 1 <= len(model.refinements_) <= 2
        for row in model.refinements_:
            assert row["kept"] == (row["score_after"] > row["score_before"])
            assert 0 < row["hard_rows"] <= 40
            kept.add(row["kept"])
        n_kept = sum(row["kept"] for row in model.refinements_)
        assert model.sampler_.n_updates_ == n_kept
        # The budgets of the sampler are its own again.
        assert model.sampler_.max_steps == 100
    assert kept == {True, False}


def test_same_seed_same_classifier():
    X, y = overlapping()
    first, again = (
        EOWGANClassifier(sampler=EOWGAN(max_steps=10), random_state=5).fit(X, y).predict_proba(X) for _ in range(2)
    )
    assert np.array_equal(first, again)


def test_three_classes_and_a_frame():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        np.concatenate([rng.normal(3 * i, 1, (n, 2)) for i, n in enumerate((90, 20, 9))]), columns=["a", "b"]
    )
    y = pd.Series(np.repeat(["x", "y", "z"], [90, 20, 9]))
    model = EOWGANClassifier(KNeighborsClassifier(), EOWGAN(max_steps=5), random_state=0).fit(X, y)
    assert model.classes_.tolist() == ["x", "y", "z"]
    assert (model.predict(X) == y).mean() > 0.9
    assert model.feature_names_in_.tolist() == ["a", "b"]


def test_an_estimator_without_probabilities():
    X, y = overlapping()
    model = EOWGANClassifier(LinearSVC(), EOWGAN(max_steps=5), random_state=0).fit(X, y)
    assert not hasattr(model, "predict_proba")
    assert model.decision_function(X).shape == (340,)


def test_weights_of_synthetic_rows_reach_the_estimator():
    X, y = overlapping()
    heavy, light = (
        EOWGANClassifier(
            LogisticRegression(), EOWGAN(max_steps=5, output=Output(weight=weight)), refine_rounds=0, random_state=0
        ).fit(X, y)
        for weight in (1.0, 1e-6)
    )
    assert light.predict_proba(X)[:, 1].mean() < heavy.predict_proba(X)[:, 1].mean() - 0.05
    with pytest.raises(InputError, match=r"estimator: KNeighborsClassifier takes no sample_weight"):
        EOWGANClassifier(KNeighborsClassifier(), EOWGAN(max_steps=5, output=Output(weight=0.5)), random_state=0).fit(
            X, y
        )


def test_a_sampler_that_cannot_go_on_is_refused():
    from imblearn.over_sampling import SMOTE

    X, y = overlapping()
    with pytest.raises(ValueError, match="partial_fit"):
        EOWGANClassifier(LogisticRegression(), SMOTE()).fit(X, y)
