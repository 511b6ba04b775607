"""EO-WGAN: SMOTE rows refined by a Wasserstein GAN (Riaz et al. 2025)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, cast

import numpy as np

from oversmith._parameters import Settings, Share, check_taken
from oversmith.exceptions import InputError
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._adversarial import AdversarialSampler
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers._model import generated_rows
from oversmith.samplers._refinement import refine
from oversmith.samplers._smote import discrete_columns, rows_from, smote_rows
from oversmith.samplers._training_run import RowSource, TrainingRows, TrainingRun
from oversmith.samplers.settings import (
    Critics,
    GradientPenalty,
    Guidance,
    Network,
    OverSampler,
    Refinement,
    SmoteStage,
    Stop,
    WeightClip,
)
from oversmith.selection import noisy_rows

if TYPE_CHECKING:
    from jax import Array

    from oversmith.samplers.tune import TuneResult
    from oversmith.training import Recipe, TrainResult

# Training rows drawn by SMOTE: 1,000 steps of five batches of 64 rows read each of these about 20 times.
MAX_SMOTE_ROWS = 16_384
# Rows of other classes kept for over-samplers that look at the neighbours of another class.
MAX_OTHER_ROWS = 2_000
# In the paper the layers of the generator get wider and those of the critic narrower; the widths are ours.
PAPER_GENERATOR = (64, 128, 256)
PAPER_CRITIC = (256, 128, 64, 32)


class EOWGAN(AdversarialSampler):
    """Enhanced over-sampling with SMOTE and a Wasserstein GAN.

    SMOTE fills each minority class up to its target (Riaz et al. 2025, Eq. 1-2), a Wasserstein GAN is trained on the
    real and the SMOTE rows of the class together (Eq. 6, 7 and 9), and the synthetic rows returned are SMOTE rows
    and GAN rows in the stated share (Eq. 11).

    Parameters
    ----------
    smote : SmoteStage, over-sampler, "none" or None, default=None
        The first stage. None is ``SmoteStage()``, the built-in SMOTE with five neighbours; an over-sampler stands for
        ``SmoteStage(over_sampler)``. ``"none"`` leaves the stage out, which needs ``smote_share=0``.
    smote_share : float, default=0.5
        Share of the synthetic rows that stay SMOTE rows, in [0, 1]: 0.5 is Eq. 11, 0 is Algorithm 1, 1 trains no
        network.
    lipschitz : GradientPenalty, WeightClip or None, default=None
        How the critic is kept Lipschitz: by a penalty on its slope (Adam), or by a bound of its weights (RMSprop). None
        is ``GradientPenalty(10.0)``.
    critics : Critics or None, default=None
        How many critics there are, how their scores are combined, and what their loss is changed by. None is
        ``Critics()``, one critic.
    guidance : Guidance or None, default=None
        Loss of a classifier that pulls rows to their class; None leaves it out.
    refinement : Refinement or None, default=None
        Training on with rows that a classifier gets wrong; None leaves it out.

    Attributes
    ----------
    n_cleaned_ : dict
        Class label → rows left out by ``smote.clean``.
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

    - Eq. 4 of the paper has the wrong sign; no loss here uses it. The minimised critic loss is Eq. 6.
    - The GAN works in the class's own scale: on narrow minorities that is worth more than any other choice.
    - Adam(0.5, 0.9) goes with the gradient penalty; the paper names no optimiser.
    - Rows are drawn from a moving average of the generator's weights; the paper draws from the last ones.
    - How two critics are combined, all layer widths, the latent length and the order of activations are ours.
    - The library's defaults are smaller and faster than the paper's setting, which is :meth:`paper`.
    - SMOTE draws at most 16,384 rows for the training; the rows returned are drawn afresh.
    - The paper leaves the guide open: here a network of two layers of 64, trained on class-balanced batches of the
      real and SMOTE rows, in the table's scale; its loss is clamped row by row.
    - The paper judges hard rows on the test data (Algorithm 1, line 14). Here the rows are real training rows, each
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

    _parameter_groups: ClassVar[Mapping[str, Mapping[Any, Settings]]] = {
        **AdversarialSampler._parameter_groups,
        "smote": {None: SmoteStage()},
        "lipschitz": {None: GradientPenalty()},
        "critics": {None: Critics()},
        "guidance": {None: Guidance(0.0)},
        "refinement": {None: Refinement(0)},
    }

    smote: SmoteStage | OverSampler | Literal["none"] | None = None
    smote_share: Share = 0.5
    lipschitz: GradientPenalty | WeightClip | None = None
    critics: Critics | None = None
    guidance: Guidance | None = None
    refinement: Refinement | None = None

    @classmethod
    def paper(cls, **changes: Any) -> Self:
        """Make a sampler with the setting of Riaz et al. 2025 (Algorithm 1, Table 5, Table 9 and its text).

        Parameters
        ----------
        **changes : object
            Parameters that differ from the paper's, also those of groups: ``stop__max_epochs=10``.

        Returns
        -------
        EOWGAN
            Two critics, batch 128, learning rate 5e-5, 100 epochs without early stop, five critic updates, penalty
            weight 10, ``smote_share=0.5`` (Eq. 11), classifier guidance and one refinement, the widths of the
            paper's networks.

        Examples
        --------
        >>> from oversmith import EOWGAN
        >>> EOWGAN.paper().critics, EOWGAN.paper(smote_share=0.0).smote_share
        (Critics(n=2), 0.0)
        """
        setting: dict[str, Any] = {
            "smote_share": 0.5,
            "lipschitz": GradientPenalty(10.0),
            "critic_steps": 5,
            "critics": Critics(2),
            "generator_widths": PAPER_GENERATOR,
            "critic_widths": PAPER_CRITIC,
            "latent_dim": 64,
            "learning_rate": 5e-5,
            "network": Network(ema_decay=None),
            "guidance": Guidance(1.0),
            "refinement": Refinement(1),
            "batch_size": 128,
            "stop": Stop(patience=None, max_epochs=100),
        }
        return cls._with(setting, changes)

    @classmethod
    def hyperparameter_space(cls, grid: bool = False) -> dict[str, Any]:
        """List what :func:`oversmith.tune` searches.

        Parameters
        ----------
        grid : bool, default=False
            The grid of Riaz et al. 2025 instead: learning rate, batch size, penalty weight (Table 9) and critic updates
            (Table 9), 108 points.

        Returns
        -------
        dict of str to list or tuple
            Parameter → choices, or ``(low, high, "log")``.

        Examples
        --------
        >>> from oversmith import EOWGAN
        >>> EOWGAN.hyperparameter_space()["critic_steps"]
        [1, 3, 5, 10]
        """
        shared = {"batch_size": [32, 64, 128], "lipschitz__weight": [5.0, 10.0, 20.0], "critic_steps": [1, 3, 5, 10]}
        if grid:
            return {"learning_rate": [1e-4, 3e-4, 5e-4], **shared}
        return {
            "learning_rate": (1e-4, 2e-3, "log"),
            **shared,
            "smote_share": [0.0, 0.25, 0.5, 0.75],
            "guidance__weight": [0.0, 0.5, 1.0, 2.0],
            "latent_dim": [16, 32, 64],
        }

    def tune(self, X: Any, y: Any, **options: Any) -> TuneResult:
        """Search this sampler's parameters on training rows; see :func:`oversmith.tune`.

        Parameters
        ----------
        X, y, **options : table, target and options
            Of :func:`oversmith.tune`.

        Returns
        -------
        TuneResult
            The tuned sampler, not fitted, its parameters and scores.
        """
        from oversmith.samplers.tune import tune

        return tune(self, X, y, **options)

    # ------------------------------------------------------------------ stage 1: SMOTE

    def _source(self) -> SmoteRows:
        return SmoteRows(self)

    def _note_cleaned(self, counts: dict[Any, int]) -> None:
        self.n_cleaned_ = counts

    def _smote_stage(self) -> SmoteStage:
        if self.smote is None or isinstance(self.smote, str):
            return cast(SmoteStage, self._parameter_groups["smote"][None])
        return self.smote if isinstance(self.smote, SmoteStage) else SmoteStage(self.smote)

    def _critics(self) -> Critics:
        return self.critics or cast(Critics, self._parameter_groups["critics"][None])

    def _guidance(self) -> Guidance:
        return self.guidance or cast(Guidance, self._parameter_groups["guidance"][None])

    def _lipschitz(self) -> GradientPenalty | WeightClip:
        lipschitz = self.lipschitz or cast(GradientPenalty, self._parameter_groups["lipschitz"][None])
        if isinstance(lipschitz, GradientPenalty) and lipschitz.at != "interpolate":
            check_taken(self, "lipschitz", lipschitz, ("weight", "bound"))
        return lipschitz

    # ------------------------------------------------------------------ stage 2: the Wasserstein GAN

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import wasserstein

        return wasserstein.recipe(
            steps=sizes.steps,
            batch_size=self.batch_size,
            lipschitz="clip" if isinstance(self._lipschitz(), WeightClip) else "gradient_penalty",
            combine=self._critics().reduce,
            ema=self._ema_decay is not None,
            guided=self._guidance().weight > 0,
        )

    def _players(self, key: Array, sizes: Sizes) -> dict[str, Any]:
        from oversmith.recipes import wasserstein

        if sizes.shape is not None and self._guidance().weight:
            raise InputError(
                "guidance",
                f"{self.guidance!r} found, which needs dense layers",
                "set network=Network(backbone='mlp'), or guidance=None",
            )
        return wasserstein.players(
            key,
            sizes,
            latent_dim=self.latent_dim,
            generator_widths=tuple(self.generator_widths),
            critic_widths=tuple(self.critic_widths),
            n_critics=self._critics().n,
        )

    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        from oversmith.recipes import wasserstein

        critics, lipschitz = self._critics(), self._lipschitz()
        return wasserstein.hyper(
            sizes,
            latent_dim=self.latent_dim,
            learning_rate=self.learning_rate,
            critic_steps=self.critic_steps,
            # The program of a critic with a penalty reads no bound, and the other way round.
            penalty_weight=lipschitz.weight if isinstance(lipschitz, GradientPenalty) else GradientPenalty.weight,
            clip=lipschitz.bound if isinstance(lipschitz, WeightClip) else WeightClip.bound,
            ema_decay=self._ema_decay or 0.0,
            label_smoothing=critics.label_smoothing,
            loss_clip=critics.loss_clip,
        )

    def _run_hyper(self, rows: TrainingRows, sizes: Sizes, rng: np.random.Generator) -> dict[str, Any]:
        guidance = self._guidance()
        if not guidance.weight:
            return {}
        from oversmith.recipes.guide import guide_hyper

        return guide_hyper(
            *rows.all_rows(),
            dict(zip(rows.codes, rows.scalers, strict=True)),
            padded_width=sizes.padded_width,
            weight=guidance.weight,
            clamp=guidance.clamp,
            seed=int(rng.integers(2**31)),
        )

    def _trained(self, run: TrainingRun, phase: str | None = None) -> TrainResult:
        result, chosen = super()._trained(run, phase), self.refinement
        # A refinement is itself trained here, under a phase of its own.
        if phase is not None or chosen is None or not chosen.rounds:
            return result
        return refine(self, run, result, rounds=chosen.rounds, hard_weight=chosen.hard_weight)

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        n_smote = round(self.smote_share * n)
        parts = []
        if n_smote:
            parts.append(self._source().smote(state, code, state["rows"][code], n_smote, rng))
        if n > n_smote:
            parts.append(generated_rows(self, state, code, n - n_smote, rng))
        return np.concatenate(parts)


