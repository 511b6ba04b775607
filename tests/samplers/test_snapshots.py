"""Snapshots of a training: the same latents at several steps, and nothing else changed."""

from __future__ import annotations

import numpy as np
import pytest
from toys import build, ring

from oversmith import GAN, Network, SMOTifiedGAN, Stop
from oversmith.samplers._snapshots import Snapshots

X, Y = ring(0, 60, 24)


def trained(kind=GAN, most=5, steps=12, **options):
    watched = Snapshots(rows=4, most=most)
    sampler = build(kind, max_steps=steps, stop__patience=None, stop__callbacks=[watched], random_state=0, **options)
    sampler._check_every = 1
    return sampler.fit(X, Y), watched


@pytest.mark.parametrize("kind", [GAN, SMOTifiedGAN])
def test_rows_are_the_same_bits_with_and_without(kind):
    watched, _ = trained(kind)
    plain = build(kind, max_steps=12, stop__patience=None, random_state=0)
    plain._check_every = 1
    plain.fit(X, Y)
    assert np.array_equal(watched.sample(9, 1), plain.sample(9, 1))
    keep = lambda rows: [{k: v for k, v in row.items() if k != "seconds"} for row in rows]  # noqa: E731
    assert keep(watched.history_) == keep(plain.history_)


def test_steps_are_spread_over_a_training_however_long():
    for steps in (1, 3, 12, 31):
        sampler, watched = trained(steps=steps)
        (found,) = watched.found
        taken = found["steps"]
        assert taken == sorted(set(taken))
        assert taken[0] == 0
        assert found["kept"] == sampler.best_step_[1]
        assert found["kept"] in taken
        assert len(taken) <= 5
        assert len(found["rows"]) == len(taken)
        if steps > 8:
            assert max(np.diff(taken)) <= steps / 2


def test_kept_networks_are_those_the_rows_come_from():
    _, watched = trained()
    (found,) = watched.found
    first, *_, last = found["rows"]
    assert first.shape == last.shape == (4, 2)
    assert not np.allclose(first, last)
    again = trained()[1].found[0]
    assert all(np.array_equal(a, b) for a, b in zip(found["rows"], again["rows"], strict=True))


def test_every_class_is_kept_apart():
    y = np.where(np.arange(len(Y)) % 7 == 0, 2, Y)
    watched = Snapshots(rows=3)
    GAN(max_steps=2, random_state=0, stop=Stop(callbacks=[watched]), network=Network(conditional=True)).fit(X, y)
    assert sorted(found["code"] for found in watched.found) == [1, 2]
    a, b = (found["rows"][-1] for found in watched.found)
    assert not np.allclose(a, b)
