"""What every sampler that trains networks shares: who gets a model, scaling, stopping, storing and drawing."""

from __future__ import annotations

import math
import time
from abc import abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from oversmith.encoders import ClassScaler
from oversmith.exceptions import DivergedError, InputError
from oversmith.metrics import energy_distance
from oversmith.samplers._encoded import EncodedTable
from oversmith.samplers.base import BaseSampler
from oversmith.selection import inner_holdout

if TYPE_CHECKING:
    from jax import Array

    from oversmith.networks import Columns
    from oversmith.training import Recipe, TrainResult

# Generator steps between two looks at the training: history, score, patience, time.
CHECK_EVERY = 100
# Fewer held-out rows than this say less about a checkpoint than the training rows do.
MIN_HELD_OUT = 30
# Rows compared on each side when a checkpoint is scored.
SCORED_ROWS = 512


@dataclass(frozen=True)
class Training:
    """The sizes of one training, as the recipes need them.

    Parameters
    ----------
    width, padded_width : int
        Encoded columns, and the bucket they are padded to.
    condition_width : int
        Length of the class condition, 0 for a model of one class.
    columns : Columns
        What the generator's output columns mean.
    steps : int
        Generator updates.
    """

    width: int
    padded_width: int
    condition_width: int
    columns: Columns
    steps: int


