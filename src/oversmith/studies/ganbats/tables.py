"""Liu et al. 2023, GANBATS: tables and figures, published and ours."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np

from oversmith.plot._style import CYCLE, PALETTE
from oversmith.studies.figures import Mark, Panel, by_set, draw, lines
from oversmith.studies.ganbats.plans import ABLATION, LONGER, RIVALS, SETS, SOUND, as_paper, key_of, leaky, soundly
from oversmith.studies.ganbats.series import near_best
from oversmith.studies.page import number
from oversmith.studies.published import claims, published, setting_rows, table_rows
from oversmith.studies.rows import CANNOT, NOTHING, Measured, Row, exact, mean_of
from oversmith.studies.scores import Numbers, Scores
from oversmith.studies.study import Scope

METHODS = {title: key_of(title) for title in (*RIVALS, "GANBATS")}
GANBATS = METHODS["GANBATS"]
WITHOUT_LSTM = key_of(list(ABLATION)[2])
PAIRINGS = ("nearest", "assignment", "random")
TITLES = {entry.name: entry.title for entry in SETS}
NETWORK, CONVOLUTIONS = "convolutional-network", "random-convolutions"


class SeriesNumbers(Numbers):
    """Our numbers, by the names that published.json calls them."""

    def __init__(self, scores: Scores, notes: Mapping[str, Any]) -> None:
        scope = Scope(**notes["scope"])
        super().__init__(
            scores,
            notes,
            list(TITLES),
            paper={"protocol": as_paper(scope).name, "classifier": NETWORK},
            other={"protocol": as_paper(scope).name, "classifier": CONVOLUTIONS},
            leaky={"protocol": leaky(scope).name, "classifier": NETWORK},
            sound={"protocol": soundly(scope).name},
        )
        # In the order of the paper.
        self.trainings = {name: self.extras["trainings"][name] for name in TITLES if name in self.extras["trainings"]}

    def falls(self, metric: str, a: str, b: str) -> Measured:
        """Share by which the second variant lies below the first, over sets and folds."""
        keys = ["dataset", "repeat", "fold", "seed"]
        first, second = (self.part(metric, "paper", {"contender": name}).set_index(keys)["value"] for name in (a, b))
        shares = (1 - second / first).dropna()
        return mean_of(shares.groupby(["repeat", "fold", "seed"]).mean().to_numpy()) if len(shares) else NOTHING

    def _losses(self, contender: str) -> list[np.ndarray]:
        losses = [
            np.array([v for v in one[contender]["loss_generator"] if v is not None]) for one in self.trainings.values()
        ]
        return losses

    def _halves(self) -> list[tuple[np.ndarray, np.ndarray]]:
        return [(loss[: len(loss) // 2], loss[len(loss) // 2 :]) for loss in self._losses(GANBATS) if len(loss) > 3]

    def loss_falls(self) -> Measured:
        """Count the data sets whose second half of the generator's loss is lower."""
        halves = self._halves()
        return exact(sum(second.mean() < first.mean() for first, second in halves), len(halves))

    def loss_calms(self) -> Measured:
        """Count the data sets whose loss changes less from step to step in the second half."""
        halves = self._halves()
        return exact(sum(_swing(second) < _swing(first) for first, second in halves), len(halves))

    def lstm_calms(self) -> Measured:
        """Count the data sets whose loss changes less with the Bi-LSTM."""
        pairs = zip(self._losses(GANBATS), self._losses(WITHOUT_LSTM), strict=True)
        calmer = [_swing(loss) < _swing(other) for loss, other in pairs if len(loss) > 3]
        return exact(sum(calmer), len(calmer))

    def head_ratio(self, dataset: str, quantity: str) -> dict[str, Any]:
        """Parameters or time of pooling to those of dense layers."""
        heads = self.extras["heads"].get(dataset)
        if heads is None:
            return {"ours": NOTHING, "holds": None}
        pooling, dense = heads["gap"][quantity], heads["mlp"][quantity]
        unit = " ms" if quantity == "milliseconds" else ""
        note = f"{pooling:,} and {dense:,}{unit}; the paper: less"
        return {"ours": exact(pooling / dense), "holds": pooling / dense < 0.95, "note": note}

    def data_sets(self) -> Measured:
        """Count the data sets of the tables."""
        return exact(len(TITLES), len(TITLES))


