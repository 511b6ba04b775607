"""Nazari et al. 2021, factors of difficulty: F1 per experiment, gains, and what each factor explains."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from oversmith.studies.difficulty.experiments import COUNTS, EXPERIMENTS, GRID
from oversmith.studies.difficulty.plans import BASELINE, DENSE, DOCUMENT, JUDGES, TUNED
from oversmith.studies.rows import Measured, mean_of
from oversmith.studies.scores import Numbers, Scores

AS_PAPER, SOUND, CUT = "as in the paper", "soundly", "tables"
"""Whose experiments: on images under either protocol, and on tables."""
FACTORS = {"features": "features", "angle": "rotation, degrees", "n_majority": "majority cases", "ratio": "ratio"}
TABLE_FACTORS = {name: FACTORS[name] for name in ("n_majority", "ratio")} | {"source": "table"}
SHORT = {
    "document-dense": "dense 10",
    "logistic-regression": "logistic regression",
    "random-forest": "random forest",
    "xgboost": "XGBoost",
}
"""Short names of classifiers."""
_MOST = len(GRID)


class DifficultyNumbers(Numbers):
    """F1 by experiment, by the names that published.json calls them.

    ``frame`` has a row per experiment, contender, classifier and fold: ``part``, the factors, the four counts,
    ``n_rare``, and ``steps``, ``distance``, ``seconds``. A fit that failed took every row for the majority.
    """

    def __init__(self, scores: Scores, notes: Mapping[str, Any]) -> None:
        super().__init__(scores, notes, [])
        self.frame = folds_of(scores.frame)

    def _of(self, part: str, classifier: str) -> pd.DataFrame:
        return self.frame[(self.frame["part"] == part) & (self.frame["classifier"] == classifier)]

    def by_experiment(self, part: str, contender: str, classifier: str, beside: str | None = None) -> pd.DataFrame:
        """F1 of every experiment of a part, after the protocol it was run under, with its factors.

        ``minority`` and ``majority`` are means over folds in the paper's protocol, pooled over folds otherwise; with
        ``beside`` on the folds that this contender has too.
        """
        chosen = self._of(part, classifier)
        mine = chosen[chosen["contender"] == contender]
        if beside is not None:
            other = chosen.loc[chosen["contender"] == beside, ["experiment", "fold"]]
            mine = mine.merge(other, on=["experiment", "fold"])
        if part == AS_PAPER:
            mine = mine.assign(**f1_of(mine))
            grouped = mine.groupby("experiment", sort=False)
            values = grouped[["minority", "majority"]].mean()
        else:
            grouped = mine.groupby("experiment", sort=False)
            values = f1_of(grouped[list(COUNTS)].sum())
        factors = grouped[["source", "features", "angle", "n_majority", "ratio"]].first()
        return factors.join(values).assign(folds=grouped.size())

    def gains(self, part: str, contender: str, classifier: str, control: str = BASELINE) -> pd.DataFrame:
        """F1 gained over a control in every experiment, on the folds that both have."""
        mine = self.by_experiment(part, contender, classifier, control)
        other = self.by_experiment(part, control, classifier, contender)
        names = ["minority", "majority"]
        return mine.assign(**{name: mine[name] - other[name] for name in names})

    def over_folds(self, contender: str, classifier: str, quantity: str, control: str | None = None) -> Measured:
        """Mean over the paper's experiments in each fold, or its difference from a control; its interval over folds.

        Folds count that all 144 experiments have, or those that some have where none is complete.
        """
        chosen = self._of(AS_PAPER, classifier)
        chosen = chosen.assign(**f1_of(chosen)).set_index(["experiment", "fold"])
        values = chosen.loc[chosen["contender"] == contender, quantity]
        if control is not None:
            values = (values - chosen.loc[chosen["contender"] == control, quantity]).dropna()
        means = values.groupby("fold").agg(["mean", "size"])
        whole = means[means["size"] == _MOST]
        return mean_of((whole if len(whole) else means)["mean"].to_numpy(), 0.25)

    def mean_f1(self, quantity: str, contender: str, control: str | None = None) -> dict[str, Any]:
        """Mean F1 over the paper's experiments, or its change; soundly, and by the other classifiers, beside it."""
        if control is None:
            table = self.by_experiment(SOUND, contender, DENSE.name)
        else:
            table = self.gains(SOUND, contender, DENSE.name, control)
        others = [("soundly", over_experiments(table[quantity]))]
        others += [(SHORT[j.name], self.over_folds(contender, j.name, quantity, control)) for j in JUDGES[1:]]
        n = len(self.by_experiment(AS_PAPER, DOCUMENT.name, DENSE.name, BASELINE))
        note = "" if n == _MOST else f"ours of {n} experiments"
        ours = self.over_folds(contender, DENSE.name, quantity, control)
        return {"ours": ours, "others": tuple(others), "note": note}

    def whole_folds(self) -> dict[str, int]:
        """Count the folds in which CGAN was run on every experiment, by part."""
        frame = self.frame
        chosen = frame[(frame["contender"] == DOCUMENT.name) & (frame["classifier"] == DENSE.name)]
        known = chosen.groupby(["part", "fold"])["experiment"].nunique().reset_index()
        whole = {AS_PAPER: _MOST, SOUND: _MOST, CUT: len(EXPERIMENTS) - 2 * _MOST}
        return {part: int(((known["part"] == part) & (known["experiment"] == n)).sum()) for part, n in whole.items()}


