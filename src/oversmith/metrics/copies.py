"""What synthetic rows copy, and where they trespass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.neighbors import NearestNeighbors

from oversmith.exceptions import InputError
from oversmith.metrics._mixed import Space, aligned, blocks

NEAR = 0.01
"""Mean difference over columns, in parts of their ranges, below which two rows are near duplicates."""
NEIGHBOURS = 5


@dataclass(frozen=True)
class CopyCheck:
    """Whether synthetic rows are training rows, beside how near unseen real rows come by themselves.

    Parameters
    ----------
    exact, near : float
        Share of synthetic rows equal to a training row, and within 1 % of the columns' ranges on average.
    distance, distance_unseen : float
        Median distance to the nearest training row, of synthetic and of unseen real rows, in parts of the ranges.
    too_near, too_near_unseen : float
        Share nearer to a training row than 95 % of the distinct training rows are to each other.
    ratio, ratio_unseen : float
        Median of the distance to the nearest over that to the second nearest training row.
    exact_unseen, near_unseen : float
        As ``exact`` and ``near``, of unseen real rows.
    """

    exact: float
    near: float
    distance: float
    too_near: float
    ratio: float
    exact_unseen: float
    near_unseen: float
    distance_unseen: float
    too_near_unseen: float
    ratio_unseen: float


def copy_check(train: pd.DataFrame, synthetic: pd.DataFrame, unseen: pd.DataFrame) -> CopyCheck:
    """Look for copies of training rows.

    The distance of two rows is the mean over columns of the difference in parts of the training range, or of a
    mismatch. A check for copies, not a proof of privacy.

    Parameters
    ----------
    train, synthetic, unseen : DataFrame
        Training rows (at least three), generated rows, and real rows that were not used for training.

    Returns
    -------
    CopyCheck
        Shares and distances.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from oversmith.metrics import copy_check
    >>> rng = np.random.default_rng(0)
    >>> train, unseen = (pd.DataFrame(rng.normal(size=(50, 3))) for _ in range(2))
    >>> found = copy_check(train, train, unseen)
    >>> found.exact, found.exact_unseen
    (1.0, 0.0)
    """
    if len(train) < 3:
        raise InputError("train", f"{len(train)} rows found", "three are needed")
    _, synthetic = aligned(train, synthetic)
    train, unseen = aligned(train, unseen)
    space = Space(train, by_range=True)
    base, width = space(train), train.shape[1]
    distinct = np.unique(base, axis=0)
    if len(distinct) < 2:
        raise InputError("train", "all rows are equal", "nothing can be nearer than they are")
    own = NearestNeighbors(n_neighbors=2, metric="manhattan").fit(distinct).kneighbors(distinct)[0][:, 1] / width
    limit = float(np.quantile(own, 0.05))
    sides = []
    for rows in (synthetic, unseen):
        first, second = _two_nearest(space(rows), base)
        first, second = first / width, second / width
        ratio = np.divide(first, second, out=np.ones_like(first), where=second > 0)
        sides.append((first <= 1e-12, first <= NEAR, first, first < limit, ratio))
    synthetic_side, unseen_side = (
        [float(np.mean(p)) if p.dtype == bool else float(np.median(p)) for p in side] for side in sides
    )
    return CopyCheck(*synthetic_side, *unseen_side)


def nearest_distances(train: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Distance of each row to the training row nearest to it, as :func:`copy_check` takes it.

    Parameters
    ----------
    train, rows : DataFrame
        Training rows, and generated or held-out rows.

    Returns
    -------
    ndarray of shape (n,)
        Mean over columns of the difference in parts of the training range, or of a mismatch; 0 is a copy.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.metrics import nearest_distances
    >>> nearest_distances(pd.DataFrame({"a": [0.0, 1.0]}), pd.DataFrame({"a": [0.25, 1.0]}))
    array([0.25, 0.  ])
    """
    train, rows = aligned(train, rows)
    space = Space(train, by_range=True)
    search = NearestNeighbors(n_neighbors=1, metric="manhattan").fit(space(train))
    return np.asarray(search.kneighbors(space(rows))[0][:, 0] / train.shape[1])


def boundary_share(real: ArrayLike, y: ArrayLike, synthetic: ArrayLike, label: Any, k: int = NEIGHBOURS) -> float:
    """Share of synthetic rows whose real neighbours are mostly of another class.

    This is the first failure of over-sampling: rows generated between two groups of a class lie among the other class.

    Parameters
    ----------
    real : array-like of shape (n, d)
        Real rows of all classes, as numbers of comparable scale.
    y : array-like of shape (n,)
        Their classes.
    synthetic : array-like of shape (m, d)
        Rows generated for one class.
    label : object
        That class.
    k : int, default=5
        Neighbours.

    Returns
    -------
    float
        The share; 0 is best, and real rows of the class themselves need not reach it.

    Examples
    --------
    >>> from oversmith.metrics import boundary_share
    >>> real, y = [[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]], ["a"] * 3 + ["b"] * 3
    >>> boundary_share(real, y, [[0.05], [5.05]], "a", k=3)
    0.5
    """
    labels = np.asarray(y)
    search = NearestNeighbors(n_neighbors=min(k, len(labels))).fit(np.asarray(real, dtype=np.float64))
    near = search.kneighbors(np.asarray(synthetic, dtype=np.float64), return_distance=False)
    return float(np.mean((labels[near] != label).mean(axis=1) > 0.5))


def _two_nearest(rows: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    parts = [np.partition(distances, 1, axis=1)[:, :2] for _, distances in blocks(rows, others, "cityblock")]
    both = np.concatenate(parts)
    return both[:, 0], both[:, 1]
