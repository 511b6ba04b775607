"""Numbers and words of the summary, against values by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from oversmith.evaluation import Comparison
from oversmith.report import render, summarise
from oversmith.report.verdict import decide, verdict
from oversmith.report.widgets.rows import collect


@pytest.fixture(scope="module")
def summary(binary: Comparison) -> dict[str, Any]:
    return summarise(binary)


@pytest.fixture(scope="module")
def summary_of_six(six_classes: Comparison) -> dict[str, Any]:
    return summarise(six_classes)


def _score(fold: int, contender: str, value: float | None, status: str = "done") -> dict[str, Any]:
    row = {"repeat": 0, "fold": fold, "contender": contender, "classifier": "tree", "status": status}
    row |= {"error": None if status == "done" else "it broke", "average_precision": value, "f1": value}
    return row | {"f1_tuned": value, "seconds_resample": 1.0, "seconds_fit": 2.0, "seconds_predict": 0.5}


def _small(scores: list[dict[str, Any]]) -> Comparison:
    names = list(dict.fromkeys(row["contender"] for row in scores))
    return Comparison(
        data={"name": "toy", "classes": ["n", "p"], "counts": {"n": 9, "p": 1}, "positive": "p"},
        protocol={
            "control": "none-tuned",
            "chance": {"average_precision": 0.1, "f1": 0.0},
            "splits": [{"repeat": 0, "fold": fold, "test": 10, "train": 10, "positives": 1} for fold in (0, 1)],
        },
        contenders=[{"name": n, "title": n, "sampler": None, "fill": None} for n in names],
        classifiers=[{"name": "tree", "title": "Tree"}],
        scores=scores,
    )


TITLES = {"eo-wgan-0.33": "EO-WGAN, fill 0.33", "smote": "SMOTE"}


def _effect(contender: str, difference: float, low: float, high: float, p_holm: float) -> dict[str, Any]:
    row = {"contender": contender, "title": TITLES.get(contender, contender), "n": 5, "control": "none-tuned"}
    row |= {"difference": difference, "low": low, "high": high, "p": p_holm / 2, "p_holm": p_holm}
    row |= {"wins": 4, "ties": 0, "losses": 1, "control_title": "Nothing, tuned threshold"}
    return row | {"decision": decide(p_holm, difference)}


def _verdict(*rows: dict[str, Any]) -> dict[str, Any]:
    table = {"metric": "average_precision", "control": "none-tuned", "rows": list(rows)}
    place = {"control": "none-tuned", "unit": "fold", "n": 5, "n_tests": 4, "refusal": None}
    place |= {"effects": [table] if rows else []}
    names = [row["contender"] for row in rows]
    return verdict(place, [name for name in names if name.startswith("eo-wgan")], names)


def test_leaderboard_by_hand() -> None:
    scores = [_score(0, "none-tuned", 0.5), _score(1, "none-tuned", 0.7)]
    scores += [_score(0, "smote", 0.5), _score(1, "smote", 0.9)]
    first, second = summarise(_small(scores))["places"][0]["leaderboard"]
    assert (first["contender"], first["rank"]) == ("smote", 1.25)
    assert (second["contender"], second["rank"]) == ("none-tuned", 1.75)
    assert first["metrics"]["average_precision"]["mean"] == pytest.approx(0.7)
    assert first["metrics"]["average_precision"]["sd"] == pytest.approx(np.sqrt(0.08))
    assert first["seconds"] == 3.5
    assert {"average_precision", "rank"} <= set(first["best"])
    assert "rank" not in second["best"]


def test_a_contender_with_a_failed_fold_has_no_numbers_and_no_verdict() -> None:
    scores = [_score(0, "none-tuned", 0.5), _score(1, "none-tuned", 0.7), _score(0, "smote", None, "failed")]
    summary = summarise(_small([*scores, _score(1, "smote", 0.1)]))
    best, worst = summary["places"][0]["leaderboard"]
    assert (best["contender"], worst["contender"], worst["rank"]) == ("none-tuned", "smote", None)
    assert worst["metrics"]["average_precision"]["mean"] is worst["difference"] is None
    assert (worst["failed"], worst["failure"]) == (1, "failed in 1 of 2 folds")
    note = "smote failed in 1 of 2 folds (it broke): it has no means, no rank and no differences."
    assert note in summary["warnings"]
    assert summary["verdict"]["tag"] == "No verdict"
    assert "smote failed in 1 of 2 folds (it broke)" in summary["verdict"]["sentence"]
    (table,) = summary["per_classifier"]
    assert [row["metrics"]["average_precision"]["mean"] for row in table["rows"]] == [pytest.approx(0.6), None]
    assert [(row["error"], row["results"]) for row in summary["failures"]] == [("it broke", 1)]
    page = render(summary)
    assert "1 of 4 fits failed" in page
    assert note in page


def test_no_other_contender_takes_the_place_of_a_generated_one_that_failed() -> None:
    rows = [_effect("smote", 0.2, 0.1, 0.3, 0.001)]
    failed = {"contender": "eo-wgan", "title": "EO-WGAN", "words": "failed in 1 of 3 folds (it broke)"}
    place = {"control": "none-tuned", "unit": "fold", "n": 3, "n_tests": 1, "refusal": None, "failed": [failed]}
    place |= {"effects": [{"metric": "average_precision", "control": "none-tuned", "rows": rows}]}
    found = verdict(place, ["eo-wgan"], ["eo-wgan", "smote"])
    assert (found["tag"], found["decision"]) == ("No verdict", "undecided")
    assert found["sentence"].startswith("EO-WGAN failed in 1 of 3 folds (it broke):")
    rows.append(_effect("eo-wgan-0.33", 0.001, -0.001, 0.002, 1.0))
    other = verdict(place | {"effects": [place["effects"][0] | {"rows": rows[1:]}]}, ["eo-wgan", "eo-wgan-0.33"], [])
    assert other["contender"] == "eo-wgan-0.33"
    assert any("EO-WGAN failed in 1 of 3 folds (it broke)" in line for line in other["support"])


def test_a_classifier_that_one_contender_lacks_is_left_out_for_all(
    binary: Comparison, summary: dict[str, Any], rendered: Callable[[str], str]
) -> None:
    place, frame = summary["places"][0], binary.frame()
    shared = frame[frame["classifier"] != "knn"]
    for row in place["leaderboard"]:
        mine = shared[(shared["contender"] == row["contender"]) & (shared["status"] == "done")]
        if not row["failed"]:
            assert row["metrics"]["average_precision"]["mean"] == pytest.approx(mine["average_precision"].mean())
    note = (
        "Means, differences and ranks are over logistic regression, random forest and XGBoost; k nearest neighbours is "
        "left out, as it has no results for class weights (takes no class weights)."
    )
    assert place["notes"][:1] == [note] == summary["warnings"][:1]
    assert note in rendered("binary")
    assert [(row["contender"], row["classifier"], row["error"]) for row in summary["skipped"]] == [
        ("Class weights", "k nearest neighbours", "takes no class weights")
    ]
    table = next(table for table in summary["per_classifier"] if table["classifier"] == "knn")
    assert [row["contender"] for row in table["rows"] if row["skipped"]] == ["class-weight"]


def test_there_is_one_mean_rank(summary: dict[str, Any]) -> None:
    place = summary["places"][0]
    rows = {row["contender"]: row["rank"] for row in place["leaderboard"]}
    assert {row["contender"]: row["rank"] for row in place["ranks"]} == {
        k: v for k, v in rows.items() if k != "none" and v
    }
    assert rows["none"] == rows["none-tuned"]


def test_the_twins_are_read_where_they_should_be(summary: dict[str, Any]) -> None:
    rows = {row["contender"]: row for row in summary["places"][0]["leaderboard"]}
    assert rows["none"]["read_at"] == "0.5"
    assert rows["none"]["metrics"]["g_mean_read"] == rows["none"]["metrics"]["g_mean"]
    assert rows["none-tuned"]["metrics"]["g_mean_read"] == rows["none-tuned"]["metrics"]["g_mean_tuned"]


@pytest.mark.parametrize(
    ("effect", "decision", "words"),
    [
        (
            _effect("eo-wgan-0.33", 0.013, -0.002, 0.027, 0.3),
            "undecided",
            "not significant (p\u00a0=\u00a00.300 after Holm).",
        ),
        (
            _effect("eo-wgan-0.33", 0.030, 0.010, 0.050, 0.01),
            "helps",
            "significant (p\u00a0=\u00a00.010 after Holm): it helps on this data set.",
        ),
        (
            _effect("eo-wgan-0.33", 0.003, 0.001, 0.005, 0.01),
            "helps",
            "it helps on this data set, by a small amount.",
        ),
        (_effect("eo-wgan-0.33", -0.03, -0.05, -0.01, 0.01), "harms", "worse on this data set."),
        (
            _effect("eo-wgan-0.33", 0.030, 0.001, 0.059, 0.09),
            "undecided",
            "but not significant after correcting for the number of comparisons (p\u00a0=\u00a00.090 after Holm).",
        ),
    ],
)
def test_the_sentence_claims_what_the_interval_does(effect: dict[str, Any], decision: str, words: str) -> None:
    found = _verdict(effect)
    assert found["decision"] == decision
    assert words in found["sentence"]


def test_the_sentence_word_by_word() -> None:
    found = _verdict(_effect("eo-wgan-0.33", 0.013, -0.002, 0.027, 0.3))
    assert found["sentence"] == (
        "EO-WGAN (fill 0.33) against no resampling with tuned threshold: +0.013\u00a0AP [−0.002, +0.027], "
        "better in 4 of 5 folds; not significant (p\u00a0=\u00a00.300 after Holm)."
    )
    assert found["support"][0] == (
        "95 % interval from the corrected resampled t-test over folds; 4 comparisons in all, p corrected for them."
    )
    assert found["support"][-1].startswith("No gain is shown: on this evidence tune the threshold, which costs nothing")


@pytest.mark.parametrize(
    ("rows", "tag", "tone"),
    [
        ([_effect("eo-wgan-0.33", 0.001, -0.004, 0.006, 0.9)], "Do not over-sample here", "stop"),
        ([_effect("eo-wgan-0.33", 0.001, -0.004, 0.016, 0.9)], "Undecided", "undecided"),
        ([_effect("eo-wgan-0.33", -0.03, -0.05, -0.01, 0.01)], "Do not over-sample here", "stop"),
        (
            [_effect("eo-wgan-0.33", -0.03, -0.05, -0.01, 0.01), _effect("smote", 0.03, 0.01, 0.05, 0.01)],
            "Harms here",
            "harms",
        ),
        (
            [_effect("eo-wgan-0.33", 0.001, -0.004, 0.006, 0.9), _effect("smote", 0.0, -0.04, 0.04, 0.9)],
            "Undecided",
            "undecided",
        ),
        ([_effect("eo-wgan-0.33", 0.03, 0.01, 0.05, 0.01)], "Helps here", "helps"),
    ],
)
def test_do_not_over_sample_is_said_when_it_is_the_truth(rows: list[dict[str, Any]], tag: str, tone: str) -> None:
    found = _verdict(*rows)
    assert (found["tag"], found["tone"]) == (tag, tone)
    assert ("do not over-sample" in found["support"][-1]) == (tone in ("stop", "undecided"))


def test_the_verdict_is_about_what_was_generated_and_owns_up_to_choosing() -> None:
    rows = [
        _effect("smote", 0.2, 0.1, 0.3, 0.001),
        _effect("eo-wgan-0.33", -0.01, -0.02, 0.01, 0.5),
        _effect("eo-wgan-1.0", 0.01, -0.02, 0.03, 0.5),
    ]
    found = _verdict(*rows)
    assert found["contender"] == "eo-wgan-1.0"
    assert "better of 2 generated contenders: a choice made after the fact" in found["support"][0]
    assert "SMOTE (+0.200) helps" in " ".join(found["support"])


def test_no_effects_no_verdict() -> None:
    found = _verdict()
    assert (found["tag"], found["interval"]) == ("No verdict", None)


def test_the_strip_holds_zero_and_the_interval() -> None:
    at = _verdict(_effect("smote", 0.05, 0.02, 0.08, 0.01))["interval"]
    assert 0 <= at["zero"] < at["low"] < at["difference"] < at["high"] <= 100


def test_curves_have_the_area_of_the_average_precision(summary: dict[str, Any]) -> None:
    entry = summary["curves"][0]
    for curve in entry["curves"]:
        assert np.mean(curve["precision"]["mean"]) == pytest.approx(curve["average_precision"], abs=0.02)
        assert len(curve["precision"]["folds"]) == curve["n_folds"] == 5


def test_curves_of_six_classes_have_the_macro_area(summary_of_six: dict[str, Any]) -> None:
    for entry in summary_of_six["curves"]:
        for curve in entry["curves"]:
            assert np.mean(curve["precision"]["mean"]) == pytest.approx(curve["average_precision"], abs=0.02)


def test_training_has_an_entry_per_model(summary_of_six: dict[str, Any]) -> None:
    models = summary_of_six["training"]
    assert [model["classes"] for model in models[:5]] == [["1"], ["3"], ["5"], ["6"], ["7"]]
    assert {model["best_step"] for model in models} == {550}
    assert {model["stopped_because"] for model in models} == {"patience"}


def test_training_names_survive_json(binary: Comparison, summary: dict[str, Any]) -> None:
    again = Comparison.from_dict(binary.to_dict(arrays=True))
    assert summarise(again)["training"] == summary["training"]
    assert summary["training"][0]["classes"] == ["positive"]


def test_contenders_with_equal_counts_share_a_panel(summary: dict[str, Any]) -> None:
    groups = summary["counts"]
    assert [len(group["titles"]) for group in groups] == [3, 3, 1]
    assert groups[0]["before"] == groups[0]["after"]


def test_embedding_of_contenders_with_other_rows_is_fitted_apart(binary: Comparison, summary: dict[str, Any]) -> None:
    moved = dict(binary.embedding)
    moved["smote"] = moved["smote"] | {"real": moved["smote"]["real"][::-1] * 2}
    moved_rows = dataclasses.replace(binary, embedding=moved)
    apart = collect(moved_rows, ["eo-wgan-0.33", "eo-wgan-1.0", "smote"])["contenders"]
    together = summary["embedding"]["contenders"]
    assert together[0]["planes"]["pca"]["majority"] == together[2]["planes"]["pca"]["majority"]
    first, _, last = (entry["planes"]["pca"]["majority"] for entry in apart)
    assert not np.array_equal(first, last)
