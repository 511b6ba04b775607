"""The engine on the game it was built for: a Wasserstein GAN with gradient penalty."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.networks import MLP, activate, column_arrays, with_condition
from oversmith.training import (
    Optimiser,
    Phase,
    Player,
    Recipe,
    Turn,
    count_compilations,
    draw_balanced,
    generate,
    pad_rows,
    table_data,
    train,
)
from oversmith.training.losses import (
    gan_discriminator,
    gan_generator,
    gradient_penalty,
    interpolate,
    wasserstein_critic,
    wasserstein_generator,
)

LATENT, BATCH = 8, 64


def fake_rows(players, key, label, hyper):
    noise_key, level_key = jax.random.split(key)
    noise = jax.random.normal(noise_key, (len(label), LATENT))
    raw = players["generator"](with_condition(noise, label, hyper["condition"].shape[0]))
    return activate(raw, hyper["columns"], level_key)


def scores(network, rows, label, hyper):
    return network(with_condition(rows, label, hyper["condition"].shape[0]))[:, 0]


def critic_loss(players, batch, key, step, hyper):
    fake_key, mix_key = jax.random.split(key)
    label, weight = batch["label"], batch["weight"]
    fake = fake_rows(players, fake_key, label, hyper)
    gap = penalty = 0.0
    for critic in players["critic"]:
        real_scores, fake_scores = (scores(critic, rows, label, hyper) for rows in (batch["x"], fake))
        gap += wasserstein_critic(real_scores, fake_scores, weight)
        mixed = interpolate(mix_key, batch["x"], fake)
        rows = gradient_penalty(lambda x, critic=critic: scores(critic, x, label, hyper), mixed, hyper["columns"].mask)
        penalty += jnp.average(rows, weights=weight)
    return gap + 10.0 * penalty, {"gap": -gap, "penalty": penalty}


def generator_loss(players, batch, key, step, hyper):
    fake = fake_rows(players, key, batch["label"], hyper)
    total = sum(scores(critic, fake, batch["label"], hyper) for critic in players["critic"])
    return wasserstein_generator(total, batch["weight"]), {}


def discriminator_loss(players, batch, key, step, hyper):
    fake = fake_rows(players, key, batch["label"], hyper)
    (network,) = players["critic"]
    pair = (scores(network, rows, batch["label"], hyper) for rows in (batch["x"], fake))
    return gan_discriminator(*pair, batch["weight"]), {}


def non_saturating_loss(players, batch, key, step, hyper):
    fake = fake_rows(players, key, batch["label"], hyper)
    return gan_generator(scores(players["critic"][0], fake, batch["label"], hyper), batch["weight"]), {}


ADAM = Optimiser("adam", b1=0.5, b2=0.9)


def wgan(steps):
    players = Player("critic", critic_loss, ADAM), Player("generator", generator_loss, ADAM, ema=True)
    schedule = Turn("critic", "critic_steps"), Turn("generator")
    return Recipe((Phase("adversarial", players, schedule, draw_balanced, BATCH, steps),), fake_rows)


def setting(spans, *, width, padded, condition=0, rate=1e-3, seed=0):
    generator_key, *critic_keys = jax.random.split(jax.random.key(seed), 3)
    activations = ("tanh", "leaky_relu")
    critics = (
        MLP(condition + padded, (32, 32), 1, activations, true_in=condition + width, key=key) for key in critic_keys
    )
    players = {
        "generator": MLP(LATENT + condition, (32, 32), padded, ("relu", "relu"), key=generator_key),
        "critic": tuple(critics),
    }
    hyper = {
        "learning_rate": {"critic": rate, "generator": rate},
        "critic_steps": 5,
        "ema_decay": 0.9,
        "columns": column_arrays([SimpleNamespace(start=a, stop=b, activation=name) for a, b, name in spans], padded),
        "condition": np.zeros(condition),
    }
    return players, hyper


MIXED = [(0, 3, "linear"), (3, 4, "sigmoid"), (4, 7, "softmax")]


def mixed_rows(n, seed=0):
    rng = np.random.default_rng(seed)
    levels = np.eye(3)[rng.integers(0, 3, n)]
    return np.column_stack([rng.normal(size=(n, 3)), rng.integers(0, 2, n), levels])


def widened(batch, padded):
    return {**batch, "x": jnp.pad(batch["x"], ((0, 0), (0, padded - batch["x"].shape[1])))}


@pytest.mark.parametrize("condition", [0, 2])
@pytest.mark.parametrize("loss", [critic_loss, generator_loss])
def test_losses_and_parameter_gradients_are_equal_at_two_paddings(loss, condition):
    name = "critic" if loss is critic_loss else "generator"
    label = np.arange(BATCH) % 2
    batch = {
        "x": jnp.asarray(mixed_rows(BATCH), jnp.float32),
        "label": jnp.asarray(label),
        "weight": jnp.linspace(0.5, 1.5, BATCH),
    }

    def evaluate(padded):
        players, hyper = setting(MIXED, width=7, padded=padded, condition=condition)

        def of(player):
            value, _ = loss({**players, name: player}, widened(batch, padded), jax.random.key(4), 0, hyper)
            return value

        return jax.value_and_grad(of)(players[name])

    (value, gradient), (wide_value, wide_gradient) = evaluate(32), evaluate(64)
    assert float(value) == pytest.approx(float(wide_value), rel=1e-5)
    for narrow, wide in zip(jax.tree.leaves(gradient), jax.tree.leaves(wide_gradient), strict=True):
        common = tuple(slice(n) for n in narrow.shape)
        np.testing.assert_allclose(narrow, wide[common], rtol=1e-3, atol=1e-6)
        # Beyond the true columns nothing is learnt.
        beyond = np.array(wide)
        beyond[common] = 0
        assert not beyond.any()


def test_training_does_not_depend_on_the_row_bucket():
    players, hyper = setting(MIXED, width=7, padded=32)
    data = table_data(mixed_rows(100), np.arange(100) % 2, n_classes=2)
    wide = {
        name: jnp.asarray(pad_rows(np.asarray(v), 4096)) if v.shape[:1] == (1024,) else v for name, v in data.items()
    }
    results = [train(wgan(6), players, table, hyper, jax.random.key(1)).players for table in (data, wide)]
    for small, large in zip(*map(jax.tree.leaves, results), strict=True):
        np.testing.assert_array_equal(small, large)


def test_two_folds_whose_levels_differ_share_their_programs():
    def fold(spans, width, n, rate):
        players, hyper = setting(spans, width=width, padded=32, rate=rate)
        x = np.random.default_rng(n).normal(size=(n, width))
        recipe = wgan(12)
        data = table_data(x, np.zeros(n, int), n_classes=1)
        result = train(recipe, players, data, hyper, jax.random.key(n), check_every=5)
        return generate(replace(recipe, block=64), result.players, jax.random.key(0), np.zeros(40, int), hyper)

    fold(MIXED, 7, 100, 1e-3)
    with count_compilations() as count:
        rows = fold([(0, 1, "linear"), (1, 6, "softmax"), (6, 8, "softmax"), (8, 9, "sigmoid")], 9, 180, 3e-4)
    assert count.programs == 0
    np.testing.assert_allclose(rows[:, 1:6].sum(axis=1), 1, rtol=1e-4)
    assert not rows[:, 9:].any()


def test_a_generator_step_raises_what_the_discriminator_thinks_of_its_rows():
    players, hyper = setting([(0, 3, "linear")], width=3, padded=32)
    players["critic"] = players["critic"][:1]
    pair = Player("critic", discriminator_loss, ADAM), Player("generator", non_saturating_loss, Optimiser("sgd"))
    data = table_data(np.random.default_rng(0).normal(2, 1, size=(300, 3)), np.zeros(300, int), n_classes=1)

    def go_on(players, player, steps):
        phase = Phase(player, pair, (Turn(player),), draw_balanced, BATCH, steps)
        return train(Recipe((phase,), fake_rows), players, data, hyper, jax.random.key(2)).players

    def judged(players):
        label = jnp.zeros(2000, jnp.int32)
        fake = fake_rows(players, jax.random.key(3), label, hyper)
        return float(jax.nn.sigmoid(scores(players["critic"][0], fake, label, hyper)).mean())

    taught = go_on(players, "critic", 50)
    assert judged(taught) < 0.4
    assert judged(go_on(taught, "generator", 1)) > judged(taught)


@pytest.mark.slow
def test_three_gaussians_are_all_found():
    rng = np.random.default_rng(0)
    centres = np.array([[2.0, 0.0], [-1.0, 1.7], [-1.0, -1.7]])
    x = centres[rng.integers(0, 3, 900)] + 0.15 * rng.normal(size=(900, 2))
    players, hyper = setting([(0, 2, "linear")], width=2, padded=32)
    recipe = wgan(2500)
    result = train(recipe, players, table_data(x, np.zeros(900, int), n_classes=1), hyper, jax.random.key(0))
    rows = generate(recipe, result.players, jax.random.key(1), np.zeros(3000, int), hyper)[:, :2]
    distance = np.linalg.norm(rows[:, None] - centres, axis=2)
    share = np.bincount(distance.argmin(axis=1), minlength=3) / len(rows)
    assert (share > 0.2).all()
    assert (distance.min(axis=1) < 0.6).mean() > 0.85
    gap = [row["gap"] for row in result.history]
    assert abs(np.mean(gap[-5:])) < abs(gap[0])


@pytest.mark.slow
def test_conditional_rows_follow_their_class():
    rng = np.random.default_rng(0)
    label = np.repeat([0, 1], [800, 100])
    x = np.column_stack([np.where(label, 1.5, -1.5) + 0.3 * rng.normal(size=900), np.eye(2)[label]])
    spans = [(0, 1, "linear"), (1, 3, "softmax")]
    players, hyper = setting(spans, width=3, padded=32, condition=2)
    recipe = wgan(1500)
    result = train(recipe, players, table_data(x, label, n_classes=2), hyper, jax.random.key(0))
    rows = generate(recipe, result.players, jax.random.key(1), np.repeat([0, 1], 500), hyper)
    assert abs(rows[:500, 0].mean() + 1.5) < 0.2
    assert abs(rows[500:, 0].mean() - 1.5) < 0.2
    assert (rows[:500, 1:3].argmax(axis=1) == 0).mean() > 0.95
    assert (rows[500:, 1:3].argmax(axis=1) == 1).mean() > 0.95
