"""Plain NumPy values as a column of the caller's library and dtype."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from oversmith.encoders._exact import to_scale
from oversmith.encoders._times import FLAVOURS, Ticks, to_objects
from oversmith.encoders._typed import objects
from oversmith.encoders._values import Values


def to_numpy(column: Values, dtype: np.dtype) -> np.ndarray:
    """Write values back into an array of the given NumPy dtype.

    Parameters
    ----------
    column : Values
        Decoded values (no codes).
    dtype : numpy.dtype
        The dtype of the training column.

    Returns
    -------
    ndarray of shape (n_rows,)
        The typed column.
    """
    if dtype.kind == "O":
        return _to_object(column)
    if dtype.kind in "Mm":
        array = column.values.astype(np.int64).view(dtype)
        hole: Any = np.array("NaT", dtype=dtype)
    else:
        array, hole = column.values.astype(dtype), np.nan
    if column.missing is not None:
        array[column.missing] = hole
    return array


def to_matrix(columns: Sequence[Values], dtype: np.dtype) -> np.ndarray:
    """Write columns into a 2-D array of the given NumPy dtype.

    Parameters
    ----------
    columns : sequence of Values
        Decoded values (no codes).
    dtype : numpy.dtype
        The dtype of the training table.

    Returns
    -------
    ndarray of shape (n_rows, n_columns)
        The typed table.
    """
    table = np.empty((len(columns[0].values), len(columns)), dtype=dtype)
    for i, column in enumerate(columns):
        table[:, i] = to_numpy(column, dtype)
    return table


def _to_object(column: Values) -> np.ndarray:
    flavour, values = column.flavour, column.values
    if flavour in FLAVOURS:
        array = to_objects(Ticks(column.kind, values, flavour, column.unit, column.zone))
    elif flavour == "decimal" and values.dtype.kind == "f":
        array = objects(Decimal(repr(value)) for value in values.tolist())
    elif flavour.startswith(("<", "|", ">")):
        array = objects(values.astype(flavour))
    else:
        array = values.astype(object)
    if column.missing is not None:
        array[column.missing] = column.marker
    return array


def to_arrow(column: Values, kind: pa.DataType | None = None) -> pa.Array:
    """Write values back into an Arrow array.

    Parameters
    ----------
    column : Values
        Decoded values (no codes).
    kind : pyarrow.DataType, optional
        The type of the training column; by default the plain type nearest to the values.

    Returns
    -------
    pyarrow.Array
        Integers, floats, booleans, ticks or text, null where missing, in that type.
    """
    values, missing = column.values, column.missing
    if missing is not None and column.marker is not None:  # the column says NaN, not null
        values, missing = np.where(missing, np.nan, values), None
    types = pa.types
    if kind is not None and types.is_null(kind):  # nothing else can be cast to it
        return pa.nulls(len(values))
    if kind is not None and types.is_dictionary(kind):
        codes = to_arrow(column, kind.value_type).dictionary_encode()
        return pa.DictionaryArray.from_arrays(
            codes.indices.cast(kind.index_type), codes.dictionary, ordered=kind.ordered
        )
    if column.flavour == "decimal" and kind is not None:
        cells = _to_object(replace(column, values=values, missing=None))
        return pa.array([to_scale(cell, kind.scale) for cell in cells], mask=missing, type=kind)
    if values.dtype == object:
        text = kind is None or types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
        plain = pa.array(values, mask=missing, type=pa.large_string() if text else kind, from_pandas=False)
    else:
        plain = pa.array(values, mask=missing, from_pandas=False)
    if kind is None:
        return plain
    if types.is_temporal(kind) and kind.bit_width == 32 and values.dtype != object:
        plain = plain.cast(pa.int32())
    return plain.cast(kind, safe=False)


def to_pandas(column: Values, dtype: Any) -> Any:
    """Write values back into a pandas array of the given dtype.

    Parameters
    ----------
    column : Values
        Decoded values (no codes).
    dtype : numpy.dtype or pandas extension dtype
        The dtype of the training column.

    Returns
    -------
    ndarray or pandas extension array
        The typed column.
    """
    if isinstance(dtype, np.dtype):
        return to_numpy(column, dtype)
    if isinstance(dtype, pd.SparseDtype):
        return pd.arrays.SparseArray(to_pandas(column, dtype.subtype), dtype=dtype)
    if isinstance(dtype, pd.CategoricalDtype):
        return pd.Categorical(_to_object(replace(column, marker=None)), dtype=dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        ticks = to_numpy(column, np.dtype(f"M8[{dtype.unit}]"))
        return pd.DatetimeIndex(ticks).tz_localize("UTC").tz_convert(dtype.tz).array
    if isinstance(dtype, pd.ArrowDtype):
        return pd.arrays.ArrowExtensionArray(to_arrow(column, dtype.pyarrow_dtype))
    if isinstance(dtype, pd.StringDtype):
        return pd.array(_to_object(replace(column, marker=None)), dtype=dtype)
    array = pd.array(column.values.astype(dtype.numpy_dtype), dtype=dtype)
    if column.missing is not None:
        array[column.missing] = pd.NA
    return array


def to_polars(column: Values, name: str, dtype: Any) -> Any:
    """Write values back into a Polars series of the given dtype.

    Parameters
    ----------
    column : Values
        Decoded values (no codes).
    name : str
        Name of the series.
    dtype : polars.DataType
        The dtype of the training column.

    Returns
    -------
    polars.Series
        The typed column.
    """
    import polars as pl

    if column.values.dtype == object and dtype in (pl.Int128, getattr(pl, "UInt128", pl.Int128)):
        return pl.Series(name, _to_object(replace(column, marker=None)).tolist(), dtype=dtype)
    kind = pa.decimal128(dtype.precision or 38, dtype.scale) if column.flavour == "decimal" else None
    return pl.Series(name, pl.from_arrow(to_arrow(column, kind))).cast(dtype)
