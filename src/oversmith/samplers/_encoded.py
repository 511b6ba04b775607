"""What passes between the contract and a method: encoded rows, and the validated target."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from oversmith.encoders import Container, Span, TargetContainer

# Rows of the whole table that are encoded to know its spread: enough for a standard deviation to 1 %.
POOLED_ROWS = 10_000


@dataclass(frozen=True)
class EncodedTable:
    """What a method trains on: encoded rows and what they mean.

    Parameters
    ----------
    rows : dict of int to ndarray of shape (n_rows, width)
        Encoded rows of each class to be trained, by class code.
    pooled : ndarray of shape (n_pooled, width)
        Encoded rows of all classes, a bounded random sample.
    pooled_codes : ndarray of shape (n_pooled,)
        Class codes of ``pooled``.
    spans : tuple of Span
        What each run of encoded columns means.
    deficit : dict of int to int
        Rows to add per class code.
    weights : dict of int to ndarray of shape (n_rows,), optional
        How often each of ``rows`` is to be drawn, per class code; evenly where a class is missing.
    """

    rows: dict[int, np.ndarray]
    pooled: np.ndarray
    pooled_codes: np.ndarray
    spans: tuple[Span, ...]
    deficit: dict[int, int]
    weights: dict[int, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """The containers of both inputs, and the validated labels.

    Parameters
    ----------
    table : Container
        What kind of table the caller uses.
    column : TargetContainer
        What kind of target the caller uses.
    labels : ndarray of shape (n_rows,)
        The labels; class numbers for a one-hot target.
    """

    table: Container
    column: TargetContainer
    labels: np.ndarray
