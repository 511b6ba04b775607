"""Sharma et al. 2022, SMOTified-GAN: tables and figures, published and ours.

Tables 1 to 3 are pictures in the text of the paper: their numbers are known where the prose repeats them, and every
other cell is ours alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from oversmith.studies.figures import Curves, by_set, lines
from oversmith.studies.page import number
from oversmith.studies.published import claims, published, setting_rows
from oversmith.studies.rows import NOTHING, Measured, Row, against, exact, judged, mean_of
from oversmith.studies.scores import Numbers, Scores
from oversmith.studies.smotified_gan.plans import FRAUD, LONG, PLAIN_GAN, SETS, SHORT, SMOTIFIED, SOUND, one_draw
from oversmith.studies.study import Scope

METHODS = {
    "Non-oversampled": "none",
    "SMOTE": "smote",
    "GAN": PLAIN_GAN.name,
    "SMOTified-GAN": SMOTIFIED.name,
}
# The same under the sound protocol.
_SOUND = dict(zip(METHODS.values(), ("none", "smote", *(contender.name for contender in SOUND)), strict=True))
METRICS = {
    "f1": "F1",
    "precision": "precision",
    "recall": "recall",
    "accuracy": "test accuracy",
    "training_accuracy": "training accuracy",
    "training_f1": "training F1",
}
TITLES = {entry.name: entry.title for entry in SETS}
_IN_A_PICTURE = "the paper's value stands in a picture alone"


class RunNumbers(Numbers):
    """Our numbers, by the names that published.json calls them: means over the runs of the one draw."""

    def __init__(self, scores: Scores, notes: Mapping[str, Any]) -> None:
        scope = Scope(**notes["scope"])
        paper = one_draw(scope).name
        super().__init__(
            scores,
            notes,
            list(TITLES),
            paper={"protocol": paper, "classifier": LONG.name},
            short={"protocol": paper, "classifier": SHORT.name},
            sound={"protocol": "3-fold, inner 2" if scope.quick else "5-fold", "classifier": LONG.name},
        )

    def mean(self, metric: str, protocol: str, where: Mapping[str, Any]) -> Measured:
        """Mean over runs: how far the start of the classifier moves it, and nothing else."""
        if protocol == "sound":
            return super().mean(metric, protocol, where)
        # Runs share rows and draw: no correction for overlapping training parts belongs here.
        return mean_of(self.part(metric, protocol, where)["value"].to_numpy(dtype=float))

    def by_method(self, metric: str, *names: str) -> dict[str, np.ndarray]:
        """Means of the data sets that all methods have, by contender."""
        table = {name: self.by_set(metric, "paper", name) for name in METHODS.values()}
        known = np.isfinite(list(table.values())).all(axis=0)
        return {name: table[name][known] for name in names or table}

    def wins(self, metric: str, contender: str, *rivals: str) -> Measured:
        """Count the data sets on which a contender is above all rivals."""
        ours, *others = self.by_method(metric, contender, *rivals).values()
        return exact(int((ours > np.max(others, axis=0)).sum()), len(ours))

    def above_next(self, metric: str, dataset: str) -> Measured:
        """Gain of SMOTified-GAN over the best of the other methods, run by run."""
        runs = {
            name: self.part(metric, "paper", {"dataset": dataset, "contender": name}).set_index("seed")["value"]
            for name in METHODS.values()
        }
        ours = runs.pop(SMOTIFIED.name)
        gains = [(ours - other).dropna() for other in runs.values()]
        least = min((gain.to_numpy() for gain in gains if len(gain)), key=np.mean, default=np.empty(0))
        return mean_of(least)

    def auc_above_next(self, dataset: str, published: float) -> dict[str, Any]:
        """Gain in AUC over the best of the other methods; within 0.01 of the published one counts."""
        ours, *others = (
            self.mean("roc_auc", "paper", {"dataset": dataset, "contender": name}).value
            for name in reversed(METHODS.values())
        )
        gain = ours - float(np.max(others))
        return {"ours": exact(gain), "holds": abs(gain - published) <= 0.01}

    def low_spreads(self) -> Measured:
        """Count the data sets on which SMOTified-GAN spreads at most as the median of the methods."""
        low = []
        for name in self.sets:
            runs = [self.part("f1", "paper", {"dataset": name, "contender": c})["value"] for c in METHODS.values()]
            spreads = [float(values.dropna().std(ddof=1)) for values in runs if values.count() > 1]
            if len(spreads) == len(METHODS):
                low.append(spreads[-1] <= float(np.median(spreads)))
        return exact(sum(low), len(low))

    def high_accuracy(self) -> Measured:
        """Count the data sets whose training and test accuracy are above 0.9 without over-sampling."""
        known = np.isfinite([self.by_set("f1", "paper", name) for name in METHODS.values()]).all(axis=0)
        both = [self.by_set(metric, "paper", "none")[known] > 0.9 for metric in ("accuracy", "training_accuracy")]
        return exact(int(np.all(both, axis=0).sum()), int(known.sum()))

    def without_sampler(self, dataset: str) -> dict[str, Any]:
        """F1 without over-sampling, of the network trained for long and briefly."""
        long, short = (self.mean("f1", way, {"dataset": dataset, "contender": "none"}) for way in ("paper", "short"))
        return {"ours": long, "others": (("30 epochs", short),)}

    def growth_at_most(self, kind: str, axis: str, published: float) -> dict[str, Any]:
        """Exponent of time in a size, and whether it may lie below the published bound."""
        ours = self.growth(kind, axis)
        return {"ours": ours, "holds": ours.low <= published}


def parts(scores: Scores, notes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Make the tables of the study."""
    numbers, known = RunNumbers(scores, notes), published("smotified_gan")
    table_3 = _table_3(numbers)
    shown = [row for row in table_3 if row.published is not None or (row.quantity == "F1" and row.ours.n)]
    auc = _auc(numbers) + claims(known["curves"], numbers)
    return {
        "text": {"rows": claims(known["text"], numbers)},
        "table_3": {"rows": table_3, "shown": shown, "runs": _runs(numbers)},
        "curves": {"rows": auc + _lowest_losses(numbers.extras["training"]), "auc": auc},
        "costs": {"rows": claims(known["costs"], numbers), "seconds": _seconds(numbers)},
        "sets": {"rows": _table_1(notes["data"]) + setting_rows("2", known["table_2"], numbers.extras["settings"])},
    }


