"""Features of sensor windows (Riaz et al. 2025: mean, variance, autocorrelation)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import BaseEstimator, TransformerMixin, fit_context, validate_data
from oversmith._parameters import Parameters, PositiveInt
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from oversmith._types import Labels, Table

# A window whose standard deviation is below this share of its largest value is constant but for rounding.
_FLAT = 1e-12


def _standardised(x: np.ndarray) -> np.ndarray:
    """Windows of zero mean and unit variance; constant ones become zeros."""
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = x.std(axis=-1, keepdims=True)
    flat = spread <= _FLAT * np.abs(x).max(axis=-1, keepdims=True)
    return np.where(flat, 0.0, centred / np.where(flat, 1.0, spread))


def _skewness(x: np.ndarray) -> np.ndarray:
    return (_standardised(x) ** 3).mean(axis=-1)


def _kurtosis(x: np.ndarray) -> np.ndarray:
    z = _standardised(x)
    return np.where(np.any(z, axis=-1), (z**4).mean(axis=-1) - 3.0, 0.0)


FEATURES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean": lambda x: x.mean(axis=-1),
    "variance": lambda x: x.var(axis=-1),
    "skewness": _skewness,
    "kurtosis": _kurtosis,
    "peak_to_peak": lambda x: np.ptp(x, axis=-1),
    "rms": lambda x: np.sqrt((x**2).mean(axis=-1)),
}
_BASIC = ("mean", "variance")


class SensorFeatures(Parameters, TransformerMixin, BaseEstimator):
    """Turn windows of sensor data into one row of features each.

    Parameters
    ----------
    lags : sequence of int, default=(1,)
        Lags of the autocorrelation, each at least 1 and shorter than a window; empty for none.
    extended : bool, default=False
        Whether to add skewness, excess kurtosis, peak-to-peak and root mean square to mean and variance.
    n_channels : int, default=1
        Channels of a 2-D input, whose columns are the channels one after another. A 3-D input brings its own.

    Attributes
    ----------
    n_channels_, n_timepoints_ : int
        Shape of a window.
    n_features_in_ : int
        Values per window.

    Notes
    -----
    Input is ``(n_cases, n_channels, n_timepoints)``, or ``(n_cases, n_channels * n_timepoints)`` so that the step lives
    in pipelines of tables. Nothing but the shape is learnt. Moments are those of the window itself (divided by the
    number of time points); the autocorrelation at lag k is the sum of products of values k apart, both centred by the
    window's mean, over the sum of squares. A constant window has variance, skewness, kurtosis and autocorrelation 0.

    Deviations from the paper: Riaz et al. 2025 name mean, variance and autocorrelation; the lag and the further
    features are additions of this library.

    References
    ----------
    .. [1] R. Riaz, G. Han, K. Shaukat, N. U. Khan, H. Zhu, L. Wang, "A novel ensemble Wasserstein GAN framework for
       effective anomaly detection in industrial internet of things environments", Scientific Reports 15, 2025; "Data
       preprocessing and feature extraction".

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import SensorFeatures
    >>> window = np.array([[[0.0, 1.0, 0.0, 1.0]]])
    >>> SensorFeatures().fit_transform(window).tolist()
    [[0.5, 0.25, -0.75]]
    >>> SensorFeatures().fit(window).get_feature_names_out().tolist()
    ['channel_0__mean', 'channel_0__variance', 'channel_0__autocorrelation_1']
    """

    lags: Sequence[int] = (1,)
    extended: bool = False
    n_channels: PositiveInt = 1

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Table, y: Labels | None = None) -> Self:
        """Note the shape of the windows.

        Parameters
        ----------
        X : array-like of shape (n_cases, n_channels, n_timepoints) or (n_cases, n_channels * n_timepoints)
            Windows.
        y : ignored
            For the convention.

        Returns
        -------
        self : SensorFeatures
            The fitted transformer.

        Raises
        ------
        InputError
            When the columns are no multiple of ``n_channels``, or a lag does not fit into a window.
        """
        windows = self._windows(X, reset=True)
        self.n_channels_, self.n_timepoints_ = windows.shape[1:]
        for lag in self.lags:
            if not isinstance(lag, int | np.integer) or isinstance(lag, bool) or not 1 <= lag < self.n_timepoints_:
                raise InputError(
                    "lags",
                    f"found {lag!r} for windows of {self.n_timepoints_} time points",
                    f"give whole numbers from 1 to {self.n_timepoints_ - 1}, or lags=() for no autocorrelation",
                )
        return self

    def transform(self, X: Table) -> np.ndarray:
        """Compute the features.

        Parameters
        ----------
        X : array-like
            Windows of the shape of ``fit``.

        Returns
        -------
        ndarray of shape (n_cases, n_channels * n_features)
            Features, channel after channel.

        Raises
        ------
        InputError
            For windows of another shape.
        """
        check_is_fitted(self, "n_timepoints_")
        windows = self._windows(X, reset=False)
        if windows.shape[1:] != (self.n_channels_, self.n_timepoints_):
            raise InputError(
                "X",
                (
                    f"found windows of {windows.shape[1]} channels and {windows.shape[2]} time "
                    f"points, fit saw {self.n_channels_} and {self.n_timepoints_}"
                ),
                "cut them alike",
            )
        columns = [FEATURES[name](windows) for name in self._names()]
        columns += [_autocorrelation(windows, lag) for lag in self.lags]
        return np.stack(columns, axis=2).reshape(len(windows), -1)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> np.ndarray:
        """Name the features: ``channel_0__mean`` and so on.

        Parameters
        ----------
        input_features : ignored
            For the convention.

        Returns
        -------
        ndarray of str
            One name per column.
        """
        check_is_fitted(self, "n_timepoints_")
        names = [*self._names(), *(f"autocorrelation_{lag}" for lag in self.lags)]
        return np.array([f"channel_{c}__{name}" for c in range(self.n_channels_) for name in names], dtype=object)

    def _names(self) -> tuple[str, ...]:
        return tuple(FEATURES) if self.extended else _BASIC

    def _windows(self, X: Any, reset: bool) -> np.ndarray:
        values = X if hasattr(X, "columns") or hasattr(X, "tocsr") else np.asarray(X)
        if np.ndim(values) == 3:
            values = np.asarray(values, dtype=np.float64)
            if not np.isfinite(values).all():
                raise InputError(
                    "X", "found missing or infinite values in the windows", "fill them or drop those windows"
                )
            if 0 in values.shape:
                raise InputError(
                    "X", f"found an array of shape {values.shape}", "give it cases, channels and time points"
                )
            if reset:
                self.n_features_in_ = values.shape[1] * values.shape[2]
            return values
        table = validate_data(self, X, dtype=np.float64, reset=reset)
        channels = self.n_channels
        if table.shape[1] % channels:
            raise InputError(
                "n_channels",
                f"{table.shape[1]} columns cannot be cut into {channels} channels of equal length",
                "give the number of channels, or an array of shape (n_cases, n_channels, n_timepoints)",
            )
        if table.shape[1] == channels and len(tuple(self.lags)):
            raise InputError(
                "X",
                (
                    f"found {table.shape[1]} feature(s) (shape={table.shape}) while a minimum of "
                    f"{2 * channels} is required: a window of one time point has no autocorrelation"
                ),
                "give longer windows, or lags=()",
            )
        return table.reshape(len(table), channels, -1)


def _autocorrelation(x: np.ndarray, lag: int) -> np.ndarray:
    z = _standardised(x)
    return (z[..., lag:] * z[..., :-lag]).sum(axis=-1) / x.shape[-1]
