"""The protocol that all contenders share: splits, seeds, and the record of the environment."""

from __future__ import annotations

import hashlib
import platform
import zlib
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import metadata
from numbers import Integral
from typing import Any, Literal, cast

import numpy as np

from oversmith.evaluation.task import Task, row_hashes
from oversmith.exceptions import InputError, TooFewRowsError
from oversmith.selection import counted_rows, inner_holdout, stratified_folds

PACKAGES = (
    "oversmith",
    "numpy",
    "pandas",
    "scikit-learn",
    "imbalanced-learn",
    "jax",
    "xgboost-cpu",
    "xgboost",
)
INNER_ROWS = 10_000
"""Most training rows a threshold is chosen on: beyond, the cut hardly moves and the time multiplies."""


@dataclass(frozen=True)
class Protocol:
    """How data are split, and the settings of a fit that all contenders share.

    Parameters
    ----------
    folds : int or None, default=5
        Folds of a stratified K-fold; None for parts of fixed size, ``test`` and ``validation``.
    repeats : int, default=1
        How often the data are split again.
    test, validation : float, optional
        Without folds: shares of the rows, each above 0. On the validation part, where there is one, thresholds
        and calibrators are chosen; otherwise on inner folds of the training part.
    counts : (int, int), optional
        Without folds or shares: so many negative and positive rows train, drawn anew in every repeat, and all others
        test. With groups, half of them or more train, as many as these rows need, and the rows of the others test.
    thin : float, optional
        Thin the positive rows of the training part to one in so many negative ones; the test part stays as it is.
    thin_class : {"positive", "either"}, default="positive"
        With "either", negative rows are thinned where the positive ones are rarer than ``thin`` already.
    inner_folds, inner_rows : int or None, int, default=3, 10000
        Inner folds, and the most training rows they work on; with None, and without a validation part, no threshold is
        tuned and labels are read at 0.5 alone.
    calibration : {"sigmoid", "isotonic"}, optional
        Calibrate every score on real rows the model has not seen, before anything is scored.
    split_seed : int, default=0
        Seed of all cuts, inner folds included; samplers and classifiers have seeds of their own.
    procedure : callable with a ``name``, optional
        How a job is done instead of by :func:`oversmith.evaluation.jobs.fit_and_score`: a frozen dataclass called
        with the job. Leakage is then possible: the studies use it to rebuild protocols that leak, and the name
        says so.

    Raises
    ------
    InputError
        For numbers that make no sense together.

    Examples
    --------
    >>> from oversmith.evaluation import Protocol
    >>> Protocol(folds=10).name, Protocol(folds=None, test=0.15, validation=0.15).name
    ('10-fold', '70/15/15')
    >>> Protocol(folds=None, test=0.2, calibration="sigmoid").name
    '80/20, calibrated by sigmoid'
    >>> Protocol(folds=None, counts=(150, 4), repeats=10).name
    '150:4 rows train'
    """

    folds: int | None = 5
    repeats: int = 1
    test: float | None = None
    validation: float | None = None
    thin: float | None = None
    thin_class: Literal["positive", "either"] = "positive"
    inner_folds: int | None = 3
    inner_rows: int = INNER_ROWS
    calibration: Literal["sigmoid", "isotonic"] | None = None
    split_seed: int = 0
    procedure: Any = None
    counts: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.split_seed, bool) or not isinstance(self.split_seed, int) or self.split_seed < 0:
            raise InputError("split_seed", f"{self.split_seed!r} found", "use a whole number from 0 up")
        if self.folds is not None and (self.test is not None or self.validation is not None):
            raise InputError(
                "folds", f"{self.folds} found beside test or validation shares", "give folds=None or no shares"
            )
        if self.counts is not None:
            self._check_counts(self.counts)
        elif self.folds is None:
            shares = (self.test or 0.0), (self.validation or 0.0)
            if not 0 < shares[0] < 1 or not shares[1] >= 0 or sum(shares) >= 1:
                given = f"test={self.test}, validation={self.validation}"
                raise InputError("test", f"{given} found without folds", "give shares above 0 that leave training rows")
        for name, least in (("folds", 2), ("inner_folds", 2), ("inner_rows", 1), ("repeats", 1)):
            number = getattr(self, name)
            if number is None and name in ("folds", "inner_folds"):
                continue
            if isinstance(number, bool) or not isinstance(number, Integral) or number < least:
                raise InputError(name, f"{number!r} found", f"use a whole number of at least {least}")
        if self.thin is not None and not self.thin >= 1:
            raise InputError("thin", f"{self.thin} found", "use at least 1, the negative rows to one positive row")
        if self.thin_class not in ("positive", "either"):
            raise InputError("thin_class", f"{self.thin_class!r} found", "use 'positive' or 'either'")
        if self.calibration not in (None, "sigmoid", "isotonic"):
            raise InputError("calibration", f"{self.calibration!r} found", "use 'sigmoid', 'isotonic' or None")
        if self.calibration is not None and self.inner_folds is None and not self.validation:
            raise InputError("inner_folds", "None found with a calibration", "give inner folds or a validation part")

    def _check_counts(self, counts: tuple[int, int]) -> None:
        others = [name for name in ("folds", "test", "validation", "thin") if getattr(self, name) is not None]
        if others:
            raise InputError(
                others[0], f"{getattr(self, others[0])} found beside counts of training rows", "give one of the two"
            )
        whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in counts)
        if len(counts) != 2 or not whole:
            raise InputError(
                "counts", f"{counts!r} found", "give negative and positive training rows, at least one each"
            )

    @property
    def name(self) -> str:
        """Name in tables: two protocols that differ in more than repeats and thinning differ in name."""
        if self.folds is not None:
            parts = [f"{self.folds}-fold"]
        elif self.counts is not None:
            parts = [f"{self.counts[0]}:{self.counts[1]} rows train"]
        else:
            shares = [self.test or 0.0, *([self.validation] if self.validation else [])][::-1]
            parts = ["/".join(f"{100 * share:g}" for share in (round(1 - sum(shares), 12), *shares))]
        if self.inner_folds is None:
            parts += [] if self.validation else ["no tuned threshold"]
        elif self.inner_folds != 3:
            parts.append(f"inner {self.inner_folds}")
        parts += [f"inner rows {self.inner_rows}"] if self.inner_rows != INNER_ROWS else []
        parts += ["either class thinned"] if self.thin_class == "either" else []
        parts += [f"calibrated by {self.calibration}"] if self.calibration else []
        parts += [f"split seed {self.split_seed}"] if self.split_seed else []
        parts += [self.procedure.name] if self.procedure is not None else []
        return ", ".join(parts)


