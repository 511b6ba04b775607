"""Nazari et al. 2021, factors of difficulty: contenders and grids."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from oversmith import Network
from oversmith.evaluation import Classifier, Contender, Plan, Protocol, Store
from oversmith.evaluation.builders import Situation
from oversmith.evaluation.classifiers import classifier_named
from oversmith.evaluation.contenders import method_contender
from oversmith.evaluation.estimate import Estimate
from oversmith.evaluation.plan import Unit
from oversmith.evaluation.task import Task
from oversmith.exceptions import InputError
from oversmith.samplers._encoding import with_shape
from oversmith.samplers.cgan import CGAN
from oversmith.studies.difficulty.experiments import (
    COLUMNS,
    EXPERIMENTS,
    FOLDS,
    SIZES,
    TABLES,
    TITLES,
    Experiment,
    OneFold,
    among,
    in_fraction,
    in_middle,
    paper_dense,
)
from oversmith.studies.study import Scope, in_words

STEPS = 1500
"""Training steps of the paper."""
AUTO_SIZE = 8
"""Auto trains dozens of samplers: images of that size stand for the others."""

QUICK_SHARE = 9
"""Of the images that stand for the others a quick run lets networks beside CGAN see one in so many."""

DENSE = Classifier("document-dense", "The paper's dense network", paper_dense)
JUDGES = (DENSE, *(classifier_named(name) for name in ("lr", "rf", "xgb")))
BASELINE = "none"


def in_setting(shape: tuple[int, ...] | None, **changes: Any) -> CGAN:
    """Make a CGAN in the paper's setting.

    Parameters
    ----------
    shape : (int, int) or None
        Of rows that are numbers in [-1, 1], as everything is in the paper: the network sees them as they are. None
        for a table with levels.
    **changes : object
        Parameters that differ.

    Returns
    -------
    CGAN
        1,500 steps, or what ``stop="distance"`` decides.

    Examples
    --------
    >>> from oversmith.studies.difficulty.plans import in_setting
    >>> in_setting((1, 784)).max_steps, in_setting((1, 784), stop="distance").stop
    (1500, 'distance')
    """
    if shape is None:
        return CGAN.paper(**changes)
    return with_shape(CGAN.paper(**changes), shape, scaling="minmax")


def _cgan(situation: Situation, *, stop: str) -> CGAN:
    sampler = in_setting(situation.shape, stop=stop, random_state=situation.seed)
    if situation.max_steps is not None:
        sampler.set_params(max_steps=min(sampler.max_steps, situation.max_steps))
    return sampler


DOCUMENT = Contender("cgan", "CGAN, fixed steps", "cgan", partial(_cgan, stop="steps"), fill=1.0, trained=True)
STOPPED = Contender("cgan-auto", "CGAN, stop='auto'", "cgan", partial(_cgan, stop="distance"), fill=1.0, trained=True)
TUNED = "none-tuned"
SMOTE = "smote"
FLOW = "flow-matching"
AUTO = "auto"
RACE: dict[str, Any] = {"n_splits": 5, "n_repeats": 2, "fill": 1.0}
"""How often Auto tries its candidates, all of them, and with which share of the deficit: a sixth of its default."""
QUICK_RACE = RACE | {"n_splits": 2}
RIVALS = {
    TUNED: "No resampling, tuned threshold",
    "class-weight": "Class weights",
    "random-over-sampling": "Random over-sampling",
    SMOTE: "SMOTE",
    DOCUMENT.name: DOCUMENT.title,
    FLOW: "FlowMatching",
    AUTO: "Auto",
}
"""Contenders of the sound protocol, beside the plain baseline, in the order of the table."""


def cheap(flat: bool) -> list[str | Contender]:
    """List the contenders that train no network, for rows of numbers or for tables with levels."""
    smote = method_contender("series-smote", name=SMOTE, title="SMOTE", fill=1.0) if flat else SMOTE
    return [BASELINE, "class-weight", "random-over-sampling", smote]


def flow(flat: bool) -> Contender:
    """Make the contender of flow matching, with dense layers."""
    layers: dict[str, Any] = {"network": Network(backbone="mlp")} if flat else {}
    return method_contender("flow-matching", name=FLOW, fill=1.0, **layers)


def auto(quick: bool) -> Contender:
    """Make the contender of Auto; a quick run's tries every candidate on fewer splits."""
    return method_contender("auto", name=AUTO, **(QUICK_RACE if quick else RACE))


def folds(scope: Scope) -> int:
    """Count the folds of five that are run, under either protocol.

    Raises
    ------
    InputError
        For more than five.
    """
    if scope.seeds > FOLDS and not scope.quick:
        raise InputError("seeds", f"{scope.seeds} found", f"give at most {FOLDS}: in this study they are folds")
    return 1 if scope.quick else scope.seeds


def _protocol(repeats: int, stratified: bool, inner_folds: int | None = None) -> Protocol:
    return Protocol(folds=None, test=0.2, repeats=repeats, inner_folds=inner_folds, procedure=OneFold(stratified))


def as_paper(scope: Scope) -> Protocol:
    """Cut as the paper does, the first folds of five."""
    return _protocol(folds(scope), stratified=False)


def soundly(scope: Scope, most: int = FOLDS, inner_folds: int | None = None) -> Protocol:
    """Cut every class alike, the first folds of five; labels are read at 0.5 without inner folds."""
    return _protocol(min(folds(scope), most), stratified=True, inner_folds=inner_folds)


