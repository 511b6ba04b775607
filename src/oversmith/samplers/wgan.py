"""WGAN: a generator against a Wasserstein critic with clipped weights (Riaz et al. 2025, its baseline)."""

from __future__ import annotations

from typing import Any, Self

from oversmith._parameters import Positive
from oversmith.samplers._wasserstein_sampler import WassersteinSampler
from oversmith.samplers.eo_wgan import PAPER_CRITIC, PAPER_GENERATOR
from oversmith.samplers.settings import Network, Stop


class WGAN(WassersteinSampler):
    """Rows of a class from noise, by a generator that follows a critic with clipped weights.

    The critic minimises E[C(G(z))] - E[C(x)], so that the gap estimates the Wasserstein distance between real and
    generated rows; the generator minimises -E[C(G(z))] (Riaz et al. 2025, Eq. 6 and 7). Every weight of the critic is
    clipped after its update, which bounds its slope. One model learns one class, from its real rows alone.

    Parameters
    ----------
    clip : float, default=0.1
        Bound of every critic weight.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk and model: ``classes``, ``step``, ``loss_critic``, ``loss_generator``, ``wasserstein`` (the
        critic's gap), ``monitor`` (energy distance to the rows ``scored_on`` names, lower is better).

    See Also
    --------
    WGANGP : The same with a gradient penalty instead of clipping, usually the better choice.
    EOWGAN : The same game after SMOTE.

    Notes
    -----
    Several classes are generated independently, each from its own random numbers. The networks and the optimiser
    (RMSprop, decay 0.99) are those of ``EOWGAN(lipschitz="clip")``, so only the SMOTE stage differs. Deviations from
    the paper:

    - The WGAN works in the class's own scale, and rows are drawn from a moving average of the generator's weights.
    - Table 5 of Riaz et al. 2025 names the activation LeakyReLU; the critic has Tanh after its first layer, as the
      paper's text says of EO-WGAN's. The widths, the latent length, the optimiser and the bound of 0.01 are ours.
    - The library's defaults are smaller and faster than the paper's setting, which is :meth:`paper`.

    References
    ----------
    .. [1] R. Riaz, G. Han, K. Shaukat, N. U. Khan, H. Zhu, L. Wang, "A novel ensemble Wasserstein GAN framework for
       effective anomaly detection in industrial internet of things environments", Scientific Reports 15, 2025; column
       "WGAN" of Table 5.
    .. [2] M. Arjovsky, S. Chintala, L. Bottou, "Wasserstein Generative Adversarial Networks", ICML, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import WGAN
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> sampler = WGAN(max_steps=2, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    [90, 90]
    """

    clip: Positive = 0.1

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a sampler with the column "WGAN" of Table 5 of Riaz et al. 2025.

        Parameters
        ----------
        **changes : object
            Parameters that differ from the paper's, also those of groups: ``stop__max_epochs=10``.

        Returns
        -------
        WGAN
            80 epochs (the last of 40, 80) without early stop, batch 128, learning rate 5e-5, ten critic updates,
            weights within ±0.01, and the widths of :meth:`EOWGAN.paper`. The column's rate of 1e-4 belongs to its
            classifier.

        Examples
        --------
        >>> from oversmith import WGAN
        >>> WGAN.paper().critic_steps, WGAN.paper(stop__max_epochs=40).stop.max_epochs
        (10, 40)
        """
        setting: dict[str, Any] = {
            "clip": 0.01,
            "critic_steps": 10,
            "generator_widths": PAPER_GENERATOR,
            "critic_widths": PAPER_CRITIC,
            "latent_dim": 64,
            "learning_rate": 5e-5,
            "batch_size": 128,
            "network": Network(ema_decay=None),
            "stop": Stop(patience=None, max_epochs=80),
        }
        return cls._with(setting, changes)

    def _recipe_options(self) -> dict[str, Any]:
        return {"lipschitz": "clip"}

    def _hyper_options(self) -> dict[str, Any]:
        return {"clip": self.clip, "penalty_weight": 0.0}
