"""Tuned thresholds of a job: one rule and one calibrator for each classifier, from real rows of the training part."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd
from imblearn.pipeline import Pipeline

from oversmith.evaluation.calibration import Calibrator
from oversmith.evaluation.job import Job
from oversmith.evaluation.job_pipeline import job_pipeline
from oversmith.evaluation.protocol import seed_for
from oversmith.exceptions import describe_error
from oversmith.selection import ThresholdRule, inner_scores


def choose_thresholds(
    job: Job, classifiers: Mapping[str, Any], X: pd.DataFrame, y: np.ndarray, fitted: Pipeline
) -> tuple[dict[str, ThresholdRule], dict[str, Calibrator], dict[str, str]]:
    """Rule and calibrator per classifier from real rows; where there is none, the reason."""
    task, split = job.task, job.split
    if job.inner_folds is None and split.validation is None:
        return {}, {}, {}
    number = itertools.count()
    reasons: dict[str, str] = {}

    def fit_predict(X_inner: pd.DataFrame, y_inner: np.ndarray, X_scored: pd.DataFrame) -> Mapping[str, np.ndarray]:
        pipeline = job_pipeline(job, classifiers, y_inner, f"inner-{next(number)}").fit(X_inner, y_inner)
        scores = pipeline.predict_proba(X_scored)
        for name, (_, reason) in pipeline.named_steps["classifiers"].problems_.items():
            reasons.setdefault(name, f"no tuned threshold: {reason}")
        return scores

    try:
        if split.validation is not None:
            scored, truth = fitted.predict_proba(task.X.iloc[split.validation]), task.y[split.validation]
        else:
            # The folds depend on data and split alone: every contender's threshold is chosen on the same ones.
            root = job.seed if job.split_seed is None else job.split_seed
            cut = seed_for(root, task, "inner-folds", repeat=split.repeat, fold=split.fold)
            groups = None if task.groups is None else task.groups[split.train]
            inner = inner_scores(
                fit_predict, X, y, cast(int, job.inner_folds), cut, max_rows=job.inner_rows, groups=groups
            )
            scored, truth = inner.scores, inner.y
    except Exception as error:
        return {}, {}, {name: f"no tuned threshold: {describe_error(error)}" for name in classifiers}
    rules, calibrators = {}, {}
    for name, scores in scored.items():
        try:
            if job.calibration is not None:
                calibrators[name] = Calibrator(job.calibration, task.positive).fit(truth, scores)
                scores = calibrators[name].transform(scores)
            rules[name] = ThresholdRule(task.positive).fit(truth, scores)
        except ValueError as error:
            reasons[name] = f"no tuned threshold: {error}"
    return rules, calibrators, reasons
