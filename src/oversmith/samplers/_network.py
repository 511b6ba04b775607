"""What every sampler that trains networks shares: who gets a model, scaling, stopping, storing and drawing."""

from __future__ import annotations

import math
import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast
from weakref import WeakKeyDictionary

import numpy as np

from oversmith._adapter import fit_context
from oversmith._parameters import Positive, PositiveInt, Settings, check_taken
from oversmith.encoders import ClassScaler, ImageEncoder
from oversmith.exceptions import DivergedError, InputError
from oversmith.metrics import energy_distance
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._encoded import EncodedTable, Target
from oversmith.samplers._training_run import Players, TrainingRows, TrainingRun
from oversmith.samplers.base import BaseSampler
from oversmith.samplers.settings import STOP_RULES, Network, Stop, StopRule
from oversmith.selection import inner_holdout

if TYPE_CHECKING:
    from jax import Array
    from numpy.typing import ArrayLike

    from oversmith._types import Labels, Table
    from oversmith.networks import Columns
    from oversmith.training import Recipe, TrainResult

# Fewer held-out rows than this say less about a checkpoint than the training rows do.
MIN_HELD_OUT = 30
# Rows compared on each side when a checkpoint is scored.
SCORED_ROWS = 512

Monitor = Callable[[Players, int], float]

