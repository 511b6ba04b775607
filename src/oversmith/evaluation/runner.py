"""The runner: what a plan asks for and a store lacks is run, and kept unit by unit."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import time
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from oversmith.evaluation.checks import check_workers
from oversmith.evaluation.child import close_children, resident_mb, run_isolated, start_child
from oversmith.evaluation.job import Job, Outcome
from oversmith.evaluation.jobs import run_job
from oversmith.evaluation.plan import Plan, Unit
from oversmith.evaluation.protocol import environment
from oversmith.evaluation.raw_scores import CELL_COLUMNS, METRIC_COLUMNS
from oversmith.evaluation.record import Record
from oversmith.evaluation.spec import THREADS, canonical
from oversmith.evaluation.store import Store
from oversmith.exceptions import InputError, MissingExtraError, OversmithError

BACKENDS = ("loky", "threading", "dask", "ray")
FINAL = ("done", "skipped")
"""Statuses that asking for a retry leaves alone."""
_CACHE_FOLDER = "JAX_COMPILATION_CACHE_DIR"
_COST_NAMES = ("seconds_resample", "seconds_fit", "seconds_predict")
_SCORE_NAMES = ("n_synthetic", "threshold", *METRIC_COLUMNS)

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Missing:
    """What is left of a plan.

    Parameters
    ----------
    units : tuple of Unit
        Those with something to run, cut down to it.
    total, stored : int
        Units of the plan, and those with nothing to run.
    cells, stale : int
        Results of the plan, and those of them made by other code.
    statuses : dict of str to int
        Results of the plan by status, with ``"pending"`` for those to be run.
    """

    units: tuple[Unit, ...]
    total: int
    stored: int
    cells: int
    stale: int
    statuses: dict[str, int]


def missing(plan: Plan, store: Store, *, retry_failed: bool = False, rerun_stale: bool = False) -> Missing:
    """Find what a plan asks for and a store lacks.

    Parameters
    ----------
    plan : Plan
        What is wanted.
    store : Store
        What is there.
    retry_failed : bool, default=False
        Ask for failures, time-outs and memory errors once more.
    rerun_stale : bool, default=False
        Ask for results made by other versions or another revision once more.

    Returns
    -------
    Missing
        What is to be run.
    """
    units = plan.units()
    known = store.statuses()
    wanted = [cell.key for unit in units for cell in unit.cells]
    stale = store.stale(facts()) & set(wanted)
    pending = {
        key
        for key in wanted
        if key not in known or (retry_failed and known[key] not in FINAL) or (rerun_stale and key in stale)
    }
    counts: dict[str, int] = {}
    for key in wanted:
        status = "pending" if key in pending else known[key]
        counts[status] = counts.get(status, 0) + 1
    left = tuple(part for part in (unit.only(pending) for unit in units) if part.cells)
    return Missing(left, len(units), len(units) - len(left), len(wanted), len(stale), counts)


def run(
    plan: Plan,
    store: Store | None = None,
    *,
    n_jobs: int | None = None,
    backend: str = "loky",
    isolate: bool = True,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    retry_failed: bool = False,
    rerun_stale: bool = False,
    progress: Progress | None = None,
) -> Store:
    """Run what a plan asks for and a store lacks.

    A unit of work is one fit of a sampler under all its classifiers; its results are stored together as soon as it
    ends. Whatever interrupts the run, calling it again goes on, and the final scores are the same to the last bit,
    clock, memory and host apart.

    Parameters
    ----------
    plan : Plan
        What is wanted.
    store : Store, optional
        Where results go; in memory by default.
    n_jobs : int, optional
        Jobs at the same time; the number of cores by default.
    backend : {"loky", "threading", "dask", "ray"}, default="loky"
        Where joblib runs them. Dask and Ray must be installed and, for several machines, connected.
    isolate : bool, default=True
        Every job in a child process that a limit, or a crash, ends alone. Without it jobs run in this process
        (``n_jobs=1``) or in joblib's workers, and a crash ends the run. Only jobs with networks still have a child
        where JAX has more than one thread here: their bits depend on the number, which is one for all runs.
    time_limit : float, optional
        Seconds for a sampler and one classifier, inner folds included; the warm-up apart.
    memory_limit : float, optional
        Megabytes (10⁶ bytes) of resident memory of a job's process.
    retry_failed, rerun_stale : bool, default=False
        Also run what failed, or what other code made, once more.
    progress : callable, optional
        Called as ``progress(units done, units in all, label)``.

    Returns
    -------
    Store
        The store given, or the one made.

    Raises
    ------
    InputError
        For arguments that cannot be used.
    MissingExtraError
        When the backend is not installed.
    StoreError
        When the store cannot be written; what was stored before is safe.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation import Plan, run
    >>> rng = np.random.default_rng(0)
    >>> toy = ("toy", rng.normal(size=(60, 2)), np.repeat([0, 1], [45, 15]))
    >>> plan = Plan([toy], contenders=["none-tuned", "smote"], classifiers=["knn"])
    >>> store = run(plan, n_jobs=1, isolate=False)
    >>> store.counts()
    {'done': 10}
    """
    _check(backend, isolate, n_jobs, time_limit, memory_limit)
    store = Store() if store is None else store
    supersede(plan, store)
    left = missing(plan, store, retry_failed=retry_failed, rerun_stale=rerun_stale)
    if left.stale and not rerun_stale:
        warnings.warn(
            f"{left.stale} of {left.cells} results were made by other versions or another revision of the code; "
            "ask for them again with rerun_stale",
            stacklevel=2,
        )
    if not left.units:
        return store
    workers = min(n_jobs or joblib.cpu_count(), len(left.units))
    options = {"time_limit": time_limit, "memory_limit": memory_limit}
    apart = [isolate or (unit.fixed_threads and not _on_fixed_threads()) for unit in left.units]
    settings = child_environment(left.units) if any(apart) else {}
    tasks = {unit.job.task.name: unit.job.task for unit in left.units}
    store.add_chance({name: task.chance() for name, task in tasks.items() if task.positive is None})
    environment_facts = facts()
    done = left.stored
    results = _results(left.units, workers, backend, [(options, settings) if alone else None for alone in apart])
    try:
        for index, outcome, peak, started, ended, host in results:
            unit = left.units[index]
            records = _records(unit, outcome, peak, started, ended, host)
            store.put(records, environment_facts, {unit.key: _details(outcome)})
            done += 1
            if progress:
                name = f"{unit.job.task.name}, " if len(plan.datasets) > 1 else ""
                progress(done, left.total, name + unit.label)
    finally:
        results.close()
        close_children()
    return store


def supersede(plan: Plan, store: Store, *, others: bool = False) -> None:
    """Note which results of a store a plan replaces, so that they are not shown beside its own.

    Those are results of the same names and place under another key, and all of a data set whose content has changed
    under its name.

    Parameters
    ----------
    plan : Plan
        What is wanted now.
    store : Store
        Where earlier results are.
    others : bool, default=False
        Whether the plan replaces every other plan of the store: then all results it does not ask for are superseded.
    """
    places, data = {}, {}
    for unit in plan.units():
        for cell in unit.cells:
            places[canonical(unit.place(cell))] = cell.key
            data[unit.job.task.name] = cell.spec["data"]
    wanted = set(places.values())
    strangers = set(store.statuses()) - wanted
    gone = strangers if others else set()
    for record in store.records(strangers - gone):
        content = (record.spec or {}).get("data")
        changed = content is not None and data.get(record.cell["dataset"], content) != content
        if changed or canonical({name: record.cell.get(name) for name in CELL_COLUMNS}) in places:
            gone.add(record.key)
    before = store.superseded()
    if gone - before or before & wanted or store.meta("superseded") is None:
        store.supersede(gone, wanted)


def child_environment(units: Sequence[Unit]) -> dict[str, str]:
    """Environment of the children: one thread each, and compiled programs kept on disk.

    Parameters
    ----------
    units : sequence of Unit
        What is to be run.

    Returns
    -------
    dict of str to str
        Variables beside those of this process; this process's own are left alone.
    """
    variables = {f"{library}_NUM_THREADS": str(THREADS) for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
    # XLA's pool has no variable of its own; its threads wait by spinning, which costs 40 % more processor time.
    variables["NPROC"] = str(THREADS)
    if any(unit.job.contender.trained for unit in units) and _CACHE_FOLDER not in os.environ:
        from oversmith.training.compilation import default_cache_dir, remove_cut_entries

        remove_cut_entries(default_cache_dir())
        variables |= {
            _CACHE_FOLDER: str(default_cache_dir()),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        }
    return variables


def _on_fixed_threads() -> bool:
    """Tell whether JAX has the threads of all runs in this process: it counts them once, when it starts."""
    if "NPROC" in os.environ:
        return os.environ["NPROC"] == str(THREADS)
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return usable == THREADS


@cache
def facts() -> dict[str, Any]:
    """Versions, Python, platform, host, threads of a job, and the revision where the code is in a Git folder."""
    return environment() | {"host": platform.node(), "threads": THREADS, "revision": _revision()}


def _revision() -> str | None:
    folder = Path(__file__).resolve().parent
    command = ["git", "-C", str(folder)]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        # An installed file may lie in another repository: only a tracked file has the revision of the code.
        for words in (["ls-files", "--error-unmatch", "jobs.py"], ["rev-parse", "HEAD"]):
            answer = subprocess.run([*command, *words], capture_output=True, text=True, timeout=10, check=True)
        state = subprocess.run(
            [*command, "status", "--porcelain", "--untracked-files=no", ".."],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return answer.stdout.strip() + ("+changes" if state.stdout.strip() else "")
    return None


def _check(
    backend: str, isolate: bool, n_jobs: int | None, time_limit: float | None, memory_limit: float | None
) -> None:
    if backend not in BACKENDS:
        raise InputError("backend", f"{backend!r} is not known", f"choose from {', '.join(BACKENDS)}")
    if n_jobs is not None:
        check_workers(n_jobs)
    for name, value in (("time_limit", time_limit), ("memory_limit", memory_limit)):
        if value is not None and not value > 0:
            raise InputError(name, f"{value} found", "use a number above 0")
        if value is not None and not isolate:
            raise InputError(name, f"{value} found with isolate=False", "a limit needs a process of its own")
    if memory_limit is not None:
        resident_mb(os.getpid())
    needs = {"dask": ("distributed", "dask[distributed]"), "ray": ("ray", "ray")}
    if backend in needs:
        module, package = needs[backend]
        try:
            __import__(module)
        except ImportError as error:
            raise MissingExtraError(f"backend: {backend} is not installed; pip install '{package}'") from error


Result = tuple[int, Outcome, float | None, float, float, str]
Limits = tuple[Mapping[str, Any], dict[str, str]]
"""Limits of a job in a child, and the child's environment."""


