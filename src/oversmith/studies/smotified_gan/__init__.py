"""The study of Sharma et al. 2022: SMOTified-GAN."""

from __future__ import annotations

from oversmith.papers import PAPERS
from oversmith.studies.smotified_gan import plans, tables
from oversmith.studies.study import Study

TITLE = f"The study of {PAPERS['sharma2022'].short}: SMOTified-GAN"
STUDY = Study("smotified-gan", TITLE, plans.SETS, plans.plans, plans.EXTRAS, tables.parts, tables.figures)

__all__ = ["STUDY"]
