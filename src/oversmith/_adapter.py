"""The only place that touches names scikit-learn and imbalanced-learn do not promise to keep."""

from __future__ import annotations

from imblearn.base import BaseSampler as BaseResampler
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.under_sampling.base import BaseCleaningSampler
from imblearn.utils import check_sampling_strategy, check_target_type
from sklearn.base import _fit_context as fit_context
from sklearn.utils import _safe_indexing as take_rows
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import validate_data

__all__ = [
    "BaseCleaningSampler",
    "BaseOverSampler",
    "BaseResampler",
    "check_sample_weight",
    "check_sampling_strategy",
    "check_target_type",
    "fit_context",
    "take_rows",
    "validate_data",
]
