"""Small data of every modality, samplers set to train for a moment, and the hash of what they generate."""

from __future__ import annotations

import hashlib
import inspect
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier

from oversmith import Critics, Guidance, Refinement, SmoteStage, SpectraNetwork
from oversmith._registry import METHODS, load_class

N_ROWS = 200


def rarest_share(estimator: DummyClassifier, X: object, y: object) -> float:
    """Score a classifier by the share of the rarest class in its training rows: over-sampling always helps."""
    return float(min(estimator.class_prior_))


# Enough steps that every turn, moving average and check of a training runs; networks are small.
COMMON = {"max_steps": 12, "random_state": 3, "batch_size": 16}
SMALL = {
    "generator_widths": (8, 8),
    "critic_widths": (8, 8),
    "classifier_widths": (8, 8),
    "widths": (8,),
    "latent_dim": 4,
    "hidden": 4,
    "lstm_layers": 1,
    "n_sampling_steps": 4,
    "n_noise_steps": 10,
    "pretrain_epochs": 1,
    "n_trees": 3,
    "n_levels": 10,
    "n_pairs": 500,
}
OF_METHOD = {
    "auto": {
        "estimator": DummyClassifier(),
        "scoring": rarest_share,
        "candidates": ["smote", "jitter"],
        "fill": 1.0,
        "n_splits": 2,
        "n_repeats": 2,
    },
    "blend": {"samplers": ["smote", "jitter", "gaussian-mixture"]},
    "pca-sampler": {"sampler": "gaussian-mixture"},
    # Switches that no other method has, and that only dense networks have.
    "eo-wgan table": {
        "smote": SmoteStage(clean="enn"),
        "critics": Critics(2, label_smoothing=0.1),
        "guidance": Guidance(0.5),
        "refinement": Refinement(1),
    },
    "flow-matching": {"max_steps": 60},
    "ganbats": {"generator_widths": (8,), "critic_widths": (8,)},
    **{
        kebab: {"network": SpectraNetwork(head_units=8)}
        for kebab in ("three-player-gan", "bagan-gp", "cdragan", "cooperative-gan")
    },
}
CASES = [
    (kebab, modality)
    for kebab, entry in METHODS.items()
    for modality in ("table", "series", "image")
    if modality in entry.modality
]


def table() -> tuple[pd.DataFrame, np.ndarray]:
    """Numbers, whole numbers, a column with holes, levels and a boolean; 90 common and 24 rare rows."""
    rng = np.random.default_rng(5)
    y = np.repeat(["common", "rare"], [90, 24])
    rare = y == "rare"
    X = pd.DataFrame(
        {
            "pressure": rng.normal(0, 1, len(y)) + 2 * rare,
            "flow": np.exp(rng.normal(0, 1, len(y)) - rare),
            "count": rng.poisson(3, len(y)) + 2 * rare,
            "state": pd.Categorical(np.where(rng.random(len(y)) < 0.3 + 0.4 * rare, "open", "shut")),
            "alarm": rng.random(len(y)) < 0.2 + 0.5 * rare,
        }
    )
    X.loc[rng.random(len(y)) < 0.1, "flow"] = np.nan
    return X, y


def series() -> tuple[np.ndarray, np.ndarray]:
    """Waves of two channels and 16 points; 40 common and 16 rare cases."""
    rng = np.random.default_rng(6)
    y = np.repeat(["common", "rare"], [40, 16])
    phase = rng.normal(scale=0.3, size=(len(y), 2, 1)) + np.array([0.0, np.pi / 2])[:, None]
    # Four rare cases look like common ones, so that the border between the classes is not empty.
    scale = np.where((y == "rare") & (np.arange(len(y)) < 52), 1.5, -1.0)
    X = scale[:, None, None] * np.sin(np.linspace(0, 2 * np.pi, 16) + phase)
    return (X + rng.normal(scale=0.1, size=X.shape)).astype(np.float32), y


def image() -> tuple[np.ndarray, np.ndarray]:
    """Bytes of one channel and 8 by 8 pixels, a bright row in each; 32 common and 14 rare images."""
    rng = np.random.default_rng(7)
    y = np.repeat(["common", "rare"], [32, 14])
    X = rng.integers(0, 90, (len(y), 1, 8, 8))
    X[np.arange(len(y)), :, np.where((y == "rare") & (np.arange(len(y)) < 42), 5, 2)] += 140
    return X.astype(np.uint8), y


DATA = {"table": table, "series": series, "image": image}


def sampler(kebab: str, modality: str) -> object:
    """Make a method's sampler with those of the settings above that it has."""
    kind = load_class(kebab)
    known = inspect.signature(kind).parameters
    wanted = COMMON | SMALL | OF_METHOD.get(kebab, {}) | OF_METHOD.get(f"{kebab} {modality}", {})
    return kind(**{name: value for name, value in wanted.items() if name in known})


def generated(kebab: str, modality: str) -> object:
    """Return 200 rows of the rare class, or what Auto appends, which draws no rows of its own."""
    X, y = DATA[modality]()
    made = sampler(kebab, modality)
    if hasattr(made, "sample"):
        return made.fit(X, y).sample(N_ROWS, "rare")
    return made.fit_resample(X, y)[0][len(y) :]


def plain(rows: object) -> np.ndarray:
    """Return rows as one array of numbers, levels by their code."""
    if isinstance(rows, pd.DataFrame):
        columns = [c.cat.codes if isinstance(c.dtype, pd.CategoricalDtype) else c for _, c in rows.items()]
        return np.column_stack([np.asarray(c, dtype=np.float64) for c in columns])
    return np.asarray(rows, dtype=np.float64)


def digest(rows: object) -> str:
    """Hash the bits of the rows, with their shape and types."""
    types = str(list(map(str, rows.dtypes)) if isinstance(rows, pd.DataFrame) else rows.dtype)
    values = np.where(np.isnan(plain(rows)), -1e300, plain(rows))
    return hashlib.sha256(f"{values.shape} {types}".encode() + np.ascontiguousarray(values).tobytes()).hexdigest()[:16]


def summary(rows: object) -> list[list[float]]:
    """Mean and spread of every column or channel, which another machine gives to a few digits."""
    values = plain(rows)
    by_column = values if values.ndim == 2 else np.moveaxis(values, 1, -1).reshape(-1, values.shape[1])
    return [[float(np.nanmean(c)), float(np.nanstd(c))] for c in by_column.T]


def machine() -> str:
    """Name what the last bits of a training depend on: processor, numerical libraries and compiler switches."""
    import os

    cpu = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        flags = next((line for line in info.read_text().splitlines() if line.startswith(("flags", "Features"))), "")
        cpu += hashlib.sha256(" ".join(sorted(flags.split()[2:])).encode()).hexdigest()[:12]
    versions = [f"{name} {version(name)}" for name in ("jax", "jaxlib", "numpy", "scipy", "scikit-learn")]
    switches = [f"{name}={os.environ.get(name, '')}" for name in ("XLA_FLAGS", "NPROC", "OPENBLAS_CORETYPE")]
    return " ".join(" ".join([cpu, *versions, *switches]).split())
