"""Auto: over-sample only where inner cross-validation shows that it helps the estimator at hand."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from numbers import Integral
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import BaseResampler, check_sampling_strategy, fit_context, take_rows
from oversmith._parameters import Parameters, Positive, PositiveInt, PositiveShare, RandomState, drawn_seed
from oversmith.encoders import ImageEncoder, SeriesEncoder, TableEncoder
from oversmith.encoders.modality import MODALITIES
from oversmith.exceptions import InputError
from oversmith.samplers._auto_candidates import class_weights, resolve_candidates, seeded
from oversmith.samplers._auto_decision import compare
from oversmith.samplers._auto_judge import (
    CandidateJudge,
    callable_name,
    judging_estimators,
    resampled,
    resolve_scoring,
)
from oversmith.samplers._encoding import Target, checked_input, new_encoder
from oversmith.samplers._unchanged import unchanged_on_failure
from oversmith.samplers.base import Labels, Rows, SamplingStrategy
from oversmith.samplers.settings import OverSampler
from oversmith.selection import CONFIDENCE, NOTHING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from oversmith._types import Table

# A class with fewer rows leaves folds of one training row or none: nothing can be judged.
MIN_ROWS = 4


class Auto(Parameters, BaseResampler):
    """Over-sample only where that helps the estimator, by the numbers; otherwise return X as it came.

    Doing nothing, class weights and several over-samplers, each with several shares of the deficit, are compared in
    repeated cross-validation inside the rows given; a sampler is fitted inside each split and scored on real rows.
    The best candidate of a screening has to win again on fresh splits. Only when the lower bound of its gain over
    nothing is above zero there, its rows are appended (or its weights returned).

    Parameters
    ----------
    estimator : classifier or None, default=None
        The classifier the rows are for; clones of it are fitted. It gets rows as X holds them (frames stay frames), so
        a table with text or missing values needs a Pipeline that prepares them. ``None`` judges by logistic regression
        and by histogram gradient boosting, after an encoding fitted on each training part, and reports both.
    scoring : str or callable, default="average_precision"
        What is to become better: a metric of Oversmith (``"average_precision"``, ``"roc_auc"``, ``"brier"``,
        ``"f1"``, ``"precision"``, ``"recall"``, ``"g_mean"``), of the rarer of two classes or the mean over several;
        any other scorer of scikit-learn by name; or a callable ``(estimator, X, y)``, larger is better.
    candidates : sequence of str or over-sampler, or None, default=None
        ``"class-weight"``, ``"smote"``, methods as ``oversmith methods`` names them, and samplers of Oversmith or
        imbalanced-learn. Names are tried with every share of ``fill``; samplers as they are, but for
        ``sampling_strategy``, and class weights in full. Doing nothing always takes part. ``None`` stands for class
        weights, SMOTE, Jitter, GaussianMixture, GaussianCopula, FlowMatching and EOWGAN; for series and images without
        the two that know tables alone.
    fill : float or sequence of float, default=(0.33, 1.0)
        Shares of each class's deficit that are tried, in (0, 1].
    n_splits : int, default=5
        Folds, at least 2; fewer when the smallest class has fewer rows.
    n_repeats : int, default=6
        Times the rows are shuffled and cut, at least 2. A third of them (rounded down, at least one) screens the
        candidates, the others confirm the best one.
    max_steps : int or None, default=None
        Training steps of every candidate that trains networks; ``None`` leaves each its own number.
    max_seconds : float or None, default=None
        Time for the comparison; the screening may take half of it. Candidates it does not suffice for are not tried.
        The final training is not counted. With a limit, the decision depends on the speed of the machine.
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes are resampled and up to which count, in every form an over-sampler of imbalanced-learn knows.
    encoder : TableEncoder, SeriesEncoder, ImageEncoder or None, default=None
        How named candidates and the default estimators read X, as in the samplers; None leaves each its own choice.
    keep_index : bool, default=False
        Whether real rows keep their pandas index labels when rows are appended; without new rows they always do.
    verbose : bool, default=False
        Whether to tell on standard error how candidates fare.
    random_state : int, RandomState, Generator or None, default=None
        Source of every random number. The same integer gives the same decision and the same rows, unless
        ``max_seconds`` cuts the comparison short. Candidates and estimators with a seed of their own keep it.

    Attributes
    ----------
    decision_ : dict
        Why: ``"chosen"``, ``"why"`` (a sentence), ``"comparisons"`` (candidates compared with nothing),
        ``"candidates"`` (name → ``"status"``, ``"reason"``, ``"seconds"`` and, where it was judged, score, score of
        nothing, gain, bounds of its interval and p, over all and ``"by_estimator"``, in the screening),
        ``"confirmation"`` (the same of the best one on fresh splits, or None), ``"estimators"``, ``"scoring"``,
        ``"positive"`` (the class the metric speaks of), ``"n_splits"``, ``"confidence"``, ``"seconds"`` and
        ``"notes"`` (warnings of the libraries). Plain values.
    chosen_ : str
        Name of what was chosen: ``"none"``, or a candidate such as ``"smote-0.33"``.
    sampler_ : over-sampler or None
        The chosen sampler, fitted on all rows.
    synthetic_mask_ : ndarray of bool, shape (n_resampled,)
        Which returned rows are synthetic; real rows come first.
    sample_weight_ : ndarray of shape (n_resampled,)
        Weight of every returned row: those of class weights (mean 1) when these were chosen, those of the sampler, or
        ones.
    sampling_strategy_ : dict
        Class label → rows added, for the classes that may be resampled.
    classes_ : ndarray
        Class labels.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Column names, when the table has text names.

    See Also
    --------
    oversmith.WeightedResampler : Hands ``sample_weight_`` on to a classifier; a Pipeline does not.
    oversmith.load : Reads back what ``save`` wrote.

    Notes
    -----
    The best of many candidates looks better than it is. So the repeats that choose a candidate are not those that judge
    it: one candidate is tested, once, on splits nobody was chosen by. The bound is the lower end of the two-sided 90 %
    interval of the corrected resampled t [1]_. On noise the gain of the chosen candidate vanishes on the fresh splits,
    and oversampling was kept in less than one table of a hundred.

    With the default two estimators the bound is that of their mean gain, and the interval of neither's own gain may lie
    below 0. Among candidates that gain, the one with the best mean score goes on, and of equal ones the first in order.

    A metric of labels moves with the class shares alone: on pure noise, F1 at the fixed cut of one half rises from 0
    when any rows or weights make a classifier call more rows positive. Choose such a metric when the cut stays where
    it is; average precision does not move with the cut.

    Series and images go to ``estimator`` as they came, and to the default two as flat rows of scaled values. An
    estimator for flat rows needs a Pipeline that flattens them, or X flat, with an encoder that knows the shape.

    With fewer than four rows of a class nothing can be judged: X is returned as it came, with a warning.

    A decision is made for a table that is to be resampled; a pipeline fits Auto on each training part, and each part
    gets its own decision. Class weights are no rows: an imbalanced-learn Pipeline does not pass them on.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52, 2003.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from oversmith import Auto
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(120, 3)), np.repeat([0, 1], [100, 20])
    >>> auto = Auto(estimator=LogisticRegression(), candidates=["class-weight", "smote"], random_state=0)
    >>> X_resampled, y_resampled = auto.fit_resample(X, y)
    >>> auto.chosen_, len(X_resampled), auto.decision_["comparisons"]
    ('none', 120, 3)
    """

    _sampling_type = "bypass"
    # What JAX computes depends on its number of threads: evaluations run such jobs on a fixed one.
    _trains_networks = True
    _modalities: ClassVar[tuple[str, ...]] = MODALITIES
    _encoding: ClassVar[Mapping[str, Mapping[str, Any]]] = {"table": {"numeric": "standard"}}

    estimator: Annotated[Any, HasMethods(["fit", "predict", "get_params"])] | None = None
    scoring: str | Callable[..., float] = "average_precision"
    candidates: Sequence[str | OverSampler] | None = None
    fill: PositiveShare | Sequence[float] = (0.33, 1.0)
    n_splits: Annotated[int, Interval(Integral, 2, None, closed="left")] = 5
    n_repeats: Annotated[int, Interval(Integral, 2, None, closed="left")] = 6
    max_steps: PositiveInt | None = None
    max_seconds: Positive | None = None
    sampling_strategy: SamplingStrategy = "auto"
    encoder: TableEncoder | SeriesEncoder | ImageEncoder | None = None
    keep_index: bool = False
    verbose: bool = False
    random_state: RandomState = None

    # ------------------------------------------------------------------ what a caller calls

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Table, y: ArrayLike) -> Self:
        """Decide, and train the chosen sampler on all rows; :meth:`sample` then draws from it.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            The table: NumPy, pandas, Polars, SciPy sparse or lists.
        y : array-like of shape (n_samples,)
            Class labels.

        Returns
        -------
        self : object
            With ``decision_``.

        Raises
        ------
        InputError
            When table, target, scoring, a candidate or the estimator cannot be used; the message names the cure.
        """
        with unchanged_on_failure(self):
            X, target, _ = self._decide(X, y)
            if self.sampler_ is not None:
                self.sampler_.fit(X, target.labels)
                self.sampling_strategy_ = dict(self.sampler_.sampling_strategy_)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X: Rows, y: Labels) -> tuple[Rows, Labels]:
        """Decide; return X and y as they came, or with the synthetic rows after the real ones.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            The table: NumPy, pandas, Polars, SciPy sparse or lists.
        y : array-like of shape (n_samples,)
            Class labels.

        Returns
        -------
        X_resampled : same container as ``X``
            Columns, order, dtypes and categories as in ``X``.
        y_resampled : same container as ``y``
            The labels of ``X_resampled``.
        """
        with unchanged_on_failure(self):
            return self._resampled(X, y)

    def sample(self, n: int, label: Any) -> Any:
        """Draw ``n`` rows of one class from the chosen sampler.

        Parameters
        ----------
        n : int
            How many rows, at least 1.
        label : object
            Which class.

        Returns
        -------
        rows : same container as the training table
            ``n`` rows of the class.

        Raises
        ------
        InputError
            When no sampler was chosen, or the chosen one cannot draw rows of a class.
        """
        check_is_fitted(self, "decision_")
        if not hasattr(self.sampler_, "sample"):
            raise InputError(
                "sample",
                f"{self.chosen_!r} was chosen, which draws no rows of a class ({self.decision_['why']})",
                "to draw rows whether they help or not, fit one of Oversmith's samplers",
            )
        return self.sampler_.sample(n, label)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the decision and the chosen sampler to one zip; :func:`oversmith.load` reads it back.

        Parameters
        ----------
        path : path-like
            Where to; :class:`InputError` says which parameter, such as an estimator of another library, is in the way.
        """
        from oversmith.samplers._saving import save

        save(self, path)

    # ------------------------------------------------------------------ how it is done

    def _fit_resample(self, X: Any, y: Any, **params: Any) -> Any:
        """Satisfy imbalanced-learn's abstract method; ``fit_resample`` above does the work on typed rows."""
        return self.fit_resample(X, y)

    def _resampled(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Decide, and append the rows of the chosen sampler."""
        X, target, weights = self._decide(X, y)
        rows, labels = None, None
        n_real = n_all = len(target.labels)
        if self.sampler_ is not None:
            X_resampled, y_resampled = resampled(self.sampler_, X, target.labels)
            self.sampling_strategy_ = dict(self.sampler_.sampling_strategy_)
            n_all = len(y_resampled)
            weights = getattr(self.sampler_, "sample_weight_", np.ones(n_all))
            if n_all > n_real:
                rows, labels = take_rows(X_resampled, np.arange(n_real, n_all)), y_resampled[n_real:]
        self.synthetic_mask_ = np.arange(n_all) >= n_real
        self.sample_weight_ = weights
        keep_index = self.keep_index or rows is None
        return target.table.append_rows(X, rows, keep_index), target.column.append_labels(labels, keep_index)

    def _decide(self, X: Any, y: Any) -> tuple[Any, Target, np.ndarray]:
        """Compare, and note the decision; return the checked input and the weights of the real rows."""
        began = time.perf_counter()
        X, target = checked_input(self, X, y)
        labels = target.labels
        self.classes_, counts = np.unique(labels, return_counts=True)
        strategy = check_sampling_strategy(self.sampling_strategy, labels, "over-sampling")
        modality = target.modality
        candidates = resolve_candidates(
            self.candidates, self._fills(), self.max_steps, {"encoder": self.encoder}, modality
        )
        estimators = judging_estimators(self.estimator)
        rarest = int(np.argmin(counts))
        positive = self.classes_[rarest] if len(counts) == 2 else None
        scorer = resolve_scoring(self.scoring, self.classes_, positive)
        # Also where no estimator needs it: what the samplers cannot encode is refused before any work.
        make_encoder = partial(new_encoder, self, modality)
        encoder = make_encoder().fit(X)
        self.seed_ = drawn_seed(self.random_state)
        self.sampler_: Any = None
        self.chosen_ = NOTHING
        self.sampling_strategy_ = dict.fromkeys(strategy, 0)
        n_splits = min(self.n_splits, int(counts[rarest]))
        self.decision_: dict[str, Any] = {
            "chosen": NOTHING,
            "why": "",
            "comparisons": 0,
            "candidates": {},
            "confirmation": None,
            "estimators": list(estimators),
            "scoring": self.scoring if isinstance(self.scoring, str) else callable_name(self.scoring),
            "positive": positive.item() if isinstance(positive, np.generic) else positive,
            "n_splits": n_splits,
            "confidence": CONFIDENCE,
            "notes": [],
        }
        # Rows of the classes that lack some, filled to the whole.
        targets = {label: int((labels == label).sum()) + n for label, n in strategy.items() if n > 0}
        chosen = None
        if not targets:
            self.decision_["why"] = "X is unchanged: the classes are as asked, there is nothing to fill."
        elif not encoder.width_:
            self.decision_["why"] = "X is unchanged: every column is constant, there is nothing to learn from."
        elif counts[rarest] < MIN_ROWS:
            self.decision_["why"] = (
                f"X is unchanged: class {self.classes_[rarest]!s} has {counts[rarest]} row(s), with fewer than "
                f"{MIN_ROWS} nothing can be judged."
            )
            _warn(self.decision_["why"])
        else:
            judge = CandidateJudge(
                X=X,
                labels=labels,
                candidates=candidates,
                targets=targets,
                estimators=estimators,
                scorer=scorer,
                make_encoder=make_encoder if self.estimator is None else None,
                n_splits=n_splits,
                seed=self.seed_,
            )
            chosen, decision, problems = compare(
                judge,
                n_splits=n_splits,
                n_repeats=self.n_repeats,
                max_seconds=self.max_seconds,
                scoring=self.decision_["scoring"],
                tell=_teller() if self.verbose else None,
            )
            self.decision_ |= decision
            for problem in problems:
                _warn(problem)
        weights = np.ones(len(labels))
        if chosen is not None:
            self.chosen_ = chosen.name
            if chosen.sampler is None:
                weights = class_weights(labels, targets)
            else:
                self.sampler_ = seeded(chosen.sampler, self.seed_).set_params(sampling_strategy=self.sampling_strategy)
        self.decision_["seconds"] = time.perf_counter() - began
        return X, target, weights

    def _fills(self) -> list[float]:
        fills = [float(fill) for fill in np.ravel(self.fill)]
        if not fills or not all(0 < fill <= 1 for fill in fills):
            raise InputError("fill", f"{self.fill!r} found", "give shares of the deficit above 0 and up to 1")
        return fills

    def __sklearn_tags__(self) -> Any:
        """Declare strings, missing values and sparse tables, and arrays of three dimensions."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.allow_nan = True
        tags.input_tags.three_d_array = True
        return tags


def _warn(text: str) -> None:
    # Past this function, `_decide`, the public method and scikit-learn's wrapper.
    warnings.warn(f"Auto: {text}", UserWarning, stacklevel=5)


def _teller() -> Callable[[str], None]:
    """Return what prints a line on standard error."""
    from rich.console import Console

    console = Console(stderr=True)
    return lambda line: console.print(f"Auto, {line}", markup=False, highlight=False)
