"""The report: a comparison, a benchmark or a study as one self-contained page.

``summarise``, ``summarise_bench`` and ``summarise_study`` turn results into a dictionary, ``render`` turns the
dictionary into HTML; :class:`oversmith.Results` does both. README.md beside this file explains how the parts
fit.
"""

from __future__ import annotations

from oversmith.report.bench import summarise_bench
from oversmith.report.render import render
from oversmith.report.study import StudyPage, StudyPart, summarise_study
from oversmith.report.summarise import summarise

__all__ = ["StudyPage", "StudyPart", "render", "summarise", "summarise_bench", "summarise_study"]
