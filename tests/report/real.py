"""Real comparisons of every modality, one benchmark and one study, as small as they can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from imblearn.base import BaseSampler

from oversmith import compare
from oversmith.datasets import SpectralAxis
from oversmith.evaluation import Comparison, Contender, Plan, Protocol, Situation, Store, run
from oversmith.report import StudyPage
from oversmith.studies import rebuild_any

RAW = Path(__file__).resolve().parents[2] / "docs" / "results" / "raw" / "ganbats.parquet"
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


class Failing(BaseSampler):
    """Fails in every fit."""

    _sampling_type = "over-sampling"

    def fit_resample(self, X: pd.DataFrame, y: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
        raise RuntimeError("it never works")


def failing(situation: Situation) -> Failing:
    return Failing()


FAILS = Contender("fails", "Always fails", "fails", failing)


def of_table() -> Comparison:
    X, y = table()
    return compare(
        X, y, name="wells", positive="rare", classifiers=["lr"],
        contenders=["none", "none-tuned", "smotenc", "eo-wgan-0.33", FAILS], **SMALL,
    ).comparison  # fmt: skip


def of_series(axis: SpectralAxis | None = None) -> Comparison:
    X, y = series()
    return compare(
        X, y, name="waves", positive="rare", axis=axis, classifiers=["rocket"], methods=["eo-wgan"],
        contenders=["none-tuned", "smote", "eo-wgan-0.33", FAILS], **SMALL,
    ).comparison  # fmt: skip


def of_spectra() -> Comparison:
    """Spectra are series with an axis: the same programs run again, compiled."""
    return of_series(SpectralAxis(np.linspace(900.0, 1800.0, POINTS), "wavenumber", "1/cm", "absorbance"))


def of_images() -> Comparison:
    X, y = images()
    return compare(
        X, y, name="squares", positive="rare", modality="image", classifiers=["lr"],
        contenders=["none-tuned", "smote", "cgan-0.33", FAILS], **SMALL,
    ).comparison  # fmt: skip


def benchmark() -> Store:
    """Two tables under two protocols."""
    X, y = table()
    other = X.assign(pressure=X["pressure"][::-1].to_numpy())
    cuts = (Protocol(folds=2, inner_folds=2), Protocol(folds=2, inner_folds=2, thin=4))
    plan = Plan(
        [("wells", X, y), ("other wells", other, y)], ["none-tuned", "smotenc", "eo-wgan-0.33", FAILS], ["lr", "knn"],
        cuts,
        max_steps=2, details=True,
    )  # fmt: skip
    return run(plan, n_jobs=1, isolate=False)


def study() -> StudyPage:
    """Return the page of the smallest study, from its raw scores."""
    return rebuild_any(RAW).page
