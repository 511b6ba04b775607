"""Which column is the target, which class is meant, and whether the request makes sense."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from oversmith._registry import METHODS
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.cli.arrays import Arrays
    from oversmith.cli.tables import Table

# Over-samplers of imbalanced-learn that people ask for here.
_OTHERS = ("smote", "smotenc", "smoten", "adasyn", "random-over-sampling")
# Names listed in a message when none is near.
_LISTED = 12


def check_columns(data: Table | Arrays, target: str, drop: Sequence[str]) -> None:
    """Check the target and the columns to drop against those of the file.

    Parameters
    ----------
    data : Table or Arrays
        What was read.
    target : str
        Name of the class column.
    drop : sequence of str
        Columns to leave out.

    Raises
    ------
    InputError
        When a column does not exist or the target is dropped.
    """
    for argument, names in (("--target", [target]), ("--drop", drop)):
        for name in names:
            if name not in data.columns:
                raise InputError(f"{argument}: {data.name!r} has no column {name!r}; {nearest(name, data.columns)}")
    if target in drop:
        raise InputError(f"--drop: {target!r} is the target; leave it out of --drop")
    if len(set(data.columns) - {target, *drop}) == 0 and not hasattr(data, "arrays"):
        raise InputError(f"--drop: no column but the target {target!r} is left; drop fewer")


def nearest(name: str, known: Sequence[str]) -> str:
    """Suggest the nearest of the known names, or list them.

    Examples
    --------
    >>> from oversmith.cli.target import nearest
    >>> nearest("targt", ["age", "target"])
    "did you mean 'target'?"
    >>> nearest("x", ["age", "target"])
    'there are: age, target'
    """
    folded = {candidate.casefold(): candidate for candidate in reversed(known)}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1)
    if near:
        return f"did you mean {folded[near[0]]!r}?"
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return f"there are: {', '.join(known[:_LISTED])}{more}"


def class_counts(labels: Any, target: str) -> dict[Any, int]:
    """Rows of each class, largest class first, after checking that the column can be a target.

    Parameters
    ----------
    labels : pandas.Series or numpy.ndarray
        The class of each row.
    target : str
        Name of the column, for messages.

    Returns
    -------
    dict
        Class to number of rows.

    Raises
    ------
    InputError
        When a row has no class, when the values are measurements or times, and when there is one class only.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.cli.target import class_counts
    >>> class_counts(np.array([1, 0, 0]), "y")
    {0: 2, 1: 1}
    """
    import pandas as pd

    series = pd.Series(labels)
    missing = int(series.isna().sum())
    if missing:
        raise InputError(f"--target: {missing} of {len(series)} rows have no value in {target!r}; label or drop them")
    kind = series.dtype.kind
    if kind in "mM" or (kind == "f" and (series % 1 != 0).any()):
        raise InputError(
            f"--target: {target!r} holds {series.dtype} values such as {series.iloc[0]}, not classes; "
            "name a column of classes"
        )
    counts = series.value_counts()
    counts = counts[counts > 0]
    if len(counts) == 1:
        raise InputError(
            f"--target: {target!r} has one class only, {str(counts.index[0])!r} in all {len(series)} rows; "
            "name a column with at least two classes"
        )
    if len(counts) > max(_LISTED, len(series) / 2):
        raise InputError(
            f"--target: {target!r} holds {len(counts)} different values in {len(series)} rows, such as "
            f"{str(series.iloc[0])!r}: names or measurements, not classes; name a column of classes"
        )
    return {getattr(label, "item", lambda label=label: label)(): int(n) for label, n in counts.items()}


def find_class(text: str, counts: dict[Any, int], target: str, argument: str = "--positive") -> Any:
    """Find the class that the user typed.

    Parameters
    ----------
    text : str
        What was typed.
    counts : dict
        Rows of each class.
    target : str
        Name of the column, for messages.
    argument : str, default="--positive"
        The option that named it, for messages.

    Returns
    -------
    object
        The class, in its own type.

    Raises
    ------
    InputError
        When there is no such class.

    Examples
    --------
    >>> from oversmith.cli.target import find_class
    >>> find_class("1", {0.0: 9, 1.0: 2}, "y")
    1.0
    """
    for label in counts:
        if str(label) == text:
            return label
    for label in counts:
        if isinstance(label, int | float) and _same_number(text, label):
            return label
    hint = nearest(text, [str(label) for label in counts])
    raise InputError(f"{argument}: {text!r} is not a class of {target!r}; {hint}")


def _same_number(text: str, label: float) -> bool:
    if isinstance(label, bool):
        return text.casefold() == str(label).casefold()
    try:
        return float(text) == label
    except ValueError:
        return False


def check_method(method: str) -> None:
    """Refuse a method that is not in the registry.

    Parameters
    ----------
    method : str
        What the caller gave.

    Raises
    ------
    InputError
        With the nearest name.
    """
    if method in _OTHERS:
        raise InputError(
            f"--method: {method!r} is imbalanced-learn's; 'oversmith compare' sets every method against SMOTE by "
            "itself, 'oversmith bench' takes it as --contender"
        )
    if method not in METHODS:
        raise InputError(f"--method: {method!r} is not a method of Oversmith; {nearest(method, list(METHODS))}")


def check_classifier(name: str) -> str:
    """Look a classifier up, so that both of its names are one.

    Parameters
    ----------
    name : str
        What the caller gave.

    Returns
    -------
    str
        Its short name.

    Raises
    ------
    InputError
        With the nearest name.
    """
    from oversmith.classifiers import find_classifier

    try:
        return find_classifier(name).name
    except InputError as error:
        raise InputError(f"--{error}") from None
