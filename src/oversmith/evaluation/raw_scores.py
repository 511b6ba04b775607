"""Raw scores: one row per result, as a data frame, as Parquet and CSV, and back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oversmith._atomic import replacing
from oversmith.exceptions import InputError
from oversmith.metrics import METRICS

if TYPE_CHECKING:
    from oversmith.evaluation.store import Record, Store

SCORES_VERSION = 1
_WORDS = ("dataset", "protocol", "contender", "classifier", "status", "error", "host", "key")
_PLACES = ("dataset", "protocol", "ratio", "contender", "classifier", "repeat", "fold", "seed")
_SIZES = ("n_train", "n_test", "n_test_positive")
_COUNTS = ("repeat", "fold", "seed", *_SIZES, "n_synthetic")
_LABEL_METRICS = [m.name for m in METRICS.values() if m.needs == "labels"]
COST_COLUMNS = ("seconds_resample", "seconds_fit", "seconds_predict", "cpu_seconds", "peak_mb", "host")
"""Columns that differ from run to run: clock, memory and host. All others are equal to the last bit."""
METRIC_COLUMNS = (*METRICS, *(f"{name}_tuned" for name in _LABEL_METRICS))
COLUMNS = (
    *_PLACES,
    "status",
    "error",
    *_SIZES,
    "n_synthetic",
    "threshold",
    *METRIC_COLUMNS,
    *COST_COLUMNS,
    "key",
)
_METADATA = b"oversmith"
_SCORED = ("n_synthetic", "threshold", *METRIC_COLUMNS)


def frame_of(records: Iterable[Record]) -> pd.DataFrame:
    """Raw scores of results.

    Parameters
    ----------
    records : iterable of Record
        Results of a store.

    Returns
    -------
    DataFrame
        One row per data set, protocol, ratio, contender, classifier, repeat, fold and seed, sorted by these: where it
        stands, ``status`` and ``error``; ``n_train`` (real training rows), ``n_test``, ``n_test_positive``,
        ``n_synthetic``, ``threshold`` (NaN where there is none, or one per class); the metrics, those ending in
        ``_tuned`` at the tuned threshold; ``seconds_*`` and ``cpu_seconds`` (seconds), ``peak_mb`` (largest memory of
        the process, MB of 10⁶ bytes), ``host``; ``key``; numbers beyond the metrics (accuracies, those a procedure
        adds), where there are any. A result that failed has NaN metrics and is never dropped.

    Examples
    --------
    >>> from oversmith.evaluation.raw_scores import frame_of
    >>> frame_of([]).columns[:3].tolist()
    ['dataset', 'protocol', 'ratio']
    """
    rows, kept = [], list(records)
    more = sorted({name for record in kept for name in record.scores} - set(_SCORED))
    columns = [*COLUMNS, *more]
    for record in kept:
        row = {**record.place, **record.scores, **record.costs}
        row |= {"status": record.status, "error": record.error, "key": record.key}
        rows.append([_cell(row.get(name)) for name in columns])
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    for name in columns:
        if name in _WORDS:
            frame[name] = frame[name].astype("str") if name != "error" else frame[name].fillna("").astype("str")
        elif name in _COUNTS:
            # Rows made are unknown where the sampler failed.
            frame[name] = pd.to_numeric(frame[name]).astype("Int64" if name == "n_synthetic" else "int64")
        else:
            frame[name] = pd.to_numeric(frame[name]).astype("float64")
    return frame.sort_values([*_PLACES, "key"], na_position="first", ignore_index=True)


def _cell(value: Any) -> Any:
    return None if isinstance(value, list) else value


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
        Write these results alone; all by default.

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
        raise InputError(f"path: {str(path)!r} found; the suffix tells the format: .parquet or .csv")
    frame = store.scores(keys)
    if path.suffix == ".csv":
        # A cell that begins like a formula is run by spreadsheets; names come from data.
        safe = frame.copy()
        for name in _WORDS:
            safe[name] = [f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell for cell in safe[name]]
        with replacing(path) as file:
            file.write(safe.to_csv(index=False, lineterminator="\n").encode())
        return len(frame)
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept = store.environments()
    distinct = list({json.dumps(facts, sort_keys=True): facts for facts in kept.values()}.values())
    place = {json.dumps(facts, sort_keys=True): index for index, facts in enumerate(distinct)}
    told = {
        "scores_version": SCORES_VERSION,
        "environments": distinct,
        "environment_of_row": [place[json.dumps(kept[key], sort_keys=True)] for key in frame["key"]],
        "units": [record.unit for record in _in_order(store, frame["key"])],
        "notes": dict(notes or {}),
        "chance": store.chance(),
    }
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _METADATA: json.dumps(told).encode()})
    with replacing(path) as file:
        pq.write_table(table, file, compression="zstd")
    return len(frame)


def _in_order(store: Store, keys: Iterable[str]) -> list[Record]:
    found = {record.key: record for record in store.records()}
    return [found[key] for key in keys]


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
    from oversmith.evaluation.store import STATUSES

    path = Path(path)
    table, told = _read(path)
    frame = table.to_pandas()
    if set(COLUMNS) - set(frame.columns) or not frame["status"].isin(STATUSES).all():
        raise InputError(f"path: {str(path)!r} lacks columns of raw scores, or has a status that is none; export again")
    store.add_chance(told.get("chance", {}))
    known = store.statuses()
    by_environment: dict[int, list[Record]] = {}
    for row, unit, environment in zip(frame.to_dict("records"), told["units"], told["environment_of_row"], strict=True):
        if row["key"] not in known:
            by_environment.setdefault(environment, []).append(_record_of(row, unit))
    for environment, records in by_environment.items():
        store.put(records, told["environments"][environment])
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
        raise InputError(f"path: there is no file {str(path)!r}; check the path") from error
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"path: {str(path)!r} is not a readable Parquet file ({error}); export it again") from error
    told = json.loads((table.schema.metadata or {}).get(_METADATA, b"{}"))
    version = told.get("scores_version")
    if version is None:
        raise InputError(f"path: {str(path)!r} holds no raw scores; name a file that 'oversmith bench export' wrote")
    if version > SCORES_VERSION:
        raise InputError(
            f"path: {str(path)!r} has version {version}, this Oversmith knows {SCORES_VERSION}; update Oversmith"
        )
    return table, told


def _record_of(row: Mapping[str, Any], unit: str) -> Record:
    from oversmith.evaluation.store import Record

    plain = {name: _plain(value) for name, value in row.items()}
    more = [name for name in row if name not in COLUMNS and plain[name] is not None]
    return Record(
        key=str(row["key"]),
        unit=unit,
        spec=None,
        place={name: plain[name] for name in (*_PLACES, *_SIZES)},
        status=str(row["status"]),
        error=str(row["error"]) or None,
        scores={name: plain[name] for name in (*_SCORED, *more)},
        costs={name: plain[name] for name in COST_COLUMNS},
    )


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def protocols_of(scores: pd.DataFrame) -> np.ndarray:
    """Protocol and ratio of every row of raw scores, in words: what may stand in one table.

    Parameters
    ----------
    scores : DataFrame
        Raw scores.

    Returns
    -------
    ndarray of str
        One for each row.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.evaluation.raw_scores import protocols_of
    >>> protocols_of(pd.DataFrame({"protocol": ["5-fold", "5-fold"], "ratio": [None, 10.0]})).tolist()
    ['5-fold', '5-fold, training part thinned to 1:10']
    """
    thinned = ["" if pd.isna(r) else f", training part thinned to 1:{r:g}" for r in scores["ratio"]]
    return np.array([p + t for p, t in zip(scores["protocol"], thinned, strict=True)], dtype=object)


def minority_rows(scores: pd.DataFrame) -> pd.Series:
    """Rows of the rare class in the training part of each data set, the median over folds.

    Parameters
    ----------
    scores : DataFrame
        Raw scores.

    Returns
    -------
    Series
        Data set to rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.evaluation.raw_scores import minority_rows
    >>> row = dict(dataset="toy", n_train=80, n_test=20, n_test_positive=5)
    >>> minority_rows(pd.DataFrame([row]))["toy"]
    np.float64(20.0)
    """
    rare = scores["n_train"] * scores["n_test_positive"] / scores["n_test"]
    return rare.groupby(scores["dataset"]).median()
