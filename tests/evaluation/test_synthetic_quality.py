"""Rows a sampler made, wherever in the pipeline, in the columns and units of the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import Pipeline

from oversmith.evaluation.pipeline import Resampling, preparation
from oversmith.evaluation.synthetic_quality import synthetic_quality
from oversmith.evaluation.task import prepare


def mixed(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = np.repeat(["no", "yes"], [rows - rows // 5, rows // 5])
    frame = pd.DataFrame(
        {
            "income": rng.normal(50_000, 9_000, rows),
            "city": rng.choice(["a", "b", "c"], rows),
            "age": rng.uniform(18, 90, rows),
        }
    )
    return frame, y


@pytest.mark.parametrize("before", ["plain", "one-hot", "classifiers"])
def test_copies_are_found_out_in_the_units_of_the_data(before: str) -> None:
    frame, labels = mixed(100, 0)
    task = prepare(frame, labels, target="y", name="toy", positive="yes")
    steps = preparation(task.kinds)
    reach = {"plain": 0, "one-hot": 2, "classifiers": len(steps)}[before]
    seen = Pipeline(steps[:reach]).fit(task.X, task.y).transform(task.X) if reach else task.X
    step = Resampling(RandomOverSampler(random_state=0), keep=True)
    step.fit_resample(seen, task.y)
    other, held = mixed(60, 1)
    parts = {"train": (task.X, task.y), "unseen": (other, (held == "yes").astype(int))}
    (told,) = synthetic_quality(task, step, before, parts, seed=0)
    assert (told["class"], told["n_train"], told["n_made"], told["n_unseen"]) == ("yes", 20, 60, 12)
    assert told["quality"]["copies"]["exact"] == 1.0
    assert told["quality"]["copies"]["exact_unseen"] == 0.0
    assert max(told["copies"]["generated"]) == pytest.approx(0, abs=1e-9)
    assert min(told["copies"]["unseen"]) > 0
    columns = {column["name"]: column for column in told["columns"]}
    assert set(columns) == {"income", "city", "age"}
    assert 20_000 < columns["income"]["grid"][0] < columns["income"]["grid"][-1] < 90_000
    assert set(columns["city"]["levels"]) <= {"a", "b", "c"}
    assert [column["difference"] for column in told["columns"]] == sorted(
        (column["difference"] for column in told["columns"]), reverse=True
    )


def test_a_class_with_too_few_rows_says_so() -> None:
    frame, labels = mixed(40, 0)
    task = prepare(frame, labels, target="y", name="toy", positive="yes")
    step = Resampling(RandomOverSampler(random_state=0), keep=True)
    step.fit_resample(task.X, task.y)
    parts = {"train": (task.X, task.y), "unseen": (frame.iloc[:5], np.zeros(5, dtype=int))}
    (told,) = synthetic_quality(task, step, "plain", parts, seed=0)
    assert "0 unseen" in told["reason"]
    assert "quality" not in told


def test_nothing_made_nothing_told() -> None:
    frame, labels = mixed(40, 0)
    task = prepare(frame, labels, target="y", name="toy", positive="yes")
    step = Resampling(RandomOverSampler(sampling_strategy={}, random_state=0), keep=True)
    step.fit_resample(task.X, task.y)
    assert synthetic_quality(task, step, "plain", {"train": (task.X, task.y), "unseen": (task.X, task.y)}, seed=0) == []
