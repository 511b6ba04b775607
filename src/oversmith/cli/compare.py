"""``oversmith compare``: whether over-sampling helps on a table, series or images."""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter, validators

from oversmith._registry import check_modality
from oversmith.cli.cache import persistent_cache
from oversmith.cli.errors import INTERRUPTED, TERMINATED, Terminated
from oversmith.cli.files import check_output, read_data, replacing
from oversmith.cli.images import against, declared
from oversmith.cli.output import print_table, progress_bar, wrap
from oversmith.cli.spectra import check_thin, checked_bounds, folds_for, known_set, with_axis
from oversmith.cli.target import check_columns, check_method, class_counts, find_class, nearest
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.cli.arrays import Arrays
    from oversmith.cli.tables import Table

DEFAULT_REPORT = Path("oversmith-report.html")

AtLeastOne = Parameter(validator=validators.Number(gte=1))
AtLeastTwo = Parameter(validator=validators.Number(gte=2))


def compare(
    data: Path | None = None,
    /,
    *,
    target: str | None = None,
    positive: str | None = None,
    negative: Annotated[list[str] | None, Parameter(negative="", metavar="CLASS")] = None,
    drop: Annotated[list[str] | None, Parameter(negative="", metavar="COLUMN")] = None,
    groups: Annotated[str | None, Parameter(metavar="COLUMN")] = None,
    max_rows: Annotated[int | None, AtLeastTwo] = None,
    method: Annotated[list[str] | None, Parameter(negative="", metavar="METHOD")] = None,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0, lt=2**32))] = 0,
    folds: Annotated[int | None, AtLeastTwo] = None,
    repeats: Annotated[int, AtLeastOne] = 1,
    inner_folds: Annotated[int, AtLeastTwo] = 3,
    jobs: Annotated[int | None, AtLeastOne] = None,
    max_steps: Annotated[int | None, AtLeastOne] = None,
    thin: Annotated[float | None, AtLeastOne] = None,
    bounds: str | None = None,
    modality: Literal["table", "series", "image"] | None = None,
    channels: Literal["first", "last"] | None = None,
    axis: Annotated[str | None, Parameter(metavar="ARRAY")] = None,
    output: Annotated[Path | None, Parameter(alias="-o", metavar="REPORT.html")] = None,
    json: Annotated[list[str] | None, Parameter(negative="", consume_multiple=(0, 1), metavar="[PATH]")] = None,
    store: Annotated[Path | None, Parameter(metavar="FOLDER")] = None,
    force: Annotated[bool, Parameter(negative="")] = False,
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
        Method to compare, as `oversmith methods` names it; may be repeated. EO-WGAN unless given, CGAN for images.
        Each fills a third of the deficit, and all of it.
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
    json : list of str
        Also write what the report shows as JSON: to PATH, or to stdout instead of the table.
    store : Path
        Keep every result in this folder as it comes: called again after an interrupt, the command goes on.
    force : bool
        Replace the files named by --output and --json if they exist.
    """
    report = DEFAULT_REPORT if output is None else output
    json_path = Path(json[0]) if json else None
    check_output(report, "--output", force=force or output is None)
    if json_path is not None:
        check_output(json_path, "--json", force=force, others=[report])
    source, target, positive = _source(data, target, positive)
    source = with_axis(declared(source, data, modality, channels), data, axis)
    groups = _groups(groups, data, source, target)
    dropped = [*(drop or ()), *([] if groups is None or hasattr(source, "arrays") else [groups])]
    check_columns(source, target, dropped)
    chosen_methods = list(dict.fromkeys(method)) if method else None
    for name in chosen_methods or ():
        check_method(name)
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

    folds = folds_for(folds, groups_of, labels, chosen)
    try:
        comparison = _run(
            features,
            labels,
            groups=groups_of,
            target=target,
            name=source.name,
            positive=chosen,
            seed=seed,
            folds=folds,
            repeats=repeats,
            inner_folds=inner_folds,
            max_steps=max_steps,
            ratio=thin,
            bounds=bounds_checked,
            axis=getattr(source, "axis", None),
            methods=chosen_methods,
            folder=store,
            **({} if jobs is None else {"n_jobs": jobs}),
        )
    except (KeyboardInterrupt, Terminated) as error:
        if store is None:
            raise
        print("oversmith: interrupted; finished jobs are stored, the same command goes on", file=sys.stderr)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else TERMINATED
    from oversmith.report import render, summarise

    summary = summarise(comparison)
    page = render(summary)
    text = json_format.dumps(summary, ensure_ascii=False, allow_nan=False, indent=1)
    if json_path is not None:
        with replacing(json_path, "--json") as file:
            file.write(f"{text}\n".encode())
    with replacing(report, "--output") as file:
        file.write(page.encode())
    if json is not None and json_path is None:
        print(text)
        return 0
    _print_summary(summary)
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
    if target is None and hasattr(source, "arrays") and "y" in source.columns:
        target = "y"
    if positive is None and not data.suffix and hasattr(source, "arrays"):
        # A set named in place of a file is about a class.
        positive = getattr(known_set(data), "positive", None)
    if target is None:
        raise InputError(f"--target: it is missing; name the column of the classes, {nearest('', source.columns)}")
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


def _run(features: Any, labels: Any, *, folder: Path | None, **options: Any) -> Any:
    """Run the comparison under a progress bar."""
    from oversmith.evaluation import Store, run_comparison

    with persistent_cache(), Store(folder) as store, progress_bar("Comparing") as advance:
        return run_comparison(features, labels, progress=advance, store=store, **options)


def _print_summary(summary: dict[str, Any]) -> None:
    """Print leaderboard, warnings and verdict on stdout."""
    data, protocol = summary["data"], summary["protocol"]
    rows = []
    for row in summary["leaderboard"]:
        metrics = row["metrics"]
        key = "f1" if row["read_at"] == "0.5" else "f1_tuned"
        rows.append(
            (
                row["title"],
                _number(row["rank"], 2),
                _spread(metrics["average_precision"]),
                _spread(metrics["roc_auc"]),
                _spread(metrics[key]),
                _spread(metrics["g_mean_read"]),
                _spread(metrics["brier"]),
                _number(row["seconds"], 2),
                str(row["failed"]),
            )
        )
    names = ("rank", "AP", "ROC-AUC", "F1", "G-mean", "Brier", "seconds", "failed")
    headings = [("contender", "left"), *((name, "right") for name in names)]
    title = (
        f"{data['name']}: {data['rows']} rows, {len(data['classes'])} classes; "
        f"{protocol['folds']} folds × {protocol['repeats']}, mean ± SD over folds, best mean rank first"
    )
    print_table(title, headings, rows)
    untuned = [row["title"] for row in summary["leaderboard"] if row["read_at"] == "0.5"]
    wrap(f"F1 and G-mean are read at the tuned threshold{''.join(f'; {name} at 0.5' for name in untuned)}.")
    print()
    for warning in summary["warnings"]:
        wrap(f"Note: {warning}")
    verdict = summary["verdict"]
    wrap(f"{verdict['tag']}. {verdict['sentence']}")
    for line in verdict["support"]:
        wrap(line)


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _spread(metric: dict[str, float | None]) -> str:
    mean, sd = metric["mean"], metric["sd"]
    return _number(mean, 3) + ("" if mean is None or sd is None else f" ± {sd:.3f}")
