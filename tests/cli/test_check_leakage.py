from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.model_selection import train_test_split

from oversmith.cli import main

PROCEDURES = """
from imblearn.over_sampling import SMOTE
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

THREE = 3

def sound(X, y):
    return cross_val_score(KNeighborsClassifier(THREE), X, y, scoring="roc_auc").mean()

def leaky(X, y):
    return sound(*SMOTE(random_state=0).fit_resample(X, y))

def named(X, y):
    return "roc_auc", sound(X, y)

def broken(X, y):
    raise RuntimeError("no luck")
"""


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(0)
    y = np.repeat(["no", "yes"], [120, 40])
    frame = pd.DataFrame(rng.normal(size=(160, 4)), columns=list("abcd")).assign(target=y)
    frame.to_csv(tmp_path / "data.csv", index=False)
    X, made = SMOTE(random_state=0).fit_resample(frame.drop(columns="target"), y)
    for name, rows in (("honest", frame), ("leaky", X.assign(target=made))):
        train, test = train_test_split(rows, stratify=rows["target"], random_state=0)
        train.to_parquet(tmp_path / f"{name}-train.parquet", index=False)
        test.to_parquet(tmp_path / f"{name}-test.parquet", index=False)
    (tmp_path / "mine.py").write_text(PROCEDURES)
    return tmp_path


def check(files, *words: str) -> int:
    return main(["check-leakage", *(word.replace("@", f"{files}/") for word in words)])


@pytest.mark.parametrize("name, code, verdict", [("sound", 0, "Sound."), ("leaky", 1, "It leaks.")])
def test_procedures(files, capsys, name, code, verdict):
    words = (f"@mine.py:{name}", "@data.csv", "--target", "target", "--metric", "roc_auc", "--seeds", "8")
    assert check(files, *words) == code
    assert verdict in capsys.readouterr().out
    assert check(files, *words, "--json") == code
    told = json.loads(capsys.readouterr().out)
    assert told["sound"] is (code == 0)
    assert len(told["checks"][1]["scores"]) == 8


def test_the_metric_is_asked_for_or_given_by_the_function(files, capsys):
    words = ("@data.csv", "--target", "target", "--seeds", "8")
    assert check(files, "@mine.py:named", *words, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["metric"], told["chance"]) == ("roc_auc", 0.5)
    assert check(files, "@mine.py:sound", *words) == 2
    assert "--metric: none is named" in capsys.readouterr().err
    # A sound procedure under the name of another metric is no leak.
    assert check(files, "@mine.py:sound", *words, "--metric", "average_precision") == 2
    assert "--metric: the function scores" in capsys.readouterr().err


@pytest.mark.parametrize("name, code", [("honest", 0), ("leaky", 1)])
def test_splits(files, capsys, name, code):
    words = ("--train", f"@{name}-train.parquet", "--test", f"@{name}-test.parquet", "--target", "target")
    assert check(files, *words) == code
    assert ("It leaks." in capsys.readouterr().out) is (code == 1)
    assert check(files, *words, "--json") == code
    assert [entry["kind"] for entry in json.loads(capsys.readouterr().out)["findings"]] == [
        "exact",
        "rounded",
        "blended",
    ]


@pytest.mark.parametrize(
    "words, message",
    [
        (("@mine.py:nothing", "@data.csv", "--target", "target"), "has no function 'nothing'"),
        (("@mine.py:THREE", "@data.csv", "--target", "target"), "has no function 'THREE'"),
        (("@gone.py:f", "@data.csv", "--target", "target"), "there is no file"),
        (("@data.csv:f", "@data.csv", "--target", "target"), "is no Python file"),
        (("mine", "@data.csv", "--target", "target"), "write FILE.py:FUNCTION"),
        (("@mine.py:sound", "@data.csv", "--target", "targt"), "targt"),
        (("@mine.py:sound", "@data.csv", "--target", "target", "--metric", "recall"), "recall 1"),
        (("--train", "@data.csv", "--target", "target"), "train and test belong together; give both"),
        (("--target", "target"), "give FILE.py:FUNCTION and DATA"),
    ],
)
def test_wrong_words(files, capsys, words, message):
    assert check(files, *words) == 2
    assert message in capsys.readouterr().err


def test_a_procedure_that_fails_or_cannot_be_loaded(files, capsys):
    assert check(files, "@mine.py:broken", "@data.csv", "--target", "target") == 1
    assert "failed on permuted labels, seed 0 (RuntimeError: no luck)" in capsys.readouterr().err
    (files / "bad.py").write_text("import nothing_of_this_name")
    assert check(files, "@bad.py:f", "@data.csv", "--target", "target") == 2
    assert "cannot be run (ModuleNotFoundError" in capsys.readouterr().err
