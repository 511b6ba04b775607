"""Nazari et al. 2021, factors of difficulty: experiments on images and tables, their folds and classifier."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold

from oversmith.classifiers import DenseClassifier
from oversmith.datasets import Dataset, Difficult, cut_in_order, load_dataset, make_rotated_digits
from oversmith.evaluation.job import Job, Outcome
from oversmith.evaluation.jobs import fit_and_score as _fit_and_score
from oversmith.evaluation.protocol import seed_for
from oversmith.evaluation.task import Task, prepare
from oversmith.exceptions import OversmithError
from oversmith.metrics import mmd_test
from oversmith.selection import ThresholdRule, stratified_folds
from oversmith.studies.study import Scope, StudySet

FOURS = "mnist_train"
SIZES = (28, 14, 8, 4)
ANGLES = (30, 45, 90)
MAJORITIES = (1000, 400, 200, 100)
RATIOS = (0.4, 0.2, 0.1)
# What stands for no attack in tables of several classes.
NORMAL = {"unsw_nb15_82k": "Normal", "nsl_kdd": "normal"}

SETS = (
    StudySet(FOURS, "MNIST fours"),
    StudySet("cyber_cic_syscalls_adware", "Adware by system calls"),
    StudySet("cyber_iscx_defacement", "Defacement URLs"),
    StudySet("cyber_cic_syscallsbinders_adware_1000_0p4", "Adware by calls and binders"),
    StudySet("cyber_cic_syscallsbinders_smsmalware_1000_0p4", "SMS malware"),
    StudySet("cyber_cira_1000_0p4", "DNS tunnels"),
    StudySet("cyber_iscx_spam_1000_0p4", "Spam URLs"),
    StudySet("cyber_tor_1000_0p4", "Tor traffic"),
    StudySet("unsw_nb15_82k", "UNSW-NB15 attacks"),
    StudySet("nsl_kdd", "NSL-KDD attacks"),
)
TABLES = tuple(entry.name for entry in SETS if entry.name != FOURS)
TITLES = {entry.name: entry.title for entry in SETS}
COLUMNS = dict(zip(TABLES, (130, 75, 444, 439, 29, 75, 22, 42, 41), strict=True))
"""Columns of the tables, before levels are spread."""


@dataclass(frozen=True)
class Experiment:
    """One combination of the factors.

    Parameters
    ----------
    source : str
        Data set.
    n_majority : int
        Sample size.
    ratio : float
        Minority cases to one of the majority.
    size, angle : int, optional
        Of images: pixels along a side, and degrees of the rotation.
    apart : bool, default=False
        Of images: no digit stands in both classes.
    """

    source: str
    n_majority: int
    ratio: float
    size: int | None = None
    angle: int | None = None
    apart: bool = False

    @property
    def name(self) -> str:
        """Name in the raw scores."""
        counts = f"{self.n_majority} to {self.ratio:g}"
        if self.size is None:
            return f"{self.source}, {counts}"
        return f"{'fours apart' if self.apart else 'fours'}, {self.size} pixels, {self.angle} degrees, {counts}"


GRID = tuple(
    Experiment(FOURS, n, ratio, size, angle)
    for size, angle, n, ratio in itertools.product(SIZES, ANGLES, MAJORITIES, RATIOS)
)
"""The paper's 144."""
APART = tuple(replace(entry, apart=True) for entry in GRID)
CUTS = tuple(Experiment(source, n, ratio) for source, n, ratio in itertools.product(TABLES, MAJORITIES, RATIOS))
EXPERIMENTS = {entry.name: entry for entry in (*GRID, *APART, *CUTS)}
"""All of them by name."""


def in_fraction(entry: Experiment) -> bool:
    """Return whether an experiment is one of those that are run where all would take too long.

    On images one of four: every size, angle and ratio meets every other one, with a single sample size. On tables one
    of three: every sample size, with a single ratio.

    Examples
    --------
    >>> from oversmith.studies.difficulty.experiments import CUTS, GRID, in_fraction
    >>> sum(map(in_fraction, GRID)), sum(map(in_fraction, CUTS)) / 9
    (36, 4.0)
    """
    position = MAJORITIES.index(entry.n_majority) + RATIOS.index(entry.ratio)
    if entry.size is None or entry.angle is None:
        return position % len(RATIOS) == 0
    return (position + SIZES.index(entry.size) + ANGLES.index(entry.angle)) % len(MAJORITIES) == 0


def in_middle(entry: Experiment) -> bool:
    """Return whether an experiment on a table is the one that is run for its twelve."""
    return entry.size is None and (entry.n_majority, entry.ratio) == (400, 0.2)


