from __future__ import annotations

import jax
import numpy as np
import pytest

from oversmith.exceptions import InputError
from oversmith.training import (
    class_bucket,
    draw_balanced,
    draw_natural,
    draw_weighted,
    pad_rows,
    row_bucket,
    table_data,
    width_bucket,
)
from oversmith.training.batches import _below, _bits

# Three classes of 2, 5 and 93 rows, in mixed order; the only column is the number of the row.
LABEL = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [2, 5, 93]))
X = np.arange(1.0, 101)[:, None]
DRAWS = [draw_natural, draw_balanced, draw_weighted]


@pytest.mark.parametrize(
    ("bucket", "pairs"),
    [
        (row_bucket, [(1, 1024), (1024, 1024), (1025, 4096), (4097, 16384)]),
        (width_bucket, [(1, 32), (33, 64), (64, 64), (129, 256)]),
        (class_bucket, [(1, 2), (2, 2), (3, 8), (9, 32)]),
    ],
)
def test_buckets(bucket, pairs):
    assert [bucket(n) for n, _ in pairs] == [size for _, size in pairs]


def test_pad_rows_keeps_type_and_rows():
    padded = pad_rows(np.array([[1, 2]], np.int8))
    assert padded.shape == (1024, 2)
    assert padded.dtype == np.int8
    assert padded[0].tolist() == [1, 2]
    assert not padded[1:].any()


def test_table_data_sorts_by_class_and_pads():
    weight = np.linspace(1, 2, 100)
    data = table_data(X, LABEL, weight=weight, n_classes=3)
    assert data["x"].shape == (1024, 32)
    assert data["x"].dtype == np.float32
    assert int(data["count"]) == 100
    assert data["class_start"].tolist() == [0, 2, 7] + [0] * 5
    assert data["class_count"].tolist() == [2, 5, 93] + [0] * 5
    rows = np.asarray(data["x"])[:100, 0].astype(int) - 1
    assert sorted(rows) == list(range(100))
    np.testing.assert_array_equal(LABEL[rows], data["label"][:100])
    np.testing.assert_allclose(weight[rows], data["weight"][:100], rtol=1e-6)
    assert not np.asarray(data["x"])[100:].any()
    assert not np.asarray(data["x"])[:, 1:].any()


@pytest.mark.parametrize("label", [[0, 0, 2], [0, 1, 3]])
def test_a_class_without_rows_is_refused(label):
    with pytest.raises(InputError, match=r"label: counts \[.*\] found for 3 classes"):
        table_data(np.ones((3, 1)), np.array(label), n_classes=3)


@pytest.mark.parametrize("weight", [[1, 1], [1, 1, -1], [0, 0, 0], [1, np.nan, 1]])
def test_bad_weights_are_refused(weight):
    with pytest.raises(InputError, match="weight"):
        table_data(np.ones((3, 1)), np.zeros(3, int), weight=np.array(weight, float), n_classes=1)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("n", [1, 3, 100, 256])
def test_never_past_the_true_count(draw, n):
    data = table_data(np.arange(1.0, n + 1)[:, None], np.zeros(n, int), n_classes=1)
    batch = draw(jax.random.key(0), data, 4096)
    rows = np.unique(np.asarray(batch["x"])[:, 0])
    assert rows.min() == 1
    assert rows.max() == n
    assert set(batch) == {"x", "label", "weight"}
    assert (np.asarray(batch["weight"]) == 1).all()


@pytest.mark.parametrize("draw", DRAWS)
def test_a_draw_does_not_depend_on_the_bucket(draw):
    data = table_data(X, LABEL, n_classes=3)
    wide = dict(data)
    for name in ("x", "label", "weight"):
        wide[name] = pad_rows(np.asarray(data[name]), 1024)
    wide["cumulative"] = np.concatenate([data["cumulative"], np.full(768, data["cumulative"][-1])])
    wide = {name: jax.numpy.asarray(value) for name, value in wide.items()}
    small, large = (draw(jax.random.key(5), table, 64) for table in (data, wide))
    np.testing.assert_array_equal(small["x"], large["x"])


def test_natural_draw_has_the_shares_of_the_table():
    label = np.asarray(draw_natural(jax.random.key(1), table_data(X, LABEL, n_classes=3), 20_000)["label"])
    np.testing.assert_allclose(np.bincount(label) / 20_000, [0.02, 0.05, 0.93], atol=0.006)


def test_balanced_draw_has_equal_shares_of_classes_and_of_rows_within():
    batch = draw_balanced(jax.random.key(1), table_data(X, LABEL, n_classes=3), 30_000)
    label, row = np.asarray(batch["label"]), np.asarray(batch["x"])[:, 0].astype(int) - 1
    np.testing.assert_array_equal(LABEL[row], label)
    np.testing.assert_allclose(np.bincount(label) / 30_000, 1 / 3, atol=0.01)
    of_class_1 = np.bincount(row[label == 1], minlength=100)[LABEL == 1]
    np.testing.assert_allclose(of_class_1 / of_class_1.sum(), 0.2, atol=0.015)


def test_weighted_draw_follows_the_weights():
    weight = np.zeros(100)
    weight[[3, 50, 99]] = [1, 2, 7]
    batch = draw_weighted(jax.random.key(2), table_data(X, LABEL, weight=weight, n_classes=3), 20_000)
    shares = np.bincount(np.asarray(batch["x"])[:, 0].astype(int) - 1, minlength=100) / 20_000
    np.testing.assert_allclose(shares[[3, 50, 99]], [0.1, 0.2, 0.7], atol=0.01)
    assert shares[[3, 50, 99]].sum() == pytest.approx(1)


def test_weighted_draw_reaches_the_rows_of_a_large_table():
    n = 200_000
    data = table_data(np.zeros((n, 1)), np.zeros(n, int), n_classes=1)
    steps = np.diff(np.asarray(data["cumulative"])[:n].astype(np.int64))
    np.testing.assert_allclose(steps, 2**31 / n, rtol=2e-4)


@pytest.mark.parametrize("draw", DRAWS)
def test_other_key_other_rows(draw):
    data = table_data(X, LABEL, n_classes=3)
    first, again, other = (draw(jax.random.key(k), data, 64)["x"] for k in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("limit", [1, 2, 7, 1000, 2**16, 2**16 + 1, 2**31 - 1])
def test_numbers_are_those_of_jax(limit):
    keys = jax.random.split(jax.random.key(4), 3)
    for key, bits in zip(keys, _bits(keys, 500), strict=True):
        np.testing.assert_array_equal(_below(bits, limit), jax.random.randint(key, (500,), 0, limit))
