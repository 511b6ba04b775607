"""Sharma et al. 2022, SMOTified-GAN: data sets, grids, and what else is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from oversmith.classifiers import DenseClassifier
from oversmith.datasets import Dataset
from oversmith.evaluation import Classifier, Plan, Protocol, Store
from oversmith.evaluation.classifiers import classifier_named
from oversmith.evaluation.contenders import method_contender
from oversmith.evaluation.job import Job, Outcome
from oversmith.evaluation.task import Task
from oversmith.samplers.smotified_gan import SMOTifiedGAN
from oversmith.studies.extras import losses, scaling, smote_of
from oversmith.studies.procedures import fit_after, paper_contender, prepared, resample_once
from oversmith.studies.study import Part, Scope, StudySet

FRAUD = "creditcard_partial"


def _fraud(data: Dataset) -> Part:
    note = "a union of public samples with 473 frauds, not the full set of 284,807 rows"
    return Part(data.X, np.asarray(data.y).astype(str), data.positive, note)


# Those of the paper but Connect-4, of which no usable copy is in the registry.
SETS = (
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

SMOTIFIED = paper_contender("smotified-gan", "smotified-gan-paper", "SMOTified-GAN")
# The paper's plain GAN: the networks of its SMOTified-GAN, noise in place of SMOTE's rows.
PLAIN_GAN = paper_contender(
    "gan",
    "gan-001",
    "GAN",
    generator_widths=(128, 128, 128),
    critic_widths=(128,),
    critic_steps=1,
    learning_rate=1e-5,
    batch_size=128,
    stop__max_epochs=2_000,
)

# Positive rows in the test parts of the published code.
PUBLISHED_TEST = (
    ("ecoli4", 2),
    ("poker_8_vs_6", 3),
    ("winequality_red_8_vs_6", 6),
    ("page_blocks_1_3_vs_4", 6),
    ("yeast_2_vs_4", 12),
)
RUNS = 30
_CURVE_POINTS = 40


def _network(seed: int, **budget: int) -> DenseClassifier:
    return DenseClassifier(hidden_widths=(128, 128), patience=None, learning_rate=1e-3, random_state=seed, **budget)


# The published code trains its classifier for 30 epochs: 90 steps on Ecoli, where the baseline then predicts no
# positive row. The same network is shown trained for longer beside it.
SHORT = Classifier("network-30-epochs", "Network, 30 epochs", partial(_network, max_epochs=30))
LONG = Classifier("network-1000-steps", "Network, 1,000 steps", partial(_network, max_steps=1_000))

SOUND = tuple(
    method_contender(name, name=f"{name}-0.33", title=f"{title}, fill 0.33", fill=0.33)
    for name, title in (("gan", "GAN"), ("smotified-gan", "SMOTified-GAN"))
)


@dataclass(frozen=True)
class OneDraw:
    """The protocol of the published code: one draw, thirty runs that start the classifier anew.

    The test part is a fifth of the rows, not stratified: the first cut, by ascending seed, that holds ``n_positive``
    positive rows, as many as the published test part (and the very first where no cut does). The sampler has a
    seed of its own; the job's seed reaches the classifiers. Labels are read at 0.5; accuracy and F1 of the training
    rows, synthetic ones included, stand beside those of the test part.

    Parameters
    ----------
    n_positive : tuple of (str, int)
        Data set, and positive rows of its test part; other sets take the first cut.
    sampler_seed : int, default=0
        Seed of the sampler.

    Examples
    --------
    >>> from oversmith.studies.smotified_gan.plans import OneDraw
    >>> OneDraw((("ecoli4", 2),)).name
    'one draw, classifiers started anew'
    """

    n_positive: tuple[tuple[str, int], ...] = ()
    sampler_seed: int = 0

    @property
    def name(self) -> str:
        """Name in tables."""
        return "one draw, classifiers started anew"

    def __call__(self, job: Job) -> Outcome:
        """Do the job on the one split and the one draw."""
        train, test = self._cut(job)
        drawn = replace(job, seed=self.sampler_seed, split=replace(job.split, fold=0, train=train, test=test))
        X, y, after, seconds, n_generated = resample_once(drawn, train, self)
        task = job.task
        positive = task.minority if task.positive is None else task.positive
        sizes = {
            "n_train": len(train),
            "n_test": len(test),
            "n_test_positive": int((task.y[test] == positive).sum()),
        }
        X_test = prepared(drawn, train, task.X.iloc[test])
        every = np.arange(len(y))
        cut = replace(job, split=drawn.split)
        tested = X_test, task.y[test]
        return fit_after(cut, after, (X, y, every), tested, seconds, n_generated, sizes, on_training_rows=True)

    def _cut(self, job: Job) -> tuple[np.ndarray, np.ndarray]:
        task = job.task
        wanted = dict(self.n_positive).get(task.name)
        positive = task.minority if task.positive is None else task.positive
        n_test = round(0.2 * len(task.y))
        for attempt in (*range(1000), 0):
            order = np.random.default_rng(attempt).permutation(len(task.y))
            if wanted is None or int((task.y[order[:n_test]] == positive).sum()) == wanted:
                break
        return np.sort(order[n_test:]), np.sort(order[:n_test])


def one_draw(scope: Scope) -> Protocol:
    """Cut and draw once, as the published code does."""
    return Protocol(folds=None, test=0.2, inner_folds=None, procedure=OneDraw(PUBLISHED_TEST))


def runs(scope: Scope) -> tuple[int, ...]:
    """Seeds of the classifiers."""
    return tuple(range(5 if scope.quick else RUNS))


def plans(tasks: Sequence[Task], scope: Scope) -> dict[str, Plan]:
    """List the grids of the study, by what they are for."""
    sound = Protocol(folds=3 if scope.quick else 5, inner_folds=2 if scope.quick else 3)
    return {
        "Table 3": Plan(
            tasks,
            ["none", "smote", PLAIN_GAN, SMOTIFIED],
            [SHORT, LONG],
            one_draw(scope),
            runs(scope),
            scope.max_steps,
        ),
        "Table 3, soundly": Plan(
            tasks,
            ["none", "none-tuned", "smote", *SOUND],
            [LONG, classifier_named("lr"), classifier_named("xgb")],
            sound,
            scope.turns,
            300 if scope.quick else None,
        ),
    }


def _curves(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    """Draw the ROC and the precision-recall curve of the first run of every contender (Figure 6)."""
    from sklearn.metrics import precision_recall_curve, roc_curve

    curves: dict[str, Any] = {}
    for unit in plans(tasks, scope)["Table 3"].units():
        for cell in unit.cells:
            row = store.predictions(cell.key) if cell.classifier == LONG.name and not unit.job.seed else None
            if row is None:
                continue
            task = unit.job.task
            positive = task.minority if task.positive is None else task.positive
            truth, score = row["y"] == positive, row["scores"][:, positive]
            false, true, _ = roc_curve(truth, score)
            precision, recall, _ = precision_recall_curve(truth, score)
            curves.setdefault(task.name, {})[cell.contender] = {
                "roc": _thinned(false, true),
                "pr": _thinned(recall[::-1], precision[::-1]),
            }
    return curves


def _thinned(x: np.ndarray, y: np.ndarray) -> list[list[float]]:
    """Few points of a curve, its ends and corners among them."""
    keep = np.unique(np.linspace(0, len(x) - 1, _CURVE_POINTS).round().astype(int))
    return [[round(float(a), 4), round(float(b), 4)] for a, b in zip(x[keep], y[keep], strict=True)]


def _training(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    """Losses and validation F1 over the training (Figure 7)."""
    names = ("loss_discriminator", "loss_generator", "validation_f1")
    return {task.name: losses(task, SMOTIFIED, scope, names) for task in tasks}


def _sampler(**sizes: int) -> SMOTifiedGAN:
    return SMOTifiedGAN.paper(max_steps=sizes.get("steps", 500), stop="steps", accept_factor=1.0, random_state=0)


def _costs(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    short = 3 if scope.quick else 5
    base = {"n": 2_000, "n_min": 500, "d": 10, "k": 5, "steps": 500}
    axes = {"n": (1_000, 2_000, 4_000, 8_000, 16_000)[:short], "d": (5, 10, 20, 40, 80)[:short]}
    axes["steps"] = (250, 500, 1_000, 2_000, 4_000)[:short]
    smote = {"n": axes["n"], "d": axes["d"]}
    return {"smotified": scaling(_sampler, axes, base), "smote": scaling(smote_of, smote, base)}


def _settings(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    setting = SMOTifiedGAN.paper().get_params()
    names = ("learning_rate", "batch_size", "generator_widths", "critic_widths", "k_neighbors")
    settings = {name: list(v) if isinstance(v := setting[name], tuple) else v for name in names}
    return settings | {"max_epochs": setting["stop__max_epochs"]}


EXTRAS: Mapping[str, Any] = {"settings": _settings, "curves": _curves, "training": _training, "costs": _costs}
