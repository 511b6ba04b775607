"""The classes of a column: counted, found by name, and checked for what can be a target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from oversmith.exceptions import InputError, nearest_hint

# More classes than this in few rows are names or measurements.
_MANY_CLASSES = 12


def class_counts(labels: Any, target: str) -> dict[Any, int]:
    """Count the rows of each class, largest class first, after checking that the column can be a target.

    Parameters
    ----------
    labels : Series or ndarray
        The class of each row.
    target : str
        Name of the column, for messages.

    Returns
    -------
    dict
        Class to number of rows.

    Raises
    ------
    InputError
        When a row has no class, when the values are measurements or times, and when there is one class only.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.io.classes import class_counts
    >>> class_counts(np.array([1, 0, 0]), "y")
    {0: 2, 1: 1}
    """
    series = pd.Series(labels)
    missing = int(series.isna().sum())
    if missing:
        raise InputError("target", f"{missing} of {len(series)} rows have no value in {target!r}", "label or drop them")
    kind = series.dtype.kind
    if kind in "mM" or (kind == "f" and (series % 1 != 0).any()):
        raise InputError(
            "target",
            f"{target!r} holds {series.dtype} values such as {series.iloc[0]}, not classes",
            "name a column of classes",
        )
    counts = count_labels(series)
    if len(counts) == 1:
        raise InputError(
            "target",
            f"{target!r} has one class only, {str(next(iter(counts)))!r} in all {len(series)} rows",
            "name a column with at least two classes",
        )
    if len(counts) > max(_MANY_CLASSES, len(series) / 2):
        raise InputError(
            "target",
            f"{target!r} holds {len(counts)} different values in {len(series)} rows, such as "
            f"{str(series.iloc[0])!r}: names or measurements, not classes",
            "name a column of classes",
        )
    return counts


def count_labels(labels: Any) -> dict[Any, int]:
    """Count the rows of each class, largest class first, as plain Python values.

    Examples
    --------
    >>> from oversmith.io.classes import count_labels
    >>> count_labels(["a", "b", "b"])
    {'b': 2, 'a': 1}
    """
    counts = pd.Series(labels).value_counts()
    counts = counts[counts > 0]
    return {getattr(label, "item", lambda label=label: label)(): int(n) for label, n in counts.items()}


def find_class(value: Any, counts: dict[Any, int], target: str, argument: str = "positive") -> Any:
    """Find a class by its value or by its text.

    Parameters
    ----------
    value : object
        The class, or its text.
    counts : dict
        Rows of each class.
    target : str
        Name of the column, for messages.
    argument : str, default="positive"
        The argument that named it, for messages.

    Returns
    -------
    object
        The class, in its own type.

    Raises
    ------
    InputError
        When there is no such class.

    Examples
    --------
    >>> from oversmith.io.classes import find_class
    >>> find_class("1", {0.0: 9, 1.0: 2}, "y")
    1.0
    """
    text = str(value)
    for label in counts:
        if str(label) == text:
            return label
    for label in counts:
        if isinstance(label, int | float) and _same_number(text, label):
            return label
    hint = nearest_hint(text, [str(label) for label in counts])
    raise InputError(argument, f"{text!r} is not a class of {target!r}", hint)


def _same_number(text: str, label: float) -> bool:
    if isinstance(label, bool):
        return text.casefold() == str(label).casefold()
    try:
        return float(text) == label
    except ValueError:
        return False


def find_negative(negative: Any, positive: Any, counts: dict[Any, int], target: str) -> list[Any]:
    """Find the classes that the positive one is set against.

    Parameters
    ----------
    negative : object or sequence
        One class or several.
    positive : object or None
        The positive class.
    counts : dict
        Rows of each class.
    target : str
        Name of the column, for messages.

    Returns
    -------
    list
        The classes, in their own type, each once.

    Raises
    ------
    InputError
        For a class that is not there, the positive one, or no positive one.

    Examples
    --------
    >>> from oversmith.io.classes import find_negative
    >>> find_negative("9", 4, {4: 10, 9: 12, 1: 9}, "digit")
    [9]
    """
    several = isinstance(negative, Sequence | np.ndarray) and not isinstance(negative, str | bytes)
    names = list(negative) if several else [negative]
    if positive is None:
        raise InputError(
            "negative", f"{names[0]!r} is given without a positive class", "name the class that it is set against"
        )
    classes = [find_class(name, counts, target, "negative") for name in dict.fromkeys(names)]
    if positive in classes:
        raise InputError("negative", f"{str(positive)!r} is the positive class", "name another one")
    return classes


def rows_of_sample(labels: Any, n: int, seed: int) -> np.ndarray:
    """Draw rows at random, classes in proportion and two of every class at least.

    Parameters
    ----------
    labels : array-like of shape (n_rows,)
        Class of every row.
    n : int
        How many rows, about.
    seed : int
        Seed of the draw.

    Returns
    -------
    ndarray of int
        Positions, sorted.

    Examples
    --------
    >>> from oversmith.io.classes import rows_of_sample
    >>> rows_of_sample(["a"] * 8 + ["b"] * 4, 6, 0).tolist()
    [2, 3, 4, 6, 8, 11]
    """
    rng, codes = np.random.default_rng(seed), pd.factorize(np.asarray(labels))[0]
    drawn = []
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        size = min(len(rows), max(round(len(rows) * n / len(codes)), 2))
        drawn.append(rng.choice(rows, size, replace=False))
    return np.sort(np.concatenate(drawn))
