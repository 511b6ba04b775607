"""One loop that trains every recipe.

The device runs compiled chunks of ``check_every`` steps; between chunks the host looks at the losses, the monitor, the
clock and the callbacks.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jaxtyping import Array

from oversmith._fork import check_fork
from oversmith.exceptions import DivergedError, InputError
from oversmith.training.chunk import State, run_chunk, transformation
from oversmith.training.compilation import make_room
from oversmith.training.recipe import Data, Hyper, Phase, Player, Players, Recipe
from oversmith.training.sampling import on_device

# A loss beyond this has exploded: the losses here are means of bounded or standardised quantities.
MAX_LOSS = 1e6
# A batch is drawn with replacement, so it may be larger than a small table; beyond these it is a slip of the pen that
# would take all memory.
MAX_BATCH, MAX_BATCH_CELLS = 2**16, 2**28
# Trainings between two looks at the memory maps that compiled programs take: a look costs milliseconds.
CHECK_ROOM_EVERY = 10
_TRAININGS = itertools.count(1)


@dataclass(frozen=True)
class TrainingEvent:
    """What a callback receives after each chunk.

    Attributes
    ----------
    phase : str
        Name of the phase.
    step, total_steps : int
        Steps done so far and steps planned, over all phases.
    metrics : dict
        Losses, recorded values and the monitor, as in the history.
    seconds : float
        Since the training began.
    players : dict
        The networks as they are, moving averages where a player keeps one; to be looked at, not changed.
    """

    phase: str
    step: int
    total_steps: int
    metrics: dict[str, float]
    seconds: float
    players: Players = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class TrainResult:
    """What a training leaves.

    Attributes
    ----------
    players : dict
        The best checkpoint where there was a monitor, else the last; moving averages where a player keeps one.
    history : list of dict
        One row per chunk: ``phase``, ``step``, ``seconds``, ``loss_<player>`` and what the losses record, averaged over
        the chunk, and ``monitor``.
    n_steps : int
        Steps run.
    best_step : int
        Step of ``players``.
    stopped_because : str
        Why it ended: ``"max_steps"``, ``"patience"``, ``"max_seconds"``, ``"callback"``, or a callback's own words.
    seconds : float
        Wall clock.
    """

    players: Players
    history: list[dict[str, Any]] = field(repr=False)
    n_steps: int
    best_step: int
    stopped_because: str
    seconds: float


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


def _trainable(tree: Any) -> Any:
    return eqx.filter(tree, eqx.is_inexact_array)


def _start(phase: Phase, arrays: dict[str, Any]) -> State:
    """Make the optimisers' states: they all begin at zero, so nothing is compiled for them."""

    def zeros(player: Player) -> Any:
        shapes = jax.eval_shape(transformation(player.optimiser).init, _trainable(arrays[player.name]))
        return jax.tree.map(lambda leaf: jax.device_put(np.zeros(leaf.shape, leaf.dtype)), shapes)

    return State(
        arrays,
        {player.name: zeros(player) for player in phase.players},
        {player.name: _trainable(arrays[player.name]) for player in phase.players if player.ema},
    )


def _seen(state: State, statics: Any) -> Players:
    """Put the players together as monitors and results see them: averaged weights where there are any."""
    arrays = {
        name: eqx.combine(state.ema[name], tree) if name in state.ema else tree for name, tree in state.arrays.items()
    }
    return eqx.combine(arrays, statics)


