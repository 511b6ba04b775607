"""ConditionalDiffusion: a class-conditional U-Net that takes noise away (Chung et al. 2024, a rival)."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from sklearn.utils._param_validation import Interval

from oversmith._parameters import NonNegative, PositiveInt, ShareBelowOne, Widths
from oversmith.encoders import SeriesEncoder
from oversmith.exceptions import InputError
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._model import within_one
from oversmith.samplers._network import NetworkSampler
from oversmith.samplers._training_run import Monitor, Players, TrainingRun, held_out_monitor
from oversmith.samplers.settings import Network, Stop, StopRule

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe

# Times and noises at which each row is scored.
_SCORED_DRAWS = 8
# Smallest bucket of their number: each is a pass through the U-Net.
_SCORED_ROWS = 16


class ConditionalDiffusion(NetworkSampler):
    """Series of a class out of noise, by one U-Net that learnt to take noise away and is told the class.

    In training a series is mixed with noise at one of ``n_noise_steps`` levels and the network learns the velocity
    between the two. A series is drawn by starting from noise and following the network back in ``n_sampling_steps``
    steps that add no noise of their own. The network learns from the series of all classes, drawn equally often
    (Chung et al. 2024 sets such a model against its own, under the names CCU-diffusion and CCD-diffusion).

    Parameters
    ----------
    widths : tuple of int, default=(32, 64, 128)
        Channels of each level of the U-Net; each level below the first has half the places.
    patch : int or "auto", default="auto"
        Points per place of the network, along each axis. ``"auto"``: 1 up to 256 time points or 16 x 16 pixels, then as
        many as leave so many places at most.
    n_noise_steps : int, default=1000
        Levels of noise in training.
    n_sampling_steps : int, default=50
        Steps from noise to series, at most ``n_noise_steps``; each is an evaluation of the network.
    class_dropout : float, default=0.1
        Share of the training series shown without their class, in [0, 1): what ``guidance`` leans on.
    guidance : float, default=1.0
        How far the class pulls, not negative: 1 follows the network's answer for the class, 0 the one without a class,
        and more than 1 goes beyond, towards what is typical of the class, at the cost of variety.
    betas : (float, float), default=(0.9, 0.999)
        Decays of Adam's two moments.
    batch_size : int, default=32
        Series per update, classes evenly.
    max_steps : int, default=2000
        Updates at most.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk: ``classes``, ``step``, ``loss_denoiser`` and ``monitor``, the same loss with the class told,
        at fixed levels and noises, on the rows ``scored_on`` names.

    See Also
    --------
    FlowMatching : The same idea along straight lines, with fewer settings; for tables too.

    Notes
    -----
    The paper states 1,000 noise steps, 150 epochs and Adam(2e-4; 0.5, 0.9), and names a class-conditioned U-Net;
    everything else is ours:

    - Residual blocks with RMS norm, linear attention at each level and full attention at the lowest; scale and shift
      from class and noise level; the velocity as target; the cosine schedule.
    - Series are padded by zeros on both sides to what can be halved, and cut back. Long ones are cut into patches, for
      the sake of a CPU; ``patch=1`` looks at every point.
    - Guidance is what the network says without a class, plus ``guidance`` times the difference to what it says with it.
      In the notation of [3]_ that is a weight of ``guidance - 1``.
    - Where series are in [-1, 1] (``SeriesEncoder(scaling="minmax")`` without a class scaling) each step's estimate is
      held there.
    - A checkpoint is scored by the loss and not by drawn series: drawing them costs more than the training between two
      checks. With a class of few series the score is that of the training series, which tells when the network has
      them by heart, not whether it should.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; Table 6.
    .. [2] J. Song, C. Meng, S. Ermon, "Denoising Diffusion Implicit Models", ICLR, 2021.
    .. [3] J. Ho, T. Salimans, "Classifier-Free Diffusion Guidance", arXiv:2207.12598, 2022.
    .. [4] A. Nichol, P. Dhariwal, "Improved Denoising Diffusion Probabilistic Models", ICML, 2021; the cosine schedule.
    .. [5] T. Salimans, J. Ho, "Progressive Distillation for Fast Sampling of Diffusion Models", ICLR, 2022; the
       velocity.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import ConditionalDiffusion
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(42, 1, 16)).cumsum(axis=2)
    >>> y = np.repeat(["normal", "fault"], [40, 2])
    >>> sampler = ConditionalDiffusion(widths=(4, 8), max_steps=2, n_sampling_steps=5, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> X_resampled.shape, [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    ((80, 1, 16), [40, 40])
    """

    _modalities: ClassVar[tuple[str, ...]] = ("series", "image")
    _learns_from_all = True
    # One convolutional network serves all classes.
    _network_takes: ClassVar[tuple[str, ...]] = ("class_scaling", "ema_decay")
    _conditional: ClassVar[bool | int] = True
    _rules: ClassVar[tuple[StopRule, ...]] = ("loss", "steps")
    _patience: ClassVar[int] = 10
    _decay: ClassVar[float] = 0.995

    widths: Widths = (32, 64, 128)
    patch: PositiveInt | Literal["auto"] = "auto"
    n_noise_steps: Annotated[int, Interval(Integral, 2, None, closed="left")] = 1000
    n_sampling_steps: PositiveInt = 50
    class_dropout: ShareBelowOne = 0.1
    guidance: NonNegative = 1.0
    betas: tuple[float, float] = (0.9, 0.999)
    batch_size: PositiveInt = 32
    max_steps: PositiveInt = 2000

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a sampler with what Chung et al. 2024 states of its diffusion model.

        Parameters
        ----------
        **changes : object
            Constructor parameters that differ.

        Returns
        -------
        ConditionalDiffusion
            1,000 noise steps, 150 epochs to the end, Adam(2e-4; 0.5, 0.9), channels in [-1, 1], every point a place of
            its own. The paper states no batch size: 32.

        Examples
        --------
        >>> from oversmith import ConditionalDiffusion
        >>> ConditionalDiffusion.paper().stop.max_epochs, ConditionalDiffusion.paper().n_noise_steps
        (150, 1000)
        """
        setting: dict[str, Any] = {
            "patch": 1,
            "learning_rate": 2e-4,
            "betas": (0.5, 0.9),
            "stop": Stop(patience=None, max_epochs=150),
            "network": Network(class_scaling=None),
            "encoder": SeriesEncoder(scaling="minmax"),
        }
        return cls._with(setting, changes)

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import diffusion

        return diffusion.recipe(
            steps=sizes.steps,
            batch_size=self.batch_size,
            ema=self._ema_decay is not None,
            guided=self.guidance != 1,
            betas=self._betas(),
        )

    def _players(self, key: Array, sizes: Sizes) -> Players:
        from oversmith.networks.unet import patch_of
        from oversmith.recipes import diffusion

        shape = self._points()
        patch = patch_of(shape) if self.patch == "auto" else int(self.patch)
        return diffusion.players(key, sizes, shape, tuple(self.widths), patch)

    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        from oversmith.recipes import diffusion

        if self.n_sampling_steps > self.n_noise_steps:
            raise InputError(
                "n_sampling_steps",
                f"{self.n_sampling_steps} found, but there are {self.n_noise_steps} noise steps (n_noise_steps)",
                "take as many or fewer",
            )
        return diffusion.hyper(
            sizes,
            learning_rate=self.learning_rate,
            ema_decay=self._ema_decay or 0.0,
            class_dropout=self.class_dropout,
            guidance=self.guidance,
            n_sampling_steps=self.n_sampling_steps,
            n_noise_steps=self.n_noise_steps,
            bound=1.0 if within_one(self) else math.inf,
        )

    def _betas(self) -> tuple[float, float]:
        betas = tuple(self.betas)
        if len(betas) != 2 or not all(isinstance(beta, Real) and 0 <= beta < 1 for beta in betas):
            raise InputError("betas", f"{self.betas!r} found", "give two numbers in [0, 1), Adam's decays")
        return float(betas[0]), float(betas[1])

    def _monitor(self, run: TrainingRun) -> Monitor | None:
        if self._stopping().rule == "steps":
            return None
        from oversmith.recipes import diffusion

        return held_out_monitor(run, diffusion.row_losses, draws=_SCORED_DRAWS, smallest=_SCORED_ROWS)
