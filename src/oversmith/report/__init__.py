"""The report: a comparison, a benchmark or a study as one self-contained page, and the same as JSON.

``summarise``, ``summarise_bench`` and ``summarise_study`` turn results into a dictionary, ``render`` turns the
dictionary into HTML, ``write_report``, ``write_bench_report`` and ``write_study_report`` do both and put the files in
place. README.md beside this file tells maintainers how the parts fit.
"""

from __future__ import annotations

from oversmith.report.bench import summarise_bench
from oversmith.report.render import render
from oversmith.report.study import StudyPage, StudyPart, summarise_study
from oversmith.report.summarise import summarise
from oversmith.report.write import write_bench_report, write_report, write_study_report

__all__ = [
    "StudyPage",
    "StudyPart",
    "render",
    "summarise",
    "summarise_bench",
    "summarise_study",
    "write_bench_report",
    "write_report",
    "write_study_report",
]
