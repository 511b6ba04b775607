"""Putting the page and the JSON file in place, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from oversmith.io.write import replacing


def write_files(
    page: str, path: str | os.PathLike[str], text: str | None = None, text_path: str | os.PathLike[str] | None = None
) -> Path:
    """Write a page, and the JSON beside it where it is wanted.

    Each file is written under a temporary name and then renamed, so that a reader finds the old file or the new one.

    Parameters
    ----------
    page : str
        The page.
    path : path
        Where it goes; an existing file is replaced.
    text, text_path : str and path, optional
        Another file and where it goes.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    WriteError
        When the folder is missing or the system refuses.

    Examples
    --------
    >>> import tempfile
    >>> from oversmith.report.write import write_files
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_files("<p>", f"{folder}/page.html").read_text()
    '<p>'
    """
    if text is not None and text_path is not None:
        _replace(Path(text_path), "json_path", text)
    _replace(Path(path), "path", page)
    return Path(path)


def _replace(path: Path, argument: str, text: str) -> None:
    with replacing(path, argument) as file:
        file.write(text.encode())
