"""SMOTE for tables with levels and missing values, for series and for images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from oversmith._parameters import PositiveInt
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers._smote import discrete_columns, smote_rows
from oversmith.samplers.base import BaseSampler


class SMOTE(BaseSampler):
    """Rows between a real one and one of its nearest neighbours in the class.

    Numbers are interpolated; levels, flags and missing values are those of one of the neighbours. The share of the way
    is drawn once per row and holds for all columns, channels and points.

    Parameters
    ----------
    k_neighbors : int, default=5
        Neighbours to choose among, at least 1; a class of fewer rows has fewer.
    encoder : TableEncoder, SeriesEncoder, ImageEncoder or None, default=None
        How rows become numbers: distances and the ways between rows are those of the encoded rows. None takes ranks of
        the numbers of a table, and standardises the channels of series and images.

    See Also
    --------
    EOWGAN : SMOTE rows as the first stage of a Wasserstein GAN.
    SeriesBorderlineSMOTE : Starts from the rows near other classes.
    imblearn.over_sampling.SMOTE : For tables of numbers, without an encoding.

    Notes
    -----
    A class of two rows is enough, and all columns may be levels. Missing values need no imputation before.

    References
    ----------
    .. [1] N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: Synthetic Minority Over-sampling
       Technique", Journal of Artificial Intelligence Research 16, 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import SMOTE
    >>> X, y = np.random.default_rng(0).normal(size=(12, 2, 20)), np.repeat([0, 1], [10, 2])
    >>> SMOTE(random_state=0).fit_resample(X, y)[0].shape
    (20, 2, 20)
    >>> SMOTE(random_state=0).fit_resample(X[:, 0], y)[0].shape
    (20, 20)
    """

    _modalities: ClassVar[tuple[str, ...]] = ("table", "series", "image")
    _encoding: ClassVar[Mapping[str, Mapping[str, Any]]] = {"image": {"scaling": "standard"}}

    k_neighbors: PositiveInt = 5

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        discrete = discrete_columns(table.spans, table.pooled.shape[1])
        return {"rows": {code: table.rows[code] for code in classes}, "discrete": discrete}

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        return smote_rows(state["rows"][code], state["discrete"], n, self.k_neighbors, rng)
