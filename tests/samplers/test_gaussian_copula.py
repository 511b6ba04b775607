"""What makes GaussianCopula itself: each column's own distribution, and the dependence of the normal numbers behind."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, ks_2samp, multivariate_normal, norm, skew
from toys import build, level_share_error, on_the_mixed_table, own_class_share, three_classes

from oversmith import GaussianCopula, GaussianMixture, TableEncoder
from oversmith.samplers.base import BaseSampler
from oversmith.samplers.gaussian_copula import (
    _factor,
    _given,
    _level_scores,
    _pairwise_correlation,
    _shrunk,
    _Variable,
)


def minority(own, n_majority=300, seed=0):
    """The frame ``own`` as class 1, with the same columns shuffled among a larger class 0."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({name: rng.choice(own[name].to_numpy(), n_majority) for name in own})
    return pd.concat([rows, own], ignore_index=True), np.repeat([0, 1], [n_majority, len(own)])


def drawn(own, n=2000, seed=0, **parameters):
    X, y = minority(own, n_majority=len(own) + 100, seed=seed)
    return build(GaussianCopula, random_state=seed, **parameters).fit(X, y).sample(n, 1)


@pytest.mark.parametrize("seed", range(5))
def test_mixed_table(seed):
    """Own class 0.97, correlations within 0.15, level shares within 0.06, level means within 0.45 SD."""
    found = on_the_mixed_table(GaussianCopula(), seed)
    assert found["own_class"] >= 0.97
    assert found["correlation"] < 0.15
    assert found["level_share"] < 0.06
    assert found["level_mean"] < 0.45


@pytest.mark.parametrize("seed", range(5))
def test_three_classes(seed):
    X, y = three_classes(seed)
    X_resampled, y_resampled = GaussianCopula(random_state=seed).fit_resample(X, y)
    for label in ("b", "c"):
        made = X_resampled[226:][y_resampled[226:] == label]
        assert len(made) == 200 - (y == label).sum()
        assert own_class_share(made, label, X, y) == 1


def test_each_column_keeps_its_own_shape():
    """The Kolmogorov-Smirnov distance to a skewed and a two-humped column: 0.02, a Gaussian's is 0.1; 5 of 5 seeds."""
    wins = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        own = pd.DataFrame(
            {
                "skewed": rng.exponential(size=300),
                "humps": np.concatenate([rng.normal(-3, 0.3, 150), rng.normal(3, 0.3, 150)]),
            }
        )
        made = drawn(own, seed=seed)
        X, y = minority(own, n_majority=400, seed=seed)
        plain = (
            GaussianMixture(max_components=1, random_state=seed, encoder=TableEncoder(numeric="standard"))
            .fit(X, y)
            .sample(2000, 1)
        )
        distance, other = (max(ks_2samp(m[c], own[c]).statistic for c in own) for m in (made, plain))
        assert distance < 0.05
        assert skew(made["skewed"]) > 1
        wins += distance < other / 2
    assert binomtest(wins, 5, alternative="greater").pvalue < 0.05


def test_a_ring_is_beyond_one_dependence():
    """Four groups on a cross: columns keep their shapes, rows do not know of each other."""
    rng = np.random.default_rng(0)
    centres = np.array([[3, 0], [-3, 0], [0, 3], [0, -3]])[np.arange(200) % 4]
    own = pd.DataFrame(centres + rng.normal(0, 0.1, (200, 2)), columns=["a", "b"])
    made = drawn(own)
    assert ks_2samp(made["a"], own["a"]).statistic < 0.05
    assert (made.abs().min(axis=1) > 1).mean() > 0.1  # in a corner, where no real row is


@pytest.mark.parametrize("seed", range(5))
def test_linked_levels_stay_linked(seed):
    """Two columns of levels that agree in 0.8 of the rows, 0.38 by chance: kept to within 0.15; of two, to 0.05."""
    rng = np.random.default_rng(seed)
    for shares, tolerance in (([0.5, 0.3, 0.2], 0.15), ([0.7, 0.3], 0.05)):
        a = rng.choice(len(shares), size=400, p=shares)
        b = np.where(rng.random(400) < 0.7, a, rng.choice(len(shares), size=400))
        own = pd.DataFrame({"a": np.array(list("xyz"))[a], "b": np.array(list("uvw"))[b]})
        made = drawn(own, seed=seed)
        agree = [(rows["a"].map("xyz".index) == rows["b"].map("uvw".index)).mean() for rows in (made, own)]
        assert agree[0] == pytest.approx(agree[1], abs=tolerance)
        assert max(level_share_error(made, own, column) for column in own) < 0.04


