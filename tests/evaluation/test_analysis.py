"""The one path from raw scores to differences, ranks and tests."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from oversmith.evaluation import analyse
from oversmith.evaluation.effects import Analysis
from oversmith.exceptions import InputError
from oversmith.statistics import corrected_resampled_t, holm

DATASETS, JUDGES = [f"set-{i:02d}" for i in range(12)], ("knn", "lr")
GAIN = {"none-tuned": 0.0, "good": 0.05, "same": 0.0, "bad": -0.05}


def scores(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for dataset in DATASETS:
        level = rng.uniform(0.4, 0.8)
        for judge in JUDGES:
            for fold in range(3):
                for who, gain in GAIN.items():
                    value = level + gain + rng.normal(0, 0.01)
                    rows.append(
                        {
                            "dataset": dataset,
                            "protocol": "cv",
                            "contender": who,
                            "classifier": judge,
                            "repeat": 0,
                            "fold": fold,
                            "seed": 0,
                            "status": "done",
                            "n_train": 400,
                            "n_test": 100,
                            "n_test_positive": 10,
                            "average_precision": value,
                            "f1_tuned": value - 0.1,
                            "brier": 1 - value,
                        }
                    )
    return pd.DataFrame(rows)


def skip(frame: pd.DataFrame, contender: str, *classifiers: str) -> pd.DataFrame:
    gone = frame.contender.eq(contender) & frame.classifier.isin(classifiers)
    return frame.assign(status=frame.status.mask(gone, "skipped"), average_precision=frame.average_precision.mask(gone))


def order(analysis: Analysis, metric: str = "average_precision") -> list[str]:
    return [effect.contender for effect in analysis.effects if effect.metric == metric]


def test_it_finds_what_was_planted():
    found = analyse(scores())
    assert order(found) == order(found, "brier") == ["good", "same", "bad"]
    good, same, bad = (found.effect(name) for name in order(found))
    assert 0.03 < good.low < 0.05 < good.high
    assert (good.wins, bad.losses) == (12, 12)
    assert good.p_holm < 0.01
    assert good.better > 0.95
    assert same.low < 0 < same.high
    assert same.equal > 0.9
    assert bad.worse > 0.95
    assert found.ranks["good"] < found.ranks["none-tuned"] < found.ranks["bad"]
    assert found.smallest_p == 2.0**-11
    assert found.p_any < 1e-6


def test_one_family_holds_every_test_and_nothing_else():
    found = analyse(scores().replace({"contender": {"same": "smote"}}))
    tested = [effect for effect in found.effects if not np.isnan(effect.p_holm)]
    # Three against the control and two against SMOTE, in two metrics; the Brier score is described.
    assert found.n_tests == len(tested) == 10
    assert {effect.metric for effect in found.effects} - {effect.metric for effect in tested} == {"brier"}
    assert [effect.p_holm for effect in tested] == pytest.approx(holm([effect.p for effect in tested]))
    pairs = {frozenset((effect.contender, effect.control)) for effect in tested}
    assert len(pairs) == 5, "the control and SMOTE are compared once"


def test_one_data_set_is_compared_over_folds():
    frame = scores()
    frame = frame[frame.dataset == "set-00"]
    found = analyse(frame)
    mean = frame.groupby(["contender", "fold"])["average_precision"].mean()
    expected = corrected_resampled_t((mean["good"] - mean["none-tuned"]).to_numpy(), 0.25)
    effect = found.effect("good")
    assert (found.unit, found.n) == ("fold", 3)
    assert (effect.difference, effect.low, effect.high, effect.p) == pytest.approx(
        (expected.difference, expected.low, expected.high, expected.p)
    )
    ranks = mean.unstack("contender").rank(axis=1, ascending=False)
    assert found.ranks == pytest.approx(ranks.mean().to_dict())


def fail(frame: pd.DataFrame, rows: pd.Series, *reasons: str) -> pd.DataFrame:
    frame = frame.assign(error="")
    frame.loc[rows, ["status", "average_precision", "f1_tuned", "brier"]] = ["failed", np.nan, np.nan, np.nan]
    frame.loc[rows, "error"] = list(reasons) * (int(rows.sum()) // len(reasons))
    return frame


def test_a_contender_with_a_failed_fold_has_no_numbers_and_changes_none_of_the_others():
    frame = scores()
    lost = frame.contender.eq("good") & frame.dataset.eq("set-03") & frame.fold.eq(1) & frame.classifier.eq("knn")
    found, whole = analyse(fail(frame, lost, "it broke")), analyse(frame[frame.contender.ne("good")])
    assert found.effect("good") is None
    assert "good" not in found.ranks
    assert found.means["good"] == {}
    assert str(found.failed["good"]) == "1 of 36 folds (it broke)"
    assert (found.effects, found.ranks, found.n_tests) == (whole.effects, whole.ranks, whole.n_tests)


def test_the_most_frequent_reason_is_given_and_the_others_are_counted():
    frame = scores()
    found = analyse(fail(frame, frame.contender.eq("good") & frame.dataset.eq("set-00"), "b", "a", "b"))
    assert str(found.failed["good"]) == "3 of 36 folds (b, and 1 other reason)"


def test_a_classifier_under_which_the_control_fails_is_left_out_for_all():
    frame = scores()
    broken = frame.classifier.eq("knn") & frame.dataset.eq("set-00") & frame.fold.eq(0)
    found = analyse(fail(frame, broken, "no memory"))
    assert found.classifiers == ("lr",)
    assert found.left_out == {"classifier knn": "it failed without resampling too, in 1 of 36 folds (no memory)"}
    assert not found.failed
    assert found.effect("good") is not None


def test_where_the_control_fails_there_are_no_differences():
    frame = scores()
    found = analyse(fail(frame, frame.contender.eq("none-tuned") & frame.fold.eq(0), "it broke"))
    assert found.refusal == "the control none-tuned failed in 12 of 36 folds (it broke)"
    assert not found.effects
    assert found.means["good"]["average_precision"].n == 12


def test_a_metric_that_some_folds_lack_is_compared_in_none():
    frame = scores().assign(error="")
    lost = frame.contender.eq("good") & frame.fold.eq(2)
    frame.loc[lost, ["f1_tuned", "error"]] = [np.nan, "no tuned threshold: too few rows"]
    found = analyse(frame)
    assert found.effect("good") is not None
    assert found.effect("good", "f1_tuned") is None
    assert found.effect("bad", "f1_tuned") is not None
    assert "f1_tuned" not in found.means["good"]
    assert str(found.incomplete["good"]["f1_tuned"]) == "12 of 36 folds (no tuned threshold: too few rows)"


def test_a_fold_in_which_a_metric_has_no_meaning_for_anyone_is_left_out_of_it():
    frame = scores()
    frame.loc[frame.fold.eq(0), "average_precision"] = np.nan
    found, rest = analyse(frame), analyse(frame[frame.fold.ne(0)])
    assert found.effect("good") == rest.effect("good")
    assert not found.failed


def test_everyone_is_averaged_over_the_classifiers_that_all_have():
    frame = skip(scores(), "good", "knn")
    found = analyse(frame)
    assert (found.classifiers, found.lacking) == (("lr",), {"knn": ("good",)})
    by_set = frame[frame.classifier.eq("lr")].pivot_table(
        index="dataset", columns="contender", values="average_precision"
    )
    for name, means in found.means.items():
        assert means["average_precision"].mean == pytest.approx(by_set[name].mean())
    assert found.effect("same").difference == pytest.approx((by_set["same"] - by_set["none-tuned"]).mean())
    assert found.ranks == pytest.approx(by_set.rank(axis=1, ascending=False).mean().to_dict())


def test_who_shares_no_classifier_is_left_out_of_the_ranking():
    frame = skip(skip(scores(), "good", "knn"), "bad", "lr")
    found = analyse(frame)
    # Either of the two could stay with the rest; the name decides.
    assert found.left_out == {"bad": "no classifier in common with the others"}
    assert set(found.ranks) == {"good", "same", "none-tuned"}
    assert found.classifiers == ("lr",)
    found = analyse(skip(scores(), "bad", "lr", "knn"))
    assert found.left_out == {"bad": "skipped under every classifier"}
    assert found.classifiers == ("knn", "lr")


def test_nothing_shares_the_rank_of_its_tuned_twin():
    frame = scores()
    twin = frame[frame.contender == "none-tuned"].assign(contender="none")
    found = analyse(pd.concat([frame, twin]))
    assert found.ranks == analyse(frame).ranks | {"none": analyse(frame).ranks["none-tuned"]}
    assert "none" not in order(found)


def test_pending_results_are_left_out_and_said():
    frame = scores()
    found = analyse(frame.drop(index=frame.index[3]))
    assert found.left_out == {"data set set-00": "results are pending"}
    assert found.n == 11
    few = frame[frame.contender.ne("bad") | frame.dataset.eq("set-00")]
    assert analyse(few).left_out == {"bad": "complete on 1 of 12 data sets"}


def test_what_cannot_be_analysed():
    frame = scores()
    with pytest.raises(InputError, match="control: 'none' is not among the contenders"):
        analyse(frame, control="none")
    with pytest.raises(InputError, match="several results"):
        analyse(pd.concat([frame, frame]))
    with pytest.raises(InputError, match="several values of protocol"):
        analyse(pd.concat([frame, frame.assign(protocol="70/15/15")]))
    assert analyse(frame[frame.contender != "none-tuned"]).refusal == "neither control took part"
    one = frame[(frame.dataset == "set-00") & (frame.fold == 0)]
    assert analyse(one).refusal == "two folds or data sets are needed"
