"""Undo what resampling does to probabilities."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import BaseEstimator, fit_context
from oversmith._parameters import Parameters
from oversmith.classifiers._rows import spread_over_classes
from oversmith.classifiers._wrapper import AnyClassifier, AnySampler, Wrapper, class_shares, refusals_of, sampler_within
from oversmith.classifiers.weighted import WeightedResampler
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith._types import Labels, Table


class PriorCorrectedClassifier(Parameters, Wrapper):
    r"""Give back the class shares of the real rows to probabilities learnt on resampled ones.

    A classifier trained on resampled rows predicts as if classes were as frequent as in the resampled rows. With the
    share :math:`\pi_c` of class c among the real rows and :math:`\tilde\pi_c` among those it was trained on, its
    probabilities become :math:`p'_c \propto p_c\,\pi_c / \tilde\pi_c`. For two classes this shifts the log-odds by a
    constant, so that the order of the rows stays as it is.

    Parameters
    ----------
    estimator : classifier, Pipeline or None, default=None
        A classifier with ``predict_proba``, or a pipeline of imbalanced-learn that ends in one and has samplers before
        it. ``None`` is logistic regression. A clone is fitted.
    sampler : sampler or None, default=None
        A sampler to put in front of ``estimator``.

    Attributes
    ----------
    prior_ : ndarray of shape (n_classes,)
        Share of each class in the ``y`` given to ``fit``.
    resampled_prior_ : ndarray of shape (n_classes,)
        Share of each class in what the last classifier was fitted on.
    estimator_ : classifier or Pipeline
        The fitted model; its probabilities are not corrected.

    See Also
    --------
    WeightedResampler : Hands the weights of synthetic rows to a classifier.
    sklearn.calibration.CalibratedClassifierCV : Mends probabilities that are wrong in other ways too.

    Notes
    -----
    The resampled shares are counted where the last step of the pipeline is fitted, so every sampler is covered: over-
    and under-sampling, cleaning, several in a row, and any ``sampling_strategy``. A ``class_weight`` of the last
    classifier and the weights of a :class:`WeightedResampler` count as rows do. What a classifier does within itself
    (balanced ensembles, ``scale_pos_weight``) is not seen.

    ``predict`` gives the most probable class after the correction. Under imbalance that is mostly the majority, as
    without resampling: tune a threshold for the costs at hand instead of moving the prior for it.

    ``fit`` takes no ``sample_weight``: most samplers give synthetic rows no weight.

    The correction is exact where resampling changes the shares of the classes and nothing within them; generated rows
    that differ from the real ones leave an error that cannot be corrected.

    References
    ----------
    .. [1] M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a priori
       probabilities", Neural Computation 14, 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from imblearn.over_sampling import RandomOverSampler
    >>> from sklearn.linear_model import LogisticRegression
    >>> from oversmith import PriorCorrectedClassifier
    >>> X = np.zeros((100, 1))
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> model = PriorCorrectedClassifier(LogisticRegression(), sampler=RandomOverSampler(random_state=0)).fit(X, y)
    >>> model.estimator_.predict_proba([[0.0]]).round(3).tolist()
    [[0.5, 0.5]]
    >>> model.predict_proba([[0.0]]).round(3).tolist(), model.classes_.tolist()
    ([[0.1, 0.9]], ['fault', 'normal'])
    >>> model.prior_.tolist(), model.resampled_prior_.tolist()
    ([0.1, 0.9], [0.5, 0.5])
    """

    estimator: AnyClassifier | None = field(default=None, kw_only=False)
    sampler: AnySampler | None = None

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Table, y: Labels) -> Self:
        """Resample, fit, and count the classes before and after.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            The table, in any container the first step takes.
        y : array-like of shape (n_samples,)
            Class labels.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        InputError
            When the classifier has no ``predict_proba``, or holds a sampler whose class shares cannot be read.
        """
        labels = self._begin(X, y)
        model = self._wrapped() if self.sampler is None else make_pipeline(self.sampler, self._wrapped())
        model, recorder = _recorded(clone(model))
        last = recorder.estimator
        if not hasattr(last, "predict_proba"):
            raise InputError(
                "estimator",
                f"{type(last).__name__} has no predict_proba to correct",
                "choose a classifier that has one, or wrap it in sklearn.calibration.CalibratedClassifierCV",
            )
        if (hidden := sampler_within(last)) is not None and not isinstance(last, WeightedResampler):
            raise InputError(
                "estimator",
                f"{type(last).__name__} holds {type(hidden).__name__} where its class shares cannot be read",
                "give PriorCorrectedClassifier the sampler and the classifier themselves (a search goes around it)",
            )
        with refusals_of(last):
            self.estimator_ = _restored(model.fit(X, labels))
        self.prior_ = class_shares(None, self.classes_, labels)
        self.resampled_prior_ = class_shares(last, self.classes_, recorder.y_)
        if isinstance(last, WeightedResampler):
            positions = np.searchsorted(self.classes_, last.classes_)
            self.resampled_prior_ = np.zeros(len(self.classes_))
            self.resampled_prior_[positions] = last.weighted_prior_
        return self

    def predict_proba(self, X: Table) -> np.ndarray:
        """Corrected class probabilities.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            One column per class of ``classes_``; a class whose rows the samplers all removed has probability zero.
        """
        check_is_fitted(self, "estimator_")
        positions = np.searchsorted(self.classes_, self.estimator_.classes_)
        chances = spread_over_classes(self.estimator_.predict_proba(X), positions, len(self.classes_))
        seen = self.resampled_prior_ > 0
        chances *= np.divide(self.prior_, self.resampled_prior_, out=np.zeros(len(seen)), where=seen)
        return chances / chances.sum(axis=1, keepdims=True)

    def predict(self, X: Table) -> np.ndarray:
        """Most probable class after the correction.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels.
        """
        chances = self.predict_proba(X)
        return self.classes_[np.argmax(chances, axis=1)]


class _Recorder(BaseEstimator):
    """Replace the last step of a pipeline during a fit, and record the labels."""

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: Any, y: Any) -> Self:
        self.y_ = y
        self.estimator.fit(X, y)
        return self


def _recorded(model: Any) -> tuple[Any, _Recorder]:
    """Put a recorder around the last step of the pipelines within one another."""
    if not isinstance(model, Pipeline):
        recorder = _Recorder(model)
        return recorder, recorder
    name, last = model.steps[-1]
    last, recorder = _recorded(last)
    model.steps[-1] = (name, last)
    return model, recorder


def _restored(model: Any) -> Any:
    """Undo `_recorded`."""
    if not isinstance(model, Pipeline):
        return model.estimator
    name, last = model.steps[-1]
    model.steps[-1] = (name, _restored(last))
    return model
