"""What a comparison asks of the data before it runs: folds that groups allow, a ratio that classes allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from oversmith.exceptions import InputError

DEFAULT_FOLDS = 5


def choose_folds(groups: Any, labels: Any, positive: Any = None) -> int:
    """Choose the folds of a cross-validation: five, or fewer where a class lies in fewer groups.

    Parameters
    ----------
    groups : array-like or None
        Group of every row.
    labels : array-like
        Class of every row.
    positive : object, optional
        The class set against all others.

    Returns
    -------
    int
        Folds, two at least.

    Examples
    --------
    >>> from oversmith.evaluation.checks import choose_folds
    >>> choose_folds(None, ["a", "b"]), choose_folds(["p", "q", "p", "q"], ["a", "a", "b", "b"])
    (5, 2)
    """
    if groups is None:
        return DEFAULT_FOLDS
    classes = np.asarray(labels) if positive is None else np.asarray(labels == positive)
    frame = pd.DataFrame({"group": np.asarray(groups), "class": classes})
    fewest = int(frame.groupby("class")["group"].nunique().min())
    return fewest if 2 <= fewest < DEFAULT_FOLDS else DEFAULT_FOLDS


def check_thin(thin: float | None, counts: Mapping[Any, int], positive: Any, target: str) -> None:
    """Refuse a ratio that the classes are beyond already, and several classes of which none is named.

    Parameters
    ----------
    thin : float or None
        Other rows to one positive row.
    counts : mapping
        Rows of each class.
    positive : object or None
        The class of interest; by default the smaller one of two.
    target : str
        Name of the classes.

    Raises
    ------
    InputError
        With the rows there are.

    Examples
    --------
    >>> from oversmith.evaluation.checks import check_thin
    >>> check_thin(5, {"no": 100, "yes": 30}, None, "fault")
    """
    if thin is None:
        return
    if positive is None and len(counts) > 2:
        raise InputError("thin", f"{target!r} has {len(counts)} classes", "say with positive= which one becomes rarer")
    label = min(counts, key=lambda name: counts[name]) if positive is None else positive
    rows, others = counts[label], sum(counts.values()) - counts[label]
    if others / thin > rows:
        raise InputError(
            "thin",
            f"one row of {str(label)!r} to {thin:g} others is more than there are, {rows} to {others}",
            f"give at least {others / rows:.1f}",
        )
