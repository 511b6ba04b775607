"""Statistics of comparisons, as functions of plain numbers; :func:`oversmith.evaluation.analyse` puts them together."""

from __future__ import annotations

from oversmith.selection import PairedEffect, corrected_resampled_t
from oversmith.statistics.bayes import Posterior, correlated_bayesian_t, signed_rank_posterior
from oversmith.statistics.intervals import Interval, bootstrap_mean, hierarchical_bootstrap
from oversmith.statistics.matrix import ScoreMatrix, score_matrix, seed_spread
from oversmith.statistics.paired import Tally, holm, paired_t, wilcoxon_against, win_tie_loss
from oversmith.statistics.ranks import (
    FriedmanResult,
    critical_difference,
    friedman,
    mean_ranks,
    nemenyi,
)

__all__ = [
    "FriedmanResult",
    "Interval",
    "PairedEffect",
    "Posterior",
    "ScoreMatrix",
    "Tally",
    "bootstrap_mean",
    "corrected_resampled_t",
    "correlated_bayesian_t",
    "critical_difference",
    "friedman",
    "hierarchical_bootstrap",
    "holm",
    "mean_ranks",
    "nemenyi",
    "paired_t",
    "score_matrix",
    "seed_spread",
    "signed_rank_posterior",
    "wilcoxon_against",
    "win_tie_loss",
]
