"""Class labels as a plain array that can be sorted, or an error that names what is wrong with them."""

from __future__ import annotations

from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from oversmith.exceptions import InputError

_ONE_EACH = "give one class for each row"


def check_missing(missing: np.ndarray) -> None:
    """Refuse missing labels.

    Parameters
    ----------
    missing : ndarray of bool
        Which labels are missing.

    Raises
    ------
    InputError
        With their number.
    """
    if missing.any():
        raise InputError("y", f"found NaN, {int(missing.sum())} label(s) are missing", "drop those rows first")


def as_label_array(y: Any) -> np.ndarray:
    """Make an array of labels that are no pandas or Polars object.

    Parameters
    ----------
    y : array-like
        Labels.

    Returns
    -------
    ndarray
        As they came, except that objects of one plain type get its dtype.

    Raises
    ------
    InputError
        For missing, nested and mixed labels, and those that are no array.
    """
    values = stacked_labels(y)
    if values.dtype.kind in "fOMm":
        check_missing(np.asarray(pd.isna(values)))
    return natural(values)


def stacked_labels(y: Any) -> np.ndarray:
    """Make an array of labels, whatever they are; numbers beside text stay what they are.

    Parameters
    ----------
    y : array-like
        Labels.

    Returns
    -------
    ndarray
        Some of them may be missing.

    Raises
    ------
    InputError
        For what is no array, masked labels, and labels of unequal lengths.
    """
    if isinstance(y, str | bytes):
        raise InputError("y", "Expected array-like (array or non-string sequence), got a text", _ONE_EACH)
    if isinstance(y, dict | set | frozenset) or not (hasattr(y, "__len__") or hasattr(y, "__array__")):
        raise InputError("y", f"Expected array-like (array or non-string sequence), got {type(y).__name__}", _ONE_EACH)
    try:
        values = np.asarray(y)
    except ValueError:
        raise InputError("y", "labels of unequal lengths found", _ONE_EACH) from None
    if isinstance(y, list | tuple) and values.dtype.kind in "US" and not all(isinstance(v, str | bytes) for v in y):
        # NumPy would turn 0 beside "1" into text.
        values = np.array(y, dtype=object)
    return values


def natural(values: np.ndarray) -> np.ndarray:
    """Give objects of one plain type its dtype, and refuse labels that cannot be sorted.

    Parameters
    ----------
    values : ndarray
        Labels; only arrays of objects are changed.

    Returns
    -------
    ndarray
        Truth values, whole numbers or numbers, or the objects themselves.

    Raises
    ------
    InputError
        For labels of several types, bytes, and labels that hold others.

    Examples
    --------
    >>> import numpy as np
    >>> natural(np.array([True, False], dtype=object)).dtype
    dtype('bool')
    >>> natural(np.array([0, "1"], dtype=object))
    Traceback (most recent call last):
    oversmith.exceptions.InputError: y: labels of several types found (int and str); make them one, for example y.as...
    """
    if values.dtype.kind == "S":
        raise _bytes()
    if values.dtype.kind in "cV":
        what = "Complex data not supported: complex numbers" if values.dtype.kind == "c" else "records"
        raise InputError("y", f"{what} found", "give numbers, text or truth values, one for each row")
    if values.dtype != object or not values.size:
        return values
    kinds = {_kind(value) for value in values.ravel()}
    if "bytes" in kinds:
        raise _bytes()
    if "nested" in kinds:
        raise InputError("y", "labels that hold several values found", _ONE_EACH)
    if len(kinds - {"int", "float"}) + bool(kinds & {"int", "float"}) > 1:
        raise InputError(
            "y",
            f"labels of several types found ({' and '.join(sorted(kinds))})",
            "make them one, for example y.astype(str)",
        )
    if kinds == {"bool"}:
        return values.astype(bool)
    if "float" in kinds:
        return values.astype(np.float64)
    if kinds == {"int"}:
        try:
            return values.astype(np.int64)
        except OverflowError:
            return values
    try:
        sorted(values.ravel()[:2])
    except TypeError:
        raise InputError(
            "y", f"labels of type {kinds.pop()} found, which have no order", "give text or numbers"
        ) from None
    return values


def check_classes(values: np.ndarray, declared: bool) -> None:
    """Refuse labels that are no classes.

    Parameters
    ----------
    values : ndarray of shape (n,) or (n, n_columns)
        Labels, or one-hot rows.
    declared : bool
        Whether they come as categories: any value is a class then.

    Raises
    ------
    InputError
        For no labels, infinite ones, numbers with decimals that are no categories, and several labels to a row.
    """
    if values.ndim not in (1, 2) or (values.ndim == 2 and values.shape[1] == 0):
        raise InputError("y", f"found shape {values.shape}; y should be a 1d array", _ONE_EACH)
    if not len(values):
        raise InputError("y", "found no labels (0 sample(s), minimum of 1 is required)", _ONE_EACH)
    if values.dtype.kind == "f":
        if not np.isfinite(values).all():
            raise InputError("y", "Input y contains infinity, infinite labels found", "drop those rows first")
        if not declared and (values != np.floor(values)).any():
            raise InputError(
                "y",
                "Unknown label type: continuous, numbers with decimals found (a regression target)",
                "give classes: bin it, for example pandas.cut(y, ...), or y.astype('category') if they are classes",
            )
    if values.ndim == 2 and values.shape[1] > 1:
        _check_one_hot(values)


def check_lengths(X: Any, labels: np.ndarray) -> None:
    """Refuse labels that are more or fewer than the rows.

    Parameters
    ----------
    X : array-like
        The rows.
    labels : ndarray of shape (n,)
        Their labels.

    Raises
    ------
    InputError
        With both numbers.
    """
    rows = X.shape[0] if hasattr(X, "shape") else len(X) if hasattr(X, "__len__") else len(np.asarray(X))
    if rows != len(labels):
        raise InputError("y", f"{len(labels)} labels found for {rows} rows of X", "give one label per row")


def _check_one_hot(values: np.ndarray) -> None:
    """Refuse a table of labels that is not one-hot."""
    hot = values.dtype.kind in "biuf" and bool(np.isin(values, (0, 1)).all())
    if not hot or (values.sum(axis=1) > 1).any():
        raise InputError(
            "y",
            f"{values.shape[1]} columns found: Multilabel and multioutput targets are not supported.",
            "give one column of classes, or one-hot rows",
        )


def _kind(value: Any) -> str:
    """Name the type of a label; types that sort and compare together have one name."""
    if isinstance(value, bool | np.bool_):
        return "bool"
    if isinstance(value, Integral):
        return "int"
    if isinstance(value, Real | Decimal):
        return "float"
    if isinstance(value, bytes):
        return "bytes"
    if isinstance(value, str):
        return "str"
    return "nested" if getattr(type(value), "__hash__", None) is None else type(value).__name__


def _bytes() -> InputError:
    return InputError(
        "y", "Support for labels represented as bytes is not supported, bytes found", "decode them: y.astype(str)"
    )
