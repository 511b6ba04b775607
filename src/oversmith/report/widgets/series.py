"""Series and spectra: bands, examples and distances of each class that was generated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from oversmith.evaluation import Comparison
from oversmith.metrics import series_quality
from oversmith.plot import Ruler, class_bands, difference_spectrum, power_spectrum, series_bands, series_examples
from oversmith.plot.series import TIME_POINTS
from oversmith.report.picture import Picture, canvas, first_upper, plain_number, signed_number, to_svg

# Generated series shown beside their nearest real one.
_EXAMPLES = 4
_QUANTILES = (0.1, 0.5, 0.9)
_MOST = 200
_CHANNELS = 3
# Classes drawn on one axis.
_CLASSES = 6
# Rows of the table behind a figure.
_TABLE_ROWS = 12
_BAND = "Median and the band that holds 80 %, at each "


def collect(comparison: Comparison, names: list[str]) -> list[dict[str, Any]]:
    """Compare real and generated series of the first fold, contender by contender and class by class.

    Parameters
    ----------
    comparison : Comparison
        The record of a comparison.
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
    entries = []
    for name in names:
        rows = comparison.embedding.get(name, {})
        if not len(rows.get("synthetic", ())):
            continue
        for code in np.unique(np.asarray(rows["synthetic_label"])):
            real, generated, unseen = (_of_class(rows, part, shape, code) for part in ("real", "synthetic", "unseen"))
            if min(len(real), len(generated)) < 2:
                continue
            entries.append(
                {
                    "contender": name,
                    "title": titles.get(name, name),
                    "class": comparison.data["classes"][int(code)],
                    "real": len(real),
                    "generated": len(generated),
                    "channels": _channels(rows if spectral else {}, real, generated, spectral),
                    "quality": _quality(real, generated, unseen),
                }
            )
    return entries


def collect_classes(comparison: Comparison) -> list[dict[str, Any]]:
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
    rows = next(iter(comparison.embedding.values()))
    names = comparison.data["classes"]
    by_class = [(name, _in_units(rows, _of_class(rows, "real", shape, code))) for code, name in enumerate(names)]
    by_class = sorted((pair for pair in by_class if len(pair[1]) > 1), key=lambda pair: -len(pair[1]))[:_CLASSES]
    return [
        {"classes": [{"name": name, "rows": len(real), "band": _band(real[:, c])} for name, real in by_class]}
        for c in range(min(shape[0], _CHANNELS))
    ]


def _of_class(rows: Mapping[str, Any], part: str, shape: Any, code: int) -> np.ndarray:
    """Series of one class, every channel scaled."""
    label = np.asarray(rows["label" if part == "real" else f"{part}_label"])
    return np.asarray(rows[part], dtype=np.float64)[label == code].reshape(-1, *shape)


def _in_units(rows: Mapping[str, Any], series: np.ndarray) -> np.ndarray:
    if "scale" not in rows:
        return series
    centre, spread = np.asarray(rows["scale"], dtype=np.float64)
    return series * spread[:, None] + centre[:, None]


def _channels(rows: Mapping[str, Any], real: np.ndarray, generated: np.ndarray, spectral: bool) -> list[Any]:
    real, generated = _in_units(rows, real), _in_units(rows, generated)
    return [_channel(real[:, c], generated[:, c], spectral) for c in range(min(real.shape[1], _CHANNELS))]


def _channel(real: np.ndarray, generated: np.ndarray, spectral: bool) -> dict[str, Any]:
    some = generated[:_EXAMPLES]
    nearest = np.argmin(((some[:, None] - real[None]) ** 2).sum(axis=2), axis=1)
    channel = {
        "bands": {"real": _band(real), "generated": _band(generated)},
        "examples": _short(np.stack([some, real[nearest]], axis=1)),
    }
    if spectral:
        return channel | {"difference": _difference(real, generated)}
    return channel | {"spectrum": {"real": _band(_power(real)), "generated": _band(_power(generated))}}


