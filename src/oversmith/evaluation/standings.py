"""Where every contender stands against the control: over data sets, or over the folds of a single one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oversmith._card import card
from oversmith.evaluation.contenders import NONE_TUNED
from oversmith.evaluation.statistics import corrected_resampled_t, holm, rank_methods, win_tie_loss
from oversmith.evaluation.statistics.matrix import PLACE, direction, fill_with_chance
from oversmith.exceptions import InputError

ROPE = 0.01
"""Differences up to this are practically none."""


@dataclass(frozen=True)
class Standing:
    """One contender against the control; positive is better, whatever the metric.

    Parameters
    ----------
    contender : str
        Its name.
    difference, low, high : float
        Mean difference and the ends of its 95 % interval.
    wins, ties, losses : int
        Data sets, or folds of a single data set.
    p, p_holm : float
        Wilcoxon over data sets, or the corrected resampled t-test over folds; raw, and corrected for all comparisons.
    worse, equal, better : float
        Probability of each on one more data set of this kind; NaN for a single data set.
    mean_rank : float
        Over data sets, 1 the best; NaN for a single data set and for a contender that skipped a classifier.
    n_filled : int
        Results that failed and count as chance.
    """

    contender: str
    difference: float
    low: float
    high: float
    wins: int
    ties: int
    losses: int
    p: float
    p_holm: float
    worse: float = math.nan
    equal: float = math.nan
    better: float = math.nan
    mean_rank: float = math.nan
    n_filled: int = 0


@dataclass(frozen=True)
class Standings:
    """All contenders against one control.

    Parameters
    ----------
    metric, control : str
        What is compared, with whom.
    rows : tuple of Standing
        The largest difference first.
    unit : {"data set", "fold"}
        What wins and losses are counted over.
    n : int
        How many of them.
    smallest_p : float
        The smallest p that the test can give with so many data sets; 0 for folds.
    control_rank, critical_difference : float
        Mean rank of the control, and what separates two mean ranks by Nemenyi's test; NaN for a single data set.
    p_any : float
        Friedman's test with Iman and Davenport's correction: whether any contender differs; NaN where there is none.
    """

    metric: str
    control: str
    rows: tuple[Standing, ...]
    unit: str
    n: int
    smallest_p: float = 0.0
    control_rank: float = math.nan
    critical_difference: float = math.nan
    p_any: float = math.nan

    def _repr_html_(self) -> str:
        """Card for a notebook."""
        rows = [
            (
                row.contender,
                row.difference,
                f"[{row.low:+.3f}, {row.high:+.3f}]".replace("-", "−"),
                f"{row.wins} / {row.ties} / {row.losses}",
                row.p_holm,
                row.n_filled,
            )
            for row in self.rows
        ]
        return card(
            f"{self.metric} against {self.control}",
            columns=("contender", "difference", "95 % interval", "wins / ties / losses", "p (Holm)", "failed"),
            rows=rows,
            caption=f"Over {self.n} {self.unit}s; positive is better",
        )


def standings(
    scores: pd.DataFrame, metric: str = "average_precision", *, control: str = NONE_TUNED.name, random_state: int = 0
) -> Standings:
    """Set every contender against the control.

    Over several data sets it is :func:`oversmith.evaluation.statistics.rank_methods`; on a single one it rests on the
    corrected resampled t-test over folds. A result that failed counts as chance, one that was skipped is left out on
    both sides.

    Parameters
    ----------
    scores : DataFrame
        Raw scores of one protocol and ratio.
    metric : str, default="average_precision"
        Column of the scores.
    control : str, default="none-tuned"
        The contender all others are set against.
    random_state : int, default=0
        Seed of the resampling behind intervals over data sets.

    Returns
    -------
    Standings
        The table.

    Raises
    ------
    InputError
        Without the control, while a result is pending, or with fewer than two folds of a single data set.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.evaluation.standings import standings
    >>> values = {"none-tuned": (0.5, 0.4, 0.3), "smote": (0.6, 0.4, 0.5)}
    >>> rows = [
    ...     dict(dataset="toy", contender=c, classifier="knn", repeat=0, fold=f, seed=0, status="done",
    ...          n_train=80, n_test=20, n_test_positive=4, average_precision=v)
    ...     for c, found in values.items() for f, v in enumerate(found)
    ... ]
    >>> found = standings(pd.DataFrame(rows))
    >>> found.unit, found.rows[0].wins, round(found.rows[0].difference, 3)
    ('fold', 2, 0.1)
    """
    if scores["dataset"].nunique() == 1:
        return _over_folds(scores, metric, control)
    found = rank_methods(scores, metric, control=control, rope=ROPE, random_state=random_state)
    rows = tuple(
        Standing(
            row.contender,
            *(row.effect.mean, row.effect.low, row.effect.high),
            *(row.record.wins, row.record.ties, row.record.losses),
            *(row.p, row.p_holm),
            *(row.posterior.worse, row.posterior.equal, row.posterior.better),
            row.mean_rank,
            row.n_filled,
        )
        for row in found.rows
    )
    return Standings(
        metric,
        control,
        rows,
        "data set",
        found.n_datasets,
        found.smallest_p,
        found.control_rank,
        found.critical_difference,
        math.nan if found.friedman is None else found.friedman.p_f,
    )


def places_of(scores: pd.DataFrame) -> np.ndarray:
    """Protocol and ratio of every row of raw scores, in words: what may stand in one table.

    Parameters
    ----------
    scores : DataFrame
        Raw scores.

    Returns
    -------
    ndarray of str
        One for each row.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.evaluation.standings import places_of
    >>> places_of(pd.DataFrame({"protocol": ["5-fold", "5-fold"], "ratio": [None, 10.0]})).tolist()
    ['5-fold', '5-fold, training part thinned to 1:10']
    """
    thinned = ["" if pd.isna(r) else f", training part thinned to 1:{r:g}" for r in scores["ratio"]]
    return np.array([p + t for p, t in zip(scores["protocol"], thinned, strict=True)], dtype=object)


def minority_rows(scores: pd.DataFrame) -> pd.Series:
    """Rows of the rare class in the training part of each data set, the median over folds.

    Parameters
    ----------
    scores : DataFrame
        Raw scores.

    Returns
    -------
    Series
        Data set to rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.evaluation.standings import minority_rows
    >>> row = dict(dataset="toy", n_train=80, n_test=20, n_test_positive=5)
    >>> minority_rows(pd.DataFrame([row]))["toy"]
    np.float64(20.0)
    """
    rare = scores["n_train"] * scores["n_test_positive"] / scores["n_test"]
    return rare.groupby(scores["dataset"]).median()


def _over_folds(scores: pd.DataFrame, metric: str, control: str) -> Standings:
    kept = fill_with_chance(scores[scores["status"] != "skipped"], metric)
    values = kept.pivot_table(index=list(PLACE[1:]), columns="contender", values="value", observed=True)
    if control not in values.columns:
        raise InputError(f"control: no result of {control!r} found")
    failed = kept[metric].isna().groupby(kept["contender"], observed=True).sum()
    share = float((scores["n_test"] / scores["n_train"]).mean())
    sign = direction(metric)
    found = []
    for name in values.columns.drop(control):
        pairs = (sign * (values[name] - values[control])).dropna()
        d = pairs.groupby(["repeat", "fold"]).mean().to_numpy(dtype=np.float64)
        if len(d) > 1:
            found.append((str(name), corrected_resampled_t(d, share), win_tie_loss(d)))
    if not found:
        raise InputError("scores: nothing to compare; two folds are needed")
    rows = [
        Standing(
            name,
            *(effect.difference, effect.low, effect.high),
            *(record.wins, record.ties, record.losses),
            *(effect.p, float(p)),
            n_filled=int(failed.get(name, 0)),
        )
        for (name, effect, record), p in zip(found, holm([effect.p for _, effect, _ in found]), strict=True)
    ]
    folds = len({(place[1], place[2]) for place in values.index})
    return Standings(
        metric, control, tuple(sorted(rows, key=lambda row: (-row.difference, row.contender))), "fold", folds
    )
