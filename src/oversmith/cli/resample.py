"""``oversmith resample``: a table, series or images in, the same with synthetic rows out."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from oversmith import _registry
from oversmith.cli.cache import persistent_cache
from oversmith.cli.errors import Terminated
from oversmith.cli.files import SUFFIXES, check_output, checked_suffix, named_target, read_data, replacing
from oversmith.cli.images import declared
from oversmith.cli.invocation import command_again, stopped
from oversmith.cli.options import Column, Columns, Count, Flag, Method, Modality, RequiredOutputFile, Seed, Share
from oversmith.cli.output import print_json, print_table
from oversmith.cli.spectra import checked_bounds, with_axis
from oversmith.cli.target import check_columns, check_method, class_counts, find_class
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.cli.arrays import Arrays
    from oversmith.cli.tables import Table

FLAG_NAME = "is_synthetic"


def resample(
    data: Path,
    *,
    target: Column = None,
    method: Method,
    output: RequiredOutputFile,
    positive: Annotated[str | None, Parameter(metavar="CLASS")] = None,
    drop: Columns = None,
    ratio: Share = None,
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
) -> int | None:
    """Write a balanced file: the real rows, unchanged and in order, then the synthetic ones.

    The path of the written file goes to stdout, a summary to stderr. Column order and types are those of
    DATA; real cells are copied as they were read. Dropped columns are not written: a synthetic row has no
    value for them.

    Parameters
    ----------
    data : Path
        The table: .csv, .parquet or .npz (arrays X and the one named by --target). An npz whose X has three
        dimensions holds series, one of four holds images. Or the name of series, spectra or images of the registry.
    target : str
        Column of the classes; array y of an npz file unless given.
    method : str
        Method, as `oversmith methods` lists it.
    output : Path
        File to write; the suffix tells the format. A table may go from .csv to .parquet and back.
    positive : str
        Balance this class against all others together. Real rows keep their classes in the output, synthetic
        rows carry this one.
    drop : list of str
        Column to leave out of training and output; may be repeated.
    ratio : float
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
        Where the channels of images are: first (cases, channels, height, width) unless given, or last.
    axis : str
        Array of an npz file that says where the points of spectra lie; it is written again. One called axis,
        wavenumber, wavelength, frequency, raman_shift, energy, two_theta, mz or ppm is found by itself; `none` takes
        none. With an axis a 2-D X holds spectra.
    synthetic_only : bool
        Write the synthetic rows alone.
    flag_column : list of str
        Add a last column that is true for synthetic rows; its name is is_synthetic unless given.
    force : bool
        Replace the output file if it exists.
    json : bool
        Print the summary as JSON on stdout, in place of the path.
    dry_run : bool
        Write nothing: print how many rows of each class would be made, and about how long it takes.
    """
    check_method(method)
    suffix = checked_suffix(output, "--output")
    check_output(output, "--output", force=force)
    source = with_axis(declared(read_data(data), data, modality, channels), data, axis)
    if hasattr(source, "arrays") and source.modality != "table":
        _registry.check_modality(method, source.modality, "--method")
    dropped = list(drop or ())
    target = named_target(source, target)
    check_columns(source, target, dropped)
    if (suffix == ".npz") != hasattr(source, "arrays"):
        others = [known for known in SUFFIXES if (known == ".npz") == hasattr(source, "arrays")]
        raise InputError(f"--output: {source.name!r} cannot be written as {suffix}; use {' or '.join(others)}")
    flag = None if flag_column is None else (flag_column or [FLAG_NAME])[0]
    if flag is not None and (flag in _written(source, target, dropped) or not flag):
        raise InputError(f"--flag-column: {source.name!r} already has a column {flag!r}; give another name")
    labels = source.labels(target)
    counts = class_counts(labels, target)
    chosen = None if positive is None else find_class(positive, counts, target)
    y = labels if positive is None else _against_rest(labels, chosen, counts)
    _check_request(counts, chosen, ratio, fill, target)
    features, bounds_checked = source.features(target, dropped), checked_bounds(bounds, source, target, dropped)
    options = _options(method, ratio=ratio, fill=fill, max_steps=max_steps, bounds=bounds_checked)
    if dry_run:
        _tell(method, features, y, options, {str(label): n for label, n in counts.items()}, output, json=json)
        return None

    began = time.perf_counter()
    try:
        sampler, new_features, new_labels = _generate(method, features, y, seed, options)
    except (KeyboardInterrupt, Terminated) as error:
        return stopped(error, "nothing was written", command_again())
    if positive is not None:
        new_labels = _repeated(labels, chosen, len(new_labels))
    seconds = time.perf_counter() - began
    with replacing(output, "--output") as file:
        source.write(
            file,
            suffix,
            target=target,
            drop=dropped,
            new_features=new_features,
            new_labels=new_labels,
            flag=flag,
            keep_real=not synthetic_only,
        )

    added = class_counts_of(new_labels)
    before = {str(label): n for label, n in counts.items()}
    summary = {
        "data": str(data),
        "output": str(output),
        "method": method,
        "target": target,
        "positive": positive,
        "seed": seed,
        "rows_before": sum(before.values()),
        "rows_synthetic": len(new_labels),
        "rows_written": len(new_labels) + (0 if synthetic_only else len(labels)),
        "counts_before": before,
        "counts_after": {label: n + added.get(label, 0) for label, n in before.items()},
        "seconds": round(seconds, 3),
        "stopped_because": _by_class(sampler, "stopped_because_"),
        "n_steps": _by_class(sampler, "n_steps_"),
        "best_step": _by_class(sampler, "best_step_"),
    }
    if hasattr(sampler, "decision_"):
        weighs = (sampler.sample_weight_ != 1).any()
        summary["decision"] = sampler.decision_["why"] + (" The weights are not part of the file." if weighs else "")
    _report(summary, synthetic_only)
    print_json(summary) if json else print(output)
    return None


def class_counts_of(labels: Any) -> dict[str, int]:
    """Rows of each class, by the class as text.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.cli.resample import class_counts_of
    >>> class_counts_of(np.array([1, 1, 0]))
    {'1': 2, '0': 1}
    """
    import pandas as pd

    return {str(label): int(n) for label, n in pd.Series(labels).value_counts().items()}


def _written(source: Table | Arrays, target: str, drop: list[str]) -> list[str]:
    names = [name for name in source.columns if name == target or name not in drop]
    return ["X", target, *getattr(source, "carried", ())] if hasattr(source, "arrays") else names


def _against_rest(labels: Any, chosen: Any, counts: dict[Any, int]) -> Any:
    """Two classes of text: the chosen one and all others."""
    import numpy as np

    rows, rest = counts[chosen], sum(counts.values()) - counts[chosen]
    if rows > rest:
        raise InputError(
            f"--positive: class {str(chosen)!r} has {rows} rows, all others together {rest}; "
            "only the smaller side can be filled: name a smaller class"
        )
    return np.where(np.asarray(labels == chosen, dtype=bool), str(chosen), f"not {chosen}")


def _check_request(counts: dict[Any, int], chosen: Any, ratio: float | None, fill: float | None, target: str) -> None:
    """Refuse what no training can answer."""
    sizes = dict(counts)
    if chosen is not None:
        sizes = {chosen: counts[chosen], "rest": sum(counts.values()) - counts[chosen]}
    largest = max(sizes.values())
    if ratio is not None:
        if fill is not None:
            raise InputError("--ratio: it was given together with --fill; give one of the two")
        if len(sizes) != 2:
            raise InputError(
                f"--ratio: it is for two classes, {target!r} has {len(sizes)}; use --fill or --positive CLASS"
            )
        smallest = min(sizes.values())
        if ratio < smallest / largest:
            raise InputError(
                f"--ratio: {ratio:g} is below the ratio of the file, {smallest} to {largest} "
                f"({smallest / largest:.3g}); rows are only added: give a larger one"
            )
    for label, rows in sizes.items():
        if rows == 1:
            raise InputError(
                f"--target: class {str(label)!r} of {target!r} has one row, at least two are needed; "
                "add rows of it or remove it"
            )


def _options(method: str, *, ratio: float | None, **given: Any) -> dict[str, Any]:
    """Choose the parameters of the method, refusing what it has no word for."""
    known = _registry.load_class(method)().get_params(deep=False)
    options = {name: value for name, value in {"sampling_strategy": ratio, **given}.items() if value is not None}
    for name in options:
        if name not in known:
            option = {"sampling_strategy": "--ratio"}.get(name, f"--{name.replace('_', '-')}")
            raise InputError(f"{option}: method {method!r} has no such setting; leave it out")
    if "verbose" in known:
        options["verbose"] = sys.stderr.isatty()
    return options


def _generate(method: str, features: Any, y: Any, seed: int, options: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Train the method and return it with its synthetic rows."""
    sampler = _registry.load_class(method)(random_state=seed, **options)
    with persistent_cache():
        rows, labels = sampler.fit_resample(features, y)
    mask = sampler.synthetic_mask_
    return sampler, rows[mask], labels[mask]


