"""What predictions on unseen rows tell: curves, labels at every threshold, confusion, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import matthews_corrcoef

from oversmith.plot import precision_at_recall, true_at_false
from oversmith.selection import ThresholdRule

_GROUPS = 10
_SMALLEST = 1e-12


@dataclass(frozen=True)
class Fold:
    """Predictions on the test part of one fold.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Class codes.
    scores : ndarray of shape (n, n_classes)
        Probabilities.
    threshold : float, list of float or None
        What the labels are read at; 0.5, or the largest score, where there is none.
    """

    y: np.ndarray
    scores: np.ndarray
    threshold: Any = None


def judged(folds: Sequence[Fold], positive: int | None, *, points: int = 101, thin: int = 10) -> dict[str, Any] | None:
    """Everything the page shows of one contender under one classifier.

    Parameters
    ----------
    folds : sequence of Fold
        Its predictions.
    positive : int or None
        Code of the positive class; None for several classes, whose curves are the mean over one against the rest.
    points : int, default=101
        Points of a curve.
    thin : int, default=10
        Folds drawn by themselves at most.

    Returns
    -------
    dict or None
        ``precision`` and ``roc`` (``mean`` and ``folds``), ``sweep`` (``threshold``, ``value``, ``chosen``; None for
        several classes), ``confusion`` (rows: true classes), ``majority_f1``, ``mcc``, ``calibration`` (``predicted``,
        ``observed``, ``rows``, ``ece``), ``n_folds``; None where no fold has every class.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.report.predicted import Fold, judged
    >>> scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3]])
    >>> told = judged([Fold(np.array([0, 0, 1, 1]), scores, 0.2)], 1, points=3)
    >>> told["confusion"], [round(float(v), 2) for v in told["precision"]["mean"]]
    ([[1, 1], [0, 2]], [1.0, 1.0, 0.67])
    """
    grid = np.linspace(0.0, 1.0, points)
    precision = [_one_by_one(precision_at_recall, fold, positive, grid) for fold in folds]
    true = [_one_by_one(true_at_false, fold, positive, grid) for fold in folds]
    whole = [place for place, lines in enumerate(zip(precision, true, strict=True)) if np.isfinite(lines).all()]
    if not whole:
        return None
    predicted = [_labels(fold, positive) for fold in folds]
    y = np.concatenate([fold.y for fold in folds])
    labels = np.concatenate(predicted)
    confusion = np.zeros((folds[0].scores.shape[1],) * 2, dtype=int)
    np.add.at(confusion, (y, labels), 1)
    return {
        "precision": _curve([precision[place] for place in whole], thin),
        "roc": _curve([true[place] for place in whole], thin),
        "sweep": None if positive is None else _sweep(folds, positive, grid),
        "confusion": confusion.tolist(),
        "majority_f1": _f1(confusion, int(np.argmax(confusion.sum(axis=1)))),
        "mcc": float(matthews_corrcoef(y, labels)),
        "calibration": _calibration(folds, positive),
        "n_folds": len(whole),
    }


def _one_by_one(curve: Any, fold: Fold, positive: int | None, grid: np.ndarray) -> np.ndarray:
    """One class's curve, or the mean over classes, each against the rest."""
    codes = range(fold.scores.shape[1]) if positive is None else [positive]
    scores = np.asarray(fold.scores, dtype=np.float64)
    lines = [curve(fold.y == code, scores[:, code], grid) for code in codes if (fold.y == code).any()]
    return np.mean(lines, axis=0) if lines else np.full(len(grid), np.nan)


def _curve(lines: list[np.ndarray], thin: int) -> dict[str, Any]:
    return {"mean": np.mean(lines, axis=0).round(4), "folds": [line.round(4) for line in lines[:thin]]}


def _labels(fold: Fold, positive: int | None) -> np.ndarray:
    rule = ThresholdRule(positive)
    if fold.threshold is not None:
        rule.cuts_ = tuple(np.atleast_1d(np.asarray(fold.threshold, dtype=np.float64)).tolist())
    return rule.predict(fold.scores)


def _sweep(folds: Sequence[Fold], positive: int, grid: np.ndarray) -> dict[str, Any]:
    """F1 of the positive class at every threshold, the mean over folds."""
    lines = []
    for fold in folds:
        truth, score = fold.y == positive, np.asarray(fold.scores[:, positive], dtype=np.float64)
        called = score[None, :] >= grid[:, None]
        hits = (called & truth).sum(axis=1)
        lines.append(2 * hits / np.maximum(called.sum(axis=1) + truth.sum(), 1))
    chosen = [float(fold.threshold) for fold in folds if np.ndim(fold.threshold) == 0 and fold.threshold is not None]
    return {
        "threshold": grid.round(4),
        "value": np.mean(lines, axis=0).round(4),
        "chosen": float(np.median(chosen)) if chosen else None,
    }


def _f1(confusion: np.ndarray, code: int) -> float:
    return float(2 * confusion[code, code] / max(confusion[code].sum() + confusion[:, code].sum(), 1))


def _calibration(folds: Sequence[Fold], positive: int | None) -> dict[str, Any]:
    """Predicted and observed shares in groups of equally many rows; with several classes all classes together."""
    codes = range(folds[0].scores.shape[1]) if positive is None else [positive]
    score = np.concatenate([np.asarray(fold.scores[:, code], dtype=np.float64) for code in codes for fold in folds])
    truth = np.concatenate([fold.y == code for code in codes for fold in folds]).astype(np.float64)
    order = np.argsort(score, kind="stable")
    groups = [part for part in np.array_split(order, _GROUPS) if len(part)]
    predicted = np.array([score[part].mean() for part in groups])
    observed = np.array([truth[part].mean() for part in groups])
    rows = np.array([len(part) for part in groups])
    return {
        "predicted": predicted.round(4),
        "observed": observed.round(4),
        "rows": rows,
        "ece": float((np.abs(predicted - observed) * rows).sum() / max(rows.sum(), _SMALLEST)),
    }
