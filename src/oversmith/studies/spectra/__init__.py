"""The study of Chung et al. 2024: three-player GAN on spectra."""

from __future__ import annotations

from oversmith.papers import PAPERS
from oversmith.studies.spectra import plans, tables, training
from oversmith.studies.study import Study

STUDY = Study(
    "spectra",
    f"The study of {PAPERS['chung2024'].short}: three-player GAN on spectra",
    plans.SETS,
    plans.plans,
    training.EXTRAS,
    tables.parts,
    tables.figures,
    quick=(1_000, 8),
    seeds=10,
    counted=plans.counted,
    # On an inner split networks are trained several times.
    time_limit=7_200.0,
)

__all__ = ["STUDY"]