def load(sets: Sequence[StudySet], scope: Scope) -> tuple[tuple[Task, ...], dict[str, dict[str, Any]]]:
    """Load the data sets and cut every experiment; the counts are the paper's in every scope."""
    tasks: list[Task] = []
    facts: dict[str, dict[str, Any]] = {}
    for entry in sets:
        try:
            data = load_dataset(entry.name)
        except OversmithError as error:
            facts[entry.name] = {"title": entry.title, "missing": str(error)}
            continue
        cut = list(_image_tasks(data) if entry.name == FOURS else _table_tasks(data))
        tasks += cut
        facts[entry.name] = {
            "title": entry.title,
            "found": len(data.y),
            "columns": cut[0].X.shape[1],
            "experiments": len(cut),
            "sha256": data.checksum,
        }
    return tuple(tasks), facts


def _image_tasks(data: Dataset) -> Iterator[Task]:
    fours = np.asarray(data.X)[np.asarray(data.y).astype(str) == "4"]
    yield from image_tasks(fours, (*GRID, *APART))


def image_tasks(images: np.ndarray, experiments: Sequence[Experiment]) -> Iterator[Task]:
    """Make the images of experiments, as rows; those that are ``apart`` use no image twice."""
    for entry in experiments:
        assert entry.angle is not None
        # The published code shuffles before it takes the first ones; its numbers are those of the paper.
        images_ = make_rotated_digits(
            images, entry.angle, entry.n_majority, entry.ratio, entry.size, order="shuffled", disjoint=entry.apart
        )
        yield flat_task(entry.name, images_, ("four", "rotated"))


def flat_task(name: str, cases: Difficult, classes: tuple[str, str]) -> Task:
    """Make a task of rows in [-1, 1] that networks see as they are, with groups where two cases share an image."""
    rows = np.asarray(cases.X, dtype=np.float64).reshape(len(cases.y), -1)
    frame = pd.DataFrame(rows, columns=[f"x{at}" for at in range(rows.shape[1])])
    digest = hashlib.sha256(rows.astype("<f8").tobytes() + cases.y.astype("<i8").tobytes()).hexdigest()
    alone = len(np.unique(cases.groups)) == len(cases.groups)
    return Task(
        name=name,
        target="class",
        X=frame,
        y=cases.y.astype(np.int64),
        classes=classes,
        positive=1,
        kinds={str(column): "numeric" for column in frame},
        sha256=digest,
        groups=None if alone else cases.groups.astype(np.int64),
        shape=(1, rows.shape[1]),
    )


def _table_tasks(data: Dataset) -> Iterator[Task]:
    X, y = pd.DataFrame(data.X), np.asarray(data.y).astype(str)
    normal = NORMAL.get(data.name)
    if normal is not None:
        # A row in both parts of a split tests nothing.
        unique = ~X.duplicated().to_numpy()
        X, y = X[unique].reset_index(drop=True), np.where(y[unique] == normal, normal, "attack")
    positive = "attack" if normal is not None else "1"
    for entry in CUTS:
        if entry.source == data.name:
            yield _table_task(entry, X, y, positive, flat=normal is None)


def _table_task(entry: Experiment, X: pd.DataFrame, y: np.ndarray, positive: str, flat: bool) -> Task:
    chosen = cut_in_order(y, positive, entry.n_majority, entry.ratio)
    cases, labels = X.iloc[chosen].reset_index(drop=True), y[chosen]
    if not flat:
        return prepare(cases, labels, target="class", name=entry.name, positive=positive)
    difficult = Difficult(cases.to_numpy(), (labels == positive).astype(np.int64), chosen)
    return flat_task(entry.name, difficult, ("normal", "attack"))


def among(tasks: Sequence[Task], keep: Callable[[Experiment], bool]) -> list[Task]:
    """Keep the tasks of some experiments."""
    return [task for task in tasks if keep(EXPERIMENTS[task.name])]


FOLDS = 5
COUNTS = ("true_rare", "false_rare", "missed_rare", "true_common")
"""What a fold leaves: rows of the minority that were found, others taken for it, those missed, and the rest."""


