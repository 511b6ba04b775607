"""What a study is: data sets, grids, what else is measured, tables and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from oversmith.datasets import Dataset, load_dataset, thin
from oversmith.evaluation import Plan, Store
from oversmith.evaluation.estimate import Estimate, estimate
from oversmith.evaluation.plan import Unit
from oversmith.evaluation.task import Task, prepare
from oversmith.exceptions import OversmithError
from oversmith.preprocessing import AxisResampler
from oversmith.studies.published import read_text
from oversmith.studies.scores import Scores

UNSW = "unsw_nb15_82k"
UNSW_ATTACKS = 0.1265
"""Share of attacks in the full UNSW-NB15, by Table 2 of Riaz et al. 2025: 321,283 of 2,540,044 rows."""


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


def unsw(data: Dataset) -> Part:
    """Attacks against normal traffic in the share of the full set, without repeated rows."""
    X, y = data.X, np.asarray(data.y).astype(str)
    unique = ~X.duplicated().to_numpy()
    y = np.where(y == "Normal", "Normal", "Attack")
    note = (
        f"the published partition of {len(y):,} rows, its authors' testing set; {int((~unique).sum()):,} repeated "
        f"rows dropped, attacks thinned to the full set's {100 * UNSW_ATTACKS:.2f} %"
    )
    part = Part(X, y, "Attack").rows(unique)
    return part.rows(thin(part.y, "Attack", (1 - UNSW_ATTACKS) / UNSW_ATTACKS), note)


@dataclass(frozen=True)
class StudySet:
    """A data set of a paper.

    Parameters
    ----------
    name, title : str
        Name in the registry, and the paper's name.
    take : callable, optional
        What of it is taken; all of it by default.
    """

    name: str
    title: str
    take: Callable[[Dataset], Part] = _whole


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
            # A set that is not available is a row of the tables too.
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
        How many of the first channels; all by default.

    Returns
    -------
    Task
        The same cases.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation.task import prepare
    >>> from oversmith.studies.study import shortened
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


@dataclass(frozen=True)
class Scope:
    """How much of a study is run.

    Parameters
    ----------
    quick : bool, default=False
        Fewer repeats and rows; every table, row and column stays.
    max_steps : int, optional
        Generator steps at most; the papers' epochs by default.
    max_rows : int, default=10000
        Of larger data sets so many rows are drawn.
    seeds : int, default=3
        Seeds of samplers and classifiers on every fold of a cross-validation; one if ``quick``.
    max_points : int, optional
        Longer spectra are resampled to so many points; their own by default.
    defaults : bool, default=False
        Samplers of spectra have the library's defaults in place of the paper's setting.
    """

    quick: bool = False
    max_steps: int | None = None
    max_rows: int = 10_000
    seeds: int = 3
    max_points: int | None = None
    defaults: bool = False

    @property
    def turns(self) -> tuple[int, ...]:
        """The seeds."""
        return tuple(range(1 if self.quick else self.seeds))

    def describe(self) -> dict[str, Any]:
        """Entry of the record."""
        return asdict(self)


def whole_sets(sets: Sequence[StudySet], scope: Scope) -> tuple[tuple[Task, ...], dict[str, Any]]:
    """Load every data set as one task."""
    return study_tasks(sets, scope.max_rows)


def forecast_by_rows(units: Sequence[Unit], store: Store, workers: int) -> str:
    """Estimate how long the fits of this part and all later ones take."""
    return in_words(estimate(units, store, workers))


def in_words(forecast: Estimate) -> str:
    """Say how long, and what is known of it."""
    return f"{forecast}, from here to the end of all grids"


def on_every_fold(scope: Scope) -> str:
    """Say how often everything was repeated: the seeds of a cross-validation."""
    seeds = len(scope.turns)
    return f"{seeds} seed{'s' if seeds > 1 else ''} on every fold of a cross-validation"


@dataclass(frozen=True)
class Study:
    """A paper's experiments, rebuilt.

    Parameters
    ----------
    name, title : str
        Name on the command line, and heading.
    sets : tuple of StudySet
        Data sets of the paper.
    plans : callable
        ``plans(tasks, scope)`` gives the grids, by name.
    extras : mapping of str to callable
        What is measured beside the grids: ``extra(tasks, scope, store)`` gives plain values. Each is stored at once.
    parts : callable
        ``parts(scores, notes)`` gives what the template ``page.md.j2`` names: by part, in the order of its sections, a
        mapping with ``rows``, the published numbers beside ours, and what else the section shows.
    figures : callable
        ``figures(scores, notes)`` gives file name → SVG.
    quick : (int, int), default=(1000, 40)
        Rows and generator steps at most of a quick run, which is to take less than ten minutes on two cores.
    seeds : int, default=3
        Seeds, or repetitions, of a full run by default.
    counted : callable
        ``counted(scope)`` says in the head how often everything was repeated.
    time_limit : float, default=1800
        Seconds for a sampler and one classifier; a longer fit counts as failed.
    load : callable
        ``load(sets, scope)`` gives the tasks and facts about the data; one task per data set by default.
    forecast : callable
        ``forecast(units, store, workers)`` says how long what is left takes.
    page : str, optional
        Template of the page; ``page.md.j2`` of its folder by default.
    """

    name: str
    title: str
    sets: tuple[StudySet, ...]
    plans: Callable[[Sequence[Task], Scope], Mapping[str, Plan]]
    extras: Mapping[str, Callable[[Sequence[Task], Scope, Store], Any]]
    parts: Callable[[Scores, Mapping[str, Any]], Mapping[str, Mapping[str, Any]]]
    figures: Callable[[Scores, Mapping[str, Any]], Mapping[str, str]]
    quick: tuple[int, int] = (1_000, 40)
    seeds: int = 3
    counted: Callable[[Scope], str] = on_every_fold
    time_limit: float = 1_800.0
    load: Callable[[Sequence[StudySet], Scope], tuple[tuple[Task, ...], dict[str, Any]]] = whole_sets
    forecast: Callable[[Sequence[Unit], Store, int], str] = forecast_by_rows
    page: str | None = None

    @property
    def template(self) -> str:
        """Template of the page."""
        if self.page is not None:
            return self.page
        return read_text(self.name.replace("-", "_"), "page.md.j2")
