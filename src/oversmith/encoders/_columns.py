"""One small class per way a column is encoded: numbers, and levels in one-hot form or a narrow embedding."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import ndtri

from oversmith.encoders._typed import objects, tag, untag

# A value in this share of the rows gets an indicator of its own; below this many rows a share says little.
SPIKE_SHARE, SPIKE_ROWS = 0.1, 10
# Up to this many distinct numbers, each seen three times on average, generated values are snapped to them.
FEW_VALUES, FEW_REPEATS = 20, 3
# Knots of the quantile map: half evenly in rank, half evenly in normal score, so that tails keep their shape.
KNOTS = 500
# An embedded level is its frequency rank beside this many hash components.
HASH_COMPONENTS = 7
# Rows decoded at a time from an embedding.
CHUNK = 65_536
MAX_DECIMALS = 10


@dataclass(frozen=True)
class Part:
    """One run of encoded columns: how many, their activation and what they are."""

    width: int
    activation: str
    kind: str


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
class LevelColumn:
    """Levels, one-hot up to a width and embedded above it; a missing value is one more level.

    Parameters
    ----------
    levels : ndarray
        Levels of the training rows, in a fixed order.
    has_missing : bool
        Whether missing is a level, the last one.
    most : int
        Code of the most frequent level, which stands for levels never seen in training.
    table : ndarray of shape (n_codes, n_components) or None
        The embedding of each code; None for one-hot.
    """

    levels: np.ndarray
    has_missing: bool
    most: int
    table: np.ndarray | None

    @classmethod
    def fit(cls, codes: np.ndarray, levels: np.ndarray, has_missing: bool, max_one_hot: int) -> LevelColumn:
        """Fit on codes into ``levels`` (-1 is missing); levels without a row are left out."""
        counts = np.bincount(codes[codes >= 0], minlength=len(levels))
        keys = [_key(level) for level in levels]
        order = np.array([i for i in sorted(range(len(keys)), key=keys.__getitem__) if counts[i]], dtype=np.int64)
        levels, counts = levels[order], counts[order]
        if has_missing:
            counts = np.append(counts, (codes < 0).sum())
        table = None
        if len(counts) > max_one_hot:
            table = _embedding([keys[i] for i in order] + ["missing"] * has_missing, counts)
        return cls(levels, has_missing, int(counts[: len(levels)].argmax()), table)

    @property
    def n_codes(self) -> int:
        """Number of levels, missing included."""
        return len(self.levels) + self.has_missing

    def parts(self) -> list[Part]:
        """List the runs of encoded columns: none for a single level."""
        if self.table is not None:
            return [Part(self.table.shape[1], "linear", "embedding")]
        return [Part(self.n_codes, "softmax", "categorical")] if self.n_codes > 1 else []

    def codes(self, codes: np.ndarray, levels: np.ndarray) -> np.ndarray:
        """Translate codes into ``levels`` to this column's own; the unseen become missing or ``most``."""
        otherwise = len(self.levels) if self.has_missing else self.most
        known = {level: i for i, level in enumerate(self.levels.tolist())}
        own = np.array([known.get(level, otherwise) for level in levels.tolist()] + [otherwise])
        return own[codes]

    def encode(self, codes: np.ndarray, out: np.ndarray) -> None:
        """Write one-hot or embedded codes into ``out``."""
        if self.table is not None:
            out[:] = self.table[codes]
        elif self.n_codes > 1:
            out[:] = 0.0
            out[np.arange(len(codes)), codes] = 1.0

    def nearest(self, block: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
        """Decode to codes: the largest output, or the nearest embedded level, among those allowed."""
        if allowed is None:
            allowed = np.ones(self.n_codes, dtype=bool)
        if self.n_codes == 1:
            return np.zeros(len(block), dtype=np.int64)
        if self.table is None:
            return np.where(allowed, block, -np.inf).argmax(axis=1)
        codes = np.flatnonzero(allowed)
        tree = cKDTree(self.table[codes])
        chunks = [tree.query(block[i : i + CHUNK])[1] for i in range(0, len(block), CHUNK)]
        return codes[np.concatenate(chunks)] if chunks else codes[:0]

    def to_state(self) -> dict[str, Any]:
        """Describe the column in JSON values and arrays."""
        plain = self.levels.dtype.kind in "biuf"
        return {
            "levels": self.levels if plain else [tag(level) for level in self.levels],
            "has_missing": self.has_missing,
            "most": self.most,
            "table": self.table,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Undo :meth:`to_state`."""
        levels = state["levels"]
        if isinstance(levels, list):
            levels = objects(untag(level) for level in levels)
        return cls(levels, state["has_missing"], state["most"], state["table"])


def _key(level: Any) -> str:
    """Text that tells a level from every other, the same in every process."""
    if isinstance(level, str):
        return level
    try:
        return json.dumps(tag(level))
    except ValueError:
        return f"{type(level).__name__}: {level!r}"


def _embedding(keys: list[str], counts: np.ndarray) -> np.ndarray:
    """Place each level by the normal score of its frequency rank and by hash components of unit variance."""
    order = np.lexsort([np.arange(len(counts)), -counts])
    rank = np.empty(len(counts))
    rank[order] = (np.cumsum(counts[order]) - counts[order] / 2) / counts.sum()
    digests = b"".join(hashlib.blake2b(key.encode(), digest_size=4 * HASH_COMPONENTS).digest() for key in keys)
    uniform = np.frombuffer(digests, dtype="<u4").reshape(len(keys), HASH_COMPONENTS) / 2.0**32
    return np.column_stack([ndtri(rank), np.sqrt(12.0) * (uniform - 0.5)])
