"""The figures of series and of spectra: from parts of the summary to SVG, caption and the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from oversmith.plot import Ruler, class_bands, difference_spectrum, power_spectrum, series_bands, series_examples
from oversmith.report.picture import Picture, first_upper, plain_number, signed_number
from oversmith.report.svg import canvas, to_svg

_PLACES = 12
_BAND = "Median and the band that holds 80 %, at each "
_LIKE = "The first generated {}, each on the real one nearest to it"


def series_pictures(summary: dict[str, Any]) -> list[dict[str, Any]]:
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
        drawn = []
        sizes = f"{entry['generated']:,} generated, {entry['real']:,} real"
        for channel, told in enumerate(entry["channels"]):
            of = f", channel {channel}" if len(entry["channels"]) > 1 else ""
            for kind, draw, caption in _kinds(axis, told):
                uid = f"series-{number}-{channel}-{kind}"
                with canvas(4.8, 3.7) as figure:
                    ax = draw(ax=figure.subplots())
                    ax.set_title(first_upper(kind) + of)
                    svg = to_svg(
                        figure,
                        uid=uid,
                        title=f"{first_upper(kind)} of class {entry['class']}, {entry['title']}{of}",
                        description=f"{entry['generated']:,} generated and {entry['real']:,} real {word}.",
                    )
                columns, rows = _table(kind, told[kind], axis)
                drawn.append(Picture(uid, svg, f"{caption}; {sizes}{of}.", columns, rows))
        quality = entry["quality"]
        parts.append(
            {
                "title": f"{entry['title']}: class {entry['class']}",
                "pictures": drawn,
                "warnings": [] if quality is None else [first_upper(_said(text, word)) for text in quality["warnings"]],
                "columns": ["distance", "generated to real", "real to generated", "unseen real to real"],
                "rows": [] if quality is None else [[_said(row[0], word), *row[1:]] for row in _distances(quality)],
            }
        )
    return parts


def class_pictures(summary: dict[str, Any]) -> list[Picture]:
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
    drawn = []
    for channel, told in enumerate(summary.get("class_spectra", [])):
        of = f", channel {channel}" if len(summary["class_spectra"]) > 1 else ""
        uid, classes = f"spectra-{channel}", told["classes"]
        with canvas(8.6, 3.8) as figure:
            ax = class_bands(
                {entry["name"]: entry["band"] for entry in classes}, ruler=_ruler(axis), ax=figure.subplots()
            )
            ax.set_title(f"Real spectra of each class{of}")
            sizes = ", ".join(f"{entry['name']} {entry['rows']:,}" for entry in classes)
            svg = to_svg(figure, uid=uid, title=f"Real spectra of each class{of}", description=f"Rows: {sizes}.")
        middle = range(0, len(axis["points"]), max(len(axis["points"]) // _PLACES, 1))
        rows = [
            [plain_number(axis["points"][k]), *(plain_number(entry["band"][1][k]) for entry in classes)] for k in middle
        ]
        caption = f"{_BAND}{axis['name']}; first training part, {sizes}{of}."
        drawn.append(Picture(uid, svg, caption, [_label(axis), *(entry["name"] for entry in classes)], rows, wide=True))
    return drawn


def _kinds(axis: dict[str, Any] | None, told: dict[str, Any]) -> list[tuple[str, Callable[..., Any], str]]:
    """Name, drawing and caption of each picture of a channel."""
    if axis is None:
        return [
            ("bands", partial(series_bands, told["bands"]), f"{_BAND}time point"),
            ("examples", partial(series_examples, told["examples"]), _LIKE.format("series")),
            (
                "spectrum",
                partial(power_spectrum, told["spectrum"]),
                "Power at each frequency, median and the band that holds 80 %",
            ),
        ]
    ruler = _ruler(axis)
    difference = told["difference"]
    return [
        ("bands", partial(series_bands, told["bands"], ruler=ruler), f"{_BAND}{axis['name']}"),
        (
            "difference",
            partial(difference_spectrum, difference["mean"], difference["noise"], ruler=ruler),
            "Mean of the generated spectra minus mean of the real ones; grey: where 95 % of such differences would lie "
            "at each point, were both drawn from one source and independent",
        ),
        ("examples", partial(series_examples, told["examples"], ruler=ruler), _LIKE.format("spectra")),
    ]


def _ruler(axis: dict[str, Any]) -> Ruler:
    return Ruler(axis["points"], _label(axis), axis["quantity"])


def _label(axis: dict[str, Any]) -> str:
    return f"{axis['name']}, {axis['unit']}" if axis["unit"] else str(axis["name"])


def _table(kind: str, told: Any, axis: dict[str, Any] | None) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of numbers at a dozen places."""
    if kind == "examples":
        return [], []
    lines = [told["mean"], told["noise"]] if kind == "difference" else [told["real"][1], told["generated"][1]]
    names = ["generated − real", "chance, 95 %"] if kind == "difference" else ["real", "generated"]
    places = range(0, len(lines[0]), max(len(lines[0]) // _PLACES, 1))
    if axis is None:
        return ["place", *names], [[str(k), *(signed_number(line[k]) for line in lines)] for k in places]
    rows = [[plain_number(axis["points"][k]), *(plain_number(line[k]) for line in lines)] for k in places]
    return [_label(axis), *names], rows


def _said(text: str, word: str) -> str:
    """Speak of spectra where there are spectra."""
    return (
        text if word == "series" else text.replace("a training series", "a training spectrum").replace("series", word)
    )


def _distances(quality: dict[str, Any]) -> list[list[str]]:
    rows = []
    for key, name in (("prd", "PRD, %"), ("prdn", "PRDN, %"), ("dtw", "DTW, band of 10 %")):
        told = quality[key]
        values = [told[part] for part in ("generated_to_real", "real_to_generated", "unseen_to_real")]
        rows.append([f"{name} ({told['pairing']} pairs)", *map(plain_number, values)])
    rows.append(
        ["Spectrum, dB to unseen", plain_number(quality["spectrum"]), "–", plain_number(quality["spectrum_real"])]
    )
    p_values = [f"p = {quality[key]['p_value']:.3f}" for key in ("mmd", "mmd_real")]
    rows.append(["MMD to unseen", p_values[0], "–", p_values[1]])
    share = [f"{100 * quality[key]:.0f} %" for key in ("too_near", "too_near_unseen")]
    rows.append(["Nearer to a training series than 95 % of these to each other", share[0], "–", share[1]])
    return rows
