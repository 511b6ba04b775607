"""The parts of dates and times, and the ways to write each: what a run of digits or letters in a cell may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa

_MONTHS = ["January", "February", "March", "April", "May", "June", "July"]
_MONTHS += ["August", "September", "October", "November", "December"]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


class Times:
    """Local times, part by part.

    Parameters
    ----------
    seconds : ndarray of int
        Seconds since 1970, or since midnight.
    nanoseconds : ndarray of int
        Rest of each.
    dated : bool
        Whether they have a date.
    """

    def __init__(self, seconds: np.ndarray, nanoseconds: np.ndarray, dated: bool) -> None:
        self.seconds, self.nanoseconds, self.dated = seconds, nanoseconds, dated

    @classmethod
    def of(cls, values: pa.Array) -> Times:
        """Take apart the values of an array of dates, times of day or timestamps."""
        kind = values.type
        if pa.types.is_date(kind):
            values, unit = values.cast(pa.timestamp("s")), "s"
        else:
            unit = kind.unit
        ticks = values.cast(pa.int32() if kind.bit_width == 32 and pa.types.is_time(kind) else pa.int64())
        seconds, rest = np.divmod(ticks.to_numpy(zero_copy_only=False).astype(np.int64), _PER_SECOND[unit])
        return cls(seconds, rest * (1_000_000_000 // _PER_SECOND[unit]), not pa.types.is_time(kind))

    def at(self, rows: np.ndarray) -> Times:
        """Return some of the times, by their positions."""
        return Times(self.seconds[rows], self.nanoseconds[rows], self.dated)

    def shifted(self, seconds: np.ndarray) -> Times:
        """Return the times so many seconds later."""
        return Times(self.seconds + seconds, self.nanoseconds, self.dated)

    def may_tell(self, parts: str) -> bool:
        """Say whether parts such as year or weekday can be of these times."""
        return self.dated or not set("Ymdw") & set(parts)

    @cached_property
    def _date(self) -> dict[str, np.ndarray]:
        days = self.seconds.astype("M8[s]").astype("M8[D]")
        months = days.astype("M8[M]")
        return {
            "year": months.astype("M8[Y]").astype(np.int64) + 1970,
            "month": months.astype(np.int64) % 12 + 1,
            "day": (days - months).astype(np.int64) + 1,
            "weekday": (days.astype(np.int64) + 3) % 7,
        }

    def part(self, name: str) -> list[int]:
        """Return a part of every time.

        Parameters
        ----------
        name : {"year", "month", "day", "weekday", "hour", "minute", "second"}
            Which; Monday is the weekday 0.

        Returns
        -------
        list of int
            One number for each time.
        """
        if name in self._date:
            part: list[int] = self._date[name].tolist()
        else:
            length, count = {"hour": (3_600, 24), "minute": (60, 60), "second": (1, 60)}[name]
            part = (self.seconds // length % count).tolist()
        return part


Write = Callable[[Times], list[str]]


def _padded(name: str) -> Write:
    return lambda times: [f"{value:02d}" for value in times.part(name)]


def _plain(name: str) -> Write:
    return lambda times: [str(value) for value in times.part(name)]


def _word(name: str, words: Sequence[str], first: int = 0) -> Write:
    return lambda times: [words[value - first] for value in times.part(name)]


def _twelve(times: Times) -> list[int]:
    return [(value - 1) % 12 + 1 for value in times.part("hour")]


def _year(times: Times) -> list[str]:
    return [f"{value:04d}" for value in times.part("year")]


def _short_year(times: Times) -> list[str]:
    return [f"{value % 100:02d}" for value in times.part("year")]


def joined(*parts: Write) -> Write:
    """Write parts one after the other."""
    return lambda times: ["".join(cells) for cells in zip(*(part(times) for part in parts), strict=True)]


_DATE = (_year, _padded("month"), _padded("day"))
_CLOCK = (_padded("hour"), _padded("minute"), _padded("second"))
# What a run of digits may be: the parts it tells (I is the hour of twelve), and how it is written; the first counts.
NUMBERS: tuple[tuple[str, Write], ...] = (
    ("Y", _year),
    ("m", _padded("month")),
    ("m", _plain("month")),
    ("d", _padded("day")),
    ("d", _plain("day")),
    ("H", _padded("hour")),
    ("H", _plain("hour")),
    ("M", _padded("minute")),
    ("M", _plain("minute")),
    ("S", _padded("second")),
    ("S", _plain("second")),
    ("I", lambda times: [f"{value:02d}" for value in _twelve(times)]),
    ("I", lambda times: [str(value) for value in _twelve(times)]),
    ("Y", _short_year),
    ("Ymd", joined(*_DATE)),
    ("YmdHM", joined(*_DATE, *_CLOCK[:2])),
    ("YmdHMS", joined(*_DATE, *_CLOCK)),
    ("Ymd", joined(_short_year, *_DATE[1:])),
    ("HM", joined(*_CLOCK[:2])),
    ("HMS", joined(*_CLOCK)),
)


def words() -> Iterator[tuple[str, Write]]:
    """List what a run of letters may be."""
    for change in (str, str.upper, str.lower):
        for length in (3, None):
            yield "m", _word("month", [change(word[:length]) for word in _MONTHS], 1)
            yield "w", _word("weekday", [change(word[:length]) for word in _DAYS])
        yield "p", _half([change(word) for word in ("AM", "PM")])


def _half(words: Sequence[str]) -> Write:
    return lambda times: [words[value >= 12] for value in times.part("hour")]


def fraction_writer(cells: Sequence[str]) -> Write:
    """Write the fraction of a second: always as many digits, or without the zeros at its end."""
    lengths = {len(cell) for cell in cells}
    least, most = (max(lengths), max(lengths)) if len(lengths) == 1 else (1, max(lengths))

    def write(times: Times) -> list[str]:
        digits = [f"{value:09d}".ljust(most, "0")[:most] for value in times.nanoseconds.tolist()]
        return digits if least == most else [text.rstrip("0").ljust(least, "0") for text in digits]

    return write


def constant(text: str) -> Write:
    """Write the same text for every time."""
    return lambda times: [text] * len(times.seconds)
