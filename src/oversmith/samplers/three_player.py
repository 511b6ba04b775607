"""The three-player GAN: generator, discriminator and classifier trained together (Chung et al. 2024)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from sklearn.exceptions import NotFittedError

from oversmith._parameters import CountInt, NonNegative, PositiveInt, Widths
from oversmith.encoders import ClassScaler
from oversmith.exceptions import InputError
from oversmith.samplers._labelled_sampler import TERMS, LabelledSampler, MislabelSampler
from oversmith.samplers._model import restored_model


class CooperativeSampler(LabelledSampler):
    """Base of the GANs in which generator and classifier help each other.

    Parameters
    ----------
    coop_weight : float, default=1.0
        Weight of the classifier's cross-entropy in the generator's loss; 0 leaves it out.
    classifier_widths : tuple of int, default=(16, 16, 32, 64)
        Channels of the classifier's convolutions.
    critic_steps : int, default=1
        Discriminator updates per update of generator and classifier.

    Attributes
    ----------
    classifier_ : object
        The trained classifier, with ``classes_``, ``predict`` and ``predict_proba``.
    """

    _paper: ClassVar[dict[str, Any]] = {"classifier_widths": (32, 32, 128, 256)}

    coop_weight: NonNegative = 1.0
    classifier_widths: Widths = (16, 16, 32, 64)
    critic_steps: PositiveInt = 1

    def _network_options(self) -> dict[str, Any]:
        return {"classifier_widths": tuple(self.classifier_widths)}

    def _hyper_options(self) -> dict[str, Any]:
        return {"coop_weight": self.coop_weight}

    @property
    def classifier_(self) -> PlayerClassifier:
        """The trained classifier; in Chung et al. 2025 it is the product."""
        models = getattr(self, "state_", {}).get("models", [])
        if not models:
            raise NotFittedError(
                f"{type(self).__name__} has no classifier: nothing was trained yet; call fit(X, y, classes=) with the "
                "classes to train, where all are equally large already"
            )
        return PlayerClassifier(self)


class ThreePlayerGAN(CooperativeSampler, MislabelSampler):
    """Spectra of a class by a generator that pleases a discriminator and helps a classifier, all trained together.

    The discriminator tells real rows from generated ones and from real rows with a wrong label, its slope held near
    one (Chung et al. 2024, Eq. 3); the generator deceives it and makes rows that the classifier takes for the class
    asked for (Eq. 4); the classifier learns from real rows, filled up to balance with generated ones (Eq. 5). They take
    turns in that order, once each. Before that the generator is half of an autoencoder (Table 6).

    Parameters
    ----------
    pretrain_epochs : int, default=100
        Epochs of the autoencoder, at most as many steps as the training has; 0 starts from noise.
    without : sequence of str, default=()
        Terms of the losses to leave out, for an ablation: ``"discriminator_real"``, ``"discriminator_generated"``,
        ``"generator_adversarial"``, ``"classifier_real"``, ``"classifier_generated"``. The others have weights.

    Attributes
    ----------
    history_ : list of dict
        One row per chunk: ``phase`` (``"autoencoder"``, ``"adversarial"``), ``step``, ``loss_autoencoder`` (mean
        absolute error), ``loss_discriminator``, ``loss_generator``, ``loss_classifier``, ``d_real``, ``d_fake`` and
        ``d_wrong`` (what real, generated and mislabelled rows are taken for), ``d_accuracy`` (share of real and
        generated rows told apart, 0.5 when it cannot tell), ``penalty``, ``cooperation`` (the classifier's
        cross-entropy on generated rows), ``diversity`` (how far generated rows of a class lie apart, the least of all
        classes, beside real ones), and ``notice``, where the discriminator is nearly always right or rows of a class
        are nearly alike.
    n_steps_, best_step_ : dict
        Steps of the autoencoder count as steps.

    See Also
    --------
    ThreePlayerClassifier : The classifier of this training as a scikit-learn estimator.
    BAGANGP : The same start and discriminator, no classifier.
    CDRAGAN : No start and no classifier.

    Notes
    -----
    One model serves all classes. All see one scale, so that a wrong label is wrong by where the row lies. What the
    paper leaves open, and what is done here:

    - Its convolutions are two-dimensional, kernel (4, 4), for spectra of 800 points, and no reshape is given: here they
      run along the spectrum.
    - "With a wrong label": drawn among the other classes. The code its discriminator comes from draws among all, so
      that with two classes half of the wrong labels are right (``DiscriminatorRows(wrong_label="any")``).
    - The gradient in Eq. 3 is taken by row and label; here by the row alone, a label having no slope.
    - The discriminator sees the classes equally often. Drawn naturally it would learn how frequent a label is, and two
      batches of three hold no row of a class of two in 150 (``DiscriminatorRows(real="natural")``).
    - Eq. 5 adds two means, over real and over generated rows; here it is one mean over both.
    - Table 6 lists 100 epochs of pre-training that the text does not mention: the start of BAGAN-GP is taken for it,
      with codes standardised, so that the noise that follows has the same law.
    - The label multiplies the discriminator's features straight, without a dense layer of its own.
    - The batch is not stated: 32.
    - The defaults are narrower networks, five times the learning rate, every point in a scale of its own, the class
      beside the noise instead of multiplied into it, and rows drawn from a moving average of the generator's weights;
      :meth:`paper` has the paper's.
    - What multiplies noise or features is drawn around zero, as the embeddings of the code behind the paper are.
      Around one, the classes were nearly the same: no row was of its class after 750 steps.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; appendix, Eq. 2 to 5, and Tables 6 and 7.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import ThreePlayerGAN
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(44, 1, 20)).cumsum(axis=2)
    >>> y = np.repeat(["gel", "sol"], [40, 4])
    >>> sampler = ThreePlayerGAN(max_steps=2, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> X_resampled.shape, [int((y_resampled == label).sum()) for label in ("gel", "sol")]
    ((80, 1, 20), [40, 40])
    >>> sampler.classifier_.predict_proba(X[:3]).shape
    (3, 2)
    """

    _paper: ClassVar[dict[str, Any]] = {**CooperativeSampler._paper, "pretrain_epochs": 100}

    pretrain_epochs: CountInt = 100
    without: Sequence[str] = ()

    def _hyper_options(self) -> dict[str, Any]:
        unknown = [name for name in self.without if name not in TERMS]
        if unknown:
            raise InputError("without", f"{unknown[0]!r} found", f"choose among {', '.join(map(repr, TERMS))}")
        return {"coop_weight": self.coop_weight, "terms": {name: name not in self.without for name in TERMS}}

    def _pretrain_epochs(self) -> int:
        return self.pretrain_epochs


class PlayerClassifier:
    """The classifier of a trained `ThreePlayerGAN`.

    Parameters
    ----------
    sampler : ThreePlayerGAN
        The fitted sampler.

    Attributes
    ----------
    classes_ : ndarray
        Class labels.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import ThreePlayerGAN
    >>> X, y = np.random.default_rng(0).normal(size=(12, 1, 20)), np.repeat(["a", "b"], [9, 3])
    >>> classifier = ThreePlayerGAN(max_steps=1, random_state=0).fit(X, y).classifier_
    >>> classifier.classes_.tolist(), classifier.predict(X).shape
    (['a', 'b'], (12,))
    """

    def __init__(self, sampler: CooperativeSampler) -> None:
        self._sampler = sampler
        self._model = sampler.state_["models"][0]
        self.classes_ = sampler.classes_[self._model["codes"]]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Class probabilities.

        Parameters
        ----------
        X : array-like
            Spectra shaped as in ``fit``.

        Returns
        -------
        ndarray of float64, shape (n_cases, n_classes)
            One column per class of ``classes_``.
        """
        from oversmith.recipes.classifier import log_probabilities
        from oversmith.recipes.mislabel_gan import BLOCK

        network, rows = self._asked(X)
        return np.exp(log_probabilities(network, rows, len(self._model["codes"]), rows.shape[1], BLOCK))

    def features(self, X: Any) -> np.ndarray:
        """Numbers that the network's last layer decides by, which Chung et al. 2024 shows in its Figures 4 and 8.

        Parameters
        ----------
        X : array-like
            As in ``predict_proba``.

        Returns
        -------
        ndarray of float32, shape (n_cases, n_features)
            What its convolutions make of each spectrum.
        """
        from oversmith.recipes import mislabel_gan

        return mislabel_gan.features(*self._asked(X))

    def _asked(self, X: Any) -> tuple[Any, np.ndarray]:
        """Return the network and spectra in its scale."""
        scaler = ClassScaler.from_state(self._sampler.state_["scalers"][self._model["codes"][0]])
        players, _ = restored_model(self._sampler, self._model)
        return players["classifier"], scaler.transform(self._sampler.encoder_.transform(X))

    def predict(self, X: Any) -> np.ndarray:
        """Most probable class of each spectrum.

        Parameters
        ----------
        X : array-like
            Spectra shaped as in ``fit``.

        Returns
        -------
        ndarray of shape (n_cases,)
            Class labels.
        """
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]
