from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from oversmith.encoders import ClassScaler, ImageEncoder, modality_of
from oversmith.exceptions import InputError

SIZES = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 6), st.integers(1, 6))
BYTES = arrays(np.uint8, SIZES)
FLOATS = arrays(np.float32, SIZES, elements=st.floats(-1000, 1000, width=32, allow_subnormal=False))


def laid_out(X, layout):
    """Give images of shape (n, C, H, W) in another layout; also return what the encoder is to be told."""
    if layout == "first":
        return X, {}
    if layout == "last":
        return np.moveaxis(X, 1, 3), {"channels": "last"}
    if layout == "grey":
        return X[:, 0], {}
    shape = {"input_shape": X.shape[1:]}
    if layout == "flat last":
        return np.moveaxis(X, 1, 3).reshape(len(X), -1), shape | {"channels": "last"}
    flat = X.reshape(len(X), -1)
    return {"flat": flat, "pandas": pd.DataFrame(flat).add_prefix("p"), "polars": pl.DataFrame(flat)}[layout], shape


LAYOUTS = st.sampled_from(["first", "last", "grey", "flat", "flat last", "pandas", "polars"])


@settings(max_examples=80, deadline=None)
@given(X=st.one_of(BYTES, FLOATS), scaling=st.sampled_from(["standard", "minmax"]), layout=LAYOUTS)
def test_there_and_back(X, scaling, layout):
    if layout == "grey":
        X = X[:, :1]
    given_X, told = laid_out(X, layout)
    encoder = ImageEncoder(scaling=scaling, **told).fit(given_X)
    assert encoder.shape_ == X.shape[1:]
    Z = encoder.transform(given_X)
    # Channel after channel, whatever the layout.
    np.testing.assert_allclose(Z, ImageEncoder(scaling=scaling).fit(X).transform(X))
    back = encoder.inverse_transform(Z)
    assert type(back) is type(given_X)
    if X.dtype == np.uint8:
        assert np.array_equal(np.asarray(back), np.asarray(given_X))
    else:
        np.testing.assert_allclose(np.asarray(back), np.asarray(given_X), rtol=1e-5, atol=1e-3)
    if layout not in ("pandas", "polars"):
        assert back.dtype == X.dtype
        assert back.shape == given_X.shape
    if scaling == "minmax":
        assert np.abs(Z).max() <= 1 + 1e-9
    twin = ImageEncoder.from_state(encoder.to_state())
    np.testing.assert_array_equal(twin.transform(given_X), Z)
    np.testing.assert_array_equal(np.asarray(twin.inverse_transform(Z)), np.asarray(back))


def test_bytes_are_scaled_by_their_own_range():
    X = np.array([[[[10, 20], [30, 40]]]], dtype=np.uint8)
    encoder = ImageEncoder().fit(X)
    np.testing.assert_allclose(encoder.transform(X)[0], (np.array([10, 20, 30, 40]) - 127.5) / 127.5)
    # Rounded, not cut off, and kept to what a byte holds.
    made = encoder.inverse_transform(np.array([[-3.0, 0.004, 0.01, 3.0]]))
    assert made.ravel().tolist() == [0, 128, 129, 255]
    observed = ImageEncoder(bounds="observed").fit(X)
    assert observed.transform(X)[0].tolist() == [-1, pytest.approx(-1 / 3), pytest.approx(1 / 3), 1]
    assert observed.inverse_transform(np.array([[-3.0, 0.0, 0.0, 3.0]])).ravel().tolist()[::3] == [10, 40]


def test_floats_keep_to_what_is_declared_or_seen():
    X = np.linspace(0.2, 0.8, 12).reshape(1, 3, 2, 2)
    seen = ImageEncoder().fit(X)
    # One range per channel.
    np.testing.assert_allclose(seen.transform(X).reshape(3, 4)[:, [0, 3]], [[-1, 1]] * 3)
    far = np.full((1, 12), 9.0)
    np.testing.assert_allclose(seen.inverse_transform(far)[0, :, 0, 0], X.max(axis=(0, 2, 3)))
    declared = ImageEncoder(bounds=(0, 1)).fit(X)
    np.testing.assert_allclose(declared.transform(X), 2 * X.reshape(1, -1) - 1)
    assert (declared.inverse_transform(far) == 1).all()
    assert (declared.inverse_transform(-far) == 0).all()
    with pytest.raises(InputError, match=r"bounds: \(0, 1\) found, but the training rows reach from 0.4 to 1.6"):
        ImageEncoder(bounds=(0, 1)).fit(2 * X)
    with pytest.raises(InputError, match=r"bounds: \(0, 1\) found"):
        declared.transform(2 * X)
    positive = ImageEncoder(bounds="non-negative").fit(X)
    assert positive.inverse_transform(-far).min() == 0
    assert positive.inverse_transform(far).max() > 0.8


def test_channels_and_images_that_never_change():
    X = np.random.default_rng(0).integers(0, 256, (6, 3, 4, 4)).astype(np.uint8)
    X[:, 1] = 7
    made = ImageEncoder().fit(X).inverse_transform(np.random.default_rng(1).normal(size=(5, 48)))
    assert (made[:, 1] == 7).all()
    assert len(np.unique(made[:, 0])) > 5
    blank = np.zeros((3, 1, 2, 2), np.float32)
    encoder = ImageEncoder().fit(blank)
    assert (encoder.transform(blank) == 0).all()
    assert (encoder.inverse_transform(np.ones((2, 4))) == 0).all()


