"""Draw the figures of the documentation: ``python docs/figures.py [METHOD|GROUP|series ...]``.

``series`` is ``docs/images/series-toy.svg``: real pulses and those that some methods of series make.
Every method of tables gets one figure, ``docs/images/METHOD-toy.svg``: the real rows of a curved minority,
SMOTE's rows, and the method's, all with the defaults of the library. Every group of benchmark results, ``tuning`` and
``judging``, gets the critical-difference diagram of its average precision, ``docs/results/figures/GROUP-ranks.svg``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

import oversmith
from oversmith._registry import METHODS, load_class

# The palette of Riaz et al. 2025, safe for the colour-blind: negative blue, positive green, generated orange.
BLUE, GREEN, ORANGE = "#0072B2", "#009E73", "#E69F00"
ROWS = 300
FOLDER = Path(__file__).parent / "images"
RESULTS = Path(__file__).parent / "results"
GROUPS = ("tuning", "judging")
TABLES = [kebab for kebab, entry in METHODS.items() if "table" in entry.modality]
SERIES = ("series-smote", "time-warp", "wgan-gp", "dcgan", "ganbats")


def curved_minority(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw a minority on an arc inside a majority cloud."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, np.pi, 60)
    arc = 1.6 * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.1, (60, 2))
    return np.concatenate([rng.normal([0, -0.3], 0.8, (500, 2)), arc]), np.repeat([0, 1], [500, 60])


def rows_of(kebab: str, X: np.ndarray, y: np.ndarray) -> tuple[str, np.ndarray]:
    """Let a method make rows of the minority; say what the panel shows."""
    name = METHODS[kebab].name
    if kebab == "eo-wgan":
        sampler: Any = oversmith.EOWGAN(smote_share=0.0, random_state=0)
        return "EO-WGAN, network rows alone (smote_share=0)", sampler.fit(X, y).sample(ROWS, 1)
    sampler = load_class(kebab)(random_state=0)
    if kebab == "auto":
        made = sampler.fit_resample(X, y)[0][sampler.synthetic_mask_]
        return f"Auto chose: {sampler.chosen_}", made[:ROWS]
    return name, sampler.fit(X, y).sample(ROWS, 1)


def draw(kebab: str) -> None:
    """Draw the real rows, SMOTE's and the method's side by side."""
    from matplotlib.figure import Figure

    X, y = curved_minority()
    title, made = rows_of(kebab, X, y)
    generated = {
        "real rows": np.empty((0, 2)),
        "SMOTE": oversmith.EOWGAN(smote_share=1.0, random_state=0).fit(X, y).sample(ROWS, 1),
        title: made,
    }
    figure = Figure(figsize=(11, 3.8), layout="constrained")
    for axes, (title, rows) in zip(figure.subplots(1, 3, sharex=True, sharey=True), generated.items(), strict=True):
        axes.scatter(*X[y == 0].T, s=6, color=BLUE, alpha=0.3, label="negative", rasterized=True)
        axes.scatter(*rows.T, s=14, color=ORANGE, marker="x", label="generated", rasterized=True)
        axes.scatter(*X[y == 1].T, s=14, color=GREEN, marker="^", label="positive")
        axes.set(title=title, aspect="equal")
        axes.title.set_fontsize(10)
    axes.legend(loc="lower right", fontsize=8)
    FOLDER.mkdir(exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": "oversmith", "svg.fonttype": "none"}):
        figure.savefig(FOLDER / f"{kebab}-toy.svg", dpi=144, bbox_inches="tight", metadata={"Date": None})


def pulses(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw series of two classes: a pulse early or late, of random height, width and place, on a slow wave."""
    rng = np.random.default_rng(seed)
    late = np.repeat([0, 1], [120, 40])
    when = np.linspace(0, 1, 64)
    place = np.where(late == 1, 0.65, 0.35)[:, None] + rng.normal(scale=0.06, size=(160, 1))
    height, width = rng.normal(1.0, 0.2, size=(160, 1)), rng.uniform(0.03, 0.07, size=(160, 1))
    wave = 0.2 * np.sin(2 * np.pi * (when + rng.random((160, 1))))
    X = height * np.exp(-(((when - place) / width) ** 2)) + wave + rng.normal(scale=0.02, size=(160, 64))
    return X[:, None], late


def draw_series() -> None:
    """Draw six real series of the rare class, and six made by each of some methods at their defaults."""
    from matplotlib.figure import Figure

    X, y = pulses()
    panels = {"real": X[y == 1][:6]}
    for kebab in SERIES:
        panels[METHODS[kebab].title] = load_class(kebab)(random_state=0).fit(X, y).sample(6, 1)
    figure = Figure(figsize=(11, 5), layout="constrained")
    for axes, (title, rows) in zip(
        figure.subplots(2, 3, sharex=True, sharey=True).ravel(), panels.items(), strict=True
    ):
        for number, row in enumerate(rows):
            axes.plot(row[0] + 1.2 * number, color=GREEN if title == "real" else ORANGE, linewidth=1.2)
        axes.set(title=title, yticks=[])
        axes.title.set_fontsize(10)
    with mpl.rc_context({"svg.hashsalt": "oversmith", "svg.fonttype": "none"}):
        figure.savefig(FOLDER / "series-toy.svg", dpi=144, bbox_inches="tight", metadata={"Date": None})


def draw_ranks(group: str) -> None:
    """Draw the mean ranks of a group's contenders and what they cannot tell apart."""
    from oversmith.evaluation import Store, analyse, read_scores
    from oversmith.plot import critical_difference_diagram
    from oversmith.report.picture import canvas
    from oversmith.studies.figures import as_svg

    store = Store(None)
    read_scores(store, RESULTS / "raw" / f"{group}.parquet")
    scores = store.scores()
    found = analyse(scores, tested=(), described=(), shown=("average_precision",))
    # "none" has the fits of the control, and its rank.
    ranks = {name: rank for name, rank in found.ranks.items() if name != "none"}
    with canvas(7.0, 1.2 + 0.22 * len(ranks)) as figure:
        critical_difference_diagram(ranks, found.critical_difference, control=found.control, ax=figure.subplots())
        text = as_svg(figure)
    (RESULTS / "figures" / f"{group}-ranks.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or (*TABLES, *GROUPS, "series"):
        if wanted == "series":
            draw_series()
            print(FOLDER / "series-toy.svg")
            continue
        if wanted in GROUPS:
            draw_ranks(wanted)
            print(RESULTS / "figures" / f"{wanted}-ranks.svg")
            continue
        draw(wanted)
        print(FOLDER / f"{wanted}-toy.svg")
