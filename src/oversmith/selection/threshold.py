"""The tuned threshold: out-of-fold scores of real rows, and the cut that serves the minority best.

A resampler mostly moves the threshold of a classifier; whoever compares one must therefore compare with a
threshold chosen without it. This module is the only place where thresholds are chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from oversmith.exceptions import InputError, TooFewRowsError
from oversmith.selection.splits import Seed, stratified_folds, stratified_sample

FitPredict = Callable[[Any, np.ndarray, Any], Mapping[str, np.ndarray]]

# A class whose best cut is zero would otherwise win every row.
_SMALLEST_CUT = 1e-6


def best_cut(positive: ArrayLike, score: ArrayLike) -> float:
    """Cut on a score that maximises F1 of the positive rows, ``score >= cut`` being called positive.

    Candidates are the middles between neighbouring distinct scores and half the smallest one (all rows
    positive). Of several best cuts the middle one is taken (the lower of two middles).

    Parameters
    ----------
    positive : array-like of bool of shape (n,)
        Which rows are positive.
    score : array-like of shape (n,)
        Non-negative scores, larger for positive.

    Returns
    -------
    float
        The cut.

    Raises
    ------
    InputError
        Without a positive row, or with scores that are not finite.

    Examples
    --------
    >>> from oversmith.selection import best_cut
    >>> best_cut([False, False, True, True], [0.1, 0.2, 0.6, 0.8])
    0.4
    """
    truth = np.asarray(positive, dtype=bool)
    values = np.asarray(score, dtype=np.float64)
    if not truth.any():
        raise InputError("positive", "no positive row found", "a cut needs at least one")
    if not np.isfinite(values).all():
        raise InputError("score", "values that are not finite found", "a cut needs finite scores")
    distinct, group = np.unique(values, return_inverse=True)
    # Suffix sums: rows, and positive rows, at or above each distinct score.
    called = np.cumsum(np.bincount(group)[::-1])[::-1]
    true_positives = np.cumsum(np.bincount(group, weights=truth)[::-1])[::-1]
    f1 = 2 * true_positives / (called + truth.sum())
    best = np.flatnonzero(f1 >= f1.max() - 1e-12)
    at = int(best[(len(best) - 1) // 2])
    if at == 0:
        return float(distinct[0] / 2)
    middle = (distinct[at - 1] + distinct[at]) / 2
    # Between two neighbouring floats there is no middle.
    return float(middle if middle > distinct[at - 1] else distinct[at])


class ThresholdRule:
    """From scores to labels: a cut for two classes, scores divided by cuts for several.

    Two classes: positive where the score of the positive class reaches the cut with the best F1. Several
    classes: each class c gets the cut t_c with the best one-against-the-rest F1, and a row gets the class
    with the largest score divided by its cut. Not fitted, the rule is 0.5, or the largest score.

    Parameters
    ----------
    positive : int, optional
        Code of the positive class; given for two classes and only then.

    Attributes
    ----------
    cuts_ : tuple of float
        The cut of the positive class, or of every class in code order; set by :meth:`fit`.

    Examples
    --------
    >>> from oversmith.selection import ThresholdRule
    >>> scores = [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]]
    >>> rule = ThresholdRule(positive=1)
    >>> rule.predict(scores).tolist(), rule.fit([0, 0, 1], scores).predict(scores).tolist()
    ([0, 0, 0], [0, 0, 1])
    >>> rule.threshold
    0.25
    """

    def __init__(self, positive: int | None = None) -> None:
        self.positive = positive

    def fit(self, y: ArrayLike, scores: ArrayLike) -> ThresholdRule:
        """Choose the cut or cuts.

        Parameters
        ----------
        y : array-like of shape (n,)
            Class codes of real rows.
        scores : array-like of shape (n, n_classes)
            Their scores by models that were not trained on them.

        Returns
        -------
        ThresholdRule
            Itself.
        """
        code, values = np.asarray(y), self._check(scores)
        labels = range(values.shape[1]) if self.positive is None else [self.positive]
        self.cuts_ = tuple(best_cut(code == label, values[:, label]) for label in labels)
        return self

    def predict(self, scores: ArrayLike) -> np.ndarray:
        """Class codes of rows.

        Parameters
        ----------
        scores : array-like of shape (n, n_classes)
            Scores.

        Returns
        -------
        ndarray of int of shape (n,)
            Codes.
        """
        values = self._check(scores)
        if self.positive is None:
            cuts = np.maximum(getattr(self, "cuts_", np.ones(values.shape[1])), _SMALLEST_CUT)
            return np.argmax(values / cuts, axis=1)
        (cut,) = getattr(self, "cuts_", (0.5,))
        return np.where(values[:, self.positive] >= cut, self.positive, 1 - self.positive)

    @property
    def threshold(self) -> float | list[float] | None:
        """The cut, the list of cuts, or None before :meth:`fit`."""
        cuts = getattr(self, "cuts_", None)
        if cuts is None:
            return None
        return list(cuts) if self.positive is None else cuts[0]

    def _check(self, scores: ArrayLike) -> np.ndarray:
        values = np.asarray(scores, dtype=np.float64)
        if values.ndim != 2 or (values.shape[1] == 2) != (self.positive is not None):
            raise InputError(
                "scores",
                f"shape {values.shape} found with positive={self.positive}",
                "use (n, 2) with the code of the positive class, or (n, k) without",
            )
        return values


@dataclass(frozen=True)
class InnerScores:
    """Out-of-fold scores of real training rows.

    Parameters
    ----------
    rows : ndarray of int
        Positions of the scored rows.
    y : ndarray of int
        Their class codes.
    scores : dict
        Model name to scores, rows by classes; only models that succeeded in every fold.
    n_splits : int
        Folds used.
    """

    rows: np.ndarray
    y: np.ndarray
    scores: dict[str, np.ndarray]
    n_splits: int


def inner_scores(
    fit_predict: FitPredict,
    X: Any,
    y: ArrayLike,
    n_splits: int,
    random_state: Seed = 0,
    *,
    max_rows: int | None = None,
    groups: ArrayLike | None = None,
) -> InnerScores:
    """Score real rows by models that were not trained on them, resampling inside each fold.

    With a class of fewer rows than folds, as many folds are used as it has rows.

    Parameters
    ----------
    fit_predict : callable
        ``(X_train, y_train, X_test)`` to a mapping of model name to scores (rows by classes). It resamples,
        so that synthetic rows are generated from the inner training rows alone and are never scored.
    X : DataFrame or ndarray
        Training rows.
    y : array-like of int
        Their class codes.
    n_splits : int
        Folds wanted, at least 2.
    random_state : int or SeedSequence, default=0
        Seed of the folds.
    max_rows : int, optional
        Work on a stratified sample of about this many rows.
    groups : array-like of shape (n,), optional
        Rows of one group are never on both sides of a fold.

    Returns
    -------
    InnerScores
        Scores per model.

    Raises
    ------
    TooFewRowsError
        When a class has a single row, or is in a single group.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.selection import inner_scores
    >>> def prevalence(X_train, y_train, X_test):
    ...     return {"constant": np.tile(np.bincount(y_train) / len(y_train), (len(X_test), 1))}
    >>> found = inner_scores(prevalence, np.zeros((8, 1)), [0, 0, 0, 0, 0, 0, 1, 1], n_splits=5)
    >>> found.n_splits, found.scores["constant"][0].tolist()
    (2, [0.75, 0.25])
    """
    code = np.asarray(y)
    rows = stratified_sample(code, max_rows or len(code), random_state, min_rows=2 * n_splits)
    code = code[rows]
    group = None if groups is None else np.asarray(groups)[rows]
    units = np.arange(len(code)) if group is None else group
    smallest = min(len(np.unique(units[code == label])) for label in np.unique(code))
    if smallest < 2:
        unit = "row" if group is None else "group"
        raise TooFewRowsError("y", f"a class has a single training {unit}", "inner folds need two")
    folds = stratified_folds(code, min(n_splits, smallest), random_state=random_state, groups=group)
    parts: dict[str, list[np.ndarray]] = {}
    for train, test in folds:
        for name, values in fit_predict(_take(X, rows[train]), code[train], _take(X, rows[test])).items():
            parts.setdefault(name, []).append(values)
    order = np.argsort(np.concatenate([test for _, test in folds]))
    complete = {n: np.concatenate(values)[order] for n, values in parts.items() if len(values) == len(folds)}
    return InnerScores(rows=rows, y=code, scores=complete, n_splits=len(folds))


def _take(X: Any, rows: np.ndarray) -> Any:
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]
