"""Numbers and words of the summary, against values by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from oversmith.evaluation import Comparison
from oversmith.report import render, summarise
from oversmith.report.summarise import _embedding
from oversmith.report.tables import failures, leaderboard, per_classifier, skipped
from oversmith.report.verdict import effects, verdict


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


def _small(scores: list[dict[str, Any]], rows: list[dict[str, Any]] | None = None) -> Comparison:
    names = list(dict.fromkeys(row["contender"] for row in scores)) or ["none-tuned", "eo-wgan-0.33", "smote"]
    titles = {
        "none-tuned": "Nothing, tuned threshold",
        "eo-wgan-0.33": "EO-WGAN, fill 0.33",
        "smote": "SMOTE",
    }
    samplers = {"eo-wgan-0.33": "eo-wgan", "eo-wgan-1.0": "eo-wgan", "smote": "smote"}
    return Comparison(
        data={"name": "toy", "classes": ["n", "p"], "counts": {"n": 9, "p": 1}, "positive": "p"},
        protocol={
            "primary_metric": "average_precision",
            "control": "none-tuned",
            "n_comparisons": 4,
            "chance": {"average_precision": 0.1, "f1": 0.0},
        },
        contenders=[{"name": n, "title": titles.get(n, n), "sampler": samplers.get(n), "fill": None} for n in names],
        classifiers=[{"name": "tree", "title": "Tree"}],
        scores=scores,
        effects=rows or [],
    )


def _effect(contender: str, difference: float, low: float, high: float, p_holm: float, **more: Any) -> dict[str, Any]:
    row = {"contender": contender, "control": "none-tuned", "metric": "average_precision", "n": 5}
    row |= {"difference": difference, "low": low, "high": high, "p": p_holm / 2, "p_holm": p_holm}
    return row | {"wins": 4, "ties": 0, "losses": 1} | more


def test_leaderboard_by_hand() -> None:
    scores = [_score(0, "none-tuned", 0.5), _score(1, "none-tuned", 0.7)]
    scores += [_score(0, "smote", 0.5), _score(1, "smote", 0.9)]
    first, second = leaderboard(_small(scores))
    assert (first["contender"], first["rank"]) == ("smote", 1.25)
    assert (second["contender"], second["rank"]) == ("none-tuned", 1.75)
    assert first["metrics"]["average_precision"]["mean"] == pytest.approx(0.7)
    assert first["metrics"]["average_precision"]["sd"] == pytest.approx(np.sqrt(0.08))
    assert first["seconds"] == 3.5
    assert "average_precision" in first["best"]
    assert "rank" not in second["best"]


def test_a_failed_fit_counts_as_chance_and_comes_last() -> None:
    scores = [_score(0, "none-tuned", 0.05), _score(0, "smote", None, "failed")]
    comparison = _small(scores)
    best, worst = leaderboard(comparison)
    assert (best["contender"], worst["contender"], worst["rank"]) == ("none-tuned", "smote", 2.0)
    assert worst["metrics"]["average_precision"]["mean"] == 0.1
    assert worst["failed"] == 1
    assert [row["error"] for row in failures(comparison)] == ["it broke"]
    assert "1 of 2 fits failed" in render(summarise(comparison))


def test_a_skipped_fit_is_left_out_and_said(binary: Comparison, rendered: Callable[[str], str]) -> None:
    row = next(row for row in leaderboard(binary) if row["contender"] == "class-weight")
    assert (row["classifiers"], row["fits"], row["failed"]) == (3, 15, 0)
    assert not set(row["best"]) & set(row["metrics"]), "a mean over other classifiers does not compete"
    assert skipped(binary) == [
        {
            "contender": "Class weights",
            "classifier": "k nearest neighbours",
            "error": "takes no class weights",
        }
    ]
    table = next(table for table in per_classifier(binary) if table["classifier"] == "knn")
    assert next(row for row in table["rows"] if row["contender"] == "class-weight")["skipped"]
    assert "3 of 4 classifiers" in rendered("binary")


def test_the_twins_are_read_where_they_should_be(binary: Comparison) -> None:
    rows = {row["contender"]: row for row in leaderboard(binary)}
    assert rows["none"]["read_at"] == "0.5"
    assert rows["none"]["metrics"]["g_mean_read"] == rows["none"]["metrics"]["g_mean"]
    assert rows["none-tuned"]["metrics"]["g_mean_read"] == rows["none-tuned"]["metrics"]["g_mean_tuned"]
    assert rows["none"]["rank"] == rows["none-tuned"]["rank"]


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
            "significant (p\u00a0=\u00a00.010 after Holm): it helps on this table.",
        ),
        (
            _effect("eo-wgan-0.33", 0.003, 0.001, 0.005, 0.01),
            "helps",
            "it helps on this table, by a small amount.",
        ),
        (_effect("eo-wgan-0.33", -0.03, -0.05, -0.01, 0.01), "harms", "worse on this table."),
        (
            _effect("eo-wgan-0.33", 0.030, 0.001, 0.059, 0.09),
            "undecided",
            "but not significant after correcting for the number of comparisons (p\u00a0=\u00a00.090 after Holm).",
        ),
    ],
)
def test_the_sentence_claims_what_the_interval_does(effect: dict[str, Any], decision: str, words: str) -> None:
    found = verdict(_small([], [effect]))
    assert found["decision"] == decision
    assert words in found["sentence"]


def test_the_sentence_word_by_word() -> None:
    found = verdict(_small([], [_effect("eo-wgan-0.33", 0.013, -0.002, 0.027, 0.3)]))
    assert found["sentence"] == (
        "EO-WGAN (fill 0.33) against no resampling with tuned threshold: +0.013\u00a0AP [−0.002, +0.027], "
        "better in 4 of 5 folds; not significant (p\u00a0=\u00a00.300 after Holm)."
    )
    assert found["support"][0] == (
        "95 % interval from the corrected resampled t-test; 4 comparisons in all, p corrected for them."
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
    found = verdict(_small([_score(0, row["contender"], 0.5) for row in rows], rows))
    assert (found["tag"], found["tone"]) == (tag, tone)
    assert ("do not over-sample" in found["support"][-1]) == (tone in ("stop", "undecided"))


def test_the_verdict_is_about_what_was_generated_and_owns_up_to_choosing() -> None:
    rows = [
        _effect("smote", 0.2, 0.1, 0.3, 0.001),
        _effect("eo-wgan-0.33", -0.01, -0.02, 0.01, 0.5),
        _effect("eo-wgan-1.0", 0.01, -0.02, 0.03, 0.5),
    ]
    scores = [_score(0, row["contender"], 0.5) for row in rows] + [_score(0, "none-tuned", 0.5)]
    found = verdict(_small(scores, rows))
    assert found["contender"] == "eo-wgan-1.0"
    assert "better of 2 generated contenders: a choice made after the fact" in found["support"][0]
    assert "SMOTE (+0.200) helps" in " ".join(found["support"])


def test_lower_is_better_turns_the_decision_round() -> None:
    rows = [_effect("smote", -0.02, -0.03, -0.01, 0.001, metric="brier")]
    assert effects(_small([], rows))[0]["decision"] == "helps"


def test_no_effects_no_verdict() -> None:
    found = verdict(_small([_score(0, "none-tuned", 0.5)]))
    assert (found["tag"], found["interval"]) == ("No verdict", None)


def test_the_strip_holds_zero_and_the_interval() -> None:
    at = verdict(_small([], [_effect("smote", 0.05, 0.02, 0.08, 0.01)]))["interval"]
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
    apart = _embedding(dataclasses.replace(binary, embedding=moved))["contenders"]
    together = summary["embedding"]["contenders"]
    assert together[0]["planes"]["pca"]["majority"] == together[2]["planes"]["pca"]["majority"]
    first, _, last = (entry["planes"]["pca"]["majority"] for entry in apart)
    assert not np.array_equal(first, last)
