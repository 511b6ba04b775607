"""Document 004: its figures, drawn from the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oversmith.plot._style import CYCLE, PALETTE
from oversmith.report.picture import canvas
from oversmith.studies.difficulty import DOCUMENT, JUDGES, RIVALS, STOPPED, TUNED
from oversmith.studies.difficulty_data import TITLES
from oversmith.studies.difficulty_numbers import (
    CUT,
    DOCUMENTED,
    FACTORS,
    SOUND,
    TABLE_FACTORS,
    by_experiment,
    gains,
    levels,
    over_experiments,
    shares,
)
from oversmith.studies.figures import as_svg
from oversmith.studies.scores import Scores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHORT = {
    "document-dense": "dense 10",
    "logistic-regression": "logistic regression",
    "random-forest": "random forest",
    "xgboost": "XGBoost",
}
_MARKERS = "osD^v<>"
_SHARES = {
    "features": ("features", "blue"),
    "angle": ("rotation", "orange"),
    "n_majority": ("majority cases", "green"),
    "ratio": ("ratio", "purple"),
    "pairs": ("pairs of factors", "sky"),
    "rest": ("rest", "grid"),
}


def short(classifier: str) -> str:
    """Name of a classifier where room is short."""
    return _SHORT.get(classifier, classifier)


def figures(scores: Scores, notes: Mapping[str, Any]) -> dict[str, str]:
    """Draw a figure per factor, of images and of tables, and those of shares, rivals and stopping."""
    images = {
        f"difficulty-{_file(factor)}.svg": factor_panels(scores, (DOCUMENTED, SOUND), factor) for factor in FACTORS
    }
    tables = {
        f"difficulty-tables-{_file(factor)}.svg": factor_panels(scores, (CUT,), factor) for factor in TABLE_FACTORS
    }
    return {
        **images,
        **tables,
        "difficulty-shares.svg": share_bars(scores),
        "difficulty-rivals.svg": rival_panels(scores),
        "difficulty-stop.svg": stop_panels(scores),
    }


def _file(factor: str) -> str:
    return {"n_majority": "majority", "source": "source"}.get(factor, factor)


def factor_panels(scores: Scores, parts: Sequence[str], factor: str) -> str:
    """Draw the gain in F1 by CGAN against a factor: a row for the minority and one for the majority.

    Parameters
    ----------
    scores : Scores
        Raw scores.
    parts : sequence of str
        A column each.
    factor : str
        Which.

    Returns
    -------
    str
        SVG.
    """
    wide = factor == "source"
    with canvas(3.6 * len(parts) + (3.4 if wide else 0.4), 5.6 if wide else 4.6) as figure:
        axes = figure.subplots(2, len(parts), squeeze=False, sharex=True, sharey="row")
        for column, part in zip(axes.T, parts, strict=True):
            known = [gains(scores, part, DOCUMENT.name, judge.name) for judge in JUDGES]
            for ax, quantity in zip(column, ("minority", "majority"), strict=True):
                _by_level(ax, known, factor, quantity)
            column[0].set_title(part)
            column[1].set_xlabel({**FACTORS, **TABLE_FACTORS}[factor] if not wide else "")
        for ax, quantity in zip(axes[:, 0], ("minority", "majority"), strict=True):
            ax.set_ylabel(f"gain in {quantity} F1")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        if handles:
            figure.legend(handles, labels, loc="outside upper center", ncols=2 if len(parts) == 1 and not wide else 4)
        return as_svg(figure)


def _by_level(ax: Axes, known: Sequence[pd.DataFrame], factor: str, quantity: str) -> None:
    names = sorted({level for table in known for level in table[factor].dropna().unique()})
    ax.axhline(0, color=PALETTE["muted"], linewidth=0.8)
    shift = np.linspace(-0.21, 0.21, len(known))
    for judge, table, move, (colour, dash), marker in zip(JUDGES, known, shift, CYCLE, _MARKERS, strict=False):
        found = levels(table, factor, quantity)
        if not found:
            continue
        at = np.array([names.index(level) for level in found]) + move
        middle = np.array([ours.value for ours in found.values()])
        gaps = [np.nan_to_num(np.abs(middle - [getattr(o, end) for o in found.values()])) for end in ("low", "high")]
        ax.errorbar(
            at, middle, yerr=gaps, fmt=marker, markersize=4, linewidth=0.9, color=PALETTE[colour],
            linestyle="none" if factor == "source" else dash, label=short(judge.name),
        )  # fmt: skip
    words = [TITLES.get(name, str(name)) if factor == "source" else f"{name:g}" for name in names]
    ax.set_xticks(range(len(names)), labels=words)
    if factor == "source":
        ax.tick_params(axis="x", rotation=35)
        for label in ax.get_xticklabels():
            label.set_horizontalalignment("right")


def share_bars(scores: Scores) -> str:
    """Draw how much of the variance of the gain in minority F1 each factor explains.

    Parameters
    ----------
    scores : Scores
        Raw scores.

    Returns
    -------
    str
        SVG: a bar per protocol and classifier.
    """
    bars: dict[str, dict[str, float]] = {}
    for part in (DOCUMENTED, SOUND):
        for judge in JUDGES:
            found = shares(gains(scores, part, DOCUMENT.name, judge.name), list(FACTORS))
            if found:
                bars[f"{short(judge.name)}, {part}"] = found
    with canvas(7.2, 0.34 * max(len(bars), 1) + 1.2) as figure:
        ax = figure.subplots()
        left = np.zeros(len(bars))
        for name, (label, colour) in _SHARES.items():
            # Rounding may leave a share just below nothing.
            width = np.array([max(found[name], 0.0) for found in bars.values()])
            ax.barh(list(bars), width, left=left, color=PALETTE[colour], label=label, height=0.7)
            left = left + width
        ax.set_xlim(0, 1)
        ax.invert_yaxis()
        ax.set_xlabel("share of the variance of the gain in minority F1 between experiments")
        if bars:
            figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=len(_SHARES))
        return as_svg(figure)


def rival_panels(scores: Scores) -> str:
    """Draw the gain in F1 of every contender over the tuned threshold, under the sound protocol.

    Parameters
    ----------
    scores : Scores
        Raw scores.

    Returns
    -------
    str
        SVG: images and tables beside each other.
    """
    rivals = [name for name in RIVALS if name != TUNED]
    with canvas(8.4, 3.6) as figure:
        axes = figure.subplots(1, 2, sharey=True)
        for ax, part, title in zip(axes, (SOUND, CUT), ("images", "tables"), strict=True):
            ax.axvline(0, color=PALETTE["muted"], linewidth=0.8)
            shift = np.linspace(-0.27, 0.27, len(JUDGES))
            for judge, move, (colour, _), marker in zip(JUDGES, shift, CYCLE, _MARKERS, strict=False):
                found = [over_experiments(gains(scores, part, name, judge.name, TUNED)["minority"]) for name in rivals]
                middle = np.array([ours.value for ours in found])
                gaps = [np.nan_to_num(np.abs(middle - [getattr(o, end) for o in found])) for end in ("low", "high")]
                ax.errorbar(
                    middle, np.arange(len(rivals)) + move, xerr=gaps, fmt=marker, markersize=4, linewidth=0.9,
                    color=PALETTE[colour], label=short(judge.name),
                )  # fmt: skip
            ax.set_title(title)
            ax.set_xlabel("minority F1, above the tuned threshold")
        axes[0].set_yticks(range(len(rivals)), labels=[RIVALS[name] for name in rivals])
        axes[0].invert_yaxis()
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(JUDGES))
        return as_svg(figure)


def stop_panels(scores: Scores) -> str:
    """Draw fixed training against training that stops by itself, a point per experiment.

    Parameters
    ----------
    scores : Scores
        Raw scores.

    Returns
    -------
    str
        SVG: minority F1, by the document's network and by XGBoost.
    """
    judges = (JUDGES[0], JUDGES[-1])
    with canvas(6.4, 3.4) as figure:
        axes = figure.subplots(1, len(judges), sharex=True, sharey=True)
        for ax, judge in zip(axes, judges, strict=True):
            ax.plot([0, 1], [0, 1], color=PALETTE["muted"], linewidth=0.8)
            for part, label, (colour, _), marker in zip(
                (SOUND, CUT), ("images", "tables"), CYCLE[1:], _MARKERS, strict=False
            ):
                fixed = by_experiment(scores, part, DOCUMENT.name, judge.name, STOPPED.name)
                ended = by_experiment(scores, part, STOPPED.name, judge.name, DOCUMENT.name)
                ax.plot(
                    fixed["minority"], ended["minority"].reindex(fixed.index), marker, markersize=4,
                    color=PALETTE[colour], label=label, alpha=0.8,
                )  # fmt: skip
            ax.set_title(short(judge.name))
            ax.set_xlabel("minority F1, fixed steps")
        axes[0].set_ylabel("minority F1, stop='auto'")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
        return as_svg(figure)
