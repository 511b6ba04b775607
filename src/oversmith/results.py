"""Results: of a comparison, a benchmark or a study, as tables, a page, Markdown or JSON."""

from __future__ import annotations

import json
import math
import os
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from oversmith._card import card
from oversmith.evaluation import Comparison, Store, read_scores, stored_comparison
from oversmith.evaluation.comparison import jsonable
from oversmith.exceptions import InputError
from oversmith.report import StudyPage, summarise_bench, summarise_study
from oversmith.report.bench import conclude_bench
from oversmith.report.names import printable_tree
from oversmith.report.render import render
from oversmith.report.summarise import conclude, summarise
from oversmith.report.to_markdown import to_markdown
from oversmith.report.write import write_files

_WIDTH, _LINES = 100, 20


@dataclass(frozen=True)
class Verdict:
    """The main conclusion.

    Parameters
    ----------
    tag : str
        In two or three words.
    sentence : str
        In one sentence, with the numbers.
    contender, control : str or None
        The contender, and the one it is compared with.
    effect : float
        Mean difference in average precision; NaN where there is none.
    interval : (float, float)
        Ends of its 95 % interval.
    p : float
        Its p-value after Holm's correction.
    decision : str
        ``"helps"``, ``"harms"`` or ``"undecided"``.
    support : tuple of str
        Sentences that say what it rests on.
    """

    tag: str
    sentence: str
    contender: str | None = None
    control: str | None = None
    effect: float = math.nan
    interval: tuple[float, float] = (math.nan, math.nan)
    p: float = math.nan
    decision: str = "undecided"
    support: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.tag}. {self.sentence}"


