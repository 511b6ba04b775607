"""``oversmith datasets``: what can be loaded by name."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from cyclopts import App

from oversmith.cli.examples import COMMANDS, epilogue
from oversmith.cli.options import DatasetName, Flag, Group, Modality, OutputFile
from oversmith.cli.output import print_json, print_table, progress_bar, wrap

if TYPE_CHECKING:
    from oversmith.datasets import DatasetInfo

datasets = App(name="datasets", help=COMMANDS["datasets"], help_epilogue=epilogue(("datasets",)))


@datasets.command(name="list")
def list_(
    *,
    group: Group = None,
    modality: Modality = None,
    json: Flag = False,
) -> None:
    """List the data sets.

    Parameters
    ----------
    group : str
        Only those of a group.
    modality : str
        Only those of a kind: table (or tabular), series, spectra, image (or images).
    json : bool
        Print JSON instead of a table.
    """
    from oversmith.datasets import list_datasets

    infos = list_datasets(group, {"table": "tabular", "image": "images"}.get(str(modality), modality))
    if json:
        print_json([dataclasses.asdict(info) for info in infos])
        return
    headings = [("data set", "left"), ("kind", "left"), ("rows", "right"), ("columns", "right")]
    headings += [("positive", "left"), ("1 :", "right"), ("family", "left"), ("get", "left")]
    rows = [
        (
            info.name,
            info.modality,
            f"{info.rows:,}",
            info.columns if isinstance(info.columns, int) else "×".join(map(str, info.columns)),
            info.positive if info.positive is not None else f"{len(info.classes)} classes",
            f"{info.imbalance_ratio:.1f}",
            info.family,
            "simulated" if info.simulated else "download" if _root(info).downloadable else "your file",
        )
        for info in infos
    ]
    print_table(f"{len(rows)} data sets", headings, rows, spare=("family", "get", "kind"))


@datasets.command
def info(name: DatasetName, /, *, json: Flag = False) -> None:
    """Show what is known of a data set.

    Parameters
    ----------
    name : str
        The data set.
    json : bool
        Print JSON instead of lines.
    """
    from oversmith.datasets import dataset_info, group_reasons, local_file

    entry = dataset_info(name)
    groups = {group: why[name] for group in ("tuning", "judging", "papers") if name in (why := group_reasons(group))}
    root = _root(entry)
    path = local_file(root)
    if json:
        print_json(dataclasses.asdict(entry) | {"groups_of": groups, "local_file": path})
        return
    columns = entry.columns if isinstance(entry.columns, int) else "×".join(map(str, entry.columns))
    lines = [
        ("about", entry.about),
        ("rows", f"{entry.rows:,}"),
        ("columns", str(columns)),
        ("classes", ", ".join(f"{label}: {rows:,}" for label, rows in entry.classes.items())),
        ("positive", entry.positive or "none: a task of several classes"),
        ("family", entry.family),
        ("split by", entry.groups or "rows"),
        *((f"in {group}", why) for group, why in groups.items()),
        ("licence", entry.licence),
        ("cite", entry.citation),
        ("from", entry.origin),
        *(
            [("at hand", "computed when it is loaded: no measurements")]
            if root.simulated
            else [
                ("file", f"{root.file} (SHA-256 {root.sha256})"),
                (
                    "at hand",
                    str(path) if path else f"no; {'get downloads it' if root.downloadable else 'bring the file'}",
                ),
            ]
        ),
    ]
    print_table(entry.name, [("", "left"), ("", "left")], lines)


@datasets.command
def get(name: DatasetName, /, *, output: OutputFile = None, force: Flag = False, json: Flag = False) -> None:
    """Load a data set, by download if it is not at hand, and check it.

    Parameters
    ----------
    name : str
        The data set.
    output : Path
        Also write it here: a table as .parquet or .csv, with the column target.
    force : bool
        Replace the output if it exists.
    json : bool
        Print name, rows, checksum and path as JSON.
    """
    from oversmith.datasets import load_dataset
    from oversmith.exceptions import InputError
    from oversmith.io.format import checked_suffix
    from oversmith.io.write import check_output, replacing

    if output is not None:
        checked_suffix(output, "output", (".csv", ".parquet"))
        check_output(output, "output", force=force)
    with progress_bar(f"Getting {name}"):
        data = load_dataset(name)
    if output is not None:
        if data.modality != "tabular":
            raise InputError("output", f"{name} is no table", f"read {data.info.file} from the folder")
        frame = data.X.assign(target=data.y)
        with replacing(output, "output") as file:
            if output.suffix == ".csv":
                file.write(frame.to_csv(index=False, lineterminator="\n").encode())
            else:
                frame.to_parquet(file, index=False)
    if json:
        facts = {"name": name, "rows": len(data.X), "checksum": data.checksum}
        print_json(facts | {"output": None if output is None else str(output)})
        return
    wrap(f"{name}: {len(data.X):,} rows, checked (SHA-256 of the values {data.checksum[:16]}...)")
    if output is not None:
        print(output)


def _root(entry: DatasetInfo) -> DatasetInfo:
    """Find the data set that a task is a part of."""
    from oversmith.datasets import dataset_info

    return dataset_info(entry.of) if entry.of else entry