def _cells(numbers: RunNumbers, metric: str) -> dict[str, list[Measured]]:
    return {
        method: [numbers.mean(metric, "paper", {"dataset": name, "contender": contender}) for name in TITLES]
        for method, contender in METHODS.items()
    }


def _soundly(numbers: RunNumbers, metric: str, dataset: str, contender: str) -> Measured:
    return numbers.mean(metric, "sound", {"dataset": dataset, "contender": _SOUND[contender]})


def _table_3(numbers: RunNumbers) -> list[Row]:
    """Compare the four methods under the network: training and test scores of thirty runs."""
    known = {(title, method, metric): value for title, method, metric, value in published("smotified_gan")["table_3"]}
    rows = []
    for dataset, title in TITLES.items():
        for method, contender in METHODS.items():
            for metric, quantity in METRICS.items():
                value, where = known.get((title, method, metric)), {"dataset": dataset, "contender": contender}
                others = [("30 epochs", numbers.mean(metric, "short", where))]
                if not metric.startswith("training"):
                    others.append(("soundly", _soundly(numbers, f"{metric}_tuned", dataset, contender)))
                note = "" if value else _IN_A_PICTURE
                if dataset == FRAUD:
                    note = "a partial copy of the set; " + (note or "not the paper's rows")
                ours = numbers.mean(metric, "paper", where)
                row = f"{title}, {method}"
                rows.append(against("3", row, quantity, value and value / 100, ours, others=tuple(others), note=note))
    note = "data not available"
    return rows + [judged("3", f"Connect-4, {method}", "F1", None, NOTHING, None, note=note) for method in METHODS]


def _runs(numbers: RunNumbers) -> list[list[str]]:
    """Mean (standard deviation; best) of F1 over runs, as the paper reports."""
    lines_ = []
    for dataset, title in TITLES.items():
        runs = [numbers.part("f1", "paper", {"dataset": dataset, "contender": c})["value"] for c in METHODS.values()]
        every = [values.dropna().to_numpy(dtype=float) for values in runs]
        lines_.append(
            [title, *(f"{v.mean():.3f} ({v.std(ddof=1):.3f}; {v.max():.3f})" if len(v) > 1 else "–" for v in every)]
        )
    return lines_


