"""Every test against an independent implementation: baycomp, scikit-posthocs, statsmodels, SciPy."""

from __future__ import annotations

import baycomp
import numpy as np
import pandas as pd
import pytest
import scikit_posthocs
from scipy import stats
from statsmodels.stats.multitest import multipletests

from oversmith.exceptions import InputError
from oversmith.statistics import (
    Tally,
    bootstrap_mean,
    correlated_bayesian_t,
    critical_difference,
    friedman,
    hierarchical_bootstrap,
    holm,
    mean_ranks,
    nemenyi,
    paired_t,
    signed_rank_posterior,
    wilcoxon_against,
    win_tie_loss,
)


def table(seed: int, n: int = 12, k: int = 5, ties: bool = False) -> np.ndarray:
    scores = np.random.default_rng(seed).normal(0.7, 0.1, (n, k)) + 0.03 * np.arange(k)
    return scores.round(1) if ties else scores


@pytest.mark.parametrize("seed", range(5))
def test_holm_is_that_of_statsmodels(seed):
    p = np.random.default_rng(seed).uniform(size=7) ** 2
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_paired_t_is_that_of_scipy():
    a, b = np.random.default_rng(0).normal(size=(2, 10))
    found, oracle = paired_t(a - b), stats.ttest_rel(a, b)
    assert found.p == pytest.approx(oracle.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(oracle.confidence_interval(0.95)))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ties", [False, True])
def test_friedman_with_ties_is_that_of_scipy(seed, ties):
    scores = table(seed, ties=ties)
    found, oracle = friedman(scores), stats.friedmanchisquare(*scores.T)
    assert (found.chi2, found.p) == pytest.approx((oracle.statistic, oracle.pvalue))
    n, k = scores.shape
    f = (n - 1) * found.chi2 / (n * (k - 1) - found.chi2)
    assert (found.f, found.p_f) == pytest.approx((f, stats.f.sf(f, k - 1, (k - 1) * (n - 1))))
    assert found.p_f == pytest.approx(scikit_posthocs_iman(scores), abs=1e-9)


def scikit_posthocs_iman(scores: np.ndarray) -> float:
    """Iman and Davenport's F as an analysis of variance of the ranks, from statsmodels."""
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    ranks = stats.rankdata(-scores, axis=1)
    n, k = ranks.shape
    long = pd.DataFrame({"rank": ranks.ravel(), "row": np.repeat(range(n), k), "column": np.tile(range(k), n)})
    return float(anova_lm(ols("rank ~ C(row) + C(column)", long).fit()).loc["C(column)", "PR(>F)"])


def test_friedman_of_equal_methods_and_of_a_perfect_order():
    assert friedman(np.ones((4, 3))).p_f == 1.0
    assert friedman([[3.0, 2.0, 1.0]] * 4).p_f == 0.0


@pytest.mark.parametrize("ties", [False, True])
def test_nemenyi_is_that_of_scikit_posthocs(ties):
    scores = table(3, ties=ties)
    assert nemenyi(scores) == pytest.approx(scikit_posthocs.posthoc_nemenyi_friedman(-scores).to_numpy(), abs=1e-9)


def test_the_critical_difference_is_where_nemenyi_turns():
    # Demšar (2006), Table 5: q = 2.569 for four methods, 2.343 for three at 0.05.
    assert critical_difference(4, 14) == pytest.approx(2.569 * np.sqrt(4 * 5 / (6 * 14)), abs=1e-3)
    assert critical_difference(3, 30) == pytest.approx(2.343 * np.sqrt(3 * 4 / (6 * 30)), abs=1e-3)
    assert critical_difference(4, 14, alpha=0.1) < critical_difference(4, 14)


def test_mean_ranks_are_those_of_pandas():
    scores = table(1, ties=True)
    assert mean_ranks(scores) == pytest.approx(pd.DataFrame(scores).rank(axis=1, ascending=False).mean().to_numpy())
    # Equal numbers that were added up in another order are ties.
    assert mean_ranks([[0.1 + 0.2, 0.3]]).tolist() == [1.5, 1.5]


