"""One column of any container as plain NumPy values; ``_writing.py`` is the way back.

These two are the only places that know the dtypes of every library.
"""

from __future__ import annotations

import datetime as dt
import decimal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from oversmith.encoders import _times
from oversmith.encoders._exact import integers
from oversmith.encoders._typed import objects, unsupported
from oversmith.exceptions import InputError


@dataclass(frozen=True)
class Values:
    """Plain values of one column.

    Parameters
    ----------
    kind : {"number", "integer", "boolean", "decimal", "datetime", "duration", "level"}
        What the values mean; dates and durations are whole ticks of the column's own unit.
    values : ndarray of shape (n_rows,)
        Numbers, ticks or ``Decimal`` objects; whole numbers beyond 64 bits are objects, too. With ``levels``, codes
        into it (-1 is missing).
    missing : ndarray of bool or None
        Which rows are missing; None says that none is.
    levels : ndarray or None
        The distinct values of a ``"level"`` column.
    flavour : str
        Which Python type an object column holds, where its plain values do not tell.
    marker : object
        What stands for a missing value where the dtype leaves a choice.
    unit : str
        What one tick is, as NumPy writes it; ``""`` where nothing says it.
    zone : tzinfo or None
        The time zone of an object column, whose ticks are those of UTC.
    """

    kind: str
    values: np.ndarray
    missing: np.ndarray | None = None
    levels: np.ndarray | None = None
    flavour: str = ""
    marker: Any = None
    unit: str = ""
    zone: dt.tzinfo | None = None

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


def _infinite(label: str, count: int, where: str = "") -> InputError:
    return InputError(
        "X", f"{label} holds {count} infinite value(s){where}", "replace them by a finite value or by NaN"
    )


def _floats(values: np.ndarray, label: str, **more: Any) -> Values:
    values = values.astype(np.float64, copy=False)
    infinite = np.isinf(values)
    if infinite.any():
        raise _infinite(label, int(infinite.sum()), f", the first in row {int(infinite.argmax())}")
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
            return Values(kind, array.view(np.int64), _present(np.isnat(array)), unit=_times.unit_of(array.dtype))
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


def _missing_of(array: np.ndarray, label: str) -> np.ndarray:
    try:
        return pd.isna(array)
    except decimal.InvalidOperation:
        raise unsupported(label, "signalling NaN values", "replace them by NaN") from None


def _from_object(array: np.ndarray, label: str, level: bool) -> Values:
    missing = _missing_of(array, label)
    marker = array[missing.argmax()] if missing.any() else None
    inferred = pd.api.types.infer_dtype(array, skipna=True)
    if inferred == "complex":
        raise unsupported(label, "complex values", "split it into two columns of real numbers")
    known = array[~missing]
    if any(value is np.ma.masked for value in known):
        raise unsupported(label, "numpy.ma.masked", "give None or NaN for a missing value")
    more: dict[str, Any] = {"missing": _present(missing), "marker": marker}

    def filled(values: np.ndarray, hole: Any) -> np.ndarray:
        whole = np.full(len(array), hole, dtype=values.dtype)
        whole[~missing] = values
        return whole

    if level or not len(known):
        return _factorised(array, label, marker)
    if inferred in {"date", "datetime", "datetime64", "timedelta", "timedelta64"}:
        ticks = _times.from_objects(known, inferred, label)
        if ticks is not None:
            more |= {"flavour": ticks.flavour, "unit": ticks.unit, "zone": ticks.zone}
            return Values(ticks.kind, filled(ticks.values, 0), **more)
    if inferred == "boolean":
        return Values("boolean", filled(known.astype(bool), False), flavour=_scalar(known) or "boolean", **more)
    if inferred == "integer":
        return Values("integer", filled(integers(known, label), 0), flavour=_scalar(known), **more)
    if inferred == "decimal":
        return Values("decimal", filled(_finite(known, label), decimal.Decimal(0)), flavour="decimal", **more)
    if inferred in {"floating", "mixed-integer-float"}:
        if inferred != "floating":
            _check_mixed(known, label)
        return _floats(
            filled(known.astype(np.float64), np.nan), label, flavour=_scalar(known) or inferred, marker=marker
        )
    return _factorised(array, label, marker)


