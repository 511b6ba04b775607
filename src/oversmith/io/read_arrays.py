"""npz files, folders of spectra and data sets of the registry read into :class:`oversmith.io.arrays.Arrays`."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from oversmith.exceptions import InputError
from oversmith.io.arrays import UNIT, Arrays
from oversmith.io.format import unreadable

if TYPE_CHECKING:
    from oversmith.datasets import Dataset


def read_npz(content: bytes, name: str) -> Arrays:
    """Read an npz file; nothing in it is executed.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.

    Returns
    -------
    Arrays
        The arrays.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            compressed = any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist())
        with np.load(io.BytesIO(content), allow_pickle=False) as loaded:
            arrays = {key: loaded[key] for key in loaded.files}
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise InputError(
                "path",
                f"{name!r} holds Python objects, which can run code when they are read",
                "save arrays of numbers, and text with astype(str), and bring images of unequal sizes and series of "
                "unequal lengths to one size",
            ) from error
        raise unreadable(name, "npz", error) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise unreadable(name, "npz", error) from error
    if "X" not in arrays:
        raise InputError("path", f"{name!r} has no array 'X' (it has {', '.join(arrays) or 'none'})", "name it X")
    x = arrays["X"]
    if x.ndim not in (2, 3, 4):
        raise InputError(
            "path",
            f"X in {name!r} has shape {x.shape}, {x.ndim}-D",
            "give a 2-D array, one row per case, series of 3 dimensions (cases, channels, time points), or images of 4 "
            "(cases, channels, height, width)",
        )
    if not len(x):
        raise InputError("path", f"X in {name!r} has no rows", "name a file with rows")
    if not x.size:
        raise InputError("path", f"X in {name!r} has shape {x.shape}", "every number must be above zero")
    return Arrays(name, arrays, compressed)


def from_dataset(data: Dataset) -> Arrays:
    """Take a data set of series, spectra or images as arrays under the names of its file.

    Parameters
    ----------
    data : Dataset
        The data set.

    Returns
    -------
    Arrays
        Its arrays.
    """
    arrays = {"X": np.asarray(data.X), data.target: np.asarray(data.y)}
    if data.groups is not None and data.info.groups is not None:
        arrays[data.info.groups] = data.groups
    if data.axis is not None:
        arrays[data.info.axis["array"]] = data.axis.points
    return Arrays(data.name, arrays, True, info=data.info)


def read_spectra_folder(folder: Path, axis: str | None) -> Arrays:
    """Read a folder of spectra, one text file each, beside a table ``labels.csv``.

    Parameters
    ----------
    folder : Path
        The folder.
    axis : {"same", "index", "overlap"} or None
        How the axes of the files become one; they must be the same unless this says otherwise.

    Returns
    -------
    Arrays
        Spectra ``X``, classes ``label``, ``frequency`` as their axis, and ``group`` where the table has it.

    Raises
    ------
    InputError
        For a folder without a table of labels, and as :func:`oversmith.datasets.load_spectra_folder`.
    """
    from oversmith.datasets import load_spectra_folder

    if not (folder / "labels.csv").is_file():
        raise InputError(
            "path",
            f"{str(folder)!r} is a folder",
            "name one file in it; a folder of spectra, a file each, has a table labels.csv with columns file and label",
        )
    if axis not in (None, "same", "index", "overlap"):
        raise InputError(
            "axis",
            f"{axis!r} found for a folder of spectra",
            "choose same, index or overlap: how their axes become one",
        )
    spectra = load_spectra_folder(folder, axis=axis or "same")  # type: ignore[arg-type]
    name = spectra.axis.name
    arrays = {"X": spectra.X, "label": spectra.y, name: spectra.axis.points, UNIT: np.asarray(spectra.axis.unit)}
    arrays |= {} if spectra.group is None else {"group": spectra.group}
    return Arrays(folder.name, arrays, True, axis=spectra.axis, axis_array=name, kind="series")
