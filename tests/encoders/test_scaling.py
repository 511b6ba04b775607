"""The class's own scale: by hand, within bounds, there and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from oversmith.encoders import ClassScaler, Span, TableEncoder
from oversmith.exceptions import InputError

SPANS = (
    Span("flag", 0, 1, "sigmoid", "missing"),
    Span("a", 1, 2, "linear", "numeric"),
    Span("c", 2, 4, "softmax", "categorical"),
    Span("b", 4, 6, "linear", "embedding"),
)


def table(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(n, 6)) * [0, 2, 0, 0, 1, 3] + [0, 5, 0, 0, -1, 0]
    Z[:, 5] += Z[:, 1]
    Z[:, 0] = rng.random(n) < 0.3
    Z[np.arange(n), 2 + rng.integers(0, 2, n)] = 1.0
    return Z


def test_centre_spread_and_bounds_by_hand() -> None:
    pooled = np.array([[0.0], [4.0], [8.0], [12.0]])
    own = np.array([[4.0], [8.0]])
    scaler = ClassScaler().fit(own, pooled, [Span("a", 0, 1, "linear", "numeric")])
    trust, table_sd = 2 / 12, np.sqrt(20.0)
    assert scaler.mean_.tolist() == [6.0]
    np.testing.assert_allclose(scaler.spread_, trust * 2.0 + (1 - trust) * table_sd)
    np.testing.assert_allclose(scaler.low_, 4.0 - table_sd / np.sqrt(2))
    np.testing.assert_allclose(scaler.high_, 8.0 + table_sd / np.sqrt(2))
    np.testing.assert_allclose(scaler.inverse(np.array([[-99.0], [99.0]])), [scaler.low_, scaler.high_])


@pytest.mark.parametrize("mode", ["standard", "whiten", None])
def test_flags_and_levels_do_not_move(mode: str | None) -> None:
    Z = table(200)
    scaler = ClassScaler(mode).fit(Z[:20], Z, SPANS)
    moved = scaler.transform(Z[:20])
    assert np.array_equal(moved[:, [0, 2, 3]], Z[:20, [0, 2, 3]])
    np.testing.assert_allclose(scaler.inverse(moved), Z[:20], atol=1e-9)
    assert np.array_equal(moved, Z[:20]) == (mode is None)


def test_a_large_class_is_standard_and_white() -> None:
    Z = table(4000)
    linear = [1, 4, 5]
    moved = ClassScaler("standard").fit(Z, Z, SPANS).transform(Z)[:, linear]
    np.testing.assert_allclose(moved.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(moved.std(axis=0), 1, rtol=0.01)
    assert abs(np.corrcoef(moved.T)[0, 2]) > 0.4
    white = ClassScaler("whiten").fit(Z, Z, SPANS).transform(Z)[:, linear]
    np.testing.assert_allclose(np.cov(white.T), np.eye(3), atol=0.05)


def test_no_scaling_still_keeps_to_the_table() -> None:
    Z = table(50)
    back = ClassScaler(None).fit(Z[:5], Z, SPANS).inverse(1000 * Z)
    for column in (1, 4, 5):
        assert back[:, column].min() >= Z[:, column].min()
        assert back[:, column].max() <= Z[:, column].max()


@pytest.mark.parametrize("mode", ["standard", "whiten"])
def test_one_row_does_not_become_copies(mode: str) -> None:
    Z = table(100)
    scaler = ClassScaler(mode).fit(Z[:1], Z, SPANS)
    np.testing.assert_allclose(scaler.inverse(scaler.transform(Z[:1])), Z[:1])
    made = scaler.inverse(np.random.default_rng(1).normal(size=(50, 6)))
    assert (made[:, [1, 4, 5]].std(axis=0) > 0.3 * Z[:, [1, 4, 5]].std(axis=0)).all()


@pytest.mark.parametrize("mode", ["standard", "whiten", None])
@pytest.mark.parametrize("n", [1, 2, 30])
def test_constant_columns_do_not_divide_by_zero(mode: str | None, n: int) -> None:
    Z = np.ones((40, 6))
    scaler = ClassScaler(mode).fit(Z[:n], Z, SPANS)
    assert np.array_equal(scaler.inverse(np.random.default_rng(0).normal(size=(3, 6)))[:, [1, 4, 5]], np.ones((3, 3)))
    assert np.isfinite(scaler.transform(Z)).all()


def test_no_linear_column_is_fine() -> None:
    Z = np.eye(3)
    spans = [Span("c", 0, 3, "softmax", "categorical")]
    for mode in ("standard", "whiten", None):
        scaler = ClassScaler(mode).fit(Z, Z, spans)
        assert np.array_equal(scaler.inverse(scaler.transform(Z)), Z)


@pytest.mark.parametrize("mode", ["standard", "whiten", None])
def test_the_state_is_all_there_is(mode: str | None) -> None:
    Z = table(60)
    scaler = ClassScaler(mode).fit(Z[:9], Z, SPANS)
    twin = ClassScaler.from_state(scaler.to_state())
    assert np.array_equal(twin.transform(Z), scaler.transform(Z))
    assert np.array_equal(twin.inverse(Z), scaler.inverse(Z))
    assert all(value is None or isinstance(value, str | np.ndarray) for value in scaler.to_state().values())


@settings(max_examples=50, deadline=None)
@given(
    Z=arrays(np.float64, st.tuples(st.integers(2, 30), st.just(6)), elements=st.floats(-100, 100)),
    n=st.integers(1, 30),
    mode=st.sampled_from(["standard", "whiten", None]),
)
def test_real_rows_come_back(Z: np.ndarray, n: int, mode: str | None) -> None:
    scaler = ClassScaler(mode).fit(Z[:n], Z, SPANS)
    np.testing.assert_allclose(scaler.inverse(scaler.transform(Z[:n])), Z[:n], atol=1e-7)


def test_bad_arguments_say_what_and_how() -> None:
    Z = table(5)
    with pytest.raises(InputError, match="class_scaling: found 'robust'; choose"):
        ClassScaler("robust").fit(Z, Z, SPANS)
    with pytest.raises(InputError, match="found no rows"):
        ClassScaler().fit(Z[:0], Z, SPANS)


def test_bounds_do_not_cross_a_gap() -> None:
    """Quantile scores have no gap between 0.8 and 8.5: a class at 9 stays there, one inside the crowd may widen."""
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 0.3, 95), rng.normal(9, 0.3, 5)])[:, None]
    encoder = TableEncoder().fit(X)
    Z, spans = encoder.transform(X), encoder.spans_
    apart, inside = Z[95:], Z[:5]

    def lowest(own: np.ndarray, *reach: Any) -> float:
        scaler = ClassScaler().fit(own, Z, spans, *reach)
        return float(encoder.inverse_transform(scaler.inverse(np.full((1, 1), -99.0)))[0, 0])

    assert lowest(apart) < 1
    assert X[95:].min() - 1.0 < lowest(apart, encoder.reach(apart, Z)) < X[95:].min()
    # The table's spread is 2 over the root of five: more than the crowd is wide, so nothing changes for it.
    assert lowest(inside, encoder.reach(inside, Z)) == lowest(inside)


def test_reach_of_columns_that_hold_no_numbers_or_extreme_ones() -> None:
    frame = pd.DataFrame({"level": list("abc") * 10, "wide": 1.7e308 * np.linspace(-1, 1, 30), "flat": 1.0})
    frame["tiny"] = np.linspace(0, 1e-300, 30)
    frame["spike"] = np.r_[np.zeros(25), np.arange(1.0, 6.0)]
    encoder = TableEncoder().fit(frame)
    Z = encoder.transform(frame)
    low, high = encoder.reach(Z[:4], Z)
    linear = np.concatenate([np.arange(s.start, s.stop) for s in encoder.spans_ if s.activation == "linear"])
    assert np.isfinite(low[linear]).all()
    assert np.isfinite(high[linear]).all()
    assert (low[linear] <= Z[:4, linear].min(axis=0)).all()
    others = np.setdiff1d(np.arange(encoder.width_), linear)
    assert np.isneginf(low[others]).all()
    assert np.isposinf(high[others]).all()