class Results:
    """Results of a comparison, a benchmark or a study; every page and export of them has the same numbers.

    Parameters
    ----------
    source : Comparison, Store, DataFrame or StudyPage
        A recorded comparison; a store or raw scores of a benchmark (raw scores have no predictions, so that the page
        has no curves); the page of a study.
    control : str, optional
        Of a benchmark: the contender all others are set against. Nothing with a tuned threshold by default, or nothing.
    name : str, optional
        Of a benchmark: heading of the page.
    notes : sequence of str, optional
        Of a benchmark: what a reader must know besides.

    Attributes
    ----------
    scores : DataFrame
        One row per repeat, fold, contender and classifier (per data set, protocol and seed of a benchmark).
    leaderboard : DataFrame
        One row per contender of the main protocol, best mean rank first. Means, differences and ranks are over the
        classifiers that all contenders have. A contender with failed folds has none of them; ``failure`` says in how
        many folds.
    effects : DataFrame
        Differences of every contender from the control and from SMOTE, with 95 % intervals and p-values.
    verdict : Verdict
        The main conclusion: ``effect``, ``interval``, ``p``, ``sentence``, ``tag``.
    warnings : list of str
        What a reader must know before believing a number.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith import Results
    >>> values = {"none-tuned": (0.5, 0.4, 0.3), "smote": (0.6, 0.4, 0.5)}
    >>> rows = [
    ...     dict(dataset="toy", protocol="3-fold", ratio=None, contender=c, classifier="knn", repeat=0, fold=f, seed=0,
    ...          status="done", error="", n_train=80, n_test=20, n_test_positive=4, average_precision=v,
    ...          seconds_resample=0.0, seconds_fit=0.1, seconds_predict=0.1)
    ...     for c, by_fold in values.items() for f, v in enumerate(by_fold)
    ... ]
    >>> results = Results(pd.DataFrame(rows), name="toy")
    >>> round(results.verdict.effect, 3), results.leaderboard["contender"].tolist()
    (0.1, ['smote', 'none-tuned'])
    """

    def __init__(
        self,
        source: Comparison | Store | pd.DataFrame | StudyPage,
        *,
        control: str | None = None,
        name: str | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        self._source = source
        self._options: dict[str, Any] = {"control": control, "name": name or "Benchmark", "notes": tuple(notes)}
        if control is not None and isinstance(source, Comparison | StudyPage):
            raise InputError(
                "control", f"{control!r} found, and comparisons and studies have their own", "leave it out"
            )

    @classmethod
    def read(cls, path: str | os.PathLike[str], *, control: str | None = None, name: str | None = None) -> Results:
        """Read a stored comparison or benchmark.

        Parameters
        ----------
        path : path
            Folder of a store, or a Parquet file of exported raw scores.
        control, name : str, optional
            As for the class; the name is that of the folder or file by default.

        Returns
        -------
        Results
            Without predictions where they come from a file.

        Raises
        ------
        StoreError
            For a folder that holds no store, or one of another version.
        InputError
            For a file that holds no raw scores.
        """
        path = Path(path)
        name = name or path.resolve().stem
        if path.suffix == ".parquet":
            store = Store(None)
            read_scores(store, path)
            return cls(store, control=control, name=name)
        store = Store(path, write=False)
        if store.meta("comparison") is not None:
            return cls(stored_comparison(store), control=control)
        return cls(store, control=control, name=name)

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row per repeat, fold, contender and classifier; per data set, protocol and seed of a benchmark."""
        if isinstance(self._source, Comparison):
            return self._source.frame()
        if isinstance(self._source, Store):
            return self._source.scores()
        if isinstance(self._source, StudyPage):
            return pd.DataFrame() if self._source.scores is None else self._source.scores
        return self._source

    @property
    def comparison(self) -> Comparison:
        """The record of a comparison: data, protocol, predictions, trainings."""
        if not isinstance(self._source, Comparison):
            raise InputError(
                "results", "they are those of a benchmark or a study", "take scores in place of comparison"
            )
        return self._source

    @cached_property
    def _conclusions(self) -> dict[str, Any]:
        """Verdict, warnings and numbers of every protocol, cheap beside the whole summary."""
        if isinstance(self._source, Comparison):
            conclusions = conclude(self._source)
        elif isinstance(self._source, StudyPage):
            return self.to_dict()
        else:
            store = self._source if isinstance(self._source, Store) else None
            conclusions = conclude_bench(self.scores, store, **self._options)
        clean: dict[str, Any] = printable_tree(jsonable(conclusions))
        return clean

    @cached_property
    def _summary(self) -> dict[str, Any]:
        if isinstance(self._source, Comparison):
            return summarise(self._source, self._conclusions)
        if isinstance(self._source, StudyPage):
            return summarise_study(self._source)
        return summarise_bench(self._source, conclusions=self._conclusions)

    @property
    def _main(self) -> dict[str, Any] | None:
        """Numbers of the main protocol."""
        conclusions = self._conclusions
        places = conclusions["places"] if "places" in conclusions else (conclusions["sound"] or {}).get("places")
        return places[0] if places else None

    @property
    def leaderboard(self) -> pd.DataFrame:
        """One row per contender of the main protocol, best mean rank first."""
        rows = [] if self._main is None else self._main["leaderboard"]
        first = ("contender", "title", "rank")
        last = ("difference", "low", "high", "p_holm", "decision", "seconds", "failed", "failure")
        return pd.DataFrame(
            [
                {name: row[name] for name in first}
                | {metric: value["mean"] for metric, value in row["metrics"].items() if metric != "g_mean_read"}
                | {f"{metric}_sd": value["sd"] for metric, value in row["metrics"].items() if metric != "g_mean_read"}
                | {name: row[name] for name in last}
                for row in rows
            ]
        )

    @property
    def effects(self) -> pd.DataFrame:
        """Differences of every contender from the control and from SMOTE, by metric."""
        tables = [] if self._main is None else self._main["effects"]
        return pd.DataFrame([row for table in tables for row in table["rows"]])

    @property
    def verdict(self) -> Verdict:
        """The main conclusion."""
        verdict = self._conclusions["verdict"]
        number = {
            key: math.nan if verdict.get(key) is None else verdict[key]
            for key in ("difference", "low", "high", "p_holm")
        }
        main = self._main
        return Verdict(
            verdict["tag"],
            verdict["sentence"],
            verdict.get("contender"),
            None if main is None or "contender" not in verdict else main["control"],
            number["difference"],
            (number["low"], number["high"]),
            number["p_holm"],
            verdict["decision"],
            tuple(verdict["support"]),
        )

    @property
    def warnings(self) -> list[str]:
        """What a reader must know before believing a number."""
        return list(self._conclusions["warnings"])

    def report(self, path: str | os.PathLike[str], json_path: str | os.PathLike[str] | None = None) -> Path:
        """Write one self-contained HTML page.

        Each file is written under a temporary name and then renamed: a reader finds the old file or the new one.

        Parameters
        ----------
        path : path
            The page; an existing file is replaced.
        json_path : path, optional
            Also write what the page shows as JSON.

        Returns
        -------
        Path
            The page.
        """
        return write_files(render(self._summary), path, None if json_path is None else self.to_json(), json_path)

    def to_dict(self) -> dict[str, Any]:
        """Everything the page shows as dictionaries, lists, strings, numbers, booleans and None."""
        return self._summary

    def to_json(self) -> str:
        """Everything the page shows as JSON."""
        return json.dumps(self._summary, ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    def to_markdown(self) -> str:
        """Verdict, leaderboard, differences and failures as Markdown."""
        return to_markdown(self._conclusions)

    def __repr__(self) -> str:
        main, verdict = self._main, self.verdict
        title = f"Results of {self._conclusions['name']}"
        lines = [title if main is None else f"{title}: {main['name']}, mean rank over {main['n']} {main['unit']}s"]
        lines = [textwrap.shorten(lines[0], _WIDTH, placeholder="…")]
        foot = textwrap.wrap(str(verdict).replace("\u00a0", " "), _WIDTH, max_lines=4, placeholder=" …")
        notes = textwrap.wrap(" ".join(main["notes"]), _WIDTH, max_lines=3, placeholder=" …") if main else []
        rows = [] if main is None else main["leaderboard"]
        room = _LINES - len(lines) - len(foot) - len(notes) - 1
        if rows:
            shown = rows if len(rows) <= room else rows[: room - 1]
            lines += [_HEAD, *(_line(row) for row in shown)]
            lines += [f"… {len(rows) - len(shown)} more contenders"] if len(shown) < len(rows) else []
        return "\n".join([*lines, *notes, *foot])

    def _repr_html_(self) -> str:
        """Card for a notebook: verdict and leaderboard."""
        main = self._main
        rows = [] if main is None else main["leaderboard"]
        return card(
            f"Results of {self._conclusions['name']}",
            [str(self.verdict), *self.verdict.support],
            columns=(
                "contender",
                "mean rank",
                "average precision",
                "difference",
                "95 % interval",
                "p (Holm)",
                "failed",
            ),
            rows=[
                (
                    row["title"],
                    _number(row["rank"], 2),
                    row["failure"] or row["metrics"]["average_precision"]["mean"],
                    row["difference"],
                    None if row["low"] is None else f"[{row['low']:+.3f}, {row['high']:+.3f}]".replace("-", "−"),
                    row["p_holm"],
                    row["failed"],
                )
                for row in rows
            ],
            caption=""
            if main is None
            else f"Over {main['n']} {main['unit']}s; differences from {main['control_title']}",
            notes=self.warnings,
        )


_HEAD = (
    f"{'contender':<34} {'rank':>5} {'AP':>6} {'difference [95 % interval]':>26} {'p (Holm)':>8} {'F1':>6} {'Brier':>6}"
)


def _line(row: Mapping[str, Any]) -> str:
    change = row["failure"] or "–"
    if row["difference"] is not None:
        change = f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
    metrics = {name: _number(row["metrics"][name]["mean"]) for name in ("average_precision", "f1_tuned", "brier")}
    title = row["title"] if len(row["title"]) <= 34 else f"{row['title'][:33]}…"
    return (
        f"{title:<34} {_number(row['rank'], 2):>5} {metrics['average_precision']:>6} {change:>26} "
        f"{_number(row['p_holm']):>8} {metrics['f1_tuned']:>6} {metrics['brier']:>6}"
    )


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
