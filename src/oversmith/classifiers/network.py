"""What the classifiers that are one trained network share: rows, early stopping, training, storing and prediction."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from functools import lru_cache
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import BaseEstimator, ClassifierMixin, fit_context, validate_data
from oversmith._fork import check_fork
from oversmith._parameters import InnerShare, Parameters, Positive, PositiveInt, RandomState, drawn_seed
from oversmith.classifiers._rows import TrainingRows, spread_over_classes, training_rows
from oversmith.exceptions import InputError
from oversmith.selection import inner_holdout

if TYPE_CHECKING:
    from jax import Array
    from numpy.typing import ArrayLike

    from oversmith._types import Labels, Table

# Steps between two looks at the training: history, held-out loss, patience.
CHECK_EVERY = 100
# Fewer held-out rows than this, or a class with fewer rows than that, say too little to stop a training.
MIN_HELD_OUT = 30
MIN_CLASS_ROWS = 10


class NetworkClassifier(Parameters, ClassifierMixin, BaseEstimator):
    """Base of the classifiers that are one network, trained with Adam on the same engine as the samplers.

    Softmax gives the class probabilities. Inputs are standardised inside. Rows with equal values and label are merged
    and their weights added, so that a weight of two is the same as a row given twice, bit for bit, a weight of zero the
    same as leaving it out, and no row is both trained on and held out. The order of the rows does not matter either.

    A classifier says how its network is made, and may say what shape its rows have and how they are scaled.

    Parameters
    ----------
    hidden_widths : tuple of int
        Units or channels of each hidden layer.
    learning_rate : float, default=1e-3
        Step size of Adam.
    batch_size : int, default=64
        Rows per step, drawn with replacement in proportion to their weights.
    max_steps : int, default=1000
        Steps at most.
    max_epochs : int or None, default=None
        The same budget in epochs of ``ceil(rows / batch_size)`` steps; it replaces ``max_steps``.
    patience : int or None, default=5
        Checks of 100 steps without a lower loss on held-out rows after which the training stops; the best checkpoint is
        restored. ``None`` trains on all rows to the end.
    validation_fraction : float, default=0.2
        Share of each class held out for ``patience``. Where a class has fewer than ten rows or fewer than thirty would
        be held out, nothing is: all rows train, to the end.
    random_state : int, RandomState, Generator or None, default=None
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
        Centre and spread of the inputs, and the arrays of the network, all as NumPy arrays.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Column names, when the table has text names.
    """

    # What JAX computes depends on its number of threads: evaluations run such jobs on a fixed one.
    _trains_networks = True
    # Decays of Adam's moments.
    _betas: ClassVar[tuple[float, float]] = (0.9, 0.999)

    hidden_widths: tuple[int, ...]
    learning_rate: Positive = 1e-3
    batch_size: PositiveInt = 64
    max_steps: PositiveInt = 1000
    max_epochs: PositiveInt | None = None
    patience: PositiveInt | None = 5
    validation_fraction: InnerShare = 0.2
    random_state: RandomState = None

    # ------------------------------------------------------------------ what a classifier says

    @staticmethod
    @abstractmethod
    def _network(key: Array, shape: tuple[int, ...], widths: tuple[int, ...], n_classes: int) -> Any:
        """Make the network: rows of a shape in, the logits of a bucket of classes out."""

    def _shape(self, width: int) -> tuple[int, ...]:
        """Return the shape of a row of so many columns."""
        return (width,)

    def _flat(self, X: Any) -> Any:
        """Lay X out as flat rows."""
        return X

    def _padded_width(self, width: int) -> int:
        return width

    @abstractmethod
    def _scale(self, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Learn centre and spread of each column."""

    # ------------------------------------------------------------------ training

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Table, y: Labels, sample_weight: ArrayLike | None = None) -> Self:
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
        rows = training_rows(self, self._flat(X), y, sample_weight)
        self.classes_ = rows.classes
        seed = drawn_seed(self.random_state)
        held = self._held_out(rows, seed)
        train_index = np.setdiff1d(np.arange(len(rows.x)), held)
        centre, spread = self._scale(rows.x[train_index], rows.weight[train_index])
        self.state_: dict[str, Any] = {
            "centre": centre,
            "spread": spread,
            "present": rows.present,
            "widths": list(widths),
        }
        self._train(rows, train_index, held, widths, seed)
        return self

    def _widths(self) -> tuple[int, ...]:
        widths = tuple(self.hidden_widths)
        if not all(isinstance(width, Integral) and width > 0 for width in widths):
            raise InputError(
                "hidden_widths", f"{self.hidden_widths!r} found", "give whole numbers above 0, one per layer"
            )
        return tuple(int(width) for width in widths)

    def _held_out(self, rows: TrainingRows, seed: int) -> np.ndarray:
        nothing = np.zeros(0, dtype=np.intp)
        if self.patience is None or np.bincount(rows.code).min() < MIN_CLASS_ROWS:
            return nothing
        held = inner_holdout(rows.code, self.validation_fraction, random_state=seed, min_rows=MIN_CLASS_ROWS)
        return held if len(held) >= MIN_HELD_OUT else nothing

    def _train(
        self, rows: TrainingRows, index: np.ndarray, held: np.ndarray, widths: tuple[int, ...], seed: int
    ) -> None:
        check_fork()
        import jax

        from oversmith.recipes import classifier as softmax
        from oversmith.training import Optimiser, table_data, train

        n_classes, width = len(rows.present), self._padded_width(rows.x.shape[1])
        steps = self.max_steps
        if self.max_epochs is not None:
            steps = self.max_epochs * math.ceil(rows.n_given / self.batch_size)
        init_key, train_key = jax.random.split(jax.random.key(seed))
        network = self._network(init_key, self._shape(rows.x.shape[1]), widths, n_classes)
        x_held = self._scaled(rows.x[held])

        def held_out_loss(players: dict[str, Any], step: int) -> float:
            probabilities = softmax.log_probabilities(players["classifier"], x_held, n_classes, width)
            return -float(np.average(probabilities[np.arange(len(held)), rows.code[held]], weights=rows.weight[held]))

        result = train(
            softmax.recipe(batch_size=self.batch_size, steps=steps, optimiser=Optimiser("adam", *self._betas)),
            {"classifier": network},
            table_data(
                self._scaled(rows.x[index]),
                rows.code[index],
                weight=rows.weight[index],
                n_classes=n_classes,
                width=width,
            ),
            {"learning_rate": {"classifier": self.learning_rate}, "n_classes": n_classes},
            train_key,
            monitor=held_out_loss if len(held) else None,
            check_every=CHECK_EVERY,
            patience=self.patience,
        )
        self.state_["arrays"] = [np.asarray(leaf) for leaf in jax.tree.leaves(result.players["classifier"])]
        self.history_, self.n_steps_ = result.history, result.n_steps
        self.best_step_, self.stopped_because_ = result.best_step, result.stopped_because

    def _restored(self) -> Any:
        """Make the trained network from the fitted state."""
        check_fork()
        import jax

        shape, n_classes = self._shape(self.n_features_in_), len(self.state_["present"])
        return jax.tree.unflatten(
            _structure(self._network, shape, tuple(self.state_["widths"]), n_classes), self.state_["arrays"]
        )

    def _scaled(self, x: np.ndarray) -> np.ndarray:
        return (x - self.state_["centre"]) / self.state_["spread"]

    # ------------------------------------------------------------------ prediction

    def predict_proba(self, X: Table) -> np.ndarray:
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

        x = self._scaled(validate_data(self, self._flat(X), dtype=np.float64, reset=False))
        present = self.state_["present"]
        probabilities = np.exp(log_probabilities(self._restored(), x, len(present), self._padded_width(x.shape[1])))
        return spread_over_classes(probabilities, present, len(self.classes_))

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
        # Before the classes: an estimator that is not fitted says so.
        most_probable = np.argmax(self.predict_proba(X), axis=1)
        return self.classes_[most_probable]


@lru_cache(maxsize=64)
def _structure(make: Callable[..., Any], shape: tuple[int, ...], widths: tuple[int, ...], n_classes: int) -> Any:
    """Return the structure that the arrays of a network fill."""
    import jax

    return jax.tree.structure(make(jax.random.key(0), shape, widths, n_classes))
