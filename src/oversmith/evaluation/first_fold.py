"""What a report shows of the first fold of a contender: counts, training, embedding, images and quality of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd
from imblearn.pipeline import Pipeline

from oversmith.evaluation.image_panels import image_panels
from oversmith.evaluation.job import Job, Outcome
from oversmith.evaluation.pipeline import preparation
from oversmith.evaluation.protocol import seed_for, seed_number
from oversmith.evaluation.synthetic_quality import synthetic_quality
from oversmith.evaluation.task import Task
from oversmith.evaluation.timers import SHARED, WARM_UP, enter
from oversmith.samplers._snapshots import Snapshots

EMBEDDING_ROWS = 3000
# A row of an image has hundreds of columns; a report shows images as panels.
_EMBEDDING_IMAGES = 600


def add_details(
    job: Job,
    outcome: Outcome,
    pipeline: Pipeline,
    train: tuple[pd.DataFrame, np.ndarray],
    test: tuple[pd.DataFrame, np.ndarray],
    seconds_warm_up: float | None,
) -> None:
    """Add to an outcome what a report shows of its contender.

    Parameters
    ----------
    job : Job
        The first fold of a contender.
    outcome : Outcome
        Its outcome.
    pipeline : Pipeline
        The fitted pipeline.
    train, test : (DataFrame, ndarray of int)
        Rows and class codes of the training and the test part.
    seconds_warm_up : float or None
        Seconds of imports and compilation, where the sampler trains networks.
    """
    task, contender, step = job.task, job.contender, pipeline.named_steps.get("sampler")
    X_train, y_train = train
    outcome.counts = _counts(task, y_train, step)
    if not step:
        return
    outcome.embedding = _embedding(job, step, X_train, y_train)
    if task.modality == "image":
        outcome.images = _images(job, step, pipeline, X_train, y_train)
    if task.modality == "table":
        # Outside all clocks: it is no cost of the contender.
        enter(WARM_UP)
        parts = {"train": train, "unseen": test}
        outcome.quality = synthetic_quality(task, step, contender.before, parts, seed_number(job.seeds("quality")))
        enter(SHARED)
    if contender.trained:
        outcome.training = _training(task, step.sampler_, seconds_warm_up)


def _counts(task: Task, y: np.ndarray, step: Any) -> dict[str, dict[str, int]]:
    before = np.bincount(y, minlength=len(task.classes))
    after = step.counts_after_ if step else before
    return {
        "before": dict(zip(task.classes, before.tolist(), strict=True)),
        "after": dict(zip(task.classes, after.tolist(), strict=True)),
    }


def _training(task: Task, sampler: Any, seconds_warm_up: float | None) -> dict[str, Any]:
    """Gather history and stopping of the training; class codes become class names."""

    def named(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {task.classes[int(code)]: entry for code, entry in value.items()}

    history = [
        dict(row) | {"classes": [task.classes[int(code)] for code in row.get("classes", ())]}
        for row in getattr(sampler, "history_", ())
    ]
    names = ("best_step", "stopped_because", "n_steps")
    facts = {key: named(getattr(sampler, f"{key}_", None)) for key in names}
    return {"history": history} | facts | {"seconds_warm_up": seconds_warm_up}


def _embedding(job: Job, step: Any, X: pd.DataFrame, y: np.ndarray) -> dict[str, np.ndarray]:
    """Real and synthetic rows in the space of what is fitted on the real rows alone."""
    space = Pipeline(preparation(job.task.kinds, job.task.shape)).fit(X, y)
    generated, label = step.X_[step.n_before_ :], step.y_[step.n_before_ :]
    # Every contender shows the same real rows.
    most = _EMBEDDING_IMAGES if job.task.modality == "image" else EMBEDDING_ROWS
    real = _few(y, seed_number(seed_for(job.seed, job.task, "embedding")), most)
    some = _few(label, seed_number(job.seeds("embedding")), most)
    encoded = space.transform(X.iloc[real])
    if not len(some):
        synthetic = np.empty((0, encoded.shape[1]))
    elif job.contender.before == "plain":
        synthetic = space.transform(generated.iloc[some])
    elif job.contender.before == "classifiers":
        synthetic = np.asarray(generated[some])
    else:
        synthetic = space[2:].transform(generated[some]) if len(space) > 2 else generated[some]
    embedding = {
        "real": encoded.astype(np.float32),
        "label": y[real],
        "synthetic": synthetic.astype(np.float32),
        "synthetic_label": label[some],
    }
    if job.task.modality != "series":
        return embedding
    # Series are also compared with real ones that nobody has learnt from.
    test, truth = job.task.X.iloc[job.split.test], job.task.y[job.split.test]
    shown = _few(truth, seed_number(seed_for(job.seed, job.task, "unseen")), most)
    scaler = space.named_steps["encoded"].encoder_
    # What brings the series back to their own units: the middle of each channel and its spread.
    embedding["scale"] = np.stack([scaler.centre_, np.where(scaler.spread_ > 0, scaler.spread_, 1.0)]).astype(
        np.float32
    )
    return embedding | {"unseen": space.transform(test.iloc[shown]).astype(np.float32), "unseen_label": truth[shown]}


def _images(job: Job, step: Any, pipeline: Pipeline, X: pd.DataFrame, y: np.ndarray) -> dict[str, Any]:
    """Gather what a report shows of the images of the training part, of the sampler and of the test part."""
    task = job.task
    train, generated = X.to_numpy(), step.X_[step.n_before_ :]
    if job.contender.before == "plain":
        generated = np.asarray(generated)
    else:
        # Made in the space of the classifiers, every channel scaled.
        generated = pipeline.named_steps["encoded"].encoder_.inverse_transform(np.asarray(generated))
    # Not all 256 of a byte: images of sixteen greys would be dark, and near to each other.
    low, high = float(train.min()), float(train.max())
    known = step.sampler_.get_params() if hasattr(step.sampler_, "get_params") else {}
    watched = [c for c in known.get("stop__callbacks", ()) if isinstance(c, Snapshots)]
    shown = [
        {**one, "images": [np.asarray(rows) for rows in one["rows"]], "code": int(step.sampler_.classes_[one["code"]])}
        for snapshots in watched
        for one in snapshots.found
    ]
    return image_panels(
        (train, y),
        (generated, step.y_[step.n_before_ :]),
        (task.X.iloc[job.split.test].to_numpy(), task.y[job.split.test]),
        shape=cast(tuple[int, ...], task.shape),
        classes=task.classes,
        value_range=(low, high if high > low else low + 1.0),
        snapshots=shown,
    )


def _few(label: np.ndarray, seed: int, most: int) -> np.ndarray:
    """Positions of at most so many of each class."""
    parts = [np.flatnonzero(label == code) for code in np.unique(label)]
    rng = np.random.default_rng(seed)
    few = [p if len(p) <= most else rng.choice(p, most, replace=False) for p in parts]
    return np.sort(np.concatenate(few)) if few else np.empty(0, dtype=np.intp)
