"""One palette (Okabe–Ito) and one set of Matplotlib settings for every figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALETTE: dict[str, str] = {
    "ink": "#1b1f24",
    "muted": "#59636e",
    "grid": "#d8dee4",
    "blue": "#0072B2",
    "green": "#009E73",
    "orange": "#E69F00",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
}
"""Names and colours; the page replaces each colour by the CSS variable of the same name."""

CYCLE: tuple[tuple[str, str], ...] = (
    ("ink", "-"),
    ("orange", "-"),
    ("blue", "--"),
    ("purple", "-."),
    ("vermillion", ":"),
    ("sky", "--"),
    ("green", "-."),
    ("muted", ":"),
)
"""Colour and dash of the first, second, … line of a figure: no line is distinguished by colour alone."""

_SETTINGS: dict[str, Any] = {
    "figure.facecolor": "none",
    "figure.dpi": 100,
    "savefig.facecolor": "none",
    "savefig.dpi": 150,
    "axes.facecolor": "none",
    "axes.edgecolor": PALETTE["muted"],
    "axes.labelcolor": PALETTE["ink"],
    "axes.titlecolor": PALETTE["ink"],
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "grid.color": PALETTE["grid"],
    "grid.linewidth": 0.7,
    "text.color": PALETTE["ink"],
    # Names come from data: a dollar sign is a dollar sign.
    "text.parse_math": False,
    "text.usetex": False,
    "xtick.color": PALETTE["muted"],
    "ytick.color": PALETTE["muted"],
    "xtick.labelcolor": PALETTE["ink"],
    "ytick.labelcolor": PALETTE["ink"],
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.8,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",
    "svg.hashsalt": "oversmith",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw with Oversmith's settings; Matplotlib's own are restored on leaving.

    Examples
    --------
    >>> import matplotlib
    >>> from oversmith.plot import style
    >>> before = matplotlib.rcParams["svg.fonttype"]
    >>> with style():
    ...     matplotlib.rcParams["svg.fonttype"]
    'none'
    >>> matplotlib.rcParams["svg.fonttype"] == before
    True
    """
    import matplotlib

    with matplotlib.rc_context(cast("Any", _SETTINGS)):
        yield


def new_axes(ax: Axes | None, size: tuple[float, float] = (4.8, 3.6)) -> Axes:
    """Return the given axes, or those of a new pyplot figure."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=size, layout="constrained")[1]


def panel_axes(
    ax: Axes | Sequence[Axes] | None, rows: int, columns: int, size: tuple[float, float], **shared: Any
) -> list[Axes]:
    """Return the axes given, one a panel; those of a new pyplot figure; or parts of a single one given."""
    if ax is None:
        import matplotlib.pyplot as plt

        figure = plt.figure(figsize=size, layout="constrained")
        return list(figure.subplots(rows, columns, squeeze=False, **shared).ravel())
    if not hasattr(ax, "get_subplotspec"):
        given = list(ax)
        if len(given) != rows * columns:
            raise InputError("ax", f"{len(given)} axes found for {rows * columns} panels", "give one, or one a panel")
        return given
    whole = cast("Axes", ax)
    cell = whole.get_subplotspec()
    if cell is None:
        raise InputError("ax", "the axes are not part of a grid", f"make them with subplots, or give {rows * columns}")
    whole.set_axis_off()
    inside = cell.subgridspec(rows, columns, height_ratios=shared.pop("height_ratios", None))
    return list(inside.subplots(squeeze=False, **shared).ravel())


def name_ticks(ax: Axes, names: Sequence[str]) -> None:
    """Put names at 0, 1, … of the vertical axis, first on top, whatever characters they hold."""
    ax.set_yticks(range(len(names)), labels=[shorten(name) for name in names])
    for label in ax.get_yticklabels():
        label.set_parse_math(False)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)


def shorten(name: str, length: int = 34) -> str:
    """Cut a name that would push the figure aside."""
    return name if len(name) <= length else name[: length - 1] + "…"


def signed(value: float, digits: int = 3) -> str:
    """Write a number with its sign, a true minus for negative ones."""
    return f"{value:+.{digits}f}".replace("-", "−")
