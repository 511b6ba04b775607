from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from oversmith.exceptions import DivergedError, InputError
from oversmith.training import (
    Optimiser,
    Phase,
    Player,
    Recipe,
    Turn,
    count_compilations,
    draw_balanced,
    draw_natural,
    table_data,
    train,
)

KEY = jax.random.key(0)
DATA = table_data(np.full((10, 1), 3.0), np.zeros(10, int), n_classes=1)


def towards_data(players, batch, key, step, hyper):
    return jnp.mean((players["w"] - batch["x"][:, :1]) ** 2), {"when": step}


def constant_slope(players, batch, key, step, hyper):
    return 2.0 * jnp.sum(players["w"]), {}


def noisy(players, batch, key, step, hyper):
    noise = jax.random.normal(key, players["w"].shape)
    return jnp.sum(players["w"] * noise) + jnp.mean(batch["x"]), {"noise": noise.mean()}


def turns_nan_at_17(players, batch, key, step, hyper):
    return jnp.where(step == 17, jnp.nan, 1.0) * jnp.sum(players["w"]), {}


def doubles(players, batch, key, step, hyper):
    return -jnp.sum(players["w"] ** 2), {}


def records_nan(players, batch, key, step, hyper):
    return jnp.sum(players["w"]), {"gap": jnp.log(-1.0 - players["w"].sum() ** 2)}


def follows_other(players, batch, key, step, hyper):
    return jnp.sum((players["w"] - players["other"]) ** 2), {}


def recipe(loss=towards_data, optimiser=Optimiser("sgd"), steps=20, schedule=(Turn("w"),), **options):  # noqa: B008
    player = Player("w", loss, optimiser, **options)
    return Recipe((Phase("fit", (player,), schedule, draw_natural, 4, steps),), None)


def run(recipe, start=0.0, rate=0.1, data=DATA, key=KEY, hyper=None, **options):
    players = {"w": jnp.full((1, 1), start)}
    return train(recipe, players, data, {"learning_rate": {"w": rate}, **(hyper or {})}, key, **options)


def value(result, name="w"):
    return float(np.asarray(result.players[name]).ravel()[0])


# ---------------------------------------------------------------- updates by hand


def test_gradient_descent_by_hand():
    # Each step takes the distance to 3 times 1 − 2 · 0.1.
    result = run(recipe(steps=20))
    assert value(result) == pytest.approx(3 - 3 * 0.8**20, rel=1e-5)
    assert (result.n_steps, result.best_step, result.stopped_because) == (20, 20, "max_steps")


def test_learning_rate_is_halved_again_and_again():
    # The slope is 2 everywhere: every step moves the weight by twice the rate.
    halved = run(recipe(constant_slope, steps=5), hyper={"halve_every": 2.0})
    assert value(halved) == pytest.approx(-2 * (0.1 + 0.1 + 0.05 + 0.05 + 0.025))
    assert value(run(recipe(constant_slope, steps=5), hyper={"halve_every": np.inf})) == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("optimiser", "reference"),
    [
        (Optimiser("adam", b1=0.5, b2=0.9), optax.adam(0.1, b1=0.5, b2=0.9)),
        (Optimiser("rmsprop", b2=0.99), optax.rmsprop(0.1, decay=0.99)),
        (Optimiser("sgd"), optax.sgd(0.1)),
    ],
)
def test_optimisers_follow_optax_from_its_own_initial_state(optimiser, reference):
    w = jnp.zeros((1, 1))
    state = reference.init(w)
    for _ in range(7):
        updates, state = reference.update(2 * (w - 3), state, w)
        w = w + updates
    assert value(run(recipe(optimiser=optimiser, steps=7))) == pytest.approx(float(w[0, 0]), rel=1e-5)


def test_weights_are_clipped_after_the_update():
    result = run(recipe(constant_slope, weight_clip=True), hyper={"weight_clip": 0.25})
    assert value(result) == -0.25


