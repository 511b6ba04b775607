"""Images: real and generated ones of each class as PNG files inside the page, copies, and the training in between."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oversmith.evaluation import Comparison
from oversmith.evaluation.image_panels import pixels
from oversmith.plot import contact_sheet, image_distances
from oversmith.report.picture import Picture, canvas, percent, plain_number, to_svg

# Generated images are called alike when their pixels vary less than this share of what real ones do.
_ALIKE = 0.6
# A larger share of generated images among the nearest than this is more than chance, beside that of held-out ones.
_MANY = 0.1
# Generated images are called far when their distance is so many times that of held-out ones.
_FAR = 1.25
_LEVEL = 0.05
# Images side by side on a sheet, and the side of one in CSS pixels where the page is wide enough.
_COLUMNS = 6
_SIDE = 52
# Percentiles of the table of distances.
_PERCENTILES = (0, 5, 25, 50, 75, 95, 100)


@dataclass(frozen=True)
class Tile:
    """One PNG picture.

    Parameters
    ----------
    uri : str
        The file, as a data URI.
    alt : str
        What it shows, in words, for those who cannot see it.
    width, height : int
        Size on the page in CSS pixels; less where the page is narrower.
    caption : str
        What stands below.
    marked : bool
        Whether it is the one that counts.
    """

    uri: str
    alt: str
    width: int
    height: int
    caption: str = ""
    marked: bool = False


@dataclass(frozen=True)
class Tiles:
    """Pictures under one caption, with the numbers behind them.

    Parameters
    ----------
    uid : str
        Its id.
    title : str
        What it is called.
    tiles : list of Tile
        The pictures.
    caption : str
        What it shows.
    columns, rows : list
        The numbers.
    """

    uid: str
    title: str
    tiles: list[Tile]
    caption: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def collect(comparison: Comparison, names: list[str]) -> dict[str, Any]:
    """Put the images of several contenders together, class by class.

    Parameters
    ----------
    comparison : Comparison
        The record of a comparison.
    names : list of str
        Contenders to show.

    Returns
    -------
    dict
        ``shape``, ``shrunk`` and ``classes``: per class its name, ``real``, and ``generated``, one entry per contender
        with its images and numbers, its title, ``reading`` (what the distances mean) and ``warnings``. Empty for
        anything but images.
    """
    titles = {entry["name"]: entry["title"] for entry in comparison.contenders}
    shown = [(name, comparison.images[name]) for name in names if name in comparison.images]
    if not shown:
        return {}
    first = shown[0][1]
    classes = []
    for entry in first["classes"]:
        generated = []
        for name, panels in shown:
            own = next((part for part in panels["classes"] if part["class"] == entry["class"]), None)
            if own is None or not own["generated"]["n"]:
                continue
            facts = {key: value for key, value in own.items() if key not in ("class", "real")}
            generated.append({"contender": name, "title": titles.get(name, name)} | facts | _reading(own))
        classes.append({"class": entry["class"], "real": entry["real"], "generated": generated})
    classes.sort(key=lambda entry: not entry["generated"])
    return {"shape": first["shape"], "shrunk": first["shrunk"], "classes": classes}


def _reading(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Say in words what the distances mean, and warn where something is wrong."""
    warnings = []
    alike, usual = entry["generated"]["diversity"], entry["real"]["diversity"]
    if alike is not None and usual and alike < _ALIKE * usual:
        warnings.append(
            f"Generated images vary {100 * alike / usual:.0f} % as much as real ones: many of them are alike"
        )
    if "copies" not in entry:
        return {"reading": "Too few different training images to say what near means.", "warnings": warnings}
    copies = entry["copies"]
    if copies["exact"] > (copies["exact_unseen"] or 0.0):
        warnings.append(f"{percent(copies['exact'])} of the generated images equal a training image")
    if copies["too_near"] > max(_MANY, 2 * (copies["too_near_unseen"] or 0.0)):
        warnings.append(
            f"{percent(copies['too_near'])} of the generated images are nearer to a training image than 95 % of these "
            f"are to each other"
        )
    generated, unseen = (_median(entry["distances"][name]) for name in ("generated", "unseen"))
    if generated is None or unseen is None:
        return {"reading": "No held-out image of this class to compare with.", "warnings": warnings}
    medians = f"median distance {percent(generated)} of the range, {percent(unseen)} of held-out images"
    apart = (copies["p"] or 0.0) < _LEVEL
    if apart and generated < unseen:
        reading = (
            f"Nearer to the training images than held-out ones are: {medians}. Copies, or smoother than real images."
        )
    elif apart and generated > _FAR * unseen:
        reading = f"Farther from the training images than held-out ones are: {medians}. They do not look alike yet."
    elif not apart and not unseen / _FAR <= generated <= unseen * _FAR:
        reading = f"Too few images to say whether they are nearer to the training images or farther: {medians}."
    else:
        reading = f"About as near to the training images as held-out ones are: {medians}."
    return {"reading": reading, "warnings": warnings}


