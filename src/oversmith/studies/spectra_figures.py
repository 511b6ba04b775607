"""Document 003: its figures, drawn from the scores and from one training per data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith.plot._style import CYCLE, PALETTE
from oversmith.report.picture import canvas
from oversmith.studies.figures import as_svg
from oversmith.studies.rows import prose
from oversmith.studies.scores import Scores
from oversmith.studies.spectra import CASES
from oversmith.studies.spectra_tables import METRICS, REAL, ROWS, STAND_INS, TITLES, values
from oversmith.studies.study import Section

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MAJORITY, _MINORITY, _MADE = "sky", "green", "vermillion"
# Panels of a row of spectra: title, and what is drawn in which colour.
_CLASSES = (
    ("larger class", (("majority", _MAJORITY),)),
    ("smaller class", (("minority", _MINORITY),)),
    ("both", (("majority", _MAJORITY), ("minority", _MINORITY))),
)
_GENERATED = (
    ("training and generated", (("made", _MADE), ("training", _MINORITY))),
    ("test and generated", (("made", _MADE), ("test", _MINORITY))),
)
_LABELS = {
    "majority": "larger class",
    "minority": "smaller class",
    "training": "given, of the smaller class",
    "test": "given, of the smaller class",
    "made": "generated",
}


def trained(notes: Mapping[str, Any]) -> dict[str, Any]:
    """Find what each set's training left; sets that were not at hand are left out."""
    found = {name: notes["extras"].get(f"training on {name}") for name in CASES}
    return {name: told for name, told in found.items() if told is not None}


