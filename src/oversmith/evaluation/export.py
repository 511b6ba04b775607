"""Raw scores as Parquet and CSV, and back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from oversmith._atomic import replacing
from oversmith.evaluation.raw_scores import CELL_COLUMNS, COLUMNS, COST_COLUMNS, SCORED, SIZES, WORDS
from oversmith.evaluation.record import STATUSES, Record
from oversmith.evaluation.store import Store
from oversmith.exceptions import InputError

SCORES_VERSION = 1
_METADATA = b"oversmith"


def write_scores(
    store: Store,
    path: str | os.PathLike[str],
    notes: Mapping[str, Any] | None = None,
    keys: Iterable[str] | None = None,
) -> int:
    """Write raw scores as Parquet or CSV, by the suffix; whole or not at all.

    Parquet also holds the versions each row was made with, and is what :func:`read_scores` takes.

    Parameters
    ----------
    store : Store
        The results.
    path : path
        A ``.parquet`` or ``.csv`` file; one that exists is replaced.
    notes : mapping, optional
        What JSON holds, kept in the head of a Parquet file; :func:`read_notes` gives it back.
    keys : iterable of str, optional
        Write these results alone; all that are not superseded by default.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    InputError
        For another suffix.
    """
    path = Path(path)
    if path.suffix not in (".parquet", ".csv"):
        raise InputError("path", f"{str(path)!r} found", "the suffix tells the format: .parquet or .csv")
    frame = store.scores(keys)
    if path.suffix == ".csv":
        # A cell that begins like a formula is run by spreadsheets; names come from data.
        safe = frame.copy()
        for name in WORDS:
            safe[name] = [f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell for cell in safe[name]]
        with replacing(path) as file:
            file.write(safe.to_csv(index=False, lineterminator="\n").encode())
        return len(frame)
    import pyarrow as pa
    import pyarrow.parquet as pq

    environments = store.environments()
    distinct = list({json.dumps(facts, sort_keys=True): facts for facts in environments.values()}.values())
    number = {json.dumps(facts, sort_keys=True): index for index, facts in enumerate(distinct)}
    head = {
        "scores_version": SCORES_VERSION,
        "environments": distinct,
        "environment_of_row": [number[json.dumps(environments[key], sort_keys=True)] for key in frame["key"]],
        "units": [record.unit for record in _in_order(store, frame["key"])],
        "notes": dict(notes or {}),
        "chance": store.chance(),
    }
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _METADATA: json.dumps(head).encode()})
    with replacing(path) as file:
        pq.write_table(table, file, compression="zstd")
    return len(frame)


def _in_order(store: Store, keys: Iterable[str]) -> list[Record]:
    by_key = {record.key: record for record in store.records()}
    return [by_key[key] for key in keys]


def read_scores(store: Store, path: str | os.PathLike[str]) -> tuple[int, int]:
    """Read exported raw scores into a store; a result it has already stays as it is.

    Parameters
    ----------
    store : Store
        Where they go.
    path : path
        What :func:`write_scores` wrote as Parquet.

    Returns
    -------
    (int, int)
        Rows read in, and rows passed over.

    Raises
    ------
    InputError
        For a file that is missing, no Parquet, no export of raw scores, or one of a newer version.
    """
    path = Path(path)
    table, head = _read(path)
    frame = table.to_pandas()
    if set(COLUMNS) - set(frame.columns) or not frame["status"].isin(STATUSES).all():
        raise InputError(
            "path", f"{str(path)!r} lacks columns of raw scores, or has a status that is none", "export again"
        )
    store.add_chance(head.get("chance", {}))
    known = store.statuses()
    by_environment: dict[int, list[Record]] = {}
    for row, unit, environment in zip(frame.to_dict("records"), head["units"], head["environment_of_row"], strict=True):
        if row["key"] not in known:
            by_environment.setdefault(environment, []).append(_record_of(row, unit))
    for environment, records in by_environment.items():
        store.put(records, head["environments"][environment])
    read = sum(len(records) for records in by_environment.values())
    return read, len(frame) - read


def read_notes(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what :func:`write_scores` was given as notes.

    Parameters
    ----------
    path : path
        What it wrote as Parquet.

    Returns
    -------
    dict
        The notes.

    Raises
    ------
    InputError
        For a file that is missing, no Parquet, no export of raw scores, or one of a newer version.
    """
    return dict(_read(Path(path))[1].get("notes", {}))


def _read(path: Path) -> tuple[Any, dict[str, Any]]:
    """Table and head of an exported file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except FileNotFoundError as error:
        raise InputError("path", f"there is no file {str(path)!r}", "check the path") from error
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            "path", f"{str(path)!r} is not a readable Parquet file ({error})", "export it again"
        ) from error
    try:
        head = json.loads((table.schema.metadata or {}).get(_METADATA, b"{}"))
        version = head.get("scores_version")
    except (ValueError, AttributeError, RecursionError):
        version = None
    if not isinstance(version, int):
        raise InputError(
            "path", f"{str(path)!r} holds no raw scores", "name a file that 'oversmith bench export' wrote"
        )
    if version > SCORES_VERSION:
        raise InputError(
            "path", f"{str(path)!r} has version {version}, this Oversmith knows {SCORES_VERSION}", "update Oversmith"
        )
    return table, head


def _record_of(row: Mapping[str, Any], unit: str) -> Record:
    plain = {name: _plain(value) for name, value in row.items()}
    more = [name for name in row if name not in COLUMNS and plain[name] is not None]
    return Record(
        key=str(row["key"]),
        unit=unit,
        spec=None,
        cell={name: plain[name] for name in (*CELL_COLUMNS, *SIZES)},
        status=str(row["status"]),
        error=str(row["error"]) or None,
        scores={name: plain[name] for name in (*SCORED, *more)},
        costs={name: plain[name] for name in COST_COLUMNS},
    )


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
