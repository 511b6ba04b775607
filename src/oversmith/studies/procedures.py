"""What several studies share: samplers in their papers' settings, one draw for all folds, the leaking split."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold

from oversmith._registry import load_class, method
from oversmith.evaluation.builders import Situation
from oversmith.evaluation.contenders import Contender
from oversmith.evaluation.job import Job, Outcome, record
from oversmith.evaluation.job_pipeline import built_classifiers, job_pipeline
from oversmith.evaluation.pipeline import ManyClassifiers, problem
from oversmith.evaluation.scoring import further_scores, score_predictions
from oversmith.evaluation.spec import canonical, describe_sampler

# Resampled tables of earlier jobs of this process: the next folds and runs start from the same one.
_RESAMPLED: OrderedDict[tuple[Any, ...], tuple[Any, np.ndarray, list[Any], float, int]] = OrderedDict()
# More than the data sets times the samplers of a study, since a run uses all of them in turn.
_MOST_STORED = 64


def paper_contender(kebab: str, name: str, title: str, **changes: Any) -> Contender:
    """Make a contender of a method in its paper's setting.

    ``Plan.max_steps`` caps its generator steps: the papers' epochs are run in full where they are fewer, and cut to
    the cap where they are more.

    Parameters
    ----------
    kebab : str
        The method.
    name, title : str
        Key in records, and name for readers.
    **changes : object
        Parameters that differ from the paper's.

    Returns
    -------
    Contender
        The contender.

    Examples
    --------
    >>> from oversmith.studies.procedures import paper_contender
    >>> paper_contender("eo-wgan", "eo-wgan-paper", "EO-WGAN").trained
    True
    """
    build = partial(_in_paper, kebab=kebab, changes=changes)
    return Contender(name, title, kebab, build, trained=method(kebab).cost != "low")


def _in_paper(situation: Situation, *, kebab: str, changes: Mapping[str, Any]) -> Any:
    sampler = load_class(kebab).paper(**changes)
    sampler.set_params(random_state=situation.seed)
    if situation.max_steps is not None:
        if situation.max_steps == 1:
            # The warm-up: compile, and train as little as can be.
            return sampler.set_params(stop__max_epochs=1)
        counts = np.bincount(situation.y, minlength=len(situation.classes))
        # The networks of EO-WGAN see the class after SMOTE filled it up, the others the class itself.
        rows = int(counts.max() if kebab == "eo-wgan" else counts.min())
        per_epoch = math.ceil(rows / sampler.batch_size)
        epochs = min(sampler.stop.max_epochs, situation.max_steps // per_epoch)
        sampler.set_params(stop__max_epochs=max(1, epochs))
    return sampler


@dataclass(frozen=True)
class ResampledFirst:
    """Over-sampling before the cut into folds: the leak this library warns of, rebuilt to show what it is worth.

    The sampler sees every row, the folds are cut from the table it returns, and synthetic rows are tested on. Labels
    are read at 0.5.

    Parameters
    ----------
    folds : int, default=5
        Folds of the resampled table; those of the protocol.

    Examples
    --------
    >>> from oversmith.studies.procedures import ResampledFirst
    >>> ResampledFirst().name
    'resampled before the split'
    """

    folds: int = 5

    @property
    def name(self) -> str:
        """Name in tables."""
        return "resampled before the split"

    def __call__(self, job: Job) -> Outcome:
        """Do the job on folds of the resampled table."""
        whole = np.arange(len(job.task.y))
        X, y, after, seconds, n_generated = resample_once(job, whole, self)
        cut = StratifiedKFold(self.folds, shuffle=True, random_state=job.split_seed or 0)
        train, test = list(cut.split(np.zeros(len(y)), y))[job.split.fold]
        positive = job.task.minority if job.task.positive is None else job.task.positive
        sizes = {"n_train": len(train), "n_test": len(test), "n_test_positive": int((y[test] == positive).sum())}
        return fit_after(job, after, (X, y, train), (_rows(X, test), y[test]), seconds, n_generated, sizes)


def resample_once(job: Job, rows: np.ndarray, procedure: Any) -> tuple[Any, np.ndarray, list[Any], float, int]:
    """Resample rows, or return the result of an earlier job of this process.

    All folds share one draw, so its seed must not depend on the fold that a process runs first.

    Parameters
    ----------
    job : Job
        The work.
    rows : ndarray of int
        Positions of the rows the sampler sees.
    procedure : object
        Whose draw it is.

    Returns
    -------
    (table, ndarray, list, float, int)
        Table after the sampler, labels, the steps that follow, seconds, and number of generated rows.
    """
    job = replace(job, split=replace(job.split, fold=0))
    # A contender from another process is equal to none here, but the description of its sampler is.
    sampler = canonical(describe_sampler(job))
    key = (job.task.sha256, job.contender.name, sampler, job.seed, job.split.repeat, procedure, rows.tobytes())
    if key in _RESAMPLED:
        _RESAMPLED.move_to_end(key)
        return _RESAMPLED[key]
    task = job.task
    y = task.y[rows]
    pipeline = job_pipeline(job, {}, y, "outer", keep=True).fit(task.X.iloc[rows], y)
    names = [name for name, _ in pipeline.steps]
    step = pipeline.named_steps.get("sampler")
    position = names.index("sampler") + 1 if step is not None else 0
    after = [(name, step_) for name, step_ in pipeline.steps[position:] if name != "classifiers"]
    if step is None:
        result = (task.X.iloc[rows], y, after, 0.0, 0)
    else:
        result = (step.X_, step.y_, after, step.seconds_, step.n_after_ - step.n_before_)
    _RESAMPLED[key] = result
    while len(_RESAMPLED) > _MOST_STORED:
        _RESAMPLED.popitem(last=False)
    return result


def prepared(job: Job, rows: np.ndarray, X: Any) -> Any:
    """Send rows through the steps before the sampler, fitted on training rows.

    Parameters
    ----------
    job : Job
        The work.
    rows : ndarray of int
        Positions of the training rows.
    X : DataFrame
        Rows as they are in the data.

    Returns
    -------
    DataFrame or ndarray
        As the sampler sees them.
    """
    pipeline = job_pipeline(job, {}, job.task.y[rows], "outer")
    names = [name for name, _ in pipeline.steps]
    position = names.index("sampler") if "sampler" in names else 0
    if not position:
        return X
    return Pipeline(pipeline.steps[:position]).fit(job.task.X.iloc[rows]).transform(X)


def fit_after(
    job: Job,
    after: list[Any],
    training: tuple[Any, np.ndarray, np.ndarray],
    tested: tuple[Any, np.ndarray],
    seconds: float,
    n_generated: int,
    sizes: dict[str, int],
    on_training_rows: bool = False,
) -> Outcome:
    """Fit what follows the sampler on some rows and score it on others.

    Parameters
    ----------
    job : Job
        The work.
    after : list of (str, transformer)
        Steps between sampler and classifiers, cloned.
    training : (table, ndarray, ndarray of int)
        Table, labels, and positions of the rows that are fitted.
    tested : (table, ndarray)
        Rows and labels that are scored.
    seconds, n_generated : float, int
        Time of the sampler and number of generated rows, for the record.
    sizes : dict of str to int
        Sizes of the parts.
    on_training_rows : bool, default=False
        Score those too.

    Returns
    -------
    Outcome
        Scores of every classifier.
    """
    outcome = Outcome(sizes=sizes)
    X, y, rows = training
    X_test, y_test = tested
    classifiers, problems = built_classifiers(job)
    steps = [*((name, clone(step)) for name, step in after), ("classifiers", ManyClassifiers(classifiers))]
    pipeline = Pipeline(steps)
    try:
        pipeline.fit(_rows(X, rows), y[rows])
        scores = pipeline.predict_proba(X_test)
        own = pipeline.predict_proba(_rows(X, rows)) if on_training_rows else {}
    except Exception as error:
        for classifier in job.classifiers:
            record(job, outcome, classifier.name, problems.get(classifier.name, problem(error)))
        return outcome
    final = pipeline.named_steps["classifiers"]
    problems |= final.problems_
    for classifier in job.classifiers:
        name = classifier.name
        if name in problems:
            record(job, outcome, name, problems[name])
            continue
        numbers = {
            "seconds_resample": seconds,
            "seconds_fit": final.seconds_fit_.get(name),
            "seconds_predict": final.seconds_predict_.get(name),
            "n_train": sizes["n_train"],
            "n_synthetic": n_generated,
        } | score_predictions(job.task, y_test, scores[name], None)
        more = further_scores(job.task, y_test, scores[name], None)
        if on_training_rows:
            own_scores = score_predictions(job.task, y[rows], own[name], None)
            more |= {f"training_{metric}": own_scores[metric] for metric in ("f1", "precision", "recall")}
            more["training_accuracy"] = further_scores(job.task, y[rows], own[name], None)["accuracy"]
        outcome.more[name] = more
        # Rows of a resampled table are no rows of the data: their scores are not stored.
        record(job, outcome, name, ("done", None), numbers, scores[name] if on_training_rows else None)
    return outcome


def _rows(X: Any, rows: np.ndarray) -> Any:
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]
