"""The dense network of documents 000 and 001 as a classifier."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import fit_context, validate_data
from oversmith.classifiers._rows import TrainingRows, seed_from, spread_over_classes, training_rows
from oversmith.exceptions import InputError
from oversmith.selection import inner_holdout

# Steps between two looks at the training: history, held-out loss, patience.
CHECK_EVERY = 100
# Fewer held-out rows than this, or a class with fewer rows than that, say too little to stop a training.
MIN_HELD_OUT = 30
MIN_CLASS_ROWS = 10

# Document 000, Table 5, rows "Neural network": the last of the listed numbers of epochs, learning rate, batch size.
PAPER = {
    "eo-wgan": {"max_epochs": 50, "learning_rate": 1e-4, "batch_size": 128},
    "gan": {"max_epochs": 80, "learning_rate": 1e-3, "batch_size": 100},
    "wgan": {"max_epochs": 80, "learning_rate": 1e-4, "batch_size": 128},
}


class DenseClassifier(ClassifierMixin, BaseEstimator):
    """Three dense layers: ReLU, ReLU, linear; softmax gives the class probabilities.

    The classifier of document 000 and, as far as its text says, of document 001, trained with Adam on the same engine
    as the samplers. Inputs are standardised inside, by mean and standard deviation of the training rows.

    Parameters
    ----------
    hidden_widths : tuple of int, default=(64, 64)
        Units of each hidden layer; the linear layer on top has one unit per class.
    learning_rate : float, default=1e-3
        Step size of Adam.
    batch_size : int, default=128
        Rows per step, drawn with replacement in proportion to their weights.
    max_steps : int, default=2000
        Steps at most.
    max_epochs : int or None, default=None
        The same budget in epochs of ``ceil(rows / batch_size)`` steps; it replaces ``max_steps``.
    patience : int or None, default=5
        Checks of 100 steps without a lower loss on held-out rows after which the training stops; the best checkpoint is
        restored. ``None`` trains on all rows to the end.
    validation_fraction : float, default=0.2
        Share of each class held out for ``patience``. Where a class has fewer than ten rows or fewer than thirty would
        be held out, nothing is: all rows train, to the end.
    random_state : int, RandomState instance or None, default=None
        Source of every random number. The same integer gives the same bits.

    Attributes
    ----------
    classes_ : ndarray
        Class labels.
    history_ : list of dict
        One row per 100 steps: ``step``, ``seconds``, ``loss_classifier`` (mean cross-entropy of the batches) and, with
        held-out rows, ``monitor`` (theirs).
    n_steps_, best_step_ : int
        Steps run, and step of the weights kept.
    stopped_because_ : {"max_steps", "patience"}
        Why the training ended.
    state_ : dict
        Centre and spread of the inputs, weights and biases of the layers, as NumPy arrays.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Column names, when the table has text names.

    See Also
    --------
    WeightedResampler : Hands the weights of synthetic rows to a classifier.

    Notes
    -----
    Rows with equal values and label are merged and their weights added, so that a weight of two is the same as a row
    given twice, bit for bit, a weight of zero the same as leaving it out, and no row is both trained on and held out.
    The order of the rows does not matter either.

    Deviations from the paper:

    - Figure 5 of document 001 draws its classifier; we have the text without the picture, so the layers are document
      000's. Neither document states the widths, the optimiser or how inputs are scaled: those are ours.
    - Weights (Eq. 12 of document 000) act in the draw of the batches, not as factors: the mean gradient is that of Eq.
      12, and rows of small weight do not fill the batches.
    - Early stopping and the restored checkpoint are ours; :meth:`paper` switches them off.
    - The defaults here are a shorter training; :meth:`paper` has the document's epochs, learning rate and batch size.

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

    # Decays of Adam's moments.
    _betas: ClassVar[tuple[float, float]] = (0.9, 0.999)

    _parameter_constraints: dict = {
        "hidden_widths": ["array-like"],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "max_steps": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left"), None],
        "patience": [Interval(Integral, 1, None, closed="left"), None],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        *,
        hidden_widths: tuple[int, ...] = (64, 64),
        learning_rate: float = 1e-3,
        batch_size: int = 128,
        max_steps: int = 2000,
        max_epochs: int | None = None,
        patience: int | None = 5,
        validation_fraction: float = 0.2,
        random_state: Any = None,
    ) -> None:
        self.hidden_widths = hidden_widths
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_steps = max_steps
        self.max_epochs = max_epochs
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.random_state = random_state

    @classmethod
    def paper(cls, method: str = "eo-wgan", **changes: Any) -> Self:
        """Make a classifier with the setting of document 000 (Table 5, rows "Neural network").

        Parameters
        ----------
        method : {"eo-wgan", "gan", "wgan"}, default="eo-wgan"
            Column of the table.
        **changes : object
            Constructor parameters that differ from the document's.

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
            raise InputError(f"method: {method!r} is no column of the document's table; choose from {', '.join(PAPER)}")
        return cls(**(PAPER[method] | {"patience": None} | changes))

    # ------------------------------------------------------------------ training

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Finite numbers.
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
            For fewer than two classes, impossible widths, or values beyond what float32 holds.
        DivergedError
            When the loss explodes.
        """
        widths = self._widths()
        rows = training_rows(self, X, y, sample_weight)
        self.classes_ = rows.classes
        seed = seed_from(self.random_state)
        held = self._held_out(rows, seed)
        kept = np.setdiff1d(np.arange(len(rows.x)), held)
        centre, spread = self._scale(rows.x[kept], rows.weight[kept])
        self.state_: dict[str, Any] = {"centre": centre, "spread": spread, "present": rows.present}
        self._train(rows, kept, held, widths, seed)
        return self

    def _widths(self) -> tuple[int, ...]:
        widths = tuple(self.hidden_widths)
        if not all(isinstance(width, Integral) and width > 0 for width in widths):
            raise InputError(f"hidden_widths: {self.hidden_widths!r} found; give whole numbers above 0, one per layer")
        return tuple(int(width) for width in widths)

    def _held_out(self, rows: TrainingRows, seed: int) -> np.ndarray:
        nothing = np.zeros(0, dtype=np.intp)
        if self.patience is None or np.bincount(rows.code).min() < MIN_CLASS_ROWS:
            return nothing
        held = inner_holdout(rows.code, self.validation_fraction, random_state=seed, min_rows=MIN_CLASS_ROWS)
        return held if len(held) >= MIN_HELD_OUT else nothing

    def _train(
        self, rows: TrainingRows, kept: np.ndarray, held: np.ndarray, widths: tuple[int, ...], seed: int
    ) -> None:
        import jax

        from oversmith.recipes import classifier as softmax
        from oversmith.training import Optimiser, table_data, train

        n_classes, width = len(rows.present), self._padded_width(rows.x.shape[1])
        steps = self.max_steps
        if self.max_epochs is not None:
            steps = self.max_epochs * math.ceil(rows.n_given / self.batch_size)
        init_key, train_key = jax.random.split(jax.random.key(seed))
        network = self._network(init_key, rows.x.shape[1], widths, n_classes)
        x_held = self._scaled(rows.x[held])

        def held_out_loss(players: dict[str, Any], step: int) -> float:
            chances = softmax.log_probabilities(players["classifier"], x_held, n_classes, width)
            return -float(np.average(chances[np.arange(len(held)), rows.code[held]], weights=rows.weight[held]))

        result = train(
            softmax.recipe(batch_size=self.batch_size, steps=steps, optimiser=Optimiser("adam", *self._betas)),
            {"classifier": network},
            table_data(
                self._scaled(rows.x[kept]),
                rows.code[kept],
                weight=rows.weight[kept],
                n_classes=n_classes,
                width=width,
            ),
            {"learning_rate": {"classifier": self.learning_rate}, "n_classes": n_classes},
            train_key,
            monitor=held_out_loss if len(held) else None,
            check_every=CHECK_EVERY,
            patience=self.patience,
        )
        trained = result.players["classifier"]
        weights, biases = self._layers(trained)
        self.state_["weights"] = [np.asarray(weight) for weight in weights]
        self.state_["biases"] = [np.asarray(bias) for bias in biases]
        self.history_, self.n_steps_ = result.history, result.n_steps
        self.best_step_, self.stopped_because_ = result.best_step, result.stopped_because

    def _padded_width(self, width: int) -> int:
        from oversmith.training import width_bucket

        return width_bucket(width)

    def _network(self, key: Any, width: int, widths: tuple[int, ...], n_classes: int) -> Any:
        """Make the network: a padded row in, the logits of a bucket of classes out."""
        from oversmith.networks import mlp
        from oversmith.training import class_bucket

        activations = ("relu",) * len(widths)
        return mlp(key, self._padded_width(width), widths, class_bucket(n_classes), activations, true_in=width)

    def _layers(self, network: Any) -> tuple[Sequence[Any], Sequence[Any]]:
        """Take weights and biases of the layers out of a network."""
        return network.weights, network.biases

    def _restored(self) -> Any:
        """Make the trained network from the fitted state."""
        from oversmith.networks import MLP

        weights, biases = tuple(self.state_["weights"]), tuple(self.state_["biases"])
        return MLP(weights, biases, ("relu",) * (len(weights) - 1))

    def _scale(self, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Learn centre and spread of each column."""
        return _scale(x, weight)

    def _scaled(self, x: np.ndarray) -> np.ndarray:
        return (x - self.state_["centre"]) / self.state_["spread"]

    # ------------------------------------------------------------------ prediction

    def predict_proba(self, X: Any) -> np.ndarray:
        """Class probabilities.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of float64, shape (n_samples, n_classes)
            One column per class of ``classes_``; a class whose training rows all had weight zero has probability zero.
        """
        check_is_fitted(self, "state_")
        from oversmith.recipes.classifier import log_probabilities

        x = self._scaled(validate_data(self, X, dtype=np.float64, reset=False))
        present = self.state_["present"]
        chances = np.exp(log_probabilities(self._restored(), x, len(present), self._padded_width(x.shape[1])))
        return spread_over_classes(chances, present, len(self.classes_))

    def predict(self, X: Any) -> np.ndarray:
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


def _scale(x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean and standard deviation of each column; a constant column keeps its unit."""
    with np.errstate(over="ignore", invalid="ignore"):
        centre = np.average(x, axis=0, weights=weight)
        spread = np.sqrt(np.average((x - centre) ** 2, axis=0, weights=weight))
    if not np.isfinite(spread).all():
        column = int(np.flatnonzero(~np.isfinite(spread))[0])
        raise InputError(f"X: column {column} has values too large to be standardised; rescale it")
    # A constant column has a spread of rounding errors.
    constant = spread <= 1e-12 * np.abs(centre)
    return centre, np.where(constant | (spread == 0), 1.0, spread)
