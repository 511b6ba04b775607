"""The map between numbers and the scores that networks see, for every number a float holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

# Knots of the quantile map: half evenly in rank, half evenly in normal score, so that tails keep their shape.
KNOTS = 500


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
            unit = _share(distinct, ends)  # squares of tiny numbers would vanish
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
        return _interpolated(x, self.x, self.z)

    def number(self, z: np.ndarray) -> np.ndarray:
        """Map scores to numbers."""
        return np.clip(_interpolated(z, self.z, self.x), self.x[0], self.x[-1])

    def reach(self, z_class: np.ndarray, z_table: np.ndarray) -> np.ndarray:
        """Return the lowest and highest score that rows of a class may go to; see :meth:`TableEncoder.reach`."""
        own, table = self.number(z_class), self.number(z_table)
        # In units of the column's range, whose ends may be too far apart or too near to be squared.
        unit = max(self.x[-1] / 2 - self.x[0] / 2, np.finfo(np.float64).tiny)
        slack = (table / unit).std() / np.sqrt(len(own))
        widened = np.array([own.min() / unit - slack, own.max() / unit + slack])
        return self.score(np.clip(widened, self.x[0] / unit, self.x[-1] / unit) * unit)


def _share(x: np.ndarray, ends: Any) -> np.ndarray:
    """Return how far numbers lie between two ends, from 0 to 1; the ends may be further apart than a float tells."""
    with np.errstate(over="ignore"):
        width = ends[1] - ends[0]
        return (
            (x - ends[0]) / width if np.isfinite(width).all() else (x / 4 - ends[0] / 4) / (ends[1] / 4 - ends[0] / 4)
        )


def _interpolated(at: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Interpolate as NumPy does; where a gap is too wide or too narrow for its slopes, by shares of the gap."""
    values = np.interp(np.atleast_1d(at), x, y)
    with np.errstate(over="ignore"):
        wide = not np.isfinite([x[-1] - x[0], y[-1] - y[0]]).all()
    broken = np.full(len(values), True) if wide else ~np.isfinite(values)
    if len(x) > 1 and broken.any():
        inner = np.clip(np.atleast_1d(at)[broken], x[0], x[-1])
        left = np.clip(np.searchsorted(x, inner, side="right") - 1, 0, len(x) - 2)
        share = np.clip(_share(inner, (x[left], x[left + 1])), 0.0, 1.0)
        values[broken] = y[left] * (1 - share) + y[left + 1] * share
    return values.reshape(np.shape(at))
