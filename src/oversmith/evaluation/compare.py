"""The comparison of one table: runs its plan and records scores, predictions and warnings."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import joblib
import numpy as np

from oversmith.evaluation.checks import check_workers
from oversmith.evaluation.comparison import Comparison
from oversmith.evaluation.contenders import NONE_TUNED, SMOTE_NAMES
from oversmith.evaluation.job import NUMBERS
from oversmith.evaluation.plan import Plan
from oversmith.evaluation.protocol import INNER_ROWS, Splits, environment, make_splits, shared_duplicates
from oversmith.evaluation.record import Record
from oversmith.evaluation.runner import Progress, run
from oversmith.evaluation.spec import THREADS
from oversmith.evaluation.store import Store
from oversmith.evaluation.stored import keep_comparison
from oversmith.evaluation.task import Task
from oversmith.exceptions import MissingExtraError
from oversmith.io.bounds import Bounds

_FEW_POSITIVES = 20
_EXTRA = MissingExtraError.__name__


def run_comparison(
    plan: Plan,
    store: Store | None = None,
    *,
    n_jobs: int | None = None,
    bounds: Bounds = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run the plan of a comparison and record its results.

    Parameters
    ----------
    plan : Plan
        From :func:`comparison_plan`: one table.
    store : Store, optional
        Stores each result at once; stored results are not run again.
    n_jobs : int, optional
        Processes; the number of cores by default.
    bounds : {"observed", "non-negative"} or (float, float), optional
        Bounds of generated series and images, for the record.
    progress : callable, optional
        Called as ``progress(done, total, label)`` after each fit.

    Returns
    -------
    Comparison
        Scores, predictions and warnings; a failed fit is a row, never missing.
    """
    start = time.perf_counter()
    task, classifiers = plan.datasets[0], plan.resolved_classifiers()
    protocol, contenders = plan.resolved_protocols[0], plan.resolved_contenders(task)
    seed, thin = plan.seeds[0], protocol.thin
    splits = make_splits(task, protocol)
    units = plan.units()
    workers = joblib.cpu_count() if n_jobs is None else n_jobs
    check_workers(workers)
    workers = min(workers, len(units))
    # The runner's own processes would hide from a sampler what its caller keeps in this one.
    store = run(plan, store, n_jobs=workers, isolate=False, progress=progress)

    keys = {
        (unit.job.split.repeat, unit.job.split.fold, cell.contender, cell.classifier): cell.key
        for unit in units
        for cell in unit.cells
    }
    records = {record.key: record for record in store.records(keys.values())}
    order = [
        (part.repeat, part.fold, contender.name, classifier.name)
        for part in splits.parts
        for contender in contenders
        for classifier in classifiers
    ]
    scores = [_score(cell, records[keys[cell]]) for cell in order]
    predictions = [
        _columns(cell) | {name: predicted[name] for name in ("rows", "y", "scores")} | {"threshold": row["threshold"]}
        for cell, row in zip(order, scores, strict=True)
        if (predicted := store.predictions(keys[cell])) is not None
    ]
    details = [(unit.job, store.details(unit.key)) for unit in units]
    first = [(job.recorded_as, detail) for job, detail in details if job.first]
    comparison = Comparison(
        data=task.describe(),
        protocol={
            "folds": protocol.folds,
            "repeats": protocol.repeats,
            "inner_folds": protocol.inner_folds,
            "inner_rows": protocol.inner_rows,
            "seed": seed,
            "max_steps": plan.max_steps,
            "thin": thin,
            "bounds": bounds,
            "splits_hash": splits.sha256,
            "splits": [
                {
                    "repeat": p.repeat,
                    "fold": p.fold,
                    "train": len(p.train),
                    "test": len(p.test),
                    "positives": int(_rare(task, p.test)),
                }
                for p in splits.parts
            ],
            "primary_metric": "average_precision",
            "control": NONE_TUNED.name,
            "second_control": next((c.name for c in contenders if c.name in SMOTE_NAMES), None),
            "chance": task.chance(),
            "threads": THREADS,
            "n_jobs": workers,
            "seconds": time.perf_counter() - start,
        }
        | environment(),
        contenders=[c.describe() for c in contenders],
        classifiers=[c.describe() for c in classifiers],
        scores=scores,
        predictions=predictions,
        counts={n: detail["counts"] for names, detail in first for n in names if detail.get("counts")},
        training={n: detail["training"] for names, detail in first for n in names if detail.get("training")},
        embedding={n: detail["embedding"] for names, detail in first for n in names if detail.get("embedding")},
        images={n: detail["images"] for names, detail in first for n in names if detail.get("images")},
        quality={n: detail["quality"] for names, detail in first for n in names if detail.get("quality")},
        warnings=_warnings(task, splits, scores, [detail.get("notes", []) for _, detail in details], thin),
    )
    shown = {name: unit.key for unit in units if unit.job.first for name in unit.job.recorded_as}
    keep_comparison(store, comparison, [keys[cell] for cell in order], shown)
    return comparison


