"""``oversmith study``: the experiments of a paper rebuilt, published numbers and ours side by side."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from oversmith.cli.cache import persistent_cache
from oversmith.cli.dry_run import print_plan
from oversmith.cli.errors import Terminated
from oversmith.cli.invocation import command_again, stopped
from oversmith.cli.options import Count, Flag, MaybeOutputFolder, whole
from oversmith.cli.output import print_json, progress_bar, say
from oversmith.exceptions import InputError, WriteError, nearest_hint, system_reason

if TYPE_CHECKING:
    from oversmith.studies import Result, Study


def _names(context: Any) -> list[str]:
    from oversmith.studies import STUDIES

    return list(STUDIES)


def study(
    name: Annotated[str, Parameter(metavar="NAME", completer=_names)],
    /,
    *,
    quick: Flag = False,
    output: MaybeOutputFolder = None,
    from_: Annotated[Path | None, Parameter(name="--from", metavar="RAW.parquet")] = None,
    seeds: Count = None,
    max_steps: Count = None,
    max_rows: Annotated[int | None, whole(gte=200)] = None,
    max_points: Annotated[int | None, whole(gte=16)] = None,
    defaults: Flag = False,
    jobs: Count = None,
    json: Flag = False,
    dry_run: Flag = False,
) -> int:
    """Rebuild the experiments of a paper: every table and figure, published and ours side by side.

    Results are stored as they come; the same command goes on where it was interrupted.

    Parameters
    ----------
    name : str
        eo-wgan (Riaz et al.), smotified-gan (Sharma et al.), ganbats (Liu et al., time series), spectra (Chung et al.)
        or difficulty (Nazari et al., images and tables).
    quick : bool
        Fewer repeats, rows and steps; every table, row and column stays.
    output : Path
        Folder of results, tables and figures; study-NAME unless given.
    from_ : Path
        Rebuild tables and figures from raw scores; nothing is run.
    seeds : int
        Seeds on every fold of a cross-validation; three unless given, one if quick. Of spectra, repetitions: ten unless
        given, two if quick. Of difficulty, folds of five: all unless given, one if quick.
    max_steps : int
        Generator steps at most; the paper's epochs unless given.
    max_rows : int
        Of larger data sets so many rows are drawn; 10,000 unless given.
    max_points : int
        Longer spectra are resampled to so many points; study of spectra alone.
    defaults : bool
        Samplers with the library's defaults in place of the paper's setting; study of spectra alone.
    jobs : int
        Jobs at the same time.
    json : bool
        Print every number of the study as JSON, in place of the tables.
    dry_run : bool
        Run nothing: print what would be run and about how long it takes.
    """
    from oversmith.studies import STUDIES, Scope, rebuild, run_study

    if name not in STUDIES:
        raise InputError("name", f"{name!r} is not known", nearest_hint(name, STUDIES))
    chosen = STUDIES[name]
    options = {"seeds": seeds, "max-steps": max_steps, "max-rows": max_rows}
    options |= {"max-points": max_points}
    if from_ is not None:
        given = {"--quick": quick, "--defaults": defaults, "--jobs": jobs, "--dry-run": dry_run} | {
            f"--{option}": value for option, value in options.items()
        }
        beside = [option for option, value in given.items() if value]
        if beside:
            raise InputError(beside[0], "it is given beside --from, which runs nothing", "leave one out")
        return _end(rebuild(chosen, from_), chosen, output, json=json)
    if quick and seeds is not None:
        raise InputError("seeds", "it is given beside --quick, which has its own", "leave one out")
    if name != "spectra" and (defaults or max_points is not None):
        raise InputError(
            "defaults" if defaults else "max_points", "it is for the study of spectra alone", "leave it out"
        )
    folder = output or Path(f"study-{name}{'-quick' if quick else ''}")
    rows, steps = chosen.quick if quick else (10_000, None)
    scope = Scope(
        quick=quick,
        max_steps=max_steps or steps,
        max_rows=max_rows or rows,
        seeds=seeds or chosen.seeds,
        max_points=max_points,
        defaults=defaults,
    )
    if dry_run:
        from oversmith.studies import study_plans

        print_plan(list(study_plans(chosen, scope).values()), folder, jobs, json=json)
        return 0
    words = ["oversmith", "study", name, *(["--quick"] if quick else []), *(["--defaults"] if defaults else [])]
    words += [word for key, value in options.items() if value is not None for word in (f"--{key}", str(value))]
    try:
        with persistent_cache(), progress_bar("Running") as advance:
            result = run_study(
                chosen,
                folder,
                scope,
                n_jobs=jobs,
                command=shlex.join(words),
                say=lambda text: say(text, stderr=True),
                progress=advance,
            )
    except (KeyboardInterrupt, Terminated) as error:
        return stopped(error, "finished fits are stored", command_again())
    return _end(result, chosen, folder, json=json)


def _end(result: Result, study: Study, folder: Path | None, *, json: bool) -> int:
    """Write the files, where there is a folder, and print the tables."""
    from oversmith.studies import write_result

    if folder is not None:
        try:
            written = write_result(result, folder, study.name)
        except OSError as error:
            raise WriteError(
                "output",
                f"{str(folder)!r} cannot be written, {system_reason(error)}",
                "free some space or name another folder",
            ) from error
        for path in written:
            print(path, file=sys.stderr)
    if json:
        print_json({"study": study.name, "title": study.title, "numbers": result.numbers})
    else:
        say(result.markdown, end="")
    return 0
