"""What an array holds: a table, series or images. Nothing is guessed from sizes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from oversmith.exceptions import InputError

MODALITIES = ("table", "series", "image")
_PLURAL = {"table": "tables", "series": "series", "image": "images"}
_VALUES = {
    "modality": {"table": "'table'", "series": "'series'", "image": "'image'"},
    "encoder": {"table": "TableEncoder()", "series": "SeriesEncoder()", "image": "ImageEncoder()"},
}
_SHAPES = (
    "a table has 2 dimensions, series have 3 (cases, channels, time points), images 4 (cases, channels, height, width)"
)


def modality_of(
    X: Any,
    modality: str = "auto",
    input_shape: Any = None,
    among: Collection[str] = MODALITIES,
    name: str = "this method",
    argument: str = "modality",
) -> str:
    """Say what an array holds.

    Parameters
    ----------
    X : array-like
        Two dimensions are a table, unless ``input_shape`` says otherwise or whoever asks takes no tables. Three are
        series, or grey images where ``modality`` says so; unsigned bytes in three dimensions need a declaration. Four
        are images.
    modality : {"auto", "table", "series", "image"}, default="auto"
        What the caller says.
    input_shape : tuple of int or None, default=None
        Shape of flat rows: two numbers for series (channels, time points), three for images (channels, height, width).
    among : collection of str, default=("table", "series", "image")
        What whoever asks can take.
    name : str, default="this method"
        Who asks, for messages.
    argument : {"modality", "encoder"}, default="modality"
        The argument by which the caller says what X holds: messages name it.

    Returns
    -------
    {"table", "series", "image"}
        What it is.

    Raises
    ------
    InputError
        When the array, the declaration and ``input_shape`` disagree, the array could be read in two ways, or whoever
        asks does not take it.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders import modality_of
    >>> modality_of(np.zeros((5, 28, 28))), modality_of(np.zeros((5, 28, 28)), "image")
    ('series', 'image')
    >>> modality_of(np.zeros((5, 784)), input_shape=(1, 28, 28)), modality_of(np.zeros((5, 784)))
    ('image', 'table')
    """
    if modality not in ("auto", *MODALITIES):
        raise InputError("modality", f"{modality!r} found", "choose 'auto', 'table', 'series' or 'image'")
    ndim, shape = getattr(X, "ndim", 2), tuple(getattr(X, "shape", ()))
    if ndim > 4:
        raise InputError("X", f"found a {ndim}-D array of shape {shape}", _SHAPES)
    declared = _declared_by(input_shape, among)
    if modality == "auto":
        kind = _undeclared(ndim, shape, getattr(X, "dtype", None), declared, among, argument)
    elif modality not in among:
        kind = modality
    elif declared not in (None, modality):
        raise InputError(
            "input_shape",
            f"{input_shape!r} found beside {_said(modality, argument)}",
            "series have two numbers (channels, time points), images three (channels, height, width), tables none",
        )
    elif (ndim == 4 and modality != "image") or (ndim == 3 and modality == "table"):
        raise InputError(argument, f"{_VALUES[argument][modality]} found, but X has shape {shape}", _SHAPES)
    else:
        kind = modality
    if kind not in among:
        _refuse(kind, ndim, shape, input_shape, among, name, argument)
    return kind


def _said(modality: str, argument: str) -> str:
    """Name an argument and its value, as the caller writes them."""
    return f"{argument}={_VALUES[argument][modality]}"


def _declared_by(input_shape: Any, among: Collection[str]) -> str | None:
    """Say what ``input_shape`` is the shape of."""
    if input_shape is None:
        return None
    numbers = len(input_shape) if isinstance(input_shape, tuple | list) else 0
    # Another number of numbers is refused where the shape is read.
    return "image" if numbers == 3 or "series" not in among else "series"


def _undeclared(
    ndim: int, shape: tuple[int, ...], dtype: Any, declared: str | None, among: Collection[str], argument: str
) -> str:
    """Say what an array holds where the caller does not."""
    if ndim == 4:
        return "image"
    if ndim == 3:
        if declared is None and dtype == np.uint8 and {"series", "image"} <= set(among):
            raise InputError(
                "X",
                f"found a 3-D array of unsigned bytes of shape {shape}, which may hold series of {shape[1]} channels "
                f"and {shape[2]} time points, or grey images of {shape[1]} x {shape[2]} pixels",
                f"say {_said('series', argument)} or {_said('image', argument)}",
            )
        return declared or "series"
    return declared or next(kind for kind in MODALITIES if kind in among)


def _refuse(
    kind: str,
    ndim: int,
    shape: tuple[int, ...],
    input_shape: Any,
    among: Collection[str],
    name: str,
    argument: str,
) -> None:
    """Say that an array is not taken, and what to do about it."""
    takes = " and ".join(_PLURAL[other] for other in MODALITIES if other in among)
    if ndim > 2:
        flat = (
            "give it 2 dimensions (rows, columns), for example X.reshape(len(X), -1), or " if "table" in among else ""
        )
        able = {"series": "GANBATS", "image": "DCGAN"}[kind]
        raise InputError(
            "X",
            f"found a {ndim}-D array of shape {shape}; {name} takes {takes}",
            f"{flat}use a method for {_PLURAL[kind]}, such as {able}",
        )
    if input_shape is not None:
        raise InputError("input_shape", f"{input_shape!r} found, but {name} takes {takes} alone", "leave it out")
    raise InputError(argument, f"{_VALUES[argument][kind]} found, but {name} takes {takes} alone", "give it such rows")
