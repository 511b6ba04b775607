"""A small convolutional network for series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from oversmith.classifiers._rows import flattened
from oversmith.classifiers.network import NetworkClassifier
from oversmith.encoders.reading import Channels

if TYPE_CHECKING:
    from jax import Array
    from numpy.typing import ArrayLike

    from oversmith._types import Labels, Table


class SeriesCNN(NetworkClassifier):
    """A small one-dimensional convolutional network: three strided convolutions and a linear layer, softmax on top.

    Trained with Adam on the same engine as the samplers. Channels are standardised inside, by mean and standard
    deviation over all time points of the training series.

    Parameters
    ----------
    hidden_widths : tuple of int, default=(32, 64, 64)
        Channels of each convolution.
    input_shape : (int, int) or None, default=None
        Channels and time points of series that come as flat rows; not needed for arrays of three dimensions.
    channels : {"auto", "first", "last"}, default="auto"
        Where the axis of the channels is: before the time points, or after them. ``"auto"`` is the first, and refuses
        series that look turned round (:class:`oversmith.SeriesEncoder`).

    See Also
    --------
    RandomConvolutionClassifier : Needs no training of convolutions; stronger with few series.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import SeriesCNN
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["slow", "fast"], 40)
    >>> speed = np.where(y == "slow", 1.0, 3.0)[:, None, None]
    >>> X = np.sin(speed * np.linspace(0, 6, 32) + rng.normal(size=(80, 1, 1)))
    >>> classifier = SeriesCNN(max_steps=100, random_state=0).fit(X, y)
    >>> float((classifier.predict(X) == y).mean()) > 0.9
    True
    """

    hidden_widths: tuple[int, ...] = (32, 64, 64)
    input_shape: tuple[int, int] | None = None
    channels: Channels = "auto"

    def fit(self, X: Table, y: Labels, sample_weight: ArrayLike | None = None) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_cases, n_channels, n_timepoints) or (n_cases, n_timepoints)
            Finite numbers.
        y : array-like of shape (n_cases,)
            Class labels, two or more.
        sample_weight : array-like of shape (n_cases,), default=None
            Weights of the series, not negative; ones by default.

        Returns
        -------
        self : object
            The fitted classifier.
        """
        rows, self.shape_ = self._read(X)
        return super().fit(rows, y, sample_weight)

    def _read(self, X: Any) -> tuple[Any, tuple[int, ...] | None]:
        """Lay X out as flat rows; also return their shape, where it is known."""
        return flattened(X, self.input_shape, self.channels)

    def _flat(self, X: Any) -> Any:
        return self._read(X)[0]

    def _shape(self, width: int) -> tuple[int, ...]:
        return self.shape_ or (1, width)

    @staticmethod
    def _network(key: Array, shape: tuple[int, ...], widths: tuple[int, ...], n_classes: int) -> Any:
        from oversmith.networks import ConvCritic
        from oversmith.networks.conv import stem_of
        from oversmith.training import class_bucket

        return ConvCritic(shape, 0, widths, key=key, n_out=class_bucket(n_classes), stem=stem_of(shape), spread=1.0)

    def _scale(self, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        channels = self._shape(x.shape[1])[0]
        series = x.reshape(len(x), channels, -1)
        centre = np.average(series.mean(axis=2), axis=0, weights=weight)
        spread = np.sqrt(np.average(((series - centre[:, None]) ** 2).mean(axis=2), axis=0, weights=weight))
        spread = np.where(spread > 1e-12 * np.maximum(np.abs(centre), 1e-300), spread, 1.0)
        return np.repeat(centre, series.shape[2]), np.repeat(spread, series.shape[2])
