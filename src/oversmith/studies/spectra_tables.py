"""Document 003: its tables, published and ours, the same on real spectra, and the ablation it lacks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from oversmith.evaluation.statistics import PairedEffect, corrected_resampled_t, holm, paired_t
from oversmith.studies.inner_choice import OWN
from oversmith.studies.rows import (
    CANNOT,
    NOTHING,
    PENDING,
    Measured,
    Row,
    markdown_table,
    mean_of,
    prose,
    safe,
    stated_row,
)
from oversmith.studies.scores import Scores
from oversmith.studies.spectra import (
    ABLATION,
    BASELINE,
    BASIC,
    CASES,
    CHOICES,
    JUDGE,
    PROPOSED,
    RIVALS,
    SETS,
    protocol_names,
)
from oversmith.studies.study import Section

SIMULATED = "simulated, not comparable"
METRICS = {"precision_macro": "precision", "recall_macro": "recall", "f1_macro": "F-score"}
TITLES = {entry.name: entry.title for entry in SETS}
# Rows of the tables: title → contender and classifier.
ROWS = {"Baseline": (BASELINE, JUDGE)} | {way.title: (way.key, JUDGE) for way in (*RIVALS, PROPOSED)}
OWN_ROW = "Proposed, its own classifier"
FURTHER = {OWN_ROW: (PROPOSED.key, OWN.name)} | {way.title: (way.key, JUDGE) for way in BASIC}
ALL_ROWS = ROWS | FURTHER
BENCHMARKS = tuple(title for title in ROWS if title != PROPOSED.title)
STAND_INS = tuple(name for name, case in CASES.items() if case.simulated)
REAL = tuple(name for name, case in CASES.items() if not case.simulated)


@cache
def published() -> dict[str, Any]:
    """Load the document's numbers."""
    return dict(json.loads(resources.files("oversmith.studies").joinpath("spectra.json").read_text(encoding="utf-8")))


# Per raw scores and metric: (data set, protocol, contender, classifier) → scores by repetition, and test to training
# rows. The tables ask for the same rows thousands of times.
_KEPT: WeakKeyDictionary[Scores, dict[str, dict[tuple[str, ...], tuple[pd.Series, float]]]] = WeakKeyDictionary()
_NOTHING = (pd.Series(dtype=float), 0.0)


def _found(
    scores: Scores, notes: Mapping[str, Any], dataset: str, minority: int, title: str, metric: str
) -> tuple[pd.Series, float]:
    kept = _KEPT.setdefault(scores, {})
    if metric not in kept:
        part = scores.part(metric).dropna(subset=["value"])
        kept[metric] = {
            tuple(map(str, place)): (
                rows.set_index("repeat")["value"].sort_index(),
                float((rows["n_test"] / rows["n_train"]).mean()),
            )
            for place, rows in part.groupby(["dataset", "protocol", "contender", "classifier"], observed=True)
        }
    return kept[metric].get((dataset, protocol_names(notes, dataset)[minority], *ALL_ROWS[title]), _NOTHING)


def values(
    scores: Scores, notes: Mapping[str, Any], dataset: str, minority: int, title: str, metric: str = "f1_macro"
) -> pd.Series:
    """Scores of a row of the tables by repetition."""
    return _found(scores, notes, dataset, minority, title, metric)[0]


def measured(
    scores: Scores, notes: Mapping[str, Any], dataset: str, minority: int, title: str, metric: str = "f1_macro"
) -> Measured:
    """Mean of a row of the tables over repetitions."""
    found, share = _found(scores, notes, dataset, minority, title, metric)
    return mean_of(found.to_numpy(), share)


def unlike(table: str, row: str, quantity: str, told: float | None, ours: Measured, **more: Any) -> Row:
    """Make a row that no published number can be held against, pending where there is nothing."""
    return Row(table, row, quantity, told, ours, CANNOT if ours.n else PENDING, **more)


