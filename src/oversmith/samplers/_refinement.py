"""Adaptive refinement (document 000): fine-tune the generator on the minority rows a classifier gets wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import average_precision_score

from oversmith.selection import stratified_folds

if TYPE_CHECKING:
    from oversmith.samplers._network import NetworkSampler
    from oversmith.samplers._training_run import Players, TrainingRun
    from oversmith.training import TrainResult

# Folds over the real rows: each row is judged by a classifier that has not seen it.
FOLDS = 3
# Rows of each class without over-sampling, and generated rows per class, that take part.
MAX_OTHERS, MAX_MADE = 2_000, 1_000
# A row whose own class leads by less than this share of probability is nearly wrong.
MARGIN = 0.2
# A refinement takes this share of the steps of the training before it.
STEPS_SHARE = 0.25


@dataclass(frozen=True)
class Verdict:
    """What the inner folds say of a generator.

    Parameters
    ----------
    score : float
        Average precision of the classes asked for, each against the rest, mean over classes.
    hard : dict of int to ndarray of bool
        Class code → which of the lesson's real rows are wrong or nearly wrong.
    """

    score: float
    hard: dict[int, np.ndarray]


def refine(
    sampler: NetworkSampler, session: TrainingRun, result: TrainResult, *, rounds: int, hard_weight: float
) -> TrainResult:
    """Fine-tune a generator on hard rows while the inner score rises.

    Parameters
    ----------
    sampler : NetworkSampler
        Whose generator it is; its ``history_`` is told of every round.
    session : TrainingRun
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
    names = [str(sampler.classes_[code]) for code in session.lesson.asked]
    about: dict[str, Any] = {"classes": names, "scored_on": "inner folds"}
    if min(len(session.lesson.rows[code]) for code in session.lesson.asked) < FOLDS:
        sampler.history_.append(about | {"phase": "refinement", "skipped": f"a class has fewer than {FOLDS} rows"})
        return result
    verdict = judge(session, result.players)
    for number in range(1, rounds + 1):
        n_hard = int(sum(hard.sum() for hard in verdict.hard.values()))
        row = about | {"phase": f"refinement {number}", "hard_rows": n_hard, "score_before": verdict.score}
        if not n_hard:
            sampler.history_.append(row | {"skipped": "no row is hard"})
            break
        again = sampler._train_session(_again(sampler, session, result, verdict, hard_weight, number), row["phase"])
        after = judge(session, again.players)
        kept = after.score > verdict.score
        sampler.history_.append(row | {"score_after": after.score, "kept": kept})
        if not kept:
            break
        result, verdict = again, after
    return result


def _again(
    sampler: NetworkSampler,
    session: TrainingRun,
    result: TrainResult,
    verdict: Verdict,
    hard_weight: float,
    number: int,
) -> TrainingRun:
    """Set up the fine-tuning: the same lesson with hard rows drawn more often, from the present weights."""
    lesson = session.lesson
    weights = lesson.weights.copy()
    for place, code in enumerate(lesson.codes):
        # The real rows of a class come first among its training rows.
        first = int(np.flatnonzero(lesson.labels == place)[0])
        if code in verdict.hard:
            weights[first : first + len(verdict.hard[code])][verdict.hard[code]] *= hard_weight
    training = replace(session.training, steps=max(1, round(STEPS_SHARE * session.training.steps)))
    rng = np.random.default_rng([session.seed, number])
    return sampler._session(
        session.state, replace(lesson, weights=weights), training, rng, session.started, result.players
    )


def judge(session: TrainingRun, players: Players) -> Verdict:
    """Score a generator on inner folds of the real rows, and find the hard ones.

    Parameters
    ----------
    session : TrainingRun
        The training, with its lesson.
    players : dict
        The networks to judge.

    Returns
    -------
    Verdict
        Score and hard rows. The generator has seen the rows, the classifier that judges a row has not.
    """
    import jax

    from oversmith.recipes.guide import probabilities, train_guide

    lesson = session.lesson
    x, codes = _real_rows(session)
    made, made_codes = _made_rows(session, players)
    classes = np.unique(codes)
    labels, made_labels = np.searchsorted(classes, codes), np.searchsorted(classes, made_codes)
    probability = np.zeros((len(x), len(classes)))
    for number, (train, test) in enumerate(stratified_folds(labels, FOLDS, random_state=session.seed)):
        guide = train_guide(
            np.concatenate([x[train], made]),
            np.concatenate([labels[train], made_labels]),
            len(classes),
            jax.random.fold_in(session.key(3), number),
        )
        probability[test] = probabilities(guide, x[test], len(classes))
    scores, hard = [], {}
    for code in lesson.asked:
        place = int(np.searchsorted(classes, code))
        scores.append(average_precision_score(labels == place, probability[:, place]))
        own = probability[labels == place]
        hard[code] = own[:, place] - np.delete(own, place, axis=1).max(axis=1) < MARGIN
    return Verdict(float(np.mean(scores)), hard)


def _real_rows(session: TrainingRun) -> tuple[np.ndarray, np.ndarray]:
    lesson, rows, codes = session.lesson, [], []
    for code in lesson.asked:
        rows.append(lesson.rows[code])
        codes.append(np.full(len(lesson.rows[code]), code))
    for code in np.unique(lesson.table.pooled_codes).tolist():
        others = lesson.table.pooled[lesson.table.pooled_codes == code][:MAX_OTHERS]
        if code not in lesson.asked and len(others) >= FOLDS:
            rows.append(others)
            codes.append(np.full(len(others), code))
    return np.concatenate(rows), np.concatenate(codes)


def _made_rows(session: TrainingRun, players: Players) -> tuple[np.ndarray, np.ndarray]:
    from oversmith.training import generate

    lesson, rows, codes = session.lesson, [], []
    for code in lesson.asked:
        place = lesson.codes.index(code)
        n = min(lesson.table.deficit.get(code, 0) or len(lesson.rows[code]), MAX_MADE)
        made = generate(session.recipe, players, session.key(2), np.full(n, place), session.hyper)
        rows.append(lesson.scalers[place].inverse(made[:, : session.training.width].astype(np.float64)))
        codes.append(np.full(n, code))
    return np.concatenate(rows), np.concatenate(codes)
