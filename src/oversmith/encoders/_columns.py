"""Fitted columns of a table: how numbers and levels are encoded, and how they become the column's own values again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from oversmith.encoders._empty import EmptyColumn
from oversmith.encoders._exact import Grid, decimals_as_floats, scale_of, scaled, unscaled, whole_numbers
from oversmith.encoders._identifiers import IdentifierColumn
from oversmith.encoders._knots import Knots
from oversmith.encoders._levels import LevelColumn, Part
from oversmith.encoders._times import FLAVOURS, converted
from oversmith.encoders._typed import objects, tag, untag
from oversmith.encoders._values import Values
from oversmith.exceptions import InputError

# A value in this share of the rows gets an indicator of its own; below this many rows a share says little.
SPIKE_SHARE, SPIKE_ROWS = 0.1, 10
# Up to this many distinct numbers, each seen three times on average, generated values are snapped to them.
FEW_VALUES, FEW_REPEATS = 20, 3
MAX_DECIMALS = 10
_TIMES = {"datetime", "duration"}
# Objects as files of earlier versions name them, and what they were written as.
_EARLIER = {
    "date": ("date", "D"),
    **dict.fromkeys(("datetime", "datetime64"), ("Timestamp", "ns")),
    **dict.fromkeys(("timedelta", "timedelta64"), ("Timedelta", "ns")),
}


def _is_few(distinct: np.ndarray, n: int) -> bool:
    return len(distinct) <= FEW_VALUES and len(distinct) * FEW_REPEATS <= n


def _decimals(distinct: np.ndarray, single: bool) -> int | None:
    """Count the decimals all values share; None when there are more than ``MAX_DECIMALS``."""
    sample = distinct[:: max(1, len(distinct) // 10)]
    for decimals in range(MAX_DECIMALS + 1):
        if all(np.array_equal(_rounded(values, decimals, single), values) for values in (sample, distinct)):
            return decimals
    return None


def decimals_and_width(distinct: np.ndarray) -> tuple[int | None, bool]:
    """Count the decimals that sorted distinct values share, and tell whether they are those of single precision."""
    decimals = _decimals(distinct, single=False)
    with np.errstate(over="ignore"):
        # Short decimals such as 42.5 are exact in both precisions and say nothing about which one is meant.
        single = decimals is None and np.array_equal(distinct.astype(np.float32), distinct)
    return (_decimals(distinct, single=True) if single else decimals), single


def _rounded(values: np.ndarray, decimals: int, single: bool) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.round(values, decimals)
    return rounded.astype(np.float32).astype(np.float64) if single else rounded


@dataclass(frozen=True)
class NumericColumn:
    """Numbers, counts, flags, dates: a missing indicator, spike indicators and a bounded continuous part.

    Parameters
    ----------
    has_missing : bool
        Whether an indicator says that a value is missing.
    fill : float
        Stands for a missing value: the (lower) median.
    spikes : ndarray
        Values with an indicator of their own; a column of two values is one spike and one other value.
    knots : Knots or None
        Map of the other values; None when there is only one.
    rest : float
        The value of rows that are no spike when ``knots`` is None.
    snap : bool
        Whether decoded values are snapped to the knots.
    decimals : int or None
        Decimals seen in training.
    single : bool
        Whether the values are decimals in float32 alone, so that 0.1 means the float32 nearest to it.
    """

    has_missing: bool
    fill: float
    spikes: np.ndarray
    knots: Knots | None
    rest: float
    snap: bool
    decimals: int | None
    single: bool

    @classmethod
    def fit(cls, known: np.ndarray, has_missing: bool, numeric: str, flags: bool) -> NumericColumn:
        """Fit on the values that are there; ``flags`` says that the column is boolean."""
        n = len(known)
        distinct, counts = np.unique(known, return_counts=True)
        fill = float(distinct[np.searchsorted(np.cumsum(counts), n / 2)])
        shape = decimals_and_width(distinct)
        if len(distinct) == 1:
            return cls(has_missing, fill, distinct[:0], None, fill, False, *shape)
        if len(distinct) == 2 and (flags or _is_few(distinct, n)):
            return cls(has_missing, fill, distinct[1:], None, float(distinct[0]), False, *shape)
        spike = np.zeros(len(distinct), dtype=bool)
        if not _is_few(distinct, n):
            spike = counts >= max(SPIKE_SHARE * n, SPIKE_ROWS)
        others = distinct[~spike]
        knots = Knots.fit(others, counts[~spike], numeric)
        snap = _is_few(others, int(counts[~spike].sum()))
        if snap:  # every value must be a knot to be snapped to
            knots = Knots(others, knots.score(others))
        return cls(has_missing, fill, distinct[spike], knots, float(others[0]), snap, *shape)

    def parts(self) -> list[Part]:
        """List the runs of encoded columns, in order."""
        parts = [Part(1, "sigmoid", "missing")] if self.has_missing else []
        if len(self.spikes) == 1:
            parts.append(Part(1, "sigmoid", "boolean" if self.knots is None else "spike"))
        elif len(self.spikes):
            parts.append(Part(1 + len(self.spikes), "softmax", "spike"))
        return parts if self.knots is None else [*parts, Part(1, "linear", "numeric")]

    def encode(self, values: np.ndarray, missing: np.ndarray | None, out: np.ndarray) -> None:
        """Write scores into ``out``, one column per encoded column."""
        at = 0
        if missing is not None:
            values = np.where(missing, self.fill, values)
        if self.has_missing:
            out[:, 0] = 0.0 if missing is None else missing
            at = 1
        spike = np.zeros(len(values), dtype=bool)
        if self.knots is None and len(self.spikes):  # two values: whichever is nearer
            out[:, at] = values > (self.spikes[0] + self.rest) / 2
            return
        if len(self.spikes):
            position = np.minimum(np.searchsorted(self.spikes, values), len(self.spikes) - 1)
            spike = self.spikes[position] == values
            if len(self.spikes) == 1:
                out[:, at] = spike
                at += 1
            else:
                out[:, at : at + len(self.spikes) + 1] = 0.0
                out[np.arange(len(values)), at + np.where(spike, position + 1, 0)] = 1.0
                at += len(self.spikes) + 1
        if self.knots is not None:
            scores = self.knots.score(values)
            # A spike row carries the middle of the continuous part, so that only the indicator tells it.
            scores[spike] = self._middle()
            out[:, at] = scores

    def single_values(self) -> np.ndarray:
        """Return the numbers that encoded columns stand for one by one: spikes, few values and the constant."""
        if self.knots is None:
            return np.append(self.spikes, self.rest)
        return np.concatenate([self.spikes, self.knots.x]) if self.snap else self.spikes

    def _middle(self) -> float:
        assert self.knots is not None
        return float(self.knots.score(np.median(self.knots.x)))

    def decode(self, block: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Turn encoded columns into numbers and a mask of missing values."""
        at, missing = 0, None
        if self.has_missing:
            missing, at = block[:, 0] > 0.5, 1
            missing = missing if missing.any() else None
        if self.knots is None:
            numbers = np.full(len(block), self.rest)
            if len(self.spikes):
                numbers[block[:, at] > 0.5] = self.spikes[0]
            return numbers, missing
        width = 0 if not len(self.spikes) else 1 if len(self.spikes) == 1 else 1 + len(self.spikes)
        numbers = self._continuous(block[:, at + width].astype(np.float64))
        if width == 1:
            numbers[block[:, at] > 0.5] = self.spikes[0]
        elif width:
            which = block[:, at : at + width].argmax(axis=1)
            numbers = np.where(which > 0, self.spikes[which - 1], numbers)
        return numbers, missing

    def _continuous(self, z: np.ndarray) -> np.ndarray:
        assert self.knots is not None
        if self.snap:
            borders = (self.knots.z[1:] + self.knots.z[:-1]) / 2
            return self.knots.x[np.searchsorted(borders, z)]
        numbers = self.knots.number(z)
        if self.decimals is None:
            return numbers
        return np.clip(_rounded(numbers, self.decimals, self.single), self.knots.x[0], self.knots.x[-1])

    def to_state(self) -> dict[str, Any]:
        """Describe the column in JSON values and arrays."""
        knots = self.knots
        return {
            "numbers": [self.fill, self.rest],
            "flags": [self.has_missing, self.snap, self.single],
            "decimals": self.decimals,
            "spikes": self.spikes,
            "knots": None if knots is None else np.stack([knots.x, knots.z]),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Undo :meth:`to_state`."""
        (fill, rest), (has_missing, snap, single) = state["numbers"], state["flags"]
        knots = None if state["knots"] is None else Knots(*state["knots"])
        return cls(has_missing, fill, state["spikes"], knots, rest, snap, state["decimals"], single)


@dataclass(frozen=True)
class FittedColumn:
    """One column; ``kind``, ``flavour``, ``marker``, ``unit`` and ``zone`` are those of its :class:`Values`.

    The coder turns numbers or codes into encoded columns and back; whole numbers and ticks are counted on a grid, and
    so are decimals with more digits than a float has, in units of 10^-scale.
    """

    kind: str
    coder: NumericColumn | LevelColumn | IdentifierColumn | EmptyColumn
    grid: Grid | None = None
    scale: int = 0
    flavour: str = ""
    marker: Any = None
    unit: str = ""
    zone: Any = None

    @classmethod
    def fit(cls, values: Values, label: str, numeric: str, missing: str, max_one_hot: int) -> FittedColumn:
        """Fit one column; ``label`` is its name in error messages, the rest are the encoder's arguments."""
        has_missing = values.missing is not None and missing == "encode"
        known = values.values if values.missing is None else values.values[~values.missing]
        more: dict[str, Any] = {name: getattr(values, name) for name in ("flavour", "marker", "unit", "zone")}
        if not len(known):
            return cls(values.kind, EmptyColumn(values.kind), **more)
        if values.levels is not None:
            codes = values.values if has_missing else known
            return cls(values.kind, LevelColumn.fit(codes, values.levels, has_missing, max_one_hot), **more)
        kind, numbers = values.kind, known
        if kind == "decimal":
            floats = decimals_as_floats(known)
            if floats is None:
                more["scale"] = scale_of(known, label)
                numbers = scaled(known, more["scale"])
            else:
                kind, numbers = "number", floats
        if kind in {"number", "boolean"}:
            return cls(
                kind, NumericColumn.fit(numbers.astype(np.float64), has_missing, numeric, kind == "boolean"), **more
            )
        grid = Grid.fit(numbers, label)
        coder = NumericColumn.fit(grid.numbers(numbers), has_missing, numeric, False)
        return cls(kind, coder, grid.anchored(numbers, coder.single_values()), **more)

    @classmethod
    def of_identifiers(cls, values: Values, how: str, *, known_only: bool, room: int | None) -> FittedColumn:
        """Fit a column of identifiers; see :class:`IdentifierColumn`."""
        coder = IdentifierColumn.fit(values, how, known_only=known_only, room=room)
        return cls(values.kind, coder, flavour=values.flavour, marker=values.marker)

    def encode(self, values: Values, label: str, out: np.ndarray) -> None:
        """Write the encoded column into ``out``."""
        if isinstance(self.coder, IdentifierColumn | EmptyColumn):
            return
        if isinstance(self.coder, LevelColumn):
            if self.kind == "level" and values.kind != "level":
                raise _changed(label, "levels", values.kind)
            values = values.as_levels()
            assert values.levels is not None
            self.coder.encode(self.coder.codes(values.values, values.levels), out)
            return
        if values.levels is None:
            numbers = self._numbers(values, label)
        elif (values.values >= 0).any():
            raise _changed(label, "numbers", "levels")
        else:
            numbers = np.zeros(len(out))  # nothing but missing values says nothing about their type
        self.coder.encode(numbers, values.missing, out)

    def new_level(self, values: Values) -> Any:
        """Return a level that was not there in ``fit``, None without one."""
        if self.kind != "level" and not isinstance(self.coder, LevelColumn):
            return None
        values = values.as_levels()
        assert values.levels is not None
        present = values.levels[np.unique(values.values[values.values >= 0])].tolist()
        known = set(self.coder.levels.tolist()) if isinstance(self.coder, LevelColumn) else set()
        return next((level for level in present if level not in known), None)

    def decode(self, block: np.ndarray, allowed: np.ndarray | None, first: int = 0) -> Values:
        """Turn encoded columns into plain values; see :func:`decode_columns`."""
        values: np.ndarray
        missing: np.ndarray | None
        if isinstance(self.coder, EmptyColumn):
            values, missing = self.coder.decode(len(block))
        elif isinstance(self.coder, IdentifierColumn):
            values, missing = self.coder.values(first, len(block), self.kind)
        elif isinstance(self.coder, LevelColumn):
            codes = self.coder.nearest(block, allowed)
            hole = codes == len(self.coder.levels)
            values, missing = self.coder.levels[np.where(hole, 0, codes)], hole if hole.any() else None
        else:
            numbers, missing = self.coder.decode(block)
            values = numbers > 0.5 if self.kind == "boolean" else numbers
            if self.grid is not None:
                values = self.grid.whole(numbers)
            if self.kind == "decimal":
                values = objects(unscaled(values.tolist(), self.scale))
        return Values(self.kind, values, missing, None, self.flavour, self.marker, self.unit, self.zone)

    def _numbers(self, values: Values, label: str) -> np.ndarray:
        plain = values.values
        if self.grid is None:
            return plain.astype(np.float64)
        if values.missing is not None:
            plain = np.where(values.missing, plain.dtype.type(0) if plain.dtype != object else 0, plain)
        if self.kind == "decimal":
            return self.grid.numbers(scaled(plain.tolist(), self.scale))
        if values.kind == "decimal":
            plain = whole_numbers([int(value) for value in plain])
        if values.kind in _TIMES and self.kind in _TIMES:
            if values.flavour in FLAVOURS and self.flavour in FLAVOURS and (values.zone is None) != (self.zone is None):
                zoned = ["date-times without a time zone", "date-times with a time zone"]
                raise _changed(label, *(zoned if self.zone is None else zoned[::-1]))
            if self.unit and values.unit not in ("", self.unit):
                ticks = converted(plain, values.unit, self.unit)
                if ticks is None:
                    raise _changed(label, f"times in {self.unit}", values.unit)
                plain = ticks
        return self.grid.numbers(plain)

    def to_state(self) -> dict[str, Any]:
        """Describe the column in JSON values and arrays."""
        return {
            "kind": self.kind,
            "levels": isinstance(self.coder, LevelColumn),
            "identifiers": isinstance(self.coder, IdentifierColumn),
            "coder": self.coder.to_state(),
            **(self.grid or Grid()).to_state(),
            "scale": self.scale,
            "flavour": self.flavour,
            "marker": tag(self.marker),
            "unit": self.unit,
            "zone": tag(self.zone),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Undo :meth:`to_state`.

        Files of earlier versions know no identifiers and no units, and objects in nanoseconds alone.
        """
        coder: type[NumericColumn] | type[LevelColumn] | type[IdentifierColumn]
        coder = LevelColumn if state["levels"] else IdentifierColumn if state.get("identifiers") else NumericColumn
        empty = state["coder"] is None
        kind, flavour, unit = state["kind"], state["flavour"], state.get("unit", "")
        if not isinstance(flavour, str) or not isinstance(unit, str):
            raise InputError("state", f"{flavour!r} and {unit!r} found", "both are text")
        if "unit" not in state and flavour in _EARLIER:
            flavour, unit = _EARLIER[flavour]
        gridded = coder is NumericColumn and not empty and kind not in {"number", "boolean"}
        return cls(
            kind,
            EmptyColumn(kind) if empty else coder.from_state(state["coder"]),
            Grid.from_state(state) if gridded else None,
            state.get("scale", 0),
            flavour,
            untag(state["marker"]),
            unit,
            untag(state.get("zone")),
        )


def laid_out(columns: Sequence[FittedColumn]) -> list[tuple[list[Part], str]]:
    """Return the runs of encoded columns of each column, and its kind in reports."""
    layout = []
    for column in columns:
        parts = column.coder.parts()
        if isinstance(column.coder, IdentifierColumn):
            layout.append((parts, "identifier"))
            continue
        kind = "categorical" if isinstance(column.coder, LevelColumn) else column.kind
        layout.append((parts, "constant" if not parts else "numeric" if kind in {"number", "decimal"} else kind))
    return layout


def encode_columns(
    columns: Sequence[FittedColumn],
    values: Iterable[tuple[int, Values]],
    labels: Sequence[str],
    slices: Sequence[slice],
    width: int,
) -> np.ndarray:
    """Encode rows, column by column as they are read, each with its number."""
    out: np.ndarray | None = None
    for i, read in values:
        if out is None:
            out = np.empty((len(read.values), width))
        columns[i].encode(read, labels[i], out[:, slices[i]])
    assert out is not None
    return out


def decode_columns(
    columns: Sequence[FittedColumn],
    Z: np.ndarray,
    slices: Sequence[slice],
    allowed: Mapping[int, np.ndarray],
    first: int = 0,
) -> list[Values]:
    """Decode rows, column by column.

    ``allowed`` masks the levels that may come out; ``first`` is the number of the first new identifier.
    """
    return [column.decode(Z[:, slices[i]], allowed.get(i), first) for i, column in enumerate(columns)]


def reach_of(
    columns: Sequence[FittedColumn], Z_class: np.ndarray, Z_table: np.ndarray, slices: Sequence[slice]
) -> tuple[np.ndarray, np.ndarray]:
    """Tell how far the rows of a class may go; see :meth:`TableEncoder.reach`."""
    low, high = np.full(Z_class.shape[1], -np.inf), np.full(Z_class.shape[1], np.inf)
    for column, where in zip(columns, slices, strict=True):
        knots = column.coder.knots if isinstance(column.coder, NumericColumn) else None
        if knots is not None and len(knots.x) > 1:
            last = where.stop - 1
            low[last], high[last] = knots.reach(Z_class[:, last], Z_table[:, last])
    return low, high


def _changed(label: str, before: str, now: str) -> InputError:
    return InputError("X", f"{label} held {before} in fit and holds {now} now", "convert it to the dtype of fit")
