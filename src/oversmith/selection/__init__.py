"""Choices made on training rows: inner splits, inner cross-validation, tuned thresholds."""

from __future__ import annotations

from oversmith.selection.filters import BoundaryFilter, NoveltyFilter, RowFilter, resolve_filters
from oversmith.selection.noise import noisy_rows
from oversmith.selection.racing import CONFIDENCE, NOTHING, Gain, Race, race
from oversmith.selection.splits import counted_rows, inner_holdout, stratified_folds, stratified_sample
from oversmith.selection.statistics import PairedEffect, corrected_resampled_t
from oversmith.selection.threshold import InnerScores, ThresholdRule, best_cut, inner_scores
from oversmith.selection.weights import weight_parameter

__all__ = [
    "CONFIDENCE",
    "NOTHING",
    "BoundaryFilter",
    "Gain",
    "InnerScores",
    "NoveltyFilter",
    "PairedEffect",
    "Race",
    "RowFilter",
    "ThresholdRule",
    "best_cut",
    "corrected_resampled_t",
    "counted_rows",
    "inner_holdout",
    "inner_scores",
    "noisy_rows",
    "race",
    "resolve_filters",
    "stratified_folds",
    "stratified_sample",
    "weight_parameter",
]