def _median(quantiles: list[float]) -> float | None:
    return quantiles[len(quantiles) // 2] if quantiles else None


def draw(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Draw real and generated images, class by class.

    Parameters
    ----------
    summary : dict
        Of it ``images``.

    Returns
    -------
    list of dict
        Per class ``title``, ``sheets``, ``checks`` (one per contender: ``title``, ``reading``, ``warnings``, the pairs,
        a figure of the distances and a table) and ``training``; empty where there are no images.
    """
    images = summary.get("images") or {}
    shape = images.get("shape", [])
    parts = []
    for number, entry in enumerate(images.get("classes", [])):
        uid = f"images-{number}"
        real = _sheet(f"{uid}-real", "Real", f"real images of class {entry['class']}", entry["real"], shape)
        sheets, checks, training = [real], [], []
        for index, contender in enumerate(entry["generated"]):
            own = f"{uid}-{index}"
            what = f"images of class {entry['class']} generated by {contender['title']}"
            sheets.append(_sheet(own, contender["title"], what, contender["generated"], shape, entry["real"]))
            if "pairs" in contender:
                checks.append(_check(own, entry["class"], contender, shape))
            if "training" in contender:
                training.append(_training(f"{own}-training", entry["class"], contender, shape))
        parts.append({"title": f"Class {entry['class']}", "sheets": sheets, "checks": checks, "training": training})
    return parts


def _sheet(
    uid: str, title: str, what: str, group: dict[str, Any], shape: Sequence[int], real: dict[str, Any] | None = None
) -> Tiles:
    images = [pixels(image, shape) for image in group["images"]]
    shown = f"{len(images):,} of {group['n']:,} {what}" if len(images) < group["n"] else f"{len(images):,} {what}"
    tile = _tile(images, shape, _COLUMNS, alt=shown)
    rows = [_numbers(title, group), *([] if real is None else [_numbers("Real", real)])]
    return Tiles(uid, title, [tile] if images else [], f"{shown}.", ["group", "images", "mean", "spread"], rows)


def _numbers(name: str, group: dict[str, Any]) -> list[str]:
    return [name, f"{group['n']:,}", plain_number(group["mean"]), plain_number(group["diversity"])]


def _check(uid: str, label: str, contender: dict[str, Any], shape: Sequence[int]) -> dict[str, Any]:
    copies, distances = contender["copies"], contender["distances"]
    kinds = [("pairs", "generated", "Generated"), ("control", "unseen", "Held-out real")]
    rows = []
    for _, key, name in kinds:
        quantiles = distances[key]
        suffix = "" if key == "generated" else "_unseen"
        shares = [percent(copies[f"{part}{suffix}"]) for part in ("too_near", "exact")]
        rows.append([name, *(percent(quantiles[k]) if quantiles else "–" for k in _PERCENTILES), *shares])
    columns = ["distance", "nearest", "5 %", "25 %", "median", "75 %", "95 %", "farthest"]
    columns += ["too near", "copies"]
    groups = []
    for part, key, name in kinds:
        tiles = [
            _tile(
                [pixels(image, shape) for image in pair["images"]],
                shape,
                2,
                alt=f"{name} image of class {label} and, on its right, the training image nearest to it",
                caption=percent(pair["distance"]),
            )
            for pair in contender[part]
        ]
        n = copies[f"n_{key}"]
        text = f"{name} images of class {label}, from the nearest to a training image to the farthest of {n:,}; "
        text += f"on the right of each the nearest of {copies['n_train']:,} training images, below it the distance."
        table = [[str(rank), percent(pair["distance"])] for rank, pair in enumerate(contender[part], start=1)]
        if tiles:
            groups.append(Tiles(f"{uid}-{part}", name, tiles, text, ["pair", "distance"], table))
    return {
        "title": f"{contender['title']}: class {label}",
        "reading": contender["reading"],
        "warnings": contender["warnings"],
        "groups": groups,
        "picture": _distances(f"{uid}-distances", label, contender),
        "columns": columns,
        "rows": rows,
    }


def _distances(uid: str, label: str, contender: dict[str, Any]) -> Picture:
    copies, quantiles = contender["copies"], contender["distances"]
    groups = {"generated": quantiles["generated"], "held-out real": quantiles["unseen"]}
    known = {name: values for name, values in groups.items() if values}
    with canvas(4.8, 3.4) as figure:
        ax = image_distances(known, limit=copies["limit"], ax=figure.subplots())
        ax.set_title("How near to the training images")
        svg = to_svg(
            figure,
            uid=uid,
            title=f"Distances of images of class {label} to the nearest training image, {contender['title']}",
            description=f"{contender['reading']} Dotted: {percent(copies['limit'])}, where copies would lie below.",
        )
    steps = range(0, 101, 10)
    rows = [[f"{step} %", *(percent(v[step]) if v else "–" for v in groups.values())] for step in steps]
    caption = (
        f"Share of images at most this far from the nearest training image of class {label}, in parts of the range "
        f"of values. Dotted: within {percent(copies['limit'])} only 5 % of the training images have another one."
    )
    return Picture(uid, svg, caption, ["share of images", *groups], rows)


def _training(uid: str, label: str, contender: dict[str, Any], shape: Sequence[int]) -> Tiles:
    training = contender["training"]
    tiles, rows = [], []
    for step, images, distance in zip(training["steps"], training["images"], training["distance"], strict=True):
        best = step == training["kept"]
        name = f"step {step:,}{', kept' if best else ''}"
        shown = [pixels(image, shape) for image in images]
        alt = f"{len(shown)} images of class {label} after {step:,} steps"
        tiles.append(_tile(shown, shape, 1, alt=alt, caption=name, marked=best))
        rows.append([name, percent(distance)])
    caption = (
        f"The same {len(training['images'][0])} latents at several steps of the first training; step 0 is before it, "
        f"and the networks of step {training['kept']:,} are the ones the images come from."
    )
    title = f"{contender['title']}: class {label}"
    return Tiles(uid, title, tiles, caption, ["step", "median distance to the nearest training image"], rows)


def _tile(
    images: list[np.ndarray],
    shape: Sequence[int],
    columns: int,
    *,
    alt: str,
    caption: str = "",
    marked: bool = False,
) -> Tile:
    if not images:
        return Tile("", alt, 0, 0, caption, marked)
    sheet = contact_sheet(np.stack(images), columns=min(columns, len(images)))
    scale = max(round(_SIDE / max(shape[1:])), 1)
    return Tile(_png(sheet), alt, sheet.shape[1] * scale, sheet.shape[0] * scale, caption, marked)


def _png(sheet: np.ndarray) -> str:
    """Write pixels as a PNG data URI: no date, no name, the same bytes for the same pixels."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(sheet, "LA" if sheet.shape[2] == 2 else "RGBA").save(stream, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"
