"""Fitted columns of a table: how numbers and levels are encoded, and how they become the column's own values again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import ndtri

from oversmith.encoders._empty import EmptyColumn
from oversmith.encoders._levels import LevelColumn, Part
from oversmith.encoders._typed import tag, untag
from oversmith.encoders._values import Values
from oversmith.exceptions import InputError

# A value in this share of the rows gets an indicator of its own; below this many rows a share says little.
SPIKE_SHARE, SPIKE_ROWS = 0.1, 10
# Up to this many distinct numbers, each seen three times on average, generated values are snapped to them.
FEW_VALUES, FEW_REPEATS = 20, 3
# Knots of the quantile map: half evenly in rank, half evenly in normal score, so that tails keep their shape.
KNOTS = 500
MAX_DECIMALS = 10


@dataclass(frozen=True)
class Knots:
    """A strictly rising piecewise-linear map between numbers and scores, bounded by the training range."""

    x: np.ndarray
    z: np.ndarray

    @classmethod
    def fit(cls, distinct: np.ndarray, counts: np.ndarray, numeric: str) -> Knots:
        """Fit on sorted distinct values; ``numeric`` is ``"quantile"``, ``"standard"`` or ``"minmax"``."""
        ends = distinct[[0, -1]]
        if len(distinct) == 1:
            return cls(distinct, np.zeros(1))
        if numeric == "standard":
            unit = (distinct - ends[0]) / (ends[1] - ends[0])  # squares of tiny numbers would vanish
            mean = np.average(unit, weights=counts)
            spread = np.sqrt(np.average((unit - mean) ** 2, weights=counts))
            return cls(ends, (np.array([0.0, 1.0]) - mean) / spread)
        if numeric == "minmax":
            return cls(ends, np.array([0.0, 1.0]))
        # The score of a value is that of the middle of its ranks.
        middle = (np.cumsum(counts) - counts / 2) / counts.sum()
        z = ndtri(middle)
        if len(distinct) > 2 * KNOTS:
            even_rank = np.linspace(middle[0], middle[-1], KNOTS)
            even_score = np.linspace(z[0], z[-1], KNOTS)
            chosen = np.concatenate([np.searchsorted(middle, even_rank), np.searchsorted(z, even_score)])
            chosen = np.unique(np.minimum(chosen, len(distinct) - 1))
            distinct, z = distinct[chosen], z[chosen]
        return cls(distinct, z)

    def score(self, x: np.ndarray) -> np.ndarray:
        """Map numbers to scores."""
        return np.interp(x, self.x, self.z)

    def number(self, z: np.ndarray) -> np.ndarray:
        """Map scores to numbers."""
        return np.interp(z, self.z, self.x)

    def reach(self, z_class: np.ndarray, z_table: np.ndarray) -> np.ndarray:
        """Return the lowest and highest score that rows of a class may go to; see :meth:`TableEncoder.reach`."""
        own, table = self.number(z_class), self.number(z_table)
        # In units of the column's range, whose ends may be too far apart or too near to be squared.
        unit = max(self.x[-1] / 2 - self.x[0] / 2, np.finfo(np.float64).tiny)
        slack = (table / unit).std() / np.sqrt(len(own))
        widened = np.array([own.min() / unit - slack, own.max() / unit + slack])
        return self.score(np.clip(widened, self.x[0] / unit, self.x[-1] / unit) * unit)


def _is_few(distinct: np.ndarray, n: int) -> bool:
    return len(distinct) <= FEW_VALUES and len(distinct) * FEW_REPEATS <= n


def _decimals(distinct: np.ndarray, single: bool) -> int | None:
    """Count the decimals all values share; None when there are more than ``MAX_DECIMALS``."""
    sample = distinct[:: max(1, len(distinct) // 1000)]
    for decimals in range(MAX_DECIMALS + 1):
        if all(np.array_equal(_rounded(values, decimals, single), values) for values in (sample, distinct)):
            return decimals
    return None


def _rounded(values: np.ndarray, decimals: int, single: bool) -> np.ndarray:
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
        decimals = _decimals(distinct, single=False)
        with np.errstate(over="ignore"):
            # Short decimals such as 42.5 are exact in both precisions and say nothing about which one is meant.
            single = decimals is None and np.array_equal(distinct.astype(np.float32), distinct)
        shape = (_decimals(distinct, single=True) if single else decimals, single)
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
    """One column of the table: ``kind``, ``flavour`` and ``marker`` are those of its :class:`Values`.

    The coder turns numbers or codes into encoded columns and back; whole numbers and ticks are ``offset + step * k``
    with ``k = 0, 1, …``.
    """

    kind: str
    coder: NumericColumn | LevelColumn | EmptyColumn
    offset: int = 0
    step: int = 1
    unsigned: bool = False
    flavour: str = ""
    marker: Any = None

    @classmethod
    def fit(cls, values: Values, label: str, numeric: str, missing: str, max_one_hot: int) -> FittedColumn:
        """Fit one column; ``label`` is its name in error messages, the rest are the encoder's arguments."""
        has_missing = values.missing is not None and missing == "encode"
        known = values.values if values.missing is None else values.values[~values.missing]
        more = {"flavour": values.flavour, "marker": values.marker}
        if not len(known):
            return cls(values.kind, EmptyColumn(values.kind), **more)
        if values.levels is not None:
            codes = values.values if has_missing else known
            return cls(values.kind, LevelColumn.fit(codes, values.levels, has_missing, max_one_hot), **more)
        if values.kind in {"number", "boolean"}:
            numbers = known.astype(np.float64)
        else:
            offset = int(known.min())
            differences = _differences(known, offset)
            step = max(1, int(np.gcd.reduce(differences)))
            numbers = differences / step
            more |= {"offset": offset, "step": step, "unsigned": known.dtype.kind == "u"}
        return cls(values.kind, NumericColumn.fit(numbers, has_missing, numeric, values.kind == "boolean"), **more)

    def encode(self, values: Values, label: str, out: np.ndarray) -> None:
        """Write the encoded column into ``out``."""
        if isinstance(self.coder, EmptyColumn):
            return
        if isinstance(self.coder, LevelColumn):
            if self.kind == "level" and values.kind != "level":
                raise _changed(label, "levels", values.kind)
            values = values.as_levels()
            assert values.levels is not None
            self.coder.encode(self.coder.codes(values.values, values.levels), out)
            return
        if values.levels is None:
            numbers = self._numbers(values.values)
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

    def decode(self, block: np.ndarray, allowed: np.ndarray | None) -> Values:
        """Turn encoded columns into plain values; ``allowed`` masks the levels that may come out."""
        if isinstance(self.coder, EmptyColumn):
            return Values(self.kind, *self.coder.decode(len(block)), None, self.flavour, self.marker)
        if isinstance(self.coder, LevelColumn):
            codes = self.coder.nearest(block, allowed)
            hole = codes == len(self.coder.levels)
            values, missing = self.coder.levels[np.where(hole, 0, codes)], hole if hole.any() else None
        else:
            numbers, missing = self.coder.decode(block)
            values = self._whole(numbers)
        return Values(self.kind, values, missing, None, self.flavour, self.marker)

    def _numbers(self, values: np.ndarray) -> np.ndarray:
        if self.kind in {"number", "boolean"}:
            return values.astype(np.float64)
        if values.dtype.kind in "fb":
            return (values - float(self.offset)) / self.step
        wide = values.astype(np.uint64 if values.dtype.kind == "u" else np.int64)
        limits = np.iinfo(wide.dtype)
        if self.offset > limits.max:  # below the range, every one of them
            return np.zeros(len(values))
        return _differences(np.maximum(wide, max(self.offset, limits.min)), self.offset) / self.step

    def _whole(self, numbers: np.ndarray) -> np.ndarray:
        if self.kind == "number":
            return numbers
        if self.kind == "boolean":
            return numbers > 0.5
        wrapped = np.rint(numbers).astype(np.uint64) * np.uint64(self.step) + np.uint64(self.offset % 2**64)
        return wrapped if self.unsigned else wrapped.view(np.int64)

    def to_state(self) -> dict[str, Any]:
        """Describe the column in JSON values and arrays."""
        return {
            "kind": self.kind,
            "levels": isinstance(self.coder, LevelColumn),
            "coder": self.coder.to_state(),
            "offset": self.offset,
            "step": self.step,
            "unsigned": self.unsigned,
            "flavour": self.flavour,
            "marker": tag(self.marker),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Undo :meth:`to_state`."""
        coder: NumericColumn | LevelColumn | EmptyColumn = EmptyColumn(state["kind"])
        if state["coder"] is not None:
            coder = (LevelColumn if state["levels"] else NumericColumn).from_state(state["coder"])
        rest = {name: state[name] for name in ("kind", "offset", "step", "unsigned", "flavour")}
        return cls(coder=coder, marker=untag(state["marker"]), **rest)


def fit_columns(
    columns: Iterable[Values],
    forced: Iterable[bool],
    labels: Sequence[str],
    numeric: str,
    missing: str,
    max_one_hot: int,
) -> tuple[FittedColumn, ...]:
    """Fit one column after the other, the ``forced`` ones as levels; the rest are the encoder's arguments."""
    return tuple(
        FittedColumn.fit(values.as_levels() if force else values, label, numeric, missing, max_one_hot)
        for values, force, label in zip(columns, forced, labels, strict=True)
    )


def laid_out(columns: Sequence[FittedColumn]) -> list[tuple[list[Part], str]]:
    """Return the runs of encoded columns of each column, and its kind in reports."""
    layout = []
    for column in columns:
        parts = column.coder.parts()
        kind = "categorical" if isinstance(column.coder, LevelColumn) else column.kind
        layout.append((parts, "constant" if not parts else "numeric" if kind == "number" else kind))
    return layout


def encode_columns(
    columns: Sequence[FittedColumn],
    values: Iterable[Values],
    labels: Sequence[str],
    slices: Sequence[slice],
    width: int,
) -> np.ndarray:
    """Encode rows, column by column as they are read."""
    out: np.ndarray | None = None
    for column, read, label, where in zip(columns, values, labels, slices, strict=True):
        if out is None:
            out = np.empty((len(read.values), width))
        column.encode(read, label, out[:, where])
    assert out is not None
    return out


def decode_columns(
    columns: Sequence[FittedColumn], Z: np.ndarray, slices: Sequence[slice], allowed: Mapping[int, np.ndarray]
) -> list[Values]:
    """Decode rows, column by column; ``allowed`` masks the levels that may come out."""
    return [column.decode(Z[:, slices[i]], allowed.get(i)) for i, column in enumerate(columns)]


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


def _differences(values: np.ndarray, offset: int) -> np.ndarray:
    """Distances from ``offset``: exact modulo 2^64, whatever the sign of the 64-bit integers."""
    return values.astype(np.uint64) - np.uint64(offset % 2**64)


def _changed(label: str, before: str, now: str) -> InputError:
    return InputError("X", f"{label} held {before} in fit and holds {now} now", "convert it to the dtype of fit")
