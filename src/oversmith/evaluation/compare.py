"""The comparison: freeze the splits, run every job, gather, set contenders against their controls."""

from __future__ import annotations

import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import joblib
import numpy as np

from oversmith.evaluation.comparison import Comparison
from oversmith.evaluation.contenders import (
    NONE,
    NONE_TUNED,
    SMOTE_NAMES,
    Classifier,
    Contender,
    choose,
    default_classifiers,
    default_contenders,
)
from oversmith.evaluation.jobs import Job, Outcome, run_job
from oversmith.evaluation.protocol import Splits, environment, freeze_splits, shared_duplicates
from oversmith.evaluation.statistics import corrected_resampled_t, holm
from oversmith.evaluation.task import Task, prepare
from oversmith.exceptions import InputError, MissingExtraError, OversmithError
from oversmith.metrics import METRICS, chance_values

INNER_ROWS = 10_000
"""Most training rows a threshold is chosen on: beyond, the cut hardly moves and the time multiplies."""
EFFECT_METRICS = ("average_precision", "f1_tuned")
_FEW_POSITIVES = 20
_EXTRA = MissingExtraError.__name__

Progress = Callable[[int, int, str], None]


def run_comparison(
    X: Any,
    y: Any,
    *,
    target: str = "target",
    name: str = "data",
    positive: Any = None,
    seed: int = 0,
    folds: int = 5,
    repeats: int = 1,
    inner_folds: int = 3,
    n_jobs: int | None = None,
    max_steps: int | None = None,
    contenders: Sequence[str | Contender] | None = None,
    methods: Sequence[str] = ("eo-wgan",),
    classifiers: Sequence[str | Classifier] | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare ways to treat imbalance under several classifiers, without leakage.

    Repeated stratified K-fold, made once for all; imputation, scaling, encoding, resampling and the choice of
    the threshold see the training part alone, each job being one imbalanced-learn Pipeline. The primary
    metric (average precision) and the control (no resampling, tuned threshold) stand before the run.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n, d)
        Features of any type, with missing values where they are missing.
    y : array-like of shape (n,)
        Labels of two or more classes.
    target, name : str
        What the label and the data are called.
    positive : object, optional
        The positive class, set against the rest; by default the smaller one of two classes. Without it,
        several classes are judged by macro metrics.
    seed : int, default=0
        Root of all randomness.
    folds, repeats : int, default=5, 1
        Outer folds and how often they are cut anew.
    inner_folds : int, default=3
        Folds of the tuned threshold; fewer where a class has fewer rows.
    n_jobs : int, optional
        Processes; the number of cores by default. The result does not depend on it, but for the seconds.
    max_steps : int, optional
        Training budget of trained samplers; their default otherwise.
    contenders, classifiers : sequence, optional
        Names, or entries of one's own; all by default.
    methods : sequence of str, default=("eo-wgan",)
        Methods of Oversmith among the contenders, in kebab case; each fills a third of the deficit, and all of it.
    progress : callable, optional
        Called as ``progress(done, total, label)`` after each job.

    Returns
    -------
    Comparison
        Scores, predictions, effects and warnings; a failed fit is a row, never missing.

    Raises
    ------
    InputError
        For data or arguments that cannot be used.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation import run_comparison
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["no", "yes"], [80, 20])
    >>> X = rng.normal(size=(100, 3)) + (y == "yes")[:, None]
    >>> found = run_comparison(X, y, contenders=["none-tuned", "smote"], classifiers=["knn"], n_jobs=1)
    >>> len(found.scores), {row["status"] for row in found.scores}
    (10, {'done'})
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed: {seed!r} found; use a whole number from 0 up")
    if inner_folds < 2:
        raise InputError(f"inner_folds: {inner_folds} found; use at least 2")
    start = time.perf_counter()
    task = prepare(X, y, target=target, name=name, positive=positive)
    entrants = choose("contenders", contenders, default_contenders(task.kinds, methods))
    judges = choose("classifiers", classifiers, default_classifiers())
    splits = freeze_splits(task, folds=folds, repeats=repeats, seed=seed)
    jobs = _jobs(task, splits, entrants, judges, seed=seed, inner_folds=inner_folds, max_steps=max_steps)
    workers = min(n_jobs or joblib.cpu_count(), len(jobs))
    outcomes = _run_all(jobs, workers, progress)

    place = {c.name: i for i, c in enumerate(entrants)}, {c.name: i for i, c in enumerate(judges)}

    def order(row: dict[str, Any]) -> tuple[int, ...]:
        return row["repeat"], row["fold"], place[0][row["contender"]], place[1][row["classifier"]]

    scores = sorted((row for outcome in outcomes for row in outcome.scores), key=order)
    predictions = sorted((row for outcome in outcomes for row in outcome.predictions), key=order)
    details = [(job.readings, outcome) for job, outcome in zip(jobs, outcomes, strict=True) if job.first]
    chance = chance_values(task.y, task.positive)
    chance |= {f"{m.name}_tuned": chance[m.name] for m in METRICS.values() if m.needs == "labels"}
    effects = paired_effects(scores, entrants, splits, chance)
    return Comparison(
        data=task.describe(),
        protocol={
            "folds": folds,
            "repeats": repeats,
            "inner_folds": inner_folds,
            "inner_rows": INNER_ROWS,
            "seed": seed,
            "max_steps": max_steps,
            "splits_hash": splits.sha256,
            "splits": [
                {
                    "repeat": p.repeat,
                    "fold": p.fold,
                    "test": len(p.test),
                    "positives": int(_rare(task, p.test)),
                }
                for p in splits.parts
            ],
            "primary_metric": "average_precision",
            "control": NONE_TUNED.name,
            "second_control": next((c.name for c in entrants if c.name in SMOTE_NAMES), None),
            "n_comparisons": len(effects),
            "chance": chance,
            "threads": 1,
            "n_jobs": workers,
            "seconds": time.perf_counter() - start,
        }
        | environment(),
        contenders=[c.describe() for c in entrants],
        classifiers=[c.describe() for c in judges],
        scores=scores,
        predictions=predictions,
        counts={n: o.counts for names, o in details for n in names if o.counts},
        training={n: o.training for names, o in details for n in names if o.training},
        embedding={n: o.embedding for names, o in details for n in names if o.embedding},
        effects=effects,
        warnings=_warnings(task, splits, scores, outcomes, chance),
    )


