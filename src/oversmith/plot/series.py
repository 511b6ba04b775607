"""Real and generated series or spectra: bands, examples beside their nearest real neighbour, power."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from oversmith.exceptions import InputError
from oversmith.plot._style import PALETTE, new_axes, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS = {"real": ("green", "-", 2), "generated": ("orange", "--", 3)}


@dataclass(frozen=True, eq=False)
class Ruler:
    """Positions of the points of series or spectra, and the titles of a figure's axes.

    Parameters
    ----------
    points : array-like of shape (length,), optional
        The positions; 0, 1, … by default.
    xlabel, ylabel : str
        Names with their units.

    Examples
    --------
    >>> from oversmith.plot import Ruler
    >>> Ruler([400, 500], "wavelength, nm").positions(2).tolist()
    [400.0, 500.0]
    """

    points: ArrayLike | None = None
    xlabel: str = "time point"
    ylabel: str = ""

    def positions(self, length: int) -> np.ndarray:
        """Return the position of each point.

        Raises
        ------
        InputError
            When there are more or fewer positions than points.
        """
        points = np.arange(length) if self.points is None else np.asarray(self.points, dtype=np.float64)
        if points.shape != (length,):
            raise InputError("points", f"shape {points.shape} found for {length} points", "give one position each")
        return points

    def finish(self, ax: Axes) -> None:
        """Name the axes, and put a legend below them."""
        ax.set(xlabel=self.xlabel, ylabel=self.ylabel)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3)


TIME_POINTS = Ruler()


def series_bands(groups: Mapping[str, ArrayLike], *, ruler: Ruler = TIME_POINTS, ax: Axes | None = None) -> Axes:
    """Draw the median of real and of generated series with the band that holds 80 % of them, point by point.

    Parameters
    ----------
    groups : mapping of str to array-like of shape (3, length)
        ``"real"`` and ``"generated"``: 10 % quantile, median and 90 % quantile at each time point, of one channel.
    ruler : Ruler, optional
        Positions of the points; 0, 1, … by default.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import series_bands
    >>> ax = series_bands({"real": [[0, 0], [1, 2], [2, 4]]}, ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['real']
    """
    with style():
        ax = new_axes(ax)
        for name, (colour, dash, layer) in _LOOKS.items():
            if name not in groups:
                continue
            low, median, high = band_rows(groups[name], 3, name)
            when = ruler.positions(len(median))
            ax.fill_between(when, low, high, color=PALETTE[colour], alpha=0.2, linewidth=0, zorder=layer)
            ax.plot(when, median, dash, color=PALETTE[colour], label=name, zorder=layer + 2)
        ruler.finish(ax)
    return ax


def series_examples(pairs: ArrayLike, *, ruler: Ruler = TIME_POINTS, ax: Axes | None = None) -> Axes:
    """Draw generated series, each on top of the real one nearest to it.

    Parameters
    ----------
    pairs : array-like of shape (n, 2, length)
        Generated series and its nearest real one, of one channel.
    ruler : Ruler, optional
        Positions of the points; 0, 1, … by default.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import series_examples
    >>> len(series_examples([[[0, 1], [0, 2]]], ax=Figure().subplots()).lines)
    2
    """
    shown = np.asarray(pairs, dtype=np.float64)
    if shown.ndim != 3 or shown.shape[1] != 2:
        raise InputError("pairs", f"shape {shown.shape} found", "give (n, 2, length)")
    with style():
        ax = new_axes(ax)
        when = ruler.positions(shown.shape[2])
        gap = 1.1 * float(np.ptp(shown)) if shown.size and np.ptp(shown) > 0 else 1.0
        for number, (generated, real) in enumerate(shown):
            for name, values in (("real", real), ("generated", generated)):
                colour, dash, layer = _LOOKS[name]
                label = {"real": "nearest real", "generated": "generated"}[name] if number == 0 else None
                ax.plot(
                    when, values - number * gap, dash, color=PALETTE[colour], linewidth=1.3, label=label, zorder=layer
                )
        ruler.finish(ax)
        ax.set(ylabel="", yticks=[])
        ax.spines["left"].set_visible(False)
    return ax


def power_spectrum(groups: Mapping[str, ArrayLike], *, ax: Axes | None = None) -> Axes:
    """Draw the power at each frequency, median over series with the band that holds 80 % of them.

    Parameters
    ----------
    groups : mapping of str to array-like of shape (3, frequencies)
        ``"real"`` and ``"generated"``: quantiles as in :func:`series_bands`, in decibels.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import power_spectrum
    >>> ax = power_spectrum({"real": [[0, 0], [1, 2], [2, 4]]}, ax=Figure().subplots())
    >>> ax.get_xlabel()
    'cycles per series'
    """
    return series_bands(groups, ruler=Ruler(None, "cycles per series", "power, dB"), ax=ax)


def band_rows(values: Any, n: int, name: str) -> np.ndarray:
    """Check the number of rows and that they have one length."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or len(array) != n:
        raise InputError(name, f"shape {array.shape} found", f"give {n} rows of equal length")
    return array
