"""Python and NumPy objects that are dates, date-times or durations, as whole ticks, and ticks as such objects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from oversmith.encoders._exact import whole_numbers
from oversmith.encoders._typed import objects, unsupported
from oversmith.exceptions import InputError

_EPOCH = dt.datetime(1970, 1, 1)
_MICROSECOND = dt.timedelta(microseconds=1)
# Units from coarse to fine, as pandas has them.
_UNITS = ("s", "ms", "us", "ns")
_SECONDS = {
    "W": Fraction(604_800),
    "D": Fraction(86_400),
    "h": Fraction(3600),
    "m": Fraction(60),
    **{unit: Fraction(1, 1000**power) for power, unit in enumerate((*_UNITS, "ps", "fs", "as"))},
}
_MOMENTS = (dt.datetime, pd.Timestamp)
_DURATIONS = (dt.timedelta, pd.Timedelta)


@dataclass(frozen=True)
class Ticks:
    """Objects as ticks.

    Parameters
    ----------
    kind : {"datetime", "duration"}
        What they are.
    values : ndarray of int64, or of object
        Ticks; Python's own integers where 64 bits are too few.
    flavour : str
        The type of the objects: a key of ``WRITERS``.
    unit : str
        What one tick is, as NumPy writes it.
    zone : tzinfo or None
        The time zone of all of them; their ticks are then those of UTC.
    """

    kind: str
    values: np.ndarray
    flavour: str
    unit: str
    zone: dt.tzinfo | None = None


def from_objects(known: np.ndarray, inferred: str, label: str) -> Ticks | None:
    """Read objects that are all dates, all date-times or all durations.

    Parameters
    ----------
    known : ndarray of object
        The objects, none of them missing.
    inferred : str
        What pandas takes them for.
    label : str
        The column, as error messages name it.

    Returns
    -------
    Ticks or None
        None where they are of several types that have no common one, such as dates among date-times.

    Raises
    ------
    InputError
        For date-times with and without a time zone, of several zones, or of units that have none in common.
    """
    types = {type(value) for value in known}
    if all(issubclass(kind, np.datetime64 | np.timedelta64) for kind in types) and len(types) == 1:
        return _from_numpy(known, inferred, label)
    if types == {dt.date}:
        return Ticks("datetime", known.astype("M8[D]").view(np.int64), "date", "D")
    if inferred == "datetime":
        return _from_moments(known, types, label)
    if inferred == "timedelta" and types <= set(_DURATIONS):
        if types == {dt.timedelta}:
            ticks = whole_numbers([value // _MICROSECOND for value in known])
            return Ticks("duration", ticks, "timedelta", "us")
        return Ticks("duration", *_common(known, pd.Timedelta, label))
    return None


def _from_moments(known: np.ndarray, types: set[type], label: str) -> Ticks:
    strange = sorted(kind.__name__ for kind in types - set(_MOMENTS))
    if strange:
        raise unsupported(label, f"date-times of type {strange[0]}", "convert them to datetime.datetime")
    aware = np.array([value.tzinfo is not None for value in known])
    if aware.any() and not aware.all():
        raise unsupported(
            label,
            f"date-times with a time zone ({int(aware.sum())}) and without ({int((~aware).sum())})",
            "give all of them a zone, or none",
        )
    zone = None
    if aware.any():
        zones = {str(value.tzinfo): value.tzinfo for value in known}
        if len(zones) > 1:
            names = " and ".join(list(zones)[:2])
            raise unsupported(
                label,
                f"date-times of several time zones ({names})",
                "convert it with pandas.to_datetime(..., utc=True)",
            )
        zone = known[0].tzinfo
    if types == {dt.datetime}:
        epoch = _EPOCH if zone is None else _EPOCH.replace(tzinfo=dt.UTC)
        ticks = np.array([(value - epoch) // _MICROSECOND for value in known], dtype=np.int64)
        return Ticks("datetime", ticks, "datetime", "us", zone)
    return Ticks("datetime", *_common(known, pd.Timestamp, label), zone)


def _common(known: np.ndarray, kind: Any, label: str) -> tuple[np.ndarray, str, str]:
    """Bring objects of pandas and of Python to the finest of their units."""
    unit = max((getattr(value, "unit", "us") for value in known), key=_UNITS.index)
    try:
        values = [kind(value) for value in known]
        ticks = [int(value.as_unit(unit).asm8.view("i8")) for value in values]
    except (pd.errors.OutOfBoundsDatetime, pd.errors.OutOfBoundsTimedelta):
        raise _several_units(label, unit) from None
    return np.array(ticks, dtype=np.int64), kind.__name__, unit


def _from_numpy(known: np.ndarray, inferred: str, label: str) -> Ticks:
    try:
        dtype = np.result_type(*{value.dtype for value in known})
    except TypeError:
        raise unsupported(label, "durations of months and of days", "convert them to one unit") from None
    unit = unit_of(dtype)
    values = [value.astype(dtype) for value in known]
    # A cast to a finer unit wraps without a word.
    if any(value.astype(raw.dtype) != raw for value, raw in zip(values, known, strict=True)):
        raise _several_units(label, unit)
    moments = dtype.kind == "M"
    ticks = np.array([int(value.view("i8")) for value in values], dtype=np.int64)
    return Ticks("datetime" if moments else "duration", ticks, "datetime64" if moments else "timedelta64", unit)


def _several_units(label: str, unit: str) -> InputError:
    return unsupported(label, f"times too far away for the finest of their units ({unit})", "convert them to one unit")


def unit_of(dtype: np.dtype) -> str:
    """Return the unit of a NumPy dtype of times, ``""`` where it has none.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders._times import unit_of
    >>> unit_of(np.dtype("M8[10s]")), unit_of(np.dtype("m8[D]")), unit_of(np.dtype("m8"))
    ('10s', 'D', '')
    """
    name, count = np.datetime_data(dtype)
    return "" if name == "generic" else name if count == 1 else f"{count}{name}"


def length_of(unit: str) -> Fraction | None:
    """Return the length of a tick in seconds; None for months, years and ticks without a unit.

    Examples
    --------
    >>> from oversmith.encoders._times import length_of
    >>> length_of("D"), length_of("10ms"), length_of("Y")
    (Fraction(86400, 1), Fraction(1, 100), None)
    """
    name = unit.lstrip("0123456789")
    count = unit[: len(unit) - len(name)]
    return None if name not in _SECONDS else _SECONDS[name] * int(count or 1)


def seconds(kind: str, ticks: np.ndarray, unit: str) -> np.ndarray:
    """Turn ticks into seconds.

    Parameters
    ----------
    kind : {"datetime", "duration"}
        What they count.
    ticks : ndarray of int64 or of object
        Whole ticks.
    unit : str
        What one tick is.

    Returns
    -------
    ndarray of float64
        Seconds, of date-times since 1970; the ticks themselves for durations in months, in years or without a unit.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders._times import seconds
    >>> seconds("duration", np.array([1, -3]), "ms").tolist(), seconds("datetime", np.array([1]), "Y").tolist()
    ([0.001, -0.003], [31536000.0])
    """
    length = length_of(unit)
    if length is None and kind == "datetime" and unit:
        ticks, length = ticks.view(f"M8[{unit}]").astype("M8[D]").view(np.int64), _SECONDS["D"]
    if length is None or length == 1:
        return ticks.astype(np.float64)
    if length > 1:
        return (ticks.astype(object) * int(length)).astype(np.float64)
    per_second = length.denominator // length.numerator
    # Whole seconds first: nanoseconds of today are beyond what a float counts one by one.
    size = np.abs(ticks)
    size = (size // per_second).astype(np.float64) + (size % per_second).astype(np.float64) / per_second
    return np.where(ticks < 0, -size, size)


def converted(ticks: np.ndarray, unit: str, into: str) -> np.ndarray | None:
    """Turn ticks of one unit into those of another, rounded down; None where one of them has no length in seconds.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders._times import converted
    >>> converted(np.array([1, -1]), "s", "ns").tolist(), converted(np.array([1999, -1]), "us", "ms").tolist()
    ([1000000000, -1000000000], [1, -1])
    """
    length, other = length_of(unit), length_of(into)
    if length is None or other is None:
        return None
    ratio = length / other
    return whole_numbers([value * ratio.numerator // ratio.denominator for value in ticks.tolist()])


def _moments(ticks: np.ndarray, unit: str, zone: dt.tzinfo | None) -> Any:
    if zone is None:
        return ticks.view("M8[us]").astype(object)
    return [_local(_MICROSECOND * value, zone) for value in ticks.tolist()]


def _local(since_epoch: dt.timedelta, zone: dt.tzinfo) -> dt.datetime:
    try:
        return (_EPOCH.replace(tzinfo=dt.UTC) + since_epoch).astimezone(zone)
    except OverflowError:
        # The first and the last hours of the calendar lie in it in the zone, but not in UTC.
        end = dt.datetime.max if since_epoch > dt.timedelta(0) else dt.datetime.min
        return (_EPOCH + (since_epoch + (zone.utcoffset(end) or dt.timedelta(0)))).replace(tzinfo=zone)


def _stamps(ticks: np.ndarray, unit: str, zone: dt.tzinfo | None) -> Any:
    index = pd.DatetimeIndex(ticks.view(f"M8[{unit}]"))
    return list(index if zone is None else index.tz_localize("UTC").tz_convert(zone))


def _numpy(kind: str) -> Callable[[np.ndarray, str, dt.tzinfo | None], Any]:
    return lambda ticks, unit, zone: list(ticks.view(f"{kind}[{unit}]" if unit else kind))


_WRITERS: dict[str, Callable[[np.ndarray, str, dt.tzinfo | None], Any]] = {
    "date": lambda ticks, unit, zone: ticks.view("M8[D]").astype(object),
    "datetime": _moments,
    "Timestamp": _stamps,
    "datetime64": _numpy("M8"),
    "timedelta": lambda ticks, unit, zone: [_MICROSECOND * value for value in ticks.tolist()],
    "Timedelta": lambda ticks, unit, zone: list(pd.TimedeltaIndex(ticks.view(f"m8[{unit}]"))),
    "timedelta64": _numpy("m8"),
}
FLAVOURS = frozenset(_WRITERS)


def to_objects(ticks: Ticks) -> np.ndarray:
    """Write ticks as objects of the type they were read from; the way back of :func:`from_objects`.

    Examples
    --------
    >>> import datetime as dt
    >>> import numpy as np
    >>> from oversmith.encoders._times import from_objects, to_objects
    >>> ends = np.array([dt.datetime(9999, 12, 31), dt.datetime(1, 1, 1)], dtype=object)
    >>> to_objects(from_objects(ends, "datetime", "column 'end'")).tolist()
    [datetime.datetime(9999, 12, 31, 0, 0), datetime.datetime(1, 1, 1, 0, 0)]
    """
    return objects(_WRITERS[ticks.flavour](ticks.values, ticks.unit, ticks.zone))
