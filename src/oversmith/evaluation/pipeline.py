"""One imbalanced-learn Pipeline per job: everything that learns is a step of it.

Raw frame → [samplers of frames] → numbers → impute, scale, number the levels → [SMOTE and kin] → one-hot →
[samplers of numbers] → classifiers.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from imblearn.pipeline import Pipeline
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import has_fit_parameter

from oversmith.encoders import SeriesEncoder, seconds_of
from oversmith.evaluation.guard import check_values
from oversmith.evaluation.timers import SHARED, enter
from oversmith.exceptions import describe_error, is_memory_error

MAX_LEVELS = 64
"""Levels a categorical column keeps; rarer ones share one: an identifier must not become the table."""


class PlainFrame(TransformerMixin, BaseEstimator):
    """Columns of any type as float64 or as objects; learns nothing.

    Parameters
    ----------
    kinds : mapping of str to str
        Column to kind, as in :class:`oversmith.evaluation.task.Task`.
    """

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self.kinds = kinds

    def fit(self, X: pd.DataFrame, y: Any = None) -> PlainFrame:
        """Do nothing."""
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Turn numbers and times into float64 with NaN, all else into strings with NaN."""
        if set(self.kinds.values()) == {"numeric"} and (X.dtypes == np.float64).all():
            # Hundreds of columns are one block already.
            return pd.DataFrame(X[list(self.kinds)].to_numpy(copy=True), columns=list(self.kinds))
        return pd.DataFrame({name: _plain(X[name], kind) for name, kind in self.kinds.items()})

    def __sklearn_is_fitted__(self) -> bool:
        return True


def _plain(column: pd.Series, kind: str) -> np.ndarray:
    if kind == "numeric":
        numbers = pd.to_numeric(column) if column.dtype == object else column
        return numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    if kind == "datetime":
        return seconds_of(column)
    missing = column.isna().to_numpy()
    # A column of 0/1 objects and one of booleans, or 1 and 1.0, must give the same level in every part.
    plain = np.array(
        [np.nan if gone else str(value) for value, gone in zip(column, missing, strict=True)], dtype=object
    )
    return plain


class ChannelScaler(TransformerMixin, BaseEstimator):
    """Flat series or images with every channel at mean 0 and standard deviation 1 over cases and time, or pixels.

    Parameters
    ----------
    shape : tuple of int
        Channels and time points, or channels, height and width.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def fit(self, X: Any, y: Any = None) -> ChannelScaler:
        """Learn the scale of each channel."""
        # The pixels of an image are points of its channel: all of them share its scale.
        flat = self.shape[0], math.prod(self.shape[1:])
        self.encoder_ = SeriesEncoder(input_shape=flat).fit(np.asarray(X, dtype=np.float64))
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Scale."""
        return self.encoder_.transform(np.asarray(X, dtype=np.float64))


class Resampling(BaseEstimator):
    """A sampler as a pipeline step, with its seconds and its generated rows.

    Parameters
    ----------
    sampler : object with ``fit_resample``
        The sampler; a clone is fitted.
    keep : bool, default=False
        Keep the resampled rows.

    Attributes
    ----------
    sampler_ : object
        The fitted sampler.
    seconds_ : float
        Time of ``fit_resample``.
    n_before_, n_after_ : int
        Rows in and out; the synthetic ones are the last.
    counts_after_ : ndarray
        Rows per class code.
    X_, y_ : DataFrame or ndarray, ndarray
        The resampled rows, where kept.
    """

    def __init__(self, sampler: Any, keep: bool = False) -> None:
        self.sampler = sampler
        self.keep = keep

    def fit_resample(self, X: Any, y: np.ndarray) -> tuple[Any, np.ndarray]:
        """Fit a clone of the sampler and resample."""
        self.sampler_ = clone(self.sampler)
        start = time.perf_counter()
        X_resampled, y_resampled = self.sampler_.fit_resample(X, y)
        self.seconds_ = time.perf_counter() - start
        y_resampled = np.asarray(y_resampled)
        check_values(X, y, X_resampled, y_resampled)
        self.n_before_, self.n_after_ = len(y), len(y_resampled)
        self.counts_after_ = np.bincount(y_resampled, minlength=int(y.max()) + 1)
        if self.keep:
            self.X_, self.y_ = X_resampled, y_resampled
        return X_resampled, y_resampled


