"""Document 004: its 144 experiments on images, and those on tables, as data."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from oversmith.datasets import Dataset, Difficult, cut_in_order, load_dataset, make_rotated_digits
from oversmith.evaluation.task import Task, prepare
from oversmith.exceptions import OversmithError
from oversmith.studies.data import StudySet
from oversmith.studies.study import Scope

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
"""The document's 144."""
APART = tuple(replace(entry, apart=True) for entry in GRID)
CUTS = tuple(Experiment(source, n, ratio) for source, n, ratio in itertools.product(TABLES, MAJORITIES, RATIOS))
EXPERIMENTS = {entry.name: entry for entry in (*GRID, *APART, *CUTS)}
"""All of them by name."""


def in_fraction(entry: Experiment) -> bool:
    """Say whether an experiment is one of those that stand for all where all are too dear.

    On images one of four: every size, angle and ratio meets every other one, with a single sample size. On tables one
    of three: every sample size, with a single ratio.

    Examples
    --------
    >>> from oversmith.studies.difficulty_data import CUTS, GRID, in_fraction
    >>> sum(map(in_fraction, GRID)), sum(map(in_fraction, CUTS)) / 9
    (36, 4.0)
    """
    place = MAJORITIES.index(entry.n_majority) + RATIOS.index(entry.ratio)
    if entry.size is None or entry.angle is None:
        return place % len(RATIOS) == 0
    return (place + SIZES.index(entry.size) + ANGLES.index(entry.angle)) % len(MAJORITIES) == 0


def in_middle(entry: Experiment) -> bool:
    """Say whether an experiment on a table is the one that stands for its twelve."""
    return entry.size is None and (entry.n_majority, entry.ratio) == (400, 0.2)


def load(sets: Sequence[StudySet], scope: Scope) -> tuple[tuple[Task, ...], dict[str, dict[str, Any]]]:
    """Load the data sets and cut every experiment.

    Parameters
    ----------
    sets : sequence of StudySet
        Which.
    scope : Scope
        Not read: the counts are the document's.

    Returns
    -------
    (tuple of Task, dict)
        The experiments whose data are at hand; and per data set what was found, or ``missing`` with the reason.
    """
    tasks: list[Task] = []
    facts: dict[str, dict[str, Any]] = {}
    for entry in sets:
        try:
            data = load_dataset(entry.name)
        except OversmithError as error:
            facts[entry.name] = {"title": entry.title, "missing": str(error)}
            continue
        made = list(_image_tasks(data) if entry.name == FOURS else _table_tasks(data))
        tasks += made
        facts[entry.name] = {
            "title": entry.title,
            "found": len(data.y),
            "columns": made[0].X.shape[1],
            "experiments": len(made),
            "sha256": data.checksum,
        }
    return tuple(tasks), facts


def _image_tasks(data: Dataset) -> Iterator[Task]:
    fours = np.asarray(data.X)[np.asarray(data.y).astype(str) == "4"]
    yield from image_tasks(fours, (*GRID, *APART))


def image_tasks(images: np.ndarray, experiments: Sequence[Experiment]) -> Iterator[Task]:
    """Make the images of experiments.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        One kind of images.
    experiments : sequence of Experiment
        Which; those that are ``apart`` use no image twice.

    Yields
    ------
    Task
        Images as rows.
    """
    for entry in experiments:
        assert entry.angle is not None
        # The published code shuffles before it takes the first ones; its numbers are those of the document.
        made = make_rotated_digits(
            images, entry.angle, entry.n_majority, entry.ratio, entry.size, order="shuffled", disjoint=entry.apart
        )
        yield flat_task(entry.name, made, ("four", "rotated"))


def flat_task(name: str, made: Difficult, classes: tuple[str, str]) -> Task:
    """Make a task of rows that networks see as they are, every column on one scale.

    Parameters
    ----------
    name : str
        What it is called.
    made : Difficult
        Cases of numbers in [-1, 1].
    classes : (str, str)
        Majority and minority.

    Returns
    -------
    Task
        A column per number; groups where a case was made of one that another was made of.
    """
    rows = np.asarray(made.X, dtype=np.float64).reshape(len(made.y), -1)
    frame = pd.DataFrame(rows, columns=[f"x{at}" for at in range(rows.shape[1])])
    digest = hashlib.sha256(rows.astype("<f8").tobytes() + made.y.astype("<i8").tobytes()).hexdigest()
    alone = len(np.unique(made.groups)) == len(made.groups)
    return Task(
        name=name,
        target="class",
        X=frame,
        y=made.y.astype(np.int64),
        classes=classes,
        positive=1,
        kinds={str(column): "numeric" for column in frame},
        sha256=digest,
        groups=None if alone else made.groups.astype(np.int64),
        shape=(1, rows.shape[1]),
    )


def _table_tasks(data: Dataset) -> Iterator[Task]:
    X, y = pd.DataFrame(data.X), np.asarray(data.y).astype(str)
    normal = NORMAL.get(data.name)
    if normal is not None:
        # A row that stands in both parts of a split is no test.
        kept = ~X.duplicated().to_numpy()
        X, y = X[kept].reset_index(drop=True), np.where(y[kept] == normal, normal, "attack")
    positive = "attack" if normal is not None else "1"
    for entry in CUTS:
        if entry.source == data.name:
            yield _table_task(entry, X, y, positive, flat=normal is None)


def _table_task(entry: Experiment, X: pd.DataFrame, y: np.ndarray, positive: str, flat: bool) -> Task:
    kept = cut_in_order(y, positive, entry.n_majority, entry.ratio)
    cases, labels = X.iloc[kept].reset_index(drop=True), y[kept]
    if not flat:
        return prepare(cases, labels, target="class", name=entry.name, positive=positive)
    made = Difficult(cases.to_numpy(), (labels == positive).astype(np.int64), kept)
    return flat_task(entry.name, made, ("normal", "attack"))


def among(tasks: Sequence[Task], keep: Callable[[Experiment], bool]) -> list[Task]:
    """Keep the tasks of some experiments."""
    return [task for task in tasks if keep(EXPERIMENTS[task.name])]
