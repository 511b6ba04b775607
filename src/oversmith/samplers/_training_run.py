"""One training of a model: where its rows come from, what the engine is given, and what scores its checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith._fork import check_fork
from oversmith.encoders import ClassScaler
from oversmith.exceptions import InputError
from oversmith.metrics import energy_distance
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._encoding import EncodedTable

if TYPE_CHECKING:
    from jax import Array

    from oversmith.recipes.held_out import RowLoss
    from oversmith.training import Recipe

Players = dict[str, Any]
Monitor = Callable[[Players, int], float]
# (reference rows of a class, its scale, how many of them at most) → distance of generated rows to them.
MakeDistance = Callable[[np.ndarray, ClassScaler, int], Callable[[np.ndarray], float]]

# Rows compared on each side when a checkpoint is scored.
SCORED_ROWS = 512


@dataclass(frozen=True)
class TrainingRows:
    """What one model is trained on; the index of a class in ``codes`` is the label its networks see.

    Parameters
    ----------
    codes : list of int
        Class codes.
    generated : list of int
        Those of them that are to be generated; the others are context.
    real : dict of int to ndarray
        Real rows of each class in the table's scale, without those held out.
    references : dict of int to ndarray
        Rows that score the checkpoints, of the classes to be generated: held-out ones, or the training rows themselves.
    held_out : bool
        Which of the two.
    scalers : list of ClassScaler
        Of each class, in the order of ``codes``.
    x, labels, weights : ndarray
        All training rows in their classes' own scales, their labels, and how often they are drawn within their class.
    table : EncodedTable
        The whole table.
    """

    codes: list[int]
    generated: list[int]
    real: dict[int, np.ndarray]
    references: dict[int, np.ndarray]
    held_out: bool
    scalers: list[ClassScaler]
    x: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    table: EncodedTable

    def frequency(self, shares: np.ndarray) -> np.ndarray:
        """Return how often each training row is drawn, where classes are drawn in the given shares.

        Parameters
        ----------
        shares : ndarray of shape (classes,)
            Of each class, up to a factor.

        Returns
        -------
        ndarray of shape (n_rows,)
            Up to a factor.

        Raises
        ------
        InputError
            When all rows of a class weigh nothing.
        """
        per_class = np.bincount(self.labels, self.weights)
        if not per_class.all():
            raise InputError(
                "sample_weight", "every row of a class weighs 0", "give at least one row of each class a weight"
            )
        return self.weights * (shares / per_class)[self.labels]

    def all_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the training rows of the model and the rows of all other classes, with their class codes.

        Returns
        -------
        x : ndarray of shape (n_rows, width)
            Rows in the table's scale.
        codes : ndarray of shape (n_rows,)
            Their class codes.
        """
        own = [scaler.inverse(self.x[self.labels == label]) for label, scaler in enumerate(self.scalers)]
        own_codes = [np.full(len(rows), code) for rows, code in zip(own, self.codes, strict=True)]
        rest = ~np.isin(self.table.pooled_codes, self.codes)
        codes = np.concatenate([*own_codes, self.table.pooled_codes[rest]])
        return np.concatenate([*own, self.table.pooled[rest]]), codes

    def reference_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows that score checkpoints, each in the scale of its class, and their labels."""
        labels = [self.codes.index(code) for code in self.generated]
        rows = [
            self.scalers[label].transform(self.references[code])
            for label, code in zip(labels, self.generated, strict=True)
        ]
        return np.concatenate(rows), np.repeat(labels, [len(part) for part in rows])

    def natural_shares(self) -> np.ndarray:
        """Return how many rows of each class the table has: the shares of natural draws."""
        return np.array([max(int((self.table.pooled_codes == code).sum()), 1) for code in self.codes])


@dataclass(frozen=True)
class TrainingRun:
    """One training about to begin: its rows, its sizes, and what the engine is given.

    Parameters
    ----------
    rows : TrainingRows
        The rows of the model.
    source : RowSource
        Where they came from, and the inputs of the generator come from.
    sizes : Sizes
        Sizes of its networks.
    state : dict
        The sampler's state so far.
    recipe : Recipe
        Players, losses, schedule.
    data, hyper : dict
        What the engine reads.
    players : dict
        The networks to start from.
    seed : int
        Source of the keys.
    started : float
        When the sampler's training began, by the performance counter.
    """

    rows: TrainingRows
    source: RowSource
    sizes: Sizes
    state: dict[str, Any]
    recipe: Recipe
    data: dict[str, Any]
    hyper: dict[str, Any]
    players: Players
    seed: int
    started: float

    def key(self, number: int) -> Array:
        """Return the key of a number; 0 to 3 are in use (networks, training, scoring, guide)."""
        import jax

        return jax.random.fold_in(jax.random.key(self.seed), number)


class RowSource:
    """Where a method takes its training rows and the inputs of its generator from: by default real rows and noise.

    Attributes
    ----------
    needs_network : bool
        Whether there is anything to train.
    """

    needs_network = True

    def cleaned(self, table: EncodedTable, codes: list[int]) -> EncodedTable:
        """Leave out rows that look like noise."""
        return table

    def prepared(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        """Return the part of the state that the source needs."""
        return {}

    def update(self, state: dict[str, Any], table: EncodedTable, codes: list[int]) -> None:
        """Bring the state up to date with the rows of a ``partial_fit``."""

    def training_rows(
        self, state: dict[str, Any], code: int, rows: np.ndarray, deficit: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return the rows of a class that the networks see, in the table's scale: the real ones, others after them."""
        return rows

    def inputs(
        self, state: dict[str, Any], counts: dict[int, int], rng: np.random.Generator, rows: TrainingRows | None = None
    ) -> dict[str, np.ndarray] | None:
        """Return what the generator reads beside noise and label for so many rows of each class; None for nothing.

        With the ``rows`` of a training, nothing comes from those it holds out.
        """
        return None

    def scoring_inputs(self, run: TrainingRun, counts: dict[int, int]) -> dict[str, np.ndarray] | None:
        """Return the inputs of the rows that score a checkpoint, the same at every call."""
        return self.inputs(run.state, counts, np.random.default_rng([run.seed, 5]), run.rows)


