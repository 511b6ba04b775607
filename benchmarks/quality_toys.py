"""Shapes whose truth is known, for the quality of generated rows.

Each draws any number of rows of a class, so that unseen rows cost nothing, and says which rows are near the shape and
which of its parts they belong to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

RING_SD, GRID_SD, CURVE_SD = 0.15, 0.1, 0.1
RING = 4 * np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], axis=1)
GRID = np.stack(np.meshgrid(np.arange(-4, 5, 2.0), np.arange(-4, 5, 2.0)), axis=-1).reshape(-1, 2)
RARE_MODE = np.array([[0.0, 0.0], [5.0, 5.0]])
# A joint table of two columns that are far from independent, in four and three levels.
JOINT = np.array([[0.30, 0.02, 0.01], [0.02, 0.20, 0.03], [0.01, 0.02, 0.25], [0.02, 0.10, 0.02]])


@dataclass(frozen=True)
class Toy:
    """A shape.

    Parameters
    ----------
    draw : callable
        ``draw(n, rng)`` returns a data frame of ``n`` rows.
    parts : callable or None
        ``parts(frame)`` returns for each row the number of its part, -1 for a row near none of them.
    shares : tuple of float
        True share of each part; empty where a shape has no parts.
    """

    draw: Callable[[int, np.random.Generator], pd.DataFrame]
    parts: Callable[[pd.DataFrame], np.ndarray] | None = None
    shares: tuple[float, ...] = ()


def _frame(rows: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[f"x{number}" for number in range(rows.shape[1])])


def _modes(centres: np.ndarray, sd: float, shares: np.ndarray) -> Toy:
    def draw(n: int, rng: np.random.Generator) -> pd.DataFrame:
        return _frame(centres[rng.choice(len(centres), n, p=shares)] + rng.normal(0, sd, (n, centres.shape[1])))

    def parts(frame: pd.DataFrame) -> np.ndarray:
        distances = np.linalg.norm(frame.to_numpy(dtype=float)[:, None] - centres[None], axis=2)
        # A true row lies within three standard deviations of its centre in 99 of 100 draws.
        return np.where(distances.min(axis=1) <= 3 * sd, distances.argmin(axis=1), -1)

    return Toy(draw, parts, tuple(shares))


def _curves(curves: Callable[[np.ndarray], list[np.ndarray]]) -> Toy:
    """Rows along curves, each given at numbers from 0 to 1."""
    known = curves(np.linspace(0, 1, 400))

    def draw(n: int, rng: np.random.Generator) -> pd.DataFrame:
        which, at = rng.integers(len(known), size=n), rng.random(n)
        rows = np.stack(curves(at))[which, np.arange(n)]
        return _frame(rows + rng.normal(0, CURVE_SD, (n, 2)))

    def parts(frame: pd.DataFrame) -> np.ndarray:
        rows = frame.to_numpy(dtype=float)
        nearest = np.stack([np.linalg.norm(rows[:, None] - curve[None], axis=2).min(axis=1) for curve in known])
        return np.where(nearest.min(axis=0) <= 3 * CURVE_SD, nearest.argmin(axis=0), -1)

    return Toy(draw, parts, tuple(np.full(len(known), 1 / len(known))))


def _moons(t: np.ndarray) -> list[np.ndarray]:
    angle = np.pi * t
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    return [2 * upper, 2 * lower]


def _spiral(t: np.ndarray) -> list[np.ndarray]:
    angle = 0.5 * np.pi + 3.5 * np.pi * np.sqrt(t)
    return [angle[:, None] / 3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)]


def _levels(n: int, rng: np.random.Generator) -> pd.DataFrame:
    cell = rng.choice(JOINT.size, n, p=JOINT.ravel())
    first, second = np.unravel_index(cell, JOINT.shape)
    return pd.DataFrame(
        {
            "colour": np.array(list("abcd"), dtype=object)[first],
            "size": np.array(["small", "middle", "large"], dtype=object)[second],
            "x0": first + rng.normal(0, 0.3, n),
            "x1": 2.0 * second - first + rng.normal(0, 0.3, n),
        }
    )


def _heavy_tails(n: int, rng: np.random.Generator) -> pd.DataFrame:
    common = rng.standard_t(2.5, size=n)
    return _frame(np.stack([common, 0.8 * common + rng.standard_t(2.5, size=n), np.exp(rng.normal(0, 1, n))], axis=1))


def _counts(n: int, rng: np.random.Generator) -> pd.DataFrame:
    busy = rng.random(n) < 0.6
    visits = np.where(busy, rng.poisson(6, n), 0)
    return pd.DataFrame(
        {
            "visits": visits,
            "items": np.where(busy, visits + rng.poisson(2, n), 0),
            "days": rng.geometric(0.15, n) - 1,
        }
    )


TOYS: dict[str, Toy] = {
    "ring": _modes(RING, RING_SD, np.full(8, 1 / 8)),
    "grid": _modes(GRID, GRID_SD, np.full(25, 1 / 25)),
    "moons": _curves(_moons),
    "spiral": _curves(_spiral),
    "levels": Toy(_levels),
    "rare mode": _modes(RARE_MODE, 0.5, np.array([0.95, 0.05])),
    "heavy tails": Toy(_heavy_tails),
    "counts": Toy(_counts),
}
