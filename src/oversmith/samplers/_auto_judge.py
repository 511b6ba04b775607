"""How `Auto` judges a candidate: resample the training part of a split, fit each estimator, score the test part."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.pipeline import Pipeline

from oversmith._adapter import take_rows
from oversmith.exceptions import InputError, nearest_hint
from oversmith.metrics import METRICS, Metric
from oversmith.samplers._auto_candidates import Candidate, class_weights, seeded
from oversmith.samplers._encoding import Encoder
from oversmith.selection import NOTHING, weight_parameter

Scorer = Callable[[Any, Any, np.ndarray], float]


def judging_estimators(estimator: Any) -> dict[str, Any]:
    """Name the estimators that judge.

    Parameters
    ----------
    estimator : classifier or None
        The caller's; None for the default two.

    Returns
    -------
    dict of str to classifier
        By name.

    Examples
    --------
    >>> from oversmith.samplers._auto_judge import judging_estimators
    >>> list(judging_estimators(None))
    ['logistic-regression', 'histogram-gradient-boosting']
    """
    if estimator is not None:
        last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
        return {type(last).__name__: estimator}
    return {
        "logistic-regression": LogisticRegression(max_iter=1000),
        "histogram-gradient-boosting": HistGradientBoostingClassifier(),
    }


def resolve_scoring(scoring: Any, classes: np.ndarray, positive: Any) -> Scorer:
    """Turn the ``scoring`` parameter of `Auto` into a scorer, larger is better.

    Parameters
    ----------
    scoring : str or callable
        A metric of Oversmith, a scorer of scikit-learn by name, or a callable ``(estimator, X, y)``.
    classes : ndarray
        Class labels, sorted.
    positive : object or None
        The class that Oversmith's metrics speak of; None for their mean over all classes.

    Returns
    -------
    callable
        From a fitted estimator, rows and labels to a number.

    Raises
    ------
    InputError
        For an unknown name.
    """
    if callable(scoring):
        return scoring
    if scoring in METRICS:
        metric = METRICS[scoring]
        label = None if positive is None else int(np.searchsorted(classes, positive))
        sign = 1 if metric.goal == "max" else -1
        return lambda model, X, y: sign * metric(np.searchsorted(classes, y), _values(metric, model, X, classes), label)
    known = [*METRICS, *get_scorer_names()]
    if scoring not in known:
        raise InputError("scoring", f"{scoring!r} is not known", nearest_hint(scoring, known))
    return get_scorer(scoring)


def callable_name(scoring: Callable[..., Any]) -> str:
    """Name a callable for the record."""
    return getattr(scoring, "__name__", type(scoring).__name__)


def resampled(sampler: Any, X: Any, labels: np.ndarray) -> tuple[Any, np.ndarray]:
    """Resample, and make sure that the real rows are still there.

    Parameters
    ----------
    sampler : over-sampler
        Fitted here.
    X : table
        Rows.
    labels : ndarray of shape (n_rows,)
        Their classes.

    Returns
    -------
    X_resampled : table
        Real rows first.
    labels_resampled : ndarray
        Their classes.

    Raises
    ------
    InputError
        When the sampler is not an over-sampler.
    """
    X_resampled, y_resampled = sampler.fit_resample(X, labels)
    y_resampled = np.asarray(y_resampled)
    if not np.array_equal(y_resampled[: len(labels)], labels):
        raise InputError(
            "candidates",
            f"{type(sampler).__name__} does not return the real rows first",
            "Auto tries over-samplers only",
        )
    return X_resampled, y_resampled


class CandidateJudge:
    """Scores candidates on splits of one table.

    Parameters
    ----------
    X : table
        All rows.
    labels : ndarray of shape (n_rows,)
        Their classes.
    candidates : sequence of Candidate
        Who may be asked for, besides ``"none"``.
    targets : mapping
        Class to be resampled → rows it has when filled to the whole.
    estimators : mapping of str to classifier
        By name.
    scorer : callable
        Larger is better.
    make_encoder : callable or None
        Makes what prepares the rows for the estimators, fitted on each training part; None hands them over as they are.
    n_splits : int
        Folds of a repeat; so many preparations are remembered.
    seed : int
        Root of all seeds.
    """

    def __init__(
        self,
        X: Any,
        labels: np.ndarray,
        candidates: Sequence[Candidate],
        targets: Mapping[Any, int],
        estimators: Mapping[str, Any],
        scorer: Scorer,
        make_encoder: Callable[[], Encoder] | None,
        n_splits: int,
        seed: int,
    ) -> None:
        self.X, self.labels = X, labels
        self.candidates = {candidate.name: candidate for candidate in candidates}
        self.targets = {label: target / (labels == label).sum() for label, target in targets.items()}
        self.estimators = estimators
        self.scorer = scorer
        self.make_encoder = make_encoder
        self.n_splits = n_splits
        self.seed = seed
        self._prepared: dict[int, tuple[Callable[[Any], Any], Any]] = {}

    def __call__(self, name: str, train: np.ndarray, test: np.ndarray, number: int) -> dict[str, float]:
        """Score a candidate on a split, under every estimator."""
        X, y = take_rows(self.X, train), self.labels[train]
        weights = None
        if name != NOTHING:
            candidate = self.candidates[name]
            # The caller's targets are counts for all rows; a part of them gets its share.
            targets = {label: round(share * (y == label).sum()) for label, share in self.targets.items()}
            if candidate.sampler is None:
                weights = class_weights(y, targets)
            else:
                # By name: a candidate's scores do not depend on the other candidates.
                root = np.random.SeedSequence([self.seed, 1, zlib.crc32(name.encode()), number])
                sampler = seeded(candidate.sampler, int(root.generate_state(1)[0] >> 1))
                sampler.set_params(sampling_strategy=targets)
                X, y = resampled(sampler, X, y)
        prepare, X_test = self._preparation(number, train, test)
        Z, y_test = prepare(X), self.labels[test]
        return {
            name: float(self.scorer(self._fitted(estimator, Z, y, weights), X_test, y_test))
            for name, estimator in self.estimators.items()
        }

    def _preparation(self, number: int, train: np.ndarray, test: np.ndarray) -> tuple[Callable[[Any], Any], Any]:
        """Return what prepares rows of this split, and its test rows, prepared."""
        if self.make_encoder is None:
            return lambda X: X, take_rows(self.X, test)
        if number not in self._prepared:
            if len(self._prepared) >= self.n_splits:
                self._prepared.clear()
            try:
                encoder = self.make_encoder().fit(take_rows(self.X, train))
            except InputError as error:
                finding = f"{error.finding} (in the training part of a split)"
                raise InputError(error.argument, finding, error.cure) from error

            def prepare(X: Any) -> np.ndarray:
                Z = encoder.transform(X)
                # All columns of a training part may be constant; estimators need at least one column.
                return Z if encoder.width_ else np.ones((len(Z), 1))

            self._prepared[number] = prepare, prepare(take_rows(self.X, test))
        return self._prepared[number]

    def _fitted(self, estimator: Any, X: Any, y: np.ndarray, weights: np.ndarray | None) -> Any:
        model = seeded(estimator, self.seed)
        if weights is None:
            return model.fit(X, y)
        return model.fit(X, y, **{str(weight_parameter(model)): weights})


def _values(metric: Metric, model: Any, X: Any, classes: np.ndarray) -> np.ndarray:
    """Class codes, or scores with a column per class, whichever the metric compares with the truth."""
    if metric.needs == "labels":
        return np.searchsorted(classes, model.predict(X))
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(X))
    if metric.name == "brier" or not hasattr(model, "decision_function"):
        raise InputError(
            "scoring",
            f"{metric.name!r} needs scores, {type(model).__name__} gives none of the right kind",
            "choose 'f1' or another metric of labels, or an estimator with predict_proba",
        )
    scores = np.asarray(model.decision_function(X))
    return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores
