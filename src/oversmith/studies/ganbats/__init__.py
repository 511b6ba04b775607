"""The study of Liu et al. 2023: GANBATS."""

from __future__ import annotations

from oversmith.papers import PAPERS
from oversmith.studies.ganbats import plans, tables
from oversmith.studies.study import Study

TITLE = f"The study of {PAPERS['liu2023'].short}: GANBATS"
STUDY = Study("ganbats", TITLE, plans.SETS, plans.plans, plans.EXTRAS, tables.parts, tables.figures, quick=(240, 8))

__all__ = ["STUDY"]
