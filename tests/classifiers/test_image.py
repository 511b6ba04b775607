from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from oversmith import ImageCNN
from oversmith.classifiers import classifier
from oversmith.exceptions import InputError

SMALL = ImageCNN(hidden_widths=(8, 8), max_steps=100, learning_rate=1e-2, batch_size=16, random_state=0)


def corners(n=60, channels=1, seed=0):
    """A bright square in one of two corners of a noisy image."""
    rng = np.random.default_rng(seed)
    y = np.repeat(["above", "below"], n // 2)
    X = rng.integers(0, 120, (n, channels, 7, 6))
    X[: n // 2, :, :3, :3] += 100
    X[n // 2 :, :, -3:, -3:] += 100
    return X.astype(np.uint8), y


@parametrize_with_checks([ImageCNN(hidden_widths=(4,), max_steps=50, learning_rate=1e-2, random_state=0)])
def test_scikit_learn(estimator, check):
    check(estimator)


def test_learns_and_does_not_mind_the_layout():
    X, y = corners(channels=2)
    X_test, y_test = corners(channels=2, seed=1)
    fitted = clone(SMALL).fit(X, y)
    assert (fitted.predict(X_test) == y_test).mean() > 0.9
    chances = fitted.predict_proba(X_test)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert np.array_equal(clone(SMALL).fit(X, y).predict_proba(X_test), chances)
    last = clone(SMALL).set_params(channels="last").fit(np.moveaxis(X, 1, 3), y)
    np.testing.assert_array_equal(last.predict_proba(np.moveaxis(X_test, 1, 3)), chances)
    flat = clone(SMALL).set_params(input_shape=(2, 7, 6)).fit(X.reshape(60, -1), y)
    np.testing.assert_array_equal(flat.predict_proba(X_test.reshape(60, -1)), chances)


def test_grey_images():
    X, y = corners()
    one, other = clone(SMALL).fit(X[:, 0], y), clone(SMALL).fit(list(X), y)
    assert one.shape_ == (1, 7, 6)
    np.testing.assert_array_equal(one.predict_proba(X[:, 0]), other.predict_proba(X))


def test_bad_input():
    X, y = corners()
    with pytest.raises(InputError, match="makes 1 x 6 x 6 = 36 columns, but X has 42"):
        clone(SMALL).set_params(input_shape=(1, 6, 6)).fit(X.reshape(60, -1), y)
    with pytest.raises(InputError, match="give three whole numbers"):
        clone(SMALL).set_params(input_shape=(7,)).fit(X.reshape(60, -1), y)
    hole = X.astype(float)
    hole[3, 0, 2, 1] = np.inf
    with pytest.raises(InputError, match="infinity found in image 3, channel 0, row 2, column 1"):
        clone(SMALL).fit(hole, y)
    with pytest.raises(InputError, match="images of unequal size"):
        clone(SMALL).fit([X[0], X[1][:, :5]], y[:2])


def test_by_name():
    assert isinstance(classifier("image-cnn"), ImageCNN)
