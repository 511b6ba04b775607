from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from oversmith import GAN, SpectraNetwork, ThreePlayerClassifier, ThreePlayerGAN
from oversmith.exceptions import InputError

PLAYERS = ThreePlayerGAN(
    generator_widths=(4,),
    critic_widths=(4,),
    classifier_widths=(16, 16),
    latent_dim=4,
    pretrain_epochs=0,
    learning_rate=1e-2,
    batch_size=32,
    max_steps=150,
    network=SpectraNetwork(head_units=4),
)


@parametrize_with_checks([ThreePlayerClassifier(PLAYERS, random_state=0)])
def test_scikit_learn(estimator, check):
    check(estimator)


def peaks(counts=(60, 6), channels=1, seed=0):
    rng = np.random.default_rng(seed)
    y = np.repeat(["gel", "sol", "mix"][: len(counts)], counts)
    centre = 6 + 5 * np.unique(y, return_inverse=True)[1] + rng.normal(scale=0.7, size=len(y))
    X = np.exp(-((np.arange(20) - centre[:, None]) ** 2) / 8)[:, None] * np.ones((1, channels, 1))
    return X + rng.normal(scale=0.05, size=X.shape), y


def test_learns_and_repeats_itself():
    X, y = peaks()
    X_test, y_test = peaks((30, 30), seed=1)
    model = ThreePlayerClassifier(PLAYERS, random_state=0).fit(X, y)
    assert (model.predict(X_test) == y_test).mean() > 0.9
    again = ThreePlayerClassifier(PLAYERS, random_state=0).fit(X, y)
    assert np.array_equal(again.predict_proba(X_test), model.predict_proba(X_test))
    assert model.sampler_.sample(3, "sol").shape == (3, 20)


def test_one_row_of_a_class_and_equal_classes():
    X, y = peaks((30, 1))
    assert ThreePlayerClassifier(PLAYERS, random_state=0).fit(X, y).predict_proba(X).shape == (31, 2)
    X, y = peaks((10, 10))
    assert (ThreePlayerClassifier(PLAYERS, random_state=0).fit(X, y).predict(X) == y).mean() > 0.9


def test_flat_rows_and_series_are_the_same():
    X, y = peaks(channels=2)
    flat = X.reshape(len(X), -1)
    as_series = ThreePlayerClassifier(PLAYERS, random_state=0).fit(X, y).predict_proba(X)
    as_rows = ThreePlayerClassifier(PLAYERS, input_shape=(2, 20), random_state=0).fit(flat, y).predict_proba(flat)
    np.testing.assert_array_equal(as_rows, as_series)
    with pytest.raises(InputError, match="makes 3 x 20 = 60 columns"):
        ThreePlayerClassifier(PLAYERS, input_shape=(3, 20)).fit(flat, y)


def test_other_samplers_are_refused():
    X, y = peaks()
    with pytest.raises(InputError, match="give a ThreePlayerGAN"):
        ThreePlayerClassifier(GAN()).fit(X, y)
