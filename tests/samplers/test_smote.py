"""SMOTE and jitter on encoded rows."""

from __future__ import annotations

import numpy as np
import pytest
from imblearn.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE

from oversmith.encoders import Span
from oversmith.exceptions import InputError
from oversmith.samplers._smote import discrete_columns, jitter_rows, rows_from, smote_rows

SPANS = (
    Span("a", 0, 1, "linear", "numeric"),
    Span("a missing", 1, 2, "sigmoid", "missing"),
    Span("b", 2, 5, "softmax", "categorical"),
    Span("c", 5, 7, "linear", "embedding"),
)


def encoded(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.column_stack(
        [rng.normal(size=n), rng.random(n) < 0.3, np.eye(3)[rng.integers(3, size=n)], rng.normal(size=(n, 2))]
    )


def test_discrete_columns():
    assert discrete_columns(SPANS, 7).tolist() == [False, True, True, True, True, True, True]


def test_rows_lie_between_neighbours():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(30, 2))
    new = smote_rows(rows, np.zeros(2, dtype=bool), 400, 3, rng)
    # Every new row lies on a segment from a row to one of its three nearest neighbours.
    distance = np.linalg.norm(rows[:, None] - rows, axis=2)
    near = distance.argsort(axis=1)[:, 1:4]
    found = np.zeros(len(new), dtype=bool)
    for i, neighbours in enumerate(near):
        for j in neighbours:
            step = rows[j] - rows[i]
            u = (new - rows[i]) @ step / (step @ step)
            found |= (np.abs(rows[i] + u[:, None] * step - new).max(axis=1) < 1e-9) & (u >= 0) & (u < 1)
    assert found.all()


def test_levels_come_whole_from_a_neighbour():
    rows = encoded(20)
    new = smote_rows(rows, discrete_columns(SPANS, 7), 200, 5, np.random.default_rng(1))
    levels = {tuple(row) for row in rows[:, 1:]}
    assert {tuple(row) for row in new[:, 1:]} <= levels
    assert (new[:, 2:5].sum(axis=1) == 1).all()
    assert np.isin(new[:, 0], rows[:, 0]).mean() < 0.1


def test_equal_rows_are_no_obstacle():
    rows = np.zeros((8, 2))
    assert np.array_equal(smote_rows(rows, np.zeros(2, dtype=bool), 5, 5, np.random.default_rng(0)), np.zeros((5, 2)))


def test_jitter_stays_in_range_and_keeps_levels():
    pooled = encoded(100)
    rows = pooled[:2]
    low, high = pooled.min(axis=0), pooled.max(axis=0)
    new = jitter_rows(
        rows, discrete_columns(SPANS, 7), pooled.std(axis=0), np.stack([low, high]), 300, np.random.default_rng(0)
    )
    assert (new >= low).all()
    assert (new <= high).all()
    assert {tuple(row) for row in new[:, 1:]} == {tuple(row) for row in rows[:, 1:]}
    away = np.abs(new[:, [0]] - rows[:, 0]).min(axis=1)
    assert 0 < away.mean() < 0.2 * pooled[:, 0].std()


@pytest.mark.parametrize(
    "sampler", [SMOTE(), BorderlineSMOTE(), ADASYN(), SMOTENC(categorical_features=[0])], ids=lambda s: type(s).__name__
)
@pytest.mark.parametrize("n", [1, 37])
def test_any_over_sampler_gives_the_exact_count_and_whole_levels(sampler, n):
    rng = np.random.default_rng(0)
    rows, others = encoded(20), encoded(80, seed=1) + np.eye(7)[0] * 0.5
    new = rows_from(sampler, rows, others, SPANS, n, rng)
    assert new.shape == (n, 7)
    assert set(np.unique(new[:, 1])) <= {0.0, 1.0}
    assert (np.sort(new[:, 2:5], axis=1) == [0, 0, 1]).all()


def test_neighbours_are_limited_to_the_rows():
    new = rows_from(SMOTE(k_neighbors=9), encoded(3), encoded(40, seed=1), SPANS, 10, np.random.default_rng(0))
    assert len(new) == 10


def test_a_failing_over_sampler_is_named():
    far = encoded(40, seed=1) + 50
    with pytest.raises(InputError, match="smote: ADASYN failed on 20 rows"):
        rows_from(ADASYN(), encoded(20), far, SPANS, 10, np.random.default_rng(0))
