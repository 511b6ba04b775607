"""Long records cut into series of one length that remember where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from oversmith.exceptions import InputError


@dataclass(frozen=True)
class Windows:
    """Series cut out of records.

    Parameters
    ----------
    X : ndarray of shape (n, channels, length)
        The series.
    y : ndarray of shape (n,) or None
        Label of each, where the records have one.
    record : ndarray of shape (n,)
        Name of the record each comes from: give it to splits as the group, because windows of one record are alike.
    start : ndarray of int, shape (n,)
        First point of each in its record.
    """

    X: np.ndarray
    y: np.ndarray | None
    record: np.ndarray
    start: np.ndarray


def windows(
    records: Sequence[Any],
    length: int,
    *,
    step: int | None = None,
    labels: Sequence[Any] | None = None,
    names: Sequence[Any] | None = None,
) -> Windows:
    """Cut records of any lengths into series of one length.

    Parameters
    ----------
    records : sequence of array-like of shape (channels, points) or (points,)
        One array per record.
    length : int
        Points of a series, at least 1.
    step : int, optional
        Points between the beginnings of two series; ``length`` by default, so that they do not overlap.
    labels : sequence, optional
        One label per record, or one array of labels per record with one label per point: a series then has the label
        most of its points have.
    names : sequence, optional
        Names of the records; 0, 1, … by default.

    Returns
    -------
    Windows
        The series, their labels, records and starts. What is left at the end of a record is dropped.

    Raises
    ------
    InputError
        When no record is long enough, channels differ, or a number is impossible.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.preprocessing import windows
    >>> cut = windows([np.arange(10.0), np.arange(7.0)], 4, step=3, labels=["healthy", "worn"], names=["a", "b"])
    >>> cut.X.shape, cut.record.tolist(), cut.start.tolist(), cut.y.tolist()
    ((5, 1, 4), ['a', 'a', 'a', 'b', 'b'], [0, 3, 6, 0, 3], ['healthy', 'healthy', 'healthy', 'worn', 'worn'])
    """
    step = length if step is None else step
    for name, value in (("length", length), ("step", step)):
        if not isinstance(value, Integral) or isinstance(value, bool) or int(value) < 1:
            raise InputError(name, f"{value!r} found", "give a whole number of points, at least 1")
    for argument, given in (("labels", labels), ("names", names)):
        if given is not None and len(given) != len(records):
            raise InputError(argument, f"{len(given)} found for {len(records)} records", "give one each")
    cut: list[np.ndarray] = []
    window_labels, record, start = [], [], []
    for number, each in enumerate(records):
        array = np.atleast_2d(np.asarray(each))
        if array.ndim != 2:
            raise InputError(
                "records", f"record {number} has shape {array.shape}", "give (channels, points) or (points,)"
            )
        if cut and len(array) != len(cut[0]):
            raise InputError(
                "records", f"record {number} has {len(array)} channels, others {len(cut[0])}", "give equally many"
            )
        for first in range(0, array.shape[1] - length + 1, step):
            cut.append(array[:, first : first + length])
            record.append(number if names is None else names[number])
            start.append(first)
            if labels is not None:
                window_labels.append(_label(labels[number], first, length, array.shape[1], number))
    if not cut:
        raise InputError(
            "length", f"{length} found, and none of {len(records)} records is so long", "give a smaller one"
        )
    return Windows(
        np.stack(cut), np.asarray(window_labels) if labels is not None else None, np.asarray(record), np.asarray(start)
    )


def _label(label: Any, first: int, length: int, points: int, number: int) -> Any:
    if np.ndim(label) == 0:
        return label
    if np.shape(label) != (points,):
        raise InputError(
            "labels", f"record {number} has {points} points and labels of shape {np.shape(label)}", "give one each"
        )
    values, counts = np.unique(np.asarray(label)[first : first + length], return_counts=True)
    return values[np.argmax(counts)]
