"""The dense network of Riaz et al. 2025 and Sharma et al. 2022 as a classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from oversmith._parameters import PositiveInt
from oversmith.classifiers.network import NetworkClassifier
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from jax import Array

# Riaz et al. 2025, Table 5, rows "Neural network": the last of the listed numbers of epochs, learning rate, batch size.
PAPER = {
    "eo-wgan": {"max_epochs": 50, "learning_rate": 1e-4, "batch_size": 128},
    "gan": {"max_epochs": 80, "learning_rate": 1e-3, "batch_size": 100},
    "wgan": {"max_epochs": 80, "learning_rate": 1e-4, "batch_size": 128},
}


class DenseClassifier(NetworkClassifier):
    """Three dense layers: ReLU, ReLU, linear; softmax gives the class probabilities.

    The classifier of Riaz et al. 2025 and, as far as its text says, of Sharma et al. 2022, trained with Adam on the
    same engine as the samplers. Inputs are standardised inside, by mean and standard deviation of the training rows.

    Parameters
    ----------
    hidden_widths : tuple of int, default=(64, 64)
        Units of each hidden layer; the linear layer on top has one unit per class.
    batch_size : int, default=128
        Rows per step, drawn with replacement in proportion to their weights.
    max_steps : int, default=2000
        Steps at most.

    See Also
    --------
    WeightedResampler : Hands the weights of synthetic rows to a classifier.

    Notes
    -----
    Rows with equal values and label are merged and their weights added, so that a weight of two is the same as a row
    given twice, bit for bit, a weight of zero the same as leaving it out, and no row is both trained on and held out.
    The order of the rows does not matter either.

    Deviations from the paper:

    - Figure 5 of Sharma et al. 2022 shows their classifier; the picture was not available, so the layers are those of
      Riaz et al. 2025. Neither paper states widths, optimiser or scaling of the inputs: those are choices of this
      library.
    - Weights (Eq. 12 of Riaz et al. 2025) act in the draw of the batches, not as factors: the mean gradient is that of
      Eq. 12, and rows of small weight do not fill the batches.
    - Early stopping and the restored checkpoint are additions; :meth:`paper` switches them off.
    - The defaults here are a shorter training; :meth:`paper` has the paper's epochs, learning rate and batch size.

    References
    ----------
    .. [1] R. Riaz, G. Han, K. Shaukat, N. U. Khan, H. Zhu, L. Wang, "A novel ensemble Wasserstein GAN framework for
       effective anomaly detection in industrial internet of things environments", Scientific Reports 15, 2025; text,
       Eq. 12 and Table 5.
    .. [2] A. Sharma, P. K. Singh, R. Chandra, "SMOTified-GAN for class imbalanced pattern classification problems",
       IEEE Access 10, 2022, doi:10.1109/ACCESS.2022.3158977.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import DenseClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (30, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 30])
    >>> classifier = DenseClassifier(max_steps=200, random_state=0).fit(X, y)
    >>> classifier.predict([[0.0, 0.0], [4.0, 4.0]]).tolist()
    ['normal', 'fault']
    >>> classifier.predict_proba([[4.0, 4.0]]).round(1).tolist(), classifier.classes_.tolist()
    ([[1.0, 0.0]], ['fault', 'normal'])
    """

    hidden_widths: tuple[int, ...] = (64, 64)
    batch_size: PositiveInt = 128
    max_steps: PositiveInt = 2000

    @classmethod
    def paper(cls, method: str = "eo-wgan", **changes: Any) -> Self:
        """Make a classifier with the setting of Riaz et al. 2025 (Table 5, rows "Neural network").

        Parameters
        ----------
        method : {"eo-wgan", "gan", "wgan"}, default="eo-wgan"
            Column of the table.
        **changes : object
            Constructor parameters that differ from the paper's.

        Returns
        -------
        DenseClassifier
            50 epochs, learning rate 1e-4 and batch 128; for GAN 80, 1e-3 and 100; for WGAN 80, 1e-4 and 128. The epochs
            are the last of those the table lists. All rows train and nothing stops early. The widths are ours.

        Raises
        ------
        InputError
            For a method that is no column of the table.

        Examples
        --------
        >>> from oversmith import DenseClassifier
        >>> DenseClassifier.paper("gan").batch_size
        100
        """
        if method not in PAPER:
            raise InputError(
                "method", f"{method!r} is no column of the paper's table", f"choose from {', '.join(PAPER)}"
            )
        return cls(**(PAPER[method] | {"patience": None} | changes))

    @staticmethod
    def _network(key: Array, shape: tuple[int, ...], widths: tuple[int, ...], n_classes: int) -> Any:
        from oversmith.networks import MLP
        from oversmith.training import class_bucket, width_bucket

        (width,), activations = shape, ("relu",) * len(widths)
        return MLP(width_bucket(width), widths, class_bucket(n_classes), activations, key=key, true_in=width)

    def _padded_width(self, width: int) -> int:
        from oversmith.training import width_bucket

        return width_bucket(width)

    def _scale(self, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weighted mean and standard deviation of each column; a constant column keeps its unit."""
        with np.errstate(over="ignore", invalid="ignore"):
            centre = np.average(x, axis=0, weights=weight)
            spread = np.sqrt(np.average((x - centre) ** 2, axis=0, weights=weight))
        if not np.isfinite(spread).all():
            column = int(np.flatnonzero(~np.isfinite(spread))[0])
            raise InputError("X", f"column {column} has values too large to be standardised", "rescale it")
        # A constant column has a spread of rounding errors.
        constant = spread <= 1e-12 * np.abs(centre)
        return centre, np.where(constant | (spread == 0), 1.0, spread)