def scores_section(scores: Scores, notes: Mapping[str, Any]) -> Section:
    """Tables 8 to 13."""
    told = [
        prose(
            f"""Macro precision, recall and F-score (the mean over both classes of each) of the network of Table 7. The
            hydrogels of the document are given by its authors alone: ours are simulated, with its counts, and no number
            can be held against its own. Rows below *Proposed* are not in the document: *{OWN_ROW}* is the network
            trained together with generator and discriminator, which is the document's product."""
        )
    ]
    rows: list[Row] = []
    for dataset in STAND_INS:
        tables = published()["scores"][dataset]
        for minority in reversed(CASES[dataset].minority):
            entry = tables[str(minority)]
            found = _score_rows(scores, notes, dataset, minority, entry)
            told += ["", f"Table {entry['table']}: {TITLES[dataset]}, {CASES[dataset].majority}:{minority}", ""]
            told += markdown_table(found)
            rows += found
    told += [
        "",
        *(f"![Scores, Figure {n}](figures/spectra-scores-{stem}.svg)" for n, stem in ((3, "f127"), (7, "acd"))),
    ]
    return Section("Tables 8 to 13: simulated hydrogels", tuple(told), tuple(rows))


def _score_rows(
    scores: Scores, notes: Mapping[str, Any], dataset: str, minority: int, entry: Mapping[str, Any]
) -> list[Row]:
    known = {title: numbers for title, *numbers in entry["rows"]}
    rows = []
    for title in ALL_ROWS:
        for place, (metric, quantity) in enumerate(METRICS.items()):
            told, spread = known[title][place] if title in known else (None, None)
            own = values(scores, notes, dataset, minority, title, metric)
            spreads = [] if spread is None else [f"SD there {spread:.2f}"]
            spreads += [f"SD here {own.std():.2f}"] if len(own) > 1 else []
            note = "; ".join([SIMULATED, *spreads])
            ours = measured(scores, notes, dataset, minority, title, metric)
            rows.append(unlike(entry["table"], title, quantity, told, ours, note=note))
    return rows


def real_section(scores: Scores, notes: Mapping[str, Any]) -> Section:
    """Tables 8 to 13 on spectra that were measured."""
    told = [
        prose(
            """The same on four measured sets that the document does not have, their counts scaled to what they hold.
            Every class and replicate as it is; everyone gets the steps of the document's own sets."""
        )
    ]
    rows: list[Row] = []
    for dataset in REAL:
        for minority in reversed(CASES[dataset].minority):
            head = f"{TITLES[dataset]}, {CASES[dataset].majority}:{minority}"
            found = []
            for title in ALL_ROWS:
                precision, recall, f1 = (measured(scores, notes, dataset, minority, title, name) for name in METRICS)
                others = ("precision", precision), ("recall", recall)
                found.append(unlike("ours", f"{head}: {title}", "F-score", None, f1, others=others))
            told += ["", f"{head}:", "", *markdown_table(found)]
            rows += found
    told += ["", "![Scores on measured spectra](figures/spectra-scores-real.svg)"]
    return Section("The same on measured spectra", tuple(told), tuple(rows))


# ---------------------------------------------------------------------- tests


def one_sided(effect: PairedEffect) -> float:
    """One-sided p of a two-sided test: that the difference is above zero.

    Examples
    --------
    >>> from oversmith.evaluation.statistics import paired_t
    >>> from oversmith.studies.spectra_tables import one_sided
    >>> up, down = one_sided(paired_t([0.1, 0.2, 0.3])), one_sided(paired_t([-0.1, -0.2, -0.3]))
    >>> round(up, 3), round(up + down, 6)
    (0.037, 1.0)
    """
    return effect.p / 2 if effect.difference > 0 else 1 - effect.p / 2


def above(
    scores: Scores, notes: Mapping[str, Any], dataset: str, minority: int, rival: str, metric: str
) -> tuple[Measured, Measured]:
    """One-sided p that the proposed method is above a rival: plain, as in the document, and corrected.

    The plain test takes the repetitions for independent; their training and test parts overlap, which the second one
    (Nadeau and Bengio's) allows for.
    """
    mine, other = (values(scores, notes, dataset, minority, title, metric) for title in (PROPOSED.title, rival))
    gains = (mine - other).dropna().to_numpy()
    if len(gains) < 2:
        return NOTHING, NOTHING
    _, share = _found(scores, notes, dataset, minority, PROPOSED.title, metric)
    effects = paired_t(gains), corrected_resampled_t(gains, share)
    plain, corrected = (Measured(one_sided(effect), np.nan, np.nan, len(gains)) for effect in effects)
    return plain, corrected


