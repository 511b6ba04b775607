"""Makers of difficulty: values by hand, the effect of each knob, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.utils import shuffle

from oversmith.datasets import (
    cut_in_order,
    load_dataset,
    make_difficult_table,
    make_rotated_digits,
    make_shifted_series,
)
from oversmith.datasets.difficulty import area_weights
from oversmith.exceptions import InputError


def images(n=60, side=8):
    """Random grey images, each unlike the others and unlike itself turned."""
    return np.random.default_rng(0).integers(0, 256, size=(n, side, side), dtype=np.uint8)


# ---------------------------------------------------------------------- images


@pytest.mark.parametrize("length, size", [(28, 14), (28, 8), (28, 4), (28, 28), (7, 3)])
def test_areas_by_exact_fractions(length, size):
    expected = np.zeros((size, length))
    for new in range(size):
        low, high = Fraction(new * length, size), Fraction((new + 1) * length, size)
        for old in range(length):
            covered = min(high, Fraction(old + 1)) - max(low, Fraction(old))
            expected[new, old] = max(covered, Fraction(0)) / (high - low)
    assert np.allclose(area_weights(length, size), expected, atol=1e-14)


@pytest.mark.parametrize("size", [2, 4])
def test_where_sizes_divide_new_pixels_are_block_means(size):
    result = images()
    generated = make_rotated_digits(result, 45, 20, 0.5, size)
    whole = make_rotated_digits(result, 45, 20, 0.5)
    block = 8 // size
    means = whole.X.reshape(-1, size, block, size, block).mean(axis=(2, 4))
    assert np.allclose(generated.X, means)
    assert np.array_equal(generated.y, whole.y)


def test_a_hand_computed_resize_of_three_pixels_to_two():
    image = np.array([[[0, 255, 0], [255, 0, 255], [0, 255, 255]]], dtype=np.uint8).repeat(2, axis=0)
    generated = make_rotated_digits(image, 90, 1, 1.0, 2)
    # The first new pixel: 4 + 2·(edges) + 1·(middle) parts of nine quarters of a pixel.
    weights = np.array([[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]])
    scaled = image[0] / 127.5 - 1
    assert generated.X[generated.y == 0][0, 0, 0] == pytest.approx((4 * -1 + 2 * 1 + 2 * 1 + -1) / 9)
    assert np.allclose(generated.X[generated.y == 0][0], weights @ scaled @ weights.T)


def test_a_right_angle_is_exact_and_others_have_black_corners():
    result = images()
    scaled = result / 127.5 - 1
    generated = make_rotated_digits(result, 90, 60, 1.0)
    for index in range(5):
        (turned,) = generated.X[(generated.y == 1) & (generated.groups == index)]
        assert np.allclose(turned, np.rot90(scaled[index]), atol=1e-6)
    slanted = make_rotated_digits(np.full((4, 9, 9), 255, dtype=np.uint8), 45, 2, 1.0)
    turned = slanted.X[slanted.y == 1][0]
    assert turned[0, 0] == turned[0, -1] == turned[-1, 0] == turned[-1, -1] == -1
    assert turned[4, 4] == 1


def test_the_published_code_shuffles_both_classes_as_one_list():
    result = images(30)
    generated = make_rotated_digits(result, 30, 10, 0.4, order="shuffled")
    # As published: concatenate, shuffle by seed 0, first n of each class, shuffle by seed 0.
    places, label = shuffle(np.tile(np.arange(30), 2), np.repeat([0, 1], 30), random_state=0)
    first, second = places[label == 0][:10], places[label == 1][:4]
    groups, y = shuffle(np.concatenate([first, second]), np.repeat([0, 1], [10, 4]), random_state=0)
    assert np.array_equal(generated.groups, groups)
    assert np.array_equal(generated.y, y)
    original = make_rotated_digits(result, 30, 10, 0.4)
    assert sorted(original.groups[original.y == 0]) == list(range(10))
    assert sorted(original.groups[original.y == 1]) == list(range(4))


@pytest.mark.parametrize("order", ["original", "shuffled"])
def test_disjoint_uses_no_image_twice_and_small_samples_are_part_of_large_ones(order):
    result = images(60)
    large, small = (
        make_rotated_digits(result, 45, n, r, disjoint=True, order=order) for n, r in ((40, 0.4), (20, 0.1))
    )
    assert len(np.unique(large.groups)) == len(large.y) == 56
    for label in (0, 1):
        assert set(small.groups[small.y == label]) <= set(large.groups[large.y == label])
    shared = make_rotated_digits(result, 45, 40, 0.4)
    assert len(np.unique(shared.groups)) < len(shared.y)


def test_each_factor_has_its_effect():
    result = images(60)
    assert make_rotated_digits(result, 45, 50, 0.2, 4).X.shape == (60, 4, 4)
    assert make_rotated_digits(result, 45, 50, 0.1).y.sum() == 5
    assert make_rotated_digits(result, 45, 20, 0.2).y.sum() == 4
    bar = np.zeros((20, 21, 21), dtype=np.uint8)
    bar[:, 2:19, 8:13] = 255
    # The smaller the angle, the nearer the classes.
    apart = [
        float(np.abs(generated.X[generated.y == 0][0] - generated.X[generated.y == 1][0]).mean())
        for generated in (make_rotated_digits(bar, angle, 10, 1.0) for angle in (10, 30, 90))
    ]
    assert apart == sorted(apart)
    assert apart[0] < apart[-1]


def test_floats_have_a_declared_range():
    scaled = images() / 255.0
    generated = make_rotated_digits(scaled, 90, 20, 0.5, value_range=(0.0, 1.0))
    assert np.allclose(generated.X, make_rotated_digits(images(), 90, 20, 0.5).X, atol=1e-6)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"images": [np.zeros((3, 3)), np.zeros((4, 3))]}, "unequal size found, 3 x 3 and 4 x 3"),
        ({"images": np.zeros((5, 9))}, r"images: shape \(5, 9\)"),
        ({"images": images() / 255 - 2}, "values outside 0 to 255"),
        ({"images": np.full((9, 4, 4), np.nan)}, "values outside 0 to 255"),
        ({"value_range": (1, 0)}, "value_range"),
        ({"angle": 0}, "angle: 0 degrees leave every image as it is"),
        ({"angle": 360}, "angle: 360 degrees leave every image as it is"),
        ({"angle": np.nan}, "angle"),
        ({"images": np.full((60, 4, 4), 9), "angle": 90}, "both classes are one"),
        ({"n_majority": 61}, "60 found, 61 needed"),
        (
            {"n_majority": 50, "disjoint": True},
            "70 needed for 50 majority and 20 minority cases, none of them used twice",
        ),
        ({"n_majority": 0}, "n_majority: 0 found"),
        ({"ratio": 1.5}, "ratio: 1.5 found"),
        ({"ratio": 0.01}, "leaves no minority"),
        ({"size": 9}, "size: 9 found for images of 8 x 8"),
        ({"size": 2.5}, "size: 2.5 found"),
        ({"order": "random"}, "order"),
    ],
)
def test_what_cannot_be_is_refused(change, message):
    given = {"images": images(), "angle": 45, "n_majority": 20, "ratio": 0.4} | change
    with pytest.raises(InputError, match=message):
        make_rotated_digits(**given)


@pytest.mark.data
def test_the_fours_of_the_paper(data_dir):
    data = load_dataset("mnist_train")
    fours = np.asarray(data.X)[np.asarray(data.y) == "4"]
    assert len(fours) == 5842
    generated = make_rotated_digits(fours, 30, 1000, 0.4, 8, order="shuffled")
    assert generated.X.shape == (1400, 8, 8)
    assert generated.X.min() >= -1
    assert generated.X.max() <= 1
    # In the paper a sixth of the digits are in both classes, once of them rotated.
    shared = np.isin(generated.groups[generated.y == 1], generated.groups[generated.y == 0]).mean()
    assert 0.1 < shared < 0.25


# ---------------------------------------------------------------------- series


def waves(n=40, points=50):
    rng = np.random.default_rng(1)
    time = np.linspace(0, 1, points)
    return np.exp(-((time - 0.4) ** 2) / 0.005) + rng.normal(scale=0.02, size=(n, points))


def test_a_shift_moves_and_a_warp_bends():
    result = waves()
    generated = make_shifted_series(result, 20, 0.5, shift=0.2)
    rare = generated.X[generated.y == 1].mean(axis=0)
    assert rare.argmax() / 49 == pytest.approx(0.6, abs=0.03)
    # A whole number of points is exact.
    exact = make_shifted_series(np.arange(22.0).reshape(2, 11), 1, 1.0, shift=0.2)
    assert exact.X[exact.y == 1][0].tolist() == pytest.approx([11, 11, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    bent = make_shifted_series(result, 20, 0.5, warp=0.8)
    rare = bent.X[bent.y == 1].mean(axis=0)
    clock = np.linspace(0, 1, 50)
    clock = clock + 0.8 * np.sin(2 * np.pi * clock) / (2 * np.pi)
    assert abs(rare.argmax() - np.abs(clock - 0.4).argmin()) <= 1
    near, far = (make_shifted_series(result, 20, 0.5, shift=s) for s in (0.01, 0.1))
    gaps = [np.abs(m.X[m.y == 0].mean(0) - m.X[m.y == 1].mean(0)).mean() for m in (near, far)]
    assert gaps[0] < gaps[1] / 3


def test_series_keep_their_channels_and_get_a_balanced_test_part():
    result = np.stack([waves(), waves() * 2], axis=1)
    generated = make_shifted_series(result, 15, 0.4, shift=0.1, length=20, label_noise=0.5, n_test=5)
    assert generated.X.shape == (21, 2, 20)
    assert generated.X_test.shape == (10, 2, 20)
    assert generated.y_test.tolist() == [0] * 5 + [1] * 5
    plain = make_shifted_series(result, 15, 0.4, shift=0.1, length=20)
    assert np.array_equal(plain.X, generated.X)
    assert (plain.y != generated.y).sum() == 6
    assert generated.y.sum() == plain.y.sum() == 6


@pytest.mark.parametrize(
    "change, message",
    [
        ({"shift": 0.0}, "leaves every series as it is"),
        ({"shift": 1.0}, "shift: 1.0 found"),
        ({"warp": -2.0}, "warp: -2.0 found"),
        ({"length": 1}, "length: 1 found"),
        ({"series": np.zeros(5)}, "series: shape"),
        ({"series": np.full((40, 9), np.nan)}, "not finite"),
        ({"n_majority": 38}, "40 found, 57 needed"),
        ({"n_test": 10}, "10 tests per class"),
        ({"n_test": -1}, "n_test: -1 found"),
        ({"label_noise": 2}, "label_noise: 2 found"),
    ],
)
def test_series_that_cannot_be_made_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        make_shifted_series(**{"series": waves(), "n_majority": 20, "ratio": 0.5, "shift": 0.1} | change)


# ---------------------------------------------------------------------- tables


def table(seed=0, n=400):
    rng = np.random.default_rng(seed)
    y = np.repeat(["no", "yes"], [n // 2, n // 2])
    X = pd.DataFrame(rng.normal(size=(n, 5)) + 1.5 * (y == "yes")[:, None], columns=list("abcde"))
    order = rng.permutation(n)
    return X.iloc[order].reset_index(drop=True), y[order]


def auc(generated):
    model = LogisticRegression().fit(generated.X, generated.y)
    return roc_auc_score(generated.y_test, model.predict_proba(generated.X_test)[:, 1])


def test_tables_are_cut_in_their_order():
    y = np.array(["a", "b", "b", "a", "a", "b", "a"])
    assert cut_in_order(y, "b", 3, 0.4, random_state=None).tolist() == [0, 1, 3, 4]
    large, small = cut_in_order(y, "b", 4, 0.5), cut_in_order(y, "b", 4, 0.25)
    assert set(small) <= set(large)
    assert sorted(large) == [0, 1, 2, 3, 4, 6]
    assert large.tolist() == shuffle([0, 3, 4, 6, 1, 2], random_state=0)
    for change, message in (
        ({"n_majority": 5}, "n_majority: 5 majority rows asked, 4 found"),
        ({"n_majority": 4, "ratio": 1.0}, "ratio: 4 minority rows asked, 3 found"),
        ({"positive": "c"}, "no row has class 'c'"),
    ):
        with pytest.raises(InputError, match=message):
            cut_in_order(**{"y": y, "positive": "b", "n_majority": 2, "ratio": 0.5} | change)


def test_knobs_left_alone_change_nothing():
    X, y = table()
    generated = make_difficult_table(X, y, "yes")
    assert generated.X.equals(X)
    assert np.array_equal(generated.y, (y == "yes").astype(int))
    assert generated.X_test is generated.y_test is None


@pytest.mark.parametrize("mix", ["rows", "features"])
def test_overlap_makes_the_classes_one(mix):
    result = np.array(
        [
            [
                auc(make_difficult_table(*table(seed), "yes", overlap=o, mix=mix, n_test=80, random_state=seed))
                for o in (0.0, 0.6, 1.0)
            ]
            for seed in range(5)
        ]
    ).mean(axis=0)
    assert result[0] > 0.95
    assert result[0] > result[1] + 0.02
    assert result[2] == pytest.approx(0.5, abs=0.06)


def test_dimension_falls_by_projection_and_rises_by_noise():
    X, y = table()
    flat = make_difficult_table(X, y, "yes", n_components=2, n_test=50)
    assert flat.X.shape == (300, 2)
    line = make_difficult_table(X, y, "yes", n_components=1, n_test=50)
    assert np.allclose(flat.X["direction0"], line.X["direction0"])
    # At full dimension a projection is a rotation: distances stay.
    whole = make_difficult_table(X, y, "yes", n_components=5)
    scaled = (X - X.mean()) / X.std(ddof=0)
    assert np.allclose(np.linalg.norm(whole.X, axis=1), np.linalg.norm(scaled, axis=1))
    noisy = make_difficult_table(X, y, "yes", noise_columns=3, n_test=50)
    assert list(noisy.X)[5:] == ["noise0", "noise1", "noise2"]
    assert abs(noisy.X["noise0"].mean()) < 0.2
    few = make_difficult_table(X, y, "yes", noise_columns=1, n_test=50)
    assert np.array_equal(noisy.X["noise0"], few.X["noise0"])
    small = {"n_majority": 30, "ratio": 0.2, "n_test": 80}
    result = [
        [auc(make_difficult_table(*table(s), "yes", noise_columns=k, random_state=s, **small)) for k in (0, 200)]
        for s in range(5)
    ]
    assert np.diff(np.mean(result, axis=0))[0] < -0.03


def test_ratio_size_and_label_noise():
    X, y = table()
    generated = make_difficult_table(X, y, "yes", n_majority=100, ratio=0.2, label_noise=0.5, n_test=30)
    assert np.bincount(generated.y).tolist() == [100, 20]
    truth = (y[generated.groups] == "yes").astype(int)
    assert (generated.y != truth).sum() == 20
    milder = make_difficult_table(X, y, "yes", n_majority=100, ratio=0.2, label_noise=0.25, n_test=30)
    assert set(np.flatnonzero(milder.y != truth)) < set(np.flatnonzero(generated.y != truth))
    assert np.bincount(generated.y_test).tolist() == [30, 30]
    assert len(make_difficult_table(X, y, "yes", n_majority=100).y) == 300
    unseen = set(map(tuple, generated.X_test.to_numpy())) & set(map(tuple, generated.X.to_numpy()))
    assert not unseen


def test_levels_are_mixed_as_levels():
    X, y = table()
    X["kind"] = pd.Categorical(np.where(y == "yes", "p", "n"))
    X["flag"] = y == "yes"
    generated = make_difficult_table(X, y, "yes", overlap=0.5)
    assert list(generated.X) == list(X)
    rare = generated.X[generated.y == 1]
    for name in ("kind", "flag"):
        assert (rare[name].astype(str).isin(["n", "False"])).mean() == pytest.approx(0.5, abs=0.15)
    assert generated.X[generated.y == 0].equals(X[y == "no"])


@pytest.mark.parametrize(
    "change, message",
    [
        ({"overlap": 1.1}, "overlap: 1.1 found"),
        ({"mix": "both"}, "mix: 'both' found"),
        ({"n_components": 6}, "n_components: 6 found for 5 columns"),
        ({"noise_columns": -1}, "noise_columns: -1 found"),
        ({"n_test": 200}, "n_test: 200 rows per class asked"),
        ({"n_majority": 300}, "n_majority: 300 majority rows asked, 200 found"),
        ({"n_majority": 300, "ratio": 0.5}, "n_majority: 300 majority rows asked, 200 found"),
        ({"label_noise": -0.1}, "label_noise: -0.1 found"),
        ({"y": ["no"]}, "1 labels found for 400 rows"),
    ],
)
def test_tables_that_cannot_be_made_are_refused(change, message):
    X, y = table()
    with pytest.raises(InputError, match=message):
        make_difficult_table(**{"X": X, "y": y, "positive": "yes"} | change)
    with pytest.raises(InputError, match="column 'kind' holds levels"):
        make_difficult_table(X.assign(kind="a"), y, "yes", n_components=2)
