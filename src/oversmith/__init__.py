"""Oversmith: generative over-sampling for class-imbalanced data, and the proof of whether it helps.

Examples
--------
>>> import oversmith
>>> {"EOWGAN", "load"} <= set(oversmith.__all__)
True
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from oversmith._fork import watch_forks
from oversmith._registry import public_names

__version__ = "0.1.0"

__all__ = ["__version__", *public_names()]
watch_forks()


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that ``import oversmith`` stays light."""
    module = public_names().get(name)
    if module is None:
        # With both, Python suggests the nearest name.
        raise AttributeError(f"module 'oversmith' has no attribute {name!r}", name=name, obj=sys.modules[__name__])
    value = globals()[name] = getattr(importlib.import_module(module), name)
    return value


def __dir__() -> list[str]:
    """Show the lazy names too."""
    return sorted(__all__)
