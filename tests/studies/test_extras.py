"""What a study measures beside its grid."""

from __future__ import annotations

import json

import numpy as np
import pytest

from oversmith.evaluation import method_contender
from oversmith.evaluation.task import prepare
from oversmith.studies import Scope
from oversmith.studies.eo_wgan.plans import EO_WGAN
from oversmith.studies.extras import embeddings, losses, overfitting, scaling, sizes_on_disk, smote_of
from oversmith.studies.figures import lines
from oversmith.studies.rows import slope

SCOPE = Scope(quick=True, max_steps=20)


@pytest.fixture(scope="module")
def task():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (160, 3)), rng.normal(2, 1, (40, 3))])
    return prepare(X, np.repeat([0, 1], [160, 40]), target="y", name="toy")


def test_without_panels_a_picture_is_empty():
    assert lines([], "false positives", "true positives", columns=4).count("<svg") == 1
    filled = lines([("toy", {"a": ([0, 1], [0, 1])})], "false positives", "true positives")
    assert "true positives" in filled


def test_a_planted_exponent_is_found():
    rows = [{"axis": "n", "value": n, "seconds": 3e-6 * n**1.5} for n in (100, 200, 400, 800)]
    found = slope([*rows, {"axis": "d", "value": 2, "seconds": 1.0}], "n")
    assert (found.value, found.low, found.high) == (pytest.approx(1.5), pytest.approx(1.5), pytest.approx(1.5))
    assert found.n == 4


def test_scaling_times_what_it_says():
    rows = scaling(smote_of, {"n_min": (20, 40), "d": (2, 3)}, {"n": 100, "n_min": 20, "d": 2, "k": 3})
    assert [(row["axis"], row["value"]) for row in rows] == [("n_min", 20), ("n_min", 40), ("d", 2), ("d", 3)]
    assert all(row["seconds"] > 0 for row in rows)


def test_embeddings_show_real_rows_once_and_tell_copies_from_noise(task):
    found = embeddings([task], SCOPE, ["smote", method_contender("jitter")])["toy"]
    assert len(found["real"]["points"]) == len(found["real"]["positive"]) == 128 + 32
    assert set(found["made"]) == {"smote", "jitter"}
    for told in found["made"].values():
        assert len(told["points"]) == 96
        # Rows made of the minority's own lie where it lies.
        assert told["boundary"] < 0.3
        assert told["coverage"] > 0.5
    json.dumps(found)
    again = embeddings([task], SCOPE, ["smote", method_contender("jitter")])["toy"]
    assert again == found


def test_trainings_are_told(task):
    told = losses(task, EO_WGAN, SCOPE, ("loss_critic", "loss_generator"))
    assert len(told["step"]) == len(told["loss_critic"]) > 0
    curves = overfitting(task, method_contender("jitter"), SCOPE)
    assert curves["to the end"]["stopped"] >= curves["early stopping"]["stopped"]
    held = curves["to the end"]["held_out"]
    assert len(held) == len(curves["to the end"]["step"])
    assert min(held) > 0
    assert curves["early stopping"]["test_loss"] > 0
    json.dumps([told, curves])


def test_sizes_are_those_of_files(task):
    sizes = sizes_on_disk(task, method_contender("jitter"), SCOPE)
    assert 0 < sizes["sampler"] < 1
    assert 0 < sizes["classifier"] < 5
