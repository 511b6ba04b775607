"""Counting compilations, and keeping compiled programs on disk."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jax


@dataclass
class CompilationCount:
    """How many programs were asked for.

    Attributes
    ----------
    programs : int
        Programs that were not in this process's memory: compiled, or read from the cache on disk.
    from_disk : int
        Those of them that were read from the cache on disk.
    """

    programs: int = 0
    from_disk: int = 0

    @property
    def compiled(self) -> int:
        """Programs that were really compiled."""
        return self.programs - self.from_disk


_TOTAL = CompilationCount()


@cache
def _listen() -> None:
    # Registered once for the process, since listeners cannot be taken back in every supported version of JAX.
    def on_duration(event: str, duration_secs: float, **_: Any) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            _TOTAL.programs += 1

    def on_event(event: str, **_: Any) -> None:
        if event == "/jax/compilation_cache/cache_hits":
            _TOTAL.from_disk += 1

    jax.monitoring.register_event_duration_secs_listener(on_duration)
    jax.monitoring.register_event_listener(on_event)


@contextmanager
def count_compilations() -> Iterator[CompilationCount]:
    """Count the programs JAX makes inside a ``with`` block.

    A program found in the cache on disk is counted in ``programs`` too, so ``programs == 0`` says that everything was
    already in memory, whether or not `enable_persistent_cache` is on.

    Yields
    ------
    CompilationCount
        Filled in when the block ends.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> double = jax.jit(lambda x: 2 * x)
    >>> x = jnp.ones(3)
    >>> with count_compilations() as first:
    ...     _ = double(x)
    >>> with count_compilations() as second:
    ...     _ = double(x)
    >>> first.programs, second.programs
    (1, 0)
    """
    _listen()
    programs, from_disk = _TOTAL.programs, _TOTAL.from_disk
    count = CompilationCount()
    try:
        yield count
    finally:
        count.programs = _TOTAL.programs - programs
        count.from_disk = _TOTAL.from_disk - from_disk


def default_cache_dir() -> Path:
    """Name the folder of the compilation cache: ``oversmith/jax`` in the user's cache folder.

    Returns
    -------
    Path
        ``$XDG_CACHE_HOME/oversmith/jax``, or ``~/.cache/oversmith/jax`` where the variable is not set.

    Examples
    --------
    >>> default_cache_dir().parts[-2:]
    ('oversmith', 'jax')
    """
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "oversmith" / "jax"


def enable_persistent_cache(path: str | Path | None = None) -> Path:
    """Keep every compiled program on disk, so that the next process reads it instead of compiling.

    The command line and the test suite call this; the library never does so by itself.

    Parameters
    ----------
    path : path, optional
        Folder of the cache, `default_cache_dir` by default. It is made when the first program is written.

    Returns
    -------
    Path
        The folder.
    """
    path = default_cache_dir() if path is None else Path(path)
    remove_cut_entries(path)
    jax.config.update("jax_compilation_cache_dir", str(path))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    return path


def remove_cut_entries(folder: Path) -> int:
    """Remove the compiled programs whose file is cut short, so that they are written again.

    JAX leaves half a file where the disk is full, cannot read it ever after, and does not replace it. Every file is
    looked at once: the time of ``.oversmith-checked`` says which are newer.

    Parameters
    ----------
    folder : Path
        Folder of the cache; it need not exist.

    Returns
    -------
    int
        Files removed.
    """
    marker, started, removed = folder / ".oversmith-checked", time.time_ns(), 0
    try:
        # File systems take the time from a clock that lags a little.
        checked = marker.stat().st_mtime_ns - 1_000_000_000
    except OSError:
        checked = 0
    try:
        with os.scandir(folder) as entries:
            new = [e.path for e in entries if e.name.endswith("-cache") and e.stat().st_mtime_ns >= checked]
        for path in new:
            # Another process may remove it at the same time.
            with suppress(FileNotFoundError):
                if not _is_whole(Path(path).read_bytes()):
                    os.unlink(path)
                    removed += 1
        marker.touch()
        os.utime(marker, ns=(started, started))
    except OSError:
        # No folder yet, or one of somebody else.
        return removed
    return removed


def _is_whole(content: bytes) -> bool:
    """Say whether a compressed file has its end; what is neither zlib nor Zstandard is left alone."""
    if content[:4] == b"\x28\xb5\x2f\xfd":
        return _zstandard_ends(content)
    if content[:1] != b"\x78":
        return content != b"" and not b"\x28\xb5\x2f\xfd".startswith(content)
    stream = zlib.decompressobj()
    try:
        stream.decompress(content)
    except zlib.error:
        return False
    return stream.eof


def _zstandard_ends(content: bytes) -> bool:
    """Walk over the blocks of a Zstandard frame (RFC 8878, section 3.1.1) to its end."""
    if len(content) < 5:
        return False
    flags = content[4]
    single = flags >> 5 & 1
    size_of_content = (single, 2, 4, 8)[flags >> 6]
    position = 5 + (1 - single) + (0, 1, 2, 4)[flags & 3] + size_of_content
    last = False
    while not last:
        header = int.from_bytes(content[position : position + 3], "little")
        if position + 3 > len(content):
            return False
        last = bool(header & 1)
        repeated = header >> 1 & 3 == 1
        position += 3 + (1 if repeated else header >> 3)
    return position + (4 if flags >> 2 & 1 else 0) <= len(content)


def memory_maps() -> int:
    """Count the memory maps of this process; 0 where the system does not tell.

    Returns
    -------
    int
        Maps. Every compiled program holds some hundreds of them.

    Examples
    --------
    >>> memory_maps() >= 0
    True
    """
    try:
        with open("/proc/self/maps", "rb") as lines:
            return sum(1 for _ in lines)
    except OSError:
        return 0


def make_room(limit: int | None = None) -> bool:
    """Drop the compiled programs before the system's limit of memory maps is reached.

    Linux allows a process about 65,000 maps, and XLA aborts the process when it gets no more: a few hundred recipes of
    different shapes are enough. Programs that are needed again are compiled again, or read from the cache on disk.

    Parameters
    ----------
    limit : int, optional
        Maps from which room is made; half of what the system allows by default.

    Returns
    -------
    bool
        Whether programs were dropped.
    """
    if limit is None:
        try:
            with open("/proc/sys/vm/max_map_count") as text:
                limit = int(text.read()) // 2
        except (OSError, ValueError):
            return False
    if memory_maps() <= limit:
        return False
    jax.clear_caches()
    return True
