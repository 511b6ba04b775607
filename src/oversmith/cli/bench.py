"""``oversmith bench``: a grid of data sets, contenders, classifiers, folds and seeds that survives being killed."""

from __future__ import annotations

import json as json_format
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from oversmith.cli.bench_request import request_of
from oversmith.cli.bench_results import export, import_, open_results, report, resume_command, status, stored_plan
from oversmith.cli.dry_run import print_plan
from oversmith.cli.errors import Terminated
from oversmith.cli.examples import COMMANDS, epilogue
from oversmith.cli.invocation import stopped
from oversmith.cli.options import (
    Classifiers,
    Column,
    Columns,
    Count,
    Datasets,
    Flag,
    Folder,
    Folds,
    Group,
    Limit,
    OutputFolder,
    Ratio,
    Seeds,
    Types,
)
from oversmith.cli.output import print_json, progress_bar
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.evaluation import Store
    from oversmith.evaluation.plan import Unit

bench = App(name="bench", help=COMMANDS["bench"], help_epilogue=epilogue(("bench",)))
for _command in (status, export, report):
    bench.command(_command)
bench.command(import_, name="import")

Names = Annotated[list[str] | None, Parameter(metavar="NAME")]


@bench.command
def run(
    plan: Path | None = None,
    /,
    *,
    output: OutputFolder,
    dataset: Datasets = None,
    group: Group = None,
    target: Column = None,
    positive: Annotated[str | None, Parameter(metavar="CLASS")] = None,
    drop: Columns = None,
    types: Types = None,
    headerless: Flag = False,
    drop_unlabelled: Flag = False,
    groups: Column = None,
    contender: Names = None,
    classifier: Classifiers = None,
    folds: Folds = None,
    repeats: Count = None,
    split: Annotated[str | None, Parameter(metavar="PERCENT")] = None,
    thin: Ratio = None,
    seed: Seeds = None,
    max_steps: Count = None,
    jobs: Count = None,
    backend: Literal["loky", "threading", "dask", "ray"] = "loky",
    time_limit: Limit = None,
    memory_limit: Limit = None,
    retry_failed: Flag = False,
    rerun_stale: Flag = False,
    json: Flag = False,
    dry_run: Flag = False,
) -> int:
    """Run a plan and keep its results in a folder; results that are there already are not run again.

    Parameters
    ----------
    plan : Path
        TOML file with datasets, contenders, classifiers, protocol, seeds; instead of the options below.
    output : Path
        Folder of the results.
    dataset : list of str
        Data set by name, or a .csv, .parquet or .npz file; may be repeated.
    group : str
        All tables of a group of data sets.
    target : str
        Column of the classes of the files named by --dataset.
    positive : str
        Class of these files that is set against all others.
    drop : list of str
        Column of these files that is no feature; may be repeated.
    types : list of str
        What a column is, where its cells do not say it: COLUMN=numeric, category, date, text or drop; may be repeated.
        date:day-first, date:month-first, numeric:decimal-comma and numeric:decimal-point settle what could be read in
        two ways.
    headerless : bool
        The first row of these files is data; the columns are called c1, c2 and so on.
    drop_unlabelled : bool
        Leave out rows without a label: empty cells, and marks such as NA, None and ?. They are refused otherwise.
    groups : str
        Column of these files that says which rows belong together: none is split between training and test.
    contender : list of str
        Contender, for example none-tuned, smote or eo-wgan-0.33; may be repeated.
    classifier : list of str
        Classifier, for example lr or xgb; may be repeated.
    folds : int
        Folds of the stratified cross-validation.
    repeats : int
        How often the data are split anew.
    split : str
        Parts of fixed size instead of folds, in percent: 80/20 or 70/15/15.
    thin : float
        Make the positive class rarer in the training parts: one row to so many others, 25 for instance. Test parts
        keep their shares.
    seed : list of int
        Seed of samplers and classifiers; may be repeated. The splits do not depend on it.
    max_steps : int
        Generator steps at most.
    jobs : int
        Jobs at the same time.
    backend : str
        Where joblib runs them.
    time_limit : float
        Seconds for a sampler and one classifier in one fold.
    memory_limit : float
        Megabytes of memory of a job's process.
    retry_failed : bool
        Run what failed, or went beyond a limit, once more.
    rerun_stale : bool
        Run what other versions of the code made once more.
    json : bool
        Print folder and counts as JSON when it is done.
    dry_run : bool
        Run nothing: print what would be run and about how long it takes.
    """
    options = {
        "--dataset": dataset,
        "--group": group,
        "--target": target,
        "--positive": positive,
        "--drop": drop,
        "--types": types,
        "--headerless": headerless or None,
        "--drop-unlabelled": drop_unlabelled or None,
        "--groups": groups,
        "--contender": contender,
        "--classifier": classifier,
        "--folds": folds,
        "--repeats": repeats,
        "--split": split,
        "--thin": thin,
        "--seed": seed,
        "--max-steps": max_steps,
    }
    given = [name for name, value in options.items() if value is not None]
    if plan is not None and given:
        raise InputError(
            given[0], f"it is given beside the plan {str(plan)!r}", "write it into the plan, or leave that out"
        )
    from oversmith.evaluation.plan_file import plan_of, read_request

    request = request_of(options) if plan is None else read_request(plan)
    if dry_run:
        print_plan([plan_of(request)], output, jobs, json=json)
        return 0
    limits = {"jobs": jobs, "backend": backend, "time_limit": time_limit, "memory_limit": memory_limit}
    return _run(output, request, limits, retry_failed=retry_failed, rerun_stale=rerun_stale, json=json)


