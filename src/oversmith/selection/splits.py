"""Stratified splits of rows in two or more parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from oversmith.exceptions import InputError, TooFewRowsError

Seed = int | np.random.SeedSequence
# Orders of the groups that are tried before rows and counts are said not to fit.
_ORDERS = 100


def stratified_folds(
    y: ArrayLike,
    n_splits: int,
    n_repeats: int = 1,
    random_state: Seed = 0,
    groups: ArrayLike | None = None,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Repeated stratified K-fold as index pairs, repeat by repeat.

    Parameters
    ----------
    y : array-like of shape (n,)
        Class labels.
    n_splits : int
        Folds, at least 2.
    n_repeats : int, default=1
        Times the rows are shuffled and cut.
    random_state : int or SeedSequence, default=0
        Seed; each repeat derives its own.
    groups : array-like of shape (n,), optional
        Rows of one group are never on both sides of a split.

    Returns
    -------
    list of (ndarray, ndarray)
        Sorted training and test positions, ``n_splits * n_repeats`` pairs.

    Raises
    ------
    TooFewRowsError
        When a class has fewer rows (or, with groups, is in fewer groups) than there are folds.
    InputError
        For fewer than two folds, no repeat or a single class.

    Examples
    --------
    >>> from oversmith.selection import stratified_folds
    >>> y = [0, 0, 0, 0, 1, 1]
    >>> [[int(y[i]) for i in test] for _, test in stratified_folds(y, 2)]
    [[0, 0, 1], [0, 0, 1]]
    """
    labels = np.asarray(y)
    if n_splits < 2:
        raise InputError("n_splits", f"{n_splits} found", "use at least 2 folds")
    if n_repeats < 1:
        raise InputError("n_repeats", f"{n_repeats} found", "use at least 1")
    classes, first, counts = np.unique(labels, return_index=True, return_counts=True)
    if len(classes) < 2:
        raise InputError("y", f"only class {_name(labels, first[0])!r} found", "at least two classes are needed")
    if groups is None:
        unit, available = "row", counts
    else:
        unit, group = "group", np.asarray(groups)
        available = np.array([len(np.unique(group[labels == c])) for c in classes])
    least = int(np.argmin(available))
    if available[least] < n_splits:
        available_rows = int(available[least])
        cure = (
            f"use at most {available_rows} folds"
            if available_rows >= 2
            else "add rows of it, leave it out, or merge it with another"
        )
        raise TooFewRowsError(
            "y",
            (
                f"class {_name(labels, first[least])!r} has {available_rows} {unit}{'s' * (available_rows != 1)}, "
                f"fewer than {n_splits} folds"
            ),
            cure,
        )
    seeds = _seed_sequence(random_state).generate_state(n_repeats)
    folds = []
    for seed in seeds:
        splitter: Any = StratifiedKFold if groups is None else StratifiedGroupKFold
        cut = splitter(n_splits, shuffle=True, random_state=int(seed))
        folds += [(train, test) for train, test in cut.split(np.zeros(len(labels)), labels, groups)]
    return folds


def inner_holdout(
    y: ArrayLike,
    fraction: float,
    random_state: Seed = 0,
    *,
    labels: Collection[Any] | None = None,
    min_rows: int = 10,
) -> np.ndarray:
    """Positions of training rows set aside for a stopping rule, class by class.

    Parameters
    ----------
    y : array-like of shape (n,)
        Class labels of the training rows.
    fraction : float
        Share of each class to hold out, above 0 and below 1; rounded, at least one row.
    random_state : int or SeedSequence, default=0
        Seed. The rows of a class depend only on the seed, the position of the class in sorted order and its size.
    labels : collection, optional
        Classes to cut from; all of them by default.
    min_rows : int, default=10
        Classes with fewer rows are left whole.

    Returns
    -------
    ndarray of int
        Sorted positions of the held-out rows; empty when every class is too small.

    Raises
    ------
    InputError
        For a fraction outside (0, 1) or a label that is not in ``y``.

    Examples
    --------
    >>> from oversmith.selection import inner_holdout
    >>> y = [0] * 50 + [1] * 20 + [2] * 3
    >>> held = inner_holdout(y, 0.2, labels=[1, 2])
    >>> len(held), {y[i] for i in held}
    (4, {1})
    """
    if not 0 < fraction < 1:
        raise InputError("fraction", f"{fraction} found", "use a share above 0 and below 1")
    target = np.asarray(y)
    present, code = np.unique(target, return_inverse=True)
    wanted = present.tolist() if labels is None else list(labels)
    unknown = [label for label in wanted if label not in present.tolist()]
    if unknown:
        raise InputError("labels", f"{unknown[0]!r} is not a class of y", f"known are {present.tolist()}")
    held = [np.empty(0, dtype=np.intp)]
    for index, stream in enumerate(_seed_sequence(random_state).spawn(len(present))):
        rows = np.flatnonzero(code == index)
        if present[index].item() not in wanted or len(rows) < max(min_rows, 2):
            continue
        size = min(max(1, round(fraction * len(rows))), len(rows) - 1)
        held.append(np.random.default_rng(stream).choice(rows, size, replace=False))
    return np.sort(np.concatenate(held))


