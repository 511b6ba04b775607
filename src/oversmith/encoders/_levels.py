"""A column of levels, encoded in one-hot form or by a narrow embedding."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import ndtri

from oversmith.encoders._typed import objects, tag, untag

# An embedded level is its frequency rank beside this many hash components.
HASH_COMPONENTS = 7
# Rows decoded at a time from an embedding.
CHUNK = 65_536


@dataclass(frozen=True)
class Part:
    """One run of encoded columns: how many, their activation and what they are."""

    width: int
    activation: str
    kind: str


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
        keys = [key_of(level) for level in levels]
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


def key_of(level: Any) -> str:
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
