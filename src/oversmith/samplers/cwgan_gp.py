"""CWGAN-GP: a conditional WGAN-GP with an auxiliary classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from oversmith._parameters import NonNegative, Positive, Widths
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._training_run import TrainingRows
from oversmith.samplers.wgan_gp import WGANGP

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe


class CWGANGP(WGANGP):
    """Rows of the asked class, by one conditional WGAN-GP whose generator also listens to a classifier.

    Noise and class go into the generator, row and class into a critic with gradient penalty, and a third network learns
    to tell the classes of real rows apart. The generator's loss adds the classifier's cross-entropy on its rows,
    bounded below, so that they lie on their class's side of the boundary. All classes teach; rows are made of the asked
    ones only.

    Parameters
    ----------
    auxiliary_weight : float, default=1.0
        Weight of the classifier's cross-entropy in the generator's loss; 0 switches it off.
    auxiliary_clamp : float, default=0.3
        Cross-entropy below which a row is left alone, so that rows are not pulled to the classes' prototypes.
    classifier_widths : tuple of int, default=(64, 64)
        Widths of the classifier's hidden layers.
    learning_rate : float, default=5e-4
        Step size of the three networks.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk: ``classes`` (the asked ones), ``step``, ``loss_critic``, ``loss_classifier``,
        ``loss_generator``, ``auxiliary`` (the bounded cross-entropy of generated rows), ``penalty``, ``wasserstein``
        (the critic's gap), ``monitor`` (energy distance to the rows ``scored_on`` names, mean of the asked classes,
        lower is better).

    See Also
    --------
    WGANGP : One model per class, without the classifier.
    CGAN : The conditional model with the first GAN's losses.

    Notes
    -----
    All asked classes come from one model; each is drawn from its own random numbers. Classes are drawn equally often.
    Generator and critic work in each class's own scale, the classifier sees rows in the table's: there the classes lie
    where they do. Deviations from the paper:

    - The networks are the library's multi-layer perceptrons; the paper adds cross layers and layer norm.
    - Levels are relaxed draws with one-hot columns for the classifier, which the paper embeds.
    - The cross-entropy is bounded row by row.
    - Rows are drawn from a moving average of the generator's weights.

    References
    ----------
    .. [1] J. Engelmann, S. Lessmann, "Conditional Wasserstein GAN-based oversampling of tabular data for imbalanced
       learning", Expert Systems with Applications 174, 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import CWGANGP
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> sampler = CWGANGP(max_steps=2, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    [90, 90]
    """

    _learns_from_all = True
    # One network serves all classes, always.
    _network_takes: ClassVar[tuple[str, ...]] = ("backbone", "class_scaling", "ema_decay")
    _conditional: ClassVar[bool | int] = True

    auxiliary_weight: NonNegative = 1.0
    auxiliary_clamp: NonNegative = 0.3
    classifier_widths: Widths = (64, 64)
    learning_rate: Positive = 5e-4

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import wasserstein

        return wasserstein.auxiliary_recipe(
            steps=sizes.steps,
            batch_size=self.batch_size,
            ema=self._ema_decay is not None,
            **self._recipe_options(),
        )

    def _players(self, key: Array, sizes: Sizes) -> dict[str, Any]:
        import jax

        from oversmith.recipes import wasserstein

        # A separate key: the other two networks are those of a model without the classifier.
        classifier_key = jax.random.fold_in(key, 1)
        classifier = wasserstein.auxiliary_classifier(classifier_key, sizes, tuple(self.classifier_widths))
        return super()._players(key, sizes) | {"classifier": classifier}

    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        hyper = super()._hyper(sizes)
        return hyper | {"learning_rate": {**hyper["learning_rate"], "classifier": self.learning_rate}}

    def _run_hyper(self, rows: TrainingRows, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
        from oversmith.recipes import wasserstein
        from oversmith.recipes.generator import affine

        auxiliary = wasserstein.auxiliary_hyper(len(rows.codes), self.auxiliary_weight, self.auxiliary_clamp)
        return affine(rows.scalers, sizes.padded_width) | auxiliary