def best_rival(scores: Scores, notes: Mapping[str, Any], dataset: str, minority: int) -> str | None:
    """Name the rival with the best F-score, as the document chooses whom to test; None where none was run."""
    found = {title: measured(scores, notes, dataset, minority, title) for title in BENCHMARKS if title != "Baseline"}
    known = {title: ours.value for title, ours in found.items() if ours.n}
    return max(known, key=lambda title: known[title]) if known else None


def significance_section(scores: Scores, notes: Mapping[str, Any]) -> Section:
    """Table 2, and the same tests on every set."""
    two, rows = [], []
    for rival, minority, told in published()["tests"]:
        for (metric, quantity), p in zip(METRICS.items(), told, strict=True):
            plain, corrected = above(scores, notes, STAND_INS[0], minority, rival, metric)
            two.append(
                unlike("2", f"150:{minority}, above {rival}", f"p, {quantity}", p, plain,
                       others=(("corrected", corrected),), note=SIMULATED)
            )  # fmt: skip
    rivals = [title for title in BENCHMARKS if title != "Baseline"]
    for dataset, case in CASES.items():
        for minority in case.minority:
            best = best_rival(scores, notes, dataset, minority)
            plain, corrected, adjusted = NOTHING, NOTHING, NOTHING
            if best is not None:
                plain, corrected = above(scores, notes, dataset, minority, best, "f1_macro")
                adjusted = _adjusted(scores, notes, dataset, minority, rivals, best)
            rows.append(
                unlike(
                    "2" if case.simulated else "ours",
                    f"{TITLES[dataset]}, {case.majority}:{minority}, above {best or 'the best rival'}",
                    "p, F-score",
                    None,
                    plain,
                    others=(("corrected", corrected), ("corrected, of all rivals by Holm", adjusted)),
                    note=SIMULATED if case.simulated else "",
                )
            )
    told_lines = [
        prose(
            """One-sided paired t-tests over the repetitions, that the proposed method is above a rival. The document
            takes repetitions for independent, though they share training and test rows; *corrected* allows for that.
            It also chooses the best rival on the scores it then tests: the last column holds for all seven at once."""
        ),
        "",
        "Table 2, against the rivals the document names:",
        "",
        *markdown_table(two),
        "",
        "Against our best rival, on every set:",
        "",
        *markdown_table(rows),
    ]
    return Section("Table 2: is it above the best rival?", tuple(told_lines), (*two, *rows))


def _adjusted(
    scores: Scores, notes: Mapping[str, Any], dataset: str, minority: int, rivals: Sequence[str], best: str
) -> Measured:
    found = {rival: above(scores, notes, dataset, minority, rival, "f1_macro")[1] for rival in rivals}
    known = {rival: ours for rival, ours in found.items() if ours.n}
    if best not in known:
        return NOTHING
    corrected = holm([ours.value for ours in known.values()])
    return Measured(float(corrected[list(known).index(best)]), np.nan, np.nan, known[best].n)


# ---------------------------------------------------------------------- times, ablation, data


def minutes(scores: Scores, notes: Mapping[str, Any], dataset: str, title: str) -> Measured:
    """Minutes of a method's training and drawing, mean over counts and repetitions."""
    contender, judge = ROWS[title]
    names = list(protocol_names(notes, dataset).values())
    part = scores.part("seconds_resample", dataset=dataset, protocol=names, contender=contender, classifier=judge)
    return mean_of(part.groupby("repeat")["value"].mean().to_numpy() / 60)


def times_section(scores: Scores, notes: Mapping[str, Any]) -> Section:
    """Tables 3 and 5."""
    rows = []
    for dataset in STAND_INS:
        entry = published()["minutes"][dataset]
        for title, told in entry["rows"]:
            ours = minutes(scores, notes, dataset, title)
            real = tuple((TITLES[name], minutes(scores, notes, name, title)) for name in REAL)
            note = f"{SIMULATED}; there a GPU"
            rows.append(
                unlike(entry["table"], f"{TITLES[dataset]}: {title}", "minutes", told, ours, others=real, note=note,
                       form=".3f")
            )  # fmt: skip
    lines = [
        prose(
            """Minutes that a method takes to learn and to make its rows, on one thread, compilation apart; choices on
            an inner split are not counted. Beside them the same on measured spectra."""
        ),
        "",
        *markdown_table(rows),
    ]
    return Section("Tables 3 and 5: time", tuple(lines), tuple(rows))


