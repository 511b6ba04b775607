"""The classifiers and the pipeline of a job: built, compiled outside the clock, checked for test rows that leaked."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from imblearn.pipeline import Pipeline

from oversmith.evaluation.builders import Situation
from oversmith.evaluation.guard import check_exact_rows
from oversmith.evaluation.job import Job
from oversmith.evaluation.pipeline import PlainFrame, build_pipeline, split_kinds
from oversmith.evaluation.protocol import seed_number
from oversmith.evaluation.timers import SHARED, WARM_UP, enter
from oversmith.exceptions import MissingExtraError, describe_error
from oversmith.samplers._snapshots import Snapshots

_warmed: set[tuple[Any, ...]] = set()


def built_classifiers(job: Job) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """Classifiers of a job by name, and why others are left out."""
    built, problems = {}, {}
    for classifier in job.classifiers:
        try:
            built[classifier.name] = classifier.build(seed_number(job.seeds(classifier.name)))
            if job.task.shape is not None and "input_shape" in built[classifier.name].get_params(deep=False):
                built[classifier.name].set_params(input_shape=job.task.shape)
        except MissingExtraError as error:
            problems[classifier.name] = ("skipped", describe_error(error))
    return built, problems


def job_pipeline(job: Job, classifiers: Mapping[str, Any], y: np.ndarray, part: str, keep: bool = False) -> Pipeline:
    """Pipeline of a job for training rows with the labels ``y``; ``part`` names the stream of its sampler."""
    contender = job.contender
    sampler = _sampler(job, y, seed_number(job.seeds(f"sampler/{part}")), job.max_steps)
    # What is kept is looked at.
    sampler = _watched(job, sampler) if keep else sampler
    return build_pipeline(
        job.task.kinds,
        classifiers,
        sampler=sampler,
        before=contender.before,
        balanced=contender.balanced,
        keep=keep,
        synthetic_weight=contender.synthetic_weight,
        n_real=len(y),
        shape=job.task.shape,
    )


def warm_up(job: Job, X: pd.DataFrame, y: np.ndarray) -> float | None:
    """Import and compile outside the clock, once per process: one training step on the same rows."""
    contender = job.contender
    # Series of another length are other programs.
    program = contender.sampler, job.task.shape
    if not contender.trained or program in _warmed:
        return None
    enter(WARM_UP)
    start = time.perf_counter()
    sampler = _sampler(job, y, seed=0, max_steps=1)
    if "n_repeats" in sampler.get_params(deep=False):
        # Auto: the shortest race meets every candidate and every shape.
        sampler.set_params(n_repeats=2)
    sampler.fit_resample(X, y)
    _warmed.add(program)
    enter(SHARED)
    return time.perf_counter() - start


def _sampler(job: Job, y: np.ndarray, seed: int, max_steps: int | None) -> Any:
    if job.contender.build is None:
        return None
    numeric, categorical = split_kinds(job.task.kinds)
    sizes = len(numeric), len(categorical)
    return job.contender.build(Situation(y, job.task.classes, *sizes, seed, max_steps, job.task.shape))


def _watched(job: Job, sampler: Any) -> Any:
    """Let what a generator of images makes of the same latents be kept as its training goes on."""
    known = sampler.get_params() if hasattr(sampler, "get_params") else {}
    if job.first and job.task.modality == "image" and "stop__callbacks" in known:
        sampler.set_params(stop__callbacks=[*known["stop__callbacks"], Snapshots()])
    return sampler


def check_test_rows(job: Job, pipeline: Pipeline, X_train: pd.DataFrame, X_test: pd.DataFrame) -> None:
    """Compare what the sampler returned with the test part, in the space it works in."""
    step = pipeline.named_steps.get("sampler")
    if step is None:
        return
    index = [name for name, _ in pipeline.steps].index("sampler")
    if index:
        parts = [pipeline[:index].transform(X_train), step.X_, pipeline[:index].transform(X_test)]
    else:
        plain = PlainFrame(job.task.kinds)
        parts = [plain.transform(X) for X in (X_train, step.X_, X_test)]
    chance = check_exact_rows(*parts)
    if chance:
        warnings.warn(
            f"{job.contender.title}: rows made by the sampler equal test rows, no more than chance explains",
            stacklevel=2,
        )
