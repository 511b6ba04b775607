"""What the adversarial samplers share: a generator and a critic, their sizes and how often they take turns."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar

from sklearn.utils._param_validation import Interval

from oversmith.samplers._network import NetworkSampler

if TYPE_CHECKING:
    from oversmith.networks import Columns


class AdversarialSampler(NetworkSampler):
    """Base of the samplers in which a generator plays against a critic (or discriminator).

    Parameters
    ----------
    generator_widths : tuple of int, default=(64, 64, 64)
        Widths of the generator's hidden layers; with ``backbone="conv2d"`` the channels of each size an image goes
        through, of which each is twice the one before.
    critic_widths : tuple of int, default=(64, 64, 64)
        Widths of the critic's (or discriminator's) hidden layers; with ``backbone="conv2d"`` the channels of each
        convolution, which halves the size.
    latent_dim : int, default=32
        Length of the generator's noise vector.
    n_critic : int, default=5
        Critic updates per generator update.
    ema_decay : float or None, default=0.99
        Rows are drawn from a moving average of the generator's weights with this decay per step, which evens out the
        swings of the two players; ``None`` draws from the last weights.
    """

    _modalities: ClassVar[tuple[str, ...]] = ("table", "series", "image")

    _parameter_constraints: dict = {
        **NetworkSampler._parameter_constraints,
        "generator_widths": ["array-like"],
        "critic_widths": ["array-like"],
        "latent_dim": [Interval(Integral, 1, None, closed="left")],
        "n_critic": [Interval(Integral, 1, None, closed="left")],
        "ema_decay": [Interval(Real, 0, 1, closed="neither"), None],
    }

    def __init__(
        self,
        *,
        generator_widths: tuple[int, ...] = (64, 64, 64),
        critic_widths: tuple[int, ...] = (64, 64, 64),
        latent_dim: int = 32,
        n_critic: int = 5,
        ema_decay: float | None = 0.99,
        **common: Any,
    ) -> None:
        super().__init__(**common)
        self.generator_widths = generator_widths
        self.critic_widths = critic_widths
        self.latent_dim = latent_dim
        self.n_critic = n_critic
        self.ema_decay = ema_decay

    def _columns(self, padded: int) -> Columns:
        from oversmith.networks import with_tanh

        columns = super()._columns(padded)
        return with_tanh(columns) if self._of_images() and self._within_one() else columns