def _columns(cell: tuple[int, int, str, str]) -> dict[str, Any]:
    return dict(zip(("repeat", "fold", "contender", "classifier"), cell, strict=True))


def _score(cell: tuple[int, int, str, str], record: Record) -> dict[str, Any]:
    """Row of the comparison, its numbers in the order of the raw ones."""
    known = record.scores | record.costs | record.cell
    # The number of real training rows is given only where a model was trained on them.
    known |= {} if record.scores["n_synthetic"] is not None else {"n_train": None}
    return _columns(cell) | {"status": record.status, "error": record.error} | {name: known[name] for name in NUMBERS}


def _rare(task: Task, rows: np.ndarray) -> int:
    """Rows of the class that decides how fine a score can be."""
    return int(np.sum(task.y[rows] == (task.minority if task.positive is None else task.positive)))


def _thinned(task: Task, splits: Splits, thin: float | None) -> list[str]:
    if thin is None:
        return []
    rows = [_rare(task, part.train) for part in splits.parts]
    few = f"{min(rows)}" if min(rows) == max(rows) else f"{min(rows)} to {max(rows)}"
    rare = task.classes[task.minority if task.positive is None else task.positive]
    return [
        f"Class {rare!r} was made rarer: training parts have {few} rows of it, one to {thin:g} others. "
        "Test parts keep their shares."
    ]


def _warnings(
    task: Task,
    splits: Splits,
    scores: Sequence[dict[str, Any]],
    notes: Sequence[Sequence[str]],
    thin: float | None,
) -> list[str]:
    lines = [*task.notes, *_thinned(task, splits, thin)]
    fewest = min(_rare(task, part.test) for part in splits.parts)
    rare = task.classes[task.minority if task.positive is None else task.positive]
    if fewest < _FEW_POSITIVES:
        lines.append(
            f"Fewer than {_FEW_POSITIVES} positives in a test fold: as few as {fewest} of class {rare!r}. "
            "Differences between contenders are mostly noise; use more repeats."
        )
    twins = shared_duplicates(task, splits)
    if twins:
        lines.append(
            f"{twins} of {len(task.X)} test rows have the same features as a row of their training part; "
            "if they are the same cases, scores are too good."
        )
    largest = max(len(part.train) for part in splits.parts)
    if largest > INNER_ROWS:
        lines.append(
            f"Thresholds were chosen on samples of about {INNER_ROWS:,} of up to {largest:,} training rows, "
            "classes in proportion."
        )
    missing = {r["classifier"]: r["error"] for r in scores if r["status"] == "skipped" and _EXTRA in r["error"]}
    lines += [f"{classifier} was skipped: {error}" for classifier, error in missing.items()]
    times = Counter(note for job_notes in notes for note in job_notes)
    return lines + [f"{note} (in {n} of {len(notes)} jobs)" for note, n in sorted(times.items())]