def folds_of(frame: pd.DataFrame) -> pd.DataFrame:
    """List what every fold left, with the factors of its experiment."""
    frame = frame[(frame["status"] != "skipped") & frame["dataset"].isin(list(EXPERIMENTS))]
    entries = [EXPERIMENTS[name] for name in frame["dataset"]]
    folds = pd.DataFrame(
        {
            "experiment": frame["dataset"].astype(str).to_numpy(),
            "part": [CUT if e.size is None else SOUND if e.apart else AS_PAPER for e in entries],
            "source": [e.source for e in entries],
            "features": [np.nan if e.size is None else e.size**2 for e in entries],
            "angle": [np.nan if e.angle is None else e.angle for e in entries],
            "n_majority": [e.n_majority for e in entries],
            "ratio": [e.ratio for e in entries],
            "contender": frame["contender"].astype(str).to_numpy(),
            "classifier": frame["classifier"].astype(str).to_numpy(),
            "fold": frame["repeat"].to_numpy(),
            "done": (frame["status"] == "done").to_numpy(),
            "n_rare": frame["n_test_positive"].to_numpy(dtype=float),
            "n_test": frame["n_test"].to_numpy(dtype=float),
        }
    )
    tuned = (folds["contender"] == TUNED).to_numpy()
    for name in COUNTS:
        plain, cut = (_numbers(frame, column) for column in (name, f"{name}_tuned"))
        # Where no threshold could be tuned, labels are read at 0.5.
        folds[name] = np.where(tuned & np.isfinite(cut), cut, plain)
    failed = ~folds["done"] | folds[list(COUNTS)].isna().any(axis=1)
    nothing = {"true_rare": 0.0, "false_rare": 0.0, "missed_rare": folds["n_rare"]}
    nothing["true_common"] = folds["n_test"] - folds["n_rare"]
    for name, value in nothing.items():
        folds[name] = folds[name].where(~failed, value)
    for name, column in (("steps", "steps"), ("distance", "distance"), ("seconds", "seconds_resample")):
        folds[name] = _numbers(frame, column)
    return folds


def _numbers(frame: pd.DataFrame, column: str) -> np.ndarray:
    if column not in frame:
        return np.full(len(frame), np.nan)
    return np.asarray(frame[column].astype(float).to_numpy())


