"""Liu et al. 2023, GANBATS: data sets, grids, and what else is measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from oversmith import Network, SeriesEncoder
from oversmith.datasets import Dataset
from oversmith.evaluation import Contender, Plan, Protocol, Store
from oversmith.evaluation.builders import Situation
from oversmith.evaluation.contenders import method_contender
from oversmith.evaluation.task import Task
from oversmith.samplers._encoding import with_shape
from oversmith.samplers.cgan import CGAN
from oversmith.samplers.dcgan import DCGAN
from oversmith.samplers.ganbats import GANBATS
from oversmith.samplers.wgan import WGAN
from oversmith.samplers.wgan_gp import WGANGP
from oversmith.studies.ganbats.series import SeriesCompared, heads, real_examples, training
from oversmith.studies.procedures import ResampledFirst
from oversmith.studies.study import Part, Scope, StudySet, shortened

BEARING_POINTS = 128
CELLS = ("B0005", "B0006", "B0007", "B0018")


def _beats(data: Dataset) -> Part:
    y = np.asarray(data.y).astype(str)
    note = "ventricular (V) against normal (N) beats; patients stay together where the protocol is sound"
    return Part(data.X, y, "V", "", np.asarray(data.groups)).rows(np.isin(y, ["N", "V"]), note)


def _bearings(data: Dataset) -> Part:
    note = (
        "FEMTO-ST runs to failure in place of XJTU-SY: the last tenth of a bearing's life against the rest, the first "
        f"{BEARING_POINTS} points of every window"
    )
    X = np.asarray(data.X)[:, :, :BEARING_POINTS]
    return Part(X, np.asarray(data.y).astype(str), "1", note, np.asarray(data.groups))


def _cells(data: Dataset) -> Part:
    cells = np.asarray(data.groups)
    whole = Part(data.X, np.asarray(data.y).astype(str), "1", "", cells)
    note = f"discharges of the cells {', '.join(CELLS)}: the end of life against the rest"
    part = whole.rows(np.isin(cells, CELLS))
    counts = {label: int((part.y == label).sum()) for label in ("0", "1")}
    rare = min(counts, key=lambda label: counts[label])
    return Part(part.X, part.y, rare, note, part.groups)


# The bearings replace those of the paper.
SETS = (
    StudySet("femto_bearing_runs", "XJTU-SY", _bearings),
    StudySet("nasa_battery_discharge", "NASA Battery", _cells),
    StudySet("mitbih_beats", "ECG-MIT", _beats),
)
# Data set → the paper's setting for it.
KINDS = {"femto_bearing_runs": "bearing", "nasa_battery_discharge": "battery", "mitbih_beats": "ecg"}
EPOCHS = 100
SHOWN = 4
LONGER = 5
# Points of the first channel in a quick run.
QUICK_POINTS = 64
JUDGES = ("rocket", "cnn")
HISTORY = ("seconds", "loss_discriminator", "loss_generator", "loss_critic", "d_real", "d_fake", "monitor")

# Rows of Tables 2 and 3: title → switches of GANBATS.
ABLATION = {
    "G-part, D-part": {"recurrent": False, "attention": False},
    "Bi-LSTM, G-part, D-part": {"attention": False},
    "G-part, attention, D-part": {"recurrent": False},
    "Bi-LSTM, G-part, attention, D-part": {},
}
WITHOUT_LSTM = "G-part, attention, D-part"
RIVALS = ("CGAN", "DCGAN", "WGAN", "WGAN-GP")
CONTROLS = ("jitter", "series-smote", "ganbats")


def in_setting(title: str, kind: str, shape: tuple[int, ...] | None = None, **changes: Any) -> Any:
    """Make a sampler in the paper's setting for one of its data sets.

    Parameters
    ----------
    title : str
        A row of Table 2 or 4.
    kind : {"battery", "bearing", "ecg"}
        The data.
    shape : (int, int), optional
        Channels and time points of series that come as flat rows.
    **changes : object
        Parameters that differ.

    Returns
    -------
    sampler
        GANBATS with the rates, batch and epochs the paper states; its rivals, of which it states nothing, in the
        settings they were published with, with that batch and those epochs.

    Examples
    --------
    >>> from oversmith.studies.ganbats.plans import in_setting
    >>> in_setting("WGAN", "battery").batch_size, in_setting("GANBATS", "bearing").learning_rate
    (32, 0.001)
    """
    if title == "GANBATS" or title in ABLATION:
        return with_shape(GANBATS.paper(kind, **ABLATION.get(title, {}), **changes), shape)
    shared: dict[str, Any] = {"batch_size": GANBATS.paper(kind).batch_size, "stop__max_epochs": EPOCHS, **changes}
    if title == "DCGAN":
        return with_shape(DCGAN.paper(network__conditional=True, **shared), shape)
    if title == "CGAN":
        return with_shape(CGAN.paper(encoder=SeriesEncoder(scaling="minmax"), **shared), shape)
    usual: dict[str, Any] = {
        "critic_steps": 5,
        "stop__patience": None,
        "network": Network(conditional=True, class_scaling=None, ema_decay=None),
        "encoder": SeriesEncoder(scaling="minmax"),
    }
    if title == "WGAN":
        return with_shape(WGAN(clip=0.01, learning_rate=5e-5).set_params(**usual, **shared), shape)
    return with_shape(WGANGP(learning_rate=1e-4).set_params(**usual, **shared), shape)


def _build(situation: Situation, *, title: str, kind: str) -> Any:
    sampler = in_setting(title, kind, shape=situation.shape, random_state=situation.seed)
    # Every method gets the steps of the paper's epochs over all rows, also a network that sees the rare class alone.
    per_epoch = math.ceil(len(situation.y) / sampler.batch_size)
    steps = EPOCHS * per_epoch if situation.max_steps is None else min(EPOCHS * per_epoch, situation.max_steps)
    if sampler._learns_from_all:
        sampler.set_params(stop__max_epochs=max(1, steps // per_epoch))
    else:
        sampler.set_params(stop__max_epochs=None, max_steps=steps)
    return sampler


def key_of(title: str) -> str:
    """Name of a contender in records: GANBATS is the last row of Table 2 too.

    Examples
    --------
    >>> from oversmith.studies.ganbats.plans import key_of
    >>> key_of("WGAN-GP"), key_of("Bi-LSTM, G-part, attention, D-part")
    ('paper-wgan-gp', 'paper-ganbats')
    """
    if title == "GANBATS" or ABLATION.get(title) == {}:
        return "paper-ganbats"
    return "paper-" + title.lower().replace(", ", "-").replace(" ", "-")


def in_paper(title: str, kind: str) -> Contender:
    """Make the contender of a row of Table 2 or 4."""
    kebab = "ganbats" if title in ABLATION or title == "GANBATS" else title.lower()
    return Contender(key_of(title), title, kebab, partial(_build, title=title, kind=kind), trained=True)


def ablated(kind: str) -> list[Contender]:
    """List the contenders of Tables 2 and 3 but the last, which is GANBATS."""
    return [in_paper(title, kind) for title, switches in ABLATION.items() if switches]


def compared(kind: str) -> list[Contender]:
    """List the contenders of Table 4."""
    return [in_paper(title, kind) for title in (*RIVALS, "GANBATS")]


def folds(scope: Scope) -> int:
    """Count the folds of the paper's protocol and of the leak."""
    return 2 if scope.quick else 5


