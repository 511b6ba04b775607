"""How far generated rows are from training rows, so that copies of the training rows do not get the best score.

The energy distance to the training rows themselves is smallest for a generator that repeats them. What gives copies
away is how much nearer a generated row lies to one training row than to any other, beside how training rows lie to each
other.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

from oversmith.metrics import energy_distance

# With fewer than three rows a row has no two other rows to be compared with.
MIN_ROWS = 3
# A share of copies that new rows reach by chance. Without, the term moved scores of generators that copy nothing, and
# they followed distances to unseen rows less well.
TOLERANCE = 0.1
# What copies gain in energy distance is the mean distance of two training rows over their number, times a number that
# varies with the rows: in one column three times that are needed to outweigh it in 97 of 100 samples.
GAIN = 3
# Shares at which two samples of ratios are compared.
QUANTILES = (np.arange(50) + 0.5) / 50


def nearness(distances: np.ndarray) -> np.ndarray:
    """Divide the distance to the nearest row by that to the second nearest.

    Parameters
    ----------
    distances : ndarray of shape (n, m)
        To m rows, two at least.

    Returns
    -------
    ndarray of shape (n,)
        In [0, 1]: 0 for a copy, also of a row that is there more than once.

    Examples
    --------
    >>> nearness(np.array([[3.0, 1.0, 2.0], [0.0, 5.0, 9.0], [0.0, 0.0, 1.0]])).tolist()
    [0.5, 0.0, 0.0]
    """
    first, second = np.partition(distances, 1, axis=1)[:, :2].T
    return np.divide(first, second, out=np.zeros(len(first)), where=second > 0)


class CopyProofDistance:
    """Energy distance to training rows, plus what copying them gains and more.

    A new row of the class is, to n training rows, what one of them is to the others: so the ratio of its distances to
    the nearest and to the second nearest row has nearly the law it has among the training rows, each left out in turn.
    For a copy the ratio is 0. The mean shortfall of the generated rows' ratios, quantile by quantile, as a share of the
    mean ratio of the training rows, is 0 for new rows and 1 for copies. What exceeds a tenth is charged with the
    training rows' median distance to their nearest and three times what copies gain in energy distance. Rows that lie
    close to all of a few training rows, such as blurred ones, are charged nothing: the energy distance sees them.

    Rows that are there twice are copies of each other, and generated rows may be copies as often. Two rows have no such
    law, and rows that are all there three times or more none that tells: there the energy distance stands alone.

    Parameters
    ----------
    rows : ndarray of shape (n, width)
        Training rows.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rows, fresh = rng.normal(size=(30, 4)), rng.normal(size=(500, 4))
    >>> copies = rows[rng.integers(30, size=500)]
    >>> energy_distance(copies, rows) < energy_distance(fresh, rows)
    True
    >>> distance = CopyProofDistance(rows)
    >>> distance(copies) > distance(fresh)
    True
    """

    def __init__(self, rows: np.ndarray) -> None:
        self._rows = np.asarray(rows, dtype=np.float64)
        self._law, self._charge = np.zeros(len(QUANTILES)), 0.0
        n = len(rows)
        if n >= MIN_ROWS:
            among = cdist(self._rows, self._rows)
            gained = among.sum() / (n - 1) / n**2
            np.fill_diagonal(among, np.inf)
            self._law = np.quantile(nearness(among), QUANTILES)
            self._charge = float(np.median(among.min(axis=1)) + GAIN * gained)

    def __call__(self, generated: np.ndarray) -> float:
        """Score generated rows.

        Parameters
        ----------
        generated : ndarray of shape (m, width)
            Generated rows.

        Returns
        -------
        float
            The distance; lower is better.
        """
        excess = max(self.copied(generated) - TOLERANCE, 0.0) / (1 - TOLERANCE)
        return energy_distance(generated, self._rows) + self._charge * excess

    def copied(self, generated: np.ndarray) -> float:
        """Say how far the ratios of generated rows fall short of those of the training rows.

        Parameters
        ----------
        generated : ndarray of shape (m, width)
            Generated rows.

        Returns
        -------
        float
            About the share of copies: 0 for new rows of the class, 1 where all are copies.
        """
        mean = float(self._law.mean())
        if mean == 0:
            return 0.0
        ratios = np.quantile(nearness(cdist(np.asarray(generated, np.float64), self._rows)), QUANTILES)
        return float(np.maximum(self._law - ratios, 0.0).mean()) / mean


def thinned(rows: np.ndarray, n: int) -> np.ndarray:
    """Take ``n`` rows, evenly spaced: a table may be sorted.

    Parameters
    ----------
    rows : ndarray of shape (m, width)
        Rows.
    n : int
        How many at most.

    Returns
    -------
    ndarray of shape (min(m, n), width)
        Some of them, in order.

    Examples
    --------
    >>> thinned(np.arange(10)[:, None], 4)[:, 0].tolist()
    [0, 3, 6, 9]
    """
    return rows if len(rows) <= n else rows[np.linspace(0, len(rows) - 1, n).round().astype(int)]
