"""Files in and out: which format, may it be written, and nothing ever half-written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from oversmith import _atomic
from oversmith.cli.errors import WriteError, one_line, reason
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.cli.arrays import Arrays
    from oversmith.cli.tables import Table

TABLE_SUFFIXES = (".csv", ".parquet")
SUFFIXES = (*TABLE_SUFFIXES, ".npz")


def read_data(path: Path) -> Table | Arrays:
    """Read a data file whose format its suffix tells, or series, spectra or images of the registry by their name.

    Parameters
    ----------
    path : Path
        A ``.csv``, ``.parquet`` or ``.npz`` file, or the name of a set.

    Returns
    -------
    Table or Arrays
        The content, ready for a sampler and for being written again.

    Raises
    ------
    InputError
        For a missing, empty or unreadable file and for an unknown suffix.
    """
    if not path.suffix and path.name == str(path) and not path.exists():
        from oversmith.cli.arrays import named_arrays

        found = named_arrays(path.name)
        if found is not None:
            return found
    if str(path).startswith(("http:", "https:")):
        raise InputError(f"DATA: {str(path)!r} is an address, and nothing is downloaded; name a file at hand")
    suffix = checked_suffix(path, "DATA")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"DATA: there is no file {str(path)!r}; check the path{_near(path)}") from None
    except OSError as error:
        raise InputError(f"DATA: {str(path)!r} cannot be read, {reason(error)}; check the file") from error
    if not content:
        raise InputError(f"DATA: {str(path)!r} is empty (0 bytes); name a file with a header and rows")
    if suffix == ".npz":
        from oversmith.cli.arrays import read_npz

        return read_npz(content, path.name)
    from oversmith.cli.tables import read_csv, read_parquet

    return (read_csv if suffix == ".csv" else read_parquet)(content, path.name)


def named_target(source: Table | Arrays, target: str | None) -> str:
    """Name the column of the classes: the one given, or array ``y`` of an npz file.

    Parameters
    ----------
    source : Table or Arrays
        What was read.
    target : str or None
        What ``--target`` names.

    Returns
    -------
    str
        The name.

    Raises
    ------
    InputError
        When none is given for a table, or for arrays without ``y``.
    """
    from oversmith.cli.target import nearest

    if target is not None:
        return target
    if hasattr(source, "arrays") and "y" in source.columns:
        return "y"
    if not source.columns:
        raise InputError(f"DATA: {source.name!r} holds X and no classes; save them in it as array y")
    raise InputError(f"--target: it is missing; name the column of the classes, {nearest('', source.columns)}")


def checked_suffix(path: Path, argument: str) -> str:
    """Return the suffix of a path, refusing the ones that name no known format.

    Examples
    --------
    >>> from pathlib import Path
    >>> from oversmith.cli.files import checked_suffix
    >>> checked_suffix(Path("rows.CSV"), "DATA")
    '.csv'
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        raise InputError(f"{argument}: {str(path)!r} is a folder; name one file in it")
    if suffix not in SUFFIXES:
        found = f"the suffix {suffix!r}" if suffix else "no suffix"
        raise InputError(f"{argument}: {str(path)!r} has {found}; the suffix tells the format: .csv, .parquet or .npz")
    return suffix


def check_output(path: Path, argument: str, *, force: bool, others: Sequence[Path] = ()) -> None:
    """Refuse, before any work is done, an output path that cannot or must not be written.

    Parameters
    ----------
    path : Path
        Where the output shall go.
    argument : str
        The option that gave it, for the message.
    force : bool
        Whether an existing file may be replaced.
    others : sequence of Path, default=()
        Other outputs of the same command, which must differ from this one.

    Raises
    ------
    InputError
        When the folder is missing or not writable, when the path is a folder or a device, and when the file
        exists without ``force``.
    """
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"{argument}: the folder {str(folder)!r} does not exist; make it first")
    if path.is_dir():
        raise InputError(f"{argument}: {str(path)!r} is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise InputError(f"{argument}: {str(path)!r} is not an ordinary file; name a file")
    if path.exists() and not force:
        raise InputError(f"{argument}: {str(path)!r} exists; name another file, or add --force to replace it")
    if any(_final(path) == _final(other) for other in others):
        raise InputError(f"{argument}: {str(path)!r} is named twice; give each output its own file")
    if not os.access(_final(path).parent, os.W_OK):
        raise InputError(f"{argument}: the folder {str(folder)!r} is not writable; name another folder")


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
        The option that gave it, for the message.

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
    >>> from oversmith.cli.files import replacing
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder, "a.txt"), "-o") as file:
    ...         _ = file.write(b"whole")
    ...     Path(folder, "a.txt").read_text()
    'whole'
    """
    try:
        with _atomic.replacing(path) as file:
            yield file
    except OSError as error:
        raise WriteError(
            f"{argument}: {str(path)!r} cannot be written, {reason(error)}; "
            "free some space or name a path elsewhere; nothing was written"
        ) from error


def unreadable(name: str, kind: str, error: Exception) -> InputError:
    """Build the error for a file that is not what its suffix says."""
    found = one_line(str(error).splitlines()[0] if str(error) else type(error).__name__).rstrip(".")
    if len(found) > 160:
        found = found[:157] + "..."
    return InputError(f"DATA: {name!r} is not a readable {kind} file ({found}); check the file and its suffix")


def _final(path: Path) -> Path:
    """Follow links, so that a link to a file stays a link."""
    return Path(os.path.realpath(path))


def _near(path: Path) -> str:
    """Name the nearest data file of the folder, for a misspelt path."""
    import difflib

    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix.lower() in SUFFIXES]
    except OSError:
        return f" (the folder {str(path.parent)!r} cannot be listed)" if path.parent.is_dir() else ""
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {str(path.with_name(near[0]))!r}?" if near else ""
