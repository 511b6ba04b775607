"""Does a whole procedure leak? Run it where nothing can be learnt, and it must score as a guess does."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from oversmith._card import card
from oversmith.evaluation.task import row_hashes
from oversmith.exceptions import InputError, OversmithError, describe_error
from oversmith.metrics import chance_average_precision

LEVEL = 0.005
"""Level of each of the two checks: a sound procedure is called leaky at most once in a hundred runs."""

# Scores so near to 0.5 are those of a guess in ROC-AUC, where the chance of the metric named is so far below it.
_NEAR, _FAR = 0.05, 0.1


@dataclass(frozen=True)
class NullCheck:
    """Scores of a procedure where nothing can be learnt.

    Parameters
    ----------
    name : {"permuted labels", "noise"}
        How the relation of features and classes was cut.
    scores : tuple of float
        One per seed.
    mean, low, high : float
        Mean score and its 95 % interval.
    p : float
        One-sided p-value of the mean being better than chance.
    sound : bool
        Whether it is not.
    """

    name: str
    scores: tuple[float, ...]
    mean: float
    low: float
    high: float
    p: float
    sound: bool


@dataclass(frozen=True)
class LeakageReport:
    """What :func:`check_leakage` found.

    Parameters
    ----------
    sound : bool
        Whether no check was better than chance.
    metric : str
        What the procedure scores.
    chance : float
        What a guess scores, at best.
    checks : tuple of NullCheck
        Permuted labels and noise.
    n_repeated : int
        Rows that have the features of an earlier row.
    """

    sound: bool
    metric: str
    chance: float
    checks: tuple[NullCheck, ...]
    n_repeated: int

    def __str__(self) -> str:
        """Sentences for a reader."""
        lines = []
        for check in self.checks:
            verdict = "no better than chance" if check.sound else "better than chance: something leaks"
            lines.append(
                f"{check.name}: {self.metric} {check.mean:.3f} [{check.low:.3f}, {check.high:.3f}] over "
                f"{len(check.scores)} seeds, chance {self.chance:.3f}: {verdict}"
            )
        labels, noise = self.checks
        if not noise.sound:
            lines.append(
                "Noise alone scores: something that learns (a sampler, an encoder of the target, a choice of columns) "
                "sees the rows it is scored on. Put it inside the folds."
            )
        elif not labels.sound:
            lines.append(
                f"Only rows with their real features score: {self.n_repeated} rows repeat an earlier one, and copies "
                "on both sides of a split give it away. Split by groups of equal rows."
                if self.n_repeated
                else "Only rows with their real features score; look for what is computed from all rows at once."
            )
        return "\n".join([*lines, "Sound." if self.sound else "It leaks."])

    def _repr_html_(self) -> str:
        """Card for a notebook."""
        rows = [(c.name, c.mean, c.low, c.high, self.chance, "chance" if c.sound else "leak") for c in self.checks]
        *_, last = str(self).splitlines()
        return card(
            f"Leakage check: {last}",
            str(self).splitlines()[len(self.checks) : -1],
            columns=("data", self.metric, "low", "high", "chance", "verdict"),
            rows=rows,
            caption="Scores where nothing can be learnt, mean and 95 % interval over seeds",
        )


def check_leakage(
    evaluate: Callable[[Any, Any], float | tuple[str, float]],
    X: Any,
    y: Any,
    *,
    metric: str | None = None,
    positive: Any = None,
    chance: float | None = None,
    test_share: float = 0.1,
    n_seeds: int = 20,
    random_state: int = 0,
    progress: Callable[[int, int, str], None] | None = None,
) -> LeakageReport:
    """Run a whole procedure on permuted labels and on noise: a sound one scores at chance.

    Resampling, encoding or choosing columns before the split happens outside any pipeline object, so no pipeline can be
    inspected for it. What can be done is to run the procedure where nothing can be learnt.

    *Permuted labels*: rows keep their features and get each other's classes; rows with equal features move together, so
    that copies on both sides of a split still betray themselves. *Noise*: every column is shuffled on its own, which
    keeps types, levels and missing values and leaves no relation between columns, nor with the class.

    Parameters
    ----------
    evaluate : callable
        ``evaluate(X, y)`` returns the score of the user's whole procedure, splits included: one number, or a metric's
        name and the number. It gets copies.
    X : DataFrame or array-like of shape (n, ...)
        Features, as the procedure takes them.
    y : array-like of shape (n,)
        Classes.
    metric : str, optional
        What the score is: ``"average_precision"``, ``"roc_auc"``, ``"f1"``, ``"precision"``, ``"g_mean"``,
        ``"accuracy"``, ``"balanced_accuracy"``, ``"mcc"``, ``"brier"`` (lower is better) or ``"neg_brier"``. Recall is
        not among them: calling every row positive has recall 1. Needed, unless ``evaluate`` returns the name or
        ``chance`` is given: what a guess scores depends on it.
    positive : object, optional
        The positive class; the rarer of two by default. With more than two classes scores are macro means.
    chance : float, optional
        What a guess scores at best, for any other metric (higher is better).
    test_share : float, default=0.1
        Share of the rows that are scored at once. Average precision of a guess is above the prevalence in small test
        parts; the default covers ten folds and anything larger.
    n_seeds : int, default=20
        Runs of each check, at least 5.
    random_state : int, default=0
        Seed.
    progress : callable, optional
        Called as ``progress(done, total, check)``.

    Returns
    -------
    LeakageReport
        The scores and the verdict; ``str`` of it explains.

    Raises
    ------
    InputError
        For arguments that cannot be used, for a score that is no finite number, without a metric, and where scores
        lie at 0.5, the chance of ROC-AUC, far above that of the metric named: then the name is likely to be wrong.
    OversmithError
        When the procedure itself fails; its error is the cause.

    Notes
    -----
    A check is sound unless the mean over seeds is better than chance by a one-sided t-test at 0.005. Chance is the best
    a guess can do: prevalence and what small test parts add for average precision, 2π/(1 + π) for F1, which calling
    every row positive reaches, 0.5 for ROC-AUC. Procedures that guess worse than that are tested the less strictly, so
    that a sound one is never called leaky for guessing well. What no such check finds is leakage through the row order,
    or through features that know the class of their own row: those are in the data, not in the procedure.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import cross_val_score
    >>> from oversmith import check_leakage
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(120, 60)), np.repeat([0, 1], [80, 40])
    >>> def sound(X, y):
    ...     return cross_val_score(LogisticRegression(), X, y, scoring="roc_auc").mean()
    >>> check_leakage(sound, X, y, metric="roc_auc").sound
    True
    >>> def chooses_columns_first(X, y):
    ...     gap = abs(X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0))
    ...     return sound(X[:, np.argsort(-gap)[:5]], y)
    >>> check_leakage(chooses_columns_first, X, y, metric="roc_auc").sound
    False
    """
    labels = _labels(y)
    n = len(labels)
    if len(X) != n:
        raise InputError("X", f"{len(X)} rows found beside {n} labels", "give one label per row")
    if n_seeds < 5:
        raise InputError("n_seeds", f"{n_seeds} found", "use at least 5")
    if not 0 < test_share <= 1:
        raise InputError("test_share", f"{test_share} found", "use a share of the rows above 0, at most 1")
    if not callable(evaluate):
        raise InputError("evaluate", f"{evaluate!r} found", "give a function of X and y")
    if chance is None:
        # A wrong name, or labels without a chance, are errors before anything runs.
        chance_of(metric or "roc_auc", labels, positive, test_share)
    named: list[str] = []
    groups = _equal_rows(X)
    by_check = []
    for part, name in enumerate(("permuted labels", "noise")):
        scores = []
        for seed in range(n_seeds):
            rng = np.random.default_rng([random_state, part, seed])
            if part == 0:
                given = _copy(X), _like(y, _permuted(labels, groups, rng))
            else:
                given = _shuffled(X, rng), _like(y, labels.copy())
            own, score = _score(evaluate, *given, where=f"{name}, seed {seed}")
            named += [] if own is None or own in named else [own]
            _check_metric(metric, named, chance)
            scores.append(score)
            if progress:
                progress(part * n_seeds + seed + 1, 2 * n_seeds, name)
        by_check.append((name, np.array(scores)))
    metric = metric or (named[0] if named else "score")
    guess = float(chance) if chance is not None else chance_of(metric, labels, positive, test_share)
    lower_is_better = chance is None and metric == "brier"
    checks = tuple(_null_check(name, scores, guess, lower_is_better) for name, scores in by_check)
    sound = all(check.sound for check in checks)
    if not sound and chance is None and not named:
        _ask_for_metric(metric, guess, checks)
    n_repeated = n - int(groups.max()) - 1
    return LeakageReport(sound, metric, guess, checks, n_repeated)


def chance_of(metric: str, labels: np.ndarray, positive: Any, test_share: float) -> float:
    """Return the best a guess can score.

    Parameters
    ----------
    metric : str
        As in :func:`check_leakage`.
    labels : ndarray
        Classes.
    positive : object
        The positive class; None for the rarer of two, or for macro means.
    test_share : float
        Share of the rows scored at once.

    Returns
    -------
    float
        The expectation.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation.leakage import chance_of
    >>> y = np.repeat([0, 1], [560, 40])
    >>> round(chance_of("average_precision", y, 1, 0.2), 3), round(chance_of("f1", y, 1, 0.2), 3)
    (0.101, 0.125)
    """
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        raise InputError("y", f"one class, {classes[0]!r}, found", "two or more are needed")
    if positive is not None and positive not in classes:
        raise InputError(
            "positive", f"{positive!r} is no class of y", f"its classes are {', '.join(map(str, classes))}"
        )
    k, shares = len(classes), counts / counts.sum()
    if positive is not None or k == 2:
        of_interest = shares[[int(np.flatnonzero(classes == positive)[0]) if positive is not None else counts.argmin()]]
    else:
        of_interest = shares
    p, macro = float(of_interest[0]), len(of_interest) > 1
    if metric == "average_precision":
        # At least two rows: one positive and one other.
        n = max(int(len(labels) * test_share), 2)
        values = []
        for share in of_interest:
            rows = np.arange(n) < max(round(share * n), 1)
            values.append(chance_average_precision(rows, np.arange(n)))
        return float(np.mean(values))
    known = {
        "roc_auc": 0.5,
        "f1": 1 / k if macro else 2 * p / (1 + p),
        "precision": 1 / k if macro else p,
        "g_mean": 0.5,
        "accuracy": float(shares.max()),
        "balanced_accuracy": 1 / k,
        "mcc": 0.0,
        "brier": float(1 - (shares**2).sum()) if macro else p * (1 - p),
        "neg_brier": -(float(1 - (shares**2).sum()) if macro else p * (1 - p)),
    }
    if metric not in known:
        extra = " (calling every row positive has recall 1)" if metric == "recall" else ""
        raise InputError(
            "metric",
            f"{metric!r} has no known chance value{extra}",
            f"choose from average_precision, {', '.join(known)}, or give chance=",
        )
    return known[metric]


def _labels(y: Any) -> np.ndarray:
    labels = np.asarray(y)
    if labels.ndim != 1 or not len(labels):
        raise InputError("y", f"shape {labels.shape} found", "give one label per row")
    if pd.isna(labels).any():
        raise InputError("y", f"{int(pd.isna(labels).sum())} labels are missing", "leave these rows out")
    return labels


def _equal_rows(X: Any) -> np.ndarray:
    """Give each group of rows with equal features a number, 0 up."""
    frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X).reshape(len(X), -1))
    return np.unique(row_hashes(frame), return_inverse=True)[1]


def _permuted(labels: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exchange the labels of groups of equal size, so that equal rows keep labels that belong together."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) > 0])
    bundles = np.split(order, starts[1:])
    permuted = labels.copy()
    sizes = np.array([len(bundle) for bundle in bundles])
    for size in np.unique(sizes):
        alike = np.flatnonzero(sizes == size)
        for target, source in zip(alike, rng.permutation(alike), strict=True):
            permuted[bundles[target]] = labels[bundles[source]]
    return permuted


def _shuffled(X: Any, rng: np.random.Generator) -> Any:
    """Shuffle every column on its own."""
    if isinstance(X, pd.DataFrame):
        columns = [X.iloc[:, index].take(rng.permutation(len(X))).array for index in range(X.shape[1])]
        frame = pd.DataFrame(dict(enumerate(columns)), index=X.index)
        frame.columns = X.columns
        return frame
    values = np.asarray(X)
    flat = values.reshape(len(values), -1)
    shuffled = np.stack([rng.permutation(column) for column in flat.T], axis=1)
    return shuffled.reshape(values.shape)


def _copy(X: Any) -> Any:
    return X.copy() if isinstance(X, pd.DataFrame) else np.array(X)


def _like(y: Any, labels: np.ndarray) -> Any:
    return pd.Series(labels, index=y.index, name=y.name, dtype=y.dtype) if isinstance(y, pd.Series) else labels


def _check_metric(metric: str | None, named: list[str], chance: float | None) -> None:
    """Refuse scores of which nobody says what they are, and names that do not agree."""
    if metric is None and not named and chance is None:
        raise InputError(
            "metric",
            "none is named, and the function returns a number alone",
            "name what it returns, roc_auc or average_precision for instance, or let it return (name, score)",
        )
    names = list(dict.fromkeys([*named, *([] if metric is None else [metric])]))
    if len(names) > 1:
        raise InputError("metric", f"{' and '.join(map(repr, names))} found", "the function returns one: name that")


def _ask_for_metric(metric: str, guess: float, checks: tuple[NullCheck, ...]) -> None:
    """Ask which metric it is, where all scores lie where a guess lies in ROC-AUC and far above this metric's chance."""
    if guess > 0.5 - _FAR or any(abs(check.mean - 0.5) > _NEAR for check in checks):
        return
    means = " and ".join(f"{check.mean:.3f} on {check.name}" for check in checks)
    raise InputError(
        "metric",
        f"the function scores {means}: that is chance in roc_auc, balanced_accuracy and g_mean, while a guess in "
        f"{metric} scores {guess:.3f}",
        f"name the metric it returns; if that is {metric}, let it return ({metric!r}, score)",
    )


