"""Exact copies of real rows among generated ones: counted, and warned of where a method returns many."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from oversmith._adapter import take_rows
from oversmith.encoders import TableEncoder
from oversmith.exceptions import CopiesWarning
from oversmith.samplers._copying import thinned

# Share of copies that is passed over.
TOLERATED = 0.05
# Two encoded numbers are the same within this part of their spread: decoding rounds.
SAME = 1e-6
# Generated rows of a class that are looked at, and real rows with about the same sum that one is compared with.
LOOKED_AT, COMPARED = 2_000, 20
# Share of a column's values that are its own: below it, rows of a table are equal by nature.
OWN_VALUES = 0.9
# Decimals from which numbers are not rounded ones.
MANY_DECIMALS = 4


def warn_of_copies(name: str, label: Any, encoder: Any, real: Any, generated: Any) -> None:
    """Warn where more than a twentieth of the generated rows of a class are real rows of it.

    Copies count beyond the share of real rows that repeat another one. In a table they count only where a column of
    decimal numbers hardly ever repeats within the class: rows of levels, counts and rounded numbers are equal by
    nature.

    Parameters
    ----------
    name : str
        The method, for the message.
    label : object
        The class.
    encoder : TableEncoder, SeriesEncoder or ImageEncoder
        Fitted.
    real, generated : table, series or images
        Rows of the class.
    """
    fine = _fine_columns(encoder) if isinstance(encoder, TableEncoder) else None
    if fine == []:
        # Nothing is encoded where copies say nothing.
        return
    rows = encoder.transform(real)
    if fine is not None and not _hardly_repeats(rows, fine):
        return
    n = len(generated) if isinstance(generated, list) else generated.shape[0]
    looked_at = thinned(np.arange(n), LOOKED_AT)
    copies = copied(encoder.transform(take_rows(generated, looked_at)), rows)
    share = float(copies.mean())
    if np.count_nonzero(copies) < 2 or share <= TOLERATED + _repeated(rows):
        return
    warnings.warn(
        f"{name}: {100 * share:.0f} % of the rows generated of class {label!s} are exact copies of its real rows; "
        "random over-sampling does the same, take another method or larger changes",
        CopiesWarning,
        stacklevel=5,
    )


def copied(generated: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Say which encoded rows are the same as a real one.

    Parameters
    ----------
    generated : ndarray of shape (n, width)
        Generated rows.
    real : ndarray of shape (m, width)
        Real rows.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for a copy.

    Examples
    --------
    >>> copied(np.array([[0.0, 1.0], [0.0, 2.0]]), np.array([[3.0, 3.0], [0.0, 1.0]])).tolist()
    [True, False]
    """
    # Equal rows have equal sums with any weights, and few others do.
    weights = np.random.default_rng(0).uniform(0.5, 1.5, size=real.shape[1])
    sums = real @ weights
    order = np.argsort(sums)
    wanted = generated @ weights
    first = np.searchsorted(sums[order], wanted - SAME * float(np.sum(weights)))
    is_copy = np.zeros(len(generated), dtype=bool)
    for step in range(min(COMPARED, len(real))):
        candidate = order[np.minimum(first + step, len(real) - 1)]
        is_copy |= (np.abs(real[candidate] - generated) <= SAME).all(axis=1)
    return is_copy


def _fine_columns(encoder: TableEncoder) -> list[int]:
    """List the encoded columns of decimal numbers that are not rounded."""
    fine = {
        name
        for name, column in encoder.columns_by_name().items()
        if encoder.kinds_[name] == "numeric" and _is_fine(column.coder)
    }
    return [span.start for span in encoder.spans_ if span.activation == "linear" and span.name in fine]


def _hardly_repeats(rows: np.ndarray, columns: list[int]) -> bool:
    """Tell whether one of the encoded columns hardly ever has the same value twice."""
    return any(len(np.unique(rows[:, column])) >= OWN_VALUES * len(rows) for column in columns)


def _is_fine(coder: Any) -> bool:
    """Tell whether numbers have more decimals than rounded ones."""
    decimals = getattr(coder, "decimals", 0)
    return decimals is None or decimals >= MANY_DECIMALS


def _repeated(rows: np.ndarray) -> float:
    """Share of rows that repeat another one."""
    return 1 - len(np.unique(rows, axis=0)) / len(rows)
