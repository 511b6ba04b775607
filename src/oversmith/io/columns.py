"""One Arrow column as pandas takes it, and a generated column in the type of the real one."""

from __future__ import annotations

import decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from oversmith.exceptions import InputError

if TYPE_CHECKING:
    import pandas as pd


# A day in the units of Arrow's times: a time of day lies below it.
_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}

# The context of this process may have fewer digits than Arrow's decimals.
_EVERY_DIGIT = decimal.Context(prec=100)


def pandas_type(kind: pa.DataType) -> pa.DataType | None:
    """Choose the Arrow type in which pandas takes a column; None where a sampler cannot take it.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from oversmith.io.columns import pandas_type
    >>> pandas_type(pa.date32())
    TimestampType(timestamp[s])
    >>> pandas_type(pa.list_(pa.int8())) is None
    True
    """
    types = pa.types
    if types.is_float16(kind):
        return pa.float32()
    if types.is_decimal(kind) or types.is_null(kind):
        return pa.float64()
    if types.is_date(kind):
        return pa.timestamp("s")
    if types.is_time32(kind):
        return pa.int32()
    if types.is_time64(kind):
        return pa.int64()
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return pa.large_string()
    if types.is_dictionary(kind):
        return kind if pandas_type(kind.value_type) == kind.value_type or _text(kind.value_type) else None
    plain = (types.is_integer, types.is_floating, types.is_boolean, types.is_timestamp, types.is_duration)
    return kind if any(test(kind) for test in plain) else None


def to_pandas(column: pa.ChunkedArray, name: str) -> pd.Series:
    """Convert a column to pandas; whole numbers and truth values with missing cells keep their type.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        The column.
    name : str
        Its name.

    Returns
    -------
    pandas.Series
        The same values.

    Raises
    ------
    InputError
        When the cells are not single values.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from oversmith.io.columns import to_pandas
    >>> to_pandas(pa.chunked_array([[1, None]]), "a").dtype
    Int64Dtype()
    """
    import pandas as pd

    kind = pandas_type(column.type)
    if kind is None:
        raise InputError(
            "path", f"column {name!r} holds {column.type} cells, a table takes single values", "leave it out with drop="
        )
    if pa.types.is_decimal(column.type) and not _floats_suffice(column):
        return pd.Series(column.to_pandas(), name=name, dtype=object)
    if kind != column.type:
        column = column.cast(kind)
    dtype = None
    if column.null_count and pa.types.is_integer(kind):
        dtype = pd.api.types.pandas_dtype(str(kind).replace("uint", "UInt").replace("int", "Int"))
    elif column.null_count and pa.types.is_boolean(kind):
        dtype = pd.BooleanDtype()
    if dtype is not None:
        return pd.Series(column.to_pandas(types_mapper=lambda _: dtype), name=name)
    return pd.Series(column.to_pandas(), name=name)


def to_arrow(values: pd.Series, real: pa.ChunkedArray) -> pa.Array:
    """Convert generated values to the Arrow type of the real column.

    Parameters
    ----------
    values : pandas.Series
        The values, as a sampler returned them.
    real : pyarrow.ChunkedArray
        The real column.

    Returns
    -------
    pyarrow.Array
        Array of the same type, a dictionary included.

    Examples
    --------
    >>> import pandas as pd, pyarrow as pa
    >>> from oversmith.io.columns import to_arrow
    >>> to_arrow(pd.Series([1.239]), pa.chunked_array([[None]], pa.decimal128(5, 2))).to_pylist()
    [Decimal('1.24')]
    """
    kind = real.type
    if pa.types.is_dictionary(kind):
        return _encoded(values, real)
    if pa.types.is_decimal(kind):
        return pa.array([_rounded(value, kind.scale) for value in values], kind)
    if pa.types.is_null(kind):
        return pa.nulls(len(values))
    if pa.types.is_time(kind):
        values = values.clip(0, _DAY[kind.unit] - 1)
    array = pa.Array.from_pandas(values, type=pandas_type(kind))
    if pa.types.is_floating(kind) and array.null_count and not real.null_count:
        # The file writes missing values as not-a-number.
        array = array.fill_null(float("nan"))
    return array.cast(kind)


def _text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _encoded(values: pd.Series, real: pa.ChunkedArray) -> pa.Array:
    """Encode generated values by the codes of the real column's dictionary."""
    kind = real.type
    dictionary = real.unify_dictionaries().chunk(0).dictionary
    plain = pa.array([None if missing else value for value, missing in zip(values, values.isna(), strict=True)])
    codes = pc.index_in(plain.cast(dictionary.type), value_set=dictionary)
    return pa.DictionaryArray.from_arrays(codes.cast(kind.index_type), dictionary, ordered=kind.ordered)


def _floats_suffice(column: pa.ChunkedArray) -> bool:
    """Tell whether decimals survive as floats."""
    try:
        return bool(column.cast(pa.float64()).cast(column.type, safe=False).equals(column))
    except pa.ArrowInvalid:  # rounded beyond the last digit of the type
        return False


def _rounded(value: Any, scale: int) -> decimal.Decimal | None:
    if value is None or value != value:
        return None
    exact = value if isinstance(value, decimal.Decimal) else decimal.Decimal(repr(float(value)))
    return exact.quantize(decimal.Decimal(1).scaleb(-scale), context=_EVERY_DIGIT)
