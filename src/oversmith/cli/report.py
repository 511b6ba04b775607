"""``oversmith report``: the page of what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from oversmith.cli.options import Flag, OutputFile
from oversmith.cli.output import print_json, progress_bar
from oversmith.exceptions import InputError, OversmithError

if TYPE_CHECKING:
    from oversmith.evaluation import Store

DEFAULT_REPORT = Path("oversmith-report.html")


def report(
    results: Annotated[Path, Parameter(metavar="FOLDER|RAW.parquet")],
    /,
    *,
    control: Annotated[str | None, Parameter(metavar="NAME")] = None,
    output: OutputFile = None,
    force: Flag = False,
    json: Flag = False,
) -> None:
    """Write the page of a stored comparison, benchmark or study.

    Nothing is run again; the path of the page goes to stdout.

    Parameters
    ----------
    results : Path
        Folder of `oversmith compare --store`, of a benchmark or a study; or the raw scores of the last two.
    control : str
        Of a benchmark: the contender that all others are compared with; none-tuned unless given.
    output : Path
        The page; oversmith-report.html in this folder unless given.
    force : bool
        Replace the file named by --output if it exists.
    json : bool
        Print what the page shows as JSON, in place of its path.
    """
    from oversmith.io.write import check_output, replacing

    page = DEFAULT_REPORT if output is None else output
    check_output(page, "output", force=force or output is None)
    with progress_bar("Writing the report"):
        from oversmith.report import render

        summary = _summary(results, control)
        text = render(summary)
        with replacing(page, "output") as file:
            file.write(text.encode())
    if json:
        print_json(summary, indent=1, allow_nan=False)
    else:
        print(page)


def _summary(results: Path, control: str | None) -> dict[str, Any]:
    """Summarise a study, a comparison or a benchmark, as the results are."""
    from oversmith.evaluation import Store, read_scores, stored_comparison
    from oversmith.evaluation.export import read_notes
    from oversmith.report import summarise, summarise_bench

    if not results.exists():
        raise InputError(
            "results", f"there is nothing at {str(results)!r}", "name a folder of results, or a .parquet file"
        )
    if results.is_file():
        if read_notes(results).get("study") is not None:
            return _study(results, control)
        with Store(None) as store:
            read_scores(store, results)
            return summarise_bench(store.scores(), control=control, name=results.stem)
    with Store(results, write=False) as store:
        if store.meta("study") is not None:
            raw = results / "raw.parquet"
            if not raw.is_file():
                raise InputError(
                    "results", f"the study in {str(results)!r} was stopped", "go on with 'oversmith study'"
                )
            return _study(raw, control)
        if store.meta("comparison") is not None:
            _no_control(control, "a comparison")
            return summarise(stored_comparison(store))
        command, n = store.meta("command"), sum(store.counts().values())
        if command is not None:
            raise InputError(
                "results",
                f"{str(results)!r} holds {n} results of a comparison that was stopped",
                f"go on with: {command}",
            )
        return summarise_bench(store, control=control, name=results.resolve().name, notes=_left(store, results))


def _study(raw: Path, control: str | None) -> dict[str, Any]:
    from oversmith.report import summarise_study
    from oversmith.studies import rebuild_any

    _no_control(control, "a study")
    return summarise_study(rebuild_any(raw).page)


def _no_control(control: str | None, what: str) -> None:
    if control is not None:
        raise InputError("control", f"{what} has its own, no resampling with a tuned threshold", "leave it out")


def _left(store: Store, folder: Path) -> list[str]:
    """Say how much of the plan is left, where that can be known."""
    from oversmith.cli.bench_results import resume_command, stored_plan
    from oversmith.evaluation import missing
    from oversmith.evaluation.plan_file import plan_of

    if store.meta("plan") is None:
        return []
    try:
        pending = missing(plan_of(stored_plan(store, folder)[0]), store).statuses.get("pending", 0)
    except OversmithError:
        # The data are no longer at hand; the results are shown without it.
        return []
    return [f"{pending} results of the plan are pending; go on with: {resume_command(folder)}"] if pending else []
