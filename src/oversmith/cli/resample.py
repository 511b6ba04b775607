"""``oversmith resample``: a table, series or images in, the same with generated rows out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from oversmith.cli.cache import persistent_cache
from oversmith.cli.options import (
    Column,
    Columns,
    Count,
    Flag,
    Method,
    Modality,
    RequiredOutputFile,
    Seed,
    Share,
    Types,
)
from oversmith.cli.output import print_data, print_json, print_note, print_table, say

if TYPE_CHECKING:
    from oversmith.evaluation.resampling import Resampling

FLAG_NAME = "is_synthetic"


def resample(
    data: Path,
    *,
    target: Column = None,
    method: Method,
    output: RequiredOutputFile,
    positive: Annotated[str | None, Parameter(metavar="CLASS")] = None,
    drop: Columns = None,
    types: Types = None,
    headerless: Flag = False,
    drop_unlabelled: Flag = False,
    sampling_ratio: Share = None,
    fill: Share = None,
    seed: Seed = 0,
    max_steps: Count = None,
    bounds: str | None = None,
    modality: Modality = None,
    channels: Literal["first", "last"] | None = None,
    axis: Annotated[str | None, Parameter(metavar="ARRAY")] = None,
    synthetic_only: Flag = False,
    flag_column: Annotated[list[str] | None, Parameter(consume_multiple=(0, 1), metavar="[NAME]")] = None,
    force: Flag = False,
    json: Flag = False,
    dry_run: Flag = False,
) -> None:
    """Write a balanced file: the real rows, unchanged and in order, then the generated ones.

    The path of the written file goes to stdout, a summary to stderr. Column order and types are those of
    DATA; real cells are copied as they were read. Dropped columns are not written: a generated row has no
    value for them.

    Parameters
    ----------
    data : Path
        A .csv, .tsv, .parquet, .xlsx or .npz file (arrays X and the one named by --target). An npz whose X has three
        dimensions holds series, one of four holds images. Or a folder of spectra, or the name of a data set.
    target : str
        Column of the classes; array y of an npz file unless given.
    method : str
        Method, as `oversmith methods` lists it.
    output : Path
        File to write; the suffix tells the format: .csv, .tsv or .parquet for a table, .npz for arrays.
    positive : str
        Balance this class against all others together. Real rows keep their classes in the output, generated
        rows carry this one.
    drop : list of str
        Column to leave out of training and output; may be repeated.
    types : list of str
        What a column is, where its cells do not say it: COLUMN=numeric, category, date, text or drop; may be repeated.
        date:day-first, date:month-first, numeric:decimal-comma and numeric:decimal-point settle what could be read in
        two ways.
    headerless : bool
        The first row of the file is data; the columns are called c1, c2 and so on.
    drop_unlabelled : bool
        Leave out rows without a label: empty cells, and marks such as NA, None and ?. They are refused otherwise.
    sampling_ratio : float
        For two classes: rows of the smaller over rows of the larger class in the output.
    fill : float
        Share of each class's deficit to fill.
    seed : int
        Seed: the same gives the same rows.
    max_steps : int
        Generator steps at most.
    bounds : str
        For series, spectra and images: keep generated values in each channel's observed range (observed), from zero
        up (non-negative), or between two numbers, as 0:255. Data that go beyond are refused.
    modality : str
        What the X of an npz file holds: needed for grey images (cases, height, width) unless the file has an array
        called modality that says so, or is a data set of the registry.
    channels : str
        Where the channels of series and images are: first (cases, channels, ...) unless given, or last. Needed for
        series with far more channels than time points.
    axis : str
        Array of an npz file that says where the points of spectra lie; it is written again. One called axis,
        wavenumber, wavelength, frequency, raman_shift, energy, two_theta, mz or ppm is found by itself; `none` takes
        none. With an axis a 2-D X holds spectra.
    synthetic_only : bool
        Write the generated rows alone.
    flag_column : list of str
        Add a last column that is true for generated rows; its name is is_synthetic unless given.
    force : bool
        Replace the output file if it exists.
    json : bool
        Print the summary as JSON on stdout, in place of the path.
    dry_run : bool
        Write nothing: print what was understood of the data, how many rows of each class would be generated, and about
        how long it takes.
    """
    from oversmith._registry import method as find_method
    from oversmith.evaluation.resampling import Resampling
    from oversmith.io import read, write
    from oversmith.io.bounds import parse_bounds
    from oversmith.io.format import WRITE_SUFFIXES, checked_suffix
    from oversmith.io.write import check_output

    find_method(method)
    checked_suffix(output, "output", WRITE_SUFFIXES)
    check_output(output, "output", force=force)
    rows = read(
        data,
        target,
        positive=positive,
        drop=drop or (),
        types=types or (),
        header=not headerless,
        groups="none",
        modality=modality,
        channels=channels,
        axis=axis,
        drop_unlabelled=drop_unlabelled,
    )
    flag = None if flag_column is None else (flag_column or [FLAG_NAME])[0]
    rows.check_output(output, flag, argument="output")
    value_bounds = None if bounds is None else parse_bounds(bounds)
    plan = Resampling(rows, method, sampling_ratio, fill, max_steps, value_bounds, seed)
    if dry_run:
        _print_plan(plan, output, json=json)
        return
    for note in rows.notes:
        print_note(note)
    with persistent_cache():
        generated = plan.generate(verbose=sys.stderr.isatty())
    write(output, rows, generated.X, generated.labels, real=not synthetic_only, flag=flag, argument="output")
    before, added = {str(label): n for label, n in rows.label_counts.items()}, generated.counts
    n = len(generated.labels)
    summary: dict[str, Any] = {
        "data": str(data),
        "output": str(output),
        "method": method,
        "target": rows.target,
        "positive": positive,
        "seed": seed,
        "rows_before": len(rows),
        "rows_synthetic": n,
        "rows_written": n + (0 if synthetic_only else len(rows)),
        "counts_before": before,
        "counts_after": {label: real + added.get(label, 0) for label, real in before.items()},
        "seconds": round(generated.seconds, 3),
        "stopped_because": generated.by_class("stopped_because_"),
        "n_steps": generated.by_class("n_steps_"),
        "best_step": generated.by_class("best_step_"),
    }
    if generated.constraints:
        summary["constraints"] = list(generated.constraints)
    if generated.decision is not None:
        summary["decision"] = generated.decision
    _print_summary(summary, synthetic_only)
    print_json(summary) if json else print(output)


def _print_plan(plan: Resampling, output: Path, *, json: bool) -> None:
    """Print what was understood, what would be generated, and about how long it takes."""
    from oversmith.evaluation.estimate import duration

    before = {str(label): n for label, n in plan.data.label_counts.items()}
    wanted, seconds = plan.rows_to_generate, plan.seconds
    if json:
        print_json(
            {
                "method": plan.method,
                "output": str(output),
                "data": plan.data.facts(),
                "counts_before": before,
                "rows_synthetic": wanted,
                "seconds": round(seconds, 1),
            }
        )
        return
    print_data(plan.data)
    print()
    rows = [(label, n, wanted.get(label, 0)) for label, n in before.items()]
    print_table("Nothing is run", [("class", "left"), ("real", "right"), ("generated", "right")], rows)
    print(f"about {duration(seconds)}, a rough guess for an idle machine")


def _print_summary(summary: dict[str, Any], synthetic_only: bool) -> None:
    """Print the summary on stderr."""
    rows = [
        (label, before, summary["counts_after"][label] - before, summary["counts_after"][label])
        for label, before in summary["counts_before"].items()
    ]
    headings = [("class", "left"), ("real", "right"), ("generated", "right"), ("together", "right")]
    print_table(f"{summary['method']}, seed {summary['seed']}", headings, rows, stderr=True)
    if "constraints" in summary:
        print(f"every generated row has, as all real ones: {', '.join(summary['constraints'])}", file=sys.stderr)
    if "decision" in summary:
        say(summary["decision"], stderr=True)
    by_stop: dict[str, list[str]] = {}
    for label, why in summary["stopped_because"].items():
        by_stop.setdefault(f"{summary['n_steps'].get(label, '?')} steps ({why})", []).append(label)
    stops = [f"{names[0] if len(names) == 1 else f'{len(names)} classes'}: {stop}" for stop, names in by_stop.items()]
    written = f"{summary['rows_written']} rows written" + (", generated ones only" if synthetic_only else "")
    line = "; ".join([*stops, f"{summary['seconds']:.1f} s", written])
    if not summary["rows_synthetic"]:
        why = "no rows added" if "decision" in summary else "nothing to generate, the classes are as asked"
        line = f"{why}; {written}"
    say(line, stderr=True)
