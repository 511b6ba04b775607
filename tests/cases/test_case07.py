"""A column that is empty in one training part is constant there, for every contender alike."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score

import oversmith as om
from oversmith.cli import main

N = 150
RNG = np.random.default_rng(0)
SITE = np.arange(N) % 3
Y = np.where(RNG.random(N) < 0.3, "yes", "no")
A = (Y == "yes") * 1.6 + RNG.normal(size=N)
AT_ONE_SITE = {
    "numbers": np.where(SITE == 0, RNG.normal(size=N), np.nan),
    "one known value": np.where(np.arange(N) == 6, 1.0, np.nan),
    "text": pd.Series(np.where(SITE == 0, RNG.choice(["u", "v"], N), None), dtype=object),
    "dates": pd.to_datetime(pd.Series(np.where(SITE == 0, "2024-01-05", None))),
    "truth values": pd.array(np.where(SITE == 0, A > 0, None), dtype="boolean"),
    "categories": pd.Categorical(np.where(SITE == 0, "p", None)),
}


def test_no_contender_fails_and_the_verdict_is_about_all_folds():
    X = pd.DataFrame({"a": A} | AT_ONE_SITE)
    contenders = ["none-tuned", "random-over-sampling", "jitter-0.33"]
    results = om.compare(
        X,
        Y,
        groups=SITE,
        folds=3,
        inner_folds=2,
        methods=["jitter"],
        contenders=contenders,
        classifiers=["knn"],
        n_jobs=1,
    )
    assert set(results.scores["status"]) == {"done"}
    assert set(results.scores["error"]) == {""}, "thresholds were tuned in all folds"
    assert results.verdict.contender == "jitter-0.33"
    assert results.leaderboard["failure"].isna().all()


def test_in_a_pipeline_as_beside_imbalanced_learn():
    X = pd.DataFrame({"a": A, "extra": AT_ONE_SITE["numbers"]})
    for sampler in (RandomOverSampler(random_state=0), om.Jitter(random_state=0)):
        pipeline = make_pipeline(sampler, SimpleImputer(keep_empty_features=True), LogisticRegression())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scores = cross_val_score(
                pipeline, X, Y == "yes", groups=SITE, cv=GroupKFold(3), scoring="average_precision", error_score="raise"
            )
        assert (scores > 0.4).all()


def test_fit_resample_gives_missing_values_where_there_are_no_others():
    X = pd.DataFrame({"a": A, "empty": np.nan, "text": pd.Series([None] * N, dtype=object)})
    found, labels = om.GaussianCopula(random_state=0).fit_resample(X, Y)
    assert (labels == "yes").sum() == (labels == "no").sum()
    assert found.dtypes.equals(X.dtypes)
    assert found[["empty", "text"]].isna().all(axis=None)
    assert found["a"].notna().all()


def test_a_file_with_a_column_without_any_value_is_resampled(tmp_path):
    for suffix in ("csv", "parquet"):
        path, output = tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}"
        frame = pd.DataFrame({"a": A, "empty": None, "y": Y})
        frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path, index=False)
        assert main(["resample", str(path), "--target", "y", "--method", "jitter", "-o", str(output)]) == 0
        found = pd.read_csv(output) if suffix == "csv" else pd.read_parquet(output)
        assert len(found) > N
        assert found["empty"].isna().all()
        assert found["a"].notna().all()