def test_levels_are_ordered_by_what_they_go_with():
    """Levels named against the order of their numbers: the numbers' means still differ as they do."""
    rng = np.random.default_rng(0)
    level = rng.choice(3, size=300)
    centre = np.array([5.0, 0.0, 10.0])[level]
    own = pd.DataFrame({"level": np.array(list("abc"))[level], "x": centre + rng.normal(size=300)})
    made = drawn(own)
    means = made.groupby("level")["x"].mean()
    assert means["b"] + 2 < means["a"] < means["c"] - 2


def test_missing_values_spikes_and_flags():
    rng = np.random.default_rng(0)
    x = rng.normal(10, 2, 300).round(3)
    own = pd.DataFrame(
        {
            "x": x,
            # Missing where x is small; a spike at 0 where it is large.
            "gap": np.where(x < 9, np.nan, rng.normal(size=300).round(3)),
            "spike": np.where(x > 10, 0.0, x + rng.normal(0, 0.2, 300)).round(3),
            "flag": x > 11,
        }
    )
    made = drawn(own)
    assert made["gap"].isna().mean() == pytest.approx(own["gap"].isna().mean(), abs=0.04)
    assert (made["spike"] == 0).mean() == pytest.approx((own["spike"] == 0).mean(), abs=0.04)
    assert made["flag"].mean() == pytest.approx(own["flag"].mean(), abs=0.04)
    for told in (made["gap"].isna(), made["spike"] != 0, ~made["flag"]):
        assert made["x"][told].mean() < made["x"][~told].mean() - 2
    # Numbers beside the spike are the numbers, not what stands for them where the spike is.
    beside = made["spike"][made["spike"] != 0]
    assert ks_2samp(beside, own["spike"][own["spike"] != 0]).statistic < 0.1
    both = made["spike"] != 0
    assert np.corrcoef(made["x"][both], beside)[0, 1] > 0.5


def test_few_values_and_constants_stay():
    rng = np.random.default_rng(0)
    own = pd.DataFrame({"few": rng.choice([1, 5, 9], 100), "same": np.full(100, 7.5), "x": rng.normal(size=100)})
    X, y = minority(own)
    X.loc[y == 0, "same"] = rng.normal(size=300)
    X.loc[y == 0, "few"] = rng.integers(0, 100, 300)
    made = GaussianCopula(random_state=0).fit(X, y).sample(500, 1)
    assert set(made["few"]) == {1, 5, 9}
    assert (made["same"] == 7.5).all()


def test_many_levels_are_those_of_the_class():
    rng = np.random.default_rng(0)
    names = np.array([f"level {i}" for i in range(200)])
    X = pd.DataFrame({"name": names[rng.integers(0, 200, 600)], "x": rng.normal(size=600)})
    y = np.repeat([0, 1], [500, 100])
    made = GaussianCopula(random_state=0).fit(X, y).sample(400, 1)
    assert set(made["name"]) <= set(X["name"][y == 1])
    assert made["name"].nunique() > 50


def test_table_of_levels_makes_new_rows():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({name: rng.choice(list("abcd"), 60) for name in "pqrs"})
    y = np.repeat([0, 1], [45, 15])
    made = GaussianCopula(random_state=0).fit(X, y).sample(200, 1)
    seen = set(map(tuple, X[y == 1].to_numpy()))
    assert len(set(map(tuple, made.to_numpy())) - seen) > 50


def test_a_single_column_of_levels():
    X = pd.DataFrame({"a": list("xyz") * 20})
    made = GaussianCopula(random_state=0).fit(X, np.repeat([0, 1], [45, 15])).sample(900, 1)
    assert made["a"].value_counts().between(240, 360).all()


def test_scores_and_series_by_hand():
    """Levels of a half each: scores -1 and 1, and Grothendieck's identity 2/pi asin(r) for their correlation."""
    scores, hermite = _level_scores(np.array([0.5, 1.0]))
    np.testing.assert_allclose(scores, [-1.0, 1.0])
    for r in (0.2, 0.5):
        np.testing.assert_allclose((hermite**2) @ r ** np.arange(1, 13), 2 / np.pi * np.arcsin(r), atol=1e-5)


def test_series_against_an_integral():
    """Three and two levels at a latent correlation of 0.6: the series against probabilities of rectangles."""
    upto = np.array([0.2, 0.7, 1.0]), np.array([0.4, 1.0])
    (first, h1), (second, h2) = _level_scores(upto[0]), _level_scores(upto[1])
    joint = multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]])
    corners = [
        [joint.cdf([norm.ppf(p), norm.ppf(q)]) if p < 1 and q < 1 else min(p, q) for q in upto[1]] for p in upto[0]
    ]
    cells = np.diff(np.diff(np.pad(corners, ((1, 0), (1, 0))), axis=0), axis=1)
    assert (h1 * h2) @ 0.6 ** np.arange(1, 13) == pytest.approx(first @ cells @ second, abs=1e-3)