def test_max_norm_bounds_each_unit():
    units = jnp.array([[3.0, 0.3], [4.0, 0.4]])
    players = {"w": {"weight": units, "bias": jnp.full(2, 9.0)}}

    phase = Phase("fit", (Player("w", no_slope, Optimiser("sgd"), max_norm=True),), (Turn("w"),), draw_natural, 4, 1)
    hyper = {"learning_rate": {"w": 0.1}, "max_norm": 2.0}
    result = train(Recipe((phase,), None), players, DATA, hyper, KEY)
    np.testing.assert_allclose(result.players["w"]["weight"], [[1.2, 0.3], [1.6, 0.4]], rtol=1e-5)
    np.testing.assert_allclose(result.players["w"]["bias"], 9.0)


def no_slope(players, batch, key, step, hyper):
    return 0.0 * jnp.sum(players["w"]["weight"]), {}


def test_moving_average_by_hand():
    # w = -0.2, -0.4, -0.6; average with decay 0.5 from 0: -0.1, -0.25, -0.425.
    seen = []

    def monitor(players, step):
        seen.append(float(players["w"][0, 0]))
        return -step

    result = run(recipe(constant_slope, steps=3, ema=True), hyper={"ema_decay": 0.5}, monitor=monitor, check_every=1)
    np.testing.assert_allclose(seen, [-0.1, -0.25, -0.425], rtol=1e-5)
    assert value(result) == pytest.approx(-0.425)


def test_repeats_are_counted_and_other_players_are_held():
    follower = Player("w", follows_other, Optimiser("sgd"))
    leader = Player("other", other_slope, Optimiser("sgd"))
    phase = Phase("fit", (follower, leader), (Turn("w", "times"), Turn("other")), draw_natural, 4, 2)
    players = {"w": jnp.zeros((1, 1)), "other": jnp.ones((1, 1))}
    hyper = {"learning_rate": {"w": 0.25, "other": 1.0}, "times": 3}
    result = train(Recipe((phase,), None), players, DATA, hyper, KEY)
    # w halves its distance three times: 1 − 1/8; the leader moves to 2; then 2 − (2 − 7/8)/8. The leader ends at 3.
    assert value(result) == pytest.approx(2 - (2 - 7 / 8) / 8)
    assert value(result, "other") == pytest.approx(3)


def other_slope(players, batch, key, step, hyper):
    # Depends on the follower too: its gradient must not reach it.
    return jnp.sum(players["w"]) - jnp.sum(players["other"]), {}


def test_a_turn_may_be_repeated_no_times():
    result = run(recipe(schedule=(Turn("w", "times"),)), hyper={"times": 0})
    assert value(result) == 0
    assert result.history[-1]["loss_w"] == 0


def test_the_callers_players_are_left_alone():
    players = {"w": jnp.zeros((1, 1))}
    train(recipe(), players, DATA, {"learning_rate": {"w": 0.1}}, KEY)
    assert float(players["w"][0, 0]) == 0


# ---------------------------------------------------------------- history


def test_history_has_a_row_per_chunk_with_means_over_it():
    result = run(recipe(steps=25), check_every=10)
    assert [row["step"] for row in result.history] == [10, 20, 25]
    assert [row["phase"] for row in result.history] == ["fit"] * 3
    # The step a loss sees counts from 0: the means of 0 to 9, 10 to 19 and 20 to 24.
    assert [row["when"] for row in result.history] == [4.5, 14.5, 22.0]
    expected = np.mean([(3 * 0.8**i) ** 2 for i in range(10)])
    assert result.history[0]["loss_w"] == pytest.approx(expected, rel=1e-5)
    seconds = [row["seconds"] for row in result.history]
    assert seconds == sorted(seconds)
    assert result.seconds >= seconds[-1] > 0


def records_step(players, batch, key, step, hyper):
    return jnp.sum(players["w"]), {"step": step}


