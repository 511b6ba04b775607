"""How far generated rows are from real ones: the energy distance and its standard error."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist, pdist

from oversmith.exceptions import InputError


def energy_distance(a: ArrayLike, b: ArrayLike, *, max_rows: int = 1024, random_state: int = 0) -> float:
    """Squared energy distance between two samples of rows.

    2·E‖A − B‖ − E‖A − A'‖ − E‖B − B'‖ with means over all pairs (V-statistic): never negative, zero for equal
    samples.

    Parameters
    ----------
    a, b : array-like of shape (n, d), (m, d)
        The samples.
    max_rows : int, default=1024
        A larger sample is thinned at random to this number of rows, because the cost grows with their square.
    random_state : int, default=0
        Seed of the thinning.

    Returns
    -------
    float
        The distance.

    Raises
    ------
    InputError
        For empty samples, different widths or values that are not finite.

    References
    ----------
    .. [1] G. J. Székely, M. L. Rizzo, "Energy statistics: a class of statistics based on distances", Journal of
       Statistical Planning and Inference 143, 2013.

    Examples
    --------
    >>> from oversmith.metrics import energy_distance
    >>> energy_distance([[0.0], [2.0]], [[1.0], [1.0]])
    1.0
    """
    first, second = _samples(a, b, max_rows, random_state)
    return float(max(2 * cdist(first, second).mean() - _within(first) - _within(second), 0.0))


def energy_distance_error(
    a: ArrayLike, b: ArrayLike, *, max_rows: int = 1024, random_state: int = 0
) -> tuple[float, float]:
    """Energy distance with its standard error over the rows of the second sample.

    The error is the delete-one jackknife over the rows of ``b``: how much the value would move with other
    held-out rows. The rows of ``a`` are taken as given, since one can generate as many as one wants.

    Parameters
    ----------
    a, b : array-like of shape (n, d), (m, d)
        Generated rows and held-out real rows.
    max_rows, random_state : int
        As in :func:`energy_distance`.

    Returns
    -------
    (float, float)
        Distance and standard error; with one row in ``b`` the error is infinite.

    Examples
    --------
    >>> from oversmith.metrics import energy_distance_error
    >>> value, error = energy_distance_error([[0.0], [2.0]], [[1.0], [1.0], [1.0]])
    >>> value, error
    (1.0, 0.0)
    """
    first, second = _samples(a, b, max_rows, random_state)
    m = len(second)
    across, within_b = cdist(first, second).mean(axis=0), cdist(second, second).mean(axis=0)
    within_a = _within(first)
    value = 2 * across.mean() - within_a - within_b.mean()
    if m < 2:
        return float(max(value, 0.0)), float("inf")
    # Leaving row j out: the cross term loses column j, the inner sum loses row and column j.
    cross_without = (across.sum() - across) / (m - 1)
    inner_without = m * (within_b.sum() - 2 * within_b) / (m - 1) ** 2
    without = 2 * cross_without - within_a - inner_without
    error = np.sqrt((m - 1) / m * np.sum((without - without.mean()) ** 2))
    return float(max(value, 0.0)), float(error)


def _samples(a: ArrayLike, b: ArrayLike, max_rows: int, random_state: int) -> tuple[np.ndarray, np.ndarray]:
    samples = []
    for name, values, seed in (("a", a, [random_state, 0]), ("b", b, [random_state, 1])):
        rows = np.asarray(values, dtype=np.float64)
        if rows.ndim != 2 or not len(rows):
            raise InputError(name, f"shape {rows.shape} found", "use a two-dimensional array with at least one row")
        if not np.isfinite(rows).all():
            raise InputError(name, "values that are not finite found", "encode or drop them first")
        if len(rows) > max_rows:
            rows = rows[np.sort(np.random.default_rng(seed).choice(len(rows), max_rows, replace=False))]
        samples.append(rows)
    if samples[0].shape[1] != samples[1].shape[1]:
        raise InputError(
            "b", f"{samples[1].shape[1]} columns found, a has {samples[0].shape[1]}", "use the same encoding"
        )
    return samples[0], samples[1]


def _within(rows: np.ndarray) -> float:
    """Mean distance over all ordered pairs, a row and itself included."""
    return float(2 * pdist(rows).sum() / len(rows) ** 2)
