"""One way to draw a figure: panels of marks, a legend, SVG on white."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oversmith.plot._style import CYCLE, PALETTE
from oversmith.report.picture import canvas
from oversmith.studies.rows import Measured

MARKERS = "osD^v<>"


@dataclass(frozen=True)
class Mark:
    """One call of a Matplotlib axes.

    Parameters
    ----------
    kind : str
        Method of the axes: "plot", "errorbar", "scatter", "bar", ...
    values : tuple
        Its positional arguments.
    style : mapping
        Its keyword arguments.
    """

    kind: str
    values: tuple[Any, ...]
    style: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Panel:
    """What one axes shows.

    Parameters
    ----------
    marks : sequence of Mark
        In the order of drawing.
    title : str
        Title.
    size : float, optional
        Of the title.
    axes : mapping
        What `Axes.set` takes: labels, limits, ticks.
    ticks : tuple of (sequence of str, float), optional
        Labels of the horizontal axis at 0, 1, ... and their rotation.
    """

    marks: Sequence[Mark]
    title: str = ""
    size: float | None = None
    axes: Mapping[str, Any] = field(default_factory=dict)
    ticks: tuple[Sequence[str], float] | None = None


def draw(
    panels: Sequence[Sequence[Panel]],
    width: float,
    height: float,
    *,
    legend: Mapping[str, Any] | None = None,
    own_legends: bool = False,
    **shared: Any,
) -> str:
    """Draw panels as rows and columns.

    Parameters
    ----------
    panels : sequence of sequence of Panel
        By row; a row may be shorter than the first.
    width, height : float
        Inches.
    legend : mapping, optional
        What `Figure.legend` takes beside handles; none by default.
    own_legends : bool, default=False
        A legend in every panel.
    **shared : object
        ``sharex`` and ``sharey`` of `Figure.subplots`.

    Returns
    -------
    str
        SVG, the same for the same panels.

    Examples
    --------
    >>> from oversmith.studies.figures import Mark, Panel, draw
    >>> draw([[Panel([Mark("plot", ([0, 1], [1, 0]))], "a line")]], 2, 2).count("<svg")
    1
    """
    # Scores that were read from a file come without predictions: nothing to draw is no error.
    columns = max((len(row) for row in panels), default=1) or 1
    with canvas(width, height) as figure:
        axes = figure.subplots(max(len(panels), 1), columns, squeeze=False, **shared)
        handles: dict[str, Any] = {}
        for ax, panel in _paired(axes, panels):
            if panel is None:
                ax.set_visible(False)
                continue
            for mark in panel.marks:
                getattr(ax, mark.kind)(*mark.values, **mark.style)
            ax.set_title(panel.title, **({} if panel.size is None else {"fontsize": panel.size}))
            ax.set(**panel.axes)
            if panel.ticks is not None:
                names, rotation = panel.ticks
                ax.set_xticks(range(len(names)), labels=names, rotation=rotation, ha="right" if rotation else "center")
            if own_legends:
                ax.legend()
            for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
                handles.setdefault(label, handle)
        if legend is not None and handles:
            figure.legend(list(handles.values()), list(handles), loc="outside upper center",
                          **{"ncols": len(handles)} | dict(legend))  # fmt: skip
        return as_svg(figure)


def _paired(axes: np.ndarray, panels: Sequence[Sequence[Panel]]) -> Iterable[tuple[Any, Panel | None]]:
    for i, row in enumerate(axes):
        for j, ax in enumerate(row):
            yield ax, panels[i][j] if i < len(panels) and j < len(panels[i]) else None


def as_svg(figure: Any) -> str:
    """Write a figure, drawn inside an open canvas, as SVG text: the same for the same figure."""
    stream = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure.savefig(stream, format="svg", facecolor="white", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def interval_mark(
    at: np.ndarray, numbers: Sequence[Measured], index: int, *, sideways: bool = False, **style: Any
) -> Mark:
    """Mark numbers with their intervals, in the marker and colour of one entry of the legend."""
    middle = np.array([number.value for number in numbers])
    ends = np.array([[number.low for number in numbers], [number.high for number in numbers]])
    gaps = np.nan_to_num(np.abs(ends - middle))
    look = {"fmt": MARKERS[index], "color": PALETTE[CYCLE[index][0]], "markersize": 4, "linewidth": 0.9} | style
    if sideways:
        return Mark("errorbar", (middle, at), {"xerr": gaps, **look})
    return Mark("errorbar", (at, middle), {"yerr": gaps, **look})


def shifts(n: int, width: float) -> np.ndarray:
    """Return positions around 0 for n marks side by side."""
    return np.linspace(-width, width, n)


def by_set(
    panels: Sequence[Sequence[Mapping[str, Sequence[Measured]]]],
    rows: Sequence[str],
    columns: Sequence[str],
    names: Sequence[str],
) -> str:
    """Draw a marker per method over data sets.

    Parameters
    ----------
    panels : sequence of sequence of mapping
        By row and column: method → number per data set.
    rows, columns : sequence of str
        Titles.
    names : sequence of str
        Data sets.

    Returns
    -------
    str
        SVG.
    """
    n = len(names)
    drawn: list[list[Panel]] = []
    for title, row in zip(rows, panels, strict=True):
        drawn.append([])
        for j, panel in enumerate(row):
            marks = [
                interval_mark(np.arange(n) + move, numbers, index, markersize=3.2, linewidth=0.7, label=name)
                for index, ((name, numbers), move) in enumerate(
                    zip(panel.items(), shifts(len(panel), 0.25), strict=True)
                )
            ]
            axes = {"ylim": (-0.03, 1.05), "xlim": (-0.6, n - 0.4)} | ({"ylabel": title} if not j else {})
            last = title == rows[-1]
            drawn[-1].append(Panel(marks, columns[j] if row is panels[0] else "", axes=axes,
                                   ticks=(names, 60) if last else None))  # fmt: skip
    return draw(drawn, 2.6 * len(columns) + 0.8, 1.9 * len(rows) + 0.7, legend={}, sharex=True, sharey="row")


Curves = Mapping[str, tuple[Sequence[float] | np.ndarray, Sequence[float | None] | np.ndarray]]


def lines(
    panels: Sequence[tuple[str, Curves]],
    x: str,
    y: str,
    *,
    columns: int = 2,
    vertical: Mapping[str, float] | None = None,
    own_legends: bool = False,
) -> str:
    """Draw curves.

    Parameters
    ----------
    panels : sequence of (str, mapping)
        Title, and curve → horizontal and vertical values.
    x, y : str
        Axes.
    columns : int, default=2
        Panels side by side.
    vertical : mapping of str to float, optional
        Title → where a dotted vertical line stands.
    own_legends : bool, default=False
        One per panel; otherwise one for all.

    Returns
    -------
    str
        SVG.
    """
    columns = max(min(columns, len(panels)), 1)
    drawn = []
    for title, curves in panels:
        marks = []
        for (name, (xs, ys)), (colour, dash) in zip(curves.items(), CYCLE, strict=False):
            values = np.array([np.nan if value is None else value for value in ys], dtype=float)
            look = {"color": PALETTE[colour], "linestyle": dash, "label": name, "linewidth": 1.4}
            marks.append(Mark("plot", (xs, values), look))
        if vertical and title in vertical:
            look = {"color": PALETTE["muted"], "linestyle": ":", "linewidth": 1.0}
            marks.append(Mark("axvline", (vertical[title],), look))
        drawn.append(Panel(marks, title, axes={"xlabel": x, "ylabel": y}))
    rows = [drawn[i : i + columns] for i in range(0, len(drawn), columns)]
    height = 2.5 * max(len(rows), 1) + (0 if own_legends else 0.4)
    return draw(rows, 3.4 * columns, height, legend=None if own_legends else {}, own_legends=own_legends)
