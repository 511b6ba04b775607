"""Flow matching: one network that carries noise to the rows of every class along straight lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from oversmith._parameters import Positive, PositiveInt, Widths
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._model import of_images
from oversmith.samplers._network import NetworkSampler
from oversmith.samplers._training_run import (
    SCORED_ROWS,
    Monitor,
    Players,
    TrainingRun,
    distance_monitor,
    held_out_monitor,
)
from oversmith.samplers.settings import StopRule

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe


class FlowMatching(NetworkSampler):
    """One class-conditional network that learns the velocity from noise to rows.

    On the straight line between a noise vector and a row the network learns to point from one to the other; a row is
    drawn by following it from noise. The network learns from the rows of all classes, so that a rare one profits from
    what the others share with it, and the classes in question are drawn from it.

    Parameters
    ----------
    widths : tuple of int, default=(128, 128, 128)
        Widths of the network's hidden layers.
    n_sampling_steps : int, default=25
        Steps of Heun's method from noise to rows, each of two evaluations of the network.
    learning_rate : float, default=5e-3
        Step size of the network.
    batch_size : int, default=128
        Rows per update, classes evenly.
    max_steps : int, default=2000
        Updates at most.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk: ``classes``, ``step``, ``loss_velocity`` and ``monitor``. With thirty held-out rows of every
        class asked for the monitor is the flow-matching loss on them, at fixed times and noises; for smaller classes it
        is the energy distance to the training rows. ``scored_on`` says which rows.

    See Also
    --------
    TreeFlow : The same flow with trees instead of a network.

    Notes
    -----
    Each class flows in its own scale. Flags and levels flow as the numbers -1 and 1; the largest wins in the end. One
    network learns from the rows of all classes, unless ``Network(conditional=False)``: then every class has a network
    of its own that learns from its rows alone.

    References
    ----------
    .. [1] Y. Lipman et al., "Flow Matching for Generative Modeling", ICLR, 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import FlowMatching
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> sampler = FlowMatching(max_steps=2, random_state=0).fit(X, y)
    >>> sampler.sample(5, "fault").shape
    (5, 2)
    """

    _modalities: ClassVar[tuple[str, ...]] = ("table", "series", "image")

    _rules: ClassVar[tuple[StopRule, ...]] = ("loss", "steps")
    _decay: ClassVar[float] = 0.995

    widths: Widths = (128, 128, 128)
    n_sampling_steps: PositiveInt = 25
    learning_rate: Positive = 5e-3
    batch_size: PositiveInt = 128
    max_steps: PositiveInt = 2000

    @property
    def _learns_from_all(self) -> bool:  # type: ignore[override]
        return self._networks().conditional is not False

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import flow_matching

        ema, block = self._ema_decay is not None, self._block()
        return flow_matching.recipe(steps=sizes.steps, batch_size=self.batch_size, ema=ema, block=block)

    def _players(self, key: Array, sizes: Sizes) -> Players:
        from oversmith.recipes import flow_matching

        return flow_matching.players(key, sizes, tuple(self.widths))

    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        return {
            "learning_rate": {"velocity": self.learning_rate},
            "ema_decay": self._ema_decay or 0.0,
            "n_sampling_steps": self.n_sampling_steps,
            "columns": sizes.columns,
            # Only its length is read: it is part of the program's shape, not of its data.
            "condition": np.zeros(sizes.condition_width, np.float32),
        }

    def _block(self) -> int:
        # Through convolutions, and fifty times each, 512 rows would take longer than the steps between two scores.
        return 128 if of_images(self) else SCORED_ROWS

    def _monitor(self, run: TrainingRun) -> Monitor | None:
        if self._stopping().rule == "steps":
            return None
        if not run.rows.held_out:
            return distance_monitor(run, n_rows=self._block())
        from oversmith.recipes import flow_matching

        return held_out_monitor(run, flow_matching.row_losses)
