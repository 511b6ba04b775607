"""Validation F1 of a generator: a cheap classifier, trained on real and generated rows, judged on rows held out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from threadpoolctl import threadpool_limits

from oversmith.samplers._training_run import TrainingRows
from oversmith.selection import inner_holdout

# With fewer held-out rows one row decides between two checkpoints.
MIN_HELD_OUT = 10
# Rows of the other classes that take part, and generated rows per class.
MAX_OTHERS, MAX_MADE = 2_000, 1_000
OTHERS = -1


@dataclass(frozen=True)
class Holdout:
    """The rows that score a generator, in the table's scale; no network, SMOTE or classifier uses those held out.

    Parameters
    ----------
    x, y : ndarray
        Real rows to train on with their class codes, -1 for a class that is not asked for.
    held_x, held_y : ndarray
        The rows held out.
    """

    x: np.ndarray
    y: np.ndarray
    held_x: np.ndarray
    held_y: np.ndarray

    @property
    def others(self) -> np.ndarray:
        """The held-out rows of the classes that are not generated."""
        return self.held_x[self.held_y == OTHERS]

    def missing(self, code: int) -> int:
        """Count the generated rows that give a class as many rows as the others; at least one."""
        return min(max(int((self.y == OTHERS).sum() - (self.y == code).sum()), 1), MAX_MADE)

    def f1(self, generated: np.ndarray, codes: np.ndarray) -> float:
        """Score generated rows.

        Parameters
        ----------
        generated : ndarray of shape (n, width)
            Generated rows, encoded.
        codes : ndarray of shape (n,)
            Their class codes.

        Returns
        -------
        float
            F1 of the classes asked for on the held-out rows, mean over classes.
        """
        x, y = np.concatenate([self.x, generated]), np.concatenate([self.y, codes])
        # One convex fit, so that the score of a checkpoint has no random part; more threads would be slower.
        with threadpool_limits(1):
            predicted = LogisticRegression(max_iter=200).fit(x, y).predict(self.held_x)
        scores = f1_score(self.held_y, predicted, labels=np.unique(codes), average="macro", zero_division=0.0)
        return float(scores)


def min_rows(fraction: float) -> int:
    """Count the rows a class needs so that a share of them is enough to judge by.

    Examples
    --------
    >>> min_rows(0.2)
    50
    """
    return math.ceil(MIN_HELD_OUT / fraction)


def holdout_of(training: TrainingRows, fraction: float, seed: list[int]) -> Holdout | None:
    """Hold out rows of the other classes too, besides those of the classes that are trained.

    Parameters
    ----------
    training : TrainingRows
        With rows held out.
    fraction : float
        Share of the other classes' rows to hold out.
    seed : list of int
        Seed of the cut; the same seed gives the same cut.

    Returns
    -------
    Holdout or None
        None when the training holds no rows out, or there are too few rows of other classes.
    """
    others = training.table.pooled[~np.isin(training.table.pooled_codes, training.generated)]
    if not training.held_out or len(others) < min_rows(fraction):
        return None
    rng = np.random.default_rng(seed)
    others = others[rng.permutation(len(others))[:MAX_OTHERS]]
    held = inner_holdout(np.zeros(len(others), dtype=int), fraction, random_state=int(rng.integers(2**31)))
    parts = {
        code: (training.real[code][:MAX_OTHERS], training.references[code][:MAX_OTHERS]) for code in training.generated
    }
    parts[OTHERS] = np.delete(others, held, axis=0), others[held]
    x, held_x = (np.concatenate([part[side] for part in parts.values()]) for side in (0, 1))
    y, held_y = (np.repeat(list(parts), [len(part[side]) for part in parts.values()]) for side in (0, 1))
    return Holdout(x, y, held_x, held_y)


def without(rows: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Leave out one row for each equal row held out.

    Parameters
    ----------
    rows, held : ndarray of shape (n, width)
        Rows, and those to leave out.

    Returns
    -------
    ndarray
        The other rows, in order.

    Examples
    --------
    >>> without(np.array([[1.0], [2.0], [1.0]]), np.array([[1.0], [3.0]])).tolist()
    [[2.0], [1.0]]
    """
    left: dict[bytes, int] = {}
    for row in held:
        left[row.tobytes()] = left.get(row.tobytes(), 0) + 1
    keep = np.ones(len(rows), dtype=bool)
    for index, row in enumerate(rows):
        if left.get(row.tobytes(), 0):
            left[row.tobytes()] -= 1
            keep[index] = False
    return rows[keep]
