"""EO-WGAN: SMOTE rows refined by a Wasserstein GAN (document 000)."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from oversmith.samplers._encoded import EncodedTable
from oversmith.samplers._network import NetworkSampler, Training
from oversmith.samplers._smote import discrete_columns, rows_from, smote_rows

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe

# Training rows drawn by SMOTE: 1,000 steps of five batches of 64 rows read each of these about 20 times.
MAX_SMOTE_ROWS = 16_384
# Rows of other classes kept for over-samplers that look at the neighbours of another class.
MAX_OTHER_ROWS = 2_000
# Five critics' layers of the document narrow like this, its generator widens like that (widths are ours).
PAPER_GENERATOR = (64, 128, 256)
PAPER_CRITIC = (256, 128, 64, 32)


class EOWGAN(NetworkSampler):
    """Enhanced over-sampling with SMOTE and a Wasserstein GAN.

    SMOTE fills each minority class up to its target (document 000, Eq. 1-2), a Wasserstein GAN is trained on the
    real and the SMOTE rows of the class together (Eq. 6, 7 and 9), and the synthetic rows returned are SMOTE rows
    and GAN rows in the stated share (Eq. 11).

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes are resampled and up to which count, in every form of imbalanced-learn.
    fill : float, default=1.0
        Share of each class's deficit to fill, in (0, 1].
    smote : over-sampler or None, default=None
        The SMOTE stage: any over-sampler of imbalanced-learn, which gets the encoded matrix (and
        ``categorical_features`` if it has that parameter). ``None`` interpolates numeric columns and lets
        categorical and indicator columns take a neighbour's level.
    k_neighbors : int, default=5
        Neighbours of the built-in SMOTE; at most one less than the class has rows.
    smote_share : float, default=0.5
        Share of the synthetic rows that stay SMOTE rows, in [0, 1]: 0.5 is Eq. 11, 0 is Algorithm 1, 1 trains no
        network.
    synthetic_weight : float, default=1.0
        Weight of a synthetic row in ``sample_weight_`` (the lambda of Eq. 12); real rows weigh 1.
    lipschitz : {"gradient_penalty", "clip"}, default="gradient_penalty"
        How the critic is kept Lipschitz. With ``"clip"`` the optimiser is RMSprop, else Adam.
    penalty_weight : float, default=10.0
        Weight of the gradient penalty (the lambda of Table 9).
    clip : float, default=0.01
        Bound of every critic weight when ``lipschitz="clip"``.
    n_critic : int, default=5
        Critic updates per generator update.
    n_critics : int, default=1
        Critics of different initialisation; the generator follows all of them.
    critics : {"mean", "min"}, default="mean"
        How the scores of several critics are combined for the generator.
    generator_widths : tuple of int, default=(64, 64, 64)
        Widths of the generator's hidden layers.
    critic_widths : tuple of int, default=(64, 64, 64)
        Widths of the critic's hidden layers.
    latent_dim : int, default=32
        Length of the generator's noise vector.
    class_scaling : {"standard", "whiten"} or None, default="standard"
        The space the generator works in: each class standardised (or decorrelated) by its own rows, or the table's.
    conditional : bool or "auto", default="auto"
        Whether one network serves several classes. ``"auto"`` gives a class its own network when it has
        ``min_rows_own_model`` rows, and shares one among the smaller classes.
    min_rows_own_model : int, default=20
        Rows from which ``conditional="auto"`` gives a class its own network.
    learning_rate : float, default=1e-3
        Step size of generator and critic.
    ema_decay : float or None, default=0.99
        Rows are drawn from a moving average of the generator's weights with this decay per step, which evens out the
        swings of the two players; ``None`` draws from the last weights.
    batch_size : int, default=64
        Rows per update.
    max_steps : int, default=1000
        Generator updates at most.
    max_epochs : int or None, default=None
        The same budget in epochs of ``ceil(rows / batch_size)`` generator updates; it replaces ``max_steps``.
    max_seconds : float or None, default=None
        Wall-clock budget of one training, a guard: bits are repeated for equal ``n_steps_`` only.
    patience : int or None, default=5
        Checks of 100 steps without a better score after which the training stops; ``None`` never stops early.
    validation_fraction : float, default=0.2
        Share of a class's rows held out to score the checkpoints. A class too small for thirty held-out rows is
        scored against its training rows.
    categorical_features : "auto" or array-like, default="auto"
        Columns to treat as categorical: names, indices or a boolean mask; ``"auto"`` asks the dtypes.
    numeric : {"quantile", "standard", "minmax"}, default="quantile"
        How numeric columns are encoded.
    missing : {"encode", "impute", "drop"}, default="encode"
        Missing values: generated like any other value, filled in generated rows, or left out of the training.
    only_seen_levels : bool, default=False
        Whether a generated row may only carry levels its class has in the training rows.
    on_too_few : {"error", "smote", "jitter"}, default="error"
        What happens to a class of one row: an error, or noise around that row (SMOTE needs two).
    keep_index : bool, default=False
        Whether real rows keep their pandas index labels.
    random_state : int, RandomState instance or None, default=None
        Source of every random number. The same integer gives the same bits.
    verbose : bool, default=False
        Whether to show a progress bar on standard error.
    callbacks : sequence of callable or None, default=None
        Called after each chunk of steps with a ``TrainingEvent``; returning True stops the training.

    Attributes
    ----------
    synthetic_mask_ : ndarray of bool, shape (n_resampled,)
        Which returned rows are synthetic; real rows come first.
    sample_weight_ : ndarray of shape (n_resampled,)
        1 for real rows, ``synthetic_weight`` for synthetic ones.
    sampling_strategy_ : dict
        Class label → rows to add.
    history_ : list of dict
        One row per chunk and model: ``classes``, ``step``, losses, ``penalty``, ``wasserstein`` (the critic's gap),
        ``monitor`` (energy distance to the rows ``scored_on`` names, lower is better).
    best_step_, n_steps_, stopped_because_ : dict
        Class label → generator step of the restored checkpoint, steps run, and why the training ended
        (``"max_steps"``, ``"patience"``, ``"max_seconds"`` or ``"callback"``).
    n_dropped_ : int
        Rows with missing values left out of the training, with ``missing="drop"``.
    classes_ : ndarray
        Class labels.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Column names, when the table has text names.

    See Also
    --------
    imblearn.over_sampling.SMOTE : The first stage alone.

    Notes
    -----
    Several classes are generated independently, each from its own random numbers. Deviations from the paper:

    - Eq. 4 of the document has the wrong sign; no loss here uses it. The minimised critic loss is Eq. 6.
    - The GAN works in the class's own scale: on narrow minorities that is worth more than any other choice.
    - Adam(0.5, 0.9) goes with the gradient penalty; the document names no optimiser.
    - Rows are drawn from a moving average of the generator's weights; the document draws from the last ones.
    - How two critics are combined, all layer widths, the latent length and the order of activations are ours.
    - The library's defaults are smaller and faster than the document's setting, which is :meth:`paper`.
    - SMOTE draws at most 16,384 rows for the training; the rows returned are drawn afresh.
    - Classifier guidance, refinement and tuning are not part of this class yet.

    References
    ----------
    .. [1] Document 000: EO-WGAN, an enhanced over-sampling framework of SMOTE and Wasserstein GAN for imbalanced
       industrial data.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import EOWGAN
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> sampler = EOWGAN(max_steps=2, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    [90, 90]
    >>> int(sampler.synthetic_mask_.sum())
    80
    """

    _parameter_constraints: dict = {
        **NetworkSampler._parameter_constraints,
        "smote": [HasMethods(["fit_resample", "get_params"]), None],
        "k_neighbors": [Interval(Integral, 1, None, closed="left")],
        "smote_share": [Interval(Real, 0, 1, closed="both")],
        "synthetic_weight": [Interval(Real, 0, None, closed="left")],
        "lipschitz": [StrOptions({"gradient_penalty", "clip"})],
        "penalty_weight": [Interval(Real, 0, None, closed="left")],
        "clip": [Interval(Real, 0, None, closed="neither")],
        "n_critic": [Interval(Integral, 1, None, closed="left")],
        "n_critics": [Interval(Integral, 1, None, closed="left")],
        "critics": [StrOptions({"mean", "min"})],
        "critic_widths": ["array-like"],
        "ema_decay": [Interval(Real, 0, 1, closed="neither"), None],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        fill: float = 1.0,
        smote: Any = None,
        k_neighbors: int = 5,
        smote_share: float = 0.5,
        synthetic_weight: float = 1.0,
        lipschitz: str = "gradient_penalty",
        penalty_weight: float = 10.0,
        clip: float = 0.01,
        n_critic: int = 5,
        n_critics: int = 1,
        critics: str = "mean",
        generator_widths: tuple[int, ...] = (64, 64, 64),
        critic_widths: tuple[int, ...] = (64, 64, 64),
        latent_dim: int = 32,
        class_scaling: str | None = "standard",
        conditional: bool | str = "auto",
        min_rows_own_model: int = 20,
        learning_rate: float = 1e-3,
        ema_decay: float | None = 0.99,
        batch_size: int = 64,
        max_steps: int = 1000,
        max_epochs: int | None = None,
        max_seconds: float | None = None,
        patience: int | None = 5,
        validation_fraction: float = 0.2,
        categorical_features: Any = "auto",
        numeric: str = "quantile",
        missing: str = "encode",
        only_seen_levels: bool = False,
        on_too_few: str = "error",
        keep_index: bool = False,
        random_state: Any = None,
        verbose: bool = False,
        callbacks: Any = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            fill=fill,
            generator_widths=generator_widths,
            latent_dim=latent_dim,
            class_scaling=class_scaling,
            conditional=conditional,
            min_rows_own_model=min_rows_own_model,
            learning_rate=learning_rate,
            batch_size=batch_size,
            max_steps=max_steps,
            max_epochs=max_epochs,
            max_seconds=max_seconds,
            patience=patience,
            validation_fraction=validation_fraction,
            categorical_features=categorical_features,
            numeric=numeric,
            missing=missing,
            only_seen_levels=only_seen_levels,
            on_too_few=on_too_few,
            keep_index=keep_index,
            random_state=random_state,
            verbose=verbose,
            callbacks=callbacks,
        )
        self.smote = smote
        self.k_neighbors = k_neighbors
        self.smote_share = smote_share
        self.synthetic_weight = synthetic_weight
        self.lipschitz = lipschitz
        self.penalty_weight = penalty_weight
        self.clip = clip
        self.n_critic = n_critic
        self.n_critics = n_critics
        self.critics = critics
        self.critic_widths = critic_widths
        self.ema_decay = ema_decay

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a sampler with the setting of document 000 (Algorithm 1, Table 5, Table 9 and its text).

        Parameters
        ----------
        **changes : object
            Constructor parameters that differ from the document's.

        Returns
        -------
        EOWGAN
            Two critics, batch 128, learning rate 5e-5, 100 epochs without early stop, five critic updates, penalty
            weight 10, ``smote_share=0.5`` (Eq. 11), the widths of the document's networks.

        Examples
        --------
        >>> from oversmith import EOWGAN
        >>> EOWGAN.paper().n_critics, EOWGAN.paper(smote_share=0.0).smote_share
        (2, 0.0)
        """
        setting: dict[str, Any] = {
            "smote_share": 0.5,
            "lipschitz": "gradient_penalty",
            "penalty_weight": 10.0,
            "n_critic": 5,
            "n_critics": 2,
            "generator_widths": PAPER_GENERATOR,
            "critic_widths": PAPER_CRITIC,
            "latent_dim": 64,
            "learning_rate": 5e-5,
            "ema_decay": None,
            "batch_size": 128,
            "max_epochs": 100,
            "patience": None,
        }
        return cls(**(setting | changes))

    # ------------------------------------------------------------------ stage 1: SMOTE

    def _prepare(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        state: dict[str, Any] = {
            "rows": {code: table.rows[code] for code in classes},
            "discrete": discrete_columns(table.spans, table.pooled.shape[1]),
        }
        if self.smote is not None:
            rng = np.random.default_rng([seed, 3])
            chosen = rng.permutation(len(table.pooled))[: MAX_OTHER_ROWS * 2]
            state["others"] = {
                code: table.pooled[chosen[table.pooled_codes[chosen] != code]][:MAX_OTHER_ROWS] for code in classes
            }
        return state

    def _smote_rows(
        self, state: dict[str, Any], code: int, rows: np.ndarray, n: int, rng: np.random.Generator
    ) -> np.ndarray:
        if self.smote is None:
            return smote_rows(rows, state["discrete"], n, self.k_neighbors, rng)
        return rows_from(self.smote, rows, state["others"][code], self.encoder_.spans_, n, rng)

    def _training_rows(
        self, state: dict[str, Any], code: int, rows: np.ndarray, deficit: int, rng: np.random.Generator
    ) -> np.ndarray:
        # A class that is trained without being resampled is doubled.
        n = min(deficit or len(rows), MAX_SMOTE_ROWS)
        return np.concatenate([rows, self._smote_rows(state, code, rows, n, rng)])

    # ------------------------------------------------------------------ stage 2: the Wasserstein GAN

    def _needs_network(self) -> bool:
        return self.smote_share < 1

    def _recipe(self, training: Training) -> Recipe:
        from oversmith.samplers import _wasserstein

        return _wasserstein.recipe(
            steps=training.steps,
            batch_size=self.batch_size,
            lipschitz=self.lipschitz,
            combine=self.critics,
            ema=self.ema_decay is not None,
        )

    def _players(self, key: Array, training: Training) -> dict[str, Any]:
        from oversmith.samplers import _wasserstein

        return _wasserstein.players(
            key,
            training,
            latent_dim=self.latent_dim,
            generator_widths=tuple(self.generator_widths),
            critic_widths=tuple(self.critic_widths),
            n_critics=self.n_critics,
        )

    def _hyper(self, training: Training) -> dict[str, Any]:
        from oversmith.samplers import _wasserstein

        return _wasserstein.hyper(
            training,
            latent_dim=self.latent_dim,
            learning_rate=self.learning_rate,
            n_critic=self.n_critic,
            penalty_weight=self.penalty_weight,
            clip=self.clip,
            ema_decay=self.ema_decay or 0.0,
        )

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        n_smote = round(self.smote_share * n)
        parts = []
        if n_smote:
            parts.append(self._smote_rows(state, code, state["rows"][code], n_smote, rng))
        if n > n_smote:
            parts.append(self._from_network(state, code, n - n_smote, rng))
        return np.concatenate(parts)

    def _synthetic_weight(self) -> float:
        return self.synthetic_weight
