from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.ensemble import BalancedBaggingClassifier
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import EditedNearestNeighbours, RandomUnderSampler
from scipy.special import logit
from scipy.stats import binomtest
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from oversmith import PriorCorrectedClassifier, WeightedResampler
from oversmith.exceptions import InputError

OVER = RandomOverSampler(random_state=0)
AROUND = PriorCorrectedClassifier(LogisticRegression(), sampler=OVER)
PIPELINE = PriorCorrectedClassifier(make_pipeline(StandardScaler(), OVER, LogisticRegression()))


@parametrize_with_checks([PriorCorrectedClassifier(), AROUND, PIPELINE])
def test_sklearn_contract(estimator, check):
    check(estimator)


def test_no_check_is_expected_to_fail():
    checks = [check for _, check in estimator_checks_generator(AROUND, mark="skip")]
    assert len(checks) >= 50
    assert not any(hasattr(check, "__wrapped__") for check in checks)


def simulated(seed: int, n: int = 4000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, labels and the known chances they were drawn with: eight in a hundred positive."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    chance = 1 / (1 + np.exp(3.5 - 1.5 * X[:, 0] + X[:, 1]))
    return X, (rng.random(n) < chance).astype(int), chance


class Told(DummyClassifier):
    """Gives the chances in its rows, whatever it was fitted on."""

    def predict_proba(self, X):
        return np.asarray(X)


def test_two_classes_by_hand():
    """Real shares 0.9 and 0.1, resampled to a half each: 0.5 becomes 0.1, and 0.9 a half."""
    X, y = np.full((100, 2), 0.5), np.repeat([0, 1], [90, 10])
    model = PriorCorrectedClassifier(Told(), sampler=OVER).fit(X, y)
    rows = np.array([[0.5, 0.5], [0.1, 0.9], [1.0, 0.0]])
    np.testing.assert_allclose(model.predict_proba(rows)[:, 1], [0.1, 0.5, 0.0])
    chance = np.array([0.2, 0.7])
    shifted = model.predict_proba(np.column_stack([1 - chance, chance]))[:, 1]
    np.testing.assert_allclose(logit(shifted), logit(chance) + logit(0.1) - logit(0.5))
    assert model.predict([[0.2, 0.8], [0.05, 0.95]]).tolist() == [0, 1]


def test_three_named_classes_by_hand():
    """Counts 60, 30, 10 resampled to 60, 40, 50; chances 0.2, 0.3, 0.5 are in ratios 0.2, 0.225, 0.1."""
    y = np.repeat(["a", "b", "c"], [60, 30, 10])
    sampler = RandomOverSampler(sampling_strategy={"b": 40, "c": 50}, random_state=0)
    model = PriorCorrectedClassifier(Told(), sampler=sampler).fit(np.full((100, 3), 0.3), y)
    np.testing.assert_allclose(model.prior_, [0.6, 0.3, 0.1])
    np.testing.assert_allclose(model.resampled_prior_, [0.4, 4 / 15, 1 / 3])
    # 0.2 * 0.6 / 0.4 = 0.3; 0.3 * 0.3 / (4/15) = 0.3375; 0.5 * 0.1 / (1/3) = 0.15; in all 0.7875.
    np.testing.assert_allclose(model.predict_proba([[0.2, 0.3, 0.5]]), np.array([[0.3, 0.3375, 0.15]]) / 0.7875)
    assert model.predict([[0.2, 0.3, 0.5]]).tolist() == ["b"]


SAMPLERS = {"smote": SMOTE, "random over-sampling": RandomOverSampler, "random under-sampling": RandomUnderSampler}


@pytest.mark.parametrize("name", list(SAMPLERS))
def test_calibration_is_restored(name):
    """Brier score 0.15 before and 0.06 after, 5 of 5 seeds; mean squared error of the chances 0.09 and 0.0005."""
    wins = 0
    for seed in range(5):
        X, y, _ = simulated(seed)
        X_test, y_test, truth = simulated(seed + 100)
        model = PriorCorrectedClassifier(LogisticRegression(), sampler=SAMPLERS[name](random_state=seed)).fit(X, y)
        before, after = (m.predict_proba(X_test)[:, 1] for m in (model.estimator_, model))
        better = brier_score_loss(y_test, after) < 0.5 * brier_score_loss(y_test, before)
        wins += better and np.mean((after - truth) ** 2) < 0.05 * np.mean((before - truth) ** 2)
    assert binomtest(wins, 5, alternative="greater").pvalue < 0.05


def test_two_classes_keep_their_ranking():
    X, y, _ = simulated(0)
    model = clone(AROUND).fit(X, y)
    before, after = model.estimator_.predict_proba(X)[:, 1], model.predict_proba(X)[:, 1]
    assert (np.argsort(before, kind="stable") == np.argsort(after, kind="stable")).all()
    assert roc_auc_score(y, before) == roc_auc_score(y, after)


def test_pipeline_and_sampler_parameter_are_the_same():
    X, y, _ = simulated(0, n=500)
    around, pipeline = clone(AROUND).fit(X, y), PriorCorrectedClassifier(make_pipeline(OVER, LogisticRegression()))
    np.testing.assert_array_equal(around.predict_proba(X), pipeline.fit(X, y).predict_proba(X))
    # What stands in for the last step while it is fitted is gone, also from pipelines within pipelines.
    nested = PriorCorrectedClassifier(make_pipeline(OVER, make_pipeline(StandardScaler(), LogisticRegression())))
    nested.fit(X, y)
    assert type(nested.estimator_[-1][-1]) is LogisticRegression
    np.testing.assert_allclose(nested.resampled_prior_, [0.5, 0.5])
    assert not hasattr(nested.estimator, "n_features_in_")
    assert type(nested.estimator[-1][-1]) is LogisticRegression


def test_several_samplers_in_a_row_and_real_shares_before_all_of_them():
    X, y, _ = simulated(0, n=500)
    fewer = RandomUnderSampler(sampling_strategy={0: 200}, random_state=0)
    more = RandomOverSampler(sampling_strategy={1: 100}, random_state=0)
    model = PriorCorrectedClassifier(make_pipeline(fewer, StandardScaler(), more, LogisticRegression())).fit(X, y)
    np.testing.assert_allclose(model.prior_, np.bincount(y) / 500)
    np.testing.assert_allclose(model.resampled_prior_, [2 / 3, 1 / 3])


def test_nothing_resampled_is_nothing_corrected():
    X, y, _ = simulated(0, n=500)
    model = PriorCorrectedClassifier(LogisticRegression()).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), LogisticRegression().fit(X, y).predict_proba(X))
    assert (model.prior_ == model.resampled_prior_).all()