class ManyClassifiers(ClassifierMixin, BaseEstimator):
    """Several classifiers on the same rows, so that a sampler is trained once for all of them.

    Parameters
    ----------
    classifiers : mapping of str to estimator
        By name; clones are fitted.
    balanced : bool, default=False
        Weigh rows inversely to the size of their class.
    synthetic_weight : float, optional
        Weight of a synthetic row, a real one weighing 1; None hands on no weights.
    n_real : int, default=0
        Rows that are real: the first ones, as every over-sampler returns them.

    Attributes
    ----------
    fitted_ : dict
        Name to fitted classifier, of those that succeeded.
    problems_ : dict
        Name to ``(status, reason)`` of the others: ``"skipped"`` where a classifier lacks something that is needed,
        ``"failed"`` or ``"oom"`` where it raised.
    seconds_fit_, seconds_predict_ : dict
        Name to seconds.
    """

    def __init__(
        self,
        classifiers: Mapping[str, Any],
        balanced: bool = False,
        synthetic_weight: float | None = None,
        n_real: int = 0,
    ) -> None:
        self.classifiers = classifiers
        self.balanced = balanced
        self.synthetic_weight = synthetic_weight
        self.n_real = n_real

    def fit(self, X: np.ndarray, y: np.ndarray) -> ManyClassifiers:
        """Fit every classifier; one that raises does not stop the others."""
        self.classes_ = np.unique(y)
        self.fitted_: dict[str, Any] = {}
        self.problems_: dict[str, tuple[str, str]] = {}
        self.seconds_fit_: dict[str, float] = {}
        weights = self._weights(y)
        for name, classifier in self.classifiers.items():
            if weights and not has_fit_parameter(classifier, "sample_weight"):
                self.problems_[name] = ("skipped", f"takes no {'class' if self.balanced else 'sample'} weights")
                continue
            enter(name)
            start = time.perf_counter()
            try:
                self.fitted_[name] = clone(classifier).fit(X, y, **weights)
            except Exception as error:
                self.problems_[name] = problem(error)
            self.seconds_fit_[name] = time.perf_counter() - start
            enter(SHARED)
        return self

    def _weights(self, y: np.ndarray) -> dict[str, np.ndarray]:
        if self.balanced:
            return {"sample_weight": compute_sample_weight("balanced", y)}
        if self.synthetic_weight is None:
            return {}
        return {"sample_weight": np.where(np.arange(len(y)) < self.n_real, 1.0, self.synthetic_weight)}

    def predict_proba(self, X: np.ndarray) -> dict[str, np.ndarray]:
        """Scores by classifier name; one that raises is noted in ``problems_`` and left out."""
        self.seconds_predict_: dict[str, float] = {}
        scores = {}
        for name, classifier in self.fitted_.items():
            enter(name)
            start = time.perf_counter()
            try:
                scores[name] = np.asarray(classifier.predict_proba(X), dtype=np.float64)
            except Exception as error:
                self.problems_[name] = problem(error)
            self.seconds_predict_[name] = time.perf_counter() - start
            enter(SHARED)
        return scores


def problem(error: Exception) -> tuple[str, str]:
    """Status and reason of what raised.

    Parameters
    ----------
    error : Exception
        The error.

    Returns
    -------
    (str, str)
        ``"oom"`` where memory was wanting, else ``"failed"``, and the error's class and first line.

    Examples
    --------
    >>> from oversmith.evaluation.pipeline import problem
    >>> problem(MemoryError()), problem(ValueError("too small"))
    (('oom', 'MemoryError'), ('failed', 'ValueError: too small'))
    """
    return "oom" if is_memory_error(error) else "failed", describe_error(error)