def test_a_loss_cannot_overwrite_what_the_history_says_of_itself():
    with pytest.raises(ValueError, match="records step"):
        run(recipe(records_step))


# ---------------------------------------------------------------- bits and programs


def bits(result):
    return np.asarray(result.players["w"]).tobytes()


def test_bits_do_not_depend_on_the_length_of_chunks():
    results = [run(recipe(noisy, steps=30), check_every=n) for n in (1, 7, 30, 100)]
    assert len({bits(result) for result in results}) == 1


def test_same_key_same_bits_other_key_other_bits():
    results = [run(recipe(noisy), key=jax.random.key(seed)) for seed in (0, 0, 1)]
    assert bits(results[0]) == bits(results[1])
    assert bits(results[0]) != bits(results[2])


def test_every_repeat_and_turn_has_a_key_of_its_own():
    schedules = [(Turn("w", "times"),), (Turn("w"), Turn("w"))]
    for schedule in schedules:
        result = run(recipe(noisy, steps=1, schedule=schedule), rate=0.0, hyper={"times": 2})
        once = run(recipe(noisy, steps=1, schedule=schedule[:1]), rate=0.0, hyper={"times": 1})
        assert result.history[0]["noise"] != once.history[0]["noise"]


def test_each_turn_is_traced_once():
    traced = []

    def counted(players, batch, key, step, hyper):
        traced.append(step)
        return jnp.sum(players["w"]), {}

    run(recipe(counted, schedule=(Turn("w", repeats="n"), Turn("w"))), hyper={"n": 3})
    assert len(traced) == 2


def test_another_length_rate_repeat_row_count_or_key_compiles_nothing():
    schedule = (Turn("w", "times"),)
    run(recipe(noisy, steps=30, schedule=schedule), hyper={"times": 5}, check_every=20)
    other = table_data(np.random.default_rng(1).normal(size=(200, 1)), np.arange(200) % 2, n_classes=2)
    with count_compilations() as count:
        run(recipe(noisy, steps=30, schedule=schedule), hyper={"times": 5}, check_every=7)
        run(recipe(noisy, steps=11, schedule=schedule), hyper={"times": 5})
        run(recipe(noisy, steps=30, schedule=schedule), hyper={"times": 2}, rate=0.003)
        run(recipe(noisy, steps=30, schedule=schedule), hyper={"times": np.int64(3)}, rate=np.float64(0.2))
        run(recipe(noisy, steps=30, schedule=schedule), hyper={"times": 5}, data=other, key=jax.random.key(9))
    assert count.programs == 0


# ---------------------------------------------------------------- checkpoints and ends


def test_the_best_checkpoint_is_restored_not_the_last():
    # From 0 down by 0.2 a step; nearest to -1 at step 5, the end of the fifth chunk.
    def monitor(players, step):
        return abs(float(players["w"][0, 0]) + 1)

    result = run(recipe(constant_slope, steps=20), monitor=monitor, check_every=1)
    assert (result.best_step, result.n_steps, result.stopped_because) == (5, 20, "max_steps")
    assert value(result) == pytest.approx(-1, rel=1e-5)
    assert result.history[4]["monitor"] == pytest.approx(0, abs=1e-6)
    assert len(result.history) == 20


def test_patience_ends_the_training():
    def monitor(players, step):
        return abs(float(players["w"][0, 0]) + 1)

    result = run(recipe(constant_slope, steps=1000), monitor=monitor, check_every=1, patience=3)
    assert (result.best_step, result.n_steps, result.stopped_because) == (5, 8, "patience")
    assert value(result) == pytest.approx(-1, rel=1e-5)


def test_max_seconds_runs_at_least_one_chunk():
    result = run(recipe(steps=1000), check_every=10, max_seconds=0)
    assert (result.n_steps, result.stopped_because) == (10, "max_seconds")


def test_the_time_limit_is_not_blamed_for_a_training_that_was_over():
    assert run(recipe(steps=10), max_seconds=0).stopped_because == "max_steps"


