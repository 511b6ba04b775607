"""One result, as a store keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

STATUSES = ("done", "failed", "timeout", "oom", "skipped")


@dataclass
class Record:
    """One result.

    Parameters
    ----------
    key, unit : str
        Hash of what determines it, and of the fit it shares with other classifiers.
    spec : dict or None
        What the key is the hash of; None for an imported row.
    cell : dict
        ``dataset``, ``protocol``, ``ratio``, ``contender``, ``classifier``, ``repeat``, ``fold``, ``seed``, and the
        sizes ``n_train``, ``n_test``, ``n_test_positive``.
    status, error : str
        How it ended, and why.
    scores : dict
        Metrics, ``threshold``, ``n_synthetic``; a missing number is None.
    costs : dict
        Clock, memory and host: what differs from run to run.
    predictions : dict of ndarray or None
        ``scores`` (float32, rows by classes), ``rows`` (positions in the data), ``y`` (class codes).
    trace : str or None
        End of the traceback.
    started, ended : float or None
        Seconds since 1970.
    """

    key: str
    unit: str
    spec: dict[str, Any] | None
    cell: dict[str, Any]
    status: str
    error: str | None
    scores: dict[str, Any]
    costs: dict[str, Any] = field(default_factory=dict)
    predictions: dict[str, np.ndarray] | None = None
    trace: str | None = None
    started: float | None = None
    ended: float | None = None