def _results(units: Sequence[Unit], workers: int, backend: str, limits: Sequence[Limits | None]) -> Generator[Result]:
    """Outcomes as they come; closing it ends the work. A unit without limits has no child of its own."""
    calls = [joblib.delayed(_run_one)(index, unit.job, limits[index]) for index, unit in enumerate(units)]
    # Arrays travel as copies: memory-mapped ones are read-only, which not every sampler takes.
    options: dict[str, Any] = {"batch_size": 1, "max_nbytes": None}
    with _placed(backend, workers, None not in limits):
        try:
            run_all = joblib.Parallel(return_as="generator_unordered", **options)
        except ValueError:
            # A backend that hands results over at the end only, as Ray's: one round of jobs after the other.
            for start in range(0, len(calls), workers):
                yield from joblib.Parallel(**options)(calls[start : start + workers])
            return
        results = run_all(calls)
        try:
            yield from results
        except BrokenProcessPool as error:
            raise OversmithError(
                "n_jobs: a worker process died, most likely for want of memory; use n_jobs=1 or fewer rows"
            ) from error
        finally:
            with warnings.catch_warnings():
                # After an interrupt joblib advises to ask for less; the caller knows that work was thrown away.
                warnings.simplefilter("ignore")
                results.close()


@contextlib.contextmanager
def _placed(backend: str, workers: int, isolated: bool) -> Iterator[None]:
    """Let joblib's calls in the block run on a backend."""
    options: dict[str, Any] = {}
    if backend in ("dask", "ray"):
        options = {"backend": backend}
        if backend == "ray":
            from ray.util.joblib import register_ray

            register_ray()
        else:
            from distributed import get_client

            try:
                get_client()
            except ValueError as error:
                raise InputError(
                    "backend", "dask is installed and no client is connected", "make one first: distributed.Client()"
                ) from error
    elif workers > 1:
        # A fork would not survive JAX's threads; where every job has its own child, threads may mind them.
        options = {"backend": backend} | ({"inner_max_num_threads": 1} if backend == "loky" else {})
        if backend == "threading" and not isolated:
            raise InputError(
                "backend", "'threading' found with isolate=False", "jobs would share one process, use 'loky'"
            )
    with joblib.parallel_config(n_jobs=workers, **options):
        yield


