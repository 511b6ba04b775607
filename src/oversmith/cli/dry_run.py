"""What a command would run, and about how long it takes; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oversmith.cli.output import print_data, print_json, print_note, print_table, wrap

if TYPE_CHECKING:
    from oversmith.evaluation import Plan, Store
    from oversmith.evaluation.plan import Unit
    from oversmith.io import Data


def print_plan(
    plans: Sequence[Plan], folder: Path | None, jobs: int | None, *, json: bool, data: Data | None = None
) -> None:
    """Print the jobs of plans as a table, or as JSON, with the time they are estimated to take.

    Parameters
    ----------
    plans : sequence of Plan
        What would be run.
    folder : Path or None
        Where results may be stored already; it is not made.
    jobs : int or None
        Jobs at the same time.
    json : bool
        Print JSON.
    data : Data, optional
        What was read; what was understood of it is printed too.
    """
    import joblib

    from oversmith.evaluation import Store, missing
    from oversmith.evaluation.cost_model import START
    from oversmith.evaluation.estimate import estimate
    from oversmith.evaluation.store_file import FILE

    is_stored = folder is not None and (folder / FILE).is_file()
    with Store(folder, write=False) if is_stored else Store() as store:
        left = [missing(plan, store) for plan in plans]
        units = [unit for part in left for unit in part.units]
        workers = max(1, min(jobs or joblib.cpu_count(), len(units)))
        time = estimate(units, store, workers)
        rows = _rows(units, store)
    tasks = {unit.job.task.name: unit.job.task for unit in units}
    notes = [f"{name}: {note}" for name, task in tasks.items() for note in task.notes]
    if units:
        time = replace(time, seconds=time.seconds + START)
    facts: dict[str, Any] = {} if data is None else {"data": data.facts()}
    facts |= {
        "jobs": rows,
        "fits": sum(part.total for part in left),
        "fits_left": len(units),
        "results": sum(part.cells for part in left),
        "processes": workers,
        "seconds": round(time.seconds, 1),
        "timed": time.timed,
        "notes": notes,
    }
    if json:
        print_json(facts)
        return
    if data is not None:
        print_data(data)
        print()
    for row in [] if data is not None else notes:
        print_note(row)
    headings = [("data set", "left"), ("contender", "left"), ("fits", "right"), ("classifiers", "left")]
    cells = [
        (row["dataset"], row["contender"], row["fits"], ", ".join(row["classifiers"]), row["about"]) for row in rows
    ]
    print_table("Nothing is run", [*headings, ("process time", "right")], cells)
    wrap(
        f"{facts['fits_left']} of {facts['fits']} fits are left, {facts['results']} results in all, on {workers} "
        f"process{'es' if workers > 1 else ''}: {time}."
    )


def _rows(units: Sequence[Unit], store: Store) -> list[dict[str, Any]]:
    from oversmith.evaluation.estimate import duration, estimate

    grouped: dict[tuple[str, str], list[Unit]] = {}
    for unit in units:
        grouped.setdefault((unit.job.task.name, unit.job.contender.title), []).append(unit)
    rows = []
    for (dataset, contender), some in grouped.items():
        classifiers = dict.fromkeys(classifier.name for unit in some for classifier in unit.job.classifiers)
        seconds = estimate(some, store, 1).seconds
        rows.append(
            {
                "dataset": dataset,
                "contender": contender,
                "fits": len(some),
                "classifiers": list(classifiers),
                "seconds": round(seconds, 1),
                "about": duration(seconds),
            }
        )
    return rows
