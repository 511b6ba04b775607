"""Document 004: its means, published and ours, what every factor does, rivals, and when to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from oversmith.studies.difficulty import (
    AUTO,
    BASELINE,
    DENSE,
    DOCUMENT,
    FLOW,
    JUDGES,
    RIVALS,
    SETS,
    STEPS,
    STOPPED,
    TUNED,
    in_setting,
)
from oversmith.studies.difficulty_data import FOURS, GRID, TITLES
from oversmith.studies.difficulty_figures import short
from oversmith.studies.difficulty_numbers import (
    CUT,
    DOCUMENTED,
    FACTORS,
    SOUND,
    TABLE_FACTORS,
    by_experiment,
    folds_of,
    gains,
    levels,
    over_experiments,
    over_folds,
    shares,
    whole_folds,
)
from oversmith.studies.rows import (
    CANNOT,
    NOTHING,
    PENDING,
    Measured,
    Row,
    against,
    markdown_table,
    mean_of,
    prose,
    safe,
    stated_row,
)
from oversmith.studies.scores import Scores
from oversmith.studies.study import Section

# The document's means over 144 experiments: before and after.
PUBLISHED = {"majority": (0.940310, 0.912214), "minority": (0.434325, 0.701059)}
# Its text, and the rest by its published code.
SETTINGS = (
    ("training steps, in the text", "max_steps", 1500),
    ("length of the noise", "latent_dim", 50),
    ("generator, first layer", "generator_widths.0", 256),
    ("generator, second layer", "generator_widths.1", 512),
    ("generator, third layer", "generator_widths.2", 1024),
    ("discriminator, each of three layers", "critic_widths.2", 512),
    ("discriminator, dropout", "dropout", 0.4),
    ("Adam, learning rate", "learning_rate", 2e-4),
    ("batch size", "batch_size", 32),
)
_NO_NUMBER = "the document gives no number"
_NAMES = {judge.name: short(judge.name) for judge in JUDGES}


def sections(scores: Scores, notes: Mapping[str, Any]) -> list[Section]:
    """Write the study."""
    return [
        data_section(scores, notes),
        means_section(scores),
        factors_section(scores),
        shares_section(scores),
        tables_section(scores),
        rivals_section(scores),
        stop_section(scores),
    ]


def unlike(table: str, row: str, quantity: str, ours: Measured, **more: Any) -> Row:
    """Make a row that the document has no number for, pending where nothing was run."""
    return Row(table, row, quantity, None, ours, CANNOT if ours.n else PENDING, **{"note": _NO_NUMBER, **more})


def data_section(scores: Scores, notes: Mapping[str, Any]) -> Section:
    """Say what was run on what, and which folds hold no minority."""
    told = ["| data | rows found | columns | experiments |", "| --- | ---: | ---: | ---: |"]
    for entry in SETS:
        fact = notes["data"].get(entry.name, {})
        if "missing" in fact or not fact:
            told.append(f"| {entry.title} | – | – | {safe(str(fact.get('missing', 'not at hand')))} |")
            continue
        columns = "784, 196, 64, 16" if entry.name == FOURS else f"{fact['columns']}"
        count = f"{len(GRID)}, under either protocol" if entry.name == FOURS else f"{fact['experiments']}"
        told.append(f"| {entry.title} | {fact['found']:,} | {columns} | {count} |")
    frame = folds_of(scores)
    first = frame[
        (frame["part"] == DOCUMENTED) & (frame["contender"] == BASELINE) & (frame["classifier"] == DENSE.name)
    ]
    bad = first[first["n_rare"] == 0]
    whole = whole_folds(scores, DOCUMENT.name, DENSE.name)
    settings = in_setting(None).get_params(deep=False)
    rows = [
        stated_row("code", title, "setting", value, _setting(settings, name), form="g")
        for title, name, value in SETTINGS
    ]
    lines = [
        *told,
        "",
        prose(
            """Images: the fours of MNIST in [-1, 1]; the minority are fours rotated by Pillow, then resized by areas.
            **As in the document**: plain and rotated fours shuffled by seed 0, the first ones of each class, so that
            one digit may stand in both classes and on both sides of a split; five folds neither stratified nor
            grouped; F1 is the mean over folds. **Soundly**: no digit is used twice, folds are stratified, and F1 is
            pooled over the folds that were run. Tables: the first rows of either class of each file, stratified folds,
            pooled F1; of UNSW-NB15 and NSL-KDD all attacks against normal traffic, repeated rows left out. Labels are
            read at 0.5 unless a threshold is said to be tuned."""
        ),
        "",
        prose(
            f"""Folds without any minority case under the document's protocol: {len(bad)} of {len(first)} in
            {bad["experiment"].nunique()} experiments. They count as minority F1 0, whatever is predicted; the
            published code counts 0 where some are predicted and stops where none are. A fit that failed counts as
            naming every case majority."""
        ),
        "",
        prose(
            f"""Folds of five in which CGAN was run on all experiments: {whole[DOCUMENTED]} as in the document,
            {whole[SOUND]} soundly on images, {whole[CUT]} on tables. A mean over experiments is over the folds each
            of them has."""
        ),
        "",
        *_seconds(frame),
        "",
        "Settings of `CGAN.paper()`:",
        "",
        *markdown_table(rows),
    ]
    return Section("Data, protocols and settings", tuple(lines), tuple(rows))


def _setting(settings: Mapping[str, Any], name: str) -> float:
    name, _, place = name.partition(".")
    return float(settings[name][int(place)] if place else settings[name])


def _seconds(frame: pd.DataFrame) -> list[str]:
    """Table of what one CGAN takes."""
    chosen = frame[(frame["contender"] == DOCUMENT.name) & (frame["classifier"] == DENSE.name) & (frame["part"] != CUT)]
    told = [
        "Seconds of one CGAN, its rows included, on one core (median):",
        "",
        "| features | seconds | trainings |",
        "| ---: | ---: | ---: |",
    ]
    for features, part in chosen.dropna(subset=["seconds"]).groupby("features"):
        told.append(f"| {features:.0f} | {part['seconds'].median():.1f} | {len(part)} |")
    return told


def means_section(scores: Scores) -> Section:
    """Hold the four published means, and what changes between them, against ours."""
    rows = []
    found = len(by_experiment(scores, DOCUMENTED, DOCUMENT.name, DENSE.name, BASELINE))
    note = "" if found == len(GRID) else f"ours of {found} experiments"
    stages = ((BASELINE, "before"), (DOCUMENT.name, "after CGAN"))
    for quantity, told in PUBLISHED.items():
        for (contender, stage), value in zip(stages, told, strict=True):
            ours = over_folds(scores, contender, DENSE.name, quantity)
            others = _others(scores, quantity, contender)
            rows.append(against("text", f"{len(GRID)} experiments, {stage}", f"{quantity} F1", value, ours,
                                others=others, tolerance=0.0005, note=note))  # fmt: skip
        ours = over_folds(scores, DOCUMENT.name, DENSE.name, quantity, BASELINE)
        others = _others(scores, quantity, DOCUMENT.name, BASELINE)
        rows.append(against("text", f"{len(GRID)} experiments, the change", f"{quantity} F1", told[1] - told[0], ours,
                            others=others, tolerance=0.0005, form="+.3f", note=note))  # fmt: skip
    lines = [
        prose(
            """Means over the experiments by the document's own classifier, ten ReLU units and a sigmoid. Its text
            rounds the change of the minority to 26 %, and that of the majority to 3 %. *n* counts folds, each the mean
            over all experiments; the other columns have the same under the sound protocol (interval over experiments),
            and by stronger classifiers under the document's."""
        ),
        "",
        *markdown_table(rows),
    ]
    return Section("F1 before and after", tuple(lines), tuple(rows))


