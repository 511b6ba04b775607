"""The only place that touches names scikit-learn and imbalanced-learn do not promise to keep.

Both come without types. For type checkers, the classes and the decorator that public classes build on are described
here; a class with a base of unknown type would accept every parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeVar

from imblearn.utils import check_sampling_strategy, check_target_type
from sklearn.utils import _safe_indexing as take_rows
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import validate_data

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

    from oversmith._types import Labels, Table

    Method = TypeVar("Method", bound=Callable[..., Any])

    class BaseEstimator:
        """Base of scikit-learn's estimators."""

        _parameter_constraints: ClassVar[dict[str, Any]]

        def get_params(self, deep: bool = True) -> dict[str, Any]:
            """Return the parameters by name."""

        def set_params(self, **params: Any) -> Self:
            """Change parameters."""

        def _validate_params(self) -> None: ...

        def __sklearn_tags__(self) -> Any: ...

    class ClassifierMixin:
        """What scikit-learn's classifiers have in common."""

        classes_: np.ndarray

        @property
        def n_features_in_(self) -> int:
            """Number of columns."""

        @property
        def feature_names_in_(self) -> np.ndarray:
            """Names of the columns, when the table has text names."""

        def score(self, X: Table, y: Labels, sample_weight: ArrayLike | None = None) -> float:
            """Return the accuracy."""

    class MetaEstimatorMixin:
        """Mark of the estimators that hold other estimators."""

    class TransformerMixin:
        """What scikit-learn's transformers have in common."""

        n_features_in_: int
        feature_names_in_: np.ndarray

        def fit_transform(self, X: Table, y: Labels | None = None, **fit_params: Any) -> Any:
            """Fit and transform."""

        def set_output(self, *, transform: str | None = None) -> Self:
            """Choose the container of what transform returns."""

    class OneToOneFeatureMixin:
        """Names of columns that a transformer keeps."""

        def get_feature_names_out(self, input_features: ArrayLike | None = None) -> np.ndarray:
            """Return the names of the columns."""

    class BaseResampler(BaseEstimator):
        """Base of imbalanced-learn's samplers."""

        _sampling_type: ClassVar[str]

    class BaseOverSampler(BaseResampler):
        """Base of imbalanced-learn's over-samplers."""

        sampling_strategy: Any

    class BaseCleaningSampler(BaseResampler):
        """Base of imbalanced-learn's samplers that remove rows."""

        sampling_strategy: Any

    def fit_context(*, prefer_skip_nested_validation: bool) -> Callable[[Method], Method]:
        """Check the parameters before a method runs."""
else:
    from imblearn.base import BaseSampler as BaseResampler
    from imblearn.over_sampling.base import BaseOverSampler
    from imblearn.under_sampling.base import BaseCleaningSampler
    from sklearn.base import (
        BaseEstimator,
        ClassifierMixin,
        MetaEstimatorMixin,
        OneToOneFeatureMixin,
        TransformerMixin,
    )
    from sklearn.base import _fit_context as fit_context


class Resampler(Protocol):
    """What imbalanced-learn and Oversmith call a sampler."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        """Return rows and labels, resampled."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name."""


class Classifier(Protocol):
    """What scikit-learn calls a classifier, pipelines included."""

    def fit(self, X: Any, y: Any) -> Any:
        """Learn from rows and labels."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name."""


__all__ = [
    "BaseCleaningSampler",
    "BaseEstimator",
    "BaseOverSampler",
    "BaseResampler",
    "Classifier",
    "ClassifierMixin",
    "MetaEstimatorMixin",
    "OneToOneFeatureMixin",
    "Resampler",
    "TransformerMixin",
    "check_sample_weight",
    "check_sampling_strategy",
    "check_target_type",
    "fit_context",
    "take_rows",
    "validate_data",
]
