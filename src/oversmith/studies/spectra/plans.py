"""Chung et al. 2024, three-player GAN: data sets, rivals and grids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from oversmith._registry import load_class
from oversmith.datasets import Dataset
from oversmith.evaluation import Classifier, Contender, Plan, Protocol
from oversmith.evaluation.builders import Situation
from oversmith.evaluation.classifiers import classifier_named
from oversmith.evaluation.task import Task
from oversmith.exceptions import InputError
from oversmith.samplers._encoding import with_shape
from oversmith.samplers._labelled_sampler import PAPER
from oversmith.studies.spectra.choice import OWN, Choice, ChosenInside
from oversmith.studies.study import Part, Scope, StudySet, shortened


def _cells_in_lag(data: Dataset) -> Part:
    note = "the lag phase against log and stationary phase; a replicate trains or tests"
    return Part(data.X, np.asarray(data.y).astype(str), "lag", note, np.asarray(data.groups))


def _stand_in(data: Dataset) -> Part:
    return Part(data.X, np.asarray(data.y).astype(str), data.positive, "simulated, not comparable")


# The two sets of the paper are not public: simulated ones instead, and four real sets.
SETS = (
    StudySet("hydrogel_f127_simulated", "F-127 (simulated)", _stand_in),
    StudySet("hydrogel_acd_simulated", "α-CD (simulated)", _stand_in),
    StudySet("fruit_puree_mir", "Fruit puree"),
    StudySet("ecoli_raman", "E. coli", _cells_in_lag),
    StudySet("nirs_binary", "NIR"),
    StudySet("coffee", "Coffee"),
)
STEPS = 750
"""Generator steps: the paper's 150 epochs of 152 rows at the batch of 32 that is ours."""
JUDGE_STEPS = 1_500
"""Steps of the classifier: 150 epochs of the 300 rows of a balanced table."""
JUDGE_SHARE = JUDGE_STEPS // STEPS
"""Where a run caps the generator's steps, the classifier gets so many times as many at most."""
PRETRAIN_SHARE = 2 / 3
"""Epochs of the autoencoder to those of the adversarial training: 100 to 150."""
LEAST_REPETITIONS = 3
QUICK_REPETITIONS = 2
QUICK_POINTS = 48
"""Points of every spectrum in a quick run: one length, so that each method is compiled once."""


@dataclass(frozen=True)
class Case:
    """How many rows of a data set train.

    Parameters
    ----------
    majority : int
        Rows of the larger class.
    minority : tuple of int
        Rows of the smaller class, three times.
    simulated : bool, default=False
        Whether the spectra stand in for those of the paper.
    """

    majority: int
    minority: tuple[int, int, int]
    simulated: bool = False

    @property
    def middle(self) -> int:
        """The count in the middle: that of Figures 2, 4, 6 and 8, and of the ablation."""
        return self.minority[1]


TITLES = {entry.name: entry.title for entry in SETS}
CASES = {
    "hydrogel_f127_simulated": Case(150, (2, 4, 6), simulated=True),
    "hydrogel_acd_simulated": Case(120, (3, 6, 10), simulated=True),
    "fruit_puree_mir": Case(150, (2, 4, 6)),
    "ecoli_raman": Case(120, (3, 6, 10)),
    "nirs_binary": Case(90, (2, 4, 6)),
    "coffee": Case(15, (2, 3, 4)),
}


@dataclass(frozen=True)
class Way:
    """A row of Tables 8 to 13.

    Parameters
    ----------
    title : str
        What the paper calls it.
    kebab : str
        Method of the registry.
    changes : tuple of (str, object), default=()
        Parameters that differ.
    in_paper : tuple of (str, object), default=()
        Parameters that differ from the paper's setting, and not from the defaults.
    """

    title: str
    kebab: str
    changes: tuple[tuple[str, Any], ...] = ()
    in_paper: tuple[tuple[str, Any], ...] = ()

    @property
    def key(self) -> str:
        """Name in records."""
        return "paper-" + self.title.lower().replace(": ", "-").replace(" ", "-")


