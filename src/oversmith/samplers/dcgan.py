"""DCGAN: convolutions with batch norm on both sides (Liu et al. 2023, its baseline)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from oversmith._parameters import Widths
from oversmith.encoders import SeriesEncoder
from oversmith.recipes.sizes import Sizes
from oversmith.samplers.gan import GAN
from oversmith.samplers.settings import Network, Stop

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe


class DCGAN(GAN):
    """Series of a class from noise, by transposed convolutions with batch norm, against strided convolutions with it.

    The generator doubles the length at each layer and the discriminator halves it; both have batch norm, but not after
    the discriminator's first and the generator's last layers (Liu et al. 2023, Table 4, column "DCGAN").

    Parameters
    ----------
    generator_widths : tuple of int, default=(64, 64, 64)
        Channels of the generator's hidden layers.
    critic_widths : tuple of int, default=(64, 64, 64)
        Channels of the discriminator's convolutions.

    See Also
    --------
    GAN : The same convolutions without batch norm.
    GANBATS : A recurrent generator, and attention in the discriminator.

    Notes
    -----
    The paper names the method and reports its accuracy; networks and rates are ours, after the method's publication.
    Long series are met by a larger stride in the first layer. The discriminator's batch norm goes by the batch at hand,
    real and generated series together; it learns from series made in inference mode, as they are drawn later.

    References
    ----------
    .. [1] S. Liu, H. Qiao, L. Yuan, Y. Yuan, J. Liu, "Research on data augmentation algorithm for time series based on
       deep learning", KSII Transactions on Internet and Information Systems 17(6), 2023, doi:10.3837/tiis.2023.06.002.
    .. [2] A. Radford, L. Metz, S. Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative
       Adversarial Networks", ICLR, 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import DCGAN
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(50, 2, 16)).cumsum(axis=2)
    >>> y = np.repeat(["normal", "fault"], [40, 10])
    >>> X_resampled, y_resampled = DCGAN(max_steps=2, random_state=0).fit_resample(X, y)
    >>> X_resampled.shape, [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    ((80, 2, 16), [40, 40])
    """

    _modalities: ClassVar[tuple[str, ...]] = ("series", "image")
    # The networks are convolutions.
    _network_takes: ClassVar[tuple[str, ...]] = ("class_scaling", "conditional", "ema_decay")

    generator_widths: Widths = (64, 64, 64)
    critic_widths: Widths = (64, 64, 64)

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a sampler with the setting of the method's publication, which Liu et al. 2023 takes over unsaid.

        Parameters
        ----------
        **changes : object
            Constructor parameters that differ.

        Returns
        -------
        DCGAN
            Latent length 100, Adam(2e-4, 0.5), batch 128, 100 epochs to the end, the channels' own scale in [-1, 1].
            The encoder is that of series; images are in [-1, 1] with ``encoder=ImageEncoder()``.

        Examples
        --------
        >>> from oversmith import DCGAN
        >>> DCGAN.paper().batch_size
        128
        """
        setting: dict[str, Any] = {
            "latent_dim": 100,
            "learning_rate": 2e-4,
            "batch_size": 128,
            "network": Network(class_scaling=None, ema_decay=None),
            "stop": Stop(patience=None, max_epochs=100),
            "encoder": SeriesEncoder(scaling="minmax"),
        }
        return cls._with(setting, changes)

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import gan

        return gan.recipe(
            steps=sizes.steps, batch_size=self.batch_size, ema=self._ema_decay is not None, batch_norm=True
        )

    def _players(self, key: Array, sizes: Sizes) -> dict[str, Any]:
        import jax

        from oversmith.recipes.generator import critic_network, generator_network

        generator_key, critic_key = jax.random.split(key)
        widths = tuple(self.generator_widths), tuple(self.critic_widths)
        return {
            "generator": generator_network(generator_key, sizes, self.latent_dim, widths[0], batch_norm=True),
            "discriminator": critic_network(critic_key, sizes, widths[1], (), batch_norm=True),
        }
