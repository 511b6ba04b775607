"""Formats by suffix, and the errors of reading a file."""

from __future__ import annotations

import difflib
from pathlib import Path

from oversmith.exceptions import InputError, system_reason

TABLE_SUFFIXES = (".csv", ".tsv", ".parquet")
"""Formats of tables that are read and written."""
READ_SUFFIXES = (*TABLE_SUFFIXES, ".xlsx", ".npz")
WRITE_SUFFIXES = (*TABLE_SUFFIXES, ".npz")


def checked_suffix(path: Path, argument: str, known: tuple[str, ...] = READ_SUFFIXES) -> str:
    """Return the suffix of a path, refusing the ones that name no known format.

    Parameters
    ----------
    path : Path
        The path.
    argument : str
        The argument that gave it, for the message.
    known : tuple of str
        The suffixes that are taken.

    Returns
    -------
    str
        The suffix in lower case.

    Raises
    ------
    InputError
        For a folder and for another suffix.

    Examples
    --------
    >>> from pathlib import Path
    >>> from oversmith.io.format import checked_suffix
    >>> checked_suffix(Path("rows.CSV"), "path")
    '.csv'
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        raise InputError(argument, f"{str(path)!r} is a folder", "name one file in it")
    if suffix not in known:
        finding = f"{str(path)!r} has " + (f"the suffix {suffix!r}" if suffix else "no suffix")
        raise InputError(argument, finding, f"the suffix tells the format: {', '.join(known[:-1])} or {known[-1]}")
    return suffix


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    InputError
        For a missing or empty file, or one that cannot be read; the message names a file with a similar name.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError("path", f"there is no file {str(path)!r}", f"check the path{_similar_file(path)}") from None
    except OSError as error:
        raise InputError("path", f"{str(path)!r} cannot be read, {system_reason(error)}", "check the file") from error
    if not content:
        raise InputError("path", f"{str(path)!r} is empty (0 bytes)", "name a file with a header and rows")
    return content


def unreadable(name: str, kind: str, error: Exception) -> InputError:
    """Make the error for a file that is not what its suffix says."""
    lines = str(error).splitlines()
    why = " ".join((lines[0] if lines else type(error).__name__).split()).rstrip(".")
    if len(why) > 160:
        why = why[:157] + "..."
    return InputError("path", f"{name!r} is not a readable {kind} file ({why})", "check the file and its suffix")


def _similar_file(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix.lower() in READ_SUFFIXES]
    except OSError:
        return f" (the folder {str(path.parent)!r} cannot be listed)" if path.parent.is_dir() else ""
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {str(path.with_name(near[0]))!r}?" if near else ""