def ablation_section(scores: Scores, notes: Mapping[str, Any]) -> Section:
    """Each part of the three players left out."""
    names = [protocol_names(notes, dataset)[case.middle] for dataset, case in CASES.items()]
    rows = []
    for way in ABLATION:
        found = []
        for judge in (OWN.name, JUDGE):
            sides = {"contender": way.key}, {"contender": PROPOSED.key}
            found.append(scores.difference("f1_macro", *sides, protocol=names, classifier=judge))
        part = scores.part("f1_macro", contender=way.key, protocol=names)
        sets = ", ".join(TITLES[name] for name in CASES if (part["dataset"] == name).any())
        others = (("network of Table 7", found[1]),)
        rows.append(
            unlike("ours", way.title, "change of F-score, its own classifier", None, found[0], others=others,
                   note=sets, form="+.3f")
        )  # fmt: skip
    lines = [
        prose(
            """The document shows the method whole. Here each part is left out in turn, at the middle count of a set:
            the change of the macro F-score against the whole, on the same draws: of the classifier trained with the
            players, and of the network of Table 7 on the rows they made. Below zero, the part helped."""
        ),
        "",
        *markdown_table(rows),
    ]
    return Section("What each part is for", tuple(lines), tuple(rows))


def data_section(scores: Scores, notes: Mapping[str, Any]) -> Section:
    """Tables 1 and 4, what the data are, and the settings."""
    told = [
        "| set | points | classes | trains | groups | what it is |",
        "| --- | ---: | --- | --- | ---: | --- |",
    ]
    for dataset, case in CASES.items():
        fact, kept = notes["data"].get(dataset, {}), notes["extras"]["facts"].get(dataset)
        trains = ", ".join(f"{case.majority}:{minority}" for minority in case.minority)
        if kept is None:
            told.append(f"| {TITLES[dataset]} | – | – | {trains} | – | {safe(str(fact.get('missing', '')))} |")
            continue
        length, found = kept["points"][-1], kept["found"][-1]
        points = f"{length}" if length == found else f"{length} of {found}"
        classes = ", ".join(f"{n} {safe(name)}" for name, n in kept["classes"].items())
        told.append(
            f"| {TITLES[dataset]} | {points} | {classes} | {trains} | {kept['groups']} | {safe(fact['note'])} |"
        )
    ratios = []
    for dataset in STAND_INS:
        table = published()["counts"][dataset]["table"]
        for minority in CASES[dataset].minority:
            ratio = published()["scores"][dataset][str(minority)]["ratio"]
            row, ours = f"{CASES[dataset].majority}:{minority}", minority / CASES[dataset].majority
            ratios.append(stated_row(table, row, "balanced ratio", ratio, ours, tolerance=0.0005))
    told_settings = notes["extras"]["settings"]
    settings = [
        stated_row("6 and 7", title, "setting", value, told_settings[name], form="g")
        for title, name, value in published()["settings"]
    ]
    lines = [*told, "", "Tables 1 and 4:", "", *markdown_table(ratios)]
    lines += ["", "Settings of `ThreePlayerGAN.paper()`:", "", *markdown_table(settings), "", *_chosen(scores, notes)]
    return Section("Data and settings", tuple(lines), (*ratios, *settings))


def _chosen(scores: Scores, notes: Mapping[str, Any]) -> list[str]:
    """Say which values the inner splits chose."""
    ways = {way.key: way.title for way in RIVALS}
    told = [
        "What the inner splits chose (mean over sets, counts and repetitions), or the middle where there is none:",
        "",
    ]
    told += ["| method | parameter | among | chosen | n |", "| --- | --- | --- | ---: | ---: |"]
    for choice in CHOICES:
        part = scores.part("chosen", contender=choice.contender, classifier=JUDGE)["value"].dropna()
        among = ", ".join(f"{value:g}" for value in choice.values)
        mean = f"{part.mean():.2f}" if len(part) else f"{choice.middle:g}, the middle"
        told.append(f"| {ways[choice.contender]} | {choice.parameter} | {among} | {mean} | {len(part)} |")
    return told
