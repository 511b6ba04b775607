"""The experiments of five papers, rebuilt: published numbers and ours side by side."""

from __future__ import annotations

import os

from oversmith.evaluation.export import read_notes
from oversmith.exceptions import InputError
from oversmith.studies import difficulty, eo_wgan, ganbats, smotified_gan, spectra
from oversmith.studies.running import Result, rebuild, run_study, study_plans, write_result
from oversmith.studies.study import Scope, Study

STUDIES = {paper.STUDY.name: paper.STUDY for paper in (eo_wgan, smotified_gan, ganbats, spectra, difficulty)}
"""Studies by name."""


def rebuild_any(path: str | os.PathLike[str]) -> Result:
    """Write the study that raw scores belong to.

    Parameters
    ----------
    path : path
        What :func:`run_study` wrote.

    Returns
    -------
    Result
        The study.

    Raises
    ------
    InputError
        For a file that is no raw scores, or those of no study.
    """
    name = read_notes(path).get("study")
    if name not in STUDIES:
        content = "no study" if name is None else f"the study {name!r}, which this Oversmith does not know"
        raise InputError("path", f"{str(path)!r} holds {content}", f"name raw scores of {', '.join(STUDIES)}")
    return rebuild(STUDIES[name], path)


__all__ = ["STUDIES", "Result", "Scope", "Study", "rebuild", "rebuild_any", "run_study", "study_plans", "write_result"]
