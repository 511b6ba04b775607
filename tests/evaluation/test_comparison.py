from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from oversmith.evaluation import Comparison, label_metric
from oversmith.evaluation.comparison import jsonable
from oversmith.exceptions import InputError


def small():
    return Comparison(
        data={"name": "toy", "classes": ["a", "b"]},
        protocol={"seed": 0},
        contenders=[{"name": "none"}],
        classifiers=[{"name": "knn"}],
        scores=[{"average_precision": 0.5, "threshold": None}],
        predictions=[
            {
                "fold": 0,
                "rows": np.array([3, 1]),
                "y": np.array([0, 1]),
                "scores": np.array([[0.1, 0.9], [1 / 3, 2 / 3]], np.float32),
                "threshold": 0.25,
            }
        ],
        embedding={"smote": {"real": np.eye(2, dtype=np.float32), "label": np.array([0, 1])}},
        warnings=["one"],
    )


def test_round_trip_through_json_with_arrays():
    original = small()
    back = Comparison.from_dict(json.loads(json.dumps(original.to_dict(arrays=True), allow_nan=False)))
    for name in ("rows", "y", "scores"):
        assert np.array_equal(back.predictions[0][name], original.predictions[0][name])
        assert back.predictions[0][name].dtype == original.predictions[0][name].dtype
    assert np.array_equal(back.embedding["smote"]["real"], original.embedding["smote"]["real"])
    assert back.embedding["smote"]["label"].dtype == np.int64
    plain = {"predictions": [], "embedding": {}}
    assert dataclasses.replace(back, **plain) == dataclasses.replace(original, **plain)


def test_arrays_stay_out_unless_asked():
    state = small().to_dict()
    assert "predictions" not in state
    assert "embedding" not in state
    assert Comparison.from_dict(state).predictions == []


def test_another_schema_or_missing_parts_are_refused():
    with pytest.raises(InputError, match="schema version 99"):
        Comparison.from_dict(small().to_dict() | {"schema_version": 99})
    with pytest.raises(InputError, match="scores missing"):
        Comparison.from_dict({k: v for k, v in small().to_dict().items() if k != "scores"})


def test_jsonable_leaves_nothing_that_json_refuses():
    value = {1: (np.float64("inf"), np.bool_(True), np.arange(2)), "s": np.str_("x")}
    assert json.loads(json.dumps(jsonable(value), allow_nan=False)) == {"1": [None, True, [0, 1]], "s": "x"}


def test_only_nothing_is_read_at_one_half():
    assert label_metric("none", "recall") == "recall"
    assert label_metric("none-tuned", "recall") == "recall_tuned"
