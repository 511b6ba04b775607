"""``oversmith compare``: whether over-sampling helps on a table, series or images."""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from oversmith._registry import check_modality
from oversmith.cli.cache import persistent_cache
from oversmith.cli.compare_table import print_summary
from oversmith.cli.dry_run import tell_plan
from oversmith.cli.errors import Terminated
from oversmith.cli.files import check_output, named_target, read_data, replacing
from oversmith.cli.images import against, declared
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
)
from oversmith.cli.output import progress_bar
from oversmith.cli.spectra import check_thin, checked_bounds, folds_for, known_set, with_axis
from oversmith.cli.target import check_classifier, check_columns, check_method, class_counts, find_class, nearest
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.cli.arrays import Arrays
    from oversmith.cli.tables import Table
    from oversmith.evaluation import Store

DEFAULT_REPORT = Path("oversmith-report.html")
KEPT = "oversmith-kept"


def compare(
    data: Path | None = None,
    *,
    target: Column = None,
    positive: Annotated[str | None, Parameter(metavar="CLASS")] = None,
    negative: Annotated[list[str] | None, Parameter(metavar="CLASS")] = None,
    drop: Columns = None,
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
        The table: .csv, .parquet or .npz (arrays X and the one named by --target). An npz whose X has three
        dimensions holds series: cases, channels, time points; one of four holds images. Or the name of series,
        spectra or images that `oversmith datasets list` lists.
    target : str
        Column of the classes; array y of an npz file unless given.
    positive : str
        Compare this class against all others together.
    negative : list of str
        Compare the positive class against this one alone; may be repeated.
    drop : list of str
        Column that is no feature; may be repeated.
    groups : str
        Column (or array) that says which rows belong together, a patient or a machine: none is split between training
        and test. Where the file is a data set of the registry that has such a column, it is taken; `none` takes none.
    max_rows : int
        Compare on a random sample of so many rows, classes in proportion.
    method : list of str
        Method to compare, as `oversmith methods` names it; may be repeated. EO-WGAN unless given, the three-player GAN
        for spectra (series with an axis), CGAN for images. Each fills a third of the deficit, and all of it.
    classifier : list of str
        Classifier to judge by, for example lr or xgb; may be repeated. Several of different kinds unless given: a gain
        under one alone says little.
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
        Where the channels of images are: first (cases, channels, height, width) unless given, or last.
    axis : str
        Array of an npz file that says where the points of spectra lie, for the report. One called axis, wavenumber,
        wavelength, frequency, raman_shift, energy, two_theta, mz or ppm is found by itself; `none` takes none. With an
        axis a 2-D X holds spectra.
    output : Path
        The report; oversmith-report.html in this folder unless given.
    force : bool
        Replace the file named by --output if it exists.
    store : Path
        Keep every result in this folder as it comes: called again after an interrupt, the command goes on, and
        `oversmith report` writes the page again. Without it, an interrupt keeps what is finished.
    json : bool
        Print what the report shows as JSON, in place of the table; the report is written too.
    dry_run : bool
        Run nothing: print what would be run and about how long it takes.
    """
    report = DEFAULT_REPORT if output is None else output
    check_output(report, "--output", force=force or output is None)
    source, target, positive = _source(data, target, positive)
    source = with_axis(declared(source, data, modality, channels), data, axis)
    groups = _groups(groups, data, source, target)
    dropped = [*(drop or ()), *([] if groups is None or hasattr(source, "arrays") else [groups])]
    check_columns(source, target, dropped)
    chosen_methods = list(dict.fromkeys(method)) if method else None
    for name in chosen_methods or ():
        check_method(name)
    chosen_classifiers = list(dict.fromkeys(check_classifier(name) for name in classifier)) if classifier else None
    labels = source.labels(target)
    counts = class_counts(labels, target)
    chosen = None if positive is None else find_class(positive, counts, target)
    taking_part = against(negative, chosen, counts, target)
    if taking_part is not None:
        counts = {name: rows for name, rows in counts.items() if name in taking_part}
    check_thin(thin, counts, chosen, target)
    features = source.features(target, dropped)
    for name in chosen_methods or ():
        check_modality(name, {3: "series", 4: "image"}.get(getattr(features, "ndim", 2), "table"), "--method")
    bounds_checked = checked_bounds(bounds, source, target, dropped)
    groups_of = None if groups is None else _group_names(source.labels(groups), groups, data)
    if taking_part is not None:
        features, labels, groups_of = _of_classes(features, labels, groups_of, taking_part)
    if max_rows is not None and max_rows < len(labels):
        features, labels, groups_of = _sampled(features, labels, groups_of, max_rows, seed)

    options = {
        "groups": groups_of,
        "target": target,
        "name": source.name,
        "positive": chosen,
        "seed": seed,
        "folds": folds_for(folds, groups_of, labels, chosen),
        "repeats": repeats,
        "inner_folds": inner_folds,
        "max_steps": max_steps,
        "ratio": thin,
        "bounds": bounds_checked,
        "axis": getattr(source, "axis", None),
        "methods": chosen_methods,
        "classifiers": chosen_classifiers,
    }
    if dry_run:
        from oversmith.evaluation import comparison_plan

        tell_plan([comparison_plan(features, labels, **options)], store, jobs, json=json)
        return 0
    summary = _run(features, labels, report=report, folder=store, jobs=jobs, options=options)
    if isinstance(summary, int):
        return summary
    if json:
        print(json_format.dumps(summary, ensure_ascii=False, allow_nan=False, indent=1))
        return 0
    print_summary(summary)
    print(report)
    return 0


def _source(data: Path | None, target: str | None, positive: str | None) -> tuple[Table | Arrays, str, str | None]:
    """Read the file, or take the embedded table."""
    if data is None:
        if target is not None:
            raise InputError(f"--target: {target!r} is given without DATA; name the file that has this column")
        import pyarrow as pa

        from oversmith.cli.tables import Table as ArrowTable
        from oversmith.datasets import load_demo

        frame, column, minority = load_demo()
        table = pa.Table.from_pandas(frame, preserve_index=False)
        return ArrowTable("breast cancer, thinned", table), column, positive or minority
    source = read_data(data)
    target = named_target(source, target)
    if positive is None and not data.suffix and hasattr(source, "arrays"):
        # A set named in place of a file is about a class.
        positive = getattr(known_set(data), "positive", None)
    return source, target, positive


def _groups(groups: str | None, data: Path | None, source: Table | Arrays, target: str) -> str | None:
    """Find the column of groups: the one named, or the one the registry knows for a file of this name."""
    if groups is not None:
        if groups.casefold() == "none":
            return None
        if groups not in source.columns or groups == target:
            raise InputError(f"--groups: {groups!r} is no other column; {nearest(groups, source.columns)}")
        return groups
    declared = getattr(known_set(data), "groups", None)
    if declared is None or declared not in source.columns:
        return None
    print(f"oversmith: rows of one {declared!r} stay together (--groups none to split them)", file=sys.stderr)
    return declared


def _group_names(found: Any, groups: str, data: Path | None) -> Any:
    """Give groups that the registry knows for one the same name."""
    known = known_set(data)
    return known.merged(found) if known is not None and known.groups == groups and known.same_group else found


def _sampled(features: Any, labels: Any, groups: Any, n: int, seed: int) -> tuple[Any, Any, Any]:
    """Take a random sample of the rows, classes in proportion and every class with two rows at least."""
    import numpy as np
    import pandas as pd

    rng, codes = np.random.default_rng(seed), pd.factorize(np.asarray(labels))[0]
    kept = []
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        kept.append(rng.choice(rows, min(len(rows), max(round(len(rows) * n / len(codes)), 2)), replace=False))
    return _taken(np.sort(np.concatenate(kept)), features, labels, groups)


def _of_classes(features: Any, labels: Any, groups: Any, classes: list[Any]) -> tuple[Any, Any, Any]:
    """Take the rows of some classes."""
    import numpy as np
    import pandas as pd

    return _taken(np.flatnonzero(pd.Series(np.asarray(labels)).isin(classes)), features, labels, groups)


def _taken(rows: Any, *parts: Any) -> Any:
    """Take the same rows of frames and arrays."""
    return tuple(part if part is None else part.iloc[rows] if hasattr(part, "iloc") else part[rows] for part in parts)


def _run(
    features: Any, labels: Any, *, report: Path, folder: Path | None, jobs: int | None, options: dict[str, Any]
) -> dict[str, Any] | int:
    """Run the comparison and write its report; the exit code where it was stopped."""
    with progress_bar("Starting") as advance:
        # Seconds of imports.
        from oversmith.evaluation import Store, run_comparison
        from oversmith.report import render, summarise

        with persistent_cache(), Store(folder) as results:
            if folder is not None:
                results.set_meta("command", command_again())
            try:
                comparison = run_comparison(
                    features, labels, n_jobs=jobs, progress=advance.named("Comparing"), store=results, **options
                )
                advance.named("Writing the report")
                summary = summarise(comparison)
                page = render(summary)
            except (KeyboardInterrupt, Terminated) as error:
                return _stopped(error, results)
        with replacing(report, "--output") as file:
            file.write(page.encode())
    return summary


def _stopped(error: BaseException, results: Store) -> int:
    """Keep what is finished, and say how to go on."""
    n = sum(results.counts().values())
    if results.folder is not None:
        return stopped(error, f"{n} results are stored", command_again())
    if not n:
        return stopped(error, "no result was finished", command_again())
    folder, number = Path(KEPT), 1
    while folder.exists():
        number += 1
        folder = Path(f"{KEPT}-{number}")
    results.save(folder)
    return stopped(error, f"{n} results are kept in {str(folder)!r}", command_again("--store", str(folder)))
