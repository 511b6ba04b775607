from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.networks import MLP
from oversmith.training.losses import (
    around_real,
    cross_entropy,
    gan_discriminator,
    gan_generator,
    gradient_penalty,
    interpolate,
    wasserstein_critic,
    wasserstein_generator,
)

WEIGHT = jnp.array([1.0, 3.0])
ONES = jnp.ones(2)


def test_wasserstein_by_hand():
    real, fake = jnp.array([2.0, 4.0]), jnp.array([1.0, -1.0])
    assert float(wasserstein_critic(real, fake, ONES)) == pytest.approx(0 - 3)
    # Weighted: fake (1 - 3) / 4 = -0.5; real (2 + 12) / 4 = 3.5.
    assert float(wasserstein_critic(real, fake, WEIGHT)) == pytest.approx(-4)
    assert float(wasserstein_generator(fake, ONES)) == pytest.approx(0)
    assert float(wasserstein_generator(fake, WEIGHT)) == pytest.approx(0.5)


def test_gan_by_hand():
    # Chances 0.8 and 0.5 of being real for the real rows, 0.5 and 0.2 for the made ones.
    real, fake = jnp.log(jnp.array([4.0, 1.0])), jnp.log(jnp.array([1.0, 0.25]))
    expected = -(np.log(0.8) + np.log(0.5)) / 2 - (np.log(0.5) + np.log(0.8)) / 2
    assert float(gan_discriminator(real, fake, ONES)) == pytest.approx(expected, rel=1e-5)
    weighted = -(np.log(0.8) + 3 * np.log(0.5)) / 4 - (np.log(0.5) + 3 * np.log(0.8)) / 4
    assert float(gan_discriminator(real, fake, WEIGHT)) == pytest.approx(weighted, rel=1e-5)
    assert float(gan_generator(fake, ONES)) == pytest.approx(-(np.log(0.5) + np.log(0.2)) / 2, rel=1e-5)
    assert float(gan_generator(fake, WEIGHT)) == pytest.approx(-(np.log(0.5) + 3 * np.log(0.2)) / 4, rel=1e-5)


def test_gan_losses_stay_finite_for_certain_discriminators():
    certain = jnp.array([200.0, -200.0])
    assert np.isfinite(gan_discriminator(certain, certain, ONES))
    assert float(gan_generator(jnp.array([-200.0, -200.0]), ONES)) == pytest.approx(200)


# Chances 0.2, 0.3, 0.5 and 0.6, 0.3, 0.1; the fourth column is padding.
LOGITS = jnp.log(jnp.array([[2.0, 3.0, 5.0, 1e6], [6.0, 3.0, 1.0, 1e6]]))
LABEL = jnp.array([1, 0])


def test_cross_entropy_by_hand():
    np.testing.assert_allclose(cross_entropy(LOGITS, LABEL, 3), [-np.log(0.3), -np.log(0.6)], rtol=1e-5)
    # Two classes alone: 3 / (2 + 3) and 6 / (6 + 3).
    np.testing.assert_allclose(cross_entropy(LOGITS, LABEL, 2), [-np.log(0.6), -np.log(2 / 3)], rtol=1e-5)
    traced = jax.jit(cross_entropy)(LOGITS, LABEL, jnp.int32(3))
    np.testing.assert_allclose(traced, cross_entropy(LOGITS, LABEL, 3), rtol=1e-6)


def test_cross_entropy_gradient_is_chance_minus_truth():
    gradient = jax.grad(lambda logits: cross_entropy(logits, LABEL, 3).sum())(LOGITS)
    np.testing.assert_allclose(gradient, [[0.2, 0.3 - 1, 0.5, 0], [0.6 - 1, 0.3, 0.1, 0]], atol=1e-6)


def test_cross_entropy_stays_finite_for_certain_classifiers():
    certain = jnp.array([[300.0, -300.0, 0.0, 0.0], [-300.0, 300.0, 0.0, 0.0]])
    losses, pull = jax.vjp(lambda logits: cross_entropy(logits, jnp.array([0, 0]), 2), certain)
    assert losses.tolist() == [0, 600]
    assert np.isfinite(pull(jnp.ones(2))[0]).all()


def test_interpolation_uses_one_share_per_row():
    real, fake = jnp.zeros((200, 3)), jnp.ones((200, 3))
    rows = np.asarray(interpolate(jax.random.key(0), real, fake))
    assert (rows == rows[:, :1]).all()
    assert len(np.unique(rows[:, 0])) > 190
    assert rows.min() >= 0
    assert rows.max() < 1
    assert abs(rows.mean() - 0.5) < 0.06


def test_points_around_real_rows():
    real = jnp.where(jnp.arange(4000)[:, None] % 2 == 0, 1.0, 5.0) * jnp.ones((1, 4))
    moved = np.asarray(around_real(jax.random.key(0), real) - real)
    # Half the batch's standard deviation of 2, times a uniform share: 1/√3 of it on average, to either side.
    assert moved.std() == pytest.approx(1 / np.sqrt(3), rel=0.03)
    assert abs(moved.mean()) < 0.02
    # One share per row: rows differ in how far they were moved.
    spread = np.abs(moved).max(axis=1)
    assert (spread < 0.05).any()
    assert (spread > 1.5).any()


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_penalty_of_a_linear_critic(batch):
    w = jnp.array([0.5, -2.0, 1.0])
    x = jax.random.normal(jax.random.key(batch), (batch, 3))
    rows = gradient_penalty(lambda x: x @ w + 3, x, jnp.ones(3))
    np.testing.assert_allclose(rows, np.full(batch, (np.sqrt(5.25) - 1) ** 2), rtol=1e-5)


def test_penalty_counts_masked_columns_alone():
    w = jnp.array([3.0, 4.0, 100.0])
    rows = gradient_penalty(lambda x: x @ w, jnp.ones((2, 3)), jnp.array([1.0, 1.0, 0.0]))
    np.testing.assert_allclose(rows, [16, 16], rtol=1e-5)


def _plain(critic, x, mask):
    gradient = jax.grad(lambda rows: critic(rows).sum())(x) * mask
    return (jnp.linalg.norm(gradient, axis=1) - 1) ** 2


@pytest.mark.parametrize("activations", [("tanh", "leaky_relu"), ("silu", "tanh"), ("relu", "relu")])
def test_penalty_equals_reverse_over_reverse(activations):
    critic = MLP(6, (16, 8), 1, activations, key=jax.random.key(0))
    critic = jax.tree.map(lambda leaf: 3 * leaf, critic)
    x = jax.random.normal(jax.random.key(1), (9, 6))
    mask = jnp.array([1.0, 1, 1, 1, 0, 0])
    weight = jnp.arange(1.0, 10)

    def total(critic, penalty):
        return jnp.sum(weight * penalty(lambda x: critic(x)[:, 0], x, mask))

    value, gradient = jax.value_and_grad(total)(critic, gradient_penalty)
    expected, expected_gradient = jax.value_and_grad(total)(critic, _plain)
    assert float(value) == pytest.approx(float(expected), rel=1e-4)
    for found, wanted in zip(jax.tree.leaves(gradient), jax.tree.leaves(expected_gradient), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4 * float(jnp.abs(wanted).max() + 1))


def test_dead_critic_gives_no_nan():
    critic = jax.tree.map(jnp.zeros_like, MLP(3, (4,), 1, ("relu",), key=jax.random.key(0)))

    def total(critic):
        return gradient_penalty(lambda x: critic(x)[:, 0], jnp.ones((2, 3)), jnp.ones(3)).sum()

    value, gradient = jax.value_and_grad(total)(critic)
    assert float(value) == 2
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradient))
