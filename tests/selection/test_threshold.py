from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from oversmith.exceptions import InputError, TooFewRowsError
from oversmith.selection import ThresholdRule, best_cut, inner_scores


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=2, max_size=40))
@settings(max_examples=100, deadline=None)
def test_no_cut_beats_the_best_one(rows):
    truth = np.array([t for t, _ in rows])
    score = np.array([s / 20 for _, s in rows])
    if not truth.any():
        truth[0] = True
    cut = best_cut(truth, score)
    every = [f1_score(truth, score >= c, zero_division=0) for c in np.linspace(-0.025, 1.025, 43)]
    assert f1_score(truth, score >= cut) == pytest.approx(max(every))


def test_cut_lies_between_scores():
    assert best_cut([0, 0, 1, 1], [0.1, 0.3, 0.5, 0.9]) == pytest.approx(0.4)
    assert best_cut([0, 1, 0, 0], [0.2, 0.3, 0.6, 0.7]) == pytest.approx(0.25)
    # All rows positive: half the smallest score.
    assert best_cut([1, 1, 1], [0.2, 0.4, 0.6]) == pytest.approx(0.1)


def test_two_tied_cuts_give_the_lower_one():
    # 2·2/(3+3) = 2·3/(6+3) = 2/3: cuts after 3 and 6 rows tie.
    assert best_cut([1, 0, 1, 0, 0, 1], np.arange(6, 0, -1) / 10) == pytest.approx(0.05)


def test_three_tied_cuts_give_the_middle_one():
    # 2·1/(1+3) = 2·2/(5+3) = 2·3/(9+3) = 1/2: cuts after 1, 5 and 9 rows tie.
    truth = np.array([1, 0, 0, 0, 1, 0, 0, 0, 1])
    score = np.arange(9, 0, -1) / 10
    assert best_cut(truth, score) == pytest.approx((score[4] + score[5]) / 2)


def test_neighbouring_floats_have_no_middle():
    low = 0.5
    high = np.nextafter(low, 1)
    cut = best_cut([False, True], [low, high])
    assert low < cut <= high


@pytest.mark.parametrize(
    "truth, score, message", [([0, 0], [0.1, 0.2], "no positive"), ([0, 1], [0.1, np.nan], "not finite")]
)
def test_bad_cuts(truth, score, message):
    with pytest.raises(InputError, match=message):
        best_cut(truth, score)


def test_two_classes_read_the_positive_column():
    scores = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8]])
    assert ThresholdRule(positive=0).predict(scores).tolist() == [0, 0, 1]
    rule = ThresholdRule(positive=0).fit([0, 1, 1], scores)
    assert rule.threshold == pytest.approx(0.8)
    assert rule.predict(scores).tolist() == [0, 1, 1]


def test_several_classes_divide_by_their_cuts():
    scores = np.array([[0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.55, 0.05, 0.4], [0.9, 0.05, 0.05]])
    y = np.array([1, 1, 2, 0])
    assert ThresholdRule().predict(scores).tolist() == [0, 0, 0, 0]
    rule = ThresholdRule().fit(y, scores)
    assert rule.threshold == [best_cut(y == c, scores[:, c]) for c in range(3)]
    assert rule.predict(scores).tolist() == [1, 1, 2, 0]


@pytest.mark.parametrize("positive, shape", [(1, (4, 3)), (None, (4, 2)), (1, (4,))])
def test_a_rule_refuses_scores_of_another_shape(positive, shape):
    with pytest.raises(InputError, match="shape"):
        ThresholdRule(positive).predict(np.zeros(shape))


def test_inner_scores_are_out_of_fold_and_in_order():
    X = np.arange(40.0).reshape(-1, 1)
    y = np.array([0] * 30 + [1] * 10)
    seen = []

    def fit_predict(X_train, y_train, X_test):
        assert not set(X_train.ravel()) & set(X_test.ravel())
        assert np.array_equal(y_train, y[X_train.ravel().astype(int)])
        seen.append(len(X_train))
        scores = np.column_stack([1 - X_test, X_test])
        return {"all": scores} | ({"first only": scores} if len(seen) == 1 else {})

    result = inner_scores(fit_predict, X, y, 4, 0)
    assert seen == [30] * 4
    assert list(result.scores) == ["all"]
    assert np.array_equal(result.scores["all"][:, 1], X.ravel())
    assert np.array_equal(result.rows, np.arange(40))


def test_inner_folds_shrink_with_the_smallest_class_and_stop_at_one_row():
    def constant(X_train, y_train, X_test):
        return {"constant": np.full((len(X_test), 2), 0.5)}

    assert inner_scores(constant, np.zeros((12, 1)), [0] * 9 + [1] * 3, 5).n_splits == 3
    with pytest.raises(TooFewRowsError, match="single training row"):
        inner_scores(constant, np.zeros((10, 1)), [0] * 9 + [1], 5)


def test_inner_scores_of_a_sample_keep_the_shares():
    def constant(X_train, y_train, X_test):
        return {"constant": np.full((len(X_test), 2), 0.5)}

    y = np.array([0] * 900 + [1] * 100)
    result = inner_scores(constant, np.zeros((1000, 1)), y, 3, 0, max_rows=100)
    assert np.bincount(result.y).tolist() == [90, 10]
    assert np.array_equal(result.y, y[result.rows])
    assert len(result.scores["constant"]) == 100
