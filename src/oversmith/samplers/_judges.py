"""Classifiers that judge rows of any table: encoded by what is fitted on their own training rows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from oversmith.encoders import TableEncoder


class Encoded(ClassifierMixin, BaseEstimator):
    """A classifier on encoded rows, so that text, dates and missing values are no obstacle.

    Parameters
    ----------
    estimator : classifier
        Given float64 rows of zero mean or so.

    Attributes
    ----------
    classes_ : ndarray
        Class labels.
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the encoder and the classifier.

        Parameters
        ----------
        X : table
            Training rows.
        y : array-like
            Labels.
        sample_weight : array-like, optional
            Weights of the rows.

        Returns
        -------
        self : object
            The fitted classifier.
        """
        self.encoder_ = TableEncoder().fit(X)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.estimator_ = clone(self.estimator).fit(self.encoder_.transform(X), np.asarray(y), **weights)
        self.classes_ = self.estimator_.classes_
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict labels."""
        return self.estimator_.predict(self.encoder_.transform(X))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict class probabilities."""
        return self.estimator_.predict_proba(self.encoder_.transform(X))


def default_judges(seed: int) -> dict[str, Encoded]:
    """Make a weak and a strong judge: logistic regression and histogram gradient boosting.

    Parameters
    ----------
    seed : int
        Seed of the boosting.

    Returns
    -------
    dict of str to Encoded
        Name → unfitted classifier.

    Examples
    --------
    >>> list(default_judges(0))
    ['logistic-regression', 'histogram-boosting']
    """
    return {
        "logistic-regression": Encoded(LogisticRegression(max_iter=1000)),
        "histogram-boosting": Encoded(HistGradientBoostingClassifier(random_state=seed)),
    }
