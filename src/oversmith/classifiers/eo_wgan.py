"""EO-WGAN as a classifier: Algorithm 1 of Riaz et al. 2025 with its refinement, ending in the classifier it returns."""

from __future__ import annotations

import copy
from dataclasses import field
from numbers import Integral
from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from oversmith._adapter import (
    BaseEstimator,
    Classifier,
    ClassifierMixin,
    MetaEstimatorMixin,
    fit_context,
    take_rows,
)
from oversmith._parameters import AtLeastOne, CountInt, Parameters, RandomState, drawn_seed
from oversmith.classifiers._rows import class_labels
from oversmith.classifiers._wrapper import refusals_of
from oversmith.exceptions import InputError
from oversmith.samplers._network import NetworkSampler
from oversmith.samplers.eo_wgan import EOWGAN
from oversmith.selection import stratified_folds
from oversmith.selection.refinement import HARD_LEAD, STEPS_SHARE, InnerScore, inner_score, refine

if TYPE_CHECKING:
    from oversmith._types import Labels, Table


def _has(method: str) -> Any:
    def check(self: EOWGANClassifier) -> bool:
        getattr(getattr(self, "estimator_", self.estimator) or RandomForestClassifier(), method)
        return True

    return available_if(check)


class EOWGANClassifier(Parameters, ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Balance with EO-WGAN, train a classifier, refine the generator on what it gets wrong, train it again.

    Parameters
    ----------
    estimator : classifier, default=None
        The classifier; ``None`` is a random forest.
    sampler : EOWGAN, default=None
        The sampler, or any other that offers ``partial_fit``; ``None`` is ``EOWGAN()``.
    refine_rounds : int, default=1
        Rounds of refinement at most; the paper found one sufficient. 0 is Algorithm 1 alone.
    hard_weight : float, default=4.0
        How many times as often a hard row is drawn in a refinement, at least 1.
    n_splits : int, default=3
        Inner folds over the real rows, at least 2: every row is judged by a classifier that has not seen it.
    random_state : int, RandomState, Generator or None, default=None
        Source of every random number, the sampler's and a default estimator's included.

    Attributes
    ----------
    estimator_ : classifier
        The classifier trained on the balanced table.
    sampler_ : EOWGAN
        The sampler with its refined generator.
    refinements_ : list of dict
        One entry per round: ``hard_rows``, ``score_before``, ``score_after`` (average precision of the over-sampled
        classes on the inner folds, each against the rest) and ``kept``.
    classes_ : ndarray
        Class labels.

    See Also
    --------
    oversmith.EOWGAN : The sampler alone; its ``refinement`` refines with a small network as the judge.

    Notes
    -----
    Deviations from the paper: the paper evaluates the classifier on the test data (Algorithm 1, line 14) and refines
    by what it finds there. Here the rows judged are training rows, on inner folds; test data are never seen. A
    refinement that does not raise the inner score is undone. Hard are the rows of over-sampled classes that are wrong,
    or whose class leads by less than 0.2 where the classifier gives probabilities.

    References
    ----------
    .. [1] R. Riaz, G. Han, K. Shaukat, N. U. Khan, H. Zhu, L. Wang, "A novel ensemble Wasserstein GAN framework for
       effective anomaly detection in industrial internet of things environments", Scientific Reports 15, 2025;
       Algorithm 1 and the text on adaptive refinement.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from oversmith import EOWGAN, EOWGANClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> model = EOWGANClassifier(LogisticRegression(), EOWGAN(max_steps=4), random_state=0).fit(X, y)
    >>> model.predict([[0.0, 0.0], [4.0, 4.0]]).tolist()
    ['normal', 'fault']
    """

    # What JAX computes depends on its number of threads: evaluations run such jobs on a fixed one.
    _trains_networks = True

    estimator: Annotated[Classifier, HasMethods(["fit", "predict"])] | None = field(default=None, kw_only=False)
    sampler: Annotated[NetworkSampler, HasMethods(["fit_resample", "partial_fit"])] | None = field(
        default=None, kw_only=False
    )
    refine_rounds: CountInt = 1
    hard_weight: AtLeastOne = 4.0
    n_splits: Annotated[int, Interval(Integral, 2, None, closed="left")] = 3
    random_state: RandomState = None

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Table, y: Labels) -> Self:
        """Balance, train, refine, train again.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Training rows, of any kind the sampler and the estimator both take.
        y : array-like of shape (n_samples,)
            Class labels.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        InputError
            When the sampler weighs synthetic rows and the estimator takes no ``sample_weight``.
        """
        seed = drawn_seed(self.random_state)
        if sparse.issparse(X):
            X = sparse.csr_array(X) if isinstance(X, sparse.sparray) else sparse.csr_matrix(X)
        # Labels as a plain array: what is predicted has the type of the classes.
        y = class_labels(y, for_any=True)
        self.sampler_ = clone(EOWGAN() if self.sampler is None else self.sampler).set_params(random_state=seed)
        balanced: tuple[Any, Any] = self.sampler_.fit_resample(X, y)
        self.classes_ = self.sampler_.classes_
        self.refinements_: list[dict[str, Any]] = []
        n_real = int((~self.sampler_.synthetic_mask_).sum())
        codes = np.searchsorted(self.classes_, self._labels(balanced[1]))[:n_real]
        smallest = int(np.bincount(codes)[[*self._asked()]].min()) if self._asked() else 0
        if self.refine_rounds and smallest >= self.n_splits:
            balanced = self._refined(X, y, balanced, codes, seed)
        self.estimator_ = self._trained(balanced[0], balanced[1], self.sampler_.sample_weight_, seed)
        return self

    def _refined(self, X: Any, y: Any, balanced: tuple[Any, Any], codes: np.ndarray, seed: int) -> tuple[Any, Any]:
        """Refine the sampler; return the balanced table of the one that is kept."""

        def fine_tune(model: tuple[Any, Any], hard: np.ndarray, number: int) -> tuple[Any, Any]:
            sampler, _ = model
            known = sampler.get_params()
            budgets = {
                name: max(1, round(STEPS_SHARE * value))
                for name in ("max_steps", "stop__max_epochs")
                if (value := known.get(name)) is not None
            }
            twin = copy.deepcopy(sampler).set_params(**budgets)
            twin.partial_fit(X, y, sample_weight=np.where(hard, self.hard_weight, 1.0))
            twin.set_params(**{name: known[name] for name in budgets})
            return twin, twin._appended(*twin._validate(X, y, reset=False))

        (self.sampler_, balanced), self.refinements_ = refine(
            (self.sampler_, balanced),
            lambda model: self._inner_score(*model, codes, seed),
            fine_tune,
            self.refine_rounds,
        )
        return balanced

    def _inner_score(self, sampler: Any, balanced: tuple[Any, Any], codes: np.ndarray, seed: int) -> InnerScore:
        """Score the real rows on inner folds, by classifiers that also see the synthetic rows."""
        X, y = balanced
        labels = self._labels(y)
        synthetic = np.flatnonzero(sampler.synthetic_mask_)
        scores = np.zeros((len(codes), len(self.classes_)))
        least = 0.0
        for train, test in stratified_folds(codes, self.n_splits, random_state=seed):
            rows = np.concatenate([train, synthetic])
            model = self._trained(take_rows(X, rows), labels[rows], sampler.sample_weight_[rows], seed)
            part = take_rows(X, test)
            if hasattr(model, "predict_proba"):
                least, values = HARD_LEAD, model.predict_proba(part)
            elif hasattr(model, "decision_function"):
                values = model.decision_function(part)
            else:
                values = (np.asarray(model.predict(part))[:, None] == model.classes_).astype(float)
            if values.ndim == 1:
                values = np.column_stack([-values, values])
            scores[np.ix_(test, np.searchsorted(self.classes_, model.classes_))] = values
        return inner_score(scores, codes, self._asked(), least)

    def _asked(self) -> tuple[int, ...]:
        return tuple(code for code, n in self.sampler_._deficits().items() if n > 0)

    @staticmethod
    def _labels(y: Any) -> np.ndarray:
        return np.asarray(y)

    def _trained(self, X: Any, y: Any, weight: np.ndarray, seed: int) -> Any:
        model = RandomForestClassifier(random_state=seed) if self.estimator is None else clone(self.estimator)
        if (weight == 1).all():
            with refusals_of(model):
                return model.fit(X, y)
        if not has_fit_parameter(model, "sample_weight"):
            raise InputError(
                "estimator",
                f"{type(model).__name__} takes no sample_weight, and the sampler weighs synthetic rows by "
                f"{self.sampler_.output.weight}",
                "use another estimator, or output=Output(weight=1)",
            )
        with refusals_of(model):
            return model.fit(X, y, sample_weight=weight)

    def predict(self, X: Table) -> np.ndarray:
        """Predict class labels.

        Parameters
        ----------
        X : table
            Rows with the columns of ``fit``.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels.
        """
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict(X)

    @_has("predict_proba")
    def predict_proba(self, X: Table) -> np.ndarray:
        """Predict class probabilities; the change of prior by balancing is not undone.

        Parameters
        ----------
        X : table
            Rows with the columns of ``fit``.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities.
        """
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict_proba(X)

    @_has("decision_function")
    def decision_function(self, X: Table) -> np.ndarray:
        """Return the estimator's scores.

        Parameters
        ----------
        X : table
            Rows with the columns of ``fit``.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Scores.
        """
        check_is_fitted(self, "estimator_")
        return self.estimator_.decision_function(X)

    @property
    def n_features_in_(self) -> int:
        """Number of columns seen in ``fit``."""
        check_is_fitted(self, "sampler_")
        return self.sampler_.n_features_in_

    @property
    def feature_names_in_(self) -> np.ndarray:
        """Column names, when the table has text names."""
        return self.sampler_.feature_names_in_

    def __sklearn_tags__(self) -> Any:
        """Take what the estimator takes."""
        tags = super().__sklearn_tags__()
        own = get_tags(RandomForestClassifier() if self.estimator is None else self.estimator)
        tags.input_tags.sparse = own.input_tags.sparse
        tags.input_tags.allow_nan = own.input_tags.allow_nan
        return tags
