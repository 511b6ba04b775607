"""Which contenders, classifiers and data sets an analysis includes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from oversmith.evaluation.comparison import FAILED
from oversmith.evaluation.contenders import NONE, NONE_TUNED
from oversmith.evaluation.effects import Failure
from oversmith.exceptions import InputError


def choose_control(scores: pd.DataFrame, control: str | None = None) -> str | None:
    """Choose the contender that all others are set against.

    Parameters
    ----------
    scores : DataFrame
        Raw scores.
    control : str, optional
        A contender of one's own choice.

    Returns
    -------
    str or None
        Nothing with a tuned threshold unless given, nothing where that did not take part, or None.

    Raises
    ------
    InputError
        When the contender given did not take part.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.evaluation.inclusion import choose_control
    >>> choose_control(pd.DataFrame({"contender": ["none", "smote"]}))
    'none'
    """
    names = sorted(set(scores["contender"]))
    if control is None:
        return next((name for name in (NONE_TUNED.name, NONE.name) if name in names), None)
    if control not in names:
        raise InputError("control", f"{control!r} is not among the contenders ({', '.join(names)})", "name one of them")
    return control


def complete(scores: pd.DataFrame, control: str | None) -> tuple[pd.DataFrame, dict[str, str]]:
    """Keep the contenders and data sets that have all results.

    Contenders that lack more than half of the data sets are left out first, then data sets that still lack a result.

    Parameters
    ----------
    scores : DataFrame
        Raw scores of one protocol.
    control : str or None
        The contender that is never left out.

    Returns
    -------
    (DataFrame, dict of str to str)
        The rows that are left; and the contenders and data sets left out, with the reason.
    """
    cells = scores.groupby(["dataset", "contender"]).size().unstack(fill_value=0)
    whole = cells.eq(cells.max(axis=1), axis=0)
    stay = [name for name in cells.columns if whole[name].mean() >= 0.5 or name == control]
    sets = whole.index[whole[stay].all(axis=1)]
    left_out = {
        str(name): f"complete on {int(whole[name].sum())} of {len(whole)} data sets"
        for name in cells.columns
        if name not in stay
    }
    left_out |= {f"data set {name}": "results are pending" for name in cells.index if name not in set(sets)}
    return scores[scores["contender"].isin(stay) & scores["dataset"].isin(sets)], left_out


def shared_classifiers(
    scores: pd.DataFrame, control: str | None
) -> tuple[list[str], tuple[str, ...], dict[str, tuple[str, ...]], dict[str, str]]:
    """Contenders, the classifiers they share, contenders without some classifier, and contenders left out."""
    pairs = scores["status"].ne("skipped").groupby([scores["contender"], scores["classifier"]]).all()
    has: dict[str, set[str]] = {str(name): set() for name in sorted(set(scores["contender"]))}
    for (name, classifier), present in zip(pairs.index.tolist(), pairs.tolist(), strict=True):
        has[name] |= {classifier} if present else set()
    names, left_out = list(has), {}
    while len(names) > 1 and not set.intersection(*(has[name] for name in names)):
        overlap = {name: sum(len(has[name] & has[other]) for other in names if other != name) for name in names}
        worst = min((name for name in names if name != control), key=lambda name: (overlap[name], name))
        names.remove(worst)
        left_out[worst] = "no classifier in common with the others" if has[worst] else "skipped under every classifier"
    shared = set.intersection(*(has[name] for name in names)) if names else set()
    known = set().union(*has.values())
    lacking = {
        classifier: tuple(name for name in names if classifier not in has[name])
        for classifier in sorted(known - shared)
    }
    return names, tuple(sorted(shared)), lacking, left_out


def lost_folds(scores: pd.DataFrame, lost: pd.Series) -> dict[str, Failure]:
    """Count the folds of each contender in which a result is lost.

    Parameters
    ----------
    scores : DataFrame
        Raw scores of one protocol.
    lost : Series of bool
        Which rows are.

    Returns
    -------
    dict of str to Failure
        Contenders with such folds; a fold counts once, whatever the classifiers and seeds.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.evaluation.inclusion import lost_folds
    >>> scores = pd.DataFrame({"dataset": "toy", "contender": "gan", "repeat": 0, "fold": [0, 1], "error": ["", "no"]})
    >>> print(lost_folds(scores, scores["error"] != "")["gan"])
    1 of 2 folds (no)
    """
    fold = ["dataset", "repeat", "fold"]
    failures = {}
    for name, rows in scores[lost].groupby("contender", observed=True):
        of = scores.loc[scores["contender"] == name, fold].drop_duplicates()
        reasons = rows["error"].fillna("").value_counts() if "error" in rows else pd.Series(dtype=int)
        # The most frequent one, the first by name of several.
        first = min(reasons.index, key=lambda reason: (-reasons[reason], reason), default="")
        others = len(reasons) - 1
        more = f", and {others} other reason{'s' if others > 1 else ''}" if others > 0 else ""
        failures[str(name)] = Failure(len(rows[fold].drop_duplicates()), len(of), f"{first}{more}")
    return failures


def without_broken_classifiers(
    scores: pd.DataFrame, control: str | None, classifiers: tuple[str, ...]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Leave out classifiers under which the control failed, where others are left.

    What fails without resampling too says nothing about a contender.

    Parameters
    ----------
    scores : DataFrame
        Raw scores of one protocol.
    control : str or None
        The contender all others are compared with.
    classifiers : tuple of str
        Those that all contenders have.

    Returns
    -------
    (tuple of str, dict of str to str)
        The classifiers that are left, and those left out with the reason.
    """
    own = scores[(scores["contender"] == control) & scores["classifier"].isin(classifiers)]
    broken = sorted(set(own.loc[own["status"].isin(FAILED), "classifier"]))
    if len(broken) == len(classifiers):
        return classifiers, {}
    left_out = {}
    for name in broken:
        rows = own[own["classifier"] == name]
        failure = lost_folds(rows, rows["status"].isin(FAILED))[str(control)]
        left_out[f"classifier {name}"] = f"it failed without resampling too, in {failure}"
    return tuple(name for name in classifiers if name not in broken), left_out


def twin_of_control(names: Sequence[str], control: str | None) -> str | None:
    """Of nothing and nothing with a tuned threshold, which have the same fits, the one that is not the control."""
    if not {NONE.name, NONE_TUNED.name} <= set(names):
        return None
    return NONE_TUNED.name if control == NONE.name else NONE.name
