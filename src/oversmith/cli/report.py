"""``oversmith report``: the page of what is stored."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from oversmith.cli.files import check_output, replacing
from oversmith.cli.options import Flag, OutputFile
from oversmith.cli.output import progress_bar
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.evaluation import Store

DEFAULT_REPORT = Path("oversmith-report.html")


def report(
    results: Annotated[Path, Parameter(metavar="FOLDER|RAW.parquet")],
    /,
    *,
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
    output : Path
        The page; oversmith-report.html in this folder unless given.
    force : bool
        Replace the file named by --output if it exists.
    json : bool
        Print what the page shows as JSON, in place of its path.
    """
    page = DEFAULT_REPORT if output is None else output
    check_output(page, "--output", force=force or output is None)
    with progress_bar("Writing the report"):
        summary, text = _page(results)
        with replacing(page, "--output") as file:
            file.write(text.encode())
    if json:
        print(json_format.dumps(summary, ensure_ascii=False, allow_nan=False, indent=1))
    else:
        print(page)


def _page(results: Path) -> tuple[dict[str, Any], str]:
    """Summary and page of what the results are."""
    from oversmith.evaluation import Store, stored_comparison
    from oversmith.report import render, summarise

    if not results.exists():
        raise InputError(f"RESULTS: there is nothing at {str(results)!r}; name a folder of results or a raw.parquet")
    with Store(results, write=False) as store:
        _check_finished(store, results)
        summary = summarise(stored_comparison(store))
        return summary, render(summary)


def _check_finished(store: Store, results: Path) -> None:
    """Refuse a comparison that was stopped, with the command that finishes it."""
    command = store.meta("command")
    if store.meta("comparison") is None and command is not None:
        n = sum(store.counts().values())
        raise InputError(
            f"RESULTS: {str(results)!r} holds {n} results of a comparison that was stopped; go on: {command}"
        )
