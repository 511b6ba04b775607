"""What the page shows of series: bands, examples, spectra and distances of each class that was made."""

from __future__ import annotations

from typing import Any

import numpy as np

from oversmith.evaluation import Comparison
from oversmith.metrics import series_quality

# Generated series shown beside their nearest real one.
_EXAMPLES = 4
_QUANTILES = (0.1, 0.5, 0.9)
_MOST = 200


def series_parts(comparison: Comparison, names: list[str]) -> list[dict[str, Any]]:
    """Compare real and generated series of the first fold, contender by contender and class by class.

    Parameters
    ----------
    comparison : Comparison
        What :func:`oversmith.evaluation.run_comparison` returned.
    names : list of str
        Contenders to show.

    Returns
    -------
    list of dict
        ``contender``, ``title``, ``class``, ``channels`` (per channel ``bands``, ``examples`` and ``spectrum``) and
        ``quality``; empty for a table.
    """
    shape = comparison.data.get("shape")
    if shape is None:
        return []
    titles = {entry["name"]: entry["title"] for entry in comparison.contenders}
    found = []
    for name in names:
        entry = comparison.embedding.get(name, {})
        if not len(entry.get("synthetic", ())):
            continue
        made_label = np.asarray(entry["synthetic_label"])
        for code in np.unique(made_label):
            real, made, unseen = (
                np.asarray(entry[part], dtype=np.float64)[np.asarray(entry[label]) == code].reshape(-1, *shape)
                for part, label in (("real", "label"), ("synthetic", "synthetic_label"), ("unseen", "unseen_label"))
            )
            if min(len(real), len(made)) < 2:
                continue
            found.append(
                {
                    "contender": name,
                    "title": titles.get(name, name),
                    "class": comparison.data["classes"][int(code)],
                    "real": len(real),
                    "generated": len(made),
                    "channels": [_channel(real[:, c], made[:, c]) for c in range(min(shape[0], 3))],
                    "quality": _quality(real, made, unseen),
                }
            )
    return found


def _channel(real: np.ndarray, made: np.ndarray) -> dict[str, Any]:
    some = made[:_EXAMPLES]
    nearest = np.argmin(((some[:, None] - real[None]) ** 2).sum(axis=2), axis=1)
    return {
        "bands": {"real": _band(real), "generated": _band(made)},
        "examples": np.stack([some, real[nearest]], axis=1).round(3).tolist(),
        "spectrum": {"real": _band(_power(real)), "generated": _band(_power(made))},
    }


def _band(rows: np.ndarray) -> list[list[float]]:
    found: list[list[float]] = np.quantile(rows, _QUANTILES, axis=0).round(3).tolist()
    return found


def _power(rows: np.ndarray) -> np.ndarray:
    """Power in decibels; the mean of a series is no frequency."""
    power = np.abs(np.fft.rfft(rows, axis=1)[:, 1:]) ** 2
    floor = max(float(power.mean(axis=0).max(initial=0.0)) * 1e-6, 1e-12)
    return 10 * np.log10(np.maximum(power, floor))


def _quality(real: np.ndarray, made: np.ndarray, unseen: np.ndarray) -> dict[str, Any] | None:
    """Distances beside what unseen real series reach; None where a class has too few of them."""
    if len(real) < 3 or len(unseen) < 2:
        return None
    quality = series_quality(real, made, unseen, max_series=_MOST)
    return quality.to_dict() | {"warnings": quality.warnings}
