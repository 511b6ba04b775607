"""Generated beside real rows of a table: columns, correlations, distances to the nearest training row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from oversmith.plot._style import PALETTE, new_axes, panel_axes, shorten, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS = {"real": ("green", "-"), "generated": ("orange", "--")}


def column_overlay(column: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw the distribution of one column, real and generated.

    Parameters
    ----------
    column : mapping
        ``"name"``, and either ``"grid"`` with the cumulative shares ``"real"`` and ``"generated"`` at its values, or
        ``"levels"`` with their shares; ``"difference"``, if given, is shown in the title.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import column_overlay
    >>> column = {"name": "age", "grid": [20, 40, 60], "real": [0.2, 0.6, 1], "generated": [0, 0.5, 1]}
    >>> column_overlay(column | {"difference": 0.2}, ax=Figure().subplots()).get_title(loc="left")
    'age, 0.20'
    """
    with style():
        ax = new_axes(ax, (2.4, 1.8))
        if "grid" in column:
            grid = np.asarray(column["grid"], dtype=np.float64)
            for name, (colour, dash) in _LOOKS.items():
                shares = np.asarray(column[name], dtype=np.float64)
                ax.plot(grid, shares, color=PALETTE[colour], linestyle=dash, linewidth=1.6, label=name)
            ax.set_ylim(0, 1.02)
            ax.locator_params(axis="x", nbins=4)
        else:
            ticks = np.arange(len(column["levels"]))
            for shift, (name, (colour, dash)) in zip((-0.2, 0.2), _LOOKS.items(), strict=True):
                hatch = None if dash == "-" else "////"
                face = PALETTE[colour] if hatch is None else "none"
                ax.bar(
                    ticks + shift, column[name], 0.38, facecolor=face, edgecolor=PALETTE[colour], hatch=hatch,
                    label=name,
                )  # fmt: skip
            ax.set_xticks(ticks, labels=[shorten(level, 8) for level in column["levels"]], rotation=40, ha="right")
            ax.grid(visible=False, axis="x")
        difference = f", {column['difference']:.2f}" if "difference" in column else ""
        ax.set_title(f"{shorten(str(column['name']), 22)}{difference}", fontsize=8.5)
        ax.tick_params(labelsize=7.5)
    return ax


def correlations(
    names: Sequence[str], real: ArrayLike, generated: ArrayLike, *, ax: Axes | Sequence[Axes] | None = None
) -> tuple[Axes, Axes, Axes]:
    """Draw the correlations of columns: real, generated, and generated minus real, all from −1 to 1.

    Parameters
    ----------
    names : sequence of str
        Columns.
    real, generated : array-like of shape (d, d)
        Correlations.
    ax : Axes or sequence of three Axes, optional
        Where to draw, one alone is divided; a new figure by default.

    Returns
    -------
    tuple of three Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import correlations
    >>> panels = correlations(["a", "b"], [[1, 0.5], [0.5, 1]], [[1, 0], [0, 1]], ax=Figure().subplots(1, 3))
    >>> [ax.get_title(loc="left") for ax in panels]
    ['real', 'generated', 'generated − real']
    """
    first, second = (np.asarray(matrix, dtype=np.float64) for matrix in (real, generated))
    with style():
        left, middle, right = panel_axes(ax, 1, 3, (8.6, 3.2), sharey=True)
        panels = ((left, first, "real"), (middle, second, "generated"), (right, second - first, "generated − real"))
        for panel, matrix, title in panels:
            panel.imshow(_shaded(matrix), interpolation="none", aspect="equal")
            panel.set_title(title)
            panel.grid(visible=False)
            ticks = range(len(names))
            panel.set_xticks(ticks, labels=[shorten(name, 14) for name in names], rotation=90, fontsize=6)
            panel.set_yticks(ticks, labels=[shorten(name, 18) for name in names], fontsize=6)
            panel.tick_params(length=0)
            for label in (*panel.get_xticklabels(), *panel.get_yticklabels()):
                label.set_parse_math(False)
        for panel in (middle, right):
            panel.tick_params(labelleft=False)
    return left, middle, right


def _shaded(matrix: np.ndarray) -> np.ndarray:
    """Blue for positive, vermillion for negative, as opaque as the value is large: paper shows through at zero."""
    from matplotlib.colors import to_rgb

    shades = np.empty((*matrix.shape, 4))
    for chosen, colour in ((matrix >= 0, "blue"), (matrix < 0, "vermillion")):
        shades[chosen, :3] = to_rgb(PALETTE[colour])
    shades[..., 3] = np.clip(np.abs(matrix), 0, 1)
    return shades


def nearest_training(quantile: ArrayLike, generated: ArrayLike, unseen: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw how near rows come to the training row nearest to them; unseen real rows are the control curve.

    Parameters
    ----------
    quantile : array-like of shape (m,)
        Shares of rows.
    generated, unseen : array-like of shape (m,)
        Distances at these quantiles.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import nearest_training
    >>> ax = nearest_training([0, 1], [0, 0.1], [0.05, 0.3], ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['generated', 'unseen real rows']
    """
    with style():
        ax = new_axes(ax)
        for values, colour, dash, label in (
            (generated, "orange", "--", "generated"),
            (unseen, "green", "-", "unseen real rows"),
        ):
            ax.plot(np.asarray(values), np.asarray(quantile), color=PALETTE[colour], linestyle=dash, label=label)
        ax.set(xlabel="distance to the nearest training row", ylabel="share of rows", ylim=(0, 1.02))
        ax.set_xlim(left=0)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2)
    return ax
