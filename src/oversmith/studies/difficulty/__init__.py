"""The study of Nazari et al. 2021: CGAN over factors of difficulty."""

from __future__ import annotations

from oversmith.papers import PAPERS
from oversmith.studies.difficulty.experiments import SETS, load
from oversmith.studies.difficulty.plans import counted, forecast, plans
from oversmith.studies.difficulty.tables import figures, parts
from oversmith.studies.study import Study

STUDY = Study(
    "difficulty",
    f"The study of {PAPERS['nazari2021'].short}: CGAN over factors of difficulty",
    SETS,
    plans,
    {},
    parts,
    figures,
    quick=(10_000, 8),
    seeds=5,
    counted=counted,
    time_limit=7_200.0,
    load=load,
    forecast=forecast,
)

__all__ = ["STUDY"]
