"""The data sets of the documents, as the studies use them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from oversmith.datasets import Dataset, load_dataset, thin
from oversmith.evaluation.task import Task, prepare
from oversmith.exceptions import OversmithError
from oversmith.preprocessing import AxisResampler

UNSW = "unsw_nb15_82k"
FRAUD = "creditcard_partial"
UNSW_ATTACKS = 0.1265
"""Share of attacks in the full UNSW-NB15, by document 000's Table 2: 321,283 of 2,540,044 rows."""

BEARING_POINTS = 128
CELLS = ("B0005", "B0006", "B0007", "B0018")


@dataclass(frozen=True)
class Part:
    """What a study takes of a data set.

    Parameters
    ----------
    X, y : DataFrame or ndarray, ndarray of str
        Features and labels.
    positive : str or None
        The positive class.
    note : str, default=""
        What was done.
    groups : ndarray, optional
        Group of every row.
    """

    X: Any
    y: np.ndarray
    positive: str | None
    note: str = ""
    groups: np.ndarray | None = None

    def rows(self, keep: np.ndarray, note: str = "") -> Part:
        """Keep some rows, by position or mask, and say so."""
        X = self.X.iloc[keep].reset_index(drop=True) if hasattr(self.X, "iloc") else self.X[keep]
        groups = None if self.groups is None else self.groups[keep]
        return Part(X, self.y[keep], self.positive, "; ".join(filter(None, (self.note, note))), groups)


def _whole(data: Dataset) -> Part:
    return Part(data.X, np.asarray(data.y).astype(str), data.positive)


def _unsw(data: Dataset) -> Part:
    X, y = data.X, np.asarray(data.y).astype(str)
    kept = ~X.duplicated().to_numpy()
    y = np.where(y == "Normal", "Normal", "Attack")
    note = (
        f"the published partition of {len(y):,} rows, its authors' testing set; {int((~kept).sum()):,} repeated "
        f"rows dropped, attacks thinned to the full set's {100 * UNSW_ATTACKS:.2f} %"
    )
    part = Part(X, y, "Attack").rows(kept)
    return part.rows(thin(part.y, "Attack", (1 - UNSW_ATTACKS) / UNSW_ATTACKS), note)


def _fraud(data: Dataset) -> Part:
    note = "a union of public samples with 473 frauds, not the full set of 284,807 rows"
    return Part(data.X, np.asarray(data.y).astype(str), data.positive, note)


def _beats(data: Dataset) -> Part:
    y = np.asarray(data.y).astype(str)
    note = "ventricular (V) against normal (N) beats; patients stay together where the protocol is sound"
    return Part(data.X, y, "V", "", np.asarray(data.groups)).rows(np.isin(y, ["N", "V"]), note)


def _bearings(data: Dataset) -> Part:
    note = (
        "FEMTO-ST runs to failure in place of XJTU-SY: the last tenth of a bearing's life against the rest, the first "
        f"{BEARING_POINTS} points of every window"
    )
    X = np.asarray(data.X)[:, :, :BEARING_POINTS]
    return Part(X, np.asarray(data.y).astype(str), "1", note, np.asarray(data.groups))


def _cells(data: Dataset) -> Part:
    cells = np.asarray(data.groups)
    whole = Part(data.X, np.asarray(data.y).astype(str), "1", "", cells)
    note = f"discharges of the cells {', '.join(CELLS)}: the end of life against the rest"
    part = whole.rows(np.isin(cells, CELLS))
    counts = {label: int((part.y == label).sum()) for label in ("0", "1")}
    rare = min(counts, key=lambda label: counts[label])
    return Part(part.X, part.y, rare, note, part.groups)


def _cells_in_lag(data: Dataset) -> Part:
    note = "the lag phase against log and stationary phase; a replicate trains or tests"
    return Part(data.X, np.asarray(data.y).astype(str), "lag", note, np.asarray(data.groups))


def _stand_in(data: Dataset) -> Part:
    return Part(data.X, np.asarray(data.y).astype(str), data.positive, "simulated, not comparable")


