"""Resample and pass the weights of the rows to a classifier (Riaz et al. 2025, Eq. 12)."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import BaseOverSampler, fit_context, take_rows
from oversmith._parameters import NonNegative, Parameters
from oversmith.classifiers._wrapper import AnyClassifier, AnySampler, Wrapper, class_shares, refusals_of, sampler_within
from oversmith.exceptions import InputError
from oversmith.selection import weight_parameter

if TYPE_CHECKING:
    from oversmith._types import Labels, Table


def _estimator_has(name: str) -> Any:
    def has(self: WeightedResampler) -> bool:
        return hasattr(getattr(self, "estimator_", self._wrapped()), name)

    return has


class WeightedResampler(Parameters, Wrapper):
    """Resample, then fit a classifier in which synthetic rows weigh less (or more) than real ones.

    A pipeline of imbalanced-learn passes rows and labels from step to step, but no weights that a sampler computed.
    This classifier is a last step that does: Riaz et al. 2025, Eq. 12, where the loss of the synthetic rows counts
    lambda times.

    Parameters
    ----------
    sampler : sampler or None, default=None
        What resamples the rows; a clone is fitted. Its ``sample_weight_`` are the weights, where it has any; without,
        every row weighs one. ``None`` resamples nothing.
    estimator : classifier, Pipeline or None, default=None
        A classifier whose ``fit`` takes ``sample_weight``, or a pipeline of transformers that ends in one. ``None`` is
        logistic regression. A clone is fitted.
    synthetic_weight : float or None, default=None
        Weight of synthetic rows, in place of the sampler's own: the lambda of Eq. 12. Rows of weight zero are left out.

    Attributes
    ----------
    sampler_ : sampler or None
        The fitted sampler.
    estimator_ : classifier or Pipeline
        The fitted classifier.
    sample_weight_ : ndarray of shape (n_resampled,)
        Weight of every resampled row.
    weighted_prior_ : ndarray of shape (n_classes,)
        Share of each class in the weights that the classifier was fitted with.

    See Also
    --------
    PriorCorrectedClassifier : Undoes what resampling does to probabilities.

    Notes
    -----
    Synthetic are the rows of the sampler's ``synthetic_mask_``; for other over-samplers of imbalanced-learn, those
    after the real ones. Samplers that remove rows as well do not mark the rows they generated, so ``synthetic_weight``
    is refused for them. A sampler that returns X as it came and sets ``sample_weight_`` gives class weights.

    Deviations from the paper: Eq. 12 writes lambda into a step of gradient descent. Here it multiplies the weight of a
    row in whatever way the classifier uses weights.

    References
    ----------
    .. [1] R. Riaz, G. Han, K. Shaukat, N. U. Khan, H. Zhu, L. Wang, "A novel ensemble Wasserstein GAN framework for
       effective anomaly detection in industrial internet of things environments", Scientific Reports 15, 2025; Eq. 12.

    Examples
    --------
    >>> import numpy as np
    >>> from imblearn.over_sampling import SMOTE
    >>> from sklearn.linear_model import LogisticRegression
    >>> from oversmith import WeightedResampler
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(1, 1, (10, 2))])
    >>> y = np.repeat([0, 1], [90, 10])
    >>> model = WeightedResampler(SMOTE(random_state=0), LogisticRegression(), synthetic_weight=0.25).fit(X, y)
    >>> model.sample_weight_[[0, 99, 100]].tolist(), len(model.sample_weight_)
    ([1.0, 1.0, 0.25], 180)
    >>> model.weighted_prior_.tolist()
    [0.75, 0.25]
    """

    sampler: AnySampler | None = field(default=None, kw_only=False)
    estimator: AnyClassifier | None = field(default=None, kw_only=False)
    synthetic_weight: NonNegative | None = None

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Table, y: Labels) -> Self:
        """Resample and fit the classifier with the weights of the resampled rows.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            The table, in any container the sampler takes.
        y : array-like of shape (n_samples,)
            Class labels.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        InputError
            When the classifier takes no weights, when it is not known which rows are synthetic, or when the sampler's
            weights do not fit its rows.
        """
        labels = self._begin(X, y)
        estimator = clone(self._wrapped())
        parameter = _weight_parameter(estimator)
        self.sampler_ = None if self.sampler is None else clone(self.sampler)
        X_resampled, y_resampled = (X, labels) if self.sampler_ is None else self.sampler_.fit_resample(X, labels)
        y_resampled = np.asarray(y_resampled)
        self.sample_weight_ = self._weights(len(labels), len(y_resampled))
        used = np.flatnonzero(self.sample_weight_)
        if len(used) < len(y_resampled):
            X_resampled, y_resampled = take_rows(X_resampled, used), y_resampled[used]
        weight = self.sample_weight_[used]
        with refusals_of(estimator):
            self.estimator_ = estimator.fit(X_resampled, y_resampled, **{parameter: weight})
        last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
        self.weighted_prior_ = class_shares(last, self.classes_, y_resampled, weight)
        return self

    def _weights(self, n_real: int, n_resampled: int) -> np.ndarray:
        name = type(self.sampler_).__name__
        weight = np.array(getattr(self.sampler_, "sample_weight_", np.ones(n_resampled)), dtype=np.float64)
        if weight.shape != (n_resampled,) or not (weight >= 0).all() or not weight.any():
            raise InputError(
                "sampler",
                f"{name} gave {n_resampled} rows and weights of shape {weight.shape}",
                "its sample_weight_ needs one number per row, none negative and not all zero",
            )
        if self.synthetic_weight is not None and self.sampler_ is not None:
            weight[self._synthetic(n_real, n_resampled)] = self.synthetic_weight
        return weight

    def _synthetic(self, n_real: int, n_resampled: int) -> np.ndarray:
        mask = getattr(self.sampler_, "synthetic_mask_", None)
        if mask is not None:
            return np.asarray(mask)
        if not isinstance(self.sampler_, BaseOverSampler):
            raise InputError(
                "synthetic_weight",
                f"{type(self.sampler_).__name__} does not say which rows are synthetic",
                "leave it out, or use an over-sampler",
            )
        return np.arange(n_resampled) >= n_real

    # ------------------------------------------------------------------ prediction

    def predict(self, X: Table) -> np.ndarray:
        """Labels by the fitted classifier.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels.
        """
        return self._ask("predict", X)

    @available_if(_estimator_has("predict_proba"))
    def predict_proba(self, X: Table) -> np.ndarray:
        """Class probabilities by the fitted classifier.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            One column per class of ``estimator_.classes_``.
        """
        return self._ask("predict_proba", X)

    @available_if(_estimator_has("decision_function"))
    def decision_function(self, X: Table) -> np.ndarray:
        """Scores by the fitted classifier.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            What the classifier returns.
        """
        return self._ask("decision_function", X)

    def _ask(self, method: str, X: Any) -> np.ndarray:
        check_is_fitted(self, "estimator_")
        return getattr(self.estimator_, method)(X)


def _weight_parameter(estimator: Any) -> str:
    """Name the fit parameter that takes the weights; raise where there is none, or rows would change under way."""
    if isinstance(estimator, Pipeline) and (sampler := sampler_within(estimator)) is not None:
        raise InputError(
            "estimator",
            f"its pipeline holds {type(sampler).__name__}, which would change the rows the weights belong to",
            "give the sampler as sampler=",
        )
    parameter = weight_parameter(estimator)
    if parameter is None:
        last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
        raise InputError(
            "estimator",
            f"{type(last).__name__} takes no sample_weight in fit",
            (
                "choose a classifier that does (logistic regression, trees, forests, boosting, "
                "support vector machines, DenseClassifier), or use sampler and classifier in an "
                "imbalanced-learn Pipeline, without weights"
            ),
        )
    return parameter
