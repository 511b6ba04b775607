"""The file of a store: one SQLite file, opened, locked, checked and closed; its errors in words."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from oversmith.evaluation.spec import canonical
from oversmith.exceptions import OversmithError

STORE_VERSION = 1
FILE = "results.sqlite"

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE environments (id TEXT PRIMARY KEY, facts TEXT NOT NULL);
CREATE TABLE jobs (
    key TEXT PRIMARY KEY, unit TEXT NOT NULL, spec TEXT, place TEXT NOT NULL, status TEXT NOT NULL, error TEXT,
    scores TEXT NOT NULL, costs TEXT NOT NULL, trace TEXT, attempts INTEGER NOT NULL, environment TEXT NOT NULL,
    started REAL, ended REAL
) WITHOUT ROWID;
CREATE INDEX jobs_by_unit ON jobs (unit);
CREATE TABLE arrays (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE links (owner TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (owner, kind))
    WITHOUT ROWID;
CREATE TABLE details (unit TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
"""


class StoreError(OversmithError):
    """The store cannot be used; the message names it, the problem and the cure."""


class StoreFile:
    """The open file of a store, or a base in memory.

    Parameters
    ----------
    folder : path or None, default=None
        Folder of ``results.sqlite``; created where it is missing. None holds everything in memory.
    write : bool, default=True
        Open for writing; a second writer is refused.

    Attributes
    ----------
    connection : sqlite3.Connection
        The open base.

    Raises
    ------
    StoreError
        When another process writes, when the file is no store, is damaged, or was written by a newer version, and
        when there is none to read.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, *, write: bool = True) -> None:
        self.folder = None if folder is None else Path(folder)
        self.write = write
        self._lock: sqlite3.Connection | None = None
        path = ":memory:"
        if self.folder is not None:
            path = str(self.folder / FILE)
            if not write and not Path(path).is_file():
                raise StoreError(f"store: there is no {path!r}; name the folder of a run")
            if write:
                self._make_folder(self.folder)
                self._take_lock(self.folder)
        try:
            with self.explained():
                self.connection = self._open(path)
        except BaseException:
            self._release()
            raise

    def _make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreError(
                f"store: the folder {str(folder)!r} cannot be made ({reason}); name another one"
            ) from error

    def _take_lock(self, folder: Path) -> None:
        """Hold a transaction on a file of its own: the system ends it with the process, however that dies."""
        path = folder / "writer.lock"
        try:
            lock = sqlite3.connect(path, timeout=0, isolation_level=None)
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise StoreError(
                    f"store: {str(path)!r} cannot be locked ({error}); name a folder you may write"
                ) from error
            raise StoreError(
                f"store: another process writes to {str(folder)!r}{self._writer(folder)}; "
                "wait for it to end, or name another folder"
            ) from None
        self._lock = lock

    def _writer(self, folder: Path) -> str:
        with contextlib.suppress(Exception), contextlib.closing(StoreFile(folder, write=False)) as other:
            row = other.connection.execute("SELECT value FROM meta WHERE name = 'writer'").fetchone()
            writer = json.loads(row[0])
            return f" (process {writer['pid']} on {writer['host']})"
        return ""

    def _open(self, path: str) -> sqlite3.Connection:
        read_only = not self.write
        uri = f"file:{Path(path).absolute().as_posix()}?mode=ro" if read_only else path
        base = sqlite3.connect(uri, uri=read_only, timeout=30, isolation_level=None)
        try:
            if not read_only and self.folder is not None:
                base.execute("PRAGMA journal_mode=WAL")
                base.execute("PRAGMA synchronous=NORMAL")
            known = base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if known:
                self._check(base, path)
            elif read_only:
                raise StoreError(f"store: {path!r} is empty; name the folder of a run")
            else:
                base.executescript(f"BEGIN;{_SCHEMA}COMMIT;")
                base.execute("INSERT INTO meta VALUES ('version', ?)", [str(STORE_VERSION)])
            if not read_only:
                writer = canonical({"pid": os.getpid(), "host": socket.gethostname()})
                base.execute("INSERT OR REPLACE INTO meta VALUES ('writer', ?)", [writer])
        except BaseException:
            base.close()
            raise
        return base

    def _check(self, base: sqlite3.Connection, path: str) -> None:
        try:
            row = base.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        except sqlite3.OperationalError:
            row = None
        if row is None:
            raise StoreError(f"store: {path!r} is an SQLite file but no store of Oversmith; name another folder")
        if not row[0].isdigit() or int(row[0]) > STORE_VERSION:
            raise StoreError(
                f"store: {path!r} has version {row[0]}, this Oversmith knows {STORE_VERSION}; "
                "update Oversmith, or name another folder"
            )
        problem = base.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise sqlite3.DatabaseError(problem)

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Say what SQLite's errors mean, and what is safe."""
        where = "memory" if self.folder is None else str(self.folder / FILE)
        try:
            yield
        except sqlite3.OperationalError as error:
            text = str(error)
            if "full" in text or "disk I/O" in text:
                raise StoreError(
                    f"store: {where!r} cannot be written, the disk is full or a limit is reached ({text}); "
                    "what was stored before is safe: free some space and resume"
                ) from error
            raise StoreError(
                f"store: {where!r} cannot be used ({text}); check the folder and its permissions"
            ) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"store: {where!r} is damaged ({error}); move it aside and read the last export in again "
                "with 'oversmith bench import'"
            ) from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all that the block writes, or nothing."""
        if not self.write:
            raise StoreError(f"store: {str(self.folder)!r} was opened for reading; open it with write=True")
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the file and let others write."""
        with contextlib.suppress(sqlite3.Error):
            self.connection.close()
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None
