from __future__ import annotations

import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from oversmith.classifiers import CLASSIFIERS, classifier, find_classifier
from oversmith.evaluation.classifiers import default_classifiers
from oversmith.exceptions import InputError, MissingExtraError
from oversmith.papers import PAPERS


def test_names():
    tables = {"lr", "rf", "xgb", "hgb", "svm", "knn", "mlp", "dense", "tree", "brf", "easy"}
    assert set(CLASSIFIERS) == tables | {"cnn", "image-cnn", "rocket", "spectra-cnn"}
    assert all(name == entry.name for name, entry in CLASSIFIERS.items())
    longer = [entry.long_name for entry in CLASSIFIERS.values()]
    assert len(set(longer)) == len(longer)
    assert len({entry.title for entry in CLASSIFIERS.values()}) == len(CLASSIFIERS)


@pytest.mark.parametrize("name", list(CLASSIFIERS))
def test_every_classifier_learns(name):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [160, 40])
    X = rng.normal(size=(200, 3)) + 3.0 * y[:, None]
    model = make_pipeline(StandardScaler(), classifier(name, seed=7)).fit(X, y)
    chances = model.predict_proba(X)
    assert model.classes_.tolist() == [0, 1]
    assert chances.shape == (200, 2)
    assert model.score(X, y) > 0.95


@pytest.mark.parametrize("name", list(CLASSIFIERS))
def test_seed_and_threads(name):
    parameters = clone(classifier(name, seed=7)).get_params()
    assert parameters.get("random_state", 7) == 7
    assert parameters.get("n_jobs") in (None, 1)


@pytest.mark.parametrize("name", list(CLASSIFIERS))
def test_long_names_find_the_same(name):
    assert find_classifier(CLASSIFIERS[name].long_name) is CLASSIFIERS[name]


def test_papers():
    """Table 4 of Riaz et al. 2025 and its neural network, which Sharma et al. 2022 have as well."""
    assert {key for entry in CLASSIFIERS.values() for key in entry.papers} <= set(PAPERS)
    used = {key: {name for name, e in CLASSIFIERS.items() if key in e.papers} for key in ("riaz2025", "sharma2022")}
    assert used == {"riaz2025": {"rf", "svm", "lr", "xgb", "knn", "dense"}, "sharma2022": {"dense"}}


def test_contenders_are_built_here():
    for judge in default_classifiers():
        assert judge.build is find_classifier(judge.name).build
        assert judge.title == find_classifier(judge.name).title


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(InputError, match=r"classifier: 'random-forrest' is not .* did you mean 'random-forest'"):
        classifier("random-forrest")
    with pytest.raises(InputError, match=r"choose from lr, rf, xgb"):
        classifier("%%%")


def test_missing_library_names_the_extra(monkeypatch):
    assert CLASSIFIERS["xgb"].extra == "boost"
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(MissingExtraError, match=r"oversmith\[boost\]"):
        classifier("xgb")