@dataclass(frozen=True)
class Split:
    """One training and test part.

    Parameters
    ----------
    repeat, fold : int
        Its repeat and fold.
    train, test : ndarray of int
        Sorted positions.
    validation : ndarray of int, optional
        Positions of the part thresholds are chosen on; without one they are chosen on inner folds.
    """

    repeat: int
    fold: int
    train: np.ndarray
    test: np.ndarray
    validation: np.ndarray | None = None

    @cached_property
    def sha256(self) -> str:
        """Hash of all positions."""
        digest = hashlib.sha256()
        for rows in (self.train, self.test, *(() if self.validation is None else (self.validation,))):
            digest.update(len(rows).to_bytes(8, "little") + rows.astype("<i8").tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Splits:
    """All parts of a comparison, the same for all contenders.

    Parameters
    ----------
    parts : tuple of Split
        Repeat by repeat, fold by fold.
    """

    parts: tuple[Split, ...]

    @property
    def sha256(self) -> str:
        """Hash of all positions."""
        digest = hashlib.sha256()
        for part in self.parts:
            for rows in (part.train, part.test, *(() if part.validation is None else (part.validation,))):
                digest.update(len(rows).to_bytes(8, "little") + rows.astype("<i8").tobytes())
        return digest.hexdigest()


def fold_splits(task: Task, *, folds: int, repeats: int, seed: int) -> Splits:
    """Split the data once into repeated stratified folds; a group is never divided.

    Parameters
    ----------
    task : Task
        The data.
    folds, repeats : int
        Repeated stratified K-fold.
    seed : int
        Root seed.

    Returns
    -------
    Splits
        The parts and their hash.

    Raises
    ------
    TooFewRowsError
        When a class has fewer rows (or groups) than there are folds.
    """
    named = np.asarray(task.classes, dtype=object)[task.y]
    cuts = stratified_folds(named, folds, repeats, seed_for(seed, task, "splits"), groups=task.groups)
    return Splits(tuple(Split(*divmod(index, folds), *cut) for index, cut in enumerate(cuts)))


def make_splits(task: Task, protocol: Protocol) -> Splits:
    """Split the data by a protocol.

    Parameters
    ----------
    task : Task
        The data.
    protocol : Protocol
        The protocol.

    Returns
    -------
    Splits
        The parts; the first repeats of many are the parts of few.

    Raises
    ------
    TooFewRowsError
        When a class is too small to be cut, or groups hold too few rows.
    InputError
        For thinning or counts without a positive class, or a ratio the data do not reach.
    """
    seed = protocol.split_seed
    if protocol.folds is not None:
        parts = fold_splits(task, folds=protocol.folds, repeats=protocol.repeats, seed=seed).parts
    else:
        cut = _held_out if protocol.counts is None else _counted
        parts = tuple(cut(task, protocol, repeat) for repeat in range(protocol.repeats))
    if protocol.thin is None:
        return Splits(parts)
    return Splits(tuple(_thinned(task, part, protocol) for part in parts))


def _held_out(task: Task, protocol: Protocol, repeat: int) -> Split:
    """Training, validation and test part of fixed shares, the classes in proportion."""
    rows = np.arange(len(task.y))
    parts: list[np.ndarray] = []
    left = 1.0
    for purpose, share in (("test", protocol.test), ("validation", protocol.validation)):
        if not share:
            continue
        y, seed = task.y[rows], seed_for(protocol.split_seed, task, purpose, repeat=repeat)
        if task.groups is None:
            counts = np.bincount(y, minlength=len(task.classes))
            if counts.min() < 2:
                name = task.classes[int(np.argmin(counts))]
                raise TooFewRowsError(
                    purpose, f"class {name!r} has {counts.min()} row(s) left to cut from", "use fewer parts"
                )
            held = inner_holdout(y, share / left, seed, min_rows=2)
        else:
            held = stratified_folds(y, max(2, round(left / share)), 1, seed, groups=task.groups[rows])[0][1]
        parts.append(rows[held])
        rows, left = np.delete(rows, held), left - share
    return Split(repeat, 0, rows, parts[0], parts[1] if len(parts) > 1 else None)


def _counted(task: Task, protocol: Protocol, repeat: int) -> Split:
    """So many rows of each class to train; the rest, or the rest of the groups, to test."""
    counts = cast(tuple[int, int], protocol.counts)
    if task.positive is None:
        raise InputError("counts", f"{counts} found for {task.name!r} of several classes", "name the positive one")
    wanted = {name: counts[int(code == task.positive)] for code, name in enumerate(task.classes)}
    named = np.asarray(task.classes, dtype=object)[task.y]
    seed = seed_for(protocol.split_seed, task, "counts", repeat=repeat)
    return Split(repeat, 0, *counted_rows(named, wanted, seed, groups=task.groups))


def _thinned(task: Task, split: Split, protocol: Protocol) -> Split:
    """Drop positive rows of the training part; what is tuned and what is tested keeps its prevalence."""
    if task.positive is None:
        raise InputError("thin", f"{protocol.thin} found for {task.name!r} of several classes", "name the positive one")
    from oversmith.datasets import thin

    seeds = seed_for(protocol.split_seed, task, "thin", repeat=split.repeat, fold=split.fold)
    thinned = thin(
        task.y[split.train],
        task.positive,
        cast(float, protocol.thin),
        random_state=seed_number(seeds),
        drop=protocol.thin_class,
    )
    return replace(split, train=split.train[np.sort(np.asarray(thinned))])


def seed_for(
    seed: int, task: Task, purpose: str, *, repeat: int = 0, fold: int = 0, part: str = ""
) -> np.random.SeedSequence:
    """Seed of one component: from the root seed, the data, the fold and the names of what is seeded.

    Parameters
    ----------
    seed : int
        Root seed, not negative.
    task : Task
        The data.
    purpose : str
        Name of the sampler, or of what else is seeded.
    repeat, fold : int
        Repeat and fold of the split.
    part : str, default=""
        Component, for example a classifier; each gets a stream of its own, whoever else takes part.

    Returns
    -------
    SeedSequence
        The seed.
    """
    entropy = [seed, int(task.sha256[:16], 16), repeat, fold, zlib.crc32(purpose.encode())]
    return np.random.SeedSequence(entropy, spawn_key=(zlib.crc32(part.encode()),))


def seed_number(seeds: np.random.SeedSequence) -> int:
    """Whole number of a seed; scikit-learn takes 32-bit seeds, XGBoost signed ones."""
    return int(seeds.generate_state(1)[0] >> 1)


def shared_duplicates(task: Task, splits: Splits) -> int:
    """Count test rows of the first repeat whose features equal those of a training row.

    Parameters
    ----------
    task : Task
        The data.
    splits : Splits
        The parts.

    Returns
    -------
    int
        Their number.
    """
    hashes = row_hashes(task.X)
    first = [part for part in splits.parts if part.repeat == 0]
    return sum(int(np.isin(hashes[part.test], hashes[part.train]).sum()) for part in first)


def environment() -> dict[str, Any]:
    """Versions, Python and platform, for the record."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return {"versions": versions, "python": platform.python_version(), "platform": platform.platform()}
