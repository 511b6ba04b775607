"""TreeFlow: forests as arrays equal scikit-learn's, the Gaussian part by hand, and rows with the right law."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesRegressor
from toys import (
    build,
    correlation_error,
    level_mean_error,
    level_share_error,
    mixed_table,
    mode_share_error,
    mode_shares,
    modes_covered,
    own_class_share,
    ring,
    three_classes,
)

import oversmith
from oversmith import TableEncoder, TreeFlow
from oversmith.samplers._trees import forest_arrays, predict
from oversmith.samplers.tree_flow import _gaussian_velocity


@pytest.mark.parametrize("outputs", [1, 4])
def test_forests_predict_as_scikit_learn_does(outputs):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 5)).astype(np.float32)
    # Values that lie exactly on a threshold, too.
    x[:, 0] = np.round(x[:, 0])
    y = rng.normal(size=(300, outputs))
    forest = ExtraTreesRegressor(7, min_samples_leaf=3, random_state=0).fit(x, y[:, 0] if outputs == 1 else y)
    fresh = np.concatenate([x, rng.normal(size=(500, 5)).astype(np.float32) * 3])
    expected = forest.predict(fresh).reshape(len(fresh), -1)
    assert np.allclose(predict(forest_arrays(forest.estimators_), fresh), expected, atol=1e-5)


def test_thresholds_never_change_a_comparison():
    """A threshold in float64 between two neighbouring float32 numbers sends both where scikit-learn does."""
    rng = np.random.default_rng(1)
    low = rng.normal(size=200).astype(np.float32)
    x = np.concatenate([low, np.nextafter(low, np.float32(np.inf))])[:, None]
    y = np.arange(400.0)
    forest = ExtraTreesRegressor(3, random_state=0).fit(x, y)
    assert np.allclose(predict(forest_arrays(forest.estimators_), x)[:, 0], forest.predict(x))


def test_gaussian_velocity_by_regression():
    """The closed form is the least-squares line of x_1 - x_0 on x_t."""
    rng = np.random.default_rng(0)
    root = np.array([[1.5, 0.0], [0.8, 0.3]])
    end = rng.normal(size=(200_000, 2)) @ root.T
    start = rng.normal(size=end.shape)
    variance, axes = np.linalg.eigh(root @ root.T)
    for t in (0.0, 0.3, 0.9):
        between = t * end + (1 - t) * start
        expected = np.linalg.lstsq(between, end - start, rcond=None)[0]
        assert np.allclose(_gaussian_velocity({"variance": variance, "axes": axes}, t), expected, atol=0.03)


def test_ring():
    """All eight modes, 80 % of the rows inside one, no share more than 0.06 from an eighth; five of five seeds."""
    for seed in range(5):
        X, y = ring(seed)
        made = TreeFlow(random_state=seed).fit(X, y).sample(1000, 1)
        assert modes_covered(made) == 8
        assert mode_shares(made).sum() > 0.8
        assert mode_share_error(made) < 0.06


def test_mixed_table():
    """Own class 98 %, correlations within 0.2, level shares within 0.1, a level's mean within 0.3 SDs."""
    X, y = mixed_table(0)
    made = TreeFlow(random_state=0).fit(X, y).sample(1000, "rare")
    real = X[y == "rare"]
    assert own_class_share(made, "rare", X, y) >= 0.98
    assert correlation_error(made, real) < 0.2
    assert level_share_error(made, real) < 0.1
    assert level_mean_error(made, real) < 0.3


def test_rare_levels_do_not_vanish():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=400), "level": rng.choice(["x", "y", "z"], 400, p=[0.8, 0.15, 0.05])})
    y = np.repeat([0, 1], [250, 150])
    made = TreeFlow(random_state=0).fit(frame, y).sample(2000, 1)
    assert level_share_error(made, frame[y == 1], "level") < 0.05
    assert (made["level"] == "z").mean() > 0.01


def test_three_classes():
    X, y = three_classes(0)
    X_resampled, y_resampled = TreeFlow(random_state=0).fit_resample(X, y)
    for label in ("b", "c"):
        made = X_resampled[226:][y_resampled[226:] == label]
        assert len(made) + (y == label).sum() == 200
        assert own_class_share(made, label, X, y) == 1.0


def test_trees_add_what_the_gaussian_cannot():
    """With leaves as large as the sample the rows are Gaussian and miss the ring's modes; with small ones not."""
    X, y = ring(0)
    inside = [
        mode_shares(TreeFlow(min_samples_leaf=leaf, random_state=0).fit(X, y).sample(500, 1)).sum()
        for leaf in (5000, 5)
    ]
    assert inside[0] < 0.4 < 0.8 < inside[1]


CHANGES = {
    "n_levels": 7,
    "n_trees": 2,
    "min_samples_leaf": 30,
    "n_pairs": 500,
    "class_scaling": None,
    "encoder": TableEncoder(numeric="minmax"),
    "random_state": 1,
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_parameter_changes_something(name):
    X, y = three_classes(0)
    plain = TreeFlow(n_levels=5, random_state=0).fit(X, y).sample(9, "b")
    changed = build(TreeFlow, **({"n_levels": 5, "random_state": 0} | {name: CHANGES[name]})).fit(X, y).sample(9, "b")
    assert not np.array_equal(plain, changed)


def test_large_classes_cost_no_more():
    """Of 30,000 rows 5,000 pairs a level are used: the forests are not larger than those of 5,000 rows."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(70_000, 3))
    y = np.repeat([0, 1], [40_000, 30_000])
    began = time.process_time()
    sampler = TreeFlow(fill=0.1, random_state=0).fit(X, y)
    assert time.process_time() - began < 20
    assert all(len(forest["value"]) < 10 * 2 * 5000 / 5 for forest in sampler.state_["flows"][1]["forests"])


def test_saved_sampler_is_small_and_draws_alike(tmp_path):
    X, y = three_classes(0)
    sampler = TreeFlow(random_state=0).fit(X, y)
    sampler.save(tmp_path / "flow.zip")
    assert (tmp_path / "flow.zip").stat().st_size < 20 * 2**20
    assert np.array_equal(oversmith.load(tmp_path / "flow.zip").sample(9, "c"), sampler.sample(9, "c"))


def test_wide_tables():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 100))
    assert TreeFlow(n_trees=2, random_state=0).fit_resample(X, np.repeat([0, 1], [100, 20]))[0].shape == (200, 100)
