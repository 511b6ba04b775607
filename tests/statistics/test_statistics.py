from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from oversmith.exceptions import InputError
from oversmith.statistics import corrected_resampled_t, holm


def test_corrected_t_by_hand():
    # Mean 0.02; s² = (0 + 4 + 4 + 1 + 1)·1e-4 / 4 = 2.5e-4; with n_test/n_train = 1/4 the standard error is
    # √(2.5e-4 · (1/5 + 1/4)) = √1.125e-4 = 0.010607; t = 1.88562 on 4 degrees; t(0.975, 4) = 2.77645.
    effect = corrected_resampled_t([0.02, 0.04, 0.0, 0.03, 0.01], 0.25)
    assert effect.difference == pytest.approx(0.02)
    assert effect.low == pytest.approx(0.02 - 2.776445 * 0.01060660, abs=1e-7)
    assert effect.high == pytest.approx(0.02 + 2.776445 * 0.01060660, abs=1e-7)
    assert effect.p == pytest.approx(2 * stats.t.sf(1.885618, 4), abs=1e-6)


def test_without_the_correction_it_is_the_paired_t():
    d = np.random.default_rng(0).normal(0.1, 1, 10)
    effect, plain = corrected_resampled_t(d, 0.0), stats.ttest_1samp(d, 0)
    assert effect.p == pytest.approx(plain.pvalue)
    assert (effect.low, effect.high) == pytest.approx(tuple(plain.confidence_interval(0.95)))
    assert corrected_resampled_t(d, 0.25).high > effect.high


@pytest.mark.parametrize("value, p", [(0.0, 1.0), (0.3, 0.0)])
def test_differences_without_spread(value, p):
    effect = corrected_resampled_t([value] * 5, 0.25)
    assert (effect.difference, effect.low, effect.high, effect.p) == (
        pytest.approx(value),
        *[effect.low] * 2,
        p,
    )


def test_one_difference_is_not_enough():
    with pytest.raises(InputError, match="at least two"):
        corrected_resampled_t([0.1], 0.25)


def test_holm_by_hand_with_the_running_maximum():
    # Sorted 0.005·4, 0.01·3, 0.03·2, 0.04·1 → 0.02, 0.03, 0.06, max(0.06, 0.04).
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.5]) == pytest.approx([1, 1])
    assert holm([]).tolist() == []


def test_holm_keeps_the_order_of_the_raw_values():
    raw = np.random.default_rng(1).uniform(size=20)
    adjusted = holm(raw)
    assert np.all(np.diff(adjusted[np.argsort(raw)]) >= 0)
    assert np.all(adjusted >= raw)
