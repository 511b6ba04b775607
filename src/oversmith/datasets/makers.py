"""Imbalance made to order."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from oversmith.exceptions import InputError, TooFewRowsError


def thin(
    y: ArrayLike,
    positive: Any,
    ratio: float,
    *,
    random_state: int = 0,
    min_rows: int = 2,
    drop: Literal["positive", "either"] = "positive",
) -> np.ndarray:
    """Thin the positive rows until there is one to ``ratio`` others.

    For training parts: a test part keeps its natural shares, or its scores mean nothing.

    Parameters
    ----------
    y : array-like of shape (n,)
        Classes.
    positive : object
        The class to be thinned.
    ratio : float
        Other rows to one positive row, at least 1: 5, 8, 10 and 20 in Riaz et al. 2025.
    random_state : int, default=0
        Seed. With the same seed the rows kept at a larger ratio are among those kept at a smaller one.
    min_rows : int, default=2
        Positive rows that have to be left.
    drop : {"positive", "either"}, default="positive"
        "either" thins the other rows where the positive ones are rarer than asked already.

    Returns
    -------
    ndarray of int
        Positions kept, sorted: all other rows, and the positive rows that stay; or, with ``drop="either"``, all
        positive rows and the others that stay.

    Raises
    ------
    InputError
        When the ratio is below 1, the class is missing, or it is rarer than asked already and ``drop`` is "positive".
    TooFewRowsError
        When fewer than ``min_rows`` positive rows would be left.

    Examples
    --------
    >>> from oversmith.datasets import thin
    >>> y = ["no"] * 10 + ["yes"] * 6
    >>> kept = thin(y, "yes", 5)
    >>> len(kept), int((kept >= 10).sum())
    (12, 2)
    """
    labels = np.asarray(y)
    if not ratio >= 1:
        raise InputError("ratio", f"{ratio} found", "use at least 1, the other rows to one positive row")
    rare = np.flatnonzero(labels == positive)
    if not len(rare):
        raise InputError(
            "positive", f"no row has class {positive!r}", f"there are {sorted(map(str, set(labels.tolist())))}"
        )
    others = len(labels) - len(rare)
    wanted = int(others / ratio + 1e-9)
    if wanted > len(rare) and drop == "either":
        mask = labels == positive
        order = np.random.default_rng(random_state).permutation(np.flatnonzero(~mask))
        mask[order[: int(len(rare) * ratio + 1e-9)]] = True
        return np.flatnonzero(mask)
    if wanted > len(rare):
        raise InputError(
            "ratio",
            f"1:{ratio:g} needs {wanted} rows of {positive!r} beside {others} others, {len(rare)} found",
            f"use at least {others / len(rare):.1f}",
        )
    if wanted < min_rows:
        raise TooFewRowsError(
            "ratio",
            f"1:{ratio:g} leaves {wanted} of {len(rare)} rows of {positive!r}, fewer than {min_rows}",
            f"use at most {others / min_rows:g}",
        )
    order = np.random.default_rng(random_state).permutation(rare)
    mask = np.ones(len(labels), dtype=bool)
    mask[order[wanted:]] = False
    return np.flatnonzero(mask)


def cut_task(
    y: ArrayLike, positive: str, negative: ArrayLike | None = None, rows: int | None = None, *, random_state: int = 0
) -> np.ndarray:
    """Choose the rows of one class against others out of a set of several classes.

    Parameters
    ----------
    y : array-like of str of shape (n,)
        Classes.
    positive : str
        The class of interest; every row of it is kept.
    negative : array-like of str, optional
        Classes it is set against; all others by default.
    rows : int, optional
        Keep so many rows in all, the others drawn at random.
    random_state : int, default=0
        Seed of the draw.

    Returns
    -------
    ndarray of int
        Positions kept, sorted.

    Examples
    --------
    >>> from oversmith.datasets import cut_task
    >>> cut_task(["a", "b", "c", "b"], "a", ["b"]).tolist()
    [0, 1, 3]
    """
    labels = np.asarray(y).astype(str)
    rare = labels == positive
    against = ~rare if negative is None else np.isin(labels, np.asarray(negative).astype(str))
    others = np.flatnonzero(against)
    if rows is not None and rare.sum() + len(others) > rows:
        others = np.random.default_rng(random_state).choice(others, rows - int(rare.sum()), replace=False)
    return np.sort(np.concatenate([np.flatnonzero(rare), others]))
