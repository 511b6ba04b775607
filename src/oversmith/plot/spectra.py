"""Spectra over their axis: the classes side by side, and what generated ones miss."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from oversmith.exceptions import InputError
from oversmith.plot._style import PALETTE, new_axes, shorten, style
from oversmith.plot.series import TIME_POINTS, Ruler, band_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CLASSES = (("blue", "-"), ("green", "--"), ("purple", "-."), ("vermillion", ":"), ("sky", "--"), ("muted", ":"))


def class_bands(classes: Mapping[str, ArrayLike], *, ruler: Ruler = TIME_POINTS, ax: Axes | None = None) -> Axes:
    """Draw the median of each class with the band that holds 80 % of it, point by point.

    Parameters
    ----------
    classes : mapping of str to array-like of shape (3, length)
        Class to its 10 % quantile, median and 90 % quantile; the first is drawn in the majority's blue.
    ruler : Ruler, default=TIME_POINTS
        The axis of the spectra.
    ax : Axes or None
        What to draw on, where there is a figure already.

    Returns
    -------
    Axes
        With one line and one band for each class.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import Ruler, class_bands
    >>> ruler = Ruler([400, 500], "wavelength, nm", "absorbance")
    >>> ax = class_bands({"sol": [[0, 0], [1, 2], [2, 4]]}, ruler=ruler, ax=Figure().subplots())
    >>> ax.lines[0].get_xdata().tolist()
    [400.0, 500.0]
    """
    with style():
        ax = new_axes(ax)
        for (name, band), (look, dash) in zip(classes.items(), itertools.cycle(_CLASSES), strict=False):
            low, median, high = band_rows(band, 3, name)
            when, colour = ruler.positions(len(median)), PALETTE[look]
            ax.fill_between(when, low, high, color=colour, alpha=0.18, linewidth=0)
            ax.plot(when, median, dash, color=colour, label=shorten(name), zorder=3)
        ruler.finish(ax)
    return ax


def difference_spectrum(
    mean: ArrayLike, noise: ArrayLike, *, ruler: Ruler = TIME_POINTS, ax: Axes | None = None
) -> Axes:
    """Draw how generated spectra differ from real ones on average, over the band where chance alone would leave it.

    Parameters
    ----------
    mean, noise : array-like of shape (length,)
        Mean of the generated less mean of the real ones, and half the width of the band around zero.
    ruler : Ruler, default=TIME_POINTS
        Their axis.
    ax : Axes or None
        Where it is drawn; a new figure for None.

    Returns
    -------
    Axes
        The line over its band; an InputError when the two differ in length.

    Examples
    --------
    >>> from oversmith.plot import difference_spectrum
    >>> from matplotlib.figure import Figure
    >>> ax = difference_spectrum([0.1, -0.2], [0.3, 0.3], ax=Figure().subplots())
    >>> ax.lines[-1].get_ydata().tolist()
    [0.1, -0.2]
    """
    line, width = np.asarray(mean, dtype=np.float64), np.asarray(noise, dtype=np.float64)
    if line.ndim != 1 or line.shape != width.shape:
        raise InputError("noise", f"shape {width.shape} found for a difference of shape {line.shape}", "give one each")
    with style():
        ax = new_axes(ax)
        when = ruler.positions(len(line))
        ax.fill_between(when, -width, width, color=PALETTE["muted"], alpha=0.25, linewidth=0, label="chance, 95 %")
        ax.axhline(0.0, color=PALETTE["muted"], linewidth=0.8)
        ax.plot(when, line, color=PALETTE["orange"], label="generated − real", zorder=3)
        ruler.finish(ax)
    return ax
