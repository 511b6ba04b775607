"""From raw scores to differences, mean ranks and tests: the one path, for comparisons, benchmarks and studies.

Everything is decided before the run: the primary metric and the second one, the control and SMOTE beside it, and the
family of Holm's correction, which holds every test the page prints.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from oversmith.evaluation.comparison import FAILED
from oversmith.evaluation.contenders import SMOTE_NAMES
from oversmith.evaluation.effects import PRIMARY, Analysis, Effect, Failure, Mean
from oversmith.evaluation.inclusion import (
    choose_control,
    complete,
    lost_folds,
    shared_classifiers,
    twin_of_control,
    without_broken_classifiers,
)
from oversmith.exceptions import InputError
from oversmith.selection import corrected_resampled_t
from oversmith.statistics.bayes import signed_rank_posterior
from oversmith.statistics.intervals import hierarchical_bootstrap
from oversmith.statistics.matrix import PLACE, direction, rows_of
from oversmith.statistics.paired import holm, wilcoxon_against, win_tie_loss
from oversmith.statistics.ranks import critical_difference, friedman, mean_ranks

TESTED = (PRIMARY, "f1_tuned")
"""Metrics declared before the run: their differences are tested."""
DESCRIBED = ("brier",)
"""Metrics whose differences are shown with an interval and not tested."""
ROPE = 0.01
"""Differences up to this are practically none."""
_FOLD = ["dataset", "repeat", "fold"]


def analyse(
    scores: pd.DataFrame,
    *,
    control: str | None = None,
    tested: Sequence[str] = TESTED,
    described: Sequence[str] = DESCRIBED,
    shown: Sequence[str] = (),
    random_state: int = 0,
) -> Analysis:
    """Compare every contender with the control and with SMOTE.

    Over several data sets the interval resamples data sets, then folds within them, and p is Wilcoxon's over data
    sets; on a single one both are those of the corrected resampled t-test over folds. All means, differences and ranks
    are taken over the classifiers that every contender has. A contender of which a result failed has no mean, rank or
    difference: without that fold its mean would be one over other folds than those of its rivals. Contenders and data
    sets with results that are pending are left out.

    Parameters
    ----------
    scores : DataFrame
        Raw scores of one protocol.
    control : str, optional
        The contender all others are compared with: nothing with a tuned threshold by default, or nothing.
    tested : sequence of str, default=("average_precision", "f1_tuned")
        Metrics whose differences are tested: all of them, from both controls, form one family for Holm's correction.
    described : sequence of str, default=("brier",)
        Metrics whose differences from the first control are shown with an interval and not tested.
    shown : sequence of str, default=()
        Further metrics of which the means are wanted.
    random_state : int, default=0
        Seed of the resampling behind intervals over data sets.

    Returns
    -------
    Analysis
        Differences, means and ranks.

    Raises
    ------
    InputError
        Without results, with scores of several protocols, with several results for one place, or for a control that
        did not take part.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.evaluation import analyse
    >>> values = {"none-tuned": (0.5, 0.4, 0.3), "smote": (0.6, 0.4, 0.5)}
    >>> rows = [
    ...     dict(dataset="toy", contender=c, classifier="knn", repeat=0, fold=f, seed=0, status="done",
    ...          n_train=80, n_test=20, n_test_positive=4, average_precision=v)
    ...     for c, by_fold in values.items() for f, v in enumerate(by_fold)
    ... ]
    >>> analysis = analyse(pd.DataFrame(rows))
    >>> effect = analysis.effect("smote")
    >>> analysis.unit, effect.wins, round(effect.difference, 3), round(analysis.ranks["smote"], 3)
    ('fold', 2, 0.1, 1.167)
    """
    metrics = [name for name in dict.fromkeys((*tested, *described, *shown)) if _measured(scores, name)]
    used = rows_of(scores, None, (metrics or [PRIMARY])[0])
    control = choose_control(used, control)
    used, left_out = complete(used, control)
    names, classifiers, lacking, alone = shared_classifiers(used, control)
    classifiers, broken = without_broken_classifiers(used, control, classifiers)
    part = used[used["contender"].isin(names) & used["classifier"].isin(classifiers)]
    if part.duplicated(["contender", *PLACE]).any():
        raise InputError("scores", "several results of one contender for one place found", "keep one")
    over_sets = part["dataset"].nunique() > 1
    n = part["dataset"].nunique() if over_sets else len(part[_FOLD].drop_duplicates())
    failed = lost_folds(part, part["status"].isin(FAILED))
    sound = part[~part["contender"].isin(list(failed))]
    tables = {metric: _table(sound, metric) for metric in metrics} if len(sound) else {}
    units = {metric: _per_unit(_per_fold(table), over_sets) for metric, table in tables.items()}
    analysis = Analysis(
        control=control,
        unit="data set" if over_sets else "fold",
        n=n,
        classifiers=classifiers,
        lacking=lacking,
        left_out=left_out | alone | broken,
        failed=failed,
        incomplete=_incomplete(sound, tables, tested),
        means={
            name: {metric: _mean(table[name]) for metric, table in units.items() if name in table} for name in names
        },
        smallest_p=2.0 ** (1 - n) if over_sets else 0.0,
    )
    twin = twin_of_control(names, control)
    rivals = [name for name in names if name not in (twin, *failed)]
    refusal = _refusal(analysis, rivals)
    if refusal is not None or control is None:
        return replace(analysis, refusal=refusal)
    controls = [control, *[name for name in SMOTE_NAMES if name in rivals and name != control][:1]]
    family = [(metric, against) for metric in tested if metric in tables for against in controls]
    family += [(metric, control) for metric in described if metric in tables]
    family = [(metric, against) for metric, against in family if against in tables[metric]]
    share = float((part["n_test"] / part["n_train"]).mean()) if not over_sets else math.nan
    effects: list[Effect] = []
    for metric, against in family:
        of_family = []
        for name in rivals:
            # The control and SMOTE are set against each other once.
            if name in controls[: controls.index(against) + 1] or name not in tables[metric]:
                continue
            by_fold = _per_fold(direction(metric) * (tables[metric][name] - tables[metric][against]))
            effect = _over_sets(by_fold, random_state) if over_sets else _over_folds(by_fold, share)
            if over_sets and (metric, against) == (PRIMARY, control):
                effect |= _odds(by_fold, random_state)
            of_family.append(Effect(name, against, metric, **effect))
        effects += sorted(of_family, key=lambda entry: (-entry.difference, entry.contender))
    ranking = _ranking(units[PRIMARY], rivals, twin, control, over_sets) if PRIMARY in units else {}
    return replace(analysis, effects=_corrected(effects, tested), **ranking)


def _measured(scores: pd.DataFrame, metric: str) -> bool:
    direction(metric)
    return metric in scores and bool(scores[metric].notna().any())


def _refusal(analysis: Analysis, rivals: Sequence[str]) -> str | None:
    if analysis.control is None:
        return "neither control took part"
    if analysis.control in analysis.failed:
        return f"the control {analysis.control} failed in {analysis.failed[analysis.control]}"
    if not analysis.classifiers:
        return "no classifier has results of every contender"
    if analysis.n == 0:
        return "every data set has results that are pending"
    if len(rivals) > 1 and analysis.n < 2:
        return "two folds or data sets are needed"
    return None


def _table(part: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One row per data set, classifier, repeat, fold and seed, and one column per contender with all values.

    Where no contender has a value the metric has no meaning, as with a test part of one class.
    """
    table = part.pivot(index=list(PLACE), columns="contender", values=metric)
    return table.dropna(how="all").dropna(axis=1)


