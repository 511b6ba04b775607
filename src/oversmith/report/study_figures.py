"""Tables and figures of a study's page: Markdown as HTML, and the pictures of the sound comparison."""

from __future__ import annotations

from typing import Any

from oversmith.report.bench_figures import place_pictures
from oversmith.report.markdown import to_html


def study_pictures(summary: dict[str, Any]) -> dict[str, Any]:
    """Draw a study's page.

    Parameters
    ----------
    summary : dict
        From :func:`oversmith.report.summarise_study`.

    Returns
    -------
    dict
        ``head`` and ``parts`` (HTML), and ``sound`` (pictures of the sound comparison, or None).
    """
    figures = {entry["file"]: entry["svg"] for entry in summary["figures"]}
    return {
        "head": to_html(summary["head"], {}, uid="head", label="How it was run"),
        "parts": [
            to_html(part["lines"], figures, uid=f"part-{number}", label=part["title"])
            for number, part in enumerate(summary["parts"])
        ],
        "sound": None if summary["sound"] is None else place_pictures(summary["sound"]["places"][0]),
    }
