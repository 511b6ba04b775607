"""``oversmith bench``: a grid of data sets, contenders, classifiers, folds and seeds that survives being killed."""

from __future__ import annotations

import json as json_format
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter, validators

from oversmith.cli.bench_plan import plan_of, read_request
from oversmith.cli.errors import INTERRUPTED, TERMINATED, Terminated, WriteError, one_line, reason
from oversmith.cli.examples import COMMANDS, epilogue
from oversmith.cli.files import SUFFIXES, check_output, replacing
from oversmith.cli.output import print_table, progress_bar, wrap
from oversmith.exceptions import InputError, OversmithError

if TYPE_CHECKING:
    from oversmith.evaluation import Store
    from oversmith.evaluation.plan import Unit

bench = App(name="bench", help=COMMANDS["bench"], help_epilogue=epilogue(("bench",)))

Out = Annotated[Path, Parameter(alias="-o", metavar="FOLDER")]
Folder = Annotated[Path, Parameter(metavar="FOLDER")]
Names = Annotated[list[str] | None, Parameter(metavar="NAME")]
AtLeastOne = Parameter(validator=validators.Number(gte=1))
Above = Parameter(validator=validators.Number(gt=0))
Flag = Flag


@bench.command
def run(
    plan: Path | None = None,
    /,
    *,
    out: Out,
    dataset: Names = None,
    group: str | None = None,
    target: str | None = None,
    positive: str | None = None,
    contender: Names = None,
    classifier: Names = None,
    folds: Annotated[int | None, Parameter(validator=validators.Number(gte=2))] = None,
    repeats: Annotated[int | None, AtLeastOne] = None,
    split: str | None = None,
    ratio: Annotated[float | None, AtLeastOne] = None,
    seed: Annotated[list[int] | None, Parameter(negative="")] = None,
    max_steps: Annotated[int | None, AtLeastOne] = None,
    jobs: Annotated[int | None, AtLeastOne] = None,
    backend: str = "loky",
    time_limit: Annotated[float | None, Above] = None,
    memory_limit: Annotated[float | None, Above] = None,
    retry_failed: Flag = False,
    rerun_stale: Flag = False,
) -> int:
    """Run a plan and keep its results in a folder; what is there already is not run again.

    Parameters
    ----------
    plan : Path
        TOML file with datasets, contenders, classifiers, protocol, seeds; instead of the options below.
    out : Path
        Folder of the results.
    dataset : list of str
        Data set by name, or a .csv, .parquet or .npz file; may be repeated.
    group : str
        All data sets of a group, tuning or judging.
    target : str
        Column of the classes of the files named by --dataset.
    positive : str
        Class of these files that is set against all others.
    contender : list of str
        Contender, for example none-tuned, smote or eo-wgan-0.33; may be repeated.
    classifier : list of str
        Classifier, for example lr or xgb; may be repeated.
    folds : int
        Folds of the stratified cross-validation.
    repeats : int
        How often the data are cut anew.
    split : str
        Parts of fixed size instead of folds, in percent: 80/20 or 70/15/15.
    ratio : float
        Thin the positive rows of every training part to one in so many negative ones.
    seed : list of int
        Seed of samplers and classifiers; may be repeated. The cuts do not depend on it.
    max_steps : int
        Generator steps at most.
    jobs : int
        Jobs at the same time.
    backend : str
        Where joblib runs them: loky, threading, dask or ray.
    time_limit : float
        Seconds for a sampler and one classifier in one fold.
    memory_limit : float
        Megabytes of memory of a job's process.
    retry_failed : bool
        Run what failed, or went beyond a limit, once more.
    rerun_stale : bool
        Run what other versions of the code made once more.
    """
    options = {
        "--dataset": dataset,
        "--group": group,
        "--target": target,
        "--positive": positive,
        "--contender": contender,
        "--classifier": classifier,
        "--folds": folds,
        "--repeats": repeats,
        "--split": split,
        "--ratio": ratio,
        "--seed": seed,
        "--max-steps": max_steps,
    }
    given = [name for name, value in options.items() if value is not None]
    if plan is not None and given:
        raise InputError(
            f"{given[0]}: it is given beside the plan {str(plan)!r}; write it into the plan, or leave that out"
        )
    request = _request(options) if plan is None else read_request(plan)
    limits = {"jobs": jobs, "backend": backend, "time_limit": time_limit, "memory_limit": memory_limit}
    return _run(out, request, limits, retry_failed=retry_failed, rerun_stale=rerun_stale)