def test_latent_correlation_is_recovered():
    """Cut normal numbers of correlation 0.7 into levels: the factor's correlation is 0.7 again."""
    rng = np.random.default_rng(0)
    z = rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], size=5000)
    upto = np.array([0.3, 1.0])
    per_level, hermite = _level_scores(upto)
    columns = [per_level[np.searchsorted(norm.ppf(upto[:-1]), z[:, i])] for i in range(2)]
    marginal = {"upto": upto}
    factor = _factor([_Variable(marginal, column, np.ones(5000, dtype=bool), hermite) for column in columns])
    assert (factor @ factor.T)[0, 1] == pytest.approx(0.7, abs=0.03)
    np.testing.assert_allclose(np.linalg.norm(factor, axis=1), 1.0)


def test_pairwise_correlation_uses_the_rows_both_have():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2))
    x[:, 1] += x[:, 0]
    given = np.ones((200, 2))
    given[:150, 1] = 0
    correlation, variance = _pairwise_correlation(x * given, given)
    assert correlation[0, 1] == pytest.approx(np.corrcoef(x[150:].T)[0, 1])
    assert variance[0, 1] == 1 / 50
    apart = np.zeros((200, 2))
    apart[:100, 0] = apart[100:, 1] = 1
    correlation, variance = _pairwise_correlation(x * apart, apart)
    assert (correlation[0, 1], variance[0, 1]) == (0, 0)


def test_shrinkage_by_hand():
    found = np.array([[1.0, 0.8, 0.1], [0.8, 1.0, 0.3], [0.1, 0.3, 1.0]])
    noise = np.full((3, 3), 0.02)
    noise[0, 2] = noise[2, 0] = 0.2
    signal = np.mean([0.64 - 0.02, 0.01 - 0.2, 0.09 - 0.02])
    shrunk = _shrunk(found, noise)
    assert shrunk[0, 1] == pytest.approx(0.8 * signal / (signal + 0.02))
    assert shrunk[0, 2] == pytest.approx(0.1 * signal / (signal + 0.2))
    # Nothing but noise: nothing is left.
    assert not _shrunk(found, np.full((3, 3), 0.9))[~np.eye(3, dtype=bool)].any()


def test_few_rows_show_little_dependence():
    """Independent columns, four rows: mean size of the correlations 0.5 raw, less than half of it kept, in 5 of 5."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        own = pd.DataFrame(rng.normal(size=(4, 8)), columns=list("abcdefgh"))
        made = drawn(own, seed=seed)
        apart = ~np.eye(8, dtype=bool)
        raw, kept = (np.abs(rows.corr("spearman").to_numpy()[apart]).mean() for rows in (own, made))
        assert kept < raw / 2


def test_given_by_hand():
    from oversmith.encoders import Span

    spans = (
        Span("a", 0, 1, "sigmoid", "missing"),
        Span("a", 1, 3, "softmax", "spike"),
        Span("a", 3, 4, "linear", "numeric"),
        Span("a", 4, 5, "linear", "numeric"),
    )
    rows = np.array([[1, 1, 0, 0.1, 5], [0, 1, 0, 0.2, 6], [0, 0, 1, 0.3, 7]])
    assert [given.tolist() for given in _given(rows, spans)] == [
        [True, True, True],
        [False, True, True],
        [False, True, False],
        [True, True, True],
    ]


def test_a_large_class_keeps_some_of_its_rows(monkeypatch):
    from oversmith.samplers import gaussian_copula

    monkeypatch.setattr(gaussian_copula, "MAX_ROWS", 200)
    monkeypatch.setattr(gaussian_copula, "MAX_KNOTS", 50)
    own = pd.DataFrame({"x": np.random.default_rng(0).exponential(size=2000)})
    X, y = minority(own, n_majority=2100)
    sampler = GaussianCopula(random_state=0).fit(X, y)
    assert len(sampler.state_["classes"][1]["marginals"][0]["upto"]) == 52
    assert ks_2samp(sampler.sample(2000, 1)["x"], own["x"]).statistic < 0.12


def test_it_has_no_parameter_of_its_own():
    assert set(GaussianCopula().get_params(deep=False)) == set(inspect.signature(BaseSampler).parameters)