def class_groups(classes: list[int], table: EncodedTable, all_classes: bool, shared: bool | int) -> list[list[int]]:
    """Say which classes share a model.

    Parameters
    ----------
    classes : list of int
        Classes to be trained.
    table : EncodedTable
        The table.
    all_classes : bool
        Whether one model learns all classes of the table, also those it does not generate.
    shared : bool or int
        Whether one model serves all classes; a number: those with fewer rows share one.

    Returns
    -------
    list of list of int
        Codes of each model, in the order of its labels.

    Examples
    --------
    >>> rows = {1: np.ones((30, 2)), 2: np.ones((5, 2)), 3: np.ones((8, 2))}
    >>> table = EncodedTable(rows, np.ones((99, 2)), np.repeat([0, 1, 2], 33), (), {})
    >>> class_groups([1, 2, 3], table, all_classes=False, shared=20)
    [[1], [2, 3]]
    """
    if not classes:
        return []
    if all_classes:
        return [np.unique([*classes, *table.pooled_codes]).tolist()]
    if shared is True:
        return [classes]
    small = [code for code in classes if len(table.rows[code]) < int(shared)]
    if len(small) < 2:
        return [[code] for code in classes]
    return [[code] for code in classes if code not in small] + [small]


def training_rows(
    sampler: Any,
    source: RowSource,
    state: dict[str, Any],
    table: EncodedTable,
    codes: list[int],
    rng: np.random.Generator,
    generated: list[int],
) -> TrainingRows:
    """Split, scale and gather the rows of the classes of a model; the state gets the scales of new classes.

    The sampler says which rows are held out and how a class is scaled, the source which rows are added.
    """
    real: dict[int, np.ndarray] = {}
    references: dict[int, np.ndarray] = {}
    scalers, scaled, labels, weights, held_out = [], [], [], [], []
    for label, code in enumerate(codes):
        weight = np.ones(0)
        if code in generated:
            held = sampler._held_out(len(table.rows[code]), rng)
            real[code] = np.delete(table.rows[code], held, axis=0)
            references[code] = table.rows[code][held] if len(held) else real[code]
            weight = np.delete(table.weights.get(code, np.ones(len(table.rows[code]))), held)
            held_out.append(len(held) > 0)
        else:
            real[code] = table.pooled[table.pooled_codes == code]
        if code in state["scalers"]:
            scaler = ClassScaler.from_state(state["scalers"][code])
        else:
            scaler = sampler._scaler(real[code], table)
            state["scalers"][code] = scaler.to_state()
        seen = real[code]
        if code in generated:
            # The real rows come first, in order: their weights are those given, all others weigh 1.
            seen = source.training_rows(state, code, seen, table.deficit.get(code, 0), rng)
        scalers.append(scaler)
        scaled.append(scaler.transform(seen))
        labels.append(np.full(len(seen), label))
        weights.append(np.concatenate([weight, np.ones(len(seen) - len(weight))]))
    return TrainingRows(
        codes=codes,
        generated=generated,
        real=real,
        references=references,
        held_out=all(held_out),
        scalers=scalers,
        x=np.concatenate(scaled),
        labels=np.concatenate(labels),
        weights=np.concatenate(weights),
        table=table,
    )


