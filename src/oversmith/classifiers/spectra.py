"""The convolutional network of Chung et al. 2024, its judge of every method and its product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from oversmith._parameters import Positive, PositiveInt
from oversmith.classifiers.series import SeriesCNN

if TYPE_CHECKING:
    from jax import Array

# Standard deviation of the first weights (Chung et al. 2024, Table 7).
INITIAL_SD = 0.02


class SpectraCNN(SeriesCNN):
    """Four convolutions that halve the length, LeakyReLU after each, and a linear layer with softmax on top.

    The classifier of Chung et al. 2024 (Table 7): kernels of 4, strides of 2, slope 0.2, weights drawn from a normal
    law of standard deviation 0.02, Adam(2e-4; 0.5, 0.9), 150 epochs. The defaults are the paper's.

    Parameters
    ----------
    hidden_widths : tuple of int, default=(32, 32, 128, 256)
        Channels of each convolution.
    learning_rate : float, default=2e-4
        Step size of Adam.
    batch_size : int, default=32
        Series per step, drawn with replacement in proportion to their weights.
    max_epochs : int or None, default=150
        The budget in epochs of ``ceil(rows / batch_size)`` steps; None takes ``max_steps``.
    patience : int or None, default=None
        Checks of 100 steps without a lower loss on held-out series after which the training stops; ``None`` trains on
        all series to the end, as the paper does.

    See Also
    --------
    SeriesCNN : Smaller and quicker, with a first layer that suits long series and an early stop.

    Notes
    -----
    The paper writes convolutions of two dimensions, (4, 4), for spectra of length 800 and gives no shape to lay them
    out in: here they have one. It does not state the batch size: 32. Channels are standardised inside; the paper
    does not say how it scales them.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; Table 7.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import SpectraCNN
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["gel", "solution"], 20)
    >>> peak = np.where(y == "gel", 10, 20)[:, None, None]
    >>> X = np.exp(-((np.arange(32) - peak) ** 2) / 8) + rng.normal(scale=0.1, size=(40, 1, 32))
    >>> classifier = SpectraCNN(hidden_widths=(8, 8), learning_rate=1e-2, max_epochs=50, random_state=0).fit(X, y)
    >>> float((classifier.predict(X) == y).mean())
    1.0
    """

    _betas: ClassVar[tuple[float, float]] = (0.5, 0.9)

    hidden_widths: tuple[int, ...] = (32, 32, 128, 256)
    learning_rate: Positive = 2e-4
    batch_size: PositiveInt = 32
    max_epochs: PositiveInt | None = 150
    patience: PositiveInt | None = None

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a classifier with the setting of Chung et al. 2024 (Table 7): the defaults.

        Parameters
        ----------
        **changes : object
            Constructor parameters that differ from the paper's.

        Returns
        -------
        SpectraCNN
            150 epochs, Adam(2e-4; 0.5, 0.9).

        Examples
        --------
        >>> from oversmith import SpectraCNN
        >>> SpectraCNN.paper().hidden_widths
        (32, 32, 128, 256)
        """
        return cls(**changes)

    @staticmethod
    def _network(key: Array, shape: tuple[int, ...], widths: tuple[int, ...], n_classes: int) -> Any:
        from oversmith.networks import ConvCritic
        from oversmith.training import class_bucket

        return ConvCritic(shape, 0, widths, key=key, n_out=class_bucket(n_classes), initial_sd=INITIAL_SD)
