"""The only place that touches names scikit-learn and imbalanced-learn do not promise to keep.

Both come without types. For type checkers, the classes and the decorator that public classes build on are described
here; a class with a base of unknown type would accept every parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeVar

from imblearn.utils import check_sampling_strategy as _check_sampling_strategy
from imblearn.utils import check_target_type
from sklearn.utils import _safe_indexing as take_rows
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import validate_data as _validate_data

from oversmith.exceptions import ArgumentError, InputError, InputTypeError

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


# Words of scikit-learn's messages about X, and what to do.
_CURES = (
    ("inconsistent numbers", "give one label for each row"),
    ("minimum of", "give it rows and columns"),
    ("Expected 2D", "Reshape your data to rows and columns, for example X.reshape(len(X), -1)"),
    ("with dim", "Reshape your data to rows and columns, for example X.reshape(len(X), -1)"),
    ("NaN", "fill the gaps, or take a method that takes them"),
    ("infinity", "replace them by finite numbers"),
    ("could not convert", "give numbers, or encode text before"),
    ("Complex", "give real and imaginary parts as two columns"),
    ("parse", "give X.toarray()"),
    ("feature", "give the columns of fit"),
)


def our_error(error: ValueError | TypeError, argument: str, cures: Iterable[tuple[str, str]], cure: str) -> InputError:
    """Put an error of scikit-learn or imbalanced-learn into the form of ours: its words are the finding."""
    text = str(error)
    # Some messages go on with all values.
    text = text.partition("\n")[0] if text.startswith("Complex") else text.partition("\narray=")[0]
    # Checks of scikit-learn look for the whole of its message about names, which ends with a line break.
    text = text if text.startswith("The feature names") else text.strip().rstrip(".:")
    cure = next((known for word, known in cures if word in text), cure)
    return (InputTypeError if isinstance(error, TypeError) else InputError)(argument, text, cure)


def validate_data(estimator: Any, X: Any = "no_validation", y: Any = "no_validation", **options: Any) -> Any:
    """Check the input as scikit-learn does, with an error of ours."""
    try:
        return _validate_data(estimator, X=X, y=y, **options)
    except ArgumentError:
        raise
    except (ValueError, TypeError) as error:
        about_y = "inconsistent" in str(error) or str(error).startswith(("y ", "Input y"))
        raise our_error(error, "y" if about_y else "X", _CURES, "give a table: rows and columns") from error


def check_sampling_strategy(strategy: Any, y: Any, kind: str) -> Any:
    """Say how many rows each class gets as imbalanced-learn does, with an error of ours."""
    try:
        return _check_sampling_strategy(strategy, y, kind)
    except ArgumentError:
        raise
    except (ValueError, TypeError) as error:
        if "more than 1 class" in str(error):
            raise our_error(error, "y", (), "give rows of two classes or more") from error
        cure = "give 'auto', a class → rows it shall have in all, at least those it has, or for two classes a ratio"
        raise our_error(error, "sampling_strategy", (), cure) from error


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
