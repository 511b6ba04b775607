"""Classification metrics for imbalanced data: of the named minority, or macro over several classes.

Every metric takes class codes 0, 1, …, k−1, scores (rows by classes) or predicted codes, and ``positive``:
the code of the class the metric speaks of, or None for the unweighted mean over all classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from imblearn.metrics import geometric_mean_score
from numpy.typing import ArrayLike
from sklearn import metrics as sk


@dataclass(frozen=True)
class Metric:
    """One metric with its title, goal and range.

    Parameters
    ----------
    name : str
        Key in records.
    title : str
        Name for readers.
    goal : {"max", "min"}
        Which way is better.
    low, high : float
        Range.
    needs : {"scores", "labels"}
        What it compares with the truth.
    function : callable
        ``(y, scores or labels, positive)`` to a number.
    """

    name: str
    title: str
    goal: Literal["max", "min"]
    low: float
    high: float
    needs: Literal["scores", "labels"]
    function: Callable[[np.ndarray, np.ndarray, int | None], float]

    def __call__(self, y: ArrayLike, values: ArrayLike, positive: int | None) -> float:
        """Evaluate the metric."""
        return float(self.function(np.asarray(y), np.asarray(values), positive))


def _over_classes(one: Callable[[np.ndarray, np.ndarray], float]) -> Callable[..., float]:
    """Of the positive class, or the mean of one-against-the-rest over all classes."""

    def evaluate(y: np.ndarray, scores: np.ndarray, positive: int | None) -> float:
        labels = range(scores.shape[1]) if positive is None else [positive]
        return float(np.mean([one(y == label, scores[:, label]) for label in labels]))

    return evaluate


def _brier(y: np.ndarray, scores: np.ndarray, positive: int | None) -> float:
    if positive is not None:
        return float(np.mean((scores[:, positive] - (y == positive)) ** 2))
    return float(np.mean(np.sum((scores - np.eye(scores.shape[1])[y]) ** 2, axis=1)))


def _label(function: Callable[..., float]) -> Callable[..., float]:
    def evaluate(y: np.ndarray, predicted: np.ndarray, positive: int | None) -> float:
        labels = None if positive is None else [positive]
        return float(function(y, predicted, labels=labels, average="macro", zero_division=0.0))

    return evaluate


def _g_mean(y: np.ndarray, predicted: np.ndarray, positive: int | None) -> float:
    # Geometric mean of the recalls of the classes that occur: of two, √(sensitivity · specificity).
    return float(geometric_mean_score(y, predicted, labels=np.unique(y), average="multiclass"))


METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        Metric(
            "average_precision",
            "Average precision",
            "max",
            0,
            1,
            "scores",
            _over_classes(sk.average_precision_score),
        ),
        Metric("roc_auc", "ROC-AUC", "max", 0, 1, "scores", _over_classes(sk.roc_auc_score)),
        Metric("brier", "Brier score", "min", 0, 2, "scores", _brier),
        Metric("f1", "F1", "max", 0, 1, "labels", _label(sk.f1_score)),
        Metric("precision", "Precision", "max", 0, 1, "labels", _label(sk.precision_score)),
        Metric("recall", "Recall", "max", 0, 1, "labels", _label(sk.recall_score)),
        Metric("g_mean", "G-mean", "max", 0, 1, "labels", _g_mean),
    )
}
"""All metrics by name. The Brier score of two classes is the squared error of the positive class's score (at
most 1), of several classes the sum over classes (at most 2)."""


def score_all(
    y: ArrayLike, scores: ArrayLike, predicted: ArrayLike, positive: int | None, *, suffix: str = ""
) -> dict[str, float]:
    """Every metric of one test part.

    Parameters
    ----------
    y : array-like of shape (n,)
        Class codes.
    scores : array-like of shape (n, n_classes)
        Scores.
    predicted : array-like of shape (n,)
        Predicted codes.
    positive : int or None
        Code of the positive class; None for macro metrics.
    suffix : str, default=""
        Appended to the names of label metrics; when given, only these are returned.

    Returns
    -------
    dict of str to float
        By metric name.

    Examples
    --------
    >>> from oversmith.metrics import score_all
    >>> found = score_all([0, 0, 1], [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]], [0, 1, 1], positive=1)
    >>> found["average_precision"], found["precision"], found["recall"]
    (1.0, 0.5, 1.0)
    """
    return {
        m.name + (suffix if m.needs == "labels" else ""): m(y, scores if m.needs == "scores" else predicted, positive)
        for m in METRICS.values()
        if not suffix or m.needs == "labels"
    }


def macro_scores(y: ArrayLike, predicted: ArrayLike, *, suffix: str = "") -> dict[str, float]:
    """Precision, recall and F1 as unweighted means over all classes, whichever of them is the positive one.

    What Chung et al. 2024 report (Tables 8 to 13). With several classes and no positive one these are the metrics of
    :func:`score_all`; with two, those are of the positive class alone.

    Parameters
    ----------
    y : array-like of shape (n,)
        Class codes.
    predicted : array-like of shape (n,)
        Predicted codes.
    suffix : str, default=""
        Appended to the names.

    Returns
    -------
    dict of str to float
        ``precision_macro``, ``recall_macro`` and ``f1_macro``; a class that is never predicted has precision and F1
        0, one that is neither there nor predicted does not count.

    Examples
    --------
    >>> from oversmith.metrics import macro_scores
    >>> {name: round(value, 3) for name, value in macro_scores([0, 0, 0, 1], [0, 0, 1, 1]).items()}
    {'precision_macro': 0.75, 'recall_macro': 0.833, 'f1_macro': 0.733}
    """
    return {f"{name}_macro{suffix}": METRICS[name](y, predicted, None) for name in ("precision", "recall", "f1")}


def chance_values(y: ArrayLike, positive: int | None) -> dict[str, float]:
    """Return the score of a model that uses nothing but the class shares.

    Ranking metrics: the expectation of constant scores (average precision: the share of the class). F1,
    precision, recall, G-mean and Brier: the best constant prediction.

    Parameters
    ----------
    y : array-like of shape (n,)
        Class codes.
    positive : int or None
        Code of the positive class; None for macro metrics.

    Returns
    -------
    dict of str to float
        By metric name.

    Examples
    --------
    >>> from oversmith.metrics import chance_values
    >>> chance_values([0, 0, 0, 1], positive=1)["average_precision"]
    0.25
    """
    code = np.asarray(y)
    share = np.bincount(code) / len(code)
    shares = share if positive is None else share[[positive]]
    k = len(shares)
    return {
        "average_precision": float(shares.mean()),
        "roc_auc": 0.5,
        "brier": float(1 - (share**2).sum() if positive is None else shares[0] * (1 - shares[0])),
        "f1": float((2 * shares / (1 + shares)).max() / k),
        "precision": float(shares.max() / k),
        "recall": 1.0 / k,
        "g_mean": 0.0,
    }


def implied_prevalence(accuracy: float, precision: float, recall: float) -> float:
    """Compute the share of positives that accuracy, precision and recall imply together.

    With positives at a share π, recall R and precision P, false positives are π R (1/P − 1) and misses π (1 − R), so
    1 − accuracy = π ((1 − R) + R (1/P − 1)). A published table whose shares are far from those of its data was computed
    on other data, or on resampled test parts.

    Parameters
    ----------
    accuracy, precision, recall : float
        In [0, 1]; precision above 0.

    Returns
    -------
    float
        The share; NaN when nothing is wrong (all three are 1), and above 1 when no data can give these numbers.

    Raises
    ------
    ValueError
        For numbers outside their range.

    Examples
    --------
    >>> from oversmith.metrics import implied_prevalence
    >>> round(implied_prevalence(0.9, 0.8, 0.8), 3)
    0.25
    """
    for name, value in (("accuracy", accuracy), ("precision", precision), ("recall", recall)):
        if not 0 <= value <= 1 or (name == "precision" and value == 0):
            raise ValueError(f"{name}: {value} found; use a share in [0, 1], precision above 0")
    wrong = (1 - recall) + recall * (1 / precision - 1)
    return (1 - accuracy) / wrong if wrong else float("nan")


def chance_average_precision(positive: ArrayLike, score: ArrayLike) -> float:
    """Compute the expected average precision of these scores if labels were dealt to rows at random.

    Average precision of meaningless scores is not the share of positives: the first row alone is a hit with
    that probability and some hits come early by chance, so that small test sets have a higher value (120 rows, 8
    positives, distinct scores: 0.101 against 0.067). Ties pull it back. The expectation is exact: with N rows of which
    P positive, groups g of n_g tied rows in falling order and N_g rows down to the end of group g, it is Σ_g n_g/N_g ·
    (1 + (N_g − 1)(P − 1)/(N − 1)) / N.

    Parameters
    ----------
    positive : array-like of bool of shape (n,)
        Which rows are positive; only their number matters.
    score : array-like of shape (n,)
        Scores; only their order and ties matter.

    Returns
    -------
    float
        The expectation.

    Examples
    --------
    >>> from oversmith.metrics import chance_average_precision
    >>> chance_average_precision([True, False, False, False], [0.5, 0.5, 0.5, 0.5])
    0.25
    >>> round(chance_average_precision([True, False], [0.9, 0.1]), 3)
    0.75
    """
    n, p = len(np.asarray(score)), int(np.sum(np.asarray(positive)))
    if n == 1:
        return float(p)
    tied = np.unique(np.asarray(score), return_counts=True)[1][::-1]
    down_to = np.cumsum(tied)
    return float(np.sum(tied / down_to * (1 + (down_to - 1) * (p - 1) / (n - 1))) / n)
