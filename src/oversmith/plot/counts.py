"""Rows per class before and after resampling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from oversmith.plot._style import PALETTE, name_ticks, new_axes, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch


def class_counts(
    names: Sequence[str],
    before: Sequence[int],
    after: Sequence[int],
    *,
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw one bar per class: real rows, then added rows (hatched), then removed rows (outlined).

    Parameters
    ----------
    names : sequence of str
        Classes.
    before, after : sequence of int
        Rows of each class before and after resampling. The largest class before is drawn in blue, the others
        in green.
    legend : bool, default=True
        Whether to explain the parts of the bars.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import class_counts
    >>> ax = class_counts(["no", "yes"], [90, 10], [90, 90], ax=Figure().subplots())
    >>> [text.get_text() for text in ax.texts]
    ['90', '10 → 90']
    """
    largest = max(range(len(names)), key=lambda row: before[row])
    with style():
        ax = new_axes(ax, (4.8, 1.2 + 0.4 * len(names)))
        top = max(*before, *after, 1)
        for row, (had, has) in enumerate(zip(before, after, strict=True)):
            shared = min(had, has)
            colour = PALETTE["blue" if row == largest else "green"]
            ax.barh(row, shared, color=colour, height=0.62)
            if has > had:
                ax.barh(
                    row,
                    has - had,
                    left=had,
                    height=0.62,
                    facecolor="none",
                    edgecolor=PALETTE["orange"],
                    hatch="////",
                    linewidth=1,
                )
            elif has < had:
                ax.barh(
                    row,
                    had - has,
                    left=has,
                    height=0.62,
                    facecolor="none",
                    edgecolor=PALETTE["muted"],
                    linewidth=1,
                )
            text = f"{had:,}" if had == has else f"{had:,} → {has:,}"
            ax.text(max(had, has) + 0.015 * top, row, text, va="center", fontsize=8.5)
        name_ticks(ax, names)
        ax.set_xlim(0, top * 1.32)
        ax.set_xlabel("rows")
        ax.locator_params(axis="x", nbins=5)
        if legend:
            ax.legend(
                handles=legend_handles(),
                loc="upper center",
                bbox_to_anchor=(0.5, -0.22),
                ncols=3,
                columnspacing=1.2,
            )
    return ax


def legend_handles() -> list[Patch]:
    """Patches that explain the parts of the bars."""
    from matplotlib.patches import Patch

    return [
        Patch(color=PALETTE["blue"], label="real, largest class"),
        Patch(color=PALETTE["green"], label="real, other classes"),
        Patch(facecolor="none", edgecolor=PALETTE["orange"], hatch="////", label="added"),
    ]
