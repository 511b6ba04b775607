"""Random convolutions of series and a linear classifier on them."""

from __future__ import annotations

from itertools import combinations
from numbers import Integral
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import BaseEstimator, ClassifierMixin, TransformerMixin, fit_context, validate_data
from oversmith._parameters import Parameters, Positive, RandomState, numpy_state
from oversmith.classifiers._rows import flat_series, flattened, spread_over_classes, training_rows
from oversmith.encoders.reading import Channels

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from oversmith._types import Labels, Table

# Series whose convolutions are held in memory at once.
_BLOCK = 64
# Points of a kernel, and how many of them weigh 2 where the others weigh -1.
_KERNEL, _HEAVY = 9, 3

FeatureCount = Annotated[int, Interval(Integral, 84, None, closed="left")]


class RandomConvolutions(Parameters, TransformerMixin, BaseEstimator):
    """Features of series: how often fixed convolutions exceed thresholds read off the training series.

    Every one of the 84 kernels of nine points, three of which weigh 2 and the others -1, is applied at dilations from 1
    up to the length, each to a random choice of channels; a feature is the share of time points at which the result
    exceeds a quantile of what it is on the training series.

    Parameters
    ----------
    n_features : int, default=2000
        About so many features.
    input_shape : (int, int) or None, default=None
        Channels and time points of series that come as flat rows.
    channels : {"auto", "first", "last"}, default="auto"
        Where the axis of the channels is: before the time points, or after them. ``"auto"`` is the first, and refuses
        series that look turned round (:class:`oversmith.SeriesEncoder`).
    random_state : int, RandomState, Generator or None, default=None
        Of channels and of the series the thresholds are read off.

    Attributes
    ----------
    dilations_ : list of int
        Steps between the points of a kernel.
    n_features_out_ : int
        Number of features.

    References
    ----------
    .. [1] A. Dempster, D. F. Schmidt, G. I. Webb, "MiniRocket: A Very Fast (Almost) Deterministic Transform for Time
       Series Classification", KDD, 2021; thresholds and dilations follow its idea, not its numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import RandomConvolutions
    >>> X = np.random.default_rng(0).normal(size=(10, 2, 30))
    >>> RandomConvolutions(n_features=500, random_state=0).fit_transform(X).shape
    (10, 504)
    """

    n_features: FeatureCount = 2000
    input_shape: tuple[int, int] | None = None
    channels: Channels = "auto"
    random_state: RandomState = None

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Table, y: Labels | None = None) -> Self:
        """Choose channels and read off thresholds.

        Parameters
        ----------
        X : array-like of shape (n_cases, n_channels, n_timepoints) or (n_cases, n_timepoints)
            Series.
        y : ignored
            For the convention.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        flat, self.shape_ = flat_series(X, self.input_shape, self.channels)
        validate_data(self, flat)
        rng = numpy_state(self.random_state)
        channels, length = self.shape_
        heavy = list(combinations(range(_KERNEL), _HEAVY))
        n_dilations = max(min(int(np.log2(max((length - 1) / (_KERNEL - 1), 1))) + 1, 8), 1)
        self.dilations_ = [2**power for power in range(n_dilations)]
        per_kernel = max(round(self.n_features / (len(heavy) * n_dilations)), 1)
        kernels = np.full((len(heavy), _KERNEL), -1.0, np.float32)
        for row, places in zip(kernels, heavy, strict=True):
            row[list(places)] = 2.0
        series = flat.reshape(-1, channels, length).astype(np.float32)
        sample = series[rng.permutation(len(series))[:_BLOCK]]
        self.weights_, self.thresholds_ = [], []
        # Evenly spread and irrational to the kernels: not the same quantile for all.
        quantiles = (np.arange(1, len(heavy) * per_kernel + 1) * (5**0.5 - 1) / 2) % 1
        for dilation in self.dilations_:
            chosen = rng.random_sample((len(heavy), channels)) < 1 / max(channels, 1) ** 0.5
            chosen[~chosen.any(axis=1), rng.randint(channels)] = True
            self.weights_.append((kernels[:, :, None] * chosen[:, None]).transpose(1, 2, 0).copy())
            responses = _convolved(sample, self.weights_[-1], dilation).reshape(-1, len(heavy))
            at = quantiles.reshape(len(heavy), per_kernel)
            self.thresholds_.append(np.stack([np.quantile(responses[:, k], at[k]) for k in range(len(heavy))]))
        self.n_features_out_ = len(heavy) * per_kernel * n_dilations
        return self

    def transform(self, X: Table) -> np.ndarray:
        """Make features.

        Parameters
        ----------
        X : array-like
            Series shaped as in ``fit``.

        Returns
        -------
        ndarray of float32, shape (n_cases, n_features_out_)
            Shares in [0, 1].
        """
        check_is_fitted(self, "thresholds_")
        flat = validate_data(self, flat_series(X, self.input_shape, self.channels)[0], reset=False)
        series = flat.reshape(-1, *self.shape_).astype(np.float32)
        out = np.empty((len(series), self.n_features_out_), np.float32)
        for start in range(0, len(series), _BLOCK):
            part, column = series[start : start + _BLOCK], 0
            for dilation, weights, thresholds in zip(self.dilations_, self.weights_, self.thresholds_, strict=True):
                responses = _convolved(part, weights, dilation)
                for number in range(thresholds.shape[1]):
                    share = (responses > thresholds[:, number].astype(np.float32)).mean(axis=1)
                    out[start : start + len(part), column : column + share.shape[1]] = share
                    column += share.shape[1]
        return out


def _convolved(series: np.ndarray, weights: np.ndarray, dilation: int) -> np.ndarray:
    """Convolve (n, channels, length) with kernels of shape (points, channels, kernels): (n, length, kernels)."""
    n, channels, length = series.shape
    reach = (_KERNEL - 1) * dilation
    padded = np.pad(series, ((0, 0), (0, 0), (reach // 2, reach - reach // 2)))
    taps = np.stack([padded[:, :, k * dilation : k * dilation + length] for k in range(_KERNEL)], axis=1)
    rows = taps.transpose(0, 3, 1, 2).reshape(n * length, _KERNEL * channels)
    return (rows @ weights.reshape(_KERNEL * channels, -1)).reshape(n, length, -1)


class RandomConvolutionClassifier(Parameters, ClassifierMixin, BaseEstimator):
    """Logistic regression on random convolutions: strong on series, also where there are few of them.

    Parameters
    ----------
    n_features : int, default=2000
        About so many features of :class:`RandomConvolutions`.
    C : float, default=1.0
        Inverse strength of the regularisation, more than 0; features are scaled to a sum of variances of ``100``.
    input_shape : (int, int) or None, default=None
        Channels and time points of series that come as flat rows.
    channels : {"auto", "first", "last"}, default="auto"
        Where the axis of the channels is: before the time points, or after them. ``"auto"`` is the first, and refuses
        series that look turned round (:class:`oversmith.SeriesEncoder`).
    random_state : int, RandomState, Generator or None, default=None
        Of the features.

    Attributes
    ----------
    classes_ : ndarray
        Class labels.

    See Also
    --------
    SeriesCNN : Learns its convolutions.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import RandomConvolutionClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["slow", "fast"], 20)
    >>> speed = np.where(y == "slow", 1.0, 3.0)[:, None, None]
    >>> X = np.sin(speed * np.linspace(0, 6, 32) + rng.normal(size=(40, 1, 1)))
    >>> float((RandomConvolutionClassifier(random_state=0).fit(X, y).predict(X) == y).mean())
    1.0
    """

    n_features: FeatureCount = 2000
    C: Positive = 1.0
    input_shape: tuple[int, int] | None = None
    channels: Channels = "auto"
    random_state: RandomState = None

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Table, y: Labels, sample_weight: ArrayLike | None = None) -> Self:
        """Fit features and regression.

        Parameters
        ----------
        X : array-like of shape (n_cases, n_channels, n_timepoints) or (n_cases, n_timepoints)
            Series.
        y : array-like of shape (n_cases,)
            Class labels.
        sample_weight : array-like of shape (n_cases,), default=None
            Weights of the series; ones by default.

        Returns
        -------
        self : object
            The fitted classifier.
        """
        X, shape = flattened(X, self.input_shape, self.channels)
        # Merged and sorted: a weight of two is a row given twice, also where thresholds are read off the rows.
        rows = training_rows(self, X, y, sample_weight)
        self.classes_ = rows.classes
        self.present_ = rows.present
        self.convolutions_ = RandomConvolutions(
            n_features=self.n_features, input_shape=shape or (1, rows.x.shape[1]), random_state=self.random_state
        ).fit(rows.x)
        features = self.convolutions_.transform(rows.x)
        self.scaler_ = StandardScaler().fit(features, sample_weight=rows.weight)
        self.regression_ = LogisticRegression(C=self.C, max_iter=1000, tol=1e-3)
        self.regression_.fit(self._scaled(features), rows.code, rows.weight)
        return self

    def _scaled(self, features: np.ndarray) -> np.ndarray:
        return 10 * self.scaler_.transform(features) / features.shape[1] ** 0.5

    def predict_proba(self, X: Table) -> np.ndarray:
        """Class probabilities.

        Parameters
        ----------
        X : array-like
            Series shaped as in ``fit``.

        Returns
        -------
        ndarray of shape (n_cases, n_classes)
            One column per class of ``classes_``.
        """
        check_is_fitted(self, "regression_")
        flat = validate_data(self, flattened(X, self.input_shape, self.channels)[0], dtype=np.float64, reset=False)
        chances = self.regression_.predict_proba(self._scaled(self.convolutions_.transform(flat)))
        return spread_over_classes(chances, self.present_, len(self.classes_))

    def predict(self, X: Table) -> np.ndarray:
        """Most probable class of each series.

        Parameters
        ----------
        X : array-like
            Series shaped as in ``fit``.

        Returns
        -------
        ndarray of shape (n_cases,)
            Class labels.
        """
        chances = self.predict_proba(X)
        return self.classes_[np.argmax(chances, axis=1)]
