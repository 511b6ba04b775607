"""``oversmith compare``: whether over-sampling helps on a table, series or images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from oversmith.cli.cache import persistent_cache
from oversmith.cli.compare_table import print_summary
from oversmith.cli.dry_run import print_plan
from oversmith.cli.errors import Terminated
from oversmith.cli.invocation import command_again, stopped
from oversmith.cli.options import (
    AtLeastOne,
    AtLeastTwo,
    Classifiers,
    Column,
    Columns,
    Count,
    Flag,
    Folds,
    Methods,
    Modality,
    OutputFile,
    Ratio,
    Seed,
    Types,
)
from oversmith.cli.output import print_json, print_note, progress_bar
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.evaluation import Store
    from oversmith.io import Data

DEFAULT_REPORT = Path("oversmith-report.html")
STORED = "oversmith-kept"


def compare(
    data: Path | None = None,
    *,
    target: Column = None,
    positive: Annotated[str | None, Parameter(metavar="CLASS")] = None,
    negative: Annotated[list[str] | None, Parameter(metavar="CLASS")] = None,
    drop: Columns = None,
    types: Types = None,
    headerless: Flag = False,
    drop_unlabelled: Flag = False,
    groups: Column = None,
    max_rows: Annotated[int | None, AtLeastTwo] = None,
    method: Methods = None,
    classifier: Classifiers = None,
    seed: Seed = 0,
    folds: Folds = None,
    repeats: Annotated[int, AtLeastOne] = 1,
    inner_folds: Annotated[int, AtLeastTwo] = 3,
    jobs: Count = None,
    max_steps: Count = None,
    thin: Ratio = None,
    bounds: str | None = None,
    modality: Modality = None,
    channels: Literal["first", "last"] | None = None,
    axis: Annotated[str | None, Parameter(metavar="ARRAY")] = None,
    output: OutputFile = None,
    force: Flag = False,
    store: Annotated[Path | None, Parameter(metavar="FOLDER")] = None,
    json: Flag = False,
    dry_run: Flag = False,
) -> int:
    """Compare methods with their simple rivals on a table, series or images, without leakage, and write a report.

    Without DATA the table is scikit-learn's breast-cancer data, thinned to one malignant row in ten benign. A
    table and a verdict go to stdout; the last line is the path of the report.

    Parameters
    ----------
    data : Path
        A .csv, .tsv, .parquet, .xlsx or .npz file (arrays X and the one named by --target). An npz whose X has three
        dimensions holds series: cases, channels, time points; one of four holds images. Or a folder of spectra, or the
        name of a data set that `oversmith datasets list` lists.
    target : str
        Column of the classes; array y of an npz file unless given.
    positive : str
        Compare this class against all others together.
    negative : list of str
        Compare the positive class against this one alone; may be repeated.
    drop : list of str
        Column that is no feature; may be repeated.
    types : list of str
        What a column is, where its cells do not say it: COLUMN=numeric, category, date, text or drop; may be repeated.
        date:day-first, date:month-first, numeric:decimal-comma and numeric:decimal-point settle what could be read in
        two ways.
    headerless : bool
        The first row of the file is data; the columns are called c1, c2 and so on.
    drop_unlabelled : bool
        Leave out rows without a label: empty cells, and marks such as NA, None and ?. They are refused otherwise.
    groups : str
        Column (or array) that says which rows belong together, a patient or a machine: none is split between training
        and test. Where the file is a data set of the registry that has such a column, it is taken; `none` takes none.
    max_rows : int
        Compare on a random sample of so many rows, classes in proportion.
    method : list of str
        Method to compare, as `oversmith methods` names it; may be repeated. EO-WGAN unless given, the three-player GAN
        for spectra (series with an axis), CGAN for images. Each fills a third of the deficit, and all of it.
    classifier : list of str
        Classifier to score with, for example lr or xgb; may be repeated. Several of different kinds unless given: a
        gain under one alone says little.
    seed : int
        Seed of splits, samplers and classifiers.
    folds : int
        Folds of the cross-validation; 5, or as many as there are groups, unless given.
    repeats : int
        How often the cross-validation is repeated with other splits.
    inner_folds : int
        Folds inside the training part, on which the threshold is tuned.
    jobs : int
        Processes at the same time.
    max_steps : int
        Generator steps at most.
    thin : float
        Make the positive class rarer in the training parts: one row to so many others, 25 for instance. Test parts
        keep their shares.
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
        Array of an npz file that says where the points of spectra lie, for the report. One called axis, wavenumber,
        wavelength, frequency, raman_shift, energy, two_theta, mz or ppm is found by itself; `none` takes none. With an
        axis a 2-D X holds spectra.
    output : Path
        The report; oversmith-report.html in this folder unless given.
    force : bool
        Replace the file named by --output if it exists.
    store : Path
        Store every result in this folder as soon as it is there: called again after an interrupt, the command goes on,
        and `oversmith report` writes the page again. Without it, finished results go to oversmith-kept on an interrupt.
    json : bool
        Print what the report shows as JSON, in place of the table; the report is written too.
    dry_run : bool
        Run nothing: print what was understood of the data, what would be run and about how long it takes.
    """
    from oversmith._registry import check_modality
    from oversmith.classifiers import find_classifier
    from oversmith.evaluation.checks import DEFAULT_FOLDS, choose_folds
    from oversmith.io import read
    from oversmith.io.bounds import parse_bounds
    from oversmith.io.read import DEMO
    from oversmith.io.write import check_output

    report = DEFAULT_REPORT if output is None else output
    check_output(report, "output", force=force or output is None)
    methods = list(dict.fromkeys(method)) if method else None
    classifiers = list(dict.fromkeys(find_classifier(name).name for name in classifier)) if classifier else None
    if data is None and target is not None:
        raise InputError("target", f"{target!r} is given without DATA", "name the file that has this column")
    rows = read(
        DEMO if data is None else data,
        target,
        positive=positive,
        negative=negative,
        drop=drop or (),
        types=types or (),
        header=not headerless,
        groups=groups,
        modality=modality,
        channels=channels,
        axis=axis,
        drop_unlabelled=drop_unlabelled,
    )
    for name in methods or ():
        check_modality(name, rows.sampler_modality)
    value_bounds = None if bounds is None else parse_bounds(bounds)
    if max_rows is not None:
        rows = rows.sample(max_rows, seed)
    if not dry_run:
        for note in rows.notes:
            print_note(note)
    if folds is None:
        folds = choose_folds(rows.groups, rows.labels, rows.positive)
        if folds < DEFAULT_FOLDS:
            print_note(f"{folds} folds, because there are classes in no more than {folds} groups")
    options = {
        "groups": rows.groups,
        "target": rows.target,
        "name": rows.name,
        "positive": rows.positive,
        "random_state": seed,
        "folds": folds,
        "repeats": repeats,
        "inner_folds": inner_folds,
        "max_steps": max_steps,
        "thin": thin,
        "bounds": value_bounds,
        # As they are read, channels come first.
        "channels": "first",
        "axis": rows.axis,
        "methods": methods,
        "classifiers": classifiers,
    }
    if dry_run:
        from oversmith.evaluation import comparison_plan

        print_plan([comparison_plan(rows.X, rows.labels, **options)], store, jobs, json=json, data=rows)
        return 0
    summary = _run(rows, report=report, folder=store, jobs=jobs, options=options)
    if isinstance(summary, int):
        return summary
    if json:
        print_json(summary, indent=1, allow_nan=False)
        return 0
    print_summary(summary)
    print(report)
    return 0


def _run(
    rows: Data, *, report: Path, folder: Path | None, jobs: int | None, options: dict[str, Any]
) -> dict[str, Any] | int:
    """Run the comparison and write its report; return the exit code where it was stopped."""
    with progress_bar("Starting") as advance:
        # Seconds of imports.
        from oversmith._compare import compare as compare_contenders
        from oversmith.evaluation import Store
        from oversmith.io.write import replacing
        from oversmith.report import render

        with persistent_cache(), Store(folder) as results:
            if folder is not None:
                results.set_meta("command", command_again())
            try:
                compared = compare_contenders(
                    rows.X, rows.labels, n_jobs=jobs, progress=advance.named("Comparing"), store=results, **options
                )
                advance.named("Writing the report")
                summary = compared.to_dict()
                page = render(summary)
            except (KeyboardInterrupt, Terminated) as error:
                return _stopped(error, results)
        with replacing(report, "output") as file:
            file.write(page.encode())
    return summary


def _stopped(error: BaseException, results: Store) -> int:
    """Store finished results, and say how to go on."""
    n = sum(results.counts().values())
    if results.folder is not None:
        return stopped(error, f"{n} results are stored", command_again())
    if not n:
        return stopped(error, "no result was finished", command_again())
    folder, number = Path(STORED), 1
    while folder.exists():
        number += 1
        folder = Path(f"{STORED}-{number}")
    results.save(folder)
    return stopped(error, f"{n} results are kept in {str(folder)!r}", command_again("--store", str(folder)))
