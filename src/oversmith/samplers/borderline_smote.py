"""Borderline-SMOTE for series: SMOTE from the rows of a class that lie near the others (Chung et al. 2024, a rival)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.neighbors import NearestNeighbors

from oversmith._parameters import PositiveInt
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers._smote import smote_rows
from oversmith.samplers.smote import SMOTE


class SeriesBorderlineSMOTE(SMOTE):
    """Series between one near the border of the class and one of its nearest neighbours in the class.

    Of the ``m_neighbors`` series nearest to one of the class, some are of other classes. All of them: the series counts
    as noise. At least half of them: it is in danger. Fewer: it is safe. New series start from those in danger.

    Parameters
    ----------
    m_neighbors : int, default=10
        Nearest series of all classes that tell how near the border is, at least 1; at most all the others.

    Attributes
    ----------
    history_ : list of dict
        One row per class: ``classes``, ``phase`` (``"border"``), how many of its series are ``safe``, in ``danger`` and
        ``noise``, and ``bases``, those that new series start from: ``"danger"``, ``"not noise"`` or ``"all"``.

    See Also
    --------
    SMOTE : Starts from every series of the class.

    Notes
    -----
    The first of the two algorithms of the publication; the second also goes half of the way to other classes. What is
    done where the publication and imbalanced-learn make nothing or stop: ``k_neighbors`` is at most the number of other
    series of the class; a class without a series in danger starts from those that are not noise, and a class that is
    noise altogether, as two series among a hundred and fifty may be, from all. Neighbours are counted among at most
    10,000 series of the table. Distances are those of the scaled channels.

    References
    ----------
    .. [1] H. Han, W.-Y. Wang, B.-H. Mao, "Borderline-SMOTE: A New Over-Sampling Method in Imbalanced Data Sets
       Learning", ICIC, 2005.
    .. [2] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; Table 6 tunes ``k_neighbors`` from 1 to 5.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import SeriesBorderlineSMOTE
    >>> X, y = np.random.default_rng(0).normal(size=(12, 2, 20)), np.repeat([0, 1], [10, 2])
    >>> sampler = SeriesBorderlineSMOTE(random_state=0)
    >>> sampler.fit_resample(X, y)[0].shape
    (20, 2, 20)
    >>> sampler.history_[0]["danger"] + sampler.history_[0]["noise"] + sampler.history_[0]["safe"]
    2
    """

    _modalities: ClassVar[tuple[str, ...]] = ("series", "image")

    m_neighbors: PositiveInt = 10

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        state = super()._train(table, classes, seed)
        state["bases"] = {}
        for code in classes:
            rows = table.rows[code]
            share = shares_of_others(rows, table.pooled[table.pooled_codes != code], self.m_neighbors)
            noise, danger = share == 1, (share >= 0.5) & (share < 1)
            chosen = next(kind for kind in (danger, ~noise, np.ones(len(rows), dtype=bool)) if kind.any())
            state["bases"][code] = np.flatnonzero(chosen)
            self.history_.append(
                {
                    "classes": [str(self.classes_[code])],
                    "phase": "border",
                    "safe": int((~noise & ~danger).sum()),
                    "danger": int(danger.sum()),
                    "noise": int(noise.sum()),
                    "bases": "danger" if danger.any() else "all" if noise.all() else "not noise",
                }
            )
        return state

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        rows = state["rows"][code]
        return smote_rows(rows, state["discrete"], n, self.k_neighbors, rng, bases=state["bases"][code])


def shares_of_others(rows: np.ndarray, others: np.ndarray, m_neighbors: int) -> np.ndarray:
    """Find the share of other classes among the nearest neighbours of each row of a class.

    Parameters
    ----------
    rows : ndarray of shape (n, width)
        Rows of the class.
    others : ndarray of shape (n_others, width)
        Rows of the other classes.
    m_neighbors : int
        Neighbours to look at; at most all the other rows.

    Returns
    -------
    ndarray of shape (n,)
        Shares in [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> shares_of_others(np.array([[0.0], [1.0], [9.0]]), np.array([[1.5], [8.0], [10.0]]), 2).tolist()
    [0.5, 0.5, 1.0]
    """
    everyone = np.concatenate([rows, others])
    m = min(m_neighbors, len(everyone) - 1)
    near = NearestNeighbors(n_neighbors=m + 1).fit(everyone).kneighbors(rows, return_distance=False)
    itself = near == np.arange(len(rows))[:, None]
    # Among equal rows, a row need not be among its own neighbours: the farthest is then left out.
    itself[~itself.any(axis=1), -1] = True
    return (near[~itself].reshape(len(rows), m) >= len(rows)).mean(axis=1)
