"""What a comparison asks of the data before it runs: folds that groups allow, a ratio that classes allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral
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
    if isinstance(thin, bool) or not isinstance(thin, int | float) or not thin >= 1:
        raise InputError("thin", f"{thin!r} found", "give a number from 1 up, the other rows to one positive row")
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


def check_list(argument: str, entries: Any) -> None:
    """Refuse what is no list of names or entries.

    Parameters
    ----------
    argument : str
        What the caller's argument is called.
    entries : object
        Its value: names, or objects with a ``name``.

    Raises
    ------
    InputError
        For a single text, and for entries that have no name.

    Examples
    --------
    >>> from oversmith.evaluation.checks import check_list
    >>> check_list("methods", ["jitter"])
    >>> check_list("methods", "jitter")
    Traceback (most recent call last):
    oversmith.exceptions.InputError: methods: 'jitter' found; give a list of names
    """
    if isinstance(entries, str) or not isinstance(entries, Iterable):
        raise InputError(argument, f"{entries!r} found", "give a list of names")
    for entry in entries:
        if not isinstance(entry, str) and not hasattr(entry, "name"):
            raise InputError(argument, f"{entry!r} found", "give names")


def check_workers(n_jobs: Any) -> None:
    """Refuse a number of processes below one.

    Parameters
    ----------
    n_jobs : int
        Processes at the same time.

    Raises
    ------
    InputError
        For another value.

    Examples
    --------
    >>> from oversmith.evaluation.checks import check_workers
    >>> check_workers(2)
    """
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, Integral) or n_jobs < 1:
        raise InputError("n_jobs", f"{n_jobs!r} found", "use a whole number of at least 1")
