"""The compiled part of a training: a chunk of steps, in which the players take their turns.

A chunk is one `jax.lax.fori_loop` whose start and end are traced, and a turn that repeats is another inside it, so a
last partial chunk, another number of steps and another number of repeats run the same program. A `jax.lax.scan` has its
length compiled in, and took the same time within one per cent, with and without masked steps.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array

from oversmith.training.recipe import Data, Hyper, Optimiser, Phase, Player, Turn

# What the history says of itself; a loss may record anything else.
RESERVED = {"phase", "step", "seconds", "monitor"}


class State(NamedTuple):
    """What a chunk carries: arrays alone, by player name."""

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


@cache
def transformation(optimiser: Optimiser) -> optax.GradientTransformation:
    """Return how an optimiser turns gradients into updates."""
    # Flattened: one long vector costs fewer operations than a weight and a bias per layer.
    if optimiser.kind == "adam":
        return optax.flatten(optax.scale_by_adam(b1=optimiser.b1, b2=optimiser.b2))
    if optimiser.kind == "rmsprop":
        return optax.flatten(optax.scale_by_rms(decay=optimiser.b2))
    return optax.identity()


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
    state: State,
    data: Data,
    hyper: Hyper,
    key: Array,
    step: Array,
) -> tuple[State, dict[str, Array]]:
    """Update one player once, on a fresh batch."""
    draw_key, loss_key = jax.random.split(key)
    batch = phase.draw(draw_key, data, phase.batch_size)
    params, rest = eqx.partition(state.arrays[player.name], eqx.is_inexact_array)

    def loss(params: Any) -> tuple[Array, dict[str, Array]]:
        arrays = {**state.arrays, player.name: eqx.combine(params, rest)}
        return player.loss(eqx.combine(arrays, statics), batch, loss_key, step, hyper)

    (value, record), gradient = jax.value_and_grad(loss, has_aux=True)(params)
    updates, optimiser = transformation(player.optimiser).update(gradient, state.optimisers[player.name], params)
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
    state = State(
        {**state.arrays, player.name: eqx.combine(params, rest)},
        {**state.optimisers, player.name: optimiser},
        ema,
    )
    return state, {f"loss_{player.name}": value, **record}


@eqx.filter_jit
def run_chunk(
    phase: Phase, statics: Any, state: State, data: Data, hyper: Hyper, key: Array, start: Array, stop: Array
) -> tuple[State, dict[str, Array], dict[str, Array]]:
    """Run the steps from ``start`` to ``stop``; return the state, mean metrics and each player's largest |loss|."""
    by_name = {player.name: player for player in phase.players}

    def turn(player: Player, turn_key: Array, step: Array, repeat: Array, state: State) -> Any:
        update_key = jax.random.fold_in(turn_key, repeat)
        return _update(player, phase, statics, state, data, hyper, update_key, step)

    # Jitted, each is traced once, for what it records as for the loop; inlined, the program is the same.
    turns = [jax.jit(partial(turn, by_name[entry.player]), inline=True) for entry in phase.schedule]
    numbers = jnp.arange(len(turns))

    def one_step(step: Array, carry: tuple[State, dict[str, _Tally]]) -> tuple[State, dict[str, _Tally]]:
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
