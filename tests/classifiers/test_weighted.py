from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.base import BaseSampler
from imblearn.combine import SMOTEENN
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline as ImbalancedPipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from oversmith import EOWGAN, DenseClassifier, Output, WeightedResampler
from oversmith.exceptions import InputError

HALF = WeightedResampler(RandomOverSampler(random_state=0), LogisticRegression(), synthetic_weight=0.5)


@parametrize_with_checks([WeightedResampler(), HALF])
def test_sklearn_contract(estimator, check):
    check(estimator)


def test_no_check_is_expected_to_fail():
    checks = [check for _, check in estimator_checks_generator(HALF, mark="skip")]
    assert len(checks) >= 50
    assert not any(hasattr(check, "__wrapped__") for check in checks)


class ClassWeights(BaseSampler):
    """Returns X as it came and says how much each row weighs, as a sampler may that found nothing better."""

    _sampling_type = "bypass"
    _parameter_constraints: dict = {}

    def fit_resample(self, X, y, **params):
        self.sample_weight_ = compute_sample_weight("balanced", y)
        return X, y

    def _fit_resample(self, X, y, **params):
        raise NotImplementedError


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [180, 40])
    return rng.normal(size=(220, 4)) + 1.2 * y[:, None], y


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        DecisionTreeClassifier(random_state=0),
        RandomForestClassifier(n_estimators=10, random_state=0),
        HistGradientBoostingClassifier(random_state=0),
        DenseClassifier(max_steps=100, random_state=0),
    ],
    ids=["logistic regression", "tree", "forest", "boosting", "dense"],
)
def test_weight_zero_is_training_without_them(table, estimator):
    X, y = table
    fresh = np.random.default_rng(1).normal(0.6, 1.5, (300, 4))
    # A weight of one each: a forest draws its samples in another way where it is given weights.
    without = clone(estimator).fit(X, y, sample_weight=np.ones(220)).predict_proba(fresh)
    model = WeightedResampler(SMOTE(random_state=0), estimator, synthetic_weight=0).fit(X, y)
    assert (model.sample_weight_ == 0).sum() == 140
    assert (model.predict_proba(fresh) == without).all()
    assert not np.allclose(model.set_params(synthetic_weight=1.0).fit(X, y).predict_proba(fresh), without)


def test_weights_reach_the_classifier(table):
    """Eq. 12 by hand: the rows, and a weight of lambda on the synthetic ones."""
    X, y = table
    X_more, y_more = SMOTE(random_state=0).fit_resample(X, y)
    weight = np.where(np.arange(360) < 220, 1.0, 0.3)
    wanted = LogisticRegression().fit(X_more, y_more, sample_weight=weight).predict_proba(X)
    model = WeightedResampler(SMOTE(random_state=0), LogisticRegression(), synthetic_weight=0.3).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), wanted)
    np.testing.assert_array_equal(model.sample_weight_, weight)
    np.testing.assert_allclose(model.weighted_prior_, [180 / 262, (40 + 0.3 * 140) / 262])
    # Without a weight of its own every row counts once.
    plain = WeightedResampler(SMOTE(random_state=0), LogisticRegression()).fit(X, y)
    np.testing.assert_array_equal(plain.predict_proba(X), LogisticRegression().fit(X_more, y_more).predict_proba(X))


def test_weights_of_a_sampler_of_oversmith(table):
    X, y = table
    sampler = EOWGAN(smote_share=1.0, random_state=0, output=Output(weight=0.2))
    model = WeightedResampler(sampler, LogisticRegression()).fit(X, y)
    assert model.sample_weight_.tolist() == [1.0] * 220 + [0.2] * 140
    X_more, y_more = clone(sampler).fit_resample(X, y)
    by_hand = LogisticRegression().fit(X_more, y_more, sample_weight=model.sample_weight_)
    np.testing.assert_array_equal(model.predict_proba(X), by_hand.predict_proba(X))
    # A weight named here takes the place of the sampler's.
    assert model.set_params(synthetic_weight=0.7).fit(X, y).sample_weight_[-1] == 0.7


def test_class_weights_of_a_sampler_that_adds_no_row(table):
    X, y = table
    model = WeightedResampler(ClassWeights(), LogisticRegression()).fit(X, y)
    balanced = LogisticRegression(class_weight="balanced").fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), balanced.predict_proba(X), atol=1e-6)
    np.testing.assert_allclose(model.weighted_prior_, [0.5, 0.5])


