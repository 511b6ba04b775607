"""Putting the page and the JSON file in place, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from oversmith._atomic import replacing
from oversmith.evaluation import Comparison
from oversmith.report.render import render
from oversmith.report.summarise import summarise


def write_report(comparison: Comparison, path: str | Path, json_path: str | Path | None = None) -> Path:
    """Write a comparison as one self-contained HTML page.

    Each file is written beside its place under a temporary name and then renamed, so that a reader finds the
    old file or the new one and never a half. The bytes depend on the comparison alone.

    Parameters
    ----------
    comparison : Comparison
        What :func:`oversmith.evaluation.run_comparison` returned.
    path : str or Path
        The page; an existing file is replaced.
    json_path : str or Path, optional
        Also write what the page shows as JSON.

    Returns
    -------
    Path
        The page.

    Examples
    --------
    >>> import tempfile
    >>> from oversmith.evaluation import Comparison
    >>> from oversmith.report import write_report
    >>> empty = Comparison(data={"name": "toy"}, protocol={}, contenders=[], classifiers=[], scores=[])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = write_report(empty, f"{folder}/page.html").read_text(encoding="utf-8")
    >>> page.startswith("<!DOCTYPE html>")
    True
    """
    summary = summarise(comparison)
    page = render(summary)
    if json_path is not None:
        text = json.dumps(summary, ensure_ascii=False, allow_nan=False, indent=1)
        _replace(Path(json_path), text + "\n")
    _replace(Path(path), page)
    return Path(path)


def _replace(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode())
