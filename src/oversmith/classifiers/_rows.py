"""Training rows of the classifiers: checked, identical ones merged, sorted; and series as flat rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import column_or_1d

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
from oversmith.encoders.target import TargetContainer
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


def class_labels(y: Any, for_any: bool = False) -> np.ndarray:
    """Read the target of a classifier: its labels as a plain array.

    Parameters
    ----------
    y : array-like of shape (n,) or (n, 1)
        Class labels, in any container.
    for_any : bool, default=False
        Whether any classifier of scikit-learn has to take them: they are truth values, whole numbers or text then.

    Returns
    -------
    ndarray of shape (n,)
        Truth values, whole numbers, numbers, text or other things that can be sorted.

    Raises
    ------
    InputError
        For missing, mixed, nested and infinite labels, numbers with decimals, and several labels to a row.
    """
    column = TargetContainer.of(y)
    labels = column.labels()
    if column.values.ndim == 2:
        if column.values.shape[1] > 1:
            raise InputError(
                "y", f"y should be a 1d array, found {column.values.shape[1]} columns", "give one class for each row"
            )
        # As scikit-learn does: accepted with a warning.
        column_or_1d(column.values, warn=True)
    other = labels.dtype == object and not isinstance(labels[0], str | int)
    if for_any and (other or (labels.dtype.kind == "f" and (labels % 1 != 0).any())):
        raise InputError(
            "y",
            f"categories found that are {'of type ' + type(labels[0]).__name__ if other else 'numbers with decimals'}, "
            "which classifiers of scikit-learn do not take",
            "make them text: y.astype(str)",
        )
    return labels


def training_rows(estimator: Any, X: Any, y: Any, sample_weight: Any) -> TrainingRows:
    """Check what ``fit`` was given, drop rows of weight zero and merge identical ones.

    Merged and sorted rows make a weight of two the same thing as a row given twice, bit for bit, and no row stands on
    both sides of an inner split, however often a sampler repeated it.
    """
    y = class_labels(y)
    X, y = validate_data(estimator, X, y, dtype=np.float64)
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
