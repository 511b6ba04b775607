"""What an npz file holds on the command line: a table, series or images; and two classes out of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oversmith.cli.spectra import known_set
from oversmith.cli.target import find_class
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.cli.arrays import Arrays

DECLARED = "modality"
"""Array of an npz file that says what ``X`` holds."""
_KINDS = {
    "table": "table",
    "tabular": "table",
    "series": "series",
    "spectra": "series",
    "image": "image",
    "images": "image",
}
_DIMENSIONS = {"table": (2,), "series": (2, 3), "image": (3, 4)}
_SHAPES = {
    "table": "(rows, columns)",
    "series": "(cases, channels, time points)",
    "image": "(cases, height, width), or (cases, channels, height, width), or (cases, height, width, channels) with "
    "--channels last",
}


def declared(source: Any, data: Path | None, modality: str | None, channels: str | None) -> Any:
    """Say what arrays hold: by the option, the array ``modality``, the registry, or their dimensions.

    Parameters
    ----------
    source : Table or Arrays
        What was read.
    data : Path or None
        Where from.
    modality : str or None
        What ``--modality`` says.
    channels : {"first", "last"} or None
        What ``--channels`` says.

    Returns
    -------
    Table or Arrays
        A table as it is; arrays with ``modality`` and ``channels`` settled.

    Raises
    ------
    InputError
        When shape and declaration disagree, or unsigned bytes of three dimensions could be read in two ways.
    """
    if not hasattr(source, "arrays"):
        if modality not in (None, "table"):
            raise InputError(f"--modality: {source.name!r} is a table; series and images come as an npz file")
        if channels is not None:
            raise InputError(f"--channels: {source.name!r} is a table; leave it out")
        return source
    shape, dtype = source.arrays["X"].shape, source.arrays["X"].dtype
    told, by = _told(source, data, modality, len(shape))
    if told is not None and len(shape) not in _DIMENSIONS[told]:
        raise InputError(f"{by}: {told!r} found, but X in {source.name!r} has shape {shape}; give {_SHAPES[told]}")
    if told is None and len(shape) == 3 and dtype == "uint8":
        raise InputError(
            f"DATA: X in {source.name!r} is a 3-D array of unsigned bytes of shape {shape}: grey images of {shape[1]} "
            f"x {shape[2]} pixels, or series of {shape[1]} channels and {shape[2]} time points; say which with "
            f"--modality image or --modality series, or in an array called {DECLARED!r}"
        )
    found = told or {2: "table", 3: "series", 4: "image"}[len(shape)]
    if channels is not None and (found != "image" or len(shape) != 4):
        raise InputError(
            f"--channels: {channels!r} is for images of four dimensions, and X in {source.name!r} has shape {shape}; "
            "leave it out"
        )
    return replace(source, modality=found, channels=channels or "first")


def _told(source: Arrays, data: Path | None, modality: str | None, ndim: int) -> tuple[str | None, str]:
    """Find who says what the arrays hold, and what they say."""
    if modality is not None:
        return _KINDS[modality], "--modality"
    if DECLARED in source.arrays:
        said = source.arrays[DECLARED]
        kind = _KINDS.get(str(said.reshape(-1)[0]).casefold()) if said.size == 1 else None
        if kind is None:
            found = repr(str(said.reshape(-1)[0])) if said.size == 1 else f"shape {said.shape}"
            raise InputError(
                f"DATA: array {DECLARED!r} of {source.name!r} holds {found}; one word is needed: table, series or image"
            )
        return kind, f"array {DECLARED!r}"
    known = known_set(data)
    # A file that only has the name of a set is read as what it looks like.
    if known is not None and known.modality == "images" and ndim in _DIMENSIONS["image"]:
        return "image", "DATA"
    return None, ""


def against(negative: Sequence[str] | None, positive: Any, counts: dict[Any, int], target: str) -> list[Any] | None:
    """Classes that the positive one is set against.

    Parameters
    ----------
    negative : sequence of str or None
        What ``--negative`` says.
    positive : object or None
        The positive class.
    counts : dict
        Rows of each class.
    target : str
        Name of the classes.

    Returns
    -------
    list or None
        The classes that take part, the positive one first; None for all.

    Raises
    ------
    InputError
        For a class that is not there, the positive one, or no positive one.

    Examples
    --------
    >>> from oversmith.cli.images import against
    >>> against(["9"], 4, {4: 10, 9: 12, 1: 9}, "digit")
    [4, 9]
    """
    if not negative:
        return None
    if positive is None:
        raise InputError(f"--negative: {negative[0]!r} is given without --positive; name the class it is set against")
    chosen = [find_class(text, counts, target, "--negative") for text in dict.fromkeys(negative)]
    if positive in chosen:
        raise InputError(f"--negative: {str(positive)!r} is the positive class; name another one")
    return [positive, *chosen]
