"""The check of a split: sound ones pass, each kind of copy is found where it was put."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.model_selection import train_test_split

from oversmith import check_split
from oversmith.datasets import load_dataset
from oversmith.exceptions import InputError


def table(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], [300, 60])
    return rng.normal(size=(360, 5)) + y[:, None], y


def split(X, y, seed: int = 0):
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=seed)
    return X_train, y_train, X_test, y_test


def kinds(report) -> dict[str, int]:
    return {found.kind: len(found.rows) for found in report.findings}


@pytest.mark.parametrize("seed", range(5))
def test_sound_splits_pass_with_and_without_resampling_inside(seed):
    X_train, y_train, X_test, y_test = split(*table(seed), seed)
    assert kinds(check_split(X_train, y_train, X_test, y_test)) == {"exact": 0, "rounded": 0, "blended": 0}
    resampled = SMOTE(random_state=seed).fit_resample(X_train, y_train)
    assert check_split(*resampled, X_test, y_test).sound


@pytest.mark.parametrize("seed", range(5))
def test_smote_before_the_split_is_found(seed):
    report = check_split(*split(*SMOTE(random_state=seed).fit_resample(*table(seed)), seed))
    blended = report.findings[2]
    assert not report.sound
    assert blended.leak
    # Four in five minority rows were made; most of them and of their parents are found.
    assert blended.share > 0.3
    assert "It leaks." in str(report)


def test_random_over_sampling_before_the_split_is_found():
    report = check_split(*split(*RandomOverSampler(random_state=0).fit_resample(*table())))
    assert report.findings[0].leak


def test_random_over_sampling_is_found_on_tables_of_few_values_too():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [300, 40])
    X = rng.integers(0, 9, size=(340, 3)) + y[:, None]
    honest = check_split(*split(X, y))
    assert honest.sound
    assert honest.findings[0].share > 0
    report = check_split(*split(*RandomOverSampler(random_state=0).fit_resample(X, y)))
    assert not report.sound
    assert "one class alone" in report.findings[0].note


def test_copies_are_found_where_they_were_put():
    X_train, y_train, X_test, y_test = split(*table())
    X_test = X_test.copy()
    X_test[3], X_test[7] = X_train[0], X_train[1] * (1 + 1e-7)
    report = check_split(X_train, y_train, X_test, y_test, max_share=0.02)
    exact, rounded, _ = report.findings
    assert exact.rows.tolist() == [3]
    assert rounded.rows.tolist() == [7]
    assert report.sound
    # The pair of a blend has to be among the nearest sixty.
    near = X_train[y_train == y_test[11]]
    order = near[np.argsort(np.linalg.norm(near - near[0], axis=1))]
    X_test[11] = order[0] + 0.37 * (order[3] - order[0])
    assert check_split(X_train, y_train, X_test, y_test).findings[2].rows.tolist() == [11]
    assert not check_split(X_train, y_train, X_test, y_test, max_share=0.0).sound


def test_frames_with_text_missing_values_and_another_order_of_columns():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size": rng.normal(size=200),
            "weight": rng.normal(size=200),
            "kind": rng.choice(["a", "b", None], 200),
            "count": pd.array(rng.integers(0, 5, 200), dtype="Int64"),
        }
    )
    frame.loc[::7, "size"] = np.nan
    y = np.repeat([0, 1], 100)
    train, test = frame.iloc[::2], frame.iloc[1::2].copy()
    test.iloc[:5] = train.iloc[:5].to_numpy()
    report = check_split(train, y[::2], test[["kind", "count", "weight", "size"]], y[1::2])
    assert report.findings[0].rows.tolist() == [0, 1, 2, 3, 4]
    assert report.findings[0].leak


def test_grids_and_columns_that_repeat_one_another_are_no_blends():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 150)
    grid = rng.integers(0, 40, size=(300, 4)) / 10
    assert check_split(*split(grid, y)).findings[2].share < 0.01
    line = rng.normal(size=(300, 1)) @ np.array([[1.0, 2.0, -1.0]])
    assert not check_split(*split(line, y)).findings[2].leak


def test_a_table_of_few_columns_says_what_was_not_checked():
    rng = np.random.default_rng(0)
    report = check_split(*split(rng.normal(size=(100, 1)), np.repeat([0, 1], 50)))
    assert [found.n_checked for found in report.findings] == [25, 0, 0]
    assert "not checked" in str(report)


@pytest.mark.data
@pytest.mark.parametrize(
    "name, sound",
    [("glass2", True), ("ecoli4", True), ("pima", True), ("adult", True), ("flare_F", True), ("spambase", False)],
)
def test_honest_splits_of_real_data(data_dir, name, sound):
    """Spambase repeats nine in a hundred rows; that is a leak unless the user says otherwise."""
    data = load_dataset(name, folder=data_dir)
    parts = split(data.X, np.asarray(data.y))
    assert check_split(*parts).sound is sound
    assert check_split(*parts, max_share=0.1).sound


@pytest.mark.parametrize(
    "change, words",
    [
        ({"X_test": np.zeros((90, 4))}, "one part only"),
        ({"y_test": np.zeros(3)}, "y_test: shape"),
        ({"X_test": np.zeros((0, 5)), "y_test": np.zeros(0)}, "X_test: a table of 0 rows"),
        ({"X_test": np.full((90, 5), "a")}, "of numbers in one part"),
        ({"max_share": 1.0}, "max_share"),
    ],
    ids=["columns", "labels", "empty", "types", "share"],
)
def test_parts_that_do_not_fit(change, words):
    X_train, y_train, X_test, y_test = split(*table())
    arguments = {"X_train": X_train, "y_train": y_train, "X_test": X_test, "y_test": y_test} | change
    with pytest.raises(InputError, match=words):
        check_split(**arguments)
