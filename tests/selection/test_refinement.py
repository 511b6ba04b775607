"""Refinement: which rows are hard, and that a model is kept only while its inner score rises."""

from __future__ import annotations

import numpy as np
import pytest

from oversmith.selection.refinement import InnerScore, inner_score, refine

LABELS = np.array([0, 1, 1, 1])


def test_hard_rows_are_wrong_or_nearly_wrong():
    probability = np.array([[0.4, 0.6], [0.1, 0.9], [0.45, 0.55], [0.8, 0.2]])
    assert inner_score(probability, LABELS, [1]).hard.tolist() == [False, False, True, True]
    # Scores that are no probabilities have no scale: only wrong rows are hard.
    assert inner_score(10 * probability, LABELS, [1], least=0.0).hard.tolist() == [False, False, False, True]
    # Each class against the rest, mean over classes: the row of class 0 has the third score of four for it.
    assert inner_score(probability, LABELS, [0]).score == pytest.approx(1 / 3)


@pytest.mark.parametrize("scores, kept", [([0.5, 0.6, 0.7, 0.1], [True, True]), ([0.5, 0.5], [False])])
def test_rounds_end_with_the_first_that_does_not_help(scores, kept):
    hard = np.array([True, False])
    model, records = refine(0, lambda model: InnerScore(scores[model], hard), lambda model, *_: model + 1, rounds=2)
    assert [record["kept"] for record in records] == kept
    assert model == sum(kept)
    assert [record["hard_rows"] for record in records] == [1] * len(kept)


def test_without_hard_rows_nothing_is_tuned():
    easy = InnerScore(0.9, np.zeros(3, bool))
    model, records = refine("start", lambda model: easy, lambda *_: pytest.fail("tuned"), rounds=3)
    assert (model, records) == ("start", [records[0]])
    assert records[0] == {"round": 1, "hard_rows": 0, "score_before": 0.9, "score_after": 0.9, "kept": False}
