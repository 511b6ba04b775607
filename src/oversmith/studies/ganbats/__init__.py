"""The study of Liu et al. 2023: GANBATS."""

from __future__ import annotations

from oversmith.papers import PAPERS
from oversmith.studies.ganbats.plans import EXTRAS, SETS, plans
from oversmith.studies.ganbats.tables import figures, parts
from oversmith.studies.study import Study

TITLE = f"The study of {PAPERS['liu2023'].short}: GANBATS"
STUDY = Study("ganbats", TITLE, SETS, plans, EXTRAS, parts, figures, quick=(240, 8))

__all__ = ["STUDY"]