def _scalar(known: np.ndarray) -> str:
    """Name the NumPy type all of these objects are of; ``""`` where there is none."""
    types = {type(value) for value in known}
    kind = types.pop()
    return np.dtype(kind).str if not types and issubclass(kind, np.bool_ | np.number) else ""


def _finite(known: np.ndarray, label: str) -> np.ndarray:
    infinite = sum(value.is_infinite() for value in known)
    if infinite:
        raise _infinite(label, infinite)
    return known


def _check_mixed(known: np.ndarray, label: str) -> None:
    """Refuse whole numbers that no float equals, among floats."""
    whole = (int(value) for value in known if isinstance(value, int | np.integer))
    if any(abs(value) > sys.float_info.max or int(float(value)) != value for value in whole):
        raise unsupported(label, "whole numbers beyond 2**53 among floats", "convert it to one of the two types")


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
    if is_.is_decimal(kind) and kind.precision > sys.float_info.dig:
        decimals = objects(decimal.Decimal(0) if value is None else value for value in array.to_pylist())
        return Values("decimal", decimals, missing, flavour="decimal")
    if is_.is_floating(kind) or is_.is_decimal(kind):
        marker = None if array.null_count else np.nan
        return _floats(numbers(pa.float64(), np.nan), label, marker=marker)
    if is_.is_temporal(kind) and kind.bit_width in (32, 64):
        ticks = numbers(pa.int32() if kind.bit_width == 32 else pa.int64(), 0).astype(np.int64)
        day = is_.is_timestamp(kind) or is_.is_date(kind)
        unit = {pa.date32(): "D", pa.date64(): "ms"}.get(kind) or kind.unit
        return Values("datetime" if day else "duration", ticks, missing, unit=unit)
    if is_.is_string(kind) or is_.is_large_string(kind) or is_.is_string_view(kind):
        array, kind = (array.cast(pa.large_string()).dictionary_encode(), None)
    if kind is None or is_.is_dictionary(kind):
        codes = array.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
        return Values("level", codes, _present(codes < 0), objects(array.dictionary.to_pylist()))
    if is_.is_null(kind):
        return Values("level", np.full(len(array), -1), np.ones(len(array), dtype=bool), objects([]))
    raise unsupported(label, f"{kind} values", "convert it to numbers, text or dates, or drop it")


def from_polars(series: Any, label: str) -> Values:
    """Read a Polars column.

    Parameters
    ----------
    series : polars.Series
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
    if str(series.dtype) not in ("Int128", "UInt128"):
        return from_arrow(series.to_arrow(), label)
    # Arrow has no whole numbers of 128 bits.
    return from_numpy(objects(series.to_list()), label)


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
        if pa.types.is_string_view(dtype.pyarrow_dtype):
            # Nor can pandas pick rows of them.
            raise unsupported(label, "string_view values", "cast it to pyarrow.string() before it comes to pandas")
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


def seconds_of(series: pd.Series) -> np.ndarray:
    """Read a pandas column of dates, date-times or durations as seconds.

    Parameters
    ----------
    series : pandas.Series
        The column, of any dtype that holds times, or of objects.

    Returns
    -------
    ndarray of float64
        Seconds, of dates and date-times since 1970; NaN where the value is missing.

    Raises
    ------
    InputError
        When the column mixes date-times with and without a time zone, or its objects are no times.

    Examples
    --------
    >>> import datetime as dt
    >>> import pandas as pd
    >>> from oversmith.encoders import seconds_of
    >>> seconds = seconds_of(pd.Series([dt.date(9999, 12, 31), None], dtype=object))
    >>> (1970 + seconds / 86_400 / 365.2425).round(2).tolist()
    [10000.0, nan]
    """
    label = f"column {series.name!r}"
    values = from_pandas(series, label)
    missing = np.zeros(len(series), dtype=bool) if values.missing is None else values.missing
    if missing.all():
        return np.full(len(series), np.nan)  # nothing but missing values says nothing about their type
    if values.kind not in ("datetime", "duration"):
        raise unsupported(label, "values that are not all dates, date-times or durations", "convert it to one of them")
    return np.where(missing, np.nan, _times.seconds(values.kind, values.values, values.unit))
