"""Chung et al. 2024, three-player GAN: tables and figures, published and ours, the same on real spectra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from oversmith.plot._style import CYCLE, PALETTE
from oversmith.report.markdown import escaped
from oversmith.studies.figures import Mark, Panel, draw
from oversmith.studies.published import claims, published, setting_rows
from oversmith.studies.rows import NOTHING, Row, judged
from oversmith.studies.scores import Scores
from oversmith.studies.spectra.numbers import (
    ALL_ROWS,
    METRICS,
    REAL,
    RIVAL_TITLES,
    ROWS,
    SIMULATED,
    STAND_INS,
    SpectraNumbers,
)
from oversmith.studies.spectra.plans import ABLATION, CASES, CHOICES, JUDGE, PROPOSED, RIVALS, TITLES
from oversmith.studies.spectra.training import trained

_MAJORITY, _MINORITY, _MADE = "sky", "green", "vermillion"
# Panels of a row of spectra: title, and what is drawn in which colour.
CLASSES = {
    "larger class": {"majority": _MAJORITY},
    "smaller class": {"minority": _MINORITY},
    "both": {"majority": _MAJORITY, "minority": _MINORITY},
}
GENERATED = {
    "training and generated": {"made": _MADE, "training": _MINORITY},
    "test and generated": {"made": _MADE, "test": _MINORITY},
}
_LABELS = {
    "majority": "larger class",
    "minority": "smaller class",
    "training": "given, of the smaller class",
    "test": "given, of the smaller class",
    "made": "generated",
}


def parts(scores: Scores, notes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Make the tables of the study."""
    numbers, known = SpectraNumbers(scores, notes), published("spectra")
    simulated, real, named, best = _simulated(numbers), _real(numbers), _named_tests(numbers), _best_tests(numbers)
    ratios, settings = (
        claims(known["ratios"], numbers),
        setting_rows("6 and 7", known["settings"], notes["extras"]["settings"]),
    )
    return {
        "text": {"rows": claims(known["text"], numbers)},
        "simulated": {"rows": [*chain.from_iterable(simulated.values())], "tables": simulated},
        "real": {"rows": [*chain.from_iterable(real.values())], "tables": real},
        "tests": {"rows": named + best, "named": named, "best": best},
        "times": {"rows": _times(numbers)},
        "ablation": {"rows": _ablation(numbers)},
        "spectra": {"rows": [], "ends": _ends(notes)},
        "sets": {
            "rows": ratios + settings,
            "facts": _facts(notes),
            "ratios": ratios,
            "settings": settings,
            "chosen": _chosen(numbers),
        },
    }


def _head(dataset: str, minority: int) -> str:
    return f"{TITLES[dataset]}, {CASES[dataset].majority}:{minority}"


def _simulated(numbers: SpectraNumbers) -> dict[str, list[Row]]:
    """Tables 8 to 13."""
    tables: dict[str, list[Row]] = {}
    for dataset in STAND_INS:
        for minority in reversed(CASES[dataset].minority):
            entry = published("spectra")["scores"][dataset][str(minority)]
            known = {title: values for title, *values in entry["rows"]}
            rows = tables[f"Table {entry['table']}: {_head(dataset, minority)}"] = []
            for title in ALL_ROWS:
                for index, (metric, quantity) in enumerate(METRICS.items()):
                    value, spread = known[title][index] if title in known else (None, None)
                    own = numbers.values(dataset, minority, title, metric)
                    spreads = [] if spread is None else [f"SD there {spread:.2f}"]
                    spreads += [f"SD here {own.std():.2f}"] if len(own) > 1 else []
                    ours, note = numbers.measured(dataset, minority, title, metric), "; ".join([SIMULATED, *spreads])
                    rows.append(judged(entry["table"], title, quantity, value, ours, None, note=note))
    return tables


def _real(numbers: SpectraNumbers) -> dict[str, list[Row]]:
    """Make the same tables of measured spectra."""
    tables: dict[str, list[Row]] = {}
    for dataset in REAL:
        for minority in reversed(CASES[dataset].minority):
            rows = tables[head := _head(dataset, minority)] = []
            for title in ALL_ROWS:
                *others, f1 = (numbers.measured(dataset, minority, title, metric) for metric in METRICS)
                named = tuple(zip(("precision", "recall"), others, strict=True))
                rows.append(judged("ours", f"{head}: {title}", "F-score", None, f1, None, others=named))
    return tables


