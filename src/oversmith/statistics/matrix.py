"""From raw scores to a table of data sets by methods, with nothing missing in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from oversmith.exceptions import InputError
from oversmith.metrics import METRICS, chance_values

PLACE = ("dataset", "classifier", "repeat", "fold", "seed")
"""Columns that say which result of a method stands beside which of another."""


@dataclass(frozen=True)
class ScoreMatrix:
    """One value per data set and method.

    Parameters
    ----------
    datasets, contenders : tuple of str
        Names of rows and columns.
    values : ndarray of shape (N, k)
        Means over classifiers, folds and seeds, turned so that higher is better.
    metric : str
        The metric.
    n_filled : int
        Results that failed and count as chance.
    """

    datasets: tuple[str, ...]
    contenders: tuple[str, ...]
    values: np.ndarray
    metric: str
    n_filled: int


def score_matrix(
    scores: pd.DataFrame,
    metric: str = "average_precision",
    *,
    contenders: Sequence[str] | None = None,
    missing: Literal["refuse", "chance"] = "refuse",
    chance: Mapping[str, float] | None = None,
) -> ScoreMatrix:
    """Average raw scores per data set and method, after a density gate.

    No table is made while a method lacks a result that another one has. A result that failed, ran out of time or out of
    memory refuses the table too, unless ``missing="chance"`` counts it as a guess would score; it is never dropped. A
    classifier that one method skipped (as one that takes no class weights does) cannot stand beside the others: leave
    the method or the classifier out.

    Parameters
    ----------
    scores : DataFrame
        Raw scores of one protocol and ratio.
    metric : str, default="average_precision"
        Column of the scores.
    contenders : sequence of str, optional
        Methods, in the order wanted; all by default, sorted.
    missing : {"refuse", "chance"}, default="refuse"
        What to do with results that failed.
    chance : mapping of str to float, optional
        Data set → value of a guess; by default that of a binary task at the prevalence of the test fold.

    Returns
    -------
    ScoreMatrix
        The table.

    Raises
    ------
    InputError
        When a column is missing, scores of several protocols are mixed, or the table would have holes; the message
        names the first ones.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.statistics import score_matrix
    >>> rows = [
    ...     dict(dataset=d, contender=c, classifier="knn", repeat=0, fold=0, seed=0, status="done",
    ...          n_test=10, n_test_positive=2, average_precision=v)
    ...     for d, c, v in [("a", "none", 0.5), ("a", "smote", 0.6), ("b", "none", 0.4), ("b", "smote", 0.3)]
    ... ]
    >>> score_matrix(pd.DataFrame(rows)).values.tolist()
    [[0.5, 0.6], [0.4, 0.3]]
    """
    if missing not in ("refuse", "chance"):
        raise InputError("missing", f"{missing!r} found", "use 'refuse' or 'chance'")
    sign = direction(metric)
    rows = rows_of(scores, contenders, metric)
    names = tuple(contenders) if contenders is not None else tuple(sorted(rows["contender"].unique()))
    _check_dense(rows, names)
    failed = rows[metric].isna()
    if failed.any() and missing == "refuse":
        raise InputError(
            "scores",
            f"{int(failed.sum())} results have no {metric}, among them {_told(rows[failed].iloc[0])}",
            "run them again, leave the method or the data set out, or count them as chance with missing='chance'",
        )
    filled = fill_with_chance(rows, metric, chance)
    table = filled.pivot_table(index="dataset", columns="contender", values="value", aggfunc="mean", observed=True)
    table = table.sort_index()[list(names)]
    return ScoreMatrix(tuple(map(str, table.index)), names, sign * table.to_numpy(), metric, int(failed.sum()))


def fill_with_chance(scores: pd.DataFrame, metric: str, chance: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Add a column ``value``: the metric, and where it failed what a guess would score.

    Parameters
    ----------
    scores : DataFrame
        Raw scores without skipped ones.
    metric : str
        Column of the scores.
    chance : mapping of str to float, optional
        Data set → value of a guess; for a data set it lacks, from ``n_test`` and ``n_test_positive``.

    Returns
    -------
    DataFrame
        A copy with the column.
    """
    base, known = metric.removesuffix("_tuned"), chance or {}
    # Only where it is needed: the prevalence of a test fold has few values.
    guesses = {
        (name, n, p): known[name] if name in known else chance_values(np.repeat([0, 1], [n - p, p]), 1)[base]
        for name, n, p in scores.loc[scores[metric].isna(), ["dataset", "n_test", "n_test_positive"]]
        .drop_duplicates()
        .itertuples(index=False)
    }
    keys = zip(scores["dataset"], scores["n_test"], scores["n_test_positive"], strict=True)
    guessed = pd.Series([guesses.get(key, np.nan) for key in keys], index=scores.index, dtype=float)
    return scores.assign(value=scores[metric].where(scores[metric].notna(), guessed))


