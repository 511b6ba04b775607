"""Going on with trained networks: from the present weights, on new rows, without forgetting or guessing."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pandas as pd
import pytest

import oversmith
from oversmith import EOWGAN, Network, Stop
from oversmith._registry import METHODS, load_class
from oversmith.exceptions import InputError

# Of networks that take long to compile at their full size.
SMALLER = {"conditional-diffusion": {"widths": (4,), "n_sampling_steps": 3}}
# Generators of series with three batch norms.
NORMED = ("dcgan", "ganbats", "three-player-gan", "bagan-gp", "cdragan", "acgan", "cooperative-gan")
NETWORKS = [kebab for kebab in METHODS if hasattr(load_class(kebab), "partial_fit")]


def blobs(seed: int = 0, shift: float = 0.0):
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(0, 1, (150, 2)), rng.normal(3 + shift, 0.5, (30, 2))])
    return X, np.repeat(["no", "yes"], [150, 30])


@pytest.mark.parametrize("kebab", NETWORKS)
def test_first_call_is_fit(kebab):
    X, y = blobs()
    made = [load_class(kebab)(max_steps=2, random_state=0, **SMALLER.get(kebab, {})) for _ in range(2)]
    first = made[0].partial_fit(X, y).sample(9, "yes")
    assert np.array_equal(first, made[1].fit(X, y).sample(9, "yes"))


@pytest.mark.parametrize("kebab", NETWORKS)
def test_goes_on_from_the_present_weights(kebab):
    """With steps too small to move anything the second call leaves the trained weights as they were."""
    X, y = blobs()
    sampler = load_class(kebab)(max_steps=60, random_state=0, **SMALLER.get(kebab, {})).fit(X, y)
    before = [leaf for model in sampler.state_["models"] for leaves in model["players"].values() for leaf in leaves]
    sampler.set_params(learning_rate=1e-9, max_steps=1).partial_fit(*blobs(1))
    after = [leaf for model in sampler.state_["models"] for leaves in model["players"].values() for leaf in leaves]
    moved = sum(not np.allclose(a, b, atol=1e-6) for a, b in zip(before, after, strict=True))
    # Running statistics of a batch norm are no weights: two for each of the three in a generator of series.
    assert moved == (6 if kebab in NORMED else 0)
    assert sampler.n_updates_ == 1
    assert len(sampler.sample(7, "yes")) == 7


def test_follows_a_class_that_moved():
    X, y = blobs()
    sampler = EOWGAN(smote_share=0.0, max_steps=300, random_state=0, stop=Stop(patience=None))
    wide = np.concatenate([X, [[-9.0, -9.0], [9.0, 9.0]]])
    sampler.fit(wide, np.append(y, ["yes", "yes"]))
    before = sampler.sample(300, "yes").mean()
    for seed in range(1, 4):
        sampler.partial_fit(*blobs(seed, shift=1.5))
    assert sampler.sample(300, "yes").mean() - before > 0.5


def test_saved_and_loaded_goes_on_alike(tmp_path):
    sampler = EOWGAN(max_steps=20, random_state=0).fit(*blobs())
    sampler.save(tmp_path / "s.zip")
    twin = oversmith.load(tmp_path / "s.zip")
    for each in (sampler, twin):
        each.partial_fit(*blobs(1))
    assert np.array_equal(sampler.sample(10, "yes"), twin.sample(10, "yes"))


def three():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(i * 4, 0.5, (n, 2)) for i, n in enumerate((120, 12, 12))])
    return X, np.repeat([0, 1, 2], [120, 12, 12])


def test_a_shared_model_does_not_forget_the_class_a_batch_lacks():
    X, y = three()
    sampler = EOWGAN(smote_share=0.0, max_steps=300, random_state=0).fit(X, y)
    assert len(sampler.state_["models"]) == 1
    sampler.partial_fit(X[y != 2], y[y != 2])
    assert np.linalg.norm(sampler.sample(200, 2).mean(axis=0) - 8) < 1.5


def test_a_class_with_its_own_model_is_left_alone():
    X, y = three()
    sampler = EOWGAN(smote_share=0.0, max_steps=5, random_state=0, network=Network(conditional=False)).fit(X, y)
    before = [leaf.copy() for leaf in sampler.state_["models"][1]["players"]["generator"]]
    sampler.partial_fit(X[y != 2], y[y != 2])
    after = sampler.state_["models"][1]["players"]["generator"]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_one_new_row_is_enough():
    X, y = blobs()
    sampler = EOWGAN(max_steps=5, random_state=0).fit(X, y)
    sampler.partial_fit(X[[0, -1]], y[[0, -1]])
    assert len(sampler.sample(20, "yes")) == 20


def test_what_cannot_be_gone_on_with_is_refused_and_nothing_changes():
    frame = pd.DataFrame({"a": blobs()[0][:, 0], "b": np.resize(["x", "y"], 180)})
    y = blobs()[1]
    sampler = EOWGAN(max_steps=2, random_state=0).fit(frame, y)
    state = deepcopy(sampler.state_)
    with pytest.raises(ValueError, match="feature names"):
        sampler.partial_fit(frame.rename(columns={"b": "c"}), y)
    with pytest.raises(InputError, match=r"holds level 'z', which was not there in the first fit"):
        sampler.partial_fit(frame.assign(b="z"), y)
    with pytest.raises(InputError, match="y: class 'maybe' was not there in the first fit"):
        sampler.partial_fit(frame, np.where(y == "yes", "maybe", y))
    for wrong in (np.ones(3), -np.ones(180), np.full(180, np.nan)):
        with pytest.raises(InputError, match="sample_weight"):
            sampler.partial_fit(frame, y, sample_weight=wrong)
    np.testing.assert_equal(sampler.state_, state)
    assert sampler.n_updates_ == 0
    alone = EOWGAN(smote="none", smote_share=0.0, max_steps=2, random_state=0).fit(frame, y)
    with pytest.raises(InputError, match="every row of a class weighs 0"):
        alone.partial_fit(frame, y, sample_weight=(y == "no").astype(float))


def test_smote_alone_goes_on_with_the_new_rows():
    X, y = blobs()
    sampler = EOWGAN(smote_share=1.0, random_state=0).fit(X, y)
    sampler.partial_fit(*blobs(1))
    assert len(sampler.state_["rows"][1]) == 60
