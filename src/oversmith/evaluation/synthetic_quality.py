"""Generated rows of a table compared with the real ones of their class, for the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from imblearn.pipeline import Pipeline

from oversmith.evaluation.pipeline import PlainFrame, preparation, split_kinds
from oversmith.evaluation.task import Task
from oversmith.exceptions import InputError
from oversmith.metrics import nearest_distances, quality_report

MOST_ROWS = 1000
"""Most rows of a class that are compared, of each kind."""
_GRID = 31
_FEWEST = 3
_COLUMNS, _LEVELS = 24, 12


def synthetic_quality(
    task: Task,
    step: Any,
    before: str,
    parts: Mapping[str, tuple[pd.DataFrame, np.ndarray]],
    seed: int,
) -> list[dict[str, Any]]:
    """Compare the rows a sampler generated with the real ones of a table, class by class.

    Parameters
    ----------
    task : Task
        The data.
    step : Resampling
        The fitted step, with its rows.
    before : str
        Where in the pipeline the sampler is, as in :class:`oversmith.evaluation.Contender`.
    parts : mapping of str to (DataFrame, ndarray)
        ``"train"`` and ``"unseen"``: rows and class codes.
    seed : int
        Of the sample that is taken of large classes, and of the classifier that separates generated from real rows.

    Returns
    -------
    list of dict
        For each class ``class``, sizes, ``quality`` (as :class:`oversmith.metrics.Quality`, without shapes),
        ``columns`` (the most different first: ``grid`` with the cumulative shares ``real`` and ``generated``, or
        ``levels`` with shares), ``correlation`` (``names``, ``real``, ``generated``) and ``copies`` (distances to the
        nearest training row of ``generated`` and ``unseen`` rows, as quantiles). A class with too few rows has
        ``reason`` instead.
    """
    label = np.asarray(step.y_[step.n_before_ :])
    if not len(label):
        return []
    X, y = parts["train"]
    rng = np.random.default_rng(seed)
    sampled = _few(label, rng)
    generated = _as_frame(task.kinds, step.X_[step.n_before_ :], sampled, before, X, y)
    label = label[sampled]
    plain = PlainFrame(task.kinds)
    chosen, held = _few(y, rng), _few(parts["unseen"][1], rng)
    train, unseen = plain.transform(X.iloc[chosen]), plain.transform(parts["unseen"][0].iloc[held])
    of_train, of_unseen = y[chosen], parts["unseen"][1][held]
    entries = []
    for code in np.unique(label):
        entry: dict[str, Any] = {"class": task.classes[int(code)]}
        own = {
            "train": train[of_train == code],
            "made": generated[label == code],
            "unseen": unseen[of_unseen == code],
        }
        entry |= {f"n_{name}": len(rows) for name, rows in own.items()}
        entries.append(entry)
        if len(own["train"]) < _FEWEST or not len(own["unseen"]):
            entry["reason"] = (
                f"{len(own['train'])} training and {len(own['unseen'])} unseen rows of the class; "
                "three and one are needed"
            )
            continue
        try:
            report = quality_report(train, of_train, own["made"], label[label == code], unseen, of_unseen,
                                    random_state=seed)[str(code)]  # fmt: skip
            quality = report.to_dict()
            shapes = quality.pop("shapes")
            entry |= {
                "quality": quality | {"warnings": list(report.warnings)},
                "columns": _columns(pd.concat([own["train"], own["unseen"]]), own["made"], shapes),
                "correlation": _correlation(own["train"], own["made"]),
                "copies": _distances(own["train"], own["made"], own["unseen"]),
            }
        except InputError as error:
            entry["reason"] = str(error)
    return entries


def _few(label: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Positions of at most ``MOST_ROWS`` of each class."""
    parts = [np.flatnonzero(label == code) for code in np.unique(label)]
    sampled = [part if len(part) <= MOST_ROWS else rng.choice(part, MOST_ROWS, replace=False) for part in parts]
    return np.sort(np.concatenate(sampled)) if sampled else np.empty(0, dtype=np.intp)


