"""Real comparisons of every modality and one real benchmark, as small as they can be: one training each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from oversmith import compare
from oversmith.datasets import SpectralAxis
from oversmith.evaluation import Comparison, Plan, Protocol, Store, run

POINTS = 16
SMALL: dict[str, Any] = {"folds": 2, "inner_folds": 2, "n_jobs": 1, "max_steps": 2}


def table(rows: int = 100, rare: int = 30) -> tuple[pd.DataFrame, np.ndarray]:
    """Numbers and levels whose rare rows lie apart."""
    rng = np.random.default_rng(3)
    y = np.repeat(["common", "rare"], [rows - rare, rare])
    late = y == "rare"
    frame = pd.DataFrame(
        {
            "pressure": rng.normal(size=rows) + late,
            "flow": rng.normal(size=rows) - late,
            "state": np.where(rng.random(rows) < 0.3 + 0.4 * late, "open", "shut"),
        }
    )
    return frame, y


def series(channels: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Waves whose rare ones begin later."""
    rng = np.random.default_rng(4)
    y = np.repeat(["common", "rare"], [30, 14])
    start = np.where(y == "rare", 1.0, 0.0)[:, None, None] + rng.normal(scale=0.2, size=(len(y), channels, 1))
    X = np.sin(np.linspace(0, 2 * np.pi, POINTS) + start) + rng.normal(scale=0.1, size=(len(y), channels, POINTS))
    return X.astype(np.float32), y


def images() -> tuple[np.ndarray, np.ndarray]:
    """Grey squares with a bright row, lower in the rare ones."""
    rng = np.random.default_rng(5)
    y = np.repeat(["common", "rare"], [24, 12])
    X = rng.integers(0, 90, (len(y), 1, 8, 8))
    X[np.arange(len(y)), :, np.where(y == "rare", 5, 2)] += 140
    return X.astype(np.uint8), y


def of_table() -> Comparison:
    X, y = table()
    return compare(
        X, y, name="wells", positive="rare", classifiers=["lr"],
        contenders=["none", "none-tuned", "class-weight", "smotenc", "eo-wgan-0.33"], **SMALL,
    ).comparison  # fmt: skip


def of_series() -> Comparison:
    X, y = series()
    return compare(
        X, y, name="waves", positive="rare", contenders=["none-tuned", "smote", "eo-wgan-0.33"],
        classifiers=["rocket"], **SMALL,
    ).comparison  # fmt: skip


def of_spectra() -> Comparison:
    X, y = series(2)
    axis = SpectralAxis(np.linspace(900.0, 1800.0, POINTS), "wavenumber", "1/cm", "absorbance")
    return compare(
        X, y, name="spectra", positive="rare", axis=axis, contenders=["none-tuned", "three-player-gan-0.33"],
        classifiers=["rocket"], **SMALL,
    ).comparison  # fmt: skip


def of_images() -> Comparison:
    X, y = images()
    return compare(
        X, y, name="squares", positive="rare", modality="image", contenders=["none-tuned", "cgan-0.33"],
        classifiers=["lr"], **SMALL,
    ).comparison  # fmt: skip


def benchmark() -> Store:
    X, y = table()
    toys = [(name, X.iloc[::step], y[::step]) for name, step in (("wells", 1), ("fewer wells", 2))]
    cut = Protocol(folds=2, inner_folds=2)
    plan = Plan(toys, ["none-tuned", "smotenc", "eo-wgan-0.33"], ["lr"], cut, max_steps=2, details=True)
    return run(plan, n_jobs=1, isolate=False)
