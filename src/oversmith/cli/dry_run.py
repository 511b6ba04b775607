"""What a command would run, and about how long it takes; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oversmith.cli.output import print_json, print_table, wrap

if TYPE_CHECKING:
    from oversmith.evaluation import Plan, Store
    from oversmith.evaluation.plan import Unit


def tell_plan(plans: Sequence[Plan], folder: Path | None, jobs: int | None, *, json: bool) -> None:
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
    """
    import joblib

    from oversmith.evaluation import Store, missing
    from oversmith.evaluation.estimate import estimate
    from oversmith.evaluation.pace import START
    from oversmith.evaluation.store import FILE

    there = folder is not None and (folder / FILE).is_file()
    with Store(folder, write=False) if there else Store() as store:
        left = [missing(plan, store) for plan in plans]
        units = [unit for found in left for unit in found.units]
        workers = max(1, min(jobs or joblib.cpu_count(), len(units)))
        found = estimate(units, store, workers)
        rows = _rows(units, store)
    if units:
        found = replace(found, seconds=found.seconds + START)
    told: dict[str, Any] = {
        "jobs": rows,
        "fits": sum(part.total for part in left),
        "fits_left": len(units),
        "results": sum(part.cells for part in left),
        "processes": workers,
        "seconds": round(found.seconds, 1),
        "timed": found.timed,
    }
    if json:
        print_json(told)
        return
    headings = [("data set", "left"), ("contender", "left"), ("fits", "right"), ("classifiers", "left")]
    cells = [(row["dataset"], row["contender"], row["fits"], ", ".join(row["classifiers"])) for row in rows]
    print_table(
        "Nothing is run",
        [*headings, ("process time", "right")],
        [(*c, r["about"]) for c, r in zip(cells, rows, strict=True)],
    )
    wrap(
        f"{told['fits_left']} of {told['fits']} fits are left, {told['results']} results in all, on {workers} "
        f"process{'es' if workers > 1 else ''}: {found}."
    )


def _rows(units: Sequence[Unit], store: Store) -> list[dict[str, Any]]:
    from oversmith.evaluation.estimate import duration, estimate

    grouped: dict[tuple[str, str], list[Unit]] = {}
    for unit in units:
        grouped.setdefault((unit.job.task.name, unit.job.contender.title), []).append(unit)
    rows = []
    for (dataset, contender), some in grouped.items():
        judges = dict.fromkeys(judge.name for unit in some for judge in unit.job.classifiers)
        seconds = estimate(some, store, 1).seconds
        rows.append(
            {
                "dataset": dataset,
                "contender": contender,
                "fits": len(some),
                "classifiers": list(judges),
                "seconds": round(seconds, 1),
                "about": duration(seconds),
            }
        )
    return rows
