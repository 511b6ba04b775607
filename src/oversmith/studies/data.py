"""The data sets of documents 000 and 001, as the studies use them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from oversmith.datasets import load_dataset, thin
from oversmith.evaluation.task import Task, prepare
from oversmith.exceptions import OversmithError

UNSW = "unsw_nb15_82k"
FRAUD = "creditcard_partial"
UNSW_ATTACKS = 0.1265
"""Share of attacks in the full UNSW-NB15, by document 000's Table 2: 321,283 of 2,540,044 rows."""


@dataclass(frozen=True)
class StudySet:
    """A data set of a document.

    Parameters
    ----------
    name, title : str
        Name in the registry, and the document's name.
    """

    name: str
    title: str


# Table 2 of document 000, in its order.
SETS_000 = (
    StudySet(UNSW, "UNSW-NB15"),
    StudySet("ecoli4", "Ecoli"),
    StudySet("ionosphere", "Ionosphere"),
    StudySet("abalone_le7", "Abalone"),
    StudySet("page_blocks_1_3_vs_4", "Pageblocks"),
    StudySet("spambase", "Spambase"),
    StudySet("yeast_2_vs_4", "Yeast"),
    StudySet("winequality_red_8_vs_6", "Wine"),
    StudySet("poker_8_vs_6", "Poker"),
    StudySet("shuttle_3", "Shuttle"),
)
# Document 001's, but Connect-4, of which no usable copy is in the registry.
SETS_001 = (
    StudySet("abalone_le7", "Abalone"),
    StudySet(FRAUD, "Credit-card fraud"),
    StudySet("ecoli4", "Ecoli"),
    StudySet("ionosphere", "Ionosphere"),
    StudySet("page_blocks_1_3_vs_4", "Pageblocks"),
    StudySet("poker_8_vs_6", "Poker"),
    StudySet("shuttle_3", "Shuttle"),
    StudySet("spambase", "Spambase"),
    StudySet("winequality_red_8_vs_6", "Wine"),
    StudySet("yeast_2_vs_4", "Yeast"),
)


def study_tasks(sets: Sequence[StudySet], max_rows: int) -> tuple[tuple[Task, ...], dict[str, dict[str, Any]]]:
    """Load the data sets of a study.

    Parameters
    ----------
    sets : sequence of StudySet
        Which.
    max_rows : int
        Of larger sets so many rows are drawn, the classes in proportion.

    Returns
    -------
    (tuple of Task, dict)
        Those that are at hand; and by name what was found and used: ``found``, ``used``, ``columns``, ``positive``
        (rows of the minority class used), ``n_classes``, ``sha256``, ``note``; or ``missing`` with the reason.
    """
    tasks, facts = [], {}
    for entry in sets:
        try:
            task, fact = _load(entry, max_rows)
        except OversmithError as error:
            # A set that is not at hand is a row of the tables too.
            facts[entry.name] = {"title": entry.title, "missing": str(error)}
            continue
        tasks.append(task)
        facts[entry.name] = fact
    return tuple(tasks), facts


def _load(entry: StudySet, max_rows: int) -> tuple[Task, dict[str, Any]]:
    data = load_dataset(entry.name)
    X, y, positive = data.X, np.asarray(data.y).astype(str), data.positive
    found, n_classes, note = len(y), len(np.unique(y)), ""
    if entry.name == UNSW:
        kept = ~X.duplicated().to_numpy()
        X, y = X[kept].reset_index(drop=True), np.where(y[kept] == "Normal", "Normal", "Attack")
        positive = "Attack"
        keep = thin(y, "Attack", (1 - UNSW_ATTACKS) / UNSW_ATTACKS)
        X, y = X.iloc[keep].reset_index(drop=True), y[keep]
        note = (
            f"the published partition of {found:,} rows, its authors' testing set; {int((~kept).sum()):,} repeated "
            f"rows dropped, attacks thinned to the full set's {100 * UNSW_ATTACKS:.2f} %"
        )
    if entry.name == FRAUD:
        note = "a union of public samples with 473 frauds, not the full set of 284,807 rows"
    if len(y) > max_rows:
        keep = _drawn(y, max_rows)
        X, y = X.iloc[keep].reset_index(drop=True), y[keep]
        note += f"{'; ' if note else ''}{max_rows:,} rows drawn, the classes in proportion"
    task = prepare(X, y, target=data.target, name=entry.name, positive=positive)
    rare = task.minority if task.positive is None else task.positive
    return task, {
        "title": entry.title,
        "found": found,
        "used": len(y),
        "columns": X.shape[1],
        "positive": int((task.y == rare).sum()),
        "n_classes": n_classes,
        "sha256": task.sha256,
        "note": note,
    }


def _drawn(y: np.ndarray, rows: int) -> np.ndarray:
    """Positions of so many rows, the classes in proportion."""
    rng = np.random.default_rng(0)
    parts = []
    for label in np.unique(y):
        where = np.flatnonzero(y == label)
        parts.append(rng.choice(where, max(2, round(rows * len(where) / len(y))), replace=False))
    return np.sort(np.concatenate(parts))
