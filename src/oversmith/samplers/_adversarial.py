"""What the adversarial samplers share: a generator and a critic, their sizes and how often they take turns."""

from __future__ import annotations

from typing import ClassVar

from oversmith._parameters import PositiveInt, Widths
from oversmith.samplers._network import NetworkSampler


class AdversarialSampler(NetworkSampler):
    """Base of the samplers in which a generator is trained against a critic (or discriminator).

    Parameters
    ----------
    generator_widths : tuple of int, default=(64, 64, 64)
        Widths of the generator's hidden layers; with convolutions over pixels the channels of each size an image goes
        through, of which each is twice the one before.
    critic_widths : tuple of int, default=(64, 64, 64)
        Widths of the critic's (or discriminator's) hidden layers; with convolutions over pixels the channels of each
        convolution, which halves the size.
    latent_dim : int, default=32
        Length of the generator's noise vector.
    critic_steps : int, default=5
        Critic updates per generator update.
    """

    _modalities: ClassVar[tuple[str, ...]] = ("table", "series", "image")
    _ends_in_tanh = True

    generator_widths: Widths = (64, 64, 64)
    critic_widths: Widths = (64, 64, 64)
    latent_dim: PositiveInt = 32
    critic_steps: PositiveInt = 5
