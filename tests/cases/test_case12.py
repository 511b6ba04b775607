"""The row number that pandas writes is no feature: a comparison leaves it out and says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from oversmith import compare, read
from oversmith.cli import main
from oversmith.evaluation.task import prepare

N = 240
Y = np.repeat(["no", "yes"], [192, 48])


def noise(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({**columns, "b": np.random.default_rng(0).normal(size=N)})


def test_scores_are_those_of_noise(tmp_path: Path) -> None:
    path = tmp_path / "row.csv"
    noise().assign(y=Y).to_csv(path)  # with the index
    X = pd.read_csv(path).drop(columns="y")
    assert list(X.columns) == ["Unnamed: 0", "b"]
    assert list(read(path, "y").X.columns) == ["", "b"]
    results = compare(X, Y, contenders=["none-tuned", "smote"], classifiers=["knn"], folds=2, n_jobs=1)
    assert results.scores["average_precision"].max() < 0.6
    assert any("has no name and numbers the rows: it was left out" in warning for warning in results.warnings)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
def test_a_column_without_a_name_that_counts_the_rows(name: str, first: int) -> None:
    task = prepare(noise(**{name: np.arange(N) + first}), Y, target="y", name="toy")
    assert list(task.X.columns) == ["b"]


def test_a_named_one_stays_with_a_note() -> None:
    task = prepare(noise(nr=np.arange(N)), Y, target="y", name="toy")
    assert list(task.X.columns) == ["nr", "b"]
    assert task.notes == ("Column 'nr' numbers the rows and is no feature; drop='nr' leaves it out.",)


def test_a_column_without_a_name_that_measures_stays() -> None:
    task = prepare(noise(**{"": np.random.default_rng(3).permutation(9 * N)[:N]}), Y, target="y", name="toy")
    assert list(task.X.columns) == ["", "b"]
    assert task.notes == ()


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "row.csv"
    noise().assign(y=Y).to_csv(path)
    assert main(["compare", str(path), "--target", "y", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "has no name and numbers the rows" in " ".join(out.split())
    plan = ["bench", "run", "--dataset", str(path), "--target", "y", "-o", str(tmp_path / "out"), "--dry-run"]
    assert main(plan) == 0
    assert "numbers the rows: it was left out" in capsys.readouterr().err
    output = tmp_path / "new.csv"
    assert main(["resample", str(path), "--target", "y", "--method", "jitter", "-o", str(output)]) == 0
    assert "--drop '' leaves it out" in capsys.readouterr().err
    assert pd.read_csv(output).iloc[:, 0].tolist() == list(range(N + 144))
