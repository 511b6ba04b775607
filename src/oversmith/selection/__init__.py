"""Choices made on training rows: inner splits, inner cross-validation, tuned thresholds."""

from __future__ import annotations

from oversmith.selection.filters import BoundaryFilter, NoveltyFilter, RowFilter, resolve_filters
from oversmith.selection.noise import noisy_rows
from oversmith.selection.splits import inner_holdout, stratified_folds, stratified_sample
from oversmith.selection.threshold import InnerScores, ThresholdRule, best_cut, inner_scores

__all__ = [
    "BoundaryFilter",
    "InnerScores",
    "NoveltyFilter",
    "RowFilter",
    "ThresholdRule",
    "best_cut",
    "inner_holdout",
    "inner_scores",
    "noisy_rows",
    "resolve_filters",
    "stratified_folds",
    "stratified_sample",
]