def test_callbacks_see_every_chunk_and_may_stop():
    events, others = [], []

    def stop_at_30(event):
        events.append(event)
        return event.step >= 30

    result = run(recipe(steps=1000), check_every=10, callbacks=[stop_at_30, others.append])
    assert (result.n_steps, result.stopped_because) == (30, "callback")
    assert [(event.phase, event.step, event.total_steps) for event in events] == [
        ("fit", n, 1000) for n in (10, 20, 30)
    ]
    assert events[0].metrics["loss_w"] == result.history[0]["loss_w"]
    assert len(others) == 3


def test_keyboard_interrupt_passes_through():
    def interrupt(event):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(recipe(), callbacks=[interrupt])


# ---------------------------------------------------------------- divergence


@pytest.mark.parametrize(
    ("loss", "start", "rate", "step", "message"),
    [
        (turns_nan_at_17, 1.0, 0.0, 20, "loss_w reached nan"),
        (doubles, 1.0, 1.0, 10, "loss_w reached"),
        (records_nan, 1.0, 0.0, 10, "gap is nan"),
    ],
)
def test_divergence_is_reported_with_its_step_and_a_cure(loss, start, rate, step, message):
    with pytest.raises(DivergedError, match=message) as caught:
        run(recipe(loss, steps=50), start=start, rate=rate, check_every=10)
    assert caught.value.step == step
    assert "lower learning_rate" in str(caught.value)
    assert [row["step"] for row in caught.value.history] == list(range(10, step + 1, 10))


# ---------------------------------------------------------------- phases


def to_fives(players, data, hyper):
    rows = table_data(np.full((10, 1), 5.0), np.zeros(10, int), n_classes=1)
    return {"w": players["w"] * 0}, rows, {**hyper, "learning_rate": {"w": 0.5}}


def test_phases_follow_one_another_and_the_hook_changes_what_the_next_one_sees():
    player = Player("w", towards_data, Optimiser("sgd"))
    first = Phase("first", (player,), (Turn("w"),), draw_natural, 4, 15)
    second = Phase("second", (player,), (Turn("w"),), draw_natural, 4, 5, on_enter=to_fives)
    result = run(Recipe((first, second), None), check_every=10, monitor=lambda players, step: -step)
    assert [(row["phase"], row["step"]) for row in result.history] == [("first", 10), ("first", 15), ("second", 20)]
    # At rate 0.5 one step lands on the data.
    assert value(result) == pytest.approx(5)
    # The step a loss sees begins anew in each phase, the step of the history does not.
    assert [row["when"] for row in result.history] == [4.5, 12.0, 2.0]
    assert (result.n_steps, result.best_step) == (20, 20)
    # The monitor judges the last phase alone.
    assert ["monitor" in row for row in result.history] == [False, False, True]


def test_phases_draw_from_keys_of_their_own():
    phase = Phase("fit", (Player("w", noisy, Optimiser("sgd")),), (Turn("w"),), draw_balanced, 4, 5)
    result = run(Recipe((phase, phase), None), rate=0.0)
    assert result.history[0]["noise"] != result.history[1]["noise"]


def test_stopping_in_one_phase_ends_all():
    phase = recipe(steps=10).phases[0]
    result = run(Recipe((phase, phase), None), callbacks=[lambda event: True])
    assert (result.n_steps, result.stopped_because) == (10, "callback")


@pytest.mark.parametrize(("rows", "size", "most"), [(40, 10**9, 65_536), (100_000, 100_001, 100_000)])
def test_batches_that_would_take_all_memory_are_refused(rows, size, most):
    X, y = np.zeros((rows, 1)), np.zeros(rows, dtype=int)
    phase = Phase("fit", (), (), draw_natural, size, 1)
    with pytest.raises(InputError, match=f"batch_size: {size} found for {rows} training rows .*at most {most}"):
        train(Recipe((phase,), None), {}, table_data(X, y, n_classes=1), {}, jax.random.key(0))