def f1_of(counts: pd.DataFrame) -> pd.DataFrame:
    """F1 of minority and majority from counts; 0 where nothing of a class is there or said to be.

    Parameters
    ----------
    counts : DataFrame
        The four counts.

    Returns
    -------
    DataFrame
        ``minority`` and ``majority``.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.studies.difficulty.numbers import f1_of
    >>> counts = pd.DataFrame({"true_rare": [2, 0], "false_rare": [1, 0], "missed_rare": [1, 0], "true_common": [4, 8]})
    >>> f1_of(counts).round(3).values.tolist()
    [[0.667, 0.8], [0.0, 1.0]]
    """
    errors = counts["false_rare"] + counts["missed_rare"]
    hits = {"minority": counts["true_rare"], "majority": counts["true_common"]}
    return pd.DataFrame({name: (2 * hit / (2 * hit + errors)).fillna(0.0) for name, hit in hits.items()})


def over_experiments(values: pd.Series) -> Measured:
    """Mean over experiments and its interval, as if they were independent of each other; of two there is none."""
    mean = mean_of(values.to_numpy(dtype=float))
    return mean if mean.n > 2 else replace(mean, low=np.nan, high=np.nan)


def levels(table: pd.DataFrame, factor: str, quantity: str) -> dict[Any, Measured]:
    """Mean over the experiments at each level of a factor.

    Parameters
    ----------
    table : DataFrame
        Of ``gains`` or ``by_experiment``.
    factor, quantity : str
        Columns.

    Returns
    -------
    dict
        Level → mean with its interval over experiments, in rising order.
    """
    return {level: over_experiments(part[quantity]) for level, part in table.groupby(factor, sort=True)}


def shares(table: pd.DataFrame, factors: Sequence[str], quantity: str = "minority") -> dict[str, float]:
    """Share of the variance between experiments that each factor explains.

    A regression on the levels of the factors; what a factor adds to the explained variance is averaged over all orders
    in which factors can be added, so that shares add up also where experiments are missing. In a complete grid it is
    the sum of squares of the factor over the whole.

    Parameters
    ----------
    table : DataFrame
        One row per experiment.
    factors : sequence of str
        Columns.
    quantity : str, default="minority"
        What is explained.

    Returns
    -------
    dict of str to float
        Factor → share; ``"pairs"`` for what two factors explain together beyond their own shares, 0 where they have
        more than one number for every two experiments; ``"rest"``. Empty where experiments do not differ.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.studies.difficulty.numbers import shares
    >>> table = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "minority": [0.0, 1.0, 3.0, 4.0]})
    >>> {name: round(share, 3) for name, share in shares(table, ["a", "b"]).items()}
    {'a': 0.9, 'b': 0.1, 'pairs': 0.0, 'rest': 0.0}
    """
    y = table[quantity].to_numpy(dtype=float)
    y = y - y.mean() if len(y) else y
    total = float(y @ y)
    if total <= 1e-12:
        return {}
    dummies = {name: pd.get_dummies(table[name].astype(str)).to_numpy(dtype=float) for name in factors}

    def explained(columns: Sequence[np.ndarray]) -> float:
        design = np.hstack([np.ones((len(y), 1)), *columns])
        left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        return 1.0 - float(left @ left) / total

    known = {
        chosen: explained([dummies[name] for name in chosen])
        for n in range(len(factors) + 1)
        for chosen in itertools.combinations(factors, n)
    }
    result = {name: _added(known, factors, name) for name in factors}
    pairs = [
        (dummies[a][:, :, None] * dummies[b][:, None, :]).reshape(len(y), -1)
        for a, b in itertools.combinations(factors, 2)
    ]
    main = both = known[tuple(factors)]
    if len(y) >= 2 * np.linalg.matrix_rank(np.hstack([*dummies.values(), *pairs])):
        both = explained([*dummies.values(), *pairs])
    return result | {"pairs": both - main, "rest": 1.0 - both}


def _added(known: Mapping[tuple[str, ...], float], factors: Sequence[str], name: str) -> float:
    """Average what a factor adds to the others over all orders."""
    others = [other for other in factors if other != name]
    total = 0.0
    for n in range(len(others) + 1):
        for before in itertools.combinations(others, n):
            with_it = tuple(other for other in factors if other in before or other == name)
            weight = 1 / (len(factors) * math.comb(len(others), n))
            total += weight * (known[with_it] - known[before])
    return total
