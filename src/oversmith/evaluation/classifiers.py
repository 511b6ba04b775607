"""Classifiers under which contenders are compared, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from oversmith.classifiers import find_classifier

_DEFAULT_CLASSIFIERS = {
    "table": ("lr", "rf", "xgb", "knn"),
    "series": ("rocket", "cnn"),
    "image": ("lr", "rf", "xgb", "image-cnn"),
}


@dataclass(frozen=True)
class Classifier:
    """A classifier under which contenders are compared.

    Parameters
    ----------
    name, title : str
        Key in records, and name for readers.
    build : callable
        A module-level function from a seed to an estimator with one thread; raises MissingExtraError where it
        is not installed.
    """

    name: str
    title: str
    build: Callable[[int], Any]

    def describe(self) -> dict[str, Any]:
        """Entry of the record."""
        return {"name": self.name, "title": self.title}


def classifier_named(name: str) -> Classifier:
    """Look a classifier up by its short or long name.

    Parameters
    ----------
    name : str
        For example ``"lr"`` or ``"logistic-regression"``.

    Returns
    -------
    Classifier
        Under its long name.

    Examples
    --------
    >>> from oversmith.evaluation.classifiers import classifier_named
    >>> classifier_named("rf").name
    'random-forest'
    """
    entry = find_classifier(name)
    return Classifier(entry.long_name, entry.title, entry.build)


def default_classifiers(modality: str = "table") -> tuple[Classifier, ...]:
    """Logistic regression, random forest, XGBoost and k nearest neighbours; for series two that know time.

    Parameters
    ----------
    modality : {"table", "series", "image"}, default="table"
        What the rows are: random convolutions and a convolutional network for series; for images logistic regression,
        random forest and XGBoost on their pixels, and a convolutional network.

    Examples
    --------
    >>> from oversmith.evaluation.classifiers import default_classifiers
    >>> [c.name for c in default_classifiers()]
    ['logistic-regression', 'random-forest', 'xgboost', 'knn']
    """
    return tuple(classifier_named(name) for name in _DEFAULT_CLASSIFIERS[modality])
