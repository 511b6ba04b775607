"""The scale of the controls: bounds that respect gaps between classes, and folding at the bounds."""

from __future__ import annotations

import numpy as np
import pytest

from oversmith.encoders import ClassScaler, Span
from oversmith.samplers._controls import class_scaler, reflect
from oversmith.samplers._encoding import EncodedTable

SPANS = (Span("flag", 0, 1, "sigmoid", "missing"), Span("a", 1, 2, "linear", "numeric"))


def table(own, *others):
    """A table whose class 0 has the numbers ``own``; the other classes have those of ``others``."""
    groups = [np.column_stack([np.zeros(len(x)), x]) for x in (own, *others)]
    codes = np.repeat(np.arange(len(groups)), [len(x) for x in groups])
    return EncodedTable({0: groups[0]}, np.concatenate(groups), codes, SPANS, {0: 1})


def bounds(*groups):
    scaler = class_scaler(table(*groups), 0)
    return float(scaler.low_[0]), float(scaler.high_[0])


def test_a_class_that_lies_apart_keeps_its_range():
    assert bounds([5.0, 6.0, 7.0], [-1.0, 0.0, 1.0, 2.0]) == (5.0, 7.0)


def test_a_class_among_others_is_widened_in_full():
    own, other = [0.0, 0.5, 1.0], np.linspace(-9, 9, 50)
    scaler = ClassScaler().fit(table(own, other).rows[0], table(own, other).pooled, SPANS)
    assert bounds(own, other) == pytest.approx((scaler.low_[0], scaler.high_[0]))
    assert scaler.low_[0] < -1


def test_widening_goes_with_the_rows_that_share_the_range():
    # One row of the other class among four: a quarter of the way.
    own, other = [0.0, 1.0, 2.0, 3.0], np.array([1.5, 50.0, 60.0, -50.0])
    full = ClassScaler().fit(table(own, other).rows[0], table(own, other).pooled, SPANS)
    low, high = bounds(own, other)
    assert low == pytest.approx(full.low_[0] / 4)
    assert high - 3 == pytest.approx((full.high_[0] - 3) / 4)


def test_no_way_across_a_gap_to_a_third_class():
    near, far = np.linspace(-1, 2, 40), np.full(20, 9.0)
    assert bounds([0.0, 0.5, 1.0], near, far)[1] == 2.0


def test_reflect_by_hand():
    scaler = class_scaler(table([4.0, 8.0], [20.0, 30.0]), 0)
    assert (scaler.low_[0], scaler.high_[0]) == (4.0, 8.0)
    numbers = np.array([5.0, 3.0, 9.0, 12.5, 4.0, 8.0, -1.0])
    rows = scaler.transform(np.column_stack([np.ones(7), numbers]))
    back = scaler.inverse(reflect(rows, scaler))
    np.testing.assert_allclose(back[:, 1], [5.0, 5.0, 7.0, 4.5, 4.0, 8.0, 7.0])
    assert (back[:, 0] == 1).all()


def test_reflect_a_column_without_width():
    scaler = class_scaler(table([4.0, 4.0], [20.0, 30.0]), 0)
    rows = scaler.transform(np.column_stack([np.zeros(3), [4.0, 5.0, -7.0]]))
    assert scaler.inverse(reflect(rows, scaler))[:, 1].tolist() == [4.0, 4.0, 4.0]
