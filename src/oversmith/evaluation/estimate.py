"""How long what is left will take, by what was timed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from oversmith.evaluation.cost_model import reference_seconds
from oversmith.evaluation.plan import Unit
from oversmith.evaluation.store import Store


@dataclass(frozen=True)
class Estimate:
    """How long what is left will take.

    Parameters
    ----------
    seconds : float
        Wall clock on the workers given.
    timed : int
        Fits whose time is known; without any, the time is the rough one of :mod:`oversmith.evaluation.cost_model`.
    guessed : int
        Fits left whose contender was never timed: they are taken for fits of average length.
    """

    seconds: float
    timed: int
    guessed: int

    def __str__(self) -> str:
        """Say it in words."""
        if not self.timed:
            return f"about {duration(self.seconds)}, a rough guess for an idle machine: nothing was timed yet"
        doubt = f", {self.guessed} of contenders never timed" if self.guessed else ""
        return f"about {duration(self.seconds)}, from {self.timed} timed{doubt}"


def estimate(units: Sequence[Unit], store: Store, workers: int) -> Estimate:
    """Estimate the time of units from the timings of a store.

    A unit takes as long as units of its contender on its data took on average; on other data, in proportion to the
    training rows; and where its contender was never timed, as long as an average unit.

    Parameters
    ----------
    units : sequence of Unit
        What is left.
    store : Store
        Timings.
    workers : int
        Jobs at the same time.

    Returns
    -------
    Estimate
        The time.
    """
    seconds: dict[str, float] = {}
    cells: dict[str, tuple[str, str, int]] = {}
    for record in store.records():
        if record.started is not None and record.ended is not None:
            seconds[record.unit] = record.ended - record.started
            fitted = str(((record.spec or {}).get("contender") or {}).get("seeded_as"))
            cells[record.unit] = str(record.cell["dataset"]), fitted, int(record.cell["n_train"])
    at_once = max(1, min(workers, len(units)))
    if not seconds:
        rough = sum(reference_seconds(unit.job) for unit in units)
        return Estimate(rough / at_once, 0, len(units))
    exact: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    paces: defaultdict[str, list[float]] = defaultdict(list)
    for unit, (dataset, fitted, rows) in cells.items():
        exact[dataset, fitted].append(seconds[unit])
        paces[fitted].append(seconds[unit] / rows)
    total, guessed = 0.0, 0
    for left in units:
        fitted, rows = left.job.contender.sampler or "none", len(left.job.split.train)
        if exact.get((left.job.task.name, fitted)):
            total += _mean(exact[left.job.task.name, fitted])
        elif paces.get(fitted):
            total += _mean(paces[fitted]) * rows
        else:
            total += _mean(list(seconds.values()))
            guessed += 1
    return Estimate(total / at_once, len(seconds), guessed)


def duration(seconds: float) -> str:
    """Seconds in the unit that suits them.

    Examples
    --------
    >>> from oversmith.evaluation.estimate import duration
    >>> duration(80), duration(600), duration(7200)
    ('80 s', '10 min', '2.0 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
