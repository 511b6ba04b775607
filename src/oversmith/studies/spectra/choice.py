"""A parameter chosen inside the training part, and a classifier that is trained with the sampler."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from oversmith.evaluation.builders import Situation
from oversmith.evaluation.classifiers import Classifier, classifier_named
from oversmith.evaluation.contenders import Contender
from oversmith.evaluation.job import Job, Outcome, record
from oversmith.evaluation.jobs import fit_and_score as _fit_and_score
from oversmith.evaluation.pipeline import problem
from oversmith.evaluation.protocol import Split, seed_for
from oversmith.evaluation.scoring import further_scores, score_predictions
from oversmith.exceptions import TooFewRowsError
from oversmith.selection import inner_holdout, stratified_folds

LEAST = 4
"""Rows of the smaller class below which there is no inner split: two to train on, and some to score."""
HELD_OUT = 1 / 3


def _own_classifier(seed: int) -> Any:
    from oversmith.classifiers.three_player import ThreePlayerClassifier

    return ThreePlayerClassifier(random_state=seed)


OWN = Classifier("players-own", "The players' own classifier", _own_classifier)
"""The classifier trained together with the sampler: its ``classifier_``, not a fit of its own."""


@dataclass(frozen=True)
class Choice:
    """A parameter with the values it is chosen among.

    Parameters
    ----------
    contender, parameter : str
        Whose it is, and what it is called.
    values : tuple of float or int
        Rising; the middle one is taken where nothing can be chosen.
    """

    contender: str
    parameter: str
    values: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The value in the middle."""
        return self.values[len(self.values) // 2]


@dataclass(frozen=True)
class ChosenInside:
    """What Chung et al. 2024 tune is chosen on an inner split of the training rows.

    A third of the training rows is held out, or half of their groups; each value fills up the rest, and the macro F1 of
    random convolutions on the rows held out decides, towards the middle value where several are best. With fewer than
    four rows of a class the middle value stands. The job is then done with it, the sound way. `OWN` among the
    classifiers is the one that the sampler trained, in the same fit.

    Parameters
    ----------
    choices : tuple of Choice, default=()
        At most one per contender.

    Examples
    --------
    >>> from oversmith.studies.spectra.choice import Choice, ChosenInside
    >>> ChosenInside((Choice("smote", "k_neighbors", (1, 3, 5)),)).name, ChosenInside().name
    ('chosen on an inner split', 'nothing chosen')
    """

    choices: tuple[Choice, ...] = ()

    @property
    def name(self) -> str:
        """Name in tables."""
        return "chosen on an inner split" if self.choices else "nothing chosen"

    def __call__(self, job: Job) -> Outcome:
        """Choose, then do the job."""
        job = replace(job, procedure=None)
        choice = next((entry for entry in self.choices if entry.contender == job.contender.name), None)
        value = None
        if choice is not None:
            value = chosen(job, choice)
            job = replace(job, contender=with_value(job.contender, choice.parameter, value))
        outcome = _fit_and_score(replace(job, classifiers=tuple(c for c in job.classifiers if c.name != OWN.name)))
        if any(classifier.name == OWN.name for classifier in job.classifiers):
            _ask_own(job, outcome)
        if value is not None:
            for numbers in outcome.more.values():
                numbers["chosen"] = float(value)
        return outcome


def _ask_own(job: Job, outcome: Outcome) -> None:
    """Record the classifier of the fitted sampler."""
    task, test, step = job.task, job.split.test, outcome.resampling
    if step is None:
        # Nothing was fitted: the reason is in the rows of the other classifiers.
        status = next(((row["status"], row["error"]) for row in outcome.scores), ("failed", "no sampler was fitted"))
        record(job, outcome, OWN.name, status)
        return
    try:
        scores = step.sampler_.classifier_.predict_proba(task.X.iloc[test])
        numbers = score_predictions(task, task.y[test], scores, None)
    except Exception as error:
        record(job, outcome, OWN.name, problem(error))
        return
    outcome.more[OWN.name] = further_scores(task, task.y[test], scores, None)
    numbers |= {
        "seconds_resample": step.seconds_,
        "n_train": step.n_before_,
        "n_synthetic": step.n_after_ - step.n_before_,
    }
    record(job, outcome, OWN.name, ("done", None), numbers, scores)


def chosen(job: Job, choice: Choice) -> float:
    """Choose a value by the macro F1 on an inner split; the middle one where there is none.

    Parameters
    ----------
    job : Job
        The work; its test part is not looked at.
    choice : Choice
        The values.

    Returns
    -------
    float
        The value.
    """
    split = inner_split(job)
    if split is None or len(choice.values) < 2:
        return choice.middle
    inner = replace(job, split=split, classifiers=(classifier_named("rocket"),), inner_folds=None, details=False)

    def score(value: float) -> float:
        contender = with_value(job.contender, choice.parameter, value)
        scored = _fit_and_score(replace(inner, contender=contender)).more
        # A value that fails is not chosen.
        return next((numbers["f1_macro"] for numbers in scored.values()), -1.0)

    scores = np.array([score(value) for value in choice.values])
    best = np.flatnonzero(scores >= scores.max() - 1e-12)
    return choice.values[min(best, key=lambda index: abs(index - len(choice.values) // 2))]


def inner_split(job: Job) -> Split | None:
    """Cut the training part of a job in two, the same way for every contender.

    Parameters
    ----------
    job : Job
        The work.

    Returns
    -------
    Split or None
        A third of each class, or half of the groups, in the place of the test part; None where the smaller class has
        fewer than `LEAST` rows, or two of it cannot stay with some others held out.
    """
    task, split = job.task, job.split
    y = task.y[split.train]
    if np.bincount(y, minlength=2).min() < LEAST:
        return None
    seeds = seed_for(job.split_seed or 0, task, "inner-choice", repeat=split.repeat, fold=split.fold)
    try:
        if task.groups is None:
            held = inner_holdout(y, HELD_OUT, seeds, min_rows=LEAST)
        else:
            held = stratified_folds(y, 2, 1, seeds, groups=task.groups[split.train])[0][1]
    except TooFewRowsError:
        return None
    rest = np.delete(np.arange(len(y)), held)
    if not len(held) or np.bincount(y[rest], minlength=2).min() < 2 or np.bincount(y[held], minlength=2).min() < 1:
        return None
    return Split(split.repeat, split.fold, split.train[rest], split.train[held])


def with_value(contender: Contender, parameter: str, value: float) -> Contender:
    """Make the contender with another value of one parameter of its sampler.

    Parameters
    ----------
    contender : Contender
        With a sampler.
    parameter : str
        A parameter of the sampler.
    value : float
        Its value.

    Returns
    -------
    Contender
        Under the same name.
    """
    return replace(contender, build=partial(_set, build=contender.build, parameter=parameter, value=value))


def _set(situation: Situation, *, build: Any, parameter: str, value: float) -> Any:
    return build(situation).set_params(**{parameter: value})
