"""Rows of each class before and after resampling."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from oversmith.evaluation import Comparison
from oversmith.plot import class_counts
from oversmith.plot.counts import legend_handles
from oversmith.report.picture import Picture, canvas, to_svg


def collect(comparison: Comparison) -> list[dict[str, Any]]:
    """Count the rows of each class before and after resampling, contenders with equal numbers together.

    Parameters
    ----------
    comparison : Comparison
        What was recorded.

    Returns
    -------
    list of dict
        ``titles`` of contenders, ``classes``, ``before``, ``after``.
    """
    classes = comparison.data.get("classes", [])
    groups: dict[tuple[int, ...], dict[str, Any]] = {}
    for entry in comparison.contenders:
        counts = comparison.counts.get(entry["name"])
        if counts is None:
            continue
        before, after = ([counts[when].get(name, 0) for name in classes] for when in ("before", "after"))
        group = groups.setdefault(tuple(after), {"titles": [], "classes": classes, "before": before, "after": after})
        group["titles"].append(entry["title"])
    return list(groups.values())


def draw(groups: list[dict[str, Any]]) -> list[Picture]:
    """Draw the classes that contenders trained on.

    Parameters
    ----------
    groups : list of dict
        From :func:`collect`.

    Returns
    -------
    list of Picture
        One with a panel for each group; none without groups.
    """
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
            f"{_listed(group['titles'])}: " + ", ".join(_changed(*entry) for entry in _by_class(group))
            for group in groups
        )
        svg = to_svg(figure, uid="counts", title=title, description=description + ".")
    rows = [
        [
            _listed(group["titles"]),
            *(f"{had:,} → {has:,}" if had != has else f"{had:,}" for _, had, has in _by_class(group)),
        ]
        for group in groups
    ]
    caption = "Rows of the first training part. Test parts are never resampled."
    return [Picture("counts", svg, caption, ["contenders", *classes], rows, wide=across > 1)]


def _by_class(group: dict[str, Any]) -> Iterable[tuple[str, int, int]]:
    return zip(group["classes"], group["before"], group["after"], strict=True)


def _changed(name: str, had: int, has: int) -> str:
    return f"{name} {had:,}" if had == has else f"{name} from {had:,} to {has:,}"


def _listed(names: list[str]) -> str:
    return " · ".join(names)


def _wrapped(titles: list[str], width: int = 34, lines: int = 2) -> str:
    """Break a list of titles into lines above a panel."""
    return "\n".join(textwrap.wrap(_listed(titles), width, max_lines=lines, placeholder=" …"))
