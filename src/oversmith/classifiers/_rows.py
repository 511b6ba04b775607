"""Training rows of the classifiers: checked, identical ones merged, sorted; and series as flat rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets

from oversmith._adapter import check_sample_weight, validate_data
from oversmith.encoders.reading import (
    as_numbers,
    channels_first,
    check_finite,
    container_of,
    is_series,
    shape_of,
    stacked,
)
from oversmith.exceptions import InputError


@dataclass(frozen=True)
class TrainingRows:
    """What a classifier trains on.

    Parameters
    ----------
    classes : ndarray
        All labels of ``y``, sorted.
    present : ndarray of int
        Positions in ``classes`` of the classes with a row of positive weight.
    x : ndarray of float64, shape (n_distinct, n_features)
        Distinct rows, sorted.
    code : ndarray of int, shape (n_distinct,)
        Their classes: positions in ``present``.
    weight : ndarray of float64, shape (n_distinct,)
        Summed weights.
    n_given : int
        Rows of positive weight before the merging.
    """

    classes: np.ndarray
    present: np.ndarray
    x: np.ndarray
    code: np.ndarray
    weight: np.ndarray
    n_given: int


def training_rows(estimator: Any, X: Any, y: Any, sample_weight: Any) -> TrainingRows:
    """Check what ``fit`` was given, drop rows of weight zero and merge identical ones.

    Merged and sorted rows make a weight of two the same thing as a row given twice, bit for bit, and no row stands on
    both sides of an inner split, however often a sampler repeated it.
    """
    X, y = validate_data(estimator, X, y, dtype=np.float64)
    check_classification_targets(y)
    weight = check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
    classes, code = np.unique(y, return_inverse=True)
    used = weight > 0
    present, code = np.unique(code[used], return_inverse=True)
    if len(present) < 2:
        present_classes = f"one class, {classes[present[0]]!s}" if len(present) else "no class"
        raise InputError(
            "y",
            f"found {present_classes}, among the rows with a positive weight",
            f"{type(estimator).__name__} needs two classes",
        )
    distinct, index = np.unique(np.column_stack([X[used], code]), axis=0, return_inverse=True)
    return TrainingRows(
        classes=classes,
        present=present,
        x=distinct[:, :-1],
        code=distinct[:, -1].astype(np.intp),
        weight=np.bincount(index.ravel(), weights=weight[used]),
        n_given=int(used.sum()),
    )


def spread_over_classes(chances: np.ndarray, rows_of: np.ndarray, n_classes: int) -> np.ndarray:
    """Put columns of chances at their places among all classes; classes without a training row get zero."""
    spread = np.zeros((len(chances), n_classes))
    spread[:, rows_of] = chances
    return spread


def seed_from(random_state: Any) -> int:
    """Draw a seed; without a ``random_state`` from the system, so that NumPy's global state is left alone."""
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0] >> 1)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def flat_series(X: Any, input_shape: Any, channels: str = "auto") -> tuple[np.ndarray, tuple[int, int]]:
    """Lay series out as flat rows.

    Parameters
    ----------
    X : array-like of shape (n, channels, length) or (n, columns)
        Series.
    input_shape : (int, int) or None
        Channels and time points of flat rows.
    channels : {"auto", "first", "last"}, default="auto"
        Where the axis of the channels is.

    Returns
    -------
    rows : ndarray of float64, shape (n, channels * length)
        Channel after channel.
    shape : (int, int)
        Channels and time points.

    Examples
    --------
    >>> import numpy as np
    >>> rows, shape = flat_series(np.zeros((4, 2, 5)), None)
    >>> rows.shape, shape
    ((4, 10), (2, 5))
    """
    X = stacked(X)
    values = as_numbers(X, container_of(X))
    shape = shape_of(values, input_shape, channels)
    series = channels_first(values, shape, channels)
    check_finite(series)
    return series.reshape(len(values), -1), shape


def flattened(X: Any, input_shape: Any, channels: str = "auto") -> tuple[Any, tuple[int, int] | None]:
    """Lay series out as flat rows, and leave other rows as they are.

    Parameters
    ----------
    X : array-like
        Series, one array or one for each, or rows.
    input_shape : (int, int) or None
        Channels and time points of flat rows.
    channels : {"auto", "first", "last"}, default="auto"
        Where the axis of the channels is.

    Returns
    -------
    rows : array-like
        Flat rows, or ``X`` itself.
    shape : (int, int) or None
        Channels and time points, where they are known.

    Examples
    --------
    >>> import numpy as np
    >>> flattened(np.zeros((4, 2, 5)), None)[1], flattened(np.zeros((4, 10)), None)[1]
    ((2, 5), None)
    """
    X = stacked(X)
    return flat_series(X, input_shape, channels) if is_series(X) or input_shape is not None else (X, None)