def preparation(kinds: Mapping[str, str], shape: tuple[int, ...] | None = None) -> list[tuple[str, Any]]:
    """List the steps from a raw frame to the array that classifiers see, without a sampler.

    Parameters
    ----------
    kinds : mapping of str to str
        Column to kind.
    shape : tuple of int, optional
        Channels and time points, where the rows are series; channels, height and width, where they are images.

    Returns
    -------
    list of (str, transformer)
        ``plain``, ``encoded`` (imputed, scaled, levels numbered; numeric columns first; series and images scaled
        channel by channel) and, with categorical columns, ``one-hot``.
    """
    if shape is not None:
        return [("plain", PlainFrame(dict(kinds))), ("encoded", ChannelScaler(shape))]
    numeric, categorical = split_kinds(kinds)
    levels = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=-1,
        encoded_missing_value=-2,
        max_categories=MAX_LEVELS,
    )
    encode = ColumnTransformer(
        [
            (
                "numeric",
                make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()),
                numeric,
            ),
            ("categorical", levels, categorical),
        ]
    )
    steps: list[tuple[str, Any]] = [("plain", PlainFrame(dict(kinds))), ("encoded", encode)]
    if categorical:
        codes = list(range(len(numeric), len(kinds)))
        spread = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        steps.append(
            (
                "one-hot",
                ColumnTransformer([("numeric", "passthrough", list(range(len(numeric)))), ("levels", spread, codes)]),
            )
        )
    return steps


def build_pipeline(
    kinds: Mapping[str, str],
    classifiers: Mapping[str, Any],
    *,
    sampler: Any = None,
    before: str = "plain",
    balanced: bool = False,
    keep: bool = False,
    synthetic_weight: float | None = None,
    n_real: int = 0,
    shape: tuple[int, ...] | None = None,
) -> Pipeline:
    """Pipeline of one job.

    Parameters
    ----------
    kinds : mapping of str to str
        Column to kind.
    classifiers : mapping of str to estimator
        By name.
    sampler : object with ``fit_resample``, optional
        The sampler.
    before : {"plain", "one-hot", "classifiers"}, default="plain"
        The step the sampler precedes: the first one for samplers of frames, the one-hot encoding for SMOTE
        and kin, the classifiers for samplers of numbers.
    balanced : bool, default=False
        Class weights.
    keep : bool, default=False
        Keep the resampled rows.
    synthetic_weight, n_real : float or None, int
        As in `ManyClassifiers`.
    shape : tuple of int, optional
        Channels and time points, where the rows are series; channels, height and width, where they are images.

    Returns
    -------
    Pipeline
        Not fitted.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from oversmith.evaluation.pipeline import build_pipeline
    >>> pipeline = build_pipeline({"age": "numeric", "sex": "categorical"}, {"knn": KNeighborsClassifier()})
    >>> [name for name, _ in pipeline.steps]
    ['plain', 'encoded', 'one-hot', 'classifiers']
    """
    steps = preparation(kinds, shape)
    if sampler is not None:
        steps.insert(
            {"plain": 0, "one-hot": 2, "classifiers": len(steps)}[before], ("sampler", Resampling(sampler, keep=keep))
        )
    many = ManyClassifiers(dict(classifiers), balanced, synthetic_weight, n_real)
    return Pipeline([*steps, ("classifiers", many)])


def split_kinds(kinds: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Numeric (and time) columns, and categorical (and boolean) ones.

    Parameters
    ----------
    kinds : mapping of str to str
        Column to kind.

    Returns
    -------
    (list of str, list of str)
        Names in column order.

    Examples
    --------
    >>> from oversmith.evaluation.pipeline import split_kinds
    >>> split_kinds({"a": "numeric", "b": "boolean", "c": "datetime"})
    (['a', 'c'], ['b'])
    """
    numeric = [name for name, kind in kinds.items() if kind in ("numeric", "datetime")]
    return numeric, [name for name in kinds if name not in numeric]
