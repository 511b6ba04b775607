"""The summary of a benchmark: every method against a control, effect and interval first, p last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oversmith.evaluation.statistics.bayes import Posterior, signed_rank_posterior
from oversmith.evaluation.statistics.intervals import Interval, hierarchical_bootstrap
from oversmith.evaluation.statistics.matrix import PLACE, direction, fill_with_chance, rows_of
from oversmith.evaluation.statistics.paired import Tally, holm, wilcoxon_against, win_tie_loss
from oversmith.evaluation.statistics.ranks import FriedmanResult, critical_difference, friedman, mean_ranks
from oversmith.exceptions import InputError


@dataclass(frozen=True)
class RankingRow:
    """One method against the control.

    Parameters
    ----------
    contender : str
        The method.
    effect : Interval
        Mean difference over data sets, as in :class:`Effect`.
    record : Tally
        Data sets won, tied and lost.
    posterior : Posterior
        Probability of being worse, practically equal and better on one more data set of this kind.
    mean_rank : float
        Among all methods, 1 the best; NaN for a method that skipped a classifier.
    n_filled : int
        Results of the method that failed and count as chance.
    p, p_holm : float
        Wilcoxon over data sets, raw and corrected for all comparisons with the control.
    """

    contender: str
    effect: Interval
    record: Tally
    posterior: Posterior
    mean_rank: float
    n_filled: int
    p: float
    p_holm: float


@dataclass(frozen=True)
class Effect:
    """How far one method lies from the control; positive is better.

    Parameters
    ----------
    interval : Interval
        Mean difference over data sets; its interval resamples data sets, then folds within them (classifiers and
        seeds of a fold are averaged: they share its rows).
    record : Tally
        Data sets won, tied and lost.
    """

    interval: Interval
    record: Tally


@dataclass(frozen=True)
class Ranking:
    """All methods against one control.

    Parameters
    ----------
    metric, control : str
        What is compared, with whom.
    rows : tuple of RankingRow
        The largest effect first.
    n_datasets, n_comparisons : int
        Data sets, and tests in the family of Holm's correction.
    control_rank : float
        Mean rank of the control.
    critical_difference : float
        Of mean ranks by Nemenyi's test; for the picture.
    friedman : FriedmanResult or None
        Whether the methods differ at all; None for fewer than three of them.
    smallest_p : float
        The smallest p that Wilcoxon's test can give with so many data sets.
    """

    metric: str
    control: str
    rows: tuple[RankingRow, ...]
    n_datasets: int
    n_comparisons: int
    control_rank: float
    critical_difference: float
    friedman: FriedmanResult | None
    smallest_p: float


def rank_methods(
    scores: pd.DataFrame,
    metric: str = "average_precision",
    *,
    control: str = "none-tuned",
    rope: float = 0.01,
    chance: Mapping[str, float] | None = None,
    random_state: int = 0,
) -> Ranking:
    """Set every method of raw scores against the control.

    Differences are paired by data set, classifier, repeat, fold and seed, averaged per data set. A result that failed
    counts as chance; a pair of which one side was skipped is left out on both sides; a result that is not there at all
    refuses the summary.

    Parameters
    ----------
    scores : DataFrame
        Raw scores of one protocol and ratio, two data sets at least.
    metric : str, default="average_precision"
        Column of the scores.
    control : str, default="none-tuned"
        The method all others are set against.
    rope : float, default=0.01
        Region of practical equivalence, in units of the metric.
    chance : mapping of str to float, optional
        Data set → value of a guess, for data of several classes.
    random_state : int, default=0
        Seed of the resampling.

    Returns
    -------
    Ranking
        The summary.

    Raises
    ------
    InputError
        Without the control, with fewer than two data sets, or while a result is pending.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.evaluation.statistics import rank_methods
    >>> values = {"none-tuned": (0.5, 0.4, 0.3), "smote": (0.6, 0.4, 0.5)}
    >>> rows = [
    ...     dict(dataset=d, contender=c, classifier="knn", repeat=0, fold=0, seed=0, status="done",
    ...          n_test=10, n_test_positive=2, average_precision=v)
    ...     for c, found in values.items() for d, v in zip("abc", found)
    ... ]
    >>> ranking = rank_methods(pd.DataFrame(rows))
    >>> row = ranking.rows[0]
    >>> row.contender, round(row.effect.mean, 3), row.record, row.mean_rank
    ('smote', 0.1, Tally(wins=2, ties=1, losses=0), 1.1666666666666667)
    """
    sign = direction(metric)
    wide, failed = _side_by_side(scores, metric, control, chance)
    datasets = wide.index.get_level_values("dataset").unique()
    by_fold = _differences(wide, metric, control)
    names = list(by_fold)
    per_set = {name: _per_set(groups) for name, groups in by_fold.items()}
    p = [float(wilcoxon_against(d[:, None], np.zeros(len(d)))[0]) for d in per_set.values()]
    ranked = [str(name) for name in wide.columns if wide[name].notna().all()]
    table = sign * wide[ranked].groupby("dataset", observed=True).mean().to_numpy()
    ranks = dict(zip(ranked, mean_ranks(table), strict=True))
    rows = []
    for name, raw, adjusted in zip(names, p, holm(p), strict=True):
        rows.append(
            RankingRow(
                contender=name,
                effect=hierarchical_bootstrap(by_fold[name], random_state=random_state),
                record=win_tie_loss(per_set[name]),
                posterior=signed_rank_posterior(per_set[name], rope, random_state=random_state),
                mean_rank=float(ranks.get(name, np.nan)),
                n_filled=int(failed.get(name, 0)),
                p=raw,
                p_holm=float(adjusted),
            )
        )
    n, k = table.shape
    return Ranking(
        metric=metric,
        control=control,
        rows=tuple(sorted(rows, key=lambda row: (-row.effect.mean, row.contender))),
        n_datasets=len(datasets),
        n_comparisons=len(rows),
        control_rank=float(ranks.get(control, np.nan)),
        critical_difference=critical_difference(k, n) if k > 1 else np.nan,
        friedman=friedman(table) if k > 2 else None,
        smallest_p=2.0 ** (1 - len(datasets)),
    )


def effects_against(
    scores: pd.DataFrame,
    metric: str = "average_precision",
    *,
    control: str = "none-tuned",
    chance: Mapping[str, float] | None = None,
    random_state: int = 0,
) -> dict[str, Effect]:
    """Set every method of raw scores against the control, without ranks and tests.

    What :func:`rank_methods` says of effects, in a fraction of its time.

    Parameters
    ----------
    scores : DataFrame
        Raw scores of one protocol and ratio, two data sets at least.
    metric : str, default="average_precision"
        Column of the scores.
    control : str, default="none-tuned"
        The method all others are set against.
    chance : mapping of str to float, optional
        Data set → value of a guess, for data of several classes.
    random_state : int, default=0
        Seed of the resampling.

    Returns
    -------
    dict of str to Effect
        By method, the largest effect first.

    Raises
    ------
    InputError
        Without the control, with fewer than two data sets, or while a result is pending.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.evaluation.statistics import effects_against
    >>> values = {"none-tuned": (0.5, 0.4, 0.3), "smote": (0.6, 0.4, 0.5)}
    >>> rows = [
    ...     dict(dataset=d, contender=c, classifier="knn", repeat=0, fold=0, seed=0, status="done",
    ...          n_test=10, n_test_positive=2, average_precision=v)
    ...     for c, found in values.items() for d, v in zip("abc", found)
    ... ]
    >>> found = effects_against(pd.DataFrame(rows))["smote"]
    >>> round(found.interval.mean, 3), found.record
    (0.1, Tally(wins=2, ties=1, losses=0))
    """
    wide, _ = _side_by_side(scores, metric, control, chance)
    found = {
        name: Effect(hierarchical_bootstrap(groups, random_state=random_state), win_tie_loss(_per_set(groups)))
        for name, groups in _differences(wide, metric, control).items()
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1].interval.mean, item[0])))


def _side_by_side(
    scores: pd.DataFrame, metric: str, control: str, chance: Mapping[str, float] | None
) -> tuple[pd.DataFrame, pd.Series]:
    """One row per place and one column per method, NaN where skipped; and how many failed, by method."""
    kept = rows_of(scores, None, metric)
    if control not in set(kept["contender"]):
        raise InputError(f"control: {control!r} has no results; there are {sorted(set(kept['contender']))}")
    present = kept.pivot_table(index=list(PLACE), columns="contender", values="status", aggfunc="count", observed=True)
    if present.isna().any(axis=None):
        holes = int(present.isna().sum().sum())
        first = present.columns[present.isna().any()][0]
        raise InputError(
            f"scores: {holes} results are pending, some of them of {first}; run them, or leave the method or the data "
            "sets out"
        )
    if present.gt(1).any(axis=None):
        raise InputError("scores: several results of one method for one place found; keep one")
    run = kept[kept["status"] != "skipped"]
    failed = run[metric].isna().groupby(run["contender"], observed=True).sum()
    filled = fill_with_chance(run, metric, chance)
    wide = filled.pivot_table(index=list(PLACE), columns="contender", values="value", observed=True)
    return wide.reindex(present.index).dropna(how="all"), failed


def _differences(wide: pd.DataFrame, metric: str, control: str) -> dict[str, list[np.ndarray]]:
    """Differences of each method from the control, by data set and fold."""
    datasets = wide.index.get_level_values("dataset").unique()
    if len(datasets) < 2:
        raise InputError(
            f"scores: {len(datasets)} data set found; a ranking needs two or more (for one: corrected_resampled_t over "
            "its folds)"
        )
    sign = direction(metric)
    names = [str(name) for name in wide.columns if name != control]
    return {name: _by_fold((sign * (wide[name] - wide[control])).dropna(), datasets, name) for name in names}


def _per_set(groups: list[np.ndarray]) -> np.ndarray:
    return np.array([group.mean() for group in groups])


def _by_fold(differences: pd.Series, datasets: pd.Index, name: str) -> list[np.ndarray]:
    """Differences of each data set, one per fold: seeds first, then every classifier alike."""
    fold = ["dataset", "repeat", "fold"]
    means = differences.groupby([*fold, "classifier"], observed=True).mean().groupby(fold, observed=True).mean()
    found = {dataset: part.to_numpy() for dataset, part in means.groupby(level="dataset", observed=True)}
    lacking = [dataset for dataset in datasets if dataset not in found]
    if lacking:
        raise InputError(f"scores: {name} was skipped by every classifier on {lacking[0]}; leave the method out")
    return [found[dataset] for dataset in datasets]
