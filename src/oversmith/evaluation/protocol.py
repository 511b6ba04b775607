"""What every contender shares: frozen splits, seeds, the record of the environment."""

from __future__ import annotations

import hashlib
import platform
import zlib
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np

from oversmith.evaluation.task import Task, row_hashes
from oversmith.selection import stratified_folds

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


@dataclass(frozen=True)
class Split:
    """One training and test part.

    Parameters
    ----------
    repeat, fold : int
        Where it stands.
    train, test : ndarray of int
        Sorted positions.
    """

    repeat: int
    fold: int
    train: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class Splits:
    """All parts of a comparison, made once and shared by every contender.

    Parameters
    ----------
    parts : tuple of Split
        Repeat by repeat, fold by fold.
    sha256 : str
        Hash of all indices.
    """

    parts: tuple[Split, ...]
    sha256: str


def freeze_splits(task: Task, *, folds: int, repeats: int, seed: int) -> Splits:
    """Cut the data once, and hash the cut.

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
        When a class has fewer rows than there are folds.
    """
    named = np.asarray(task.classes, dtype=object)[task.y]
    cuts = stratified_folds(named, folds, repeats, seed_for(seed, task, "splits"))
    digest = hashlib.sha256()
    parts = []
    for index, (train, test) in enumerate(cuts):
        repeat, fold = divmod(index, folds)
        parts.append(Split(repeat, fold, train, test))
        for rows in (train, test):
            digest.update(len(rows).to_bytes(8, "little") + rows.astype("<i8").tobytes())
    return Splits(tuple(parts), digest.hexdigest())


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
        Where it stands.
    part : str, default=""
        Component, for example a classifier; each gets a stream of its own, whoever else takes part.

    Returns
    -------
    SeedSequence
        The seed.
    """
    entropy = [seed, int(task.sha256[:16], 16), repeat, fold, zlib.crc32(purpose.encode())]
    return np.random.SeedSequence(entropy, spawn_key=(zlib.crc32(part.encode()),))


def shared_duplicates(task: Task, splits: Splits) -> int:
    """Test rows of the first repeat whose features also stand, all equal, in the training part.

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
