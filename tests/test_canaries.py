"""Canaries: a comparison that leaks sings on pure noise; one that alters the data differs from scikit-learn.

Noise: 600 rows, 20 features, 40 positives (6.7 %), nothing to find. The expectation of average precision is then
not the prevalence itself: in a test part of 300 rows and 20 positives, distinct scores dealt at random give 0.083 on
average, because positives near the top count by luck; with the ties of five neighbours it is 0.073. Given the
scores, the labels of a test fold are exchangeable, so the exact expectation for each fold's scores, ties included,
is ``chance_average_precision``. What must lie within two standard errors of prevalence is the average precision
less this excess of chance over prevalence.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from imblearn import FunctionSampler
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from oversmith import compare
from oversmith.evaluation import Contender
from oversmith.evaluation.classifiers import default_classifiers
from oversmith.evaluation.job import Job
from oversmith.evaluation.jobs import run_job
from oversmith.evaluation.pipeline import build_pipeline
from oversmith.evaluation.protocol import fold_splits
from oversmith.evaluation.task import prepare
from oversmith.metrics import chance_average_precision

ROWS, FEATURES, POSITIVES = 600, 20, 40
PREVALENCE = POSITIVES / ROWS
Folds = list[tuple[np.ndarray, np.ndarray]]


def noise(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(ROWS, FEATURES)), rng.permutation(np.arange(ROWS) < POSITIVES).astype(int)


def honest(contender: str, **options) -> Callable[[int], Folds]:
    """The comparison itself."""

    def run(seed: int) -> Folds:
        found = compare(
            *noise(seed), random_state=seed, n_jobs=1, contenders=[contender], classifiers=["knn"], **options
        ).comparison
        assert {row["status"] for row in found.scores} == {"done"}
        assert all(row["n_synthetic"] > 100 for row in found.scores)
        return [(p["y"] == 1, p["scores"][:, 1]) for p in found.predictions]

    return run


def mutant(seed: int) -> Folds:
    """Resample, then split: the same machinery after SMOTE on all rows, judged on the real rows alone."""
    X, y = SMOTE(random_state=seed).fit_resample(*noise(seed))
    found = compare(
        X, y, positive=1, random_state=seed, folds=2, inner_folds=2, n_jobs=1, contenders=["none"], classifiers=["knn"]
    ).comparison
    real = [(p, p["rows"] < ROWS) for p in found.predictions]
    return [(p["y"][kept] == 1, p["scores"][kept, 1]) for p, kept in real]


def average_precision_on_noise(run: Callable[[int], Folds], seeds: range) -> np.ndarray:
    """One value per seed: mean over folds of average precision less its excess of chance over prevalence."""
    values = []
    for seed in seeds:
        folds = run(seed)
        excess = [chance_average_precision(y, score) - y.mean() for y, score in folds]
        found = [average_precision_score(y, score) for y, score in folds]
        values.append(np.mean(found) - np.mean(excess))
    return np.array(values)


def assert_at_prevalence(values: np.ndarray) -> None:
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - PREVALENCE) <= 2 * error, f"{values.mean():.3f} ± {error:.3f} on pure noise"


def test_smote_inside_the_pipeline_scores_at_prevalence_on_noise():
    assert_at_prevalence(average_precision_on_noise(honest("smote", folds=2, inner_folds=2), range(20)))


def test_eo_wgan_inside_the_pipeline_scores_at_prevalence_on_noise():
    run = honest("eo-wgan-1.0", folds=2, inner_folds=2, max_steps=10)
    assert_at_prevalence(average_precision_on_noise(run, range(20)))


def test_resampling_before_the_split_is_caught():
    values = average_precision_on_noise(mutant, range(20))
    with pytest.raises(AssertionError, match="on pure noise"):
        assert_at_prevalence(values)
    assert values.mean() > 3 * PREVALENCE


def identity(situation: object) -> FunctionSampler:
    return FunctionSampler()


@pytest.mark.parametrize("before", ["plain", "one-hot"])
def test_the_identity_sampler_equals_plain_scikit_learn_bit_for_bit(before):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [160, 40])
    X = pd.DataFrame(rng.normal(size=(200, 4)) + 0.5 * y[:, None], columns=list("abcd"))
    task = prepare(X, y, target="t", name="identity")
    contender = Contender("identity", "Identity", "identity", identity, before=before)
    for split in fold_splits(task, folds=3, repeats=1, seed=0).parts:
        job = Job(task, split, contender, ("identity",), default_classifiers(), 0, 2, 10_000, None)
        recorded = {p["classifier"]: p for p in run_job(job).predictions}
        seeds = {c.name: int(job.seeds(c.name).generate_state(1)[0] >> 1) for c in job.classifiers}
        judges = {c.name: c.build(seeds[c.name]) for c in job.classifiers}
        pipeline = build_pipeline(task.kinds, judges, sampler=FunctionSampler(), before=before)
        pipeline.fit(X.iloc[split.train], y[split.train])
        found = pipeline.predict_proba(X.iloc[split.test])

        scaler = StandardScaler().fit(X.iloc[split.train].to_numpy())
        train, test = (scaler.transform(X.iloc[rows].to_numpy()) for rows in (split.train, split.test))
        plain = {
            "logistic-regression": LogisticRegression(max_iter=1000, random_state=seeds["logistic-regression"]),
            "random-forest": RandomForestClassifier(random_state=seeds["random-forest"]),
            "xgboost": XGBClassifier(random_state=seeds["xgboost"], n_jobs=1),
            "knn": KNeighborsClassifier(),
        }
        assert list(found) == list(plain)
        for name, classifier in plain.items():
            expected = classifier.fit(train, y[split.train]).predict_proba(test)
            assert np.array_equal(found[name], expected), name
            assert np.array_equal(recorded[name]["scores"], expected.astype(np.float32)), name
