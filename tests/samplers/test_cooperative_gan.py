"""Cooperative GAN: its moving target by hand, no stabilisers, the class asked for, the size of the paper."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from games import Same, cross_entropies, session_of, softplus
from toys import build, spectra

from oversmith import CooperativeGAN
from oversmith.recipes import cooperative, mislabel_gan

NETWORKS = {
    "generator_widths": (8, 8),
    "critic_widths": (8, 8),
    "classifier_widths": (4, 8),
    "network__head_units": 8,
    "latent_dim": 6,
    "batch_size": 16,
    "random_state": 0,
}
SMALL = NETWORKS | {"max_steps": 3}


def numbers(n_classes=3, rho=0.8, total=10.0, widened=(0.0, 1.0, 1.0, 0.0)):
    return {
        "n_classes": jnp.int32(n_classes),
        "rho": jnp.float32(rho),
        "total_steps": jnp.float32(total),
        "widened": jnp.array(widened),
    }


def test_target_by_hand():
    """Three classes in a bucket of four; the padded class would be the most likely one."""
    scores = np.array([[1.0, 0.2, 0.5, 9.0], [1.0, 0.2, 0.5, 9.0], [-1.0, 2.0, 0.5, 9.0]], np.float32)
    label, rival = np.array([0, 1, 2]), np.array([2, 0, 1])
    for step, share in ((0, 0.0), (5, 0.2), (10, 0.4)):
        found = cooperative.towards_the_border(jnp.asarray(scores), jnp.asarray(label), step, numbers())
        shares = share * np.array([0, 1, 1])
        real = scores[:, :3]
        expected = (1 - shares) * cross_entropies(real, label) + shares * cross_entropies(real, rival)
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_where_the_classifier_shall_stand_in_the_end():
    """With rho 1 the end's target is a draw between the two classes; at the start it is certainty."""
    gaps = jnp.linspace(-6, 6, 121)
    scores = jnp.stack([jnp.zeros(121), gaps], axis=1)
    label, hyper = jnp.ones(121, int), numbers(2, 1.0, 10.0, (0.0, 1.0))
    ends = [
        float(gaps[jnp.argmin(cooperative.towards_the_border(scores, label, step, hyper))]) for step in (0, 5, 9, 10)
    ]
    assert ends[0] == 6
    # A share of a quarter belongs to the other class: log-odds of log 3.
    assert ends[1] == pytest.approx(np.log(3), abs=0.06)
    assert ends[1] > ends[2] > ends[3]
    assert ends[3] == pytest.approx(0, abs=0.06)


def test_generator_loss_by_hand():
    loss = mislabel_gan.generator_loss(True, cooperative.towards_the_border)
    matrix = np.array([[0.5, -0.5], [0.3, 0.9]], np.float32)
    players = {
        "generator": Same(jnp.eye(2)),
        "discriminator": lambda rows: rows[:, 2:] @ jnp.array([[1.0], [-2.0]]),
        "classifier": lambda rows: rows @ matrix,
    }
    batch = {"x": jnp.array([[2.0, 1.0], [0.5, -1.0]]), "label": jnp.array([0, 1])}
    hyper = numbers(2, 1.0, 10.0, (0.0, 1.0)) | {
        "latent": jnp.zeros(3),
        "condition": jnp.zeros(2),
        "terms": {"generator_adversarial": 1.0},
        "coop_weight": 2.0,
    }
    key = jax.random.key(4)
    value, record = loss(players, batch, key, 5, hyper)
    asked = np.asarray(jax.random.randint(jax.random.split(key)[0], (2,), 0, 2))
    made, shares = np.eye(2)[asked], 0.25 * asked
    own, other = cross_entropies(made @ matrix, asked), cross_entropies(made @ matrix, 1 - asked)
    cooperation = ((1 - shares) * own + shares * other).mean()
    assert float(record["cooperation"]) == pytest.approx(cooperation, rel=1e-5)
    assert float(value) == pytest.approx(softplus(-made @ [1.0, -2.0]).mean() + 2 * cooperation, rel=1e-5)


def test_order_and_no_stabilisers():
    session = session_of(build(CooperativeGAN, **SMALL), *spectra((40, 6, 5)))
    (phase,) = session.recipe.phases
    assert [turn.player for turn in phase.schedule] == ["discriminator", "generator", "classifier"]
    judge = next(player for player in phase.players if player.name == "discriminator")
    assert judge.loss is mislabel_gan.discriminator_loss(None, None)
    # Classes in order of their names: "gel" is the large one and keeps its place.
    assert session.hyper["widened"].tolist()[:3] == [0.0, 1.0, 1.0]
    assert float(session.hyper["total_steps"]) == 3


def towards_the_other(rho, seed):
    """How far the rows are on their way from their class to the other: 0 at the one, 1 at the other."""
    X, y = spectra((60, 12), apart=6.0, seed=seed)
    options = NETWORKS | {"generator_widths": (32, 16), "critic_widths": (16, 32), "latent_dim": 32}
    options |= {"max_steps": 400, "learning_rate": 1e-3, "random_state": seed}
    sampler = build(CooperativeGAN, rho=rho, **options).fit(X, y)
    made = sampler.sample(200, "sol")[:, 0].mean(axis=0)
    own, other = X[y == "sol", 0].mean(axis=0), X[y == "gel", 0].mean(axis=0)
    assert (sampler.classifier_.predict(X) == y).mean() > 0.9
    assert {"cooperation", "diversity", "d_accuracy", "loss_classifier"} <= set(sampler.history_[-1])
    return (made - own) @ (other - own) / np.sum((other - own) ** 2)


def test_makes_the_class_it_is_asked_for_nearer_to_the_border():
    inside, near = towards_the_other(0.001, 0), towards_the_other(0.3, 0)
    assert abs(inside) < 0.1
    assert inside + 0.05 < near < 0.5


@pytest.mark.slow
def test_way_to_the_border_over_five_seeds():
    gaps = [towards_the_other(0.3, seed) - towards_the_other(0.001, seed) for seed in range(5)]
    assert min(gaps) > 0
    assert np.mean(gaps) > 0.05


@pytest.mark.parametrize("change", [{"rho": 0.9}, {"coop_weight": 3.0}], ids=str)
def test_every_parameter_changes_something(change):
    X, y = spectra()
    plain = build(CooperativeGAN, **SMALL).fit(X, y).sample(5, "sol")
    assert not np.array_equal(build(CooperativeGAN, **(SMALL | change)).fit(X, y).sample(5, "sol"), plain)


def test_the_documents_setting():
    paper = CooperativeGAN.paper(rho=0.5)
    assert (paper.stop.max_epochs, paper.rho, paper.critic_widths) == (150, 0.5, (64, 128, 128, 256))
    assert not {"penalty", "discriminator_rows", "pretrain_epochs"} & set(paper.get_params())
    with pytest.raises(ValueError, match="rho"):
        build(CooperativeGAN, rho=0.0, **SMALL).fit(*spectra())
