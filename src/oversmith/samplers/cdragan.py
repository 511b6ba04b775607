"""CDRAGAN: a GAN that is given the class, with a DRAGAN penalty on its discriminator (a rival in Chung et al. 2024)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from oversmith._parameters import Settings
from oversmith.samplers._labelled_sampler import MislabelSampler
from oversmith.samplers.settings import GradientPenalty


class CDRAGAN(MislabelSampler):
    """Spectra of a class from noise, against a discriminator whose slope is held near one around real rows.

    The discriminator tells real rows from generated ones and from real rows with a wrong label, five updates per update
    of the generator; generator and discriminator are those of :class:`BAGANGP`, without the autoencoder.

    Parameters
    ----------
    penalty : GradientPenalty or None, default=None
        Penalty on the discriminator's slope. None is ``GradientPenalty(at="dragan")``: around real rows.

    Attributes
    ----------
    history_ : list of dict
        As of :class:`ThreePlayerGAN`, without autoencoder and classifier.

    See Also
    --------
    BAGANGP : Starts from an autoencoder.
    ThreePlayerGAN : A classifier in addition.

    Notes
    -----
    The paper names the method and its coefficient. The original definition was not at hand: losses are those of
    BAGAN-GP's code with the start removed, the penalty is DRAGAN's, where the name comes from. Its noise is normal with
    half the batch's standard deviation; a code in use draws it from [0, 1), to one side.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; column "CDRAGAN" of the tables, and Table 6.
    .. [2] N. Kodali, J. Abernethy, J. Hays, Z. Kira, "On Convergence and Stability of GANs", preprint, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import CDRAGAN
    >>> X = np.random.default_rng(0).normal(size=(44, 1, 20)).cumsum(axis=2)
    >>> y = np.repeat(["gel", "sol"], [40, 4])
    >>> X_resampled, y_resampled = CDRAGAN(max_steps=2, random_state=0).fit_resample(X, y)
    >>> X_resampled.shape, [int((y_resampled == label).sum()) for label in ("gel", "sol")]
    ((80, 1, 20), [40, 40])
    """

    _parameter_groups: ClassVar[Mapping[str, Mapping[Any, Settings]]] = {
        **MislabelSampler._parameter_groups,
        "penalty": {None: GradientPenalty(at="dragan")},
    }

    def _network_options(self) -> dict[str, Any]:
        return {"classifier_widths": None}
