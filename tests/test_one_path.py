"""One store read in every way: each number that two of them share is the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from oversmith import Results, compare, load_demo
from oversmith.evaluation import Store, stored_comparison, write_scores
from oversmith.report import StudyPage, render, summarise, summarise_bench, summarise_study


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A real comparison on the demo table; class weights have no results under k nearest neighbours."""
    store = Store(tmp_path_factory.mktemp("kept") / "store")
    X, y = load_demo(return_X_y=True)
    X = X[["mean radius", "mean texture", "mean smoothness"]]
    compare(
        X, y, contenders=["none", "none-tuned", "class-weight", "smote", "jitter-0.33"], methods=["jitter"],
        classifiers=["lr", "knn"], folds=3, inner_folds=2, n_jobs=1, store=store, name="demo",
    )  # fmt: skip
    return store


@pytest.fixture(scope="module")
def readings(store: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The conclusions as each way of reading the store gives them."""
    file = tmp_path_factory.mktemp("export") / "raw.parquet"
    write_scores(store, file)
    sound = summarise_study(StudyPage("toy", "A study", scores=store.scores()))["sound"]
    return {
        "comparison": summarise(stored_comparison(store)),
        "benchmark": summarise_bench(store),
        "raw scores": summarise_bench(store.scores()),
        "file": Results.read(file).to_dict(),
        "study": sound,
        "json": json.loads(Results(stored_comparison(store)).to_json()),
    }


def numbers(value: Any, name: str = "") -> dict[str, Any]:
    """Numbers and decisions of nested values by their place."""
    if isinstance(value, dict):
        kept = {
            key: entry for key, entry in value.items() if not key.startswith(("seconds", "memory", "title", "parts"))
        }
        return {k: v for key, entry in kept.items() for k, v in numbers(entry, f"{name}.{key}").items()}
    if isinstance(value, list):
        return {k: v for i, entry in enumerate(value) for k, v in numbers(entry, f"{name}.{i}").items()}
    return {name: value}


def test_every_reading_has_the_same_places_and_verdict(readings: dict[str, dict[str, Any]]) -> None:
    first, *others = (
        {key: entry for key, entry in numbers(reading["places"][0]).items() if key != ".name"}
        | {f"verdict.{key}": entry for key, entry in numbers(reading["verdict"]).items()}
        for reading in readings.values()
    )
    assert len(first) > 300
    for name, other in zip(list(readings)[1:], others, strict=True):
        assert other.keys() == first.keys(), name
        for key, value in first.items():
            expected = pytest.approx(value, rel=1e-9, abs=1e-12) if isinstance(value, float) else value
            assert other[key] == expected, (name, key)


def test_page_markdown_repr_and_card_print_the_same_numbers(store: Store) -> None:
    results = Results(stored_comparison(store))
    texts = {
        "page": render(results.to_dict()),
        "benchmark's page": render(summarise_bench(store)),
        "Markdown": results.to_markdown(),
        "repr": repr(results),
        "card": results._repr_html_(),
    }
    effects = results.effects.query("metric == 'average_precision' and control == 'none-tuned'").set_index("contender")
    for row in results.leaderboard.to_dict("records"):
        printed = [f"{row['rank']:.2f}", f"{row['average_precision']:.3f}"]
        if row["contender"] in effects.index:
            effect = effects.loc[row["contender"]]
            assert effect["difference"] == row["difference"]
            printed += [f"{effect[key]:+.3f}" for key in ("difference", "low", "high")] + [f"{effect['p_holm']:.3f}"]
        for name, text in texts.items():
            plain = re.sub(r"[−\u2212]", "-", text)
            assert all(number in plain for number in printed), (name, row["contender"])
    note = "over logistic regression; k nearest neighbours is left out"
    for name, text in texts.items():
        assert note in " ".join(text.split()), name
        sentence = results.verdict.sentence.split("; ")[0].replace("\u00a0", " ")
        assert sentence in " ".join(text.replace("\u00a0", " ").split()), name


def test_nobody_is_averaged_over_other_classifiers(store: Store) -> None:
    results = Results(stored_comparison(store))
    shared = results.scores[results.scores["classifier"] == "logistic-regression"]
    means = shared.groupby("contender")["average_precision"].mean()
    board = results.leaderboard.set_index("contender")
    assert board["average_precision"].to_dict() == pytest.approx(means.to_dict())
    wide = shared[shared["contender"] != "none"].pivot_table(
        index="fold", columns="contender", values="average_precision"
    )
    ranks = wide.rank(axis=1, ascending=False).mean()
    assert board["rank"].drop("none").to_dict() == pytest.approx(ranks.to_dict())
    assert board.loc["none", "rank"] == board.loc["none-tuned", "rank"]


def test_results_are_tables_and_short_texts(store: Store, tmp_path: Path) -> None:
    results = Results(stored_comparison(store))
    assert len(results.scores) == 3 * 5 * 2
    assert isinstance(results.leaderboard, pd.DataFrame)
    lines = repr(results).splitlines()
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 100
    verdict = results.verdict
    assert verdict.contender == "jitter-0.33"
    assert verdict.interval[0] <= verdict.effect <= verdict.interval[1]
    assert 0 <= verdict.p <= 1
    assert np.isfinite(verdict.p)
    assert str(verdict).startswith(verdict.tag)
    page = results.report(tmp_path / "page.html", tmp_path / "page.json")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert json.loads((tmp_path / "page.json").read_text(encoding="utf-8"))["kind"] == "comparison"
