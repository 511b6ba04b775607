"""Five bad generators, each caught by name, and an honest one that passes everything."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from oversmith.exceptions import InputError
from oversmith.metrics import (
    boundary_share,
    column_shapes,
    copy_check,
    density_coverage,
    pair_trends,
    quality_report,
    two_sample_test,
)


def draw(n: int, label: int, rng: np.random.Generator) -> pd.DataFrame:
    """Class 1 has two modes and a column of levels that follows them; class 0 lies between."""
    side = rng.integers(0, 2, n) * 2 - 1
    centre = 4.0 * side * label
    first = centre + rng.normal(size=n)
    kind = np.where(rng.uniform(size=n) < 0.9, np.where(side > 0, "a", "b"), "c")
    return pd.DataFrame({"x": first, "y": first + rng.normal(size=n), "z": rng.normal(size=n), "kind": kind})


@pytest.fixture(scope="module")
def real():
    rng = np.random.default_rng(0)
    parts = [pd.concat([draw(200, 0, rng), draw(150, 1, rng)], ignore_index=True) for _ in range(2)]
    y = np.repeat([0, 1], [200, 150])
    return parts[0], y, parts[1], y


GENERATORS = {
    "honest": lambda own, other, rng: draw(300, 1, rng),
    "constant": lambda own, other, rng: own.iloc[[0] * 300],
    "copies": lambda own, other, rng: own.sample(300, replace=True, random_state=0),
    "jittered copies": lambda own, other, rng: own.sample(300, replace=True, random_state=0).assign(
        x=lambda f: f["x"] + 1e-6 * rng.normal(size=len(f))
    ),
    "one mode": lambda own, other, rng: draw(600, 1, rng).query("x > 0").iloc[:300],
    "other class": lambda own, other, rng: draw(300, 0, rng),
}
CAUGHT_BY = {
    "honest": None,
    "constant": "they cover",
    "copies": "equal training rows",
    "jittered copies": "nearer to training rows",
    "one mode": "they cover",
    "other class": "among another class",
}


@pytest.mark.parametrize("name", GENERATORS)
def test_every_bad_generator_is_caught_and_the_honest_one_passes(real, name):
    X, y, X_unseen, y_unseen = real
    generated = GENERATORS[name](X[y == 1], X[y == 0], np.random.default_rng(5)).reset_index(drop=True)
    result = quality_report(X, y, generated, np.ones(len(generated), dtype=int), X_unseen, y_unseen)["1"]
    words = CAUGHT_BY[name]
    if words is None:
        assert result.warnings == ()
        assert result.shape > 0.9
        assert result.trends > 0.9
        assert result.two_sample.low < 0.55
        assert abs(result.coverage - result.coverage_unseen) < 0.15
    else:
        assert any(words in warning for warning in result.warnings), result.warnings
    assert result.to_dict()["n_synthetic"] == len(generated)


@pytest.mark.parametrize("seed", range(5))
def test_honest_draws_of_five_seeds_are_not_warned_of(seed):
    rng = np.random.default_rng([9, seed])
    parts = [pd.concat([draw(120, 0, rng), draw(60, 1, rng)], ignore_index=True) for _ in range(2)]
    y, generated = np.repeat([0, 1], [120, 60]), draw(120, 1, rng)
    assert quality_report(parts[0], y, generated, np.ones(120, int), parts[1], y)["1"].warnings == ()


def test_jittered_copies_are_seen_among_duplicates(real):
    X, y, X_unseen, _ = real
    own = X[y == 1].reset_index(drop=True)
    twice = pd.concat([own, own], ignore_index=True)
    result = copy_check(twice, own.assign(x=own["x"] + 1e-6), X_unseen[y == 1])
    assert result.too_near > 0.9
    assert result.too_near_unseen < 0.2


def test_each_metric_alone_is_won_by_some_bad_generator_but_not_all(real):
    """Why there are several: copies have perfect shapes, trends and coverage."""
    X, y, X_unseen, _ = real
    own = X[y == 1].reset_index(drop=True)
    copied = quality_report(X, y, own, np.ones(len(own), dtype=int), X_unseen, y)["1"]
    assert copied.shape > 0.9
    assert copied.trends > 0.9
    assert copied.coverage == 1.0
    assert copied.boundary < 0.2
    assert copied.warnings


def test_shapes_against_scipy_and_by_hand():
    rng = np.random.default_rng(0)
    a, b = pd.DataFrame({"n": rng.normal(size=80)}), pd.DataFrame({"n": rng.normal(0.5, 1, 60)})
    assert column_shapes(a, b)["n"] == pytest.approx(1 - stats.ks_2samp(a["n"], b["n"]).statistic)
    a = pd.DataFrame({"c": ["x", "x", "y", None]})
    b = pd.DataFrame({"c": ["x", "z", "z", "z"]})
    # x: |2/4 − 1/4|, y and missing: 1/4 each, z: 3/4; half the sum is 3/4.
    assert column_shapes(a, b)["c"] == pytest.approx(0.25)


def test_trends_by_hand():
    real = pd.DataFrame({"a": [0.0, 0.0, 1.0, 1.0], "b": [0.0, 1.0, 0.0, 1.0], "c": ["p", "p", "q", "q"]})
    generated = pd.DataFrame({"a": [0.0, 0.0, 1.0, 1.0], "b": [0.0, 0.0, 1.0, 1.0], "c": ["q", "q", "p", "p"]})
    # a-b: ρ 0 against 1: 1/2; a-c: no cell in common: 0; b-c: cells of a half against a quarter each: 1/2.
    assert pair_trends(real, generated) == pytest.approx((0.5 + 0.0 + 0.5) / 3)
    assert np.isnan(pair_trends(real[["a"]], generated[["a"]]))


def test_density_and_coverage_against_a_plain_loop():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(40, 3)), rng.normal(size=(30, 3))
    distances = cdist(a, a)
    radius = np.sort(distances, axis=1)[:, 5]
    inside = [[np.linalg.norm(generated - row) <= r for row, r in zip(a, radius, strict=True)] for generated in b]
    density, coverage = density_coverage(a, b, 5)
    assert density == pytest.approx(np.sum(inside) / (5 * 30))
    assert coverage == pytest.approx(np.mean(np.any(inside, axis=0)))
    with pytest.raises(InputError, match="k: 40"):
        density_coverage(a, b, 40)


def test_copies_by_hand_on_a_mixed_table():
    train = pd.DataFrame({"n": [0.0, 10.0, 5.0], "c": ["a", "b", "a"]})
    generated = pd.DataFrame({"n": [0.0, 10.0], "c": ["a", "new"]})
    result = copy_check(train, generated, train.iloc[:1].assign(n=2.5))
    assert result.exact == 0.5
    # To the nearest row: 0 for the copy; the new level is one mismatch in two columns, 1/2. Their median is 1/4.
    assert result.distance == pytest.approx(0.25)
    # The unseen row is a quarter of the range from both rows of its level: 1/8 over two columns, ratio 1.
    assert result.distance_unseen == pytest.approx(0.125)
    assert result.ratio_unseen == pytest.approx(1.0)


def test_the_classifier_test_is_fair_to_equal_samples_and_repeats():
    """Five seeds: the interval holds 0.5 for equal distributions, and lies above it for a shift of half a deviation."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        a, b = rng.normal(size=(2, 400, 4))
        same = two_sample_test(a, b)
        assert same.low <= 0.5 <= same.high or abs(same.auc - 0.5) < 0.07
        assert two_sample_test(a, b + 0.5).low > 0.55
    assert two_sample_test(a, b) == same


