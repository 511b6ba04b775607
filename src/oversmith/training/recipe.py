"""A training method as data: players, losses, a schedule and a draw.

Everything here is a frozen dataclass that compares by value, because a recipe is static to the compiled loop: two
recipes that are equal share one program. Numbers that may change without recompiling (learning rates, repeats, bounds,
penalty weights) are not here but in the ``hyper`` dictionary of traced values that `train` takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from jaxtyping import Array

from oversmith.training.batches import draw_balanced, draw_weighted

Players = dict[str, Any]
Batch = dict[str, Array]
Data = dict[str, Any]
Hyper = dict[str, Any]

Loss = Callable[[Players, Batch, Array, Array, Hyper], tuple[Array, dict[str, Array]]]
Draw = Callable[[Array, Data, int], Batch]
OnEnter = Callable[[Players, Data, Hyper], tuple[Players, Data, Hyper]]
Sample = Callable[[Players, Array, Array, Hyper], Array]


@dataclass(frozen=True)
class Optimiser:
    """How a player's gradient becomes an update; the learning rate is ``hyper["learning_rate"][player]``.

    Parameters
    ----------
    kind : {"adam", "rmsprop", "sgd"}, default="adam"
        The rule.
    b1 : float, default=0.9
        Decay of the first moment (Adam alone).
    b2 : float, default=0.999
        Decay of the second moment (Adam and RMSprop).

    Examples
    --------
    >>> Optimiser("adam", b1=0.5, b2=0.9) == Optimiser("adam", b1=0.5, b2=0.9)
    True
    """

    kind: Literal["adam", "rmsprop", "sgd"] = "adam"
    b1: float = 0.9
    b2: float = 0.999


@dataclass(frozen=True)
class Player:
    """A named network (any pytree of arrays), its loss and what happens after its update.

    Parameters
    ----------
    name : str
        Key of the player in the ``players`` dictionary.
    loss : callable
        ``loss(players, batch, key, step, hyper) -> (scalar, {name: scalar to record})``, a module-level function. It is
        differentiated with respect to ``players[name]`` alone; ``step`` counts from 0 within the phase.
    optimiser : Optimiser
        The update rule.
    weight_clip : bool, default=False
        Clip every parameter to ±``hyper["weight_clip"]`` after the update.
    max_norm : bool, default=False
        Scale the incoming weights of every unit to at most the norm ``hyper["max_norm"]`` after the update.
    ema : bool, default=False
        Keep an exponential moving average of the weights with decay ``hyper["ema_decay"]``; monitors and
        results see it.
    refresh : callable, optional
        ``refresh(network, batch, key, hyper) -> network``, a module-level function called after the update, for what is
        not learnt by gradient: running statistics of a batch norm. It is given the batch and the key of the loss.
    """

    name: str
    loss: Loss
    optimiser: Optimiser = field(default_factory=Optimiser)
    weight_clip: bool = False
    max_norm: bool = False
    ema: bool = False
    refresh: Callable[[Any, Batch, Array, Hyper], Any] | None = None


@dataclass(frozen=True)
class Turn:
    """One entry of a schedule: which player is updated, and how often.

    Parameters
    ----------
    player : str
        Name of a player of the phase.
    repeats : str, optional
        Name of an integer in ``hyper`` (for example ``"critic_steps"``); once without. Every repeat has a fresh batch
        and key.
    """

    player: str
    repeats: str | None = None


@dataclass(frozen=True)
class Phase:
    """A stretch of training: pre-training, the training proper, a refinement.

    Parameters
    ----------
    name : str
        Shown in the history.
    players : tuple of Player
        Who is updated.
    schedule : tuple of Turn
        In which order, within each step.
    draw : callable
        ``draw(key, data, batch_size) -> batch``, a module-level function.
    batch_size : int
        Rows per batch.
    steps : int
        Number of steps; not part of the compiled program.
    on_enter : callable, optional
        ``on_enter(players, data, hyper) -> (players, data, hyper)``, called on the host before the first step.
    weighted_draw : callable, optional
        The draw where rows have weights; ``draw`` itself by default, and `draw_weighted` for `draw_balanced`.
    """

    name: str
    players: tuple[Player, ...]
    schedule: tuple[Turn, ...]
    draw: Draw
    batch_size: int
    steps: int = field(compare=False)
    on_enter: OnEnter | None = field(default=None, compare=False)
    weighted_draw: Draw | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        unknown = {turn.player for turn in self.schedule} - {player.name for player in self.players}
        if unknown:
            raise ValueError(f"schedule: {', '.join(sorted(unknown))} is no player of phase {self.name!r}")


@dataclass(frozen=True)
class Recipe:
    """A whole method: phases run one after another, and the way rows are drawn afterwards.

    Parameters
    ----------
    phases : tuple of Phase
        At least one.
    sample : callable
        ``sample(players, key, label, hyper) -> rows`` in inference mode, a module-level function.
    block : int, default=1024
        Rows that ``sample`` generates at once: fewer where each costs many passes and a monitor asks for a few hundred.
    first_resumed : int, default=0
        Index of the first phase that is run when trained players go on: a pre-training is not run again.
    """

    phases: tuple[Phase, ...]
    sample: Sample
    block: int = 1024
    first_resumed: int = 0

    def resumed(self) -> Recipe:
        """Return what is run when trained players go on."""
        return replace(self, phases=self.phases[self.first_resumed :], first_resumed=0)

    def weighted(self) -> Recipe:
        """Return the recipe for rows with weights, which are drawn by them."""

        def by_weight(phase: Phase) -> Draw:
            return phase.weighted_draw or (draw_weighted if phase.draw is draw_balanced else phase.draw)

        return replace(self, phases=tuple(replace(phase, draw=by_weight(phase)) for phase in self.phases))
