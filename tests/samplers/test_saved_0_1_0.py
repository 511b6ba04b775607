"""Samplers that version 0.1.0 saved, read today: the parameters are translated and the rows are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import oversmith
from oversmith import (
    CGAN,
    EOWGAN,
    SMOTE,
    Critics,
    Guidance,
    Network,
    Output,
    Refinement,
    SeriesEncoder,
    SMOTifiedGAN,
    Stop,
    TableEncoder,
    WeightClip,
)

FOLDER = Path(__file__).parent / "saved_0_1_0"
NAMES = sorted(path.stem for path in FOLDER.glob("*.zip"))


def plain(rows):
    """Rows as numbers, levels by their code."""
    if isinstance(rows, pd.DataFrame):
        columns = [c.cat.codes if isinstance(c.dtype, pd.CategoricalDtype) else c for _, c in rows.items()]
        return np.column_stack([np.asarray(c, dtype=np.float64) for c in columns])
    return np.asarray(rows, dtype=np.float64)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_rows(name, tmp_path):
    sampler = oversmith.load(FOLDER / f"{name}.zip")
    expected = np.load(FOLDER / "rows.npz")[name]
    spread = np.nanmax(np.nanstd(expected, axis=0))
    # Another processor rounds differently.
    np.testing.assert_allclose(plain(sampler.sample(len(expected), "rare")), expected, rtol=1e-4, atol=1e-3 * spread)
    # Saved again in the form of today, and read.
    sampler.save(tmp_path / "again.zip")
    twin = oversmith.load(tmp_path / "again.zip")
    assert twin.get_params(deep=False).keys() == sampler.get_params(deep=False).keys()
    np.testing.assert_array_equal(plain(twin.sample(3, "rare")), plain(sampler.sample(3, "rare")))


def test_parameters_are_translated():
    sampler = oversmith.load(FOLDER / "eo_wgan.zip")
    assert isinstance(sampler, EOWGAN)
    assert sampler.lipschitz == WeightClip(0.05)
    assert sampler.critics == Critics(2, reduce="min")
    assert sampler.guidance == Guidance(0.5, clamp=0.2)
    assert sampler.refinement == Refinement(1, hard_weight=3.0)
    assert sampler.stop == Stop(patience=2)
    assert sampler.network == Network(conditional=False, ema_decay=0.99)
    assert sampler.output == Output(filters="novelty")
    assert sampler.smote.sampler.k_neighbors == 3
    assert isinstance(sampler.encoder, TableEncoder)
    expected = {"categorical_features": ["state"], "numeric": "standard", "missing": "impute", "only_seen_levels": True}
    assert sampler.encoder.get_params().items() >= expected.items()
    smotified = oversmith.load(FOLDER / "smotified_gan.zip")
    assert isinstance(smotified, SMOTifiedGAN)
    assert (smotified.base, smotified.accept_factor) == ("gibbs", 2.0)
    assert smotified.stop == Stop("f1", patience=5, validation_fraction=0.3, loss_floor=0.01)
    series = oversmith.load(FOLDER / "series_smote.zip")
    assert isinstance(series, SMOTE)
    assert isinstance(series.encoder, SeriesEncoder)
    assert (series.k_neighbors, series.encoder.bounds) == (2, (-3.0, 3.0))
    assert isinstance(oversmith.load(FOLDER / "cgan.zip"), CGAN)