def _check_batches(recipe: Recipe, data: Data) -> None:
    rows, width = int(data["count"]), math.prod(data["x"].shape[1:])
    most = max(1, min(max(rows, MAX_BATCH), MAX_BATCH_CELLS // max(width, 1)))
    for phase in recipe.phases:
        if phase.batch_size > most:
            raise InputError(
                "batch_size",
                f"{phase.batch_size} found for {rows} training rows of {width} numbers",
                f"give at most {most}",
            )


def _check(phase: Phase, row: dict[str, Any], largest: dict[str, float], history: list[dict[str, Any]]) -> None:
    problems = [f"loss_{name} reached {value:.3g}" for name, value in largest.items() if not value <= MAX_LOSS]
    problems += [
        f"{name} is {value}" for name, value in row.items() if isinstance(value, float) and not np.isfinite(value)
    ]
    if problems:
        raise DivergedError(
            f"training diverged in phase {phase.name!r} by step {row['step']}: {problems[0]}; "
            "lower learning_rate, or look for extreme values in the data",
            step=row["step"],
            history=history,
        )


def train(
    recipe: Recipe,
    players: Players,
    data: Data,
    hyper: Hyper,
    key: Array,
    *,
    monitor: Callable[[Players, int], float] | None = None,
    check_every: int = 100,
    patience: int | None = None,
    max_seconds: float | None = None,
    callbacks: Sequence[Callable[[TrainingEvent], Any]] = (),
) -> TrainResult:
    """Train the players of a recipe.

    The same key gives the same bits for the same number of steps run, whatever the length of the chunks and the padding
    of the rows. Recipes that are equal and arguments of the same shapes share one compiled program.

    Parameters
    ----------
    recipe : Recipe
        What to do.
    players : dict
        Player name to network, any pytree of arrays; left untouched.
    data : dict
        What ``draw`` reads, as `table_data` gives it.
    hyper : dict
        Traced values: ``learning_rate`` (player name to number), ``halve_every`` (steps after which it is halved, again
        and again; constant without), the repeats and bounds the recipe names, and what the
        losses read.
    key : jax.random.key
        Source of all randomness.
    monitor : callable, optional
        ``monitor(players, step)`` gives a number, lower is better; called after each chunk of the last phase, and the
        players of its lowest value are returned.
    check_every : int, default=100
        Steps per chunk.
    patience : int, optional
        Checks of the monitor without a gain after which the training ends.
    max_seconds : float, optional
        Wall clock after which no further chunk begins; at least one is run.
    callbacks : sequence of callable
        Each is given a `TrainingEvent` after each chunk; returning True, or a text that says why, ends the training.

    Returns
    -------
    TrainResult
        Players, history and how it ended.

    Raises
    ------
    DivergedError
        If a loss or a recorded value is not finite, or a loss exceeds 1e6.

    Examples
    --------
    >>> import jax
    >>> import numpy as np
    >>> from oversmith.training import Optimiser, Phase, Player, Recipe, Turn, draw_natural, table_data, train
    >>> def distance(players, batch, key, step, hyper):
    ...     return jax.numpy.mean((batch["x"][:, 0] - players["centre"]) ** 2), {}
    >>> phase = Phase("fit", (Player("centre", distance, Optimiser("sgd")),), (Turn("centre"),), draw_natural, 8, 50)
    >>> data = table_data(np.full((4, 1), 3.0), np.zeros(4, int), n_classes=1)
    >>> start = {"centre": jax.numpy.zeros(())}
    >>> result = train(Recipe((phase,), None), start, data, {"learning_rate": {"centre": 0.1}}, jax.random.key(0))
    >>> round(float(result.players["centre"]), 3), result.n_steps, result.stopped_because
    (3.0, 50, 'max_steps')
    """
    check_fork()
    began = time.perf_counter()
    _check_batches(recipe, data)
    if next(_TRAININGS) % CHECK_ROOM_EVERY == 0:
        make_room()
    players, hyper = on_device(players), on_device(hyper)
    total = sum(phase.steps for phase in recipe.phases)
    history: list[dict[str, Any]] = []
    checkpoint = Checkpoint(patience)
    done = 0
    reason = "max_steps"
    for number, phase in enumerate(recipe.phases):
        if phase.on_enter is not None:
            players, data, hyper = phase.on_enter(players, data, hyper)
            players, hyper = on_device(players), on_device(hyper)
        scored = monitor if phase is recipe.phases[-1] else None
        phase_key = jax.random.fold_in(key, number)
        arrays, statics = eqx.partition(players, eqx.is_array)
        state = _start(phase, arrays)
        step = 0
        while step < phase.steps and reason == "max_steps":
            stop = min(step + check_every, phase.steps)
            bounds = jax.device_put((np.int32(step), np.int32(stop)))
            state, means, largest = jax.block_until_ready(
                run_chunk(phase, statics, state, data, hyper, phase_key, *bounds)
            )
            done, step = done + stop - step, stop
            metrics = {name: float(value) for name, value in means.items()}
            row = {"phase": phase.name, "step": done, "seconds": time.perf_counter() - began, **metrics}
            history.append(row)
            _check(phase, row, {name: float(value) for name, value in largest.items()}, history)
            seen = _seen(state, statics)
            if scored is not None:
                metrics["monitor"] = row["monitor"] = float(scored(seen, done))
                checkpoint.update(metrics["monitor"], done, seen)
                if checkpoint.exhausted:
                    reason = "patience"
            seconds = row["seconds"] = time.perf_counter() - began
            event = TrainingEvent(phase.name, done, total, metrics, seconds, seen)
            # All of them are called, also when the first one stops.
            wishes = [wish for wish in [callback(event) for callback in callbacks] if wish is True or type(wish) is str]
            if wishes:
                reason = "callback" if wishes[0] is True else wishes[0]
            if reason == "max_steps" and done < total and max_seconds is not None and seconds >= max_seconds:
                reason = "max_seconds"
        players = _seen(state, statics)
        if reason != "max_steps":
            break
    if checkpoint.best is not None:
        players = checkpoint.best
    return TrainResult(
        players=copied(players),
        history=history,
        n_steps=done,
        best_step=done if checkpoint.best_step is None else checkpoint.best_step,
        stopped_because=reason,
        seconds=time.perf_counter() - began,
    )
