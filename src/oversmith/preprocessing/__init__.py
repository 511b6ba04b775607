"""Steps before a sampler: features of sensor windows, outliers, windows of long records, spectra."""

from __future__ import annotations

from oversmith.preprocessing.alignment import SpectraAligner
from oversmith.preprocessing.axis import AxisResampler, common_axis
from oversmith.preprocessing.baseline import BaselineRemover
from oversmith.preprocessing.outliers import OutlierRemover
from oversmith.preprocessing.scatter import StandardNormalVariate
from oversmith.preprocessing.sensor import SensorFeatures
from oversmith.preprocessing.smoothing import SavitzkyGolay
from oversmith.preprocessing.windows import Windows, windows

__all__ = [
    "AxisResampler",
    "BaselineRemover",
    "OutlierRemover",
    "SavitzkyGolay",
    "SensorFeatures",
    "SpectraAligner",
    "StandardNormalVariate",
    "Windows",
    "common_axis",
    "windows",
]