def as_paper(scope: Scope) -> Protocol:
    """Cut at random, labels read at 0.5, generated series compared."""
    return Protocol(folds=folds(scope), inner_folds=None, procedure=SeriesCompared())


def leaky(scope: Scope) -> Protocol:
    """Resample before the cut."""
    return Protocol(folds=folds(scope), inner_folds=None, procedure=ResampledFirst(folds(scope)))


def soundly(scope: Scope) -> Protocol:
    """Keep patients, cells and bearings together, tune the threshold inside the training part."""
    # There are three bearings.
    return Protocol(folds=2 if scope.quick else 3, inner_folds=2)


SOUND = tuple(
    method_contender(kebab, name=f"{kebab}-0.33", title=title, fill=0.33)
    for kebab, title in zip(CONTROLS, ("Jitter", "SMOTE", "GANBATS"), strict=True)
)


def ready(tasks: Sequence[Task], scope: Scope) -> list[Task]:
    """List the tasks as a run sees them: in a quick one all of one shape, so that each network is compiled once."""
    return [shortened(task, QUICK_POINTS, 1) for task in tasks] if scope.quick else list(tasks)


def plans(tasks: Sequence[Task], scope: Scope) -> dict[str, Plan]:
    """List the grids of the study, by what they are for."""
    grids: dict[str, Plan] = {}
    tasks = ready(tasks, scope)
    for task in tasks:
        kind = KINDS[task.name]
        # The paper does not keep patients, cells or bearings apart.
        loose = (replace(task, groups=None),)
        rivals: list[str | Contender] = ["none", "series-smote", *ablated(kind), *compared(kind)]
        grids[f"Tables 2 to 4, {kind}"] = Plan(loose, rivals, JUDGES, as_paper(scope), scope.turns, scope.max_steps)
        grids[f"Resampled before the split, {kind}"] = Plan(
            loose, compared(kind), JUDGES, leaky(scope), scope.turns, scope.max_steps
        )
    grids["Soundly"] = Plan(tasks, ["none", "none-tuned", *SOUND], JUDGES, soundly(scope), scope.turns, scope.max_steps)
    return grids


