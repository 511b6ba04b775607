"""Riaz et al. 2025, EO-WGAN: data sets, grids, and what else is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from oversmith import EOWGAN
from oversmith.evaluation import Contender, Plan, Protocol, Store
from oversmith.evaluation.contenders import method_contender
from oversmith.evaluation.job import Job, Outcome
from oversmith.evaluation.jobs import fit_and_score
from oversmith.evaluation.protocol import seed_for
from oversmith.evaluation.task import Task
from oversmith.samplers.eo_wgan import PAPER_CRITIC, PAPER_GENERATOR
from oversmith.samplers.eo_wgan_variants import TABLE_9
from oversmith.studies.extras import embeddings, losses, overfitting, scaling, sizes_on_disk, smote_of
from oversmith.studies.procedures import ResampledFirst, paper_contender
from oversmith.studies.study import UNSW, Scope, StudySet, unsw

# Table 2, in its order.
SETS = (
    StudySet(UNSW, "UNSW-NB15", unsw),
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
EO_WGAN = paper_contender("eo-wgan", "eo-wgan-paper", "EO-WGAN")
WGAN = paper_contender("wgan", "wgan-paper", "WGAN")
GAN = paper_contender("gan", "gan-paper", "GAN")

# Table 8: row → contender; rows 2 and 3 are SMOTE and the plain WGAN.
ABLATION: dict[int, Contender | str] = {
    1: EO_WGAN,
    2: "smote",
    3: WGAN,
    4: paper_contender("eo-wgan", "eo-wgan-no-smote", "EO-WGAN without SMOTE", smote="none", smote_share=0.0),
    5: paper_contender("eo-wgan", "eo-wgan-no-wgan", "EO-WGAN without WGAN refinement", smote_share=1.0),
    6: paper_contender("eo-wgan", "eo-wgan-one-critic", "EO-WGAN, one critic", critics__n=1),
    7: "random-over-sampling",
}

# Table 9: (critic updates, penalty weight) → contender.
SETTINGS = {
    (n_critic, weight): paper_contender(
        "eo-wgan",
        f"eo-wgan-{n_critic}-{weight:g}",
        f"EO-WGAN, n_critic {n_critic}, penalty {weight:g}",
        critic_steps=n_critic,
        lipschitz__weight=weight,
    )
    for n_critic, weight in TABLE_9
}

RATIOS = (5.0, 8.0, 10.0, 20.0)
NOISE = (0.05, 0.1, 0.2)
FIVE = ("lr", "rf", "svm", "xgb", "knn")
THREE = ("lr", "xgb", "knn")
# Beside the paper's protocol every set is judged by three classifiers, and by those of Table 6.
_JUDGES = {
    UNSW: ("rf", "svm"),
    "winequality_red_8_vs_6": ("rf", "svm"),
    "page_blocks_1_3_vs_4": ("rf",),
    "yeast_2_vs_4": ("rf",),
    "poker_8_vs_6": ("svm",),
}
SOUND = method_contender("eo-wgan", name="eo-wgan-0.33", title="EO-WGAN, fill 0.33", fill=0.33)


@dataclass(frozen=True)
class LabelNoise:
    """Training rows of the positive class get the other label; the test part, and a validation part, keep theirs.

    Parameters
    ----------
    share : float
        Share of the positive training rows, rounded down; 0 leaves them alone.

    Examples
    --------
    >>> from oversmith.studies.eo_wgan.plans import LabelNoise
    >>> LabelNoise(0.05).name
    '5 % of positive training labels flipped'
    """

    share: float

    @property
    def name(self) -> str:
        """What tables call it."""
        return f"{100 * self.share:g} % of positive training labels flipped"

    def __call__(self, job: Job) -> Outcome:
        """Do the job on flipped labels."""
        task, split = job.task, job.split
        rare = split.train[task.y[split.train] == task.positive]
        rng = np.random.default_rng(
            seed_for(job.split_seed or 0, task, "label-noise", repeat=split.repeat, fold=split.fold)
        )
        # The rows flipped at a small share are among those flipped at a large one.
        flipped = rng.permutation(rare)[: int(self.share * len(rare) + 1e-9)]
        y = task.y.copy()
        y[flipped] = 1 - y[flipped]
        return fit_and_score(replace(job, task=replace(task, y=y), procedure=None))


def folds(scope: Scope) -> Protocol:
    """Cut the data as the paper does: five folds, labels read at 0.5."""
    return Protocol(folds=3 if scope.quick else 5, inner_folds=None)


def held_out(scope: Scope, **changes: Any) -> Protocol:
    """70/15/15, cut anew."""
    return Protocol(folds=None, test=0.15, validation=0.15, repeats=2 if scope.quick else 3, **changes)


def plans(tasks: Sequence[Task], scope: Scope) -> dict[str, Plan]:
    """List the grids of the study, by what they are for."""
    seeds = scope.turns
    steps = scope.max_steps
    paper = folds(scope)
    number = 3 if scope.quick else 5
    leaky = Protocol(folds=number, inner_folds=None, procedure=ResampledFirst(number))
    unsw = tuple(task for task in tasks if task.name == UNSW) or tuple(tasks[:1])
    sound = Protocol(folds=number, inner_folds=2 if scope.quick else 3)
    compared: list[str | Contender] = ["none", "none-tuned", "smote", SOUND]
    budget = 300 if scope.quick else None
    beside: dict[str, Plan] = {}
    for others in (("rf", "svm"), ("rf",), ("svm",), ()):
        chosen = tuple(task for task in tasks if _JUDGES.get(task.name, ()) == others)
        if chosen:
            judges, group = (*THREE, *others), ", ".join(("lr, xgb, knn", *others))
            beside[f"Soundly, {group}"] = Plan(chosen, compared, judges, sound, seeds, budget)
            beside[f"Resampled before the split, {group}"] = Plan(
                chosen, ["smote", EO_WGAN], judges, leaky, seeds, steps
            )
    return {
        "Tables 6 and 7": Plan(tasks, ["none", "smote", WGAN, EO_WGAN], FIVE, paper, seeds, steps),
        "Time complexity": Plan(unsw, [GAN], FIVE, paper, seeds, steps),
        **beside,
        "Natural shares": Plan(tasks, ["none", "smote", WGAN, EO_WGAN], THREE, held_out(scope), (0,), steps),
        "Table 8": Plan(unsw, ["none", *ABLATION.values()], THREE, held_out(scope), (0,), steps),
        "Table 9": Plan(unsw, list(SETTINGS.values()), THREE, held_out(scope), (0,), steps),
        "Figures 4 to 7": Plan(
            tasks,
            ["none", "smote", WGAN, EO_WGAN],
            THREE,
            [held_out(scope, thin=ratio, thin_class="either") for ratio in RATIOS],
            (0,),
            steps,
        ),
        "Label noise": Plan(
            tasks,
            ["none", "smote", WGAN, EO_WGAN],
            THREE,
            [held_out(scope, procedure=LabelNoise(share)) for share in NOISE],
            (0,),
            steps,
        ),
    }


def _network(**sizes: int) -> Any:
    width = sizes.get("width", 64)
    return EOWGAN.paper(
        stop__max_epochs=None,
        max_steps=sizes.get("steps", 100),
        generator_widths=(width, width, width),
        critic_widths=(width, width, width, width),
        guidance=None,
        refinement=None,
        random_state=0,
    )


def _costs(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    short = 3 if scope.quick else 5
    base = {"n": 3_000, "n_min": 1_000, "d": 10, "k": 5}
    smote = {"n_min": (500, 1_000, 2_000, 4_000, 8_000)[:short], "d": (5, 10, 20, 40, 80)[:short]}
    smote["k"] = (2, 4, 8, 16, 32)[:short]
    fewest = 25 if scope.quick else 100
    network = {"steps": (fewest, 2 * fewest, 4 * fewest, 8 * fewest)[: short - (not scope.quick)]}
    network["d"] = (5, 10, 20, 40, 80)[:short]
    network["width"] = (32, 64, 128, 256)[: short - (not scope.quick)]
    return {
        # As many other rows as are needed for SMOTE to make as many again.
        "smote": scaling(smote_of, smote, base | {"n": 16_000}),
        "network": scaling(_network, network, base | {"steps": 2 * fewest, "width": 64}),
    }


def _first(tasks: Sequence[Task]) -> Task:
    return next((task for task in tasks if task.name == UNSW), tasks[0])


def _losses(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    # One training is shown whole, whatever the grid's trainings are cut to.
    whole = scope if scope.quick else replace(scope, max_steps=None)
    return losses(_first(tasks), EO_WGAN, whole, ("loss_critic", "loss_generator", "wasserstein"))


def _overfitting(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    return overfitting(_first(tasks), EO_WGAN, scope)


def _sizes(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, float]:
    return sizes_on_disk(_first(tasks), EO_WGAN, scope)


def _embeddings(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    # The paper's panels are data sets 0 to 5.
    return embeddings(tasks[:6], scope, ["smote", WGAN, EO_WGAN])


def _settings(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    """Look up the settings of Table 5 as the samplers have them."""
    from oversmith import GAN as GANSampler
    from oversmith import WGAN as WGANSampler
    from oversmith.classifiers.dense import PAPER

    names: dict[str, Any] = {"eo-wgan": EOWGAN, "gan": GANSampler, "wgan": WGANSampler}
    settings: dict[str, Any] = {}
    for name, sampler in names.items():
        setting = sampler.paper().get_params()
        settings[name] = {
            "batch_size": setting["batch_size"],
            "learning_rate": setting["learning_rate"],
            "n_critic": setting["critic_steps"],
            "max_epochs": setting["stop__max_epochs"],
        }
        settings[name]["classifier"] = PAPER[name]
    settings["layers"] = {"generator": len(PAPER_GENERATOR) + 1, "critic": len(PAPER_CRITIC) + 1}
    return settings


EXTRAS: Mapping[str, Any] = {
    "settings": _settings,
    "losses": _losses,
    "overfitting": _overfitting,
    "sizes": _sizes,
    "embeddings": _embeddings,
    "costs": _costs,
}
