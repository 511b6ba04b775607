"""One compiled loop that trains every recipe.

The device runs chunks of ``check_every`` steps; between chunks the host looks at the losses, the monitor, the clock
and the callbacks. A chunk is one `jax.lax.fori_loop` whose start and end are traced, and a turn that repeats is another
inside it, so a last partial chunk, another number of steps and another number of repeats run the same program. A
`jax.lax.scan` has its length compiled in, and took the same time within one per cent, with and without masked steps.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array

from oversmith.exceptions import DivergedError
from oversmith.training.compilation import make_room
from oversmith.training.recipe import Data, Hyper, Optimiser, Phase, Player, Players, Recipe, Turn
from oversmith.training.sampling import on_device
from oversmith.training.stopping import Checkpoint, copied

# A loss beyond this has exploded: the losses here are means of bounded or standardised quantities.
MAX_LOSS = 1e6
# Trainings between two looks at the memory maps that compiled programs take: a look costs milliseconds.
CHECK_ROOM_EVERY = 10
_TRAININGS = itertools.count(1)
# What the history says of itself; a loss may record anything else.
RESERVED = {"phase", "step", "seconds", "monitor"}


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


class _State(NamedTuple):
    """What the loop carries: arrays alone, by player name."""

    arrays: dict[str, Any]
    optimisers: dict[str, Any]
    ema: dict[str, Any]


class _Tally(NamedTuple):
    """What a player's updates of one chunk add up to."""

    sums: dict[str, Array]
    updates: Array
    largest: Array

    def add(self, metrics: dict[str, Array], loss: Array) -> _Tally:
        sums = {name: self.sums[name] + value for name, value in metrics.items()}
        # NaN wins a maximum, so a loss that was NaN once is seen at the end of the chunk.
        return _Tally(sums, self.updates + 1, jnp.maximum(self.largest, jnp.abs(loss)))

    def means(self) -> dict[str, Array]:
        # A turn that is repeated no times leaves zeros.
        return {name: value / jnp.maximum(self.updates, 1) for name, value in self.sums.items()}


def _transformation(optimiser: Optimiser) -> optax.GradientTransformation:
    # Flattened: one long vector costs fewer operations than a weight and a bias per layer.
    if optimiser.kind == "adam":
        return optax.flatten(optax.scale_by_adam(b1=optimiser.b1, b2=optimiser.b2))
    if optimiser.kind == "rmsprop":
        return optax.flatten(optax.scale_by_rms(decay=optimiser.b2))
    return optax.identity()


def _trainable(tree: Any) -> Any:
    return eqx.filter(tree, eqx.is_inexact_array)


def _start(phase: Phase, arrays: dict[str, Any]) -> _State:
    """Make the optimisers' states: they all begin at zero, so nothing is compiled for them."""

    def zeros(player: Player) -> Any:
        shapes = jax.eval_shape(_transformation(player.optimiser).init, _trainable(arrays[player.name]))
        return jax.tree.map(lambda leaf: jax.device_put(np.zeros(leaf.shape, leaf.dtype)), shapes)

    return _State(
        arrays,
        {player.name: zeros(player) for player in phase.players},
        {player.name: _trainable(arrays[player.name]) for player in phase.players if player.ema},
    )


def _constrain(player: Player, params: Any, hyper: Hyper) -> Any:
    if player.weight_clip:
        bound = hyper["weight_clip"]
        params = jax.tree.map(lambda leaf: jnp.clip(leaf, -bound, bound), params)
    if player.max_norm:

        def shrink(leaf: Array) -> Array:
            if leaf.ndim != 2:
                return leaf
            norm = jnp.sqrt(jnp.sum(leaf**2, axis=0, keepdims=True) + 1e-12)
            return leaf * jnp.minimum(1.0, hyper["max_norm"] / norm)

        params = jax.tree.map(shrink, params)
    return params


