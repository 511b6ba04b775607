"""Steps before a sampler in a pipeline: features of sensor windows, outliers."""

from __future__ import annotations

from oversmith.preprocessing.outliers import OutlierRemover
from oversmith.preprocessing.sensor import SensorFeatures

__all__ = ["OutlierRemover", "SensorFeatures"]
