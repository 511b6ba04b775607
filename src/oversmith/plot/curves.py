"""Precision against recall, and found against falsely alarmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oversmith.plot._style import CYCLE, PALETTE, new_axes, shorten, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def precision_at_recall(y_true: ArrayLike, score: ArrayLike, recall: ArrayLike) -> NDArray[np.float64]:
    """Precision at given recalls, read from the staircase whose area is the average precision.

    At recall r it is the precision of the highest threshold that reaches r (at 0: that finds anything), so that the
    mean over a fine grid of r is the average precision. Linear interpolation between the steps would flatter the
    curve.

    Parameters
    ----------
    y_true : array-like of shape (n,)
        True where the row is positive.
    score : array-like of shape (n,)
        Higher means more likely positive.
    recall : array-like of shape (m,)
        Recalls between 0 and 1.

    Returns
    -------
    ndarray of shape (m,)
        NaN everywhere when there is no positive row.

    Examples
    --------
    >>> from oversmith.plot import precision_at_recall
    >>> precision_at_recall([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], [0.0, 0.5, 1.0]).round(3)
    array([1.   , 1.   , 0.667])
    """
    positive = np.asarray(y_true, dtype=bool)
    values = np.asarray(score, dtype=np.float64)
    grid = np.asarray(recall, dtype=np.float64)
    if not positive.any():
        return np.full(grid.shape, np.nan)
    order = np.argsort(-values, kind="stable")
    ordered = values[order]
    last_of_tie = np.append(ordered[1:] != ordered[:-1], True)
    hits = np.cumsum(positive[order])[last_of_tie]
    shown = np.flatnonzero(last_of_tie) + 1
    steps = hits / hits[-1]
    return (hits / shown)[np.searchsorted(steps, np.clip(grid, 1e-9, 1.0) - 1e-12, side="left")]


def precision_recall(
    curves: Sequence[Mapping[str, Any]],
    *,
    prevalence: float | None = None,
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw precision against recall: one thin line per fold, the mean bold, the prevalence dashed.

    Parameters
    ----------
    curves : sequence of mapping
        For each contender ``"title"``, ``"recall"`` (m,), ``"precision"`` (folds, m), ``"average_precision"``
        (the number in the legend, computed from the scores and not from the picture) and, if wanted,
        ``"mean"`` (m,) where not every fold is drawn, and ``"style"``, a pair of palette name and dash.
    prevalence : float, optional
        Share of positive rows: the precision of a random ranking.
    legend : bool, default=True
        Whether to name the lines.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import precision_recall
    >>> curve = {"title": "SMOTE", "recall": [0, 1], "precision": [[1, 0.5], [1, 0.7]]}
    >>> ax = precision_recall([curve | {"average_precision": 0.8}], prevalence=0.1, ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['SMOTE, AP 0.800', 'prevalence 0.100']
    """
    with style():
        ax = new_axes(ax)
        for index, curve in enumerate(curves):
            _fold_lines(ax, curve, index, "recall", "precision", f"AP {curve['average_precision']:.3f}")
        if prevalence is not None:
            label = f"prevalence {prevalence:.3f}"
            ax.axhline(prevalence, color=PALETTE["muted"], linewidth=1, linestyle=(0, (5, 3)), label=label)
        ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
        if legend and ax.get_legend_handles_labels()[0]:
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), handlelength=2.6)
    return ax


def true_at_false(y_true: ArrayLike, score: ArrayLike, false: ArrayLike) -> NDArray[np.float64]:
    """Share of positive rows found at given shares of false alarms.

    Parameters
    ----------
    y_true : array-like of shape (n,)
        True where the row is positive.
    score : array-like of shape (n,)
        Higher means more likely positive.
    false : array-like of shape (m,)
        Shares of the negative rows called positive, between 0 and 1.

    Returns
    -------
    ndarray of shape (m,)
        Interpolated between the corners of the curve; NaN everywhere without positive or negative rows.

    Examples
    --------
    >>> from oversmith.plot import true_at_false
    >>> true_at_false([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], [0.0, 0.5, 1.0])
    array([0.5, 1. , 1. ])
    """
    positive = np.asarray(y_true, dtype=bool)
    values = np.asarray(score, dtype=np.float64)
    grid = np.asarray(false, dtype=np.float64)
    if positive.all() or not positive.any():
        return np.full(grid.shape, np.nan)
    order = np.argsort(-values, kind="stable")
    last_of_tie = np.append(np.diff(values[order]) != 0, True)
    hits = np.append(0, np.cumsum(positive[order])[last_of_tie]) / positive.sum()
    alarms = np.append(0, np.cumsum(~positive[order])[last_of_tie]) / (~positive).sum()
    # Of several corners above one share of alarms the highest counts.
    highest = np.append(np.diff(alarms) > 0, True)
    return np.interp(grid, alarms[highest], hits[highest])


def roc(curves: Sequence[Mapping[str, Any]], *, legend: bool = True, ax: Axes | None = None) -> Axes:
    """Draw the share of positive rows found against the share of false alarms; a guess is the diagonal.

    Parameters
    ----------
    curves : sequence of mapping
        As in :func:`precision_recall`, with ``"false"`` (m,), ``"true"`` (folds, m) and ``"roc_auc"``.
    legend : bool, default=True
        Whether to name the lines.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import roc
    >>> curve = {"title": "SMOTE", "false": [0, 1], "true": [[0.5, 1], [0.7, 1]], "roc_auc": 0.8}
    >>> ax = roc([curve], ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['SMOTE, AUC 0.800', 'a guess']
    """
    with style():
        ax = new_axes(ax)
        for index, curve in enumerate(curves):
            _fold_lines(ax, curve, index, "false", "true", f"AUC {curve['roc_auc']:.3f}")
        ax.plot([0, 1], [0, 1], color=PALETTE["muted"], linewidth=1, linestyle=(0, (5, 3)), label="a guess")
        ax.set(xlabel="false alarms", ylabel="recall", xlim=(0, 1), ylim=(0, 1.02))
        if legend:
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), handlelength=2.6)
    return ax


def _fold_lines(ax: Axes, curve: Mapping[str, Any], index: int, x: str, y: str, summary: str) -> None:
    """Draw one contender: a thin line per fold and the mean bold."""
    colour, dash = curve.get("style") or CYCLE[index % len(CYCLE)]
    steps = "steps-pre" if y == "precision" else "default"
    when = np.asarray(curve[x], dtype=np.float64)
    folds = np.atleast_2d(np.asarray(curve[y], dtype=np.float64))
    folds = folds[np.isfinite(folds).all(axis=1)]
    mean = curve["mean"] if "mean" in curve else folds.mean(axis=0)
    for fold in folds:
        ax.plot(when, fold, color=PALETTE[colour], linewidth=0.6, alpha=0.35, drawstyle=steps)
    if len(folds):
        label = f"{shorten(str(curve['title']))}, {summary}"
        look: dict[str, Any] = {"color": PALETTE[colour], "linestyle": dash, "drawstyle": steps}
        ax.plot(when, mean, label=label, zorder=3 + index, **look)
