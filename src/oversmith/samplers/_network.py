"""What every sampler that trains networks shares: its parameters, what a method writes, the training of models."""

from __future__ import annotations

import math
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np

from oversmith._adapter import fit_context
from oversmith._parameters import Positive, PositiveInt, Settings, check_taken
from oversmith.encoders import ClassScaler
from oversmith.exceptions import DivergedError, InputError
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers._model import class_scaling, generated_rows, sizes_of, stored_model
from oversmith.samplers._training_run import (
    Monitor,
    Players,
    RowSource,
    TrainingRows,
    TrainingRun,
    class_groups,
    distance_monitor,
    training_rows,
    training_run,
)
from oversmith.samplers._unchanged import unchanged_on_failure
from oversmith.samplers.base import BaseSampler
from oversmith.samplers.settings import STOP_RULES, Network, Stop, StopRule
from oversmith.selection import inner_holdout

if TYPE_CHECKING:
    from jax import Array
    from numpy.typing import ArrayLike

    from oversmith._types import Labels, Table
    from oversmith.training import Recipe, TrainResult


class NetworkSampler(BaseSampler):
    """Base of the samplers that train networks on the encoded rows of a class.

    Parameters
    ----------
    learning_rate : float, default=1e-3
        Step size of the networks.
    batch_size : int, default=64
        Rows per update.
    max_steps : int, default=1000
        Generator updates at most.
    stop : {"auto", "distance", "loss", "f1", "chance", "steps"} or Stop, default="auto"
        When the training ends and which checkpoint is kept: the name of a rule, or a :class:`Stop` with patience,
        budgets and callbacks. The rules of this method are {rules}; ``"auto"`` is the first of them.
    network : Network or None, default=None
        What the networks are made of, the space they work in, classes that share one, and the moving average of the
        weights. None is ``Network()``.

    Attributes
    ----------
    n_updates_ : int
        Calls of ``partial_fit`` after the first.
    best_step_, n_steps_, stopped_because_ : dict
        Class label → generator step of the restored checkpoint, steps run, and why the training ended
        (``"max_steps"``, ``"patience"``, ``"max_seconds"`` or ``"callback"``).
    """

    # What JAX computes depends on its number of threads: evaluations run such jobs on a fixed one.
    _trains_networks = True
    # A model learns from the rows of all classes, also those it is not asked to generate.
    _learns_from_all = False
    # Whether the generator ends in a tanh where it makes pixels within [-1, 1].
    _ends_in_tanh = False
    # Fewer held-out rows than this say less about a checkpoint than the training rows do.
    _least_held_out = 30
    # Generator steps between two looks at the training: history, score, patience, time.
    _check_every = 100
    # Rules by which a training may end, the method's own first, and the method's own number of checks without a gain.
    _rules: ClassVar[tuple[StopRule, ...]] = ("distance", "steps")
    _patience: ClassVar[int] = 5
    # What the method takes of its groups of parameters, and its own choice of each "auto".
    _stop_takes: ClassVar[tuple[str, ...]] = (
        "rule",
        "patience",
        "validation_fraction",
        "max_epochs",
        "max_seconds",
        "callbacks",
    )
    _network_takes: ClassVar[tuple[str, ...]] = ("backbone", "class_scaling", "conditional", "ema_decay")
    _conditional: ClassVar[bool | int] = 20
    _decay: ClassVar[float] = 0.99
    _parameter_groups: ClassVar[Mapping[str, Mapping[Any, Settings]]] = {
        **BaseSampler._parameter_groups,
        "stop": {rule: Stop(rule) for rule in STOP_RULES},
        "network": {None: Network()},
    }

    learning_rate: Positive = 1e-3
    batch_size: PositiveInt = 64
    max_steps: PositiveInt = 1000
    stop: StopRule | Stop = "auto"
    network: Network | None = None

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Table, y: Labels, sample_weight: ArrayLike | None = None) -> Self:
        """Go on training from the present weights on new rows; the first call is ``fit``.

        The encoding, the classes and each class's scale stay those of the first call, and ``max_steps`` and
        the budgets of ``stop`` count for each call. A class that was too small for a model stays without one. A model
        that serves several classes replays rows of its own for those the new rows lack; a class with a model of its
        own is left as it is.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            New rows, with the columns of the first call. Numbers beyond the range of the first call are bounded by it.
        y : array-like of shape (n_samples,)
            Their labels; rows of classes that were not trained in the first call are context at most.
        sample_weight : array-like of shape (n_samples,), default=None
            How often each row is drawn within its class, relative to the others; not negative. Not used by the first
            call.

        Returns
        -------
        self : object
            The sampler.

        Raises
        ------
        InputError
            For other columns, a label or a level of a categorical column that the first call did not bring; nothing is
            changed then.
        """
        from oversmith.samplers._partial import go_on

        if not getattr(self, "state_", None):
            if hasattr(self, "state_"):
                # Nothing had to be trained so far, but the columns are known.
                self._validate(X, y, reset=False)
            return self.fit(X, y)
        with unchanged_on_failure(self):
            go_on(self, X, y, sample_weight)
        return self

    # ------------------------------------------------------------------ what a method writes

    @abstractmethod
    def _recipe(self, sizes: Sizes) -> Recipe:
        """Name the players, their losses and the schedule."""

    @abstractmethod
    def _players(self, key: Array, sizes: Sizes) -> Players:
        """Make the networks; refuse parameters that they do not have."""

    @abstractmethod
    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        """Gather the traced hyper-parameters that training and drawing share."""

    # ------------------------------------------------------------------ what a method may write

    def _source(self) -> RowSource:
        """Return where training rows and the inputs of the generator come from."""
        return RowSource()

    def _scaler(self, rows: np.ndarray, table: EncodedTable) -> ClassScaler:
        """Learn the space in which the networks see a class."""
        reach = self.encoder_.reach(rows, table.pooled)
        return ClassScaler(class_scaling(self)).fit(rows, table.pooled, table.spans, reach)

    def _data(
        self, state: dict[str, Any], rows: TrainingRows, sizes: Sizes, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Put the training rows on the device, for weighted draws with each class's share."""
        from oversmith.training import table_data

        frequency = rows.frequency(self._class_shares(rows))
        return table_data(rows.x, rows.labels, frequency=frequency, n_classes=len(rows.codes), width=sizes.padded_width)

    def _class_shares(self, rows: TrainingRows) -> np.ndarray:
        """Return how often weighted draws take each class, up to a factor; by default all alike."""
        return np.ones(len(rows.codes))

    def _run_hyper(self, rows: TrainingRows, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
        """Return traced values that only the training reads."""
        return {}

    def _held_out(self, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        """Choose the rows that score the checkpoints; none of a class too small for that, or where nothing scores."""
        stop = self._stopping()
        if stop.rule == "steps":
            return np.zeros(0, dtype=int)
        return inner_holdout(
            np.zeros(n_rows, dtype=int),
            stop.validation_fraction,
            random_state=int(rng.integers(2**31)),
            min_rows=math.ceil(self._least_held_out / stop.validation_fraction),
        )

    def _monitor(self, run: TrainingRun) -> Monitor | None:
        """Return what scores a checkpoint, lower is better: the energy distance to the reference rows; or None."""
        return None if self._stopping().rule == "steps" else distance_monitor(run)

    def _watchers(self, run: TrainingRun) -> Sequence[Callable[[Any], Any]]:
        """Return the method's own callbacks; one that returns a text stops the training for that reason."""
        return ()

    # ------------------------------------------------------------------ groups of parameters

    def _stopping(self) -> Stop:
        """Return when the training ends, with the method's own choices in the place of ``"auto"``.

        Worked out once for each value of ``stop``.
        """
        settled: dict[str, Any] = self.__dict__.setdefault("_settled", {})
        if "stop" in settled and settled["stop"][0] is self.stop:
            return cast(Stop, settled["stop"][1])
        stop = cast(Stop, self._group("stop"))
        check_taken(self, "stop", stop, self._stop_takes)
        if stop.rule not in ("auto", *self._rules):
            rules = ", ".join(map(repr, ("auto", *self._rules)))
            raise InputError("stop", f"rule {stop.rule!r} found, which {type(self).__name__} lacks", f"choose {rules}")
        rule = self._rules[0] if stop.rule == "auto" else stop.rule
        stop = replace(stop, rule=rule, patience=self._patience if stop.patience == "auto" else stop.patience)
        settled["stop"] = self.stop, stop
        return stop

    def _networks(self) -> Network:
        """Return what the networks are, with the method's own choices in the place of ``"auto"``.

        Worked out once for each value of ``network``.
        """
        settled: dict[str, Any] = self.__dict__.setdefault("_settled", {})
        if "network" in settled and settled["network"][0] is self.network:
            return cast(Network, settled["network"][1])
        network = cast(Network, self._group("network"))
        check_taken(self, "network", network, self._network_takes)
        conditional = self._conditional if network.conditional == "auto" else network.conditional
        decay = self._decay if network.ema_decay == "auto" else network.ema_decay
        settled["network"] = self.network, replace(network, conditional=conditional, ema_decay=decay)
        return cast(Network, settled["network"][1])

    @property
    def _ema_decay(self) -> float | None:
        """Decay of the moving average of the weights, or None."""
        return cast("float | None", self._networks().ema_decay)

    # ------------------------------------------------------------------ training

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        self.n_updates_, source = 0, self._source()
        table = source.cleaned(table, classes)
        state = source.prepared(table, classes, seed)
        state |= {"models": [], "model_of": {}, "scalers": {}}
        if not source.needs_network:
            return state
        started = time.perf_counter()
        shared = cast("bool | int", self._networks().conditional)
        for codes in class_groups(classes, table, self._learns_from_all, shared):
            rng = np.random.default_rng([seed, 2, *codes])
            generated = [code for code in codes if code in classes]
            rows = training_rows(self, source, state, table, codes, rng, generated)
            sizes = sizes_of(self, len(rows.x), rows.x.shape[1], len(codes))
            result = self._trained(training_run(self, source, state, rows, sizes, rng, started))
            state["model_of"] |= {code: [len(state["models"]), label] for label, code in enumerate(codes)}
            state["models"].append(stored_model(self, result, sizes, codes))
        return state

    def _trained(self, run: TrainingRun, phase: str | None = None) -> TrainResult:
        """Run the engine, with this sampler's budgets and callbacks.

        A ``phase`` names a stretch after the main training in the history.
        """
        from oversmith.training import train

        names = [self.classes_[code] for code in run.rows.generated]
        stop, title = self._stopping(), f"{type(self).__name__} {', '.join(map(str, names))}"
        with ExitStack() as stack:
            # Callbacks that need the sampler and the run are bound in the main training alone.
            bound = [c.bound(self, run) for c in stop.callbacks if phase is None and hasattr(c, "bound")]
            opened = [stack.enter_context(c.opened(title)) for c in stop.callbacks if hasattr(c, "opened")]
            plain = [c for c in stop.callbacks if not hasattr(c, "opened")]
            try:
                result = train(
                    run.recipe,
                    run.players,
                    run.data,
                    run.hyper,
                    run.key(1),
                    monitor=self._monitor(run),
                    check_every=self._check_every,
                    patience=stop.patience,  # type: ignore[arg-type]
                    max_seconds=_seconds_left(stop, run.started),
                    callbacks=[*self._watchers(run), *plain, *bound, *opened],
                )
            except DivergedError as error:
                raise DivergedError(
                    f"{type(self).__name__} on class {', '.join(map(str, names))}: {error}",
                    step=error.step,
                    history=error.history,
                ) from error
        for watch in bound:
            watch.finish(result)
        self._record(run, result, phase)
        return result

    def _record(self, run: TrainingRun, result: TrainResult, phase: str | None) -> None:
        """Write a training into the history and its end into the fitted attributes."""
        labels = [self.classes_.tolist()[code] for code in run.rows.generated]
        scored_on = "held-out rows" if run.rows.held_out else "training rows"
        about = {"classes": [str(label) for label in labels], "scored_on": scored_on}
        renamed = {} if phase is None else {"phase": phase}
        self.history_ += [about | row | renamed for row in result.history]
        for label in labels if phase is None else ():
            self.best_step_[label] = result.best_step
            self.n_steps_[label] = result.n_steps
            self.stopped_because_[label] = result.stopped_because

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        return generated_rows(self, state, code, n, rng)


def _seconds_left(stop: Stop, started: float) -> float | None:
    # Every model gets at least one chunk; the budget is shared by all models of the sampler.
    return None if stop.max_seconds is None else max(stop.max_seconds - (time.perf_counter() - started), 1e-3)