def _tell(
    method: str, features: Any, y: Any, options: dict[str, Any], before: dict[str, int], output: Path, *, json: bool
) -> None:
    """Print what would be made, and about how long it takes."""
    from imblearn.utils import check_sampling_strategy

    from oversmith.evaluation.estimate import duration
    from oversmith.evaluation.pace import START, sampler_seconds

    wanted = check_sampling_strategy(options.get("sampling_strategy", "auto"), y, "over-sampling")
    share = options.get("fill", _registry.load_class(method)().get_params(deep=False).get("fill", 1.0))
    made = {str(label): round(share * int(n)) for label, n in wanted.items()}
    trainings = sum(n > 0 for n in made.values())
    series = getattr(features, "ndim", 2) > 2
    seconds = START + trainings * sampler_seconds(method, len(features), options.get("max_steps"), series=series)
    told = {
        "method": method,
        "output": str(output),
        "counts_before": before,
        "rows_synthetic": made,
        "seconds": round(seconds, 1),
    }
    if json:
        print_json(told)
        return
    rows: list[tuple[str, int | str, int]] = [(label, n, made.get(label, 0)) for label, n in before.items()]
    rows += [(label, "", n) for label, n in made.items() if label not in before]
    print_table("Nothing is run", [("class", "left"), ("real", "right"), ("synthetic", "right")], rows)
    print(f"about {duration(seconds)}, a rough guess for an idle machine")


