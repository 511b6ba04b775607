"""Chung et al. 2024, three-player GAN: what its published numbers are compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from oversmith.statistics import PairedEffect, corrected_resampled_t, holm, paired_t
from oversmith.studies.published import published
from oversmith.studies.rows import NOTHING, Measured, exact, mean_of
from oversmith.studies.scores import Numbers, Scores
from oversmith.studies.spectra.choice import OWN
from oversmith.studies.spectra.plans import BASELINE, BASIC, CASES, JUDGE, PROPOSED, RIVALS, protocol_names

SIMULATED = "simulated, not comparable"
METRICS = {"precision_macro": "precision", "recall_macro": "recall", "f1_macro": "F-score"}
# Rows of the tables: title → contender and classifier.
ROWS = {"Baseline": (BASELINE, JUDGE)} | {way.title: (way.key, JUDGE) for way in (*RIVALS, PROPOSED)}
OWN_ROW = "Proposed, its own classifier"
ALL_ROWS = ROWS | {OWN_ROW: (PROPOSED.key, OWN.name)} | {way.title: (way.key, JUDGE) for way in BASIC}
RIVAL_TITLES = tuple(way.title for way in RIVALS)
STAND_INS = tuple(name for name, case in CASES.items() if case.simulated)
REAL = tuple(name for name, case in CASES.items() if not case.simulated)
LEVEL = 0.05
_NO_ROWS = (pd.Series(dtype=float), 0.0)


def cases(group: str) -> Iterator[tuple[str, int]]:
    """Go through the data sets of a group, or one data set, and their counts."""
    for dataset in datasets_of(group):
        for minority in CASES[dataset].minority:
            yield dataset, minority


def datasets_of(group: str) -> Sequence[str]:
    """List the data sets of "simulated", of "measured", or the one of that name."""
    return {"simulated": STAND_INS, "measured": REAL}.get(group, (group,))


def one_sided(effect: PairedEffect) -> float:
    """One-sided p of a two-sided test: that the difference is above zero.

    Examples
    --------
    >>> from oversmith.statistics import paired_t
    >>> from oversmith.studies.spectra.numbers import one_sided
    >>> up, down = one_sided(paired_t([0.1, 0.2, 0.3])), one_sided(paired_t([-0.1, -0.2, -0.3]))
    >>> round(up, 3), round(up + down, 6)
    (0.037, 1.0)
    """
    return effect.p / 2 if effect.difference > 0 else 1 - effect.p / 2


class SpectraNumbers(Numbers):
    """Our numbers, by the names that published.json calls them.

    Scores are selected by data set, number of rows of the smaller class, and title of a row of the tables.
    """

    def __init__(self, scores: Scores, notes: Mapping[str, Any]) -> None:
        names = {dataset: protocol_names(notes, dataset) for dataset in CASES}
        middle = [names[dataset][case.middle] for dataset, case in CASES.items()]
        super().__init__(
            scores,
            notes,
            list(CASES),
            own={"protocol": middle, "classifier": OWN.name},
            network={"protocol": middle, "classifier": JUDGE},
        )
        self.names = names
        # The tables read the same rows thousands of times.
        self._known: dict[str, dict[tuple[str, ...], tuple[pd.Series, float]]] = {}

    def _row(self, dataset: str, minority: int, title: str, metric: str) -> tuple[pd.Series, float]:
        """Scores of a row by repetition, and test to training rows."""
        if metric not in self._known:
            part = self.scores.part(metric).dropna(subset=["value"])
            self._known[metric] = {
                tuple(map(str, group)): (
                    rows.set_index("repeat")["value"].sort_index(),
                    float((rows["n_test"] / rows["n_train"]).mean()),
                )
                for group, rows in part.groupby(["dataset", "protocol", "contender", "classifier"], observed=True)
            }
        return self._known[metric].get((dataset, self.names[dataset][minority], *ALL_ROWS[title]), _NO_ROWS)

    def values(self, dataset: str, minority: int, title: str, metric: str = "f1_macro") -> pd.Series:
        """Scores of a row of the tables by repetition."""
        return self._row(dataset, minority, title, metric)[0]

    def measured(self, dataset: str, minority: int, title: str, metric: str = "f1_macro") -> Measured:
        """Mean of a row of the tables over repetitions."""
        values, share = self._row(dataset, minority, title, metric)
        return mean_of(values.to_numpy(), share)

    def balance(self, dataset: str, minority: int) -> Measured:
        """Rows of the smaller class to those of the larger one."""
        return exact(minority / CASES[dataset].majority)

    def minutes(self, dataset: str, title: str) -> Measured:
        """Minutes of a method's training and drawing, mean over counts and repetitions."""
        contender, classifier = ROWS[title]
        where = {"dataset": dataset, "contender": contender, "classifier": classifier}
        part = self.scores.part("seconds_resample", protocol=list(self.names[dataset].values()), **where)
        return mean_of(part.groupby("repeat")["value"].mean().to_numpy() / 60)

    # ------------------------------------------------------------------ tests

    def above(self, dataset: str, minority: int, rival: str, metric: str = "f1_macro") -> tuple[Measured, Measured]:
        """One-sided p that the proposed method is above a rival: plain, as in the paper, and corrected.

        The plain test takes the repetitions as independent; their training and test parts overlap, which the second
        one (Nadeau and Bengio's) allows for.
        """
        ours, share = self._row(dataset, minority, PROPOSED.title, metric)
        gains = (ours - self.values(dataset, minority, rival, metric)).dropna().to_numpy()
        if len(gains) < 2:
            return NOTHING, NOTHING
        effects = paired_t(gains), corrected_resampled_t(gains, share)
        plain, corrected = (exact(one_sided(effect), len(gains)) for effect in effects)
        return plain, corrected

    def best_rival(self, dataset: str, minority: int) -> str | None:
        """Name the rival with the best F-score, which the paper tests; None where none was run."""
        means = {title: self.measured(dataset, minority, title) for title in RIVAL_TITLES}
        known = {title: ours.value for title, ours in means.items() if ours.n}
        return max(known, key=lambda title: known[title]) if known else None

    def adjusted(self, dataset: str, minority: int, rivals: Sequence[str], best: str) -> Measured:
        """Corrected p against a rival, by Holm over all rivals."""
        tests = {rival: self.above(dataset, minority, rival)[1] for rival in rivals}
        known = {rival: ours for rival, ours in tests.items() if ours.n}
        if best not in known:
            return NOTHING
        corrected = holm([ours.value for ours in known.values()])
        return exact(float(corrected[list(known).index(best)]), known[best].n)

    # ------------------------------------------------------------------ claims

    def gain(self, group: str, metric: str) -> dict[str, Any]:
        """By which share the proposed method is above the mean of what it is compared with, over sets and counts."""
        return self._with_measured(group, lambda g: self._gain(g, metric))

    def _gain(self, group: str, metric: str) -> Measured:
        rivals = ("Baseline", *RIVAL_TITLES)
        return self._over_cases(group, (PROPOSED.title,), rivals, metric, lambda ours, others: ours / others - 1)

    def apart(self, group: str, titles: Sequence[str], others: Sequence[str]) -> dict[str, Any]:
        """Difference in F-score between the means of two groups of rows."""
        return self._with_measured(group, lambda g: self._over_cases(g, titles, others, "f1_macro", lambda a, b: a - b))

    def _over_cases(
        self, group: str, titles: Sequence[str], others: Sequence[str], metric: str, compared: Callable[..., pd.Series]
    ) -> Measured:
        """Mean over cases of each repetition that has them all, then over repetitions."""
        compared_ = []
        for case in cases(group):
            sides = [[self.values(*case, title, metric) for title in side] for side in (titles, others)]
            if all(len(values) for side in sides for values in side):
                compared_.append(compared(*map(_mean, sides)))
        return mean_of(_mean(compared_).to_numpy()) if compared_ else NOTHING

    def _with_measured(self, group: str, number: Callable[[str], Measured]) -> dict[str, Any]:
        return {"ours": number(group), "others": (("measured spectra", number("measured")),)}

    def count(self, kind: str, group: str, of: int, note: str = "") -> dict[str, Any]:
        """Count what the prose says of all tables, on simulated and on measured spectra."""
        ours, real = (getattr(self, kind)(where) for where in (group, "measured"))
        words = [f"of {of}", *([f"ours of {ours.n}"] if ours.n else []), *([f"measured of {real.n}"] if real.n else [])]
        note = "; ".join(filter(None, (note, ", ".join(words), SIMULATED)))
        return {"ours": ours, "others": (("measured spectra", real),), "note": note}

    def best(self, group: str) -> Measured:
        """Count the tables that the proposed method leads, of those that are complete."""
        return _first([{title: self.measured(*case, title) for title in ROWS} for case in cases(group)])

    def longest(self, group: str) -> Measured:
        """Count the data sets on which the proposed method takes longest."""
        trained = (*RIVAL_TITLES, PROPOSED.title)
        return _first([{title: self.minutes(name, title) for title in trained} for name in datasets_of(group)])

    def below(self, group: str) -> Measured:
        """Count the cells of rivals below the baseline."""
        cells = []
        for case in cases(group):
            base = self.measured(*case, "Baseline")
            every = [self.measured(*case, title) for title in RIVAL_TITLES]
            cells += [ours.value < base.value for ours in every if base.n and ours.n]
        return exact(sum(cells), len(cells))

    def named_tests(self, group: str) -> Measured:
        """Count the significant tests of those that the paper names, all on one data set."""
        named = [] if group == "measured" else published("spectra")["tests"]
        return _significant(self.above(group, n, rival, metric)[0] for rival, n, _ in named for metric in METRICS)

    def beats_best(self, group: str) -> Measured:
        """Count the significant tests against the best rival."""
        best = ((case, self.best_rival(*case)) for case in cases(group))
        return _significant(self.above(*case, rival)[0] for case, rival in best if rival is not None)


def _mean(rows: Sequence[pd.Series]) -> pd.Series:
    """Mean of several rows in each repetition that has them all."""
    return pd.concat(rows, axis=1).dropna().mean(axis=1)


def _first(tables: Sequence[Mapping[str, Measured]]) -> Measured:
    whole = [
        {title: ours.value for title, ours in table.items()} for table in tables if all(m.n for m in table.values())
    ]
    return exact(sum(max(table, key=lambda title: table[title]) == PROPOSED.title for table in whole), len(whole))


def _significant(tests: Iterator[Measured]) -> Measured:
    known = [test.value <= LEVEL for test in tests if test.n]
    return exact(int(np.sum(known)), len(known))
