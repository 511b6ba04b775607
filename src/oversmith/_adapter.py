"""The only place that touches names scikit-learn and imbalanced-learn do not promise to keep.

Both come without types. For type checkers, the classes and the decorator that public classes build on are described
here; a class with a base of unknown type would accept every parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeVar

from imblearn.under_sampling.base import BaseCleaningSampler
from imblearn.utils import check_sampling_strategy, check_target_type
from sklearn.utils import _safe_indexing as take_rows
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import validate_data

if TYPE_CHECKING:
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

    class BaseResampler(BaseEstimator):
        """Base of imbalanced-learn's samplers."""

        _sampling_type: ClassVar[str]

    class BaseOverSampler(BaseResampler):
        """Base of imbalanced-learn's over-samplers."""

        sampling_strategy: Any

    def fit_context(*, prefer_skip_nested_validation: bool) -> Callable[[Method], Method]:
        """Check the parameters before a method runs."""
else:
    from imblearn.base import BaseSampler as BaseResampler
    from imblearn.over_sampling.base import BaseOverSampler
    from sklearn.base import BaseEstimator
    from sklearn.base import _fit_context as fit_context


class Resampler(Protocol):
    """What imbalanced-learn and Oversmith call a sampler."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        """Return rows and labels, resampled."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name."""


__all__ = [
    "BaseCleaningSampler",
    "BaseEstimator",
    "BaseOverSampler",
    "BaseResampler",
    "Resampler",
    "check_sample_weight",
    "check_sampling_strategy",
    "check_target_type",
    "fit_context",
    "take_rows",
    "validate_data",
]
