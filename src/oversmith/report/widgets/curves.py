"""Predictions on unseen rows: precision and recall, ROC, thresholds, calibration, confusion matrices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from sklearn.metrics import matthews_corrcoef

from oversmith.plot import (
    precision_at_recall,
    precision_recall,
    reliability,
    roc,
    threshold_sweep,
    true_at_false,
)
from oversmith.report.picture import Picture, canvas, plain_number, to_svg
from oversmith.selection import ThresholdRule

_GROUPS = 10
_SMALLEST = 1e-12
_SIZE = (3.5, 3.0)
_GENERATED = (("orange", "-"), ("vermillion", "--"))
_OTHERS = (("blue", "-."), ("purple", ":"))
_DASHES = {"-": "", "--": "7 4", "-.": "7 3 2 3", ":": "2 3"}


@dataclass(frozen=True)
class Fold:
    """Predictions on the test part of one fold.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Class codes.
    scores : ndarray of shape (n, n_classes)
        Probabilities.
    threshold : float, list of float or None
        At which score the label is positive; 0.5, or the class with the largest score, where there is none.
    """

    y: np.ndarray
    scores: np.ndarray
    threshold: Any = None


def collect(folds: Sequence[Fold], positive: int | None, *, points: int = 101, thin: int = 10) -> dict[str, Any] | None:
    """Collect what the page shows of one contender under one classifier.

    Parameters
    ----------
    folds : sequence of Fold
        Its predictions.
    positive : int or None
        Code of the positive class; None for several classes, whose curves are the mean over one against the rest.
    points : int, default=101
        Points of a curve.
    thin : int, default=10
        Folds drawn by themselves at most.

    Returns
    -------
    dict or None
        ``precision`` and ``roc`` (``mean`` and ``folds``), ``sweep`` (``threshold``, ``value``, ``chosen``; None for
        several classes), ``confusion`` (rows: true classes), ``majority_f1``, ``mcc``, ``calibration`` (``predicted``,
        ``observed``, ``rows``, ``ece``), ``n_folds``; None where no fold has every class.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.report.widgets.curves import Fold, collect
    >>> scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3]])
    >>> entry = collect([Fold(np.array([0, 0, 1, 1]), scores, 0.2)], 1, points=3)
    >>> entry["confusion"], [round(float(v), 2) for v in entry["precision"]["mean"]]
    ([[1, 1], [0, 2]], [1.0, 1.0, 0.67])
    """
    grid = np.linspace(0.0, 1.0, points)
    precision = [_one_by_one(precision_at_recall, fold, positive, grid) for fold in folds]
    true = [_one_by_one(true_at_false, fold, positive, grid) for fold in folds]
    whole = [index for index, lines in enumerate(zip(precision, true, strict=True)) if np.isfinite(lines).all()]
    if not whole:
        return None
    predicted = [_labels(fold, positive) for fold in folds]
    y = np.concatenate([fold.y for fold in folds])
    labels = np.concatenate(predicted)
    confusion = np.zeros((folds[0].scores.shape[1],) * 2, dtype=int)
    np.add.at(confusion, (y, labels), 1)
    return {
        "precision": _curve([precision[index] for index in whole], thin),
        "roc": _curve([true[index] for index in whole], thin),
        "sweep": None if positive is None else _sweep(folds, positive, grid),
        "confusion": confusion.tolist(),
        "majority_f1": _f1(confusion, int(np.argmax(confusion.sum(axis=1)))),
        "mcc": float(matthews_corrcoef(y, labels)),
        "calibration": _calibration(folds, positive),
        "n_folds": len(whole),
    }


def _one_by_one(curve: Any, fold: Fold, positive: int | None, grid: np.ndarray) -> np.ndarray:
    """One class's curve, or the mean over classes, each against the rest."""
    codes = range(fold.scores.shape[1]) if positive is None else [positive]
    scores = np.asarray(fold.scores, dtype=np.float64)
    lines = [curve(fold.y == code, scores[:, code], grid) for code in codes if (fold.y == code).any()]
    return np.mean(lines, axis=0) if lines else np.full(len(grid), np.nan)


def _curve(lines: list[np.ndarray], thin: int) -> dict[str, Any]:
    return {"mean": np.mean(lines, axis=0).round(4), "folds": [line.round(4) for line in lines[:thin]]}


def _labels(fold: Fold, positive: int | None) -> np.ndarray:
    rule = ThresholdRule(positive)
    if fold.threshold is not None:
        rule.cuts_ = tuple(np.atleast_1d(np.asarray(fold.threshold, dtype=np.float64)).tolist())
    return rule.predict(fold.scores)


