from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from oversmith.evaluation.guard import LeakageError, _rounded, check_exact_rows, check_values


def rows(n=60, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 3))


def test_new_rows_that_equal_no_test_row_pass():
    X = rows()
    made = rows(20, seed=1)
    assert check_exact_rows(X[:40], np.vstack([X[:40], made]), X[40:]) == 0


@pytest.mark.parametrize("leaked", [1, 20])
def test_a_single_test_row_is_found_where_a_column_is_continuous(leaked):
    X = rows()
    with pytest.raises(LeakageError, match=f"{leaked} of {leaked + 5} new rows"):
        check_exact_rows(X[:40], np.vstack([X[:40], rows(5, seed=1), X[40 : 40 + leaked]]), X[40:])


def test_a_copy_in_single_precision_is_a_copy():
    X = rows()
    with pytest.raises(LeakageError):
        check_exact_rows(X[:40], X[:45].astype(np.float32), X[40:])


def test_natural_duplicates_may_be_repeated():
    X = rows()
    X[40:50] = X[:10]
    assert check_exact_rows(X[:40], np.vstack([X[:40], X[:10], X[:10]]), X[40:]) == 0


def test_on_a_coarse_grid_chance_makes_equal_rows_and_a_leak_is_still_found():
    rng = np.random.default_rng(0)

    def drawn(n):
        return pd.DataFrame({"a": rng.integers(0, 8, n).astype(float), "b": rng.choice(list("uvwxyz"), n)})

    train, test, made = drawn(60), drawn(60), drawn(60)
    assert check_exact_rows(train, pd.concat([train, made]), test) > 0
    # Whole numbers agree by chance even where all of a small table differ.
    few = [pd.DataFrame({"age": values}) for values in (np.arange(0.0, 40, 2), [1.0, 3.0, 5.0], [3.0, 7.0])]
    assert check_exact_rows(few[0], pd.concat(few[:2]), few[2]) == 1
    # A table of identifiers that are all different: here equal rows are no chance.
    wide = [pd.DataFrame(rng.integers(0, 9, (n, 9)).astype(float)) for n in (200, 100)]
    with pytest.raises(LeakageError, match="100 of 100 new rows"):
        check_exact_rows(wide[0], pd.concat([wide[0], wide[1]]), wide[1])


@pytest.mark.parametrize("seed", range(5))
def test_on_an_enumeration_an_honest_sampler_meets_test_rows_and_a_leak_is_still_found(seed):
    rng = np.random.default_rng(seed)
    axes = [list("abcd"), list("uvwx"), [0.0, 1.0, 2.0], list("klm"), [2.0, 4.0, 5.0]]
    grid = pd.MultiIndex.from_product(axes).to_frame(index=False)
    order = rng.permutation(len(grid))
    cut = len(grid) * 4 // 5
    train, test = grid.iloc[order[:cut]], grid.iloc[order[cut:]]
    # Every combination is a row of the one part or the other; who draws combinations meets both.
    made = grid.iloc[rng.integers(0, len(grid), 120)]
    assert check_exact_rows(train, pd.concat([train, made]), test) > 0
    with pytest.raises(LeakageError, match="60 of 60 new rows"):
        check_exact_rows(train, pd.concat([train, test.iloc[:60]]), test)


def test_missing_values_only_where_there_were_some():
    X = pd.DataFrame({"a": [1.0, np.nan], "b": [1.0, 2.0], "c": ["x", None]})
    y = np.array([0, 1])
    more = pd.concat([X, X], ignore_index=True)
    check_values(X, y, more, np.tile(y, 2))
    more.loc[3, "b"] = np.nan
    with pytest.raises(ValueError, match="1 missing values in column 'b', which had none"):
        check_values(X, y, more, np.tile(y, 2))


@pytest.mark.parametrize(
    "made, labels, message",
    [
        (np.array([[0.0, np.inf]]), [1], "1 infinite values in column '1'"),
        (np.zeros((1, 3)), [1], "3 columns for 2"),
        (np.zeros((2, 2)), [1], "2 rows and 1 labels"),
        (np.zeros((1, 2)), [7], "a class it was not given, 7"),
    ],
)
def test_what_no_classifier_can_use(made, labels, message):
    with pytest.raises(ValueError, match=message):
        check_values(np.zeros((2, 2)), np.array([0, 1]), made, np.array(labels))


def test_floats_are_rounded_in_one_go_as_column_by_column():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 3)) * 1e300, columns=list("abc")).assign(d=-0.0)
    whole, single = _rounded(frame), _rounded(frame.assign(e="x")).drop(columns="e")
    pd.testing.assert_frame_equal(whole, single)
    assert not np.signbit(whole["d"]).any()


@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_rounded_numbers_meet_by_chance(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    for _ in range(40):
        train, new, test = (np.round(rng.normal(0, 3, (n, 1)), decimals) for n in (100, 45, 100))
        check_exact_rows(train, np.concatenate([train, new]), test)
