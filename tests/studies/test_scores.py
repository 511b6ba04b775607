"""Numbers of a study out of raw scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from oversmith.metrics import macro_scores
from oversmith.studies.scores import Scores

PLACE = {"dataset": "d", "protocol": "p", "ratio": np.nan, "contender": "c", "classifier": "k", "fold": 0, "seed": 0}
SIZES = {"n_train": 90, "n_test": 10}


@pytest.mark.parametrize("positives", [2, 7])
@pytest.mark.parametrize("metric", ["precision_macro", "recall_macro", "f1_macro", "accuracy"])
def test_a_failure_counts_as_always_naming_the_larger_class(metric, positives):
    done = PLACE | SIZES | {"repeat": 0, "status": "done", "n_test_positive": positives, metric: 0.9}
    failed = done | {"repeat": 1, "status": "failed", metric: np.nan}
    y = np.repeat([0, 1], [10 - positives, positives])
    larger = np.full(10, int(positives > 5))
    expected = (macro_scores(y, larger) | {"accuracy": float((y == larger).mean())})[metric]
    values = Scores(pd.DataFrame([done, failed])).part(metric)["value"]
    assert values.tolist() == pytest.approx([0.9, expected])
