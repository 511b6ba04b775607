from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from oversmith.evaluation.builders import Situation
from oversmith.evaluation.classifiers import default_classifiers
from oversmith.evaluation.contenders import choose, default_contenders
from oversmith.evaluation.pipeline import ManyClassifiers, PlainFrame, Resampling, build_pipeline, preparation
from oversmith.exceptions import InputError, TooFewRowsError
from oversmith.io.kinds import column_kind


class Broken(ClassifierMixin, BaseEstimator):
    def fit(self, X, y, sample_weight=None):
        raise RuntimeError("cannot\nfit")


def mixed():
    return pd.DataFrame(
        {
            "level": pd.Series(["a", "b", None, "a", "b", "a"]),
            "number": pd.array([1, 2, None, 4, 5, 6], dtype="Int64"),
            "yes": pd.array([True, None, False, True, False, True], dtype="boolean"),
            "when": pd.to_datetime(["1970-01-02", None, *["1970-01-01"] * 4]),
            "local": pd.to_datetime(["1970-01-01 01:00"] * 6).tz_localize("Europe/Paris"),
            "long": pd.to_timedelta([1, 2, 3, 4, 5, None], unit="s"),
            "float": np.array([0.5, None, 1, 2, 3, 4], dtype=object),
            "grade": pd.Categorical([1, 2, 1, 2, 1, None]),
        }
    )


def kinds_of(frame):
    return {name: column_kind(frame[name]) for name in frame}


def test_plain_frame_by_hand():
    frame = mixed()
    plain = PlainFrame(kinds_of(frame)).transform(frame)
    assert plain["number"].tolist()[:2] == [1, 2]
    assert np.isnan(plain["number"][2])
    assert plain["when"][0] == 86_400
    assert np.isnan(plain["when"][1])
    assert plain["local"].tolist() == [0] * 6
    assert plain["long"].tolist()[:5] == [1, 2, 3, 4, 5]
    assert plain["yes"].tolist()[0] == "True"
    assert pd.isna(plain["yes"][1])
    assert plain["grade"].tolist()[:2] == ["1", "2"]
    assert plain["float"].tolist()[0] == 0.5


def test_a_frame_of_floats_is_taken_whole():
    frame = pd.DataFrame({"b": [0.5, np.nan, -0.0], "a": [1.0, 2.0, 3.0]}, index=[5, 3, 9])
    whole = PlainFrame({"a": "numeric", "b": "numeric"}).transform(frame)
    single = PlainFrame({"a": "numeric", "b": "numeric"}).transform(frame.assign(c="x"))
    pd.testing.assert_frame_equal(whole, single)
    whole.iloc[0, 0] = 7.0
    assert frame["a"].tolist() == [1.0, 2.0, 3.0]


def test_preparation_imputes_scales_and_spreads_levels():
    frame = mixed()
    encoded = Pipeline(preparation(kinds_of(frame))).fit_transform(frame)
    # number, when, local, long, float; level a, b, missing; yes True, False, missing; grade 1, 2, missing.
    assert encoded.shape == (6, 5 + 3 + 3 + 3)
    assert np.isfinite(encoded).all()
    assert encoded[:, :5].mean(axis=0) == pytest.approx(np.zeros(5), abs=1e-12)
    assert np.array_equal(np.unique(encoded[:, 5:]), [0, 1])
    assert encoded[:, 5:].sum(axis=1).tolist() == [3] * 6


def test_unknown_levels_become_zeros_and_many_levels_are_grouped():
    train = pd.DataFrame({"c": [f"v{i}" for i in range(200)] + ["v0"] * 50, "n": range(250)})
    space = Pipeline(preparation(kinds_of(train))).fit(train)
    assert space.transform(train).shape[1] == 1 + 64
    unseen = space.transform(pd.DataFrame({"c": ["new"], "n": [3]}))
    assert unseen[0, 1:].sum() == 0


def test_samplers_stand_where_they_belong():
    kinds = {"a": "numeric", "b": "categorical"}
    first = build_pipeline(kinds, {}, sampler=SMOTE())
    later = build_pipeline(kinds, {}, sampler=SMOTE(), before="one-hot")
    assert [n for n, _ in first.steps] == ["sampler", "plain", "encoded", "one-hot", "classifiers"]
    assert [n for n, _ in later.steps] == ["plain", "encoded", "sampler", "one-hot", "classifiers"]


