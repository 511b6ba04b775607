"""Real data ↔ the arrays networks see."""

from __future__ import annotations

from oversmith.encoders._values import seconds_of
from oversmith.encoders.container import Container
from oversmith.encoders.image import ImageEncoder
from oversmith.encoders.modality import modality_of
from oversmith.encoders.reading import is_series
from oversmith.encoders.scaling import ClassScaler
from oversmith.encoders.series import SeriesEncoder
from oversmith.encoders.table import Span, TableEncoder
from oversmith.encoders.target import TargetContainer

__all__ = [
    "ClassScaler",
    "Container",
    "ImageEncoder",
    "SeriesEncoder",
    "Span",
    "TableEncoder",
    "TargetContainer",
    "is_series",
    "modality_of",
    "seconds_of",
]
