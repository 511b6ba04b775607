"""The sections of all pages, in order: the page, its navigation and docs/report.md follow this list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

KINDS = {"comparison": "comparison", "bench": "benchmark", "study": "study"}
"""Kinds of pages, and what readers call them."""

MODALITIES = ("table", "series", "spectra", "image")
_PLURAL = {"table": "tables", "series": "series", "spectra": "spectra", "image": "images"}

Page = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """A section of the page.

    Parameters
    ----------
    name : str
        Anchor, and name of its template.
    title : str
        Heading.
    menu : str
        Its name in the navigation; empty for a section that follows another one without an entry of its own.
    pages : str
        Kinds of pages that have it, separated by blanks.
    needs : str
        What the results must hold, for readers; empty where it is always there.
    filled : callable
        Whether a page, the summary with its pictures, holds what the section shows.
    modalities : tuple of str
        Kinds of data whose comparisons have it.
    parts : tuple of str
        Headings inside the section, each with a text that readers look for.
    style : str
        CSS classes.
    """

    name: str
    title: str
    menu: str
    pages: str
    needs: str = ""
    filled: Callable[[Page], Any] = lambda page: True
    modalities: tuple[str, ...] = MODALITIES
    parts: tuple[str, ...] = ()
    style: str = ""

    @property
    def where(self) -> str:
        """Pages that have it, in words."""
        data = "" if self.modalities == MODALITIES else f" of {' and '.join(_PLURAL[name] for name in self.modalities)}"
        return ", ".join(KINDS[kind] + (data if kind == "comparison" else "") for kind in self.pages.split())


def modality(data: Mapping[str, Any]) -> str:
    """Name the kind of data of a comparison: "table", "series", "spectra" or "image".

    Examples
    --------
    >>> from oversmith.report.sections import modality
    >>> modality({}), modality({"shape": [1, 128]}), modality({"shape": [3, 8, 8]})
    ('table', 'series', 'image')
    """
    shape = data.get("shape")
    if shape is None:
        return "table"
    return "image" if len(shape) == 3 else "spectra" if data.get("axis") else "series"


def sections_of(kind: str, data: Mapping[str, Any] | None = None, page: Page | None = None) -> list[Section]:
    """List the sections of a page.

    Parameters
    ----------
    kind : {"comparison", "bench", "study"}
        Which page.
    data : mapping, optional
        Description of the data of a comparison: leaves out sections for other kinds of data.
    page : mapping, optional
        Summary with ``pictures``: leaves out sections without content.

    Returns
    -------
    list of Section
        In the order of the page.

    Examples
    --------
    >>> from oversmith.report.sections import sections_of
    >>> [section.name for section in sections_of("study")]
    ['verdicts', 'sound', 'tables', 'provenance', 'definitions']
    """
    return [
        section
        for section in SECTIONS
        if kind in section.pages.split()
        and (data is None or modality(data) in section.modalities)
        and (page is None or section.filled(page))
    ]


def _first(name: str) -> Callable[[Page], Any]:
    """Whether the main protocol has such pictures."""
    return lambda page: page["pictures"]["places"][0][name]


SECTIONS = (
    Section("leaderboard", "Leaderboard", "Leaderboard", "comparison bench", style="card leaderboard"),
    Section("verdicts", "Verdicts by part", "Verdicts", "study", style="card leaderboard"),
    Section(
        "sound", "Used soundly", "Used soundly", "study", "a protocol with a tuned threshold",
        lambda page: page["sound"],
    ),
    Section("ranks", "Mean ranks", "", "comparison bench", "two contenders", _first("ranks"), style="tight"),
    Section("effects", "Effects", "Effects", "comparison bench", "a control and another contender", _first("effects")),
    Section(
        "sets", "Data set by data set", "Data sets", "bench", "", lambda page: page["places"][0]["heat"]
    ),
    Section(
        "where", "Where it helps, and where not", "Where", "bench", "four data sets, or two under two classifiers",
        lambda page: page["places"][0]["by_classifier"] or page["places"][0]["by_size"],
    ),
    Section(
        "curves", "Curves, thresholds, calibration", "Curves", "comparison", "",
        lambda page: page["pictures"]["curves"],
    ),
    Section("classifiers", "Classifiers", "Classifiers", "comparison", "", lambda page: page["per_classifier"]),
    Section("classes", "Classes", "Classes", "comparison", "", lambda page: page["pictures"]["classes"]),
    Section(
        "training", "Training", "Training", "comparison", "a trained method",
        lambda page: page["pictures"]["training"],
    ),
    Section(
        "quality", "Quality of the generated rows", "Quality", "comparison", "a method that generates rows",
        lambda page: page["quality"], ("table",),
    ),
    Section(
        "rows", "Real and generated rows", "Rows", "comparison", "a method that generates rows",
        lambda page: page["pictures"]["rows"],
    ),
    Section(
        "series", "Real and generated series", "Series", "comparison", "a method that generates series",
        lambda page: page["pictures"]["series"], ("series",),
    ),
    Section(
        "spectra", "Real and generated spectra", "Spectra", "comparison", "an axis of the data",
        lambda page: page["pictures"]["series"] or page["pictures"]["spectra"], ("spectra",),
    ),
    Section(
        "images", "Real and generated images", "Images", "comparison", "a method that generates images",
        lambda page: page["pictures"]["images"], ("image",),
    ),
    Section(
        "details", "Each data set", "Each set", "bench",
        parts=("On unseen rows", "Quality of the generated rows", "Training"),
    ),
    Section("time", "Time", "Time", "comparison bench", "", _first("time")),
    Section(
        "protocols", "Other protocols", "Protocols", "bench", "two protocols", lambda page: len(page["places"]) > 1
    ),
    Section("tables", "Tables and figures of the paper", "Tables", "study"),
    Section(
        "failures", "Failures and omissions", "Failures", "comparison bench", "a fit that failed or was left out",
        lambda page: page["failures"] or page["skipped"],
    ),
    Section("provenance", "Provenance", "Provenance", "comparison bench study"),
    Section("definitions", "Definitions", "Definitions", "comparison bench study"),
)  # fmt: skip
"""All sections in the order of the pages."""
