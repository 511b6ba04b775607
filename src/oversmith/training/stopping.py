"""The choice of a checkpoint: a copy of the best one, and patience, which counts the checks without a gain."""

from __future__ import annotations

import math
from typing import Any

import jax
import numpy as np


def copied(tree: Any) -> Any:
    """Copy every array of a tree.

    Parameters
    ----------
    tree : pytree
        Networks, or anything else.

    Returns
    -------
    pytree
        The same with arrays of its own.

    Examples
    --------
    >>> x = jax.numpy.ones(2)
    >>> copied({"w": x})["w"] is x
    False
    """
    return jax.tree.map(lambda leaf: jax.device_put(np.array(leaf)) if isinstance(leaf, jax.Array) else leaf, tree)


class Checkpoint:
    """Keep the best players seen and say when to stop.

    Parameters
    ----------
    patience : int, optional
        Checks without a gain after which `exhausted` turns true; never without.

    Attributes
    ----------
    best_value : float
        Lowest value seen, infinity before the first.
    best_step : int or None
        Step of that value.
    best : pytree or None
        A copy of the players at that step.

    Examples
    --------
    >>> checkpoint = Checkpoint(patience=1)
    >>> for step, value in [(1, 3.0), (2, 2.0), (3, 2.5)]:
    ...     checkpoint.update(value, step, {"w": jax.numpy.full(1, step)})
    >>> checkpoint.best_step, checkpoint.best["w"].tolist(), checkpoint.exhausted
    (2, [2], True)
    """

    def __init__(self, patience: int | None = None) -> None:
        self.patience = patience
        self.best_value = math.inf
        self.best_step: int | None = None
        self.best: Any = None
        self._without_gain = 0

    def update(self, value: float, step: int, players: Any) -> None:
        """Look at one check.

        Parameters
        ----------
        value : float
            The monitored value; lower is better, NaN is never a gain.
        step : int
            Step at which it was taken.
        players : pytree
            The players at that step.
        """
        if value < self.best_value:
            self.best_value, self.best_step, self.best = value, step, copied(players)
            self._without_gain = 0
        else:
            self._without_gain += 1

    @property
    def exhausted(self) -> bool:
        """Whether patience is used up."""
        return self.patience is not None and self._without_gain >= self.patience
