"""Figures: functions that take plain arrays, mappings or rows and return Matplotlib axes.

Nothing here imports the evaluation or the report; both pass plain values. The colours mean the same in
every figure: blue the majority, green the real minority, orange what was generated.
"""

from __future__ import annotations

from oversmith.plot._style import CYCLE, PALETTE, style
from oversmith.plot.counts import class_counts
from oversmith.plot.critical_difference import critical_difference_diagram
from oversmith.plot.curves import precision_at_recall, precision_recall, roc, true_at_false
from oversmith.plot.effects import effect_forest
from oversmith.plot.embedding import embed, embedding
from oversmith.plot.images import contact_sheet, image_distances, image_grid
from oversmith.plot.made_rows import column_overlay, correlations, nearest_training
from oversmith.plot.probabilities import reliability, threshold_sweep
from oversmith.plot.series import Ruler, power_spectrum, series_bands, series_examples
from oversmith.plot.spectra import class_bands, difference_spectrum
from oversmith.plot.time import time_quality
from oversmith.plot.training import training, training_panels

__all__ = [
    "CYCLE",
    "PALETTE",
    "Ruler",
    "class_bands",
    "class_counts",
    "column_overlay",
    "contact_sheet",
    "correlations",
    "critical_difference_diagram",
    "difference_spectrum",
    "effect_forest",
    "embed",
    "embedding",
    "image_distances",
    "image_grid",
    "nearest_training",
    "power_spectrum",
    "precision_at_recall",
    "precision_recall",
    "reliability",
    "roc",
    "series_bands",
    "series_examples",
    "style",
    "threshold_sweep",
    "time_quality",
    "training",
    "training_panels",
    "true_at_false",
]
