"""Files, folders of spectra and data sets by name read into :class:`oversmith.io.data.Data`."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from oversmith.exceptions import InputError, nearest_hint
from oversmith.io.array_notes import with_layout, with_spectra
from oversmith.io.arrays import Arrays
from oversmith.io.classes import class_counts, find_negative
from oversmith.io.column_notes import class_notes, column_notes
from oversmith.io.data import Data, check_drop
from oversmith.io.format import checked_suffix, read_bytes
from oversmith.io.layout import axis_note
from oversmith.io.read_arrays import from_dataset, read_npz, read_spectra_folder
from oversmith.io.read_tables import from_frame, read_csv, read_excel, read_parquet
from oversmith.io.tables import Table
from oversmith.io.types import Types, parse_types
from oversmith.io.understand import understand
from oversmith.io.unlabelled import find_unlabelled

if TYPE_CHECKING:
    from oversmith.datasets import DatasetInfo

DEMO = "demo"
"""Name of the embedded table."""
_HEADERLESS = "where no line holds the names, header=False (--headerless) calls the columns c1, c2 and so on"
MODALITIES = ("table", "series", "spectra", "image", "tabular", "images")


def read(
    path: str | os.PathLike[str],
    target: str | None = None,
    *,
    positive: Any = None,
    negative: Any = None,
    drop: str | Sequence[str] = (),
    types: Types = (),
    header: bool = True,
    groups: str | None = None,
    modality: Literal["table", "series", "spectra", "image", "tabular", "images"] | None = None,
    channels: Literal["first", "last"] | None = None,
    axis: str | None = None,
    drop_unlabelled: bool = False,
) -> Data:
    r"""Read rows and their classes from a file, a folder of spectra, or a data set by its name.

    Parameters
    ----------
    path : path or str
        A ``.csv``, ``.tsv``, ``.parquet``, ``.xlsx`` (needs the extra ``excel``) or ``.npz`` file; a folder of spectra
        with a table ``labels.csv``; the name of a data set (:func:`oversmith.datasets.list_datasets`); or ``"demo"``
        for the embedded table. An npz file has an array ``X``: rows and columns, series (cases, channels, time
        points) or images (cases, channels, height, width).
    target : str, optional
        Column of the classes. Arrays: the array ``y`` by default.
    positive, negative : object, optional
        One class, and the classes it is set against; see :meth:`Data.against`.
    drop : str or sequence of str
        Columns of a table that are no features.
    types : mapping of str to str, str or sequence of str, optional
        What columns of a table are, where their cells do not say it: ``{"size": "numeric"}``, ``"size=numeric"`` or
        several of these. The types are ``numeric``, ``category``, ``date``, ``text`` and ``drop``;
        ``numeric:decimal-comma``, ``numeric:decimal-point``, ``date:day-first`` and ``date:month-first`` say how cells
        are read that could be read in two ways.
    header : bool, default=True
        Whether the first row of a text or Excel file holds the names of the columns. Without it they are called
        ``c1``, ``c2`` and so on.
    groups : str, optional
        Column that says which rows belong together; by default the one that the registry knows for a file of this
        name, ``"none"`` for none.
    modality : str, optional
        What ``X`` of an npz file holds, where its dimensions do not say so: needed for grey images.
    channels : {"first", "last"}, optional
        Where the channels of series and images are; first by default. Series that look turned round, of one time point
        or with far more channels than time points, are refused without it.
    axis : str, optional
        Array of an npz file that says where the points of spectra lie. One that is called like an axis is found by
        itself; ``"none"`` takes none. For a folder of spectra: how their axes become one, ``"same"``, ``"index"`` or
        ``"overlap"``.
    drop_unlabelled : bool, default=False
        Whether rows without a label are left out: empty cells, and marks such as ``NA``, ``None`` and ``?``. They are
        refused otherwise.

    Returns
    -------
    Data
        Features, classes, and what was understood.

    Raises
    ------
    InputError
        For a file that cannot be read, and for columns and classes that are not there.
    MissingExtraError
        For an Excel file without openpyxl.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from oversmith import read
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "machines.csv").write_text("size,site,fault\n1,a,no\n2,b,no\n3,a,yes\n")
    ...     read(Path(folder, "machines.csv"), target="fault")
    Data 'machines.csv': 3 rows
      table      2 columns: 1 numeric, 1 categorical
      target     fault: no 2, yes 1
      smallest   yes, 33 % of the rows
    """
    if modality is not None and modality not in MODALITIES:
        raise InputError("modality", f"{modality!r} found", f"choose from {', '.join(MODALITIES[:4])}")
    path = Path(path)
    if not header and path.suffix.lower() not in (".csv", ".tsv", ".xlsx"):
        raise InputError("header", f"{str(path)!r} names its columns by itself", "leave it out")
    is_name = not path.suffix and path.name == str(path) and not path.exists()
    if is_name and path.name == DEMO:
        from oversmith.datasets import load_demo

        frame, column, minority = load_demo()
        source: Table | Arrays = from_frame(frame, "breast cancer, thinned")
        target, positive = target or column, minority if positive is None else positive
    else:
        source = _read_source(path, is_name, axis, header=header)
        if is_name and positive is None and source.info is not None:
            positive = source.info.positive
    source = _settled(source, path, modality, channels, axis)
    groups, note = _group_column(groups, source, target)
    names = [drop] if isinstance(drop, str) else list(drop)
    declared = parse_types(types)
    names += [column for column, kind in declared.items() if kind == "drop" and column not in names]
    source = _understood(source, declared, target or source.default_target, [*names, *([groups] if groups else ())])
    data, labelled = _with_target(source, target, groups, names, drop_unlabelled)
    data = data.with_groups(groups) if groups is not None else data
    if positive is not None:
        data = data.against(positive, negative)
    elif negative is not None and np.size(negative):
        find_negative(negative, None, data.label_counts, data.target)
    about = column_notes(data.X, data.y) if isinstance(data.X, pd.DataFrame) else {}
    classes = class_notes(map(str, data.label_counts))
    return replace(data, notes=(*source.notes, *note, *labelled, *classes, *about.values()))


def _read_source(path: Path, is_name: bool, axis: str | None, *, header: bool) -> Table | Arrays:
    """Read a file, a folder or a data set."""
    if is_name:
        source = _named(path.name)
        if source is not None:
            return source
        from oversmith.datasets import list_datasets

        hint = nearest_hint(path.name, [info.name for info in list_datasets()])
        raise InputError(
            "path",
            f"{path.name!r} is no file, no folder and no data set",
            hint if hint.startswith("did you mean") else "check the name; a file's suffix tells its format",
        )
    if str(path).startswith(("http:", "https:")):
        raise InputError("path", f"{str(path)!r} is an address, and nothing is downloaded", "name a file at hand")
    if path.is_dir():
        return read_spectra_folder(path, axis)
    suffix = checked_suffix(path, "path")
    content, info = read_bytes(path), known_set(path)
    if suffix == ".npz":
        return replace(read_npz(content, path.name), info=info)
    if suffix == ".tsv":
        return replace(read_csv(content, path.name, "\t", header=header), info=info)
    if suffix == ".csv":
        return replace(read_csv(content, path.name, header=header), info=info)
    if suffix == ".xlsx":
        return replace(read_excel(content, path.name, header=header), info=info)
    return replace(read_parquet(content, path.name), info=info)


def known_set(path: Path) -> DatasetInfo | None:
    """Find the registry's entry for a file, or a data set, of this name.

    Parameters
    ----------
    path : Path
        The file, or the name.

    Returns
    -------
    DatasetInfo or None
        The entry.

    Examples
    --------
    >>> from pathlib import Path
    >>> from oversmith.io.read import known_set
    >>> known_set(Path("ecoli_raman.npz")).groups, known_set(Path("mine.npz"))
    ('replicate', None)
    """
    from oversmith.datasets import list_datasets

    return next((info for info in list_datasets() if info.name == path.stem), None)


def _named(name: str) -> Table | Arrays | None:
    """Load a data set by its name; None where the registry has none of that name."""
    from oversmith.datasets import load_dataset

    if known_set(Path(name)) is None:
        return None
    data = load_dataset(name)
    if data.modality != "tabular":
        return from_dataset(data)
    return replace(from_frame(data.X.assign(**{data.target: data.y}), name), info=data.info)


def _settled(
    source: Table | Arrays, path: Path, modality: str | None, channels: str | None, axis: str | None
) -> Table | Arrays:
    """Settle what the file holds; a table takes no declaration but its own."""
    if isinstance(source, Arrays):
        settled = with_layout(source.with_modality(modality, channels), modality, channels)
        if path.is_dir():
            return settled
        # Who says that it is a table does not mean spectra.
        over = settled if axis is None and modality in ("table", "tabular") else settled.with_axis(axis)
        return with_spectra(over, modality, axis)
    if modality not in (None, "table", "tabular"):
        raise InputError("modality", f"{source.name!r} is a table", "series and images come as an npz file")
    if channels is not None:
        raise InputError("channels", f"{source.name!r} is a table", "leave it out")
    if axis is not None:
        raise InputError("axis", f"{source.name!r} is a table", "an axis belongs to the arrays of an npz file")
    return source


def _understood(
    source: Table | Arrays, types: Mapping[str, str], target: str | None, leave: Collection[str]
) -> Table | Arrays:
    """Read the columns of a table as what they are; arrays have their types."""
    if isinstance(source, Table):
        source = understand(source, types, target, leave)
        doubt = source.first_row_doubt
        more = (f"{doubt}; {_HEADERLESS}",) if doubt else axis_note(source.columns)
        return replace(source, notes=(*more, *source.notes))
    if types:
        raise InputError("types", f"the columns of X in {source.name!r} have no names", "leave it out")
    return source


def _group_column(groups: str | None, source: Table | Arrays, target: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Find the column of groups: the one named, or the one that the registry knows; and what to say about it."""
    if groups is not None:
        return (None if groups.casefold() == "none" else groups), ()
    known = None if source.info is None else source.info.groups
    if known is None or known not in source.columns or known == target:
        return None, ()
    return known, (f"rows of one {known!r} stay together; groups='none' splits them",)