def counted(scope: Scope) -> str:
    """Say how often everything was repeated."""
    race = QUICK_RACE if scope.quick else RACE
    some = "; 36 of the 144 experiments on images, and 36 of the 108 on tables; Auto on one of them" * scope.quick
    return (
        f"{folds(scope)} of {FOLDS} folds asked for under either protocol{some}; Auto with {race['n_repeats']} repeats "
        f"of {race['n_splits']} inner folds in place of 6 of 5, and the share {race['fill']:g} of the deficit in place "
        "of two"
    )


def plans(tasks: Sequence[Task], scope: Scope) -> dict[str, Plan]:
    """List the grids: what takes one shape stands together, so that each program is compiled once."""
    grids: dict[str, Plan] = {}

    def add(title: str, chosen: Sequence[Task], who: Sequence[str | Contender], protocol: Protocol) -> None:
        if chosen:
            grids[title] = Plan(chosen, list(who), JUDGES, protocol, (0,), scope.max_steps)

    document, sound = as_paper(scope), soundly(scope)
    few = among(tasks, lambda entry: entry.apart and in_fraction(entry))
    middles = among(tasks, in_middle)
    if scope.quick:
        tasks = among(tasks, in_fraction)
    timed = [task for size in (28, 8) for task in among(tasks, _of(size, apart=False))[:1]]
    add("How long one training takes", timed, [DOCUMENT], _protocol(1, stratified=False))
    for size in SIZES:
        add(f"{size} x {size} pixels, as in the paper", among(tasks, _of(size, apart=False)), [BASELINE, DOCUMENT],
            document)  # fmt: skip
    for size in SIZES:
        add(f"{size} x {size} pixels, soundly", among(tasks, _of(size, apart=True)), [*cheap(True), DOCUMENT], sound)
    for source in TABLES:
        cuts = among(tasks, _from(source))
        add(TITLES[source], cuts, [*cheap(_flat(cuts)), DOCUMENT], sound)
    ours = among(tasks, lambda entry: entry.size is None or entry.apart)
    add("Tuned thresholds", ours, [TUNED], soundly(scope, inner_folds=2 if scope.quick else 3))
    small = among(few, lambda entry: entry.size == AUTO_SIZE)
    if scope.quick:
        # The fewest rows: Auto trains every candidate several times.
        few, small = few[::QUICK_SHARE], sorted(small, key=lambda task: len(task.y))[:1]
    flat, mixed = ([task for task in middles if (task.shape is None) == levels] for levels in (False, True))
    once = soundly(scope, most=1)
    add("When to stop", [*few, *flat], [BASELINE, DOCUMENT, STOPPED], once)
    add("Flow matching", [*few, *flat], [flow(True)], once)
    add("Flow matching, tables with levels", mixed, [flow(False)], once)
    add("Auto", small, [auto(scope.quick)], once)
    return grids


def _of(size: int, apart: bool) -> Callable[[Experiment], bool]:
    return lambda entry: entry.size == size and entry.apart == apart


def _from(source: str) -> Callable[[Experiment], bool]:
    return lambda entry: entry.source == source


def _flat(tasks: Sequence[Task]) -> bool:
    return any(task.shape is not None for task in tasks)


# What a fit costs that was never timed, in trainings of CGAN at the paper's steps.
_COSTS = {STOPPED.name: 3.0, FLOW: 0.5, AUTO: 40.0, TUNED: 0.15}
_CHEAP = 0.05


def forecast(units: Sequence[Unit], store: Store, workers: int) -> str:
    """Say how long the fits take that are left: by contender and width, which is what networks cost.

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
    str
        A forecast, with the seconds a CGAN took.
    """
    spent: dict[str, dict[str, Any]] = {}
    for record in store.records():
        # What is imported and compiled is so once per process, and not once per fit.
        took = [record.costs.get(name) or 0.0 for name in ("seconds_resample", "seconds_fit", "seconds_predict")]
        entry = {"who": str(record.cell["contender"]), "width": _width(str(record.cell["dataset"]))}
        fit = spent.setdefault(record.unit, entry | {"seconds": took[0]})
        fit["seconds"] += took[1] + took[2]
    frame = pd.DataFrame(list(spent.values()), columns=["who", "width", "seconds"])
    known = {str(who): _by_width(part) for who, part in frame.groupby("who")}
    if not known.get(DOCUMENT.name):
        return "one training each at 784 and 64 features comes first and brings an estimate"
    total = 0.0
    for unit in units:
        who, width = unit.cells[0].contender, _width(unit.job.task.name)
        cost = 1.0 if who in known else _COSTS.get(who, _CHEAP)
        total += cost * _nearest(known.get(who) or known[DOCUMENT.name], width)
    words = ", ".join(f"{s:.1f} s at {width:,}" for width, s in sorted(known[DOCUMENT.name].items()))
    left = in_words(Estimate(total / workers, len(spent), 0))
    return f"{left}; CGAN and four classifiers took {words} columns on one core"


def _by_width(spent: pd.DataFrame) -> dict[int, float]:
    return {width: float(spent.loc[spent["width"] == width, "seconds"].mean()) for width in spent["width"].unique()}


def _width(name: str) -> int:
    """Columns of an experiment as the networks see them."""
    from oversmith.training import width_bucket

    entry = EXPERIMENTS[name]
    return width_bucket(COLUMNS[entry.source] if entry.size is None else entry.size**2)


def _nearest(known: Mapping[int, float], width: int) -> float:
    """Seconds at the width nearest to one."""
    return known[min(known, key=lambda near: abs(np.log2(near / width)))]
