"""``oversmith bench status | export | import | report``: what a folder of results holds."""

from __future__ import annotations

import json as json_format
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from oversmith.cli.errors import one_line
from oversmith.cli.options import Flag, Folder, OutputFile, OutputFolder
from oversmith.cli.output import print_json, print_table, say, wrap
from oversmith.exceptions import InputError, OversmithError, WriteError, system_reason

if TYPE_CHECKING:
    from oversmith.evaluation import Store


def status(folder: Folder, /, *, json: Flag = False) -> None:
    """Show how much of the plan of a folder is done.

    Parameters
    ----------
    folder : Path
        Folder of the results.
    json : bool
        Print JSON.
    """
    from oversmith.evaluation import missing
    from oversmith.evaluation.plan_file import plan_of

    with open_results(folder) as store:
        counts, superseded = store.counts(), len(store.superseded())
        left, why = None, "its results were read in, or made in Python"
        if store.meta("plan") is not None:
            try:
                left = missing(plan_of(stored_plan(store, folder)[0]), store)
            except OversmithError as error:
                # The counts can be shown even where the data are no longer at hand.
                why = f"the plan cannot be followed here, {one_line(error)}"
    facts: dict[str, Any] = {"folder": str(folder), "results": counts, "superseded": superseded}
    if left is not None:
        facts["plan"] = {"results": left.cells, "stale": left.stale, **left.statuses}
        facts["units"] = {"done": left.stored, "total": left.total}
    if json:
        print_json(facts)
        return
    rows = [(name, str(count)) for name, count in counts.items()]
    print_table(f"{folder}: results", [("status", "left"), ("number", "right")], rows)
    if superseded:
        wrap(f"{superseded} of them are superseded: no report or export shows them.")
    if left is None:
        wrap(f"Nothing can be said about what is left: {why}.")
        return
    pending = left.statuses.get("pending", 0)
    wrap(
        f"Plan: {left.cells} results in {left.total} jobs; {pending} results pending, {left.stale} made by other code."
    )
    if pending:
        wrap(f"Go on with: {resume_command(folder)}")


def export(
    folder: Folder, file: Annotated[Path, Parameter(metavar="FILE")], /, *, force: Flag = False, json: Flag = False
) -> None:
    """Write the raw scores of a folder as Parquet or CSV.

    Parameters
    ----------
    folder : Path
        Folder of the results.
    file : Path
        A .parquet or .csv file.
    force : bool
        Replace the file if it exists.
    json : bool
        Print path and number as JSON.
    """
    from oversmith.evaluation import write_scores
    from oversmith.io.write import check_output

    check_output(file, "file", force=force)
    with open_results(folder) as store:
        superseded = len(store.superseded())
        try:
            rows = write_scores(store, file)
        except OSError as error:
            raise WriteError(
                "file",
                f"{str(file)!r} cannot be written, {system_reason(error)}",
                "free some space or name a path elsewhere",
            ) from error
    if json:
        print_json({"file": str(file), "results": rows, "superseded": superseded})
        return
    print(f"{file}: {rows} results{f', {superseded} superseded ones left out' if superseded else ''}")


def import_(file: Annotated[Path, Parameter(metavar="FILE")], /, *, output: OutputFolder, json: Flag = False) -> None:
    """Read exported raw scores into a folder; results it has already stay as they are.

    Parameters
    ----------
    file : Path
        A .parquet file that bench export wrote.
    output : Path
        Folder of the results.
    json : bool
        Print folder and numbers as JSON.
    """
    from oversmith.evaluation import Store, read_scores

    if not file.is_file():
        raise InputError("file", f"there is no file {str(file)!r}", "check the path")
    with Store(output) as store:
        read, passed = read_scores(store, file)
    if json:
        print_json({"folder": str(output), "read": read, "there_already": passed})
        return
    print(f"{output}: {read} results read in, {passed} there already")


def report(
    results: Annotated[Path, Parameter(metavar="FOLDER|FILE.parquet")],
    /,
    *,
    control: str | None = None,
    output: OutputFile = None,
    force: Flag = False,
    json: Flag = False,
) -> None:
    """Print tables of results as Markdown, effect and interval first.

    Parameters
    ----------
    results : Path
        Folder of the results, or a file that export wrote.
    control : str
        The contender that all others are compared with; none-tuned unless given, or none.
    output : Path
        Write the tables to this file instead.
    force : bool
        Replace the file if it exists.
    json : bool
        Print what the page of `oversmith report` shows as JSON, in place of the tables.
    """
    from oversmith.io.write import check_output, replacing
    from oversmith.results import Results

    if output is not None:
        check_output(output, "output", force=force)
    with _results(results) as store:
        summary = Results(store, control=control, name=results.resolve().stem)
        if json:
            print_json(summary.to_dict())
        text = summary.to_markdown()
    if output is None:
        if not json:
            say(text, end="")
        return
    with replacing(output, "output") as file:
        file.write(text.encode())
    if not json:
        print(output)


def _results(path: Path) -> Store:
    """Open a folder of results, or read exported ones into memory."""
    if path.suffix != ".parquet":
        return open_results(path)
    from oversmith.evaluation import Store, read_scores

    store = Store(None)
    read_scores(store, path)
    return store


def open_results(folder: Path) -> Store:
    """Open a folder of results for reading."""
    from oversmith.evaluation import Store

    return Store(folder, write=False)


def stored_plan(store: Store, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the plan and the limits of the last run."""
    request, limits = store.meta("plan"), store.meta("limits")
    if request is None or limits is None:
        raise InputError("folder", f"{str(folder)!r} holds no plan", "start one with 'oversmith bench run'")
    return json_format.loads(request), json_format.loads(limits)


def resume_command(folder: Path) -> str:
    """Write the command that goes on with a plan."""
    return f"oversmith bench resume {shlex.quote(str(folder))}"
