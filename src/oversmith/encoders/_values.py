"""One column of any container as plain NumPy values; ``_writing.py`` is the way back.

These two are the only places that know the dtypes of every library.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from oversmith.encoders._typed import objects
from oversmith.exceptions import InputError


@dataclass(frozen=True)
class Values:
    """Plain values of one column.

    Parameters
    ----------
    kind : {"number", "integer", "boolean", "datetime", "duration", "level"}
        What the values mean; dates and durations are whole ticks of the column's own unit.
    values : ndarray of shape (n_rows,)
        Numbers or ticks; with ``levels``, codes into it (-1 is missing).
    missing : ndarray of bool or None
        Which rows are missing; None says that none is.
    levels : ndarray or None
        The distinct values of a ``"level"`` column.
    flavour : str
        Which Python type an object column holds, where its plain values do not tell.
    marker : object
        What stands for a missing value where the dtype leaves a choice.
    """

    kind: str
    values: np.ndarray
    missing: np.ndarray | None = None
    levels: np.ndarray | None = None
    flavour: str = ""
    marker: Any = None

    def as_levels(self) -> Values:
        """Return the column with numbers turned into levels, for columns declared categorical."""
        if self.kind == "level":
            return self
        known = np.ones(len(self.values), dtype=bool) if self.missing is None else ~self.missing
        levels, inverse = np.unique(self.values[known], return_inverse=True)
        codes = np.full(len(self.values), -1)
        codes[known] = inverse
        return replace(self, values=codes, levels=levels)


def _present(missing: np.ndarray) -> np.ndarray | None:
    return missing if missing.any() else None


def unsupported(label: str, kind: str, cure: str) -> InputError:
    """Make the error for a column of a type that cannot be encoded.

    Parameters
    ----------
    label : str
        The column, as the message names it.
    kind : str
        What it holds.
    cure : str
        What to do.

    Returns
    -------
    InputError
        To be raised.
    """
    return InputError("X", f"{label} holds {kind}, which cannot be encoded", cure)


def _floats(values: np.ndarray, label: str, **more: Any) -> Values:
    values = values.astype(np.float64, copy=False)
    infinite = np.isinf(values)
    if infinite.any():
        raise InputError(
            "X",
            f"{label} holds {int(infinite.sum())} infinite value(s), the first in row {int(infinite.argmax())}",
            "replace them by a finite value or by NaN",
        )
    return Values("number", values, _present(np.isnan(values)), **more)


def from_numpy(array: np.ndarray, label: str, level: bool = False) -> Values:
    """Read a 1-D NumPy array.

    Parameters
    ----------
    array : ndarray of shape (n_rows,)
        The column.
    label : str
        The column, as error messages name it.
    level : bool, default=False
        Read an object column as levels, whatever it holds.

    Returns
    -------
    Values
        The plain values.

    Raises
    ------
    InputError
        When the column holds infinite values or values of an unsupported type.
    """
    match array.dtype.kind:
        case "f":
            return _floats(array, label)
        case "i" | "u":
            return Values("integer", array)
        case "b":
            return Values("boolean", array)
        case "M" | "m":
            kind = "datetime" if array.dtype.kind == "M" else "duration"
            return Values(kind, array.view(np.int64), _present(np.isnat(array)))
        case "U" | "S":
            return _factorised(array.astype(object), label)
        case "O":
            return _from_object(array, label, level)
    raise unsupported(label, f"{array.dtype} values", "convert it to numbers or text, or drop it")


def from_matrix(X: Any, labels: Sequence[str], levels: Sequence[bool]) -> Iterator[Values]:
    """Read a 2-D NumPy array, one column after the other: see `from_numpy`.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        The table.
    labels, levels : sequence of str, and of bool
        Of each column.

    Yields
    ------
    Values
        The plain values of a column.
    """
    X = np.asarray(X)
    for i, (label, level) in enumerate(zip(labels, levels, strict=True)):
        yield from_numpy(np.ascontiguousarray(X[:, i]), label, level)


def _factorised(values: Any, label: str, marker: Any = None) -> Values:
    try:
        codes, levels = pd.factorize(values)
    except TypeError:
        culprit = next(value for value in values if getattr(value, "__hash__", None) is None)
        raise unsupported(
            label, f"nested values ({type(culprit).__name__})", "spread it over several columns or drop it"
        ) from None
    return Values("level", codes, _present(codes < 0), objects(levels), marker=marker)


_OBJECT_DTYPES: dict[str, tuple[str, str]] = {
    "boolean": ("boolean", "bool"),
    "date": ("datetime", "datetime64[D]"),
    "datetime": ("datetime", "datetime64[ns]"),
    "datetime64": ("datetime", "datetime64[ns]"),
    "timedelta": ("duration", "timedelta64[ns]"),
    "timedelta64": ("duration", "timedelta64[ns]"),
}


def _from_object(array: np.ndarray, label: str, level: bool) -> Values:
    missing = pd.isna(array)
    marker = array[missing.argmax()] if missing.any() else None
    flavour = pd.api.types.infer_dtype(array, skipna=True)
    if flavour == "complex":
        raise unsupported(label, "complex values", "split it into two columns of real numbers")
    if level or flavour not in {"integer", "floating", "mixed-integer-float", "decimal", *_OBJECT_DTYPES}:
        return _factorised(array, label, marker)
    known = array[~missing]
    if flavour in _OBJECT_DTYPES:
        kind, dtype = _OBJECT_DTYPES[flavour]
        if any(getattr(value, "tzinfo", None) is not None for value in known[:1]):
            raise unsupported(label, "date-times with a time zone as Python objects", "use pandas.to_datetime on it")
        plain = known.astype(dtype)
        values = np.zeros(len(array), dtype=bool if kind == "boolean" else np.int64)
        values[~missing] = plain if kind == "boolean" else plain.view(np.int64)
        return Values(kind, values, _present(missing), flavour=flavour, marker=marker)
    if flavour == "integer":
        try:
            values = np.zeros(len(array), dtype=np.int64)
            values[~missing] = known.astype(np.int64)
            return Values("integer", values, _present(missing), marker=marker)
        except OverflowError:
            pass
    floats = np.full(len(array), np.nan)
    floats[~missing] = known.astype(np.float64)
    return _floats(floats, label, flavour=flavour, marker=marker)


def from_arrow(array: Any, label: str) -> Values:
    """Read an Arrow array, which is also how Polars columns are read.

    Parameters
    ----------
    array : pyarrow.Array or pyarrow.ChunkedArray
        The column.
    label : str
        The column, as error messages name it.

    Returns
    -------
    Values
        The plain values.

    Raises
    ------
    InputError
        When the column holds infinite values or values of an unsupported type.
    """
    if isinstance(array, pa.ChunkedArray):
        array = array.unify_dictionaries().combine_chunks()
    missing = array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None
    kind, is_ = array.type, pa.types

    def numbers(dtype: Any, fill: Any) -> np.ndarray:
        return array.cast(dtype).fill_null(fill).to_numpy(zero_copy_only=False)

    if is_.is_boolean(kind):
        return Values("boolean", numbers(pa.bool_(), False), missing)
    if is_.is_integer(kind):
        return Values("integer", numbers(kind, 0), missing)
    if is_.is_floating(kind) or is_.is_decimal(kind):
        marker = None if array.null_count else np.nan
        return _floats(numbers(pa.float64(), np.nan), label, marker=marker)
    if is_.is_temporal(kind) and kind.bit_width in (32, 64):
        ticks = numbers(pa.int32() if kind.bit_width == 32 else pa.int64(), 0).astype(np.int64)
        day = is_.is_timestamp(kind) or is_.is_date(kind)
        return Values("datetime" if day else "duration", ticks, missing)
    if is_.is_string(kind) or is_.is_large_string(kind) or is_.is_string_view(kind):
        array, kind = (array.cast(pa.large_string()).dictionary_encode(), None)
    if kind is None or is_.is_dictionary(kind):
        codes = array.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
        return Values("level", codes, _present(codes < 0), objects(array.dictionary.to_pylist()))
    if is_.is_null(kind):
        return Values("level", np.full(len(array), -1), np.ones(len(array), dtype=bool), objects([]))
    raise unsupported(label, f"{kind} values", "convert it to numbers, text or dates, or drop it")


def from_pandas(series: pd.Series, label: str, level: bool = False) -> Values:
    """Read a pandas column of any dtype.

    Parameters
    ----------
    series : pandas.Series
        The column.
    label : str
        The column, as error messages name it.
    level : bool, default=False
        Read an object column as levels, whatever it holds.

    Returns
    -------
    Values
        The plain values.

    Raises
    ------
    InputError
        When the column holds infinite values or values of an unsupported type.
    """
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        return from_numpy(series.to_numpy(), label, level)
    if isinstance(dtype, pd.SparseDtype):
        return from_pandas(pd.Series(series.array.to_dense()), label, level)
    if isinstance(dtype, pd.CategoricalDtype):
        codes = series.cat.codes.to_numpy().astype(np.int64)
        return Values("level", codes, _present(codes < 0), objects(dtype.categories))
    if isinstance(dtype, pd.DatetimeTZDtype):
        return from_numpy(series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), label)
    if isinstance(dtype, pd.ArrowDtype):
        return from_arrow(pa.chunked_array([pa.array(series.array)]), label)
    if isinstance(dtype, pd.StringDtype):
        return _factorised(series.array, label)
    missing, plain = _present(series.isna().to_numpy()), getattr(dtype, "numpy_dtype", None)
    if pd.api.types.is_bool_dtype(dtype):
        return Values("boolean", series.to_numpy(dtype=bool, na_value=False), missing)
    if pd.api.types.is_integer_dtype(dtype):
        return Values("integer", series.to_numpy(dtype=plain, na_value=0), missing)
    if pd.api.types.is_float_dtype(dtype):
        return _floats(series.to_numpy(dtype=np.float64, na_value=np.nan), label)
    raise unsupported(label, f"{dtype} values", "convert it to text, numbers or datetime64, or drop it")
