"""EO-WGAN: SMOTE rows refined by a Wasserstein GAN (document 000)."""

from __future__ import annotations

from dataclasses import replace
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from oversmith.exceptions import InputError
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._adversarial import AdversarialSampler
from oversmith.samplers._encoded import EncodedTable
from oversmith.samplers._refinement import refine
from oversmith.samplers._smote import discrete_columns, rows_from, smote_rows
from oversmith.samplers._training_run import TrainingRows, TrainingRun
from oversmith.selection import noisy_rows

if TYPE_CHECKING:
    from jax import Array

    from oversmith.samplers.tune import TuneResult
    from oversmith.training import Recipe, TrainResult

# Training rows drawn by SMOTE: 1,000 steps of five batches of 64 rows read each of these about 20 times.
MAX_SMOTE_ROWS = 16_384
# Rows of other classes kept for over-samplers that look at the neighbours of another class.
MAX_OTHER_ROWS = 2_000
# Five critics' layers of the document narrow like this, its generator widens like that (widths are ours).
PAPER_GENERATOR = (64, 128, 256)
PAPER_CRITIC = (256, 128, 64, 32)


class EOWGAN(AdversarialSampler):
    """Enhanced over-sampling with SMOTE and a Wasserstein GAN.

    SMOTE fills each minority class up to its target (document 000, Eq. 1-2), a Wasserstein GAN is trained on the
    real and the SMOTE rows of the class together (Eq. 6, 7 and 9), and the synthetic rows returned are SMOTE rows
    and GAN rows in the stated share (Eq. 11).

    Parameters
    ----------
    smote : over-sampler, "none" or None, default=None
        The SMOTE stage: any over-sampler of imbalanced-learn, which gets the encoded matrix (and
        ``categorical_features`` if it has that parameter). ``None`` interpolates numeric columns and lets
        categorical and indicator columns take a neighbour's level. ``"none"`` leaves the stage out, which needs
        ``smote_share=0``.
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
    n_critics : int, default=1
        Critics of different initialisation; the generator follows all of them.
    critics : {"mean", "min"}, default="mean"
        How the scores of several critics are combined for the generator.
    label_smoothing : float, default=0.0
        Smoothing of the critic's labels, in [0, 0.5): real rows count as real by ``1 - label_smoothing``.
    loss_clip : float or None, default=None
        Bound of each critic's loss before the penalty; beyond it the critic is not trained further apart.
    guidance : float, default=0.0
        Weight of the classifier-guided loss (the gamma of the document) in the generator's loss, at least 0: the
        cross-entropy, for the class asked, of a small classifier trained on real and SMOTE rows and then frozen.
    guidance_clamp : float, default=0.3
        Cross-entropy below which a row is left alone, so that the generator is not pulled to class prototypes.
    clean : {"enn", "tomek", "lof"} or None, default=None
        Noise filter of the minority rows before SMOTE and training: edited nearest neighbours, Tomek links or the local
        outlier factor. A class loses at most three rows in ten; ``n_cleaned_`` says how many.
    refine_rounds : int, default=0
        Rounds of adaptive refinement at most: minority rows that a classifier gets wrong or nearly wrong on inner folds
        are drawn more often while the generator is trained on for a quarter of its steps. A round that does not raise
        the inner average precision is undone and ends the refinement.
    hard_weight : float, default=4.0
        How many times as often a hard row is drawn in a refinement, at least 1.

    Attributes
    ----------
    n_cleaned_ : dict
        Class label → rows left out by ``clean``.
    sample_weight_ : ndarray of shape (n_resampled,)
        1 for real rows, ``synthetic_weight`` for synthetic ones.
    history_ : list of dict
        One row per chunk and model: ``classes``, ``step``, losses, ``penalty``, ``wasserstein`` (the critic's gap),
        ``monitor`` (energy distance to the rows ``scored_on`` names, lower is better), ``guidance`` (the guide's
        cross-entropy). One row per refinement: ``hard_rows``, ``score_before``, ``score_after``, ``kept``.

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
    - The document leaves the guide open: here a network of two layers of 64, trained on class-balanced batches of the
      real and SMOTE rows, in the table's scale; its loss is clamped row by row.
    - The document judges hard rows on the test data (Algorithm 1, line 14). Here the rows are real training rows, each
      judged on inner folds by a classifier that has not seen it.
    - Smoothed labels s shrink the Wasserstein loss, which is linear in its labels, by 1 - 2 s against the penalty.

    References
    ----------
    .. [1] R. Riaz, G. Han, K. Shaukat, N. U. Khan, H. Zhu, L. Wang, "A novel ensemble Wasserstein GAN framework for
       effective anomaly detection in industrial internet of things environments", Scientific Reports 15, 2025.

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
        **AdversarialSampler._parameter_constraints,
        "smote": [HasMethods(["fit_resample", "get_params"]), StrOptions({"none"}), None],
        "k_neighbors": [Interval(Integral, 1, None, closed="left")],
        "smote_share": [Interval(Real, 0, 1, closed="both")],
        "synthetic_weight": [Interval(Real, 0, None, closed="left")],
        "lipschitz": [StrOptions({"gradient_penalty", "clip"})],
        "penalty_weight": [Interval(Real, 0, None, closed="left")],
        "clip": [Interval(Real, 0, None, closed="neither")],
        "n_critics": [Interval(Integral, 1, None, closed="left")],
        "critics": [StrOptions({"mean", "min"})],
        "label_smoothing": [Interval(Real, 0, 0.5, closed="left")],
        "loss_clip": [Interval(Real, 0, None, closed="neither"), None],
        "guidance": [Interval(Real, 0, None, closed="left")],
        "guidance_clamp": [Interval(Real, 0, None, closed="left")],
        "clean": [StrOptions({"enn", "tomek", "lof"}), None],
        "refine_rounds": [Interval(Integral, 0, None, closed="left")],
        "hard_weight": [Interval(Real, 1, None, closed="left")],
    }

    def __init__(
        self,
        *,
        smote: Any = None,
        k_neighbors: int = 5,
        smote_share: float = 0.5,
        synthetic_weight: float = 1.0,
        lipschitz: str = "gradient_penalty",
        penalty_weight: float = 10.0,
        clip: float = 0.01,
        n_critics: int = 1,
        critics: str = "mean",
        label_smoothing: float = 0.0,
        loss_clip: float | None = None,
        guidance: float = 0.0,
        guidance_clamp: float = 0.3,
        clean: str | None = None,
        refine_rounds: int = 0,
        hard_weight: float = 4.0,
        **common: Any,
    ) -> None:
        super().__init__(**common)
        self.smote = smote
        self.k_neighbors = k_neighbors
        self.smote_share = smote_share
        self.synthetic_weight = synthetic_weight
        self.lipschitz = lipschitz
        self.penalty_weight = penalty_weight
        self.clip = clip
        self.n_critics = n_critics
        self.critics = critics
        self.label_smoothing = label_smoothing
        self.loss_clip = loss_clip
        self.guidance = guidance
        self.guidance_clamp = guidance_clamp
        self.clean = clean
        self.refine_rounds = refine_rounds
        self.hard_weight = hard_weight

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
            weight 10, ``smote_share=0.5`` (Eq. 11), classifier guidance and one refinement, the widths of the
            document's networks.

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
            "guidance": 1.0,
            "refine_rounds": 1,
            "batch_size": 128,
            "max_epochs": 100,
            "patience": None,
        }
        return cls(**(setting | changes))

    @classmethod
    def hyperparameter_space(cls, grid: bool = False) -> dict[str, Any]:
        """List what :func:`oversmith.tune` searches.

        Parameters
        ----------
        grid : bool, default=False
            The grid of document 000 instead: learning rate, batch size, penalty weight (Table 9) and critic updates
            (Table 9), 108 points.

        Returns
        -------
        dict of str to list or tuple
            Parameter → choices, or ``(low, high, "log")``.

        Examples
        --------
        >>> from oversmith import EOWGAN
        >>> EOWGAN.hyperparameter_space()["n_critic"]
        [1, 3, 5, 10]
        """
        shared = {"batch_size": [32, 64, 128], "penalty_weight": [5.0, 10.0, 20.0], "n_critic": [1, 3, 5, 10]}
        if grid:
            return {"learning_rate": [1e-4, 3e-4, 5e-4], **shared}
        return {
            "learning_rate": (1e-4, 2e-3, "log"),
            **shared,
            "smote_share": [0.0, 0.25, 0.5, 0.75],
            "guidance": [0.0, 0.5, 1.0, 2.0],
            "latent_dim": [16, 32, 64],
        }

    def tune(self, X: Any, y: Any, **options: Any) -> TuneResult:
        """Search this sampler's parameters on training rows; see :func:`oversmith.tune`.

        Parameters
        ----------
        X, y : table and target
            Training rows.
        **options : object
            ``scoring``, ``estimator``, ``n_trials``, ``grid``, ``space``, ``n_splits``, ``max_seconds``, ``storage``,
            ``random_state``, ``verbose``.

        Returns
        -------
        TuneResult
            The tuned sampler, not fitted, its parameters and scores.
        """
        from oversmith.samplers.tune import tune

        return tune(self, X, y, **options)

    # ------------------------------------------------------------------ stage 1: SMOTE

    def _cleaned(self, table: EncodedTable, codes: list[int]) -> EncodedTable:
        self.n_cleaned_: dict[Any, int] = {}
        if self.clean is None:
            return table
        rows, weights = dict(table.rows), dict(table.weights)
        for code in codes:
            noise = noisy_rows(rows[code], table.pooled[table.pooled_codes != code], self.clean)
            rows[code] = rows[code][~noise]
            if code in weights:
                weights[code] = weights[code][~noise]
            self.n_cleaned_[self.classes_.tolist()[code]] = int(noise.sum())
        return replace(table, rows=rows, weights=weights)

    def _prepare(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        if self._without_smote() and self.smote_share > 0:
            raise InputError(
                f"smote: 'none' leaves no SMOTE rows, found smote_share={self.smote_share}; set smote_share=0"
            )
        state: dict[str, Any] = {
            "rows": {code: table.rows[code] for code in classes},
            "discrete": discrete_columns(table.spans, table.pooled.shape[1]),
        }
        if self.smote is not None and not self._without_smote():
            rng = np.random.default_rng([seed, 3])
            chosen = rng.permutation(len(table.pooled))[: MAX_OTHER_ROWS * 2]
            state["others"] = {
                code: table.pooled[chosen[table.pooled_codes[chosen] != code]][:MAX_OTHER_ROWS] for code in classes
            }
        return state

    def _absorb(self, state: dict[str, Any], table: EncodedTable, codes: list[int], seed: int) -> None:
        # SMOTE goes on from the newest rows; what a network has learnt of older ones stays in its weights.
        state["rows"] = state["rows"] | {
            code: np.concatenate([state["rows"][code], table.rows[code]])[-MAX_SMOTE_ROWS:] for code in codes
        }

    def _without_smote(self) -> bool:
        return isinstance(self.smote, str)

    def _smote_rows(
        self, state: dict[str, Any], code: int, rows: np.ndarray, n: int, rng: np.random.Generator
    ) -> np.ndarray:
        if self.smote is None:
            return smote_rows(rows, state["discrete"], n, self.k_neighbors, rng)
        return rows_from(self.smote, rows, state["others"][code], self.encoder_.spans_, n, rng)

    def _training_rows(
        self, state: dict[str, Any], code: int, rows: np.ndarray, deficit: int, rng: np.random.Generator
    ) -> np.ndarray:
        if self._without_smote():
            return rows
        # A class that is trained without being resampled is doubled. A batch of one row is joined to those before it.
        n = min(deficit or len(rows), MAX_SMOTE_ROWS)
        among = rows if len(rows) > 1 else state["rows"][code]
        return np.concatenate([rows, self._smote_rows(state, code, among, n, rng)])

    # ------------------------------------------------------------------ stage 2: the Wasserstein GAN

    def _needs_network(self) -> bool:
        return self.smote_share < 1

    def _check_convolutions(self) -> None:
        if self.guidance:
            raise InputError(
                f"guidance: {self.guidance!r} found, which needs dense layers; choose backbone='mlp', or guidance=0"
            )

    def _recipe(self, training: Sizes) -> Recipe:
        from oversmith.recipes import wasserstein

        return wasserstein.recipe(
            steps=training.steps,
            batch_size=self.batch_size,
            lipschitz=self.lipschitz,
            combine=self.critics,
            ema=self.ema_decay is not None,
            guided=self.guidance > 0,
        )

    def _players(self, key: Array, training: Sizes) -> dict[str, Any]:
        from oversmith.recipes import wasserstein

        return wasserstein.players(
            key,
            training,
            latent_dim=self.latent_dim,
            generator_widths=tuple(self.generator_widths),
            critic_widths=tuple(self.critic_widths),
            n_critics=self.n_critics,
        )

    def _hyper(self, training: Sizes) -> dict[str, Any]:
        from oversmith.recipes import wasserstein

        return wasserstein.hyper(
            training,
            latent_dim=self.latent_dim,
            learning_rate=self.learning_rate,
            n_critic=self.n_critic,
            penalty_weight=self.penalty_weight,
            clip=self.clip,
            ema_decay=self.ema_decay or 0.0,
            label_smoothing=self.label_smoothing,
            loss_clip=self.loss_clip,
        )

    def _lesson_hyper(
        self, state: dict[str, Any], lesson: TrainingRows, training: Sizes, rng: np.random.Generator
    ) -> dict[str, Any]:
        if not self.guidance:
            return {}
        from oversmith.recipes.guide import guide_hyper

        return guide_hyper(
            *lesson.all_rows(),
            dict(zip(lesson.codes, lesson.scalers, strict=True)),
            padded_width=training.padded_width,
            weight=self.guidance,
            clamp=self.guidance_clamp,
            seed=int(rng.integers(2**31)),
        )

    def _refine(self, session: TrainingRun, result: TrainResult) -> TrainResult:
        if not self.refine_rounds:
            return result
        return refine(self, session, result, rounds=self.refine_rounds, hard_weight=self.hard_weight)

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
