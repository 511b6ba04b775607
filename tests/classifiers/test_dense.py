from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from oversmith import DenseClassifier
from oversmith.exceptions import InputError
from oversmith.training import count_compilations

TINY = DenseClassifier(hidden_widths=(16, 16), max_steps=200, random_state=0)


@parametrize_with_checks([TINY])
def test_sklearn_contract(estimator, check):
    check(estimator)


def test_no_check_is_expected_to_fail():
    checks = [check for _, check in estimator_checks_generator(TINY, mark="skip")]
    assert len(checks) >= 55
    assert not any(hasattr(check, "__wrapped__") for check in checks)


def exclusive_or(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two classes no line separates: whether two signs differ."""
    X = np.random.default_rng(seed).uniform(-1, 1, (n, 2))
    return X, (X[:, 0] * X[:, 1] > 0).astype(int)


def risky(n: int, seed: int, width: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Rows with one telling column among noise, so that a network can learn them by heart."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, width))
    return X, (rng.random(n) < 1 / (1 + np.exp(1 - X[:, 0]))).astype(int)


def test_learns_what_no_line_separates():
    X, y = exclusive_or(600)
    X_test, y_test = exclusive_or(600, seed=1)
    assert DenseClassifier(random_state=0).fit(X, y).score(X_test, y_test) > 0.95


def test_three_named_classes_with_probabilities():
    rng = np.random.default_rng(0)
    centres = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    code = np.repeat([0, 1, 2], [200, 200, 6])
    X, y = rng.normal(size=(406, 2)) + centres[code], np.array(["a", "b", "c"], dtype=object)[code]
    classifier = DenseClassifier(random_state=0).fit(X, y)
    chances = classifier.predict_proba(centres)
    assert classifier.classes_.tolist() == ["a", "b", "c"]
    assert classifier.predict(centres).tolist() == ["a", "b", "c"]
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    # A class of six rows: nothing is held out.
    assert "monitor" not in classifier.history_[-1]
    assert classifier.n_steps_ == classifier.best_step_ == 2000


def test_weights_are_shares_of_what_is_learnt():
    """Rows that say nothing: the probability of a class is its share of the weights."""
    X, y = np.zeros((40, 3)), np.repeat([0, 1], [30, 10])
    weight = np.where(y == 1, 9.0, 1.0)
    assert DenseClassifier(random_state=0).fit(X, y).predict_proba(X[:1])[0, 1] == pytest.approx(0.25, abs=0.03)
    weighted = DenseClassifier(random_state=0).fit(X, y, sample_weight=weight)
    assert weighted.predict_proba(X[:1])[0, 1] == pytest.approx(90 / 120, abs=0.03)


@pytest.mark.parametrize("patience", [None, 1])
def test_weight_is_repetition_and_order_is_nothing(patience):
    X, y = risky(500, seed=0, width=4)
    rng = np.random.default_rng(0)
    weight = rng.integers(0, 4, len(y))
    repeated = np.repeat(np.arange(len(y)), weight)
    shuffled = rng.permutation(len(repeated))
    classifier = DenseClassifier(max_steps=300, patience=patience, random_state=0)
    wanted = clone(classifier).fit(X, y, sample_weight=weight).predict_proba(X)
    for rows in (repeated, repeated[shuffled]):
        assert (clone(classifier).fit(X[rows], y[rows]).predict_proba(X) == wanted).all()


def test_class_whose_weights_are_zero():
    X, y = risky(60, seed=0, width=2)
    y = np.append(y, 2)
    X = np.vstack([X, [9.0, 9.0]])
    classifier = clone(TINY).fit(X, y, sample_weight=np.arange(61) < 60)
    chances = classifier.predict_proba(X)
    assert classifier.classes_.tolist() == [0, 1, 2]
    assert (chances[:, 2] == 0).all()
    np.testing.assert_array_equal(chances[:, :2], clone(TINY).fit(X[:60], y[:60]).predict_proba(X))


def test_best_checkpoint_is_restored():
    X, y = risky(800, seed=0)
    classifier = DenseClassifier(patience=3, random_state=0).fit(X, y)
    values = {row["step"]: row["monitor"] for row in classifier.history_}
    assert classifier.stopped_because_ == "patience"
    assert classifier.best_step_ == min(values, key=values.get)
    assert classifier.n_steps_ == classifier.best_step_ + 300
    # The weights kept are those of the best step: a training that ends there gives the same ones.
    short = DenseClassifier(patience=3, max_steps=classifier.best_step_, random_state=0).fit(X, y)
    assert (short.predict_proba(X) == classifier.predict_proba(X)).all()
    longer = DenseClassifier(patience=3, max_steps=classifier.best_step_ + 100, random_state=0).fit(X, y)
    assert (longer.predict_proba(X) == classifier.predict_proba(X)).all()


def test_early_stopping_saves_the_probabilities():
    """Held-out rows stop the learning by heart: log-loss 0.58 instead of 3.0 on fresh rows, better in 5 of 5 seeds."""
    wins = 0
    for seed in range(5):
        (X, y), (X_test, y_test) = risky(500, seed), risky(2000, seed + 100)
        losses = [
            log_loss(y_test, DenseClassifier(patience=patience, random_state=seed).fit(X, y).predict_proba(X_test))
            for patience in (5, None)
        ]
        wins += losses[0] < losses[1]
    assert binomtest(wins, 5, alternative="greater").pvalue < 0.05


def test_inputs_are_standardised_inside():
    """Time stamps and metres learn like unit columns."""
    X, y = exclusive_or(600)
    classifier = DenseClassifier(random_state=0)
    wanted = clone(classifier).fit(X, y).predict_proba(X)
    moved = X * [1.0, 1e-3] + [1.7e9, 0.0]
    np.testing.assert_allclose(clone(classifier).fit(moved, y).predict_proba(moved), wanted, atol=0.02)
    constant = np.column_stack([X, np.full(600, 0.1)])
    assert clone(classifier).fit(constant, y).score(constant, y) > 0.95


def test_folds_share_compiled_programs():
    """Other rows, columns, classes and learning rate compile nothing within the same buckets."""
    X, y = risky(600, seed=0, width=11)
    first = DenseClassifier(max_steps=150, random_state=0).fit(X, y)
    first.predict_proba(X)
    three = np.where(X[:, 1] > 1, 2, y)
    DenseClassifier(max_steps=150, random_state=0).fit(X, three).predict(X)
    with count_compilations() as count:
        second = DenseClassifier(max_steps=170, learning_rate=3e-4, patience=2, random_state=1)
        second.fit(X[100:, :7], y[100:]).predict_proba(X[:5, :7])
        fourth = np.where(X[:, 1] < -1, 3, three)
        second.fit(X[50:], fourth[50:], sample_weight=np.arange(550) + 1.0).predict(X[:300])
    assert count.programs == 0


def plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(name, str) and plain(part) for name, part in value.items())
    if isinstance(value, list):
        return all(plain(part) for part in value)
    return isinstance(value, str | int | float) or (isinstance(value, np.ndarray) and value.dtype != object)


def test_fitted_state_is_arrays_and_numbers():
    X, y = risky(300, seed=0)
    classifier = clone(TINY).fit(X, y)
    wanted = classifier.predict_proba(X)
    assert plain({name: value for name, value in vars(classifier).items() if name.endswith("_")})
    for twin in (copy.deepcopy(classifier), pickle.loads(pickle.dumps(classifier))):
        assert (twin.predict_proba(X) == wanted).all()


def test_no_jax_before_a_training():
    script = (
        "import sys; from sklearn.base import clone; from oversmith import DenseClassifier\n"
        "clone(DenseClassifier.paper()); print('jax' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_paper_setting():
    """Riaz et al. 2025, Table 5, rows "Neural network"."""
    names = ("max_epochs", "learning_rate", "batch_size", "patience")

    def setting(classifier):
        return tuple(classifier.get_params()[name] for name in names)

    assert setting(DenseClassifier.paper()) == (50, 1e-4, 128, None)
    assert setting(DenseClassifier.paper("gan")) == (80, 1e-3, 100, None)
    assert setting(DenseClassifier.paper("wgan", random_state=1)) == (80, 1e-4, 128, None)
    X, y = risky(300, seed=0)
    # Three steps of 128 rows make an epoch of 300.
    assert DenseClassifier.paper(max_epochs=2).fit(X, y).n_steps_ == 6
    with pytest.raises(InputError, match="choose from eo-wgan, gan, wgan"):
        DenseClassifier.paper("smote")


CHANGES = {
    "hidden_widths": (8,),
    "learning_rate": 1e-4,
    "batch_size": 32,
    "max_steps": 50,
    "max_epochs": 20,
    "patience": None,
    "validation_fraction": 0.3,
    "random_state": 1,
}


def test_every_parameter_is_in_the_list():
    assert set(CHANGES) == set(DenseClassifier().get_params())


@pytest.mark.parametrize("name", list(CHANGES))
def test_every_parameter_changes_something(name):
    X, y = risky(400, seed=0)
    usual = DenseClassifier(max_steps=200, random_state=0)
    wanted = usual.fit(X, y).predict_proba(X)
    assert (clone(usual).fit(X, y).predict_proba(X) == wanted).all()
    assert not np.allclose(clone(usual).set_params(**{name: CHANGES[name]}).fit(X, y).predict_proba(X), wanted)


def test_global_random_numbers_are_left_alone():
    X, y = risky(60, seed=0, width=2)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, other = (clone(TINY).set_params(random_state=None).fit(X, y).predict_proba(X) for _ in range(2))
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    assert not np.allclose(one, other)


def test_bad_input_says_what_and_how():
    X, y = risky(40, seed=0, width=2)
    with pytest.raises(InputError, match=r"hidden_widths: \(8, 0\) found"):
        DenseClassifier(hidden_widths=(8, 0)).fit(X, y)
    with pytest.raises(InputError, match="y: found one class, 0"):
        DenseClassifier().fit(X, np.zeros(40, int))
    with pytest.raises(InputError, match="y: found one class, 1"):
        DenseClassifier().fit(X, y, sample_weight=y)
    with pytest.raises(ValueError, match="Negative values in data passed to `sample_weight`"):
        DenseClassifier().fit(X, y, sample_weight=-np.ones(40))
    with pytest.raises(ValueError, match="learning_rate"):
        DenseClassifier(learning_rate=0.0).fit(X, y)
    with pytest.raises(InputError, match="X: column 1 has values too large"):
        DenseClassifier().fit(np.column_stack([X[:, 0], np.where(y == 1, 1e300, -1e300)]), y)
    with pytest.raises(ValueError, match="continuous"):
        DenseClassifier().fit(X, X[:, 0])


def test_frames_and_float_labels():
    X, y = risky(60, seed=0, width=2)
    frame = pd.DataFrame(X, columns=["a", "b"])
    classifier = clone(TINY).fit(frame, y.astype(float))
    assert classifier.feature_names_in_.tolist() == ["a", "b"]
    assert classifier.classes_.tolist() == [0.0, 1.0]
    with pytest.raises(ValueError, match="feature names"):
        classifier.predict(frame.rename(columns={"a": "c"}))
