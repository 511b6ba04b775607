"""GANBATS: series from a recurrent generator and an attentive discriminator (Liu et al. 2023)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from oversmith._parameters import PositiveInt, Widths
from oversmith.encoders import SeriesEncoder
from oversmith.exceptions import InputError
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._model import within_one
from oversmith.samplers._network import NetworkSampler
from oversmith.samplers._training_run import Monitor, Players, TrainingRows, TrainingRun
from oversmith.samplers.settings import Network, Stop, StopRule

if TYPE_CHECKING:
    import numpy as np
    from jax import Array

    from oversmith.training import Recipe

# The discriminator can no longer judge: both kinds of series are, on average over a chunk, taken for real with a chance
# this near to one half.
CHANCE = 0.05
# The longest series that the recurrent part reads point by point.
POINTWISE = 128


class GANBATS(NetworkSampler):
    """Series of a class from noise that a bidirectional LSTM reads, against a discriminator with attention.

    Noise, one number per time point, passes two layers of a bidirectional LSTM and three G-parts (convolution, batch
    norm, ReLU); the discriminator has two D-parts (convolution of stride two, ReLU, batch norm), a self-attention whose
    keys are its values, and a mean over time before its last layer (Liu et al. 2023, Sections 3.1 and 3.2). One model
    learns all classes, told which one to make.

    Parameters
    ----------
    hidden : int, default=64
        Units of the LSTM per direction.
    lstm_layers : int, default=2
        Layers of the LSTM.
    generator_widths : tuple of int, default=(128, 64, 32)
        Channels of the G-parts.
    critic_widths : tuple of int, default=(32, 64)
        Channels of the D-parts.
    recurrent : bool, default=True
        Whether the generator has its LSTM: the first column of Table 2 of Liu et al. 2023.
    attention : bool, default=True
        Whether the discriminator has its attention: the third column of Table 2 of Liu et al. 2023.
    head : {"gap", "mlp"}, default="gap"
        Global average pooling before the discriminator's last layer, or two dense layers in its place.
    lstm_stride : int or "auto", default="auto"
        Time points per step of the LSTM; between steps is interpolated. ``"auto"``: 1 up to 128 points, 4 beyond.
    halve_epochs : int or None, default=50
        Epochs after which the learning rate is halved, again and again; None keeps it.
    stop : {"auto", "distance", "chance", "steps"} or Stop, default="auto"
        What ends the training and which generator is kept: the least energy distance (``"auto"`` too); the paper's
        end, when the discriminator can no longer tell generated from real series; or the budget alone.
    batch_size : int, default=32
        Series per update.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk and model: ``classes``, ``step``, ``loss_discriminator``, ``loss_generator``, ``d_real`` and
        ``d_fake`` (what the discriminator takes real and generated series for, 0.5 when it cannot tell), ``monitor``
        (energy distance to the rows ``scored_on`` names, lower is better).

    See Also
    --------
    DCGAN : Convolutions in place of the recurrent part, no attention.
    WGANGP : Convolutions and a critic with a gradient penalty.

    Notes
    -----
    What the paper leaves open, and what is done here:

    - Eq. 1 reads ``min_G max_G`` (max over D), and "G takes the maximum and D the minimum" is reversed; Eq. 5 divides
      by a sum of similarities where a softmax divides by a sum of exponentials. The usual loss and softmax are used;
      the generator's loss is the one that does not saturate.
    - Kernel sizes, channels, betas and the last layer are not stated: kernels of 5, the widths above, Adam(0.5, 0.999).
    - Attention has no residual in the paper; without one an untrained attention averages all places, so its result
      is added to its input, and similarities are divided by the root of the number of channels.
    - "Two D-part parts" and "the three D-part structure" stand in one sentence; there are two here.
    - The class is not mentioned though normal and abnormal series are trained on: it is told at every time point.
    - Series "judged to be true" that are "re-entered into the discriminator" are left out: nothing more is said.
    - The discriminator's batch norm goes by real and generated series together. Apart, each half would be brought to
      the same mean before the average over time, and the discriminator could not tell them by it.
    - The library's default works in the class's own scale and draws from a moving average of the weights, which came
      nearer to unseen series on the two sets it was tried on; :meth:`paper` does neither.
    - Epochs are those of the rows of all classes; batches draw the classes evenly. The default is a number of steps, as
      everywhere in the library; :meth:`paper` has the paper's 100 epochs.

    References
    ----------
    .. [1] S. Liu, H. Qiao, L. Yuan, Y. Yuan, J. Liu, "Research on data augmentation algorithm for time series based on
       deep learning", KSII Transactions on Internet and Information Systems 17(6), 2023, doi:10.3837/tiis.2023.06.002.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import GANBATS
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(50, 1, 16)).cumsum(axis=2)
    >>> y = np.repeat(["normal", "fault"], [40, 10])
    >>> X_resampled, y_resampled = GANBATS(max_steps=2, random_state=0).fit_resample(X, y)
    >>> X_resampled.shape, [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    ((80, 1, 16), [40, 40])
    """

    _modalities: ClassVar[tuple[str, ...]] = ("series",)
    # The networks are convolutions and recurrent layers; one serves all classes.
    _network_takes: ClassVar[tuple[str, ...]] = ("class_scaling", "conditional", "ema_decay")
    _rules: ClassVar[tuple[StopRule, ...]] = ("distance", "chance", "steps")
    _conditional: ClassVar[bool | int] = True

    hidden: PositiveInt = 64
    lstm_layers: PositiveInt = 2
    generator_widths: Widths = (128, 64, 32)
    critic_widths: Widths = (32, 64)
    recurrent: bool = True
    attention: bool = True
    head: Literal["gap", "mlp"] = "gap"
    lstm_stride: PositiveInt | Literal["auto"] = "auto"
    halve_epochs: PositiveInt | None = 50
    batch_size: PositiveInt = 32

    @classmethod
    def paper(cls, data: str = "ecg", **changes: Any) -> Self:
        """Make a sampler with the paper's setting for one of its data sets.

        Parameters
        ----------
        data : {"battery", "bearing", "ecg"}, default="ecg"
            NASA battery (batch 32), XJTU-SY (batch 128, rate 1e-3) or MIT-BIH (batch 128); the rate is 1e-4 where not
            said otherwise.
        **changes : object
            Parameters that differ from the paper's, also those of groups: ``stop__max_epochs=10``.

        Returns
        -------
        GANBATS
            100 epochs to the end, the learning rate halved every 50, no early stop, channels in [-1, 1] and a tanh.

        Raises
        ------
        InputError
            For another name.

        Examples
        --------
        >>> from oversmith import GANBATS
        >>> GANBATS.paper("bearing").learning_rate, GANBATS.paper("battery").batch_size
        (0.001, 32)
        """
        known = {"battery": (32, 1e-4), "bearing": (128, 1e-3), "ecg": (128, 1e-4)}
        if data not in known:
            raise InputError("data", f"{data!r} found", f"choose one of {', '.join(map(repr, known))}")
        batch_size, learning_rate = known[data]
        setting: dict[str, Any] = {
            "batch_size": batch_size,
            "learning_rate": learning_rate,
            "lstm_stride": 1,
            "network": Network(class_scaling=None, ema_decay=None),
            "encoder": SeriesEncoder(scaling="minmax"),
            "stop": Stop("steps", max_epochs=100),
        }
        return cls._with(setting, changes)

    @property
    def _learns_from_all(self) -> bool:  # type: ignore[override]
        return self._networks().conditional is True

    def _stride(self, length: int) -> int:
        if self.lstm_stride == "auto":
            return 1 if length <= POINTWISE else 4
        return int(self.lstm_stride)

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import gan

        return gan.recipe(
            steps=sizes.steps, batch_size=self.batch_size, ema=self._ema_decay is not None, batch_norm=True
        )

    def _players(self, key: Array, sizes: Sizes) -> Players:
        import jax

        from oversmith.recipes import ganbats

        shape = self._points()
        generator_key, discriminator_key = jax.random.split(key)
        return {
            "generator": ganbats.Generator(
                shape,
                sizes.condition_width,
                hidden=self.hidden,
                layers=self.lstm_layers,
                widths=tuple(self.generator_widths),
                recurrent=self.recurrent,
                stride=self._stride(shape[1]),
                key=generator_key,
                with_tanh=within_one(self),
            ),
            "discriminator": ganbats.Discriminator(
                shape,
                sizes.condition_width,
                widths=tuple(self.critic_widths),
                attends=self.attention,
                head=self.head,
                key=discriminator_key,
            ),
        }

    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        from oversmith.recipes import gan, ganbats

        length = self._points()[1]
        return gan.hyper(
            sizes,
            latent_dim=ganbats.steps_of(length, self._stride(length)),
            learning_rate=self.learning_rate,
            critic_steps=1,
            ema_decay=self._ema_decay or 0.0,
        )

    def _run_hyper(self, rows: TrainingRows, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
        if self.halve_epochs is None:
            return {"halve_every": math.inf}
        return {"halve_every": float(self.halve_epochs * math.ceil(len(rows.x) / self.batch_size))}

    def _monitor(self, run: TrainingRun) -> Monitor | None:
        return super()._monitor(run) if self._stopping().rule == "distance" else None

    def _watchers(self, run: TrainingRun) -> Sequence[Callable[[Any], Any]]:
        if self._stopping().rule != "chance":
            return ()

        def cannot_judge(event: Any) -> str | None:
            real, fake = event.metrics["d_real"], event.metrics["d_fake"]
            return "chance" if max(abs(real - 0.5), abs(fake - 0.5)) < CHANCE else None

        return (cannot_judge,)
