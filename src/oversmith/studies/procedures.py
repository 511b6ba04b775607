"""Ways to do a job that documents describe or that test a claim: labels with noise, over-sampling first, one draw."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold

from oversmith.evaluation.jobs import Job, Outcome, built_classifiers, further_scores, job_pipeline, judge, record
from oversmith.evaluation.jobs import run_soundly as _run_soundly
from oversmith.evaluation.keys import canonical, describe_sampler
from oversmith.evaluation.pipeline import ManyClassifiers, problem
from oversmith.evaluation.protocol import seed_for

# Resampled tables of earlier jobs of this process: the next folds and runs start from the same one.
_KEPT: OrderedDict[tuple[Any, ...], tuple[Any, np.ndarray, list[Any], float, int]] = OrderedDict()
# More than a study has data sets times samplers: runs go through all of them in turn.
_MOST_KEPT = 64


@dataclass(frozen=True)
class LabelNoise:
    """Training rows of the positive class get the other label; the test part, and a validation part, keep theirs.

    Parameters
    ----------
    share : float
        Share of the positive training rows, rounded down; 0 leaves them alone.

    Examples
    --------
    >>> from oversmith.studies.procedures import LabelNoise
    >>> LabelNoise(0.05).name
    '5 % of positive training labels flipped'
    """

    share: float

    @property
    def name(self) -> str:
        """What tables call it."""
        return f"{100 * self.share:g} % of positive training labels flipped"

    def __call__(self, job: Job) -> Outcome:
        """Do the job on flipped labels."""
        task, split = job.task, job.split
        rare = split.train[task.y[split.train] == task.positive]
        rng = np.random.default_rng(
            seed_for(job.split_seed or 0, task, "label-noise", repeat=split.repeat, fold=split.fold)
        )
        # The rows flipped at a small share are among those flipped at a large one.
        flipped = rng.permutation(rare)[: int(self.share * len(rare) + 1e-9)]
        y = task.y.copy()
        y[flipped] = 1 - y[flipped]
        return _run_soundly(replace(job, task=replace(task, y=y), procedure=None))


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
        """What tables call it."""
        return "resampled before the split"

    def __call__(self, job: Job) -> Outcome:
        """Do the job on folds of the resampled table."""
        whole = np.arange(len(job.task.y))
        X, y, after, seconds, made = resample_once(job, whole, self)
        cut = StratifiedKFold(self.folds, shuffle=True, random_state=job.split_seed or 0)
        train, test = list(cut.split(np.zeros(len(y)), y))[job.split.fold]
        positive = job.task.minority if job.task.positive is None else job.task.positive
        sizes = {"n_train": len(train), "n_test": len(test), "n_test_positive": int((y[test] == positive).sum())}
        return fit_after(job, after, (X, y, train), (_rows(X, test), y[test]), seconds, made, sizes)


@dataclass(frozen=True)
class OneDraw:
    """Document 001: the rows are drawn once, thirty runs differ in the start of the classifier alone.

    The test part is a fifth of the rows, not stratified: the first cut, by ascending seed, that holds ``n_positive``
    positive rows, as many as the document's own test part (and the very first where no cut does). The sampler has a
    seed of its own; the job's seed reaches the classifiers. Labels are read at 0.5; accuracy and F1 of the training
    rows, synthetic ones included, stand beside those of the test part.

    Parameters
    ----------
    n_positive : tuple of (str, int)
        Data set, and positive rows of its test part; other sets take the first cut.
    sampler_seed : int, default=0
        Seed of the sampler.

    Examples
    --------
    >>> from oversmith.studies.procedures import OneDraw
    >>> OneDraw((("ecoli4", 2),)).name
    'one draw, classifiers started anew'
    """

    n_positive: tuple[tuple[str, int], ...] = ()
    sampler_seed: int = 0

    @property
    def name(self) -> str:
        """What tables call it."""
        return "one draw, classifiers started anew"

    def __call__(self, job: Job) -> Outcome:
        """Do the job on the one cut and the one draw."""
        train, test = self._cut(job)
        drawn = replace(job, seed=self.sampler_seed, split=replace(job.split, fold=0, train=train, test=test))
        X, y, after, seconds, made = resample_once(drawn, train, self)
        task = job.task
        positive = task.minority if task.positive is None else task.positive
        sizes = {
            "n_train": len(train),
            "n_test": len(test),
            "n_test_positive": int((task.y[test] == positive).sum()),
        }
        X_test = prepared(drawn, train, task.X.iloc[test])
        every = np.arange(len(y))
        cut = replace(job, split=drawn.split)
        return fit_after(cut, after, (X, y, every), (X_test, task.y[test]), seconds, made, sizes, on_training_rows=True)

    def _cut(self, job: Job) -> tuple[np.ndarray, np.ndarray]:
        task = job.task
        wanted = dict(self.n_positive).get(task.name)
        positive = task.minority if task.positive is None else task.positive
        n_test = round(0.2 * len(task.y))
        for attempt in (*range(1000), 0):
            order = np.random.default_rng(attempt).permutation(len(task.y))
            if wanted is None or int((task.y[order[:n_test]] == positive).sum()) == wanted:
                break
        return np.sort(order[n_test:]), np.sort(order[:n_test])


def resample_once(job: Job, rows: np.ndarray, procedure: Any) -> tuple[Any, np.ndarray, list[Any], float, int]:
    """Resample rows, or find what an earlier job of this process made of them.

    One draw for all folds, which are kept together: its seed must not hang on the fold a process meets first.

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
        Table after the sampler, labels, the steps that follow, seconds, and rows made.
    """
    job = replace(job, split=replace(job.split, fold=0))
    # A contender that came from another process is equal to nothing here; what describes its sampler is.
    sampler = canonical(describe_sampler(job))
    key = (job.task.sha256, job.contender.name, sampler, job.seed, job.split.repeat, procedure, rows.tobytes())
    if key in _KEPT:
        _KEPT.move_to_end(key)
        return _KEPT[key]
    task = job.task
    y = task.y[rows]
    pipeline = job_pipeline(job, {}, y, "outer", keep=True).fit(task.X.iloc[rows], y)
    names = [name for name, _ in pipeline.steps]
    step = pipeline.named_steps.get("sampler")
    place = names.index("sampler") + 1 if step is not None else 0
    after = [(name, step_) for name, step_ in pipeline.steps[place:] if name != "classifiers"]
    if step is None:
        found = (task.X.iloc[rows], y, after, 0.0, 0)
    else:
        found = (step.X_, step.y_, after, step.seconds_, step.n_after_ - step.n_before_)
    _KEPT[key] = found
    while len(_KEPT) > _MOST_KEPT:
        _KEPT.popitem(last=False)
    return found


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
    place = names.index("sampler") if "sampler" in names else 0
    if not place:
        return X
    return Pipeline(pipeline.steps[:place]).fit(job.task.X.iloc[rows]).transform(X)


def fit_after(
    job: Job,
    after: list[Any],
    training: tuple[Any, np.ndarray, np.ndarray],
    tested: tuple[Any, np.ndarray],
    seconds: float,
    made: int,
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
    seconds, made : float, int
        Time of the sampler, and rows it made, for the record.
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
            "n_synthetic": made,
        } | judge(job.task, y_test, scores[name], None)
        more = further_scores(job.task, y_test, scores[name], None)
        if on_training_rows:
            told = judge(job.task, y[rows], own[name], None)
            more |= {f"training_{metric}": told[metric] for metric in ("f1", "precision", "recall")}
            more["training_accuracy"] = further_scores(job.task, y[rows], own[name], None)["accuracy"]
        outcome.more[name] = more
        # Rows of a resampled table are no rows of the data: their scores are not kept.
        record(job, outcome, name, ("done", None), numbers, scores[name] if on_training_rows else None)
    return outcome


def _rows(X: Any, rows: np.ndarray) -> Any:
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]