def _named_tests(numbers: SpectraNumbers) -> list[Row]:
    """Table 2, against the rivals that the paper names."""
    rows = []
    for rival, minority, values in published("spectra")["tests"]:
        for (metric, quantity), p in zip(METRICS.items(), values, strict=True):
            plain, corrected = numbers.above(STAND_INS[0], minority, rival, metric)
            row, others = f"150:{minority}, above {rival}", (("corrected", corrected),)
            rows.append(judged("2", row, f"p, {quantity}", p, plain, None, others=others, note=SIMULATED))
    return rows


def _best_tests(numbers: SpectraNumbers) -> list[Row]:
    """Test against our best rival, on every set."""
    rows = []
    for dataset, case in CASES.items():
        for minority in case.minority:
            best = numbers.best_rival(dataset, minority)
            plain, corrected, adjusted = NOTHING, NOTHING, NOTHING
            if best is not None:
                plain, corrected = numbers.above(dataset, minority, best)
                adjusted = numbers.adjusted(dataset, minority, RIVAL_TITLES, best)
            row = f"{_head(dataset, minority)}, above {best or 'the best rival'}"
            others = (("corrected", corrected), ("corrected, of all rivals by Holm", adjusted))
            table, note = ("2", SIMULATED) if case.simulated else ("ours", "")
            rows.append(judged(table, row, "p, F-score", None, plain, None, others=others, note=note))
    return rows


def _times(numbers: SpectraNumbers) -> list[Row]:
    """Tables 3 and 5."""
    rows = []
    for dataset in STAND_INS:
        entry = published("spectra")["minutes"][dataset]
        for title, minutes in entry["rows"]:
            real = tuple((TITLES[name], numbers.minutes(name, title)) for name in REAL)
            ours, row, note = (
                numbers.minutes(dataset, title),
                f"{TITLES[dataset]}: {title}",
                f"{SIMULATED}; there a GPU",
            )
            rows.append(judged(entry["table"], row, "minutes", minutes, ours, None, others=real, note=note))
    return rows


def _ablation(numbers: SpectraNumbers) -> list[Row]:
    """Each part of the three players left out."""
    rows = []
    for way in ABLATION:
        own, network = (numbers.difference("f1_macro", who, way.key, PROPOSED.key) for who in ("own", "network"))
        run = numbers.part("f1_macro", "own", {"contender": way.key, "classifier": ["players-own", JUDGE]})["dataset"]
        sets = ", ".join(TITLES[name] for name in CASES if (run == name).any())
        quantity, others = "change of F-score, its own classifier", (("network of Table 7", network),)
        rows.append(judged("ours", way.title, quantity, None, own, None, others=others, note=sets, form="+.3f"))
    return rows


def _ends(notes: Mapping[str, Any]) -> list[list[str]]:
    """How the trainings of the figures ended."""
    lines = []
    for dataset, one in trained(notes).items():
        last = [[v for v in one["history"][name] if v is not None][-1:] for name in ("d_accuracy", "diversity")]
        ends = [f"{value[0]:.2f}" if value else "–" for value in last]
        lines.append([TITLES[dataset], f"{one['steps']['last']:,}", *ends, "; ".join(one["notices"]) or "–"])
    return lines


def _facts(notes: Mapping[str, Any]) -> list[list[str]]:
    """Describe the data."""
    lines = []
    for dataset, case in CASES.items():
        fact, known = notes["data"].get(dataset, {}), notes["extras"]["facts"].get(dataset)
        trains = ", ".join(f"{case.majority}:{minority}" for minority in case.minority)
        if known is None:
            lines.append([TITLES[dataset], "–", "–", trains, "–", escaped(str(fact.get("missing", "")))])
            continue
        length, full = known["points"][-1], known["found"][-1]
        points = f"{length}" if length == full else f"{length} of {full}"
        classes = ", ".join(f"{n} {escaped(name)}" for name, n in known["classes"].items())
        lines.append([TITLES[dataset], points, classes, trains, str(known["groups"]), escaped(fact["note"])])
    return lines


def _chosen(numbers: SpectraNumbers) -> list[list[str]]:
    """Which values the inner splits chose."""
    titles, lines = {way.key: way.title for way in RIVALS}, []
    for choice in CHOICES:
        part = numbers.scores.part("chosen", contender=choice.contender, classifier=JUDGE)["value"].dropna()
        among = ", ".join(f"{value:g}" for value in choice.values)
        mean = f"{part.mean():.2f}" if len(part) else f"{choice.middle:g}, the middle"
        lines.append([titles[choice.contender], choice.parameter, among, mean, str(len(part))])
    return lines


