"""Riaz et al. 2025, EO-WGAN: tables and figures, published and ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from oversmith.metrics import implied_prevalence
from oversmith.plot._style import PALETTE
from oversmith.studies.eo_wgan.numbers import BASELINES, CLASSIFIERS, TITLES, EOWGANNumbers
from oversmith.studies.eo_wgan.plans import EO_WGAN, NOISE, RATIOS, SETTINGS, WGAN, LabelNoise
from oversmith.studies.figures import Mark, Panel, by_set, draw, lines
from oversmith.studies.page import number
from oversmith.studies.published import claims, published, setting_rows, table_rows
from oversmith.studies.rows import (
    CANNOT,
    NOTHING,
    REPRODUCED,
    Measured,
    Row,
    against,
    exact,
    judged,
    ratio,
    verdict_of,
)
from oversmith.studies.scores import Scores

METRICS = {"accuracy": "accuracy", "precision": "precision", "recall": "recall", "f1": "F1"}
FIGURES = {"4": "accuracy", "5": "f1", "6": "recall", "7": "precision"}
METHODS = {"Non-oversampled": "none", "SMOTE": "smote", "WGAN": WGAN.name, "EO-WGAN": EO_WGAN.name}
_IN_A_PICTURE = "the paper's value stands in a picture alone"
_NO_NUMBER = "the paper gives no number"


def parts(scores: Scores, notes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Make the tables of the study, its surest numbers first."""
    numbers, known = EOWGANNumbers(scores, notes), published("eo_wgan")
    table_6 = table_rows(known["table_6"], numbers)
    return {
        "table_6": {"rows": table_6, "distances": _distances(table_6), "implied": _implied(notes["data"])},
        "tests": {"rows": claims(known["statistics"], numbers), "tests": _tests(numbers), "spreads": _spreads(numbers)},
        "table_8": {"rows": table_rows(known["table_8"], numbers)},
        "table_9": _table_9(numbers),
        "ratios": _ratios(numbers),
        "text": {"rows": claims(known["text"], numbers)},
        "noise": _noise(numbers),
        "costs": {"rows": claims(known["costs"], numbers)},
        "pictures": {"rows": _embeddings(numbers.extras) + claims(known["trainings"], numbers)},
        "table_7": {"rows": table_rows(known["table_7"], numbers)},
        "sets": {"rows": _table_2(notes["data"]), "facts": list(notes["data"].values())},
        "settings": {"rows": _settings(numbers)},
    }


def _implied(data: Mapping[str, Any]) -> list[list[str]]:
    """Share of positives that the numbers of a row of Table 6 imply, and whether they agree with each other."""
    cells = []
    for title, where, *values in published("eo_wgan")["table_6"]["rows"]:
        accuracy, precision, recall, f1, _ = (value / 100 for value in values)
        natural = _share(data.get(where["dataset"], {}))
        between = min(precision, recall) - 0.0005 <= f1 <= max(precision, recall) + 0.0005
        share = 100 * implied_prevalence(accuracy, precision, recall)
        above = accuracy > max(natural, 1 - natural)
        cells.append([title, f"{share:.0f} %", f"{100 * natural:.1f} %", _yes(between), _yes(above)])
    return cells


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _share(fact: Mapping[str, Any]) -> float:
    return float(fact["positive"] / fact["used"]) if fact.get("used") else np.nan


def _distances(rows: Sequence[Row]) -> list[list[str]]:
    """How far the published cells lie from ours, protocol by protocol."""
    protocols = {"the paper's protocol": [row.ours for row in rows]}
    protocols |= {name: [dict(row.others)[name] for row in rows] for name, _ in rows[0].others}
    cells_ = []
    for name, cells in protocols.items():
        known = [(row.published, cell) for row, cell in zip(rows, cells, strict=True) if cell.n and row.published]
        if known:
            inside = sum(verdict_of(value, cell, 0.0005) == REPRODUCED for value, cell in known)
            gap = np.mean([abs(value - cell.value) for value, cell in known])
            cells_.append([name, f"{gap:.3f}", f"{inside} of {len(known)}"])
    return cells_


def _tests(numbers: EOWGANNumbers) -> list[list[str]]:
    """Paired t-tests as the paper does them, and as they should be done."""
    cells = []
    for dataset, title, plain, sound, p in numbers.tests():
        interval = f"[{sound.low:+.3f}, {sound.high:+.3f}]"
        cells.append(
            [dataset, title, f"{sound.difference:+.3f}", interval, f"{plain.p:.3f}", f"{sound.p:.3f}", f"{p:.3f}"]
        )
    return cells


