"""What the GANs for spectra share (Chung et al. 2025): networks given the class, and rows with a wrong label."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np

from oversmith._parameters import Positive, PositiveInt, Settings, Widths, check_taken
from oversmith.encoders import ClassScaler
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers._model import of_images, within_one
from oversmith.samplers._network import NetworkSampler
from oversmith.samplers._training_run import TrainingRows, TrainingRun
from oversmith.samplers.settings import DiscriminatorRows, GradientPenalty, Network, SpectraNetwork, Stop, StopRule

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe, TrainResult

# With a discriminator that is right about this share of rows the generator has little gradient.
ALWAYS_RIGHT = 0.98
# Generated rows of a class that differ by less than this share of the spread of real rows count as equal.
ALL_ALIKE = 0.05

# Chung et al. 2025, Tables 6 and 7: channels, first weights, optimiser, epochs. The batch is not in the paper.
PAPER: dict[str, Any] = {
    "generator_widths": (256, 128, 128, 64),
    "critic_widths": (64, 128, 128, 256),
    "latent_dim": 128,
    "learning_rate": 2e-4,
    "batch_size": 32,
    "stop": Stop("steps", max_epochs=150),
}
PAPER_NETWORK = SpectraNetwork(initial_sd=0.02, standardise_points=False, ema_decay=None)
# Terms of the losses that are switched off by name; the others have weights of their own.
TERMS = (
    "discriminator_real",
    "discriminator_generated",
    "generator_adversarial",
    "classifier_real",
    "classifier_generated",
)


class LabelledSampler(NetworkSampler):
    """Base of the GANs for spectra (Chung et al. 2025): one model of all classes, with the class as an input.

    Parameters
    ----------
    generator_widths : tuple of int, default=(64, 64, 32, 32)
        Channels after the generator's linear layer and after each transposed convolution but the last.
    critic_widths : tuple of int, default=(32, 32, 64, 64)
        Channels of the discriminator's convolutions, and of the encoder's.
    latent_dim : int, default=128
        Length of the generator's noise.
    critic_steps : int, default=5
        Discriminator updates per generator update.
    stop : {"auto", "steps", "distance"} or Stop, default="auto"
        What ends the training and which generator is kept: the budget and the last one (``"auto"`` too), or
        ``patience`` and the one with the least energy distance.
    network : SpectraNetwork or None, default=None
        How the networks are given the class, their first weights, the scale of the points, and the moving average of
        the weights. None is ``SpectraNetwork()``.
    learning_rate : float, default=1e-3
        Step size of all networks.
    batch_size : int, default=32
        Rows per update.
    encoder : SeriesEncoder, ImageEncoder or None, default=None
        Shape, scale and bounds of the rows. None scales channels to [-1, 1], where the generator ends in a tanh.
    """

    # Settings of the paper for this method, besides the table that all methods share.
    _paper: ClassVar[dict[str, Any]] = {}
    _modalities: ClassVar[tuple[str, ...]] = ("series", "image")
    _learns_from_all = True
    _rules: ClassVar[tuple[StopRule, ...]] = ("steps", "distance")
    _encoding: ClassVar[Mapping[str, Mapping[str, Any]]] = {"series": {"scaling": "minmax"}}
    _network_takes: ClassVar[tuple[str, ...]] = ("initial_sd", "standardise_points", "ema_decay")
    _parameter_groups: ClassVar[Mapping[str, Mapping[Any, Settings]]] = {
        **NetworkSampler._parameter_groups,
        "network": {None: SpectraNetwork()},
    }

    generator_widths: Widths = (64, 64, 32, 32)
    critic_widths: Widths = (32, 32, 64, 64)
    latent_dim: PositiveInt = 128
    critic_steps: PositiveInt = 5
    network: SpectraNetwork | None = None  # type: ignore[assignment]
    learning_rate: Positive = 1e-3
    batch_size: PositiveInt = 32

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a sampler with the setting of Chung et al. 2025 (Tables 6 and 7).

        Parameters
        ----------
        **changes : object
            Parameters that differ from the paper's, also those of groups: ``stop__max_epochs=10``.

        Returns
        -------
        LabelledSampler
            150 epochs of the game to the end, after 100 of the autoencoder where there is one; Adam(2e-4, 0.5, 0.9),
            batch 32, penalty weight 10, the paper's channels, noise multiplied by the class, first weights of
            standard deviation 0.02, channels in [-1, 1] with one scale for all points, and a tanh.

        Examples
        --------
        >>> from oversmith import CDRAGAN, ThreePlayerGAN
        >>> ThreePlayerGAN.paper().stop.max_epochs, ThreePlayerGAN.paper(coop_weight=0.0).coop_weight
        (150, 0.0)
        >>> CDRAGAN.paper().critic_widths
        (64, 128, 128, 256)
        """
        network = PAPER_NETWORK
        if "label_input" in cls._network_takes:
            network = network.changed(head_units=128, label_input="multiply")
        return cls._with(PAPER | {"network": network} | cls._paper, changes)

    # ------------------------------------------------------------------ what a method says

    def _spectra_network(self) -> SpectraNetwork:
        network = cast(SpectraNetwork, self._group("network"))
        check_taken(self, "network", network, self._network_takes)
        return network

    def _networks(self) -> Network:
        return Network(conditional=True, class_scaling=None, ema_decay=self._spectra_network().ema_decay)

    def _discriminator_rows(self) -> DiscriminatorRows:
        """Return which rows the discriminator sees; real ones with their own label by default."""
        return DiscriminatorRows(wrong_weight=0.0)

    def _penalty(self) -> GradientPenalty:
        """Return the penalty on the discriminator's slope; none by default."""
        return GradientPenalty(0.0)

    @abstractmethod
    def _network_options(self) -> dict[str, Any]:
        """Return the options of the networks: ``classifier_widths``, and ``class_latent`` where there is one."""

    def _hyper_options(self) -> dict[str, Any]:
        """Return the traced numbers of the method."""
        return {}

    def _pretrain_epochs(self) -> int:
        """Return the epochs of the autoencoder before the adversarial training; 0 for none."""
        return 0

    def _standardises(self) -> bool:
        """Say whether every point has a scale of its own."""
        chosen = self._spectra_network().standardise_points
        return not of_images(self) if isinstance(chosen, str) else bool(chosen)

    # ------------------------------------------------------------------ recipe

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import mislabel_gan

        rows, penalty = self._discriminator_rows(), self._penalty()
        return mislabel_gan.recipe(
            steps=sizes.steps,
            pretrain_steps=min(self._pretrain_epochs() * math.ceil(sizes.rows / self.batch_size), sizes.steps),
            batch_size=self.batch_size,
            ema=self._ema_decay is not None,
            mislabel=rows.wrong_label if rows.wrong_weight > 0 else None,
            penalty=penalty.at if penalty.weight > 0 else None,
            classifies=self._network_options()["classifier_widths"] is not None,
        )

    def _players(self, key: Array, sizes: Sizes) -> dict[str, Any]:
        from oversmith.recipes import mislabel_gan

        network = self._spectra_network()
        return mislabel_gan.players(
            key,
            sizes,
            self._points(),
            latent_dim=self.latent_dim,
            generator_widths=tuple(self.generator_widths),
            critic_widths=tuple(self.critic_widths),
            head_units=network.head_units,
            initial_sd=network.initial_sd,
            squash=within_one(self) and not self._standardises(),
            pretrained=self._pretrain_epochs() > 0,
            label_input=network.label_input,
            **self._network_options(),
        )

    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        from oversmith.recipes import mislabel_gan

        return mislabel_gan.hyper(
            sizes,
            latent_dim=self.latent_dim,
            learning_rate=self.learning_rate,
            critic_steps=self.critic_steps,
            ema_decay=self._ema_decay or 0.0,
            mislabel_weight=self._discriminator_rows().wrong_weight,
            penalty_weight=self._penalty().weight,
            **({"terms": dict.fromkeys(TERMS, True)} | self._hyper_options()),
        )

    def _run_hyper(self, rows: TrainingRows, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
        return {"n_classes": len(rows.codes)}

    # ------------------------------------------------------------------ training

    def _scaler(self, rows: np.ndarray, table: EncodedTable) -> ClassScaler:
        # All classes in one scale: a wrong label must be wrong by where the row lies, and the classifier sees them all.
        mode = "standard" if self._standardises() else None
        return ClassScaler(mode).fit(table.pooled, table.pooled, table.spans)

    def _data(
        self, state: dict[str, Any], rows: TrainingRows, sizes: Sizes, rng: np.random.Generator
    ) -> dict[str, Any]:
        from oversmith.training import table_data

        data = super()._data(state, rows, sizes, rng)
        natural = table_data(
            rows.x[:, :1],
            rows.labels,
            frequency=rows.frequency(rows.natural_shares()),
            n_classes=len(rows.codes),
            width=1,
        )
        return data | {"natural": natural["cumulative"]}

    def _class_shares(self, rows: TrainingRows) -> np.ndarray:
        return super()._class_shares(rows) if self._discriminator_rows().real == "balanced" else rows.natural_shares()

    def _record(self, run: TrainingRun, result: TrainResult, phase: str | None) -> None:
        for row in result.history:
            if notices := _noticed(row):
                row["notice"] = "; ".join(notices)
        super()._record(run, result, phase)


def _noticed(row: dict[str, Any]) -> Sequence[str]:
    """Say what is wrong with the players in a stretch of training."""
    notices = []
    if row.get("d_accuracy", 0.0) >= ALWAYS_RIGHT:
        notices.append("the discriminator is nearly always right")
    if row.get("diversity", 1.0) <= ALL_ALIKE:
        notices.append("generated rows of a class are nearly alike")
    return notices


class MislabelSampler(LabelledSampler):
    """Base of the GANs whose discriminator also sees real rows with a wrong label, its slope held near one.

    Parameters
    ----------
    discriminator_rows : DiscriminatorRows or None, default=None
        Which rows the discriminator sees: real ones by class or as the data are, and those with a wrong label. None is
        ``DiscriminatorRows()``.
    penalty : GradientPenalty or None, default=None
        Penalty on the discriminator's slope. None is the method's own.
    """

    _network_takes: ClassVar[tuple[str, ...]] = (*LabelledSampler._network_takes, "head_units", "label_input")
    _parameter_groups: ClassVar[Mapping[str, Mapping[Any, Settings]]] = {
        **LabelledSampler._parameter_groups,
        "discriminator_rows": {None: DiscriminatorRows()},
        "penalty": {None: GradientPenalty()},
    }

    discriminator_rows: DiscriminatorRows | None = None
    penalty: GradientPenalty | None = None

    def _discriminator_rows(self) -> DiscriminatorRows:
        return cast(DiscriminatorRows, self._group("discriminator_rows"))

    def _penalty(self) -> GradientPenalty:
        return cast(GradientPenalty, self._group("penalty"))
