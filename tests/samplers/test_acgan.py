"""AC-GAN: its losses by hand on linear players, the class asked for, the size of the paper."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from games import Same, cross_entropies, session_of, softplus, toy_hyper, updated
from toys import build, spectra

from oversmith import ACGAN, CovidGAN
from oversmith.recipes import acgan, mislabel_gan

NETWORKS = {"generator_widths": (8, 8), "critic_widths": (8, 8), "latent_dim": 6, "batch_size": 16, "random_state": 0}
SMALL = NETWORKS | {"max_steps": 3}


def game(n_classes=2):
    hyper = toy_hyper(2, latent=3, condition=2) | {"n_classes": jnp.int32(n_classes), "class_weight": jnp.float32(0.5)}
    matrix = np.array([[1.0, 0.5, -0.5], [-2.0, 0.3, 0.9]], np.float32)
    players = {"generator": Same(jnp.eye(2)), "discriminator": lambda rows: rows @ matrix}
    batch = {"x": jnp.array([[2.0, 1.0], [0.5, -1.0]]), "label": jnp.array([0, 1]), "weight": jnp.ones(2)}
    return players, batch, hyper, matrix


def test_discriminator_loss_by_hand():
    players, batch, hyper, matrix = game()
    key = jax.random.key(4)
    value, record = acgan.discriminator_loss(players, batch, key, 0, hyper)
    asked = np.asarray(jax.random.randint(jax.random.split(key)[0], (2,), 0, 2))
    real, made = np.asarray(batch["x"]) @ matrix, np.eye(2)[asked] @ matrix
    named = cross_entropies(real[:, 1:], [0, 1]).mean(), cross_entropies(made[:, 1:], asked).mean()
    expected = softplus(-real[:, 0]).mean() + softplus(made[:, 0]).mean() + 0.5 * sum(named)
    assert float(value) == pytest.approx(expected, rel=1e-5)
    assert (float(record["class_real"]), float(record["class_fake"])) == pytest.approx(named, rel=1e-5)


def test_generator_loss_by_hand():
    players, batch, hyper, matrix = game()
    key = jax.random.key(4)
    value, _ = acgan.generator_loss(players, batch, key, 0, hyper)
    asked = np.asarray(jax.random.randint(jax.random.split(key)[0], (2,), 0, 2))
    made = np.eye(2)[asked] @ matrix
    expected = softplus(-made[:, 0]).mean() + 0.5 * cross_entropies(made[:, 1:], asked).mean()
    assert float(value) == pytest.approx(expected, rel=1e-5)


def test_discriminator_is_not_told_the_class():
    session = session_of(build(ACGAN, **SMALL), *spectra())
    players = session.players
    assert players["discriminator"].stack.shape == (1, 24)
    assert players["discriminator"](jnp.zeros((3, 24))).shape == (3, 1 + 2)
    assert [turn.player for turn in session.recipe.phases[0].schedule] == ["discriminator", "generator"]


def test_step_of_the_generator_raises_what_the_discriminator_thinks():
    session = session_of(build(ACGAN, class_weight=0.0, **SMALL), *spectra())
    players = updated(session, session.players, "discriminator", 10)
    after = updated(session, players, "generator", 5)

    def opinion(players):
        # By the batch's own statistics, as in the step itself: the running ones lag behind it.
        batch = {"label": jnp.arange(512, dtype=jnp.int32) % 2}
        rows, _, _ = mislabel_gan.random_rows(players, batch, jax.random.key(6), session.hyper)
        return float(acgan.heads(players["discriminator"](rows))[0].mean())

    assert opinion(after) > opinion(players)


def test_makes_the_class_it_is_asked_for():
    X, y = spectra((60, 12), apart=6.0)
    options = NETWORKS | {"generator_widths": (32, 16), "critic_widths": (16, 32), "latent_dim": 32}
    sampler = build(ACGAN, **(options | {"max_steps": 300, "learning_rate": 1e-3})).fit(X, y)
    made = sampler.sample(100, "sol")[:, 0]
    real, other = X[y == "sol", 0].mean(axis=0), X[y == "gel", 0].mean(axis=0)
    nearer = np.linalg.norm(made - real, axis=1) < np.linalg.norm(made - other, axis=1)
    assert nearer.mean() > 0.9
    assert sampler.history_[-1]["class_fake"] < sampler.history_[0]["class_fake"]


def test_another_name_and_the_documents_setting():
    assert CovidGAN is ACGAN
    paper = CovidGAN.paper(latent_dim=200)
    assert (paper.stop.max_epochs, paper.batch_size, paper.latent_dim, paper.network.initial_sd) == (150, 64, 200, 0.02)
    assert "penalty" not in paper.get_params()


@pytest.mark.parametrize(
    "change", [{"class_weight": 0.1}, {"latent_dim": 7}, {"critic_steps": 2}, {"real_sampling": "natural"}], ids=str
)
def test_every_parameter_changes_something(change):
    X, y = spectra()
    plain = build(ACGAN, **SMALL).fit(X, y).sample(5, "sol")
    assert not np.array_equal(build(ACGAN, **(SMALL | change)).fit(X, y).sample(5, "sol"), plain)
