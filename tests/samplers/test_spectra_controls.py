from __future__ import annotations

import numpy as np
import pytest

from oversmith import Flip, Shift, Slope
from oversmith.samplers import _warping


def peaks(length=41):
    """Two channels with a peak at point 20, one twice as high."""
    peak = np.exp(-((np.arange(length) - 20) ** 2) / 18)
    return np.tile(np.stack([peak, 2 * peak]), (50, 1, 1))


def test_shift_moves_all_channels_alike_and_holds_the_ends():
    series = peaks() + np.linspace(0, 1, 41)
    made = _warping.shifted(series, 0.2, np.random.default_rng(0))
    at = (made - np.linspace(0, 1, 41)).argmax(axis=2)
    assert np.abs(at[:, 0] - at[:, 1]).max() <= 1
    assert 10 <= at.min() < 15
    assert 25 < at.max() <= 30
    # By a known way, between points as well.
    way = np.random.default_rng(0).uniform(-0.2, 0.2, size=(50, 1))[:, 0] * 41
    for number in (0, 7):
        expected = np.interp(np.arange(41) - way[number], np.arange(41), series[number, 0])
        np.testing.assert_allclose(made[number, 0], expected)


def test_slope_adds_a_line_and_keeps_the_mean():
    series = peaks()
    line = _warping.sloped(series, 0.3, np.random.default_rng(0)) - series
    np.testing.assert_allclose(line.mean(axis=2), 0, atol=1e-12)
    np.testing.assert_allclose(np.diff(line, 2, axis=2), 0, atol=1e-12)
    rise = line[:, :, -1] - line[:, :, 0]
    assert 0.2 < rise.std() < 0.4
    assert not np.allclose(rise[:, 0], rise[:, 1])


def test_flips():
    series, rng = np.random.default_rng(0).normal(size=(300, 2, 7)), np.random.default_rng(1)
    assert np.array_equal(_warping.flipped(series, "reverse", rng), series[:, :, ::-1])
    assert np.array_equal(_warping.flipped(series, "negate", rng), -series)
    made = _warping.flipped(series, "any", rng)
    ways = [
        (made == other).all(axis=(1, 2)).mean() for other in (series[:, :, ::-1], -series, -series[:, :, ::-1], series)
    ]
    assert sum(ways) == pytest.approx(1)
    assert ways[3] == 0
    assert min(ways[:3]) > 0.25


@pytest.mark.parametrize("how", ["reverse", "negate"])
def test_a_flip_of_spectra(how):
    """Upside down about the channel's mean over all training series; the axis is kept."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(3, 1, size=(12, 2, 9)), np.repeat([0, 1], [11, 1])
    made = Flip(how=how, random_state=0).fit_resample(X, y)[0][12:]
    expected = X[11, :, ::-1] if how == "reverse" else 2 * X.mean(axis=(0, 2))[:, None] - X[11]
    np.testing.assert_allclose(made, np.tile(expected, (10, 1, 1)))


def test_sizes_are_those_of_the_channel():
    """A slope of a channel that is a hundred times as large is a hundred times as steep."""
    X = np.random.default_rng(0).normal(size=(60, 1, 20))
    X, y = np.concatenate([X, 100 * X], axis=1), np.repeat([0, 1], [59, 1])
    line = Slope(random_state=0).fit_resample(X, y)[0][60:] - X[59]
    rise = (line[:, :, -1] - line[:, :, 0]).std(axis=0) / X.std(axis=(0, 2))
    assert (rise > 0.1).all()
    assert (rise < 0.3).all()


def test_every_parameter_changes_something():
    X, y = np.random.default_rng(0).normal(size=(12, 2, 9)), np.repeat([0, 1], [9, 3])
    for method, change in ((Shift, {"share": 0.3}), (Slope, {"sigma": 1.0}), (Flip, {"how": "any"})):
        plain, changed = (method(random_state=0, **more).fit_resample(X, y)[0] for more in ({}, change))
        assert not np.array_equal(plain, changed)
