"""SMOTified-GAN: a GAN whose generator starts from SMOTE rows instead of noise (Sharma et al. 2022)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np

from oversmith._adapter import BaseOverSampler
from oversmith._parameters import AtLeastOne, PositiveInt
from oversmith.encoders import ClassScaler, TableEncoder
from oversmith.exceptions import InputError
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._base_rows import BaseRows
from oversmith.samplers._holdout import MIN_HELD_OUT, Holdout, holdout_of
from oversmith.samplers._model import generated_rows, restored_model
from oversmith.samplers._training_run import Players, RowSource, TrainingRows, TrainingRun
from oversmith.samplers.eo_wgan import MAX_SMOTE_ROWS
from oversmith.samplers.gan import GAN
from oversmith.samplers.settings import Network, OverSampler, Stop, StopRule

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe, TrainingEvent, TrainResult

# Base rows made for the training at least: they cost next to nothing, and fewer would be learnt by heart.
MIN_BASE_ROWS = 1_024
# Rows accepted from one draw; more are drawn in several.
ACCEPTED_AT_ONCE = 16_384
# A few held-out rows give many checkpoints the same F1; among those the nearest one by energy distance is taken.
TIE = 1e-6


class SMOTifiedGAN(GAN):
    """SMOTE rows of a class, made more real by a GAN.

    The generator of a GAN is fed rows ``u`` made by SMOTE instead of noise, as wide as its output. The discriminator
    minimises -log D(x) - log(1 - D(G(u))) over real rows ``x`` of the class, the generator -log D(G(u)) (Sharma et al.
    2022, Algorithms 2 and 3). Rows returned come from fresh SMOTE rows.

    Parameters
    ----------
    base : {"smote", "gibbs", "noise"} or over-sampler, default="smote"
        What makes the rows ``u``. ``"smote"`` is the built-in SMOTE, which interpolates numeric columns and lets
        categorical and indicator columns take a neighbour's level. ``"gibbs"`` draws them by Gibbs sampling from the
        Gaussian conditionals of the class's continuous columns. An over-sampler of imbalanced-learn or Oversmith gets
        the encoded matrix (and ``categorical_features`` if it has that parameter). From ``"noise"``, of ``latent_dim``
        numbers instead of rows, the method is :class:`GAN`, bit by bit.
    k_neighbors : int, default=5
        Neighbours of the built-in SMOTE; at most one less than the class has rows.
    latent_dim : int, default=32
        Length of the noise vector with ``base="noise"``.
    residual : bool, default=False
        Whether the generator's network is added to its input, ``G(u) = u + f(u)``, unless that is noise. ``f`` starts
        at zero, so that the training begins with SMOTE's own rows.
    last_layer : {"linear", "sigmoid"}, default="linear"
        Last layer of numeric columns. ``"sigmoid"`` keeps them within [0, 1], which is where
        ``TableEncoder(numeric="minmax")`` and ``Network(class_scaling=None)`` put them.
    batch_norm : bool, default=False
        Whether the generator has batch norm.
    accept_factor : float, default=1.0
        How many times as many rows are made as are needed, at least 1; those that the discriminator rates most real are
        returned. With 1 all rows are.
    stop : {"auto", "distance", "f1", "steps"} or Stop, default="auto"
        What chooses the checkpoint: the least energy distance to held-out rows (``"auto"`` too), the best F1 of a cheap
        classifier on held-out rows, or nothing (all steps are run and the last weights are kept). ``Stop(loss_floor=)``
        ends the training when either player counts as beaten.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk and model: ``classes``, ``step``, ``loss_discriminator``, ``loss_generator``, ``d_real`` and
        ``d_fake`` (what the discriminator takes real and generated rows for), ``monitor`` (lower is better) and what it
        was ``scored_on``: ``"held-out rows"`` or ``"training rows"`` by energy distance, ``"F1 on held-out rows"`` with
        ``monitor = 1 - validation_f1``, ``"nothing"`` without a monitor.
    stopped_because_ : dict
        Class label → why the training ended; besides the reasons of every sampler ``"generator loss near zero"`` and
        ``"discriminator loss near zero"``.

    See Also
    --------
    GAN : The same game from noise.
    EOWGAN : SMOTE rows as training rows of a Wasserstein GAN, and as a share of the result.

    Notes
    -----
    Several classes are generated independently, each from its own random numbers; a network that serves several
    classes (``Network(conditional=)``) sees the class beside ``u``. With the defaults nothing but the generator's input
    differs from :class:`GAN`. The paper's setting is :meth:`paper`, its published code :meth:`reference`.

    ``base="gibbs"`` is the paper's "conjoining with MCMC": chains start at real rows and draw one continuous column
    after the other from N(-sum P_jk x_k / P_jj, 1 / P_jj), P being the inverse of the class's Ledoit-Wolf covariance,
    shrunk further for few rows. After 20 sweeps, and then every fifth, a chain is read. Levels and flags are drawn
    given the continuous columns, all together from one of the five nearest real rows.

    The classifier of ``stop="f1"`` is logistic regression on encoded rows, trained on real rows and on as many
    generated ones as bring the class level with the others. The share ``validation_fraction`` of the class and of at
    most 2,000 other rows is held out: no network, no SMOTE row and no classifier sees it. A class with fewer than ten
    held-out rows is judged by energy distance. Deviations from the paper:

    - Training and generation work in the class's own scale, and rows are drawn from a moving average of the generator's
      weights (not in :meth:`paper` and :meth:`reference`).
    - The paper feeds the generator the same SMOTE rows in training and for the result. Here the result is made from
      fresh ones; at least 1,024 and at most 16,384 are made for the training.
    - ``accumulateFakeEx`` collects "good" fakes "based on classification accuracy" and says no more. Here the
      discriminator's best of ``accept_factor`` times as many are kept, in the order in which they were made.
    - "The training stops once the validation F1-score reaches its highest value": here that checkpoint is restored. The
      paper names no classifier for it and no rows held out.
    - "Neither loss may approach zero": the paper gives no number; :meth:`paper` takes 0.01.
    - Adam's first moment decays with 0.5, as in every GAN here.
    - Restoring the best checkpoint, the residual form and the Gibbs rows are ours.

    References
    ----------
    .. [1] A. Sharma, P. K. Singh, R. Chandra, "SMOTified-GAN for class imbalanced pattern classification problems",
       IEEE Access 10, 2022, doi:10.1109/ACCESS.2022.3158977.
    .. [2] N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: Synthetic Minority Over-sampling
       Technique", Journal of Artificial Intelligence Research 16, 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import SMOTifiedGAN
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> sampler = SMOTifiedGAN(max_steps=2, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    [90, 90]
    """

    _rules: ClassVar[tuple[StopRule, ...]] = ("distance", "f1", "steps")
    _stop_takes: ClassVar[tuple[str, ...]] = (*GAN._stop_takes, "loss_floor")

    base: Literal["smote", "gibbs", "noise"] | OverSampler = "smote"
    k_neighbors: PositiveInt = 5
    residual: bool = False
    last_layer: Literal["linear", "sigmoid"] = "linear"
    batch_norm: bool = False
    accept_factor: AtLeastOne = 1.0

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a sampler with the setting of Sharma et al. 2022 (Section 4, Algorithms 2 and 3).

        Parameters
        ----------
        **changes : object
            Parameters that differ from the paper's, also those of groups: ``stop__max_epochs=10``.

        Returns
        -------
        SMOTifiedGAN
            Generator of three hidden layers of 128, discriminator linear - LeakyReLU - linear, Adam with rate 1e-5,
            batch 128, 2,000 epochs, the checkpoint of the best validation F1, a stop when a loss nears zero, rows
            accepted by the discriminator, SMOTE with five neighbours.

        Examples
        --------
        >>> from oversmith import SMOTifiedGAN
        >>> SMOTifiedGAN.paper().stop
        Stop(rule='f1', patience=None, max_epochs=2000, loss_floor=0.01)
        """
        setting: dict[str, Any] = {
            "k_neighbors": 5,
            "generator_widths": (128, 128, 128),
            "critic_widths": (128,),
            "critic_steps": 1,
            "learning_rate": 1e-5,
            "batch_size": 128,
            "network": Network(ema_decay=None),
            "accept_factor": 2.0,
            "stop": Stop("f1", patience=None, max_epochs=2_000, loss_floor=0.01),
        }
        return cls._with(setting, changes)

    @classmethod
    def reference(cls, **changes: Any) -> Self:
        """Make a sampler with the setting of the code that Sharma et al. 2022 published, which differs from the text.

        Its generator is d - 128 - 256 - 512 - 1024 - d with batch norm, ReLU and a sigmoid at the end, on columns
        scaled to [0, 1]; its discriminator d - 512 - 256 - 128 - 1. It trains with Adam at 1e-5 on batches of 128, with
        no stopping rule and no acceptance. What differs here:

        - The code takes all SMOTE rows as the fake batch of every step; here as many as real ones are drawn. The
          gradient is the same on average and costs a fraction.
        - The code runs 150 to 2,000 epochs, set by hand per data set; here 1,000, unless ``stop`` says otherwise.
        - Batch norm follows the activation, and rows are made by running statistics; the code has it before the
          activation and makes its rows by the statistics of all of them.
        - Adam's first moment decays with 0.5 instead of 0.9.
        - The code scales some of its data sets only, before the split; here every table is scaled by its training rows.

        Parameters
        ----------
        **changes : object
            As in :meth:`paper`.

        Returns
        -------
        SMOTifiedGAN
            The sampler.
        """
        setting: dict[str, Any] = {
            "k_neighbors": 5,
            "generator_widths": (128, 256, 512, 1024),
            "critic_widths": (512, 256, 128),
            "batch_norm": True,
            "last_layer": "sigmoid",
            "encoder": TableEncoder(numeric="minmax"),
            "network": Network(class_scaling=None, ema_decay=None),
            "critic_steps": 1,
            "learning_rate": 1e-5,
            "batch_size": 128,
            "stop": Stop("steps", max_epochs=1_000),
        }
        return cls._with(setting, changes)

    # ------------------------------------------------------------------ the rows the generator is fed

    def _check_setting(self) -> None:
        if self._over_sampler() and not isinstance(self.base, BaseOverSampler):
            raise InputError(
                "base",
                f"{self.base!r} found, which is not an over-sampler",
                "give an instance of one of imbalanced-learn's or Oversmith's, for example BorderlineSMOTE(), or "
                "'smote', 'gibbs' or 'noise'",
            )
        if self.last_layer == "sigmoid":
            numeric, scaling = getattr(self.encoder_, "numeric", None), self._networks().class_scaling
            if self._adds() or numeric != "minmax" or scaling is not None:
                raise InputError(
                    "last_layer",
                    f"'sigmoid' is for columns within [0, 1], found numeric={numeric!r}, class_scaling={scaling!r}, "
                    f"residual={self.residual}",
                    "set encoder=TableEncoder(numeric='minmax'), network=Network(class_scaling=None), residual=False",
                )

    def _adds(self) -> bool:
        """Whether the generator's network is added to its input; there is nothing to add it to from noise."""
        return self.residual and not self._from_noise()

    @property
    def _ends_in_tanh(self) -> bool:  # type: ignore[override]
        # What is added to rows starts at zero, and leaves them as they are: no tanh comes after it.
        return not self._adds()

    def _over_sampler(self) -> bool:
        return not isinstance(self.base, str)

    def _from_noise(self) -> bool:
        return isinstance(self.base, str) and self.base == "noise"

    def _latent(self) -> str:
        """Say what the recipe feeds the generator."""
        return "noise" if self._from_noise() else "smote"

    def _source(self) -> BaseRows | RowSource:
        self._check_setting()
        return RowSource() if self._from_noise() else BaseRows(self)

    def _data(
        self, state: dict[str, Any], rows: TrainingRows, sizes: Sizes, rng: np.random.Generator
    ) -> dict[str, Any]:
        data = super()._data(state, rows, sizes, rng)
        deficit = rows.table.deficit
        counts = {code: min(max(deficit.get(code, 0), MIN_BASE_ROWS), MAX_SMOTE_ROWS) for code in rows.codes}
        inputs = self._source().inputs(state, counts, rng, rows)
        if inputs is None:
            return data
        from oversmith.recipes.smotified import base_data

        return data | base_data(inputs["u"], list(counts.values()))

    # ------------------------------------------------------------------ networks

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import smotified

        return smotified.recipe(
            steps=sizes.steps,
            batch_size=self.batch_size,
            ema=self._ema_decay is not None,
            latent=self._latent(),
            residual=self._adds(),
            output=self.last_layer,
            batch_norm=self.batch_norm,
        )

    def _players(self, key: Array, sizes: Sizes) -> Players:
        from oversmith.recipes import smotified

        if sizes.shape is not None and self.batch_norm:
            raise InputError(
                "batch_norm",
                "True found, which dense layers alone have",
                "set network=Network(backbone='mlp'), or take DCGAN for convolutions with batch norm",
            )

        return smotified.players(
            key,
            sizes,
            latent=self._latent(),
            latent_dim=self.latent_dim,
            residual=self._adds(),
            batch_norm=self.batch_norm,
            generator_widths=tuple(self.generator_widths),
            critic_widths=tuple(self.critic_widths),
        )

    # ------------------------------------------------------------------ when to stop

    @property
    def _least_held_out(self) -> int:  # type: ignore[override]
        return MIN_HELD_OUT if self._stopping().rule == "f1" else super()._least_held_out

    def _holdout(self, rows: TrainingRows) -> Holdout | None:
        """Return the rows that validate by F1, the same at every call; nothing where energy distance does."""
        stop = self._stopping()
        if stop.rule != "f1":
            return None
        return holdout_of(rows, stop.validation_fraction, [self.seed_, 6, *rows.codes])

    def _monitor(self, run: TrainingRun) -> Callable[[Players, int], float] | None:
        rows, holdout, distance = run.rows, self._holdout(run.rows), super()._monitor(run)
        if holdout is None or distance is None:
            return distance
        from oversmith.training import generate

        counts = {code: holdout.missing(code) for code in rows.generated}
        inputs = run.source.scoring_inputs(run, counts)
        codes = np.repeat(list(counts), list(counts.values()))
        labels = np.repeat([rows.codes.index(code) for code in counts], list(counts.values()))
        key = run.key(2)

        def monitor(players: Players, step: int) -> float:
            generated = generate(run.recipe, players, key, labels, run.hyper, inputs=inputs)
            parts = [self._as_returned(code, generated[codes == code], rows) for code in counts]
            apart = distance(players, step)
            return 1 - holdout.f1(np.concatenate(parts), codes) + TIE * apart / (1 + apart)

        return monitor

    def _as_returned(self, code: int, generated: np.ndarray, training: TrainingRows) -> np.ndarray:
        """Turn generated rows into what a caller would see, encoded again."""
        scaler = training.scalers[training.codes.index(code)]
        rows = scaler.inverse(generated[:, : self.encoder_.width_].astype(np.float64))
        return self.encoder_.transform(self._decode(code, rows))

    def _watchers(self, run: TrainingRun) -> Sequence[Callable[[TrainingEvent], Any]]:
        floor = self._stopping().loss_floor
        if floor is None:
            return ()

        def near_zero(event: TrainingEvent) -> str | None:
            low = [name for name in ("generator", "discriminator") if event.metrics[f"loss_{name}"] < floor]
            return f"{low[0]} loss near zero" if low else None

        return (near_zero,)

    def _record(self, run: TrainingRun, result: TrainResult, phase: str | None) -> None:
        super()._record(run, result, phase)
        by_f1 = self._holdout(run.rows) is not None
        for row in self.history_[-len(result.history) :]:
            if self._stopping().rule == "steps":
                row["scored_on"] = "nothing"
            elif by_f1:
                row |= {"scored_on": "F1 on held-out rows", "validation_f1": round(1 - row["monitor"], 5)}

    # ------------------------------------------------------------------ drawing

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        if self.accept_factor == 1:
            return generated_rows(self, state, code, n, rng, self._source().inputs(state, {code: n}, rng))
        counts = [min(ACCEPTED_AT_ONCE, n - start) for start in range(0, n, ACCEPTED_AT_ONCE)]
        return np.concatenate([self._accepted(state, code, count, rng) for count in counts])

    def _accepted(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        """Generate more rows than are needed, and return those that the discriminator rates most real."""
        import jax

        from oversmith.recipes.smotified import rated
        from oversmith.training import generate

        drawn = math.ceil(self.accept_factor * n)
        number, label = state["model_of"][code]
        players, sizes = restored_model(self, state["models"][number])
        inputs = self._source().inputs(state, {code: drawn}, rng)
        key = jax.random.key(int(rng.integers(2**31)))
        recipe = self._recipe(sizes)
        recipe = replace(recipe, sample=rated(recipe.sample))
        generated = generate(recipe, players, key, np.full(drawn, label), self._hyper(sizes), inputs=inputs)
        best = np.sort(np.argsort(-generated[:, -1], kind="stable")[:n])
        rows = generated[best, : sizes.width].astype(np.float64)
        return ClassScaler.from_state(state["scalers"][code]).inverse(rows)
