"""Raw scores: one row per result, as a data frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from oversmith.evaluation.record import Record
from oversmith.metrics import METRICS

WORDS = ("dataset", "protocol", "contender", "classifier", "status", "error", "host", "key")
CELL_COLUMNS = ("dataset", "protocol", "ratio", "contender", "classifier", "repeat", "fold", "seed")
SIZES = ("n_train", "n_test", "n_test_positive")
_COUNTS = ("repeat", "fold", "seed", *SIZES, "n_synthetic")
_LABEL_METRICS = [m.name for m in METRICS.values() if m.needs == "labels"]
COST_COLUMNS = ("seconds_resample", "seconds_fit", "seconds_predict", "cpu_seconds", "peak_mb", "host")
"""Columns that differ from run to run: clock, memory and host. All others are equal to the last bit."""
METRIC_COLUMNS = (*METRICS, *(f"{name}_tuned" for name in _LABEL_METRICS))
COLUMNS = (
    *CELL_COLUMNS,
    "status",
    "error",
    *SIZES,
    "n_synthetic",
    "threshold",
    *METRIC_COLUMNS,
    *COST_COLUMNS,
    "key",
)
SCORED = ("n_synthetic", "threshold", *METRIC_COLUMNS)


def frame_of(records: Iterable[Record]) -> pd.DataFrame:
    """Raw scores of results.

    Parameters
    ----------
    records : iterable of Record
        Results of a store.

    Returns
    -------
    DataFrame
        One row per data set, protocol, ratio, contender, classifier, repeat, fold and seed, sorted by these: the
        columns of its cell, ``status`` and ``error``; ``n_train`` (real training rows), ``n_test``,
        ``n_test_positive``, ``n_synthetic``, ``threshold`` (NaN where there is none, or one per class); the metrics,
        those ending in ``_tuned`` at the tuned threshold; ``seconds_*`` and ``cpu_seconds`` (seconds), ``peak_mb``
        (largest memory of the process, MB of 10⁶ bytes), ``host``; ``key``; numbers beyond the metrics (accuracies,
        those a procedure adds), where there are any. A result that failed has NaN metrics and is never dropped.

    Examples
    --------
    >>> from oversmith.evaluation.raw_scores import frame_of
    >>> frame_of([]).columns[:3].tolist()
    ['dataset', 'protocol', 'ratio']
    """
    rows, results = [], list(records)
    more = sorted({name for record in results for name in record.scores} - set(SCORED))
    columns = [*COLUMNS, *more]
    for record in results:
        row = {**record.cell, **record.scores, **record.costs}
        row |= {"status": record.status, "error": record.error, "key": record.key}
        rows.append([_cell(row.get(name)) for name in columns])
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    for name in columns:
        if name in WORDS:
            frame[name] = frame[name].astype("str") if name != "error" else frame[name].fillna("").astype("str")
        elif name in _COUNTS:
            # Rows made are unknown where the sampler failed.
            frame[name] = pd.to_numeric(frame[name]).astype("Int64" if name == "n_synthetic" else "int64")
        else:
            frame[name] = pd.to_numeric(frame[name]).astype("float64")
    return frame.sort_values([*CELL_COLUMNS, "key"], na_position="first", ignore_index=True)


def _cell(value: Any) -> Any:
    return None if isinstance(value, list) else value


def protocols_of(scores: pd.DataFrame) -> np.ndarray:
    """Protocol and ratio of every row of raw scores, in words: rows that may be compared share one.

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
