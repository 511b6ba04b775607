"""What was understood of data, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oversmith.datasets import SpectralAxis

# Classes that are listed by name.
_LISTED = 8


def rows_text(modality: str, shape: Sequence[int], kinds: Mapping[str, str], axis: SpectralAxis | None = None) -> str:
    """Say what a row is: its columns and their kinds, or its channels and points.

    Parameters
    ----------
    modality : {"table", "series", "spectra", "image"}
        What the rows are.
    shape : sequence of int
        Columns; channels and points; channels, height and width.
    kinds : mapping of str to str
        Kind of each column of a table.
    axis : SpectralAxis, optional
        Where the points of spectra lie.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> from oversmith.io.describe import rows_text
    >>> rows_text("table", [2], {"a": "numeric", "b": "numeric"})
    '2 columns: 2 numeric'
    >>> rows_text("image", [1, 28, 28], {})
    '28 × 28 pixels, 1 channel'
    """
    if modality == "table":
        of_kind = ", ".join(f"{n:,} {kind}" for kind, n in Counter(kinds.values()).most_common())
        return f"{_counted(shape[0], 'column')}{': ' if of_kind else ''}{of_kind}"
    channels = _counted(shape[0], "channel")
    if modality == "image":
        return f"{shape[1]:,} × {shape[2]:,} pixels, {channels}"
    if axis is None:
        return f"{channels}, {_counted(shape[1], 'time point')}"
    return f"{channels}, {_counted(shape[1], 'point')}, {axis.label} from {axis.points[0]:g} to {axis.points[-1]:g}"


def classes_text(counts: Mapping[Any, int]) -> str:
    """List classes with their rows.

    Examples
    --------
    >>> from oversmith.io.describe import classes_text
    >>> classes_text({"no": 1200, "yes": 30})
    'no 1,200, yes 30'
    """
    items = list(counts.items())
    listed = ", ".join(f"{label} {n:,}" for label, n in items[:_LISTED])
    return listed + (f" and {len(items) - _LISTED} more classes" if len(items) > _LISTED else "")


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
