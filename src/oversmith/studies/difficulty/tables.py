"""Nazari et al. 2021, factors of difficulty: tables and figures of means, factors, rivals, and when to stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from oversmith.plot._style import CYCLE, PALETTE
from oversmith.report.markdown import escaped
from oversmith.studies.difficulty.experiments import FOURS, GRID, SETS, TITLES
from oversmith.studies.difficulty.numbers import (
    AS_PAPER,
    CUT,
    FACTORS,
    SHORT,
    SOUND,
    TABLE_FACTORS,
    DifficultyNumbers,
    levels,
    over_experiments,
    shares,
)
from oversmith.studies.difficulty.plans import (
    BASELINE,
    DENSE,
    DOCUMENT,
    JUDGES,
    RIVALS,
    STEPS,
    STOPPED,
    TUNED,
    in_setting,
)
from oversmith.studies.figures import MARKERS, Mark, Panel, draw, interval_mark, shifts
from oversmith.studies.published import claims, published, setting_rows
from oversmith.studies.rows import NOTHING, Measured, Row, exact, judged, mean_of
from oversmith.studies.scores import Scores

PARTS = {SOUND: "images", CUT: "tables"}
_unpublished = partial(judged, published=None, holds=None, note="the paper gives no number")


_SHARES = {
    "features": ("features", "blue"),
    "angle": ("rotation", "orange"),
    "n_majority": ("majority cases", "green"),
    "ratio": ("ratio", "purple"),
    "pairs": ("pairs of factors", "sky"),
    "rest": ("rest", "grid"),
}
_ZERO = {"color": PALETTE["muted"], "linewidth": 0.8}


def parts(scores: Scores, notes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Make the tables of the study."""
    numbers, known = DifficultyNumbers(scores, notes), published("difficulty")
    settings = in_setting(None).get_params(deep=False)
    return {
        "sets": {"rows": setting_rows("code", known["settings"], settings), **_facts(numbers)},
        "means": {"rows": claims(known["means"], numbers)},
        "factors": {"rows": _levels(numbers, AS_PAPER, FACTORS, SOUND), "titles": FACTORS},
        "shares": {**_shares(numbers), "heads": list(FACTORS.values())},
        "cuts": {"rows": _cuts(numbers), "shares": _cut_shares(numbers), "heads": list(TABLE_FACTORS.values())},
        "rivals": {"rows": _rivals(numbers), "won": _won(numbers), "heads": list(SHORT.values())},
        "stop": {"rows": _stop(numbers), "steps": STEPS},
    }


def _facts(numbers: DifficultyNumbers) -> dict[str, Any]:
    """List what was run on what, which folds hold no minority, and what a training takes."""
    sets = []
    for entry in SETS:
        fact = numbers.notes["data"].get(entry.name, {})
        if "missing" in fact or not fact:
            sets.append([entry.title, "–", "–", escaped(str(fact.get("missing", "not at hand")))])
            continue
        columns = "784, 196, 64, 16" if entry.name == FOURS else f"{fact['columns']}"
        count = f"{len(GRID)}, under either protocol" if entry.name == FOURS else f"{fact['experiments']}"
        sets.append([entry.title, f"{fact['found']:,}", columns, count])
    frame = numbers.frame[numbers.frame["classifier"] == DENSE.name]
    folds = frame[(frame["part"] == AS_PAPER) & (frame["contender"] == BASELINE)]
    empty = folds[folds["n_rare"] == 0]
    timed = frame[(frame["contender"] == DOCUMENT.name) & (frame["part"] != CUT)].dropna(subset=["seconds"])
    return {
        "sets": sets,
        "folds": len(folds),
        "empty": len(empty),
        "empty_experiments": empty["experiment"].nunique(),
        "whole": list(numbers.whole_folds().values()),
        "seconds": [
            [f"{features:.0f}", f"{part['seconds'].median():.1f}", len(part)]
            for features, part in timed.groupby("features")
        ],
    }


