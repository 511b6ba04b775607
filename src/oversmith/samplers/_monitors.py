"""What scores the checkpoints of a training: lower is better."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.metrics import energy_distance

if TYPE_CHECKING:
    from oversmith.encoders import ClassScaler
    from oversmith.recipes.held_out import RowLoss
    from oversmith.samplers._training_run import Players, RowSource, TrainingRun

# Rows compared on each side when a checkpoint is scored.
SCORED_ROWS = 512

Monitor = Callable[["Players", int], float]
# (reference rows of a class, its scale, how many of them at most) → distance of generated rows to them.
MakeDistance = Callable[[np.ndarray, "ClassScaler", int], Callable[[np.ndarray], float]]


def energy_to(rows: np.ndarray, scaler: ClassScaler, most: int) -> Callable[[np.ndarray], float]:
    """Return the energy distance to reference rows of a class."""
    reference = scaler.transform(rows[:most])
    return lambda generated: energy_distance(generated, reference)


def distance_monitor(
    run: TrainingRun, source: RowSource, *, n_rows: int = SCORED_ROWS, distance: MakeDistance = energy_to
) -> Monitor:
    """Score checkpoints by the distance of generated rows to the reference rows, mean over classes.

    Parameters
    ----------
    run : TrainingRun
        The training.
    source : RowSource
        Where the inputs of the generator come from.
    n_rows : int, default=512
        Rows that are generated, over all classes.
    distance : callable
        Makes the distance to the reference rows of a class; the energy distance by default.

    Returns
    -------
    callable
        The monitor.
    """
    from oversmith.training import generate

    rows, width = run.rows, run.sizes.width
    per_class = max(n_rows // len(rows.generated), 32)
    labels = [rows.codes.index(code) for code in rows.generated]
    distances = [
        distance(rows.references[code], rows.scalers[label], per_class)
        for label, code in zip(labels, rows.generated, strict=True)
    ]
    every = np.repeat(labels, per_class)
    inputs = source.scoring_inputs(run, dict.fromkeys(rows.generated, per_class))
    key = run.key(2)

    def monitor(players: Players, step: int) -> float:
        generated = generate(run.recipe, players, key, every, run.hyper, inputs=inputs)[:, :width]
        scores = [score(generated[every == label]) for label, score in zip(labels, distances, strict=True)]
        return float(np.mean(scores))

    return monitor


def held_out_monitor(run: TrainingRun, loss: RowLoss, **options: Any) -> Monitor:
    """Score checkpoints by the loss of the reference rows, at fixed times and noises, every class counted alike.

    Parameters
    ----------
    run : TrainingRun
        The training.
    loss : callable
        ``(players, x, label, key, hyper) -> losses``, a module-level function.
    **options : object
        Of `oversmith.recipes.held_out.held_out_monitor`.

    Returns
    -------
    callable
        The monitor.
    """
    from oversmith.recipes import held_out

    rows = run.rows.reference_rows()
    return held_out.held_out_monitor(loss, *rows, run.key(2), run.hyper, width=run.sizes.padded_width, **options)
