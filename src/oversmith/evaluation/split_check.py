"""Does a split leak? Look for test rows that stand, almost stand, or are blended in the training part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from oversmith._card import card
from oversmith.evaluation.task import row_hashes
from oversmith.exceptions import InputError

MAX_CHECKED = 2_000
"""Test rows looked at for blends: each costs a search and the angles between its neighbours."""
_NEIGHBOURS = 60
_FEW = 20
_GRID = 1e-4
# Columns of continuous values that each check needs: in few, rows agree by chance.
_FOR_ROUNDED, _FOR_BLENDS = 2, 3
_ON_A_LINE = 1e-10
# Points of a grid divide their lines by small whole numbers; blends divide them anywhere.
_WHOLE = np.unique([p / q for q in range(1, 51) for p in range(q + 1)])


@dataclass(frozen=True)
class Finding:
    """One kind of copy.

    Parameters
    ----------
    kind : {"exact", "rounded", "blended"}
        Equal to a training row; equal but for a ten-thousandth of each column's spread; on one line with two training
        rows of its class, as SMOTE makes rows.
    rows : ndarray of int
        Positions in the test part.
    n_checked : int
        Test rows that were looked at; 0 where the table does not allow the check.
    leak : bool
        Whether they are too many.
    note : str
        What a reader should know, or nothing.
    """

    kind: str
    rows: np.ndarray
    n_checked: int
    leak: bool
    note: str = ""

    @property
    def share(self) -> float:
        """Share of the rows looked at."""
        return len(self.rows) / self.n_checked if self.n_checked else 0.0


@dataclass(frozen=True)
class SplitReport:
    """What :func:`check_split` found.

    Parameters
    ----------
    sound : bool
        Whether no kind of copy is too frequent.
    findings : tuple of Finding
        Exact, rounded and blended.
    """

    sound: bool
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        """Sentences for a reader."""
        lines = []
        for finding in self.findings:
            what = f"{len(finding.rows)} of {finding.n_checked} test rows" if finding.n_checked else "not checked"
            note = f" ({finding.note})" if finding.note else ""
            lines.append(f"{finding.kind}: {what}{': a leak' if finding.leak else ''}{note}")
        return "\n".join([*lines, "Sound." if self.sound else "It leaks."])

    def _repr_html_(self) -> str:
        """Card for a notebook."""
        rows = [
            (
                f.kind,
                len(f.rows),
                f.n_checked,
                f.share,
                "leak" if f.leak else "no leak" if f.n_checked else "not checked",
            )
            for f in self.findings
        ]
        return card(
            f"Split check: {'Sound.' if self.sound else 'It leaks.'}",
            columns=("copies", "test rows", "of", "share", "verdict"),
            rows=rows,
            caption="Test rows that the training part gives away",
            notes=[f"{f.kind}: {f.note}" for f in self.findings if f.note],
        )


def check_split(X_train: Any, y_train: Any, X_test: Any, y_test: Any, *, max_share: float = 0.01) -> SplitReport:
    """Find test rows that the training part gives away.

    Parameters
    ----------
    X_train, X_test : DataFrame or array-like of shape (n, d), (m, d)
        Training rows, resampled or not, and test rows, with the same columns.
    y_train, y_test : array-like
        Their classes.
    max_share : float, default=0.01
        Share of the test rows beyond which copies are a leak; fewer are reported. Raise it for data that are known
        to hold different cases with equal features.

    Returns
    -------
    SplitReport
        Exact, rounded and blended copies with their positions; ``str`` of it explains.

    Raises
    ------
    InputError
        For parts that do not fit together.

    Notes
    -----
    A kind of copy is a leak when more than ``max_share`` of the test rows looked at are such copies. Where columns hold
    so little that rows agree by chance (by the sum of their entropies, against the number of pairs), exact copies are a
    leak only when test rows have clearly more of them in the training part than training rows have among themselves,
    or when nine in ten rows of one class are copies and fewer than half of another.
    Rounded copies are looked for with two continuous columns or more (more than twenty values, not all of them whole),
    blends with three.

    Blends are looked for among up to 2,000 test rows, drawn with a fixed seed, and their 60 nearest training rows of
    the same class: a test row is one when it lies on a line with two of them, between or beyond, at no small fraction
    of their distance (points of a grid do) and unless most of its neighbours lie on that line (columns that repeat one
    another do). As many as lie on a line with rows of other classes are the table's own geometry. Rows made by SMOTE
    before the split betray themselves this way, until columns are rounded.

    Cost: hashing, n + m; blends, 2,000 searches among the rows of a class.

    Examples
    --------
    >>> import numpy as np
    >>> from imblearn.over_sampling import SMOTE
    >>> from sklearn.model_selection import train_test_split
    >>> from oversmith import check_split
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(300, 4)), np.repeat([0, 1], [250, 50])
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
    >>> check_split(X_train, y_train, X_test, y_test).sound
    True
    >>> check_split(*[SMOTE(random_state=0).fit_resample(X_train, y_train)[i] for i in (0, 1)], X_test, y_test).sound
    True
    >>> X_all, y_all = SMOTE(random_state=0).fit_resample(X, y)
    >>> X_train, X_test, y_train, y_test = train_test_split(X_all, y_all, stratify=y_all, random_state=0)
    >>> check_split(X_train, y_train, X_test, y_test).sound
    False
    """
    if not 0 <= max_share < 1:
        raise InputError("max_share", f"{max_share} found", "use a share of the test rows, 0 or more and below 1")
    train, test = _frames(X_train, X_test)
    y_train, y_test = (
        _labels(name, y, part) for name, y, part in (("y_train", y_train, train), ("y_test", y_test, test))
    )
    both = pd.concat([train, test], ignore_index=True)
    continuous = [str(name) for name in train if _is_continuous(both[name])]
    findings = [_exact(train, test, y_test, max_share)]
    for kind, needed in (("rounded", _FOR_ROUNDED), ("blended", _FOR_BLENDS)):
        if len(continuous) < needed:
            why = f"{len(continuous)} continuous columns, {needed} are needed to tell them from chance"
            findings.append(Finding(kind, np.empty(0, np.intp), 0, False, why))
        elif kind == "rounded":
            findings.append(_rounded(train, test, continuous, findings[0].rows, max_share))
        else:
            known = np.union1d(findings[0].rows, findings[1].rows)
            findings.append(_blended(train[continuous], y_train, test[continuous], y_test, known, max_share))
    return SplitReport(not any(finding.leak for finding in findings), tuple(findings))


def _frames(X_train: Any, X_test: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    parts = []
    for name, X in (("X_train", X_train), ("X_test", X_test)):
        frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X))
        if not len(frame) or not frame.shape[1]:
            raise InputError(
                name, f"a table of {len(frame)} rows and {frame.shape[1]} columns found", "both must be > 0"
            )
        parts.append(frame.reset_index(drop=True).set_axis([str(column) for column in frame.columns], axis=1))
    train, test = parts
    if set(train.columns) != set(test.columns) or train.shape[1] != test.shape[1]:
        odd = sorted(set(train.columns) ^ set(test.columns))
        raise InputError(
            "X_test", f"columns that stand in one part only found, {odd[:3]}", "give both parts the same columns"
        )
    test = test[list(train.columns)]
    for column in train:
        numeric = [pd.api.types.is_numeric_dtype(part[column]) for part in (train, test)]
        if numeric[0] != numeric[1]:
            raise InputError(
                "X_test", f"column {column!r} is of numbers in one part and not in the other", "convert one"
            )
        # One dtype on both sides, so that equal values hash alike.
        for part in (train, test):
            if numeric[0]:
                part[column] = part[column].to_numpy(dtype=np.float64, na_value=np.nan) + 0.0
            else:
                part[column] = part[column].astype(object).where(part[column].notna(), None).map(_text)
    return train, test


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _labels(name: str, y: Any, frame: pd.DataFrame) -> np.ndarray:
    labels = np.asarray(y)
    if labels.shape != (len(frame),):
        raise InputError(name, f"shape {labels.shape} found beside {len(frame)} rows", "give one label per row")
    return labels.astype(str)


def _is_continuous(column: pd.Series) -> bool:
    if column.dtype != np.float64:
        return False
    values = column.to_numpy()
    values = values[np.isfinite(values)]
    return len(np.unique(values)) > 20 and bool((values % 1 != 0).any())


def _exact(train: pd.DataFrame, test: pd.DataFrame, y_test: np.ndarray, max_share: float) -> Finding:
    ours, theirs = row_hashes(train), row_hashes(test)
    rows = np.flatnonzero(np.isin(theirs, ours))
    repeated = float(pd.Series(ours).duplicated(keep=False).mean())
    share = len(rows) / len(test)
    # By chance a test row has a twin among the training rows as often as they have; four standard errors on top.
    error = np.sqrt(max(repeated * (1 - repeated), 1 / len(test)) / len(test))
    leak = share > max_share and (_tells_rows_apart(test, len(train)) or share > repeated + 4 * error)
    note = f"{repeated:.1%} of the training rows repeat one another" if repeated else ""
    if not leak and share > max_share and _one_class_alone(np.isin(theirs, ours), y_test):
        leak, note = True, "one class alone is copied, as by over-sampling before the split"
    return Finding("exact", rows, len(test), bool(leak), note)


def _one_class_alone(copied: np.ndarray, y: np.ndarray) -> bool:
    """Whether nearly all rows of one class are copies, and those of another are not."""
    labels, counts = np.unique(y, return_counts=True)
    shares = [copied[y == label].mean() for label in labels[counts >= _FEW]]
    return bool(shares) and max(shares) >= 0.9 and min(shares) < 0.5


def _tells_rows_apart(test: pd.DataFrame, n_train: int) -> bool:
    """Whether the columns hold so much that no test row would agree with a training row by chance."""
    distinct = test.drop_duplicates()
    bits = 0.0
    for name in distinct:
        shares = distinct[name].value_counts(normalize=True, dropna=False).to_numpy()
        bits -= float((shares * np.log2(shares)).sum())
    # Columns depend on each other: a third of their entropy is not counted.
    return 0.67 * bits > np.log2(len(distinct)) + np.log2(n_train) + 6


def _rounded(
    train: pd.DataFrame, test: pd.DataFrame, continuous: list[str], exact: np.ndarray, max_share: float
) -> Finding:
    """Find rows on the same point of a fine grid; two grids, half a step apart, so that no edge hides a pair."""
    both = pd.concat([train, test], ignore_index=True)
    step = both[continuous].std(ddof=0).replace(0.0, 1.0) * _GRID
    equal = np.zeros(len(test), dtype=bool)
    for shift in (0.0, 0.5):
        grid = np.floor(both[continuous] / step + shift)
        hashes = row_hashes(both.assign(**{name: grid[name] for name in continuous}))
        equal |= np.isin(hashes[len(train) :], hashes[: len(train)])
    equal[exact] = False
    rows = np.flatnonzero(equal)
    return Finding("rounded", rows, len(test), len(rows) > max_share * len(test))


def _blended(
    train: pd.DataFrame,
    y_train: np.ndarray,
    test: pd.DataFrame,
    y_test: np.ndarray,
    known: np.ndarray,
    max_share: float,
) -> Finding:
    both = pd.concat([train, test])
    spread = both.std(ddof=0).replace(0.0, 1.0).to_numpy()
    ours, theirs = (part.fillna(both.median()).to_numpy() / spread for part in (train, test))
    candidates = np.setdiff1d(np.arange(len(theirs)), known)
    if len(candidates) > MAX_CHECKED:
        candidates = np.sort(np.random.default_rng(0).choice(candidates, MAX_CHECKED, replace=False))
    blended: list[int] = []
    natural = 0
    for label in np.unique(y_test[candidates]):
        mine = candidates[y_test[candidates] == label]
        same = y_train == label
        blended += mine[_blends(theirs[mine], ours[same])].tolist()
        # SMOTE never blends classes: what lies on a line with rows of another class is the table's own geometry.
        natural += int(_blends(theirs[mine], ours[~same]).sum())
    notes = [f"{len(candidates)} drawn from {len(theirs)}"] if len(candidates) == MAX_CHECKED else []
    notes += [f"{natural} also with rows of other classes"] if natural else []
    rows = np.sort(np.array(blended, dtype=np.intp))
    leak = len(rows) > max(max_share * len(candidates) + natural, 3 * natural)
    return Finding("blended", rows, len(candidates), leak, ", ".join(notes))


def _blends(rows: np.ndarray, pool: np.ndarray) -> np.ndarray:
    """Which rows lie on a line with two of their neighbours in the pool."""
    pool = np.unique(pool, axis=0)
    if len(pool) < 3 or not len(rows):
        return np.zeros(len(rows), dtype=bool)
    search = NearestNeighbors(n_neighbors=min(_NEIGHBOURS, len(pool))).fit(pool)
    near = search.kneighbors(rows, return_distance=False)
    return np.array([_is_blend(row, pool[index]) for row, index in zip(rows, near, strict=True)])


def _is_blend(row: np.ndarray, near: np.ndarray) -> bool:
    """Whether two neighbours lie in the same or in the opposite direction, as ends of a blend do."""
    away = near - row
    length = np.linalg.norm(away, axis=1)
    # Rows that differ in one or two columns lie on lines of the grid.
    usable = (length > 1e-9) & ((np.abs(away) > 1e-12).sum(axis=1) >= _FOR_BLENDS)
    unit, length = away[usable] / length[usable, None], length[usable]
    cosine = np.abs(unit @ unit.T)
    np.fill_diagonal(cosine, 0.0)
    aligned = 1 - cosine < _ON_A_LINE
    # Where most neighbours lie on one line, the columns repeat one another and every row is between two.
    aligned &= (aligned.sum(axis=1) <= len(unit) / 2)[:, None]
    first, second = np.nonzero(np.triu(aligned))
    ratio = np.minimum(length[first], length[second]) / np.maximum(length[first], length[second])
    index = np.clip(np.searchsorted(_WHOLE, ratio), 1, len(_WHOLE) - 1)
    apart = np.minimum(np.abs(ratio - _WHOLE[index - 1]), np.abs(ratio - _WHOLE[index]))
    return bool((apart > 1e-6).any())
