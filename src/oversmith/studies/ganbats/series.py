"""What a study of series measures: distances of generated series in every fold, trainings, examples, sizes of heads."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from oversmith.evaluation.builders import Situation
from oversmith.evaluation.contenders import Contender
from oversmith.evaluation.job import Job, Outcome
from oversmith.evaluation.task import Task
from oversmith.metrics import dtw_matrix, mmd_test, paired_distance, prd_matrix, spectral_distance
from oversmith.metrics.series import PAIRINGS, Distance
from oversmith.samplers._model import steps_of
from oversmith.studies.extras import kept_history, resampled
from oversmith.studies.procedures import fit_after, prepared, resample_once
from oversmith.studies.study import Scope

MOST = 80
"""Series compared on each side."""
LOOKS = 50
"""Points of a training's curves, about."""
WINDOW = 0.1
"""Band of the warping distance, as a share of the length."""
DISTANCES = ("prd", "prdn", "dtw")
SIDES = ("generated", "covered", "unseen")
"""Generated to real, real to generated, unseen real to real."""


@dataclass(frozen=True)
class SeriesCompared:
    """The paper's way, with the generated series compared with real ones of the fold.

    The sampler sees the training part, classifiers the resampled one; labels are read at 0.5. Beside the scores stand
    PRD, PRDN and DTW between generated and training series of the minority and, for what can be reached, between its
    test and training series.

    Examples
    --------
    >>> from oversmith.studies.ganbats.series import SeriesCompared
    >>> SeriesCompared().name
    'generated series compared'
    """

    @property
    def name(self) -> str:
        """Name in tables."""
        return "generated series compared"

    def __call__(self, job: Job) -> Outcome:
        """Do the job and compare."""
        task, train, test = job.task, job.split.train, job.split.test
        X, y, after, seconds, n_generated = resample_once(job, train, self)
        positive = task.minority if task.positive is None else task.positive
        sizes = {"n_train": len(train), "n_test": len(test), "n_test_positive": int((task.y[test] == positive).sum())}
        X_test = prepared(job, train, task.X.iloc[test])
        outcome = fit_after(job, after, (X, y, np.arange(len(y))), (X_test, task.y[test]), seconds, n_generated, sizes)
        if n_generated:
            real, unseen = (_series(task, part, positive) for part in (train, test))
            new = np.asarray(X, dtype=np.float64)[len(train) :][y[len(train) :] == positive]
            distances = compared(real, new.reshape(-1, *(task.shape or ())), unseen)
            for name in outcome.more:
                outcome.more[name] |= distances
        return outcome


def compared(real: np.ndarray, generated: np.ndarray, unseen: np.ndarray) -> dict[str, float]:
    """Compare generated series with real ones in every way a published PRD or DTW may have been meant.

    Parameters
    ----------
    real, generated, unseen : ndarray of shape (n, channels, length)
        Training series of a class, series made for it, and its test series.

    Returns
    -------
    dict of str to float
        ``<distance>_<pairing>_<side>``, ``mmd``, ``mmd_p``, ``spectrum``, and the last two of training against test
        series. Channels are divided by the training series' standard deviation, so that none outweighs another.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.studies.ganbats.series import compared
    >>> real, made, unseen = np.random.default_rng(0).normal(size=(3, 10, 1, 8))
    >>> told = compared(real, made, unseen)
    >>> len(told), told["dtw_nearest_generated"] <= told["dtw_random_generated"]
    (32, True)
    """
    rng = np.random.default_rng(0)
    spread = real.std(axis=(0, 2))[:, None]
    scale = np.where(spread > 0, spread, 1.0)
    real, generated, unseen = (
        part[np.sort(rng.permutation(len(part))[:MOST])] / scale for part in (real, generated, unseen)
    )
    distances: dict[str, float] = {}
    for name in DISTANCES:
        matrices = [_distance(name)(real, other) for other in (generated, unseen)]
        for pairing in PAIRINGS:
            # First for generated series, then for unseen ones.
            turn = iter(matrices)
            pair = paired_distance(_next_of(turn), real, generated, unseen, pairing=pairing)
            values = (pair.generated_to_real, pair.real_to_generated, pair.unseen_to_real)
            distances |= {f"{name}_{pairing}_{side}": value for side, value in zip(SIDES, values, strict=True)}
    test, reached = mmd_test(unseen, generated), mmd_test(unseen, real)
    distances |= {"mmd": test.mmd, "mmd_p": test.p_value, "mmd_p_reached": reached.p_value}
    return distances | {
        "spectrum": spectral_distance(unseen, generated),
        "spectrum_reached": spectral_distance(unseen, real),
    }


def _next_of(turn: Iterator[np.ndarray]) -> Distance:
    return lambda real, other: next(turn)