def test_class_that_a_sampler_removed():
    """Cleaning may take all rows of a class: it then has probability zero, not an error."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 2)), np.repeat([0, 1, 2], [60, 37, 3])
    X[y == 1] += 8
    cleaning = EditedNearestNeighbours(sampling_strategy="all")
    model = PriorCorrectedClassifier(LogisticRegression(), sampler=cleaning).fit(X, y)
    assert model.estimator_.classes_.tolist() == [0, 1]
    chances = model.predict_proba(X)
    assert model.resampled_prior_[2] == 0
    assert (chances[:, 2] == 0).all()
    np.testing.assert_allclose(chances.sum(axis=1), 1)


@pytest.mark.parametrize("balance", ["balanced", {0: 1, 1: 5}], ids=["balanced", "dictionary"])
def test_class_weights_count_as_rows(balance):
    X, y, truth = simulated(0)
    model = PriorCorrectedClassifier(LogisticRegression(class_weight=balance)).fit(X, y)
    odds = model.resampled_prior_[1] / model.resampled_prior_[0]
    assert odds == pytest.approx(1 if balance == "balanced" else 5 * y.mean() / (1 - y.mean()))
    assert np.mean((model.predict_proba(X)[:, 1] - truth) ** 2) < 1e-3
    assert np.mean((model.estimator_.predict_proba(X)[:, 1] - truth) ** 2) > 1e-2
    forest = RandomForestClassifier(n_estimators=2, class_weight="balanced_subsample", random_state=0)
    np.testing.assert_allclose(PriorCorrectedClassifier(forest).fit(X[:200], y[:200]).resampled_prior_, [0.5, 0.5])


def test_weights_of_synthetic_rows_count_as_rows():
    X, y, truth = simulated(0)
    weighted = WeightedResampler(OVER, LogisticRegression(), synthetic_weight=0.5)
    model = PriorCorrectedClassifier(make_pipeline(StandardScaler(), weighted)).fit(X, y)
    counts = np.bincount(y)
    half = counts[1] + 0.5 * (counts[0] - counts[1])
    np.testing.assert_allclose(model.resampled_prior_, [counts[0] / (counts[0] + half), half / (counts[0] + half)])
    assert np.mean((model.predict_proba(X)[:, 1] - truth) ** 2) < 1e-3


@pytest.mark.parametrize("labels", [[0.0, 1.0], ["no", "yes"], [False, True]], ids=["float", "text", "bool"])
def test_labels_of_every_kind(labels):
    X, y, _ = simulated(0, n=500)
    wanted = clone(AROUND).fit(X, y)
    model = clone(AROUND).fit(X, np.array(labels)[y])
    assert model.classes_.tolist() == labels
    np.testing.assert_array_equal(model.predict_proba(X), wanted.predict_proba(X))
    np.testing.assert_array_equal(model.predict(X), np.array(labels)[wanted.predict(X)])


def test_frames_go_to_the_first_step_as_they_are():
    frame = pd.DataFrame({"level": ["x", "y", "z", "x", "x"] * 20})
    y = pd.Series(np.repeat(["no", "yes"], [80, 20]))
    pipeline = make_pipeline(OVER, OneHotEncoder(), LogisticRegression())
    model = PriorCorrectedClassifier(pipeline).fit(frame, y)
    assert model.feature_names_in_.tolist() == ["level"]
    np.testing.assert_allclose(model.predict_proba(frame).mean(axis=0), [0.8, 0.2], atol=0.02)


def test_lives_in_a_search():
    X, y, _ = simulated(0, n=500)
    search = GridSearchCV(PIPELINE, {"estimator__logisticregression__C": [0.1, 1.0]}, scoring="neg_brier_score", cv=3)
    assert search.fit(X, y).best_score_ > -0.09


def test_bad_input_says_what_and_how():
    X, y, _ = simulated(0, n=500)
    with pytest.raises(InputError, match=r"estimator: LinearSVC has no predict_proba .*CalibratedClassifierCV"):
        PriorCorrectedClassifier(LinearSVC(), sampler=OVER).fit(X, y)
    with pytest.raises(InputError, match="GridSearchCV holds RandomOverSampler where its class shares cannot be read"):
        PriorCorrectedClassifier(GridSearchCV(make_pipeline(OVER, LogisticRegression()), {})).fit(X, y)
    with pytest.raises(InputError, match="BalancedBaggingClassifier holds RandomUnderSampler"):
        PriorCorrectedClassifier(BalancedBaggingClassifier(sampler=RandomUnderSampler())).fit(X, y)
    with pytest.raises(ValueError, match="sampler"):
        PriorCorrectedClassifier(LogisticRegression(), sampler="smote").fit(X, y)
    with pytest.raises(ValueError, match="continuous"):
        clone(AROUND).fit(X, X[:, 0])
