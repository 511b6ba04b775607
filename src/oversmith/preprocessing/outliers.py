"""Outliers as a step of an imbalanced-learn pipeline: rows are dropped in fit, never in prediction."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length

from oversmith._adapter import (
    BaseCleaningSampler,
    check_sampling_strategy,
    check_target_type,
    fit_context,
    take_rows,
    validate_data,
)
from oversmith._parameters import InnerShare, Parameters, Positive, RandomState, numpy_state
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from oversmith._types import Table

Rows = TypeVar("Rows")
Labels = TypeVar("Labels")

# At least this many rows of a class remain.
MIN_ROWS = 2


class OutlierRemover(Parameters, BaseCleaningSampler):
    """Drop the outlying rows of every class, minority and majority each by its own distribution.

    Parameters
    ----------
    method : {"iqr", "isolation_forest"}, default="iqr"
        ``"iqr"``: a row is removed when one of its numbers lies more than ``factor`` interquartile ranges outside the
        quartiles of its class. ``"isolation_forest"``: the rows an isolation forest of the class marks.
    factor : float, default=1.5
        Width of the fence of ``"iqr"``, in interquartile ranges, above 0.
    contamination : float or "auto", default="auto"
        Share of each class that ``"isolation_forest"`` marks, in (0, 0.5].
    max_share : float, default=0.1
        Largest share of a class that may go, in (0, 1): of more, the most outlying. A rare class cannot spare many.
    sampling_strategy : str, list or callable, default="all"
        Which classes are cleaned, as in imbalanced-learn's cleaning samplers.
    random_state : int, RandomState, Generator or None, default=None
        Seed of the isolation forests.

    Attributes
    ----------
    sample_indices_ : ndarray of int
        Rows that stay, in order.
    n_removed_ : dict
        Class label → rows dropped.

    Notes
    -----
    ``"iqr"`` looks at numeric columns (booleans are none) and passes over missing values; a column whose quartiles
    coincide has no fence. ``"isolation_forest"`` fills missing numbers with the median of the class. Rows without an
    outlying number stay, and every class keeps at least two rows.

    References
    ----------
    .. [1] R. Riaz, G. Han, K. Shaukat, N. U. Khan, H. Zhu, L. Wang, "A novel ensemble Wasserstein GAN framework for
       effective anomaly detection in industrial internet of things environments", Scientific Reports 15, 2025; "Data
       preprocessing and feature extraction": extreme values are removed. Rule, fence and bound are choices of this
       library; the paper removes them before the split, this step does so inside the training part.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import OutlierRemover
    >>> X = np.array([[float(i % 5)] for i in range(20)] + [[900.0]])
    >>> X_kept, _ = OutlierRemover().fit_resample(X, [0] * 10 + [1] * 11)
    >>> X_kept.max()
    np.float64(4.0)
    """

    method: Literal["iqr", "isolation_forest"] = "iqr"
    factor: Positive = 1.5
    contamination: Literal["auto"] | Annotated[float, Interval(Real, 0, 0.5, closed="right")] = "auto"
    max_share: InnerShare = 0.1
    sampling_strategy: Annotated[
        str | list[Any] | Callable[..., list[Any]],
        *BaseCleaningSampler._parameter_constraints["sampling_strategy"],
    ] = "all"
    random_state: RandomState = None

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Table, y: ArrayLike) -> Self:
        """Check the input; rows are dropped by :meth:`fit_resample`.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,)
            Class labels.

        Returns
        -------
        self : object
            The step.
        """
        self._checked(X, y)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X: Rows, y: Labels) -> tuple[Rows, Labels]:
        """Drop the outlying rows.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows of any kind; what is not a number takes no part in the judgement.
        y : array-like of shape (n_samples,)
            Class labels.

        Returns
        -------
        X_kept, y_kept : same containers as ``X`` and ``y``
            The rows that stay, as they were and in order.
        """
        X, y, table, labels = self._checked(X, y)
        random_state = None if self.random_state is None else numpy_state(self.random_state)
        keep = np.ones(len(labels), dtype=bool)
        self.n_removed_: dict[Any, int] = {}
        for label in self.sampling_strategy_:
            rows = np.flatnonzero(labels == label)
            gone = self._gone(label, _numbers(take_rows(table, rows)), random_state)
            keep[rows[gone]] = False
            self.n_removed_[getattr(label, "item", lambda value=label: value)()] = len(gone)
        self.sample_indices_ = np.flatnonzero(keep)
        return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def _fit_resample(self, X: Any, y: Any, **params: Any) -> Any:
        """Satisfy imbalanced-learn's abstract method; ``fit_resample`` above does the work."""
        return self.fit_resample(X, y)

    def _checked(self, X: Any, y: Any) -> tuple[Any, Any, Any, np.ndarray]:
        """Return what is cut, and what is judged: table and labels."""
        check_classification_targets(y)
        labels = check_target_type(np.asarray(y))
        if hasattr(X, "columns"):
            validate_data(self, X=X, skip_check_array=True)
            check_consistent_length(X, labels)
            if 0 in X.shape:
                raise InputError("X", f"found an empty table of shape {tuple(X.shape)}", "give it rows and columns")
            table = X
        else:
            values = np.array(X, dtype=object) if isinstance(X, list) else X
            table, labels = validate_data(
                self, X=values, y=labels, dtype=None, accept_sparse=["csr", "csc"], ensure_all_finite="allow-nan"
            )
            # A list is cut as it was given; sparse tables of other formats cannot be cut at all.
            X = X if isinstance(X, list) else table
        self.sampling_strategy_ = check_sampling_strategy(self.sampling_strategy, labels, self._sampling_type)
        return X, y, table, labels

    def _gone(self, label: Any, numbers: np.ndarray, random_state: Any) -> np.ndarray:
        """Find the rows of one class that are dropped."""
        marked, suspicion = self._marked(numbers, random_state)
        allowed = max(min(int(self.max_share * len(numbers)), len(numbers) - MIN_ROWS), 0)
        gone = np.flatnonzero(marked)
        if len(gone) > allowed:
            warnings.warn(
                f"class {label!s}: {len(gone)} of {len(numbers)} rows are outlying, the {allowed} most outlying are "
                f"dropped (max_share={self.max_share:g}, at least {MIN_ROWS} rows stay)",
                UserWarning,
                stacklevel=4,
            )
            gone = gone[np.argsort(-suspicion[gone], kind="stable")[:allowed]]
        return gone

    def __sklearn_tags__(self) -> Any:
        """Declare strings, missing values and sparse tables."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.allow_nan = True
        tags.sampler_tags.sample_indices = True
        return tags

    def _marked(self, numbers: np.ndarray, random_state: Any) -> tuple[np.ndarray, np.ndarray]:
        """Tell which rows are outlying, and how far."""
        if not numbers.shape[1] or len(numbers) <= MIN_ROWS:
            return np.zeros(len(numbers), dtype=bool), np.zeros(len(numbers))
        if self.method == "iqr":
            with warnings.catch_warnings():
                # A column without a value in this class has no quartiles.
                warnings.simplefilter("ignore", RuntimeWarning)
                low, high = np.nanquantile(numbers, [0.25, 0.75], axis=0)
            width = high - low
            beyond = np.maximum(low - numbers, numbers - high) / np.where(width > 0, width, np.inf)
            suspicion = np.nan_to_num(beyond, nan=0.0).max(axis=1)
            return suspicion > self.factor, suspicion
        middle = np.nan_to_num(np.nanmedian(numbers, axis=0))
        filled = np.where(np.isnan(numbers), middle, numbers)
        seed = None if random_state is None else int(random_state.randint(np.iinfo(np.int32).max))
        forest = IsolationForest(contamination=self.contamination, random_state=seed).fit(filled)
        return forest.predict(filled) < 0, -forest.score_samples(filled)


def _numbers(X: Any) -> np.ndarray:
    """Take the numeric columns as float64."""
    if hasattr(X, "select_dtypes"):
        frame = X.select_dtypes(include="number")
        return frame.to_numpy(dtype=np.float64, na_value=np.nan)
    dense = X.toarray() if hasattr(X, "toarray") else np.asarray(X)
    if dense.dtype.kind in "biuf":
        return dense.astype(np.float64)
    columns = []
    for column in dense.T:
        try:
            columns.append(np.array([np.nan if value is None else value for value in column], dtype=np.float64))
        except (TypeError, ValueError):
            continue
    return np.column_stack(columns) if columns else np.empty((len(dense), 0))
