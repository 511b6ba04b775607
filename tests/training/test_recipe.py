from __future__ import annotations

import dataclasses

import pytest

from oversmith.training import Optimiser, Phase, Player, Recipe, Turn, draw_balanced, draw_natural


def loss(players, batch, key, step, hyper):
    return 0.0, {}


def make(**changes):
    fields = {
        "name": "fit",
        "players": (Player("net", loss, Optimiser("adam", b1=0.5)),),
        "schedule": (Turn("net", "times"),),
        "draw": draw_natural,
        "batch_size": 8,
        "steps": 10,
    }
    return Phase(**(fields | changes))


def test_equal_recipes_share_a_program_whatever_their_steps_and_hook():
    assert make() == make(steps=99, on_enter=print)
    assert hash(make()) == hash(make(steps=99, on_enter=print))
    assert Recipe((make(),), print) == Recipe((make(steps=1),), print)


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_size": 16},
        {"draw": draw_balanced},
        {"schedule": (Turn("net"),)},
        {"players": (Player("net", loss, Optimiser("adam", b1=0.9)),)},
        {"players": (Player("net", loss, Optimiser("adam", b1=0.5), ema=True),)},
    ],
)
def test_what_is_compiled_in_tells_recipes_apart(changes):
    assert make() != make(**changes)


def test_recipes_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        make().batch_size = 3


def test_an_unknown_player_in_the_schedule_is_named():
    with pytest.raises(ValueError, match="critic is no player of phase 'fit'"):
        make(schedule=(Turn("net"), Turn("critic")))
