"""Which contenders, classifiers and data sets an analysis includes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from oversmith.evaluation.contenders import NONE, NONE_TUNED
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


def twin_of_control(names: Sequence[str], control: str | None) -> str | None:
    """Of nothing and nothing with a tuned threshold, which have the same fits, the one that is not the control."""
    if not {NONE.name, NONE_TUNED.name} <= set(names):
        return None
    return NONE_TUNED.name if control == NONE.name else NONE.name
