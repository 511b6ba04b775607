"""Curves of one classifier on unseen rows: precision and recall, ROC, thresholds, calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from oversmith.plot import precision_recall, reliability, roc, threshold_sweep
from oversmith.report.picture import Picture, plain_number
from oversmith.report.svg import canvas, to_svg

_SIZE = (3.5, 3.0)
_GENERATED = (("orange", "-"), ("vermillion", "--"))
_OTHERS = (("blue", "-."), ("purple", ":"))


def looks(names: Sequence[str], control: str | None, generated: Sequence[str]) -> dict[str, tuple[str, str]]:
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
    >>> from oversmith.report.curve_figures import looks
    >>> looks(["none-tuned", "smote", "eo-wgan"], "none-tuned", ["eo-wgan"])["smote"]
    ('blue', '-.')
    """
    mine, others = iter(_GENERATED), iter(_OTHERS)
    return {
        name: ("ink", "-") if name == control else next(mine if name in generated else others, ("muted", ":"))
        for name in names
    }


def curve_section(
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
    entry, uid, chance, several
        As in :func:`curve_pictures`.
    classes : sequence of str
        Names in code order.
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
    styles = looks([curve["contender"] for curve in entry["curves"]], control, generated)
    dashes = {"-": "", "--": "7 4", "-.": "7 3 2 3", ":": "2 3"}
    lines = [
        {
            "title": curve["title"],
            "colour": styles[curve["contender"]][0],
            "dash": dashes[styles[curve["contender"]][1]],
            **{key: curve[key] for key in ("average_precision", "roc_auc", "majority_f1", "mcc")},
            "ece": curve["calibration"]["ece"],
        }
        for curve in entry["curves"]
    ]
    matrices = [{"title": curve["title"], "rows": _shares(curve["confusion"])} for curve in entry["curves"]]
    return {
        "title": entry["title"],
        "pictures": curve_pictures(entry, uid=uid, chance=chance, several=several, styles=styles),
        "lines": lines,
        "classes": list(classes),
        "matrices": matrices,
    }


def _shares(confusion: list[list[int]]) -> list[list[dict[str, Any]]]:
    return [[{"count": cell, "share": cell / max(sum(row), 1)} for cell in row] for row in confusion]


def curve_pictures(
    entry: dict[str, Any], *, uid: str, chance: float | None, several: bool, styles: dict[str, tuple[str, str]]
) -> list[Picture]:
    """Draw what predictions under one classifier tell.

    Parameters
    ----------
    entry : dict
        ``title`` and ``curves``, as :func:`oversmith.report.predicted.judged` gives them, each with ``contender``,
        ``title``, ``average_precision`` and ``roc_auc``.
    uid : str
        Prefix of all ids.
    chance : float or None
        Average precision of a random ranking.
    several : bool
        Whether curves are means over several classes, each against the rest.
    styles : dict
        From :func:`looks`.

    Returns
    -------
    list of Picture
        Precision and recall, ROC, thresholds (of two classes), calibration.
    """
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
    drawn = []
    for kind, name, draw, caption in kinds:
        with canvas(*_SIZE, fitted=False) as figure:
            ax = draw(legend=False, ax=figure.subplots())
            ax.set_title(name)
            told = "; ".join(f"{c['title']}: {_told(kind, c)}" for c in curves)
            title = f"{name}: {entry['title']}"
            svg = to_svg(figure, uid=f"{uid}-{kind}", title=title, description=f"{told}.")
        columns, rows = _numbers(kind, curves if kind != "sweep" else swept)
        drawn.append(Picture(f"{uid}-{kind}", svg, caption, columns, rows))
    return drawn


def _line(curve: dict[str, Any], x: str, source: str, y: str | None = None) -> dict[str, Any]:
    found = curve[source]
    points = len(found["mean"])
    where = [step / (points - 1) for step in range(points)]
    return curve | {x: where, y or source: found["folds"] or [found["mean"]], "mean": found["mean"]}


def _told(kind: str, curve: dict[str, Any]) -> str:
    if kind == "pr":
        return f"average precision {curve['average_precision']:.3f}"
    if kind == "roc":
        return f"area {plain_number(curve['roc_auc'])}"
    if kind == "sweep":
        return f"best F1 {max(curve['sweep']['value']):.3f}" if curve["sweep"] else "none"
    return f"calibration error {curve['calibration']['ece']:.3f}"


def _numbers(kind: str, curves: list[dict[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of numbers at ten places."""
    titles = [curve["title"] for curve in curves]
    if kind == "calibration":
        found = [curve["calibration"] for curve in curves]
        rows = [
            [str(group + 1), *(f"{f['predicted'][group]:.3f} → {f['observed'][group]:.3f}" for f in found)]
            for group in range(min(len(f["predicted"]) for f in found))
        ]
        return ["group, predicted → observed", *titles], rows
    source = {"pr": "precision", "roc": "roc", "sweep": "sweep"}[kind]
    part = "value" if kind == "sweep" else "mean"
    lines = [curve[source][part] for curve in curves]
    last = len(lines[0]) - 1
    rows = [[f"{k / 10:.1f}", *(f"{line[round(k * last / 10)]:.3f}" for line in lines)] for k in range(11)]
    return [{"pr": "recall", "roc": "false alarms", "sweep": "threshold"}[kind], *titles], rows
