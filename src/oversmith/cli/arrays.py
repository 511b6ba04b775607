"""npz files: a matrix ``X``, or series of shape (cases, channels, time points), and an array of classes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from oversmith.cli.files import unreadable
from oversmith.exceptions import InputError


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
    """

    name: str
    arrays: dict[str, np.ndarray[Any, Any]]
    compressed: bool

    @property
    def columns(self) -> list[str]:
        """Names of the arrays that may hold the classes."""
        return [name for name in self.arrays if name != "X"]

    def features(self, target: str, drop: Sequence[str]) -> np.ndarray[Any, Any]:
        """Return the matrix."""
        if drop:
            raise InputError(f"--drop: the columns of X in {self.name!r} have no names; leave --drop out")
        return self.arrays["X"]

    def labels(self, target: str) -> np.ndarray[Any, Any]:
        """Return the classes."""
        labels, rows = self.arrays[target], len(self.arrays["X"])
        if labels.shape != (rows,):
            raise InputError(
                f"--target: array {target!r} in {self.name!r} has shape {labels.shape}; "
                f"one class for each of the {rows} rows of X is needed, shape ({rows},)"
            )
        return labels

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
        out = {
            "X": np.concatenate([x[:real], new_features.astype(x.dtype, copy=False)]),
            target: np.concatenate([y[:real], new_labels.astype(y.dtype, copy=False)]),
        }
        if flag is not None:
            out[flag] = np.arange(len(out["X"])) >= real
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
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError) as error:
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
