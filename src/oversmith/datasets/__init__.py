"""Data that come with the library."""

from __future__ import annotations

from oversmith.datasets.embedded import load_demo

__all__ = ["load_demo"]
