"""Draw rows again that filters reject, a limited number of times."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from oversmith.exceptions import InputError
from oversmith.selection import RowFilter

# Draws of a class at most, to replace the rows that filters reject.
MAX_REDRAWS = 20


def draw_filtered(
    make: Callable[[int], np.ndarray],
    as_seen: Callable[[np.ndarray], np.ndarray],
    filters: Sequence[tuple[str, RowFilter]],
    own: np.ndarray,
    others: np.ndarray,
    n: int,
    label: str,
) -> tuple[np.ndarray, dict[str, Any]]:
    """Draw ``n`` rows that every filter accepts.

    Parameters
    ----------
    make : callable
        From a number to as many new encoded rows.
    as_seen : callable
        From encoded rows to the rows a caller would see, encoded again: integers rounded, values bounded.
    filters : sequence of (str, RowFilter)
        Named filters; a row rejected by one is not shown to the next.
    own, others : ndarray
        Real rows of the class, and of the other classes.
    n : int
        How many rows.
    label : str
        The class, for messages and counts.

    Returns
    -------
    rows : ndarray of shape (n, width)
        Accepted rows.
    counts : dict
        For ``history_``: ``phase``, ``classes``, ``asked``, ``drawn``, and ``rejected`` per filter. Rows drawn, not
        rejected and not asked for are left out.

    Raises
    ------
    InputError
        When 20 draws do not bring enough rows; the message carries the counts.
    """
    rejected = dict.fromkeys((name for name, _ in filters), 0)
    accepted: list[np.ndarray] = []
    missing, drawn, ask = n, 0, n
    for _ in range(MAX_REDRAWS):
        rows = make(ask)
        seen = as_seen(rows)
        keep = np.ones(len(rows), dtype=bool)
        for name, filter_ in filters:
            looked_at = np.flatnonzero(keep)
            if not len(looked_at):
                break
            refused = looked_at[~filter_.accept(seen[looked_at], own, others)]
            rejected[name] += len(refused)
            keep[refused] = False
        accepted.append(rows[keep][:missing])
        drawn, missing = drawn + len(rows), missing - len(accepted[-1])
        if not missing:
            break
        # As many as are needed at the present rate of acceptance: the last few rows must not use up the draws.
        ask = min(n, math.ceil(missing * drawn / max(n - missing, 1)))
    if missing:
        counts = ", ".join(f"{name} rejected {count}" for name, count in rejected.items())
        raise InputError(
            "filters",
            f"class {label} got {n - missing} of {n} rows in {MAX_REDRAWS} draws, {drawn} rows in all ({counts})",
            "loosen the filter, or leave it out for this table",
        )
    return np.concatenate(accepted), {
        "phase": "filter",
        "classes": [label],
        "asked": n,
        "drawn": drawn,
        "rejected": rejected,
    }
