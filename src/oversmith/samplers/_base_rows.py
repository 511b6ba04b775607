"""The rows that the generator of SMOTified-GAN starts from."""

from __future__ import annotations

from typing import Any

import numpy as np

from oversmith.encoders import ClassScaler
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers._gibbs import gibbs_rows
from oversmith.samplers._holdout import without
from oversmith.samplers._model import conv_shape, padded_width
from oversmith.samplers._smote import discrete_columns, rows_from, smote_rows
from oversmith.samplers._training_run import RowSource, TrainingRows
from oversmith.samplers.eo_wgan import MAX_OTHER_ROWS, MAX_SMOTE_ROWS


class BaseRows(RowSource):
    """Rows that a generator starts from: SMOTE's, those of a Gibbs sampler, or those of the caller's over-sampler.

    Parameters
    ----------
    sampler : SMOTifiedGAN
        The sampler with its settings.
    """

    def __init__(self, sampler: Any) -> None:
        self.sampler = sampler

    def prepared(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        """Return the rows that base rows are made from."""
        state: dict[str, Any] = {
            "rows": {code: table.rows[code] for code in classes},
            "discrete": discrete_columns(table.spans, table.pooled.shape[1]),
        }
        if self.sampler._over_sampler():
            rng = np.random.default_rng([seed, 3])
            others = {code: np.flatnonzero(table.pooled_codes != code) for code in classes}
            state["others"] = {
                code: table.pooled[rng.permutation(index)[:MAX_OTHER_ROWS]] for code, index in others.items()
            }
        return state

    def update(self, state: dict[str, Any], table: EncodedTable, codes: list[int]) -> None:
        """Keep the newest rows."""
        state["rows"] = state["rows"] | {
            code: np.concatenate([state["rows"][code], table.rows[code]])[-MAX_SMOTE_ROWS:] for code in codes
        }

    def inputs(
        self, state: dict[str, Any], counts: dict[int, int], rng: np.random.Generator, rows: TrainingRows | None = None
    ) -> dict[str, np.ndarray] | None:
        """Return base rows of some classes, in their own scales."""
        from oversmith.recipes.smotified import padded

        parts = [
            ClassScaler.from_state(state["scalers"][code]).transform(self._base(state, code, n, rng, rows))
            for code, n in counts.items()
        ]
        base = np.concatenate(parts)
        return {"u": padded(base, padded_width(base.shape[1], conv_shape(self.sampler)))}

    def _base(
        self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator, training: TrainingRows | None
    ) -> np.ndarray:
        base, rows = self.sampler.base, state["rows"][code]
        if training is not None and training.references[code] is not training.real[code]:
            rows = without(rows, training.references[code])
        if isinstance(base, str):
            if base == "smote":
                return smote_rows(rows, state["discrete"], n, self.sampler.k_neighbors, rng)
            return gibbs_rows(rows, state["discrete"], n, rng)
        others = state["others"][code]
        if training is not None and (holdout := self.sampler._holdout(training)):
            others = without(others, holdout.others)
        return rows_from(base, rows, others, self.sampler.encoder_.spans_, n, rng, argument="base")