def test_wilcoxon_is_that_of_scipy_and_knows_ties():
    scores = table(2)
    found = wilcoxon_against(scores[:, 1:], scores[:, 0])
    assert found == pytest.approx([stats.wilcoxon(scores[:, i], scores[:, 0]).pvalue for i in range(1, 5)])
    assert wilcoxon_against([[0.5], [0.5]], [0.5, 0.5]).tolist() == [1.0]


@pytest.mark.parametrize("shift", [-0.02, 0.0, 0.005, 0.03])
def test_the_correlated_t_is_that_of_baycomp(shift):
    rng = np.random.default_rng(7)
    a, b = rng.normal(0.8 + shift, 0.02, 50), rng.normal(0.8, 0.02, 50)
    # baycomp: five folds of ten runs, x − y, and its correction 1/(k − 1) = n_test/n_train.
    left, rope, right = baycomp.two_on_single(a, b, rope=0.01, runs=10)
    found = correlated_bayesian_t(a - b, test_share=0.25, rope=0.01)
    assert (found.better, found.equal, found.worse) == pytest.approx((left, rope, right), abs=1e-9)


@pytest.mark.parametrize("shift", [-0.02, 0.0, 0.03])
@pytest.mark.parametrize("rope", [0.0, 0.01])
def test_the_signed_rank_posterior_is_that_of_baycomp(shift, rope):
    rng = np.random.default_rng(11)
    a, b = rng.normal(0.8 + shift, 0.03, 15), rng.normal(0.8, 0.03, 15)
    oracle = baycomp.SignedRankTest.probs(a, b, rope=rope, nsamples=50_000, random_state=1)
    left, right = oracle[0], oracle[-1]
    found = signed_rank_posterior(a - b, rope)
    assert (found.better, found.worse) == pytest.approx((left, right), abs=0.015)
    assert found.worse + found.equal + found.better == pytest.approx(1)
    assert signed_rank_posterior(a - b, rope) == found


def test_bca_holds_its_level_and_falls_back():
    rng = np.random.default_rng(0)
    inside = 0
    for trial in range(200):
        found = bootstrap_mean(rng.exponential(1.0, 20), n_resamples=499, random_state=trial)
        inside += found.low <= 1.0 <= found.high
        assert found.method == "BCa"
    # 95 % nominal; a skewed sample of twenty reaches about 92 %.
    assert 170 <= inside <= 199
    assert bootstrap_mean([0.2, 0.2]).method == "none"


def test_the_hierarchical_interval_is_wider_than_that_of_pooled_values():
    rng = np.random.default_rng(0)
    groups = [rng.normal(centre, 0.01, 15) for centre in rng.normal(0, 0.1, 8)]
    found, pooled = hierarchical_bootstrap(groups, n_resamples=2000), bootstrap_mean(np.concatenate(groups))
    assert found.high - found.low > 2 * (pooled.high - pooled.low)
    between = np.std([g.mean() for g in groups], ddof=1) / np.sqrt(8)
    assert found.high - found.low == pytest.approx(2 * 1.96 * between, rel=0.2)


def test_the_level_of_wilcoxon_with_holm():
    """On equal methods at most one family in twenty is called at 0.05 (200 families of four comparisons)."""
    rng = np.random.default_rng(0)
    called = sum(
        bool((holm(wilcoxon_against(rng.normal(size=(15, 4)), rng.normal(size=15))) < 0.05).any()) for _ in range(200)
    )
    assert called <= 16  # 95 % quantile of a binomial of 200 at 0.05


def test_wins_ties_losses():
    assert win_tie_loss([0.1, 1e-15, -0.1]) == Tally(1, 1, 1)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: paired_t([0.1, np.nan]), "not finite"),
        (lambda: mean_ranks([[0.1, np.nan]]), "not finite"),
        (lambda: friedman([[0.1, 0.2]]), "at least two and three"),
        (lambda: critical_difference(1, 3), "k >= 2"),
        (lambda: signed_rank_posterior([0.1], rope=-1), "rope"),
        (lambda: hierarchical_bootstrap([[0.1]]), "two data sets"),
        (lambda: wilcoxon_against([0.1, 0.2], [0.1, 0.2]), "shape"),
    ],
    ids=["nan", "nan-ranks", "too-few", "one-method", "rope", "one-group", "shape"],
)
def test_what_cannot_be_tested_says_so(call, words):
    with pytest.raises(InputError, match=words):
        call()
