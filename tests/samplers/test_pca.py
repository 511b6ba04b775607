"""Over-sampling among principal components: what comes back lies on them, whatever member makes it."""

from __future__ import annotations

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from toys import build, correlation_error, mixed_table, own_class_share, three_classes

from oversmith import EOWGAN, Jitter, PCASampler, TableEncoder
from oversmith.exceptions import InputError


def plane(seed: int = 0):
    """Six columns of which only two directions vary, but for a little noise; another plane for each class."""
    rng = np.random.default_rng(seed)
    basis = rng.normal(size=(2, 6))
    z = np.concatenate([rng.normal(0, 1, (200, 2)), rng.normal(3, 1, (30, 2))])
    return z @ basis + rng.normal(0, 1e-3, (230, 6)), np.repeat([0, 1], [200, 30]), basis


def off_plane(rows: np.ndarray, basis: np.ndarray) -> float:
    projector = np.eye(6) - np.linalg.pinv(basis) @ basis
    # The median row: a number bounded by the observed range takes its row off the plane.
    return float(np.median(np.abs(rows @ projector).max(axis=1)))


@pytest.mark.parametrize(
    "member", ["gaussian-mixture", SMOTE(), EOWGAN(max_steps=20)], ids=["name", "smote", "eo-wgan"]
)
def test_rows_stay_on_the_plane(member):
    X, y, basis = plane()
    sampler = PCASampler(sampler=member, n_components=2, random_state=0, encoder=TableEncoder(numeric="standard"))
    made = sampler.fit(X, y).sample(200, 1)
    assert sampler.n_components_ == 2
    assert off_plane(made, basis) < 0.01
    # Jitter in all six columns leaves it.
    assert (
        off_plane(Jitter(random_state=0, encoder=TableEncoder(numeric="standard")).fit(X, y).sample(200, 1), basis)
        > 0.05
    )


def test_share_of_variance_chooses_the_number():
    X, y, _ = plane()
    found = [
        PCASampler(sampler="jitter", n_components=share, random_state=0).fit(X, y).n_components_
        for share in (0.5, 0.999, 6)
    ]
    assert found[0] <= 2
    assert found[1:] == [2, 6]


def test_all_components_lose_nothing():
    """With every component kept the rotation is undone: SMOTE's rows lie between two real rows."""
    X, y, _ = plane()
    made = (
        PCASampler(sampler="smote", n_components=6, random_state=0, encoder=TableEncoder(numeric="standard"))
        .fit(X, y)
        .sample(50, 1)
    )
    rows = X[200:]
    for row in made:
        i, j = np.meshgrid(range(30), range(30), indexing="ij")
        a, b = rows[i.ravel()], rows[j.ravel()]
        step = b - a
        length = (step**2).sum(axis=1)
        share = np.clip(((row - a) * step).sum(axis=1) / np.where(length > 0, length, 1), 0, 1)
        assert np.abs(a + share[:, None] * step - row).max(axis=1).min() < 1e-6


def test_mixed_table_keeps_levels_and_correlations():
    X, y = mixed_table(0)
    made = PCASampler(sampler="gaussian-mixture", n_components=0.99, random_state=0).fit(X, y).sample(500, "rare")
    assert own_class_share(made, "rare", X, y) >= 0.98
    assert set(made["state"]) <= {"idle", "run", "stop"}
    assert made["count"].dtype == X["count"].dtype
    assert correlation_error(made, X[y == "rare"]) < 0.25


def test_three_classes():
    X, y = three_classes(0)
    _, y_resampled = PCASampler(sampler="jitter", random_state=0).fit_resample(X, y)
    assert [(y_resampled == label).sum() for label in "abc"] == [200, 200, 200]


def test_every_parameter_changes_something():
    X, y, _ = plane()
    base = PCASampler(sampler="jitter", n_components=2, random_state=0).fit(X, y).sample(9, 1)
    for change in (
        {"sampler": "smote"},
        {"n_components": 1},
        {"encoder": TableEncoder(numeric="quantile")},
        {"random_state": 1},
    ):
        other = build(PCASampler, **({"sampler": "jitter", "n_components": 2, "random_state": 0} | change))
        assert not np.array_equal(base, other.fit(X, y).sample(9, 1))


def test_one_numeric_column_and_none():
    import pandas as pd

    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=60), "level": rng.choice(["x", "y"], 60)})
    y = np.repeat([0, 1], [45, 15])
    for columns in (["a", "level"], ["level"]):
        made, _ = PCASampler(sampler="smote", random_state=0).fit_resample(frame[columns], y)
        assert len(made) == 90


def test_what_cannot_be_done_is_refused():
    X, y, _ = plane()
    with pytest.raises(InputError, match="n_components: found 7; the encoded table has 6 numeric columns"):
        PCASampler(n_components=7).fit(X, y)
    with pytest.raises(InputError, match="sampler: 'gann' is not a method"):
        PCASampler(sampler="gann").fit(X, y)
    from imblearn.under_sampling import RandomUnderSampler

    with pytest.raises(InputError, match=r"sampler: found .*not an over-sampler"):
        PCASampler(sampler=RandomUnderSampler()).fit(X, y)
