"""What passes between a sampler and the engine: the rows of one model, and one training of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.encoders import ClassScaler
from oversmith.exceptions import InputError
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._encoded import EncodedTable

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe

Players = dict[str, Any]


@dataclass(frozen=True)
class TrainingRows:
    """What one model is trained on; the index of a class in ``codes`` is the label its networks see.

    Parameters
    ----------
    codes : list of int
        Class codes.
    asked : list of int
        Those of them that are to be generated; the others are context.
    rows : dict of int to ndarray
        Real rows of each class in the table's scale, without those held out.
    references : dict of int to ndarray
        Rows that score the checkpoints, of the classes asked for: held-out ones, or the training rows themselves.
    held_out : bool
        Which of the two.
    scalers : list of ClassScaler
        Of each class, in the order of ``codes``.
    x, labels, weights : ndarray
        All training rows in their classes' own scales, their labels, and how often they are drawn within their class.
    table : EncodedTable
        The whole table.
    """

    codes: list[int]
    asked: list[int]
    rows: dict[int, np.ndarray]
    references: dict[int, np.ndarray]
    held_out: bool
    scalers: list[ClassScaler]
    x: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    table: EncodedTable

    def frequency(self, shares: np.ndarray) -> np.ndarray:
        """Return how often each training row is drawn, where classes are drawn in the given shares.

        Parameters
        ----------
        shares : ndarray of shape (classes,)
            Of each class, up to a factor.

        Returns
        -------
        ndarray of shape (n_rows,)
            Up to a factor.

        Raises
        ------
        InputError
            When all rows of a class weigh nothing.
        """
        per_class = np.bincount(self.labels, self.weights)
        if not per_class.all():
            raise InputError(
                "sample_weight: every row of a class weighs 0; give at least one row of each class a weight"
            )
        return self.weights * (shares / per_class)[self.labels]

    def all_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the training rows of the model and the rows of all other classes, with their class codes.

        Returns
        -------
        x : ndarray of shape (n_rows, width)
            Rows in the table's scale.
        codes : ndarray of shape (n_rows,)
            Their class codes.
        """
        own = [scaler.inverse(self.x[self.labels == label]) for label, scaler in enumerate(self.scalers)]
        own_codes = [np.full(len(rows), code) for rows, code in zip(own, self.codes, strict=True)]
        rest = ~np.isin(self.table.pooled_codes, self.codes)
        codes = np.concatenate([*own_codes, self.table.pooled_codes[rest]])
        return np.concatenate([*own, self.table.pooled[rest]]), codes

    def reference_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows that score checkpoints, each in the scale of its class, and their labels."""
        labels = [self.codes.index(code) for code in self.asked]
        rows = [
            self.scalers[label].transform(self.references[code]) for label, code in zip(labels, self.asked, strict=True)
        ]
        return np.concatenate(rows), np.repeat(labels, [len(part) for part in rows])

    def natural_shares(self) -> np.ndarray:
        """Return how many rows of each class the table has: the shares of natural draws."""
        return np.array([max(int((self.table.pooled_codes == code).sum()), 1) for code in self.codes])


@dataclass(frozen=True)
class TrainingRun:
    """One training about to begin: its rows, its sizes, and what the engine is given.

    Parameters
    ----------
    lesson : TrainingRows
        The rows of the model.
    training : Sizes
        Sizes of its networks.
    state : dict
        The sampler's state so far.
    recipe : Recipe
        Players, losses, schedule.
    data, hyper : dict
        What the engine reads.
    players : dict
        The networks to start from.
    seed : int
        Source of the keys.
    started : float
        When the sampler's training began, by the performance counter.
    """

    lesson: TrainingRows
    training: Sizes
    state: dict[str, Any]
    recipe: Recipe
    data: dict[str, Any]
    hyper: dict[str, Any]
    players: Players
    seed: int
    started: float

    def key(self, number: int) -> Array:
        """Return the key of a number; 0 to 3 are in use (networks, training, scoring, guide)."""
        import jax

        return jax.random.fold_in(jax.random.key(self.seed), number)
