"""The study of Liu et al. 2023: GANBATS."""

from __future__ import annotations

from oversmith.studies.ganbats.plans import EXTRAS, SETS, plans
from oversmith.studies.ganbats.tables import figures, parts
from oversmith.studies.study import Study

STUDY = Study("ganbats", "The study of document 002: GANBATS", SETS, plans, EXTRAS, parts, figures, quick=(240, 8))

__all__ = ["STUDY"]