def paired_effects(
    scores: Sequence[dict[str, Any]],
    contenders: Sequence[Contender],
    splits: Splits,
    chance: dict[str, float],
) -> list[dict[str, Any]]:
    """Every contender with a sampler against the control and against SMOTE.

    Per fold the mean over the classifiers that neither of the two skipped; a failed fit counts as chance. All
    comparisons form one family for Holm's correction.

    Parameters
    ----------
    scores : sequence of dict
        Rows of :class:`Comparison`.
    contenders : sequence of Contender
        Who took part.
    splits : Splits
        The folds.
    chance : dict of str to float
        Value of a failed fit by metric.

    Returns
    -------
    list of dict
        As in :class:`Comparison`.
    """
    table = {(r["repeat"], r["fold"], r["contender"], r["classifier"]): r for r in scores}
    judges = list(dict.fromkeys(r["classifier"] for r in scores))
    share = float(np.mean([len(p.test) / len(p.train) for p in splits.parts]))
    controls = [c.name for c in contenders if c.name in (NONE_TUNED.name, *SMOTE_NAMES)]
    effects: list[dict[str, Any]] = []
    for metric in EFFECT_METRICS:
        for control in controls:
            for contender in contenders:
                if contender.sampler is None or contender.name == control:
                    continue
                differences = []
                for part in splits.parts:
                    pairs = [
                        [table[part.repeat, part.fold, who, judge] for who in (contender.name, control)]
                        for judge in judges
                    ]
                    pairs = [pair for pair in pairs if all(row["status"] != "skipped" for row in pair)]
                    values = [[chance[metric] if r[metric] is None else r[metric] for r in pair] for pair in pairs]
                    differences += [float(np.mean([a - b for a, b in values]))] if values else []
                if len(differences) < 2:
                    continue
                d = np.asarray(differences)
                found = corrected_resampled_t(d, share)
                effects.append(
                    {
                        "contender": contender.name,
                        "control": control,
                        "metric": metric,
                        "difference": found.difference,
                        "low": found.low,
                        "high": found.high,
                        "p": found.p,
                        "wins": int((d > 1e-12).sum()),
                        "ties": int((np.abs(d) <= 1e-12).sum()),
                        "losses": int((d < -1e-12).sum()),
                        "n": len(d),
                    }
                )
    for effect, adjusted in zip(effects, holm([e["p"] for e in effects]), strict=True):
        effect["p_holm"] = float(adjusted)
    return effects