def _update(
    player: Player,
    phase: Phase,
    statics: Any,
    state: _State,
    data: Data,
    hyper: Hyper,
    key: Array,
    step: Array,
) -> tuple[_State, dict[str, Array]]:
    """Update one player once, on a fresh batch."""
    draw_key, loss_key = jax.random.split(key)
    batch = phase.draw(draw_key, data, phase.batch_size)
    params, rest = eqx.partition(state.arrays[player.name], eqx.is_inexact_array)

    def loss(params: Any) -> tuple[Array, dict[str, Array]]:
        arrays = {**state.arrays, player.name: eqx.combine(params, rest)}
        return player.loss(eqx.combine(arrays, statics), batch, loss_key, step, hyper)

    (value, record), gradient = jax.value_and_grad(loss, has_aux=True)(params)
    updates, optimiser = _transformation(player.optimiser).update(gradient, state.optimisers[player.name], params)
    rate = hyper["learning_rate"][player.name]
    if "halve_every" in hyper:
        rate = rate * 0.5 ** jnp.floor(step / hyper["halve_every"])
    params = jax.tree.map(lambda leaf, update: leaf - rate * update, params, updates)
    params = _constrain(player, params, hyper)
    if player.refresh is not None:
        network = eqx.combine(eqx.combine(params, rest), statics[player.name])
        refreshed = player.refresh(network, batch, loss_key, hyper)
        params = eqx.filter(refreshed, eqx.is_inexact_array)
    ema = state.ema
    if player.ema:
        decay = hyper["ema_decay"]
        average = jax.tree.map(lambda old, new: decay * old + (1 - decay) * new, ema[player.name], params)
        ema = {**ema, player.name: average}
    state = _State(
        {**state.arrays, player.name: eqx.combine(params, rest)},
        {**state.optimisers, player.name: optimiser},
        ema,
    )
    return state, {f"loss_{player.name}": value, **record}


@eqx.filter_jit
def _run_chunk(
    phase: Phase, statics: Any, state: _State, data: Data, hyper: Hyper, key: Array, start: Array, stop: Array
) -> tuple[_State, dict[str, Array], dict[str, Array]]:
    """Run the steps from ``start`` to ``stop``; return the state, mean metrics and each player's largest |loss|."""
    by_name = {player.name: player for player in phase.players}

    def turn(player: Player, turn_key: Array, step: Array, repeat: Array, state: _State) -> Any:
        update_key = jax.random.fold_in(turn_key, repeat)
        return _update(player, phase, statics, state, data, hyper, update_key, step)

    # Jitted, each is traced once, for what it records as for the loop; inlined, the program is the same.
    turns = [jax.jit(partial(turn, by_name[entry.player]), inline=True) for entry in phase.schedule]
    numbers = jnp.arange(len(turns))

    def one_step(step: Array, carry: tuple[_State, dict[str, _Tally]]) -> tuple[_State, dict[str, _Tally]]:
        turn_keys = jax.vmap(partial(jax.random.fold_in, jax.random.fold_in(key, step)))(numbers)
        for entry, run, turn_key in zip(phase.schedule, turns, turn_keys, strict=True):

            def body(
                repeat: int | Array, carry: Any, entry: Turn = entry, run: Any = run, turn_key: Array = turn_key
            ) -> Any:
                state, tallies = carry
                state, metrics = run(turn_key, step, jnp.asarray(repeat, jnp.int32), state)
                tally = tallies[entry.player].add(metrics, metrics[f"loss_{entry.player}"])
                return state, {**tallies, entry.player: tally}

            carry = body(0, carry) if entry.repeats is None else jax.lax.fori_loop(0, hyper[entry.repeats], body, carry)
        return carry

    tallies: dict[str, _Tally] = {}
    for entry, run in zip(phase.schedule, turns, strict=True):
        # What a loss records is known from its shapes alone.
        _, metrics = run.eval_shape(key, start, start, state)
        if taken := RESERVED & metrics.keys():
            raise ValueError(
                f"loss of {entry.player!r}: records {', '.join(sorted(taken))}; the history needs that name"
            )
        tallies[entry.player] = _Tally(dict.fromkeys(metrics, jnp.zeros(())), jnp.zeros((), jnp.int32), jnp.zeros(()))
    state, tallies = jax.lax.fori_loop(start, stop, one_step, (state, tallies))
    means = {name: value for tally in tallies.values() for name, value in tally.means().items()}
    return state, means, {name: tally.largest for name, tally in tallies.items()}


def _seen(state: _State, statics: Any) -> Players:
    """Put the players together as monitors and results see them: averaged weights where there are any."""
    arrays = {
        name: eqx.combine(state.ema[name], tree) if name in state.ema else tree for name, tree in state.arrays.items()
    }
    return eqx.combine(arrays, statics)


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
    >>> from oversmith.training import Phase, draw_natural, table_data
    >>> def distance(players, batch, key, step, hyper):
    ...     return jnp.mean((batch["x"][:, 0] - players["centre"]) ** 2), {}
    >>> phase = Phase("fit", (Player("centre", distance, Optimiser("sgd")),), (Turn("centre"),), draw_natural, 8, 50)
    >>> data = table_data(np.full((4, 1), 3.0), np.zeros(4, int), n_classes=1)
    >>> start = {"centre": jnp.zeros(())}
    >>> result = train(Recipe((phase,), None), start, data, {"learning_rate": {"centre": 0.1}}, jax.random.key(0))
    >>> round(float(result.players["centre"]), 3), result.n_steps, result.stopped_because
    (3.0, 50, 'max_steps')
    """
    began = time.perf_counter()
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
                _run_chunk(phase, statics, state, data, hyper, phase_key, *bounds)
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
