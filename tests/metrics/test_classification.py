"""Every metric against a rewrite from its definition."""

from __future__ import annotations

import numpy as np
import pytest

from oversmith.metrics import (
    METRICS,
    chance_average_precision,
    chance_values,
    implied_prevalence,
    macro_scores,
    score_all,
)


def average_precision(truth, score):
    total, area, recall = truth.sum(), 0.0, 0.0
    for cut in np.unique(score)[::-1]:
        called = score >= cut
        result = (truth & called).sum()
        area += (result / total - recall) * result / called.sum()
        recall = result / total
    return area


def roc_auc(truth, score):
    gap = score[truth][:, None] - score[~truth][None, :]
    return np.mean((gap > 0) + 0.5 * (gap == 0))


def precision(truth, called):
    return (truth & called).sum() / called.sum() if called.any() else 0.0


def recall(truth, called):
    return (truth & called).sum() / truth.sum()


def f1(truth, called):
    return 2 * (truth & called).sum() / (truth.sum() + called.sum())


def case(k, seed):
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.arange(k), rng.integers(0, k, 60)])
    # Two decimals: ties occur.
    scores = np.round(rng.dirichlet(np.ones(k), len(y)), 2)
    return y, scores, np.argmax(scores + rng.normal(0, 0.1, scores.shape), axis=1)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("positive", [0, 1])
def test_two_classes(seed, positive):
    y, scores, predicted = case(2, seed)
    truth, called, score = y == positive, predicted == positive, scores[:, positive]
    result = score_all(y, scores, predicted, positive)
    expected = {
        "average_precision": average_precision(truth, score),
        "roc_auc": roc_auc(truth, score),
        "brier": np.mean((score - truth) ** 2),
        "f1": f1(truth, called),
        "precision": precision(truth, called),
        "recall": recall(truth, called),
        "g_mean": np.sqrt(recall(truth, called) * recall(~truth, ~called)),
    }
    assert result == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
def test_several_classes_are_macro(seed):
    y, scores, predicted = case(4, seed)
    pairs = [(y == c, predicted == c, scores[:, c]) for c in range(4)]
    result = score_all(y, scores, predicted, None)
    expected = {
        "average_precision": np.mean([average_precision(t, s) for t, _, s in pairs]),
        "roc_auc": np.mean([roc_auc(t, s) for t, _, s in pairs]),
        "brier": np.mean([sum((scores[i, c] - (y[i] == c)) ** 2 for c in range(4)) for i in range(len(y))]),
        "f1": np.mean([f1(t, p) for t, p, _ in pairs]),
        "precision": np.mean([precision(t, p) for t, p, _ in pairs]),
        "recall": np.mean([recall(t, p) for t, p, _ in pairs]),
        "g_mean": np.prod([recall(t, p) for t, p, _ in pairs]) ** (1 / 4),
    }
    assert result == pytest.approx(expected)


@pytest.mark.parametrize("k", [2, 4])
def test_macro_scores_are_those_of_scikit_learn(k):
    from sklearn.metrics import f1_score, precision_score, recall_score

    y, _, predicted = case(k, 1)
    result = macro_scores(y, predicted)
    for name, theirs in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
        assert result.pop(f"{name}_macro") == pytest.approx(theirs(y, predicted, average="macro"))
    assert not result
    # Neither class is the positive one: exchanging them changes nothing.
    if k == 2:
        assert macro_scores(1 - y, 1 - predicted) == pytest.approx(macro_scores(y, predicted))
    assert set(macro_scores(y, predicted, suffix="_tuned")) == {
        "precision_macro_tuned",
        "recall_macro_tuned",
        "f1_macro_tuned",
    }


def test_macro_scores_of_a_class_that_is_never_named():
    assert macro_scores([0, 0, 0, 1], [0, 0, 0, 0]) == pytest.approx(
        {"precision_macro": 0.375, "recall_macro": 0.5, "f1_macro": 6 / 14}
    )


def test_no_row_called_positive_scores_zero_not_an_error():
    result = score_all([0, 0, 1], [[0.9, 0.1]] * 3, [0, 0, 0], 1)
    assert (result["f1"], result["precision"], result["recall"], result["g_mean"]) == (0, 0, 0, 0)


def test_values_keep_to_their_range_and_suffix_names_labels_only():
    y, scores, predicted = case(3, 0)
    for name, value in score_all(y, scores, predicted, None).items():
        assert METRICS[name].low <= value <= METRICS[name].high
    assert set(score_all(y, scores, predicted, None, suffix="_tuned")) == {
        "f1_tuned",
        "precision_tuned",
        "recall_tuned",
        "g_mean_tuned",
    }


@pytest.mark.parametrize("k", [2, 4])
def test_chance_is_what_constant_predictions_reach(k):
    y, _, _ = case(k, 5)
    positive = 1 if k == 2 else None
    share = np.bincount(y) / len(y)
    scores = np.tile(share, (len(y), 1))
    chance = chance_values(y, positive)
    constant = [score_all(y, scores, np.full(len(y), c), positive) for c in range(k)]
    for name in ("average_precision", "roc_auc", "brier"):
        assert chance[name] == pytest.approx(constant[0][name])
    for name in ("f1", "precision", "recall", "g_mean"):
        assert chance[name] == pytest.approx(max(result[name] for result in constant))


def test_chance_of_average_precision_is_the_mean_over_all_deals():
    from itertools import combinations

    score = np.array([0.9, 0.7, 0.7, 0.5, 0.2, 0.2, 0.2, 0.1])
    deals = []
    for chosen in combinations(range(8), 3):
        truth = np.isin(np.arange(8), chosen)
        deals.append(average_precision(truth, score))
    assert chance_average_precision(truth, score) == pytest.approx(np.mean(deals), abs=1e-12)


def test_chance_of_average_precision_lies_above_the_share_unless_all_are_tied():
    truth = np.arange(120) < 8
    assert chance_average_precision(truth, np.zeros(120)) == pytest.approx(8 / 120)
    harmonic = sum(1 / i for i in range(1, 121))
    assert chance_average_precision(truth, np.arange(120)) == pytest.approx(7 / 119 + harmonic / 120 * (1 - 7 / 119))
    assert chance_average_precision([True], [0.3]) == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_implied_prevalence_is_that_of_the_rows_it_came_from(seed):
    rng = np.random.default_rng(seed)
    y = rng.uniform(size=400) < 0.2
    said = np.where(rng.uniform(size=400) < 0.8, y, ~y)
    accuracy, precision, recall = (y == said).mean(), y[said].mean(), said[y].mean()
    assert implied_prevalence(accuracy, precision, recall) == pytest.approx(y.mean())


def test_implied_prevalence_of_impossible_and_perfect_numbers():
    assert np.isnan(implied_prevalence(1.0, 1.0, 1.0))
    assert implied_prevalence(0.0, 0.9, 0.9) > 1
    with pytest.raises(ValueError, match="precision: 0"):
        implied_prevalence(0.9, 0.0, 0.5)
