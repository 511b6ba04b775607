"""How a study is run, stored, continued and rebuilt from its raw scores."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from oversmith._atomic import replacing
from oversmith._card import card
from oversmith.evaluation import Plan, Store, missing, read_scores, run, write_scores
from oversmith.evaluation.export import read_notes
from oversmith.evaluation.runner import facts
from oversmith.evaluation.task import Task
from oversmith.exceptions import InputError
from oversmith.report import StudyPage, StudyPart, summarise_study
from oversmith.report import render as render_html
from oversmith.studies.page import count_verdicts, csv_text, render
from oversmith.studies.rows import Row
from oversmith.studies.scores import Scores
from oversmith.studies.study import Scope, Study

_META = "study"
_NUMBERS = ("published", "ours", "lo", "hi", "n")


@dataclass(frozen=True)
class Result:
    """A study, written.

    Parameters
    ----------
    markdown, csv : str
        Tables for readers, and every number with its interval and verdict.
    figures : dict of str to str
        File name to SVG.
    page : StudyPage
        What its HTML page is made of, for :class:`oversmith.Results`.
    """

    markdown: str
    csv: str
    figures: dict[str, str]
    page: StudyPage

    def _repr_html_(self) -> str:
        """Card for a notebook."""
        verdicts = Counter(str(row["verdict"]) for row in self.numbers if row["verdict"])
        return card(
            self.page.title,
            columns=("verdict", "published numbers"),
            rows=verdicts.most_common(),
            caption="Published numbers, under the paper's own protocol",
            notes=["The tables are in .markdown, the numbers in .numbers."],
        )

    @property
    def numbers(self) -> list[dict[str, Any]]:
        """Rows of the CSV by column; a missing number is None."""
        plain = list(csv.DictReader(io.StringIO(self.csv)))
        return [row | {name: float(row[name]) if row[name] else None for name in _NUMBERS} for row in plain]


Progress = Callable[[int, int, str], None]
Say = Callable[[str], None]


def run_study(
    study: Study,
    folder: str | os.PathLike[str],
    scope: Scope,
    *,
    n_jobs: int | None = None,
    command: str = "",
    say: Say = lambda text: None,
    progress: Progress | None = None,
) -> Result:
    """Run a study, or what is left of it, and write its raw scores.

    Parameters
    ----------
    study : Study
        Which.
    folder : path
        Where its results are stored; the same call continues them.
    scope : Scope
        How much.
    n_jobs : int, optional
        Jobs at the same time; the number of cores by default.
    command : str, optional
        What the record says it was run with.
    say : callable, optional
        Called with a sentence on what is left and how long it takes.
    progress : callable, optional
        Called as ``progress(units done, units in all, label)``.

    Returns
    -------
    Result
        The study; ``raw.parquet`` in the folder holds what it is made of.

    Raises
    ------
    InputError
        When the folder holds a study of another name or scope.
    StoreError
        When the folder cannot be written.
    """
    folder = Path(folder)
    with Store(folder) as store:
        record = _record(store, study, scope, folder)
        tasks, data = study.load(study.sets, scope)
        plans = study.plans(_at_hand(tasks, data), scope)
        record["data"] = data
        left = {name: missing(plan, store) for name, plan in plans.items()}
        workers = n_jobs or os.cpu_count() or 1
        total = sum(part.total for part in left.values())
        say(f"{sum(len(part.units) for part in left.values())} of {total} fits are left")
        for index, (name, plan) in enumerate(plans.items()):
            still = [unit for part in list(left.values())[index:] for unit in part.units]
            say(f"{name}: {len(left[name].units)} of {left[name].total} fits; {study.forecast(still, store, workers)}")
            run(plan, store, n_jobs=n_jobs, progress=_shifted(progress, name), time_limit=study.time_limit)
        for index, (name, extra) in enumerate(study.extras.items()):
            if name not in record["extras"]:
                say(name)
                if progress:
                    progress(index, len(study.extras), name)
                started = time.time()
                record["extras"][name] = extra(tasks, scope, store)
                record["seconds"] = record.get("seconds", 0.0) + time.time() - started
                store.set_meta(_META, json.dumps(record, sort_keys=True))
        record |= {"command": command, "facts": facts() | {"host": "", "n_jobs": workers}}
        store.set_meta(_META, json.dumps(record, sort_keys=True))
        wanted = sorted({cell.key for plan in plans.values() for unit in plan.units() for cell in unit.cells})
        notes = record | {"seconds": record.get("seconds", 0.0) + _spent(store, wanted)}
        write_scores(store, folder / "raw.parquet", notes, wanted)
    return rebuild(study, folder / "raw.parquet")


def study_plans(study: Study, scope: Scope) -> Mapping[str, Plan]:
    """Plan the grids of a study on the data at hand.

    Parameters
    ----------
    study : Study
        Which.
    scope : Scope
        How much.

    Returns
    -------
    mapping of str to Plan
        Grids by name; what is no grid comes on top.

    Raises
    ------
    InputError
        When none of its data sets is at hand.
    """
    tasks, data = study.load(study.sets, scope)
    return study.plans(_at_hand(tasks, data), scope)


def _at_hand(tasks: Sequence[Task], data: Mapping[str, Any]) -> Sequence[Task]:
    if not tasks:
        gone = "; ".join(f"{fact['title']}: {fact['missing']}" for fact in data.values())
        raise InputError("data", f"none of the study's sets is at hand ({gone})", "provide at least one of them")
    return tasks


def rebuild(study: Study, path: str | os.PathLike[str]) -> Result:
    """Write a study from its raw scores.

    Parameters
    ----------
    study : Study
        Which.
    path : path
        What :func:`run_study` wrote.

    Returns
    -------
    Result
        The study.

    Raises
    ------
    InputError
        For a file that is no raw scores, or those of another study.
    """
    notes = read_notes(path)
    if notes.get("study") != study.name:
        finding = f"the study {notes['study']!r}" if "study" in notes else "no study"
        raise InputError("from", f"{str(path)!r} holds {finding}", f"name the raw scores of {study.name!r}")
    store = Store(None)
    read_scores(store, path)
    scores = Scores(store.scores())
    parts = study.parts(scores, notes)
    rows = [row for part in parts.values() for row in part["rows"]]
    head, sections = render(study.template, {**_head(study, scores.frame, notes, rows), **parts})
    lines = list(head)
    for title, text in sections:
        lines += ["", f"## {title}", "", *text]
    figures = dict(study.figures(scores, notes))
    pages = tuple(
        StudyPart(title, text, tuple(row.verdict for row in part["rows"]))
        for (title, text), part in zip(sections, parts.values(), strict=True)
    )
    page = StudyPage(study.name, study.title, tuple(head[2:]), pages, figures, scores.frame, notes["facts"])
    return Result("\n".join(lines) + "\n", csv_text(rows), figures, page)


def write_result(result: Result, folder: str | os.PathLike[str], name: str) -> list[Path]:
    """Write a study's tables, figures and page; each file whole or not at all.

    Parameters
    ----------
    result : Result
        The study.
    folder : path
        Where they go.
    name : str
        Stem of the files.

    Returns
    -------
    list of Path
        The files.
    """
    folder = Path(folder)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    texts = {f"{name}.md": result.markdown, f"{name}.csv": result.csv}
    texts[f"{name}.html"] = render_html(summarise_study(result.page))
    texts |= {f"figures/{file}": svg for file, svg in result.figures.items()}
    for file, text in texts.items():
        with replacing(folder / file) as target:
            target.write(text.encode())
    return [folder / file for file in texts]


def _spent(store: Store, keys: Sequence[str]) -> float:
    """Seconds of all fits together."""
    fits = {record.unit: record for record in store.records(keys)}
    return sum(r.ended - r.started for r in fits.values() if r.ended is not None and r.started is not None)


def _record(store: Store, study: Study, scope: Scope, folder: Path) -> dict[str, Any]:
    """Read the record of the folder, or begin one."""
    text = store.meta(_META)
    if text is None:
        return {"study": study.name, "scope": scope.describe(), "extras": {}}
    record: dict[str, Any] = json.loads(text)
    before, now = Scope(**record["scope"]).describe(), scope.describe()
    # With more seeds, all that was run is part of the larger run.
    if record["study"] != study.name or before | {"seeds": now["seeds"]} != now or now["seeds"] < before["seeds"]:
        finding = f"{str(folder)!r} holds the study {record['study']!r} with {before}, not {study.name!r} with {now}"
        raise InputError("out", finding, "name another folder")
    return record | {"scope": now}


def _shifted(progress: Progress | None, name: str) -> Progress | None:
    if progress is None:
        return None
    return lambda done, total, label: progress(done, total, f"{name}: {label}")


def _head(study: Study, frame: pd.DataFrame, notes: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """Values of the head of a page."""
    # Records of older runs do not name every limit.
    scope, facts_ = Scope(**notes["scope"]), notes["facts"]
    statuses = frame["status"].value_counts()
    return {
        "title": study.title,
        "scope": scope,
        "command": notes["command"] or "oversmith study",
        "results": len(frame),
        "statuses": ", ".join(f"{n} {status}" for status, n in statuses.items()),
        "hours": notes["seconds"] / 3600,
        "facts": facts_,
        "counted": study.counted(scope),
        "versions": ", ".join(f"{package} {version}" for package, version in facts_["versions"].items()),
        "verdicts": count_verdicts(rows),
    }
