"""Columns of a table that may be no features: row numbers, identifiers, constants, codes, copies of the label."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from oversmith.io.kinds import column_kind

# Above this area under the ROC curve, one column alone tells the classes apart.
TELLS_ALL = 0.99
# Rows of each class that are looked at, and those that are needed.
LOOKED_AT, FEWEST_OF_CLASS, FEWEST_ROWS = 2_000, 5, 20
# Levels, or bins of a number column, by which the classes are told apart; classes above which nothing is looked for.
BINS, MOST_CLASSES = 50, 20
# Distinct whole numbers that may be codes.
FEW_CODES = 50

_CODE_WORDS = re.compile(r"(^|[^a-z])(zip|zipcode|postal|postcode|plz|code|codes)([^a-z]|$)")


def column_notes(X: pd.DataFrame, y: Any) -> dict[str, str]:
    """Say which columns look as if they were no features, why, and what to do; nothing is changed.

    Parameters
    ----------
    X : DataFrame
        Features.
    y : array-like of shape (n_rows,)
        Classes.

    Returns
    -------
    dict of str to str
        Column → one sentence.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.io.column_notes import column_notes
    >>> X = pd.DataFrame({"unit": ["mm"] * 40, "size": [n * n for n in range(40)]})
    >>> column_notes(X, [0, 1] * 20)
    {'unit': "column 'unit' has one value only and tells nothing; drop='unit' leaves it out"}
    """
    codes = pd.factorize(np.asarray(y))[0]
    rows = _looked_at(codes)
    notes = {}
    for position, name in enumerate(map(str, X.columns)):
        finding = _finding(X.iloc[:, position], name) or _telling(X.iloc[rows, position], codes[rows])
        if finding is not None:
            notes[name] = f"column {name!r} {finding}"
    return notes


def class_notes(classes: Iterable[str]) -> list[str]:
    """Say which classes may be one; nothing is changed.

    Parameters
    ----------
    classes : iterable of str
        Names of the classes.

    Returns
    -------
    list of str
        One sentence for each doubt.

    Examples
    --------
    >>> from oversmith.io.column_notes import class_notes
    >>> class_notes(["sick", "Sick ", "well"])
    ["classes 'sick' and 'Sick ' differ in blanks or capital letters alone and are read as several"]
    """
    alike: dict[str, list[str]] = {}
    for name in classes:
        alike.setdefault(" ".join(name.split()).casefold(), []).append(name)
    return [
        f"classes {' and '.join(map(repr, names))} differ in blanks or capital letters alone and are read as several"
        for names in alike.values()
        if len(names) > 1
    ]


def unnamed_row_numbers(X: pd.DataFrame) -> list[str]:
    """List the columns without a name of their own that count the rows in order, as pandas writes its index.

    Parameters
    ----------
    X : DataFrame
        Features.

    Returns
    -------
    list of str
        Names such as ``""`` or ``"Unnamed: 0"``.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.io.column_notes import unnamed_row_numbers
    >>> unnamed_row_numbers(pd.DataFrame({"Unnamed: 0": range(30), "n": range(30)}))
    ['Unnamed: 0']
    """
    from oversmith.encoders._identifiers import is_nameless

    names = [str(name) for name in X.columns]
    return [n for i, n in enumerate(names) if is_nameless(n) and _reason(X.iloc[:, i], n) == "row number"]


def _reason(column: pd.Series, name: str) -> str | None:
    from oversmith.encoders._identifiers import identifier_reason
    from oversmith.encoders._values import from_pandas
    from oversmith.exceptions import InputError

    try:
        return identifier_reason(from_pandas(column, f"column {name!r}"), name)
    except InputError:
        # What cannot be read is refused where it is used, with the argument that brought it.
        return None


def _finding(column: pd.Series, name: str) -> str | None:
    """Say what a column looks like by itself."""
    from oversmith.encoders._identifiers import is_nameless

    leave = f"drop={name!r} leaves it out"
    reason = _reason(column, name)
    if reason == "row number":
        if is_nameless(name):
            return f"has no name and numbers the rows: a comparison leaves it out as no feature; {leave}"
        return f"numbers the rows and is no feature; {leave}"
    known = column.dropna()
    if reason == "identifier":
        return (
            f"looks like an identifier, {known.nunique():,} different values in {len(column):,} rows: generated rows "
            f"get new ones, and a classifier learns nothing from it; {leave}"
        )
    if len(column) >= FEWEST_ROWS and len(known) == len(column) and _is_constant(known):
        return f"has one value only and tells nothing; {leave}"
    if column_kind(column) == "numeric" and len(known):
        return _coded(known, name)
    return None


def _is_constant(known: pd.Series) -> bool:
    try:
        return bool(known.nunique() == 1)
    except TypeError:
        return False


def _coded(known: pd.Series, name: str) -> str | None:
    """Say where whole numbers look like dates or codes."""
    numbers = pd.to_numeric(known, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    if not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any() or len(numbers) < FEWEST_ROWS:
        return None
    low, high = numbers.min(), numbers.max()
    distinct = np.unique(numbers)
    if low >= 1900_01_01 and high <= 2100_12_31 and len(distinct) > 1:
        days = pd.to_datetime(pd.Series(distinct.astype(np.int64).astype(str)), format="%Y%m%d", errors="coerce")
        if days.notna().all():
            return (
                f"holds dates written as {int(numbers[0])}, read as numbers; types='{name}=date' reads them as dates, "
                f"types='{name}=numeric' says that they are numbers"
            )
    as_codes = f"types='{name}=category' takes them as levels, types='{name}=numeric' says that they are numbers"
    if _CODE_WORDS.search(re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()) and len(distinct) > 2:
        return f"sounds like codes and is read as numbers; {as_codes}"
    steps = np.unique(np.diff(distinct))
    of_one_length = low >= 100 and len(str(int(low))) == len(str(int(high)))
    few = 3 <= len(distinct) <= min(FEW_CODES, len(numbers) // 10)
    if few and of_one_length and len(steps) > 1:
        return f"has {len(distinct)} different whole numbers, which may be codes and are read as numbers; {as_codes}"
    return None


def _looked_at(codes: np.ndarray) -> np.ndarray:
    """Take some rows of every class, evenly."""
    chosen = []
    # A missing label has the code -1.
    for code in np.unique(codes[codes >= 0]):
        rows = np.flatnonzero(codes == code)
        chosen.append(rows[np.linspace(0, len(rows) - 1, min(len(rows), LOOKED_AT)).astype(np.int64)])
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)


def _telling(column: pd.Series, codes: np.ndarray) -> str | None:
    """Say where a column alone tells the classes apart."""
    counts = np.bincount(codes)
    if len(codes) < FEWEST_ROWS or not 2 <= len(counts) <= MOST_CLASSES or counts.min() < FEWEST_OF_CLASS:
        return None
    score = separation(column, codes)
    if score <= TELLS_ALL:
        return None
    leave = f"drop={str(column.name)!r} leaves it out"
    if _is_copy(column, codes):
        return f"is a copy of the label; {leave}"
    return f"alone tells the classes apart (ROC-AUC {score:.3f}); if it is known only afterwards, {leave}"


def _is_copy(column: pd.Series, codes: np.ndarray) -> bool:
    levels = pd.factorize(column.astype(str), use_na_sentinel=False)[0]
    pairs = len(np.unique(levels.astype(np.int64) * (codes.max() + 1) + codes))
    return pairs == len(np.unique(levels)) == len(np.unique(codes))


def separation(column: pd.Series, codes: np.ndarray) -> float:
    """Area under the ROC curve of one column, of the class that it tells worst.

    The order of numbers, and the shares of the classes in each level or bin, learnt on one half of the rows and
    applied to the other.

    Parameters
    ----------
    column : Series
        The column.
    codes : ndarray of int, shape (n_rows,)
        Classes from 0 on.

    Returns
    -------
    float
        0.5 for a column that tells nothing, 1 for a copy of the label.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from oversmith.io.column_notes import separation
    >>> separation(pd.Series(["a", "b"] * 20), np.array([0, 1] * 20))
    1.0
    """
    kind = column_kind(column)
    numbers = None
    if kind == "numeric":
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    elif kind == "datetime" and isinstance(column.dtype, np.dtype) and column.dtype.kind in "mM":
        numbers = np.where(column.isna(), np.nan, column.to_numpy().view(np.int64).astype(np.float64))
    if numbers is None:
        return _by_levels(pd.factorize(column.astype(str), use_na_sentinel=False)[0].astype(np.int64), codes)
    numbers = np.where(np.isnan(numbers), -np.inf, numbers)
    distinct, levels = np.unique(numbers, return_inverse=True)
    if len(distinct) > BINS:
        edges = np.quantile(numbers, np.linspace(0, 1, BINS + 1)[1:-1], method="lower")
        levels = np.searchsorted(edges, numbers, side="right")
    score = _by_levels(levels, codes)
    if codes.max() == 1:
        ranked = _area(rankdata(numbers), codes == 1)
        score = max(score, ranked, 1 - ranked)
    return score


def _by_levels(levels: np.ndarray, codes: np.ndarray) -> float:
    """Area of the worst class, by the share of the class in each level on the other half of the rows."""
    half = np.zeros(len(codes), dtype=bool)
    for code in np.unique(codes):
        half[np.flatnonzero(codes == code)[::2]] = True
    areas = []
    for code in np.unique(codes):
        own = codes == code
        parts = []
        for learnt in (half, ~half):
            n = np.bincount(levels[learnt], minlength=levels.max() + 1)
            of_class = np.bincount(levels[learnt], weights=own[learnt], minlength=levels.max() + 1)
            shares = (of_class + own[learnt].mean()) / (n + 1)
            parts.append(_area(rankdata(shares[levels[~learnt]]), own[~learnt]))
        areas.append(np.mean(parts))
    return float(min(areas))


def _area(ranks: np.ndarray, positive: np.ndarray) -> float:
    n = int(positive.sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(ranks) - n))) if 0 < n < len(ranks) else 0.5
