"""Plain NumPy values as a column of the caller's library and dtype."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

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


_FLAVOURS: dict[str, Callable[[np.ndarray], Any]] = {
    "date": lambda ticks: ticks.view("M8[D]").astype(object),
    "datetime": lambda ticks: pd.DatetimeIndex(ticks.view("M8[ns]")).astype(object),
    "datetime64": lambda ticks: pd.DatetimeIndex(ticks.view("M8[ns]")).astype(object),
    "timedelta": lambda ticks: pd.TimedeltaIndex(ticks.view("m8[ns]")).astype(object),
    "timedelta64": lambda ticks: pd.TimedeltaIndex(ticks.view("m8[ns]")).astype(object),
    "decimal": lambda numbers: [Decimal(repr(value)) for value in numbers.tolist()],
}


def _to_object(column: Values) -> np.ndarray:
    convert = _FLAVOURS.get(column.flavour)
    array = column.values.astype(object) if convert is None else objects(convert(column.values))
    if column.missing is not None:
        array[column.missing] = column.marker
    return array


def to_arrow(column: Values) -> pa.Array:
    """Write values back into a plain Arrow array; the caller casts it to the column's own type.

    Parameters
    ----------
    column : Values
        Decoded values (no codes).

    Returns
    -------
    pyarrow.Array
        Integers, floats, booleans, ticks or text, null where missing.
    """
    values, missing = column.values, column.missing
    if missing is not None and column.marker is not None:  # the column says NaN, not null
        values, missing = np.where(missing, np.nan, values), None
    kind = pa.large_string() if values.dtype == object else None
    return pa.array(values, mask=missing, type=kind, from_pandas=False)


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
        target, plain = dtype.pyarrow_dtype, to_arrow(column)
        if pa.types.is_null(target):  # nothing else can be cast to it
            plain = pa.nulls(len(plain))
        elif pa.types.is_dictionary(target):
            plain = plain.cast(target.value_type).dictionary_encode()
        elif pa.types.is_temporal(target) and target.bit_width == 32:
            plain = plain.cast(pa.int32())
        return pd.arrays.ArrowExtensionArray(plain.cast(target, safe=False))
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

    return pl.Series(name, pl.from_arrow(to_arrow(column))).cast(dtype)
