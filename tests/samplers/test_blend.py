"""Blend: exact shares of every member, one encoding, nobody's objects changed."""

from __future__ import annotations

import numpy as np
import pytest
from imblearn.over_sampling import ADASYN, SMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from toys import (
    build,
    mixed_table,
    mode_shares,
    modes_covered,
    on_the_mixed_table,
    own_class_share,
    ring,
    three_classes,
)

import oversmith
from oversmith import EOWGAN, Blend, GaussianMixture, Jitter, Output, Stop, TableEncoder, TreeFlow
from oversmith.exceptions import InputError
from oversmith.samplers.blend import largest_remainder


def blobs(n_minority: int = 20):
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (120, 3)), rng.normal(3, 0.5, (n_minority, 3))])
    return X, np.repeat([0, 1], [120, n_minority])


@pytest.mark.parametrize(
    "shares, n, parts",
    [
        ([1, 1, 1], 11, [4, 4, 3]),
        ([2, 1], 9, [6, 3]),
        ([1, 0, 3], 4, [1, 0, 3]),
        ([1, 1], 1, [1, 0]),
        ([1 / 3] * 3, 66, [22] * 3),
    ],
    ids=["thirds", "two to one", "with a zero", "a single row", "no rounding down"],
)
def test_largest_remainder(shares, n, parts):
    assert largest_remainder(np.array(shares) / np.sum(shares), n).tolist() == parts


def between_two(row: np.ndarray, rows: np.ndarray) -> bool:
    """Tell whether a row lies on the straight line between two rows: what SMOTE makes."""
    for start in rows:
        step = rows - start
        length = (step**2).sum(axis=1)
        share = np.clip(step @ (row - start) / np.where(length > 0, length, 1), 0, 1)
        if np.abs(start + share[:, None] * step - row).max(axis=1).min() < 1e-6:
            return True
    return False


def test_members_make_their_shares_in_order():
    """One quarter SMOTE, three quarters jitter: SMOTE's rows come first and lie between two rows, the others do not."""
    X, y = blobs()
    blend = Blend(samplers=["smote", "jitter"], shares=[1, 3], random_state=0, encoder=TableEncoder(numeric="standard"))
    made = blend.fit_resample(X, y)[0][140:]
    assert [between_two(row, X[120:]) for row in made] == [True] * 25 + [False] * 75


def test_the_default_is_smote_flow_matching_and_a_mixture():
    assert [member.name for member in Blend()._members()] == ["smote", "flow-matching", "gaussian-mixture"]
    assert {round(member.share, 9) for member in Blend()._members()} == {round(1 / 3, 9)}


def test_a_member_alone_is_that_member():
    """A Blend of one jitter draws from the jitter's own law: same bounds, same spread."""
    X, y = blobs()
    alone = Blend(samplers=[Jitter(width=0.01)], random_state=0).fit(X, y).sample(400, 1)
    distance = np.abs(alone[:, None] - X[120:]).max(axis=2).min(axis=1)
    wide = Blend(samplers=[Jitter(width=0.5)], random_state=0).fit(X, y).sample(400, 1)
    assert np.median(distance) < 0.05 < np.median(np.abs(wide[:, None] - X[120:]).max(axis=2).min(axis=1))


def test_callers_objects_are_not_changed_and_members_of_imblearn_work():
    X, y = blobs()
    members = [SMOTE(k_neighbors=3), RandomOverSampler(), EOWGAN(max_steps=2), TreeFlow(n_levels=3)]
    before = [member.get_params() for member in members]
    _, y_resampled = Blend(samplers=members, random_state=0).fit_resample(X, y)
    assert (y_resampled == 1).sum() == 120
    assert [member.get_params() for member in members] == before
    assert not any(hasattr(member, "state_") for member in members)


def test_a_failing_member_of_imblearn_is_named():
    X, y = blobs()
    X[y == 1] += 40  # no row has a neighbour of the other class, which ADASYN needs
    with pytest.raises(InputError, match="samplers: ADASYN failed on 20 rows"):
        Blend(samplers=[ADASYN()], encoder=TableEncoder(numeric="standard")).fit_resample(X, y)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_the_default_on_the_mixed_table(seed):
    """SMOTE, a trained flow and a mixture: own class 0.95, level shares within 0.1, level means within 0.5 SD."""
    found = on_the_mixed_table(Blend(), seed)
    assert found["own_class"] >= 0.95
    assert found["correlation"] < 0.25
    assert found["level_share"] < 0.1
    assert found["level_mean"] < 0.5