@dataclass(frozen=True)
class StudySet:
    """A data set of a document.

    Parameters
    ----------
    name, title : str
        Name in the registry, and the document's name.
    take : callable, optional
        What of it is taken; all of it by default.
    """

    name: str
    title: str
    take: Callable[[Dataset], Part] = _whole


# Table 2 of document 000, in its order.
SETS_000 = (
    StudySet(UNSW, "UNSW-NB15", _unsw),
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
    StudySet(FRAUD, "Credit-card fraud", _fraud),
    StudySet("ecoli4", "Ecoli"),
    StudySet("ionosphere", "Ionosphere"),
    StudySet("page_blocks_1_3_vs_4", "Pageblocks"),
    StudySet("poker_8_vs_6", "Poker"),
    StudySet("shuttle_3", "Shuttle"),
    StudySet("spambase", "Spambase"),
    StudySet("winequality_red_8_vs_6", "Wine"),
    StudySet("yeast_2_vs_4", "Yeast"),
)
# Document 002's; the bearings are a stand-in.
SETS_002 = (
    StudySet("femto_bearing_runs", "XJTU-SY", _bearings),
    StudySet("nasa_battery_discharge", "NASA Battery", _cells),
    StudySet("mitbih_beats", "ECG-MIT", _beats),
)
# Document 003's own two are given by its authors alone: stand-ins, and four real sets.
SETS_003 = (
    StudySet("hydrogel_f127_simulated", "F-127 (simulated)", _stand_in),
    StudySet("hydrogel_acd_simulated", "α-CD (simulated)", _stand_in),
    StudySet("fruit_puree_mir", "Fruit puree"),
    StudySet("ecoli_raman", "E. coli", _cells_in_lag),
    StudySet("nirs_binary", "NIR"),
    StudySet("coffee", "Coffee"),
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


def shortened(task: Task, points: int, channels: int | None = None) -> Task:
    """Give the series of a task so many points, by lines between those they have.

    Parameters
    ----------
    task : Task
        Series.
    points : int
        Time points, from the first to the last.
    channels : int, optional
        First channels kept; all by default.

    Returns
    -------
    Task
        The same cases.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation.task import prepare
    >>> from oversmith.studies.data import shortened
    >>> X = np.arange(24.0).reshape(4, 2, 3)
    >>> task = prepare(X, np.array(["a", "a", "a", "b"]), target="y", name="toy")
    >>> shortened(task, 2, 1).X.to_numpy().tolist()[0]
    [0.0, 2.0]
    """
    if task.shape is None:
        raise ValueError(f"{task.name} holds no series")
    series = task.X.to_numpy(dtype=np.float64).reshape(len(task.y), *task.shape)[:, :channels]
    short = AxisResampler(n_points=points).fit_transform(series)
    labels = np.asarray(task.classes, dtype=object)[task.y]
    positive = None if task.positive is None else task.classes[task.positive]
    return prepare(short, labels, target=task.target, name=task.name, positive=positive, groups=task.groups)


def _load(entry: StudySet, max_rows: int) -> tuple[Task, dict[str, Any]]:
    data = load_dataset(entry.name)
    part = entry.take(data)
    if len(part.y) > max_rows:
        part = part.rows(_drawn(part.y, max_rows), f"{max_rows:,} rows drawn, the classes in proportion")
    X = part.X
    task = prepare(X, part.y, target=data.target, name=entry.name, positive=part.positive, groups=part.groups)
    rare = task.minority if task.positive is None else task.positive
    return task, {
        "title": entry.title,
        "found": len(data.y),
        "used": len(part.y),
        "columns": X.shape[1] if X.ndim == 2 else X.shape[1] * X.shape[2],
        "positive": int((task.y == rare).sum()),
        "n_classes": len(np.unique(data.y)),
        "sha256": task.sha256,
        "note": part.note,
    }


def _drawn(y: np.ndarray, rows: int) -> np.ndarray:
    """Positions of so many rows, the classes in proportion."""
    rng = np.random.default_rng(0)
    parts = []
    for label in np.unique(y):
        where = np.flatnonzero(y == label)
        parts.append(rng.choice(where, max(2, round(rows * len(where) / len(y))), replace=False))
    return np.sort(np.concatenate(parts))