def _spreads(numbers: EOWGANNumbers) -> list[list[str]]:
    """Mean and standard deviation of F1 by data set and contender."""
    cells = []
    for dataset, title in TITLES.items():
        selections = [{"dataset": dataset, "contender": name} for name in (*BASELINES.values(), EO_WGAN.name)]
        pairs = [(numbers.mean("f1", "paper", where), numbers.spread("f1", "paper", where)) for where in selections]
        cells.append([title, *(f"{mean.value:.3f} ({spread:.3f})" if mean.n else "–" for mean, spread in pairs)])
    return cells


def _table_9(numbers: EOWGANNumbers) -> dict[str, Any]:
    """Critic updates and penalty, on UNSW-NB15: scores, time, and whether F1 follows from precision and recall."""
    known, rows = published("eo_wgan"), []
    scores, n = table_rows(known["table_9"], numbers), len(known["table_9"]["columns"])

    def seconds(contender: str) -> Measured:
        return numbers.mean("seconds_resample", "xgboost on UNSW-NB15", {"contender": contender})

    base = seconds(SETTINGS[5, 10.0].name)
    for i, (title, where, _, f1, *both) in enumerate(known["table_9"]["rows"]):
        rows += scores[i * n : (i + 1) * n]
        share, quantity = known["table_9_minutes"][i] / 112, "training time, to that of the default"
        time = ratio(seconds(where["contender"]), base)
        rows.append(against("9", title, quantity, share, time, form=".2f", tolerance=0.005))
        implied = 2 * both[0] * both[1] / sum(both)
        if abs(implied - f1) >= 0.1:
            note = f"its own precision and recall give {implied:.1f}"
            rows.append(Row("9", title, "F1 by its own precision and recall", f1 / 100, NOTHING, CANNOT, note=note))
    return {"rows": rows, "base": base}


def _ratios(numbers: EOWGANNumbers) -> dict[str, Any]:
    """Four methods at four ratios on ten sets: every cell ours, the published ones where the text has them."""
    known = {(figure, share, d, method): value for figure, share, d, method, value in published("eo_wgan")["figures"]}
    rows, means = [], []
    for figure, metric in FIGURES.items():
        for share, (index, (dataset, title)), (method, contender) in product(
            RATIOS, enumerate(TITLES.items()), METHODS.items()
        ):
            value = known.get((figure, share, index, method))
            ours = numbers.mean(metric, "thinned", {"ratio": share, "dataset": dataset, "contender": contender})
            row = f"D-{index} ({title}, assumed), 1:{share:g}, {method}"
            note = "" if value else _IN_A_PICTURE
            rows.append(against(figure, row, METRICS[metric], value and value / 100, ours, note=note))
        for method, contender in METHODS.items():
            selections = ({"ratio": share, "contender": contender} for share in RATIOS)
            means.append(
                [METRICS[metric], method, *(number(numbers.mean(metric, "thinned", where)) for where in selections)]
            )
    return {"rows": rows, "means": means, "heads": [f"1:{share:g}" for share in RATIOS]}


def _noise(numbers: EOWGANNumbers) -> dict[str, Any]:
    """Flip labels, of which the paper shows no experiment."""
    rows = []
    for share in (0.0, *NOISE):
        protocol = numbers.protocols["cut"]["protocol"] + (f", {LabelNoise(share).name}" if share else "")
        for method, contender in METHODS.items():
            where = {"protocol": protocol, "ratio": None, "classifier": CLASSIFIERS, "contender": contender}
            ours, f1 = (numbers.scores.mean(metric, **where) for metric in ("average_precision", "f1"))
            name = f"{100 * share:g} % flipped, {method}"
            note = "no number in the paper"
            rows.append(
                judged("text", name, "average precision", None, ours, None, others=(("F1 at 0.5", f1),), note=note)
            )
    ends = zip(METHODS, rows[: len(METHODS)], rows[-len(METHODS) :], strict=True)
    changes = [f"{name} {b.ours.value - a.ours.value:+.3f}" for name, a, b in ends if a.ours.n and b.ours.n]
    return {"rows": rows, "most": f"{100 * NOISE[-1]:g}", "changes": ", ".join(changes)}


def _embeddings(extras: Mapping[str, Any]) -> list[Row]:
    """Figures 8 and 9 as numbers."""
    rows = []
    titles = {name: title for title, name in METHODS.items()}
    for dataset, embedding in extras["embeddings"].items():
        for method, near in embedding["made"].items():
            title = f"{TITLES[dataset]}, {titles[method]}"
            for quantity, name in (("rows among the other class", "boundary"), ("coverage", "coverage")):
                value = near[name]
                rows.append(Row("8, 9", title, quantity, None, exact(value), CANNOT, note=_NO_NUMBER))
    return rows


