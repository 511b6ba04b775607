"""What classifiers and synthetic rows are judged by."""

from __future__ import annotations

from oversmith.metrics.classification import (
    METRICS,
    Metric,
    chance_average_precision,
    chance_values,
    implied_prevalence,
    score_all,
)
from oversmith.metrics.copies import CopyCheck, boundary_share, copy_check
from oversmith.metrics.fidelity import energy_distance, energy_distance_error
from oversmith.metrics.quality import Quality, quality_report
from oversmith.metrics.resemblance import TwoSample, column_shapes, density_coverage, pair_trends, two_sample_test

__all__ = [
    "METRICS",
    "CopyCheck",
    "Metric",
    "Quality",
    "TwoSample",
    "boundary_share",
    "chance_average_precision",
    "chance_values",
    "column_shapes",
    "copy_check",
    "density_coverage",
    "energy_distance",
    "energy_distance_error",
    "implied_prevalence",
    "pair_trends",
    "quality_report",
    "score_all",
    "two_sample_test",
]