def _swing(loss: np.ndarray) -> float:
    return float(np.abs(np.diff(loss)).mean())


def parts(scores: Scores, notes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Make the tables of the study."""
    numbers, known = SeriesNumbers(scores, notes), published("ganbats")
    table_3, table_4 = table_rows(known["table_3"], numbers), _table_4(numbers)
    methods = list(METHODS)
    return {
        "text": {"rows": claims(known["text"], numbers)},
        "accuracy": {"rows": table_4 + table_3, "three": table_3, "four": table_4},
        "distances": {
            "rows": table_rows(known["table_2"], numbers),
            "methods": methods,
            "pairings": _pairings(numbers),
            "without": _without_pairing(numbers),
        },
        "sound": {"rows": [], **_soundly(numbers)},
        "curves": {
            "rows": [],
            "methods": methods,
            "longer": LONGER,
            "convergence": _convergence(numbers),
            "ends": _ends(numbers),
        },
        "sets": {"rows": setting_rows("4.2", known["settings"], numbers.extras["settings"]), "facts": _facts(notes)},
    }


def _table_4(numbers: SeriesNumbers) -> list[Row]:
    rows, every = [], table_rows(published("ganbats")["table_4"], numbers)
    for dataset, title in TITLES.items():
        rows += [row for row in every if row.row.startswith(f"{title}: ")]
        fact = numbers.notes["data"].get(dataset, {})
        if fact.get("used"):
            always = exact(1 - fact["positive"] / fact["used"], fact["used"])
            rows.append(Row("4", f"{title}: always the larger class", "accuracy", None, always, CANNOT))
    return rows


def _pairings(numbers: SeriesNumbers) -> list[list[str]]:
    """Distances under every reading of a distance between sets of series."""

    def mean(metric: str, dataset: str, contender: str) -> str:
        return number(numbers.mean(metric, "paper", {"dataset": dataset, "contender": contender}), ".1f")

    cells = []
    for (dataset, title), metric, pairing in product(TITLES.items(), ("prd", "prdn", "dtw"), PAIRINGS):
        stem = f"{metric}_{pairing}"
        both = [[mean(f"{stem}_{side}", dataset, c) for side in ("generated", "covered")] for c in METHODS.values()]
        reached = mean(f"{stem}_unseen", dataset, GANBATS)
        cells.append([title, metric.upper(), pairing, *map(" / ".join, both), reached])
    return cells


def _without_pairing(numbers: SeriesNumbers) -> list[list[str]]:
    """Spectrum and two-sample test, which need no pairing."""
    columns = [(name, "spectrum", "mmd_p") for name in METHODS.values()]
    columns.append((GANBATS, "spectrum_reached", "mmd_p_reached"))
    lines_ = []
    for dataset, title in TITLES.items():
        cells = [title]
        for name, spectrum, p in columns:
            where = {"dataset": dataset, "contender": name}
            values = numbers.part(p, "paper", where)["value"].dropna()
            distance = number(numbers.mean(spectrum, "paper", where), ".1f")
            cells.append(f"{distance} dB, {100 * (values < 0.05).mean():.0f} %" if len(values) else "–")
        lines_.append(cells)
    return lines_


def _soundly(numbers: SeriesNumbers) -> dict[str, Any]:
    """Patients, cells and bearings kept together."""
    contenders = {"nothing": "none-tuned"} | {f"{c.title}, 0.33": c.name for c in SOUND}
    lines_ = []
    for dataset, title in TITLES.items():
        for classifier in (CONVOLUTIONS, NETWORK):
            cells = []
            for name in contenders.values():
                where = {"dataset": dataset, "contender": name, "classifier": classifier}
                both = (numbers.mean(metric, "sound", where) for metric in ("average_precision", "f1_tuned"))
                cells.append(" / ".join(map(number, both)))
            lines_.append([title, classifier, *cells])
    return {"heads": ["set", "classifier", *contenders], "lines": lines_}


def _convergence(numbers: SeriesNumbers) -> list[list[str]]:
    """How soon each method is near its best distance."""
    lines_ = []
    for dataset, trained in numbers.trainings.items():
        cells = [TITLES[dataset]]
        for name in METHODS.values():
            one = trained[name]
            step, last = near_best(one["step"], one["monitor"]), one["step"][-1]
            if step is None:
                cells.append("–")
                continue
            best = min(value for value in one["monitor"] if value is not None)
            soon = f"{step:,} steps, {step / last * one['seconds']:.1f} s"
            cells.append(f"{soon}; {best:.3f}; {last:,} steps, {one['seconds']:.0f} s")
        lines_.append(cells)
    return lines_


def _ends(numbers: SeriesNumbers) -> list[list[str]]:
    """Distances of the series of each single training, those of Table 2."""
    lines_ = []
    for dataset, trained in numbers.trainings.items():
        every = [trained[name]["distances"] for name in (*list(METHODS.values())[:-1], WITHOUT_LSTM, GANBATS)]
        cells = [_distances(one, "generated", "spectrum") for one in every]
        lines_.append([TITLES[dataset], *cells, _distances(every[-1], "unseen", "spectrum_reached")])
    return lines_


def _distances(one: Mapping[str, float], side: str, spectrum: str) -> str:
    return f"{one[f'prd_assignment_{side}']:.1f} / {one[f'dtw_assignment_{side}']:.1f}, {one[spectrum]:.1f} dB"


def _facts(notes: Mapping[str, Any]) -> list[dict[str, Any]]:
    shapes = notes["extras"]["shares"]
    return [{"title": title} | notes["data"].get(name, {}) | shapes.get(name, {}) for name, title in TITLES.items()]


def figures(scores: Scores, notes: Mapping[str, Any]) -> dict[str, str]:
    """Draw Figures 8 and 9, the monitored distances and Table 4."""
    numbers = SeriesNumbers(scores, notes)
    panels = [
        {
            method: [numbers.mean("accuracy", way, {"dataset": dataset, "contender": name}) for dataset in TITLES]
            for method, name in METHODS.items()
        }
        for way in ("paper", "leaky")
    ]
    losses, distances = [], []
    for dataset, trained in numbers.trainings.items():
        one, other = trained[GANBATS], trained[WITHOUT_LSTM]
        curves = {player: (one["step"], one[f"loss_{player}"]) for player in ("discriminator", "generator")}
        losses.append((TITLES[dataset], curves | {"generator, no Bi-LSTM": (other["step"], other["loss_generator"])}))
        monitored = {method: (trained[name]["step"], trained[name]["monitor"]) for method, name in METHODS.items()}
        distances.append((TITLES[dataset], monitored))
    columns = ["the paper's protocol", "resampled before the split"]
    return {
        "ganbats-accuracy.svg": by_set([panels], ["accuracy"], columns, list(TITLES.values())),
        "ganbats-series.svg": _series(numbers.trainings),
        "ganbats-losses.svg": lines(losses, "generator step", "loss", columns=3),
        "ganbats-convergence.svg": lines(distances, "generator step", "energy distance", columns=3),
    }


def _series(trainings: Mapping[str, Any]) -> str:
    """Draw series, a panel per source, the first channel of each."""
    panels: list[list[Panel]] = []
    for dataset, trained in trainings.items():
        sources = {"real": trained["real"]} | {method: trained[name]["made"] for method, name in METHODS.items()}
        panels.append([])
        for title, series in sources.items():
            marks = [
                Mark("plot", (one[0],), {"color": PALETTE[colour], "linewidth": 0.9})
                for (colour, _), one in zip(CYCLE, series, strict=False)
            ]
            axes: dict[str, Any] = {"xticks": []} | ({"ylabel": TITLES[dataset]} if title == "real" else {})
            panels[-1].append(Panel(marks, title if len(panels) == 1 else "", axes=axes))
    return draw(panels, 1.7 * (1 + len(METHODS)) + 0.5, 1.5 * len(panels) + 0.4, sharey="row")
