"""Flow matching: its loss by hand, its sampler's convergence, and rows with the right law."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from toys import (
    build,
    correlation_error,
    level_mean_error,
    level_share_error,
    mixed_table,
    mode_share_error,
    mode_shares,
    modes_covered,
    own_class_share,
    ring,
    three_classes,
)

from oversmith import FlowMatching, Network, Stop
from oversmith.training import count_compilations


def blobs(seed: int = 0, n_minority: int = 30):
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(0, 1, (150, 3)), rng.normal(3, 0.5, (n_minority, 3))])
    return X, np.repeat([0, 1], [150, n_minority])


def test_loss_by_hand():
    """A network that always answers its bias b: the loss is the mean square of b - (x_1 - x_0) over real columns."""
    import equinox as eqx
    import jax
    import jax.numpy as jnp

    from oversmith.networks import MLP, column_arrays
    from oversmith.networks.inputs import TIME_FEATURES
    from oversmith.recipes.flow_matching import flow_loss, noise, to_flow

    class Span:
        def __init__(self, start, stop, activation):
            self.start, self.stop, self.activation = start, stop, activation

    columns = column_arrays([Span(0, 2, "linear"), Span(2, 3, "sigmoid")], 32)
    network = MLP(TIME_FEATURES + 32, (), 32, (), key=jax.random.key(0))
    bias = jnp.arange(32.0) / 10
    zero = jnp.zeros_like(network.weights[0])
    network = eqx.tree_at(lambda net: (net.weights, net.biases), network, ((zero,), (bias,)))
    x = jnp.zeros((5, 32)).at[:, :3].set(jnp.array([1.0, -2.0, 1.0]))
    hyper = {"columns": columns, "condition": jnp.zeros(0)}
    key = jax.random.key(7)
    found = flow_loss(network, x, jnp.zeros(5, int), key, hyper)
    start = np.asarray(noise(jax.random.split(key)[1], 5, 32))[:, :3]
    end = np.asarray(to_flow(x, columns))[:, :3]
    assert end[0].tolist() == [1.0, -2.0, 1.0]
    expected = ((np.asarray(bias)[:3] - (end - start)) ** 2).mean(axis=1)
    assert np.allclose(found, expected, rtol=1e-5)


def test_noise_and_rows_do_not_depend_on_the_padding():
    import jax

    from oversmith.recipes.flow_matching import noise

    narrow, wide = noise(jax.random.key(0), 8, 32), noise(jax.random.key(0), 8, 64)
    assert np.array_equal(narrow, wide[:, :32])


def test_heun_carries_a_known_field():
    """The velocity -x ends at x_0 / e: two steps are off by a tenth, 25 steps by less than a thousandth."""
    import equinox as eqx
    import jax
    import jax.numpy as jnp

    from oversmith.networks import MLP, column_arrays
    from oversmith.networks.inputs import TIME_FEATURES
    from oversmith.recipes.flow_matching import flow_rows, noise

    columns = column_arrays([], 32)
    columns = columns._replace(mask=jnp.ones(32))
    weights = jnp.zeros((TIME_FEATURES + 32, 32)).at[TIME_FEATURES:].set(-jnp.eye(32))
    network = MLP(TIME_FEATURES + 32, (), 32, (), key=jax.random.key(0))
    network = eqx.tree_at(lambda net: (net.weights, net.biases), network, ((weights,), (jnp.zeros(32),)))
    start = noise(jax.random.key(1), 6, 32)
    for n_steps, bound in ((2, 0.1), (25, 1e-3)):
        hyper = {"columns": columns, "condition": jnp.zeros(0), "n_sampling_steps": jnp.int32(n_steps)}
        end = flow_rows({"velocity": network}, jax.random.key(1), jnp.zeros(6, int), hyper)
        assert np.abs(end - start / np.e).max() < bound


def test_more_sampling_steps_change_rows_little():
    """Rows of 25 steps lie within 0.05 class SDs of those of 200 steps, in the median row."""
    X, y = blobs()
    sampler = FlowMatching(max_steps=500, random_state=0).fit(X, y)
    coarse = sampler.sample(200, 1)
    fine = FlowMatching(max_steps=500, random_state=0).fit(X, y).set_params(n_sampling_steps=200).sample(200, 1)
    gap = np.abs(coarse - fine).max(axis=1) / X[y == 1].std()
    assert 0 < np.median(gap) < 0.05


def test_held_out_loss_falls_and_stops_the_training():
    """With 200 rows the monitor is the loss on held-out rows: readable, it falls at first and patience acts on it."""
    X, y = blobs(n_minority=200)
    sampler = FlowMatching(sampling_strategy={0: 220}, max_steps=20_000, random_state=0, stop=Stop(patience=3)).fit(
        X, y
    )
    assert {row["scored_on"] for row in sampler.history_} == {"held-out rows"}
    scores = [row["monitor"] for row in sampler.history_]
    assert scores[0] > min(scores)
    assert sampler.stopped_because_ == {0: "patience"}
    assert len(scores) < 200
    small = FlowMatching(max_steps=2, random_state=0).fit(*blobs())
    assert {row["scored_on"] for row in small.history_} == {"training rows"}


def test_one_network_for_all_classes_or_one_each():
    X, y = three_classes(0)
    joint = FlowMatching(max_steps=2, random_state=0).fit(X, y)
    assert [model["codes"] for model in joint.state_["models"]] == [[0, 1, 2]]
    own = FlowMatching(max_steps=2, random_state=0, network=Network(conditional=False)).fit(X, y)
    assert [model["codes"] for model in own.state_["models"]] == [[1], [2]]


def test_ring():
    """All eight modes; at least half of the rows in one of them, no mode's share more than 0.09 from an eighth."""
    X, y = ring(0)
    made = FlowMatching(random_state=0).fit(X, y).sample(1000, 1)
    assert modes_covered(made) == 8
    assert mode_shares(made).sum() > 0.5
    assert mode_share_error(made) < 0.09


