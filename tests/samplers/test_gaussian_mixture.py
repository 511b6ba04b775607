"""What makes GaussianMixture itself: components chosen by BIC, rows drawn from them, levels from rows nearby."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.utils._param_validation import InvalidParameterError
from toys import mode_shares, on_the_mixed_table, on_the_ring, own_class_share, ring, three_classes

from oversmith import GaussianMixture, TableEncoder
from oversmith.samplers.base import BaseSampler


def groups(seed, centres, n=60, n_majority=300):
    """A minority on round Gaussians at the centres (numbers of a column), in a wide majority."""
    rng = np.random.default_rng(seed)
    own = np.repeat(centres, n)[:, None] + rng.normal(0, 0.3, (n * len(centres), 2))
    return np.concatenate([rng.normal(0, 6, (n_majority, 2)), own]), np.repeat([0, 1], [n_majority, len(own)])


@pytest.mark.parametrize("seed", range(5))
def test_ring(seed):
    """With up to ten components all eight modes, each with its eighth of the rows to within 0.03."""
    sampler = GaussianMixture(max_components=10)
    found = on_the_ring(sampler, seed)
    assert found["covered"] == 8
    assert found["share_error"] < 0.03


@pytest.mark.parametrize("seed", range(5))
def test_mixed_table(seed):
    """Own class 0.97, correlations within 0.25, level shares within 0.08, level means within 0.35 SD."""
    found = on_the_mixed_table(GaussianMixture(), seed)
    assert found["own_class"] >= 0.97
    assert found["correlation"] < 0.25
    assert found["level_share"] < 0.08
    assert found["level_mean"] < 0.35


@pytest.mark.parametrize("seed", range(5))
def test_three_classes(seed):
    X, y = three_classes(seed)
    X_resampled, y_resampled = GaussianMixture(random_state=seed).fit_resample(X, y)
    for label in ("b", "c"):
        made = X_resampled[226:][y_resampled[226:] == label]
        assert len(made) == 200 - (y == label).sum()
        assert own_class_share(made, label, X, y) == 1


def test_bic_finds_the_number_of_groups():
    for centres in ([0.0], [-6.0, 6.0], [-9.0, 0.0, 9.0]):
        X, y = groups(0, centres)
        sampler = GaussianMixture(random_state=0, encoder=TableEncoder(numeric="standard")).fit(X, y, classes=[1])
        (row,) = sampler.history_
        assert (row["phase"], row["classes"], row["n_components"]) == ("mixture", ["1"], len(centres))


def test_correlated_columns_get_a_full_covariance():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(100, 1))
    for own, covariance in ((z + rng.normal(0, 0.2, (100, 3)), "full"), (rng.normal(size=(100, 3)), "diag")):
        X, y = np.concatenate([rng.normal(0, 3, (300, 3)), own]), np.repeat([0, 1], [300, 100])
        sampler = GaussianMixture(random_state=0, encoder=TableEncoder(numeric="standard")).fit(X, y)
        assert (sampler.history_[0]["n_components"], sampler.history_[0]["covariance"]) == (1, covariance)
        made = sampler.sample(2000, 1)
        np.testing.assert_allclose(np.corrcoef(made.T), np.corrcoef(own.T), atol=0.1)
        np.testing.assert_allclose(made.std(axis=0), own.std(axis=0), rtol=0.15)


def test_few_rows_get_one_plain_gaussian():
    X, y = three_classes(0, (100, 6, 4))
    sampler = GaussianMixture(random_state=0).fit(X, y)
    assert [(row["n_components"], row["covariance"]) for row in sampler.history_] == [(1, "diag"), (1, "diag")]


def test_more_components_follow_a_ring():
    """Share of rows on the modes of the ring: 0.98 with ten components, 0.1 with one; five of five seeds."""
    wins = 0
    for seed in range(5):
        X, y = ring(seed)
        many, one = (
            mode_shares(GaussianMixture(max_components=n, random_state=seed).fit(X, y).sample(500, 1)).sum()
            for n in (10, 1)
        )
        wins += many > one + 0.5
    assert binomtest(wins, 5, alternative="greater").pvalue < 0.05


def test_levels_are_those_of_rows_nearby():
    X, y = groups(1, [-6.0, 6.0])
    frame = pd.DataFrame(X, columns=["a", "b"])
    frame["side"] = np.where(frame["a"] > 0, "right", "left")
    frame.loc[(y == 1) & (frame["a"] > 0), "b"] = np.nan
    made = GaussianMixture(random_state=0).fit(frame, y).sample(400, 1)
    assert ((made["a"] > 0) == (made["side"] == "right")).all()
    assert (made["b"].isna() == (made["side"] == "right")).all()
    assert 0.4 < (made["side"] == "right").mean() < 0.6


def test_made_rows_are_not_copies_of_rows():
    X, y = three_classes(0)
    made = GaussianMixture(random_state=0).fit(X, y).sample(300, "b")
    assert np.linalg.norm(made[:, None] - X[y == "b"], axis=2).min() > 0


def test_table_of_levels_repeats_rows():
    X = pd.DataFrame({"a": list("xyz") * 10, "b": list("uv") * 15})
    y = np.repeat([0, 1], [20, 10])
    sampler = GaussianMixture(random_state=0).fit(X, y)
    assert set(map(tuple, sampler.sample(50, 1).to_numpy())) == set(map(tuple, X[20:].to_numpy()))
    assert sampler.history_ == []


def test_a_large_class_is_described_by_some_of_its_rows(monkeypatch):
    from oversmith.samplers import gaussian_mixture

    monkeypatch.setattr(gaussian_mixture, "MAX_ROWS", 40)
    X, y = groups(0, [-6.0, 6.0], n=100)
    sampler = GaussianMixture(random_state=0).fit(X, y)
    assert sampler.state_["classes"][1]["rows"].shape == (40, 2)
    made = sampler.sample(200, 1)
    assert 0.3 < (made[:, 0] > 0).mean() < 0.7


def test_every_parameter_changes_something():
    X, y = ring(0)
    plain = GaussianMixture(random_state=0).fit_resample(X, y)[0]
    assert not np.array_equal(plain, GaussianMixture(max_components=2, random_state=0).fit_resample(X, y)[0])
    own = set(GaussianMixture().get_params(deep=False)) - set(inspect.signature(BaseSampler).parameters)
    assert own == {"max_components"}


@pytest.mark.parametrize("max_components", [0, 2.5, None])
def test_bad_max_components(max_components):
    with pytest.raises(InvalidParameterError, match="'max_components' parameter of GaussianMixture"):
        GaussianMixture(max_components=max_components).fit_resample(*three_classes(0))


def test_no_warning_from_a_mixture_that_is_still_improving(recwarn):
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(size=(300, 4)), rng.uniform(size=(100, 4)) ** 3])
    GaussianMixture(max_components=12, random_state=0).fit(X, np.repeat([0, 1], [300, 100]))
    assert not [w for w in recwarn if "onverge" in str(w.message)]
