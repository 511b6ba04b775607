"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where an open file cannot be removed anyway
    fcntl = None  # type: ignore[assignment]

_BEGIN, _END = ".oversmith-", ".tmp"


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Write a file under a temporary name in its folder, force it to the disk and rename it.

    Whatever goes wrong before the renaming leaves the old file, if any, as it was. A link to a file stays a link, and
    a file that is replaced keeps its permissions. Temporary files of processes that were killed are removed.

    Parameters
    ----------
    path : path-like
        The file to create or to replace.

    Yields
    ------
    file
        Binary file, open for writing.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from oversmith._atomic import replacing
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder, "a.txt")) as file:
    ...         _ = file.write(b"whole")
    ...     Path(folder, "a.txt").read_text()
    'whole'
    """
    final = Path(os.path.realpath(path))
    if not final.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder; create it first", str(final.parent))
    _remove_left_over(final.parent)
    file, temporary = _locked(final)
    try:
        with file:
            with contextlib.suppress(FileNotFoundError):
                _take_permissions(file.fileno(), final.stat())
            yield file
            file.flush()
            os.fsync(file.fileno())
            if fcntl is not None:
                os.replace(temporary, final)  # while the lock is held
        if fcntl is None:
            os.replace(temporary, final)
    finally:
        temporary.unlink(missing_ok=True)


def _locked(final: Path) -> tuple[IO[bytes], Path]:
    """Make a temporary file whose lock says that its process lives."""
    while True:
        temporary = final.with_name(f"{_BEGIN}{secrets.token_hex(6)}{_END}")
        file = open(temporary, "xb")  # noqa: SIM115 (the caller closes it)
        # Where the file system has no locks, nothing can be removed either.
        with contextlib.suppress(OSError):
            _lock(file)
        # Another process may have taken it for left over before it was locked.
        if temporary.exists():
            return file, temporary
        file.close()


def _lock(file: IO[bytes]) -> None:
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_left_over(folder: Path) -> None:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_BEGIN) and entry.name.endswith(_END) and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(OSError), open(entry.path, "rb") as file:
                    _lock(file)
                    os.unlink(entry.path)


def _take_permissions(file: int, old: os.stat_result) -> None:
    """Give a new file the owner and the mode of the one that it replaces, as far as the system lets us."""
    if hasattr(os, "fchown"):
        with contextlib.suppress(PermissionError):
            os.fchown(file, old.st_uid, old.st_gid)
        os.fchmod(file, stat.S_IMODE(old.st_mode))
