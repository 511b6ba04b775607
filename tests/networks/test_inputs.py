from __future__ import annotations

import jax
import numpy as np
from scipy import stats

from oversmith.networks import latent_noise
from oversmith.networks.inputs import TIME_FEATURES, time_features


def test_it_is_standard_normal():
    noise = np.asarray(latent_noise(jax.random.key(0), 2000, 100), np.float64)
    assert noise.shape == (2000, 100)
    assert stats.kstest(noise.ravel(), "norm").pvalue > 0.01
    assert abs(noise.std() - 1) < 0.005
    assert np.isfinite(noise).all()
    assert 3.8 < np.abs(noise).max() < 4.4


def test_the_two_halves_of_a_word_are_independent():
    noise = np.asarray(latent_noise(jax.random.key(1), 20_000, 8))
    correlation = np.corrcoef(noise.T) - np.eye(8)
    assert np.abs(correlation).max() < 0.03
    assert np.abs(np.corrcoef((noise**2).T) - np.eye(8)).max() < 0.03


def test_an_odd_number_of_columns_and_other_keys():
    first, again, other = (latent_noise(jax.random.key(k), 5, 7) for k in (0, 0, 1))
    assert first.shape == (5, 7)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_time_features_by_hand():
    t = np.array([0.0, 0.25, 1.0], np.float32)
    angles = np.pi * t[:, None] * np.array([1, 2, 4, 8])
    features = np.asarray(time_features(t))
    assert features.shape == (3, TIME_FEATURES)
    assert np.allclose(features, np.column_stack([t - 0.5, np.sin(angles), np.cos(angles)]), atol=1e-5)
