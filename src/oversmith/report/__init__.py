"""The report: a comparison as one self-contained page, and the same as JSON.

``summarise`` turns a comparison into a dictionary, ``render`` turns the dictionary into HTML,
``write_report`` does both and puts the files in place. README.md beside this file tells maintainers how the
parts fit.
"""

from __future__ import annotations

from oversmith.report.render import render
from oversmith.report.summarise import summarise
from oversmith.report.write import write_report

__all__ = ["render", "summarise", "write_report"]
