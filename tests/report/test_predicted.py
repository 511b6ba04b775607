"""What predictions tell, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score, matthews_corrcoef, roc_auc_score

from oversmith.report.widgets.curves import Fold, collect


def folds(n: int = 4, rows: int = 300, classes: int = 2) -> list[Fold]:
    rng = np.random.default_rng(5)
    found = []
    for _ in range(n):
        y = np.where(rng.random(rows) < 0.2, rng.integers(1, classes, rows), 0)
        raw = rng.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[y]
        scores = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
        found.append(Fold(y, scores, 0.3 if classes == 2 else [0.5, 0.2, 0.3]))
    return found


def test_roc_has_the_area_of_scikit_learn() -> None:
    made = folds()
    told = collect(made, 1)
    assert told is not None
    grid = np.linspace(0, 1, 101)
    area = np.trapezoid(told["roc"]["mean"], grid)
    assert area == pytest.approx(np.mean([roc_auc_score(f.y, f.scores[:, 1]) for f in made]), abs=0.01)


def test_labels_are_read_at_the_threshold() -> None:
    made = folds()
    told = collect(made, 1)
    assert told is not None
    y = np.concatenate([f.y for f in made])
    called = np.concatenate([(f.scores[:, 1] >= 0.3).astype(int) for f in made])
    assert told["confusion"] == confusion_matrix(y, called).tolist()
    assert told["majority_f1"] == pytest.approx(f1_score(y, called, pos_label=0))
    assert told["mcc"] == pytest.approx(matthews_corrcoef(y, called))
    assert told["sweep"]["chosen"] == 0.3
    at = told["sweep"]["value"][30]
    assert at == pytest.approx(np.mean([f1_score(f.y, f.scores[:, 1] >= 0.3) for f in made]), abs=1e-4)


def test_probabilities_that_are_doubled_show_it() -> None:
    rng = np.random.default_rng(0)
    p = rng.uniform(0, 0.5, 4000)
    y = (rng.random(4000) < p).astype(int)
    honest, doubled = (collect([Fold(y, np.column_stack([1 - s, s]))], 1) for s in (p, 2 * p))
    assert honest is not None
    assert doubled is not None
    assert honest["calibration"]["ece"] < 0.03
    assert doubled["calibration"]["ece"] == pytest.approx(0.25, abs=0.03)
    assert sum(doubled["calibration"]["rows"]) == 4000


def test_several_classes_have_no_sweep_and_a_matrix_of_all() -> None:
    made = folds(classes=3)
    told = collect(made, None)
    assert told is not None
    assert told["sweep"] is None
    assert np.sum(told["confusion"]) == sum(len(f.y) for f in made)
    assert np.shape(told["confusion"]) == (3, 3)


def test_a_fold_without_positives_is_left_out() -> None:
    empty = Fold(np.zeros(10, dtype=int), np.tile([0.7, 0.3], (10, 1)))
    told = collect([*folds(2), empty], 1)
    assert told is not None
    assert told["n_folds"] == 2
    assert collect([empty], 1) is None