def seed_spread(scores: pd.DataFrame, metric: str = "average_precision") -> pd.DataFrame:
    """Set the standard deviation between seeds beside the mean, per data set, method and classifier.

    Parameters
    ----------
    scores : DataFrame
        Raw scores.
    metric : str, default="average_precision"
        Column of the scores.

    Returns
    -------
    DataFrame
        ``dataset``, ``contender``, ``classifier``, ``mean``, ``sd`` (NaN for a single seed) and ``n_seeds``; the value
        of a seed is its mean over folds and repeats.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.statistics import seed_spread
    >>> rows = [
    ...     dict(dataset="a", contender="gan", classifier="knn", repeat=0, fold=f, seed=s, f1=0.5 + 0.1 * s)
    ...     for s in (0, 2) for f in (0, 1)
    ... ]
    >>> seed_spread(pd.DataFrame(rows), "f1").round(3)[["mean", "sd", "n_seeds"]].values.tolist()
    [[0.6, 0.141, 2.0]]
    """
    direction(metric)
    groups = ["dataset", "contender", "classifier"]
    by_seed = scores.groupby([*groups, "seed"], observed=True)[metric].mean()
    spread = by_seed.groupby(groups, observed=True).agg(mean="mean", sd="std", n_seeds="count")
    return spread.reset_index()


def direction(metric: str) -> int:
    """Tell whether more of a metric is better (1) or less (−1)."""
    known = METRICS.get(metric.removesuffix("_tuned"))
    if known is None or (metric.endswith("_tuned") and known.needs != "labels"):
        labels = [f"{m.name}_tuned" for m in METRICS.values() if m.needs == "labels"]
        raise InputError("metric", f"{metric!r} is not known", f"choose from {', '.join([*METRICS, *labels])}")
    return 1 if known.goal == "max" else -1


def rows_of(scores: pd.DataFrame, contenders: Sequence[str] | None, metric: str) -> pd.DataFrame:
    """Check raw scores and return those of the methods wanted."""
    lacking = {*PLACE, "contender", "status", "n_test", "n_test_positive", metric} - set(scores.columns)
    if lacking:
        raise InputError("scores", f"no column {sorted(lacking)} found", "give raw scores as a store exports them")
    for column in ("protocol", "ratio"):
        if column in scores and scores[column].nunique(dropna=False) > 1:
            values = ", ".join(sorted(map(str, scores[column].unique())))
            raise InputError("scores", f"several values of {column} found ({values})", "choose the rows of one")
    if contenders is None:
        rows = scores
    else:
        unknown = [name for name in contenders if name not in set(scores["contender"])]
        if unknown:
            raise InputError(
                "contenders", f"{unknown} have no results", f"there are {sorted(set(scores['contender']))}"
            )
        rows = scores[scores["contender"].isin(list(contenders))]
    if not len(rows):
        raise InputError("scores", "no result found", "run the plan first")
    return rows


def _check_dense(rows: pd.DataFrame, names: Sequence[str]) -> None:
    skipped = rows[rows["status"] == "skipped"]
    if len(skipped):
        raise InputError(
            "scores",
            f"{len(skipped)} results were skipped, among them {_told(skipped.iloc[0])}",
            "leave the method out with contenders=, or drop the rows of the classifier",
        )
    places = rows.groupby(list(PLACE), observed=True)["contender"].agg(["nunique", "size"])
    twice = places[places["size"] > places["nunique"]]
    if len(twice):
        raise InputError("scores", f"several results of one method found for {_named(twice.index[0])}", "keep one")
    holes = places[places["nunique"] < len(names)]
    if len(holes):
        there = set(rows.set_index(list(PLACE)).loc[[holes.index[0]], "contender"])
        absent = next(name for name in names if name not in there)
        raise InputError(
            "scores",
            f"{len(holes)} of {len(places)} places lack a method, the first {absent} for {_named(holes.index[0])}",
            "run what is pending, or leave the method or the data set out",
        )
    judges = {tuple(sorted(set(group))) for _, group in rows.groupby("dataset", observed=True)["classifier"]}
    if len(judges) > 1:
        raise InputError(
            "scores",
            f"the data sets were judged by different classifiers ({', '.join(min(judges))}; ...)",
            "run what is pending, or drop the rows of a classifier",
        )


def _told(row: pd.Series) -> str:
    return f"{row['contender']} with {row['classifier']} on {row['dataset']}: {row['status']}"


def _named(position: tuple[object, ...]) -> str:
    return ", ".join(f"{column} {value}" for column, value in zip(PLACE, position, strict=True))
