"""Adaptive refinement of a generator (Riaz et al. 2025): a small network finds the hard rows on inner folds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.samplers._training_run import training_run
from oversmith.selection import stratified_folds
from oversmith.selection.refinement import STEPS_SHARE, InnerScore, inner_score
from oversmith.selection.refinement import refine as refine_while_better

if TYPE_CHECKING:
    from oversmith.samplers._network import NetworkSampler
    from oversmith.samplers._training_run import Players, TrainingRun
    from oversmith.training import TrainResult

# Folds over the real rows: each row is scored by a classifier that has not seen it.
FOLDS = 3
# Rows of each class without over-sampling, and generated rows per class, that take part.
MAX_OTHERS, MAX_MADE = 2_000, 1_000


def refine(
    sampler: NetworkSampler, run: TrainingRun, result: TrainResult, *, rounds: int, hard_weight: float
) -> TrainResult:
    """Fine-tune a generator on hard rows while the inner score rises.

    Parameters
    ----------
    sampler : NetworkSampler
        Whose generator it is; its ``history_`` gets a row per round.
    run : TrainingRun
        The training that ended in ``result``.
    result : TrainResult
        Where to start from.
    rounds : int
        Rounds at most.
    hard_weight : float
        How many times as often a hard row is drawn.

    Returns
    -------
    TrainResult
        The last result that raised the inner score, or the one given.
    """
    codes = run.rows.generated
    about: dict[str, Any] = {
        "classes": [str(sampler.classes_[code]) for code in codes], "scored_on": "inner folds",
    }  # fmt: skip
    if min(len(run.rows.real[code]) for code in codes) < FOLDS:
        sampler.history_.append(about | {"phase": "refinement", "skipped": f"a class has fewer than {FOLDS} rows"})
        return result

    def fine_tune(result: TrainResult, hard: np.ndarray, number: int) -> TrainResult:
        again = _fine_tuning(sampler, run, result, hard, hard_weight, number)
        return sampler._trained(again, f"refinement {number}")

    result, records = refine_while_better(result, lambda result: score(run, result.players), fine_tune, rounds)
    sampler.history_ += [about | {"phase": f"refinement {record.pop('round')}"} | record for record in records]
    return result


def _fine_tuning(
    sampler: NetworkSampler, run: TrainingRun, result: TrainResult, hard: np.ndarray, hard_weight: float, number: int
) -> TrainingRun:
    """Set up the fine-tuning: the same rows with hard ones drawn more often, from the present weights."""
    rows, start = run.rows, 0
    weights = rows.weights.copy()
    for code in rows.generated:
        # The real rows of a class come first among its training rows.
        first = int(np.flatnonzero(rows.labels == rows.codes.index(code))[0])
        own = hard[start : start + len(rows.real[code])]
        weights[first : first + len(own)][own] *= hard_weight
        start += len(own)
    sizes = replace(run.sizes, steps=max(1, round(STEPS_SHARE * run.sizes.steps)))
    rng = np.random.default_rng([run.seed, number])
    weighted = replace(rows, weights=weights)
    return training_run(sampler, run.source, run.state, weighted, sizes, rng, run.started, result.players)


def score(run: TrainingRun, players: Players) -> InnerScore:
    """Score a generator on inner folds of the real rows, and find the hard ones.

    Parameters
    ----------
    run : TrainingRun
        The training, with its rows.
    players : dict
        The networks to score.

    Returns
    -------
    InnerScore
        Score and hard rows, those of the classes to be generated first. The generator has seen the rows, the
        classifier that scores a row has not.
    """
    import jax

    from oversmith.recipes.guide import probabilities, train_guide

    x, codes = _real_rows(run)
    generated, generated_codes = _generated_rows(run, players)
    classes = np.unique(codes)
    labels, generated_labels = np.searchsorted(classes, codes), np.searchsorted(classes, generated_codes)
    probability = np.zeros((len(x), len(classes)))
    for number, (train, test) in enumerate(stratified_folds(labels, FOLDS, random_state=run.seed)):
        guide = train_guide(
            np.concatenate([x[train], generated]),
            np.concatenate([labels[train], generated_labels]),
            len(classes),
            jax.random.fold_in(run.key(3), number),
        )
        probability[test] = probabilities(guide, x[test], len(classes))
    return inner_score(probability, labels, np.searchsorted(classes, run.rows.generated).tolist())


def _real_rows(run: TrainingRun) -> tuple[np.ndarray, np.ndarray]:
    training, rows, codes = run.rows, [], []
    for code in training.generated:
        rows.append(training.real[code])
        codes.append(np.full(len(training.real[code]), code))
    for code in np.unique(training.table.pooled_codes).tolist():
        others = training.table.pooled[training.table.pooled_codes == code][:MAX_OTHERS]
        if code not in training.generated and len(others) >= FOLDS:
            rows.append(others)
            codes.append(np.full(len(others), code))
    return np.concatenate(rows), np.concatenate(codes)


def _generated_rows(run: TrainingRun, players: Players) -> tuple[np.ndarray, np.ndarray]:
    from oversmith.training import generate

    training, rows, codes = run.rows, [], []
    for code in training.generated:
        label = training.codes.index(code)
        n = min(training.table.deficit.get(code, 0) or len(training.real[code]), MAX_MADE)
        generated = generate(run.recipe, players, run.key(2), np.full(n, label), run.hyper)
        rows.append(training.scalers[label].inverse(generated[:, : run.sizes.width].astype(np.float64)))
        codes.append(np.full(n, code))
    return np.concatenate(rows), np.concatenate(codes)
