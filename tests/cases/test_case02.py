"""Python's own date-times and durations, as databases hand them over, come back as what they were."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import oversmith

N = 100
Y = np.repeat([0, 1], [80, 20])
END = [dt.datetime(9999, 12, 31) if i % 4 == 0 else dt.datetime(2024, 1, 1) + dt.timedelta(days=i) for i in range(N)]
LEFT = [dt.timedelta(days=365 * (400 if i % 4 == 0 else 1)) for i in range(N)]


def containers(values: list[object]) -> dict[str, object]:
    """The same objects in all that hold objects."""
    frame = pd.DataFrame({"c": pd.Series(values, dtype=object), "a": np.arange(N) * 1.0})
    rows = [[value, float(i)] for i, value in enumerate(values)]
    return {"frame": frame, "array": frame.to_numpy(), "list": rows}


@pytest.mark.parametrize("kind", ["frame", "array", "list"])
@pytest.mark.parametrize("values", [END, LEFT], ids=["moments", "durations"])
def test_same_type_and_range(values, kind):
    new, _ = oversmith.Jitter(random_state=0).fit_resample(containers(values)[kind], Y)
    column = new["c"].tolist() if kind == "frame" else [row[0] for row in new]
    assert column[:N] == values
    assert {type(value) for value in column} == {type(values[0])}
    assert set(column[N:]) <= set(values) or min(values) <= min(column[N:]) <= max(column[N:]) <= max(values)
    assert max(column[N:]) == max(values)  # a fifth of the rows of the class have it


def test_time_stamps_of_an_array_keep_their_unit():
    X = pd.DataFrame({"end": END, "a": np.arange(N) * 1.0}).to_numpy()
    new, _ = oversmith.Jitter(random_state=0).fit_resample(X, Y)
    assert {(type(value), value.unit) for value in new[:, 0]} == {(pd.Timestamp, "us")}
    assert {value.year for value in new[N:, 0]} <= {2024, 9999}