def _distance(name: str) -> Distance:
    if name == "dtw":
        return lambda a, b: dtw_matrix(a, b, window=WINDOW)
    return lambda a, b: prd_matrix(a, b, normalised=name == "prdn")


def _series(task: Task, rows: np.ndarray, label: int) -> np.ndarray:
    chosen = task.X.iloc[rows[task.y[rows] == label]].to_numpy(dtype=np.float64)
    return chosen.reshape(-1, *(task.shape or ()))


def training(task: Task, contender: Contender, scope: Scope, names: Sequence[str], shown: int) -> dict[str, Any]:
    """Train on the first training part, and keep its history, its time, a few of its series and their distances.

    Parameters
    ----------
    task : Task
        Series.
    contender : Contender
        A sampler with a training.
    scope : Scope
        How much is run.
    names : sequence of str
        Entries of the history.
    shown : int
        Series kept.

    Returns
    -------
    dict
        ``step`` and every entry as lists; ``seconds`` of the whole fit after one that compiles; ``made``, the first
        series of the minority; ``distances`` of all of them, as :func:`compared` has them.
    """
    resampled(task, contender, Scope(quick=True, max_steps=1))
    start = time.perf_counter()
    sampler, X, y, split = resampled(task, replace(contender, build=partial(_often, build=contender.build)), scope)
    seconds = time.perf_counter() - start
    positive = task.minority if task.positive is None else task.positive
    generated = np.asarray(X, dtype=np.float64)[len(split.train) :][y[len(split.train) :] == positive]
    series = generated.reshape(-1, *(task.shape or ()))
    distances = compared(_series(task, split.train, positive), series, _series(task, split.test, positive))
    return kept_history(sampler, names) | {
        "seconds": round(seconds, 3),
        "made": _short(series[:shown]),
        "distances": {name: float(f"{value:.5g}") for name, value in distances.items()},
    }


def _often(situation: Situation, *, build: Any) -> Any:
    """Make a sampler that checks its training about fifty times, however short that is."""
    sampler = build(situation)
    sampler._check_every = max(1, steps_of(sampler, len(situation.y)) // LOOKS)
    return sampler


def real_examples(task: Task, shown: int) -> list[Any]:
    """List series of the minority, evenly from all of them."""
    positive = task.minority if task.positive is None else task.positive
    rows = np.flatnonzero(task.y == positive)
    return _short(_series(task, rows[np.linspace(0, len(rows) - 1, shown).round().astype(int)], positive))


def near_best(step: Sequence[int], monitor: Sequence[float | None], within: float = 0.1) -> int | None:
    """First step whose monitored distance lies within a share of the best one.

    Parameters
    ----------
    step, monitor : sequence of the same length
        A history.
    within : float, default=0.1
        The share.

    Returns
    -------
    int or None
        The step; None where nothing was monitored.

    Examples
    --------
    >>> from oversmith.studies.ganbats.series import near_best
    >>> near_best([10, 20, 30, 40], [3.0, 1.05, 1.2, 1.0])
    20
    """
    known = [(s, value) for s, value in zip(step, monitor, strict=True) if value is not None]
    if not known:
        return None
    best = min(value for _, value in known)
    return next(s for s, value in known if value <= best + within * abs(best))


def heads(shape: tuple[int, ...], condition: int, batch: int) -> dict[str, dict[str, float]]:
    """Count the parameters of both heads of the discriminator and time a batch through it.

    Parameters
    ----------
    shape : tuple of int
        Channels and time points.
    condition : int
        Length of the class code.
    batch : int
        Series per batch.

    Returns
    -------
    dict of str to dict
        Head to ``parameters`` of the whole discriminator and ``milliseconds`` of a batch, the shortest of twenty.
    """
    import equinox as eqx
    import jax

    from oversmith.recipes import ganbats

    sizes: dict[str, dict[str, float]] = {}
    rows = jax.random.normal(jax.random.key(0), (batch, condition + shape[0] * shape[1]))
    judge = eqx.filter_jit(ganbats.Discriminator.__call__)
    for head in ("gap", "mlp"):
        net = ganbats.Discriminator(shape, condition, widths=(32, 64), attends=True, head=head, key=jax.random.key(0))
        judge(net, rows).block_until_ready()
        seconds = []
        for _ in range(20):
            start = time.perf_counter()
            judge(net, rows).block_until_ready()
            seconds.append(time.perf_counter() - start)
        size = sum(leaf.size for leaf in jax.tree.leaves(eqx.filter(net, eqx.is_inexact_array)))
        sizes[head] = {"parameters": int(size), "milliseconds": round(1e3 * min(seconds), 3)}
    return sizes


def _short(series: np.ndarray) -> list[Any]:
    return [[[float(f"{value:.4g}") for value in channel] for channel in one] for one in series]
