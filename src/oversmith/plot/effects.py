"""Paired differences with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.plot._style import PALETTE, name_ticks, new_axes, signed, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = {"helps": ("green", "^"), "harms": ("vermillion", "v"), "undecided": ("muted", "o")}


def effect_forest(rows: Sequence[Mapping[str, Any]], *, label: str = "difference", ax: Axes | None = None) -> Axes:
    """Draw a forest plot: one line per contender, its paired difference from the control and the interval.

    Parameters
    ----------
    rows : sequence of mapping
        ``"title"``, ``"difference"``, ``"low"``, ``"high"`` and, if wanted, ``"decision"``: ``"helps"``
        (triangle up), ``"harms"`` (triangle down) or ``"undecided"`` (dot).
    label : str, default="difference"
        What the horizontal axis shows.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import effect_forest
    >>> row = {"title": "SMOTE", "difference": 0.01, "low": -0.02, "high": 0.04}
    >>> [text.get_text() for text in effect_forest([row], ax=Figure().subplots()).texts]
    ['+0.010 [−0.020, +0.040]']
    """
    with style():
        ax = new_axes(ax, (6.4, 1.2 + 0.4 * len(rows)))
        ax.axvline(0, color=PALETTE["ink"], linewidth=1)
        reach = [0.0]
        for index, row in enumerate(rows):
            middle, low, high = (float(row[key]) for key in ("difference", "low", "high"))
            colour, marker = _MARKS[row.get("decision", "undecided")]
            if np.isfinite([low, high]).all():
                ax.plot([low, high], [index, index], color=PALETTE[colour], linewidth=2, solid_capstyle="butt")
                reach += [low, high]
            if np.isfinite(middle):
                ax.plot(middle, index, marker, color=PALETTE[colour], markersize=7)
                reach.append(middle)
            ax.text(
                1.02,
                index,
                f"{signed(middle)} [{signed(low)}, {signed(high)}]" if np.isfinite(middle) else "no result",
                transform=ax.get_yaxis_transform(),
                va="center",
                fontsize=8.5,
            )
        span = max(max(reach) - min(reach), 0.01)
        ax.set_xlim(min(reach) - 0.08 * span, max(reach) + 0.08 * span)
        ax.locator_params(axis="x", nbins=6)
        name_ticks(ax, [str(row["title"]) for row in rows])
        ax.set_xlabel(label)
    return ax
