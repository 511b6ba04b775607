"""Putting the page and the JSON file in place, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from oversmith._atomic import replacing
from oversmith.evaluation import Comparison, Store
from oversmith.report.bench import summarise_bench
from oversmith.report.render import render
from oversmith.report.study import StudyPage, summarise_study
from oversmith.report.summarise import summarise

if TYPE_CHECKING:
    import pandas as pd


class HasPage(Protocol):
    """What carries the page of a study: :class:`oversmith.studies.Result`."""

    page: StudyPage


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
    return _write(summarise(comparison), path, json_path)


def write_bench_report(
    results: Store | pd.DataFrame | str | Path,
    path: str | Path,
    json_path: str | Path | None = None,
    *,
    control: str | None = None,
    name: str | None = None,
    notes: Sequence[str] = (),
) -> Path:
    """Write the results of a benchmark as one self-contained HTML page.

    The bytes depend on the results alone; files are put in place as :func:`write_report` does.

    Parameters
    ----------
    results : Store, DataFrame or path
        The store or its folder; raw scores, or a Parquet file of them, have no predictions and give no curves.
    path : str or Path
        The page; an existing file is replaced.
    json_path : str or Path, optional
        Also write what the page shows as JSON.
    control : str, optional
        The contender all others are set against; nothing with a tuned threshold by default, or without one where the
        results have none.
    name : str, optional
        Heading; the name of the folder or file by default.
    notes : sequence of str, optional
        What a reader must know besides, such as how much of the plan is left.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        Without results, without the control, or for a file that is no export of raw scores.
    StoreError
        For a folder that holds no store, or one of another version.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from oversmith.evaluation import Plan, run
    >>> from oversmith.report import write_bench_report
    >>> rng = np.random.default_rng(0)
    >>> toy = ("toy", rng.normal(size=(60, 2)), np.repeat([0, 1], [45, 15]))
    >>> store = run(Plan([toy], ["none-tuned", "smote"], ["knn"]), n_jobs=1, isolate=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = write_bench_report(store, f"{folder}/page.html").read_text(encoding="utf-8")
    >>> "Leaderboard" in page
    True
    """
    options: dict[str, Any] = {"control": control, "notes": notes}
    if isinstance(results, str | Path):
        place = Path(results)
        options["name"] = name or place.resolve().stem or "Benchmark"
        with _opened(place) as store:
            return _write(summarise_bench(store, **options), path, json_path)
    return _write(summarise_bench(results, name=name or "Benchmark", **options), path, json_path)


def write_study_report(study: HasPage | StudyPage, path: str | Path, json_path: str | Path | None = None) -> Path:
    """Write a study as one self-contained HTML page.

    The bytes depend on the study's raw scores alone; files are put in place as :func:`write_report` does.

    Parameters
    ----------
    study : oversmith.studies.Result or StudyPage
        What :func:`oversmith.studies.run_study`, :func:`oversmith.studies.rebuild` or
        :func:`oversmith.studies.rebuild_any` returned.
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
    >>> from oversmith.report import StudyPage, write_study_report
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = write_study_report(StudyPage("toy", "A study"), f"{folder}/page.html").read_text(encoding="utf-8")
    >>> "No published number could be compared" in page
    True
    """
    page = study if isinstance(study, StudyPage) else study.page
    return _write(summarise_study(page), path, json_path)


def _opened(place: Path) -> Store:
    """Open a folder of results for reading, or read exported ones into memory."""
    if place.suffix != ".parquet":
        return Store(place, write=False)
    from oversmith.evaluation import read_scores

    store = Store(None)
    read_scores(store, place)
    return store


def _write(summary: dict[str, Any], path: str | Path, json_path: str | Path | None) -> Path:
    page = render(summary)
    if json_path is not None:
        text = json.dumps(summary, ensure_ascii=False, allow_nan=False, indent=1)
        _replace(Path(json_path), text + "\n")
    _replace(Path(path), page)
    return Path(path)


def _replace(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode())
