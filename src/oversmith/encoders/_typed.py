"""Python values and dtypes as JSON values and plain arrays: fitted encoders are saved without pickle."""

from __future__ import annotations

import datetime as dt
import io
import zoneinfo
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from oversmith.exceptions import InputError


def tag(value: Any) -> Any:
    """Turn one value into JSON values; what JSON has no type for becomes ``{"type": ..., "value": ...}``.

    Parameters
    ----------
    value : object
        A category, a column name or a marker of missing values.

    Returns
    -------
    object
        JSON scalars, lists and dictionaries.

    Raises
    ------
    InputError
        When the value's type cannot be saved.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.encoders._typed import tag, untag
    >>> tag("red"), tag(3), tag((1, None))
    ('red', 3, {'type': 'tuple', 'value': [1, None]})
    >>> untag(tag(pd.Interval(0, 1)))
    Interval(0, 1, closed='right')
    """
    if value is None or type(value) in (str, bool, int):
        return value
    if type(value) is float:
        return value if np.isfinite(value) else {"type": "float", "value": repr(value)}
    if value is pd.NA or value is pd.NaT:
        return {"type": str(value), "value": None}
    if isinstance(value, pd.Timestamp):
        zone = None if value.tz is None else str(value.tz)
        naive = value.tz_convert(None) if zone else value
        return {"type": "Timestamp", "value": [naive.isoformat(), zone, value.unit]}
    if isinstance(value, pd.Timedelta):
        return {"type": "Timedelta", "value": [int(value.asm8.view("i8")), value.unit]}
    if isinstance(value, pd.Interval):
        return {"type": "Interval", "value": [tag(value.left), tag(value.right), value.closed]}
    if isinstance(value, pd.Period):
        return {"type": "Period", "value": [value.ordinal, value.freqstr]}
    if isinstance(value, np.datetime64 | np.timedelta64):
        return {"type": "numpy", "value": [value.dtype.str, int(value.view("i8"))]}
    if isinstance(value, np.generic) and value.dtype.kind in "biufUS":
        return {"type": "numpy", "value": [value.dtype.str, tag(value.item())]}
    if isinstance(value, tuple):
        return {"type": "tuple", "value": [tag(item) for item in value]}
    if isinstance(value, bytes):
        return {"type": "bytes", "value": value.hex()}
    if type(value) in _ISO:
        return {"type": type(value).__name__, "value": value.isoformat()}
    if type(value) is dt.timedelta:
        return {"type": "timedelta", "value": [value.days, value.seconds, value.microseconds]}
    if type(value) is Decimal:
        return {"type": "Decimal", "value": str(value)}
    if isinstance(value, dt.timezone):
        return {"type": "timezone", "value": [tag(item) for item in value.__getinitargs__()]}  # type: ignore[attr-defined]
    if isinstance(value, zoneinfo.ZoneInfo) and value.key is not None:
        return {"type": "ZoneInfo", "value": value.key}
    raise InputError(
        "X",
        f"the value {value!r} of type {type(value).__name__} cannot be saved",
        "turn it into text, a number or a date",
    )


_ISO = {dt.datetime: "datetime", dt.date: "date", dt.time: "time"}


def untag(value: Any) -> Any:
    """Undo :func:`tag`.

    Parameters
    ----------
    value : object
        What ``tag`` returned.

    Returns
    -------
    object
        The value, of its own type.
    """
    if not isinstance(value, dict):
        return value
    kind, inner = value["type"], value["value"]
    match kind:
        case "float":
            return float(inner)
        case "<NA>":
            return pd.NA
        case "NaT":
            return pd.NaT
        case "Timestamp":
            stamp = pd.Timestamp(inner[0]).as_unit(inner[2])
            return stamp if inner[1] is None else stamp.tz_localize("UTC").tz_convert(inner[1])
        case "Timedelta":
            return pd.Timedelta(np.timedelta64(inner[0], inner[1]))
        case "Interval":
            return pd.Interval(untag(inner[0]), untag(inner[1]), inner[2])
        case "Period":
            return pd.Period(ordinal=inner[0], freq=inner[1])
        case "numpy":
            dtype = np.dtype(inner[0])
            return np.array(inner[1]).view(dtype)[()] if dtype.kind in "Mm" else dtype.type(untag(inner[1]))
        case "tuple":
            return tuple(untag(item) for item in inner)
        case "bytes":
            return bytes.fromhex(inner)
        case "datetime":
            return dt.datetime.fromisoformat(inner)
        case "date":
            return dt.date.fromisoformat(inner)
        case "time":
            return dt.time.fromisoformat(inner)
        case "timedelta":
            return dt.timedelta(*inner)
        case "Decimal":
            return Decimal(inner)
        case "timezone":
            return dt.timezone(*(untag(item) for item in inner))
        case "ZoneInfo":
            return zoneinfo.ZoneInfo(inner)
    raise InputError("state", f"a value of unknown type {kind!r}", "the file was not written by this version")


