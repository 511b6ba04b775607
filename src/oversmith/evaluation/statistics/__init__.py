"""Statistics of comparisons: effect and interval first, p last."""

from __future__ import annotations

from oversmith.evaluation.statistics.bayes import Posterior, correlated_bayesian_t, signed_rank_posterior
from oversmith.evaluation.statistics.intervals import Interval, bootstrap_mean, hierarchical_bootstrap
from oversmith.evaluation.statistics.matrix import ScoreMatrix, score_matrix, seed_spread
from oversmith.evaluation.statistics.paired import Tally, holm, paired_t, wilcoxon_against, win_tie_loss
from oversmith.evaluation.statistics.ranking import Effect, Ranking, RankingRow, effects_against, rank_methods
from oversmith.evaluation.statistics.ranks import (
    FriedmanResult,
    critical_difference,
    friedman,
    mean_ranks,
    nemenyi,
)
from oversmith.selection import PairedEffect, corrected_resampled_t

__all__ = [
    "Effect",
    "FriedmanResult",
    "Interval",
    "PairedEffect",
    "Posterior",
    "Ranking",
    "RankingRow",
    "ScoreMatrix",
    "Tally",
    "bootstrap_mean",
    "corrected_resampled_t",
    "correlated_bayesian_t",
    "critical_difference",
    "effects_against",
    "friedman",
    "hierarchical_bootstrap",
    "holm",
    "mean_ranks",
    "nemenyi",
    "paired_t",
    "rank_methods",
    "score_matrix",
    "seed_spread",
    "signed_rank_posterior",
    "wilcoxon_against",
    "win_tie_loss",
]
