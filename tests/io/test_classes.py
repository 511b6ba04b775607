"""Classes counted and found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from oversmith.exceptions import InputError, nearest_hint
from oversmith.io.classes import class_counts, find_class


def test_long_lists_are_cut():
    assert nearest_hint("zzz", [f"c{i}" for i in range(40)]).endswith("c19 and 20 more")


def test_classes_are_counted_largest_first():
    labels = pd.Series(["b", "a", "b"], dtype=pd.CategoricalDtype(["a", "b", "never seen"]))
    assert list(class_counts(labels, "y").items()) == [("b", 2), ("a", 1)]
    counts = class_counts(np.array([3, 3, 7], np.int8), "y")
    assert counts == {3: 2, 7: 1}
    assert all(type(label) is int for label in counts)


@pytest.mark.parametrize(
    ("labels", "message"),
    [([1, 1], "one class only, '1' in all 2 rows"), ([1, None, 2], "1 of 3 rows have no value")],
)
def test_labels_that_are_no_target(labels: list[object], message: str):
    with pytest.raises(InputError, match=message):
        class_counts(pd.Series(labels, dtype="Int64"), "y")


@pytest.mark.parametrize("labels", [[0.5, 1.0, 2.0], pd.to_datetime(["2024-01-01", "2024-01-02"])])
def test_measurements_and_times_are_no_classes(labels: object):
    with pytest.raises(InputError, match="not classes; name a column of classes"):
        class_counts(pd.Series(labels), "y")
    assert class_counts(pd.Series([0.0, 1.0, 1.0]), "y") == {1.0: 2, 0.0: 1}


def test_class_is_found_in_its_own_type():
    assert find_class("1", {"1": 4, "2": 3}, "y") == "1"
    assert find_class("1", {1: 4, 2: 3}, "y") == 1
    assert find_class("2.50", {1.5: 4, 2.5: 3}, "y") == 2.5
    assert find_class("true", {True: 4, False: 3}, "y") is True
    with pytest.raises(InputError, match="positive: 'wurms' is not a class of 'y'; did you mean 'Worms'"):
        find_class("wurms", {"Worms": 1, "Normal": 2}, "y")
