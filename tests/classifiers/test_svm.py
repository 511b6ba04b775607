from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from oversmith import ScalableSVC
from oversmith.exceptions import InputError

EXACT, APPROXIMATE = ScalableSVC(random_state=0), ScalableSVC(max_exact_rows=5, n_components=50, random_state=0)
BOTH = pytest.mark.parametrize("machine", [EXACT, APPROXIMATE], ids=["exact", "approximate"])


@parametrize_with_checks([EXACT, APPROXIMATE])
def test_sklearn_contract(estimator, check):
    check(estimator)


def test_no_check_is_expected_to_fail():
    checks = [check for _, check in estimator_checks_generator(EXACT, mark="skip")]
    assert len(checks) >= 55
    assert not any(hasattr(check, "__wrapped__") for check in checks)


def rings(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A disc within a ring, somewhat mixed: no line separates them."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.3).astype(int)
    radius, angle = np.where(y == 1, 0.5, 1.5) + 0.35 * rng.normal(size=n), rng.uniform(0, 2 * np.pi, n)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), y


def test_rows_decide_which_machine_it_is():
    X, y = rings(100)
    assert clone(EXACT).set_params(max_exact_rows=100).fit(X, y).title_ == "RBF SVM"
    approximate = clone(EXACT).set_params(max_exact_rows=99).fit(X, y)
    assert approximate.title_ == "Nyström + linear SVM"
    assert approximate.landmarks_.components_.shape == (100, 2)
    # Rows are counted as they are fitted: identical ones once.
    assert clone(EXACT).set_params(max_exact_rows=100).fit(np.tile(X, (3, 1)), np.tile(y, 3)).title_ == "RBF SVM"
    assert ScalableSVC().max_exact_rows == 10_000


@BOTH
def test_ranks_like_the_plain_machine(machine):
    (X, y), (X_test, y_test) = rings(600), rings(2000, seed=1)
    plain = roc_auc_score(y_test, SVC(gamma="scale").fit(X, y).decision_function(X_test))
    found = roc_auc_score(y_test, clone(machine).fit(X, y).predict_proba(X_test)[:, 1])
    assert plain > 0.95
    assert found > plain - 0.01


@BOTH
def test_probabilities_are_calibrated(machine):
    """Among rows given a chance of about a half, about half are positive; log-loss far below the prevalence's."""
    (X, y), (X_test, y_test) = rings(600), rings(4000, seed=1)
    chance = clone(machine).fit(X, y).predict_proba(X_test)[:, 1]
    unsure = (chance > 0.3) & (chance < 0.7)
    assert unsure.sum() > 100
    assert y_test[unsure].mean() == pytest.approx(chance[unsure].mean(), abs=0.1)
    assert log_loss(y_test, chance) < 0.6 * log_loss(y_test, np.full(4000, y.mean()))


@BOTH
def test_weight_is_repetition_and_order_is_nothing(machine):
    X, y = rings(120)
    rng = np.random.default_rng(0)
    weight = rng.integers(0, 4, len(y))
    repeated = rng.permutation(np.repeat(np.arange(len(y)), weight))
    weighted = clone(machine).fit(X, y, sample_weight=weight)
    assert (clone(machine).fit(X[repeated], y[repeated]).predict_proba(X) == weighted.predict_proba(X)).all()


def test_copies_of_a_row_do_not_calibrate_it():
    """Labels at random and every row ten times: learnt by heart, yet the chances stay at the prevalence."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 5)), rng.integers(0, 2, 200)
    model = ScalableSVC(C=100.0, gamma=2.0, random_state=0).fit(np.repeat(X, 10, axis=0), np.repeat(y, 10))
    assert abs(model.predict_proba(rng.normal(size=(500, 5))) - 0.5).max() < 0.2


@BOTH
def test_class_of_one_row(machine):
    X, y = rings(60)
    y = np.array(["in", "out"])[y]
    y[0], X[0] = "odd", [9.0, 9.0]
    with pytest.warns(
        UserWarning, match="class odd has 1 distinct row, so the probabilities are calibrated on training"
    ):
        model = clone(machine).fit(X, y)
    assert model.calibrated_on_ == "training rows"
    assert model.predict_proba(X).shape == (60, 3)
    assert clone(machine).fit(X[1:], y[1:]).calibrated_on_ == "held-out rows"


CHANGES = {"C": 0.01, "gamma": 3.0, "max_exact_rows": 5, "n_components": 3, "random_state": 1}


def test_every_parameter_is_in_the_list():
    assert set(CHANGES) == set(ScalableSVC().get_params())


@pytest.mark.parametrize("name", list(CHANGES))
def test_every_parameter_changes_something(name):
    X, y = rings(120)
    usual = EXACT if name == "max_exact_rows" else APPROXIMATE
    changed = clone(usual).set_params(**{name: CHANGES[name]})
    assert not np.allclose(changed.fit(X, y).predict_proba(X), clone(usual).fit(X, y).predict_proba(X))


def test_bad_input_says_what_and_how():
    X, y = rings(40)
    with pytest.raises(InputError, match="y: found one class, 1"):
        ScalableSVC().fit(X, y, sample_weight=y)
    with pytest.raises(ValueError, match="gamma"):
        ScalableSVC(gamma="auto").fit(X, y)


@pytest.mark.slow
@pytest.mark.data
def test_time_at_twelve_thousand_rows(data_dir):
    """Beyond the limit a fit takes half a minute at most, calibration included, and less than the exact machine's."""
    import pandas as pd

    frame = pd.read_parquet(data_dir / "tabular" / "adult.parquet").sample(14_000, random_state=0)
    X = StandardScaler().fit_transform(pd.get_dummies(frame.drop(columns="target")).to_numpy(float))
    y = frame["target"].to_numpy()

    def timed(machine):
        began = time.perf_counter()
        model = machine.fit(X[:12_000], y[:12_000])
        seconds = time.perf_counter() - began
        return (
            model.title_,
            seconds,
            roc_auc_score(y[12_000:] == model.classes_[1], model.predict_proba(X[12_000:])[:, 1]),
        )

    title, seconds, area = timed(ScalableSVC(random_state=0))
    exact_title, exact_seconds, exact_area = timed(ScalableSVC(max_exact_rows=20_000, random_state=0))
    assert (title, exact_title) == ("Nyström + linear SVM", "RBF SVM")
    assert seconds < 30
    assert seconds < exact_seconds
    assert area > exact_area - 0.02