def _sweep(folds: Sequence[Fold], positive: int, grid: np.ndarray) -> dict[str, Any]:
    """F1 of the positive class at every threshold, the mean over folds."""
    lines = []
    for fold in folds:
        truth, score = fold.y == positive, np.asarray(fold.scores[:, positive], dtype=np.float64)
        called = score[None, :] >= grid[:, None]
        hits = (called & truth).sum(axis=1)
        lines.append(2 * hits / np.maximum(called.sum(axis=1) + truth.sum(), 1))
    chosen = [float(fold.threshold) for fold in folds if np.ndim(fold.threshold) == 0 and fold.threshold is not None]
    return {
        "threshold": grid.round(4),
        "value": np.mean(lines, axis=0).round(4),
        "chosen": float(np.median(chosen)) if chosen else None,
    }


def _f1(confusion: np.ndarray, code: int) -> float:
    return float(2 * confusion[code, code] / max(confusion[code].sum() + confusion[:, code].sum(), 1))


def _calibration(folds: Sequence[Fold], positive: int | None) -> dict[str, Any]:
    """Predicted and observed shares in groups of equally many rows; with several classes all classes together."""
    codes = range(folds[0].scores.shape[1]) if positive is None else [positive]
    score = np.concatenate([np.asarray(fold.scores[:, code], dtype=np.float64) for code in codes for fold in folds])
    truth = np.concatenate([fold.y == code for code in codes for fold in folds]).astype(np.float64)
    order = np.argsort(score, kind="stable")
    groups = [part for part in np.array_split(order, _GROUPS) if len(part)]
    predicted = np.array([score[part].mean() for part in groups])
    observed = np.array([truth[part].mean() for part in groups])
    rows = np.array([len(part) for part in groups])
    return {
        "predicted": predicted.round(4),
        "observed": observed.round(4),
        "rows": rows,
        "ece": float((np.abs(predicted - observed) * rows).sum() / max(rows.sum(), _SMALLEST)),
    }


