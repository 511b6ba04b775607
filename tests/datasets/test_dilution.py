"""Labelling rules against series whose transition is known."""

from __future__ import annotations

import numpy as np
import pytest

from oversmith.datasets import label_dilution, line_crossing, sigmoid_inflection, spectrum_response
from oversmith.exceptions import InputError

X = np.linspace(0.3125, 30.0, 96)


def sigmoid(turn: float, width: float, low: float = 3.0, high: float = 8.0) -> np.ndarray:
    return low + (high - low) / (1 + np.exp(-(X - turn) / width))


@pytest.mark.parametrize("turn", [5.0, 14.2, 26.0])
@pytest.mark.parametrize("width", [0.05, 1.0, 3.0])
@pytest.mark.parametrize("ends", [(3.0, 8.0), (1e4, 2e3), (-1e-6, -2e-6)])
def test_the_inflection_is_found(turn, width, ends):
    # A step sharper than the wells is known to a well.
    assert sigmoid_inflection(X, sigmoid(turn, width, *ends)) == pytest.approx(turn, abs=0.32 if width < 0.1 else 1e-3)


def test_the_inflection_survives_noise_and_shuffling():
    rng = np.random.default_rng(0)
    order = rng.permutation(96)
    noisy = sigmoid(18.9, 1.0) + rng.normal(scale=0.3, size=96)
    assert sigmoid_inflection(X[order], noisy[order]) == pytest.approx(18.9, abs=0.4)


@pytest.mark.parametrize("slopes", [(0.0, 1.0), (2.0, -1.0), (-0.3, -3.0)])
@pytest.mark.parametrize("at", [4.0, 15.03, 27.0])
def test_the_crossing_is_found(slopes, at):
    y = 7 + np.where(at > X, slopes[0], slopes[1]) * (X - at)
    assert line_crossing(X, y) == pytest.approx(at, abs=1e-6)
    order = np.random.default_rng(0).permutation(96)
    assert line_crossing(X[order], y[order]) == pytest.approx(at, abs=1e-6)


def test_the_crossing_survives_noise():
    noisy = np.where(X < 12, 0.0, X - 12) + np.random.default_rng(0).normal(scale=0.3, size=96)
    assert line_crossing(X, noisy) == pytest.approx(12, abs=0.7)


@pytest.mark.parametrize("rule", [sigmoid_inflection, line_crossing])
@pytest.mark.parametrize(
    "x, y, message",
    [
        (X, np.ones(96), "explains 0 % of its variance"),
        (X, np.random.default_rng(0).normal(size=96), "% of its variance, so no transition is seen"),
        (X, np.r_[np.nan, X[1:]], "NaN or infinity"),
        (X[:5], X[:5], "5 different values found; give at least 6"),
        (np.repeat([1.0, 2.0], 48), X, "2 different values found"),
        (X, X[:-1], r"shape \(95,\) found for concentrations of shape \(96,\)"),
    ],
)
def test_what_has_no_transition_is_refused(rule, x, y, message):
    with pytest.raises(InputError, match=message):
        rule(x, y)


def test_a_straight_line_does_not_bend():
    with pytest.raises(InputError, match="the two lines are parallel"):
        line_crossing(X, 2 * X)


def test_a_transition_beyond_the_concentrations_is_refused():
    with pytest.raises(InputError, match="the sigmoid turns at"):
        sigmoid_inflection(X[:40], np.exp(X[:40] / 3))


def test_every_series_has_its_own_transition():
    x, series = np.tile(X, 2), np.repeat(["a", "b"], 96)
    y, result = label_dilution(x, np.r_[sigmoid(10.1, 1), sigmoid(20.1, 1)], series=series, labels=("sol", "gel"))
    assert result == pytest.approx({"a": 10.1, "b": 20.1}, abs=1e-3)
    assert np.array_equal(y == "gel", x >= np.where(series == "a", 10.1, 20.1))
    with pytest.raises(InputError, match="series: 'b': response: a sigmoid explains 0 %"):
        label_dilution(x, np.r_[sigmoid(10, 1), np.zeros(96)], series=series)
    with pytest.raises(InputError, match="rule: 'kink' found"):
        label_dilution(x, x, rule="kink")
    with pytest.raises(InputError, match="give one number to each member"):
        label_dilution(x, x, series=series[:-1])


def test_responses():
    rows = np.array([[[0.0, 3.0, 1.0]], [[5.0, 2.0, 2.0]]])
    assert spectrum_response(rows, "height").tolist() == [3, 5]
    assert spectrum_response(rows).tolist() == [1, 0]
    assert spectrum_response(rows[:, 0], "mean").tolist() == [4 / 3, 3]
    for bad in (np.zeros((2, 2, 3)), np.zeros(3)):
        with pytest.raises(InputError, match="spectra: shape"):
            spectrum_response(bad)
    with pytest.raises(InputError, match="kind: 'width'"):
        spectrum_response(rows, "width")