def _jobs(
    task: Task,
    splits: Splits,
    contenders: Sequence[Contender],
    classifiers: tuple[Classifier, ...],
    *,
    seed: int,
    inner_folds: int,
    max_steps: int | None,
) -> list[Job]:
    """One job per fold and contender that fits; who reads the fits of another is recorded by its job."""
    fitting: dict[str, tuple[Contender, list[str]]] = {}
    by_name = {c.name: c for c in (NONE, *contenders)}
    for contender in contenders:
        source = contender.fits_of or contender.name
        if source not in by_name:
            raise InputError(f"contenders: {contender.name!r} reads the fits of {source!r}; name that one too")
        fitting.setdefault(source, (by_name[source], []))[1].append(contender.name)
    return [
        Job(task, split, who, tuple(readings), classifiers, seed, inner_folds, INNER_ROWS, max_steps)
        for split in splits.parts
        for who, readings in fitting.values()
    ]


def _run_all(jobs: Sequence[Job], n_jobs: int, progress: Progress | None) -> list[Outcome]:
    """Run jobs in fresh processes (a fork would not survive JAX's threads) and return outcomes in order."""
    outcomes: dict[int, Outcome] = {}
    backend: dict[str, Any] = {"backend": "loky", "inner_max_num_threads": 1} if n_jobs > 1 else {}
    with joblib.parallel_config(n_jobs=n_jobs, **backend):
        # Arrays travel as copies: memory-mapped ones are read-only, which not every sampler takes.
        run = joblib.Parallel(return_as="generator_unordered", batch_size=1, max_nbytes=None)
        results = run(joblib.delayed(_run_one)(index, job) for index, job in enumerate(jobs))
        try:
            for index, outcome in results:
                outcomes[index] = outcome
                if progress:
                    split = jobs[index].split
                    label = f"repeat {split.repeat + 1}, fold {split.fold + 1}: {jobs[index].contender.title}"
                    progress(len(outcomes), len(jobs), label)
        except BrokenProcessPool as error:
            raise OversmithError(
                "n_jobs: a worker process died, most likely for want of memory; use n_jobs=1 or fewer rows"
            ) from error
        finally:
            with warnings.catch_warnings():
                # After an interrupt joblib advises to ask for less; the caller knows that work was thrown away.
                warnings.simplefilter("ignore")
                results.close()
    return [outcomes[index] for index in range(len(jobs))]


def _run_one(index: int, job: Job) -> tuple[int, Outcome]:
    return index, run_job(job)


def _rare(task: Task, rows: np.ndarray) -> int:
    """Rows of the class that decides how fine a score can be."""
    return int(np.sum(task.y[rows] == (task.minority if task.positive is None else task.positive)))


def _warnings(
    task: Task,
    splits: Splits,
    scores: Sequence[dict[str, Any]],
    outcomes: Sequence[Outcome],
    chance: dict[str, float],
) -> list[str]:
    told = []
    fewest = min(_rare(task, part.test) for part in splits.parts)
    rare = task.classes[task.minority if task.positive is None else task.positive]
    if fewest < _FEW_POSITIVES:
        told.append(
            f"Fewer than {_FEW_POSITIVES} positives in a test fold: as few as {fewest} of class {rare!r}. "
            "Differences between contenders are mostly noise; use more repeats."
        )
    twins = shared_duplicates(task, splits)
    if twins:
        told.append(
            f"{twins} of {len(task.X)} test rows have the same features as a row of their training part; "
            "if they are the same cases, scores are too good."
        )
    largest = max(len(part.train) for part in splits.parts)
    if largest > INNER_ROWS:
        told.append(
            f"Thresholds were chosen on samples of about {INNER_ROWS:,} of up to {largest:,} training rows, "
            "classes in proportion."
        )
    reasons: dict[tuple[str, str, str], Counter[str]] = {}
    for row in scores:
        if row["error"] and row["status"] != "skipped":
            key = row["status"], row["contender"], row["error"]
            reasons.setdefault(key, Counter())[row["classifier"]] += 1
    for (status, contender, error), judges in reasons.items():
        where = f"{contender} with {', '.join(judges)}: {max(judges.values())} of {len(splits.parts)} folds"
        if status == "failed":
            at = f"average precision {chance['average_precision']:.3f}"
            told.append(f"{where} failed ({error}); paired differences count them at chance ({at}).")
        else:
            told.append(f"{where}: {error}; paired differences count F1 at chance there.")
    missing = {r["classifier"]: r["error"] for r in scores if r["status"] == "skipped" and _EXTRA in r["error"]}
    told += [f"{classifier} was skipped: {error}" for classifier, error in missing.items()]
    notes = Counter(note for outcome in outcomes for note in outcome.notes)
    return told + [f"{note} (in {times} of {len(outcomes)} jobs)" for note, times in sorted(notes.items())]
