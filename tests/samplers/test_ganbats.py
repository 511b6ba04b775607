from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from games import session_of, updated
from toys import build, waves

from oversmith import DCGAN, GANBATS, Network, Stop
from oversmith.exceptions import InputError
from oversmith.recipes import ganbats
from oversmith.recipes.generator import conditioned
from oversmith.samplers._model import restored_model

SMALL = {
    "hidden": 8,
    "generator_widths": (8, 8),
    "critic_widths": (8, 8),
    "batch_size": 16,
    "max_steps": 3,
    "random_state": 0,
}

KEY = jax.random.key(0)


def test_the_budget_is_one_of_steps():
    sampler = build(GANBATS, stop=Stop(patience=None), **SMALL).fit(*waves())
    assert sampler.history_[-1]["step"] == SMALL["max_steps"]
    assert GANBATS()._stopping().max_epochs is None


def network_parts(**changes):
    options = {"hidden": 64, "layers": 2, "widths": (128, 64, 32), "recurrent": True, "stride": 1, "with_tanh": True}
    return ganbats.Generator((1, 128), 0, key=KEY, **(options | changes))


def count(tree):
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


def test_sizes_of_the_documents_networks():
    # Two bidirectional layers of 64: 4 gates x (input + 64 recurrent + 1 bias) x 64 units x 2 directions.
    lstm = 2 * 4 * 64 * ((1 + 64 + 1) + (128 + 64 + 1))
    parts = 5 * (128 * 128 + 128 * 64 + 64 * 32) + 32 + 1 + 4 * (128 + 64 + 32)
    assert count(network_parts()) == lstm + parts
    gap, mlp = (
        ganbats.Discriminator((1, 128), 0, widths=(32, 64), attends=True, head=head, key=KEY) for head in ("gap", "mlp")
    )
    assert count(gap.head) == 65
    assert count(mlp.head) == 32 * 64 * 64 + 64 + 64 + 1
    without = ganbats.Discriminator((1, 128), 0, widths=(32, 64), attends=False, head="gap", key=KEY)
    assert count(gap) - count(without) == 2 * 64 * 64


@pytest.mark.parametrize("length, stride", [(5, 1), (24, 4), (37, 4), (50, 7)])
def test_generator_makes_any_length(length, stride):
    network = ganbats.Generator(
        (2, length), 3, hidden=4, layers=1, widths=(4,), recurrent=True, stride=stride, with_tanh=True, key=KEY
    )
    rows = jax.random.normal(jax.random.key(1), (6, 3 + ganbats.steps_of(length, stride)))
    made = eqx.filter_jit(network)(rows)
    assert made.shape == (6, 2 * length)
    assert np.abs(made).max() <= 1
    # Every number of noise is heard.
    slope = jax.jit(jax.jacobian(lambda row: network(row[None])[0]))(rows[0])
    assert (np.abs(slope).max(axis=0) > 0).all()


@pytest.mark.parametrize("recurrent", [False, True])
@pytest.mark.parametrize("attention", [False, True])
def test_rows_of_the_ablation(recurrent, attention):
    X, y = waves()
    sampler = build(GANBATS, recurrent=recurrent, attention=attention, **SMALL)
    X_resampled, _ = sampler.fit_resample(X, y)
    assert X_resampled.shape == (80, 1, 24)
    players, _ = restored_model(sampler, sampler.state_["models"][0])
    assert (players["generator"].lstm is not None) == recurrent
    assert (players["discriminator"].attention is not None) == attention


def test_one_model_of_all_classes_or_one_per_class():
    X, y = waves()
    together, apart = (
        build(GANBATS, **SMALL).fit(X, y),
        build(GANBATS, network=Network(conditional=False), **SMALL).fit(X, y),
    )
    assert together.state_["models"][0]["codes"] == [0, 1]
    assert apart.state_["models"][0]["codes"] == [1]
    assert together.state_["models"][0]["condition_width"] == 2


def test_epochs_until_the_learning_rate_is_halved():
    kept = build(GANBATS, halve_epochs=None, **SMALL)
    rows = type("Rows", (), {"x": np.zeros((60, 24))})
    assert build(GANBATS, halve_epochs=50, **SMALL)._run_hyper(rows, None, None) == {"halve_every": 50 * 4.0}
    assert kept._run_hyper(rows, None, None) == {"halve_every": float("inf")}


def test_ends():
    X, y = waves()
    free = build(GANBATS, **(SMALL | {"stop": "steps"})).fit(X, y)
    assert "monitor" not in free.history_[-1]
    assert free.stopped_because_ == {"b": "max_steps"}
    watched = build(GANBATS, **SMALL).fit(X, y)
    assert watched.history_[-1]["monitor"] > 0
    # A discriminator that learns nothing takes everything for real with a chance of one half.
    still = build(GANBATS, **(SMALL | {"stop": "chance", "learning_rate": 1e-12, "max_steps": 300})).fit(X, y)
    assert abs(still.history_[-1]["d_real"] - 0.5) < 0.3
    near = [row for row in still.history_ if max(abs(row["d_real"] - 0.5), abs(row["d_fake"] - 0.5)) < 0.05]
    assert bool(near) == (still.stopped_because_["b"] == "chance")


def test_paper_settings():
    assert GANBATS.paper("ecg").get_params()["learning_rate"] == 1e-4
    assert (GANBATS.paper("bearing").batch_size, GANBATS.paper("battery").batch_size) == (128, 32)
    assert GANBATS.paper().stop == Stop("steps", max_epochs=100)
    with pytest.raises(InputError, match="data: 'mnist' found"):
        GANBATS.paper("mnist")
    assert DCGAN.paper(max_steps=3, stop__max_epochs=None).latent_dim == 100


def opinion(session, players):
    """What the discriminator takes generated series for, beside as many real ones."""
    n = int(session.data["count"])
    label = np.asarray(session.data["label"][:n])

    @eqx.filter_jit
    def scores(players, x, label, hyper):
        made = session.recipe.sample(players, jax.random.key(6), label, hyper)
        rows = conditioned(jnp.concatenate([x, made]), jnp.concatenate([label, label]), hyper)
        return players["discriminator"](rows)[n:]

    return float(scores(players, session.data["x"][:n], label, session.hyper).mean())


@pytest.mark.parametrize(
    "sampler",
    [
        build(GANBATS, **(SMALL | {"random_state": 0})),
        DCGAN(max_steps=3, generator_widths=(8, 8), critic_widths=(8, 8), random_state=0),
    ],
)
def test_steps_of_the_generator_raise_what_the_discriminator_thinks(sampler):
    session = session_of(sampler, *waves())
    players = updated(session, session.players, "discriminator", 40)
    # The running statistics of the generator's batch norm follow the first steps.
    after = updated(session, players, "generator", 20)
    assert opinion(session, after) > opinion(session, players) + 0.05


def test_dcgan_learns_the_class():
    X, y = waves((60, 40))
    sampler = DCGAN(generator_widths=(16, 16), critic_widths=(16, 16), max_steps=300, random_state=0)
    made = sampler.fit_resample(X, y)[0][100:, 0]
    real, other = X[y == "b", 0].mean(axis=0), X[y == "a", 0].mean(axis=0)
    assert np.abs(made.mean(axis=0) - real).mean() < 0.3 * np.abs(made.mean(axis=0) - other).mean()
    assert 0.3 < made.std(axis=0).mean() / X[y == "b", 0].std(axis=0).mean() < 2
