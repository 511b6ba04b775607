"""What passes between the sampler, its recipe and the engine: sizes, a lesson, a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.encoders import ClassScaler
from oversmith.exceptions import InputError
from oversmith.samplers._encoded import EncodedTable

if TYPE_CHECKING:
    from jax import Array

    from oversmith.networks import Columns
    from oversmith.training import Recipe

Players = dict[str, Any]


@dataclass(frozen=True)
class Training:
    """The sizes of one training, as the recipes need them.

    Parameters
    ----------
    width, padded_width : int
        Encoded columns, and the bucket they are padded to.
    condition_width : int
        Length of the class condition, 0 for a model of one class.
    columns : Columns
        What the generator's output columns mean.
    steps : int
        Generator updates.
    shape : tuple of int or None
        Channels and time points, or channels, height and width, where the networks are convolutions; None for dense
        layers.
    rows : int
        Training rows, for budgets in epochs.
    """

    width: int
    padded_width: int
    condition_width: int
    columns: Columns
    steps: int
    shape: tuple[int, ...] | None = None
    rows: int = 0


@dataclass(frozen=True)
class Lesson:
    """What one model is trained on; a class's place in ``codes`` is the label its networks see.

    Parameters
    ----------
    codes : list of int
        Class codes.
    asked : list of int
        Those of them that are to be generated; the others only teach.
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
        """Say how often each training row is drawn, where classes are drawn in the given shares.

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

    def natural_shares(self) -> np.ndarray:
        """Return how many rows of each class the table has: the shares of natural draws."""
        return np.array([max(int((self.table.pooled_codes == code).sum()), 1) for code in self.codes])


@dataclass(frozen=True)
class Session:
    """One training about to begin: the lesson, the sizes, what the engine is given.

    Parameters
    ----------
    lesson : Lesson
        What is learnt.
    training : Training
        Sizes.
    state : dict
        The sampler's state so far.
    recipe : Recipe
        Players, losses, schedule.
    data, hyper : dict
        What the engine reads.
    players : dict
        The networks to start from.
    seed : int
        Source of the session's keys.
    started : float
        When the sampler's training began, by the performance counter.
    """

    lesson: Lesson
    training: Training
    state: dict[str, Any]
    recipe: Recipe
    data: dict[str, Any]
    hyper: dict[str, Any]
    players: Players
    seed: int
    started: float

    def key(self, number: int) -> Array:
        """Give the session's key of a number; 0 to 3 are taken (networks, training, scoring, guide)."""
        import jax

        return jax.random.fold_in(jax.random.key(self.seed), number)
