"""What probabilities are worth: labels at every threshold, and predicted against observed shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.plot._style import CYCLE, PALETTE, new_axes, shorten, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def threshold_sweep(
    curves: Sequence[Mapping[str, Any]], *, label: str = "F1", legend: bool = True, ax: Axes | None = None
) -> Axes:
    """Draw a label metric at every threshold, and a dot at the threshold that was chosen.

    Parameters
    ----------
    curves : sequence of mapping
        For each contender ``"title"``, ``"threshold"`` (m,), ``"value"`` (m,) and, if wanted, ``"chosen"``, the
        threshold that was used, and ``"style"``, a pair of palette name and dash.
    label : str, default="F1"
        The metric.
    legend : bool, default=True
        Whether to name the lines.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import threshold_sweep
    >>> curve = {"title": "SMOTE", "threshold": [0, 0.5, 1], "value": [0.1, 0.6, 0], "chosen": 0.25}
    >>> len(threshold_sweep([curve], ax=Figure().subplots()).lines)
    3
    """
    with style():
        ax = new_axes(ax)
        ax.axvline(0.5, color=PALETTE["muted"], linewidth=1, linestyle=(0, (5, 3)), zorder=1)
        for index, curve in enumerate(curves):
            colour, dash = curve.get("style") or CYCLE[index % len(CYCLE)]
            where, value = (np.asarray(curve[key], dtype=np.float64) for key in ("threshold", "value"))
            title = shorten(str(curve["title"]))
            ax.plot(where, value, color=PALETTE[colour], linestyle=dash, label=title, zorder=3 + index)
            chosen = curve.get("chosen")
            if chosen is not None:
                height = float(np.interp(chosen, where, value))
                ax.plot(chosen, height, "o", color=PALETTE[colour], markersize=6, zorder=9 + index)
        ax.set(xlabel="threshold", ylabel=label, xlim=(0, 1), ylim=(0, 1.02))
        if legend:
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), handlelength=2.6)
    return ax


def reliability(curves: Sequence[Mapping[str, Any]], *, legend: bool = True, ax: Axes | None = None) -> Axes:
    """Draw the observed share of positives against the predicted probability; well calibrated is the diagonal.

    Parameters
    ----------
    curves : sequence of mapping
        For each contender ``"title"``, ``"predicted"`` and ``"observed"`` (a value per group of rows) and, if wanted,
        ``"style"``, a pair of palette name and dash.
    legend : bool, default=True
        Whether to name the lines.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import reliability
    >>> curve = {"title": "SMOTE", "predicted": [0.1, 0.8], "observed": [0.05, 0.4]}
    >>> reliability([curve], ax=Figure().subplots()).get_xlabel()
    'predicted probability'
    """
    with style():
        ax = new_axes(ax)
        ax.plot([0, 1], [0, 1], color=PALETTE["muted"], linewidth=1, linestyle=(0, (5, 3)), zorder=1)
        for index, curve in enumerate(curves):
            colour, dash = curve.get("style") or CYCLE[index % len(CYCLE)]
            look: dict[str, Any] = {"color": PALETTE[colour], "linestyle": dash, "marker": "o", "markersize": 3.5}
            title = shorten(str(curve["title"]))
            ax.plot(curve["predicted"], curve["observed"], label=title, zorder=3 + index, **look)
        ax.set(xlabel="predicted probability", ylabel="observed share", xlim=(0, 1), ylim=(0, 1.02))
        if legend:
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), handlelength=2.6)
    return ax
