"""What arrays may hold besides what they are read as: said in a note, or asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from oversmith.exceptions import InputError
from oversmith.io.arrays import DECLARED, UNIT, Arrays, is_monotone

# Sides of an image: none below this, and one at most so many times the other.
_LEAST_SIDE, _MOST_TIMES = 4, 2
# Channels of a colour image at most.
_COLOURS = 4
# An array of fewer points than this says nothing by rising.
_LEAST_POINTS = 16
_TIME_NAMES = ("t", "time", "times", "timestamp", "timestamps", "seconds", "minutes", "hours", "days", "index", "steps")


def with_layout(source: Arrays, modality: str | None, channels: str | None) -> Arrays:
    """Say how arrays are read that could be images, unless somebody says what they are.

    Parameters
    ----------
    source : Arrays
        The arrays, settled by their dimensions.
    modality, channels : str or None
        What the caller says.

    Returns
    -------
    Arrays
        With a note where they could be images.

    Raises
    ------
    InputError
        For whole numbers from 0 to 255 in the shape of grey images, and for images whose channels seem to come last.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.io.array_notes import with_layout
    >>> from oversmith.io.arrays import Arrays
    >>> source = Arrays("t.npz", {"X": np.full((9, 8, 8), 0.5)}, False, kind="series")
    >>> with_layout(source, None, None).notes[0].split(";")[0]
    'X of shape (9, 8, 8) is read as series of 8 channels and 8 time points'
    """
    x = source.arrays["X"]
    if channels is not None or source.info is not None:
        return source
    if x.ndim == 4 and _has_last_channels(x.shape):
        _, height, width, last = x.shape
        raise InputError(
            "channels",
            f"X in {source.name!r} has shape {x.shape}: images of {height} x {width} pixels with {last} channels in "
            f"the last place, or of {width} x {last} pixels with {height} channels in the first",
            "say which with channels='last' or channels='first'",
        )
    is_said = modality is not None or DECLARED in source.arrays
    if is_said or x.ndim != 3 or source.kind != "series" or not _is_image_like(*x.shape[1:]):
        return source
    _, height, width = x.shape
    if _are_grey_values(x):
        raise InputError(
            "path",
            f"X in {source.name!r} is a 3-D array of whole numbers of shape {x.shape}: grey images of {height} x "
            f"{width} pixels, or series of {height} channels and {width} time points",
            f"say which with modality='image' or modality='series', or in an array called {DECLARED!r}",
        )
    note = (
        f"X of shape {x.shape} is read as series of {height} channels and {width} time points; modality='image' reads "
        f"grey images of {height} x {width} pixels"
    )
    return replace(source, notes=(*source.notes, note))


def with_spectra(source: Arrays, modality: str | None, axis: str | None) -> Arrays:
    """Read declared spectra without an axis as spectra, and name an array that may be the axis of others.

    Parameters
    ----------
    source : Arrays
        The arrays, with their axis where one is called so.
    modality, axis : str or None
        What the caller says.

    Returns
    -------
    Arrays
        With points that are numbered, or a note.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.io.array_notes import with_spectra
    >>> from oversmith.io.arrays import Arrays
    >>> source = Arrays("t.npz", {"X": np.zeros((9, 20)), "cm": np.arange(20.0)}, False)
    >>> with_spectra(source, None, None).notes[0]
    "array 'cm' rises or falls along the 20 points of X and may be their axis; axis='cm' reads spectra over it"
    """
    from oversmith.datasets import SpectralAxis

    x = source.arrays["X"]
    if source.axis is not None or source.kind == "image":
        return source
    length = x.shape[-1]
    if _says_spectra(source, modality) and length > 1:
        note = f"no array says where the {length} points of the spectra lie, they are numbered; axis= names one"
        points = SpectralAxis(np.arange(1.0, length + 1), "point")
        return replace(source, axis=points, kind="series", notes=(*source.notes, note))
    if axis is not None or modality is not None or DECLARED in source.arrays:
        return source
    for name, array in source.arrays.items():
        is_long = _LEAST_POINTS <= array.size == length != len(x)
        if name not in ("X", UNIT) and name.casefold() not in _TIME_NAMES and is_long and is_monotone(array):
            note = (
                f"array {name!r} rises or falls along the {length} points of X and may be their axis; axis={name!r} "
                "reads spectra over it"
            )
            return replace(source, notes=(*source.notes, note))
    return source


def _says_spectra(source: Arrays, modality: str | None) -> bool:
    """Whether the caller, or the file itself, says that it holds spectra."""
    if modality is not None:
        return modality == "spectra"
    declared = source.arrays.get(DECLARED)
    return declared is not None and declared.size == 1 and str(declared.reshape(-1)[0]).casefold() == "spectra"


def _is_image_like(height: int, width: int) -> bool:
    small, large = sorted((height, width))
    return small >= _LEAST_SIDE and large <= _MOST_TIMES * small


def _has_last_channels(shape: tuple[int, ...]) -> bool:
    _, height, width, last = shape
    return last <= _COLOURS < height and _is_image_like(height, width)


def _are_grey_values(x: np.ndarray[Any, Any]) -> bool:
    if x.dtype.kind not in "uif" or not x.size:
        return False
    return bool(x.min() >= 0 and x.max() <= 255 and (x == np.floor(x)).all())
