"""The documents' experiments, rebuilt: published numbers and ours side by side."""

from __future__ import annotations

import os

from oversmith.evaluation.raw_scores import read_notes
from oversmith.exceptions import InputError
from oversmith.studies import (
    difficulty,
    difficulty_data,
    difficulty_figures,
    difficulty_tables,
    eo_wgan,
    ganbats,
    ganbats_claims,
    ganbats_tables,
    smotified_gan,
    smotified_gan_tables,
    spectra,
    spectra_claims,
    spectra_extras,
    spectra_figures,
)
from oversmith.studies.eo_wgan_claims import sections
from oversmith.studies.eo_wgan_figures import figures
from oversmith.studies.study import Result, Scope, Study, rebuild, run_study, study_plans, write_result

STUDIES = {
    study.name: study
    for study in (
        Study(
            "eo-wgan",
            "The study of document 000: EO-WGAN",
            eo_wgan.SETS,
            eo_wgan.plans,
            eo_wgan.EXTRAS,
            sections,
            figures,
        ),
        Study(
            "smotified-gan",
            "The study of document 001: SMOTified-GAN",
            smotified_gan.SETS,
            smotified_gan.plans,
            smotified_gan.EXTRAS,
            smotified_gan_tables.sections,
            smotified_gan_tables.figures,
        ),
        Study(
            "ganbats",
            "The study of document 002: GANBATS",
            ganbats.SETS,
            ganbats.plans,
            ganbats.EXTRAS,
            ganbats_claims.sections,
            ganbats_tables.figures,
            quick=(240, 8),
        ),
        Study(
            "spectra",
            "The study of document 003: three-player GAN on spectra",
            spectra.SETS,
            spectra.plans,
            spectra_extras.EXTRAS,
            spectra_claims.sections,
            spectra_figures.figures,
            quick=(1_000, 8),
            seeds=10,
            counted=spectra.counted,
            # On an inner split networks are trained several times.
            time_limit=7_200.0,
        ),
        Study(
            "difficulty",
            "The study of document 004: CGAN over factors of difficulty",
            difficulty.SETS,
            difficulty.plans,
            {},
            difficulty_tables.sections,
            difficulty_figures.figures,
            quick=(10_000, 8),
            seeds=5,
            counted=difficulty.counted,
            time_limit=7_200.0,
            load=difficulty_data.load,
            forecast=difficulty.forecast,
        ),
    )
}
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
        found = "no study" if name is None else f"the study {name!r}, which this Oversmith does not know"
        raise InputError(f"path: {str(path)!r} holds {found}; studies are {', '.join(STUDIES)}")
    return rebuild(STUDIES[name], path)


__all__ = ["STUDIES", "Result", "Scope", "Study", "rebuild", "rebuild_any", "run_study", "study_plans", "write_result"]
