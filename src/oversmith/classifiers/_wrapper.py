"""What the classifiers that wrap another classifier and a sampler share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils import Tags, get_tags
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.class_weight import compute_sample_weight

from oversmith._adapter import (
    BaseEstimator,
    Classifier,
    ClassifierMixin,
    MetaEstimatorMixin,
    Resampler,
    our_error,
    validate_data,
)
from oversmith.classifiers._rows import class_labels
from oversmith.classifiers.registry import classifier
from oversmith.encoders.container import check_is_rows
from oversmith.encoders.labels import check_lengths
from oversmith.exceptions import ArgumentError, InputError

# A classifier, or a pipeline that ends in one.
AnyClassifier = Annotated[Classifier, HasMethods(["fit", "predict", "get_params"])]
# A sampler of imbalanced-learn or Oversmith; it may remove rows.
AnySampler = Annotated[Resampler, HasMethods(["fit_resample", "get_params"])]


class Wrapper(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Base of classifiers that fit another one on resampled rows; X goes to the sampler as it came.

    Attributes
    ----------
    classes_ : ndarray
        Class labels.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Column names, when the table has text names.
    """

    estimator: AnyClassifier | None
    sampler: AnySampler | None

    def _begin(self, X: Any, y: Any) -> np.ndarray:
        """Check the target and note columns and classes."""
        labels = class_labels(y, for_any=True)
        check_is_rows(X)
        if len(np.unique(labels)) < 2:
            raise InputError(
                "y", f"one class found, {labels[0]!s}: The target needs more than 1 class", "give rows of two classes"
            )
        validate_data(self, X, skip_check_array=True)
        check_lengths(X, labels)
        self.classes_ = np.unique(labels)
        return labels

    def _wrapped(self) -> Any:
        return classifier("lr") if self.estimator is None else self.estimator

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self._wrapped()).input_tags
        if self.sampler is not None:
            sampled = get_tags(self.sampler).input_tags
            tags.input_tags.allow_nan &= sampled.allow_nan
            tags.input_tags.sparse &= sampled.sparse
        return tags


@contextmanager
def refusals_of(estimator: Any) -> Iterator[None]:
    """Say which classifier refuses the rows, in the words of that classifier."""
    try:
        yield
    except ArgumentError:
        raise
    except (ValueError, TypeError) as error:
        name = type(estimator[-1] if isinstance(estimator, Pipeline) else estimator).__name__
        cure = f"give rows that {name} takes, or prepare them in a pipeline before it"
        raise our_error(error, "X", (), cure) from error


def sampler_within(model: Any) -> Any:
    """Find a sampler among the parameters of a model, its steps included; None without one."""
    parts = model.get_params().values()
    return next((part for part in parts if hasattr(part, "fit_resample") and not isinstance(part, type)), None)


def class_shares(estimator: Any, classes: np.ndarray, y: Any, weight: np.ndarray | None = None) -> np.ndarray:
    """Share of each class in what a classifier learns from: its rows, their weights and its ``class_weight``."""
    labels = np.asarray(y)
    weight = np.ones(len(labels)) if weight is None else weight
    if (balance := getattr(estimator, "class_weight", None)) is not None:
        # A forest balances each tree's sample; the sums are those of the whole.
        weight = weight * compute_sample_weight("balanced" if balance == "balanced_subsample" else balance, labels)
    shares = np.bincount(np.searchsorted(classes, labels), weights=weight, minlength=len(classes))
    return shares / shares.sum()
