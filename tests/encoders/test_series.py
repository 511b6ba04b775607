from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from oversmith.encoders import ClassScaler, SeriesEncoder
from oversmith.exceptions import InputError

SERIES = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 3), st.integers(1, 9)),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False),
)


@settings(max_examples=60, deadline=None)
@given(X=SERIES, scaling=st.sampled_from(["standard", "minmax"]))
def test_there_and_back(X, scaling):
    encoder = SeriesEncoder(scaling=scaling, channels="first").fit(X)
    Z = encoder.transform(X)
    assert Z.shape == (len(X), X.shape[1] * X.shape[2])
    np.testing.assert_allclose(encoder.inverse_transform(Z), X, rtol=1e-7, atol=1e-7 * max(np.abs(X).max(), 1))
    twin = SeriesEncoder.from_state(encoder.to_state())
    np.testing.assert_array_equal(twin.transform(X), Z)
    if scaling == "minmax":
        assert np.abs(Z).max() <= 1 + 1e-9


def test_one_scale_per_channel():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2, 30)) * [[1.0], [50.0]] + [[0.0], [7.0]]
    Z = SeriesEncoder().fit(X).transform(X).reshape(40, 2, 30)
    np.testing.assert_allclose(Z.mean(axis=(0, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(Z.std(axis=(0, 2)), 1)
    # A series keeps its shape: the scale does not depend on the time point.
    ratio = np.diff(Z, axis=2) / np.diff(X, axis=2)
    assert np.ptp(ratio[:, 0]) < 1e-9


def test_bounds_and_types():
    X = np.array([[[1, 5, 9]], [[2, 4, 250]]], dtype=np.uint8)
    encoder = SeriesEncoder(bounds="observed").fit(X)
    made = encoder.inverse_transform(np.array([[-9.0, 0.01, 9.0]]))
    assert made.dtype == np.uint8
    assert made.ravel().tolist()[::2] == [1, 250]
    free = SeriesEncoder().fit(X).inverse_transform(np.array([[-9.0, 0.0, 9.0]]))
    assert free.ravel().tolist()[::2] == [0, 255]
    assert SeriesEncoder(bounds=(0, 300)).fit(X).range_.tolist() == [[0.0], [300.0]]


def test_constant_channel_and_frames():
    X = np.random.default_rng(0).normal(size=(5, 2, 4))
    X[:, 1] = 0.1 + 0.2
    encoder = SeriesEncoder().fit(X)
    assert (encoder.inverse_transform(np.random.default_rng(1).normal(size=(3, 8)))[:, 1] == 0.1 + 0.2).all()
    frame = pd.DataFrame(X.reshape(5, 8)).add_prefix("t")
    back = SeriesEncoder(input_shape=(2, 4)).fit(frame).inverse_transform(encoder.transform(X))
    assert list(back) == list(frame)
    np.testing.assert_allclose(back, frame)


@pytest.mark.parametrize(
    "X, options, message",
    [
        (np.zeros((3, 1, 4)), {"scaling": "max"}, "scaling: 'max' found"),
        (np.zeros((3, 1, 4)), {"bounds": "positive"}, "bounds: 'positive' found"),
        (np.zeros((3, 1, 4)), {"bounds": (1, 0)}, r"bounds: \(1, 0\) found"),
        (np.zeros((3, 1, 4)), {"input_shape": (4,)}, "give two whole numbers"),
        (np.zeros((3, 7)), {"input_shape": (2, 4)}, "makes 2 x 4 = 8 columns, but X has 7"),
        (np.full((3, 1, 4), np.inf), {}, "infinity found in series 0, channel 0, time point 0"),
        (np.array([[["a", "b"]]]), {}, "values that are no numbers"),
    ],
)
def test_bad_input(X, options, message):
    with pytest.raises(InputError, match=message):
        SeriesEncoder(**options).fit(X)


def test_other_shapes_than_in_fit():
    encoder = SeriesEncoder().fit(np.zeros((3, 2, 4)))
    for other in (np.zeros((3, 4, 2)), np.zeros((3, 7))):
        with pytest.raises(InputError, match="fitted on"):
            encoder.transform(other)
    with pytest.raises(InputError, match="encoded rows have 8 columns"):
        encoder.inverse_transform(np.zeros((2, 7)))
    with pytest.raises(InputError, match="NaN"):
        encoder.inverse_transform(np.full((2, 8), np.nan))


def test_class_scaler_bounds_no_time_point():
    X = np.random.default_rng(0).normal(size=(20, 1, 6))
    encoder = SeriesEncoder().fit(X)
    Z = encoder.transform(X)
    scaler = ClassScaler().fit(Z[:4], Z, encoder.spans_, encoder.reach(Z[:4], Z))
    far = scaler.inverse(np.full((1, 6), 50.0))
    assert (far > Z.max()).all()
    np.testing.assert_allclose(scaler.inverse(scaler.transform(Z)), Z)


WHOLE = ("int8", "uint16", "int64", "uint64", "bool")
CONTAINERS = {
    "numpy": lambda X: X,
    "pandas": lambda X: pd.DataFrame(X).add_prefix("t"),
    "nullable": lambda X: pd.DataFrame(X).add_prefix("t").convert_dtypes(),
    "arrow": lambda X: pd.DataFrame(X).add_prefix("t").convert_dtypes(dtype_backend="pyarrow"),
    "polars": lambda X: pl.DataFrame(pd.DataFrame(X).add_prefix("t")),
}


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("dtype", WHOLE)
def test_whole_numbers_stop_at_the_ends_of_their_type(dtype: str, container: str) -> None:
    low, high = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    X = np.array([[low, high], [high, low]] * 4, dtype=dtype)
    encoder = SeriesEncoder(input_shape=(1, 2)).fit(CONTAINERS[container](X))
    # Twice as far from the centre as any real value, and near the centre.
    back = np.asarray(encoder.inverse_transform(np.array([[-2.0, 2.0], [-0.9, 0.9]]))).astype(float)
    np.testing.assert_allclose(back[0], [low, high])
    assert (np.diff(back[1]) > 0).all()
