"""Rows that a generator makes of the same latents at several steps of its training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.encoders import ClassScaler

if TYPE_CHECKING:
    from oversmith.samplers._network import NetworkSampler
    from oversmith.samplers._training_run import TrainingRun
    from oversmith.training import TrainingEvent, TrainResult

# A separate key: what is drawn here changes no other random number.
_KEY = 11


class Snapshots:
    """Callback that keeps a few rows of every class at a few steps of the training, always from the same latents.

    The steps are spread over the training, however long it turns out to be: 0, some in between, and that of the
    networks which are kept. It changes nothing else; the rows that are generated later keep their bits.

    Parameters
    ----------
    rows : int, default=6
        Rows of each class.
    most : int, default=8
        Steps kept at most, the first and the last among them.

    Attributes
    ----------
    found : list of dict
        For each class that was trained: ``code``, ``steps``, ``rows`` (what the sampler makes at each step, in the
        container of its table) and ``kept``.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import GAN, Stop
    >>> from oversmith.samplers._snapshots import Snapshots
    >>> X, y = np.random.default_rng(0).normal(size=(30, 2)), np.repeat([0, 1], [20, 10])
    >>> watched = Snapshots(rows=3)
    >>> _ = GAN(max_steps=4, stop=Stop(callbacks=(watched,)), random_state=0).fit(X, y)
    >>> [(one["code"], one["steps"], one["rows"][0].shape) for one in watched.found]
    [(1, [0, 4], (3, 2))]
    """

    def __init__(self, rows: int = 6, most: int = 8) -> None:
        self.rows = rows
        self.most = most
        self.found: list[dict[str, Any]] = []

    def __call__(self, event: TrainingEvent) -> None:
        """Do nothing: rows are taken only where the sampler is known, by `bound`."""

    def bound(self, sampler: NetworkSampler, run: TrainingRun) -> _Watch:
        """Watch one training.

        Parameters
        ----------
        sampler : NetworkSampler
            Whose training it is.
        run : TrainingRun
            The training about to begin.

        Returns
        -------
        callable
            The callback of this training; its ``finish`` adds to ``found``.
        """
        return _Watch(self, sampler, run)


class _Watch:
    """The callback of `Snapshots` for one training."""

    def __init__(self, snapshots: Snapshots, sampler: NetworkSampler, run: TrainingRun) -> None:
        self.snapshots, self.sampler, self.run = snapshots, sampler, run
        counts = dict.fromkeys(run.rows.generated, snapshots.rows)
        self.inputs = run.source.scoring_inputs(run, counts)
        self.taken: dict[int, list[Any]] = {0: self._draw(run.players)}
        self.checks, self.stride = 0, 1

    def __call__(self, event: TrainingEvent) -> None:
        self.checks += 1
        if self.checks % self.stride:
            return
        self.taken[event.step] = self._draw(event.players)
        # One place is for step 0, one for the networks that will be kept.
        if len(self.taken) > self.snapshots.most - 1:
            self.stride *= 2
            self.taken = {step: rows for index, (step, rows) in enumerate(self.taken.items()) if index % 2 == 0}

    def finish(self, result: TrainResult) -> None:
        """Add the rows of the kept networks, and add everything to ``found``."""
        self.taken[result.best_step] = self._draw(result.players)
        steps = sorted(self.taken)
        for index, code in enumerate(self.run.rows.generated):
            rows = [self.sampler._decode(code, self.taken[step][index]) for step in steps]
            self.snapshots.found.append({"code": code, "steps": steps, "rows": rows, "kept": result.best_step})

    def _draw(self, players: Any) -> list[np.ndarray]:
        """Rows of each class asked for, in the table's scale."""
        from oversmith.training import generate

        run, training = self.run, self.run.rows
        class_labels = [training.codes.index(code) for code in training.generated]
        row_labels = np.repeat(class_labels, self.snapshots.rows)
        generated = generate(run.recipe, players, run.key(_KEY), row_labels, run.hyper, inputs=self.inputs)
        scalers: list[ClassScaler] = [training.scalers[label] for label in class_labels]
        parts = np.split(generated[:, : run.sizes.width].astype(np.float64), len(class_labels))
        return [scaler.inverse(part) for scaler, part in zip(scalers, parts, strict=True)]
