"""Steps before a sampler: features of sensor windows, outliers, windows of long records."""

from __future__ import annotations

from oversmith.preprocessing.outliers import OutlierRemover
from oversmith.preprocessing.sensor import SensorFeatures
from oversmith.preprocessing.windows import Windows, windows

__all__ = ["OutlierRemover", "SensorFeatures", "Windows", "windows"]
