"""Features of sensor windows against values by hand and an independent implementation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from oversmith import SensorFeatures
from oversmith.exceptions import InputError


@parametrize_with_checks([SensorFeatures(), SensorFeatures(lags=(), extended=True)])
def test_sklearn_contract(estimator, check):
    check(estimator)


def test_by_hand():
    window = np.array([[[1.0, 2.0, 3.0, 4.0], [5.0, 5.0, 5.0, 5.0]]])
    step = SensorFeatures(lags=(1, 2), extended=True).fit(window)
    result = dict(zip(step.get_feature_names_out(), step.transform(window)[0], strict=True))
    # Centred: -1.5, -0.5, 0.5, 1.5; squares sum to 5.
    expected = {
        "mean": 2.5,
        "variance": 1.25,
        "skewness": 0.0,
        "kurtosis": (2 * 1.5**4 + 2 * 0.5**4) / 4 / 1.25**2 - 3,
        "peak_to_peak": 3.0,
        "rms": np.sqrt(7.5),
        "autocorrelation_1": (0.75 - 0.25 + 0.75) / 5,
        "autocorrelation_2": (-0.75 - 0.75) / 5,
    }
    for name, value in expected.items():
        assert result[f"channel_0__{name}"] == pytest.approx(value), name
    flat = {name.removeprefix("channel_1__"): value for name, value in result.items() if name.startswith("channel_1")}
    assert flat == {**dict.fromkeys(expected, 0.0), "mean": 5.0, "rms": 5.0}


def test_against_scipy_and_a_plain_loop():
    x = np.random.default_rng(0).gamma(2.0, size=(20, 3, 50))
    step = SensorFeatures(lags=(1, 7), extended=True)
    result = pd.DataFrame(step.fit_transform(x), columns=step.get_feature_names_out())
    for channel in range(3):
        part = x[:, channel]
        assert np.allclose(result[f"channel_{channel}__skewness"], stats.skew(part, axis=1))
        assert np.allclose(result[f"channel_{channel}__kurtosis"], stats.kurtosis(part, axis=1))
        for lag in (1, 7):
            plain = []
            for row in part:
                c = row - row.mean()
                plain.append(sum(c[i] * c[i + lag] for i in range(50 - lag)) / sum(c * c))
            assert np.allclose(result[f"channel_{channel}__autocorrelation_{lag}"], plain)


def test_flat_and_cubic_input_are_the_same_windows():
    x = np.random.default_rng(0).normal(size=(6, 2, 8))
    cubic = SensorFeatures().fit_transform(x)
    assert np.array_equal(SensorFeatures(n_channels=2).fit_transform(x.reshape(6, 16)), cubic)
    assert make_pipeline(SensorFeatures(n_channels=2), StandardScaler()).fit_transform(x.reshape(6, 16)).shape == (6, 6)


def test_constant_windows_are_quiet():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        generated = SensorFeatures(extended=True).fit_transform(np.full((3, 1, 5), 0.1))
    assert np.isfinite(generated).all()


def test_frames_come_out_on_demand():
    x = np.random.default_rng(0).normal(size=(4, 10))
    frame = SensorFeatures(n_channels=2).set_output(transform="pandas").fit_transform(x)
    assert list(frame.columns)[:2] == ["channel_0__mean", "channel_0__variance"]


def test_what_cannot_be_cut_is_refused():
    x = np.random.default_rng(0).normal(size=(4, 2, 5))
    with pytest.raises(InputError, match="n_channels: 10 columns cannot be cut into 3 channels"):
        SensorFeatures(n_channels=3).fit(x.reshape(4, 10))
    for lag in (0, 5, 1.5, True):
        with pytest.raises(InputError, match="lags: found"):
            SensorFeatures(lags=(lag,)).fit(x)
    with pytest.raises(InputError, match="found windows of 2 channels and 4 time points, fit saw 2 and 5"):
        SensorFeatures().fit(x).transform(x[:, :, :4])
    x[0, 0, 0] = np.nan
    with pytest.raises(InputError, match="missing or infinite values"):
        SensorFeatures().fit(x)