def test_without_a_sampler_nothing_is_resampled(table):
    X, y = table
    model = WeightedResampler(estimator=LogisticRegression()).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), LogisticRegression().fit(X, y).predict_proba(X))
    assert model.sampler_ is None
    default = WeightedResampler(SMOTE(random_state=0)).fit(X, y)
    assert type(default.estimator_) is LogisticRegression


def test_estimator_may_be_a_pipeline_and_this_may_end_one(table):
    X, y = table
    inner = make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), LogisticRegression()))
    model = WeightedResampler(SMOTE(random_state=0), inner, synthetic_weight=0.3).fit(X, y)
    X_more, y_more = SMOTE(random_state=0).fit_resample(X, y)
    scaled = StandardScaler().fit(X_more)
    by_hand = LogisticRegression().fit(scaled.transform(X_more), y_more, sample_weight=model.sample_weight_)
    np.testing.assert_allclose(model.predict_proba(X), by_hand.predict_proba(scaled.transform(X)), rtol=1e-6)
    frame = pd.DataFrame({"level": np.where(X[:, 0] > 0, "high", "low"), "other": np.where(y == 1, "u", "v")})
    whole = ImbalancedPipeline(
        [
            ("levels", OneHotEncoder(sparse_output=False)),
            (
                "last",
                WeightedResampler(RandomOverSampler(random_state=0), DecisionTreeClassifier(), synthetic_weight=0.5),
            ),
        ]
    )
    assert whole.fit(frame, np.where(y == 1, "yes", "no")).score(frame, np.where(y == 1, "yes", "no")) == 1


def test_frames_stay_frames():
    frame = pd.DataFrame({"a": np.arange(30.0), "level": ["x", "y", "z"] * 10})
    y = np.repeat(["no", "yes"], [24, 6])
    inner = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression())
    model = WeightedResampler(RandomOverSampler(random_state=0), inner, synthetic_weight=0).fit(frame, y)
    assert model.feature_names_in_.tolist() == ["a", "level"]
    np.testing.assert_array_equal(model.predict(frame), clone(inner).fit(frame, y).predict(frame))


def test_asks_the_classifier_alone_what_it_can(table):
    X, y = table
    model = WeightedResampler(SMOTE(random_state=0), LinearSVC())
    assert not hasattr(model, "predict_proba")
    np.testing.assert_array_equal(model.fit(X, y).decision_function(X) > 0, model.predict(X) == 1)
    assert not hasattr(WeightedResampler(estimator=DecisionTreeClassifier()), "decision_function")


class WrongWeights(ClassWeights):
    def fit_resample(self, X, y, **params):
        self.sample_weight_ = np.ones(3)
        return X, y


def test_bad_input_says_what_and_how(table):
    X, y = table
    with pytest.raises(InputError, match=r"estimator: KNeighborsClassifier takes no sample_weight .* Pipeline"):
        WeightedResampler(SMOTE(), KNeighborsClassifier()).fit(X, y)
    with pytest.raises(InputError, match="estimator: KNeighborsClassifier takes no sample_weight"):
        WeightedResampler(SMOTE(), make_pipeline(StandardScaler(), KNeighborsClassifier())).fit(X, y)
    with pytest.raises(InputError, match="its pipeline holds SMOTE, which would change"):
        WeightedResampler(estimator=ImbalancedPipeline([("s", SMOTE()), ("c", LogisticRegression())])).fit(X, y)
    with pytest.raises(InputError, match="synthetic_weight: SMOTEENN does not say which rows are synthetic"):
        WeightedResampler(SMOTEENN(random_state=0), synthetic_weight=0.5).fit(X, y)
    with pytest.raises(InputError, match=r"sampler: WrongWeights gave 220 rows and weights of shape \(3,\)"):
        WeightedResampler(WrongWeights()).fit(X, y)
    with pytest.raises(ValueError, match="synthetic_weight"):
        WeightedResampler(SMOTE(), synthetic_weight=-1).fit(X, y)
    with pytest.raises(ValueError, match="sampler"):
        WeightedResampler(StandardScaler()).fit(X, y)


def test_samplers_that_remove_rows(table):
    X, y = table
    model = WeightedResampler(RandomUnderSampler(random_state=0), LogisticRegression()).fit(X, y)
    assert model.sample_weight_.tolist() == [1.0] * 80
