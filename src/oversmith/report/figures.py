"""The figures of the page: from parts of the summary to SVG, caption and the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from oversmith.plot import (
    class_counts,
    embedding,
)
from oversmith.plot.counts import legend_handles
from oversmith.report.bench_figures import place_pictures
from oversmith.report.picture import Picture, canvas, signed_number, to_svg
from oversmith.report.widgets import curves, images, quality, series, training

Summary = dict[str, Any]


def pictures(summary: Summary) -> dict[str, Any]:
    """Draw every figure of the page, by section.

    Parameters
    ----------
    summary : dict
        From :func:`oversmith.report.summarise`.

    Returns
    -------
    dict
        Section to list of :class:`Picture`; ``embedding`` and ``training`` hold (title, pictures) pairs, ``series``
        dictionaries with title, pictures, warnings and a table, ``spectra`` the classes over a real axis, ``images``
        a dictionary per class.
    """
    return {
        "places": [place_pictures(place, number) for number, place in enumerate(summary["places"])],
        "curves": _curves(summary),
        "counts": _counts(summary),
        "training": training.draw(summary["training"], "training"),
        "embedding": _embedding(summary),
        "quality": quality.draw(summary),
        "series": series.draw(summary),
        "spectra": series.draw_classes(summary),
        "images": images.draw(summary),
    }


def _curves(summary: Summary) -> list[dict[str, Any]]:
    """Pictures of each classifier, with the key to their lines and the confusion matrices beside them."""
    several = summary["data"].get("positive") is None and len(summary["data"]["classes"]) > 2
    classes = [entry["name"] for entry in summary["data"]["classes"]]
    return [
        curves.draw(
            entry,
            uid=f"curves-{index}",
            chance=_chance(summary),
            classes=classes,
            several=several,
            control=summary["control"],
            generated=summary["generative"],
        )
        for index, entry in enumerate(summary["curves"])
    ]


def _counts(summary: Summary) -> list[Picture]:
    groups = summary["counts"]
    if not groups:
        return []
    classes = groups[0]["classes"]
    across = min(len(groups), 3)
    down = -(-len(groups) // across)
    title = "Rows per class before and after resampling"
    with canvas(3.0 * across + 0.6, 0.7 + (0.9 + 0.27 * len(classes)) * down) as figure:
        panels = figure.subplots(down, across, squeeze=False, sharey=True).ravel()
        for ax, group in zip(panels, groups, strict=False):
            class_counts(classes, group["before"], group["after"], legend=False, ax=ax)
            ax.set_title(_wrapped(group["titles"]), fontsize=8)
            ax.set_xlabel("")
        for ax in panels[len(groups) :]:
            ax.set_axis_off()
        figure.legend(handles=legend_handles(), loc="outside lower center", ncols=3)
        description = "; ".join(
            f"{_listed(group['titles'])}: " + ", ".join(_changed(*entry) for entry in _per_class(group))
            for group in groups
        )
        svg = to_svg(figure, uid="counts", title=title, description=description + ".")
    table = [
        [
            _listed(group["titles"]),
            *(f"{had:,} → {has:,}" if had != has else f"{had:,}" for _, had, has in _per_class(group)),
        ]
        for group in groups
    ]
    caption = "Rows of the first training part. Test parts keep their classes as they are, always."
    return [Picture("counts", svg, caption, ["contenders", *classes], table, wide=across > 1)]


def _per_class(group: dict[str, Any]) -> Iterable[tuple[str, int, int]]:
    return zip(group["classes"], group["before"], group["after"], strict=True)


def _changed(name: str, had: int, has: int) -> str:
    return f"{name} {had:,}" if had == has else f"{name} from {had:,} to {has:,}"


def _embedding(summary: Summary) -> list[tuple[str, list[Picture]]]:
    found = summary["embedding"]
    sections = []
    names = _group_names(summary)
    for number, entry in enumerate(found["contenders"]):
        drawn = []
        for method, planes in entry["planes"].items():
            uid = f"embedding-{number}-{method}"
            name = "Principal components" if method == "pca" else "t-SNE"
            shown = ", ".join(f"{len(planes[group]):,} {group}" for group in planes)
            with canvas(4.8, 4.3) as figure:
                ax = embedding(planes, names=names, ax=figure.subplots())
                ax.set_title(name)
                svg = to_svg(
                    figure,
                    uid=uid,
                    title=f"{name} of real rows and of {entry['title']}",
                    description=f"Rows: {shown}.",
                )
            if method == "pca":
                caption = "The two directions of largest spread, fitted on all real and generated rows together."
            else:
                caption = (
                    f"t-SNE, perplexity {found['perplexity']}, seed {found['seed']}, fitted on all real and "
                    "generated rows together. Distances between clusters mean nothing."
                )
            table = [
                [names.get(group, group), f"{len(points):,}", *_centre(points)] for group, points in planes.items()
            ]
            drawn.append(Picture(uid, svg, caption, ["group", "rows", "mean, horizontal", "mean, vertical"], table))
        sections.append((entry["title"], drawn))
    return sections


def _group_names(summary: Summary) -> dict[str, str]:
    data = summary["data"]
    classes = data["classes"]
    if len(classes) == 2 and data.get("positive") is not None:
        other = next((entry["name"] for entry in classes if entry["name"] != data["positive"]), "")
        return {"majority": f"real {other}", "minority": f"real {data['positive']}", "generated": "generated"}
    return {"majority": "real, largest class", "minority": "real, other classes", "generated": "generated"}


def _centre(points: list[list[float]]) -> list[str]:
    if not points:
        return ["–", "–"]
    return [signed_number(sum(point[axis] for point in points) / len(points)) for axis in (0, 1)]


def _chance(summary: Summary) -> float | None:
    chance = summary["protocol"].get("chance", {}).get("average_precision")
    return chance if chance is not None else summary["data"].get("prevalence")


def _listed(names: list[str]) -> str:
    return " · ".join(names)


def _wrapped(titles: list[str], width: int = 34, lines: int = 2) -> str:
    """Break a list of titles into lines above a panel."""
    import textwrap

    return "\n".join(textwrap.wrap(_listed(titles), width, max_lines=lines, placeholder=" …"))
