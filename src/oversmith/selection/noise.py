"""Noise among the rows of a rare class: which rows look mislabelled, before anything is trained on them."""

from __future__ import annotations

import numpy as np
from imblearn.under_sampling import EditedNearestNeighbours, TomekLinks
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

# A class never loses more than this share of its rows: what is rare cannot be thrown away by halves.
MAX_REMOVED = 0.3
_NEIGHBOURS = 3
_OUTLIER_NEIGHBOURS = 20


def noisy_rows(rows: np.ndarray, others: np.ndarray, method: str, min_rows: int = 2) -> np.ndarray:
    """Tell which rows of a class look like noise.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, width)
        Encoded rows of the class.
    others : ndarray of shape (n_others, width)
        Encoded rows of other classes.
    method : {"enn", "tomek", "lof"}
        ``"enn"``: the three nearest rows are mostly of other classes (edited nearest neighbours); ``"tomek"``: the
        row and one of another class are each other's nearest (Tomek links); ``"lof"``: the local outlier factor
        within the class marks it, whatever the other classes.
    min_rows : int, default=2
        Rows of the class that remain at least.

    Returns
    -------
    ndarray of bool of shape (n_rows,)
        True for noise. Never more than three rows in ten: of more, those nearest to another class (for ``"lof"``, the
        largest factors) are taken.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.selection import noisy_rows
    >>> rows = np.array([[0.0], [0.1], [0.2], [0.3], [9.05]])
    >>> noisy_rows(rows, np.array([[9.0], [9.1], [9.2], [9.3]]), "enn").tolist()
    [False, False, False, False, True]
    """
    n = len(rows)
    allowed = min(int(MAX_REMOVED * n), n - min_rows)
    marked = np.zeros(n, dtype=bool)
    if allowed < 1 or (method != "lof" and not len(others)):
        return marked
    if method == "lof":
        factor = LocalOutlierFactor(n_neighbors=min(_OUTLIER_NEIGHBOURS, n - 1))
        marked = factor.fit_predict(rows) < 0
        suspicion = -factor.negative_outlier_factor_
    else:
        X, y = np.concatenate([rows, others]), np.repeat([1, 0], [n, len(others)])
        cleaner = (
            EditedNearestNeighbours(sampling_strategy=[1], n_neighbors=min(_NEIGHBOURS, len(X) - 1), kind_sel="mode")
            if method == "enn"
            else TomekLinks(sampling_strategy=[1])
        )
        cleaner.fit_resample(X, y)
        marked = ~np.isin(np.arange(n), cleaner.sample_indices_)
        suspicion = -_distance(rows, others)
    if marked.sum() > allowed:
        noisy = np.flatnonzero(marked)[np.argsort(-suspicion[marked], kind="stable")[:allowed]]
        marked = np.isin(np.arange(n), noisy)
    return marked


def _distance(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    return NearestNeighbors(n_neighbors=1).fit(others).kneighbors(rows)[0][:, 0]