# Tracing a network takes longer than drawing rows from it.
_OUTLINES: WeakKeyDictionary[NetworkSampler, tuple[Any, dict[Any, Players]]] = WeakKeyDictionary()


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

    # A model learns from the rows of all classes, also those it is not asked to generate.
    _learns_from_all = False
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
                # Nothing had to be trained so far, but the columns are settled.
                self._validate(X, y, reset=False)
            return self.fit(X, y)
        go_on(self, X, y, sample_weight)
        return self

    # ------------------------------------------------------------------ what a method writes

    @abstractmethod
    def _recipe(self, training: Sizes) -> Recipe:
        """Name the players, their losses and the schedule."""

    @abstractmethod
    def _players(self, key: Array, training: Sizes) -> Players:
        """Make the networks."""

    @abstractmethod
    def _hyper(self, training: Sizes) -> dict[str, Any]:
        """Gather the traced hyper-parameters that training and drawing share."""

    # ------------------------------------------------------------------ what a method may write

    def _prepare(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        """Return the part of the state a method needs besides its networks."""
        return {}

    def _absorb(self, state: dict[str, Any], table: EncodedTable, codes: list[int], seed: int) -> None:
        """Bring what `_prepare` left up to date with the rows of a `partial_fit`."""

    def _training_rows(
        self, state: dict[str, Any], code: int, rows: np.ndarray, deficit: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return the rows of a class the networks see, in the table's scale: the real ones, and others after them."""
        return rows

    def _cleaned(self, table: EncodedTable, codes: list[int]) -> EncodedTable:
        """Leave out rows that look like noise; none by default."""
        return table

    def _needs_network(self) -> bool:
        return True

    def _data(self, state: dict[str, Any], lesson: TrainingRows, rng: np.random.Generator) -> dict[str, Any]:
        """Put the training rows on the device, for weighted draws with each class's share."""
        from oversmith.training import table_data

        frequency = lesson.frequency(self._class_shares(lesson))
        width, n_classes = self._padded_width(lesson.x.shape[1]), len(lesson.codes)
        return table_data(lesson.x, lesson.labels, frequency=frequency, n_classes=n_classes, width=width)

    def _class_shares(self, lesson: TrainingRows) -> np.ndarray:
        """Return how often weighted draws take each class, up to a factor; by default all alike."""
        return np.ones(len(lesson.codes))

    def _lesson_hyper(
        self, state: dict[str, Any], lesson: TrainingRows, training: Sizes, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return traced values that only the training reads."""
        return {}

    def _monitor(self, session: TrainingRun) -> Monitor | None:
        """Return what scores a checkpoint, lower is better: the energy distance to the reference rows. Or nothing."""
        if self._stopping().rule == "steps":
            return None
        from oversmith.training import generate

        lesson, width = session.lesson, session.training.width
        per_class = max(self._scored_rows() // len(lesson.asked), 32)
        places = [lesson.codes.index(code) for code in lesson.asked]
        labels = np.repeat(places, per_class)
        distances = [
            self._distance_to(lesson.references[code], lesson.scalers[place], per_class)
            for place, code in zip(places, lesson.asked, strict=True)
        ]
        inputs = self._score_inputs(session, per_class)
        key = session.key(2)

        def monitor(players: Players, step: int) -> float:
            made = generate(session.recipe, players, key, labels, session.hyper, inputs=inputs)[:, :width]
            return float(np.mean([distance(made[labels == p]) for p, distance in zip(places, distances, strict=True)]))

        return monitor

    def _distance_to(self, rows: np.ndarray, scaler: ClassScaler, most: int) -> Callable[[np.ndarray], float]:
        """Return what tells how far generated rows are from reference rows of a class, ``most`` of them at most."""
        reference = scaler.transform(rows[:most])
        return lambda made: energy_distance(made, reference)

    def _scored_rows(self) -> int:
        """Return how many rows are made to score a checkpoint."""
        return SCORED_ROWS

    def _score_inputs(self, session: TrainingRun, per_class: int) -> dict[str, np.ndarray] | None:
        """Return what the generator needs per row to be scored, classes in order; nothing by default."""
        return None

    def _resumed(self, recipe: Recipe) -> Recipe:
        """Return what is done of a recipe when trained players go on; all of it by default."""
        return recipe

    def _replay_inputs(self, code: int, rng: np.random.Generator) -> dict[str, np.ndarray] | None:
        """Return what the generator needs per replayed row of a class; nothing by default."""
        return None

    def _watchers(self, session: TrainingRun) -> Sequence[Callable[[Any], Any]]:
        """Return the method's own callbacks; one that returns a text stops the training for that reason."""
        return ()

    def _refine(self, session: TrainingRun, result: TrainResult) -> TrainResult:
        """Go on from a finished training."""
        return result

    # ------------------------------------------------------------------ groups of parameters

    def _stopping(self) -> Stop:
        """Return when the training ends, with the method's own choices in the place of ``"auto"``."""
        stop = cast(Stop, self._group("stop"))
        check_taken(self, "stop", stop, self._stop_takes)
        if stop.rule not in ("auto", *self._rules):
            rules = ", ".join(map(repr, ("auto", *self._rules)))
            raise InputError("stop", f"rule {stop.rule!r} found, which {type(self).__name__} lacks", f"choose {rules}")
        rule = self._rules[0] if stop.rule == "auto" else stop.rule
        return replace(stop, rule=rule, patience=self._patience if stop.patience == "auto" else stop.patience)

    def _networks(self) -> Network:
        """Return what the networks are, with the method's own choices in the place of ``"auto"``."""
        network = cast(Network, self._group("network"))
        check_taken(self, "network", network, self._network_takes)
        conditional = self._conditional if network.conditional == "auto" else network.conditional
        decay = self._decay if network.ema_decay == "auto" else network.ema_decay
        return replace(network, conditional=conditional, ema_decay=decay)

    @property
    def _ema_decay(self) -> float | None:
        """Decay of the moving average of the weights, or None."""
        return cast("float | None", self._networks().ema_decay)

    # ------------------------------------------------------------------ training

    def _fit(self, X: Any, y: Any, classes: Iterable[Any] | None) -> tuple[Any, Target]:
        self.n_updates_ = 0
        return super()._fit(X, y, classes)

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        table = self._cleaned(table, classes)
        state = self._prepare(table, classes, seed)
        state |= {"models": [], "model_of": {}, "scalers": {}}
        if not self._needs_network():
            return state
        started = time.perf_counter()
        for group in self._groups(table, classes):
            rng = np.random.default_rng([seed, 2, *group])
            asked = [code for code in group if code in classes]
            lesson = self._lesson(state, table, group, asked, rng)
            result, training = self._run(state, lesson, rng, started)
            state["model_of"] |= {code: [len(state["models"]), place] for place, code in enumerate(group)}
            state["models"].append(self._model(result, training, group))
        return state

    def _groups(self, table: EncodedTable, classes: list[int]) -> list[list[int]]:
        if self._learns_from_all:
            return [np.unique([*classes, *table.pooled_codes]).tolist()] if classes else []
        shared = self._networks().conditional
        if shared is True:
            return [classes] if classes else []
        small = [c for c in classes if len(table.rows[c]) < int(shared)]
        if len(small) < 2:
            return [[code] for code in classes]
        return [[code] for code in classes if code not in small] + [small]

    def _lesson(
        self, state: dict[str, Any], table: EncodedTable, codes: list[int], asked: list[int], rng: np.random.Generator
    ) -> TrainingRows:
        """Split, scale and gather the rows of the classes."""
        rows: dict[int, np.ndarray] = {}
        references: dict[int, np.ndarray] = {}
        scalers, scaled, labels, weights, held_out = [], [], [], [], []
        for place, code in enumerate(codes):
            weight = np.ones(0)
            if code in asked:
                held = self._held_out(len(table.rows[code]), rng)
                rows[code] = np.delete(table.rows[code], held, axis=0)
                references[code] = table.rows[code][held] if len(held) else rows[code]
                weight = np.delete(table.weights.get(code, np.ones(len(table.rows[code]))), held)
                held_out.append(len(held) > 0)
            else:
                rows[code] = table.pooled[table.pooled_codes == code]
            if code not in state["scalers"]:
                state["scalers"][code] = self._scaler(rows[code], table).to_state()
            scalers.append(ClassScaler.from_state(state["scalers"][code]))
            seen = rows[code]
            if code in asked:
                # The real rows come first, in order: their weights are those given, all others weigh 1.
                seen = self._training_rows(state, code, seen, table.deficit.get(code, 0), rng)
            scaled.append(scalers[-1].transform(seen))
            labels.append(np.full(len(seen), place))
            weights.append(np.concatenate([weight, np.ones(len(seen) - len(weight))]))
        return TrainingRows(
            codes=codes,
            asked=asked,
            rows=rows,
            references=references,
            held_out=all(held_out),
            scalers=scalers,
            x=np.concatenate(scaled),
            labels=np.concatenate(labels),
            weights=np.concatenate(weights),
            table=table,
        )

    def _scaler(self, rows: np.ndarray, table: EncodedTable) -> ClassScaler:
        """Learn the space in which the networks see a class."""
        reach = self.encoder_.reach(rows, table.pooled)
        return ClassScaler(self._class_scale()).fit(rows, table.pooled, table.spans, reach)

    def _class_scale(self) -> str | None:
        scaling = self._networks().class_scaling
        if scaling == "auto":
            return None if self._of_images() else "standard"
        return scaling

    def _of_images(self) -> bool:
        return isinstance(self.encoder_, ImageEncoder)

    def _within_one(self) -> bool:
        """Tell whether the networks see values in [-1, 1]."""
        return self._class_scale() is None and getattr(self.encoder_, "scaling", None) == "minmax"

    def _run(
        self,
        state: dict[str, Any],
        lesson: TrainingRows,
        rng: np.random.Generator,
        started: float,
        players: Players | None = None,
    ) -> tuple[TrainResult, Sizes]:
        """Train one model, from fresh networks or from the given ones."""
        training = self._sizes(len(lesson.x), lesson.table, len(lesson.codes))
        session = self._session(state, lesson, training, rng, started, players)
        return self._refine(session, self._train_session(session)), training

    def _session(
        self,
        state: dict[str, Any],
        lesson: TrainingRows,
        training: Sizes,
        rng: np.random.Generator,
        started: float,
        players: Players | None,
    ) -> TrainingRun:
        """Set up one training."""
        import jax

        seed = int(rng.integers(2**31))
        if players is None:
            players = self._players(jax.random.fold_in(jax.random.key(seed), 0), training)
            recipe = self._recipe(training)
        else:
            recipe = self._resumed(self._recipe(training))
        return TrainingRun(
            lesson=lesson,
            training=training,
            state=state,
            recipe=recipe if np.ptp(lesson.weights) == 0 else _weighted(recipe),
            data=self._data(state, lesson, rng),
            hyper=self._hyper(training) | self._lesson_hyper(state, lesson, training, rng),
            players=players,
            seed=seed,
            started=started,
        )

    def _train_session(self, session: TrainingRun, phase: str | None = None) -> TrainResult:
        """Run the engine on a session, with this sampler's budgets, callbacks and progress bar.

        A ``phase`` names a stretch after the main training in the history.
        """
        from oversmith.training import train

        names = [self.classes_[code] for code in session.lesson.asked]
        stop = self._stopping()
        title = f"{type(self).__name__} {', '.join(map(str, names))}"
        with ExitStack() as stack:
            # Those that look at more than events do so in the main training.
            bound = [c.bound(self, session) for c in stop.callbacks if phase is None and hasattr(c, "bound")]
            opened = [stack.enter_context(c.opened(title)) for c in stop.callbacks if hasattr(c, "opened")]
            given = [c for c in stop.callbacks if not hasattr(c, "opened")]
            callbacks = [*self._watchers(session), *given, *bound, *opened]
            try:
                result = train(
                    session.recipe,
                    session.players,
                    session.data,
                    session.hyper,
                    session.key(1),
                    monitor=self._monitor(session),
                    check_every=self._check_every,
                    patience=stop.patience,  # type: ignore[arg-type]
                    max_seconds=self._seconds_left(session.started),
                    callbacks=callbacks,
                )
            except DivergedError as error:
                raise DivergedError(
                    f"{type(self).__name__} on class {', '.join(map(str, names))}: {error}",
                    step=error.step,
                    history=error.history,
                ) from error
        for watch in bound:
            watch.finish(result)
        self._record(result, names, "held-out rows" if session.lesson.held_out else "training rows", phase)
        return result

    def _sizes(self, n_rows: int, table: EncodedTable, n_classes: int) -> Sizes:
        from oversmith.training import class_bucket

        width, shape = table.pooled.shape[1], self._conv_shape()
        if shape is not None:
            self._check_convolutions()
        padded = self._padded_width(width)
        condition = class_bucket(n_classes) if n_classes > 1 else 0
        return Sizes(width, padded, condition, self._columns(padded), self._steps(n_rows), shape, n_rows)

    def _columns(self, padded: int) -> Columns:
        """Say what the encoded columns mean."""
        from oversmith.networks import column_arrays

        return column_arrays(self.encoder_.spans_, padded)

    def _padded_width(self, width: int) -> int:
        """Return the bucket of a width; series and images of all folds have one size and need none."""
        from oversmith.training import width_bucket

        return width_bucket(width) if self._conv_shape() is None else width

    def _check_convolutions(self) -> None:
        """Refuse options that the convolutions do not have; nothing by default."""

    def _conv_shape(self) -> tuple[int, ...] | None:
        """Return channels and points along each axis, where the networks are convolutions."""
        shape: tuple[int, ...] | None = getattr(self.encoder_, "shape_", None)
        kind, able = {None: ("a table", "mlp"), 2: ("series", "conv1d"), 3: ("images", "conv2d")}[
            None if shape is None else len(shape)
        ]
        backbone = self._networks().backbone
        if backbone not in ("auto", "mlp", able):
            cure = "give series or images, or choose" if shape is None else f"choose {able!r},"
            raise InputError("network", f"backbone={backbone!r} found, but X is {kind}", f"{cure} 'mlp' or 'auto'")
        return None if backbone == "mlp" else shape

    def _held_out(self, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        """Choose the rows that score the checkpoints; none of a class too small for that, or where nothing scores."""
        stop = self._stopping()
        if stop.rule == "steps":
            return np.zeros(0, dtype=int)
        return inner_holdout(
            np.zeros(n_rows, dtype=int),
            stop.validation_fraction,
            random_state=int(rng.integers(2**31)),
            min_rows=math.ceil(MIN_HELD_OUT / stop.validation_fraction),
        )

    def _steps(self, n_rows: int) -> int:
        epochs = self._stopping().max_epochs
        return self.max_steps if epochs is None else epochs * math.ceil(n_rows / self.batch_size)

    def _seconds_left(self, started: float) -> float | None:
        seconds = self._stopping().max_seconds
        # Every model gets at least one chunk; the budget is shared by all models of the sampler.
        return None if seconds is None else max(seconds - (time.perf_counter() - started), 1e-3)

    def _record(self, result: TrainResult, names: list[Any], scored_on: str, phase: str | None) -> None:
        about = {"classes": [str(name) for name in names], "scored_on": scored_on}
        renamed = {} if phase is None else {"phase": phase}
        self.history_ += [about | row | renamed for row in result.history]
        for name in names if phase is None else ():
            label = name.item() if isinstance(name, np.generic) else name
            self.best_step_[label] = result.best_step
            self.n_steps_[label] = result.n_steps
            self.stopped_because_[label] = result.stopped_because

    # ------------------------------------------------------------------ storing and drawing

    def _model(self, result: TrainResult, training: Sizes, codes: list[int]) -> dict[str, Any]:
        """Describe a trained model in JSON values and arrays; `_restored` undoes it."""
        import jax

        self._outlines()[self._sized(training)] = jax.tree.map(_outline, result.players)
        return {
            "codes": list(codes),
            "width": training.width,
            "padded_width": training.padded_width,
            "condition_width": training.condition_width,
            "players": {
                name: [np.asarray(leaf) for leaf in jax.tree.leaves(tree)] for name, tree in result.players.items()
            },
        }

    def _restored(self, model: dict[str, Any]) -> tuple[Players, Sizes]:
        """Rebuild the networks of a model and the sizes it was trained with."""
        import jax

        from oversmith.networks.conv import in_present_order

        training = Sizes(
            width=model["width"],
            padded_width=model["padded_width"],
            condition_width=model["condition_width"],
            columns=self._columns(model["padded_width"]),
            steps=0,
            shape=self._conv_shape(),
        )
        outlines, sized = self._outlines(), self._sized(training)
        if sized not in outlines:
            outlines[sized] = jax.tree.map(_outline, self._players(jax.random.key(0), training))
        players = {}
        for name, stored in model["players"].items():
            weights = in_present_order(stored)
            leaves, structure = jax.tree.flatten(outlines[sized].get(name))
            if [leaf.shape for leaf in leaves] != [weight.shape for weight in weights]:
                raise InputError(
                    f"{type(self).__name__}: a parameter that shapes the networks was changed since fit, so the stored "
                    f"weights of the {name} no longer match; fit again"
                )
            players[name] = jax.tree.unflatten(structure, weights)
        return players, training

    def _outlines(self) -> dict[Any, Players]:
        """Players that are known without their weights, by what shapes them; those of another fit are forgotten."""
        known = _OUTLINES.get(self)
        if known is None or known[0] is not self.encoder_:
            known = _OUTLINES[self] = self.encoder_, {}
        return known[1]

    def _sized(self, training: Sizes) -> tuple[Any, ...]:
        """Everything that players are shaped by, within a fit."""
        return repr(self.get_params(deep=False)), training.width, training.padded_width, training.condition_width

    def _from_network(
        self,
        state: dict[str, Any],
        code: int,
        n: int,
        rng: np.random.Generator,
        inputs: dict[str, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Draw rows of one class from its trained generator, back in the table's scale."""
        import jax

        from oversmith.training import generate

        number, place = state["model_of"][code]
        players, training = self._restored(state["models"][number])
        key = jax.random.key(int(rng.integers(2**31)))
        recipe, hyper = self._recipe(training), self._hyper(training)
        made = generate(recipe, players, key, np.full(n, place), hyper, inputs=inputs)[:, : training.width]
        return ClassScaler.from_state(state["scalers"][code]).inverse(made.astype(np.float64))

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        return self._from_network(state, code, n, rng)


def _outline(leaf: Any) -> Any:
    """Shape and type of an array."""
    import jax

    return jax.ShapeDtypeStruct(leaf.shape, leaf.dtype)


def _weighted(recipe: Recipe) -> Recipe:
    """Draw rows by their weights where classes are drawn evenly."""
    from oversmith.training import draw_balanced, draw_weighted

    phases = tuple(
        replace(phase, draw=draw_weighted) if phase.draw is draw_balanced else phase for phase in recipe.phases
    )
    return replace(recipe, phases=phases)
