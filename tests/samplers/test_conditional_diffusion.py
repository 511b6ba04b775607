"""Conditional diffusion: its loss by hand, its way back along a known law, guidance, the class asked for."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from games import session_of
from toys import build, waves

from oversmith import ConditionalDiffusion, SeriesEncoder
from oversmith.exceptions import InputError
from oversmith.networks.inputs import TIME_FEATURES
from oversmith.networks.unet import patch_of
from oversmith.recipes import diffusion
from oversmith.training import Optimiser, count_compilations

TINY = {"widths": (4,), "n_noise_steps": 20, "n_sampling_steps": 3, "batch_size": 8, "max_steps": 3}


def hyper_of(n_noise_steps=1000, n_sampling_steps=50, width=3, classes=2, **changes):
    columns = type("Columns", (), {"mask": jnp.ones(width)})
    base = {
        "signal": jnp.asarray(diffusion.signal_levels(n_noise_steps)),
        "n_sampling_steps": n_sampling_steps,
        "columns": columns,
        "condition": jnp.zeros(classes),
        "class_dropout": 0.0,
        "guidance": 1.0,
        "bound": jnp.inf,
    }
    return base | changes


def test_cosine_schedule():
    levels = diffusion.signal_levels(1000)
    when = np.arange(1001) / 1000
    share = np.cos((when + 0.008) / 1.008 * np.pi / 2) ** 2
    np.testing.assert_allclose(levels[:990], (share / share[0])[:990], rtol=1e-4)
    assert (np.diff(levels) < 0).all()
    assert levels[0] == 1
    assert 0 < levels[-1] < 1e-5


def test_loss_by_hand():
    """A network that always answers its bias: the loss is the mean square of the bias minus √s ε − √(1 − s) x."""
    bias, x = np.array([0.5, -1.0, 2.0]), np.tile([1.0, -2.0, 0.3], (6, 1)).astype(np.float32)
    hyper, key, seen = hyper_of(), jax.random.key(3), []

    def network(rows):
        seen.append(np.asarray(rows))
        return jnp.tile(jnp.asarray(bias), (len(rows), 1))

    found = diffusion.row_losses({"denoiser": network}, jnp.asarray(x), jnp.array([0, 1, 0, 1, 0, 1]), key, hyper)
    step_key, noise_key = jax.random.split(key)
    step = np.asarray(jax.random.randint(step_key, (6,), 1, 1001))
    s, noise = np.asarray(hyper["signal"])[step][:, None], np.asarray(jax.random.normal(noise_key, x.shape))
    np.testing.assert_allclose(found, ((bias - (np.sqrt(s) * noise - np.sqrt(1 - s) * x)) ** 2).mean(axis=1), rtol=1e-4)
    np.testing.assert_allclose(seen[0][:, TIME_FEATURES + 2 :], np.sqrt(s) * x + np.sqrt(1 - s) * noise, rtol=1e-4)
    assert seen[0][:, TIME_FEATURES : TIME_FEATURES + 2].tolist() == [[1.0, 0.0], [0.0, 1.0]] * 3
    np.testing.assert_allclose(seen[0][:, 0], step / 1000 - 0.5, atol=1e-6)


def of_gaussian(hyper, mean, spread):
    """The best answer where the rows are normal with a mean and a standard deviation."""

    def network(rows):
        step = jnp.round((rows[:, 0] + 0.5) * (len(hyper["signal"]) - 1)).astype(int)
        s, noisy = hyper["signal"][step][:, None], rows[:, TIME_FEATURES + 2 :]
        clean = mean + spread**2 * jnp.sqrt(s) / (s * spread**2 + 1 - s) * (noisy - jnp.sqrt(s) * mean)
        noise = (noisy - jnp.sqrt(s) * clean) / jnp.sqrt(1 - s)
        return jnp.sqrt(s) * noise - jnp.sqrt(1 - s) * clean

    return network


def test_a_point_is_found_in_any_number_of_steps():
    for n_steps in (1, 7):
        hyper = hyper_of(n_sampling_steps=n_steps)
        players = {"denoiser": of_gaussian(hyper, jnp.array([1.0, -2.0, 0.5]), 0.0)}
        made = diffusion.diffusion_rows(players, jax.random.key(0), jnp.zeros(4, int), hyper)
        np.testing.assert_allclose(made, np.tile([1.0, -2.0, 0.5], (4, 1)), atol=1e-3)
        loss = diffusion.row_losses(players, made, jnp.zeros(4, int), jax.random.key(1), hyper)
        assert float(loss.max()) < 1e-3


def test_the_way_back_carries_noise_to_a_known_law():
    """From noise z to mean + spread z: two steps are far off, fifty are within 5 % of the spread."""
    start = jax.random.normal(jax.random.key(0), (64, 3))
    for n_steps, near in ((2, False), (50, True)):
        hyper = hyper_of(n_sampling_steps=n_steps)
        players = {"denoiser": of_gaussian(hyper, 1.5, 0.4)}
        made = diffusion.diffusion_rows(players, jax.random.key(0), jnp.zeros(64, int), hyper)
        assert (float(jnp.abs(made - (1.5 + 0.4 * start)).max()) < 0.05 * 0.4 * float(jnp.abs(start).max())) == near


def test_guidance_by_hand():
    """One step from noise z: the clean row is √s z − √(1 − s) v, with v = v_none + w (v_class − v_none)."""
    hyper = hyper_of(n_sampling_steps=1)

    def network(rows):
        return jnp.tile(2.0 + 3.0 * rows[:, TIME_FEATURES : TIME_FEATURES + 1], (1, 3))

    start, s = np.asarray(jax.random.normal(jax.random.key(0), (5, 3))), float(hyper["signal"][-1])
    for guidance in (0.0, 1.0, 4.0):
        made = diffusion.guided_rows(
            {"denoiser": network}, jax.random.key(0), jnp.zeros(5, int), hyper | {"guidance": guidance}
        )
        np.testing.assert_allclose(made, np.sqrt(s) * start - np.sqrt(1 - s) * (2 + 3 * guidance), rtol=1e-5)
    plain = diffusion.diffusion_rows({"denoiser": network}, jax.random.key(0), jnp.zeros(5, int), hyper)
    np.testing.assert_allclose(plain, np.sqrt(s) * start - np.sqrt(1 - s) * 5, rtol=1e-5)
    held = diffusion.diffusion_rows(
        {"denoiser": network}, jax.random.key(0), jnp.zeros(5, int), hyper | {"bound": jnp.float32(1.0)}
    )
    assert np.array_equal(held, np.full((5, 3), -1.0))


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_a_share_of_the_rows_is_shown_without_a_class(dropout):
    told = []

    def network(rows):
        told.append(np.asarray(rows[:, TIME_FEATURES : TIME_FEATURES + 2]))
        return rows[:, TIME_FEATURES + 2 :]

    batch = {"x": jnp.ones((4000, 3)), "label": jnp.arange(4000) % 2, "weight": jnp.ones(4000)}
    diffusion.denoiser_loss({"denoiser": network}, batch, jax.random.key(0), 0, hyper_of(class_dropout=dropout))
    shown = told[0].sum(axis=1) == 1
    assert abs((~shown).mean() - dropout) < 0.03
    assert (told[0].argmax(axis=1) == np.arange(4000) % 2)[shown].all()


@pytest.mark.parametrize("n", [20, 2])
def test_learns_the_class(n):
    X, y = waves((60, n))
    sampler = ConditionalDiffusion(widths=(8,), n_sampling_steps=20, max_steps=300, random_state=0)
    made = sampler.fit_resample(X, y)[0][60 + n :, 0]
    real, other = X[y == "b", 0].mean(axis=0), X[y == "a", 0].mean(axis=0)
    nearer = np.linalg.norm(made - real, axis=1) < np.linalg.norm(made - other, axis=1)
    assert nearer.all()
    assert np.abs(made.mean(axis=0) - real).mean() < 0.3 * np.abs(made.mean(axis=0) - other).mean()
    assert made.std(axis=0).mean() > 0.02
    first, *_, last = sampler.history_
    assert last["loss_denoiser"] < first["loss_denoiser"]
    assert last["scored_on"] == "training rows"


def test_held_out_rows_score_a_large_class():
    X, y = waves((60, 160))
    sampler = build(ConditionalDiffusion, sampling_strategy={"b": 170}, random_state=0, **TINY).fit(X, y)
    assert sampler.history_[-1]["scored_on"] == "held-out rows"
    assert sampler.history_[-1]["monitor"] > 0


def test_the_documents_setting_keeps_to_the_observed_range():
    X, y = waves((40, 6))
    changes = {"stop__max_epochs": None, "betas": (0.9, 0.999), "n_noise_steps": 20, "random_state": 0}
    made = ConditionalDiffusion.paper(**(TINY | changes)).fit_resample(X, y)[0][46:]
    assert X.min() - 1e-5 <= made.min() <= made.max() <= X.max() + 1e-5
    setting = ConditionalDiffusion.paper()
    assert (setting.n_noise_steps, setting.stop.max_epochs, setting.learning_rate) == (1000, 150, 2e-4)


CHANGES = {
    "n_sampling_steps": 2,
    "class_dropout": 0.9,
    "guidance": 2.0,
    "max_steps": 5,
    "learning_rate": 1e-2,
    "random_state": 1,
    "network__class_scaling": "standard",
    "encoder": SeriesEncoder(scaling="minmax"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_number_changes_something(name):
    X, y = waves((12, 8))
    base = {**TINY, "random_state": 0, "network__class_scaling": None}
    plain = build(ConditionalDiffusion, **base).fit(X, y).sample(9, "b")
    changed = build(ConditionalDiffusion, **(base | {name: CHANGES[name]})).fit(X, y).sample(9, "b")
    assert not np.array_equal(plain, changed)


def test_what_shapes_the_program():
    def session(**changes):
        return session_of(build(ConditionalDiffusion, random_state=0, **(TINY | changes)), *waves((12, 8)))

    def player(**changes):
        (phase,) = session(**changes).recipe.phases
        return phase.players[0], phase.batch_size

    plain, batch_size = player()
    assert (plain.ema, batch_size, plain.optimiser.b1, plain.optimiser.b2) == (True, 8, 0.9, 0.999)
    assert not player(network__ema_decay=None)[0].ema
    assert player(batch_size=16)[1] == 16
    assert player(betas=(0.5, 0.9))[0].optimiser == Optimiser("adam", b1=0.5, b2=0.9)
    assert session(n_noise_steps=30).hyper["signal"].shape == (31,)
    networks = [session(**changes).players["denoiser"] for changes in ({}, {"patch": 2}, {"widths": (4, 8)})]
    assert [(network.patch, len(network.down)) for network in networks] == [(1, 1), (2, 1), (1, 2)]
    assert patch_of((1, 800)) == 4


def test_numbers_are_arguments_not_code():
    X, y = waves((12, 8))
    build(ConditionalDiffusion, **TINY, random_state=0).fit_resample(X, y)
    numbers = {
        "max_steps": 4,
        "n_sampling_steps": 2,
        "learning_rate": 1e-4,
        "network__ema_decay": 0.9,
        "class_dropout": 0.5,
    }
    with count_compilations() as count:
        build(ConditionalDiffusion, **(TINY | numbers), random_state=1).fit_resample(X[2:], y[2:])
    assert count.programs == 0


def test_errors():
    X, y = waves((12, 8))
    with pytest.raises(InputError, match="n_sampling_steps: 30 found, but there are 20 noise steps"):
        build(ConditionalDiffusion, **(TINY | {"n_sampling_steps": 30})).fit(X, y)
    with pytest.raises(InputError, match=r"betas: \(0.5, 1.0\) found; give two numbers in \[0, 1\)"):
        build(ConditionalDiffusion, **TINY, betas=(0.5, 1.0)).fit(X, y)