def test_mixed_table():
    """Own class 98 %, correlations within 0.2, level shares within 0.1, a level's mean within 0.3 SDs."""
    X, y = mixed_table(0)
    made = FlowMatching(random_state=0).fit(X, y).sample(1000, "rare")
    real = X[y == "rare"]
    assert own_class_share(made, "rare", X, y) >= 0.98
    assert correlation_error(made, real) < 0.2
    assert level_share_error(made, real) < 0.1
    assert level_mean_error(made, real) < 0.3


def test_three_classes():
    X, y = three_classes(0)
    sampler = FlowMatching(max_steps=500, random_state=0)
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    for label in ("b", "c"):
        made = X_resampled[226:][y_resampled[226:] == label]
        assert len(made) + (y == label).sum() == 200
        assert own_class_share(made, label, X, y) == 1.0


def test_categorical_columns_alone():
    """Two levels that always go together stay together in 95 rows of 100; every level keeps its share within 0.15."""
    rng = np.random.default_rng(0)
    level = rng.choice(["x", "y", "z"], 300, p=[0.6, 0.3, 0.1])
    frame = pd.DataFrame({"a": level, "b": np.char.upper(level), "c": rng.choice(["u", "v"], 300)})
    y = np.repeat([0, 1], [220, 80])
    made = FlowMatching(random_state=0).fit(frame, y).sample(500, 1)
    assert (made["a"].str.upper() == made["b"]).mean() > 0.95
    assert level_share_error(made, frame[y == 1], "a") < 0.15


CHANGES = {
    "widths": (128, 128),
    "n_sampling_steps": 3,
    "network__ema_decay": 0.5,
    "learning_rate": 1e-4,
    "batch_size": 32,
    "max_steps": 9,
    "stop__max_epochs": 3,
    "network__class_scaling": None,
    "network__conditional": False,
    "random_state": 1,
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_parameter_changes_something(name):
    X, y = blobs()
    base = {"max_steps": 4, "random_state": 0}
    plain = build(FlowMatching, **base).fit(X, y).sample(9, 1)
    changed = build(FlowMatching, **(base | {name: CHANGES[name]})).fit(X, y).sample(9, 1)
    assert not np.array_equal(plain, changed)


def test_numbers_are_arguments_not_code():
    X, y = blobs()
    FlowMatching(max_steps=2, random_state=0).fit_resample(X, y)
    with count_compilations() as count:
        FlowMatching(
            max_steps=3, learning_rate=1e-4, n_sampling_steps=7, random_state=1, network=Network(ema_decay=0.9)
        ).fit_resample(X[5:, :2], y[5:])
    assert count.programs == 0
