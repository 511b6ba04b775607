from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from oversmith import (
    RandomConvolutionClassifier,
    RandomConvolutions,
    SeriesCNN,
    SpectraCNN,
    ThreePlayerClassifier,
    ThreePlayerGAN,
)
from oversmith.classifiers import classifier
from oversmith.classifiers.random_convolutions import _convolved
from oversmith.exceptions import InputError

SMALL = [
    SeriesCNN(hidden_widths=(16, 16), max_steps=300, random_state=0),
    RandomConvolutionClassifier(n_features=168, random_state=0),
]


def waves(n=60, channels=2, seed=0):
    """Two classes that differ in frequency alone, at any phase: nothing a linear model of the points could use."""
    rng = np.random.default_rng(seed)
    y = np.repeat(["fast", "slow"], n // 2)
    speed = np.where(y == "slow", 1.5, 3.0)[:, None, None]
    when = np.linspace(0, 2 * np.pi, 40) + rng.uniform(0, 2 * np.pi, size=(n, 1, 1))
    X = np.sin(speed * when) * np.ones((1, channels, 1))
    return X + rng.normal(scale=0.3, size=X.shape), y


@parametrize_with_checks(SMALL)
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", SMALL, ids=lambda e: type(e).__name__)
def test_learns_what_does_not_depend_on_the_phase(estimator):
    X, y = waves()
    X_test, y_test = waves(seed=1)
    fitted = estimator.fit(X, y)
    assert (fitted.predict(X_test) == y_test).mean() > 0.9
    chances = fitted.predict_proba(X_test)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    again = estimator.fit(X, y).predict_proba(X_test)
    assert np.array_equal(again, chances)


@pytest.mark.parametrize("estimator", SMALL, ids=lambda e: type(e).__name__)
def test_flat_rows_and_series_are_the_same(estimator):
    X, y = waves(40)
    as_series = clone(estimator).fit(X, y).predict_proba(X)
    flat = X.reshape(len(X), -1)
    as_rows = clone(estimator).set_params(input_shape=(2, 40)).fit(flat, y).predict_proba(flat)
    np.testing.assert_allclose(as_rows, as_series, rtol=1e-6)
    with pytest.raises(InputError, match="makes 3 x 40 = 120 columns"):
        clone(estimator).set_params(input_shape=(3, 40)).fit(flat, y)


READERS = [
    *SMALL,
    SpectraCNN(hidden_widths=(4,), max_epochs=2, random_state=0),
    ThreePlayerClassifier(
        ThreePlayerGAN(generator_widths=(4,), critic_widths=(4,), classifier_widths=(4,), max_steps=2), random_state=0
    ),
]


@pytest.mark.parametrize("estimator", READERS, ids=lambda e: type(e).__name__)
def test_series_read_one_by_one_are_put_together(estimator):
    X, y = waves(12, channels=1)
    together = clone(estimator).fit(X, y).predict_proba(X)
    one_by_one = clone(estimator).fit(list(X), y)
    assert np.array_equal(one_by_one.predict_proba(list(X)), together)
    ragged = [series[:, : 40 - place % 2] for place, series in enumerate(X)]
    with pytest.raises(InputError, match=r"unequal lengths found, of shapes \(1, 39\) and \(1, 40\)"):
        clone(estimator).fit(ragged, y)
    with pytest.raises(InputError, match="unequal lengths"):
        one_by_one.predict(ragged)


def test_weights_are_heard():
    X, y = waves(40)
    model = RandomConvolutionClassifier(n_features=168, random_state=0)
    weight = np.r_[np.full(20, 2.0), np.ones(20)]
    a = model.fit(X, y, np.where(np.arange(40) < 5, 0.0, 1.0)).predict_proba(X)
    b = model.fit(X[5:], y[5:]).predict_proba(X)
    np.testing.assert_allclose(a, b)
    heavy = model.fit(X, y, weight).predict_proba(X)[:, 0].mean()
    assert heavy > model.fit(X, y).predict_proba(X)[:, 0].mean()


def test_convolution_by_hand():
    rng = np.random.default_rng(0)
    series, weights = rng.normal(size=(2, 2, 20)), rng.normal(size=(9, 2, 3))
    found = _convolved(series, weights, 2)
    padded = np.pad(series, ((0, 0), (0, 0), (8, 8)))
    slow = [
        [[sum(padded[n, :, t + 2 * k] @ weights[k, :, m] for k in range(9)) for m in range(3)] for t in range(20)]
        for n in range(2)
    ]
    np.testing.assert_allclose(found, slow)


def test_features_are_shares_above_thresholds():
    X, _ = waves()
    transform = RandomConvolutions(n_features=500, random_state=0).fit(X)
    features = transform.transform(X)
    assert features.shape == (60, transform.n_features_out_)
    assert 0 <= features.min() < features.max() <= 1
    # Thresholds are quantiles of the training series: shares are spread over the whole range.
    assert 0.3 < features.mean() < 0.7
    assert features.std() > 0.2
    assert transform.fit(X[:, :, :5]).transform(X[:, :, :5]).shape[0] == 60


def test_by_name():
    assert isinstance(classifier("cnn"), SeriesCNN)
    assert isinstance(classifier("random-convolutions"), RandomConvolutionClassifier)