PROPOSED = Way("Proposed", "three-player-gan")
RIVALS = (
    Way("SMOTE", "series-smote"),
    Way("B-SMOTE", "series-borderline-smote"),
    Way("CDRAGAN", "cdragan"),
    Way("BAGAN-GP", "bagan-gp"),
    Way("Cooperative GAN", "cooperative-gan"),
    # The networks of its publication have a hundred times the work; by the paper it is the fastest of the GANs.
    Way(
        "Covid GAN",
        "acgan",
        in_paper=(("generator_widths", PAPER["generator_widths"]), ("batch_size", PAPER["batch_size"])),
    ),
    Way("CCU-diffusion", "conditional-diffusion", in_paper=(("patch", "auto"),)),
)
BASIC = (Way("Shift", "shift"), Way("Slope", "slope"), Way("Flip", "flip"))
BASELINE = "none"

# What the paper tunes, and between which values (Table 6).
CHOICES = (
    Choice(RIVALS[0].key, "k_neighbors", (1, 2, 3, 4, 5)),
    Choice(RIVALS[1].key, "k_neighbors", (1, 2, 3, 4, 5)),
    Choice(RIVALS[4].key, "rho", (0.25, 0.5, 1.0)),
    Choice(RIVALS[5].key, "latent_dim", (100, 150, 200)),
)

# What the paper does not show: each part of the three players left out.
ABLATION = tuple(
    Way(f"Without: {title}", PROPOSED.kebab, changes)
    for title, changes in (
        ("real rows in D", (("without", ("discriminator_real",)),)),
        ("generated rows in D", (("without", ("discriminator_generated",)),)),
        ("mislabelled rows in D", (("discriminator_rows__wrong_weight", 0.0),)),
        ("gradient penalty in D", (("penalty__weight", 0.0),)),
        ("adversarial term in G", (("without", ("generator_adversarial",)),)),
        ("cooperative term in G", (("coop_weight", 0.0),)),
        ("real rows in C", (("without", ("classifier_real",)),)),
        ("generated rows in C", (("without", ("classifier_generated",)),)),
        ("pre-training", (("pretrain_epochs", 0),)),
        ("balanced real batches", (("discriminator_rows__real", "natural"),)),
    )
)


def in_setting(way: Way, defaults: bool = False, shape: tuple[int, ...] | None = None, **changes: Any) -> Any:
    """Make a sampler in the paper's setting, or with the library's defaults.

    Parameters
    ----------
    way : Way
        A row of the tables.
    defaults : bool, default=False
        Whether the library's defaults stand in for the paper's setting.
    shape : (int, int), optional
        Channels and points of spectra that come as flat rows.
    **changes : object
        Parameters that differ, beside those of the row.

    Returns
    -------
    sampler
        Tables 6 and 7; what is tuned stands at the middle of its range.

    Examples
    --------
    >>> from oversmith.studies.spectra.plans import PROPOSED, RIVALS, in_setting
    >>> in_setting(PROPOSED).pretrain_epochs, in_setting(RIVALS[0]).k_neighbors, in_setting(RIVALS[5]).latent_dim
    (100, 3, 150)
    """
    method = load_class(way.kebab)
    tuned = {choice.parameter: choice.middle for choice in CHOICES if choice.contender == way.key}
    if defaults or not hasattr(method, "paper"):
        return with_shape(method().set_params(**(tuned | dict(way.changes) | changes)), shape)
    return with_shape(method.paper(**(tuned | dict(way.in_paper) | dict(way.changes) | changes)), shape)


