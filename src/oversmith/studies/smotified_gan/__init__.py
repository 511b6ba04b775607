"""The study of Sharma et al. 2022: SMOTified-GAN."""

from __future__ import annotations

from oversmith.studies.smotified_gan.plans import EXTRAS, SETS, plans
from oversmith.studies.smotified_gan.tables import figures, parts
from oversmith.studies.study import Study

STUDY = Study("smotified-gan", "The study of document 001: SMOTified-GAN", SETS, plans, EXTRAS, parts, figures)

__all__ = ["STUDY"]
