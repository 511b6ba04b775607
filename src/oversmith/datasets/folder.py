"""A folder of spectra, one file each, with a table of labels: those of Chung et al. 2024, or one's own."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal

import numpy as np

from oversmith.datasets.dilution import RULES, Rule, label_dilution, spectrum_response
from oversmith.datasets.spectra import Spectra, SpectralAxis
from oversmith.exceptions import InputError

SUFFIXES = (".csv", ".txt", ".tsv", ".dat", ".asc", ".xy")
# A spectrum of a million points is 50 MB of text; more is some other file.
MOST_BYTES = 64 * 2**20
_NAMED = 5
_COMMENTS = ("#", "%", "!", "//", '"#')


def load_spectra_folder(
    folder: str | os.PathLike[str],
    *,
    labels: str | os.PathLike[str] = "labels.csv",
    axis: Literal["same", "index", "overlap"] = "same",
    n_points: int | None = None,
    column: int = 1,
    rule: Rule | None = None,
    response: Literal["position", "height", "mean"] = "position",
    classes: tuple[str, str] = ("solution", "gel"),
    axis_name: str = "frequency",
    unit: str = "",
    quantity: str = "",
) -> Spectra:
    r"""Load a folder of spectra and bring them to one axis.

    Parameters
    ----------
    folder : path
        The folder: one text file per spectrum (``.csv``, ``.txt``, ``.tsv``, ``.dat``, ``.asc`` or ``.xy``), the place
        of each point in the first column. Commas, semicolons, tabs or blanks part the columns; lines before the first
        number and those that begin with ``#``, ``%``, ``!`` or ``//`` are skipped.
    labels : path, default="labels.csv"
        Table of the labels, inside the folder unless the path is absolute: columns ``file`` and ``label``, or ``file``
        and ``concentration`` with ``rule``; optionally ``group``, the sensor, plate or replicate.
    axis : {"same", "index", "overlap"}, default="same"
        How axes become one, as in :func:`oversmith.preprocessing.common_axis`: they must be equal; points are numbered,
        as in Chung et al. 2024; or the range shared by all.
    n_points : int, optional
        Points of the result; the fewest any spectrum has by default.
    column : int, default=1
        Which column holds the values, the place of each point being column 0.
    rule : {"sigmoid", "lines"}, optional
        Label a dilution series by its concentrations, group by group, as :func:`label_dilution` does.
    response : {"position", "height", "mean"}, default="position"
        What the rule follows, as in :func:`spectrum_response`.
    classes : (str, str), default=("solution", "gel")
        Labels the rule gives.
    axis_name, unit, quantity : str
        What the axis is called, its unit, and what was measured; with ``axis="index"`` the axis is called
        ``"measurement"``.

    Returns
    -------
    Spectra
        Spectra in the order of the table.

    Raises
    ------
    InputError
        For a missing folder or table; names that lead out of the folder, that are missing, given twice or not in the
        table; files without two columns of numbers, with NaN, repeated or unsorted places, or that are copies of each
        other; unequal axes under ``"same"``; missing labels, concentrations or groups; and whatever the rule refuses.

    Notes
    -----
    Names in the table are never followed out of the folder, through ``..``, an absolute path or a link. A decimal comma
    is understood where semicolons, tabs or blanks part the columns.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; "Data collection" and "Case study using spectral data from Pluronic F-127
       hydrogel".

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from oversmith.datasets import load_spectra_folder
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = Path(place, "a.csv").write_text("Hz,angle\n10,1.5\n20,2.5\n")
    ...     _ = Path(place, "b.csv").write_text("Hz,angle\n15,0.5\n25,3.5\n")
    ...     _ = Path(place, "labels.csv").write_text("file,label\na.csv,gel\nb.csv,solution\n")
    ...     found = load_spectra_folder(place, axis="index")
    >>> found.X.tolist(), found.y.tolist(), found.axis.points.tolist()
    ([[[1.5, 2.5]], [[0.5, 3.5]]], ['gel', 'solution'], [1.0, 2.0])
    """
    from oversmith.preprocessing.axis import common_axis

    base = Path(folder)
    if not base.is_dir():
        raise InputError("folder", f"there is no folder {str(base)!r}", "name the one that holds the spectra")
    if rule is not None and rule not in RULES:
        raise InputError(
            "rule", f"{rule!r} found", f"choose from {', '.join(map(repr, RULES))}, or None for a label column"
        )
    if isinstance(column, bool) or not isinstance(column, int) or column < 1:
        raise InputError("column", f"{column!r} found", "give 1 or more, column 0 being the place of each point")
    table = _table(base / labels, rule)
    paths = _paths(base, base / labels, table["file"])
    read = [_spectrum(path, name, column) for path, name in zip(paths, table["file"], strict=True)]
    _refuse_copies(read, table["file"])
    axes, values = [x for x, _ in read], [value for _, value in read]
    try:
        rows, points = common_axis(values, axes, rule=axis, n_points=n_points)
    except InputError as error:
        parts = (error.argument, error.finding, error.cure)
        raise InputError(*(_with_names(part, table["file"]) for part in parts)) from error
    if axis == "index":
        axis_name, unit = "measurement", ""
    group = np.asarray(table["group"]) if "group" in table else None
    concentration = _numbers(table["concentration"], table["file"]) if "concentration" in table else None
    transitions: dict[str, float] = {}
    if rule is None:
        y = np.asarray(table["label"])
    else:
        followed = spectrum_response(rows, response)
        y, transitions = label_dilution(
            concentration if concentration is not None else [], followed, rule=rule, series=group, labels=classes
        )
    return Spectra(
        X=rows[:, None],
        y=y,
        axis=SpectralAxis(points, axis_name, unit, quantity),
        group=group,
        concentration=concentration,
        names=np.asarray(table["file"]),
        transitions={str(name): at for name, at in transitions.items()},
    )


def _table(path: Path, rule: Rule | None) -> dict[str, list[str]]:
    """Columns of the table of labels, every cell there."""
    lines = _lines(path, "labels")
    try:
        dialect: Any = csv.Sniffer().sniff("\n".join(lines[:20]), delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    cells = [[cell.strip() for cell in row] for row in csv.reader(lines, dialect) if any(cell.strip() for cell in row)]
    header = [name.casefold() for name in cells[0]] if cells else []
    needed = ("file", "label") if rule is None else ("file", "concentration")
    missing = [name for name in needed if name not in header]
    if missing:
        cure = "or give rule= for a column of concentrations" if missing == ["label"] else "name it"
        raise InputError(
            "labels",
            f"{path.name!r} has no column {missing[0]!r} (it has {', '.join(header) or 'none'})",
            f"add it, {cure}",
        )
    if len(set(header)) < len(header):
        raise InputError(
            "labels", f"{path.name!r} has two columns of one name ({', '.join(header)})", "give each its own"
        )
    if len(cells) == 1:
        raise InputError("labels", f"{path.name!r} has no rows", "give one for each spectrum")
    names = [name for name in ("file", "label", "concentration", "group") if name in header]
    # Labels by hand beside a rule are not looked at.
    names = [name for name in names if rule is None or name != "label"]
    columns: dict[str, list[str]] = {name: [] for name in names}
    for number, row in enumerate(cells[1:], 2):
        for name in names:
            index = header.index(name)
            if (
                index >= len(row)
                or not row[index]
                or (name != "file" and row[index].casefold() in ("nan", "na", "none"))
            ):
                raise InputError(
                    "labels", f"row {number} of {path.name!r} has no {name}", "fill it, or leave the row out"
                )
            columns[name].append(row[index])
    return columns


def _paths(base: Path, table: Path, names: Sequence[str]) -> list[Path]:
    """Files of the table inside the folder, each once, and no spectrum of the folder without a row."""
    root = Path(os.path.realpath(base))
    listed: dict[Path, str] = {}
    for name in names:
        parts = [*PurePosixPath(name).parts, *PureWindowsPath(name).parts]
        path = Path(os.path.realpath(root / name)) if "\0" not in name else root
        away = PurePosixPath(name).is_absolute() or PureWindowsPath(name).is_absolute() or ".." in parts
        if away or path == root or not path.is_relative_to(root):
            raise InputError("labels", f"{name!r} leads out of the folder", "name files inside it")
        if not path.is_file():
            raise InputError("labels", f"there is no file {name!r} in the folder", "correct the name, or leave it out")
        if path in listed:
            raise InputError("labels", f"{name!r} is given twice ({listed[path]!r})", "give every spectrum one row")
        listed[path] = name
    used = {*listed, Path(os.path.realpath(table))}
    others = [p for p in root.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file()]
    unnamed = sorted(p.name for p in others if Path(os.path.realpath(p)) not in used)
    if unnamed:
        raise InputError("labels", f"no row for {_listed(unnamed)}", "label them, or take them out of the folder")
    return list(listed)


def _spectrum(path: Path, name: str, column: int) -> tuple[np.ndarray, np.ndarray]:
    """Place and value of every point."""
    rows: list[tuple[float, float]] = []
    split: str | None = None
    for number, line in enumerate(_lines(path, name), 1):
        text = line.strip()
        if not text or text.startswith(_COMMENTS):
            continue
        split = _separator(text) if not rows else split
        cells = re.split(r"\s+", text) if split is None else [cell.strip() for cell in text.split(split)]
        try:
            numbers = [float(cell if split == "," else cell.replace(",", ".")) for cell in cells if cell]
        except ValueError:
            if rows:
                raise InputError(
                    name, f"line {number} holds no numbers ({text[:40]!r})", "correct or remove it"
                ) from None
            continue
        if column >= len(numbers):
            if rows or len(numbers) > 1:
                raise InputError(
                    name,
                    (
                        f"line {number} has {len(numbers)} columns, the values are looked for in "
                        f"column {column} (counted from 0)"
                    ),
                    "correct the file or column=",
                )
            continue
        rows.append((numbers[0], numbers[column]))
    if len(rows) < 2:
        raise InputError(
            name, f"{len(rows)} points found", "a spectrum has two columns of numbers and two rows at least"
        )
    points, value = np.asarray(rows).T
    bad = np.flatnonzero(~np.isfinite(points) | ~np.isfinite(value))
    if len(bad):
        raise InputError(name, f"NaN or infinity found at point {bad[0] + 1}", "fill the gap, or leave the file out")
    return points, value


def _separator(text: str) -> str | None:
    """Tell what parts the columns of a line; None for blanks."""
    for mark in (";", "\t"):
        if mark in text:
            return mark
    if "," in text and not re.fullmatch(r"[+-]?\d+,\d+(\s+[+-]?\d+,\d+)+", text):
        return ","
    return None


def _lines(path: Path, name: str) -> list[str]:
    if not path.is_file():
        raise InputError(name, f"there is no file {str(path)!r}", "make it, or name it with labels=")
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise InputError(name, f"{size / 2**20:.0f} MiB found", "a spectrum or a table of labels is smaller, check it")
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return path.read_text(encoding="latin-1").splitlines()


def _numbers(cells: Sequence[str], names: Sequence[str]) -> np.ndarray:
    numbers = []
    for cell, name in zip(cells, names, strict=True):
        try:
            numbers.append(float(cell.replace(",", ".")))
        except ValueError:
            raise InputError("labels", f"concentration {cell!r} of {name!r} is no number", "correct it") from None
    return np.asarray(numbers)


def _refuse_copies(read: Sequence[tuple[np.ndarray, np.ndarray]], names: Sequence[str]) -> None:
    seen: dict[bytes, str] = {}
    for (points, value), name in zip(read, names, strict=True):
        key = points.tobytes() + value.tobytes()
        if key in seen:
            raise InputError(
                name,
                f"it is a copy of {seen[key]!r}",
                "a spectrum on both sides of a split makes scores too good, leave one out",
            )
        seen[key] = name


def _with_names(message: str, names: Sequence[str]) -> str:
    """Put file names where a message counts spectra."""
    text = re.sub(r"spectrum (\d+)", lambda match: repr(names[int(match[1])]), message)
    return text.replace("rule=", "axis=")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(repr, names[:_NAMED])) + more