def test_one_scale_for_all_pixels_of_a_class():
    # Pixels that hardly ever differ keep their size beside the others.
    X = np.random.default_rng(0).integers(0, 256, (20, 1, 3, 3)).astype(np.uint8)
    encoder = ImageEncoder().fit(X)
    Z = encoder.transform(X)
    scaler = ClassScaler(None).fit(Z[:4], Z, encoder.spans_)
    assert np.array_equal(scaler.transform(Z), Z)
    assert np.isinf(scaler.high_).all()


@pytest.mark.parametrize(
    "X, options, message",
    [
        (np.zeros((3, 1, 4, 4)), {"channels": "middle"}, "channels: 'middle' found"),
        (np.zeros((3, 1, 4, 4)), {"scaling": "max"}, "scaling: 'max' found"),
        (np.zeros((3, 1, 4, 4)), {"bounds": (1, 0)}, r"bounds: \(1, 0\) found"),
        (np.zeros((3, 16)), {}, "input_shape: None found, but X has flat rows of 16 numbers"),
        (np.zeros((3, 16)), {"input_shape": (4, 4)}, r"found \(4, 4\); give three whole numbers"),
        (np.zeros((3, 16)), {"input_shape": (1, 4, 5)}, "makes 1 x 4 x 5 = 20 columns, but X has 16"),
        (np.zeros((3, 4, 4)), {"input_shape": (2, 4, 2)}, "X has images of 1 channels and 4 x 4 pixels"),
        (np.full((3, 1, 4, 4), np.nan), {}, "NaN found in image 0, channel 0, row 0, column 0"),
        (np.array([[[["a", "b"]]]]), {}, "values that are no numbers"),
        (np.ones((2, 1, 2, 2)) * 1j, {}, "Complex data not supported"),
    ],
)
def test_bad_input(X, options, message):
    with pytest.raises(InputError, match=message):
        ImageEncoder(**options).fit(X)


def test_other_shapes_than_in_fit():
    encoder = ImageEncoder().fit(np.zeros((3, 1, 4, 6)))
    for other in (np.zeros((3, 1, 6, 4)), np.zeros((3, 4, 4))):
        with pytest.raises(InputError, match=r"fitted on \(1, 4, 6\) \(channels, height, width\)"):
            encoder.transform(other)
    with pytest.raises(InputError, match="encoded rows have 24 columns"):
        encoder.inverse_transform(np.zeros((2, 7)))


BYTES_3D = np.zeros((5, 8, 8), np.uint8)


@pytest.mark.parametrize(
    "X, options, found",
    [
        (np.zeros((5, 64)), {}, "table"),
        (np.zeros((5, 64)), {"input_shape": (1, 64)}, "series"),
        (np.zeros((5, 64)), {"input_shape": (1, 8, 8)}, "image"),
        (np.zeros((5, 64)), {"among": ("series", "image")}, "series"),
        (np.zeros((5, 64)), {"modality": "series"}, "series"),
        (np.zeros((5, 8, 8)), {}, "series"),
        (np.zeros((5, 8, 8)), {"modality": "image"}, "image"),
        (BYTES_3D, {"modality": "image"}, "image"),
        (BYTES_3D, {"modality": "series"}, "series"),
        (BYTES_3D, {"input_shape": (1, 8, 8)}, "image"),
        (BYTES_3D, {"among": ("series",)}, "series"),
        (np.zeros((5, 1, 8, 8)), {}, "image"),
    ],
)
def test_what_an_array_holds(X, options, found):
    assert modality_of(X, **options) == found


@pytest.mark.parametrize(
    "X, options, message",
    [
        (
            BYTES_3D,
            {},
            r"of shape \(5, 8, 8\), .*series of 8 channels and 8 time points, or grey images of 8 x 8 pixels",
        ),
        (np.zeros((5, 8, 8)), {"modality": "table"}, "modality: 'table' found, but X has shape"),
        (np.zeros((5, 1, 8, 8)), {"modality": "series"}, "modality: 'series' found, but X has shape"),
        (
            np.zeros((5, 1, 8, 8)),
            {"among": ("series",), "name": "GANBATS"},
            "GANBATS takes series; use a method for",
        ),
        (np.zeros((5, 64)), {"among": ("table",), "input_shape": (8, 8)}, "takes tables alone; leave it out"),
        (np.zeros((5, 64)), {"modality": "table", "input_shape": (8, 8)}, "beside modality='table'"),
        (np.zeros((5, 64)), {"modality": "image", "input_shape": (8, 8)}, "beside modality='image'"),
        (np.zeros((5, 64)), {"modality": "picture"}, "modality: 'picture' found"),
        (np.zeros((5, 64)), {"modality": "image", "among": ("table",)}, "takes tables alone"),
        (np.zeros((5, 1, 1, 8, 8)), {}, "found a 5-D array"),
    ],
)
def test_what_cannot_be_told(X, options, message):
    with pytest.raises(InputError, match=message):
        modality_of(X, **options)