def objects(values: Any) -> np.ndarray:
    """Make a 1-D object array, whatever the items are (tuples and intervals stay whole).

    Parameters
    ----------
    values : iterable
        The items.

    Returns
    -------
    ndarray of object
        One entry per item.
    """
    items = list(values)
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


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


def dtype_state(dtype: Any) -> Any:
    """Describe a pandas or NumPy dtype in JSON values and plain arrays.

    Parameters
    ----------
    dtype : numpy.dtype or pandas extension dtype
        The dtype of a column.

    Returns
    -------
    dict
        What :func:`dtype_from_state` reads.
    """
    if isinstance(dtype, np.dtype):
        return {"kind": "numpy", "value": dtype.str}
    if isinstance(dtype, pd.CategoricalDtype):
        return {
            "kind": "category",
            "value": [tag(value) for value in dtype.categories],
            "dtype": dtype_state(dtype.categories.dtype),
            "ordered": bool(dtype.ordered),
        }
    if isinstance(dtype, pd.SparseDtype):
        return {"kind": "sparse", "value": dtype_state(dtype.subtype), "fill": tag(dtype.fill_value)}
    if isinstance(dtype, pd.DatetimeTZDtype):
        return {"kind": "zone", "value": [dtype.unit, str(dtype.tz)]}
    if isinstance(dtype, pd.ArrowDtype):
        schema = pa.schema([pa.field("column", dtype.pyarrow_dtype)]).serialize()
        return {"kind": "arrow", "value": np.frombuffer(schema, dtype=np.uint8)}
    if isinstance(dtype, pd.StringDtype):
        return {"kind": "string", "value": [dtype.storage, tag(dtype.na_value)]}
    return {"kind": "name", "value": str(dtype)}


def dtype_from_state(state: Any) -> Any:
    """Undo :func:`dtype_state`.

    Parameters
    ----------
    state : dict
        What ``dtype_state`` returned.

    Returns
    -------
    numpy.dtype or pandas extension dtype
        The dtype.
    """
    kind, value = state["kind"], state["value"]
    match kind:
        case "numpy":
            return np.dtype(value)
        case "category":
            values = objects(untag(item) for item in value)
            categories = pd.Index(values, dtype=dtype_from_state(state["dtype"]))
            return pd.CategoricalDtype(categories, ordered=state["ordered"])
        case "sparse":
            return pd.SparseDtype(dtype_from_state(value), untag(state["fill"]))
        case "zone":
            return pd.DatetimeTZDtype(*value)
        case "arrow":
            return pd.ArrowDtype(pa.ipc.read_schema(pa.py_buffer(value.tobytes())).field(0).type)
        case "string":
            missing = untag(value[1])
            return pd.StringDtype(value[0]) if missing is pd.NA else pd.StringDtype(value[0], na_value=missing)
    return pd.api.types.pandas_dtype(value)


def polars_state(schema: dict[str, Any]) -> np.ndarray:
    """Describe Polars dtypes as the bytes of an empty Arrow file.

    Parameters
    ----------
    schema : dict of str to polars.DataType
        The dtypes.

    Returns
    -------
    ndarray of uint8
        What :func:`polars_from_state` reads.
    """
    import polars as pl

    buffer = io.BytesIO()
    pl.DataFrame(schema=schema).write_ipc(buffer)
    return np.frombuffer(buffer.getvalue(), dtype=np.uint8)


def polars_from_state(state: np.ndarray) -> dict[str, Any]:
    """Undo :func:`polars_state`.

    Parameters
    ----------
    state : ndarray of uint8
        What ``polars_state`` returned.

    Returns
    -------
    dict of str to polars.DataType
        The dtypes.
    """
    import polars as pl

    return dict(pl.read_ipc(state.tobytes()).schema)


def index_state(index: pd.Index) -> dict[str, Any]:
    """Describe column labels, whatever they are, in JSON values.

    Parameters
    ----------
    index : pandas.Index
        The labels.

    Returns
    -------
    dict
        What :func:`index_from_state` reads.
    """
    return {
        "labels": [tag(label) for label in index],
        "names": [tag(name) for name in index.names],
        "dtype": None if index.nlevels > 1 else dtype_state(index.dtype),
    }


def index_from_state(state: dict[str, Any]) -> pd.Index:
    """Undo :func:`index_state`.

    Parameters
    ----------
    state : dict
        What ``index_state`` returned.

    Returns
    -------
    pandas.Index
        The labels.
    """
    labels = objects(untag(label) for label in state["labels"])
    names = [untag(name) for name in state["names"]]
    if state["dtype"] is None:
        return pd.MultiIndex.from_tuples(labels, names=names)
    return pd.Index(labels, dtype=dtype_from_state(state["dtype"]), name=names[0])
