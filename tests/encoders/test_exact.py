"""Whole numbers and decimals with more digits than a float has: exact, in range, of the same type."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversmith.encoders import TableEncoder
from oversmith.encoders._typed import objects
from oversmith.encoders.container import extended_index
from oversmith.exceptions import InputError

N = 60
HASHES = [int(value) for value in np.random.default_rng(0).integers(0, 2**64, N, dtype=np.uint64)]
NEAR = [Decimal(10) ** 37 + i for i in range(N)]
COLUMNS: dict[str, Any] = {
    "uint64 hashes": pd.Series(HASHES, dtype="uint64"),
    "uint64 ends": pd.Series([0, 2**64 - 1, 2**64 - 2, *HASHES[3:]], dtype="uint64"),
    "int64 ends": pd.Series([-(2**63), 2**63 - 1, *(value - 2**63 for value in HASHES[2:])]),
    "int64 top": pd.Series([2**63 - 1 - i for i in range(N)]),
    "few": pd.Series([[-(2**63), 2**63 - 1, 5][i % 3] for i in range(N)]),
    "two": pd.Series([[2**63 - 1, -5][i % 2] for i in range(N)]),
    "Int64": pd.Series([None if i % 5 == 0 else 2**63 - 1 - i for i in range(N)], dtype="Int64"),
    "UInt64": pd.Series([None if i % 5 == 0 else 2**64 - 1 - i for i in range(N)], dtype="UInt64"),
    "Python": pd.Series([10**30 + i for i in range(N)], dtype=object),
    "Python of 64 bits and less": pd.Series([value - 5 for value in HASHES], dtype=object),
    "Python of 128 bits": pd.Series([None, *(value**2 for value in HASHES[1:])], dtype=object),
    "Python, thousands of digits": pd.Series([10**3000 + 7 * i for i in range(N)], dtype=object),
    "NumPy objects": pd.Series([np.int64(2**62 + i) for i in range(N)], dtype=object),
    "NumPy float objects": pd.Series([np.float32(i / 7) for i in range(N)], dtype=object),
    "Decimal": pd.Series([Decimal(10) ** 25 + Decimal(i) / 100 for i in range(N)], dtype=object),
    "Decimal beyond floats": pd.Series([Decimal(f"{i + 1}E+3000") for i in range(N)], dtype=object),
    "arrow uint64": pd.Series([2**64 - 1 - i for i in range(N)], dtype=pd.ArrowDtype(pa.uint64())),
    "arrow decimal": pd.Series([None, *NEAR[1:]], dtype=pd.ArrowDtype(pa.decimal128(38, 0))),
    "arrow decimal with scale": pd.Series(
        [value / 10**10 for value in map(Decimal, HASHES)], dtype=pd.ArrowDtype(pa.decimal128(38, 10))
    ),
    "arrow decimal of 256 bits": pd.Series(NEAR, dtype=pd.ArrowDtype(pa.decimal256(76, 2))),
    "polars uint64": pl.Series(HASHES, dtype=pl.UInt64),
    "polars int64": pl.Series([2**63 - 1 - 3 * i for i in range(N)]),
    "polars int128": pl.Series([2**100 - 3 * i for i in range(N)], dtype=pl.Int128),
    "polars decimal": pl.Series(NEAR, dtype=pl.Decimal(38, 0)),
}


def generated(encoder: TableEncoder) -> Any:
    """Rows far beyond both ends, and between, by the encoder that a file would hold."""
    state = encoder.to_state()
    json.dumps(state, default=lambda array: array.tolist(), allow_nan=False)  # JSON and arrays, nothing else
    return TableEncoder.from_state(state).inverse_transform(np.random.default_rng(0).normal(0, 3, (20, encoder.width_)))


@pytest.mark.parametrize("numeric", ["quantile", "standard", "minmax"])
@pytest.mark.parametrize("name", COLUMNS)
def test_generated_values_are_exact_and_in_range(name: str, numeric: str) -> None:
    column = COLUMNS[name]
    X = (pl.DataFrame if isinstance(column, pl.Series) else pd.DataFrame)({"c": column})
    encoder = TableEncoder(numeric=numeric).fit(X)
    real = [value for value in column.to_list() if not pd.isna(value)]
    for made in (encoder.inverse_transform(encoder.transform(X)), generated(encoder)):
        assert made["c"].dtype == column.dtype
        values = [value for value in made["c"].to_list() if not pd.isna(value)]
        assert {type(value) for value in values} <= {type(value) for value in real}
        assert min(real) <= min(values) <= max(values) <= max(real)
        if name in ("few", "two"):
            assert set(values) <= set(real)


@given(st.lists(st.integers(-(2**200), 2**200) | st.integers(-5, 5), min_size=2, max_size=30), st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_whole_numbers_of_any_size(numbers: list[int], scale: int) -> None:
    for values in (numbers, [Decimal(f"{value}E-{scale}") for value in numbers]):
        X = [[value] for value in values]
        encoder = TableEncoder().fit(X)
        made = [row[0] for row in encoder.inverse_transform(encoder.transform(X)) + generated(encoder)]
        assert {type(value) for value in made} == {type(values[0])}
        assert min(values) <= min(made) <= max(made) <= max(values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([2**60 + 1, 0.5], "whole numbers beyond 2.*among floats"),
        ([10**400, 0.5], "whole numbers beyond 2.*among floats"),
        ([10**400, 1, 2], "whole numbers more than 1e308 apart"),
        ([10**5000, 1], "whole numbers of more than 4000 digits"),
        ([Decimal("1E+5000"), Decimal(1)], "decimals of more than 4000 digits"),
        ([Decimal("Infinity"), Decimal(1)], "1 infinite value"),
        ([Decimal("sNaN"), Decimal(1)], "signalling NaN"),
        ([np.ma.masked, 1.0], "numpy.ma.masked"),
    ],
)
def test_what_cannot_be_counted_is_refused_by_name(values: list[Any], message: str) -> None:
    with pytest.raises(InputError, match=f"column 'c' holds {message}"):
        TableEncoder().fit(pd.DataFrame({"c": pd.Series(objects(values), dtype=object)}))


@pytest.mark.parametrize(
    "index",
    [
        pd.Index([2**63 - 1, 5]),
        pd.Index([2**64 - 1, 0, 3], dtype="uint64"),
        pd.Index([2**63 + 5, 1], dtype="uint64"),
        pd.Index([2**63 - 1, 0], dtype="Int64"),
        pd.Index([2**64 - 1, 0], dtype="UInt64"),
        pd.Index([-(2**63), -5]),
        pd.RangeIndex(2**63 - 3, 2**63 - 1),
    ],
)
def test_row_labels_at_the_end_of_64_bits(index: pd.Index) -> None:
    longer = extended_index(index, 3, keep=True)
    assert longer[: len(index)].tolist() == index.tolist()
    assert longer.is_unique
    assert longer.dtype == index.dtype
    assert all(isinstance(label, int) for label in longer.tolist())
