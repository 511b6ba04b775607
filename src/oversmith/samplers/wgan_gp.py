"""WGAN-GP: a generator against a Wasserstein critic with a gradient penalty."""

from __future__ import annotations

import math
from typing import Any

from oversmith._parameters import NonNegative
from oversmith.samplers._wasserstein_sampler import WassersteinSampler


class WGANGP(WassersteinSampler):
    """Rows of a class from noise, by a generator that follows a critic whose slope is held near one.

    The critic minimises E[C(G(z))] - E[C(x)] plus a penalty on its slope between real and generated rows, the generator
    -E[C(G(z))] (Riaz et al. 2025, Eq. 6 and 7, and its gradient penalty). One model learns one class, from its real
    rows alone: EO-WGAN without its SMOTE stage.

    Parameters
    ----------
    penalty_weight : float, default=10.0
        Weight of the gradient penalty.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk and model: ``classes``, ``step``, ``loss_critic``, ``loss_generator``, ``penalty``,
        ``wasserstein`` (the critic's gap), ``monitor`` (energy distance to the rows ``scored_on`` names, lower is
        better).

    See Also
    --------
    EOWGAN : The same networks on real and SMOTE rows together.
    CWGANGP : One conditional model of all classes, with an auxiliary classifier.

    Notes
    -----
    Several classes are generated independently, each from its own random numbers. With equal settings it is
    ``EOWGAN(smote_share=0)`` trained on the real rows alone, so that the two differ by the SMOTE stage and nothing
    else. Deviations from the paper:

    - Adam has β 0.5 and 0.9, and the library's rate of 1e-3 is ten times the paper's.
    - The GAN works in the class's own scale, and rows are drawn from a moving average of the generator's weights.

    References
    ----------
    .. [1] I. Gulrajani, F. Ahmed, M. Arjovsky, V. Dumoulin, A. Courville, "Improved Training of Wasserstein GANs",
       NeurIPS, 2017.
    .. [2] R. Riaz, G. Han, K. Shaukat, N. U. Khan, H. Zhu, L. Wang, "A novel ensemble Wasserstein GAN framework for
       effective anomaly detection in industrial internet of things environments", Scientific Reports 15, 2025.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import WGANGP
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> sampler = WGANGP(max_steps=2, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    [90, 90]
    """

    penalty_weight: NonNegative = 10.0

    def _recipe_options(self) -> dict[str, Any]:
        return {"lipschitz": "gradient_penalty"}

    def _hyper_options(self) -> dict[str, Any]:
        return {"clip": math.inf, "penalty_weight": self.penalty_weight}
