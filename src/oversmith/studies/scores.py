"""Numbers of a study out of its raw scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from oversmith.evaluation import analyse
from oversmith.statistics.matrix import fill_with_chance
from oversmith.studies.rows import NOTHING, Measured, exact, mean_of, slope

_PLACES = ("dataset", "protocol", "ratio", "contender", "classifier", "repeat", "fold", "seed")
# Scores of always predicting the larger of two classes, from the share of that class.
_ALWAYS_LARGER: dict[str, Callable[[pd.Series], pd.Series]] = {
    "accuracy": lambda share: share,
    "precision_macro": lambda share: share / 2,
    "recall_macro": lambda share: share * 0 + 0.5,
    "f1_macro": lambda share: share / (1 + share),
}
_METRICS = ("average_precision", "roc_auc", "f1", "f1_tuned", "precision", "recall", "brier")


class Scores:
    """Raw scores of a study, selected by data set, protocol, contender and so on.

    A result that failed counts as chance where chance is known: tables set against those of a paper have a number in
    every cell. In accuracy and in means over classes it counts as always naming the larger of two.

    Parameters
    ----------
    frame : DataFrame
        Raw scores.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._filled: dict[str, pd.DataFrame] = {}
        # Some columns are compared thousands of times: numbers are compared faster than text.
        run = frame[frame["status"] != "skipped"]
        self._codes = {name: pd.factorize(run[name]) for name in _PLACES}

    def part(self, metric: str, **where: Any) -> pd.DataFrame:
        """Rows with the metric as ``value``.

        Parameters
        ----------
        metric : str
            Column.
        **where : object
            Column to value, or to a list of values; None asks for what is missing.

        Returns
        -------
        DataFrame
            Those rows.
        """
        frame = self._with_value(metric)
        chosen = np.ones(len(frame), dtype=bool)
        for name, value in where.items():
            codes, known = self._codes[name]
            values = value if isinstance(value, list | tuple) else [value]
            # Missing values have the code −1.
            wanted = [-1 if entry is None else known.get_indexer(pd.Index([entry]))[0] for entry in values]
            if value is not None:
                wanted = [code for code in wanted if code >= 0]
            chosen &= np.isin(codes, wanted)
        return frame[chosen]

    def mean(self, metric: str, **where: Any) -> Measured:
        """Mean over folds, repeats and seeds with its interval; several data sets or classifiers are averaged first.

        Parameters
        ----------
        metric : str
            Column.
        **where : object
            As in :meth:`part`.

        Returns
        -------
        Measured
            ``n`` is the number of folds, repeats and seeds.
        """
        part = self.part(metric, **where).dropna(subset=["value"])
        if not len(part):
            return NOTHING
        values = part.groupby(["repeat", "fold", "seed"])["value"].mean().to_numpy()
        return mean_of(values, _share(part))

    def difference(self, metric: str, a: Mapping[str, Any], b: Mapping[str, Any], **where: Any) -> Measured:
        """Mean paired difference ``a`` − ``b`` with its interval, over folds, repeats and seeds.

        Parameters
        ----------
        metric : str
            Column.
        a, b : mapping
            What tells the two sides apart, for example ``{"contender": "smote"}``.
        **where : object
            What they share.

        Returns
        -------
        Measured
            The difference.
        """
        keys = ["dataset", "classifier", "repeat", "fold", "seed"]
        left = self.part(metric, **where, **a).set_index(keys)["value"]
        right = self.part(metric, **where, **b).set_index(keys)["value"]
        paired = (left - right).dropna()
        if not len(paired):
            return NOTHING
        values = paired.groupby(["repeat", "fold", "seed"]).mean().to_numpy()
        return mean_of(values, _share(self.part(metric, **where, **a)))

    def over_sets(self, metric: str, contender: str, control: str, protocol: str) -> tuple[Measured, str]:
        """Mean difference from a control over data sets, each counted once, with a bootstrap interval.

        Parameters
        ----------
        metric : str
            Column.
        contender, control : str
            Who is set against whom.
        protocol : str
            Where.

        Returns
        -------
        (Measured, str)
            ``n`` is the number of data sets; and wins, losses and Wilcoxon's p in words.
        """
        part = self.frame[
            (self.frame["protocol"] == protocol) & self.frame["contender"].isin([contender, control]).to_numpy()
        ]
        if part["dataset"].nunique() < 2 or part["contender"].nunique() < 2:
            return NOTHING, ""
        effect = analyse(part, control=control, tested=(), described=(metric,)).effect(contender, metric)
        if effect is None:
            return NOTHING, ""
        words = f"over data sets: {effect.wins} won, {effect.losses} lost, Wilcoxon's p {effect.p:.2g}"
        n = effect.wins + effect.ties + effect.losses
        return Measured(effect.difference, effect.low, effect.high, n), words

    def _with_value(self, metric: str) -> pd.DataFrame:
        if metric not in self._filled:
            frame = self.frame[self.frame["status"] != "skipped"]
            if metric in _METRICS:
                self._filled[metric] = fill_with_chance(frame, metric)
            else:
                values = frame[metric].astype(float) if metric in frame else pd.Series(np.nan, frame.index)
                if metric.removesuffix("_tuned") in _ALWAYS_LARGER:
                    share = frame["n_test_positive"] / frame["n_test"]
                    larger = _ALWAYS_LARGER[metric.removesuffix("_tuned")](share.where(share > 0.5, 1 - share))
                    values = values.where(frame["status"] == "done", larger)
                self._filled[metric] = frame.assign(value=values)
            # Every selection copies its rows: of all columns that would be slow.
            self._filled[metric] = self._filled[metric][[*_PLACES, "n_train", "n_test", "value"]]
        return self._filled[metric]


