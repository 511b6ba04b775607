"""Running a job: fit one contender in one fold, and score it under all classifiers."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from threadpoolctl import threadpool_limits

from oversmith.evaluation.first_fold import add_details
from oversmith.evaluation.guard import LeakageError
from oversmith.evaluation.job import Job, Outcome, failed_outcome, record
from oversmith.evaluation.job_pipeline import built_classifiers, check_test_rows, job_pipeline, warm_up
from oversmith.evaluation.pipeline import problem
from oversmith.evaluation.scoring import further_scores, score_predictions
from oversmith.evaluation.task import row_hashes
from oversmith.evaluation.thresholds import choose_thresholds
from oversmith.evaluation.timers import SHARED, Notify, clocked, enter
from oversmith.exceptions import ColumnWarning

TRACE = 2000
"""Characters stored of a traceback."""


def run_job(job: Job, notify: Notify | None = None) -> Outcome:
    """Fit and score one contender in one fold.

    Everything runs on one thread, so that the bits do not depend on how many jobs run beside it.

    Parameters
    ----------
    job : Job
        The work.
    notify : callable, optional
        Called with the name of each stage when it begins, see :mod:`oversmith.evaluation.timers`.

    Returns
    -------
    Outcome
        Scores of every classifier. An exception becomes rows with the status ``"failed"`` or ``"oom"``; an
        interrupt passes.
    """
    with threadpool_limits(1), warnings.catch_warnings(record=True) as caught, clocked(notify) as clock:
        warnings.simplefilter("always")
        outcome = fit_and_score(job) if job.procedure is None else _by_procedure(job)
        enter(SHARED)
    outcome.resampling = None
    outcome.cpu_seconds = {c.name: clock.seconds[SHARED] + clock.seconds[c.name] for c in job.classifiers}
    # What is said of columns is said once, of the whole table.
    quiet = (DeprecationWarning, FutureWarning, ImportWarning, ColumnWarning)
    shown = [w for w in caught if not issubclass(w.category, quiet)]
    outcome.notes = sorted(
        {f"{w.category.__name__}: {str(w.message).strip().splitlines()[0]}" for w in shown if str(w.message).strip()}
    )
    return outcome


def _by_procedure(job: Job) -> Outcome:
    """Leave the job to its procedure; what raises there is a result too."""
    try:
        return cast(Callable[[Job], Outcome], job.procedure)(job)
    except Exception as error:
        outcome = failed_outcome(job, *problem(error))
        trace = "".join(traceback.format_exception(error))[-TRACE:]
        outcome.traces = {classifier.name: trace for classifier in job.classifiers}
        return outcome


def fit_and_score(job: Job) -> Outcome:
    """Do a job without a leak: everything that learns sees the training part alone.

    Parameters
    ----------
    job : Job
        The work.

    Returns
    -------
    Outcome
        Scores of every classifier, not yet the processor time.
    """
    task, split = job.task, job.split
    X_train, y_train = task.X.iloc[split.train], task.y[split.train]
    X_test, y_test = task.X.iloc[split.test], task.y[split.test]
    outcome = Outcome()
    classifiers, problems = built_classifiers(job)
    seconds_warm_up = None
    before = row_hashes(X_test)
    try:
        seconds_warm_up = warm_up(job, X_train, y_train)
        pipeline = job_pipeline(job, classifiers, y_train, "outer", keep=True).fit(X_train, y_train)
        check_test_rows(job, pipeline, X_train, X_test)
        scores = pipeline.predict_proba(X_test)
        if not np.array_equal(before, row_hashes(X_test)):
            raise LeakageError("the test part was changed while the pipeline was fitted")
    except Exception as error:
        trace = "".join(traceback.format_exception(error))[-TRACE:]
        for classifier in job.classifiers:
            record(job, outcome, classifier.name, problems.get(classifier.name, problem(error)))
            outcome.traces[classifier.name] = trace
        return outcome
    final = pipeline.named_steps["classifiers"]
    problems |= final.problems_
    seconds = {"seconds_fit": dict(final.seconds_fit_), "seconds_predict": dict(final.seconds_predict_)}
    rules, calibrators, why_not = choose_thresholds(
        job, {n: classifiers[n] for n in scores}, X_train, y_train, pipeline
    )
    outcome.resampling = step = pipeline.named_steps.get("sampler")
    for classifier in job.classifiers:
        name = classifier.name
        numbers: dict[str, Any] = {
            "seconds_resample": step.seconds_ if step else 0.0,
            **{key: value.get(name) for key, value in seconds.items()},
            "n_train": len(y_train),
            "n_synthetic": step.n_after_ - step.n_before_ if step else 0,
        }
        trouble = problems.get(name)
        if trouble is None:
            try:
                if name in calibrators:
                    scores[name] = calibrators[name].transform(scores[name])
                numbers |= score_predictions(task, y_test, scores[name], rules.get(name))
                outcome.more[name] = further_scores(task, y_test, scores[name], rules.get(name))
            except Exception as error:
                trouble = problem(error)
        status = trouble or ("done", why_not.get(name))
        record(job, outcome, name, status, numbers, None if trouble else scores[name])
    if job.first:
        add_details(job, outcome, pipeline, (X_train, y_train), (X_test, y_test), seconds_warm_up)
    return outcome
