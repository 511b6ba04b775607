"""Numbers at both ends of what a float holds, and containers with a trap."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import oversmith
from oversmith.encoders import TableEncoder, TargetContainer
from oversmith.evaluation.task import prepare
from oversmith.exceptions import InputError

N = 60
Y = np.repeat([0, 1], [40, 20])
RNG = np.random.default_rng(0)
SIGNS = np.where(np.arange(N) % 2, 1.0, -1.0)
NUMBERS = {
    "denormals": RNG.integers(0, 1000, N) * 5e-324,
    "denormals among others": np.concatenate([RNG.normal(size=30), RNG.integers(0, 1000, 30) * 5e-324]),
    "both ends": SIGNS * np.finfo(np.float64).max * RNG.uniform(0.9, 1, N),
    "everything": np.array([[1.7e308, -1.7e308, 5e-324, 1e-10, 3.0, i * 1.1][i % 6] for i in range(N)]),
    "float32": (SIGNS * np.finfo(np.float32).max).astype(np.float32) * np.linspace(0.5, 1, N, dtype=np.float32),
}


def generated(encoder: TableEncoder) -> Any:
    """Rows far beyond both ends, and between, by the encoder that a file would hold."""
    state = encoder.to_state()
    json.dumps(state, default=lambda array: array.tolist(), allow_nan=False)  # JSON and arrays, nothing else
    return TableEncoder.from_state(state).inverse_transform(np.random.default_rng(0).normal(0, 3, (20, encoder.width_)))


@pytest.mark.parametrize("numeric", ["quantile", "standard", "minmax"])
@pytest.mark.parametrize("name", NUMBERS)
def test_extreme_numbers_are_generated_in_range(name: str, numeric: str) -> None:
    X = np.column_stack([NUMBERS[name], NUMBERS[name][::-1]])
    encoder = TableEncoder(numeric=numeric).fit(X)
    back = encoder.inverse_transform(encoder.transform(X))
    assert np.abs(back / 4 - X / 4).max() <= 1e-12 * np.abs(X).max()
    for sampler in (oversmith.Jitter(), oversmith.PCASampler(sampler="jitter"), oversmith.GaussianCopula()):
        sampler.set_params(encoder=TableEncoder(numeric=numeric), random_state=0)
        for made in (generated(encoder), sampler.fit_resample(X, Y)[0][N:]):
            assert made.dtype == X.dtype
            assert X.min() <= made.min() <= made.max() <= X.max()


def test_masked_values_are_refused_and_never_data() -> None:
    X = np.ma.array(RNG.normal(size=(N, 2)), mask=np.eye(N, 2, dtype=bool))
    for masked in (X, list(X), X[:, None, :]):
        with pytest.raises(InputError, match=r"X: a masked array with 2 masked value\(s\) found; .*filled"):
            oversmith.SMOTE().fit_resample(masked, Y)
    with pytest.raises(InputError, match=r"y: a masked array with 1 masked value\(s\)"):
        oversmith.Jitter().fit_resample(X.filled(0), np.ma.array(Y, mask=np.arange(N) == 3))
    assert oversmith.Jitter(random_state=0).fit_resample(np.ma.array(X.data), Y)[0].shape == (80, 2)
    assert oversmith.Jitter(random_state=0).fit_resample(X.filled(np.nan), Y)[0].shape == (80, 2)


def test_polars_columns_may_have_no_name() -> None:
    X = pl.DataFrame({"": RNG.normal(size=N), "column_0": RNG.integers(0, 9, N)})
    new, labels = oversmith.Jitter(random_state=0).fit_resample(X, pl.DataFrame({"": Y}))
    assert new.schema == X.schema
    assert new[:N].equals(X)
    assert labels.columns == [""]
    assert TargetContainer.of(pl.DataFrame({"": Y})).append_labels([1]).shape == (N + 1, 1)


@pytest.mark.parametrize("levels", [["a", "b", "c"], [2**63 - 1, 2**63 - 2, 0]], ids=["text", "numbers"])
@pytest.mark.parametrize("index", [pa.int8(), pa.int64(), pa.uint16()], ids=str)
def test_arrow_dictionaries_keep_their_type(levels: list[object], index: pa.DataType) -> None:
    codes = pa.array([i % 3 if i % 7 else None for i in range(N)], index)
    column = pd.arrays.ArrowExtensionArray(pa.DictionaryArray.from_arrays(codes, pa.array(levels)))
    X = pd.DataFrame({"c": column})
    encoder = TableEncoder().fit(X)
    pd.testing.assert_frame_equal(encoder.inverse_transform(encoder.transform(X)), X)


def test_string_views_are_refused_by_name() -> None:
    X = pd.DataFrame({"c": pd.array(["a", "b"] * 30, dtype=pd.ArrowDtype(pa.string_view())), "a": np.arange(N)})
    with pytest.raises(InputError, match=r"column 'c' holds string_view values.*pyarrow.string\(\)"):
        oversmith.Jitter().fit_resample(X, Y)
    with pytest.raises(InputError, match="column 'c' holds string_view values"):
        prepare(X, Y, target="y", name="views")
