"""Transformers of spectra against values by hand, planted backgrounds and shifts, and scikit-learn's checks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from oversmith import AxisResampler, BaselineRemover, SavitzkyGolay, SpectraAligner, StandardNormalVariate
from oversmith.exceptions import InputError
from oversmith.preprocessing import common_axis

# The checks bring spectra of two points, which a window of one fits, and constant ones.
STEPS = [
    StandardNormalVariate(constant="zeros"),
    SavitzkyGolay(window=1, order=0),
    BaselineRemover(),
    BaselineRemover(method="polynomial", order=0),
    SpectraAligner(constant="keep"),
    SpectraAligner(method="peak", constant="keep"),
    AxisResampler(),
]
PLACE = np.arange(200.0)


def peak(at: float, width: float = 6.0) -> np.ndarray:
    return np.exp(-(((PLACE - at) / width) ** 2))


def spectra(n: int = 6, channels: int = 2, points: int = 40, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, channels, points)).cumsum(axis=2)


@parametrize_with_checks(STEPS)
def test_sklearn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("step", [*STEPS, SavitzkyGolay(derivative=1)], ids=lambda step: str(step)[:60])
def test_flat_and_cubic_input_are_the_same_spectra(step):
    X = spectra()
    cubic = step.fit_transform(X)
    assert cubic.shape == X.shape
    flat = step.set_params(n_channels=2).fit_transform(X.reshape(len(X), -1))
    assert np.array_equal(flat, cubic.reshape(len(X), -1))
    assert step.fit_transform(X.astype(np.float32)).dtype == np.float32
    step.set_params(n_channels=1)


def test_normal_variate_by_hand():
    X = np.array([[2.0, 4.0, 9.0], [0.0, 0.0, 3.0]])
    # Means 5 and 1; squared deviations 9 + 1 + 16 and 1 + 1 + 4, over two.
    expected = [[-3 / 13**0.5, -1 / 13**0.5, 4 / 13**0.5], [-1 / 3**0.5, -1 / 3**0.5, 2 / 3**0.5]]
    assert np.allclose(StandardNormalVariate().fit_transform(X), expected)


def test_smoothing_keeps_a_polynomial_and_derivatives_know_the_step():
    axis = np.arange(0.0, 10.0, 0.5)
    X = (3 + axis - 2 * axis**2)[None, None]
    for derivative, expected in ((0, X[0, 0]), (1, 1 - 4 * axis), (2, np.full(20, -4.0))):
        result = SavitzkyGolay(window=7, order=2, derivative=derivative, step=0.5).fit_transform(X)
        assert np.allclose(result[0, 0], expected), derivative


def test_smoothing_takes_noise_and_leaves_the_peak():
    noisy = peak(100, 20) + np.random.default_rng(0).normal(scale=0.1, size=200)
    smooth = SavitzkyGolay(window=21, order=2).fit_transform(noisy[None])[0]
    assert np.abs(smooth - peak(100, 20)).mean() < 0.5 * np.abs(noisy - peak(100, 20)).mean()


@pytest.mark.parametrize(
    "step", [BaselineRemover(), BaselineRemover(method="polynomial", order=3)], ids=["asls", "poly"]
)
def test_a_planted_background_goes_and_the_peaks_stay(step):
    background = 5 + 0.02 * PLACE - 4e-8 * (PLACE - 60) ** 3
    truth = peak(50) + 0.6 * peak(150)
    result = step.fit_transform(np.stack([truth + background, truth + 3 * background]))
    assert np.abs(result - truth).max() < 0.08
    # Rows are treated one by one.
    assert np.allclose(step.transform((truth + background)[None])[0], result[0])


def test_a_line_is_all_background():
    line = np.stack([1e6 + 2 * PLACE, np.full(200, 3.0)])
    assert np.abs(BaselineRemover().fit_transform(line)).max() < 1e-4
    assert np.abs(BaselineRemover(method="polynomial", order=1).fit_transform(line)).max() < 1e-4


@pytest.mark.parametrize("method", ["xcorr", "peak"])
def test_planted_shifts_are_found_and_undone(method):
    planted = np.array([0.0, 3.0, -7.0, 2.5, -0.25])
    X = np.stack([peak(100 + shift) + 0.5 * peak(60 + shift) for shift in planted])
    aligner = SpectraAligner(method=method, max_shift=10).fit(X[:1])
    assert np.allclose(aligner.shifts(X), planted, atol=0.1)
    assert np.abs(aligner.transform(X) - X[0]).max() < 0.03
    # No spectrum is moved further than allowed.
    near = SpectraAligner(method=method, max_shift=2).fit(X[:1])
    assert np.abs(near.shifts(X)).max() <= 2.5


def test_constant_spectra_stay_where_that_is_asked_for():
    X = np.stack([peak(100), np.full(200, 0.1), peak(105)])
    assert np.array_equal(SpectraAligner(constant="keep").fit(X[:1]).transform(X)[1], X[1])
    assert np.abs(SpectraAligner(constant="keep").fit(X[:1]).transform(X)[2] - X[0]).max() < 0.01
    result = StandardNormalVariate(constant="zeros").fit_transform(X)
    assert np.abs(result[1]).max() < 1e-9
    assert result[0].std(ddof=1) == pytest.approx(1)


def test_all_channels_move_together():
    first, second = peak(100), peak(40)
    moved = np.stack([np.stack([first, second]), np.stack([peak(104), peak(44)])])
    result = SpectraAligner().fit(moved[:1]).transform(moved)
    assert np.abs(result[1] - result[0]).max() < 0.01


def test_the_reference_is_the_mean_of_the_training_spectra():
    X = np.stack([peak(100), peak(104)])
    aligner = SpectraAligner().fit(X)
    assert np.allclose(aligner.reference_, X.mean(axis=0)[None])
    assert np.allclose(aligner.shifts(X), [-2, 2], atol=0.1)


def test_a_frame_keeps_the_names_of_its_axis():
    frame = pd.DataFrame(spectra(channels=1)[:, 0], columns=[f"{value} nm" for value in range(400, 440)])
    pipe = make_pipeline(SavitzkyGolay(window=5), BaselineRemover(), StandardNormalVariate())
    result = pipe.set_output(transform="pandas").fit_transform(frame)
    assert list(result.columns) == list(frame.columns)
    assert list(pipe.get_feature_names_out()) == list(frame.columns)


@pytest.mark.parametrize("interpolation", ["linear", "pchip"])
def test_a_falling_axis_is_resampled_to_a_rising_one(interpolation):
    axis = np.linspace(4000.0, 400.0, 61) ** 1.01
    new = np.linspace(500.0, 4000.0, 30)
    X = np.stack([2 + axis / 1000, 5 - axis / 500])[:, None]
    step = AxisResampler(axis=axis, new_axis=new, interpolation=interpolation).fit(X)
    assert np.allclose(step.transform(X), np.stack([2 + new / 1000, 5 - new / 500])[:, None])
    assert step.get_feature_names_out()[0] == "500.0"
    assert len(step.get_feature_names_out()) == 30


def test_channels_are_named_on_the_new_axis():
    step = AxisResampler(n_points=2).fit(spectra(channels=2))
    assert step.get_feature_names_out().tolist() == [
        "channel_0__0.0", "channel_0__39.0", "channel_1__0.0", "channel_1__39.0"
    ]  # fmt: skip


X = spectra()


@pytest.mark.parametrize(
    "step, given, message",
    [
        (StandardNormalVariate(), np.ones((3, 1, 5)), "spectra 0, 1, 2 are constant"),
        (SpectraAligner(), np.full((9, 1, 5), 0.1), "spectra 0, 1, 2, 3, 4 and 4 more are constant"),
        (StandardNormalVariate(), X[:, :, :1], "give spectra of at least 2 points"),
        (StandardNormalVariate(), np.where(X.max() - 1e-9 < X, np.nan, X), "found NaN or infinite values in spectra"),
        (StandardNormalVariate(), X[:0], "found an array of shape"),
        (StandardNormalVariate(n_channels=3), X.reshape(6, -1), "80 columns cannot be cut into 3 channels"),
        (SavitzkyGolay(window=4), X, "window: 4 found; give an odd number"),
        (SavitzkyGolay(window=41), X, "window: 41 points found for spectra of 40"),
        (SavitzkyGolay(window=3, order=3), X, "order: 3 found for a window of 3"),
        (SavitzkyGolay(derivative=3), X, "derivative: 3 found for a polynomial of order 2"),
        (BaselineRemover(method="polynomial", order=39), X, "order: 39 found for spectra of 40 points"),
        (SpectraAligner(max_shift=40), X, "max_shift: 40 found for spectra of 40 points"),
        (AxisResampler(axis=range(39)), X, "axis: 39 values found for spectra of 40 points"),
        (AxisResampler(axis=[0, 1, 1]), X[:, :, :3], "axis: 1 is there twice"),
        (AxisResampler(axis=[0, 2, 1]), X[:, :, :3], "axis: it neither rises nor falls"),
        (AxisResampler(new_axis=[0, 40]), X, "new_axis: it reaches from 0 to 40, the spectra from 0 to 39"),
        (AxisResampler(new_axis=[0, 4], n_points=3), X, "n_points: 3 found beside new_axis"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(step, given, message):
    with pytest.raises(InputError, match=message):
        step.fit_transform(given)


def test_another_length_than_in_fit_is_refused():
    with pytest.raises(InputError, match="found spectra of 2 channels and 39 points, fit saw 2 and 40"):
        StandardNormalVariate().fit(X).transform(X[:, :, :39])


def test_axes_of_their_own_become_one():
    values = [np.arange(5.0), np.arange(8.0)[::-1]]
    axes = [np.arange(5.0), np.arange(8.0)[::-1] + 2]
    result, axis = common_axis(values, axes, rule="overlap")
    # Shared: 2 to 4, where the first has the points 2, 3, 4 and the second, turned round, 0, 1, 2.
    assert axis.tolist() == [2, 3, 4]
    assert result.tolist() == [[2, 3, 4], [0, 1, 2]]
    result, axis = common_axis(values, axes, rule="index", n_points=5)
    assert axis.tolist() == [1, 2, 3, 4, 5]
    assert np.allclose(result, [[0, 1, 2, 3, 4], [0, 1.75, 3.5, 5.25, 7]])


@pytest.mark.parametrize(
    "values, axes, options, message",
    [
        ([[1, 2], [1, 2]], [[0, 1], [0, 2]], {}, "spectrum 1 has 2 points from 0 to 2, spectrum 0 2 points"),
        ([[1, 2], [1, 2]], [[0, 1], [5, 6]], {"rule": "overlap"}, "no range is shared by all"),
        ([[1, 2], [1, np.nan]], [[0, 1], [0, 1]], {}, "NaN or infinity found in spectrum 1"),
        ([[1, 2], [1, 2, 3]], [[0, 1], [0, 1]], {}, "spectrum 1 has"),
        ([[1, 2]], [[0, 0]], {}, "spectrum 0: 0 is there twice"),
        ([], [], {}, "0 found for 0 spectra"),
        ([[1, 2]], [[0, 1]], {"rule": "near"}, "rule: 'near' found"),
    ],
)
def test_axes_that_cannot_be_joined(values, axes, options, message):
    with pytest.raises(InputError, match=message):
        common_axis(values, axes, **options)
