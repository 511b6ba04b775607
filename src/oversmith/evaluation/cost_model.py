"""How long a job takes by what was measured once: rough, for what was never timed on this machine."""

from __future__ import annotations

from oversmith._registry import METHODS
from oversmith.evaluation.job import Job

# Seconds of one fit on one thread of a shared two-core server, and seconds per training row on top: the means of
# docs/results/raw/judging.parquet, of ganbats.parquet for series.
_SAMPLERS = {"low": (0.03, 1e-5), "medium": (1.8, 5e-5), "high": (4.0, 5e-5)}
_CLASSIFIERS = {
    "knn": (0.01, 2e-5),
    "logistic-regression": (0.005, 2e-6),
    "random-forest": (0.12, 5e-5),
    "xgboost": (0.04, 1e-5),
    "random-convolutions": (0.8, 0.0),
    "convolutional-network": (3.2, 0.0),
}
_UNKNOWN = (0.1, 2e-5)
# Networks on arrays of series, spectra or images convolve: this many times the seconds of a table.
_CONVOLUTION = 30.0
# Imports and compiled programs from the cache, once per process; programs new to the cache cost more.
START = 8.0


def reference_seconds(job: Job) -> float:
    """Guess the seconds of a job, inner folds included.

    Parameters
    ----------
    job : Job
        What is to be run.

    Returns
    -------
    float
        A rough guess: rows, method, classifiers and folds count, the machine and the columns do not, so that long
        series and images take several times as long.
    """
    rows = len(job.split.train)
    seconds = _sampler(job, rows) + sum(_line(_CLASSIFIERS.get(c.name, _UNKNOWN), rows) for c in job.classifiers)
    if job.inner_folds is None or job.split.validation is not None:
        return seconds
    inner = min(rows, job.inner_rows) * (job.inner_folds - 1) // job.inner_folds
    once = _sampler(job, inner) + sum(_line(_CLASSIFIERS.get(c.name, _UNKNOWN), inner) for c in job.classifiers)
    return seconds + job.inner_folds * once


def sampler_seconds(name: str, rows: int, max_steps: int | None = None, *, series: bool = False) -> float:
    """Guess the seconds of one training of a method.

    Parameters
    ----------
    name : str
        The method in kebab case; another sampler counts as a cheap one.
    rows : int
        Rows it is trained on.
    max_steps : int, optional
        Its budget.
    series : bool, default=False
        Whether the rows are arrays: networks then convolve.

    Returns
    -------
    float
        Seconds.

    Examples
    --------
    >>> from oversmith.evaluation.cost_model import sampler_seconds
    >>> sampler_seconds("jitter", 1000) < sampler_seconds("eo-wgan", 1000)
    True
    """
    entry = METHODS.get(name)
    cost = "low" if entry is None else entry.cost
    seconds = _line(_SAMPLERS[cost], rows)
    if cost == "low":
        return seconds
    share = 1.0 if max_steps is None else min(1.0, max_steps / 1_000)
    return seconds * share * (_CONVOLUTION if series else 1.0)


def _sampler(job: Job, rows: int) -> float:
    name = job.contender.sampler
    return 0.0 if name is None else sampler_seconds(name, rows, job.max_steps, series=job.task.shape is not None)


def _line(pace: tuple[float, float], rows: int) -> float:
    return pace[0] + pace[1] * rows
