"""How far synthetic rows resemble real ones: columns, pairs of columns, a classifier's verdict, balls round rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import NearestNeighbors

from oversmith.exceptions import InputError
from oversmith.metrics._mixed import aligned, blocks, is_number, level

BINS = 10
NEIGHBOURS = 5


def column_shapes(real: pd.DataFrame, synthetic: pd.DataFrame) -> dict[str, float]:
    """Compare the distribution of each column.

    Parameters
    ----------
    real, synthetic : DataFrame of shape (n, d), (m, d)
        Rows.

    Returns
    -------
    dict of str to float
        Column to 1 − D of Kolmogorov and Smirnov for numbers, 1 − total variation for levels (a missing value is a
        level); 1 is equal, 0 disjoint.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.metrics import column_shapes
    >>> real = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    >>> column_shapes(real, pd.DataFrame({"a": [1.0, 3.0], "b": ["x", "x"]}))
    {'a': 0.5, 'b': 0.5}
    """
    real, synthetic = aligned(real, synthetic)
    return {str(name): _shape(real[name], synthetic[name]) for name in real}


def pair_trends(real: pd.DataFrame, synthetic: pd.DataFrame) -> float:
    """Compare the relations of all pairs of columns.

    Parameters
    ----------
    real, synthetic : DataFrame of shape (n, d), (m, d)
        Rows; at least two columns.

    Returns
    -------
    float
        Mean over all pairs: 1 − abs(ρ − ρ') / 2 for two columns of numbers, 1 − total variation of the joint table for
        others, numbers in ten bins of the real rows. NaN for a single column.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.metrics import pair_trends
    >>> real = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 3.0]})
    >>> round(pair_trends(real, real.assign(b=[3.0, 2.0, 1.0])), 9)
    0.0
    """
    real, synthetic = aligned(real, synthetic)
    numbers = [name for name in real if is_number(real[name])]
    levels = {name: _as_levels(real[name], synthetic[name]) for name in real}
    with np.errstate(invalid="ignore"):
        rho = [np.nan_to_num(part[numbers].corr().to_numpy()) for part in (real, synthetic)]
    index = {name: number for number, name in enumerate(numbers)}
    scores: list[float] = []
    names = list(real)
    for number, first in enumerate(names):
        for second in names[number + 1 :]:
            if first in index and second in index:
                at = index[first], index[second]
                scores.append(1 - abs(float(rho[0][at] - rho[1][at])) / 2)
            else:
                joint = [levels[first][side].astype(str) + "\x1f" + levels[second][side].astype(str) for side in (0, 1)]
                scores.append(1 - _total_variation(*joint))
    return float(np.mean(scores)) if scores else float("nan")


@dataclass(frozen=True)
class TwoSample:
    """How well a classifier tells synthetic from real rows.

    Parameters
    ----------
    auc, low, high : float
        Area under the ROC curve over held-out folds and its 95 % interval; 0.5 is best.
    """

    auc: float
    low: float
    high: float


def two_sample_test(real: ArrayLike, synthetic: ArrayLike, *, random_state: int = 0) -> TwoSample:
    """Train a classifier to tell synthetic from real rows (histogram gradient boosting, stratified 5-fold).

    Parameters
    ----------
    real, synthetic : array-like of shape (n, d), (m, d)
        Rows as numbers; at least five each. The larger sample is thinned to the size of the smaller.
    random_state : int, default=0
        Seed of folds, thinning and classifier.

    Returns
    -------
    TwoSample
        The area over all out-of-fold scores, and its interval by Hanley and McNeil: approximate, since the scores come
        from five classifiers.

    References
    ----------
    .. [1] D. Lopez-Paz, M. Oquab, "Revisiting classifier two-sample tests", ICLR, 2017.
    .. [2] J. A. Hanley, B. J. McNeil, "The meaning and use of the area under a receiver operating characteristic
       curve", Radiology 143, 1982.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.metrics import two_sample_test
    >>> rng = np.random.default_rng(0)
    >>> found = two_sample_test(rng.normal(size=(300, 2)), rng.normal(size=(300, 2)) + 3)
    >>> found.auc > 0.95
    True
    """
    a, b = (np.asarray(rows, dtype=np.float64) for rows in (real, synthetic))
    n = min(len(a), len(b))
    if n < 5:
        raise InputError("synthetic", f"{len(a)} real and {len(b)} synthetic rows found", "five of each are needed")
    rng = np.random.default_rng(random_state)
    a, b = (rows if len(rows) == n else rows[np.sort(rng.choice(len(rows), n, replace=False))] for rows in (a, b))
    X, y = np.concatenate([a, b]), np.repeat([0, 1], n)
    scores = np.empty(2 * n)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=random_state).split(X, y):
        judge = HistGradientBoostingClassifier(random_state=random_state, early_stopping=False, max_iter=50)
        scores[test] = judge.fit(X[train], y[train]).predict_proba(X[test])[:, 1]
    auc = float(roc_auc_score(y, scores))
    # Chances that two positives, or two negatives, beat one of the other side.
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    error = np.sqrt((auc * (1 - auc) + (n - 1) * (q1 - auc**2) + (n - 1) * (q2 - auc**2)) / n**2)
    return TwoSample(auc, max(auc - 1.96 * error, 0.0), min(auc + 1.96 * error, 1.0))


def density_coverage(real: ArrayLike, synthetic: ArrayLike, k: int = NEIGHBOURS) -> tuple[float, float]:
    """Count synthetic rows in the balls round real rows.

    The ball of a real row reaches to its k-th real neighbour. Density is the number of balls a synthetic row lies in,
    over k: 1 for a fresh draw, more for rows in the thick of the data. Coverage is the share of balls with a synthetic
    row in them: what a collapsed generator misses.

    Parameters
    ----------
    real, synthetic : array-like of shape (n, d), (m, d)
        Rows as numbers of comparable scale; more than ``k`` real rows.
    k : int, default=5
        Neighbours.

    Returns
    -------
    (float, float)
        Density and coverage.

    References
    ----------
    .. [1] M. F. Naeem et al., "Reliable fidelity and diversity metrics for generative models", ICML, 2020.

    Examples
    --------
    >>> from oversmith.metrics import density_coverage
    >>> density_coverage([[0.0], [1.0], [2.0], [9.0]], [[0.1], [1.9]], k=1)
    (2.0, 0.75)
    """
    a, b = (np.asarray(rows, dtype=np.float64) for rows in (real, synthetic))
    if not 1 <= k < len(a):
        raise InputError("k", f"{k} found with {len(a)} real rows", "use fewer neighbours than rows")
    radius = NearestNeighbors(n_neighbors=k + 1).fit(a).kneighbors(a)[0][:, -1]
    inside, covered = 0, np.zeros(len(a), dtype=bool)
    for _, distances in blocks(b, a, "euclidean"):
        hit = distances <= radius
        inside += int(hit.sum())
        covered |= hit.any(axis=0)
    return inside / (k * max(len(b), 1)), float(covered.mean())


def _shape(real: pd.Series, synthetic: pd.Series) -> float:
    if not is_number(real):
        return 1 - _total_variation(real.map(level), synthetic.map(level))
    a, b = (part.to_numpy(dtype=np.float64, na_value=np.nan) for part in (real, synthetic))
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    if not len(a) or not len(b):
        return float(not len(a) and not len(b))
    return 1 - float(stats.ks_2samp(a, b, method="asymp").statistic)


def _total_variation(a: pd.Series, b: pd.Series) -> float:
    shares = [part.value_counts(normalize=True) for part in (a, b)]
    first, second = shares[0].align(shares[1], fill_value=0.0)
    return float((first - second).abs().sum() / 2)


def _as_levels(real: pd.Series, synthetic: pd.Series) -> tuple[pd.Series, pd.Series]:
    if not is_number(real):
        return real.map(level), synthetic.map(level)
    values = real.to_numpy(dtype=np.float64, na_value=np.nan)
    known = values[~np.isnan(values)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.empty(0)
    sides = []
    for part in (real, synthetic):
        numbers = part.to_numpy(dtype=np.float64, na_value=np.nan)
        sides.append(pd.Series(np.where(np.isnan(numbers), -1, np.searchsorted(edges, numbers, side="right"))))
    return sides[0], sides[1]
