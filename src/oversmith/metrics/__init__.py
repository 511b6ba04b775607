"""What classifiers and synthetic rows are judged by."""

from __future__ import annotations

from oversmith.metrics.classification import (
    METRICS,
    Metric,
    chance_average_precision,
    chance_values,
    implied_prevalence,
    macro_scores,
    score_all,
)
from oversmith.metrics.copies import CopyCheck, boundary_share, copy_check, nearest_distances
from oversmith.metrics.fidelity import energy_distance, energy_distance_error
from oversmith.metrics.quality import Quality, quality_report
from oversmith.metrics.resemblance import TwoSample, column_shapes, density_coverage, pair_trends, two_sample_test
from oversmith.metrics.series import PairedDistance, dtw_matrix, paired_distance, prd_matrix
from oversmith.metrics.series_quality import SeriesQuality, TwoSampleMMD, mmd_test, series_quality, spectral_distance

__all__ = [
    "METRICS",
    "CopyCheck",
    "Metric",
    "PairedDistance",
    "Quality",
    "SeriesQuality",
    "TwoSample",
    "TwoSampleMMD",
    "boundary_share",
    "chance_average_precision",
    "chance_values",
    "column_shapes",
    "copy_check",
    "density_coverage",
    "dtw_matrix",
    "energy_distance",
    "energy_distance_error",
    "implied_prevalence",
    "macro_scores",
    "mmd_test",
    "nearest_distances",
    "pair_trends",
    "paired_distance",
    "prd_matrix",
    "quality_report",
    "score_all",
    "series_quality",
    "spectral_distance",
    "two_sample_test",
]