class Numbers:
    """Our numbers, by the names that published.json calls them; each study adds its own.

    Parameters
    ----------
    scores : Scores
        Raw scores.
    notes : mapping
        What else was measured.
    sets : sequence of str
        Data sets, in the paper's order.
    **protocols : mapping
        Name in published.json → columns of the raw scores and their values.
    """

    def __init__(
        self, scores: Scores, notes: Mapping[str, Any], sets: Sequence[str], **protocols: Mapping[str, Any]
    ) -> None:
        self.scores, self.notes, self.extras, self.sets = scores, notes, notes["extras"], sets
        self.protocols = protocols

    def _selection(self, protocol: str, where: Mapping[str, Any]) -> dict[str, Any]:
        return {**self.protocols[protocol], **where}

    def part(self, metric: str, protocol: str, where: Mapping[str, Any]) -> pd.DataFrame:
        """Rows with the metric as ``value``."""
        return self.scores.part(metric, **self._selection(protocol, where))

    def mean(self, metric: str, protocol: str, where: Mapping[str, Any]) -> Measured:
        """Mean under a protocol."""
        return self.scores.mean(metric, **self._selection(protocol, where))

    def difference(
        self, metric: str, protocol: str, a: str, b: str, where: Mapping[str, Any] = MappingProxyType({})
    ) -> Measured:
        """Mean difference of two contenders under a protocol."""
        return self.scores.difference(metric, {"contender": a}, {"contender": b}, **self._selection(protocol, where))

    def over_sets(self, metric: str, contender: str, control: str) -> dict[str, Any]:
        """Gain over a control under the sound protocol, over data sets."""
        ours, note = self.scores.over_sets(metric, contender, control, self.protocols["sound"]["protocol"])
        return {"ours": ours, "note": note or "not run"}

    def by_set(
        self, metric: str, protocol: str, contender: str, where: Mapping[str, Any] = MappingProxyType({})
    ) -> np.ndarray:
        """Mean of every data set; NaN where there is none."""
        where = {"contender": contender, **where}
        return np.array([self.mean(metric, protocol, {"dataset": name, **where}).value for name in self.sets])

    def sets_won(self, metric: str, protocol: str, contender: str, rivals: Sequence[str]) -> Measured:
        """Count the data sets on which a contender is above all rivals, of those on which all were run."""
        ours, *others = (self.by_set(metric, protocol, name) for name in (contender, *rivals))
        known = np.isfinite(ours) & np.isfinite(others).all(axis=0)
        return exact(int((ours > np.max(others, axis=0))[known].sum()), int(known.sum()))

    def spread(self, metric: str, protocol: str, where: Mapping[str, Any]) -> float:
        """Compute the standard deviation between folds and seeds, mean over classifiers first."""
        values = self.part(metric, protocol, where).dropna(subset=["value"])
        means = values.groupby(["repeat", "fold", "seed"])["value"].mean()
        return float(means.std(ddof=1)) if len(means) > 1 else np.nan

    def growth(self, kind: str, axis: str) -> Measured:
        """Exponent of time in a size."""
        return slope(self.extras["costs"][kind], axis)


def _share(part: pd.DataFrame) -> float:
    """Test rows to training rows: what overlapping training parts cost in variance."""
    return float((part["n_test"] / part["n_train"]).mean())
