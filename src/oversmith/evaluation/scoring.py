"""Numbers of the predictions of one classifier: metrics, accuracy and macro scores, at 0.5 and at a tuned threshold."""

from __future__ import annotations

from typing import Any

import numpy as np

from oversmith.evaluation.task import Task
from oversmith.metrics import macro_scores, score_all
from oversmith.selection import ThresholdRule


def score_predictions(task: Task, y: np.ndarray, scores: np.ndarray, rule: ThresholdRule | None) -> dict[str, Any]:
    """All metrics at 0.5 and, with a rule, at its threshold."""
    plain = ThresholdRule(task.positive).predict(scores)
    numbers: dict[str, Any] = dict(score_all(y, scores, plain, task.positive))
    if rule is not None:
        numbers |= score_all(y, scores, rule.predict(scores), task.positive, suffix="_tuned")
        numbers["threshold"] = rule.threshold
    return numbers


def further_scores(task: Task, y: np.ndarray, scores: np.ndarray, rule: ThresholdRule | None) -> dict[str, float]:
    """Accuracy and macro scores at 0.5 and, with a rule, at its threshold: what papers report beside the metrics."""
    further: dict[str, float] = {}
    for at, suffix in ((ThresholdRule(task.positive), ""), (rule, "_tuned")):
        if at is not None:
            predicted = at.predict(scores)
            further[f"accuracy{suffix}"] = float(np.mean(predicted == y))
            further |= macro_scores(y, predicted, suffix=suffix)
    return further
