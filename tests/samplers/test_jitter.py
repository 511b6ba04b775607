"""What makes Jitter Jitter: noise around single rows, levels and flags left alone."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.utils._param_validation import InvalidParameterError
from toys import mixed_table, mode_shares, on_the_mixed_table, on_the_ring, own_class_share, ring, three_classes

from oversmith import Jitter, TableEncoder
from oversmith.samplers.base import BaseSampler
from oversmith.samplers.jitter import _nearest


@pytest.mark.parametrize("seed", range(5))
def test_ring(seed):
    """All eight modes, each with its eighth of the rows to within 0.05."""
    found = on_the_ring(Jitter(), seed)
    assert found["covered"] == 8
    assert found["share_error"] < 0.05


@pytest.mark.parametrize("seed", range(5))
def test_mixed_table(seed):
    """Own class 0.97, correlations within 0.2, level shares within 0.06, level means within 0.3 SD."""
    found = on_the_mixed_table(Jitter(), seed)
    assert found["own_class"] >= 0.97
    assert found["correlation"] < 0.2
    assert found["level_share"] < 0.06
    assert found["level_mean"] < 0.3


@pytest.mark.parametrize("seed", range(5))
def test_three_classes(seed):
    X, y = three_classes(seed)
    X_resampled, y_resampled = Jitter(random_state=seed).fit_resample(X, y)
    for label in ("b", "c"):
        made = X_resampled[226:][y_resampled[226:] == label]
        assert len(made) == 200 - (y == label).sum()
        assert own_class_share(made, label, X, y) == 1


def test_nearest_keeps_groups_apart():
    """Share of rows on the modes of the ring: 0.99 with ``"nearest"``, 0.3 with half a class SD; 5 of 5 seeds."""
    wins = 0
    for seed in range(5):
        X, y = ring(seed)
        near, wide = (
            mode_shares(Jitter(width=width, random_state=seed).fit(X, y).sample(500, 1)).sum()
            for width in ("nearest", 0.5)
        )
        wins += near > wide + 0.5
    assert binomtest(wins, 5, alternative="greater").pvalue < 0.05


def test_nearest_by_hand():
    # Ways 5, 5 and far: the far one is cut to the median; per column the length is over the root of two.
    points = np.array([[0.0, 0.0], [3.0, 4.0], [100.0, 100.0], [3.0, 4.0]])
    np.testing.assert_allclose(_nearest(points), np.full(4, 5 / np.sqrt(2)))
    assert _nearest(np.ones((4, 2))).tolist() == [1.0] * 4
    assert len(_nearest(np.empty((4, 0)))) == 4


def test_width_is_in_standard_deviations_of_the_class():
    # Rows a fifth of a standard deviation apart: each made row is next to the row it is from.
    own = np.linspace(0, 30, 30)
    X = np.concatenate([np.linspace(-40, 70, 200), own])[:, None]
    y = np.repeat([0, 1], [200, 30])
    sampler = Jitter(width=0.01, random_state=0, encoder=TableEncoder(numeric="standard")).fit(X, y)
    made = sampler.sample(5000, 1)
    away = made - own[np.abs(made - own).argmin(axis=1)][:, None]
    trust = 30 / 40
    spread = trust * own.std() + (1 - trust) * X.std()
    assert away.std() == pytest.approx(0.01 * spread, rel=0.05)


def test_levels_and_flags_stay_with_their_row():
    X, y = mixed_table(0)
    X.loc[X["pressure"] > 5, "flow"] = np.nan
    made = Jitter(width=1e-4, random_state=0).fit(X, y).sample(300, "rare")
    real = X[y == "rare"]
    nearest = np.abs(made["pressure"].to_numpy()[:, None] - real["pressure"].to_numpy()).argmin(axis=1)
    assert (made["state"].to_numpy() == real["state"].to_numpy()[nearest]).all()
    assert (made["flow"].isna().to_numpy() == real["flow"].isna().to_numpy()[nearest]).all()
    assert 0 < made["flow"].isna().mean() < 1


def test_table_of_levels_repeats_rows():
    X = pd.DataFrame({"a": list("xyz") * 10, "b": list("uv") * 15})
    y = np.repeat([0, 1], [20, 10])
    made = Jitter(random_state=0).fit(X, y).sample(50, 1)
    assert set(map(tuple, made.to_numpy())) == set(map(tuple, X[20:].to_numpy()))


def test_equal_rows_can_only_be_repeated_where_the_class_lies_apart():
    X = np.concatenate([np.random.default_rng(0).normal(size=(20, 2)), np.full((4, 2), 9.0)])
    y = np.repeat([0, 1], [20, 4])
    assert (Jitter(random_state=0).fit(X, y).sample(10, 1) == 9).all()


def test_every_parameter_changes_something():
    X, y = mixed_table(0)
    plain = Jitter(random_state=0).fit_resample(X, y)[0]
    assert not plain.equals(Jitter(width=0.2, random_state=0).fit_resample(X, y)[0])
    own = set(Jitter().get_params(deep=False)) - set(inspect.signature(BaseSampler).parameters)
    assert own == {"width"}


@pytest.mark.parametrize("width", [0, -1.0, "scott", None])
def test_bad_width(width):
    X, y = three_classes(0)
    with pytest.raises(InvalidParameterError, match="'width' parameter of Jitter"):
        Jitter(width=width).fit_resample(X, y)
