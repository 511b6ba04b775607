"""Kinds of columns."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from oversmith.io.kinds import column_kind


@pytest.mark.parametrize(
    "values, kind",
    [
        ([1, 2, 3], "numeric"),
        (pd.array([1, None, 3], dtype="Int64"), "numeric"),
        (pd.array([1.5, None], dtype="double[pyarrow]"), "numeric"),
        (np.array([1, 2.5, None], dtype=object), "numeric"),
        ([True, False], "boolean"),
        (pd.array([True, None], dtype="boolean"), "boolean"),
        (np.array([True, None], dtype=object), "boolean"),
        (["x", None], "categorical"),
        (pd.Categorical([1, 2, 1]), "categorical"),
        (np.array(["x", 1], dtype=object), "categorical"),
        (pd.to_datetime(["2020-01-01", None]), "datetime"),
        (pd.to_datetime(["2020-01-01"]).tz_localize("Europe/Paris"), "datetime"),
        (pd.to_timedelta([1, 2], unit="h"), "datetime"),
        (np.array([dt.date(2020, 1, 1), None], dtype=object), "datetime"),
    ],
)
def test_kinds(values, kind):
    assert column_kind(pd.Series(values)) == kind
