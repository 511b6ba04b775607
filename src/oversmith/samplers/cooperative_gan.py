"""CooperativeGAN: spectra that move from inside the class to its border (Chung et al. 2024, a rival)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np

from oversmith._parameters import PositiveShare
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._labelled_sampler import PAPER_NETWORK
from oversmith.samplers._training_run import TrainingRows
from oversmith.samplers.settings import DiscriminatorRows
from oversmith.samplers.three_player import CooperativeSampler

if TYPE_CHECKING:
    from oversmith.training import Recipe


class CooperativeGAN(CooperativeSampler):
    """Spectra that a classifier learns from while they move from inside their class to its border.

    A generator deceives a discriminator and makes rows that a classifier is to take for their class, at first for
    certain, then less and less, down to a draw with the class next to it; the classifier learns that they are of their
    class all the same, and so gives the class more room. There are no mislabelled rows, no penalty and no autoencoder.

    Parameters
    ----------
    rho : float, default=0.3
        How near the rows come to the border, in (0, 1]: at the end of the training the share ``rho / 2`` of their
        target belongs to the class next to theirs; 1 aims where the classifier holds both equally likely.
    real_sampling : {"balanced", "natural"}, default="balanced"
        Whether the discriminator sees every class equally often, or as often as in the data.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk: ``classes``, ``step``, ``loss_discriminator``, ``loss_generator``, ``loss_classifier``,
        ``d_real`` and ``d_fake`` (what real and generated rows are taken for), ``d_accuracy`` (share of them told
        apart), ``cooperation`` (the classifier's cross-entropy on generated rows for their moving target),
        ``diversity`` (how far generated rows of a class lie apart, the least of all classes, beside real ones), and
        ``notice``, where the discriminator is nearly always right or rows of a class are nearly alike.

    See Also
    --------
    ThreePlayerGAN : The stabilisers, and no way to the border.
    ACGAN : A discriminator that is the classifier too.

    Notes
    -----
    After what the abstract of the publication [1]_ and Chung et al. 2024 say of it; the publication itself was not at
    hand. It is an interpretation, and no equivalence is claimed. The abstract tells of a classifier, a generator and a
    discriminator, and of rows that gradually widen the region of the minority class by a regularised border; document
    003 adds a scheduling parameter in (0, 1] and that there is no stabilising technique. The rest is ours:

    - At step t of T the target of a generated row gives the share ``rho t / (2 T)`` to the other class that the
      classifier holds most likely. Rows of classes that are not resampled keep their class.
    - The classifier learns as that of the three players: a batch as the data are, filled up with generated rows.
    - Networks, optimiser and draws are those of :class:`ThreePlayerGAN`; in :meth:`paper` too the class stands beside
      the noise: multiplied by it, a generator without an autoencoder learns the class late.

    The classifier is told that rows at the border are of their class, so the border moves on, and the rows after it.
    Nothing but the discriminator holds them. On peaks at two places, 60:12, rows of ``rho=0.3`` ended a fifth of the
    way to the other class, and those of ``rho=0.6`` and 1 within it: hence the default. Chung et al. 2024 tunes it.

    A training that ends before its budget has not come to the border: hence the rule ``"steps"``. ``partial_fit``
    starts inside the class again.

    References
    ----------
    .. [1] H.-S. Choi, D. Jung, S. Kim, S. Yoon, "Imbalanced Data Classification via Cooperative Interaction Between
       Classifier and Generator", IEEE Transactions on Neural Networks and Learning Systems 33(8), 2022; its abstract.
    .. [2] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; section on benchmark methods and Table 6.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import CooperativeGAN
    >>> X = np.random.default_rng(0).normal(size=(44, 1, 20)).cumsum(axis=2)
    >>> y = np.repeat(["gel", "sol"], [40, 4])
    >>> X_resampled, y_resampled = CooperativeGAN(max_steps=2, random_state=0).fit_resample(X, y)
    >>> X_resampled.shape, [int((y_resampled == label).sum()) for label in ("gel", "sol")]
    ((80, 1, 20), [40, 40])
    """

    _network_takes: ClassVar[tuple[str, ...]] = (*CooperativeSampler._network_takes, "head_units")

    rho: PositiveShare = 0.3
    real_sampling: Literal["balanced", "natural"] = "balanced"

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a sampler with the setting of Chung et al. 2025 (Table 6), as far as this method has it.

        Parameters
        ----------
        **changes : object
            Constructor parameters that differ from the paper's.

        Returns
        -------
        CooperativeGAN
            As :meth:`ThreePlayerGAN.paper`, without its autoencoder and its penalty.

        Examples
        --------
        >>> from oversmith import CooperativeGAN
        >>> CooperativeGAN.paper().network.head_units
        128
        """
        return super().paper(**({"network": PAPER_NETWORK.changed(head_units=128)} | changes))

    def _discriminator_rows(self) -> DiscriminatorRows:
        return DiscriminatorRows(real=self.real_sampling, wrong_weight=0.0)

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import cooperative, mislabel_gan

        loss = mislabel_gan.generator_loss(True, cooperative.towards_the_border)
        return mislabel_gan.with_losses(super()._recipe(sizes), {"generator": loss})

    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        return super()._hyper(sizes) | {"rho": self.rho, "total_steps": float(max(sizes.steps, 1))}

    def _run_hyper(self, rows: TrainingRows, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
        widened = np.zeros(max(sizes.condition_width, 1), np.float32)
        widened[[rows.codes.index(code) for code in rows.generated]] = 1
        return super()._run_hyper(rows, sizes, rng) | {"widened": widened}