def _levels(numbers: DifficultyNumbers, part: str, factors: Mapping[str, str], beside: str | None = None) -> list[Row]:
    """Measure what CGAN gains at each level of each factor."""
    rows = []
    tables = [numbers.gains(name, DOCUMENT.name, DENSE.name) for name in (part, beside) if name is not None]
    for factor, title in factors.items():
        for quantity in ("minority", "majority"):
            ours, *second = (levels(table, factor, quantity) for table in tables)
            every = {level for known in (ours, *second) for level in known}
            for level in sorted(every, reverse=factor != "source"):
                name = TITLES[level] if factor == "source" else f"{title} {level:g}"
                others = tuple((str(beside), known.get(level, NOTHING)) for known in second)
                rows.append(
                    _unpublished(
                        table="ours" if part == CUT else "figure", row=name, quantity=f"{quantity} F1 gained",
                        ours=ours.get(level, NOTHING), others=others, form="+.3f",
                    )
                )  # fmt: skip
    return rows


def _shares(numbers: DifficultyNumbers) -> dict[str, Any]:
    """How much of the differences between experiments each factor explains."""
    rows, lines = [], []
    for part in (AS_PAPER, SOUND):
        for judge in JUDGES:
            explained = shares(numbers.gains(part, DOCUMENT.name, judge.name), list(FACTORS))
            name = f"{SHORT[judge.name]}, {part}"
            rows += [
                _unpublished(
                    table="ours", row=name, quantity=f"share of {title}", ours=exact(explained.get(factor)), form=".2f"
                )
                for factor, title in FACTORS.items()
            ]
            if explained:
                most = max(FACTORS, key=lambda factor: explained[factor])
                lines.append([name, *(f"{100 * value:.0f} %" for value in explained.values()), FACTORS[most]])
    return {"rows": rows, "lines": lines}


def _by_classifier(table: str, row: str, quantity: str, means: list[Measured]) -> Row:
    others = tuple(zip(list(SHORT.values())[1:], means[1:], strict=True))
    return _unpublished(table=table, row=row, quantity=quantity, ours=means[0], others=others)


def _cuts(numbers: DifficultyNumbers) -> list[Row]:
    """Measure the same on the cybersecurity tables."""
    rows = []
    for quantity in ("majority", "minority"):
        for contender, stage in ((BASELINE, "before"), (DOCUMENT.name, "after CGAN")):
            means = [over_experiments(numbers.by_experiment(CUT, contender, j.name)[quantity]) for j in JUDGES]
            rows.append(_by_classifier("ours", f"all tables, {stage}", f"{quantity} F1", means))
    return rows + _levels(numbers, CUT, TABLE_FACTORS)


def _cut_shares(numbers: DifficultyNumbers) -> list[list[str]]:
    explained = {j.name: shares(numbers.gains(CUT, DOCUMENT.name, j.name), list(TABLE_FACTORS)) for j in JUDGES}
    return [[SHORT[name], *(f"{100 * v:.0f} %" for v in known.values())] for name, known in explained.items() if known]


def _rivals(numbers: DifficultyNumbers) -> list[Row]:
    """CGAN beside what else can be done, under the sound protocol."""
    rows = []
    for part, title in PARTS.items():
        for name, words in RIVALS.items():
            tables = [numbers.by_experiment(part, name, judge.name, TUNED) for judge in JUDGES]
            for quantity in ("minority", "majority"):
                means = [over_experiments(table[quantity]) for table in tables]
                rows.append(_by_classifier("ours", f"{title}: {words}", f"{quantity} F1", means))
    return rows


def _won(numbers: DifficultyNumbers) -> list[list[str]]:
    """Mean difference from the tuned threshold, and experiments won and lost."""
    lines = []
    for part, title in PARTS.items():
        for name, words in RIVALS.items():
            tables = [numbers.gains(part, name, judge.name, TUNED)["minority"] for judge in JUDGES]
            most = max(map(len, tables))
            if name != TUNED and most:
                cells = [
                    f"{v.mean():+.3f}, {int((v > 0).sum())}:{int((v < 0).sum())}" if len(v) else "–" for v in tables
                ]
                lines.append([f"{title}: {words}", *cells, str(most)])
    return lines


