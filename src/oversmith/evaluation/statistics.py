"""Paired comparisons over folds: effect and interval first, p last."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from oversmith.selection import PairedEffect, corrected_resampled_t

__all__ = ["PairedEffect", "corrected_resampled_t", "holm"]


def holm(p: ArrayLike) -> np.ndarray:
    """Holm's adjusted p-values, with the running maximum.

    Parameters
    ----------
    p : array-like of shape (m,)
        Raw p-values of one family.

    Returns
    -------
    ndarray of shape (m,)
        Adjusted values in the same order, at most 1 and never in another order than the raw ones.

    References
    ----------
    .. [1] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
       Statistics 6 (1979).

    Examples
    --------
    >>> from oversmith.evaluation.statistics import holm
    >>> holm([0.01, 0.04, 0.03, 0.005]).tolist()
    [0.03, 0.06, 0.06, 0.02]
    """
    raw = np.asarray(p, dtype=np.float64)
    order = np.argsort(raw, kind="stable")
    adjusted = np.empty(len(raw))
    adjusted[order] = np.minimum(1, np.maximum.accumulate((len(raw) - np.arange(len(raw))) * raw[order]))
    return adjusted
