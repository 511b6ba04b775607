"""What happened while a generator was trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.exceptions import InputError
from oversmith.plot._style import PALETTE, panel_axes, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_KNOWN = {
    "loss_generator": ("generator loss", "blue", "-"),
    "loss_critic": ("critic loss", "vermillion", "--"),
    "wasserstein": ("Wasserstein estimate", "ink", "-."),
    "penalty": ("gradient penalty", "purple", "-"),
    "monitor": ("monitored score", "green", "-"),
}
_SPARE = (("purple", ":"), ("sky", "--"), ("green", "-."), ("muted", ":"))


def training_panels(history: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Say which recorded series belong into which panel.

    Parameters
    ----------
    history : sequence of mapping
        Rows with ``"step"`` and any of ``loss_<player>``, ``wasserstein…``, ``…penalty…``, ``monitor``.

    Returns
    -------
    dict of str to list of str
        ``"losses"``, ``"penalty"`` and ``"monitor"``, those that have something to show, with their series.

    Examples
    --------
    >>> from oversmith.plot import training_panels
    >>> training_panels([{"step": 1, "loss_generator": 0.1, "penalty": 0.3, "seconds": 1.0}])
    {'losses': ['loss_generator'], 'penalty': ['penalty']}
    """
    panels: dict[str, list[str]] = {"losses": [], "penalty": [], "monitor": []}
    for key in dict.fromkeys(key for row in history for key in row):
        if not any(_is_number(row.get(key)) for row in history):
            continue
        if "penalty" in key:
            panels["penalty"].append(key)
        elif key.startswith("loss_") or "wasserstein" in key:
            panels["losses"].append(key)
        elif key == "monitor":
            panels["monitor"].append(key)
    return {name: keys for name, keys in panels.items() if keys}


def training(
    history: Sequence[Mapping[str, Any]],
    *,
    best_step: int | None = None,
    label: str = "kept",
    ax: Axes | Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw the losses, the penalty and the monitored score, each in a panel of its own, over the steps.

    Parameters
    ----------
    history : sequence of mapping
        One row per chunk of steps, as in ``history_``; rows without a step are left out.
    best_step : int, optional
        Step whose networks were kept: a dotted line with a label.
    label : str, default="kept"
        The label of that line, before the step.
    ax : Axes or sequence of Axes, optional
        One per panel of :func:`training_panels`, one alone is divided; a new figure by default.

    Returns
    -------
    list of Axes

    Raises
    ------
    InputError
        The history holds nothing to draw.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import training
    >>> history = [{"step": s, "loss_generator": -s, "monitor": 1 / s} for s in (100, 200)]
    >>> losses, monitor = training(history, best_step=200, ax=Figure().subplots(2))
    >>> losses.texts[0].get_text()
    'kept: step 200 '
    """
    # Other rows are about filters and refinements.
    history = [row for row in history if "step" in row]
    panels = training_panels(history)
    if not panels:
        raise InputError("history", "no loss, penalty or monitored score found", "pass the rows of history_")
    with style():
        size, heights = training_layout(panels)
        drawn = panel_axes(ax, len(panels), 1, size, sharex=True, height_ratios=heights)
        for part, (panel, keys) in zip(drawn, panels.items(), strict=True):
            _panel(part, panel, keys, history)
            if best_step is not None:
                part.axvline(best_step, color=PALETTE["ink"], linestyle=":", linewidth=1.4)
        if best_step is not None:
            first, last = (float(row["step"]) for row in (history[0], history[-1]))
            right = best_step > (first + last) / 2
            drawn[0].text(
                best_step,
                1.0,
                f"{label}: step {best_step:,} " if right else f" {label}: step {best_step:,}",
                ha="right" if right else "left",
                va="bottom",
                transform=drawn[0].get_xaxis_transform(),
                fontsize=8.5,
            )
        drawn[-1].set_xlabel("generator steps")
    return drawn


def training_layout(panels: Mapping[str, Sequence[str]]) -> tuple[tuple[float, float], list[float]]:
    """Size of a figure and heights of its panels."""
    heights = [2.0 if name == "losses" else 1.1 for name in panels]
    return (4.8, 0.6 + 1.15 * sum(heights)), heights


def _panel(ax: Axes, panel: str, keys: Sequence[str], history: Sequence[Mapping[str, Any]]) -> None:
    spare = iter(_SPARE * len(keys))
    for key in keys:
        rows = [row for row in history if _is_number(row.get(key))]
        title, colour, dash = _KNOWN.get(key) or (_readable(key), *next(spare))
        marker = "o" if len(rows) == 1 else ""
        steps, values = [row["step"] for row in rows], [row[key] for row in rows]
        ax.plot(
            steps,
            values,
            color=PALETTE[colour],
            linestyle=dash,
            linewidth=1.5,
            label=title,
            marker=marker,
            markersize=4,
        )
    ax.set_ylabel({"losses": "loss", "penalty": "penalty", "monitor": "monitored"}[panel])
    ax.locator_params(axis="y", nbins=5)
    if len(keys) > 1 or panel == "losses":
        ax.legend(loc="best", ncols=1, handlelength=2.4)


def _readable(key: str) -> str:
    name = key.replace("_", " ")
    return name.removeprefix("loss ") + " loss" if key.startswith("loss_") else name


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and bool(np.isfinite(value))