def test_history_names_the_member():
    X, y = blobs()
    blend = Blend(samplers=["jitter", EOWGAN(max_steps=2), EOWGAN(max_steps=3)], random_state=0).fit(X, y)
    assert [row["member"] for row in blend.history_] == ["eo-wgan", "eo-wgan#2"]
    single = Blend(samplers=["jitter", EOWGAN(max_steps=2)], random_state=0).fit(X, y)
    assert single.n_steps_ == {1: 2}


def test_a_share_of_zero_trains_nothing():
    X, y = blobs()
    network = EOWGAN(max_steps=2, stop=Stop(callbacks=[lambda event: pytest.fail("trained")]))
    blend = Blend(samplers=["jitter", network], shares=[1, 0], random_state=0)
    _, y_resampled = blend.fit_resample(X, y)
    assert blend.history_ == []
    assert len(set(np.bincount(y_resampled))) == 1


def test_nested_blends_and_saving(tmp_path):
    X, y = blobs()
    inner = Blend(samplers=["jitter", "gaussian-copula"])
    outer = Blend(samplers=[inner, GaussianMixture()], shares=[1, 2], random_state=0).fit(X, y)
    outer.save(tmp_path / "blend.zip")
    twin = oversmith.load(tmp_path / "blend.zip")
    assert np.array_equal(twin.sample(30, 1), outer.sample(30, 1))


def test_ring():
    """SMOTE, trees and jitter together: all modes, and half of the rows or more inside one."""
    X, y = ring(0)
    made = Blend(samplers=["smote", "tree-flow", "jitter"], random_state=0).fit(X, y).sample(900, 1)
    assert modes_covered(made) == 8
    assert mode_shares(made).sum() > 0.5


def test_mixed_table_and_three_classes():
    X, y = mixed_table(0)
    made = Blend(samplers=["smote", "gaussian-mixture"], random_state=0).fit(X, y).sample(300, "rare")
    assert own_class_share(made, "rare", X, y) >= 0.98
    X, y = three_classes(0)
    _, y_resampled = Blend(samplers=["smote", "jitter"], random_state=0).fit_resample(X, y)
    assert [(y_resampled == label).sum() for label in "abc"] == [200, 200, 200]


def test_every_parameter_changes_something():
    X, y = blobs()
    base = {"samplers": ["smote", "jitter"], "shares": [1, 1], "random_state": 0}
    plain = build(Blend, **base).fit(X, y).sample(9, 1)
    for change in ({"samplers": ["jitter", "smote"]}, {"shares": [1, 8]}, {"random_state": 1}):
        assert not np.array_equal(plain, build(Blend, **(base | change)).fit(X, y).sample(9, 1))


WRONG = {
    "no list": ({"samplers": []}, "samplers: found none"),
    "unknown": ({"samplers": ["jiter"]}, "samplers: 'jiter' is not a method"),
    "no over-sampler": ({"samplers": [RandomUnderSampler()]}, r"samplers: found .*not an over-sampler"),
    "a class": ({"samplers": [SMOTE]}, r"make one of it: SMOTE\(\)"),
    "auto": ({"samplers": ["auto"]}, "samplers: 'auto' does not generate rows of its own"),
    "their say": ({"samplers": [Jitter(fill=0.5)]}, "samplers: Jitter sets fill=0.5, which only the outer sampler can"),
    "foreign say": ({"samplers": [SMOTE(sampling_strategy=0.5)]}, "SMOTE sets sampling_strategy=0.5"),
    "weights": ({"samplers": [EOWGAN(output=Output(weight=0.5))]}, "EOWGAN sets output=Output\\(weight=0.5\\)"),
    "too few shares": ({"samplers": ["smote", "jitter"], "shares": [1]}, r"shares: found \[1\] for 2 samplers"),
    "negative": ({"samplers": ["smote", "jitter"], "shares": [1, -1]}, "shares: found .*at least 0"),
    "zeros": ({"samplers": ["smote", "jitter"], "shares": [0, 0]}, "not all of them 0"),
    "text": ({"samplers": ["smote"], "shares": ["half"]}, "shares: found .*one number per sampler"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_blended_is_refused(case):
    arguments, message = WRONG[case]
    with pytest.raises(InputError, match=message):
        build(Blend, **arguments).fit(*blobs())