@dataclass(frozen=True)
class OneFold:
    """One of five folds, the repeat says which: so a run may do the first folds now and the others later.

    Beside the metrics it keeps four counts, of which F1 can be pooled over folds, at 0.5 and at a tuned threshold. Of
    networks it also keeps how long they trained, and the kernel distance of what they made to minority rows of the test
    part.

    Parameters
    ----------
    stratified : bool, default=True
        Cut every class alike, groups kept whole. Otherwise as the paper does: `KFold` with a shuffle of seed 0,
        which knows neither. A fold without minority rows counts as F1 0; the published code stops at one where none are
        predicted either.

    Examples
    --------
    >>> from oversmith.studies.difficulty.experiments import OneFold
    >>> OneFold().name, OneFold(stratified=False).name
    ('a fold of five', 'a fold of five, not stratified')
    """

    stratified: bool = True

    @property
    def name(self) -> str:
        """Name in tables."""
        return f"a fold of five{'' if self.stratified else ', not stratified'}"

    def __call__(self, job: Job) -> Outcome:
        """Do the job on that fold."""
        train, test = self.cut(job)
        task = job.task
        job = replace(job, split=replace(job.split, train=train, test=test), procedure=None)
        outcome = _fit_and_score(job)
        rare = task.y[test] == task.positive
        outcome.sizes = {"n_train": len(train), "n_test": len(test), "n_test_positive": int(rare.sum())}
        for row in outcome.predictions:
            outcome.more.setdefault(row["classifier"], {}).update(_counts(task, row))
        for numbers in outcome.more.values():
            numbers |= _looked_at(job, outcome, rare)
        return outcome

    def cut(self, job: Job) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the rows that train and of those that test."""
        task, fold = job.task, job.split.repeat % FOLDS
        if not self.stratified:
            return list(KFold(FOLDS, shuffle=True, random_state=0).split(task.y))[fold]
        named = np.asarray(task.classes, dtype=object)[task.y]
        seed = seed_for(job.split_seed or 0, task, "folds")
        return stratified_folds(named, FOLDS, 1, seed, groups=task.groups)[fold]


def _counts(task: Any, row: dict[str, Any]) -> dict[str, float]:
    """Count hits and misses at 0.5 and, where there is one, at the threshold."""
    counts_: dict[str, float] = {}
    truth = row["y"] == task.positive
    rules = {"": ThresholdRule(task.positive).predict(row["scores"])}
    if row["threshold"] is not None:
        rules["_tuned"] = np.where(
            row["scores"][:, task.positive] >= row["threshold"], task.positive, 1 - task.positive
        )
    for suffix, predicted in rules.items():
        said = predicted == task.positive
        counts = (truth & said, ~truth & said, truth & ~said, ~truth & ~said)
        counts_ |= {f"{name}{suffix}": float(part.sum()) for name, part in zip(COUNTS, counts, strict=True)}
    return counts_


def _looked_at(job: Job, outcome: Outcome, rare: np.ndarray) -> dict[str, float]:
    """Return the steps of a trained sampler, and how far its rows are from minority rows it has not seen."""
    step = outcome.resampling
    if step is None or not getattr(step.sampler_, "n_steps_", None):
        return {}
    result = {"steps": float(max(step.sampler_.n_steps_.values()))}
    generated = np.asarray(step.X_)[step.n_before_ :]
    unseen = np.asarray(job.task.X)[job.split.test[rare]]
    if job.task.shape is not None and min(len(generated), len(unseen)) > 1:
        parts = [np.asarray(part, dtype=np.float64)[:, None, :] for part in (unseen, generated)]
        result["distance"] = mmd_test(*parts, n_permutations=0).mmd
    return result


class PaperDense(DenseClassifier):
    """The classifier of the paper: ten ReLU units and a sigmoid, 20 epochs at batch 32 of four fifths of the rows.

    All columns are brought to one scale, from -1 for the smallest number of the training rows to 1 for the largest, as
    the paper's data are. The published code sets the last fifth of the shuffled rows aside for a validation that
    nothing reads; it trains on the others alone.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.studies.difficulty.experiments import PaperDense
    >>> X, y = np.repeat([[-1.0, 1.0], [1.0, -1.0]], 50, axis=0), np.repeat([0, 1], 50)
    >>> model = PaperDense(hidden_widths=(10,), max_epochs=20, batch_size=32, patience=None, random_state=0)
    >>> model.fit(X, y).n_steps_
    60
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on the first four fifths of the shuffled rows."""
        from sklearn.utils import shuffle

        rows, labels = np.asarray(X), np.asarray(y)
        self._ends = float(rows.min()), float(rows.max())
        chosen = shuffle(np.arange(len(labels)), random_state=0)[: int(0.8 * len(labels))]
        weight = None if sample_weight is None else np.asarray(sample_weight)[chosen]
        return super().fit(rows[chosen], labels[chosen], weight)

    def _scale(self, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, high = self._ends
        spread = (high - low) / 2 or 1.0
        return np.full(x.shape[1], (high + low) / 2), np.full(x.shape[1], spread)


def paper_dense(seed: int) -> PaperDense:
    """Make the paper's classifier."""
    return PaperDense(
        hidden_widths=(10,), learning_rate=1e-3, batch_size=32, max_epochs=20, patience=None, random_state=seed
    )
