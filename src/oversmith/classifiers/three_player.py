"""The classifier of the three-player GAN (Chung et al. 2024): there it is the product."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import BaseEstimator, ClassifierMixin, fit_context, validate_data
from oversmith._parameters import Parameters, RandomState, drawn_seed
from oversmith.classifiers._rows import class_labels, flattened
from oversmith.encoders.reading import Channels
from oversmith.exceptions import InputError
from oversmith.samplers._encoding import with_shape
from oversmith.samplers.three_player import ThreePlayerGAN

if TYPE_CHECKING:
    from oversmith._types import Labels, Table


class ThreePlayerClassifier(Parameters, ClassifierMixin, BaseEstimator):
    """A convolutional network that learns spectra while a generator fills up the rare classes.

    It is the classifier of a :class:`ThreePlayerGAN`, trained on real rows and, in the same steps, on the rows that the
    generator makes of the classes the batch lacks (Chung et al. 2024, Eq. 5). Classes of one row are welcome.

    Parameters
    ----------
    sampler : ThreePlayerGAN, default=None
        Settings of the training; ``None`` is ``ThreePlayerGAN()``. All classes are trained, whatever its
        ``sampling_strategy``.
    input_shape : (int, int) or None, default=None
        Channels and time points of spectra that come as flat rows; without it flat rows have one channel.
    channels : {"auto", "first", "last"}, default="auto"
        Where the axis of the channels is: before the points, or after them. ``"auto"`` is the first, and refuses
        spectra that look turned round (:class:`oversmith.SeriesEncoder`).
    random_state : int, RandomState, Generator or None, default=None
        Source of every random number, the sampler's included.

    Attributes
    ----------
    classes_ : ndarray
        Class labels.
    sampler_ : ThreePlayerGAN
        The trained players: it draws rows of every class, and its ``history_`` tells the training.
    n_features_in_ : int
        Number of columns, channels times points.

    See Also
    --------
    ThreePlayerGAN : The over-sampler of the same training.
    SeriesCNN : A convolutional network on the real rows alone.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; appendix, Eq. 5, and Table 7.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import ThreePlayerClassifier, ThreePlayerGAN
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["gel", "sol"], [40, 4])
    >>> centre = np.where(y == "gel", 6, 12)[:, None, None]
    >>> X = np.exp(-((np.arange(20) - centre) ** 2) / 8) + rng.normal(scale=0.05, size=(44, 1, 20))
    >>> players = ThreePlayerGAN(max_steps=2, coop_weight=2.0)
    >>> model = ThreePlayerClassifier(players, random_state=0).fit(X, y)
    >>> model.classes_.tolist(), model.predict_proba(X).shape, model.sampler_.sample(3, "sol").shape
    (['gel', 'sol'], (44, 2), (3, 20))
    """

    # What JAX computes depends on its number of threads: evaluations run such jobs on a fixed one.
    _trains_networks = True

    sampler: Annotated[ThreePlayerGAN, HasMethods(["fit_resample", "fit"])] | None = field(default=None, kw_only=False)
    input_shape: tuple[int, int] | None = None
    channels: Channels = "auto"
    random_state: RandomState = None

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Table, y: Labels) -> Self:
        """Train the three players on all classes.

        Parameters
        ----------
        X : array-like of shape (n_cases, n_channels, n_timepoints) or (n_cases, n_timepoints)
            Finite numbers.
        y : array-like of shape (n_cases,)
            Class labels, two or more.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        InputError
            For one class alone, a ``sampler`` that is no ``ThreePlayerGAN``, or series that cannot be used.
        DivergedError
            When a loss explodes.
        """
        if self.sampler is not None and not isinstance(self.sampler, ThreePlayerGAN):
            raise InputError("sampler", f"found {self.sampler!r}", "give a ThreePlayerGAN, or None")
        X, shape = flattened(X, self.input_shape, self.channels)
        X, y = validate_data(self, X, class_labels(y), dtype=np.float64)
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise InputError("y", f"found one class, {self.classes_[0]!s}", "ThreePlayerClassifier needs two classes")
        sampler = clone(ThreePlayerGAN() if self.sampler is None else self.sampler)
        sampler.set_params(random_state=drawn_seed(self.random_state), sampling_strategy="auto")
        with_shape(sampler, shape or (1, X.shape[1]))
        # It draws nothing of a class here: one row teaches the classifier what it can.
        sampler._min_rows = 1
        self.sampler_ = sampler.fit(X, y, classes=self.classes_)
        return self

    def predict_proba(self, X: Table) -> np.ndarray:
        """Class probabilities.

        Parameters
        ----------
        X : array-like of shape (n_cases, n_channels, n_timepoints) or (n_cases, n_timepoints)
            Spectra shaped as in ``fit``.

        Returns
        -------
        ndarray of float64, shape (n_cases, n_classes)
            One column per class of ``classes_``.
        """
        check_is_fitted(self, "sampler_")
        rows = validate_data(self, flattened(X, self.input_shape, self.channels)[0], dtype=np.float64, reset=False)
        return self.sampler_.classifier_.predict_proba(rows)

    def predict(self, X: Table) -> np.ndarray:
        """Most probable class of each spectrum.

        Parameters
        ----------
        X : array-like of shape (n_cases, n_channels, n_timepoints) or (n_cases, n_timepoints)
            Spectra shaped as in ``fit``.

        Returns
        -------
        ndarray of shape (n_cases,)
            Class labels.
        """
        check_is_fitted(self, "sampler_")
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]
