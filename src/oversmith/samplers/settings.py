"""Groups of parameters that belong together: small frozen objects, checked when they are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY
from numbers import Integral, Real
from typing import Annotated, Any, Literal

from sklearn.utils._param_validation import HasMethods, Interval

from oversmith._adapter import Resampler
from oversmith._parameters import AtLeastOne, CountInt, InnerShare, NonNegative, Positive, PositiveInt, Settings
from oversmith.selection.filters import RowFilter

StopRule = Literal["auto", "distance", "loss", "f1", "chance", "steps"]
STOP_RULES: tuple[StopRule, ...] = ("auto", "distance", "loss", "f1", "chance", "steps")
FilterName = Literal["novelty", "boundary"]
Filter = FilterName | RowFilter
# Sampler of imbalanced-learn or Oversmith.
OverSampler = Annotated[Resampler, HasMethods(["fit_resample", "get_params"])]


class Output(Settings):
    """What a sampler returns beside the rows that were asked for.

    Parameters
    ----------
    filters : sequence of {"novelty", "boundary"} or filter objects, one of the names, or None, default=None
        Which generated rows are returned: no near-copies of training rows (:class:`NoveltyFilter`), none whose real
        neighbours are mostly of another class (:class:`BoundaryFilter`). Rejected rows are drawn again, a limited
        number of times.
    too_few : {"error", "smote", "jitter"}, default="error"
        What happens to a class with too few rows to train on: an error, or rows by SMOTE or by jitter.
    keep_index : bool, default=False
        Whether real rows keep their pandas index labels. Whole numbers are continued for the generated rows, from the
        smallest free one where 64 bits end before.
    weight : float, default=1.0
        Weight of a synthetic row in ``sample_weight_`` (lambda in Eq. 12 of Riaz et al. 2025); real rows weigh 1.

    Examples
    --------
    >>> from oversmith import Output
    >>> Output(filters="novelty", keep_index=True)
    Output(filters='novelty', keep_index=True)
    >>> Output(weight=-1.0)
    Traceback (most recent call last):
    oversmith.exceptions.InputError: Output.weight: -1.0 found; give a float in the range [0.0, inf)
    """

    _: KW_ONLY
    filters: Sequence[Filter] | FilterName | None = None
    too_few: Literal["error", "smote", "jitter"] = "error"
    keep_index: bool = False
    weight: NonNegative = 1.0


class Stop(Settings):
    """When a training ends, and which of its checkpoints is kept.

    Parameters
    ----------
    rule : {"auto", "distance", "loss", "f1", "chance", "steps"}, default="auto"
        ``"steps"`` runs to the end of the budget and keeps the last weights. The other rules keep the best checkpoint
        and end the training after ``patience`` checks without a better one. ``"distance"``: the least energy distance
        to rows of the class; ``"loss"``: the least loss on them; ``"f1"``: the best F1 of a logistic regression on
        held-out rows. ``"chance"`` ends when the discriminator can no longer tell generated from real rows. ``"auto"``
        is the method's own rule. Each method says which rules it has.
    patience : int, "auto" or None, default="auto"
        Checks of 100 steps without a better score after which the training ends; None never ends it early. ``"auto"``
        is the method's own number.
    validation_fraction : float, default=0.2
        Share of a class's rows held out to score the checkpoints. A class too small for thirty held-out rows is
        scored against its training rows.
    max_epochs : int or None, default=None
        Budget in epochs of ``ceil(rows / batch_size)`` generator updates; it replaces ``max_steps``.
    max_seconds : float or None, default=None
        Wall-clock budget of one training, a guard: bits are repeated for equal ``n_steps_`` only.
    loss_floor : float or None, default=None
        Mean loss over 100 steps below which either player counts as beaten; the training then ends.
    callbacks : sequence of callable, default=()
        Called after each chunk of steps with a ``TrainingEvent``; returning True ends the training.
        :class:`oversmith.ProgressBar` shows a progress bar.

    Examples
    --------
    >>> from oversmith import EOWGAN, Stop
    >>> sampler = EOWGAN(stop=Stop("distance", patience=3))
    >>> sampler.set_params(stop__max_epochs=20).stop
    Stop(rule='distance', patience=3, max_epochs=20)
    """

    rule: StopRule = "auto"
    _: KW_ONLY
    patience: PositiveInt | Literal["auto"] | None = "auto"
    validation_fraction: InnerShare = 0.2
    max_epochs: PositiveInt | None = None
    max_seconds: Positive | None = None
    loss_floor: Positive | None = None
    callbacks: Sequence[Callable[[Any], Any]] = ()


class Network(Settings):
    """What the networks of a sampler are made of, in which space they work, and which weights draw the rows.

    Parameters
    ----------
    backbone : {"auto", "mlp", "conv1d", "conv2d"}, default="auto"
        Dense layers, or convolutions over time or over pixels, whose channels are then what the widths count.
        ``"auto"`` takes convolutions for series and images.
    class_scaling : {"auto", "standard", "whiten"} or None, default="auto"
        The space the generator works in: each class standardised (or decorrelated) by its own rows, or, with None, the
        data's own. ``"auto"`` standardises rows of tables and series, and leaves images as they are: pixels that
        hardly ever differ would be scaled up to the size of the others.
    conditional : bool, int or "auto", default="auto"
        Whether one network serves several classes: all of them (True), none (False), or those that have fewer rows
        than this number, while each larger class has a network of its own. ``"auto"`` is the method's own choice.
    ema_decay : float, "auto" or None, default="auto"
        Rows are drawn from a moving average of the generator's weights with this decay per step, which evens out the
        swings of a training; None draws from the last weights. ``"auto"`` is the method's own number.

    Examples
    --------
    >>> from oversmith import GAN, Network
    >>> GAN(network=Network(conditional=True, ema_decay=None)).network
    Network(conditional=True, ema_decay=None)
    """

    _: KW_ONLY
    backbone: Literal["auto", "mlp", "conv1d", "conv2d"] = "auto"
    class_scaling: Literal["auto", "standard", "whiten"] | None = "auto"
    conditional: bool | Annotated[int, Interval(Integral, 2, None, closed="left")] | Literal["auto"] = "auto"
    ema_decay: InnerShare | Literal["auto"] | None = "auto"


class SpectraNetwork(Settings):
    """Networks of the GANs that are compared on spectra (Chung et al. 2025), and how points of spectra are scaled.

    Parameters
    ----------
    head_units : int, default=64
        Units of the discriminator's dense layer before its score.
    label_input : {"concatenate", "multiply"}, default="concatenate"
        How the generator is given the class: beside the noise, as large as all of it, or multiplied with the noise, as
        in the paper, which it learns later.
    initial_sd : float or None, default=None
        Standard deviation of the networks' first weights; None goes by the number of inputs of each layer.
    standardise_points : bool or "auto", default="auto"
        Whether every point of a spectrum is standardised by all training rows (the generator then ends linearly), which
        shows differences that are small beside the spectrum's own course; or each channel keeps its shape. ``"auto"``
        does so with series and spectra, not with images.
    ema_decay : float or None, default=0.99
        Rows are drawn from a moving average of the generator's weights with this decay per step; None draws from the
        last weights.
    """

    _: KW_ONLY
    head_units: PositiveInt = 64
    label_input: Literal["concatenate", "multiply"] = "concatenate"
    initial_sd: Positive | None = None
    standardise_points: bool | Literal["auto"] = "auto"
    ema_decay: InnerShare | None = 0.99


class GradientPenalty(Settings):
    """Penalty on the slope of a critic or discriminator, which holds it near one.

    Parameters
    ----------
    weight : float, default=10.0
        Weight of the penalty in the loss (lambda in Table 9 of Riaz et al. 2025); 0 leaves it out.
    at : {"interpolate", "dragan"}, default="interpolate"
        Where the slope is held: between real and generated rows, or around real ones. Only the GANs for spectra take
        the second.
    """

    weight: NonNegative = 10.0
    _: KW_ONLY
    at: Literal["interpolate", "dragan"] = "interpolate"


class WeightClip(Settings):
    """Bound of every weight of a critic, which bounds its slope; the optimiser is then RMSprop.

    Parameters
    ----------
    bound : float, default=0.01
        Largest absolute weight.
    """

    bound: Positive = 0.01


class Critics(Settings):
    """Several critics of different initialisation, and what their loss is changed by.

    Parameters
    ----------
    n : int, default=1
        Critics; the generator follows all of them.
    reduce : {"mean", "min"}, default="mean"
        How the scores of several critics are combined for the generator.
    label_smoothing : float, default=0.0
        Smoothing of the critic's labels, in [0, 0.5): real rows count as real by ``1 - label_smoothing``.
    loss_clip : float or None, default=None
        Bound of each critic's loss before the penalty; beyond it the critic is not trained further apart.
    """

    n: PositiveInt = 1
    _: KW_ONLY
    reduce: Literal["mean", "min"] = "mean"
    label_smoothing: Annotated[float, Interval(Real, 0, 0.5, closed="left")] = 0.0
    loss_clip: Positive | None = None


class Guidance(Settings):
    """Loss of a small classifier that pulls generated rows to their class (Riaz et al. 2025).

    The classifier is trained on real and SMOTE rows and then left as it is; the generator's loss gets its cross-entropy
    for the class that was asked for.

    Parameters
    ----------
    weight : float, default=1.0
        Weight in the generator's loss (gamma in the paper); 0 leaves it out.
    clamp : float, default=0.3
        Cross-entropy below which a row has no gradient, so that rows are not pulled to class prototypes.
    """

    weight: NonNegative = 1.0
    _: KW_ONLY
    clamp: NonNegative = 0.3


class Refinement(Settings):
    """Training on with rows that a classifier gets wrong (Riaz et al. 2025, Algorithm 1).

    Minority rows that a classifier gets wrong or nearly wrong on inner folds are drawn more often while the generator
    is trained on for a quarter of its steps. A round that does not raise the inner average precision is undone and ends
    the refinement.

    Parameters
    ----------
    rounds : int, default=1
        Rounds at most; 0 leaves the refinement out.
    hard_weight : float, default=4.0
        How many times as often a hard row is drawn, at least 1.
    """

    rounds: CountInt = 1
    _: KW_ONLY
    hard_weight: AtLeastOne = 4.0


class SmoteStage(Settings):
    """First stage of EO-WGAN: the rows that SMOTE adds to a class.

    Parameters
    ----------
    sampler : over-sampler or None, default=None
        Any over-sampler of imbalanced-learn, which gets the encoded matrix (and ``categorical_features`` if it has that
        parameter). None interpolates numeric columns and lets categorical and indicator columns take a neighbour's
        level.
    k_neighbors : int, default=5
        Neighbours of the built-in SMOTE; at most one less than the class has rows.
    clean : {"enn", "tomek", "lof"} or None, default=None
        Noise filter of the minority rows before SMOTE and training: edited nearest neighbours, Tomek links or the local
        outlier factor. A class loses at most three rows in ten; ``n_cleaned_`` says how many.
    """

    sampler: OverSampler | None = None
    _: KW_ONLY
    k_neighbors: PositiveInt = 5
    clean: Literal["enn", "tomek", "lof"] | None = None


class DiscriminatorRows(Settings):
    """Which rows the discriminators of the GANs for spectra see (Chung et al. 2025, Eq. 3).

    Parameters
    ----------
    real : {"balanced", "natural"}, default="balanced"
        Whether discriminator (and autoencoder) see every class equally often, or as often as in the data.
    wrong_label : {"other", "any"}, default="other"
        Where wrong labels of real rows come from: the other classes, or all of them, the right one included.
    wrong_weight : float, default=1.0
        Weight of the real rows with a wrong label in the discriminator's loss; 0 leaves them out.
    """

    _: KW_ONLY
    real: Literal["balanced", "natural"] = "balanced"
    wrong_label: Literal["other", "any"] = "other"
    wrong_weight: NonNegative = 1.0