def test_resampling_counts_times_and_keeps():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2)), np.array([0] * 30 + [1] * 10)
    sampler = SMOTE(random_state=0)
    step = Resampling(sampler, keep=True)
    X_new, y_new = step.fit_resample(X, y)
    expected = sampler.fit_resample(X, y)
    assert np.array_equal(X_new, expected[0])
    assert np.array_equal(y_new, expected[1])
    assert (step.n_before_, step.n_after_, step.counts_after_.tolist()) == (40, 60, [30, 30])
    assert step.seconds_ > 0
    assert step.X_ is X_new
    forgetful = Resampling(sampler)
    forgetful.fit_resample(X, y)
    assert not hasattr(forgetful, "X_")


def test_many_classifiers_equal_each_alone_and_a_broken_one_stops_nobody():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), np.array([0, 1, 2] * 20)
    many = ManyClassifiers(
        {"lr": LogisticRegression(), "broken": Broken(), "knn": KNeighborsClassifier()}, balanced=True
    ).fit(X, y)
    scores = many.predict_proba(X)
    assert list(scores) == ["lr"]
    alone = LogisticRegression(class_weight="balanced").fit(X, y)
    assert scores["lr"] == pytest.approx(alone.predict_proba(X), abs=1e-6)
    assert many.problems_ == {
        "broken": ("failed", "RuntimeError: cannot"),
        "knn": ("skipped", "takes no class weights"),
    }


def test_weights_change_what_takes_them():
    rng = np.random.default_rng(0)
    y = np.array([0] * 50 + [1] * 10)
    X = rng.normal(size=(60, 2)) + y[:, None]
    classifiers = {c.name: c.build(0) for c in default_classifiers()}
    plain = ManyClassifiers(classifiers).fit(X, y).predict_proba(X)
    weighted = ManyClassifiers(classifiers, balanced=True).fit(X, y).predict_proba(X)
    assert set(plain) - set(weighted) == {"knn"}
    for name in weighted:
        assert weighted[name][:, 1].mean() > plain[name][:, 1].mean()


def test_synthetic_rows_weigh_what_they_are_told():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), np.array([0] * 40 + [1] * 20)
    pipeline = build_pipeline(
        {"a": "numeric", "b": "numeric"},
        {"lr": LogisticRegression(), "knn": KNeighborsClassifier()},
        sampler=SMOTE(random_state=0),
        before="classifiers",
        synthetic_weight=0.25,
        n_real=60,
    )
    frame = pd.DataFrame(X, columns=["a", "b"])
    found = pipeline.fit(frame, y).predict_proba(frame)
    assert pipeline[-1].problems_ == {"knn": ("skipped", "takes no sample weights")}
    encoded = pipeline[:2].transform(frame)
    rows, labels = SMOTE(random_state=0).fit_resample(encoded, y)
    weights = np.r_[np.ones(60), np.full(20, 0.25)]
    alone = LogisticRegression().fit(rows, labels, weights).predict_proba(encoded)
    np.testing.assert_allclose(found["lr"], alone, rtol=1e-12)


@pytest.mark.parametrize(
    "kinds, name",
    [
        ({"a": "numeric"}, "smote"),
        ({"a": "numeric", "b": "boolean"}, "smotenc"),
        ({"b": "boolean"}, "smoten"),
    ],
)
def test_smote_follows_the_kinds_of_columns(kinds, name):
    smote = default_contenders(kinds)[4]
    assert smote.name == name
    n = len(kinds) - sum(k == "boolean" for k in kinds.values())
    y = np.array([0] * 20 + [1] * 4)
    sampler = smote.build(Situation(y, ("no", "yes"), n, len(kinds) - n, seed=3))
    assert type(sampler).__name__.lower() == name
    assert sampler.get_params()["k_neighbors"] == 3
    with pytest.raises(TooFewRowsError, match="class 'yes' has 1 training row"):
        smote.build(Situation(y[:21], ("no", "yes"), n, len(kinds) - n, seed=3))


def test_choose_by_name():
    known = default_contenders({"a": "numeric"})
    assert choose("contenders", ["smote", known[0]], known) == (known[4], known[0])
    assert choose("contenders", None, known) == known
    for wanted, message in (
        (["smoke"], "'smoke' is not known"),
        ([], "at least one"),
        (["none"] * 2, "each once"),
    ):
        with pytest.raises(InputError, match=message):
            choose("contenders", wanted, known)
