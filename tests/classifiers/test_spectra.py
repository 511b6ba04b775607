from __future__ import annotations

import jax
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from oversmith import SpectraCNN
from oversmith.classifiers import classifier
from oversmith.exceptions import InputError

SMALL = SpectraCNN(
    hidden_widths=(8, 8), max_epochs=None, max_steps=200, learning_rate=1e-2, batch_size=16, random_state=0
)


def spectra(n=40, channels=2, seed=0):
    """A peak at one of two places, on a base line that says nothing."""
    rng = np.random.default_rng(seed)
    y = np.repeat(["gel", "solution"], n // 2)
    peak = np.where(y == "gel", 12, 20)[:, None, None]
    X = np.exp(-((np.arange(37) - peak) ** 2) / 8) + rng.normal(size=(n, channels, 1))
    return X + rng.normal(scale=0.05, size=X.shape), y


@parametrize_with_checks([SMALL])
def test_scikit_learn(estimator, check):
    check(estimator)


def test_learns():
    X, y = spectra()
    X_test, y_test = spectra(seed=1)
    fitted = clone(SMALL).fit(X, y)
    assert (fitted.predict(X_test) == y_test).mean() > 0.9
    chances = fitted.predict_proba(X_test)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert np.array_equal(clone(SMALL).fit(X, y).predict_proba(X_test), chances)
    flat = X.reshape(len(X), -1)
    as_rows = clone(SMALL).set_params(input_shape=(2, 37)).fit(flat, y).predict_proba(X_test.reshape(len(X_test), -1))
    np.testing.assert_allclose(as_rows, chances, rtol=1e-6)
    with pytest.raises(InputError, match="makes 3 x 37 = 111 columns"):
        clone(SMALL).set_params(input_shape=(3, 37)).fit(flat, y)


def test_network_of_the_document():
    """Table 7 at length 800: four halvings leave 50 places of 256 channels."""
    paper = SpectraCNN()
    network = paper._network(jax.random.key(0), (1, 800), paper._widths(), 2)
    count = sum(leaf.size for leaf in jax.tree.leaves(network))
    convolutions = 4 * (1 * 32 + 32 * 32 + 32 * 128 + 128 * 256) + 32 + 32 + 128 + 256
    assert count == convolutions + 50 * 256 * 2 + 2
    # Normal with the stated standard deviation.
    assert abs(float(np.std(network.stack.weights[3])) - 0.02) < 0.001


def test_setting_of_the_document(monkeypatch):
    from oversmith.training import loop

    built = []
    monkeypatch.setattr(
        loop,
        "transformation",
        lambda optimiser, given=loop.transformation: built.append(optimiser) or given(optimiser),
    )
    X, y = spectra(48, channels=1)
    fitted = clone(SMALL).set_params(hidden_widths=(3,), max_epochs=2, learning_rate=2e-4).fit(X, y)
    assert {(optimiser.kind, optimiser.b1, optimiser.b2) for optimiser in built} == {("adam", 0.5, 0.9)}
    assert fitted.n_steps_ == 2 * 3
    paper = SpectraCNN.paper(random_state=3)
    assert (paper.max_epochs, paper.learning_rate, paper.patience, paper.random_state) == (150, 2e-4, None, 3)


def test_restored_network_is_the_trained_one():
    X, y = spectra()
    fitted = clone(SMALL).fit(X, y)
    assert [array.ndim for array in fitted.state_["arrays"]] == [3, 3, 1, 1, 2, 1]
    import pickle

    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.predict_proba(X), fitted.predict_proba(X))


def test_by_name():
    assert isinstance(classifier("spectra-cnn"), SpectraCNN)
    assert isinstance(classifier("spectra-network", seed=2), SpectraCNN)
