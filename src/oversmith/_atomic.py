"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Write a file under a temporary name in its folder, force it to the disk and rename it.

    Whatever goes wrong before the renaming leaves the old file, if any, as it was. A link to a file stays a link.

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
    temporary = final.with_name(f".oversmith-{secrets.token_hex(6)}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, final)
    finally:
        temporary.unlink(missing_ok=True)
