"""CGAN: one GAN of all classes, given the class to generate (Nazari et al. 2021)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from oversmith._parameters import PositiveInt, ShareBelowOne
from oversmith.encoders import ClassScaler
from oversmith.exceptions import InputError
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._copying import CopyProofDistance, thinned
from oversmith.samplers._training_run import Monitor, TrainingRows, TrainingRun, distance_monitor
from oversmith.samplers.gan import GAN
from oversmith.samplers.settings import Network, Stop

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe


class CGAN(GAN):
    """Rows of a class, by one conditional GAN that learns from majority and minority together.

    Noise and class go into the generator, row and class into the discriminator, so that a small class shares what the
    network learns from the large ones (Nazari et al. 2021). The losses are those of the GAN. All classes teach; rows
    are made of the asked ones only.

    Parameters
    ----------
    balanced : bool, default=True
        Whether every class is drawn equally often in training; otherwise as often as in the table. The generator is
        asked for every class equally often either way.
    batch_norm : bool, default=False
        Batch norm after each of the generator's hidden layers; rows are drawn by its running statistics.
    dropout : float, default=0.0
        Chance that a unit of the discriminator's hidden layers, but the first, is left out in training, in [0, 1).
    stop : {"auto", "distance", "steps"} or Stop, default="auto"
        When the training ends. ``"distance"`` (and ``"auto"``) scores a checkpoint every 100 steps, restores the best
        one and ends after ``patience`` scores without a gain, ten where ``patience`` is ``"auto"``; ``"steps"`` trains
        ``max_steps`` steps, scores nothing and keeps the last weights. Both train on all rows, and are alike up to
        where ``"distance"`` ends.
    max_steps : int, default=2000
        Generator updates at most.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk: ``classes`` (the asked ones), ``step``, ``loss_discriminator``, ``loss_generator``,
        ``d_real`` and ``d_fake`` (what the discriminator takes real and generated rows for), and unless
        ``stop="steps"`` ``monitor`` (energy distance to the training rows, plus what copying them gains; mean of the
        asked classes, lower is better).

    See Also
    --------
    GAN : One model per class, from its own rows alone.
    CWGANGP : The conditional model with a gradient penalty and an auxiliary classifier.

    Notes
    -----
    All asked classes come from one model; each is drawn from its own random numbers. Deviations from the paper,
    whose settings are those of its published code:

    - The code multiplies noise and row by a learnt embedding of the class; here the class is one-hot in front of them.
      The first layer's weights of that one-hot vector are an embedding too, added where the code multiplies.
    - The generator's last layer is a tanh for images in [-1, 1], as in the code, linear in numeric columns, and columns
      of levels are relaxed draws.
    - The discriminator is updated once on real and generated rows together, the code updates it once on each.
    - The library's default draws classes evenly, works in each class's own scale, takes small networks without batch
      norm and dropout and a moving average of the generator's weights; :meth:`paper` does none of that.
    - ``stop="distance"`` is the library's answer to a question that the paper leaves open, how long to train where
      nobody can look at the rows. No row is held out for it: the score sees whether training rows are copied, by how
      much nearer a generated row lies to one of them than to the next, beside how they lie to each other. It needs
      three rows; a class of two is scored by energy distance alone, which copies of the two rows win.

    References
    ----------
    .. [1] E. Nazari, P. Branco, G.-V. Jourdan, "Exploring GAN-Based Oversampling across Varied Data Difficulty
       Factors", project page of two papers, 2021.
    .. [2] M. Mirza, S. Osindero, "Conditional Generative Adversarial Nets", arXiv:1411.1784, 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import CGAN
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> sampler = CGAN(max_steps=2, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    [90, 90]
    """

    _learns_from_all = True
    # One network serves all classes, always, and no row is held out.
    _network_takes: ClassVar[tuple[str, ...]] = ("backbone", "class_scaling", "ema_decay")
    _stop_takes: ClassVar[tuple[str, ...]] = ("rule", "patience", "max_epochs", "max_seconds", "callbacks")
    _conditional: ClassVar[bool | int] = True
    _patience: ClassVar[int] = 10

    balanced: bool = True
    batch_norm: bool = False
    dropout: ShareBelowOne = 0.0
    max_steps: PositiveInt = 2000

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a sampler with the reference setting of Nazari et al. 2021.

        Parameters
        ----------
        **changes : object
            Parameters that differ from the paper's, also those of groups: ``network__ema_decay=0.99``. With
            ``stop="distance"`` the budget is 15,000 steps instead of the paper's 1,500, so that the score ends the
            training and not the paper's guess.

        Returns
        -------
        CGAN
            Latent length 50, generator 256/512/1024 with batch norm, discriminator 3 × 512 with dropout 0.4,
            Adam(2e-4, 0.5), batch 32, 1,500 steps to the end, the table's own scale and class shares.

        Examples
        --------
        >>> from oversmith import CGAN
        >>> CGAN.paper().max_steps, CGAN.paper().stop
        (1500, 'steps')
        >>> CGAN.paper(stop="distance").max_steps
        15000
        """
        stop = changes.get("stop", "steps")
        rule = stop.rule if isinstance(stop, Stop) else stop
        setting: dict[str, Any] = {
            "latent_dim": 50,
            "generator_widths": (256, 512, 1024),
            "critic_widths": (512, 512, 512),
            "batch_norm": True,
            "dropout": 0.4,
            "learning_rate": 2e-4,
            "critic_steps": 1,
            "batch_size": 32,
            "max_steps": 1500 if rule == "steps" else 15_000,
            "stop": "steps",
            "balanced": False,
            "network": Network(backbone="mlp", class_scaling=None, ema_decay=None),
        }
        return cls._with(setting, changes)

    def _held_out(self, n_rows: int, rng: np.random.Generator) -> np.ndarray:
        # A held-out fifth scored checkpoints less well than the training rows do, and the training lacked it. The
        # number is still drawn, so that the seeds after it stay the same.
        rng.integers(2**31)
        return np.zeros(0, dtype=int)

    def _monitor(self, run: TrainingRun) -> Monitor | None:
        if self._stopping().rule == "steps":
            return None
        return distance_monitor(run, distance=_distance_without_copies)

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import gan
        from oversmith.training import draw_balanced, draw_weighted

        return gan.conditional_recipe(
            steps=sizes.steps,
            batch_size=self.batch_size,
            ema=self._ema_decay is not None,
            batch_norm=self.batch_norm,
            dropout=self.dropout > 0,
            draw=draw_balanced if self.balanced else draw_weighted,
        )

    def _players(self, key: Array, sizes: Sizes) -> dict[str, Any]:
        from oversmith.recipes import gan

        if sizes.shape is not None and self.dropout:
            raise InputError(
                "dropout",
                f"{self.dropout!r} found, which dense layers alone have",
                "set network=Network(backbone='mlp')",
            )

        return gan.players(
            key,
            sizes,
            latent_dim=self.latent_dim,
            generator_widths=tuple(self.generator_widths),
            critic_widths=tuple(self.critic_widths),
            activation="leaky_relu",
            batch_norm=self.batch_norm,
        )

    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        return super()._hyper(sizes) | {"dropout": self.dropout}

    def _run_hyper(self, rows: TrainingRows, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
        return {"n_classes": len(rows.codes)}

    def _class_shares(self, rows: TrainingRows) -> np.ndarray:
        if self.balanced:
            return super()._class_shares(rows)
        return rows.natural_shares()


def _distance_without_copies(rows: np.ndarray, scaler: ClassScaler, most: int) -> CopyProofDistance:
    return CopyProofDistance(scaler.transform(thinned(rows, most)))
