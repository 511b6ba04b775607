"""GAN: a generator against a discriminator, from noise (the baseline of Riaz et al. 2025 and Sharma et al. 2022)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from oversmith._parameters import Positive, PositiveInt
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._adversarial import AdversarialSampler
from oversmith.samplers.eo_wgan import PAPER_CRITIC, PAPER_GENERATOR
from oversmith.samplers.settings import Network, Stop

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe


class GAN(AdversarialSampler):
    """Rows of a class from noise, by a generator that learns to deceive a discriminator.

    The discriminator minimises -log D(x) - log(1 - D(G(z))) over real and generated rows, the generator
    -log D(G(z)) (Sharma et al. 2022, Section 3; the baseline of Riaz et al. 2025 and Sharma et al. 2022). One model
    learns one class, from its real rows alone.

    Parameters
    ----------
    critic_steps : int, default=1
        Discriminator updates per generator update (S in Algorithm 2 of Sharma et al. 2022).
    learning_rate : float, default=3e-4
        Step size of both networks.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk and model: ``classes``, ``step``, ``loss_discriminator``, ``loss_generator``, ``d_real`` and
        ``d_fake`` (what the discriminator takes real and generated rows for, 0.5 when it cannot tell), ``monitor``
        (energy distance to the rows ``scored_on`` names, lower is better).

    See Also
    --------
    SMOTifiedGAN : The same game, from SMOTE rows instead of noise.
    WGANGP : The same networks against a critic with a gradient penalty.

    Notes
    -----
    Several classes are generated independently, each from its own random numbers. Losses are computed from logits, so a
    discriminator that is sure leaves the generator a gradient. Deviations from the papers:

    - Eq. 4 of Riaz et al. 2025 has the wrong sign; the generator's loss here is the one above.
    - The GAN works in the class's own scale, and rows are drawn from a moving average of the generator's weights.
    - Table 5 of Riaz et al. 2025 names activations and rates; widths, latent length and Adam(0.5, 0.999) are ours.
    - The library's defaults are the small networks of its other adversarial samplers, trained in seconds; the setting
      of Riaz et al. 2025 is :meth:`paper`.

    References
    ----------
    .. [1] R. Riaz, G. Han, K. Shaukat, N. U. Khan, H. Zhu, L. Wang, "A novel ensemble Wasserstein GAN framework for
       effective anomaly detection in industrial internet of things environments", Scientific Reports 15, 2025; column
       "GAN" of Table 5.
    .. [2] A. Sharma, P. K. Singh, R. Chandra, "SMOTified-GAN for class imbalanced pattern classification problems",
       IEEE Access 10, 2022, doi:10.1109/ACCESS.2022.3158977.
    .. [3] I. Goodfellow et al., "Generative adversarial nets", Advances in Neural Information Processing Systems 27,
       2014.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import GAN
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> sampler = GAN(max_steps=2, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    [90, 90]
    """

    critic_steps: PositiveInt = 1
    learning_rate: Positive = 3e-4

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a sampler with the column "GAN" of Table 5 of Riaz et al. 2025.

        Parameters
        ----------
        **changes : object
            Parameters that differ from the paper's, also those of groups: ``stop__max_epochs=10``.

        Returns
        -------
        GAN
            80 epochs (the last of 20, 40, 80) without early stop, batch 64, learning rate 1e-4, five discriminator
            updates, and the widths of :meth:`EOWGAN.paper`. The column's rate of 1e-3 and batch of 100 belong to its
            classifier.

        Examples
        --------
        >>> from oversmith import GAN
        >>> GAN.paper().critic_steps, GAN.paper(stop__max_epochs=20).stop.max_epochs
        (5, 20)
        """
        setting: dict[str, Any] = {
            "critic_steps": 5,
            "generator_widths": PAPER_GENERATOR,
            "critic_widths": PAPER_CRITIC,
            "latent_dim": 64,
            "learning_rate": 1e-4,
            "batch_size": 64,
            "network": Network(ema_decay=None),
            "stop": Stop(patience=None, max_epochs=80),
        }
        return cls._with(setting, changes)

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import gan

        return gan.recipe(steps=sizes.steps, batch_size=self.batch_size, ema=self._ema_decay is not None)

    def _players(self, key: Array, sizes: Sizes) -> dict[str, Any]:
        from oversmith.recipes import gan

        return gan.players(
            key,
            sizes,
            latent_dim=self.latent_dim,
            generator_widths=tuple(self.generator_widths),
            critic_widths=tuple(self.critic_widths),
        )

    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        from oversmith.recipes import gan

        return gan.hyper(
            sizes,
            latent_dim=self.latent_dim,
            learning_rate=self.learning_rate,
            critic_steps=self.critic_steps,
            ema_decay=self._ema_decay or 0.0,
        )
