"""The documents' figures, drawn from raw scores and notes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.plot._style import CYCLE, PALETTE
from oversmith.report.picture import canvas
from oversmith.studies.rows import Measured

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MARKERS = "osD^v"


def as_svg(figure: Figure) -> str:
    """Write a figure as SVG text on white, the same for the same figure.

    Parameters
    ----------
    figure : Figure
        Drawn inside :func:`oversmith.report.picture.canvas`, which must still be open.

    Returns
    -------
    str
        The text.
    """
    stream = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure.savefig(stream, format="svg", facecolor="white", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def cells(
    panels: Sequence[Sequence[Mapping[str, Sequence[Measured]]]],
    rows: Sequence[str],
    columns: Sequence[str],
    names: Sequence[str],
) -> str:
    """Draw a grid of panels, each with a marker per method over data sets.

    Parameters
    ----------
    panels : sequence of sequence of mapping
        By row and column: method → value per data set.
    rows, columns : sequence of str
        Titles.
    names : sequence of str
        Data sets.

    Returns
    -------
    str
        SVG.
    """
    with canvas(2.6 * len(columns) + 0.8, 1.9 * len(rows) + 0.7) as figure:
        axes = figure.subplots(len(rows), len(columns), squeeze=False, sharex=True, sharey="row")
        handles: list[Any] = []
        for i, row in enumerate(panels):
            for j, panel in enumerate(row):
                handles = _markers(axes[i, j], panel, len(names))
                if not i:
                    axes[i, j].set_title(columns[j])
            axes[i, 0].set_ylabel(rows[i])
        for ax in axes[-1]:
            ax.set_xticks(range(len(names)), labels=names, rotation=60, ha="right")
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
        return as_svg(figure)


def _markers(ax: Axes, panel: Mapping[str, Sequence[Measured]], n: int) -> list[Any]:
    handles = []
    shift = np.linspace(-0.25, 0.25, len(panel))
    for (name, values), move, (colour, _), marker in zip(panel.items(), shift, CYCLE, _MARKERS, strict=False):
        middle = np.array([value.value for value in values])
        ends = [np.array([getattr(value, side) for value in values]) for side in ("low", "high")]
        gaps = np.nan_to_num(np.abs(np.array([middle - ends[0], ends[1] - middle])))
        drawn = ax.errorbar(
            np.arange(n) + move, middle, yerr=gaps, fmt=marker, markersize=3.2, linewidth=0.7,
            color=PALETTE[colour], label=name,
        )  # fmt: skip
        handles.append(drawn)
    ax.set_ylim(-0.03, 1.05)
    ax.set_xlim(-0.6, n - 0.4)
    return handles


def embedding_panels(found: Mapping[str, Any], titles: Mapping[str, str], methods: Mapping[str, str]) -> str:
    """Draw the t-SNE panels: per data set the real rows alone, then with the rows of every sampler.

    Parameters
    ----------
    found : mapping
        What :func:`oversmith.studies.extras.embeddings` gave.
    titles : mapping of str to str
        Data set → title.
    methods : mapping of str to str
        Contender → title.

    Returns
    -------
    str
        SVG; the points are pixels.
    """
    with canvas(2.3 * (1 + len(methods)), 2.1 * len(found) + 0.4) as figure:
        axes = figure.subplots(len(found), 1 + len(methods), squeeze=False)
        for row, (dataset, told) in zip(axes, found.items(), strict=True):
            real = np.array(told["real"]["points"])
            positive = np.array(told["real"]["positive"], dtype=bool)
            for ax, (name, title) in zip(row, [("", "real rows"), *methods.items()], strict=True):
                for where, colour, label in ((~positive, "sky", "negative"), (positive, "green", "positive")):
                    ax.scatter(*real[where].T, s=4, color=PALETTE[colour], label=label, rasterized=True, linewidths=0)
                if name in told["made"]:
                    made = np.array(told["made"][name]["points"])
                    ax.scatter(
                        *made.T, s=4, color=PALETTE["vermillion"], label="generated", rasterized=True, linewidths=0
                    )
                ax.set(xticks=[], yticks=[])
                ax.set_title(title if name else f"{titles[dataset]}: {title}", fontsize=8.5)
        handles, labels = axes[0, -1].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3, markerscale=3)
        return as_svg(figure)


def lines(
    panels: Sequence[tuple[str, Mapping[str, tuple[Sequence[float], Sequence[float | None]]]]],
    x: str,
    y: str,
    *,
    columns: int = 2,
    marks: Mapping[str, float] | None = None,
    legend: bool = True,
) -> str:
    """Draw lines, a panel each with its own legend.

    Parameters
    ----------
    panels : sequence of (str, mapping)
        Title, and line → horizontal and vertical values.
    x, y : str
        Axes.
    columns : int, default=2
        Panels side by side.
    marks : mapping of str to float, optional
        Title → place of a dotted vertical line.
    legend : bool, default=True
        Draw one per panel; otherwise one for all.

    Returns
    -------
    str
        SVG.
    """
    # Scores that were read in from a file come without predictions: nothing to draw is no error.
    columns = max(min(columns, len(panels)), 1)
    height = max(-(-len(panels) // columns), 1)
    with canvas(3.4 * columns, 2.5 * height + (0 if legend else 0.4)) as figure:
        axes = figure.subplots(height, columns, squeeze=False).ravel()
        for ax, (title, curves) in zip(axes, panels, strict=False):
            for (name, (xs, ys)), (colour, dash) in zip(curves.items(), CYCLE, strict=False):
                values = np.array([np.nan if value is None else value for value in ys], dtype=float)
                ax.plot(xs, values, color=PALETTE[colour], linestyle=dash, label=name, linewidth=1.4)
            if marks and title in marks:
                ax.axvline(marks[title], color=PALETTE["muted"], linestyle=":", linewidth=1.0)
            ax.set_title(title)
            ax.set_xlabel(x)
            ax.set_ylabel(y)
            if legend:
                ax.legend()
        for ax in axes[len(panels) :]:
            ax.set_visible(False)
        if panels and not legend:
            handles, labels = axes[0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
        return as_svg(figure)


def series_panels(rows: Sequence[tuple[str, Sequence[Sequence[Any]]]], columns: Sequence[str]) -> str:
    """Draw series: a row per data set, a panel per source, the first channel of each.

    Parameters
    ----------
    rows : sequence of (str, sequence)
        Title, and per panel its series, each a list of channels.
    columns : sequence of str
        Titles of the panels.

    Returns
    -------
    str
        SVG.
    """
    with canvas(1.7 * len(columns) + 0.5, 1.5 * len(rows) + 0.4) as figure:
        axes = figure.subplots(len(rows), len(columns), squeeze=False, sharey="row")
        for row, (title, panels) in zip(axes, rows, strict=True):
            for ax, panel in zip(row, panels, strict=True):
                for (colour, _), one in zip(CYCLE, panel, strict=False):
                    ax.plot(one[0], color=PALETTE[colour], linewidth=0.9)
                ax.set_xticks([])
            row[0].set_ylabel(title)
        for ax, title in zip(axes[0], columns, strict=True):
            ax.set_title(title)
        return as_svg(figure)
