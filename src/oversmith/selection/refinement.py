"""Adaptive refinement (Riaz et al. 2025): fine-tune a model on hard rows while its inner score rises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from sklearn.metrics import average_precision_score

# A row is hard when its own class leads by less than this share of probability.
HARD_LEAD = 0.2
# A refinement takes this share of the steps of the training before it.
STEPS_SHARE = 0.25

Model = TypeVar("Model")


@dataclass(frozen=True)
class InnerScore:
    """What classifiers on inner folds say of a generator.

    Parameters
    ----------
    score : float
        Average precision of the over-sampled classes, each against the rest, mean over classes.
    hard : ndarray of bool of shape (n_rows,)
        Which real rows of the over-sampled classes are wrong or nearly wrong.
    """

    score: float
    hard: np.ndarray


def inner_score(scores: np.ndarray, labels: np.ndarray, classes: Sequence[int], least: float = HARD_LEAD) -> InnerScore:
    """Score real rows that were scored by classifiers that have not seen them.

    Parameters
    ----------
    scores : ndarray of shape (n_rows, n_classes)
        Score of every class for every row.
    labels : ndarray of int of shape (n_rows,)
        Classes of the rows.
    classes : sequence of int
        The over-sampled classes.
    least : float, default=0.2
        Rows whose class leads by less are hard; 0 where scores are no probabilities: the rows that are wrong.

    Returns
    -------
    InnerScore
        Score and hard rows.

    Examples
    --------
    >>> scores = np.array([[0.9, 0.1], [0.3, 0.7], [0.45, 0.55]])
    >>> result = inner_score(scores, np.array([0, 1, 1]), [1])
    >>> result.score, result.hard.tolist()
    (1.0, [False, False, True])
    """
    own = scores[np.arange(len(labels)), labels]
    others = np.where(np.eye(scores.shape[1], dtype=bool)[labels], -np.inf, scores).max(axis=1)
    precision = [average_precision_score(labels == code, scores[:, code]) for code in classes]
    return InnerScore(float(np.mean(precision)), (own - others < least) & np.isin(labels, classes))


def refine(
    model: Model,
    score: Callable[[Model], InnerScore],
    fine_tune: Callable[[Model, np.ndarray, int], Model],
    rounds: int,
) -> tuple[Model, list[dict[str, Any]]]:
    """Fine-tune a model on hard rows while its inner score rises.

    Parameters
    ----------
    model : object
        Where to start.
    score : callable
        ``score(model) -> InnerScore``.
    fine_tune : callable
        ``fine_tune(model, hard, round) -> model``, another model; the one given is left as it is.
    rounds : int
        Rounds at most.

    Returns
    -------
    model : object
        The last model that raised the inner score, or the one given.
    records : list of dict
        One per round: ``round``, ``hard_rows``, ``score_before``, ``score_after`` and ``kept``.

    Examples
    --------
    >>> scored = {0: InnerScore(0.5, np.array([True])), 1: InnerScore(0.7, np.array([True]))}
    >>> scored[2] = InnerScore(0.6, np.array([True]))
    >>> model, records = refine(0, scored.get, lambda model, hard, number: model + 1, rounds=5)
    >>> model, [record["kept"] for record in records]
    (1, [True, False])
    """
    before, records = score(model), []
    for number in range(1, rounds + 1):
        record = {"round": number, "hard_rows": int(before.hard.sum()), "score_before": before.score}
        if not before.hard.any():
            records.append(record | {"score_after": before.score, "kept": False})
            break
        candidate = fine_tune(model, before.hard, number)
        after = score(candidate)
        records.append(record | {"score_after": after.score, "kept": after.score > before.score})
        if after.score <= before.score:
            break
        model, before = candidate, after
    return model, records
