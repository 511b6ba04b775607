"""Document 001: SMOTified-GAN. Its grids and what else is measured; the tables are in `smotified_gan_tables`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from oversmith.classifiers import DenseClassifier
from oversmith.evaluation import Classifier, Plan, Protocol, Store
from oversmith.evaluation.contenders import classifier_named, method_contender
from oversmith.evaluation.task import Task
from oversmith.samplers.smotified_gan import SMOTifiedGAN
from oversmith.studies.contenders import PLAIN_GAN, SMOTIFIED
from oversmith.studies.data import SETS_001
from oversmith.studies.extras import losses, scaling, smote_of
from oversmith.studies.procedures import OneDraw
from oversmith.studies.study import Scope

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


def one_draw(scope: Scope) -> Protocol:
    """Cut and draw once, as the published code does."""
    return Protocol(folds=None, test=0.2, inner_folds=None, procedure=OneDraw(PUBLISHED_TEST))


def runs(scope: Scope) -> tuple[int, ...]:
    """Seeds of the classifiers."""
    return tuple(range(5 if scope.quick else RUNS))


def plans(tasks: Sequence[Task], scope: Scope) -> dict[str, Plan]:
    """List the grids of the study.

    Parameters
    ----------
    tasks : sequence of Task
        Data sets.
    scope : Scope
        How much is run.

    Returns
    -------
    dict of str to Plan
        By what it is for.
    """
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

    found: dict[str, Any] = {}
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
            found.setdefault(task.name, {})[cell.contender] = {
                "roc": _thinned(false, true),
                "pr": _thinned(recall[::-1], precision[::-1]),
            }
    return found


def _thinned(x: np.ndarray, y: np.ndarray) -> list[list[float]]:
    """Few points of a curve, its ends and corners among them."""
    keep = np.unique(np.linspace(0, len(x) - 1, _CURVE_POINTS).round().astype(int))
    return [[round(float(a), 4), round(float(b), 4)] for a, b in zip(x[keep], y[keep], strict=True)]


def _training(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    """Losses and validation F1 over the training (Figure 7)."""
    names = ("loss_discriminator", "loss_generator", "validation_f1")
    return {task.name: losses(task, SMOTIFIED, scope, names) for task in tasks}


def _sampler(**sizes: int) -> SMOTifiedGAN:
    return SMOTifiedGAN.paper(
        max_epochs=None, max_steps=sizes.get("steps", 500), stop=None, accept="all", random_state=0
    )


def _costs(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    short = 3 if scope.quick else 5
    base = {"n": 2_000, "n_min": 500, "d": 10, "k": 5, "steps": 500}
    axes = {"n": (1_000, 2_000, 4_000, 8_000, 16_000)[:short], "d": (5, 10, 20, 40, 80)[:short]}
    axes["steps"] = (250, 500, 1_000, 2_000, 4_000)[:short]
    smote = {"n": axes["n"], "d": axes["d"]}
    return {"smotified": scaling(_sampler, axes, base), "smote": scaling(smote_of, smote, base)}


def _settings(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    told = SMOTifiedGAN.paper().get_params(deep=False)
    names = ("learning_rate", "batch_size", "max_epochs", "generator_widths", "critic_widths", "k_neighbors")
    return {name: list(v) if isinstance(v := told[name], tuple) else v for name in names}


EXTRAS: Mapping[str, Any] = {"settings": _settings, "curves": _curves, "training": _training, "costs": _costs}
SETS = SETS_001