def _others(
    scores: Scores, quantity: str, contender: str, control: str | None = None
) -> tuple[tuple[str, Measured], ...]:
    """Measure the same soundly, and by the other classifiers."""
    if control is None:
        table = by_experiment(scores, SOUND, contender, DENSE.name)
    else:
        table = gains(scores, SOUND, contender, DENSE.name, control)
    found = [("soundly", over_experiments(table[quantity]))]
    found += [(_NAMES[j.name], over_folds(scores, contender, j.name, quantity, control)) for j in JUDGES[1:]]
    return tuple(found)


def factors_section(scores: Scores) -> Section:
    """Say what CGAN gains at each level of each factor of images."""
    rows = _level_rows(scores, DOCUMENTED, FACTORS, SOUND)
    lines = [
        prose(
            """F1 gained by CGAN over the plain classifier, the document's own, at each level of each factor, mean over
            all experiments at that level. Intervals are over experiments, which share digits: read them as a rough
            measure."""
        ),
        "",
        *markdown_table(rows),
        "",
    ]
    for factor, title in FACTORS.items():
        file = {"n_majority": "majority"}.get(factor, factor)
        lines += [f"![Gain in F1 against {title}](figures/difficulty-{file}.svg)", ""]
    lines.append("Gain in F1 against each factor, by four classifiers; bars are 95 % intervals over experiments.")
    return Section("Gain by factor", tuple(lines), tuple(rows))


