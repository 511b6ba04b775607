"""One job: one contender in one fold under all classifiers. A pure function from job to outcome."""

from __future__ import annotations

import itertools
import time
import traceback
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd
from imblearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from oversmith.evaluation.calibration import Calibrator
from oversmith.evaluation.contenders import Classifier, Contender, Situation
from oversmith.evaluation.guard import LeakageError, check_exact_rows
from oversmith.evaluation.image_panels import image_panels
from oversmith.evaluation.pipeline import PlainFrame, build_pipeline, preparation, problem, split_kinds
from oversmith.evaluation.protocol import Split, seed_for
from oversmith.evaluation.synthetic_quality import synthetic_quality
from oversmith.evaluation.task import Task, row_hashes
from oversmith.evaluation.timers import SHARED, WARM_UP, Notify, clocked, enter
from oversmith.exceptions import MissingExtraError, describe_error
from oversmith.metrics import METRICS, macro_scores, score_all
from oversmith.samplers._snapshots import Snapshots
from oversmith.selection import ThresholdRule, inner_scores

EMBEDDING_ROWS = 3000
# A row of an image has hundreds of columns; a report shows images as panels.
_EMBEDDING_IMAGES = 600
TRACE = 2000
"""Characters kept of a traceback."""
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
_warmed: set[tuple[Any, ...]] = set()


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
        Does the job in place of the sound way, as :class:`oversmith.evaluation.Protocol` says.
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
        """Whether it is the fold whose details are kept."""
        return self.details and self.split.repeat == 0 and self.split.fold == 0

    def seeds(self, part: str) -> np.random.SeedSequence:
        """Seed of a component; contenders without a sampler share their classifiers' seeds."""
        sampler = self.contender.sampler or "none"
        return seed_for(self.seed, self.task, sampler, repeat=self.split.repeat, fold=self.split.fold, part=part)


@dataclass
class Outcome:
    """What came of a job.

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
        Sizes of the parts, where a procedure cut them anew.
    resampling : Resampling or None
        The fitted step of the sampler, for a procedure that looks at it; it does not leave the job.
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
    shown = [w for w in caught if not issubclass(w.category, (DeprecationWarning, FutureWarning, ImportWarning))]
    outcome.notes = sorted(
        {f"{w.category.__name__}: {str(w.message).strip().splitlines()[0]}" for w in shown if str(w.message).strip()}
    )
    return outcome


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
    task, split, contender = job.task, job.split, job.contender
    X_train, y_train = task.X.iloc[split.train], task.y[split.train]
    X_test, y_test = task.X.iloc[split.test], task.y[split.test]
    outcome = Outcome()
    classifiers, problems = built_classifiers(job)
    seconds_warm_up = None
    before = row_hashes(X_test)
    try:
        seconds_warm_up = _warm_up(job, X_train, y_train)
        pipeline = job_pipeline(job, classifiers, y_train, "outer", keep=True).fit(X_train, y_train)
        _guard(job, pipeline, X_train, X_test)
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
    rules, calibrators, why_not = _thresholds(job, {n: classifiers[n] for n in scores}, X_train, y_train, pipeline)
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
        outcome.counts = _counts(task, y_train, step)
        if step:
            outcome.embedding = _embedding(job, step, X_train, y_train)
        if step and task.modality == "image":
            outcome.images = _images(job, step, pipeline, X_train, y_train)
        if step and task.modality == "table":
            # Outside all clocks: it is no cost of the contender.
            enter(WARM_UP)
            parts = {"train": (X_train, y_train), "unseen": (X_test, y_test)}
            outcome.quality = synthetic_quality(task, step, contender.before, parts, _number(job.seeds("quality")))
            enter(SHARED)
        if contender.trained and step:
            outcome.training = _training(task, step.sampler_, seconds_warm_up)
    return outcome


def built_classifiers(job: Job) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """Classifiers of a job by name, and why others are left out."""
    built, problems = {}, {}
    for classifier in job.classifiers:
        try:
            built[classifier.name] = classifier.build(_number(job.seeds(classifier.name)))
            if job.task.shape is not None and "input_shape" in built[classifier.name].get_params(deep=False):
                built[classifier.name].set_params(input_shape=job.task.shape)
        except MissingExtraError as error:
            problems[classifier.name] = ("skipped", describe_error(error))
    return built, problems


def job_pipeline(job: Job, classifiers: Mapping[str, Any], y: np.ndarray, part: str, keep: bool = False) -> Pipeline:
    """Pipeline of a job for training rows with the labels ``y``; ``part`` names the stream of its sampler."""
    contender = job.contender
    sampler = _sampler(job, y, _number(job.seeds(f"sampler/{part}")), job.max_steps)
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


def _warm_up(job: Job, X: pd.DataFrame, y: np.ndarray) -> float | None:
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


def _guard(job: Job, pipeline: Pipeline, X_train: pd.DataFrame, X_test: pd.DataFrame) -> None:
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


def _thresholds(
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


def score_predictions(task: Task, y: np.ndarray, scores: np.ndarray, rule: ThresholdRule | None) -> dict[str, Any]:
    """All metrics at 0.5 and, with a rule, at its threshold."""
    plain = ThresholdRule(task.positive).predict(scores)
    numbers: dict[str, Any] = dict(score_all(y, scores, plain, task.positive))
    if rule is not None:
        numbers |= score_all(y, scores, rule.predict(scores), task.positive, suffix="_tuned")
        numbers["threshold"] = rule.threshold
    return numbers


def further_scores(task: Task, y: np.ndarray, scores: np.ndarray, rule: ThresholdRule | None) -> dict[str, float]:
    """Accuracy and macro scores at 0.5 and, with a rule, at its threshold: what papers report beside the metrics."""
    further: dict[str, float] = {}
    for at, suffix in ((ThresholdRule(task.positive), ""), (rule, "_tuned")):
        if at is not None:
            predicted = at.predict(scores)
            further[f"accuracy{suffix}"] = float(np.mean(predicted == y))
            further |= macro_scores(y, predicted, suffix=suffix)
    return further


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


def _counts(task: Task, y: np.ndarray, step: Any) -> dict[str, dict[str, int]]:
    before = np.bincount(y, minlength=len(task.classes))
    after = step.counts_after_ if step else before
    return {
        "before": dict(zip(task.classes, before.tolist(), strict=True)),
        "after": dict(zip(task.classes, after.tolist(), strict=True)),
    }


def _training(task: Task, sampler: Any, seconds_warm_up: float | None) -> dict[str, Any]:
    """Gather what the sampler tells of its training, by the names of the classes it knew by code."""

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
    real = _few(y, _number(seed_for(job.seed, job.task, "embedding")), most)
    some = _few(label, _number(job.seeds("embedding")), most)
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
    shown = _few(truth, _number(seed_for(job.seed, job.task, "unseen")), most)
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


def _number(seeds: np.random.SeedSequence) -> int:
    # scikit-learn takes 32-bit seeds, XGBoost signed ones.
    return int(seeds.generate_state(1)[0] >> 1)
