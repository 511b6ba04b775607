"""What a contender costs beside what it brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.plot._style import PALETTE, name_ticks, panel_axes, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PARTS = (
    ("seconds_resample", "resampling", "orange", ""),
    ("seconds_fit", "fitting", "blue", "////"),
    ("seconds_predict", "predicting", "muted", "xxxx"),
)


def time_quality(
    rows: Sequence[Mapping[str, Any]], *, label: str = "average precision", ax: Axes | Sequence[Axes] | None = None
) -> tuple[Axes, Axes]:
    """Draw seconds per fit on the left and the score on the right, one line per contender.

    Parameters
    ----------
    rows : sequence of mapping
        ``"title"``, ``"seconds_resample"``, ``"seconds_fit"``, ``"seconds_predict"``, ``"mean"`` and
        ``"sd"``.
    label : str, default="average precision"
        Name of the score.
    ax : Axes or sequence of two Axes, optional
        Where to draw, one alone is divided; a new figure by default.

    Returns
    -------
    tuple of two Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import time_quality
    >>> row = dict(title="SMOTE", seconds_resample=0.1, seconds_fit=1, seconds_predict=0.2, mean=0.6, sd=0.1)
    >>> left, right = time_quality([row], ax=Figure().subplots(1, 2))
    >>> left.texts[0].get_text()
    '1.3 s'
    """
    with style():
        left, right = panel_axes(ax, 1, 2, (7.2, 1.4 + 0.38 * len(rows)), sharey=True)
        totals = []
        for index, row in enumerate(rows):
            start = 0.0
            for key, _, colour, hatch in _PARTS:
                width = max(float(row[key]), 0.0)
                left.barh(
                    index,
                    width,
                    left=start,
                    height=0.6,
                    facecolor=PALETTE[colour] if not hatch else "none",
                    edgecolor=PALETTE[colour],
                    hatch=hatch,
                    linewidth=0.8,
                )
                start += width
            totals.append(start)
            if np.isfinite(row["mean"]):
                spread = row["sd"] if np.isfinite(row["sd"]) else 0.0
                right.errorbar(
                    row["mean"],
                    index,
                    xerr=spread,
                    fmt="o",
                    color=PALETTE["ink"],
                    markersize=5,
                    linewidth=1.5,
                )
        top = max([*totals, 1e-9])
        for index, total in enumerate(totals):
            left.text(total + 0.02 * top, index, f"{total:.2g} s" if total < 10 else f"{total:,.0f} s", va="center")
        left.set_xlim(0, top * 1.25)
        left.set_xlabel("seconds per fit")
        right.set_xlabel(f"{label} (mean ± SD)")
        for ax in (left, right):
            ax.locator_params(axis="x", nbins=5)
            name_ticks(ax, [str(row["title"]) for row in rows])
        right.tick_params(axis="y", labelleft=False)
        _explain(left)
    return left, right


def _explain(ax: Axes) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(
            facecolor=PALETTE[colour] if not hatch else "none",
            edgecolor=PALETTE[colour],
            hatch=hatch,
            label=name,
        )
        for _, name, colour, hatch in _PARTS
    ]
    ax.figure.legend(handles=handles, loc="outside lower center", ncols=3)