def line_styles(names: Sequence[str], control: str | None, generated: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Choose colour and dash of each contender: ink for the control, orange and red for what was generated.

    Parameters
    ----------
    names : sequence of str
        Contenders in order.
    control : str or None
        The control.
    generated : sequence of str
        Contenders whose rows are generated.

    Returns
    -------
    dict of str to (str, str)
        Palette name and dash.

    Examples
    --------
    >>> from oversmith.report.widgets.curves import line_styles
    >>> line_styles(["none-tuned", "smote", "eo-wgan"], "none-tuned", ["eo-wgan"])["smote"]
    ('blue', '-.')
    """
    own, others = iter(_GENERATED), iter(_OTHERS)
    return {
        name: ("ink", "-") if name == control else next(own if name in generated else others, ("muted", ":"))
        for name in names
    }


def draw(
    entry: dict[str, Any],
    *,
    uid: str,
    chance: float | None,
    classes: Sequence[str],
    several: bool,
    control: str | None,
    generated: Sequence[str],
) -> dict[str, Any]:
    """Draw one classifier: pictures, the key to their lines, and confusion matrices.

    Parameters
    ----------
    entry : dict
        ``title`` and ``curves``, as :func:`collect` gives them, each with ``contender``, ``title``,
        ``average_precision`` and ``roc_auc``.
    uid : str
        Prefix of all ids.
    chance : float or None
        Average precision of a random ranking.
    classes : sequence of str
        Names in code order.
    several : bool
        Whether curves are means over several classes, each against the rest.
    control : str or None
        The control.
    generated : sequence of str
        Contenders whose rows are generated.

    Returns
    -------
    dict
        ``title``, ``pictures``, ``lines`` (``title``, ``colour``, ``dash`` and numbers), ``classes``, ``matrices``
        (``title``, ``rows`` of cells with ``count`` and ``share`` of the true class).
    """
    styles = line_styles([curve["contender"] for curve in entry["curves"]], control, generated)
    lines = [
        {
            "title": curve["title"],
            "colour": styles[curve["contender"]][0],
            "dash": _DASHES[styles[curve["contender"]][1]],
            **{key: curve[key] for key in ("average_precision", "roc_auc", "majority_f1", "mcc")},
            "ece": curve["calibration"]["ece"],
        }
        for curve in entry["curves"]
    ]
    matrices = [{"title": curve["title"], "rows": _shares(curve["confusion"])} for curve in entry["curves"]]
    return {
        "title": entry["title"],
        "pictures": _pictures(entry, uid=uid, chance=chance, several=several, styles=styles),
        "lines": lines,
        "classes": list(classes),
        "matrices": matrices,
    }


def _shares(confusion: list[list[int]]) -> list[list[dict[str, Any]]]:
    return [[{"count": cell, "share": cell / max(sum(row), 1)} for cell in row] for row in confusion]


def _pictures(
    entry: dict[str, Any], *, uid: str, chance: float | None, several: bool, styles: dict[str, tuple[str, str]]
) -> list[Picture]:
    """Precision and recall, ROC, thresholds (of two classes), calibration."""
    curves = [curve | {"style": styles[curve["contender"]]} for curve in entry["curves"]]
    folds, thin = curves[0]["n_folds"], len(curves[0]["precision"]["folds"])
    of = f"thin: {thin} of {folds} folds" if thin < folds else f"thin: the {folds} folds"
    of = of if thin > 1 else f"mean over {folds} folds"
    macro = " Mean of the curves of each class against the rest." if several else ""
    kinds: list[tuple[str, str, Callable[..., Any], str]] = [
        (
            "pr",
            "Precision and recall",
            partial(precision_recall, [_line(c, "recall", "precision") for c in curves], prevalence=chance),
            f"Bold: mean; {of}; dashed: prevalence, a random ranking.{macro}",
        ),
        (
            "roc",
            "ROC",
            partial(roc, [_line(c, "false", "roc", "true") for c in curves]),
            f"Bold: mean; {of}; dashed: a guess.{macro}",
        ),
    ]
    swept = [c | c["sweep"] for c in curves if c["sweep"] is not None]
    if swept:
        kinds.append(
            (
                "sweep",
                "F1 at every threshold",
                partial(threshold_sweep, swept),
                "Mean over folds; dot: the threshold chosen on inner real rows (median); dashed: 0.5.",
            )
        )
    kinds.append(
        (
            "calibration",
            "Calibration",
            partial(reliability, [c | c["calibration"] for c in curves]),
            "Ten groups of equally many rows; below the diagonal, probabilities are too high.",
        )
    )
    pictures = []
    for kind, name, draw, caption in kinds:
        with canvas(*_SIZE, fitted=False) as figure:
            ax = draw(legend=False, ax=figure.subplots())
            ax.set_title(name)
            numbers = "; ".join(f"{c['title']}: {_in_words(kind, c)}" for c in curves)
            title = f"{name}: {entry['title']}"
            svg = to_svg(figure, uid=f"{uid}-{kind}", title=title, description=f"{numbers}.")
        columns, rows = _numbers(kind, curves if kind != "sweep" else swept)
        pictures.append(Picture(f"{uid}-{kind}", svg, caption, columns, rows))
    return pictures


def _line(curve: dict[str, Any], x: str, source: str, y: str | None = None) -> dict[str, Any]:
    values = curve[source]
    points = len(values["mean"])
    where = [step / (points - 1) for step in range(points)]
    return curve | {x: where, y or source: values["folds"] or [values["mean"]], "mean": values["mean"]}


def _in_words(kind: str, curve: dict[str, Any]) -> str:
    if kind == "pr":
        return f"average precision {curve['average_precision']:.3f}"
    if kind == "roc":
        return f"area {plain_number(curve['roc_auc'])}"
    if kind == "sweep":
        return f"best F1 {max(curve['sweep']['value']):.3f}" if curve["sweep"] else "none"
    return f"calibration error {curve['calibration']['ece']:.3f}"


def _numbers(kind: str, curves: list[dict[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of numbers at eleven points."""
    titles = [curve["title"] for curve in curves]
    if kind == "calibration":
        groups = [curve["calibration"] for curve in curves]
        rows = [
            [str(k + 1), *(f"{g['predicted'][k]:.3f} → {g['observed'][k]:.3f}" for g in groups)]
            for k in range(min(len(g["predicted"]) for g in groups))
        ]
        return ["group, predicted → observed", *titles], rows
    source = {"pr": "precision", "roc": "roc", "sweep": "sweep"}[kind]
    part = "value" if kind == "sweep" else "mean"
    lines = [curve[source][part] for curve in curves]
    last = len(lines[0]) - 1
    rows = [[f"{k / 10:.1f}", *(f"{line[round(k * last / 10)]:.3f}" for line in lines)] for k in range(11)]
    return [{"pr": "recall", "roc": "false alarms", "sweep": "threshold"}[kind], *titles], rows