def _trainings(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    """Train the methods of Table 4, and GANBATS without its LSTM, once: losses, times, series (Figures 8 and 9).

    One training of each can be as long as five of the grids'.
    """
    if scope.max_steps is not None and not scope.quick:
        scope = replace(scope, max_steps=LONGER * scope.max_steps)
    trainings: dict[str, Any] = {}
    for task in ready(tasks, scope):
        kind = KINDS[task.name]
        loose = replace(task, groups=None)
        trained: dict[str, Any] = {"real": real_examples(loose, SHOWN)}
        for contender in (in_paper(WITHOUT_LSTM, kind), *compared(kind)):
            trained[contender.name] = training(loose, _watched(contender), scope, HISTORY, SHOWN)
        trainings[task.name] = trained
    return trainings


def _watched(contender: Contender) -> Contender:
    return replace(contender, build=partial(_monitored, build=contender.build))


def _monitored(situation: Situation, *, build: Any) -> Any:
    """Record the distance, but train to the end: a training that stops early cannot show how soon it converged."""
    sampler = build(situation)
    if "stop" not in sampler.get_params(deep=False):
        return sampler
    return sampler.set_params(stop__rule="distance", stop__patience=10**6)


def _heads(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    sizes = {}
    for task in ready(tasks, scope):
        assert task.shape is not None
        sizes[task.name] = heads(task.shape, len(task.classes), GANBATS.paper(KINDS[task.name]).batch_size)
    return sizes


def _settings(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    names = ("learning_rate", "batch_size", "halve_epochs", "lstm_layers", "hidden")
    settings: dict[str, Any] = {}
    for kind in KINDS.values():
        setting = GANBATS.paper(kind).get_params()
        settings[kind] = {name: setting[name] for name in names} | {"max_epochs": setting["stop__max_epochs"]}
        settings[kind] |= {
            "generator_widths": len(setting["generator_widths"]),
            "discriminator_widths": len(setting["critic_widths"]),
        }
    return settings


def _shares(tasks: Sequence[Task], scope: Scope, store: Store) -> dict[str, Any]:
    """Shapes, ratios and groups of the data, for the head of the tables."""
    return {
        task.name: {
            "shape": list(task.shape or ()),
            "ratio": round(float((len(task.y) - task.counts.min()) / task.counts.min()), 3),
            "groups": 0 if task.groups is None else len(np.unique(task.groups)),
        }
        for task in ready(tasks, scope)
    }


EXTRAS: Mapping[str, Any] = {"settings": _settings, "heads": _heads, "shares": _shares, "trainings": _trainings}
