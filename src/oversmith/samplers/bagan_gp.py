"""BAGAN-GP: a GAN that is given the class, with a generator pre-trained as a decoder (a rival in Chung et al. 2024)."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from oversmith._parameters import CountInt
from oversmith.exceptions import InputError
from oversmith.samplers._labelled_sampler import MislabelSampler


class BAGANGP(MislabelSampler):
    """Spectra of a class by a generator that starts as an autoencoder's half, against a discriminator with penalty.

    An autoencoder of all classes, told the class, gives the generator its first weights; then the discriminator learns
    to tell real rows from generated ones and from real rows with a wrong label, its slope between real and generated
    rows held near one, five times per update of the generator.

    Parameters
    ----------
    pretrain_epochs : int, default=100
        Epochs of the autoencoder, at most as many steps as the training has; 0 starts from noise.
    latent : {"embedding", "class_gaussian"}, default="embedding"
        Noise: standard normal; or first drawn from the Gaussian of the class's own codes, its covariance shrunk
        towards that of all classes.

    Attributes
    ----------
    history_ : list of dict
        As of :class:`ThreePlayerGAN`, without the classifier.

    See Also
    --------
    ThreePlayerGAN : A classifier in addition.
    CDRAGAN : The same losses without the autoencoder.

    Notes
    -----
    Differences from the published code and the paper:

    - Codes are standardised over the batch, so that the noise that follows has their law; the code has a LeakyReLU
      there. Batches of the autoencoder are balanced too.
    - Wrong labels are other labels; in the code they may be the right one (``DiscriminatorRows(wrong_label="any")``).
    - Shares of the rows that the penalty mixes are uniform; the code's are normal.
    - ``latent="class_gaussian"`` is the first BAGAN's. Two rows of a class have a covariance of one direction, one row
      has none: that of all classes stands in for it, the more the fewer rows there are.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; column "BAGAN-GP" of the tables, and Table 6.
    .. [2] G. Huang, A. H. Jafari, "Enhanced balancing GAN: minority-class image generation", Neural Computing and
       Applications, 2021.
    .. [3] G. Mariani, F. Scheidegger, R. Istrate, C. Bekas, C. Malossi, "BAGAN: Data Augmentation with Balancing GAN",
       arXiv:1803.09655, 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import BAGANGP
    >>> X = np.random.default_rng(0).normal(size=(44, 1, 20)).cumsum(axis=2)
    >>> y = np.repeat(["gel", "sol"], [40, 4])
    >>> X_resampled, y_resampled = BAGANGP(max_steps=2, random_state=0).fit_resample(X, y)
    >>> X_resampled.shape, [int((y_resampled == label).sum()) for label in ("gel", "sol")]
    ((80, 1, 20), [40, 40])
    """

    _paper: ClassVar[dict[str, Any]] = {"pretrain_epochs": 100}

    pretrain_epochs: CountInt = 100
    latent: Literal["embedding", "class_gaussian"] = "embedding"

    def _network_options(self) -> dict[str, Any]:
        gaussian = self.latent == "class_gaussian"
        if gaussian and not self.pretrain_epochs:
            raise InputError(
                "latent",
                "'class_gaussian' found with pretrain_epochs=0, but the Gaussians are those of the autoencoder's codes",
                "give it at least one epoch",
            )
        return {"classifier_widths": None, "class_latent": gaussian}

    def _pretrain_epochs(self) -> int:
        return self.pretrain_epochs
