"""An open end written 9999-12-31 is as good a date as one in 2100, for the classifiers of a comparison, too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

import oversmith
from oversmith.evaluation.pipeline import build_pipeline, preparation
from oversmith.evaluation.task import prepare
from oversmith.exceptions import InputError

YEARS = ["9999-12-31", "0001-01-01", "1582-10-15", "2300-01-01", "2024-01-01"]


def ends(far: str, n: int = 300) -> tuple[pd.DataFrame, np.ndarray]:
    """Dates of which the open end stands for many of the rare class."""
    rng = np.random.default_rng(0)
    days, is_open = rng.integers(0, 9000, n), rng.random(n) < 0.2
    end = np.where(is_open, np.datetime64(far, "s"), (np.array("2000-01-01", "M8[D]") + days).astype("M8[s]"))
    y = np.where(rng.random(n) < np.where(is_open, 0.6, (days / 9000) ** 3 * 0.6), "yes", "no")
    return pd.DataFrame({"end": end}), y


@pytest.mark.parametrize("dtype", ["M8[s]", "M8[ms]", "M8[us]", object, "date32[pyarrow]", "timestamp[us][pyarrow]"])
def test_years_are_kept_for_the_classifiers(dtype):
    column = pd.Series(np.array(YEARS, "M8[s]"))
    column = column.dt.date.astype(object) if dtype is object else column.astype(dtype)
    plain = dict(preparation({"end": "datetime"}))["plain"].transform(pd.DataFrame({"end": column}))
    years = 1970 + plain["end"] / 86_400 / 365.2425
    assert years.round().tolist() == [10_000, 1, 1583, 2300, 2024]


def test_a_far_end_costs_no_score():
    scores = {}
    for far in ("9999-12-31", "2100-12-31"):
        X, y = ends(far)
        task = prepare(X, y, target="y", name="ends", positive="yes")
        steps = build_pipeline(task.kinds, {"lr": LogisticRegression()}, sampler=oversmith.Jitter(random_state=0))
        steps.fit(task.X[::2], task.y[::2])
        scores[far] = roc_auc_score(task.y[1::2], steps.predict_proba(task.X[1::2])["lr"][:, 1])
    assert scores["9999-12-31"] > 0.7
    assert scores["9999-12-31"] == pytest.approx(scores["2100-12-31"], abs=0.05)


def test_naive_among_aware_date_times_are_refused_before_any_job():
    X, y = ends("2100-12-31", 60)
    mixed = [value.tz_localize("UTC") if i else value for i, value in enumerate(X["end"])]
    with pytest.raises(InputError, match=r"column 'end' holds date-times with a time zone \(59\) and without \(1\)"):
        prepare(X.assign(end=pd.Series(mixed, dtype=object)), y, target="y", name="ends")
