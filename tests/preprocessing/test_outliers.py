"""Outlier removal class by class, in a pipeline, without ever losing a class."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from imblearn.pipeline import make_pipeline
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from oversmith import OutlierRemover

STEPS = [OutlierRemover(), OutlierRemover(method="isolation_forest", random_state=0)]


@parametrize_with_checks(STEPS)
def test_sklearn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("number", range(len(list(estimator_checks_generator(STEPS[0])))))
@pytest.mark.parametrize("step", STEPS, ids=["iqr", "isolation_forest"])
def test_imblearn_contract(step, number):
    estimator, check = list(estimator_checks_generator(step))[number]
    check(estimator)


def planted(seed: int = 0):
    """100 and 30 rows, with three and two far rows at the end of each class."""
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.uniform(0, 1, (100, 2)), rng.uniform(5, 6, (30, 2))])
    X[97:100] += [[40, 0], [0, -30], [20, 20]]
    X[128:] += [[0, 50], [-60, 0]]
    return X, np.repeat([0, 1], [100, 30])


@pytest.mark.parametrize("method", ["iqr", "isolation_forest"])
def test_planted_outliers_of_each_class_go(method):
    X, y = planted()
    step = OutlierRemover(method=method, contamination=0.03 if method == "isolation_forest" else "auto", random_state=0)
    X_kept, y_kept = step.fit_resample(X, y)
    gone = set(range(130)) - set(step.sample_indices_.tolist())
    assert {128, 129} & gone
    assert gone <= {97, 98, 99, 128, 129}
    assert sum(step.n_removed_.values()) == len(gone) >= 4 - (method != "iqr")
    assert np.array_equal(X_kept, X[step.sample_indices_])
    assert np.array_equal(y_kept, y[step.sample_indices_])


def test_the_minority_is_judged_by_itself():
    """The minority is far from the majority, and stays: no row of it is an outlier of its own class."""
    X, y = planted()
    y_one = np.zeros(130, dtype=int)
    y_one[:2] = 1
    assert OutlierRemover().fit(X, y).fit_resample(X, y)[1].sum() == 28
    step = OutlierRemover(max_share=0.5)
    step.fit_resample(X, y_one)
    assert step.n_removed_[0] >= 5


def test_fence_by_hand():
    X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0]] * 4 + [[7.1], [6.9]])
    y = np.array([0, 1] * 11)
    step = OutlierRemover(factor=1.5, max_share=0.4)
    step.fit_resample(np.concatenate([X, X]), np.repeat([0, 1], 22))
    # Quartiles 1 and 3.75: the fence ends at 7.875; with factor 1.2 at 7.05.
    assert step.n_removed_ == {0: 0, 1: 0}
    tight = OutlierRemover(factor=1.2, max_share=0.4)
    chosen, _ = tight.fit_resample(np.concatenate([X, X]), np.repeat([0, 1], 22))
    assert tight.n_removed_ == {0: 1, 1: 1}
    assert chosen.max() == 6.9
    assert len(y) == 22


def test_a_rare_class_is_spared():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(size=(60, 1)), [[0.0], [0.1], [0.2], [90.0], [-90.0]]])
    y = np.repeat([0, 1], [60, 5])
    step = OutlierRemover()
    with pytest.warns(UserWarning, match=r"class 1: 2 of 5 rows are outlying, the 0 most outlying are dropped"):
        step.fit_resample(X, y)
    assert step.n_removed_[1] == 0


def test_containers_stay_as_they_are():
    X, y = planted()
    frame = pd.DataFrame({"a": X[:, 0], "level": np.resize(["x", "y", None], 130), "b": X[:, 1]})
    frame.loc[0, "a"] = np.nan
    frame.index = [f"row {i}" for i in range(130)]
    step = OutlierRemover()
    chosen, labels = step.fit_resample(frame, pd.Series(y, index=frame.index, name="y"))
    pd.testing.assert_frame_equal(chosen, frame.iloc[step.sample_indices_])
    assert labels.name == "y"
    assert (labels.index == chosen.index).all()
    polars, _ = OutlierRemover().fit_resample(pl.DataFrame({"a": X[:, 0], "b": X[:, 1]}), y)
    assert isinstance(polars, pl.DataFrame)
    assert len(polars) == len(chosen)


def test_in_a_pipeline_rows_go_in_fit_alone():
    X, y = planted()
    model = make_pipeline(OutlierRemover(), LogisticRegression()).fit(X, y)
    assert model.predict(X).shape == (130,)


def test_without_numbers_nothing_goes():
    frame = pd.DataFrame({"level": np.resize(["x", "y"], 40), "flag": np.resize([True, False, False], 40)})
    step = OutlierRemover()
    step.fit_resample(frame, np.resize([0, 1], 40))
    assert len(step.sample_indices_) == 40