def training_run(
    sampler: Any,
    source: RowSource,
    state: dict[str, Any],
    rows: TrainingRows,
    sizes: Sizes,
    rng: np.random.Generator,
    started: float,
    players: Players | None = None,
) -> TrainingRun:
    """Set up one training, from fresh networks or from the given ones."""
    check_fork()
    import jax

    seed = int(rng.integers(2**31))
    recipe = sampler._recipe(sizes)
    if players is None:
        players = sampler._players(jax.random.fold_in(jax.random.key(seed), 0), sizes)
    else:
        recipe = recipe.resumed()
    return TrainingRun(
        rows=rows,
        source=source,
        sizes=sizes,
        state=state,
        recipe=recipe if np.ptp(rows.weights) == 0 else recipe.weighted(),
        data=sampler._data(state, rows, sizes, rng),
        hyper=sampler._hyper(sizes) | sampler._run_hyper(rows, sizes, rng),
        players=players,
        seed=seed,
        started=started,
    )


def energy_to(rows: np.ndarray, scaler: ClassScaler, most: int) -> Callable[[np.ndarray], float]:
    """Return the energy distance to reference rows of a class."""
    reference = scaler.transform(rows[:most])
    return lambda generated: energy_distance(generated, reference)


def distance_monitor(run: TrainingRun, *, n_rows: int = SCORED_ROWS, distance: MakeDistance = energy_to) -> Monitor:
    """Score checkpoints by the distance of generated rows to the reference rows, mean over classes.

    Parameters
    ----------
    run : TrainingRun
        The training.
    n_rows : int, default=512
        Rows that are generated, over all classes.
    distance : callable
        Makes the distance to the reference rows of a class; the energy distance by default.

    Returns
    -------
    callable
        The monitor.
    """
    from oversmith.training import generate

    rows, width = run.rows, run.sizes.width
    per_class = max(n_rows // len(rows.generated), 32)
    labels = [rows.codes.index(code) for code in rows.generated]
    distances = [
        distance(rows.references[code], rows.scalers[label], per_class)
        for label, code in zip(labels, rows.generated, strict=True)
    ]
    every = np.repeat(labels, per_class)
    inputs = run.source.scoring_inputs(run, dict.fromkeys(rows.generated, per_class))
    key = run.key(2)

    def monitor(players: Players, step: int) -> float:
        generated = generate(run.recipe, players, key, every, run.hyper, inputs=inputs)[:, :width]
        scores = [score(generated[every == label]) for label, score in zip(labels, distances, strict=True)]
        return float(np.mean(scores))

    return monitor


def held_out_monitor(run: TrainingRun, loss: RowLoss, **options: Any) -> Monitor:
    """Score checkpoints by the loss of the reference rows, at fixed times and noises, every class counted alike.

    Parameters
    ----------
    run : TrainingRun
        The training.
    loss : callable
        ``(players, x, label, key, hyper) -> losses``, a module-level function.
    **options : object
        Of `oversmith.recipes.held_out.held_out_monitor`.

    Returns
    -------
    callable
        The monitor.
    """
    from oversmith.recipes import held_out

    rows = run.rows.reference_rows()
    return held_out.held_out_monitor(loss, *rows, run.key(2), run.hyper, width=run.sizes.padded_width, **options)