def figures(scores: Scores, notes: Mapping[str, Any]) -> dict[str, str]:
    """Draw Figures 1 to 8, and Figures 3 and 7 of measured spectra."""
    trainings, numbers = trained(notes), SpectraNumbers(scores, notes)
    return {
        "spectra-classes.svg": spectra_panels(trainings, CLASSES),
        "spectra-generated.svg": spectra_panels(trainings, GENERATED),
        "spectra-features.svg": feature_panels(trainings),
        "spectra-scores-f127.svg": bars(numbers, STAND_INS[:1]),
        "spectra-scores-acd.svg": bars(numbers, STAND_INS[1:]),
        "spectra-scores-real.svg": bars(numbers, REAL),
    }


def spectra_panels(trainings: Mapping[str, Any], kinds: Mapping[str, Mapping[str, str]]) -> str:
    """Draw spectra: a row per data set, a panel per title with its kinds of spectra and their colours."""
    panels: list[list[Panel]] = []
    for dataset, one in trainings.items():
        row: list[Panel] = []
        for title, colours in kinds.items():
            marks = [
                Mark("plot", (np.linspace(1, one["points"], len(spectrum)), spectrum),
                     {"color": PALETTE[colour], "linewidth": 0.6, "label": "" if i else _LABELS[kind]})
                for kind, colour in colours.items()
                for i, spectrum in enumerate(one["spectra"][kind])
            ]  # fmt: skip
            if not row:
                marks.append(_named(dataset))
            axes = {"xlabel": "point"} if len(panels) == len(trainings) - 1 else {}
            row.append(Panel(marks, "" if panels else title, axes=axes))
        panels.append(row)
    width, height = 2.5 * len(kinds) + 0.6, 1.45 * max(len(panels), 1) + 0.6
    return draw(panels, width, height, legend={}, sharex="row", sharey="row")


def _named(dataset: str) -> Mark:
    return Mark("set_ylabel", (TITLES[dataset],), {"fontsize": 8})


def feature_panels(trainings: Mapping[str, Any]) -> str:
    """Draw what the classifier sees at the first and the last step, a row per data set; the points are pixels."""
    panels: list[list[Panel]] = []
    for dataset, one in trainings.items():
        panels.append([])
        for moment in ("first", "last"):
            features = one["features"][moment]
            places, rare = np.array(features["places"]), np.array(features["rare"], dtype=bool)
            real = np.arange(len(rare)) < features["real"]
            clouds = (
                (real & ~rare, _MAJORITY, "o", 9, "larger class"),
                (real & rare, _MINORITY, "o", 22, "smaller class"),
                (~real, _MADE, "x", 9, "generated, of the smaller class"),
            )
            marks = [
                Mark("scatter", tuple(places[chosen].T),
                     {"s": size, "marker": marker, "linewidths": 0.7, "color": PALETTE[colour], "label": label,
                      "rasterized": True})
                for chosen, colour, marker, size, label in clouds
            ]  # fmt: skip
            steps = one["steps"]["last"] - one["steps"]["first"] + 1 if moment == "last" else 1
            panels[-1].append(Panel(marks, f"{TITLES[dataset]}: step {steps:,}", 9, {"xticks": [], "yticks": []}))
    return draw(panels, 6.4, 2.2 * max(len(panels), 1) + 0.5, legend={"ncols": 3})


def bars(numbers: SpectraNumbers, datasets: Sequence[str]) -> str:
    """Draw bars with standard deviations: a row per data set, a panel per score, a bar per method and count."""
    width, names = 0.26, ("fewest rare rows", "middle count", "most rare rows")
    panels: list[list[Panel]] = []
    for dataset in datasets:
        row: list[Panel] = []
        for metric, quantity in METRICS.items():
            marks = []
            for index, minority in enumerate(CASES[dataset].minority):
                values = [numbers.values(dataset, minority, title, metric) for title in ROWS]
                means = [part.mean() if len(part) else np.nan for part in values]
                spreads = np.nan_to_num([part.std() if len(part) > 1 else np.nan for part in values])
                at = np.arange(len(ROWS)) + width * (index - 1)
                look = {"color": PALETTE[CYCLE[index + 1][0]], "label": names[index], "error_kw": {"linewidth": 0.6}}
                marks.append(Mark("bar", (at, means, width), {"yerr": spreads, **look}))
            if not row:
                marks.append(_named(dataset))
            if dataset == datasets[-1]:
                ticks = {"labels": list(ROWS), "rotation": 60, "ha": "right", "fontsize": 7}
                marks.append(Mark("set_xticks", (range(len(ROWS)),), ticks))
            row.append(Panel(marks, "" if panels else quantity, axes={"ylim": (0, 1.05)}))
        panels.append(row)
    width, height = 2.9 * len(METRICS) + 0.6, 1.7 * len(datasets) + 1.2
    return draw(panels, width, height, legend={}, sharex=True, sharey="row")