def _level_rows(scores: Scores, part: str, factors: Mapping[str, str], beside: str | None = None) -> list[Row]:
    rows = []
    table = gains(scores, part, DOCUMENT.name, DENSE.name)
    other = None if beside is None else gains(scores, beside, DOCUMENT.name, DENSE.name)
    for factor, title in factors.items():
        for quantity in ("minority", "majority"):
            found = levels(table, factor, quantity)
            second = {} if other is None else levels(other, factor, quantity)
            for level in sorted({*found, *second}, reverse=factor != "source"):
                name = TITLES[level] if factor == "source" else f"{title} {level:g}"
                others = () if beside is None else ((beside, second.get(level, NOTHING)),)
                rows.append(unlike("ours" if part == CUT else "figure", name, f"{quantity} F1 gained",
                                   found.get(level, NOTHING), others=others, form="+.3f"))  # fmt: skip
    return rows


def shares_section(scores: Scores) -> Section:
    """Say how much of the differences between experiments each factor explains."""
    rows: list[Row] = []
    told = [
        f"| gain in minority F1 by CGAN | {' | '.join(FACTORS.values())} | pairs | rest | most |",
        f"| --- | {' | '.join(['---:'] * (len(FACTORS) + 2))} | --- |",
    ]
    for part in (DOCUMENTED, SOUND):
        for judge in JUDGES:
            found = shares(gains(scores, part, DOCUMENT.name, judge.name), list(FACTORS))
            name = f"{_NAMES[judge.name]}, {part}"
            rows += [
                unlike("ours", name, f"share of {title}", _number(found.get(factor)), form=".2f")
                for factor, title in FACTORS.items()
            ]
            if found:
                most = max(FACTORS, key=lambda factor: found[factor])
                numbers = " | ".join(f"{100 * value:.0f} %" for value in found.values())
                told.append(f"| {name} | {numbers} | {FACTORS[most]} |")
    lines = [
        prose(
            """Share of the variance of the gain between experiments: a regression on the levels of the four factors,
            each with what it adds to the others (mean over all orders, so that shares add up), *pairs* with what two
            factors explain together beyond that (nothing in a quick run, which has too few experiments for it), *rest*
            with everything else, chance included."""
        ),
        "",
        *told,
        "",
        "![Shares of the variance](figures/difficulty-shares.svg)",
    ]
    return Section("Which factor decides", tuple(lines), tuple(rows))


def _number(value: float | None) -> Measured:
    return NOTHING if value is None else Measured(float(value), np.nan, np.nan, 1)


def tables_section(scores: Scores) -> Section:
    """Say the same of the cybersecurity tables."""
    rows = []
    for quantity in ("majority", "minority"):
        for contender, stage in ((BASELINE, "before"), (DOCUMENT.name, "after CGAN")):
            found = [over_experiments(by_experiment(scores, CUT, contender, judge.name)[quantity]) for judge in JUDGES]
            others = tuple(zip(list(_NAMES.values())[1:], found[1:], strict=True))
            rows.append(unlike("ours", f"all tables, {stage}", f"{quantity} F1", found[0], others=others))
    rows += _level_rows(scores, CUT, TABLE_FACTORS)
    told = [
        f"| gain in minority F1 by CGAN | {' | '.join(TABLE_FACTORS.values())} | pairs | rest |",
        f"| --- | {' | '.join(['---:'] * (len(TABLE_FACTORS) + 2))} |",
    ]
    for judge in JUDGES:
        shared = shares(gains(scores, CUT, DOCUMENT.name, judge.name), list(TABLE_FACTORS))
        if shared:
            told.append(f"| {_NAMES[judge.name]} | {' | '.join(f'{100 * value:.0f} %' for value in shared.values())} |")
    lines = [
        prose(
            """The document says that it experimented on cybersecurity tables, and gives no number. Seven tables as its
            authors prepared them, and UNSW-NB15 and NSL-KDD, at four sample sizes and three ratios each."""
        ),
        "",
        *markdown_table(rows),
        "",
        *told,
        "",
        "![Gain in F1 against the ratio, tables](figures/difficulty-tables-ratio.svg)",
        "",
        "![Gain in F1 against the sample size, tables](figures/difficulty-tables-majority.svg)",
        "",
        "![Gain in F1 by table](figures/difficulty-tables-source.svg)",
    ]
    return Section("Cybersecurity tables", tuple(lines), tuple(rows))


