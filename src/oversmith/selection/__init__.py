"""Choices made on training rows: inner splits, inner cross-validation, tuned thresholds."""

from __future__ import annotations

from oversmith.selection.splits import inner_holdout, stratified_folds, stratified_sample
from oversmith.selection.threshold import InnerScores, ThresholdRule, best_cut, inner_scores

__all__ = [
    "InnerScores",
    "ThresholdRule",
    "best_cut",
    "inner_holdout",
    "inner_scores",
    "stratified_folds",
    "stratified_sample",
]
