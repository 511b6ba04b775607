"""What is run: data sets × contenders × classifiers × protocols × seeds, as units of work with keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from oversmith.evaluation.checks import check_list
from oversmith.evaluation.classifiers import Classifier, classifier_named, default_classifiers
from oversmith.evaluation.contenders import DEFAULT_METHODS, Contender, contender_named, default_contenders
from oversmith.evaluation.job import Job
from oversmith.evaluation.protocol import Protocol, make_splits
from oversmith.evaluation.spec import cell_spec, describe_classifier, describe_sampler, key_of
from oversmith.evaluation.task import Task, prepare
from oversmith.exceptions import InputError

_FIVE_FOLDS = Protocol()


@dataclass(frozen=True)
class Cell:
    """One row of the raw scores to be.

    Parameters
    ----------
    key : str
        Hash of ``spec``.
    contender, classifier : str
        Names of the contender and of the classifier.
    spec : dict
        Everything that determines the result.
    """

    key: str
    contender: str
    classifier: str
    spec: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Unit:
    """One fit of a sampler, and all results read from it.

    Parameters
    ----------
    key : str
        Hash of what the cells share.
    job : Job
        The work.
    protocol : Protocol
        How the data were split.
    cells : tuple of Cell
        One per contender recorded and classifier.
    """

    key: str
    job: Job
    protocol: Protocol
    cells: tuple[Cell, ...]

    def place(self, cell: Cell) -> dict[str, Any]:
        """Names and numbers by which a result of the unit is shown, whatever its key."""
        job = self.job
        return {
            "dataset": job.task.name,
            "protocol": self.protocol.name,
            # The column keeps its name: stored raw scores have it.
            "ratio": self.protocol.thin,
            "contender": cell.contender,
            "classifier": cell.classifier,
            "repeat": job.split.repeat,
            "fold": job.split.fold,
            "seed": job.seed,
        }

    def only(self, keys: set[str]) -> Unit:
        """Cut the unit down to the cells that have one of the keys."""
        cells = tuple(cell for cell in self.cells if cell.key in keys)
        names = {cell.classifier for cell in cells}
        job = replace(self.job, classifiers=tuple(c for c in self.job.classifiers if c.name in names))
        return replace(self, job=job, cells=cells)

    @property
    def fixed_threads(self) -> bool:
        """Whether some result depends on the number of threads of JAX."""
        return any("threads" in cell.spec for cell in self.cells)

    @property
    def label(self) -> str:
        """Text of a progress bar."""
        split = self.job.split
        return f"repeat {split.repeat + 1}, fold {split.fold + 1}: {self.job.contender.title}"


@dataclass(frozen=True)
class Plan:
    """What is to be run.

    Parameters
    ----------
    datasets : sequence
        Names of :func:`oversmith.datasets.load_dataset`, data sets it returned, or tuples
        ``(name, X, y, positive, groups)`` of tables at hand, the last two optional.
    contenders : sequence of str or Contender, optional
        Names as :func:`oversmith.evaluation.contenders.contender_named` knows them, or entries of one's own; those of
        ``oversmith compare`` by default.
    classifiers : sequence of str or Classifier, optional
        Short or long names, or entries of one's own; logistic regression, random forest, XGBoost and k nearest
        neighbours by default.
    protocols : Protocol or sequence of Protocol, optional
        How data are cut; stratified 5-fold by default.
    seeds : sequence of int, default=(0,)
        Seeds of samplers and classifiers; the cuts stay those of the protocol.
    max_steps : int, optional
        Training budget of trained samplers; their default otherwise.
    details : bool, default=False
        Keep counts, training and an embedding of the first fold, which reports show.

    Raises
    ------
    InputError
        For an empty part, a name that is unknown or given twice, or a seed that is none.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation import Plan
    >>> rng = np.random.default_rng(0)
    >>> toy = ("toy", rng.normal(size=(60, 2)), np.repeat([0, 1], [45, 15]))
    >>> plan = Plan([toy], contenders=["none-tuned", "smote"], classifiers=["knn"], seeds=(0, 1))
    >>> len(plan.units())
    20
    """

    datasets: Sequence[Any]
    contenders: Sequence[str | Contender] | None = None
    classifiers: Sequence[str | Classifier] | None = None
    protocols: Protocol | Sequence[Protocol] = _FIVE_FOLDS
    seeds: Sequence[int] = (0,)
    max_steps: int | None = None
    details: bool = False

    def __post_init__(self) -> None:
        protocols = (self.protocols,) if isinstance(self.protocols, Protocol) else tuple(self.protocols)
        for name in ("contenders", "classifiers"):
            if getattr(self, name) is not None:
                check_list(name, getattr(self, name))
        steps = self.max_steps
        if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int) or steps < 1):
            raise InputError("max_steps", f"{steps!r} found", "use a whole number of at least 1, or None")
        object.__setattr__(self, "datasets", tuple(self.datasets))
        object.__setattr__(self, "protocols", protocols)
        object.__setattr__(self, "seeds", tuple(self.seeds))
        for name in ("datasets", "protocols", "seeds", "contenders", "classifiers"):
            if getattr(self, name) is not None and not len(getattr(self, name)):
                raise InputError(name, "none found", "give at least one")
        for seed in self.seeds:
            if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
                raise InputError("seed", f"{seed!r} found", "use a whole number from 0 up")
        _once("seeds", self.seeds)
        _once("protocols", [(protocol.name, protocol.thin) for protocol in protocols])

    def units(self) -> tuple[Unit, ...]:
        """All units of work, the first fold of everything first.

        Returns
        -------
        tuple of Unit
            By protocol, seed, repeat and fold, then data set, then contender.

        Raises
        ------
        InputError
            When data cannot be used or cut, or a contender shares the fits of one that does not take part.
        """
        return self._units

    @cached_property
    def _units(self) -> tuple[Unit, ...]:
        # Data are read and described once, however often a runner asks.
        tasks = [_task(entry) for entry in self.datasets]
        _once("datasets", [task.name for task in tasks])
        classifiers = self.resolved_classifiers()
        described = {classifier.name: describe_classifier(classifier) for classifier in classifiers}
        units: list[tuple[tuple[int, ...], Unit]] = []
        for protocol_index, protocol in enumerate(self.resolved_protocols):
            for task_index, task in enumerate(tasks):
                contenders = self.resolved_contenders(task)
                for split in make_splits(task, protocol).parts:
                    for contender, recorded in _fits(contenders):
                        for seed_index, seed in enumerate(self.seeds):
                            names = tuple(entry.name for entry in recorded)
                            job = Job(
                                task,
                                split,
                                contender,
                                names,
                                classifiers,
                                seed,
                                protocol.inner_folds,
                                protocol.inner_rows,
                                self.max_steps,
                                protocol.split_seed,
                                protocol.calibration,
                                self.details,
                                protocol.procedure,
                            )
                            order = (protocol_index, seed_index, split.repeat, split.fold, task_index)
                            units.append((order, _unit(job, protocol, recorded, described)))
        return tuple(unit for _, unit in sorted(units, key=lambda entry: entry[0]))

    @property
    def resolved_protocols(self) -> tuple[Protocol, ...]:
        """The protocols, also where one alone was given."""
        return (self.protocols,) if isinstance(self.protocols, Protocol) else tuple(self.protocols)

    def resolved_classifiers(self) -> tuple[Classifier, ...]:
        """List the classifiers in order."""
        modalities = [entry.modality for entry in self.datasets if isinstance(entry, Task) and entry.shape is not None]
        chosen = default_classifiers(*modalities[:1]) if self.classifiers is None else self.classifiers
        classifiers = tuple(classifier_named(entry) if isinstance(entry, str) else entry for entry in chosen)
        _once("classifiers", [classifier.name for classifier in classifiers])
        return classifiers

    def resolved_contenders(self, task: Task) -> tuple[Contender, ...]:
        """List the contenders for a table in order."""
        if self.contenders is None:
            return default_contenders(task.kinds, DEFAULT_METHODS[task.kind], task.modality)
        contenders = tuple(
            contender_named(c, task.kinds, task.modality) if isinstance(c, str) else c for c in self.contenders
        )
        _once("contenders", [contender.name for contender in contenders])
        return contenders


def _fits(contenders: Sequence[Contender]) -> list[tuple[Contender, list[Contender]]]:
    """Each contender that is fitted, with the contenders that are recorded from its fits."""
    by_name = {contender.name: contender for contender in (contender_named("none", {}), *contenders)}
    fits: dict[str, tuple[Contender, list[Contender]]] = {}
    for contender in contenders:
        source = contender.shares_fit_with or contender.name
        if source not in by_name:
            raise InputError("contenders", f"{contender.name!r} reads the fits of {source!r}", "name that one too")
        fits.setdefault(source, (by_name[source], []))[1].append(contender)
    return list(fits.values())


def _unit(job: Job, protocol: Protocol, recorded: Sequence[Contender], described: dict[str, Any]) -> Unit:
    sampler = describe_sampler(job)
    cells = []
    for contender in recorded:
        for classifier in job.classifiers:
            spec = cell_spec(job, contender, classifier, sampler, described[classifier.name])
            cells.append(Cell(key_of(spec), contender.name, classifier.name, spec))
    shared = {name: value for name, value in cells[0].spec.items() if name != "classifier"}
    return Unit(key_of(shared | {"contender": job.contender.name, "sampler": sampler}), job, protocol, tuple(cells))


def _task(entry: Any) -> Task:
    if isinstance(entry, Task):
        return entry
    if isinstance(entry, str):
        from oversmith.datasets import load_dataset

        entry = load_dataset(entry)
    if isinstance(entry, tuple):
        if not 3 <= len(entry) <= 5:
            raise InputError("datasets", f"a tuple of {len(entry)} found", "give (name, X, y[, positive[, groups]])")
        name, X, y, positive, groups = (*entry, None, None)[:5]
        return prepare(X, y, target="target", name=name, positive=positive, groups=groups)
    return prepare(
        entry.X,
        entry.y,
        target=entry.target,
        name=entry.name,
        positive=entry.positive,
        groups=entry.groups,
        axis=getattr(entry, "axis", None),
        modality="image" if entry.modality == "images" else "auto",
        # Data that were read have their channels first, whatever their file has.
        channels="first",
    )


def _once(argument: str, names: Sequence[Any]) -> None:
    twice = [name for name in names if list(names).count(name) > 1]
    if twice:
        raise InputError(argument, f"{twice[0]!r} is given twice", "give each once")