def rivals_section(scores: Scores) -> Section:
    """Set CGAN beside what else can be done, under the sound protocol."""
    rows = []
    for part, title in ((SOUND, "images"), (CUT, "tables")):
        for name, words in RIVALS.items():
            for quantity in ("minority", "majority"):
                found = [
                    over_experiments(by_experiment(scores, part, name, judge.name, TUNED)[quantity]) for judge in JUDGES
                ]
                others = tuple(zip(list(_NAMES.values())[1:], found[1:], strict=True))
                rows.append(unlike("ours", f"{title}: {words}", f"{quantity} F1", found[0], others=others))
    told = [
        f"| minority F1 above the tuned threshold | {' | '.join(_NAMES.values())} | experiments |",
        f"| --- | {' | '.join(['---'] * len(_NAMES))} | ---: |",
    ]
    for part, title in ((SOUND, "images"), (CUT, "tables")):
        for name, words in RIVALS.items():
            tables = [gains(scores, part, name, judge.name, TUNED)["minority"] for judge in JUDGES]
            if name != TUNED and any(map(len, tables)):
                cells = [_won(table) for table in tables]
                told.append(f"| {title}: {words} | {' | '.join(cells)} | {max(map(len, tables))} |")
    lines = [
        prose(
            f"""Everyone on the same folds, images without shared digits. {RIVALS[FLOW]} is run on every fourth image
            experiment, chosen so that all levels are in, and on one of the twelve cuts of each table, on one fold;
            {RIVALS[AUTO]}, which trains dozens of samplers, on the 64-pixel ones of those images alone: it is compared
            with the others on its own experiments, not across rows."""
        ),
        "",
        *markdown_table(rows),
        "",
        "Mean difference, and experiments won and lost:",
        "",
        *told,
        "",
        "![Rivals under the sound protocol](figures/difficulty-rivals.svg)",
    ]
    return Section("Rivals, soundly", tuple(lines), tuple(rows))


def _won(values: pd.Series) -> str:
    if not len(values):
        return "–"
    return f"{values.mean():+.3f}, {int((values > 0).sum())}:{int((values < 0).sum())}"


def stop_section(scores: Scores) -> Section:
    """Set the fixed training against one that stops by itself."""
    rows: list[Row] = []
    for part, title in ((SOUND, "images"), (CUT, "tables")):
        for judge in JUDGES:
            change = gains(scores, part, STOPPED.name, judge.name, DOCUMENT.name)["minority"]
            worse = _share(change > 0) if len(change) else NOTHING
            rows.append(unlike("text", f"{title}: {_NAMES[judge.name]}", "minority F1, stop='auto' above fixed",
                               over_experiments(change), form="+.3f"))  # fmt: skip
            rows.append(unlike("text", f"{title}: {_NAMES[judge.name]}", "share of experiments where fixed was worse",
                               worse, form=".2f"))  # fmt: skip
        pairs = _pairs(scores, part)
        for quantity, form in (("distance", "+.4f"), ("steps", "+,.0f"), ("seconds", "+.1f")):
            found = pairs[f"{quantity}_auto"] - pairs[f"{quantity}_fixed"]
            rows.append(unlike("text", title, f"{_SAID[quantity]}, stop='auto' less fixed", over_experiments(found),
                               form=form))  # fmt: skip
        closer = (pairs["distance_fixed"] > pairs["distance_auto"])[pairs["distance_fixed"].notna()]
        rows.append(unlike("text", title, "share of experiments where fixed was farther from unseen rows",
                           _share(closer) if len(closer) else NOTHING, form=".2f"))  # fmt: skip
        saved = 1 - pairs["seconds_auto"].sum() / pairs["seconds_fixed"].sum() if len(pairs) else None
        rows.append(unlike("text", title, "share of the time saved", _number(saved), form="+.2f"))
    lines = [
        prose(
            f"""The document trains for {STEPS:,} steps because nobody can look at the rows of a table. `stop="auto"`
            scores a checkpoint every 100 steps, keeps the best and ends after ten without a gain. Both are run on one
            fold of every fourth image experiment and of one of the twelve cuts of each table whose rows are numbers
            alone. *Distance* is the maximum mean discrepancy of generated rows from minority rows of the test part,
            which neither training nor stopping has seen."""
        ),
        "",
        *markdown_table(rows),
        "",
        "![Fixed training against stop='auto'](figures/difficulty-stop.svg)",
    ]
    return Section("When to stop", tuple(lines), tuple(rows))


_SAID = {"distance": "distance to unseen minority rows", "steps": "steps", "seconds": "seconds"}


def _share(values: pd.Series) -> Measured:
    found = mean_of(values.to_numpy(dtype=float))
    return Measured(found.value, max(found.low, 0.0), min(found.high, 1.0), found.n) if found.n > 1 else found


def _pairs(scores: Scores, part: str) -> pd.DataFrame:
    """Put steps, distance and seconds of both trainings side by side, on the folds that both have."""
    frame = folds_of(scores)
    chosen = frame[(frame["part"] == part) & (frame["classifier"] == DENSE.name)].set_index(["experiment", "fold"])
    columns = ["steps", "distance", "seconds"]
    sides = [chosen.loc[chosen["contender"] == who.name, columns] for who in (DOCUMENT, STOPPED)]
    return sides[0].add_suffix("_fixed").join(sides[1].add_suffix("_auto"), how="inner")
