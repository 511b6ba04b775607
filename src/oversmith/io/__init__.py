"""Reading data of every kind, choosing classes and rows, and writing them again."""

from __future__ import annotations

from oversmith.io.data import Data
from oversmith.io.read import read
from oversmith.io.write import write

__all__ = ["Data", "read", "write"]