@bench.command
def resume(
    folder: Folder,
    /,
    *,
    jobs: Annotated[int | None, AtLeastOne] = None,
    time_limit: Annotated[float | None, Above] = None,
    memory_limit: Annotated[float | None, Above] = None,
    retry_failed: Flag = False,
    rerun_stale: Flag = False,
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
    """
    with _open(folder) as store:
        request, limits = _kept(store, folder)
    asked = {"jobs": jobs, "time_limit": time_limit, "memory_limit": memory_limit}
    limits |= {name: value for name, value in asked.items() if value is not None}
    return _run(folder, request, limits, retry_failed=retry_failed, rerun_stale=rerun_stale)


@bench.command
def status(folder: Folder, /, *, json: Flag = False) -> None:
    """Show how far the plan of a folder is.

    Parameters
    ----------
    folder : Path
        Folder of the results.
    json : bool
        Print JSON.
    """
    from oversmith.evaluation import missing

    with _open(folder) as store:
        counts = store.counts()
        left, why = None, "its results were read in, or made in Python"
        if store.meta("plan") is not None:
            try:
                left = missing(plan_of(_kept(store, folder)[0]), store)
            except OversmithError as error:
                # What is stored can be told even where the data are no longer at hand.
                why = f"the plan cannot be followed here, {one_line(error)}"
    found: dict[str, Any] = {"folder": str(folder), "results": counts}
    if left is not None:
        found["plan"] = {"results": left.cells, "stale": left.stale, **left.statuses}
        found["units"] = {"done": left.stored, "total": left.total}
    if json:
        print(_text(found))
        return
    rows = [(name, str(count)) for name, count in counts.items()]
    print_table(f"{folder}: results", [("status", "left"), ("number", "right")], rows)
    if left is None:
        wrap(f"Nothing can be said about what is left: {why}.")
        return
    pending = left.statuses.get("pending", 0)
    wrap(
        f"Plan: {left.cells} results in {left.total} jobs; {pending} results pending, {left.stale} made by other code."
    )
    if pending:
        wrap(f"Go on with: {_command(folder)}")


@bench.command
def export(folder: Folder, file: Annotated[Path, Parameter(metavar="FILE")], /, *, force: Flag = False) -> None:
    """Write the raw scores of a folder as Parquet or CSV.

    Parameters
    ----------
    folder : Path
        Folder of the results.
    file : Path
        A .parquet or .csv file.
    force : bool
        Replace the file if it exists.
    """
    from oversmith.evaluation import write_scores

    check_output(file, "FILE", force=force)
    with _open(folder) as store:
        try:
            rows = write_scores(store, file)
        except OSError as error:
            raise WriteError(
                f"FILE: {str(file)!r} cannot be written, {reason(error)}; free some space or name a path elsewhere"
            ) from error
    print(f"{file}: {rows} results")


@bench.command(name="import")
def import_(file: Annotated[Path, Parameter(metavar="FILE")], /, *, out: Out) -> None:
    """Read exported raw scores into a folder; results it has already stay as they are.

    Parameters
    ----------
    file : Path
        A .parquet file that bench export wrote.
    out : Path
        Folder of the results.
    """
    from oversmith.evaluation import Store, read_scores

    if not file.is_file():
        raise InputError(f"FILE: there is no file {str(file)!r}; check the path")
    with Store(out) as store:
        read, passed = read_scores(store, file)
    print(f"{out}: {read} results read in, {passed} there already")


@bench.command
def report(
    results: Annotated[Path, Parameter(metavar="FOLDER|FILE.parquet")],
    /,
    *,
    control: str = "none-tuned",
    output: Annotated[Path | None, Parameter(alias="-o", metavar="FILE.md")] = None,
    force: Flag = False,
) -> None:
    """Print tables of results as Markdown, effect and interval first.

    Parameters
    ----------
    results : Path
        Folder of the results, or a file that export wrote.
    control : str
        The contender all others are set against.
    output : Path
        Write the tables to this file instead.
    force : bool
        Replace the file if it exists.
    """
    from oversmith.evaluation.bench_report import report_markdown

    if output is not None:
        check_output(output, "--output", force=force)
    with _results(results) as store:
        text = report_markdown(store.scores(), control=control)
    if output is None:
        print(text, end="")
        return
    with replacing(output, "--output") as file:
        file.write(text.encode())
    print(output)


def _results(path: Path) -> Store:
    """Open a folder of results, or read exported ones into memory."""
    if path.suffix != ".parquet":
        return _open(path)
    from oversmith.evaluation import Store, read_scores

    store = Store(None)
    read_scores(store, path)
    return store


def _run(
    folder: Path, request: dict[str, Any], limits: dict[str, Any], *, retry_failed: bool, rerun_stale: bool
) -> int:
    from oversmith.evaluation import Store, missing
    from oversmith.evaluation import run as run_plan

    plan = plan_of(request)
    with Store(folder) as store:
        left = missing(plan, store, retry_failed=retry_failed, rerun_stale=rerun_stale)
        store.set_meta("plan", json_format.dumps(request, sort_keys=True))
        store.set_meta("limits", json_format.dumps(limits, sort_keys=True))
        print(f"{left.cells} results in {left.total} jobs; {left.stored} jobs are done already", file=sys.stderr)
        workers = _workers(limits["jobs"], len(left.units))
        told = _Teller(left.units, store, workers)
        told.say(left.units)
        try:
            with progress_bar("Running") as advance:

                def progress(done: int, total: int, label: str) -> None:
                    advance(done, total, label)
                    told.after(left.units, done - left.stored)

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
            name = "interrupted" if isinstance(error, KeyboardInterrupt) else "terminated"
            print(f"oversmith: {name}; finished jobs are stored, go on with: {_command(folder)}", file=sys.stderr)
            return INTERRUPTED if isinstance(error, KeyboardInterrupt) else TERMINATED
        counts = missing(plan, store).statuses
    lost = {name: number for name, number in counts.items() if name not in ("done", "skipped")}
    if lost:
        listed = ", ".join(f"{number} {name}" for name, number in lost.items())
        print(f"oversmith: {listed}; see 'oversmith bench report {shlex.quote(str(folder))}'", file=sys.stderr)
    print(folder)
    return 0


class _Teller:
    """Says how long the run will take: from stored timings at once, else after the first job and the first round."""

    def __init__(self, units: Sequence[Unit], store: Store, workers: int) -> None:
        self._store, self._workers = store, workers
        # The first data set comes first, contender by contender.
        self._turns = {1, len({unit.job.contender.name for unit in units})}

    def say(self, units: Sequence[Unit]) -> None:
        from oversmith.evaluation.estimate import estimate

        if not units:
            return
        found = estimate(units, self._store, self._workers)
        if found.seconds is None:
            print("estimate: nothing was timed yet; it follows after the first job", file=sys.stderr)
            return
        doubt = f", {found.guessed} of contenders never timed" if found.guessed else ""
        print(
            f"estimate: about {_duration(found.seconds)} for {len(units)} jobs on {self._workers} process(es), "
            f"from {found.timed} timed{doubt}",
            file=sys.stderr,
        )

    def after(self, units: Sequence[Unit], done: int) -> None:
        if done in self._turns:
            self.say(units[done:])


def _request(options: dict[str, Any]) -> dict[str, Any]:
    """Turn options into what a plan file would hold."""
    protocol: dict[str, Any] = {}
    if options["--split"] is not None:
        protocol = _shares(options["--split"])
        if options["--folds"] is not None:
            raise InputError("--folds: it is given beside --split; give one of them")
    for name in ("folds", "repeats", "ratio"):
        if options[f"--{name}"] is not None:
            protocol[name] = options[f"--{name}"]
    datasets: list[Any] = []
    for name in options["--dataset"] or ():
        if not name.lower().endswith(SUFFIXES):
            datasets.append(name)
            continue
        entry = {"path": str(Path(name).resolve()), "target": options["--target"], "positive": options["--positive"]}
        datasets.append({key: value for key, value in entry.items() if value is not None})
    found = {
        "datasets": datasets or None,
        "group": options["--group"],
        "contenders": options["--contender"],
        "classifiers": options["--classifier"],
        "protocol": protocol,
        "seeds": options["--seed"],
        "max_steps": options["--max-steps"],
    }
    return {name: value for name, value in found.items() if value is not None}


def _shares(text: str) -> dict[str, float]:
    try:
        shares = [float(part) for part in text.split("/")]
    except ValueError:
        shares = []
    if len(shares) not in (2, 3) or abs(sum(shares) - 100) > 1e-9 or min(shares) <= 0:
        raise InputError(f"--split: {text!r} found; give percent that sum to 100: 80/20, or 70/15/15 with validation")
    found = {"test": shares[-1] / 100}
    return found | ({"validation": shares[1] / 100} if len(shares) == 3 else {})


def _open(folder: Path) -> Store:
    from oversmith.evaluation import Store

    return Store(folder, write=False)


def _kept(store: Store, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Plan and limits of the last run."""
    request, limits = store.meta("plan"), store.meta("limits")
    if request is None or limits is None:
        raise InputError(f"FOLDER: {str(folder)!r} holds no plan; start one with 'oversmith bench run'")
    return json_format.loads(request), json_format.loads(limits)


def _workers(jobs: int | None, units: int) -> int:
    import joblib

    return max(1, min(jobs or joblib.cpu_count(), units))


def _command(folder: Path) -> str:
    return f"oversmith bench resume {shlex.quote(str(folder))}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _text(value: Any) -> str:
    return json_format.dumps(value, indent=2, ensure_ascii=False)
