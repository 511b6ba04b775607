"""A comparison as one dictionary of plain values: all the page shows, and the JSON file.

No key of the dictionary comes from the data: names of classes and columns are values, made printable.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from oversmith._registry import METHODS
from oversmith.evaluation import Comparison
from oversmith.evaluation.comparison import FAILED, jsonable
from oversmith.evaluation.contenders import SMOTE_NAMES
from oversmith.report.names import printable_tree
from oversmith.report.protocol_summary import Titles, summarise_protocol
from oversmith.report.tables import classifier_tables, losses
from oversmith.report.verdict import verdict
from oversmith.report.widgets import classes, curves, images, quality, rows, series, training

SCHEMA_VERSION = 3

_MOST_CURVES = 4
# Comparisons stored by earlier versions say of failed folds what is not done any more.
_OLD_WARNING = "paired differences count"


def conclude(comparison: Comparison) -> dict[str, Any]:
    """Conclusions of a comparison: what the page, its exports and a notebook share.

    Parameters
    ----------
    comparison : Comparison
        What was recorded.

    Returns
    -------
    dict
        ``name``, ``control``, ``places`` (a single one), ``verdict``, ``warnings``, ``generative``, ``failures``,
        ``skipped``.
    """
    protocol = comparison.protocol
    where = f"{protocol.get('repeats', 1)} × {protocol.get('folds', '?')}-fold cross-validation"
    titles, scores = titles_of(comparison), comparison.frame()
    main = summarise_protocol(scores, where, protocol.get("control"), titles)
    samplers = [entry["name"] for entry in comparison.contenders if entry.get("sampler")]
    left_out = [f"Left out of the ranking: {'; '.join(main['left_out'])}."] if main["left_out"] else []
    return {
        "name": str(comparison.data.get("name", "data")),
        "control": main["control"],
        "places": [main],
        "verdict": verdict(main, generative(comparison), samplers),
        "warnings": [*main["notes"], *left_out, *(line for line in comparison.warnings if _OLD_WARNING not in line)],
        "generative": generative(comparison),
        "failures": losses(scores, titles, FAILED),
        "skipped": losses(scores, titles, ("skipped",)),
    }


def summarise(comparison: Comparison, conclusions: dict[str, Any] | None = None) -> dict[str, Any]:
    """Turn a comparison into the dictionary that the page is made of.

    Parameters
    ----------
    comparison : Comparison
        What was recorded.
    conclusions : dict, optional
        From :func:`conclude`, where that was called before.

    Returns
    -------
    dict
        Dictionaries, lists, strings, numbers, booleans and None; no NaN. ``schema_version`` says its shape.

    Examples
    --------
    >>> from oversmith.evaluation import Comparison
    >>> from oversmith.report import summarise
    >>> empty = Comparison(data={"name": "toy"}, protocol={}, contenders=[], classifiers=[], scores=[])
    >>> summarise(empty)["verdict"]["tag"]
    'No verdict'
    """
    titles, scores = titles_of(comparison), comparison.frame()
    conclusions = conclude(comparison) if conclusions is None else conclusions
    tables = classifier_tables(scores, titles, conclusions["control"])
    summary = {
        "schema_version": SCHEMA_VERSION,
        "kind": "comparison",
        **conclusions,
        "data": _data(comparison),
        "protocol": dict(comparison.protocol),
        "contenders": comparison.contenders,
        "classifiers": comparison.classifiers,
        "per_classifier": tables,
        "curves": _curves(comparison, tables),
        "counts": classes.collect(comparison),
        "training": training.collect(comparison.training, titles.contenders),
        "embedding": rows.collect(comparison, _shown(comparison)),
        "quality": quality.collect(comparison, _shown(comparison)),
        "series": series.collect(comparison, _shown(comparison)),
        "class_spectra": series.collect_classes(comparison),
        "images": images.collect(comparison, _shown(comparison)),
    }
    clean: dict[str, Any] = printable_tree(jsonable(summary))
    return clean


def titles_of(comparison: Comparison) -> Titles:
    """Titles of contenders and classifiers, in their order."""
    return Titles(
        *({entry["name"]: entry.get("title", entry["name"]) for entry in entries}
          for entries in (comparison.contenders, comparison.classifiers))
    )  # fmt: skip


def generative(comparison: Comparison) -> list[str]:
    """Contenders whose rows come from a method of Oversmith; SMOTE as the second control does not count."""
    return [
        entry["name"]
        for entry in comparison.contenders
        if entry["name"] not in SMOTE_NAMES
        and (entry["name"] in comparison.training or (entry.get("sampler") or "") in METHODS)
    ]


def _data(comparison: Comparison) -> dict[str, Any]:
    data = dict(comparison.data)
    counts, kinds = data.pop("counts", {}), data.pop("column_kinds", {})
    data["classes"] = [{"name": name, "rows": counts.get(name, 0)} for name in data.get("classes", [])]
    data["column_kinds"] = [{"kind": kind, "columns": n} for kind, n in Counter(kinds.values()).most_common()]
    # The pixels of an image are no columns that anybody named.
    named = {} if len(data.get("shape", ())) == 3 else kinds
    data["column_names"] = [{"name": name, "kind": kind} for name, kind in named.items()]
    return data


def _shown(comparison: Comparison) -> list[str]:
    """Contenders worth a picture: the control, the first of the generated ones and the second control."""
    known = {entry["name"] for entry in comparison.contenders}
    control, second = (comparison.protocol.get(key) for key in ("control", "second_control"))
    generated = [name for name in generative(comparison) if name not in (control, second)]
    wanted = [control, *generated[: _MOST_CURVES - 2], second]
    return [name for name in dict.fromkeys(wanted) if name and name in known]


def _curves(comparison: Comparison, tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gather what predictions tell of the contenders worth a picture, classifier by classifier."""
    titles = {entry["name"]: entry["title"] for entry in comparison.contenders}
    classes, named = comparison.data.get("classes", []), comparison.data.get("positive")
    positive = classes.index(named) if named in classes else None
    means = {(table["classifier"], row["contender"]): row["metrics"] for table in tables for row in table["rows"]}
    groups: dict[tuple[str, str], list[curves.Fold]] = {}
    for entry in comparison.predictions:
        fold = curves.Fold(np.asarray(entry["y"]), np.asarray(entry["scores"]), entry["threshold"])
        groups.setdefault((entry["classifier"], entry["contender"]), []).append(fold)
    figures = []
    for classifier in comparison.classifiers:
        lines = []
        for name in _shown(comparison):
            twin = name.removesuffix("-tuned")
            folds = groups.get((classifier["name"], name)) or groups.get((classifier["name"], twin))
            metrics = means.get((classifier["name"], name), {})
            average = metrics.get("average_precision", {}).get("mean")
            numbers = curves.collect(folds, positive) if folds and average is not None else None
            if numbers is not None:
                area = metrics.get("roc_auc", {}).get("mean")
                facts = {"contender": name, "title": titles[name], "average_precision": average, "roc_auc": area}
                lines.append(facts | numbers)
        if lines:
            figures.append({"classifier": classifier["name"], "title": classifier["title"], "curves": lines})
    return figures
