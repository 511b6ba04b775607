"""Columns of files whose values have more digits than a float."""

from __future__ import annotations

from decimal import Context, Decimal

import pandas as pd
import pyarrow as pa
import pytest

from oversmith.io.columns import to_arrow, to_pandas
from oversmith.io.kinds import column_kind

LONG = [Context(prec=40).create_decimal("12345678901234567890123456789012345678"), None, Decimal(5)]


@pytest.mark.parametrize("kind", [pa.decimal128(38, 0), pa.decimal256(60, 4)], ids=str)
def test_decimals_beyond_floats_stay_decimals(kind):
    column = pa.chunked_array([pa.array(LONG, kind)])
    values = to_pandas(column, "a")
    assert column_kind(values) == "numeric"
    assert to_arrow(values, column).equals(column.combine_chunks())


def test_decimals_that_floats_hold_become_floats():
    column = pa.chunked_array([pa.array([Decimal("1.10"), None], pa.decimal128(38, 4))])
    values = to_pandas(column, "a")
    assert values.dtype == float
    assert to_arrow(values, column).equals(column.combine_chunks())


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("us", "UTC"), pa.duration("s"), pa.time64("us")], ids=str)
def test_arrow_times_are_times(kind):
    column = pd.Series(pd.array([None, 5], dtype=pd.ArrowDtype(pa.int64()))).array._pa_array
    narrow = column.cast(pa.int32()) if kind.bit_width == 32 else column
    assert column_kind(pd.Series(pd.arrays.ArrowExtensionArray(narrow.cast(kind)))) == "datetime"
