"""Scores turned into probabilities by what real rows show that the model has not seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

# Scores of exactly 0 or 1 have no log-odds.
_EDGE = 1e-6


class Calibrator:
    """One-against-the-rest calibration.

    Parameters
    ----------
    kind : {"sigmoid", "isotonic"}
        A logistic curve over the log-odds of the score, or a rising step function.
    positive : int, optional
        Code of the positive class, for two classes; without it every class is calibrated and rows sum to one.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation.calibration import Calibrator
    >>> scores = np.array([[0.4, 0.6], [0.3, 0.7], [0.2, 0.8], [0.1, 0.9]])
    >>> Calibrator("isotonic", positive=1).fit([0, 0, 0, 1], scores).transform(scores)[:, 1].tolist()
    [0.0, 0.0, 0.0, 1.0]
    """

    def __init__(self, kind: str, positive: int | None = None) -> None:
        self.kind = kind
        self.positive = positive

    def fit(self, y: ArrayLike, scores: np.ndarray) -> Calibrator:
        """Learn from class codes of real rows and their scores by models that have not seen them."""
        code = np.asarray(y)
        labels = range(scores.shape[1]) if self.positive is None else [self.positive]
        self.curves_ = {label: self._curve(code == label, scores[:, label]) for label in labels}
        return self

    def transform(self, scores: np.ndarray) -> np.ndarray:
        """Calibrated scores, rows by classes, each row of sum one."""
        calibrated = {label: self._apply(curve, scores[:, label]) for label, curve in self.curves_.items()}
        if self.positive is not None:
            chance = calibrated[self.positive]
            return np.column_stack([chance, 1 - chance] if self.positive == 0 else [1 - chance, chance])
        values = np.column_stack([calibrated[label] for label in sorted(calibrated)])
        total = values.sum(axis=1, keepdims=True)
        return np.where(total > 0, values / np.where(total > 0, total, 1), 1 / values.shape[1])

    def _curve(self, truth: np.ndarray, score: np.ndarray) -> Any:
        if self.kind == "isotonic":
            return IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, truth)
        # The default penalty keeps the slope finite where scores separate the classes.
        fitted = LogisticRegression(max_iter=1000).fit(_log_odds(score)[:, None], truth)
        return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])

    def _apply(self, curve: Any, score: np.ndarray) -> np.ndarray:
        if self.kind == "isotonic":
            return np.asarray(curve.predict(score), dtype=np.float64)
        slope, offset = curve
        return np.asarray(expit(slope * _log_odds(score) + offset))


def _log_odds(score: np.ndarray) -> np.ndarray:
    return np.asarray(logit(np.clip(score, _EDGE, 1 - _EDGE)))