def _build(situation: Situation, *, way: Way, defaults: bool) -> Any:
    sampler = in_setting(way, defaults, situation.shape, random_state=situation.seed)
    known = sampler.get_params(deep=False)
    if "stop" not in known:
        return sampler
    # Small sets would have few steps in as many epochs: every method gets those of the paper's own sets.
    steps = STEPS if situation.max_steps is None else min(STEPS, situation.max_steps)
    sampler.set_params(stop__max_epochs=None, max_steps=steps)
    if "n_sampling_steps" in known:
        # Of a few steps of training, drawing by fifty would be most of a quick run.
        sampler.set_params(n_sampling_steps=min(sampler.n_sampling_steps, max(steps, 2)))
    if known.get("pretrain_epochs"):
        per_epoch = -(-len(situation.y) // sampler.batch_size)
        sampler.set_params(pretrain_epochs=max(1, round(PRETRAIN_SHARE * steps / per_epoch)))
    return sampler


def contender(way: Way, scope: Scope) -> Contender:
    """Make the contender of a row of the tables."""
    build = partial(_build, way=way, defaults=scope.defaults)
    return Contender(way.key, way.title, way.kebab, build, trained=way.kebab not in _UNTRAINED)


_UNTRAINED = {way.kebab for way in (*BASIC, *RIVALS[:2])}


def judge(scope: Scope) -> Classifier:
    """Name the classifier of Table 7, with as many steps as a run allows."""
    entry = classifier_named("spectra-cnn")
    steps = JUDGE_STEPS if scope.max_steps is None else min(JUDGE_STEPS, JUDGE_SHARE * scope.max_steps)
    return replace(entry, build=partial(_judge, steps=steps))


def _judge(seed: int, *, steps: int) -> Any:
    from oversmith.classifiers import SpectraCNN

    return SpectraCNN(max_epochs=None, max_steps=steps, random_state=seed)


JUDGE = classifier_named("spectra-cnn").name


def repetitions(scope: Scope) -> int:
    """Count the draws of training rows.

    Raises
    ------
    InputError
        For fewer than three in a full run.
    """
    if scope.quick:
        return QUICK_REPETITIONS
    if scope.seeds < LEAST_REPETITIONS:
        need = f"give at least {LEAST_REPETITIONS} repetitions for the tests; the paper has ten"
        raise InputError("seeds", f"{scope.seeds} found", need)
    return scope.seeds


def counted(scope: Scope) -> str:
    """Say how often everything was repeated."""
    points = f"; every spectrum at {QUICK_POINTS} points, nothing tuned" if scope.quick else ""
    return f"{repetitions(scope)} repetitions, each on training rows drawn anew{points}"


def protocol(dataset: str, minority: int, scope: Scope) -> Protocol:
    """Cut as the paper does: so many rows of each class train, the rest test, labels are read at 0.5."""
    return Protocol(
        folds=None,
        counts=(CASES[dataset].majority, minority),
        repeats=repetitions(scope),
        inner_folds=None,
        procedure=ChosenInside(() if scope.quick else CHOICES),
    )


def ready(task: Task, scope: Scope) -> Task:
    """Return the task as a run sees it: in a quick one with spectra of one length."""
    points = QUICK_POINTS if scope.quick else scope.max_points
    if task.shape is None or points is None or (task.shape[1] <= points and not scope.quick):
        return task
    return shortened(task, points)


def ablated(task: Task, scope: Scope) -> bool:
    """Say whether parts are left out on a data set: on all of them, in a shortened run on the stand-ins alone."""
    return CASES[task.name].simulated or not (scope.quick or scope.defaults)


def plans(tasks: Sequence[Task], scope: Scope) -> dict[str, Plan]:
    """List the grids of the study: for every set and count the rivals, and the players with both their classifiers."""
    grids: dict[str, Plan] = {}
    rivals: list[str | Contender] = [BASELINE, *(contender(way, scope) for way in (*RIVALS, *BASIC))]
    for task in tasks:
        seen, case = ready(task, scope), CASES[task.name]
        for minority in case.minority:
            splits = protocol(task.name, minority, scope)
            title = f"{TITLES[task.name]}, {case.majority}:{minority}"
            players = [contender(PROPOSED, scope)]
            if minority == case.middle and ablated(task, scope):
                players += [contender(way, scope) for way in ABLATION]
            grids[title] = Plan((seen,), rivals, (judge(scope),), splits, (0,), scope.max_steps)
            grids[f"{title}, players"] = Plan((seen,), players, (judge(scope), OWN), splits, (0,), scope.max_steps)
    return grids


def protocol_names(notes: Mapping[str, Any], dataset: str) -> dict[int, str]:
    """Names of the protocols in the raw scores, by rows of the smaller class."""
    scope = Scope(**notes["scope"])
    return {minority: protocol(dataset, minority, scope).name for minority in CASES[dataset].minority}
