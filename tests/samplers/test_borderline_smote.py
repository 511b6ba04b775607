from __future__ import annotations

import numpy as np
import pytest
from imblearn.over_sampling import BorderlineSMOTE
from toys import build

from oversmith import SeriesBorderlineSMOTE
from oversmith.samplers.borderline_smote import shares_of_others


def two_classes(seed=0, n=(60, 20)):
    """Classes that meet: the first number of a series of 4 tells them apart, more or less."""
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], n)
    return rng.normal(np.where(y == 1, 1.5, 0.0)[:, None, None], 1, size=(len(y), 1, 4)), y


def slow_share(rows, others, m):
    everyone = np.concatenate([rows, others])
    found = []
    for number, row in enumerate(rows):
        order = [k for k in np.argsort(np.linalg.norm(everyone - row, axis=1)) if k != number][:m]
        found.append(np.mean([k >= len(rows) for k in order]))
    return found


@pytest.mark.parametrize("m", [1, 5, 500])
def test_shares_by_hand(m):
    X, y = two_classes()
    rows, others = X[y == 1, 0], X[y == 0, 0]
    np.testing.assert_allclose(shares_of_others(rows, others, m), slow_share(rows, others, min(m, 79)))


def test_equal_rows_are_neighbours():
    assert shares_of_others(np.zeros((5, 1)), np.ones((5, 1)), 2).tolist() == [0.0] * 5


def test_new_series_start_from_those_imbalanced_learn_finds_in_danger():
    X, y = two_classes()
    sampler = SeriesBorderlineSMOTE(random_state=0).fit(X, y)
    theirs = BorderlineSMOTE(random_state=0)
    theirs.fit_resample(X[:, 0], y)
    rows = X[y == 1, 0]
    danger = theirs._in_danger_noise(theirs.nn_m_, rows, 1, y, kind="danger")
    assert sampler.state_["bases"][1].tolist() == np.flatnonzero(danger).tolist()
    assert sampler.history_[0]["danger"] == danger.sum()
    made = sampler.sample(200, 1)[:, 0]
    # Each lies between a series in danger and another one of the class.
    for row in made[:20]:
        gaps = [
            np.linalg.norm(row - base) + np.linalg.norm(row - other) - np.linalg.norm(base - other)
            for base in rows[danger]
            for other in rows
        ]
        assert min(gaps) < 1e-6


@pytest.mark.parametrize("case, m, told", [("apart", 3, "not noise"), ("alone", 1, "all")])
def test_without_a_series_in_danger(case, m, told):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 1, 5)), np.repeat([0, 1], [24, 6])
    if case == "apart":
        X[y == 1] += 50
        # One of the class among the others.
        X[29] = X[0] + 0.01
    else:
        # Each of the class has one of the others beside it.
        X[y == 1] = X[:6] + 0.001
    sampler = SeriesBorderlineSMOTE(m_neighbors=m, random_state=0)
    X_resampled, _ = sampler.fit_resample(X, y)
    (row,) = [row for row in sampler.history_ if row["phase"] == "border"]
    assert row["bases"] == told
    assert row["danger"] == 0
    assert row["noise"] == (1 if case == "apart" else 6)
    assert len(X_resampled) == 48


def test_at_the_size_of_the_document():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(152, 1, 31)), np.repeat([0, 1], [150, 2])
    made = SeriesBorderlineSMOTE(random_state=0).fit_resample(X, y)[0][152:, 0]
    assert made.shape == (148, 31)
    # All of them lie on the line between the two.
    share = (made - X[150, 0]) @ (X[151, 0] - X[150, 0]) / np.sum((X[151, 0] - X[150, 0]) ** 2)
    np.testing.assert_allclose(made, X[150, 0] + share[:, None] * (X[151, 0] - X[150, 0]), atol=1e-9)
    assert ((share >= 0) & (share <= 1)).all()


def test_every_parameter_changes_something():
    X, y = two_classes()
    plain = SeriesBorderlineSMOTE(random_state=0).fit_resample(X, y)[0]
    for change in ({"m_neighbors": 3}, {"k_neighbors": 1}):
        assert not np.array_equal(build(SeriesBorderlineSMOTE, random_state=0, **change).fit_resample(X, y)[0], plain)
