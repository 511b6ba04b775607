"""The study of Riaz et al. 2025: EO-WGAN."""

from __future__ import annotations

from oversmith.papers import PAPERS
from oversmith.studies.eo_wgan.plans import EXTRAS, SETS, plans
from oversmith.studies.eo_wgan.tables import figures, parts
from oversmith.studies.study import Study

TITLE = f"The study of {PAPERS['riaz2025'].short}: EO-WGAN"
STUDY = Study("eo-wgan", TITLE, SETS, plans, EXTRAS, parts, figures)

__all__ = ["STUDY"]