class SmoteRows(RowSource):
    """Rows of SMOTE beside the real ones, which may be cleaned of noise before."""

    def __init__(self, sampler: EOWGAN) -> None:
        self.sampler, self.stage = sampler, sampler._smote_stage()
        self.without_smote = isinstance(sampler.smote, str)
        self.needs_network = sampler.smote_share < 1

    def cleaned(self, table: EncodedTable, codes: list[int]) -> EncodedTable:
        """Leave out rows that look like noise, and count them in ``n_cleaned_``."""
        counts: dict[Any, int] = {}
        self.sampler._note_cleaned(counts)
        if self.stage.clean is None:
            return table
        rows, weights = dict(table.rows), dict(table.weights)
        for code in codes:
            noise = noisy_rows(rows[code], table.pooled[table.pooled_codes != code], self.stage.clean)
            rows[code] = rows[code][~noise]
            if code in weights:
                weights[code] = weights[code][~noise]
            counts[self.sampler.classes_.tolist()[code]] = int(noise.sum())
        return replace(table, rows=rows, weights=weights)

    def prepared(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        """Return the rows that SMOTE starts from."""
        if self.without_smote and self.sampler.smote_share > 0:
            raise InputError(
                "smote",
                f"'none' leaves no SMOTE rows, found smote_share={self.sampler.smote_share}",
                "set smote_share=0",
            )
        state: dict[str, Any] = {
            "rows": {code: table.rows[code] for code in classes},
            "discrete": discrete_columns(table.spans, table.pooled.shape[1]),
        }
        if self.stage.sampler is not None:
            rng = np.random.default_rng([seed, 3])
            chosen = rng.permutation(len(table.pooled))[: MAX_OTHER_ROWS * 2]
            state["others"] = {
                code: table.pooled[chosen[table.pooled_codes[chosen] != code]][:MAX_OTHER_ROWS] for code in classes
            }
        return state

    def update(self, state: dict[str, Any], table: EncodedTable, codes: list[int]) -> None:
        """Keep the newest rows for SMOTE; what a network has learnt of older ones stays in its weights."""
        state["rows"] = state["rows"] | {
            code: np.concatenate([state["rows"][code], table.rows[code]])[-MAX_SMOTE_ROWS:] for code in codes
        }

    def smote(self, state: dict[str, Any], code: int, rows: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
        """Make rows by SMOTE, or by the caller's over-sampler."""
        if self.stage.sampler is None:
            return smote_rows(rows, state["discrete"], n, self.stage.k_neighbors, rng)
        spans = self.sampler.encoder_.spans_
        return rows_from(self.stage.sampler, rows, state["others"][code], spans, n, rng)

    def training_rows(
        self, state: dict[str, Any], code: int, rows: np.ndarray, deficit: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return real rows, then rows of SMOTE up to the deficit."""
        if self.without_smote:
            return rows
        # A class that is trained without being resampled is doubled. A batch of one row is joined to those before it.
        n = min(deficit or len(rows), MAX_SMOTE_ROWS)
        among = rows if len(rows) > 1 else state["rows"][code]
        return np.concatenate([rows, self.smote(state, code, among, n, rng)])
