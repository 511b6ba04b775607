"""What the GANs of document 003 share: networks told the class, a discriminator that also sees it told wrongly."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from oversmith.encoders import ClassScaler
from oversmith.exceptions import InputError
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._encoded import EncodedTable
from oversmith.samplers._network import Monitor, NetworkSampler
from oversmith.samplers._training_run import TrainingRows, TrainingRun

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe, TrainResult

# A discriminator that is right about so many rows gives the generator little to go by.
ALWAYS_RIGHT = 0.98
# Rows of a class that differ from one another by less than this share of what real ones do are one row.
ALL_ALIKE = 0.05

# Document 003, Tables 6 and 7: channels, first weights, optimiser, epochs, scale. The batch is not in the document.
PAPER: dict[str, Any] = {
    "generator_widths": (256, 128, 128, 64),
    "critic_widths": (64, 128, 128, 256),
    "latent_dim": 128,
    "initial_sd": 0.02,
    "learning_rate": 2e-4,
    "batch_size": 32,
    "max_epochs": 150,
    "penalty_weight": 10.0,
    "ema_decay": None,
    "standardise_points": False,
    "scaling": "minmax",
    "stop": "steps",
    "head_units": 128,
    "label_input": "multiply",
}
# Terms of the losses that are switched off by name; the others have weights of their own.
TERMS = (
    "discriminator_real",
    "discriminator_generated",
    "generator_adversarial",
    "classifier_real",
    "classifier_generated",
)


class LabelledSampler(NetworkSampler):
    """Base of the samplers of document 003: one model of all classes, which the discriminator also sees mislabelled.

    Parameters
    ----------
    generator_widths : tuple of int, default=(64, 64, 32, 32)
        Channels after the generator's linear layer and after each transposed convolution but the last.
    critic_widths : tuple of int, default=(32, 32, 64, 64)
        Channels of the discriminator's convolutions, and of the encoder's.
    head_units : int, default=64
        Units of the discriminator's dense layer before its score.
    latent_dim : int, default=128
        Length of the generator's noise.
    label_input : {"concatenate", "multiply"}, default="concatenate"
        How the generator is told the class: beside the noise, as loud as all of it, or by what the noise is multiplied
        with, as in the document, which it learns later.
    n_critic : int, default=5
        Discriminator updates per generator update.
    mislabel_draw : {"other", "any"}, default="other"
        Where the wrong labels come from: the other classes, or all of them, the right one included.
    mislabel_weight : float, default=1.0
        Weight of the real rows with a wrong label in the discriminator's loss; 0 leaves them out.
    penalty : {"interpolate", "dragan"}, default="interpolate"
        Where the discriminator's slope is held at one: between real and generated rows, or around real ones.
    penalty_weight : float, default=10.0
        Weight of the penalty; 0 leaves it out.
    real_sampling : {"balanced", "natural"}, default="balanced"
        Whether discriminator (and autoencoder) see every class equally often, or as often as in the data.
    standardise_points : bool or "auto", default="auto"
        Whether every point of a spectrum is standardised by all training rows (the generator then ends linearly), which
        shows differences that are small beside the spectrum's own course; or each channel keeps its shape. ``"auto"``
        does so with series and spectra, not with images.
    initial_sd : float or None, default=None
        Standard deviation of the networks' first weights; ``None`` goes by the number of inputs of each layer.
    ema_decay : float or None, default=0.99
        Rows are drawn from a moving average of the generator's weights with this decay per step; ``None`` draws from
        the last weights.
    stop : {"steps", "distance"}, default="steps"
        What ends the training and which generator is kept: the budget and the last one, or ``patience`` and the one
        with the least energy distance.
    learning_rate : float, default=1e-3
        Step size of all networks.
    batch_size : int, default=32
        Rows per update.
    scaling : {"minmax", "standard"}, default="minmax"
        How channels are scaled: to [-1, 1], where the generator ends in a tanh, or by mean and standard deviation.
    """

    # What the document's setting has beside the table that all methods share.
    _paper: ClassVar[dict[str, Any]] = {}
    _modalities: ClassVar[tuple[str, ...]] = ("series", "image")
    _learns_from_all = True
    # What tables alone have, and what the method settles: one model of all classes, in one scale.
    _fixed: ClassVar[dict[str, Any]] = {
        "categorical_features": "auto",
        "numeric": "standard",
        "missing": "encode",
        "only_seen_levels": False,
        "backbone": "auto",
        "class_scaling": None,
        "conditional": True,
        "min_rows_own_model": 20,
    }

    _parameter_constraints: dict = {
        **NetworkSampler._parameter_constraints,
        "generator_widths": ["array-like"],
        "critic_widths": ["array-like"],
        "head_units": [Interval(Integral, 1, None, closed="left")],
        "latent_dim": [Interval(Integral, 1, None, closed="left")],
        "label_input": [StrOptions({"concatenate", "multiply"})],
        "n_critic": [Interval(Integral, 1, None, closed="left")],
        "mislabel_draw": [StrOptions({"other", "any"})],
        "mislabel_weight": [Interval(Real, 0, None, closed="left")],
        "penalty": [StrOptions({"interpolate", "dragan"})],
        "penalty_weight": [Interval(Real, 0, None, closed="left")],
        "real_sampling": [StrOptions({"balanced", "natural"})],
        "standardise_points": ["boolean", StrOptions({"auto"})],
        "initial_sd": [Interval(Real, 0, None, closed="neither"), None],
        "ema_decay": [Interval(Real, 0, 1, closed="neither"), None],
        "stop": [StrOptions({"steps", "distance"})],
    }

    def __init__(
        self,
        *,
        generator_widths: tuple[int, ...] = (64, 64, 32, 32),
        critic_widths: tuple[int, ...] = (32, 32, 64, 64),
        head_units: int = 64,
        latent_dim: int = 128,
        label_input: str = "concatenate",
        n_critic: int = 5,
        mislabel_draw: str = "other",
        mislabel_weight: float = 1.0,
        penalty: str = "interpolate",
        penalty_weight: float = 10.0,
        real_sampling: str = "balanced",
        standardise_points: bool | str = "auto",
        initial_sd: float | None = None,
        ema_decay: float | None = 0.99,
        stop: str = "steps",
        learning_rate: float = 1e-3,
        batch_size: int = 32,
        scaling: str = "minmax",
        **common: Any,
    ) -> None:
        # A method below may settle more for good, which it passes on itself.
        fixed = LabelledSampler._fixed
        super().__init__(learning_rate=learning_rate, batch_size=batch_size, scaling=scaling, **fixed, **common)
        self.generator_widths = generator_widths
        self.critic_widths = critic_widths
        self.head_units = head_units
        self.latent_dim = latent_dim
        self.label_input = label_input
        self.n_critic = n_critic
        self.mislabel_draw = mislabel_draw
        self.mislabel_weight = mislabel_weight
        self.penalty = penalty
        self.penalty_weight = penalty_weight
        self.real_sampling = real_sampling
        self.standardise_points = standardise_points
        self.initial_sd = initial_sd
        self.ema_decay = ema_decay
        self.stop = stop

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a sampler with the setting of document 003 (Tables 6 and 7).

        Parameters
        ----------
        **changes : object
            Constructor parameters that differ from the document's.

        Returns
        -------
        LabelledSampler
            150 epochs of the game to the end, after 100 of the autoencoder where there is one; Adam(2e-4, 0.5, 0.9),
            batch 32, penalty weight 10, the document's channels, noise multiplied by the class, first weights of
            standard deviation 0.02, channels in [-1, 1] with one scale for all points, and a tanh.

        Examples
        --------
        >>> from oversmith import CDRAGAN, ThreePlayerGAN
        >>> ThreePlayerGAN.paper().max_epochs, ThreePlayerGAN.paper(coop_weight=0.0).coop_weight
        (150, 0.0)
        >>> CDRAGAN.paper().critic_widths
        (64, 128, 128, 256)
        """
        stated = {name: value for name, value in (PAPER | cls._paper).items() if name not in cls._fixed}
        return cls(**(stated | changes))

    # ------------------------------------------------------------------ what a method says

    @abstractmethod
    def _network_options(self) -> dict[str, Any]:
        """Return what tells a method's networks: ``classifier_widths``, and ``class_latent`` where there is one."""

    def _hyper_options(self) -> dict[str, Any]:
        """Return the traced numbers of the method."""
        return {}

    def _pretrain_epochs(self) -> int:
        """Return the epochs of the autoencoder before the game; 0 for none."""
        return 0

    def _standardises(self) -> bool:
        """Say whether every point has a scale of its own."""
        return not self._of_images() if isinstance(self.standardise_points, str) else bool(self.standardise_points)

    # ------------------------------------------------------------------ recipe

    def _recipe(self, training: Sizes) -> Recipe:
        from oversmith.recipes import mislabel_gan

        return mislabel_gan.recipe(
            steps=training.steps,
            pretrain_steps=min(self._pretrain_epochs() * math.ceil(training.rows / self.batch_size), training.steps),
            batch_size=self.batch_size,
            ema=self.ema_decay is not None,
            mislabel=self.mislabel_draw if self.mislabel_weight > 0 else None,
            penalty=self.penalty if self.penalty_weight > 0 else None,
            classifies=self._network_options()["classifier_widths"] is not None,
        )

    def _players(self, key: Array, training: Sizes) -> dict[str, Any]:
        from oversmith.recipes import mislabel_gan

        return mislabel_gan.players(
            key,
            training,
            self._points(),
            latent_dim=self.latent_dim,
            generator_widths=checked_widths("generator_widths", self.generator_widths),
            critic_widths=checked_widths("critic_widths", self.critic_widths),
            head_units=self.head_units,
            initial_sd=self.initial_sd,
            squash=self.scaling == "minmax" and not self._standardises(),
            pretrained=self._pretrain_epochs() > 0,
            label_input=self.label_input,
            **self._network_options(),
        )

    def _hyper(self, training: Sizes) -> dict[str, Any]:
        from oversmith.recipes import mislabel_gan

        return mislabel_gan.hyper(
            training,
            latent_dim=self.latent_dim,
            learning_rate=self.learning_rate,
            n_critic=self.n_critic,
            ema_decay=self.ema_decay or 0.0,
            mislabel_weight=self.mislabel_weight,
            penalty_weight=self.penalty_weight,
            **({"terms": dict.fromkeys(TERMS, True)} | self._hyper_options()),
        )

    def _lesson_hyper(
        self, state: dict[str, Any], lesson: TrainingRows, training: Sizes, rng: np.random.Generator
    ) -> dict[str, Any]:
        return {"n_classes": len(lesson.codes)}

    # ------------------------------------------------------------------ training

    def _resumed(self, recipe: Recipe) -> Recipe:
        # A generator that has played goes on from where it is, not from an autoencoder.
        return replace(recipe, phases=recipe.phases[-1:])

    def _scaler(self, rows: np.ndarray, table: EncodedTable) -> ClassScaler:
        # All classes in one scale: a wrong label must be wrong by where the row lies, and the classifier sees them all.
        mode = "standard" if self._standardises() else None
        return ClassScaler(mode).fit(table.pooled, table.pooled, table.spans)

    def _data(self, state: dict[str, Any], lesson: TrainingRows, rng: np.random.Generator) -> dict[str, Any]:
        from oversmith.training import table_data

        data = super()._data(state, lesson, rng)
        natural = table_data(
            lesson.x[:, :1],
            lesson.labels,
            frequency=lesson.frequency(lesson.natural_shares()),
            n_classes=len(lesson.codes),
            width=1,
        )
        return data | {"natural": natural["cumulative"]}

    def _class_shares(self, lesson: TrainingRows) -> np.ndarray:
        return super()._class_shares(lesson) if self.real_sampling == "balanced" else lesson.natural_shares()

    def _monitor(self, session: TrainingRun) -> Monitor | None:
        return super()._monitor(session) if self.stop == "distance" else None

    def _held_out(self, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        return super()._held_out(n_rows, rng) if self.stop == "distance" else np.zeros(0, dtype=int)

    def _record(self, result: TrainResult, names: list[Any], scored_on: str, phase: str | None) -> None:
        for row in result.history:
            if found := _noticed(row):
                row["notice"] = "; ".join(found)
        super()._record(result, names, scored_on, phase)


def _noticed(row: dict[str, Any]) -> Sequence[str]:
    """Say what is wrong with the players in a stretch of training."""
    found = []
    if row.get("d_accuracy", 0.0) >= ALWAYS_RIGHT:
        found.append("the discriminator is nearly always right")
    if row.get("diversity", 1.0) <= ALL_ALIKE:
        found.append("generated rows of a class are nearly alike")
    return found


def checked_widths(name: str, given: Any) -> tuple[int, ...]:
    """Return widths as a tuple of whole numbers.

    Parameters
    ----------
    name : str
        The argument that error messages name.
    given : sequence of int
        One width per layer.

    Returns
    -------
    tuple of int
        The widths.

    Raises
    ------
    InputError
        For anything else.
    """
    widths = tuple(given)
    if not widths or not all(isinstance(width, Integral) and int(width) > 0 for width in widths):
        raise InputError(f"{name}: {given!r} found; give whole numbers above 0, one per layer")
    return tuple(int(width) for width in widths)
