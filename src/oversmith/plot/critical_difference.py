"""Diagram of mean ranks and of the methods that do not differ significantly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from oversmith.plot._style import PALETTE, new_axes, shorten, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def critical_difference_diagram(
    ranks: Mapping[str, float], difference: float, *, control: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw mean ranks on a line, best on the left; a bar joins methods that do not differ by Nemenyi's test.

    Who else takes part changes the bars, so they are a picture and no proof.

    Parameters
    ----------
    ranks : mapping of str to float
        Method to mean rank, 1 the best; at least two.
    difference : float
        The critical difference of mean ranks.
    control : str, optional
        Method to be marked.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        The axes.

    Examples
    --------
    >>> from oversmith.plot import critical_difference_diagram
    >>> ax = critical_difference_diagram({"none": 2.1, "smote": 2.9, "gan": 1.0}, 0.9)
    >>> [text.get_text() for text in ax.texts][:2]
    ['gan  1.00', 'none  2.10']
    >>> import matplotlib.pyplot as plt
    >>> plt.close(ax.figure)
    """
    order = sorted(ranks, key=lambda name: (ranks[name], name))
    values = [ranks[name] for name in order]
    bars = joined(values, difference)
    n, half = len(order), -(-len(order) // 2)
    with style():
        ax = new_axes(ax, (6.4, 1.2 + 0.26 * (half + len(bars))))
        low, high = int(min(values)), -int(-max(values) // 1)
        width = max(high - low, 1)
        ax.set_xlim(low - 0.45 * width, high + 0.45 * width)
        depth = 0.6 + 0.35 * len(bars)
        ax.set_ylim(-(depth + 0.5 * half) - 0.2, 1.5)
        ax.axis("off")
        ax.plot([low, high], [0, 0], color=PALETTE["ink"], linewidth=1.0)
        for tick in range(low, high + 1):
            ax.plot([tick, tick], [0, 0.12], color=PALETTE["ink"], linewidth=1.0)
        for index, (name, value) in enumerate(zip(order, values, strict=True)):
            left = index < half
            row = index if left else n - 1 - index
            y = -depth - 0.5 * row
            edge = low - 0.05 * width if left else high + 0.05 * width
            colour = PALETTE["vermillion"] if name == control else PALETTE["ink"]
            ax.plot([value, value, edge], [0, y, y], color=colour, linewidth=0.9)
            text = f"{shorten(name, 28)}  {value:.2f}" if left else f"{value:.2f}  {shorten(name, 28)}"
            gap = -0.02 * width if left else 0.02 * width
            weight = "bold" if name == control else "normal"
            side = "right" if left else "left"
            ax.text(edge + gap, y, text, ha=side, va="center", fontweight=weight, parse_math=False)
        for tick in range(low, high + 1):
            ax.text(tick, 0.22, str(tick), ha="center", va="bottom", fontsize=8)
        for level, (first, last) in enumerate(bars):
            y = -0.3 - 0.35 * level
            reach = 0.015 * width
            ax.plot([values[first] - reach, values[last] + reach], [y, y], color=PALETTE["blue"], linewidth=4.0)
        # A difference wider than the picture ends in an arrow: then no two methods differ.
        end = high + 0.4 * width
        fits = low + difference <= end
        ax.plot([low, min(low + difference, end)], [0.85, 0.85], color=PALETTE["muted"], linewidth=2.0)
        if not fits:
            ax.plot(end, 0.85, ">", color=PALETTE["muted"], markersize=5)
        ax.text(low, 1.0, f"critical difference {difference:.2f}", va="bottom", fontsize=8)
    return ax


def joined(values: list[float], difference: float) -> list[tuple[int, int]]:
    """Find the longest runs of sorted ranks within the critical difference; none lies inside another.

    Examples
    --------
    >>> from oversmith.plot.critical_difference import joined
    >>> joined([1.0, 1.4, 2.0, 4.0, 4.5], 1.0)
    [(0, 2), (3, 4)]
    """
    runs: list[tuple[int, int]] = []
    for first, start in enumerate(values):
        last = max(index for index, value in enumerate(values) if value - start <= difference)
        if last > first and (not runs or last > runs[-1][1]):
            runs.append((first, last))
    return runs
