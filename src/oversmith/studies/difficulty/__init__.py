"""The study of Nazari et al. 2021: CGAN over factors of difficulty."""

from __future__ import annotations

from oversmith.papers import PAPERS
from oversmith.studies.difficulty import experiments, plans, tables
from oversmith.studies.study import Study

STUDY = Study(
    "difficulty",
    f"The study of {PAPERS['nazari2021'].short}: CGAN over factors of difficulty",
    experiments.SETS,
    plans.plans,
    {},
    tables.parts,
    tables.figures,
    quick=(10_000, 8),
    seeds=5,
    counted=plans.counted,
    time_limit=7_200.0,
    load=experiments.load,
    forecast=plans.forecast,
)

__all__ = ["STUDY"]
