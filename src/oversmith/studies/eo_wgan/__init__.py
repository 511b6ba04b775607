"""The study of Riaz et al. 2025: EO-WGAN."""

from __future__ import annotations

from oversmith.papers import PAPERS
from oversmith.studies.eo_wgan import plans, tables
from oversmith.studies.study import Study

TITLE = f"The study of {PAPERS['riaz2025'].short}: EO-WGAN"
STUDY = Study("eo-wgan", TITLE, plans.SETS, plans.plans, plans.EXTRAS, tables.parts, tables.figures)

__all__ = ["STUDY"]
