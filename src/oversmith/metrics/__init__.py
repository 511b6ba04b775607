"""What classifiers and synthetic rows are judged by."""

from __future__ import annotations

from oversmith.metrics.classification import (
    METRICS,
    Metric,
    chance_average_precision,
    chance_values,
    score_all,
)
from oversmith.metrics.fidelity import energy_distance, energy_distance_error

__all__ = [
    "METRICS",
    "Metric",
    "chance_average_precision",
    "chance_values",
    "energy_distance",
    "energy_distance_error",
    "score_all",
]