def _auc(numbers: RunNumbers) -> list[Row]:
    known = {(title, method): value for title, method, value in published("smotified_gan")["auc"]}
    rows = []
    for dataset, title in TITLES.items():
        for method, contender in METHODS.items():
            value = known.get((title, method))
            ours = numbers.mean("roc_auc", "paper", {"dataset": dataset, "contender": contender})
            others = (("soundly", _soundly(numbers, "roc_auc", dataset, contender)),)
            note = "" if value else _IN_A_PICTURE
            rows.append(against("6", f"{title}, {method}", "AUC", value, ours, others=others, note=note))
    return rows


def _lowest_losses(trainings: Mapping[str, Any]) -> list[Row]:
    rows = []
    note = "the paper: significant, not near zero; above 0.01 counts"
    for dataset, training in trainings.items():
        for player in ("discriminator", "generator"):
            losses = [value for value in training[f"loss_{player}"] if value is not None]
            if losses:
                lowest = exact(min(losses), len(losses))
                row = f"{TITLES[dataset]}, {player}"
                rows.append(judged("7", row, "lowest loss", None, lowest, lowest.value > 0.01, note=note))
    return rows


def _table_1(data: Mapping[str, Any]) -> list[Row]:
    rows = []
    names = {title: name for name, title in TITLES.items()}
    for title, quantity, value in published("smotified_gan")["table_1"]:
        fact = data.get(names[title], {})
        if not fact.get("used"):
            note = str(fact.get("missing", ""))
            rows.append(judged("1", title, quantity, value, NOTHING, None, note=note))
            continue
        share = 100 * fact["positive"] / fact["used"] if quantity == "minority, %" else fact["columns"]
        holds = None if value is None else abs(share - value) < 0.06
        note = fact["note"] or ("" if value else _IN_A_PICTURE)
        rows.append(judged("1", title, quantity, value, exact(share, fact["used"]), holds, note=note, form=".3g"))
    return [*rows, judged("1", "Connect-4", "minority, %", 3.84, NOTHING, None, note="data not available")]


def _seconds(numbers: RunNumbers) -> list[list[str]]:
    """Seconds of the sampler by data set and method."""
    lines_ = []
    for dataset, title in TITLES.items():
        selections = ({"dataset": dataset, "contender": name} for name in METHODS.values())
        lines_.append(
            [title, *(number(numbers.mean("seconds_resample", "paper", where), ".2f") for where in selections)]
        )
    return lines_


def figures(scores: Scores, notes: Mapping[str, Any]) -> dict[str, str]:
    """Draw Figures 4, 6 and 7."""
    numbers = RunNumbers(scores, notes)
    sound = {m: [_soundly(numbers, "f1_tuned", name, c) for name in TITLES] for m, c in METHODS.items()}
    columns = ["the paper's protocol", "soundly"]

    def curves(kind: str) -> list[tuple[str, Curves]]:
        drawn: list[tuple[str, Curves]] = []
        for dataset, by_contender in numbers.extras["curves"].items():
            known = {
                method: np.array(by_contender[name][kind]).T for method, name in METHODS.items() if name in by_contender
            }
            drawn.append((TITLES[dataset], {method: (points[0], points[1]) for method, points in known.items()}))
        return drawn

    names = {"discriminator": "loss_discriminator", "generator": "loss_generator", "validation F1": "validation_f1"}
    trainings = [
        (TITLES[dataset], {title: (training["step"], training[name]) for title, name in names.items()})
        for dataset, training in numbers.extras["training"].items()
    ]
    return {
        "smotified-gan-f1.svg": by_set([[_cells(numbers, "f1"), sound]], ["F1"], columns, list(TITLES.values())),
        "smotified-gan-roc.svg": lines(curves("roc"), "false positives", "true positives", columns=4),
        "smotified-gan-pr.svg": lines(curves("pr"), "recall", "precision", columns=4),
        "smotified-gan-training.svg": lines(trainings, "generator step", "loss or F1", columns=4),
    }
