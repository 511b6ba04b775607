"""The guard on every job: what a sampler returns is usable and holds no row of the test part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from oversmith.evaluation.task import row_hashes
from oversmith.exceptions import OversmithError

# A numeric column with so many distinct values, by rows, is continuous where fewer than most of them are rounded to
# five digits: two draws never agree in it. Values are in single precision, so that rounding leaves a rest.
_CONTINUOUS, _MOSTLY, _SINGLE_PRECISION = 0.9, 0.9, 0.06
# Chance that rows made honestly on a coarse grid are taken for copies.
_FALSE_ALARM = 1e-6
# Rows that have more than this share of all combinations of their values lie on a grid.
_GRID = 0.01


class LeakageError(OversmithError):
    """Rows of the test part were found where nothing but training rows may stand."""


def check_exact_rows(X_train: Any, X_resampled: Any, X_test: Any) -> int:
    """Refuse a resampled training set that holds test rows beyond natural duplicates.

    Rows are compared by their features in single precision. A test row that is also in the training part is a
    natural duplicate and may be repeated. Where some column is continuous, no other row may equal a test row. On a
    table of few values chance makes equal rows: then no more are taken than training rows equal test rows, by a
    Poisson bound with a false alarm in a million. Where the rows fill a good part of all combinations of their values,
    as in sets that enumerate them, whoever makes a valid new row makes a test row: there an honest sampler meets test
    rows as often as training rows, for as many of each.

    Parameters
    ----------
    X_train, X_resampled, X_test : DataFrame or ndarray
        Training rows before and after the sampler, and test rows, all in the same columns of numbers or strings.

    Returns
    -------
    int
        New rows that equal a test row by chance.

    Raises
    ------
    LeakageError
        When there are more of them than chance explains.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation.guard import check_exact_rows
    >>> rows = np.random.default_rng(0).normal(size=(9, 2))
    >>> check_exact_rows(rows[:6], np.vstack([rows[:6], rows[:2]]), rows[6:])
    0
    >>> check_exact_rows(rows[:6], rows[:7], rows[6:])
    Traceback (most recent call last):
    oversmith.evaluation.guard.LeakageError: 1 of 1 new rows of the resampled training set equal test rows; ...
    """
    frames = [_rounded(part) for part in (X_train, X_resampled, X_test)]
    train, resampled, test = (row_hashes(frame) for frame in frames)
    new = resampled[~np.isin(resampled, train)]
    equal = int(np.isin(new, test).sum())
    if not equal:
        return 0
    natural = (int(np.isin(train, test).sum()) + 1) / (len(train) + 1)
    expected = 0.0 if _is_continuous(frames[0]) else natural * len(new)
    if expected and _coverage(frames[0], frames[2]) > _GRID:
        met = max(0, int(np.isin(resampled, train).sum()) - len(train))
        expected = max(expected, met * len(np.unique(test)) / len(np.unique(train)))
    if stats.poisson.sf(equal - 1, expected) < _FALSE_ALARM:
        raise LeakageError(
            f"{equal} of {len(new)} new rows of the resampled training set equal test rows; "
            "the sampler knows rows it was not given"
        )
    return equal


def _coverage(train: pd.DataFrame, test: pd.DataFrame) -> float:
    """Share of all combinations of the columns' values that some row has."""
    both = pd.concat([train, test])
    # Logarithms: the product of many columns is beyond every float.
    combinations = sum(np.log(max(both[column].nunique(dropna=False), 1)) for column in both)
    return float(np.exp(np.log(len(both.drop_duplicates())) - combinations))


def check_values(X: Any, y: np.ndarray, X_resampled: Any, y_resampled: np.ndarray) -> None:
    """Refuse what a classifier cannot be trained on.

    Parameters
    ----------
    X, X_resampled : DataFrame or ndarray
        Rows before and after the sampler.
    y, y_resampled : ndarray
        Their class codes.

    Raises
    ------
    ValueError
        For rows and labels of different number, other columns, an unknown class, and a value that is infinite, or
        missing in a column that had every value.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation.guard import check_values
    >>> check_values(np.zeros((2, 1)), np.array([0, 1]), np.array([[0.0], [np.nan]]), np.array([0, 1]))
    Traceback (most recent call last):
    ValueError: the sampler returned 1 missing values in column '0', which had none
    """
    if len(X_resampled) != len(y_resampled):
        raise ValueError(f"the sampler returned {len(X_resampled)} rows and {len(y_resampled)} labels")
    unknown = np.setdiff1d(y_resampled, y)
    if len(unknown):
        raise ValueError(f"the sampler returned rows of a class it was not given, {unknown[0]}")
    before, after = pd.DataFrame(X), pd.DataFrame(X_resampled)
    if before.shape[1] != after.shape[1]:
        raise ValueError(f"the sampler returned {after.shape[1]} columns for {before.shape[1]}")
    if after.isna().to_numpy().any():
        spoilt = after.isna().to_numpy().any(axis=0) & ~before.isna().to_numpy().any(axis=0)
        if spoilt.any():
            column = after.columns[int(np.argmax(spoilt))]
            missing = int(after[column].isna().sum())
            raise ValueError(f"the sampler returned {missing} missing values in column {str(column)!r}, which had none")
    numbers = after.select_dtypes("number")
    for index, name in enumerate(numbers.columns):
        infinite = int(np.isinf(numbers.iloc[:, index].to_numpy(dtype=np.float64, na_value=np.nan)).sum())
        if infinite:
            raise ValueError(f"the sampler returned {infinite} infinite values in column {str(name)!r}")


def _rounded(rows: Any) -> pd.DataFrame:
    """Numbers in single precision; the zeros of both signs are one."""
    frame = pd.DataFrame(rows)
    frame.columns = [str(column) for column in frame.columns]
    numbers = frame.select_dtypes("number").columns
    if (frame.dtypes == np.float64).all():
        # Hundreds of columns in one go.
        with np.errstate(over="ignore"):
            return pd.DataFrame(frame.to_numpy().astype(np.float32) + np.float32(0), columns=frame.columns)
    with np.errstate(over="ignore"):
        return frame.assign(**{name: frame[name].to_numpy(dtype=np.float32) + np.float32(0) for name in numbers})


def _is_continuous(frame: pd.DataFrame) -> bool:
    """Tell whether a column of numbers is so fine that equal values are no chance."""
    numbers = frame.select_dtypes("number")
    for column in numbers:
        values = numbers[column].dropna().to_numpy(dtype=np.float64)
        if numbers[column].nunique() <= _CONTINUOUS * len(frame) or not (values % 1 != 0).any():
            continue
        # Rounded measurements meet by chance: what counts has more than five digits.
        scale = 10.0 ** (5 - np.floor(np.log10(max(float(np.abs(values).max()), 1e-300))))
        with np.errstate(over="ignore", invalid="ignore"):
            is_rounded = np.abs(values * scale - np.round(values * scale)) < _SINGLE_PRECISION
        if np.mean(is_rounded) < _MOSTLY:
            return True
    return False