def stratified_sample(y: ArrayLike, size: int, random_state: Seed = 0, *, min_rows: int = 1) -> np.ndarray:
    """Positions of a stratified sample of at most about ``size`` rows.

    Parameters
    ----------
    y : array-like of shape (n,)
        Class labels.
    size : int
        Rows wanted; with fewer rows than that all are returned.
    random_state : int or SeedSequence, default=0
        Seed.
    min_rows : int, default=1
        Rows a class keeps where it has them, whatever its share.

    Returns
    -------
    ndarray of int
        Sorted positions.

    Examples
    --------
    >>> from oversmith.selection import stratified_sample
    >>> y = [0] * 90 + [1] * 10
    >>> rows = stratified_sample(y, 20)
    >>> [sum(y[i] == c for i in rows) for c in (0, 1)]
    [18, 2]
    """
    target = np.asarray(y)
    if len(target) <= size:
        return np.arange(len(target))
    _, code, counts = np.unique(target, return_inverse=True, return_counts=True)
    quota = np.minimum(counts, np.maximum(np.round(counts * (size / len(target))).astype(int), min_rows))
    rng = np.random.default_rng(_seed_sequence(random_state))
    picked = [rng.choice(np.flatnonzero(code == c), quota[c], replace=False) for c in range(len(counts))]
    return np.sort(np.concatenate(picked))


def _seed_sequence(random_state: Seed) -> np.random.SeedSequence:
    """Return a fresh sequence: spawning from the caller's would change it."""
    if isinstance(random_state, np.random.SeedSequence):
        return np.random.SeedSequence(random_state.entropy, spawn_key=random_state.spawn_key)
    return np.random.SeedSequence(random_state)


def _name(labels: np.ndarray, position: int) -> Any:
    value = labels[position]
    return value.item() if isinstance(value, np.generic) else value


def counted_rows(
    y: ArrayLike, counts: Mapping[Any, int], random_state: Seed = 0, groups: ArrayLike | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a given number of training rows of each class; the rest is for testing.

    Parameters
    ----------
    y : array-like of shape (n,)
        Class labels.
    counts : mapping of label to int
        Training rows of every class.
    random_state : int or SeedSequence, default=0
        Seed.
    groups : array-like of shape (n,), optional
        Groups that stay whole: half of them or more train, as many as the counts need, and all rows of the others
        test. Rows of a group that trains are left out where they are not drawn.

    Returns
    -------
    (ndarray of int, ndarray of int)
        Sorted positions of the training and of the test part.

    Raises
    ------
    TooFewRowsError
        When there are too few rows to train and to test.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.selection import counted_rows
    >>> y = np.repeat(["gel", "sol"], [20, 9])
    >>> train, test = counted_rows(y, {"gel": 15, "sol": 2})
    >>> len(train), len(test), int((y[train] == "sol").sum())
    (17, 12, 2)
    """
    labels = np.asarray(y)
    rng = np.random.default_rng(random_state)
    pool, test = _sides(labels, counts, rng, None if groups is None else np.asarray(groups))
    drawn = [rng.permutation(pool[labels[pool] == label])[:number] for label, number in counts.items()]
    train = np.sort(np.concatenate(drawn))
    return train, np.setdiff1d(pool, train) if test is None else test


def _sides(
    labels: np.ndarray, counts: Mapping[Any, int], rng: np.random.Generator, groups: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Rows that training rows are drawn from, and those of the groups that test; None where there are no groups."""
    everyone = np.arange(len(labels))

    def enough(rows: np.ndarray, over: int = 0) -> bool:
        return all(int((labels[rows] == label).sum()) >= number + over for label, number in counts.items())

    names = np.unique(np.zeros(0) if groups is None else groups)
    if groups is None and enough(everyone, over=1):
        return everyone, None
    for _ in range(_ORDERS):
        order = rng.permutation(names)
        for number in range((len(names) + 1) // 2, len(names)):
            trains = np.isin(np.asarray(groups), order[:number])
            if enough(everyone[trains]) and len(np.unique(labels[~trains])) == len(counts):
                return everyone[trains], everyone[~trains]
    wanted = " and ".join(f"{number} of {label!r}" for label, number in counts.items())
    there = ", ".join(f"{int((labels == label).sum())} of {label!r}" for label in counts)
    whole = "" if groups is None else f" in {len(names)} groups that stay whole"
    raise TooFewRowsError("counts", f"{wanted} asked for, there are {there}{whole}, and tests need some", "use fewer")
