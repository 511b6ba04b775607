from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from oversmith.evaluation.protocol import environment, fold_splits, seed_for, shared_duplicates
from oversmith.evaluation.task import prepare
from oversmith.exceptions import InputError


def table(n=40):
    rng = np.random.default_rng(0)
    return pd.DataFrame({"a": rng.normal(size=n), "b": rng.choice(["x", "y"], n)})


Y = np.array(["no"] * 30 + ["yes"] * 10)


def test_labels_become_codes_in_sorted_order_and_the_smaller_class_is_positive():
    task = prepare(table(), Y, target="buys", name="toy")
    assert task.classes == ("no", "yes")
    assert task.positive == task.minority == 1
    facts = task.describe()
    assert facts["counts"] == {"no": 30, "yes": 10}
    assert facts["prevalence"] == 0.25
    assert facts["positive"] == facts["minority"] == "yes"
    assert facts["column_kinds"] == {"a": "numeric", "b": "categorical"}


def test_a_named_positive_class_may_be_the_larger_one_or_stand_against_the_rest():
    task = prepare(table(), Y, target="buys", name="toy", positive="no")
    assert task.classes[task.positive] == "no"
    assert task.minority != task.positive
    three = np.array([1] * 20 + [2] * 12 + [3] * 8)
    assert prepare(table(), three, target="t", name="toy").positive is None
    task = prepare(table(), three, target="t", name="toy", positive="2")
    assert task.classes == ("rest", "2")
    assert (task.y == 1).tolist() == (three == 2).tolist()


def test_the_same_table_from_other_containers():
    frame = table()[["a"]]
    plain = prepare(frame, Y, target="t", name="n")
    assert prepare(pl.from_pandas(frame), pl.Series(Y.tolist()), target="t", name="n").X.equals(plain.X)
    assert prepare(frame.to_numpy(), Y.tolist(), target="t", name="n").X.to_numpy() == pytest.approx(plain.X.to_numpy())


@pytest.mark.parametrize(
    "X, y, options, message",
    [
        (table(), ["no"] * 40, {}, "only class 'no' found"),
        (table(), [None, *Y[1:]], {}, "1 rows without a label"),
        (table(), Y[1:], {}, "39 labels found for 40 rows"),
        (table(), Y, {"positive": "maybe"}, "'maybe' is not a class of t; its classes are no, yes"),
        (table().assign(c=np.nan), Y, {}, "column 'c' has no value at all; drop it"),
        (table().assign(c=np.inf), Y, {}, "column 'c' has 40 infinite values"),
        (table().set_axis(["a", "a"], axis=1), Y, {}, "two columns called 'a'"),
        (np.zeros((4, 2, 2, 2, 2)), [0, 1, 0, 1], {}, "found a 5-D array"),
        (np.zeros(4), [0, 1, 0, 1], {}, "1 dimensions found; a table has two, series have three, images four"),
        (table()[:0], [], {}, "0 rows"),
        (table(), Y[:, None], {}, "one label per row"),
    ],
)
def test_bad_data_say_what_was_found(X, y, options, message):
    with pytest.raises(InputError, match=message):
        prepare(X, y, target="t", name="n", **options)


def test_hash_follows_values_names_types_and_labels():
    task = prepare(table(), Y, target="t", name="n")
    assert prepare(table(), Y, target="other", name="n").sha256 == task.sha256
    changed = [
        (table().assign(a=lambda f: f["a"] + 1e-12), Y),
        (table().rename(columns={"a": "z"}), Y),
        (table().astype({"a": "float32"}), Y),
        (table(), np.roll(Y, 1)),
    ]
    assert len({prepare(X, y, target="t", name="n").sha256 for X, y in changed} | {task.sha256}) == 5


def test_splits_are_frozen_and_hashed():
    task = prepare(table(), Y, target="t", name="n")
    splits = fold_splits(task, folds=5, repeats=2, seed=1)
    assert [(p.repeat, p.fold) for p in splits.parts] == [(r, f) for r in range(2) for f in range(5)]
    assert splits.sha256 == fold_splits(task, folds=5, repeats=2, seed=1).sha256
    assert splits.sha256 != fold_splits(task, folds=5, repeats=2, seed=2).sha256
    assert splits.sha256 != fold_splits(task, folds=5, repeats=1, seed=1).sha256


def test_seeds_differ_in_every_part_of_their_name():
    task = prepare(table(), Y, target="t", name="n")
    other = prepare(table().assign(a=0.0), Y, target="t", name="n")
    base = {"repeat": 0, "fold": 0, "part": "knn"}
    seeds = [
        seed_for(0, task, "smote", **base),
        seed_for(1, task, "smote", **base),
        seed_for(0, other, "smote", **base),
        seed_for(0, task, "none", **base),
        seed_for(0, task, "smote", **base | {"repeat": 1}),
        seed_for(0, task, "smote", **base | {"fold": 1}),
        seed_for(0, task, "smote", **base | {"part": "xgboost"}),
    ]
    assert len({int(s.generate_state(1)[0]) for s in seeds}) == len(seeds)
    assert seed_for(0, task, "smote", **base).generate_state(1) == seeds[0].generate_state(1)


def test_shared_duplicates_are_test_rows_with_a_twin_in_training():
    frame = pd.DataFrame({"a": np.arange(40.0), "b": ["x"] * 40})
    task = prepare(frame, Y, target="t", name="n")
    assert shared_duplicates(task, fold_splits(task, folds=5, repeats=1, seed=0)) == 0
    frame.loc[39] = frame.loc[0]
    task = prepare(frame, Y, target="t", name="n")
    splits = fold_splits(task, folds=5, repeats=2, seed=0)
    apart = not any({0, 39} <= set(part.test) for part in splits.parts[:5])
    assert shared_duplicates(task, splits) == (2 if apart else 0)
    assert apart


def test_environment_names_what_ran():
    assert {"numpy", "scikit-learn", "imbalanced-learn"} <= set(environment()["versions"])
