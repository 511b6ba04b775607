"""What the command line does with spectra: their axis, bounds, few groups, and classes made rarer."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.datasets import DatasetInfo


def known_set(data: Path | None) -> DatasetInfo | None:
    """Find the registry's entry for a file, or a set, of this name.

    Examples
    --------
    >>> from pathlib import Path
    >>> from oversmith.cli.spectra import known_set
    >>> known_set(Path("ecoli_raman.npz")).groups, known_set(Path("mine.npz"))
    ('replicate', None)
    """
    from oversmith.datasets import list_datasets

    return None if data is None else next((info for info in list_datasets() if info.name == data.stem), None)


def with_axis(source: Any, data: Path | None, named: str | None) -> Any:
    """Give arrays their axis, and say so where it decides how they are read.

    Parameters
    ----------
    source : Table or Arrays
        What was read.
    data : Path or None
        Where from.
    named : str or None
        What ``--axis`` names.

    Returns
    -------
    Table or Arrays
        A table as it is, arrays with their axis.

    Raises
    ------
    InputError
        For an axis of a table, or one that does not fit.
    """
    if not hasattr(source, "arrays"):
        if named is not None:
            raise InputError(f"--axis: {source.name!r} is a table; an axis belongs to the arrays of an npz file")
        return source
    found = source.with_axis(named, known_set(data))
    if found.axis is not None and found.arrays["X"].ndim == 2:
        print(
            f"oversmith: X holds spectra over {found.axis_array!r} (--axis none to read a table)",
            file=sys.stderr,
        )
    return found


def checked_bounds(
    bounds: str | None, source: Any, target: str, drop: Sequence[str]
) -> str | tuple[float, float] | None:
    """Refuse bounds the data do not keep to, before anything is trained.

    Parameters
    ----------
    bounds : str or None
        What ``--bounds`` says.
    source : Table or Arrays
        What was read.
    target : str
        Name of the classes.
    drop : sequence of str
        Columns left out.

    Returns
    -------
    str, (float, float) or None
        The bounds.

    Raises
    ------
    InputError
        For a table, for words that are no bounds, and for values outside.
    """
    if bounds is None:
        return None
    chosen = _read_bounds(bounds)
    features = source.features(target, drop)
    if getattr(features, "ndim", 2) < 3:
        raise InputError("--bounds: it is for series, spectra and images, and DATA holds a table; leave it out")
    if isinstance(chosen, tuple):
        outside = int(((features < chosen[0]) | (features > chosen[1])).sum())
        if outside:
            raise InputError(
                f"--bounds: {bounds} is declared, and {outside} values of {source.name!r} lie outside, which reaches "
                f"from {features.min():g} to {features.max():g}; widen the bounds, or leave them out"
            )
        return chosen
    if bounds == "non-negative" and features.min() < 0:
        raise InputError(
            f"--bounds: non-negative values are asked for, and {int((features < 0).sum())} values of {source.name!r} "
            f"lie below zero, down to {features.min():g}; take --bounds observed, or leave it out"
        )
    return bounds


def _read_bounds(bounds: str) -> str | tuple[float, float]:
    """Read a word, or two numbers with a colon between them."""
    if bounds in ("observed", "non-negative"):
        return bounds
    low, _, high = bounds.partition(":")
    try:
        pair = float(low), float(high)
    except ValueError:
        pair = 0.0, 0.0
    if not pair[0] < pair[1] or not all(map(math.isfinite, pair)):
        raise InputError(f"--bounds: {bounds!r} found; choose observed, non-negative, or two numbers such as 0:255")
    return pair


def check_thin(ratio: float | None, counts: Mapping[Any, int], positive: Any, target: str) -> None:
    """Refuse a ratio that the classes are beyond already, and several classes of which none is named.

    Parameters
    ----------
    ratio : float or None
        What ``--thin`` says.
    counts : mapping
        Rows of each class.
    positive : object or None
        The class named.
    target : str
        Name of the classes.

    Raises
    ------
    InputError
        With the rows there are.
    """
    if ratio is None:
        return
    if positive is None and len(counts) > 2:
        raise InputError(f"--thin: {target!r} has {len(counts)} classes; say with --positive which one becomes rarer")
    label = min(counts, key=lambda name: counts[name]) if positive is None else positive
    rows, others = counts[label], sum(counts.values()) - counts[label]
    if others / ratio > rows:
        raise InputError(
            f"--thin: one row of {str(label)!r} to {ratio:g} others is more than there are, {rows} to {others}; give "
            f"at least {others / rows:.1f}"
        )


def folds_for(folds: int | None, groups: Any, labels: Any, positive: Any = None, default: int = 5) -> int:
    """Choose how many folds there are where the caller has not: fewer where a class lies in few groups.

    Parameters
    ----------
    folds : int or None
        What ``--folds`` says.
    groups : array-like or None
        Group of every row.
    labels : array-like
        Class of every row.
    positive : object, optional
        The class set against all others.
    default : int, default=5
        Folds unless there is a reason for fewer.

    Returns
    -------
    int
        Folds.

    Examples
    --------
    >>> from oversmith.cli.spectra import folds_for
    >>> folds_for(None, None, ["a", "b"]), folds_for(4, ["p", "q", "p"], ["a", "a", "b"])
    (5, 4)
    """
    if folds is not None or groups is None:
        return default if folds is None else folds
    import numpy as np
    import pandas as pd

    classes = np.asarray(labels) if positive is None else np.asarray(labels == positive)
    found = pd.DataFrame({"group": np.asarray(groups), "class": classes}).groupby("class")["group"].nunique()
    fewest = int(found.min())
    if not 2 <= fewest < default:
        return default
    print(f"oversmith: {fewest} folds, because there are classes in no more than {fewest} groups", file=sys.stderr)
    return fewest
