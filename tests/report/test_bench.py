"""The page of a benchmark: numbers by hand, partial stores, other versions, size, the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benches import make_store

from oversmith import Results
from oversmith.evaluation import Store, analyse, write_scores
from oversmith.evaluation.store_file import StoreError
from oversmith.exceptions import InputError
from oversmith.report import render, summarise_bench

KNN = {"knn": 0.3}


def test_leaderboard_is_that_of_the_analysis(bench: Store) -> None:
    found = analyse(bench.scores())
    place = summarise_bench(bench)["places"][0]
    assert found.unit == place["unit"] == "data set"
    for row in place["leaderboard"]:
        effect = found.effect(row["contender"])
        assert row["difference"] == (None if effect is None else effect.difference)
        assert row["rank"] == found.ranks.get(row["contender"])
    *ranked, last = place["leaderboard"]
    assert [row["rank"] for row in ranked] == sorted(row["rank"] for row in ranked)
    assert (last["contender"], last["rank"], last["failure"]) == ("smote", None, "failed in 6 of 9 folds")
    assert place["smallest_p"] == 0.25
    means = bench.scores().query("contender == 'none-tuned'").groupby("dataset")["average_precision"].mean()
    (control,) = [row for row in place["leaderboard"] if row["control"]]
    assert control["metrics"]["average_precision"]["mean"] == pytest.approx(means.mean())


def test_failures_are_counted_and_told(bench: Store) -> None:
    summary = summarise_bench(bench)
    (lost,) = summary["failures"]
    assert (lost["contender"], lost["error"], lost["results"]) == ("SMOTE", "TooFewRowsError: 2", 6)
    page = render(summary)
    assert "6 of 54 results failed" in page
    assert "Only 3 data sets" in page


def test_pending_results_are_left_out_and_said(bench: Store) -> None:
    scores = bench.scores()
    holes = scores[~((scores["dataset"] == "wine") & (scores["contender"] == "smote") & (scores["fold"] == 2))]
    summary = summarise_bench(holes)
    assert summary["places"][0]["left_out"] == ["data set wine (results are pending)"]
    assert summary["places"][0]["n"] == 2
    assert "data set wine (results are pending)" in render(summary)
    few = scores[(scores["contender"] != "smote") | (scores["dataset"] == "wine")]
    assert summarise_bench(few)["places"][0]["left_out"] == ["SMOTE (complete on 1 of 3 data sets)"]


def test_one_data_set_rests_on_its_folds() -> None:
    summary = summarise_bench(make_store(("toy",), classifiers=KNN, details=False))
    assert summary["places"][0]["unit"] == "fold"
    assert "better in" in summary["verdict"]["sentence"]
    assert any(text.startswith("One data set") for text in summary["warnings"])


def test_several_classes_have_curves_and_no_sweep() -> None:
    summary = summarise_bench(make_store(("toy",), classifiers=KNN, classes=3, details=False))
    (entry,) = summary["datasets"][0]["curves"]
    assert entry["several"]
    assert all(curve["sweep"] is None and len(curve["confusion"]) == 3 for curve in entry["curves"])
    assert "F1 at every threshold" not in render(summary)


def test_a_store_of_failures_alone_gives_a_page() -> None:
    store = make_store(("toy",), contenders={"smote": 0.0}, classifiers=KNN, folds=2, lost=("smote", "it broke"))
    page = render(summarise_bench(store))
    assert "No verdict" in page
    assert "it broke" in page


def test_raw_scores_have_no_curves_and_say_so(bench: Store, tmp_path: Path) -> None:
    write_scores(bench, tmp_path / "raw.parquet")
    page = Results.read(tmp_path / "raw.parquet").report(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "hold no predictions" in page
    assert "Confusion matrices" not in page
    assert "<title>raw" in page


def test_what_cannot_be_read_says_why(bench: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="results: no result found"):
        Results(Store(None)).report(tmp_path / "page.html")
    with pytest.raises(StoreError, match=r"store"):
        Results.read(tmp_path / "nowhere").report(tmp_path / "page.html")
    with pytest.raises(InputError, match="control: 'magic' is not among the contenders"):
        Results(bench, control="magic").report(tmp_path / "page.html")
    with Store(tmp_path / "old") as store:
        store.set_meta("version", "99")
    with pytest.raises(StoreError, match="has version 99"):
        Results.read(tmp_path / "old").report(tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_same_results_same_bytes_and_the_json_rebuilds_the_page(bench: Store, tmp_path: Path) -> None:
    first = Results(bench, name="a").report(tmp_path / "a.html", tmp_path / "a.json").read_bytes()
    second = Results(bench, name="a").report(tmp_path / "b.html", tmp_path / "b.json").read_bytes()
    assert first == second
    assert render(json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))).encode() == first


@pytest.mark.slow
def test_ten_sets_by_six_methods_stay_below_three_megabytes(tmp_path: Path) -> None:
    store = make_store(tuple(f"set_{k}" for k in range(10)), rows=2000)
    page = Results(store).report(tmp_path / "page.html")
    text = page.read_text(encoding="utf-8")
    assert text.count("Confusion matrices") == 30
    assert page.stat().st_size < 3_000_000


def test_means_are_over_the_classifiers_that_all_have() -> None:
    scores = make_store(
        ("a", "b"), contenders={"none-tuned": 0.0, "class-weight": 9.0}, folds=2, details=False
    ).scores()
    hard = (scores["contender"] == "class-weight") & (scores["classifier"] == "knn")
    scores.loc[hard, "status"] = "skipped"
    scores.loc[hard, scores.columns[scores.columns.get_loc("average_precision") :][:11]] = float("nan")
    place = summarise_bench(scores)["places"][0]
    assert place["notes"] == [
        "Means, differences and ranks are over logistic regression and XGBoost; k nearest neighbours is left out, as "
        "it has no results for class weights."
    ]
    easy = scores[scores["classifier"] != "knn"]
    means = easy.groupby(["dataset", "contender"])["average_precision"].mean().unstack()
    for row in place["heat"]["rows"]:
        control, weighted = row["cells"]
        assert control["mean"] == pytest.approx(means.loc[row["dataset"], "none-tuned"])
        assert weighted["mean"] == pytest.approx(means.loc[row["dataset"], "class-weight"])
        assert weighted["change"] == pytest.approx(weighted["mean"] - control["mean"])
    for row in place["leaderboard"]:
        assert row["metrics"]["average_precision"]["mean"] == pytest.approx(means[row["contender"]].mean())


def test_the_control_alone_gives_a_page_without_effects() -> None:
    scores = make_store(("a", "b"), classifiers={"knn": 0.1}, folds=2, details=False).scores()
    summary = summarise_bench(scores[scores["contender"] == "none-tuned"])
    assert summary["places"][0]["effects"] == []
    assert 'id="leaderboard"' in render(summary)
