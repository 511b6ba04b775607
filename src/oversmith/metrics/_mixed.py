"""Mixed tables as numbers, for metrics that compare rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from oversmith.exceptions import InputError


class Space:
    """Mixed rows as numbers: numbers in standard deviations (or ranges), a mismatch of levels as 1.

    Parameters
    ----------
    train : DataFrame
        Rows that give the centre, the width and the levels of every column.
    by_range : bool, default=False
        Ranges instead of standard deviations, for city-block distances.
    """

    def __init__(self, train: pd.DataFrame, by_range: bool = False) -> None:
        self.numbers = [name for name in train if is_number(train[name])]
        values = train[self.numbers].to_numpy(dtype=np.float64, na_value=np.nan)
        self.centre, self.spread = np.zeros(len(self.numbers)), np.ones(len(self.numbers))
        for index, column in enumerate(values.T):
            known = column[~np.isnan(column)]
            if len(known):
                self.centre[index] = np.median(known)
                self.spread[index] = (np.ptp(known) if by_range else known.std()) or 1.0
        self.levels = {name: sorted({level(v) for v in train[name]}) for name in train if name not in self.numbers}
        self.weight = 0.5 if by_range else np.sqrt(0.5)

    def __call__(self, rows: pd.DataFrame) -> np.ndarray:
        """Encode rows; a level that the training rows lack differs from all of theirs."""
        values = rows[self.numbers].to_numpy(dtype=np.float64, na_value=np.nan)
        parts = [(np.where(np.isnan(values), self.centre, values) - self.centre) / self.spread]
        for name, known in self.levels.items():
            position = {value: number for number, value in enumerate(known)}
            codes = np.array([position.get(level(v), len(known)) for v in rows[name]], dtype=np.intp)
            hot = np.zeros((len(rows), len(known) + 1))
            hot[np.arange(len(rows)), codes] = self.weight
            parts.append(hot)
        return np.hstack(parts)


def aligned(real: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bring the columns of both sides into one order."""
    if set(real.columns) != set(other.columns):
        odd = sorted(map(str, set(real.columns) ^ set(other.columns)))
        raise InputError("synthetic", f"columns of one side only found, {odd[:3]}", "give the same columns")
    if not len(other):
        raise InputError("synthetic", "no rows found", "nothing can be judged")
    return real.reset_index(drop=True), other[list(real.columns)].reset_index(drop=True)


def is_number(column: pd.Series) -> bool:
    """Tell whether a column holds numbers; flags are levels."""
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def level(value: Any) -> str:
    """Name a level; a missing value is one too."""
    return "" if pd.isna(value) else f"={value}"


def blocks(rows: np.ndarray, others: np.ndarray, metric: str) -> Iterator[tuple[int, np.ndarray]]:
    """Yield distances block by block: the whole table of two large samples does not fit into memory."""
    size = max(1, 4_000_000 // max(len(others), 1))
    for start in range(0, len(rows), size):
        yield start, cdist(rows[start : start + size], others, metric)
