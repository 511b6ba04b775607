"""The file of a store: one SQLite file, opened, locked, checked and closed; its errors in words."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from oversmith.evaluation.spec import canonical
from oversmith.exceptions import OversmithError

STORE_VERSION = 1
FILE = "results.sqlite"

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, checksum TEXT);
CREATE TABLE environments (id TEXT PRIMARY KEY, facts TEXT NOT NULL, checksum TEXT);
CREATE TABLE jobs (
    key TEXT PRIMARY KEY, unit TEXT NOT NULL, spec TEXT, place TEXT NOT NULL, status TEXT NOT NULL, error TEXT,
    scores TEXT NOT NULL, costs TEXT NOT NULL, trace TEXT, attempts INTEGER NOT NULL, environment TEXT NOT NULL,
    started REAL, ended REAL, checksum TEXT
) WITHOUT ROWID;
CREATE INDEX jobs_by_unit ON jobs (unit);
CREATE TABLE arrays (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE links (owner TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL, checksum TEXT,
    PRIMARY KEY (owner, kind)) WITHOUT ROWID;
CREATE TABLE details (unit TEXT PRIMARY KEY, content TEXT NOT NULL, checksum TEXT) WITHOUT ROWID;
"""
# Tables whose rows carry a checksum; arrays are stored under theirs. Stores of version 0.1.0 have none.
_CHECKED = ("meta", "environments", "jobs", "links", "details")


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
                insert(base, "meta", ["version", str(STORE_VERSION)])
            if not read_only:
                writer = canonical({"pid": os.getpid(), "host": socket.gethostname()})
                insert(base, "meta", ["writer", writer])
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
        problem = base.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if problem != "ok":
            raise sqlite3.DatabaseError(problem)
        # One transaction: what another process writes meanwhile is not seen half.
        base.execute("BEGIN IMMEDIATE" if self.write else "BEGIN")
        try:
            for table in _CHECKED:
                _check_rows(base, table, add=self.write)
            base.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                base.execute("ROLLBACK")
            raise

    def insert(self, table: str, values: Sequence[Any]) -> None:
        """Write a row and its checksum, in place of one with the same key.

        Parameters
        ----------
        table : str
            Name of a table.
        values : sequence of str, int, float or None
            Its columns in their order.
        """
        insert(self.connection, table, values)

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


def insert(base: sqlite3.Connection, table: str, values: Sequence[Any]) -> None:
    """Write a row and its checksum, in place of one with the same key; see :meth:`StoreFile.insert`."""
    marks = ", ".join("?" * (len(values) + 1))
    base.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", [*values, checksum(values)])


def checksum(values: Sequence[Any]) -> str:
    """SHA-256 of a row.

    Parameters
    ----------
    values : sequence of str, int, float or None
        Its columns in their order.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> from oversmith.evaluation.store_file import checksum
    >>> checksum(["a", 1, None]) == checksum(["a", 1.0, None]) != checksum(["a", 2, None])
    True
    """
    # A column of real numbers gives 1.0 back for 1.
    plain = [float(value) if isinstance(value, int | float) else value for value in values]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def _check_rows(base: sqlite3.Connection, table: str, *, add: bool) -> None:
    """Compare the rows of a table with their checksums; add them to a store of an older version, if it is written."""
    columns = [name for (_, name, *_) in base.execute(f"PRAGMA table_info({table})")]
    if "checksum" in columns:
        for row in base.execute(f"SELECT * FROM {table}"):
            if row[-1] != checksum(row[:-1]):
                raise sqlite3.DatabaseError(f"a row of {table!r} has another checksum: {str(row[0])[:40]!r}")
    elif add:
        rows = base.execute(f"SELECT * FROM {table}").fetchall()
        base.execute(f"ALTER TABLE {table} ADD COLUMN checksum TEXT")
        for row in rows:
            insert(base, table, row)
