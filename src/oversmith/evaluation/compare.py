"""The comparison of one table: a plan for the runner, and its results set against their controls."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import joblib
import numpy as np

from oversmith.datasets import SpectralAxis
from oversmith.evaluation.comparison import Comparison
from oversmith.evaluation.comparison_plan import comparison_plan
from oversmith.evaluation.contenders import NONE_TUNED, SMOTE_NAMES, Bounds, Classifier, Contender
from oversmith.evaluation.jobs import NUMBERS
from oversmith.evaluation.protocol import INNER_ROWS, Splits, environment, frozen, shared_duplicates
from oversmith.evaluation.runner import Progress, run
from oversmith.evaluation.statistics import corrected_resampled_t, holm
from oversmith.evaluation.store import Record, Store
from oversmith.evaluation.stored import keep_comparison
from oversmith.evaluation.task import Task
from oversmith.exceptions import MissingExtraError
from oversmith.metrics import METRICS, chance_values

EFFECT_METRICS = ("average_precision", "f1_tuned")
_FEW_POSITIVES = 20
_EXTRA = MissingExtraError.__name__


def run_comparison(
    X: Any,
    y: Any,
    *,
    target: str = "target",
    name: str = "data",
    positive: Any = None,
    groups: Any = None,
    seed: int = 0,
    folds: int = 5,
    repeats: int = 1,
    inner_folds: int = 3,
    n_jobs: int | None = None,
    max_steps: int | None = None,
    contenders: Sequence[str | Contender] | None = None,
    methods: Sequence[str] | None = None,
    ratio: float | None = None,
    bounds: Bounds = None,
    axis: SpectralAxis | None = None,
    modality: str = "auto",
    classifiers: Sequence[str | Classifier] | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
) -> Comparison:
    """Compare ways to treat imbalance under several classifiers, without leakage.

    Repeated stratified K-fold, made once for all; imputation, scaling, encoding, resampling and the choice of
    the threshold see the training part alone, each job being one imbalanced-learn Pipeline. The primary
    metric (average precision) and the control (no resampling, tuned threshold) stand before the run.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n, d)
        Features of any type, with missing values where they are missing; an array of shape (n, channels, length) holds
        series, one of shape (n, channels, height, width) images.
    y : array-like of shape (n,)
        Labels of two or more classes.
    target, name : str
        What the label and the data are called.
    positive : object, optional
        The positive class, set against the rest; by default the smaller one of two classes. Without it,
        several classes are judged by macro metrics.
    groups : array-like of shape (n,), optional
        Group of every row, a patient or a machine for instance: no group stands on both sides of a split.
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
        Names, or entries of one's own. By default all contenders, and classifiers of several kinds
        (:func:`~oversmith.evaluation.contenders.default_classifiers`); any of `oversmith.classifiers.CLASSIFIERS` can
        be named.
    methods : sequence of str, optional
        Methods of Oversmith among the contenders, in kebab case; each fills a third of the deficit, and all of it.
        EO-WGAN by default, ThreePlayerGAN for spectra (series with an ``axis``), CGAN for images.
    ratio : float, optional
        Thin the positive rows of every training part to one in so many others; test parts stay as they are.
    bounds : {"observed", "non-negative"} or (float, float), optional
        What generated series and images keep to.
    axis : SpectralAxis, optional
        Where the points of spectra lie; the report draws over it.
    modality : {"auto", "table", "series", "image"}, default="auto"
        What ``X`` holds; grey images (n, height, width) and series of unsigned bytes have to be declared.
    progress : callable, optional
        Called as ``progress(done, total, label)`` after each job.
    store : Store, optional
        Keeps results as they come: what is there already is not run again, so that an interrupted comparison goes on.

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
    start = time.perf_counter()
    plan = comparison_plan(
        X,
        y,
        target=target,
        name=name,
        positive=positive,
        groups=groups,
        seed=seed,
        folds=folds,
        repeats=repeats,
        inner_folds=inner_folds,
        max_steps=max_steps,
        contenders=contenders,
        methods=methods,
        ratio=ratio,
        bounds=bounds,
        axis=axis,
        modality=modality,
        classifiers=classifiers,
    )
    task, judges = plan.datasets[0], plan.judges()
    protocol, entrants = plan.cuts[0], plan.entrants(task)
    splits = frozen(task, protocol)
    units = plan.units()
    workers = min(n_jobs or joblib.cpu_count(), len(units))
    # The runner's own processes would hide from a sampler what its caller keeps in this one.
    kept = run(plan, store, n_jobs=workers, isolate=False, progress=progress)

    cells = {
        (unit.job.split.repeat, unit.job.split.fold, cell.contender, cell.classifier): cell.key
        for unit in units
        for cell in unit.cells
    }
    records = {record.key: record for record in kept.records(cells.values())}
    order = [
        (part.repeat, part.fold, entrant.name, judge.name)
        for part in splits.parts
        for entrant in entrants
        for judge in judges
    ]
    scores = [_score(place, records[cells[place]]) for place in order]
    predictions = [
        _place(place) | {name: found[name] for name in ("rows", "y", "scores")} | {"threshold": row["threshold"]}
        for place, row in zip(order, scores, strict=True)
        if (found := kept.predictions(cells[place])) is not None
    ]
    details = [(unit.job, kept.details(unit.key)) for unit in units]
    first = [(job.readings, told) for job, told in details if job.first]
    chance = chance_values(task.y, task.positive)
    chance |= {f"{m.name}_tuned": chance[m.name] for m in METRICS.values() if m.needs == "labels"}
    effects = paired_effects(scores, entrants, splits, chance)
    comparison = Comparison(
        data=task.describe(),
        protocol={
            "folds": folds,
            "repeats": repeats,
            "inner_folds": inner_folds,
            "inner_rows": protocol.inner_rows,
            "seed": seed,
            "max_steps": max_steps,
            "ratio": ratio,
            "bounds": bounds,
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
        counts={n: told["counts"] for names, told in first for n in names if told.get("counts")},
        training={n: told["training"] for names, told in first for n in names if told.get("training")},
        embedding={n: told["embedding"] for names, told in first for n in names if told.get("embedding")},
        images={n: told["images"] for names, told in first for n in names if told.get("images")},
        quality={n: told["quality"] for names, told in first for n in names if told.get("quality")},
        effects=effects,
        warnings=_warnings(task, splits, scores, [told.get("notes", []) for _, told in details], chance, ratio),
    )
    shown = {name: unit.key for unit in units if unit.job.first for name in unit.job.readings}
    keep_comparison(kept, comparison, [cells[place] for place in order], shown)
    return comparison


def _place(place: tuple[int, int, str, str]) -> dict[str, Any]:
    return dict(zip(("repeat", "fold", "contender", "classifier"), place, strict=True))


def _score(place: tuple[int, int, str, str], record: Record) -> dict[str, Any]:
    """Row of the comparison, its numbers in the order of the raw ones."""
    known = record.scores | record.costs | record.place
    # Real training rows are told where a model was trained on them.
    known |= {} if record.scores["n_synthetic"] is not None else {"n_train": None}
    return _place(place) | {"status": record.status, "error": record.error} | {name: known[name] for name in NUMBERS}


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


def _rare(task: Task, rows: np.ndarray) -> int:
    """Rows of the class that decides how fine a score can be."""
    return int(np.sum(task.y[rows] == (task.minority if task.positive is None else task.positive)))


def _thinned(task: Task, splits: Splits, ratio: float | None) -> list[str]:
    if ratio is None:
        return []
    rows = [_rare(task, part.train) for part in splits.parts]
    few = f"{min(rows)}" if min(rows) == max(rows) else f"{min(rows)} to {max(rows)}"
    rare = task.classes[task.minority if task.positive is None else task.positive]
    return [
        f"Class {rare!r} was made rarer: training parts have {few} rows of it, one to {ratio:g} others. "
        "Test parts keep their shares."
    ]


def _warnings(
    task: Task,
    splits: Splits,
    scores: Sequence[dict[str, Any]],
    notes: Sequence[Sequence[str]],
    chance: dict[str, float],
    ratio: float | None,
) -> list[str]:
    told = _thinned(task, splits, ratio)
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
        if status != "done":
            at = f"average precision {chance['average_precision']:.3f}"
            told.append(f"{where} failed ({error}); paired differences count them at chance ({at}).")
        else:
            told.append(f"{where}: {error}; paired differences count F1 at chance there.")
    missing = {r["classifier"]: r["error"] for r in scores if r["status"] == "skipped" and _EXTRA in r["error"]}
    told += [f"{classifier} was skipped: {error}" for classifier, error in missing.items()]
    times = Counter(note for told_by_one in notes for note in told_by_one)
    return told + [f"{note} (in {n} of {len(notes)} jobs)" for note, n in sorted(times.items())]
