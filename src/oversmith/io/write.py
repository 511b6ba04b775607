"""Outputs: whether a file may be written, and files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from oversmith import _atomic
from oversmith.exceptions import InputError, WriteError, system_reason

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from oversmith.io.data import Data


def write(
    path: str | os.PathLike[str],
    data: Data,
    X: pd.DataFrame | np.ndarray[Any, Any],
    y: pd.Series | np.ndarray[Any, Any],
    *,
    real: bool = True,
    flag: str | None = None,
    argument: str = "path",
) -> None:
    r"""Write the rows of ``data`` as they were read, and then generated ones, in the types and spelling of their file.

    Parameters
    ----------
    path : path
        The file to make or to replace; its suffix tells the format.
    data : Data
        The real rows.
    X : DataFrame or ndarray
        Features of the generated rows.
    y : Series or ndarray
        Their classes.
    real : bool, default=True
        Whether the real rows are written.
    flag : str, optional
        Name of a last column (or array) that is true for generated rows.
    argument : str, default="path"
        The argument that gave the path, for messages.

    Raises
    ------
    InputError
        For a format that these data cannot have, and a flag whose name is taken.
    WriteError
        When the system refuses, a full disk for instance.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from oversmith.io import read, write
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "in.csv").write_text("a,y\n1.50,p\n2,n\n3,n\n")
    ...     data = read(Path(folder, "in.csv"), "y")
    ...     write(Path(folder, "out.csv"), data, data.X[:1], data.labels[:1], flag="new")
    ...     Path(folder, "out.csv").read_text().split()
    ['a,y,new', '1.50,p,False', '2,n,False', '3,n,False', '1.50,p,True']
    """
    target = Path(path)
    data.check_output(target, flag, argument=argument)
    with replacing(target, argument) as file:
        data.source.write(
            file,
            target.suffix.lower(),
            rows=data.rows if real else data.rows[:0],
            target=data.target,
            X=X,
            y=y,
            flag=flag,
        )


def check_output(path: Path, argument: str, *, force: bool, others: Sequence[Path] = ()) -> None:
    """Refuse, before any work is done, an output path that cannot or must not be written.

    Parameters
    ----------
    path : Path
        Where the output shall go.
    argument : str
        The argument that gave it, for the message.
    force : bool
        Whether an existing file may be replaced.
    others : sequence of Path, default=()
        Other outputs of the same call, which must differ from this one.

    Raises
    ------
    InputError
        When the folder is missing or not writable, when the path is a folder or a device, and when the file
        exists without ``force``.
    """
    folder = path.parent
    if not folder.is_dir():
        raise InputError(argument, f"the folder {str(folder)!r} does not exist", "make it first")
    if path.is_dir():
        raise InputError(argument, f"{str(path)!r} is a folder", "name a file in it")
    if path.exists() and not path.is_file():
        raise InputError(argument, f"{str(path)!r} is not an ordinary file", "name a file")
    if path.exists() and not force:
        raise InputError(argument, f"{str(path)!r} exists", "name another file, or add force= to replace it")
    if any(_without_links(path) == _without_links(other) for other in others):
        raise InputError(argument, f"{str(path)!r} is named twice", "give each output its own file")
    if not os.access(_without_links(path).parent, os.W_OK):
        raise InputError(argument, f"the folder {str(folder)!r} is not writable", "name another folder")


@contextlib.contextmanager
def replacing(path: Path, argument: str) -> Iterator[IO[bytes]]:
    """Write a file whole or not at all.

    The bytes go to a temporary file in the same folder, are forced to the disk, and the file then takes its
    name in one step; whatever happens before that leaves the old file, if any, as it was.

    Parameters
    ----------
    path : Path
        The file to make or to replace.
    argument : str
        The argument that gave it, for the message.

    Yields
    ------
    file
        Binary file, open for writing.

    Raises
    ------
    WriteError
        When the system refuses, a full disk for instance.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from oversmith.io.write import replacing
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder, "a.txt"), "output") as file:
    ...         _ = file.write(b"whole")
    ...     Path(folder, "a.txt").read_text()
    'whole'
    """
    try:
        with _atomic.replacing(path) as file:
            yield file
    except OSError as error:
        raise WriteError(
            argument,
            f"{str(path)!r} cannot be written, {system_reason(error)}",
            "free some space or name a path elsewhere; nothing was written",
        ) from error


def _without_links(path: Path) -> Path:
    return Path(os.path.realpath(path))