def _incomplete(
    part: pd.DataFrame, tables: dict[str, pd.DataFrame], tested: Sequence[str]
) -> dict[str, dict[str, Failure]]:
    """Contender to the tested metrics it is not compared in, and in how many folds it lacks them."""
    gaps: dict[str, dict[str, Failure]] = {}
    for metric in tested:
        if metric in tables:
            lacking = part[~part["contender"].isin(tables[metric].columns)]
            for name, failure in lost_folds(lacking, lacking[metric].isna()).items():
                gaps.setdefault(name, {})[metric] = failure
    return gaps


def _per_fold(table: Any) -> Any:
    """Average seeds first, then every classifier alike; of a frame or a series."""
    by_classifier = table.groupby(level=[*_FOLD, "classifier"], observed=True).mean()
    return by_classifier.groupby(level=_FOLD, observed=True).mean()


def _per_unit(by_fold: pd.DataFrame, over_sets: bool) -> pd.DataFrame:
    return by_fold.groupby(level="dataset", observed=True).mean() if over_sets else by_fold


def _mean(values: pd.Series) -> Mean:
    return Mean(float(values.mean()), float(values.std(ddof=1)), len(values))


def _groups(by_fold: pd.Series) -> list[np.ndarray]:
    return [part.to_numpy() for _, part in by_fold.groupby(level="dataset", observed=True)]


def _over_sets(by_fold: pd.Series, random_state: int) -> dict[str, Any]:
    groups = _groups(by_fold)
    interval = hierarchical_bootstrap(groups, random_state=random_state)
    d = np.array([group.mean() for group in groups])
    p = float(wilcoxon_against(d[:, None], np.zeros(len(d)))[0])
    return {"difference": interval.mean, "low": interval.low, "high": interval.high, "p": p, **_tally(d)}


def _over_folds(by_fold: pd.Series, share: float) -> dict[str, Any]:
    d = by_fold.to_numpy(dtype=np.float64)
    effect = corrected_resampled_t(d, share)
    return {"difference": effect.difference, "low": effect.low, "high": effect.high, "p": effect.p, **_tally(d)}


def _odds(by_fold: pd.Series, random_state: int) -> dict[str, float]:
    d = np.array([group.mean() for group in _groups(by_fold)])
    posterior = signed_rank_posterior(d, ROPE, random_state=random_state)
    return {"worse": posterior.worse, "equal": posterior.equal, "better": posterior.better}


def _tally(d: np.ndarray) -> dict[str, int]:
    tally = win_tie_loss(d)
    return {"wins": tally.wins, "ties": tally.ties, "losses": tally.losses}


def _corrected(effects: Sequence[Effect], tested: Sequence[str]) -> tuple[Effect, ...]:
    family = [effect for effect in effects if effect.metric in tested]
    adjusted = iter(holm([effect.p for effect in family]))
    return tuple(replace(e, p_holm=float(next(adjusted))) if e.metric in tested else e for e in effects)


def _ranking(
    table: pd.DataFrame, rivals: Sequence[str], twin: str | None, control: str, over_sets: bool
) -> dict[str, Any]:
    rivals = [name for name in rivals if name in table]
    values = direction(PRIMARY) * table[rivals].to_numpy()
    n, k = values.shape
    if k < 2:
        return {}
    ranks = {name: float(rank) for name, rank in zip(rivals, mean_ranks(values), strict=True)}
    return {
        "ranks": ranks | ({twin: ranks[control]} if twin is not None and control in ranks else {}),
        "critical_difference": critical_difference(k, n),
        "p_any": friedman(values).p_f if over_sets and k > 2 else math.nan,
    }