def _stop(numbers: DifficultyNumbers) -> list[Row]:
    """Compare the fixed training with one that stops by itself."""
    rows: list[Row] = []
    words = {"distance": ("distance to unseen minority rows", "+.4f"), "steps": ("steps", "+,.0f")}
    words["seconds"] = ("seconds", "+.1f")

    def add(row: str, quantity: str, ours: Measured, form: str) -> None:
        rows.append(_unpublished(table="text", row=row, quantity=quantity, ours=ours, form=form))

    for part, title in PARTS.items():
        for judge in JUDGES:
            change = numbers.gains(part, STOPPED.name, judge.name, DOCUMENT.name)["minority"]
            row = f"{title}: {SHORT[judge.name]}"
            add(row, "minority F1, stop='auto' above fixed", over_experiments(change), "+.3f")
            add(row, "share of experiments where fixed was worse", _share(change > 0), ".2f")
        pairs = _pairs(numbers.frame, part)
        for quantity, (name, form) in words.items():
            change = pairs[f"{quantity}_auto"] - pairs[f"{quantity}_fixed"]
            add(title, f"{name}, stop='auto' less fixed", over_experiments(change), form)
        closer = (pairs["distance_fixed"] > pairs["distance_auto"])[pairs["distance_fixed"].notna()]
        add(title, "share of experiments where fixed was farther from unseen rows", _share(closer), ".2f")
        saved = 1 - pairs["seconds_auto"].sum() / pairs["seconds_fixed"].sum() if len(pairs) else None
        add(title, "share of the time saved", exact(saved), "+.2f")
    return rows


def _share(values: pd.Series) -> Measured:
    mean = mean_of(values.to_numpy(dtype=float))
    return Measured(mean.value, max(mean.low, 0.0), min(mean.high, 1.0), mean.n) if mean.n > 1 else mean


def _pairs(frame: pd.DataFrame, part: str) -> pd.DataFrame:
    """Put steps, distance and seconds of both trainings side by side, on the folds that both have."""
    chosen = frame[(frame["part"] == part) & (frame["classifier"] == DENSE.name)].set_index(["experiment", "fold"])
    columns = ["steps", "distance", "seconds"]
    fixed, auto = (chosen.loc[chosen["contender"] == who.name, columns] for who in (DOCUMENT, STOPPED))
    return fixed.add_suffix("_fixed").join(auto.add_suffix("_auto"), how="inner")


def figures(scores: Scores, notes: Mapping[str, Any]) -> dict[str, str]:
    """Draw a figure per factor, of images and of tables, and those of shares, rivals and stopping."""
    numbers = DifficultyNumbers(scores, notes)
    drawn = {f"difficulty-{_file(factor)}.svg": by_factor(numbers, (AS_PAPER, SOUND), factor) for factor in FACTORS}
    for factor in TABLE_FACTORS:
        drawn[f"difficulty-tables-{_file(factor)}.svg"] = by_factor(numbers, (CUT,), factor)
    drawn["difficulty-shares.svg"] = share_bars(numbers)
    drawn["difficulty-rivals.svg"] = rival_panels(numbers)
    drawn["difficulty-stop.svg"] = stop_panels(numbers)
    return drawn


def _file(factor: str) -> str:
    return {"n_majority": "majority"}.get(factor, factor)


def by_factor(numbers: DifficultyNumbers, parts: Sequence[str], factor: str) -> str:
    """Draw the gain in F1 by CGAN against a factor: a row for the minority and one for the majority."""
    wide = factor == "source"
    panels: list[list[Panel]] = [[], []]
    for part in parts:
        tables = [numbers.gains(part, DOCUMENT.name, judge.name) for judge in JUDGES]
        names = sorted({level for table in tables for level in table[factor].dropna().unique()})
        words = [TITLES.get(name, str(name)) if wide else f"{name:g}" for name in names]
        for row, quantity in zip(panels, ("minority", "majority"), strict=True):
            marks = [Mark("axhline", (0,), _ZERO)]
            for index, (judge, table, move) in enumerate(zip(JUDGES, tables, shifts(len(tables), 0.21), strict=True)):
                means = levels(table, factor, quantity)
                if means:
                    at = np.array([names.index(level) for level in means]) + move
                    line = "none" if wide else CYCLE[index][1]
                    marks.append(
                        interval_mark(at, list(means.values()), index, linestyle=line, label=SHORT[judge.name])
                    )
            axes = {} if row else {"ylabel": f"gain in {quantity} F1"}
            last = row is panels[1]
            axes |= {"xlabel": "" if wide else {**FACTORS, **TABLE_FACTORS}[factor]} if last else {}
            row.append(Panel(marks, "" if last else part, axes=axes, ticks=(words, 35 if wide else 0)))
    width, height = 3.6 * len(parts) + (3.4 if wide else 0.4), 5.6 if wide else 4.6
    legend = {"ncols": 2 if len(parts) == 1 and not wide else 4}
    return draw(panels, width, height, legend=legend, sharex=True, sharey="row")


