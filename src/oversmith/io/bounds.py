"""Bounds of generated values, checked against the data before anything is trained."""

from __future__ import annotations

import math
from typing import Any, Literal

from oversmith.exceptions import InputError

Bounds = Literal["observed", "non-negative"] | tuple[float, float] | None


def check_bounds(X: Any, bounds: Bounds, name: str = "X") -> None:
    """Refuse bounds that the data do not keep.

    Parameters
    ----------
    X : DataFrame or ndarray
        Features; series and spectra have three dimensions, images four.
    bounds : {"observed", "non-negative"}, (float, float) or None
        Where generated values shall lie.
    name : str, default="X"
        What the data are called, for messages.

    Raises
    ------
    InputError
        For a table, two numbers that are no range, and values outside.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.io.bounds import check_bounds
    >>> check_bounds(np.ones((3, 1, 4)), (0, 1))
    """
    if bounds is None:
        return
    words = isinstance(bounds, str) and bounds in ("observed", "non-negative")
    pair = isinstance(bounds, tuple) and len(bounds) == 2 and all(isinstance(n, int | float) for n in bounds)
    if not words and not pair:
        raise InputError("bounds", f"{bounds!r} found", "give 'observed', 'non-negative' or two numbers (low, high)")
    if getattr(X, "ndim", 2) < 3:
        raise InputError("bounds", f"it is for series, spectra and images, and {name} is a table", "leave it out")
    if isinstance(bounds, tuple):
        low, high = bounds
        if not low < high or not all(map(math.isfinite, bounds)):
            raise InputError("bounds", f"{low:g} to {high:g} is no range", "give two finite numbers, the smaller first")
        outside = int(((low > X) | (high < X)).sum())
        if outside:
            raise InputError(
                "bounds",
                f"{low:g} to {high:g} is declared, and {outside} values of {name!r} lie outside: it reaches from "
                f"{X.min():g} to {X.max():g}",
                "widen the bounds, or leave them out",
            )
    elif bounds == "non-negative" and X.min() < 0:
        raise InputError(
            "bounds",
            f"values from zero up are declared, and {int((X < 0).sum())} values of {name!r} lie below zero, down to "
            f"{X.min():g}",
            "take bounds='observed', or leave it out",
        )


def parse_bounds(text: str) -> Bounds:
    """Read bounds from text: a word, or two numbers with a colon between them.

    Parameters
    ----------
    text : str
        ``"observed"``, ``"non-negative"`` or for example ``"0:255"``.

    Returns
    -------
    str or (float, float)
        The bounds.

    Raises
    ------
    InputError
        For anything else.

    Examples
    --------
    >>> from oversmith.io.bounds import parse_bounds
    >>> parse_bounds("observed"), parse_bounds("0:255")
    ('observed', (0.0, 255.0))
    """
    if text == "observed" or text == "non-negative":
        return "observed" if text == "observed" else "non-negative"
    low, _, high = text.partition(":")
    try:
        pair = float(low), float(high)
    except ValueError:
        pair = 0.0, 0.0
    if not pair[0] < pair[1] or not all(map(math.isfinite, pair)):
        raise InputError("bounds", f"{text!r} found", "choose observed, non-negative, or two numbers such as 0:255")
    return pair
