"""From raw scores to a table: the density gate, failures as chance, skipped pairs, the spread of seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from oversmith.exceptions import InputError
from oversmith.statistics import score_matrix, seed_spread

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


def test_the_spread_of_seeds():
    frame = pd.concat([scores(0).assign(seed=seed, average_precision=0.5 + 0.1 * seed) for seed in range(3)])
    found = seed_spread(frame)
    assert found["sd"].tolist() == pytest.approx([0.1] * len(found))
    assert set(found["n_seeds"]) == {3}
