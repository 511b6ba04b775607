"""A support vector machine that stays affordable: exact up to a number of rows, approximated beyond it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.kernel_approximation import Nystroem
from sklearn.svm import SVC, LinearSVC
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import BaseEstimator, ClassifierMixin, fit_context, validate_data
from oversmith._parameters import Parameters, Positive, PositiveInt, RandomState, drawn_seed
from oversmith.classifiers._rows import spread_over_classes, training_rows
from oversmith.selection import stratified_folds

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from oversmith._types import Labels, Table

EXACT_TITLE = "RBF SVM"
APPROXIMATE_TITLE = "Nyström + linear SVM"
FOLDS = 5


class ScalableSVC(Parameters, ClassifierMixin, BaseEstimator):
    """RBF support vector machine with probabilities; Nyström + linear beyond ``max_exact_rows``.

    The time of an exact machine grows with the square of the rows or worse. Above a number of rows the kernel is
    replaced by its Nyström approximation (distances to a sample of the rows) and a linear machine on top of it, and
    ``title_`` names it, for reports. Scores become probabilities by a sigmoid fitted on out-of-fold scores.

    Inputs are used as they are: standardise them in a pipeline before, or columns of large numbers decide alone.

    Parameters
    ----------
    C : float, default=1.0
        Inverse strength of the regularisation.
    gamma : float or "scale", default="scale"
        Width of the kernel; ``"scale"`` is one over the number of columns times the variance of all values.
    max_exact_rows : int, default=10000
        Distinct training rows up to which the machine is exact.
    n_components : int, default=300
        Rows the approximation compares with; at most as many as there are.
    random_state : int, RandomState, Generator or None, default=None
        Source of every random number: the folds and the rows of the approximation.

    Attributes
    ----------
    title_ : {"RBF SVM", "Nyström + linear SVM"}
        Which of the two was fitted.
    classes_ : ndarray
        Class labels.
    gamma_ : float
        Width of the kernel.
    model_ : CalibratedClassifierCV
        The calibrated machine.
    landmarks_ : Nystroem or None
        The approximation, where one was needed.
    calibrated_on_ : {"held-out rows", "training rows"}
        Which scores the sigmoid was fitted on; the second where a class has a single distinct row.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Column names, when the table has text names.

    Notes
    -----
    Rows with equal values and label are merged and their weights added: a weight of two is the same as a row given
    twice, and no copy of a row scores the sigmoid that is fitted for it. There are five folds, or as many as the
    smallest class has distinct rows. The label predicted is the most probable one, by the sigmoid.

    Riaz et al. 2025 use a support vector machine among their classifiers (Table 4) without saying more about it.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import ScalableSVC
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat([0, 1], [90, 10])
    >>> exact = ScalableSVC(random_state=0).fit(X, y)
    >>> exact.title_, exact.predict([[0.0, 0.0], [4.0, 4.0]]).tolist()
    ('RBF SVM', [0, 1])
    >>> ScalableSVC(max_exact_rows=50, random_state=0).fit(X, y).title_
    'Nyström + linear SVM'
    """

    C: Positive = 1.0
    gamma: Literal["scale"] | Positive = "scale"
    max_exact_rows: PositiveInt = 10_000
    n_components: PositiveInt = 300
    random_state: RandomState = None

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Table, y: Labels, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the machine and its calibration.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Finite numbers, best standardised.
        y : array-like of shape (n_samples,)
            Class labels, two or more.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, not negative; ones by default.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        InputError
            For fewer than two classes.

        Warns
        -----
        UserWarning
            When a class has a single distinct row, so that nothing can be held out for the calibration.
        """
        rows = training_rows(self, X, y, sample_weight)
        self.classes_, self._present = rows.classes, rows.present
        seed = drawn_seed(self.random_state)
        x, variance = rows.x, rows.x.var()
        self.gamma_ = (1 / (x.shape[1] * variance) if variance > 0 else 1.0) if self.gamma == "scale" else self.gamma
        self.landmarks_ = None
        self.title_ = EXACT_TITLE
        machine: Any = SVC(C=self.C, gamma=self.gamma_)
        if len(x) > self.max_exact_rows:
            self.title_ = APPROXIMATE_TITLE
            self.landmarks_ = Nystroem(
                gamma=self.gamma_, n_components=min(self.n_components, len(x)), random_state=seed
            ).fit(x)
            x = self.landmarks_.transform(x)
            machine = LinearSVC(C=self.C, dual=False, random_state=seed)
        self.model_ = CalibratedClassifierCV(machine, cv=self._folds(rows.code, seed), ensemble=False)
        self.model_.fit(x, rows.code, sample_weight=rows.weight)
        return self

    def _folds(self, code: np.ndarray, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Cut the rows whose scores fit the sigmoid; a class of one row cannot be cut."""
        counts = np.bincount(code)
        smallest = int(np.argmin(counts))
        self.calibrated_on_ = "held-out rows" if counts[smallest] > 1 else "training rows"
        if counts[smallest] > 1:
            return stratified_folds(code, min(FOLDS, int(counts[smallest])), random_state=seed)
        warnings.warn(
            f"y: class {self.classes_[self._present[smallest]]!s} has 1 distinct row, so the probabilities are "
            "calibrated on training rows and too certain; add rows of the class or leave it out",
            stacklevel=4,
        )
        every = np.arange(len(code))
        return [(every, every)]

    def predict_proba(self, X: Table) -> np.ndarray:
        """Calibrated class probabilities.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            One column per class of ``classes_``; a class whose training rows all had weight zero has probability zero.
        """
        check_is_fitted(self, "model_")
        x = validate_data(self, X, dtype=np.float64, reset=False)
        if self.landmarks_ is not None:
            x = self.landmarks_.transform(x)
        return spread_over_classes(self.model_.predict_proba(x), self._present, len(self.classes_))

    def predict(self, X: Table) -> np.ndarray:
        """Most probable class of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels.
        """
        chances = self.predict_proba(X)
        return self.classes_[np.argmax(chances, axis=1)]
