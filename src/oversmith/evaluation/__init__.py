"""Leakage-free comparison of contenders under several classifiers."""

from __future__ import annotations

from oversmith.evaluation.analysis import analyse
from oversmith.evaluation.builders import Situation
from oversmith.evaluation.classifiers import Classifier, default_classifiers
from oversmith.evaluation.comparison import Comparison, label_metric
from oversmith.evaluation.comparison_plan import comparison_plan
from oversmith.evaluation.contenders import Contender, default_contenders, method_contender
from oversmith.evaluation.effects import Analysis, Effect
from oversmith.evaluation.export import read_scores, write_scores
from oversmith.evaluation.guard import LeakageError
from oversmith.evaluation.leakage import LeakageReport, NullCheck, check_leakage
from oversmith.evaluation.plan import Plan
from oversmith.evaluation.protocol import Protocol
from oversmith.evaluation.runner import missing, run
from oversmith.evaluation.split_check import Finding, SplitReport, check_split
from oversmith.evaluation.store import Store
from oversmith.evaluation.store_file import StoreError
from oversmith.evaluation.stored import stored_comparison

__all__ = [
    "Analysis",
    "Classifier",
    "Comparison",
    "Contender",
    "Effect",
    "Finding",
    "LeakageError",
    "LeakageReport",
    "NullCheck",
    "Plan",
    "Protocol",
    "Situation",
    "SplitReport",
    "Store",
    "StoreError",
    "analyse",
    "check_leakage",
    "check_split",
    "comparison_plan",
    "default_classifiers",
    "default_contenders",
    "label_metric",
    "method_contender",
    "missing",
    "read_scores",
    "run",
    "stored_comparison",
    "write_scores",
]
