"""The tables of Riaz et al. 2025 as constructor calls: each is another method, and each runs."""

from __future__ import annotations

import numpy as np
import pytest

from oversmith import EOWGAN, eo_wgan_variants
from oversmith.exceptions import InputError


def blobs():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (60, 2)), rng.normal(3, 0.5, (12, 2))])
    return X, np.repeat([0, 1], [60, 12])


def test_table_8_has_seven_rows_that_differ_and_run():
    X, y = blobs()
    variants = eo_wgan_variants(8, stop__max_epochs=1, random_state=0)
    assert len(variants) == 7
    made = {name: sampler.fit_resample(X, y) for name, sampler in variants.items()}
    assert all((labels == 1).sum() == 60 for _, labels in made.values())
    rows = [np.round(X_resampled[72:], 12).tobytes() for X_resampled, _ in made.values()]
    assert len(set(rows)) == 7
    # Random over-sampling repeats rows, nothing else does.
    copied = {name: len(np.unique(X_resampled, axis=0)) == 72 for name, (X_resampled, _) in made.items()}
    assert [name for name, is_copied in copied.items() if is_copied] == ["random over-sampling"]


def test_table_9_has_six_settings_that_differ_and_run():
    X, y = blobs()
    variants = eo_wgan_variants(9, stop__max_epochs=2, random_state=0)
    assert all(isinstance(sampler, EOWGAN) and sampler.critics.n == 2 for sampler in variants.values())
    rows = [sampler.fit_resample(X, y)[0][72:].tobytes() for sampler in variants.values()]
    assert len(set(rows)) == 6


def test_other_tables_and_unknown_changes_are_refused():
    with pytest.raises(InputError, match="table: 7 found"):
        eo_wgan_variants(7)
    with pytest.raises(InputError, match="no variant has a parameter 'epochs'"):
        eo_wgan_variants(8, epochs=3)
