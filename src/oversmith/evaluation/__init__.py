"""Leakage-free comparison of contenders under several classifiers."""

from __future__ import annotations

from oversmith.evaluation.compare import run_comparison
from oversmith.evaluation.comparison import Comparison, label_metric
from oversmith.evaluation.contenders import (
    Classifier,
    Contender,
    Situation,
    default_classifiers,
    default_contenders,
)

__all__ = [
    "Classifier",
    "Comparison",
    "Contender",
    "Situation",
    "default_classifiers",
    "default_contenders",
    "label_metric",
    "run_comparison",
]