def test_boundary_share_by_hand():
    real, y = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]]), np.repeat([0, 1], 3)
    assert boundary_share(real, y, [[1.0], [11.0], [11.5]], 0, k=3) == pytest.approx(2 / 3)


def test_missing_values_flags_and_constant_columns():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "n": np.where(rng.uniform(size=60) < 0.2, np.nan, rng.normal(size=60)),
            "f": rng.uniform(size=60) < 0.5,
            "k": 1.0,
        }
    )
    y = np.repeat([0, 1], 30)
    result = quality_report(frame, y, frame, y, frame, y)
    assert set(result) == {"0", "1"}
    assert result["1"].shape == 1.0


@pytest.mark.parametrize(
    "change, words",
    [
        ({"X_synthetic": pd.DataFrame({"w": [1.0]}), "y_synthetic": [1]}, "one side only"),
        ({"y_synthetic": [1, 1, 1]}, "y_synthetic: shape"),
        ({"y_synthetic": [7] * 10}, "class 7 has 0 training"),
        ({"X_synthetic": pd.DataFrame({"x": []}), "y_synthetic": []}, "no rows found"),
    ],
    ids=["columns", "labels", "class", "empty"],
)
def test_parts_that_do_not_fit(change, words):
    X, y = pd.DataFrame({"x": np.arange(10.0)}), np.repeat([0, 1], 5)
    given = {"X_train": X, "y_train": y, "X_synthetic": X, "y_synthetic": y, "X_unseen": X, "y_unseen": y} | change
    with pytest.raises(InputError, match=words):
        quality_report(**given)


@pytest.mark.slow
def test_ten_thousand_rows_take_seconds_and_little_memory():
    rng = np.random.default_rng(0)
    X, unseen, generated = (pd.DataFrame(rng.normal(size=(10_000, 20))) for _ in range(3))
    began = time.process_time()
    quality_report(X, np.ones(10_000, int), generated, np.ones(10_000, int), unseen, np.ones(10_000, int))
    assert time.process_time() - began < 60