def figures_section(scores: Scores, notes: Mapping[str, Any]) -> Section:
    """Figures 1, 2, 4, 5, 6 and 8, and how each training went."""
    told = [
        "![Spectra by class, Figures 1 and 5](figures/spectra-classes.svg)",
        "",
        "Figures 1 and 5: spectra of each class, a few of each.",
        "",
        "![Generated spectra, Figures 2 and 6](figures/spectra-generated.svg)",
        "",
        "Figures 2 and 6: spectra of the smaller class that train or test, and generated ones, at the middle count.",
        "",
        "![Features of the classifier, Figures 4 and 8](figures/spectra-features.svg)",
        "",
        prose(
            """Figures 4 and 8: what the classifier of the players sees before its last layer, by t-SNE, after the first
            and the last step of the game; dots are training spectra, crosses generated ones of the smaller class."""
        ),
        "",
        prose(
            """How these trainings ended: share of real and generated spectra that the discriminator tells apart (0.5:
            it cannot), and how far generated spectra of a class lie apart beside real ones (0: all alike)."""
        ),
        "",
        "| set | steps | told apart | diversity | noticed |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for dataset, one in trained(notes).items():
        history = one["history"]
        ends = [
            next((v for v in reversed(history[name]) if v is not None), None) for name in ("d_accuracy", "diversity")
        ]
        numbers = ["–" if end is None else f"{end:.2f}" for end in ends]
        words = [TITLES[dataset], f"{one['steps']['last']:,}", *numbers, "; ".join(one["notices"]) or "–"]
        told.append(f"| {' | '.join(words)} |")
    return Section("Figures 1, 2, 4, 5, 6 and 8: spectra and features", tuple(told))


def figures(scores: Scores, notes: Mapping[str, Any]) -> dict[str, str]:
    """Draw Figures 1 to 8, and Figures 3 and 7 of measured spectra."""
    told = trained(notes)
    return {
        "spectra-classes.svg": spectra_panels(told, _CLASSES),
        "spectra-generated.svg": spectra_panels(told, _GENERATED),
        "spectra-features.svg": feature_panels(told),
        "spectra-scores-f127.svg": bars(scores, notes, STAND_INS[:1]),
        "spectra-scores-acd.svg": bars(scores, notes, STAND_INS[1:]),
        "spectra-scores-real.svg": bars(scores, notes, REAL),
    }


def spectra_panels(told: Mapping[str, Any], panels: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    """Draw spectra, a row per data set.

    Parameters
    ----------
    told : mapping
        Data set → what :func:`oversmith.studies.spectra_extras.looked_at` gave.
    panels : sequence of (str, sequence)
        Title, and kinds of spectra with their colours.

    Returns
    -------
    str
        SVG.
    """
    with canvas(2.5 * len(panels) + 0.6, 1.45 * max(len(told), 1) + 0.6) as figure:
        axes = figure.subplots(max(len(told), 1), len(panels), squeeze=False, sharex="row", sharey="row")
        handles: dict[str, Any] = {}
        for ax, (title, _) in zip(axes[0], panels, strict=True):
            ax.set_title(title)
        for row, (dataset, one) in zip(axes, told.items(), strict=False):
            for ax, (_, kinds) in zip(row, panels, strict=True):
                for kind, colour in kinds:
                    for spectrum in one["spectra"][kind]:
                        at = np.linspace(1, one["points"], len(spectrum))
                        (line,) = ax.plot(at, spectrum, color=PALETTE[colour], linewidth=0.6)
                        handles.setdefault(_LABELS[kind], line)
            row[0].set_ylabel(TITLES[dataset], fontsize=8)
        for ax in axes[-1]:
            ax.set_xlabel("point")
        if handles:
            figure.legend(list(handles.values()), list(handles), loc="outside upper center", ncols=len(handles))
        return as_svg(figure)


def feature_panels(told: Mapping[str, Any]) -> str:
    """Draw what the classifier sees at the first and the last step, a row per data set.

    Parameters
    ----------
    told : mapping
        Data set → what :func:`oversmith.studies.spectra_extras.looked_at` gave.

    Returns
    -------
    str
        SVG; the points are pixels.
    """
    with canvas(6.4, 2.2 * max(len(told), 1) + 0.5) as figure:
        axes = figure.subplots(max(len(told), 1), 2, squeeze=False)
        for row, (dataset, one) in zip(axes, told.items(), strict=False):
            for ax, moment in zip(row, ("first", "last"), strict=True):
                found = one["features"][moment]
                places, rare = np.array(found["places"]), np.array(found["rare"], dtype=bool)
                real = np.arange(len(rare)) < found["real"]
                for chosen, colour, marker, label in (
                    (real & ~rare, _MAJORITY, "o", "larger class"),
                    (real & rare, _MINORITY, "o", "smaller class"),
                    (~real, _MADE, "x", "generated, of the smaller class"),
                ):
                    size = 22 if (chosen & rare & real).any() else 9
                    ax.scatter(*places[chosen].T, s=size, marker=marker, linewidths=0.7, color=PALETTE[colour],
                               label=label, rasterized=True)  # fmt: skip
                ax.set(xticks=[], yticks=[])
                steps = one["steps"]["last"] - one["steps"]["first"] + 1 if moment == "last" else 1
                ax.set_title(f"{TITLES[dataset]}: step {steps:,}", fontsize=9)
        if told:
            handles, labels = axes[0, 0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside upper center", ncols=3)
        return as_svg(figure)


def bars(scores: Scores, notes: Mapping[str, Any], datasets: Sequence[str]) -> str:
    """Draw bars with standard deviations: a row per data set and count, a panel per score.

    Parameters
    ----------
    scores : Scores
        Raw scores.
    notes : mapping
        The record.
    datasets : sequence of str
        Which.

    Returns
    -------
    str
        SVG.
    """
    titles = list(ROWS)
    with canvas(2.9 * len(METRICS) + 0.6, 1.7 * len(datasets) + 1.2) as figure:
        axes = figure.subplots(len(datasets), len(METRICS), squeeze=False, sharex=True, sharey="row")
        for ax, quantity in zip(axes[0], METRICS.values(), strict=True):
            ax.set_title(quantity)
        for row, dataset in zip(axes, datasets, strict=True):
            for ax, metric in zip(row, METRICS, strict=True):
                _grouped(ax, scores, notes, dataset, metric)
            row[0].set_ylabel(TITLES[dataset], fontsize=8)
        for ax in axes[-1]:
            ax.set_xticks(range(len(titles)), labels=titles, rotation=60, ha="right", fontsize=7)
        handles, _ = axes[0, 0].get_legend_handles_labels()
        figure.legend(
            handles, ["fewest rare rows", "middle count", "most rare rows"], loc="outside upper center",
            ncols=3,
        )  # fmt: skip
        return as_svg(figure)


def _grouped(ax: Axes, scores: Scores, notes: Mapping[str, Any], dataset: str, metric: str) -> None:
    """Draw one panel: for every method a bar per count."""
    width = 0.26
    for place, minority in enumerate(CASES[dataset].minority):
        found = [values(scores, notes, dataset, minority, title, metric) for title in ROWS]
        means = [part.mean() if len(part) else np.nan for part in found]
        spreads = [part.std() if len(part) > 1 else np.nan for part in found]
        colour, _ = CYCLE[place + 1]
        at = np.arange(len(ROWS)) + width * (place - 1)
        ax.bar(at, means, width, yerr=np.nan_to_num(spreads), color=PALETTE[colour], label=str(minority),
               error_kw={"linewidth": 0.6})  # fmt: skip
    ax.set_ylim(0, 1.05)
