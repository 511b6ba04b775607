"""ACGAN: a GAN whose discriminator also names the class (Chung et al. 2024, a rival under the name CovidGAN)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from oversmith._parameters import NonNegative, PositiveInt
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._labelled_sampler import LabelledSampler
from oversmith.samplers.settings import DiscriminatorRows

if TYPE_CHECKING:
    from oversmith.training import Recipe


class ACGAN(LabelledSampler):
    """Spectra of a class from noise, against a discriminator that names the class of every row it judges.

    The discriminator is not told the class. It says whether a row is real, and which class it is of; it learns both
    from real and from generated rows. The generator is told the class and makes rows that are taken for real and for
    that class (the auxiliary-classifier GAN; with this network for chest X-rays it became known as CovidGAN, the name
    Chung et al. 2024 has). ``CovidGAN`` is another name of the class.

    Parameters
    ----------
    class_weight : float, default=1.0
        Weight of the classes' cross-entropy in both players' losses, not negative; 0 leaves a generator that nothing
        tells which class to make.
    real_sampling : {"balanced", "natural"}, default="balanced"
        Whether the discriminator sees every class equally often, or as often as in the data.
    latent_dim : int, default=100
        Length of the generator's noise.
    critic_steps : int, default=1
        Discriminator updates per generator update.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk: ``classes``, ``step``, ``loss_discriminator``, ``loss_generator``, ``d_real`` and ``d_fake``
        (what real and generated rows are taken for), ``d_accuracy`` (share of them told apart), ``class_real`` and
        ``class_fake`` (cross-entropy of the classes named for them), ``diversity`` (how far generated rows of a class
        lie apart, the least of all classes, beside real ones), and ``notice``, where the discriminator is nearly always
        right or rows of a class are nearly alike.

    See Also
    --------
    CDRAGAN : A discriminator that is told the class.
    CooperativeGAN : A classifier that is a network of its own.

    Notes
    -----
    Deviations from the publications, whose code was made for pictures of 112 x 112 pixels:

    - The networks are those of Table 6 of Chung et al. 2024, with the class beside the noise, as loud as all of it,
      where CovidGAN puts a plane of its embedding beside the first features; the discriminator has kernels of 4 with
      stride 2, no batch norm and no dropout. (With the noise multiplied by the class, as in the other GANs of that
      table, half of the rows were still of the wrong class after 1,500 steps.)
    - Chung et al. 2024 draws the noise from a normal law and writes a standard deviation of 0.02, which is that of the
      first weights: here it is 1.
    - The classes are drawn evenly, real and generated ones; the discriminator would otherwise name the large class.
    - Adam's moments are those of Chung et al. 2024, (0.5, 0.9). :meth:`paper` has its 150 epochs, and of the
      publication the noise of length 100, which the paper tunes up to 200, the batch of 64, and transposed
      convolutions from 1,024 channels down.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; Table 6.
    .. [2] A. Odena, C. Olah, J. Shlens, "Conditional Image Synthesis with Auxiliary Classifier GANs", ICML, 2017.
    .. [3] A. Waheed et al., "CovidGAN: Data Augmentation Using Auxiliary Classifier GAN for Improved Covid-19
       Detection", IEEE Access 8, 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import ACGAN, CovidGAN
    >>> X = np.random.default_rng(0).normal(size=(44, 1, 20)).cumsum(axis=2)
    >>> y = np.repeat(["gel", "sol"], [40, 4])
    >>> X_resampled, y_resampled = ACGAN(max_steps=2, random_state=0).fit_resample(X, y)
    >>> X_resampled.shape, [int((y_resampled == label).sum()) for label in ("gel", "sol")]
    ((80, 1, 20), [40, 40])
    >>> CovidGAN is ACGAN
    True
    """

    _paper: ClassVar[dict[str, Any]] = {
        "generator_widths": (1024, 512, 256, 128),
        "latent_dim": 100,
        "batch_size": 64,
    }

    class_weight: NonNegative = 1.0
    real_sampling: Literal["balanced", "natural"] = "balanced"
    latent_dim: PositiveInt = 100
    critic_steps: PositiveInt = 1

    def _discriminator_rows(self) -> DiscriminatorRows:
        # The discriminator is not given the class: there is nothing to mislabel.
        return DiscriminatorRows(real=self.real_sampling, wrong_weight=0.0)

    def _network_options(self) -> dict[str, Any]:
        from oversmith.recipes import acgan

        return {"classifier_widths": None, "critic": acgan.discriminator}

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import acgan, mislabel_gan

        losses = {"discriminator": acgan.discriminator_loss, "generator": acgan.generator_loss}
        return mislabel_gan.with_losses(super()._recipe(sizes), losses)

    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        return super()._hyper(sizes) | {"class_weight": self.class_weight}


CovidGAN = ACGAN
