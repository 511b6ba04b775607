"""Compiled programs kept on disk between runs of the command line."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

FOLDER_VARIABLE = "JAX_COMPILATION_CACHE_DIR"


def cache_folder() -> Path:
    """Name the folder of the compiled programs: the user's choice for JAX, else the one of Oversmith.

    Returns
    -------
    Path
        The folder; it need not exist yet.
    """
    from oversmith.training.compilation import default_cache_dir

    return Path(os.environ.get(FOLDER_VARIABLE) or default_cache_dir())


@contextlib.contextmanager
def persistent_cache() -> Iterator[None]:
    """Keep compiled programs on disk, in this process and in the worker processes it starts."""
    from oversmith.training.compilation import enable_persistent_cache

    folder = enable_persistent_cache(cache_folder())
    # Worker processes start from the environment, not from this process's configuration of JAX.
    wanted = {
        FOLDER_VARIABLE: str(folder),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
