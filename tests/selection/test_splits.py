from __future__ import annotations

import numpy as np
import pytest

from oversmith.exceptions import InputError, TooFewRowsError
from oversmith.selection import inner_holdout, stratified_folds, stratified_sample

Y = np.array([0] * 60 + [1] * 25 + [2] * 6)


def test_each_repeat_tests_every_row_once_and_keeps_the_shares():
    folds = stratified_folds(Y, 5, n_repeats=2, random_state=3)
    assert len(folds) == 10
    for repeat in (folds[:5], folds[5:]):
        assert np.array_equal(np.sort(np.concatenate([test for _, test in repeat])), np.arange(len(Y)))
    for train, test in folds:
        assert not set(train) & set(test)
        assert len(train) + len(test) == len(Y)
        assert np.bincount(Y[test])[0] == 12
        assert np.bincount(Y[test])[1] == 5
        assert np.bincount(Y[test], minlength=3)[2] in (1, 2)


def test_repeats_differ_and_seeds_repeat():
    folds = stratified_folds(Y, 5, n_repeats=2, random_state=3)
    again = stratified_folds(Y, 5, n_repeats=2, random_state=np.random.SeedSequence(3))
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(folds, again, strict=True))
    assert not np.array_equal(folds[0][1], folds[5][1])
    assert not np.array_equal(folds[0][1], stratified_folds(Y, 5, random_state=4)[0][1])


def test_a_callers_seed_sequence_is_left_as_it_was():
    seeds = np.random.SeedSequence(7)
    first = inner_holdout(Y, 0.2, seeds)
    assert np.array_equal(first, inner_holdout(Y, 0.2, seeds))
    assert seeds.n_children_spawned == 0


def test_groups_stay_on_one_side():
    groups = np.arange(len(Y)) // 3
    for train, test in stratified_folds(Y, 2, groups=groups):
        assert not set(groups[train]) & set(groups[test])


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            {"y": ["a"] * 9 + ["b"] * 3, "n_splits": 5},
            "class 'b' has 3 rows, fewer than 5 folds; use at most 3",
        ),
        (
            {"y": ["a"] * 9 + ["b"], "n_splits": 5},
            "class 'b' has 1 row, fewer than 5 folds; add rows of it",
        ),
        ({"y": [1] * 9, "n_splits": 3}, "only class 1 found"),
        ({"y": [0, 1] * 9, "n_splits": 1}, "use at least 2 folds"),
        ({"y": [0, 1] * 9, "n_splits": 2, "n_repeats": 0}, "use at least 1"),
        ({"y": [0] * 9 + [1] * 9, "n_splits": 3, "groups": [0] * 9 + [1] * 9}, "class 0 has 1 group, fewer"),
    ],
)
def test_bad_folds_say_what_was_found(arguments, message):
    with pytest.raises(InputError, match=message):
        stratified_folds(**arguments)


def test_holdout_sizes_and_classes():
    held = inner_holdout(Y, 0.2, random_state=1)
    assert np.bincount(Y[held], minlength=3).tolist() == [12, 5, 0]
    assert np.array_equal(held, np.sort(held))
    assert set(Y[inner_holdout(Y, 0.2, labels=[1])]) == {1}
    assert np.bincount(Y[inner_holdout(Y, 0.2, min_rows=2)], minlength=3).tolist() == [12, 5, 1]


def test_holdout_never_takes_the_whole_class_and_may_be_empty():
    assert len(inner_holdout([0, 0], 0.99, min_rows=2)) == 1
    assert inner_holdout([0] * 5 + [1] * 5, 0.5).tolist() == []


def test_holdout_of_a_class_does_not_depend_on_the_classes_cut():
    both, one = inner_holdout(Y, 0.2, 5), inner_holdout(Y, 0.2, 5, labels=[1])
    assert np.array_equal(both[Y[both] == 1], one)


@pytest.mark.parametrize(
    "arguments, message",
    [({"fraction": 1.0}, "fraction: 1.0"), ({"fraction": 0.2, "labels": [9]}, "9 is not a class")],
)
def test_bad_holdouts(arguments, message):
    with pytest.raises(InputError, match=message):
        inner_holdout(Y, **arguments)


def test_sample_keeps_shares_and_small_classes():
    rows = stratified_sample(Y, 30, 0, min_rows=4)
    assert np.bincount(Y[rows]).tolist() == [20, 8, 4]
    assert np.array_equal(stratified_sample(Y, 30, 0, min_rows=4), rows)
    assert np.array_equal(stratified_sample(Y, 500), np.arange(len(Y)))


def test_too_few_rows_is_an_input_error_too():
    assert issubclass(TooFewRowsError, InputError)
