"""A job and its outcome as data: one contender in one fold under all classifiers, and the rows of results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oversmith.evaluation.classifiers import Classifier
from oversmith.evaluation.contenders import Contender
from oversmith.evaluation.protocol import Split, seed_for
from oversmith.evaluation.task import Task
from oversmith.metrics import METRICS

_LABEL_METRICS = [m.name for m in METRICS.values() if m.needs == "labels"]
NUMBERS = (
    *METRICS,
    *(f"{name}_tuned" for name in _LABEL_METRICS),
    "threshold",
    "seconds_resample",
    "seconds_fit",
    "seconds_predict",
    "n_train",
    "n_synthetic",
)
"""Numbers of a result, in order."""


@dataclass(frozen=True)
class Job:
    """What :func:`run_job` needs.

    Parameters
    ----------
    task : Task
        The data.
    split : Split
        The fold.
    contender : Contender
        The contender that is fitted.
    recorded_as : tuple of str
        Names of the contenders to record: the one that fits and those that share its fits.
    classifiers : tuple of Classifier
        Classifiers trained and scored on the rows of the contender.
    seed : int
        Root seed.
    inner_folds, inner_rows : int or None, int
        Folds of the tuned threshold, none without one, and the most training rows it is chosen on.
    max_steps : int or None
        Budget of trained samplers.
    split_seed : int, optional
        Root seed of the inner folds; ``seed`` where it is not given.
    calibration : {"sigmoid", "isotonic"}, optional
        Calibrate scores on real rows the model has not seen.
    details : bool, default=True
        Keep counts, training and embedding of the first fold.
    procedure : callable, optional
        Does the job instead of :func:`oversmith.evaluation.jobs.fit_and_score`; see
        :class:`oversmith.evaluation.Protocol`.
    """

    task: Task
    split: Split
    contender: Contender
    recorded_as: tuple[str, ...]
    classifiers: tuple[Classifier, ...]
    seed: int
    inner_folds: int | None
    inner_rows: int
    max_steps: int | None
    split_seed: int | None = None
    calibration: str | None = None
    details: bool = True
    procedure: Callable[[Job], Outcome] | None = None

    @property
    def first(self) -> bool:
        """Whether it is the fold whose details are stored."""
        return self.details and self.split.repeat == 0 and self.split.fold == 0

    def seeds(self, part: str) -> np.random.SeedSequence:
        """Seed of a component; contenders without a sampler share their classifiers' seeds."""
        sampler = self.contender.sampler or "none"
        return seed_for(self.seed, self.task, sampler, repeat=self.split.repeat, fold=self.split.fold, part=part)


@dataclass
class Outcome:
    """The outcome of a job.

    Parameters
    ----------
    scores, predictions : list of dict
        As in :class:`oversmith.evaluation.Comparison`.
    counts, training, embedding, images, quality : dict or list
        Of the first fold, for the contender that is fitted; ``quality`` as :func:`synthetic_quality` gives it, of
        tables alone.
    notes : list of str
        Warnings of the libraries, each once.
    traces : dict of str to str
        Classifier to the end of the traceback of what failed.
    cpu_seconds : dict of str to float
        Classifier to the processor time of this process: its own and the shared one, inner folds included.
    more : dict of str to dict
        Classifier to numbers beyond the metrics, stored beside them: accuracies, macro scores, and what a
        procedure adds.
    sizes : dict of str to int
        Sizes of the parts, where a procedure split them again.
    resampling : Resampling or None
        The fitted step of the sampler, for procedures; it is removed when the job ends.
    """

    scores: list[dict[str, Any]] = field(default_factory=list)
    predictions: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, dict[str, int]] | None = None
    training: dict[str, Any] | None = None
    embedding: dict[str, np.ndarray] | None = None
    images: dict[str, Any] | None = None
    quality: list[dict[str, Any]] | None = None
    notes: list[str] = field(default_factory=list)
    traces: dict[str, str] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    more: dict[str, dict[str, float]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    resampling: Any = None


def record(
    job: Job,
    outcome: Outcome,
    classifier: str,
    status: tuple[str, str | None],
    numbers: Mapping[str, Any] | None = None,
    scores: np.ndarray | None = None,
) -> None:
    """Add a row of results, and with scores of the test rows their predictions, to an outcome."""
    for contender in job.recorded_as:
        key = {
            "repeat": job.split.repeat,
            "fold": job.split.fold,
            "contender": contender,
            "classifier": classifier,
        }
        values = {name: (numbers or {}).get(name) for name in NUMBERS}
        outcome.scores.append(key | {"status": status[0], "error": status[1]} | values)
        if scores is not None:
            outcome.predictions.append(
                key
                | {
                    "rows": job.split.test,
                    "y": job.task.y[job.split.test],
                    "scores": scores.astype(np.float32),
                    "threshold": values["threshold"],
                }
            )


def failed_outcome(job: Job, status: str, reason: str) -> Outcome:
    """Make the record of a job that was ended from outside.

    Parameters
    ----------
    job : Job
        The work.
    status, reason : str
        How it ended, and why.

    Returns
    -------
    Outcome
        A row without numbers for every classifier.
    """
    outcome = Outcome()
    for classifier in job.classifiers:
        record(job, outcome, classifier.name, (status, reason))
    return outcome
