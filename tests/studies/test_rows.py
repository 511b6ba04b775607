"""Verdicts follow from intervals, and tables hold every number."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from scipy import stats

from oversmith.studies.page import count_verdicts, csv_text, table
from oversmith.studies.rows import (
    CANNOT,
    ELSEWHERE,
    NOT_REPRODUCED,
    NOTHING,
    PENDING,
    REPRODUCED,
    WIDEST,
    Measured,
    Row,
    against,
    count_row,
    exact,
    mean_of,
    verdict_of,
)


def test_the_interval_is_students_without_overlap():
    values = np.array([0.8, 0.85, 0.9, 0.7])
    found = mean_of(values)
    low, high = stats.t.interval(0.95, 3, values.mean(), stats.sem(values))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.n == 4


def test_overlapping_training_parts_widen_the_interval():
    values = [0.8, 0.85, 0.9, 0.7]
    alone, overlapping = mean_of(values), mean_of(values, test_share=0.25)
    # s² (1/4 + 1/4) against s² / 4.
    assert (overlapping.high - overlapping.low) / (alone.high - alone.low) == pytest.approx(np.sqrt(2))


def test_values_that_are_missing_are_left_out():
    assert mean_of([0.5, np.nan, 0.7]).n == 2
    assert mean_of([np.nan]) == NOTHING
    single = mean_of([0.4])
    assert (single.value, single.n) == (0.4, 1)
    assert np.isnan(single.low)


@pytest.mark.parametrize(
    ("published", "ours", "verdict"),
    [
        (0.9, Measured(0.88, 0.86, 0.91, 5), REPRODUCED),
        (0.95, Measured(0.88, 0.86, 0.91, 5), NOT_REPRODUCED),
        (0.9104, Measured(0.88, 0.86, 0.91, 5), REPRODUCED),
        (None, Measured(0.88, 0.86, 0.91, 5), CANNOT),
        (0.9, NOTHING, PENDING),
        (None, NOTHING, PENDING),
        (0.9, Measured(0.88, np.nan, np.nan, 1), CANNOT),
    ],
)
def test_verdicts(published, ours, verdict):
    assert verdict_of(published, ours, 0.0005) == verdict


def test_a_hit_of_a_wide_interval_proves_nothing_and_a_miss_does():
    wide = Measured(0.5, 0.5 - WIDEST, 0.5 + WIDEST, 3)
    hit, miss = against("6", "a", "F1", 0.6, wide), against("6", "a", "F1", 0.95, wide)
    assert hit.verdict == CANNOT
    assert "too wide" in hit.note
    assert miss.verdict == NOT_REPRODUCED


def test_counts_compare_shares_within_one():
    assert count_row("3", "best", "sets", 10, 11, exact(9, 10)).verdict == REPRODUCED
    assert count_row("3", "best", "sets", 10, 11, exact(7, 10)).verdict == NOT_REPRODUCED
    assert count_row("3", "best", "sets", 10, 11, exact(0, 0)).verdict == PENDING


def test_tables_hold_every_number_and_no_markup():
    leaky = Measured(0.99, 0.98, 1, 5)
    rows = [
        Row("6", "a | b <i>", "F1", 0.9, Measured(0.88, 0.86, 0.91, 5), REPRODUCED, (("leaky", leaky),)),
        Row("7", "=1+1", "accuracy", 0.8, NOTHING, ELSEWHERE, note="another paper"),
    ]
    lines = table(rows).split("\n")
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    assert "a \\| b &lt;i&gt;" in lines[2]
    assert "0.990 [0.980, 1.000]" in lines[2]
    read = list(csv.DictReader(io.StringIO(csv_text(rows))))
    assert [(row["protocol"], row["ours"], row["n"]) for row in read] == [
        ("the paper's", "0.88", "5"),
        ("leaky", "0.99", "5"),
        ("the paper's", "", "0"),
    ]
    assert read[2]["row"] == "'=1+1"
    assert count_verdicts(rows) == "1 reproduced, 1 reported elsewhere"
