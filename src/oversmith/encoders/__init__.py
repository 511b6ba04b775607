"""Real data ↔ the arrays networks see."""

from __future__ import annotations

from oversmith.encoders.container import Container
from oversmith.encoders.scaling import ClassScaler
from oversmith.encoders.table import Span, TableEncoder
from oversmith.encoders.target import TargetContainer

__all__ = ["ClassScaler", "Container", "Span", "TableEncoder", "TargetContainer"]
