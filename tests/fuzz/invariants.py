"""What holds for every method and any input: it is resampled as promised, or refused by argument, finding and cure."""

from __future__ import annotations

import copy
import math
from collections import Counter
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from hostile import Case
from sklearn.base import clone

from oversmith.exceptions import ArgumentError


def check(sampler: Any, case: Case) -> bool:
    """Run one case; say whether it was resampled (or refused, in our words)."""
    if case.encoder is not None:
        sampler = clone(sampler).set_params(encoder=case.encoder)
    X, y = copy.deepcopy(case.X), copy.deepcopy(case.y)
    try:
        first = clone(sampler)
        X_new, y_new = first.fit_resample(case.X, case.y)
    except ArgumentError as error:
        assert_told(error)
        assert_same(case.X, X)
        assert_same(case.y, y)
        return False
    # Input untouched; real rows first, as they were, in the same type.
    assert_same(case.X, X)
    assert_same(case.y, y)
    n = len(y)
    # A list of arrays comes back as one array.
    X = np.stack(X) if isinstance(X, list) and isinstance(X[0], np.ndarray) else X
    assert_same(_cut(X_new, slice(0, n)), X)
    assert_same(_cut(y_new, slice(0, n)), y)
    # As many rows of each class as were asked for.
    before, after = Counter(_labels(y)), Counter(_labels(y_new))
    assert set(before) == set(after)
    added = first.sampling_strategy_
    assert sum(after.values()) - n == sum(added.values()) == len(_cut(X_new, slice(n, None)))
    assert first.synthetic_mask_.tolist() == [False] * n + [True] * sum(added.values())
    generated = _cut(X_new, slice(n, None))
    check_values(X, generated, first)
    # The same seed, the same bits.
    assert_same(clone(sampler).fit_resample(case.X, case.y)[0], X_new)
    return True


def check_values(X: Any, generated: Any, sampler: Any) -> None:
    """Numbers are finite and in the range of the real rows where that is promised; levels are known ones."""
    bounded = not hasattr(sampler.encoder_, "shape_") or sampler.encoder_.bounds == "observed"
    columns, made_columns = _columns(X), _columns(generated)
    if hasattr(sampler.encoder_, "shape_"):
        # Series and images have the range of all their points.
        columns, made_columns = ([list(chain.from_iterable(part))] for part in (columns, made_columns))
    names_rows = getattr(sampler.encoder_, "identifiers_", {})
    names = sampler.encoder_.container_.names if names_rows else [""] * len(columns)
    for name, real, new in zip(names, columns, made_columns, strict=True):
        known = [value for value in real if not _missing(value)]
        made = [value for value in new if not _missing(value)]
        if len(made) < len(new):
            assert len(known) < len(real)
        if name in names_rows:
            assert not set(made) & set(known)
            continue
        numbers = [value for value in made if isinstance(value, int | float) and not isinstance(value, bool)]
        assert all(math.isfinite(value) for value in numbers)
        ordered = {type(value) for value in known} in ({int}, {float}) or _is_time(known)
        if ordered and bounded and known:
            assert all(min(known) <= value <= max(known) for value in made)
        elif not ordered and bounded:
            assert {(type(v), v) for v in made} <= {(type(v), v) for v in known}


def assert_told(error: ArgumentError, what: str = "") -> None:
    """Argument, finding and cure are there, and short enough to read."""
    assert error.argument, what
    assert error.finding, what
    assert error.cure, what
    assert len(str(error)) < 1500, what


def assert_same(left: Any, right: Any) -> None:
    """Compare two containers: type, names, dtypes and values, missing ones too."""
    assert type(left) is type(right)
    if isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left.reset_index(drop=True), right.reset_index(drop=True), check_exact=True)
    elif isinstance(left, pd.Series):
        pd.testing.assert_series_equal(left.reset_index(drop=True), right.reset_index(drop=True), check_exact=True)
    elif isinstance(left, pl.DataFrame | pl.Series):
        assert (left.schema if isinstance(left, pl.DataFrame) else left.dtype) == (
            right.schema if isinstance(right, pl.DataFrame) else right.dtype
        )
        assert left.equals(right)
    elif isinstance(left, np.ndarray) and left.dtype != object:
        assert left.dtype == right.dtype
        assert left.shape == right.shape
        assert left.tobytes() == right.tobytes()
    elif isinstance(left, list | np.ndarray):
        assert len(left) == len(right)
        for one, two in zip(left, right, strict=True):
            if isinstance(one, list | np.ndarray):
                assert_same(one, two)
            else:
                assert type(one) is type(two)
                assert (_missing(one) and _missing(two)) or one == two


def _cut(rows: Any, part: slice) -> Any:
    return rows.iloc[part] if isinstance(rows, pd.DataFrame | pd.Series) else rows[part]


def _labels(y: Any) -> list[Any]:
    return np.asarray(y).ravel().tolist()


def _columns(rows: Any) -> list[list[Any]]:
    """Columns as lists of Python values; channels of arrays with more than two dimensions."""
    if isinstance(rows, pd.DataFrame):
        columns = [rows.iloc[:, i] for i in range(rows.shape[1])]
        # Sparse ones list NumPy's scalars, all others Python's.
        sparse = [isinstance(column.dtype, pd.SparseDtype) for column in columns]
        return [(c.sparse.to_dense() if s else c).tolist() for c, s in zip(columns, sparse, strict=True)]
    if isinstance(rows, pl.DataFrame):
        return [column.to_list() for column in rows.iter_columns()]
    if isinstance(rows, np.ndarray):
        return [rows.ravel().tolist()] if rows.ndim > 2 else [rows[:, i].tolist() for i in range(rows.shape[1])]
    return [list(column) for column in zip(*rows, strict=True)]


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _is_time(values: list[Any]) -> bool:
    return all(hasattr(value, "year") or hasattr(value, "total_seconds") for value in values)