def _run_one(index: int, job: Job, limits: Limits | None) -> Result:
    if limits is not None:
        start_child(limits[1])
    started = time.time()
    if limits is None:
        outcome, peak = run_job(job), None
    else:
        outcome, peak = run_isolated(job, **limits[0], environment=limits[1])
    return index, outcome, peak, started, time.time(), platform.node()


def _records(unit: Unit, outcome: Outcome, peak: float | None, started: float, ended: float, host: str) -> list[Record]:
    """Results of a unit, in the form they are stored in."""
    job = unit.job
    predicted = {(row["contender"], row["classifier"]): row for row in outcome.predictions}
    rows = {(row["contender"], row["classifier"]): row for row in outcome.scores}
    rare = job.task.minority if job.task.positive is None else job.task.positive
    test = job.task.y[job.split.test]
    records = []
    for cell in unit.cells:
        row = rows[cell.contender, cell.classifier]
        columns = unit.place(cell) | {
            "n_train": len(job.split.train),
            "n_test": len(test),
            "n_test_positive": int(np.sum(test == rare)),
        }
        columns |= outcome.sizes
        costs = {name: row[name] for name in _COST_NAMES}
        costs |= {"cpu_seconds": outcome.cpu_seconds.get(cell.classifier), "peak_mb": peak, "host": host}
        prediction = predicted.get((cell.contender, cell.classifier))
        records.append(
            Record(
                key=cell.key,
                unit=unit.key,
                spec=cell.spec,
                cell=columns,
                status=row["status"],
                error=row["error"],
                scores={name: row[name] for name in _SCORE_NAMES} | outcome.more.get(cell.classifier, {}),
                costs=costs,
                predictions=prediction and {name: prediction[name] for name in ("rows", "y", "scores")},
                trace=outcome.traces.get(cell.classifier) if row["status"] != "done" else None,
                started=started,
                ended=ended,
            )
        )
    return records


def _details(outcome: Outcome) -> dict[str, Any]:
    return {
        "notes": outcome.notes,
        "counts": outcome.counts,
        "training": outcome.training,
        "embedding": outcome.embedding,
        "images": outcome.images,
        "quality": outcome.quality,
    }
