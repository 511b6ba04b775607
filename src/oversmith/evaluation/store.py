"""Results on disk: one SQLite file, one writer, every result under the hash of what determines it.

Tables: ``jobs`` (key, specification, cell, status, scores, provenance), ``arrays`` (compressed NumPy files
by their SHA-256), ``links`` (which job has which arrays), ``details`` (per fit: warnings, counts, history),
``environments`` (versions, host, revision) and ``meta``.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from oversmith.evaluation.comparison import jsonable
from oversmith.evaluation.raw_scores import CELL_COLUMNS, frame_of
from oversmith.evaluation.record import STATUSES, Record
from oversmith.evaluation.spec import canonical, key_of
from oversmith.evaluation.store_file import FILE, StoreError, StoreFile

if TYPE_CHECKING:
    import pandas as pd

# Keys of a query at once: SQLite takes 32,766 parameters, older builds 999.
_AT_ONCE = 900


class Store:
    """Results in a folder, or in memory.

    Any number of readers may look on; one process writes. A result is complete or absent: whatever kills the writer,
    at the next opening the file holds every transaction that was finished.

    Parameters
    ----------
    folder : path or None, default=None
        Folder of ``results.sqlite``; made where missing. None keeps everything in memory.
    write : bool, default=True
        Open for writing; a second writer is refused.

    Raises
    ------
    StoreError
        When another process writes, when the file is no store, is damaged, or was written by a newer version, and
        when there is none to read.

    Examples
    --------
    >>> from oversmith.evaluation import Store
    >>> with Store() as store:
    ...     store.counts()
    {}
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, *, write: bool = True) -> None:
        self._file = StoreFile(folder, write=write)
        self._base = self._file.connection
        self.folder, self.write = self._file.folder, write

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let others write."""
        self._file.close()

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Copy everything into a folder that holds no results yet.

        Parameters
        ----------
        folder : path
            The folder; made where missing.

        Raises
        ------
        StoreError
            When the folder holds results, or cannot be written.
        """
        if (Path(folder) / FILE).exists():
            raise StoreError(f"store: {str(folder)!r} holds results already; name another folder")
        with Store(folder) as other, other._file.explained():
            self._base.backup(other._base)

    def meta(self, name: str) -> str | None:
        """Read a note kept under a name; None where there is none."""
        with self._file.explained():
            row = self._base.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        """Keep a note under a name."""
        with self._file.explained():
            self._file.insert("meta", [name, value])

    def chance(self) -> dict[str, dict[str, float]]:
        """Value of a guess by data set and metric, for the data sets of several classes."""
        values: dict[str, dict[str, float]] = json.loads(self.meta("chance") or "{}")
        return values

    def add_chance(self, values: Mapping[str, Mapping[str, float]]) -> None:
        """Keep the value of a guess for more data sets."""
        if values:
            self.set_meta("chance", json.dumps(self.chance() | jsonable(values)))

    def superseded(self) -> set[str]:
        """Keys of results that a later plan has replaced: :meth:`scores` leaves them out.

        Returns
        -------
        set of str
            What :meth:`supersede` noted. Stores of earlier versions noted nothing: of several results of one name and
            place, all but the one that ended last.
        """
        text = self.meta("superseded")
        if text is not None:
            return set(json.loads(text))
        latest: dict[str, Record] = {}
        older = set()
        for record in self.records():
            cell = canonical([record.cell.get(name) for name in CELL_COLUMNS])
            first, second = sorted(
                (record, latest.get(cell, record)), key=lambda entry: (entry.ended is not None, entry.ended or 0.0)
            )
            latest[cell] = second
            older |= {first.key} if first is not second else set()
        return older

    def supersede(self, keys: Iterable[str], wanted: Iterable[str]) -> None:
        """Note which results are replaced, and which are wanted again.

        Parameters
        ----------
        keys : iterable of str
            Results that are shown no more; they stay in the store.
        wanted : iterable of str
            Keys of the plan that replaces them: those stored earlier count again.
        """
        self.set_meta("superseded", json.dumps(sorted((self.superseded() | set(keys)) - set(wanted))))

    def statuses(self) -> dict[str, str]:
        """Status by key."""
        with self._file.explained():
            return dict(self._base.execute("SELECT key, status FROM jobs"))

    def counts(self) -> dict[str, int]:
        """Results by status, those that occur."""
        with self._file.explained():
            counts = dict(self._base.execute("SELECT status, count(*) FROM jobs GROUP BY status"))
        return {status: counts[status] for status in STATUSES if status in counts}

    def stale(self, facts: Mapping[str, Any]) -> set[str]:
        """Keys of results made by other code: another version of a package, or another revision.

        Parameters
        ----------
        facts : mapping
            The environment of today, as in :func:`oversmith.evaluation.protocol.environment`.

        Returns
        -------
        set of str
            Keys; imported rows count by what their file says.
        """
        code = {name: facts.get(name) for name in ("versions", "revision")}
        with self._file.explained():
            environments = self._base.execute("SELECT id, facts FROM environments").fetchall()
            other = [name for name, text in environments if {part: json.loads(text).get(part) for part in code} != code]
            keys: set[str] = set()
            for name in other:
                keys.update(k for (k,) in self._base.execute("SELECT key FROM jobs WHERE environment = ?", [name]))
        return keys

    def put(
        self,
        records: Sequence[Record],
        facts: Mapping[str, Any],
        details: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Keep results, all of them or none.

        Parameters
        ----------
        records : sequence of Record
            Results; one under a key that exists takes its place and counts an attempt more.
        facts : mapping
            Versions, host and revision they were made with.
        details : mapping of str to mapping, optional
            By unit what its fits tell: ``notes`` and, of a first fold, ``counts``, ``training``, ``embedding``,
            ``quality``.

        Raises
        ------
        StoreError
            When the disk is full; what was stored before is safe.
        """
        environment = key_of(facts)
        with self._file.explained(), self._file.transaction():
            run = self._base.execute
            self._file.insert("environments", [environment, canonical(facts)])
            for record in records:
                attempts = run("SELECT attempts FROM jobs WHERE key = ?", [record.key]).fetchone()
                self._file.insert(
                    "jobs",
                    [
                        record.key,
                        record.unit,
                        None if record.spec is None else canonical(record.spec),
                        canonical(record.cell),
                        record.status,
                        record.error,
                        json.dumps(record.scores),
                        json.dumps(record.costs),
                        record.trace,
                        1 + (attempts[0] if attempts else 0),
                        environment,
                        record.started,
                        record.ended,
                    ],
                )
                run("DELETE FROM links WHERE owner = ?", [record.key])
                predictions = dict(record.predictions or {})
                if predictions:
                    self._keep(record.key, "scores", {"scores": predictions.pop("scores")})
                    self._keep(record.key, "truth", predictions)
            for unit, content in (details or {}).items():
                self._keep_details(unit, dict(content))

    def _keep(self, owner: str, kind: str, arrays: Mapping[str, np.ndarray]) -> None:
        stream = io.BytesIO()
        np.savez_compressed(stream, **dict(arrays))  # type: ignore[arg-type]
        content = stream.getvalue()
        digest = hashlib.sha256(content).hexdigest()
        self._base.execute("INSERT OR IGNORE INTO arrays VALUES (?, ?)", [digest, content])
        self._file.insert("links", [owner, kind, digest])

    def _keep_details(self, unit: str, new: dict[str, Any]) -> None:
        before = self.details(unit)
        notes = sorted({*before.get("notes", ()), *new.pop("notes", ())})
        embedding = new.pop("embedding", None)
        if embedding:
            self._keep(unit, "embedding", embedding)
        before.pop("embedding", None)
        content = before | {name: value for name, value in new.items() if value is not None} | {"notes": notes}
        text = json.dumps(jsonable(content))
        self._file.insert("details", [unit, text])

    def details(self, unit: str) -> dict[str, Any]:
        """Tell what was kept of a unit; empty where there is nothing."""
        with self._file.explained():
            row = self._base.execute("SELECT content FROM details WHERE unit = ?", [unit]).fetchone()
        content: dict[str, Any] = json.loads(row[0]) if row else {}
        embedding = self._arrays(unit, "embedding")
        return content | ({"embedding": embedding} if embedding else {})

    def _arrays(self, owner: str, kind: str) -> dict[str, np.ndarray]:
        query = "SELECT sha256, content FROM links LEFT JOIN arrays USING (sha256) WHERE owner = ? AND kind = ?"
        with self._file.explained():
            row = self._base.execute(query, [owner, kind]).fetchone()
            if row is None:
                return {}
            digest, content = row
            if content is None or hashlib.sha256(content).hexdigest() != digest:
                raise sqlite3.DatabaseError(f"an array has another checksum: {kind} of {owner[:40]!r}")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}

    def predictions(self, key: str) -> dict[str, np.ndarray] | None:
        """Predictions of a result.

        Parameters
        ----------
        key : str
            Its key, as in the last column of :meth:`scores`.

        Returns
        -------
        dict or None
            ``rows`` (positions in the data), ``y`` (class codes), ``scores`` (float32, rows by classes); None for
            a result without predictions: one that failed, or was imported.
        """
        arrays = self._arrays(key, "scores") | self._arrays(key, "truth")
        return arrays or None

    def records(self, keys: Iterable[str] | None = None) -> Iterator[Record]:
        """Results without their predictions, in the order of their keys.

        Parameters
        ----------
        keys : iterable of str, optional
            Those wanted; all by default. A key without a result is passed over.

        Yields
        ------
        Record
            One result.
        """
        columns = "key, unit, spec, place, status, error, scores, costs, trace, started, ended"
        wanted = None if keys is None else sorted(set(keys))
        with self._file.explained():
            if wanted is None:
                rows = self._base.execute(f"SELECT {columns} FROM jobs ORDER BY key").fetchall()
            else:
                rows = []
                for start in range(0, len(wanted), _AT_ONCE):
                    some = wanted[start : start + _AT_ONCE]
                    marks = ",".join("?" * len(some))
                    query = f"SELECT {columns} FROM jobs WHERE key IN ({marks}) ORDER BY key"
                    rows += self._base.execute(query, some).fetchall()
        for key, unit, spec, cell, status, error, scores, costs, trace, started, ended in rows:
            yield Record(
                key,
                unit,
                None if spec is None else json.loads(spec),
                json.loads(cell),
                status,
                error,
                json.loads(scores),
                json.loads(costs),
                None,
                trace,
                started,
                ended,
            )

    def environments(self) -> dict[str, dict[str, Any]]:
        """Key of a result to the versions, host and revision it was made with."""
        query = "SELECT key, facts FROM jobs JOIN environments ON environment = id"
        with self._file.explained():
            rows = self._base.execute(query).fetchall()
        parsed: dict[str, dict[str, Any]] = {text: json.loads(text) for text in {text for _, text in rows}}
        return {key: parsed[text] for key, text in rows}

    def scores(self, keys: Iterable[str] | None = None) -> pd.DataFrame:
        """Raw scores, one row per result, in an order that depends on nothing but the results.

        Parameters
        ----------
        keys : iterable of str, optional
            Those wanted; all that are not superseded by default.

        Returns
        -------
        DataFrame
            As :func:`oversmith.evaluation.raw_scores.frame_of` describes.
        """
        return frame_of(self.records(set(self.statuses()) - self.superseded() if keys is None else keys))
