"""Images: many of them on one sheet, and how near generated ones come to the training images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from oversmith.exceptions import InputError
from oversmith.plot._style import PALETTE, new_axes, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS = (("orange", "-"), ("green", "--"), ("blue", "-."), ("purple", ":"))


def contact_sheet(
    images: ArrayLike, *, columns: int, value_range: tuple[float, float] = (0, 255), gap: int = 1
) -> np.ndarray:
    """Lay images out on one sheet, row by row.

    Parameters
    ----------
    images : array-like of shape (n, height, width) or (n, channels, height, width)
        Grey images, or images of channels. Three channels are red, green and blue; of any other number of channels the
        mean is shown.
    columns : int
        Images beside each other.
    value_range : (float, float), default=(0, 255)
        What is black and what is white; values beyond are cut.
    gap : int, default=1
        Transparent pixels between images.

    Returns
    -------
    ndarray of uint8, shape (height, width, 2) or (height, width, 4)
        Grey or colour, and opacity.

    Raises
    ------
    InputError
        For another number of dimensions, or no column.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.plot import contact_sheet
    >>> sheet = contact_sheet(np.full((3, 4, 4), 255), columns=2)
    >>> sheet.shape, sheet[0, 0].tolist(), sheet[4, 0].tolist()
    ((9, 9, 2), [255, 255], [0, 0])
    """
    pixels = as_bytes(images, value_range)
    if columns < 1:
        raise InputError("columns", f"{columns!r} found", "give at least one")
    n, height, width, bands = pixels.shape
    rows = max(-(-n // columns), 1)
    sheet = np.zeros((rows * (height + gap) - gap, columns * (width + gap) - gap, bands + 1), dtype=np.uint8)
    for index, image in enumerate(pixels):
        top, left = (index // columns) * (height + gap), (index % columns) * (width + gap)
        sheet[top : top + height, left : left + width, :bands] = image
        sheet[top : top + height, left : left + width, bands] = 255
    return sheet


def as_bytes(images: ArrayLike, value_range: tuple[float, float] = (0, 255)) -> np.ndarray:
    """Turn images into bytes that can be shown.

    Parameters
    ----------
    images : array-like of shape (n, height, width) or (n, channels, height, width)
        As for `contact_sheet`.
    value_range : (float, float), default=(0, 255)
        What is black and what is white.

    Returns
    -------
    ndarray of uint8, shape (n, height, width, 1) or (n, height, width, 3)
        Grey, or red, green and blue.
    """
    given = np.asarray(images)
    if given.ndim not in (3, 4):
        raise InputError(
            "images", f"shape {given.shape} found", "give (n, height, width) or (n, channels, height, width)"
        )
    low, high = value_range
    if not low < high:
        raise InputError("value_range", f"{value_range!r} found", "give what is black and, above it, what is white")
    values = given[:, None] if given.ndim == 3 else given
    shown = values if values.shape[1] in (1, 3) else values.mean(axis=1, keepdims=True)
    parts = np.clip((np.moveaxis(shown, 1, 3).astype(np.float64) - low) / (high - low), 0.0, 1.0)
    return np.round(parts * 255).astype(np.uint8)


def image_grid(
    images: ArrayLike, *, columns: int = 8, value_range: tuple[float, float] = (0, 255), ax: Axes | None = None
) -> Axes:
    """Draw images beside and below each other.

    Parameters
    ----------
    images : array-like of shape (n, height, width) or (n, channels, height, width)
        As for `contact_sheet`.
    columns : int, default=8
        Images beside each other.
    value_range : (float, float), default=(0, 255)
        What is black and what is white.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import image_grid
    >>> ax = image_grid(np.zeros((10, 4, 4)), columns=5, ax=Figure().subplots())
    >>> ax.images[0].get_array().shape
    (9, 24, 4)
    """
    sheet = contact_sheet(images, columns=columns, value_range=value_range)
    if sheet.shape[2] == 2:
        sheet = sheet[:, :, [0, 0, 0, 1]]
    with style():
        ax = new_axes(ax)
        ax.imshow(sheet, interpolation="none")
        ax.set_axis_off()
    return ax


def image_distances(groups: Mapping[str, ArrayLike], *, limit: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw the share of images that are at most so far from their nearest training image.

    Parameters
    ----------
    groups : mapping of str to array-like of shape (n,)
        Name to distances: generated images first, in orange, then held-out real ones, in green.
    limit : float, optional
        Distance below which training images are hardly ever from each other; marked.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import image_distances
    >>> ax = image_distances({"generated": [0.2, 0.1], "held-out": [0.3]}, ax=Figure().subplots())
    >>> ax.lines[0].get_xdata().tolist(), ax.lines[0].get_ydata().tolist()
    ([0.1, 0.1, 0.2], [0.0, 0.5, 1.0])
    """
    from matplotlib.ticker import PercentFormatter

    with style():
        ax = new_axes(ax)
        for (name, values), (colour, dash) in zip(groups.items(), _LOOKS, strict=False):
            x = np.sort(np.asarray(values, dtype=np.float64))
            if x.ndim != 1 or not len(x):
                raise InputError("groups", f"shape {x.shape} found for {name!r}", "give one distance per image")
            share: Any = np.arange(len(x) + 1) / len(x)
            ax.step(np.r_[x[0], x], share, dash, where="post", color=PALETTE[colour], label=name)
        if limit is not None:
            ax.axvline(limit, color=PALETTE["muted"], linestyle=":", linewidth=1.2)
        ax.set(xlabel="distance to the nearest training image", ylabel="share of images", ylim=(0, 1.02))
        ax.set_xlim(left=0)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0))
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
    return ax