class NetworkSampler(BaseSampler):
    """Base of the samplers that train networks on the encoded rows of a class."""

    _parameter_constraints: dict = {
        **BaseSampler._parameter_constraints,
        "generator_widths": ["array-like"],
        "latent_dim": [Interval(Integral, 1, None, closed="left")],
        "class_scaling": [StrOptions({"standard", "whiten"}), None],
        "conditional": ["boolean", StrOptions({"auto"})],
        "min_rows_own_model": [Interval(Integral, 2, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "max_steps": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left"), None],
        "max_seconds": [Interval(Real, 0, None, closed="neither"), None],
        "patience": [Interval(Integral, 1, None, closed="left"), None],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "verbose": ["boolean"],
        "callbacks": ["array-like", None],
    }

    def __init__(
        self,
        *,
        generator_widths: tuple[int, ...],
        latent_dim: int,
        class_scaling: str | None,
        conditional: bool | str,
        min_rows_own_model: int,
        learning_rate: float,
        batch_size: int,
        max_steps: int,
        max_epochs: int | None,
        max_seconds: float | None,
        patience: int | None,
        validation_fraction: float,
        verbose: bool,
        callbacks: Any,
        **table: Any,
    ) -> None:
        super().__init__(**table)
        self.generator_widths = generator_widths
        self.latent_dim = latent_dim
        self.class_scaling = class_scaling
        self.conditional = conditional
        self.min_rows_own_model = min_rows_own_model
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_steps = max_steps
        self.max_epochs = max_epochs
        self.max_seconds = max_seconds
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.verbose = verbose
        self.callbacks = callbacks

    # ------------------------------------------------------------------ what a method writes

    @abstractmethod
    def _recipe(self, training: Training) -> Recipe:
        """Name the players, their losses and the schedule."""

    @abstractmethod
    def _players(self, key: Array, training: Training) -> dict[str, Any]:
        """Make the networks; the one rows are drawn from is called ``generator``."""

    @abstractmethod
    def _hyper(self, training: Training) -> dict[str, Any]:
        """Gather the traced hyper-parameters."""

    def _prepare(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        """Return the part of the state a method needs besides its networks."""
        return {}

    def _training_rows(
        self, state: dict[str, Any], code: int, rows: np.ndarray, deficit: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return the rows of a class the networks see; by default the real ones."""
        return rows

    def _needs_network(self) -> bool:
        return True

    # ------------------------------------------------------------------ training

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        state = self._prepare(table, classes, seed)
        state |= {"models": [], "model_of": {}, "scalers": {}}
        if not self._needs_network():
            return state
        started = time.perf_counter()
        for group in self._groups(table, classes):
            self._train_group(state, table, group, seed, started)
        return state

    def _groups(self, table: EncodedTable, classes: list[int]) -> list[list[int]]:
        if self.conditional is True:
            return [classes] if classes else []
        small = [c for c in classes if len(table.rows[c]) < self.min_rows_own_model]
        if self.conditional is False or len(small) < 2:
            return [[code] for code in classes]
        return [[code] for code in classes if code not in small] + [small]

    def _train_group(
        self, state: dict[str, Any], table: EncodedTable, group: list[int], seed: int, started: float
    ) -> None:
        import jax

        from oversmith.networks import column_arrays
        from oversmith.training import class_bucket, generate, table_data, train, width_bucket

        rng = np.random.default_rng([seed, 2, *group])
        scaled, labels, references, held_out = [], [], [], []
        for position, code in enumerate(group):
            fitted, reference = self._split(table.rows[code], rng)
            scaler = ClassScaler(self.class_scaling).fit(fitted, table.pooled, table.spans)
            rows = self._training_rows(state, code, fitted, table.deficit.get(code, 0), rng)
            scaled.append(scaler.transform(rows))
            labels.append(np.full(len(rows), position))
            references.append(scaler.transform(reference))
            held_out.append(reference is not fitted)
            state["scalers"][code] = scaler.to_state()
        x = np.concatenate(scaled)
        width = x.shape[1]
        padded = width_bucket(width)
        training = Training(
            width=width,
            padded_width=padded,
            condition_width=class_bucket(len(group)) if len(group) > 1 else 0,
            columns=column_arrays(table.spans, padded),
            steps=self._steps(len(x)),
        )
        init_key, train_key, score_key = jax.random.split(jax.random.key(int(rng.integers(2**31))), 3)
        recipe, hyper = self._recipe(training), self._hyper(training)
        score_labels, score_sets = self._score_sets(references)

        def monitor(players: dict[str, Any], step: int) -> float:
            made = generate(recipe, players, score_key, score_labels, hyper)[:, :width]
            return float(np.mean([energy_distance(made[score_labels == i], rows) for i, rows in enumerate(score_sets)]))

        names = [self.classes_[code] for code in group]
        with ExitStack() as stack:
            callbacks = list(self.callbacks or ())
            if self.verbose:
                from oversmith.samplers._progress import progress_bar

                title = f"{type(self).__name__} {', '.join(map(str, names))}"
                callbacks.append(stack.enter_context(progress_bar(title)))
            try:
                result = train(
                    recipe,
                    self._players(init_key, training),
                    table_data(x, np.concatenate(labels), n_classes=len(group)),
                    hyper,
                    train_key,
                    monitor=monitor,
                    check_every=CHECK_EVERY,
                    patience=self.patience,
                    max_seconds=self._seconds_left(started),
                    callbacks=callbacks,
                )
            except DivergedError as error:
                raise DivergedError(
                    f"{type(self).__name__} on class {', '.join(map(str, names))}: {error}",
                    step=error.step,
                    history=error.history,
                ) from error
        self._record(result, names, "held-out rows" if all(held_out) else "training rows")
        state["model_of"] |= {code: [len(state["models"]), position] for position, code in enumerate(group)}
        state["models"].append(
            {
                "width": width,
                "padded_width": padded,
                "condition_width": training.condition_width,
                "generator_widths": list(self.generator_widths),
                "latent_dim": self.latent_dim,
                "weights": [np.asarray(leaf) for leaf in jax.tree.leaves(result.players["generator"])],
            }
        )

    def _split(self, rows: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Cut the rows that score the checkpoints; a class too small for that is scored on its training rows."""
        held = inner_holdout(
            np.zeros(len(rows), dtype=int),
            self.validation_fraction,
            random_state=int(rng.integers(2**31)),
            min_rows=math.ceil(MIN_HELD_OUT / self.validation_fraction),
        )
        return (np.delete(rows, held, axis=0), rows[held]) if len(held) else (rows, rows)

    def _steps(self, n_rows: int) -> int:
        if self.max_epochs is None:
            return self.max_steps
        return self.max_epochs * math.ceil(n_rows / self.batch_size)

    def _score_sets(self, references: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
        per_class = max(SCORED_ROWS // len(references), 32)
        labels = np.repeat(np.arange(len(references)), per_class)
        return labels, [rows[:per_class] for rows in references]

    def _seconds_left(self, started: float) -> float | None:
        if self.max_seconds is None:
            return None
        # Every model gets at least one chunk; the budget is shared by all models of the sampler.
        return max(self.max_seconds - (time.perf_counter() - started), 1e-3)

    def _record(self, result: TrainResult, names: list[Any], scored_on: str) -> None:
        about = {"classes": [str(name) for name in names], "scored_on": scored_on}
        self.history_ += [about | row for row in result.history]
        for name in names:
            label = name.item() if isinstance(name, np.generic) else name
            self.best_step_[label] = result.best_step
            self.n_steps_[label] = result.n_steps
            self.stopped_because_[label] = result.stopped_because

    # ------------------------------------------------------------------ drawing

    def _from_network(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw rows of one class from its trained generator, back in the table's scale."""
        import equinox as eqx
        import jax

        from oversmith.networks import column_arrays
        from oversmith.training import generate

        number, position = state["model_of"][code]
        model = state["models"][number]
        training = Training(
            width=model["width"],
            padded_width=model["padded_width"],
            condition_width=model["condition_width"],
            columns=column_arrays(self.encoder_.spans_, model["padded_width"]),
            steps=0,
        )
        # The shapes alone: nothing is drawn or computed to rebuild a network.
        generator = eqx.filter_eval_shape(lambda key: self._players(key, training), jax.random.key(0))["generator"]
        leaves, structure = jax.tree.flatten(generator)
        if [leaf.shape for leaf in leaves] != [weight.shape for weight in model["weights"]]:
            raise InputError(
                "generator_widths, latent_dim: changed since fit, so the stored weights no longer match; fit again"
            )
        players = {"generator": jax.tree.unflatten(structure, model["weights"])}
        key = jax.random.key(int(rng.integers(2**31)))
        labels = np.full(n, position)
        made = generate(self._recipe(training), players, key, labels, self._hyper(training))[:, : model["width"]]
        return ClassScaler.from_state(state["scalers"][code]).inverse(made.astype(np.float64))