def _table_2(data: Mapping[str, Any]) -> list[Row]:
    """Table 2 and the counts in the text: the paper names two versions of most sets."""
    known, rows = published("eo_wgan"), []
    names = {title: name for name, title in TITLES.items()}
    for title, instances, classes in known["table_2"]:
        fact = data.get(names[title], {})
        rows.append(_count(f"2: {title}", "instances", instances, fact, "found", f"paper: {classes}"))
    for title, (instances, columns, share) in known["text_sets"].items():
        fact, name = data.get(names[title], {}), f"text: {title}"
        rows.append(_count(name, "instances", instances, fact, "found"))
        if columns is not None:
            rows.append(_count(name, "features", columns, fact, "columns"))
        ours = exact(100 * _share(fact), fact.get("used", 0))
        rows.append(judged("2", name, "minority, %", share, ours, abs(ours.value - share) < 0.06, form=".2f"))
    return rows


def _count(row: str, quantity: str, value: float, fact: Mapping[str, Any], name: str, note: str = "") -> Row:
    if name not in fact:
        note = str(fact.get("missing", note))
        return judged("2", row, quantity, value, NOTHING, None, note=note, form=",.0f")
    # The paper's readers take the first row for a header.
    same = value in (fact[name], fact[name] - 1) if name == "found" else value == fact[name]
    note = note or ("one row fewer: the header" if same and value != fact[name] else "")
    return judged("2", row, quantity, value, exact(fact[name]), same, note=note, form=",.0f")


def _settings(numbers: EOWGANNumbers) -> list[Row]:
    """Tables 4 and 5: classifiers and settings, as the library has them."""
    known, ours = published("eo_wgan"), numbers.extras["settings"]
    present = set(numbers.scores.frame["classifier"])
    rows = [
        judged("4", title, "takes part", 1.0, exact(1.0) if name in present else NOTHING, True, form=".0f")
        for title, name in known["table_4"]
    ]
    rows += setting_rows("5", known["table_5"], ours)
    return rows + setting_rows("5", known["layers"], ours["layers"], "linear layers")


def figures(scores: Scores, notes: Mapping[str, Any]) -> dict[str, str]:
    """Draw Figures 4 to 11."""
    numbers = EOWGANNumbers(scores, notes)

    def panel(metric: str, share: float) -> dict[str, list[Measured]]:
        where = {"ratio": share}
        return {
            method: [numbers.mean(metric, "thinned", where | {"dataset": s, "contender": name}) for s in TITLES]
            for method, name in METHODS.items()
        }

    panels = [[panel(metric, share) for share in RATIOS] for metric in FIGURES.values()]
    loss, over = numbers.extras["losses"], numbers.extras["overfitting"]
    names = {"critic": "loss_critic", "generator": "loss_generator", "Wasserstein": "wasserstein"}
    curves = {title: (loss["step"], loss[name]) for title, name in names.items()}
    kinds = {"training": "training", "held out": "held_out"}
    trainings = [
        (name, {title: (over[name]["step"], over[name][kind]) for title, kind in kinds.items()})
        for name in ("to the end", "early stopping")
    ]
    metrics, ratios = [METRICS[metric] for metric in FIGURES.values()], [f"1:{share:g}" for share in RATIOS]
    return {
        "eo-wgan-ratios.svg": by_set(panels, metrics, ratios, list(TITLES.values())),
        "eo-wgan-embeddings.svg": _embedded(numbers.extras["embeddings"]),
        "eo-wgan-losses.svg": lines(
            [("EO-WGAN on UNSW-NB15", curves)], "generator step", "loss", own_legends=True
        ),
        "eo-wgan-overfitting.svg": lines(
            trainings, "step", "cross-entropy", vertical={"early stopping": over["early stopping"]["best"]},
            own_legends=True,
        ),
    }  # fmt: skip


def _embedded(embeddings: Mapping[str, Any]) -> str:
    """Draw the t-SNE panels: per data set the real rows alone, then with the rows of every sampler."""
    panels: list[list[Panel]] = []
    titles = {"": "real rows"} | {name: title for title, name in METHODS.items() if name != "none"}
    for dataset, embedding in embeddings.items():
        real, positive = np.array(embedding["real"]["points"]), np.array(embedding["real"]["positive"], dtype=bool)
        panels.append([])
        for name, title in titles.items():
            clouds = [(real[~positive], "sky", "negative"), (real[positive], "green", "positive")]
            if name in embedding["made"]:
                clouds.append((np.array(embedding["made"][name]["points"]), "vermillion", "generated"))
            marks = [
                Mark("scatter", tuple(points.T),
                     {"s": 4, "color": PALETTE[colour], "label": label, "rasterized": True, "linewidths": 0})
                for points, colour, label in clouds
            ]  # fmt: skip
            heading = title if name else f"{TITLES[dataset]}: {title}"
            panels[-1].append(Panel(marks, heading, 8.5, {"xticks": [], "yticks": []}))
    return draw(panels, 2.3 * len(titles), 2.1 * len(panels) + 0.4, legend={"ncols": 3, "markerscale": 3})
