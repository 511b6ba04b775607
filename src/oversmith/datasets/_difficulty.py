"""What the makers of difficulty share: two classes made of one kind of cases, counts, label noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from oversmith.exceptions import InputError

Order = Literal["original", "shuffled"]
_ORDERS = ("original", "shuffled")


@dataclass(frozen=True)
class Difficult:
    """Data of two classes whose difficulty was chosen.

    Parameters
    ----------
    X : ndarray of shape (n, ...) or DataFrame
        Cases.
    y : ndarray of int, shape (n,)
        0 for the majority, 1 for the minority.
    groups : ndarray of int, shape (n,)
        The case each one was made of, by its position in what was given: cases of one group belong on one side of a
        split.
    X_test, y_test : ndarray or DataFrame, ndarray of int
        A balanced test part of cases that are made of others, where one was asked for; without noise in the labels.
    """

    X: Any
    y: np.ndarray
    groups: np.ndarray
    X_test: Any = None
    y_test: np.ndarray | None = None


def with_label_noise(y: np.ndarray, share: float, random_state: int = 0) -> np.ndarray:
    """Swap the labels of a share of the minority with those of as many majority rows.

    Parameters
    ----------
    y : ndarray of int
        0 and 1, the minority.
    share : float
        Of the minority, rounded down, in [0, 1].
    random_state : int, default=0
        Seed; what a small share changes, a larger one changes too.

    Returns
    -------
    ndarray of int
        As many of each label as before.

    Raises
    ------
    InputError
        For a share outside [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.datasets._difficulty import with_label_noise
    >>> y = np.repeat([0, 1], [8, 4])
    >>> noisy = with_label_noise(y, 0.5)
    >>> int((noisy != y).sum()), int(noisy.sum())
    (4, 4)
    """
    if not 0 <= share <= 1:
        raise InputError("label_noise", f"{share} found", "give a share of the minority from 0 to 1")
    rng = np.random.default_rng(random_state)
    swapped = int(share * int((y == 1).sum()) + 1e-9)
    noisy = y.copy()
    for label in (0, 1):
        noisy[rng.permutation(np.flatnonzero(y == label))[:swapped]] = 1 - label
    return noisy


def check_counts(n_majority: Any, ratio: float, name: str = "n_majority") -> int:
    """Check the size of the majority and the ratio, and count the minority.

    Parameters
    ----------
    n_majority : int
        Cases of the majority.
    ratio : float
        Minority cases to one of them.
    name : str, default="n_majority"
        What the first is called.

    Returns
    -------
    int
        Cases of the minority.

    Raises
    ------
    InputError
        For numbers that leave no minority, or no majority.

    Examples
    --------
    >>> from oversmith.datasets._difficulty import check_counts
    >>> check_counts(200, 0.1)
    20
    """
    if isinstance(n_majority, bool) or not isinstance(n_majority, int | np.integer) or n_majority < 1:
        raise InputError(name, f"{n_majority!r} found", "give a whole number from 1 up")
    if not 0 < ratio <= 1:
        raise InputError("ratio", f"{ratio} found", "give minority cases to one of the majority, above 0 and at most 1")
    n_minority = int(n_majority * ratio + 1e-9)
    if not n_minority:
        raise InputError(
            "ratio", f"{ratio:g} of {n_majority} cases leaves no minority", f"give at least {1 / n_majority:g}"
        )
    return n_minority


def chosen(
    n_sources: int,
    n_majority: int,
    ratio: float,
    order: str,
    disjoint: bool,
    random_state: int,
    what: str,
    n_test: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Choose the cases of the majority, and those the minority is made of.

    Parameters
    ----------
    n_sources : int
        Cases there are.
    n_majority, ratio, order, disjoint, random_state
        As in :func:`oversmith.datasets.make_rotated_digits`.
    what : str
        The argument that holds the cases.
    n_test : int, default=0
        Further cases per class that are kept back.

    Returns
    -------
    (ndarray of int, ndarray of int)
        Positions.

    Raises
    ------
    InputError
        For more than there are.
    """
    n_minority = check_counts(n_majority, ratio)
    if order not in _ORDERS:
        raise InputError("order", f"{order!r} found", f"choose from {', '.join(map(repr, _ORDERS))}")
    if isinstance(n_test, bool) or not isinstance(n_test, int) or n_test < 0:
        raise InputError("n_test", f"{n_test!r} found", "give whole cases per class, from 0 up")
    needed = n_majority + (n_minority if disjoint else 0) + 2 * n_test
    if needed > n_sources:
        parts = f"{n_majority} majority and {n_minority} minority cases" + (
            f", {n_test} tests per class" if n_test else ""
        )
        alone = ", none of them used twice" if disjoint else ""
        raise InputError(what, f"{n_sources} found, {needed} needed for {parts}{alone}", "ask for fewer")
    if order == "original":
        first = second = np.arange(n_sources)
    else:
        from sklearn.utils import shuffle

        # The published code shuffles plain and rotated images of all fours as one list.
        both = shuffle(np.arange(2 * n_sources), random_state=random_state)
        first, second = both[both < n_sources], both[both >= n_sources] - n_sources
    plain = first[:n_majority]
    # From the end, so that a smaller majority keeps the minority of a larger one.
    return plain, first[::-1][:n_minority] if disjoint else second[:n_minority]


def mixed(X: np.ndarray, plain: np.ndarray, other: np.ndarray, random_state: int) -> Difficult:
    """Put both classes together in shuffled order.

    Parameters
    ----------
    X : ndarray of shape (n, ...)
        Cases, those of the majority first.
    plain, other : ndarray of int
        What each is made of.
    random_state : int
        Seed of the shuffle.

    Returns
    -------
    Difficult
        Cases, labels and groups.
    """
    from sklearn.utils import shuffle

    places = shuffle(np.arange(len(X)), random_state=random_state)
    y = np.repeat([0, 1], [len(plain), len(other)])
    return Difficult(X[places], y[places], np.concatenate([plain, other])[places])