def share_bars(numbers: DifficultyNumbers) -> str:
    """Draw how much of the variance of the gain in minority F1 each factor explains, by protocol and classifier."""
    bars: dict[str, dict[str, float]] = {}
    for part in (AS_PAPER, SOUND):
        for judge in JUDGES:
            explained = shares(numbers.gains(part, DOCUMENT.name, judge.name), list(FACTORS))
            if explained:
                bars[f"{SHORT[judge.name]}, {part}"] = explained
    marks, left = [], np.zeros(len(bars))
    for name, (label, colour) in _SHARES.items():
        # Rounding may leave a share just below nothing.
        width = np.array([max(explained[name], 0.0) for explained in bars.values()])
        look = {"left": left, "color": PALETTE[colour], "label": label, "height": 0.7}
        marks.append(Mark("barh", (list(bars), width), look))
        left = left + width
    label = "share of the variance of the gain in minority F1 between experiments"
    axes = {"xlim": (0, 1), "ylim": (len(bars) - 0.5, -0.5), "xlabel": label} if bars else {}
    return draw([[Panel(marks, axes=axes)]], 7.2, 0.34 * max(len(bars), 1) + 1.2, legend={} if bars else None)


def rival_panels(numbers: DifficultyNumbers) -> str:
    """Draw the gain in F1 of every contender over the tuned threshold, under the sound protocol."""
    rivals = [name for name in RIVALS if name != TUNED]
    row: list[Panel] = []
    for part, title in ((SOUND, "images"), (CUT, "tables")):
        marks = [Mark("axvline", (0,), _ZERO)]
        for index, (judge, move) in enumerate(zip(JUDGES, shifts(len(JUDGES), 0.27), strict=True)):
            means = [over_experiments(numbers.gains(part, name, judge.name, TUNED)["minority"]) for name in rivals]
            at = np.arange(len(rivals)) + move
            marks.append(interval_mark(at, means, index, sideways=True, label=SHORT[judge.name]))
        axes: dict[str, Any] = {"xlabel": "minority F1, above the tuned threshold"}
        if not row:
            axes |= {"yticks": range(len(rivals)), "yticklabels": [RIVALS[name] for name in rivals]}
            axes |= {"ylim": (len(rivals) - 0.5, -0.5)}
        row.append(Panel(marks, title, axes=axes))
    return draw([row], 8.4, 3.6, legend={}, sharey=True)


def stop_panels(numbers: DifficultyNumbers) -> str:
    """Draw fixed training against training that stops by itself, a point per experiment."""
    row: list[Panel] = []
    for judge in (JUDGES[0], JUDGES[-1]):
        marks = [Mark("plot", ([0, 1], [0, 1]), _ZERO)]
        for index, (part, label) in enumerate(((SOUND, "images"), (CUT, "tables"))):
            fixed = numbers.by_experiment(part, DOCUMENT.name, judge.name, STOPPED.name)["minority"]
            ended = numbers.by_experiment(part, STOPPED.name, judge.name, DOCUMENT.name)["minority"]
            look = {"markersize": 4, "color": PALETTE[CYCLE[index + 1][0]], "label": label, "alpha": 0.8}
            marks.append(Mark("plot", (fixed, ended.reindex(fixed.index), MARKERS[index]), look))
        axes = {"xlabel": "minority F1, fixed steps"} | ({} if row else {"ylabel": "minority F1, stop='auto'"})
        row.append(Panel(marks, SHORT[judge.name], axes=axes))
    return draw([row], 6.4, 3.4, legend={"ncols": 2}, sharex=True, sharey=True)