@bench.command
def resume(
    folder: Folder,
    /,
    *,
    jobs: Count = None,
    time_limit: Limit = None,
    memory_limit: Limit = None,
    retry_failed: Flag = False,
    rerun_stale: Flag = False,
    json: Flag = False,
    dry_run: Flag = False,
) -> int:
    """Go on with the plan last run in a folder.

    Parameters
    ----------
    folder : Path
        Folder of the results.
    jobs : int
        Jobs at the same time; as last time unless given.
    time_limit : float
        Seconds for a sampler and one classifier in one fold; as last time unless given.
    memory_limit : float
        Megabytes of memory of a job's process; as last time unless given.
    retry_failed : bool
        Run what failed, or went beyond a limit, once more.
    rerun_stale : bool
        Run what other versions of the code made once more.
    json : bool
        Print folder and counts as JSON when it is done.
    dry_run : bool
        Run nothing: print what would be run and about how long it takes.
    """
    from oversmith.evaluation.plan_file import plan_of

    with open_results(folder) as store:
        request, limits = stored_plan(store, folder)
    given = {"jobs": jobs, "time_limit": time_limit, "memory_limit": memory_limit}
    limits |= {name: value for name, value in given.items() if value is not None}
    if dry_run:
        print_plan([plan_of(request)], folder, limits["jobs"], json=json)
        return 0
    return _run(folder, request, limits, retry_failed=retry_failed, rerun_stale=rerun_stale, json=json)


def _run(
    folder: Path,
    request: dict[str, Any],
    limits: dict[str, Any],
    *,
    retry_failed: bool,
    rerun_stale: bool,
    json: bool,
) -> int:
    from oversmith.evaluation import Store, missing
    from oversmith.evaluation import run as run_plan
    from oversmith.evaluation.plan_file import plan_of
    from oversmith.evaluation.runner import supersede

    plan = plan_of(request)
    with Store(folder) as store:
        left = missing(plan, store, retry_failed=retry_failed, rerun_stale=rerun_stale)
        # The folder shows the plan it was last run with.
        supersede(plan, store, others=True)
        store.set_meta("plan", json_format.dumps(request, sort_keys=True))
        store.set_meta("limits", json_format.dumps(limits, sort_keys=True))
        print(f"{left.cells} results in {left.total} jobs; {left.stored} jobs are done already", file=sys.stderr)
        workers = _workers(limits["jobs"], len(left.units))
        estimates = _Estimates(left.units, store, workers)
        estimates.show(left.units)
        try:
            with progress_bar("Running") as advance:

                def progress(done: int, total: int, label: str) -> None:
                    advance(done, total, label)
                    estimates.after(left.units, done - left.stored)

                run_plan(
                    plan,
                    store,
                    n_jobs=limits["jobs"],
                    backend=limits["backend"],
                    time_limit=limits["time_limit"],
                    memory_limit=limits["memory_limit"],
                    retry_failed=retry_failed,
                    rerun_stale=rerun_stale,
                    progress=progress,
                )
        except (KeyboardInterrupt, Terminated) as error:
            return stopped(error, "finished jobs are stored", resume_command(folder))
        counts = missing(plan, store).statuses
    incomplete = {name: number for name, number in counts.items() if name not in ("done", "skipped")}
    if incomplete:
        listed = ", ".join(f"{number} {name}" for name, number in incomplete.items())
        print(f"oversmith: {listed}; see 'oversmith bench report {shlex.quote(str(folder))}'", file=sys.stderr)
    print_json({"folder": str(folder), "results": counts}) if json else print(folder)
    return 0


class _Estimates:
    """Estimates of the time left: at once where timings are stored, and after the first job and the first round."""

    def __init__(self, units: Sequence[Unit], store: Store, workers: int) -> None:
        self._store, self._workers = store, workers
        # The first data set comes first, contender by contender.
        self._moments = {1, len({unit.job.contender.name for unit in units})}

    def show(self, units: Sequence[Unit]) -> None:
        from oversmith.evaluation.estimate import estimate

        if not units:
            return
        time = estimate(units, self._store, self._workers)
        print(f"estimate for {len(units)} jobs on {self._workers} process(es): {time}", file=sys.stderr)

    def after(self, units: Sequence[Unit], done: int) -> None:
        if done in self._moments:
            self.show(units[done:])


def _workers(jobs: int | None, units: int) -> int:
    import joblib

    return max(1, min(jobs or joblib.cpu_count(), units))
