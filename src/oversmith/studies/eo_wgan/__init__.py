"""The study of Riaz et al. 2025: EO-WGAN."""

from __future__ import annotations

from oversmith.studies.eo_wgan.plans import EXTRAS, SETS, plans
from oversmith.studies.eo_wgan.tables import figures, parts
from oversmith.studies.study import Study

STUDY = Study("eo-wgan", "The study of document 000: EO-WGAN", SETS, plans, EXTRAS, parts, figures)

__all__ = ["STUDY"]
