"""Time features against sines and cosines by hand."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from oversmith.networks.time import TIME_FEATURES, time_features


def test_by_hand():
    t = np.array([0.0, 0.25, 1.0])
    found = np.asarray(time_features(jnp.asarray(t)))
    angles = np.pi * t[:, None] * np.array([1, 2, 4, 8])
    expected = np.column_stack([t - 0.5, np.sin(angles), np.cos(angles)])
    assert found.shape == (3, TIME_FEATURES)
    assert np.allclose(found, expected, atol=1e-5)