def _as_frame(
    kinds: Mapping[str, str], generated: Any, sampled: np.ndarray, before: str, X: pd.DataFrame, y: np.ndarray
) -> pd.DataFrame:
    """Rows in the columns and units of the data, wherever in the pipeline they were made."""
    if before == "plain":
        return PlainFrame(kinds).transform(generated.iloc[sampled])
    space = Pipeline(preparation(kinds)).fit(X, y)
    encoder, (numeric, categorical) = space.named_steps["encoded"], split_kinds(kinds)
    values = np.asarray(generated[sampled], dtype=np.float64)
    columns: dict[str, np.ndarray] = {}
    if numeric:
        scaler = encoder.named_transformers_["numeric"][-1]
        columns |= dict(zip(numeric, scaler.inverse_transform(values[:, : len(numeric)]).T, strict=True))
    if categorical:
        codes = values[:, len(numeric) :]
        if before == "classifiers":
            codes = space.named_steps["one-hot"].named_transformers_["levels"].inverse_transform(codes)
        levels = encoder.named_transformers_["categorical"].inverse_transform(np.asarray(codes, dtype=np.float64))
        columns |= dict(zip(categorical, levels.T, strict=True))
    return pd.DataFrame({name: columns[name] for name in kinds})


def _columns(real: pd.DataFrame, generated: pd.DataFrame, shapes: Mapping[str, float]) -> list[dict[str, Any]]:
    """Overlay the columns that differ most."""
    order = sorted(real.columns, key=lambda name: (shapes[str(name)], str(name)))[:_COLUMNS]
    entries = []
    for name in order:
        entry: dict[str, Any] = {"name": str(name), "difference": 1 - shapes[str(name)]}
        if pd.api.types.is_numeric_dtype(real[name]):
            sides = [part[name].to_numpy(dtype=np.float64) for part in (real, generated)]
            sides = [np.sort(side[np.isfinite(side)]) for side in sides]
            both = np.concatenate(sides)
            if not len(both):
                continue
            # Extremes of a few rows would squeeze the others into a corner.
            low, high = np.quantile(both, (0.005, 0.995))
            grid = np.linspace(low, high, _GRID)
            shares = [np.searchsorted(side, grid, side="right") / max(len(side), 1) for side in sides]
            entry |= {"grid": grid, "real": shares[0].round(4), "generated": shares[1].round(4)}
        else:
            counts = [
                part[name].fillna("missing").astype(str).value_counts(normalize=True) for part in (real, generated)
            ]
            top = (counts[0].add(counts[1], fill_value=0)).sort_values(ascending=False, kind="stable").index[:_LEVELS]
            entry |= {
                "levels": [str(level) for level in top],
                "real": [float(counts[0].get(level, 0.0)) for level in top],
                "generated": [float(counts[1].get(level, 0.0)) for level in top],
            }
        entries.append(entry)
    return entries


def _correlation(real: pd.DataFrame, generated: pd.DataFrame) -> dict[str, Any] | None:
    names = [name for name in real if pd.api.types.is_numeric_dtype(real[name]) and real[name].nunique() > 1][:_COLUMNS]
    if len(names) < 2:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        matrices = [np.nan_to_num(part[names].corr().to_numpy()).round(3) for part in (real, generated)]
    return {"names": [str(name) for name in names], "real": matrices[0], "generated": matrices[1]}


def _distances(train: pd.DataFrame, generated: pd.DataFrame, unseen: pd.DataFrame) -> dict[str, Any]:
    """Quantiles of the distance to the nearest training row, of generated and of unseen rows."""
    levels = np.linspace(0.0, 1.0, _GRID)
    generated, control = (np.quantile(nearest_distances(train, rows), levels) for rows in (generated, unseen))
    return {"quantile": levels.round(4), "generated": generated.round(6), "unseen": control.round(6)}
