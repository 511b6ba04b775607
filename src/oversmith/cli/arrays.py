"""npz files: a matrix ``X``, or series of shape (cases, channels, time points), an array of classes, an axis."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from oversmith.cli.files import unreadable
from oversmith.cli.target import nearest
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.datasets import DatasetInfo, SpectralAxis

AXIS_NAMES = ("axis", "wavenumber", "wavelength", "frequency", "raman_shift", "energy", "two_theta", "mz", "ppm")
"""Arrays that are the axis of spectra without being named by ``--axis``, where they have a value for each point."""
UNIT = "axis_unit"


@dataclass(frozen=True)
class Arrays:
    """An npz file as it was read.

    Parameters
    ----------
    name : str
        File name, for messages.
    arrays : dict of str to numpy.ndarray
        The arrays by name.
    compressed : bool
        Whether the file is compressed; the output then is too.
    axis : SpectralAxis or None
        Where the points of spectra lie; a 2-D ``X`` then holds spectra of one channel.
    axis_array : str or None
        The array it was read from.
    """

    name: str
    arrays: dict[str, np.ndarray[Any, Any]]
    compressed: bool
    axis: SpectralAxis | None = None
    axis_array: str | None = None

    @property
    def columns(self) -> list[str]:
        """Names of the arrays that may hold the classes."""
        return [name for name in self.arrays if name not in ("X", self.axis_array, UNIT)]

    def with_axis(self, named: str | None, info: DatasetInfo | None = None) -> Arrays:
        """Find the axis of spectra: the array named, the one the registry knows, or one called like an axis.

        Parameters
        ----------
        named : str or None
            Array given by ``--axis``; ``"none"`` for no axis.
        info : DatasetInfo or None
            Entry of the registry for a file of this name.

        Returns
        -------
        Arrays
            The same with its axis, where there is one.

        Raises
        ------
        InputError
            For an array that is not there, or is no axis for these spectra.
        """
        from oversmith.datasets import SpectralAxis

        length = self.arrays["X"].shape[-1]
        if named is not None:
            if named.casefold() == "none":
                return self
            if named == "X" or named not in self.arrays:
                raise InputError(f"--axis: {named!r} is no other array; {nearest(named, self.columns)}")
        declared = info.axis.get("array") if info is not None else None
        for name in (named,) if named is not None else (declared, *AXIS_NAMES):
            array = self.arrays.get(name) if name is not None else None
            if name is None or array is None or (named is None and array.shape != (length,)):
                continue
            told = dict(info.axis) if info is not None and name == declared else {"name": name.replace("_", " ")}
            unit = str(self.arrays[UNIT]) if UNIT in self.arrays and self.arrays[UNIT].ndim == 0 else ""
            try:
                axis = SpectralAxis(array, told["name"], told.get("unit") or unit, told.get("quantity", ""))
                axis.check(length)
            except InputError as error:
                raise InputError(f"--axis: array {name!r} of {self.name!r} is no axis ({error})") from error
            return replace(self, axis=axis, axis_array=name)
        return self

    def features(self, target: str, drop: Sequence[str]) -> np.ndarray[Any, Any]:
        """Return the matrix, or the spectra."""
        if drop:
            raise InputError(f"--drop: the columns of X in {self.name!r} have no names; leave --drop out")
        x = self.arrays["X"]
        return x[:, None] if self.axis is not None and x.ndim == 2 else x

    def labels(self, target: str) -> np.ndarray[Any, Any]:
        """Return the classes."""
        labels, rows = self.arrays[target], len(self.arrays["X"])
        if labels.shape != (rows,):
            raise InputError(
                f"--target: array {target!r} in {self.name!r} has shape {labels.shape}; "
                f"one class for each of the {rows} rows of X is needed, shape ({rows},)"
            )
        return labels

    @property
    def carried(self) -> list[str]:
        """Arrays that are written as they are: the axis and its unit."""
        return [] if self.axis is None else [name for name in (self.axis_array, UNIT) if name in self.arrays]

    def write(
        self,
        file: IO[bytes],
        suffix: str,
        *,
        target: str,
        drop: Sequence[str],
        new_features: np.ndarray[Any, Any],
        new_labels: np.ndarray[Any, Any],
        flag: str | None,
        keep_real: bool,
    ) -> None:
        """Write the real rows, as they were read, and then the synthetic ones; see ``Table.write``."""
        x, y = self.arrays["X"], self.arrays[target]
        real = len(x) if keep_real else 0
        new_features = new_features.reshape(-1, *x.shape[1:])
        out = {
            "X": np.concatenate([x[:real], new_features.astype(x.dtype, copy=False)]),
            target: np.concatenate([y[:real], new_labels.astype(y.dtype, copy=False)]),
        }
        if flag is not None:
            out[flag] = np.arange(len(out["X"])) >= real
        out |= {name: self.arrays[name] for name in self.carried}
        save: Any = np.savez_compressed if self.compressed else np.savez
        save(file, **out)


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
                f"DATA: {name!r} holds Python objects, which can run code when they are read; save arrays of numbers, "
                "and text with astype(str)"
            ) from error
        raise unreadable(name, "npz", error) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise unreadable(name, "npz", error) from error
    if "X" not in arrays:
        raise InputError(f"DATA: {name!r} has no array 'X' (it has {', '.join(arrays) or 'none'}); name it X")
    x = arrays["X"]
    if x.ndim not in (2, 3):
        raise InputError(
            f"DATA: X in {name!r} has shape {x.shape}, {x.ndim}-D; give a 2-D array, one row per case, or series of 3 "
            "dimensions (cases, channels, time points)"
        )
    if not len(x):
        raise InputError(f"DATA: X in {name!r} has no rows; name a file with rows")
    return Arrays(name, arrays, compressed)


def named_arrays(name: str) -> Arrays | None:
    """Load a data set of series or spectra by its name in the registry.

    Parameters
    ----------
    name : str
        What stands in place of a file.

    Returns
    -------
    Arrays or None
        Its arrays under the names of its file; None where no such set is known.
    """
    from oversmith.datasets import list_datasets, load_dataset

    known = {info.name for kind in ("series", "spectra") for info in list_datasets(modality=kind)}
    if name not in known:
        return None
    data = load_dataset(name)
    arrays = {"X": np.asarray(data.X), data.target: np.asarray(data.y)}
    if data.groups is not None and data.info.groups is not None:
        arrays[data.info.groups] = data.groups
    if data.axis is not None:
        arrays[data.info.axis["array"]] = data.axis.points
    return Arrays(name, arrays, True)
