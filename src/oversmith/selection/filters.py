"""Filters of generated rows: which are worth keeping, judged against the real ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Protocol, runtime_checkable

import numpy as np
from sklearn.neighbors import NearestNeighbors

from oversmith._adapter import BaseEstimator
from oversmith._parameters import NonNegative, Parameters, PositiveInt, Share
from oversmith.exceptions import InputError

# Distances below this are equal rows that differ by rounding.
_SAME = 1e-9


@runtime_checkable
class RowFilter(Protocol):
    """Interface of a filter."""

    def accept(self, generated: np.ndarray, own: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Return which generated rows to keep."""


class NoveltyFilter(Parameters, BaseEstimator):
    """Keep generated rows that are not near-copies of a training row.

    A row is a near-copy when its distance to the nearest training row of its class is below ``share`` of the median
    distance between a training row and its nearest neighbour. Exact copies are always rejected.

    Parameters
    ----------
    share : float, default=0.05
        Share of the median nearest-neighbour distance, at least 0.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import NoveltyFilter
    >>> own = np.array([[0.0], [1.0], [2.0]])
    >>> NoveltyFilter().accept(np.array([[0.0], [0.01], [0.5]]), own, np.empty((0, 1))).tolist()
    [False, False, True]
    """

    share: NonNegative = field(default=0.05, kw_only=False)

    def accept(self, generated: np.ndarray, own: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Return which generated rows to keep.

        Parameters
        ----------
        generated : ndarray of shape (n_generated, width)
            Generated rows, encoded.
        own : ndarray of shape (n_own, width)
            Training rows of their class.
        others : ndarray of shape (n_others, width)
            Rows of other classes; not looked at.

        Returns
        -------
        ndarray of bool of shape (n_generated,)
            True for the rows to keep.
        """
        self._validate_params()
        distinct = np.unique(own, axis=0)
        tree = NearestNeighbors(n_neighbors=1).fit(distinct)
        bound = _SAME
        if len(distinct) > 1:
            between = NearestNeighbors(n_neighbors=2).fit(distinct).kneighbors(distinct)[0][:, 1]
            bound = max(bound, self.share * float(np.median(between)))
        return tree.kneighbors(generated)[0][:, 0] >= bound


class BoundaryFilter(Parameters, BaseEstimator):
    """Keep generated rows whose real neighbours are not mostly of another class.

    Parameters
    ----------
    n_neighbors : int, default=5
        Real rows looked at around each generated row; at most as many as there are.
    max_share : float, default=0.5
        Largest share of them, in [0, 1], that may belong to other classes.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import BoundaryFilter
    >>> own, others = np.array([[0.0], [0.1], [0.2]]), np.array([[5.0], [5.1], [5.2]])
    >>> BoundaryFilter(n_neighbors=3).accept(np.array([[0.15], [4.9]]), own, others).tolist()
    [True, False]
    """

    n_neighbors: PositiveInt = field(default=5, kw_only=False)
    max_share: Share = field(default=0.5, kw_only=False)

    def accept(self, generated: np.ndarray, own: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Return which generated rows to keep.

        Parameters
        ----------
        generated : ndarray of shape (n_generated, width)
            Generated rows, encoded.
        own : ndarray of shape (n_own, width)
            Training rows of their class.
        others : ndarray of shape (n_others, width)
            Rows of other classes.

        Returns
        -------
        ndarray of bool of shape (n_generated,)
            True for the rows to keep.
        """
        self._validate_params()
        real = np.concatenate([own, others])
        foreign = np.arange(len(real)) >= len(own)
        k = min(self.n_neighbors, len(real))
        near = NearestNeighbors(n_neighbors=k).fit(real).kneighbors(generated, return_distance=False)
        return foreign[near].mean(axis=1) <= self.max_share


_NAMED = {"novelty": NoveltyFilter, "boundary": BoundaryFilter}


def resolve_filters(filters: Iterable[str | RowFilter] | str | None) -> list[tuple[str, RowFilter]]:
    """Turn the ``filters`` parameter of a sampler into named filters.

    Parameters
    ----------
    filters : sequence of str or RowFilter, or None
        ``"novelty"``, ``"boundary"``, or objects with an ``accept`` method.

    Returns
    -------
    list of (str, RowFilter)
        Name and filter, in order; names are those of the classes.

    Raises
    ------
    InputError
        For anything else.

    Examples
    --------
    >>> resolve_filters(["novelty"])
    [('NoveltyFilter', NoveltyFilter())]
    """
    if isinstance(filters, str):
        filters = [filters]
    resolved: list[tuple[str, RowFilter]] = []
    for entry in filters if filters is not None else ():
        if isinstance(entry, str) and entry not in _NAMED:
            raise InputError("filters", f"{entry!r} is not known", f"choose from {', '.join(_NAMED)}")
        filter_ = _NAMED[entry]() if isinstance(entry, str) else entry
        if isinstance(filter_, type) or not isinstance(filter_, RowFilter):
            raise InputError(
                "filters", f"found {entry!r}", "give 'novelty', 'boundary', NoveltyFilter(...) or BoundaryFilter(...)"
            )
        resolved.append((type(filter_).__name__, filter_))
    return resolved
