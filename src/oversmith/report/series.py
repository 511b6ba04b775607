"""What the page shows of series and spectra: bands, examples and distances of each class that was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from oversmith.evaluation import Comparison
from oversmith.metrics import series_quality

# Generated series shown beside their nearest real one.
_EXAMPLES = 4
_QUANTILES = (0.1, 0.5, 0.9)
_MOST = 200
_CHANNELS = 3
# Classes drawn on one axis.
_CLASSES = 6


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
        ``contender``, ``title``, ``class``, ``channels`` (per channel ``bands``, ``examples`` and, of series,
        ``spectrum``; of spectra, ``difference``) and ``quality``; empty for a table. Spectra are in their own units.
    """
    shape = comparison.data.get("shape")
    if shape is None or len(shape) != 2:
        return []
    spectral = comparison.data.get("axis") is not None
    titles = {entry["name"]: entry["title"] for entry in comparison.contenders}
    found = []
    for name in names:
        entry = comparison.embedding.get(name, {})
        if not len(entry.get("synthetic", ())):
            continue
        made_label = np.asarray(entry["synthetic_label"])
        for code in np.unique(made_label):
            real, made, unseen = (_series(entry, part, shape, code) for part in ("real", "synthetic", "unseen"))
            if min(len(real), len(made)) < 2:
                continue
            found.append(
                {
                    "contender": name,
                    "title": titles.get(name, name),
                    "class": comparison.data["classes"][int(code)],
                    "real": len(real),
                    "generated": len(made),
                    "channels": _channels(entry, real, made) if spectral else _channels({}, real, made, False),
                    "quality": _quality(real, made, unseen),
                }
            )
    return found


def class_parts(comparison: Comparison) -> list[dict[str, Any]]:
    """Collect the real spectra of each class of the first training part, channel by channel.

    Parameters
    ----------
    comparison : Comparison
        Of any data.

    Returns
    -------
    list of dict
        Per channel ``classes``, a list of ``name``, ``rows`` and ``band`` with the largest class first; empty for
        anything but spectra whose axis is known.
    """
    shape = comparison.data.get("shape")
    if shape is None or comparison.data.get("axis") is None or not comparison.embedding:
        return []
    entry = next(iter(comparison.embedding.values()))
    names = comparison.data["classes"]
    by_class = [(name, _in_units(entry, _series(entry, "real", shape, code))) for code, name in enumerate(names)]
    by_class = sorted((pair for pair in by_class if len(pair[1]) > 1), key=lambda pair: -len(pair[1]))[:_CLASSES]
    return [
        {"classes": [{"name": name, "rows": len(rows), "band": _band(rows[:, c])} for name, rows in by_class]}
        for c in range(min(shape[0], _CHANNELS))
    ]


def _series(entry: Mapping[str, Any], part: str, shape: Any, code: int) -> np.ndarray:
    """Series of one class, every channel scaled."""
    label = np.asarray(entry["label" if part == "real" else f"{part}_label"])
    return np.asarray(entry[part], dtype=np.float64)[label == code].reshape(-1, *shape)


def _in_units(entry: Mapping[str, Any], rows: np.ndarray) -> np.ndarray:
    if "scale" not in entry:
        return rows
    centre, spread = np.asarray(entry["scale"], dtype=np.float64)
    return rows * spread[:, None] + centre[:, None]


def _channels(entry: Mapping[str, Any], real: np.ndarray, made: np.ndarray, spectral: bool = True) -> list[Any]:
    real, made = _in_units(entry, real), _in_units(entry, made)
    return [_channel(real[:, c], made[:, c], spectral) for c in range(min(real.shape[1], _CHANNELS))]


def _channel(real: np.ndarray, made: np.ndarray, spectral: bool) -> dict[str, Any]:
    some = made[:_EXAMPLES]
    nearest = np.argmin(((some[:, None] - real[None]) ** 2).sum(axis=2), axis=1)
    told = {
        "bands": {"real": _band(real), "generated": _band(made)},
        "examples": _short(np.stack([some, real[nearest]], axis=1)),
    }
    if spectral:
        return told | {"difference": _difference(real, made)}
    return told | {"spectrum": {"real": _band(_power(real)), "generated": _band(_power(made))}}


def _difference(real: np.ndarray, made: np.ndarray) -> dict[str, Any]:
    """Mean of the generated spectra less that of the real ones, and how far chance alone would carry it."""
    noise = np.sqrt(real.var(axis=0, ddof=1) / len(real) + made.var(axis=0, ddof=1) / len(made))
    return {"mean": _short(made.mean(axis=0) - real.mean(axis=0)), "noise": _short(1.96 * noise)}


def _band(rows: np.ndarray) -> list[list[float]]:
    found: list[list[float]] = _short(np.quantile(rows, _QUANTILES, axis=0))
    return found


def _short(values: np.ndarray) -> Any:
    """Round to three decimals, or to a thousandth of the largest number where that lies below one."""
    size = float(np.abs(values).max(initial=0.0))
    digits = 3 if size == 0 else max(3, 3 - int(np.floor(np.log10(size))))
    return values.round(digits).tolist()


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