def _score(evaluate: Callable[[Any, Any], Any], X: Any, y: Any, where: str) -> tuple[str | None, float]:
    """Return the name of the metric, where the function says it, and the score."""
    name = None
    try:
        score = evaluate(X, y)
    except Exception as error:
        raise OversmithError(f"evaluate: it failed on {where} ({describe_error(error)})") from error
    if isinstance(score, tuple) and len(score) == 2 and isinstance(score[0], str):
        name, score = score
    if isinstance(score, bool) or not isinstance(score, numbers.Real) or not np.isfinite(float(score)):
        raise InputError(
            "evaluate",
            f"it returned {score!r} on {where}",
            "return one finite number, or a metric's name and the number",
        )
    return name, float(score)


def _null_check(name: str, scores: np.ndarray, chance: float, lower_is_better: bool) -> NullCheck:
    gain = (chance - scores) if lower_is_better else (scores - chance)
    mean, spread = float(scores.mean()), float(scores.std(ddof=1))
    half = float(stats.t.ppf(0.975, len(scores) - 1)) * spread / np.sqrt(len(scores))
    if np.ptp(scores) <= 1e-12:
        p = 0.0 if gain.mean() > 1e-9 else 1.0
    else:
        p = float(stats.ttest_1samp(gain, 0.0, alternative="greater").pvalue)
    return NullCheck(name, tuple(scores.tolist()), mean, mean - half, mean + half, p, p >= LEVEL)