def _repeated(labels: Any, value: Any, n: int) -> Any:
    """One class, n times, in the type of the labels."""
    import numpy as np
    import pandas as pd

    if isinstance(labels, pd.Series):
        return pd.Series([value] * n, dtype=labels.dtype)
    return np.full(n, value, dtype=labels.dtype)


def _by_class(sampler: Any, attribute: str) -> dict[str, Any]:
    found = getattr(sampler, attribute, {})
    return {str(label): getattr(value, "item", lambda value=value: value)() for label, value in found.items()}


def _report(summary: dict[str, Any], synthetic_only: bool) -> None:
    """Print the summary on stderr."""
    rows = [
        (label, before, summary["counts_after"][label] - before, summary["counts_after"][label])
        for label, before in summary["counts_before"].items()
    ]
    headings = [("class", "left"), ("real", "right"), ("synthetic", "right"), ("together", "right")]
    print_table(f"{summary['method']}, seed {summary['seed']}", headings, rows, stderr=True)
    alike: dict[str, list[str]] = {}
    if "decision" in summary:
        print(summary["decision"], file=sys.stderr)
    for label, why in summary["stopped_because"].items():
        alike.setdefault(f"{summary['n_steps'].get(label, '?')} steps ({why})", []).append(label)
    stops = [f"{names[0] if len(names) == 1 else f'{len(names)} classes'}: {stop}" for stop, names in alike.items()]
    written = f"{summary['rows_written']} rows written" + (", synthetic ones only" if synthetic_only else "")
    done = "; ".join([*stops, f"{summary['seconds']:.1f} s", written])
    if not summary["rows_synthetic"]:
        why = "no rows added" if "decision" in summary else "nothing to generate, the classes are as asked"
        done = f"{why}; {written}"
    print(done, file=sys.stderr)