def _difference(real: np.ndarray, generated: np.ndarray) -> dict[str, Any]:
    """Mean of the generated spectra less that of the real ones, and how large chance alone would make it."""
    noise = np.sqrt(real.var(axis=0, ddof=1) / len(real) + generated.var(axis=0, ddof=1) / len(generated))
    return {"mean": _short(generated.mean(axis=0) - real.mean(axis=0)), "noise": _short(1.96 * noise)}


def _band(rows: np.ndarray) -> list[list[float]]:
    band: list[list[float]] = _short(np.quantile(rows, _QUANTILES, axis=0))
    return band


def _short(values: np.ndarray) -> Any:
    """Round to three decimals, or to a thousandth of the largest number where that is below one."""
    size = float(np.abs(values).max(initial=0.0))
    digits = 3 if size == 0 else max(3, 3 - int(np.floor(np.log10(size))))
    return values.round(digits).tolist()


def _power(rows: np.ndarray) -> np.ndarray:
    """Power in decibels, without the mean of the series, which is no frequency."""
    power = np.abs(np.fft.rfft(rows, axis=1)[:, 1:]) ** 2
    floor = max(float(power.mean(axis=0).max(initial=0.0)) * 1e-6, 1e-12)
    return 10 * np.log10(np.maximum(power, floor))


def _quality(real: np.ndarray, generated: np.ndarray, unseen: np.ndarray) -> dict[str, Any] | None:
    """Distances beside those of unseen real series; None where a class has too few of them."""
    if len(real) < 3 or len(unseen) < 2:
        return None
    quality = series_quality(real, generated, unseen, max_series=_MOST)
    return quality.to_dict() | {"warnings": quality.warnings}


