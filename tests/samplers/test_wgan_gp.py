"""What makes the WGAN-GP the WGAN-GP: the penalty on the critic's slope."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from games import (
    CHANGES,
    ELSEWHERE,
    OWN_MODELS,
    SHORT,
    blobs,
    gappy_table,
    rows_made,
    score_of_made,
    session_of,
    toy_hyper,
    updated,
)
from scipy.stats import binomtest
from toys import build, leaves, on_the_mixed_table, on_the_ring, own_class_share, three_classes

from oversmith import EOWGAN, WGANGP, GradientPenalty, Stop, TableEncoder
from oversmith.recipes import wasserstein


def test_losses_by_hand():
    """The generator always says (0.5, 0); the critic's score is 3 a + 4 b, so that its slope is 5 everywhere."""
    players = {
        "generator": lambda noise: jnp.tile(jnp.array([0.5, 0.0]), (len(noise), 1)),
        "critic": (lambda rows: rows @ jnp.array([[3.0], [4.0]]),),
    }
    batch = {
        "x": jnp.array([[2.0, 1.0], [-1.0, 0.0]]),
        "label": jnp.zeros(2, jnp.int32),
        "weight": jnp.array([1.0, 3.0]),
    }
    hyper = toy_hyper(2) | {"label_smoothing": 0.0, "loss_clip": jnp.inf, "penalty_weight": 10.0}
    loss, record = wasserstein.critic_loss_penalty(players, batch, jax.random.key(0), jnp.int32(0), hyper)
    gap = 1.5 - (10 - 3 * 3) / 4
    assert float(record["penalty"]) == pytest.approx((5 - 1) ** 2, rel=1e-5)
    assert float(loss) == pytest.approx(gap + 10 * 16, rel=1e-5)


def test_the_penalty_holds_the_slope():
    """Five seeds: the mean penalty falls below 0.05 with weight 10 and stays above 0.2 with weight 0."""
    wins = 0
    for seed in range(5):
        found = {}
        for weight in (0.0, 10.0):
            sampler = WGANGP(max_steps=200, penalty_weight=weight, random_state=seed, stop=Stop(patience=None)).fit(
                *blobs(seed)
            )
            found[weight] = sampler.history_[-1]["penalty"]
        wins += found[10.0] < 0.05 and found[0.0] > 0.2
    assert binomtest(wins, 5, alternative="greater").pvalue < 0.05


def test_updates_move_the_score_the_right_way():
    """One update of the generator raises the score of its rows."""
    session = session_of(WGANGP(random_state=0), *blobs())
    players = updated(session, session.players, "critic", 50)
    assert score_of_made(session, updated(session, players, "generator"), "critic") > score_of_made(
        session, players, "critic"
    )


def test_only_the_smote_stage_differs_from_eo_wgan():
    """Without its SMOTE stage EO-WGAN gives the same bits."""
    X, y = gappy_table()
    plain = WGANGP(max_steps=20, penalty_weight=3.0, random_state=0).fit_resample(X, y)[0]
    bare = EOWGAN(max_steps=20, smote="none", smote_share=0.0, random_state=0, lipschitz=GradientPenalty(3.0))
    assert plain.equals(bare.fit_resample(X, y)[0])


@pytest.fixture(scope="module")
def plain():
    return rows_made(build(WGANGP, **SHORT))


ALL = CHANGES | OWN_MODELS | {"penalty_weight": 0.1}


@pytest.mark.parametrize("name", ALL)
def test_every_parameter_changes_something(plain, name):
    assert not plain.equals(rows_made(build(WGANGP, **SHORT | {name: ALL[name]})))
    assert leaves(WGANGP()) == set(ALL) | ELSEWHERE


def test_three_classes_trained():
    """Classes of 200, 20 and 6 rows after 300 steps: every row is nearest to the class it was asked for."""
    X, y = three_classes(0)
    sampler = WGANGP(max_steps=300, random_state=0).fit(X, y)
    for label in ("b", "c"):
        assert own_class_share(sampler.sample(300, label), label, X, y) == 1


def test_mixed_table():
    """Measured over five seeds: 0.98, 0.12, 0.01 and 0.15 at worst."""
    found = on_the_mixed_table(WGANGP(), 0)
    assert found["own_class"] >= 0.95
    assert found["correlation"] <= 0.2
    assert found["level_share"] <= 0.05
    assert found["level_mean"] <= 0.25


@pytest.mark.slow
def test_ring():
    """5,000 steps, five seeds: all 8 modes each time, a mode's share wrong by 0.04 at worst (of 0.125)."""
    sampler = WGANGP(max_steps=5000, encoder=TableEncoder(numeric="standard"), stop=Stop(patience=None))
    found = [on_the_ring(sampler, seed) for seed in range(5)]
    assert [each["covered"] for each in found] == [8] * 5
    assert np.max([each["share_error"] for each in found]) <= 0.07