def _with_target(
    source: Table | Arrays, target: str | None, groups: str | None, drop: list[str], drop_unlabelled: bool
) -> tuple[Data, tuple[str, ...]]:
    """Take one column as the classes, and all others but those left out as features; say what rows were left out."""
    target = target or source.default_target
    doubt = getattr(source, "first_row_doubt", "")
    if target is None:
        if not source.columns:
            raise InputError("path", f"{source.name!r} holds X and no classes", "save them in it as array y")
        names = _HEADERLESS if doubt else nearest_hint("", source.columns)
        raise InputError("target", "it is missing", f"name the column of the classes; {names}")
    if groups is not None and (groups == target or groups not in source.columns):
        raise InputError("groups", f"{groups!r} is no other column", nearest_hint(groups, source.columns))
    if target not in source.columns:
        finding = f"{source.name!r} has no column {target!r}" + (f", and {doubt}" if doubt else "")
        raise InputError("target", finding, _HEADERLESS if doubt else nearest_hint(target, source.columns))
    check_drop(source, target, drop)
    labels = source.column(target)
    rows, notes = _labelled(source, labels, target, drop_unlabelled)
    class_counts(labels[rows] if isinstance(labels, np.ndarray) else labels.iloc[rows], target)
    without = [target, *drop, *([] if groups is None else [groups])]
    if isinstance(source, Table) and not set(source.columns) - set(without):
        raise InputError("drop", f"no column but the target {target!r} is left", "drop fewer")
    data = Data(
        name=source.name,
        target=target,
        X=source.features(without),
        labels=labels,
        source=source,
        rows=np.arange(len(labels)),
    )
    return (data if len(rows) == len(labels) else data.take(rows)), notes


def _labelled(
    source: Table | Arrays, labels: Any, target: str, drop_unlabelled: bool
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Refuse rows without a label, or leave them out; return the positions of the others, and what to say."""
    declared, nulls = "", []
    if isinstance(source, Table):
        declared = source.types.get(target, "")
        if source.text is not None:
            nulls = source.text.column(target).filter(pc.is_null(source.arrow.column(target))).to_pylist()
    unlabelled = find_unlabelled(labels, nulls, is_declared=declared in ("category", "text"))
    if drop_unlabelled:
        return unlabelled.dropped()
    n = int(unlabelled.is_missing.sum())
    if n:
        cure = "drop_unlabelled= leaves these rows out"
        if isinstance(source, Table) and any(text.strip() for text in unlabelled.missing):
            cure += f", types='{target}=category' takes such cells for a class"
        finding = f"{n} of {len(labels)} rows have no value in {target!r}, {unlabelled.text}"
        raise InputError("target", finding, cure)
    return np.arange(len(labels)), unlabelled.notes