def draw(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Draw real against generated series, or spectra over their axis, contender by contender and class by class.

    Parameters
    ----------
    summary : dict
        All that the page shows.

    Returns
    -------
    list of dict
        ``title``, ``pictures``, ``warnings``, and a table of distances.
    """
    axis = summary["data"].get("axis")
    word = "series" if axis is None else "spectra"
    parts = []
    for number, entry in enumerate(summary.get("series", [])):
        pictures = []
        sizes = f"{entry['generated']:,} generated, {entry['real']:,} real"
        for channel, values in enumerate(entry["channels"]):
            of = f", channel {channel}" if len(entry["channels"]) > 1 else ""
            for kind, draw_on, caption in _kinds(axis, values):
                uid = f"series-{number}-{channel}-{kind}"
                with canvas(4.8, 3.7) as figure:
                    ax = draw_on(ax=figure.subplots())
                    ax.set_title(first_upper(kind) + of)
                    svg = to_svg(
                        figure,
                        uid=uid,
                        title=f"{first_upper(kind)} of class {entry['class']}, {entry['title']}{of}",
                        description=f"{entry['generated']:,} generated and {entry['real']:,} real {word}.",
                    )
                columns, rows = _table(kind, values[kind], axis)
                pictures.append(Picture(uid, svg, f"{caption}; {sizes}{of}.", columns, rows))
        quality = entry["quality"]
        parts.append(
            {
                "title": f"{entry['title']}: class {entry['class']}",
                "pictures": pictures,
                "warnings": [] if quality is None else [first_upper(_in(word, text)) for text in quality["warnings"]],
                "columns": ["distance", "generated to real", "real to generated", "unseen real to real"],
                "rows": [] if quality is None else [[_in(word, row[0]), *row[1:]] for row in _distances(quality)],
            }
        )
    return parts


def draw_classes(summary: dict[str, Any]) -> list[Picture]:
    """Draw the real spectra of every class over their axis.

    Parameters
    ----------
    summary : dict
        Of it ``class_spectra`` and the axis.

    Returns
    -------
    list of Picture
        One per channel; none for anything but spectra whose axis is known.
    """
    axis = summary["data"].get("axis")
    pictures = []
    for channel, entry in enumerate(summary.get("class_spectra", [])):
        of = f", channel {channel}" if len(summary["class_spectra"]) > 1 else ""
        uid, classes = f"spectra-{channel}", entry["classes"]
        bands = {part["name"]: part["band"] for part in classes}
        sizes = ", ".join(f"{part['name']} {part['rows']:,}" for part in classes)
        with canvas(8.6, 3.8) as figure:
            ax = class_bands(bands, ruler=_ruler(axis), ax=figure.subplots())
            ax.set_title(f"Real spectra of each class{of}")
            svg = to_svg(figure, uid=uid, title=f"Real spectra of each class{of}", description=f"Rows: {sizes}.")
        rows = [
            [plain_number(axis["points"][k]), *(plain_number(part["band"][1][k]) for part in classes)]
            for k in _some(len(axis["points"]))
        ]
        caption = f"{_BAND}{axis['name']}; first training part, {sizes}{of}."
        columns = [_label(axis), *(part["name"] for part in classes)]
        pictures.append(Picture(uid, svg, caption, columns, rows, wide=True))
    return pictures


def _kinds(axis: dict[str, Any] | None, values: dict[str, Any]) -> list[tuple[str, Callable[..., Any], str]]:
    """Name, drawing and caption of each picture of a channel."""
    ruler = TIME_POINTS if axis is None else _ruler(axis)
    word = "series" if axis is None else "spectra"
    at = "time point" if axis is None else axis["name"]
    bands = "bands", partial(series_bands, values["bands"], ruler=ruler), f"{_BAND}{at}"
    examples = (
        "examples",
        partial(series_examples, values["examples"], ruler=ruler),
        f"The first generated {word}, each over the real one nearest to it",
    )
    if axis is None:
        caption = "Power at each frequency, median and the band that holds 80 %"
        return [bands, examples, ("spectrum", partial(power_spectrum, values["spectrum"]), caption)]
    caption = (
        "Mean of the generated spectra minus mean of the real ones; grey: 95 % of such differences at each point, if "
        "both were drawn independently from one source"
    )
    difference = values["difference"]
    drawing = partial(difference_spectrum, difference["mean"], difference["noise"], ruler=ruler)
    return [bands, ("difference", drawing, caption), examples]


def _ruler(axis: dict[str, Any]) -> Ruler:
    return Ruler(axis["points"], _label(axis), axis["quantity"])


def _label(axis: dict[str, Any]) -> str:
    return f"{axis['name']}, {axis['unit']}" if axis["unit"] else str(axis["name"])


def _some(length: int) -> range:
    return range(0, length, max(length // _TABLE_ROWS, 1))


def _table(kind: str, values: Any, axis: dict[str, Any] | None) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of numbers at about a dozen points."""
    if kind == "examples":
        return [], []
    lines = [values["mean"], values["noise"]] if kind == "difference" else [values["real"][1], values["generated"][1]]
    names = ["generated − real", "chance, 95 %"] if kind == "difference" else ["real", "generated"]
    if axis is None:
        return ["point", *names], [[str(k), *(signed_number(line[k]) for line in lines)] for k in _some(len(lines[0]))]
    rows = [[plain_number(axis["points"][k]), *(plain_number(line[k]) for line in lines)] for k in _some(len(lines[0]))]
    return [_label(axis), *names], rows


def _in(word: str, text: str) -> str:
    """Write "spectra" for "series" where the data are spectra."""
    return (
        text if word == "series" else text.replace("a training series", "a training spectrum").replace("series", word)
    )


def _distances(quality: dict[str, Any]) -> list[list[str]]:
    rows = []
    for key, name in (("prd", "PRD, %"), ("prdn", "PRDN, %"), ("dtw", "DTW, band of 10 %")):
        distance = quality[key]
        values = [distance[part] for part in ("generated_to_real", "real_to_generated", "unseen_to_real")]
        rows.append([f"{name} ({distance['pairing']} pairs)", *map(plain_number, values)])
    spectrum = [plain_number(quality[key]) for key in ("spectrum", "spectrum_real")]
    rows.append(["Spectrum, dB to unseen", spectrum[0], "–", spectrum[1]])
    p_values = [f"p = {quality[key]['p_value']:.3f}" for key in ("mmd", "mmd_real")]
    rows.append(["MMD to unseen", p_values[0], "–", p_values[1]])
    shares = [f"{100 * quality[key]:.0f} %" for key in ("too_near", "too_near_unseen")]
    rows.append(["Nearer to a training series than 95 % of these to each other", shares[0], "–", shares[1]])
    return rows
