"""Columns that look as if they were no features are named, with reason and cure, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from oversmith import load_demo, read
from oversmith.io.column_notes import column_notes, separation

N = 300
Y = np.repeat(["no", "yes"], [250, 50])
RNG = np.random.default_rng(0)
LABEL = (Y == "yes").astype(int)
COLUMNS = {
    "nr": (np.arange(1, N + 1), "numbers the rows and is no feature; drop='nr'"),
    "Unnamed: 0": (np.arange(N), "has no name and numbers the rows: a comparison leaves it out"),
    "user_id": (RNG.permutation(9999)[:N], "looks like an identifier, 300 different values in 300 rows"),
    "mail": ([f"m{i}@a.org" for i in range(N)], "looks like an identifier"),
    "unit": (["mm"] * N, "has one value only"),
    "outcome": (LABEL, "is a copy of the label; drop='outcome'"),
    "outcome text": (np.where(LABEL, "sick", "well"), "is a copy of the label"),
    "cost": (RNG.normal(size=N) * 0.1 + LABEL, r"alone tells the classes apart \(ROC-AUC 1.000\)"),
    "day": (np.resize([20240131, 20231230, 20220705], N), "holds dates written as 20240131"),
    "zip_code": (
        RNG.integers(10_000, 99_999, N),
        "sounds like codes and is read as numbers; types='zip_code=category'",
    ),
    "ward": (np.resize([101, 205, 310, 477], N), "has 4 different whole numbers, which may be codes"),
}
FEATURES = {
    "size": RNG.normal(size=N),
    "signal": RNG.normal(size=N) + 2 * LABEL,
    "children": RNG.poisson(2, N),
    "income": RNG.permutation(90_000)[:N],
    "colour": RNG.choice(["red", "blue"], N),
    "flag": RNG.random(N) < 0.2,
    "dose": np.resize([100, 200, 300], N),
    "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 900, N), unit="D"),
    "holes": np.where(RNG.random(N) < 0.3, np.nan, RNG.normal(size=N)),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_what_is_said(name: str) -> None:
    values, text = COLUMNS[name]
    notes = column_notes(pd.DataFrame({name: values, **FEATURES}), Y)
    assert list(notes) == [name]
    assert notes[name].startswith(f"column {name!r} ")
    assert pd.Series([notes[name]]).str.contains(text).all()


def test_nothing_is_said_of_features() -> None:
    assert column_notes(pd.DataFrame(FEATURES), Y) == {}
    X, target, _ = load_demo()
    assert column_notes(X.drop(columns=target), X[target]) == {}


def test_too_few_rows_say_nothing() -> None:
    X = pd.DataFrame({"a": range(8), "b": list("abcdefgh"), "c": [0, 0, 0, 0, 1, 1, 1, 1]})
    assert column_notes(X, [0, 0, 0, 0, 1, 1, 1, 1]) == {}


def test_several_classes() -> None:
    y = np.repeat(["a", "b", "c"], 100)
    rng = np.random.default_rng(1)
    X = pd.DataFrame({"code": np.repeat([3, 1, 2], 100), "one": (y == "a") + rng.normal(size=300) * 0.01})
    assert list(column_notes(X, y)) == ["code"]
    assert separation(X["code"], pd.factorize(y)[0]) == 1.0


def test_missing_cells_and_missing_labels() -> None:
    X = pd.DataFrame(
        {"text": pd.array(["a", None, "b"] * 100, dtype="string"), "flag": pd.array([True, None, False] * 100)}
    )
    labels = pd.Series(np.where(np.arange(N) % 7 == 0, None, Y))
    assert column_notes(X, labels) == {}
    assert "alone tells" in column_notes(X, np.resize(["n", "y", "n"], N))["text"]


def test_notes_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    pd.DataFrame({"user_id": COLUMNS["user_id"][0], "size": FEATURES["size"], "y": Y}).to_csv(path, index=False)
    data = read(path, "y")
    assert [note.partition(",")[0] for note in data.notes] == ["column 'user_id' looks like an identifier"]
    assert "note       column 'user_id'" in repr(data)
    assert data.drop("user_id").notes == ()
    assert read(path, "y", drop="user_id").notes == ()


def test_classes_that_may_be_one_are_named(tmp_path: Path) -> None:
    labels = ["a", "a ", "b"]
    cells = [f"{i % 7},{labels[i % 3]}" for i in range(40)]
    (tmp_path / "t.csv").write_text("x,y\n" + "\n".join(cells) + "\n")
    data = read(tmp_path / "t.csv", "y")
    assert len(data.counts) == 3
    assert [note for note in data.notes if note.startswith("class")] == [
        "classes 'a' and 'a ' differ in blanks or capital letters alone and are read as several",
    ]
