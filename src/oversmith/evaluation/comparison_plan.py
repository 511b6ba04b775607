"""What a comparison of one table runs, before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from oversmith._parameters import drawn_seed
from oversmith.datasets import SpectralAxis
from oversmith.encoders.reading import Channels
from oversmith.evaluation.checks import check_list, check_thin, choose_folds
from oversmith.evaluation.classifiers import Classifier
from oversmith.evaluation.contenders import DEFAULT_METHODS, Contender, choose, default_contenders
from oversmith.evaluation.plan import Plan
from oversmith.evaluation.protocol import INNER_ROWS, Protocol
from oversmith.evaluation.task import prepare
from oversmith.exceptions import InputError
from oversmith.io.bounds import Bounds, check_bounds


def comparison_plan(
    X: Any,
    y: Any,
    *,
    target: str = "target",
    name: str = "data",
    positive: Any = None,
    groups: Any = None,
    random_state: int | np.random.RandomState | np.random.Generator = 0,
    folds: int | None = None,
    repeats: int = 1,
    inner_folds: int = 3,
    max_steps: int | None = None,
    contenders: Sequence[str | Contender] | None = None,
    methods: Sequence[str] | None = None,
    thin: float | None = None,
    bounds: Bounds = None,
    axis: SpectralAxis | None = None,
    modality: str = "auto",
    channels: Channels = "auto",
    classifiers: Sequence[str | Classifier] | None = None,
) -> Plan:
    """Plan what :func:`oversmith.compare` runs, by the same parameters.

    Returns
    -------
    Plan
        One table, its contenders and classifiers.

    Raises
    ------
    InputError
        For data or arguments that cannot be used.
    """
    task = prepare(
        X,
        y,
        target=target,
        name=name,
        positive=positive,
        groups=groups,
        axis=axis,
        modality=modality,
        channels=channels,
    )
    positive_class = None if task.positive is None else task.classes[task.positive]
    check_thin(thin, dict(zip(task.classes, task.counts.tolist(), strict=True)), positive_class, task.target)
    if bounds is not None:
        check_bounds(task.X if task.shape is None else task.X.to_numpy().reshape(-1, *task.shape), bounds, task.name)
    if isinstance(random_state, np.random.Generator | np.random.RandomState):
        random_state = drawn_seed(random_state)
    if isinstance(random_state, bool) or not isinstance(random_state, int | np.integer) or random_state < 0:
        raise InputError("random_state", f"{random_state!r} found", "use a whole number from 0 up")
    if methods is not None:
        check_list("methods", methods)
    methods = DEFAULT_METHODS[task.kind] if methods is None else methods
    random_state = int(random_state)
    return Plan(
        [task],
        choose("contenders", contenders, default_contenders(task.kinds, methods, task.modality, bounds)),
        classifiers,
        Protocol(
            folds=choose_folds(task.groups, task.y, task.positive) if folds is None else folds,
            repeats=repeats,
            thin=thin,
            inner_folds=inner_folds,
            inner_rows=INNER_ROWS,
            split_seed=random_state,
        ),
        (random_state,),
        max_steps,
        details=True,
    )
