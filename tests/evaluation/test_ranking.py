"""Raw scores into tables: the density gate, failures as chance, skipped pairs, and the summary."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from oversmith.evaluation.statistics import effects_against, rank_methods, score_matrix, seed_spread
from oversmith.exceptions import InputError

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
                            "n_test": 100,
                            "n_test_positive": 10,
                            "average_precision": value,
                            "brier": 1 - value,
                        }
                    )
    return pd.DataFrame(rows)


def test_the_matrix_is_the_mean_per_set_and_method():
    frame = scores()
    found = score_matrix(frame, contenders=["good", "none-tuned"])
    assert found.contenders == ("good", "none-tuned")
    assert found.datasets == tuple(DATASETS)
    by_hand = frame[(frame.dataset == "set-03") & (frame.contender == "good")].average_precision.mean()
    assert found.values[3, 0] == pytest.approx(by_hand)
    # A loss is turned round.
    assert score_matrix(frame, "brier").values == pytest.approx(score_matrix(frame).values - 1)


def test_the_gate_refuses_holes_failures_skips_and_copies():
    frame = scores()
    with pytest.raises(InputError, match=r"1 of 72 places lack a method, the first bad for dataset set-00"):
        score_matrix(frame.drop(index=frame.index[3]))
    failed = frame.copy()
    failed.loc[3, ["status", "average_precision"]] = ["oom", np.nan]
    with pytest.raises(InputError, match=r"bad with knn on set-00: oom"):
        score_matrix(failed)
    filled = score_matrix(failed, missing="chance")
    assert filled.n_filled == 1
    rest = failed[(failed.dataset == "set-00") & (failed.contender == "bad")].average_precision
    # A guess ranks at prevalence: 10 of 100.
    assert filled.values[0, 0] == pytest.approx((rest.sum() + 0.1) / 6)
    skipped = frame.copy()
    skipped.loc[frame.contender.eq("bad") & frame.classifier.eq("knn"), "status"] = "skipped"
    with pytest.raises(InputError, match="skipped"):
        score_matrix(skipped)
    assert score_matrix(skipped, contenders=["good", "same"]).values.shape == (12, 2)
    with pytest.raises(InputError, match="several results"):
        score_matrix(pd.concat([frame, frame.iloc[:1]]))
    with pytest.raises(InputError, match="several values of protocol"):
        score_matrix(pd.concat([frame, frame.assign(protocol="70/15/15")]))
    with pytest.raises(InputError, match="metric: 'acuracy'"):
        score_matrix(frame, "acuracy")
    with pytest.raises(InputError, match=r"contenders: \['gan'\]"):
        score_matrix(frame, contenders=["gan"])
    with pytest.raises(InputError, match="different classifiers"):
        score_matrix(frame[~(frame.dataset.eq("set-05") & frame.classifier.eq("knn"))])


def test_the_ranking_finds_what_was_planted():
    ranking = rank_methods(scores())
    assert [row.contender for row in ranking.rows] == ["good", "same", "bad"]
    good, same, bad = ranking.rows
    assert good.effect.low < 0.05 < good.effect.high
    assert good.effect.low > 0.03
    assert good.record.wins == 12
    assert good.p_holm < 0.01
    assert good.posterior.better > 0.95
    assert same.effect.low < 0 < same.effect.high
    assert same.posterior.equal > 0.9
    assert bad.record.losses == 12
    assert bad.posterior.worse > 0.95
    assert good.mean_rank < ranking.control_rank < bad.mean_rank
    assert ranking.n_comparisons == 3
    assert ranking.smallest_p == 2.0**-11
    assert ranking.friedman is not None
    assert ranking.friedman.p_f < 1e-6


def test_of_a_loss_the_lower_one_is_better():
    assert [row.contender for row in rank_methods(scores(), "brier").rows] == ["good", "same", "bad"]


def test_a_failed_method_loses_and_a_skipped_pair_is_left_out_on_both_sides():
    frame = scores()
    frame.loc[frame.contender.eq("good"), ["status", "average_precision"]] = ["failed", np.nan]
    row = next(row for row in rank_methods(frame).rows if row.contender == "good")
    assert row.n_filled == 72
    assert row.effect.high < -0.2
    frame = scores()
    gone = frame.contender.eq("good") & frame.classifier.eq("knn")
    frame.loc[gone, ["status", "average_precision"]] = ["skipped", np.nan]
    row = next(row for row in rank_methods(frame).rows if row.contender == "good")
    of_lr = frame[frame.classifier.eq("lr")].pivot_table(
        index="dataset", columns="contender", values="average_precision"
    )
    assert row.effect.mean == pytest.approx((of_lr["good"] - of_lr["none-tuned"]).mean())
    assert np.isnan(row.mean_rank)
    assert row.n_filled == 0


def test_pending_results_and_a_missing_control_refuse_the_summary():
    frame = scores()
    with pytest.raises(InputError, match="1 results are pending, some of them of bad"):
        rank_methods(frame.drop(index=frame.index[3]))
    with pytest.raises(InputError, match="control: 'none'"):
        rank_methods(frame, control="none")
    with pytest.raises(InputError, match="1 data set found"):
        rank_methods(frame[frame.dataset == "set-00"])


def test_the_spread_of_seeds():
    frame = pd.concat([scores(0).assign(seed=seed, average_precision=0.5 + 0.1 * seed) for seed in range(3)])
    found = seed_spread(frame)
    assert found["sd"].tolist() == pytest.approx([0.1] * len(found))
    assert set(found["n_seeds"]) == {3}


@pytest.mark.parametrize("metric", ["average_precision", "brier"])
def test_effects_alone_are_those_of_the_ranking(metric):
    frame = scores()
    frame.loc[frame.index[:4], ["status", metric]] = ["failed", np.nan]
    frame.loc[(frame.classifier == "knn") & (frame.contender == "bad"), ["status", metric]] = ["skipped", np.nan]
    alone = effects_against(frame, metric)
    ranking = rank_methods(frame, metric)
    assert list(alone) == [row.contender for row in ranking.rows]
    for row in ranking.rows:
        assert (alone[row.contender].interval, alone[row.contender].record) == (row.effect, row.record)


def test_effects_alone_refuse_what_the_ranking_refuses():
    frame = scores()
    for unfit in (frame.drop(index=frame.index[3]), frame[frame.dataset == "set-00"]):
        for function in (effects_against, rank_methods):
            with pytest.raises(InputError, match=r"pending|1 data set found"):
                function(unfit)
    with pytest.raises(InputError, match="control"):
        effects_against(frame, control="nobody")
