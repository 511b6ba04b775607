"""Difficulty of tables made to order: ratio, sample size, overlap, dimension, label noise, one knob each."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from oversmith.datasets._difficulty import Difficult, check_counts, with_label_noise
from oversmith.exceptions import InputError

Mix = Literal["rows", "features"]


def cut_in_order(
    y: ArrayLike, positive: Any, n_majority: int, ratio: float, *, random_state: int | None = 0
) -> np.ndarray:
    """Choose the first rows of either class: the cybersecurity tables of Nazari et al. 2021.

    Parameters
    ----------
    y : array-like of shape (n,)
        Classes.
    positive : object
        The minority; all other rows are the majority.
    n_majority : int
        Rows of the majority: 1,000, 400, 200 and 100 in the paper.
    ratio : float
        Minority rows to one of the majority, in (0, 1], rounded down: 0.4, 0.2 and 0.1 there.
    random_state : int or None, default=0
        Seed of the shuffle of the rows chosen; None leaves them in their order.

    Returns
    -------
    ndarray of int
        Positions. Those of a smaller sample, or a smaller ratio, are among those of a larger one.

    Raises
    ------
    InputError
        When the class is missing, or more rows are asked than there are.

    Examples
    --------
    >>> from oversmith.datasets import cut_in_order
    >>> cut_in_order(["no", "yes", "no", "no", "yes", "no"], "yes", 2, 0.5, random_state=None).tolist()
    [0, 1, 2]
    """
    labels = np.asarray(y)
    rare = labels == positive
    if not rare.any():
        raise InputError(
            "positive", f"no row has class {positive!r}", f"there are {sorted(map(str, set(labels.tolist())))}"
        )
    wanted = {"majority": n_majority, "minority": check_counts(n_majority, ratio)}
    parts = []
    for (name, n), where in zip(wanted.items(), (~rare, rare), strict=True):
        places = np.flatnonzero(where)
        if n > len(places):
            argument = "n_majority" if name == "majority" else "ratio"
            raise InputError(argument, f"{n} {name} rows asked, {len(places)} found", "ask for fewer")
        parts.append(places[:n])
    if random_state is None:
        return np.sort(np.concatenate(parts))
    from sklearn.utils import shuffle

    return np.asarray(shuffle(np.concatenate(parts), random_state=random_state))


def make_difficult_table(
    X: Any,
    y: ArrayLike,
    positive: Any,
    *,
    n_majority: int | None = None,
    ratio: float | None = None,
    overlap: float = 0.0,
    mix: Mix = "rows",
    n_components: int | None = None,
    noise_columns: int = 0,
    label_noise: float = 0.0,
    n_test: int = 0,
    random_state: int = 0,
) -> Difficult:
    """Make a table of two classes more difficult, by one knob per factor; each is off by default.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n, d)
        Features, numbers or levels.
    y : array-like of shape (n,)
        Classes.
    positive : object
        The minority; all other rows are the majority.
    n_majority : int, optional
        Sample size: rows of the majority, the first ones; all that the test part leaves by default.
    ratio : float, optional
        Imbalance: minority rows to one of the majority, in (0, 1], rounded down; all of them by default.
    overlap : float, default=0.0
        Overlap of the classes, in [0, 1]: how much of a minority row comes from the majority. At 1 nothing tells the
        classes apart.
    mix : {"rows", "features"}, default="rows"
        What is mixed. ``"rows"``: each minority row moves this share of the way towards a majority row, and takes each
        of its levels with this chance. ``"features"``: this share of the columns, rounded, is a majority row's.
    n_components : int, optional
        Dimension below that of the table: columns, at mean 0 and deviation 1, projected on so many random directions
        at right angles. Of numbers alone.
    noise_columns : int, default=0
        Dimension above: columns of standard normal numbers that say nothing.
    label_noise : float, default=0.0
        Share of the minority, rounded down, that changes labels with as many majority rows, in [0, 1].
    n_test : int, default=0
        Rows per class of a balanced test part: the last ones, mixed and projected alike, their labels left alone.
    random_state : int, default=0
        Seed. What a weak setting of a knob changes, a stronger one changes too.

    Returns
    -------
    Difficult
        ``X`` is a frame; ``groups`` are positions in the table given.

    Raises
    ------
    InputError
        For a knob out of its range, more rows asked than there are, or levels where numbers are needed.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.datasets import make_difficult_table
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(90, 4)), np.repeat(["no", "yes"], [60, 30])
    >>> made = make_difficult_table(X, y, "yes", n_majority=40, ratio=0.1, noise_columns=2, n_test=10)
    >>> made.X.shape, made.y.sum().item(), made.X_test.shape
    ((44, 6), 4, (20, 6))
    """
    frame, labels = _table(X, y), np.asarray(y)
    if not 0 <= overlap <= 1:
        raise InputError("overlap", f"{overlap} found", "give a share from 0 to 1")
    if mix not in ("rows", "features"):
        raise InputError("mix", f"{mix!r} found", "choose 'rows' or 'features'")
    for name, number in (("noise_columns", noise_columns), ("n_test", n_test)):
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise InputError(name, f"{number!r} found", "give a whole number from 0 up")
    rare = labels == positive
    chosen_rows, tested = _parts(labels, rare, positive, n_majority, ratio, n_test)
    # A projection learns its scale before rows are mixed, so that overlap is the same at every dimension.
    scale = _scale(frame.iloc[chosen_rows], n_components)
    rng = np.random.default_rng(random_state)
    seeds = rng.integers(2**31, size=4)
    parts = [
        _dimension(
            _overlapped(frame, rare, part, chosen_rows[~rare[chosen_rows]], overlap, mix, (seeds[0], seeds[1], at)),
            scale,
            n_components,
            noise_columns,
            (seeds[2], seeds[3], at),
        )
        for at, part in enumerate((chosen_rows, tested))
    ]
    truth = rare[chosen_rows].astype(np.int64)
    return Difficult(
        parts[0],
        with_label_noise(truth, label_noise, random_state),
        chosen_rows,
        parts[1] if n_test else None,
        rare[tested].astype(np.int64) if n_test else None,
    )


def _table(X: Any, y: Any) -> pd.DataFrame:
    frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X))
    if len(frame) != len(np.asarray(y)):
        raise InputError("y", f"{len(np.asarray(y))} labels found for {len(frame)} rows of X", "give one label per row")
    return frame.set_axis([str(name) if isinstance(name, str) else f"x{name}" for name in frame], axis=1)


def _parts(
    labels: np.ndarray, rare: np.ndarray, positive: Any, n_majority: int | None, ratio: float | None, n_test: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows that are kept, in their order, and rows of the test part."""
    places = [np.flatnonzero(~rare), np.flatnonzero(rare)]
    if min(map(len, places)) <= n_test:
        least = min(map(len, places))
        raise InputError(
            "n_test", f"{n_test} rows per class asked, the smaller class has {least}", "leave some to train"
        )
    tested = np.concatenate([part[len(part) - n_test :] for part in places])
    left = np.setdiff1d(np.arange(len(labels)), tested)
    n_left = [int((rare[left] == side).sum()) for side in (False, True)]
    wanted = n_left[0] if n_majority is None else n_majority
    if ratio is None:
        first = left[~rare[left]][:wanted]
        if not 1 <= wanted <= n_left[0]:
            raise InputError(
                "n_majority", f"{wanted} majority rows asked, {n_left[0]} found", f"ask for 1 to {n_left[0]}"
            )
        return np.sort(np.concatenate([first, left[rare[left]]])), tested
    return left[cut_in_order(labels[left], positive, wanted, ratio, random_state=None)], tested


def _overlapped(
    frame: pd.DataFrame,
    rare: np.ndarray,
    part: np.ndarray,
    majority: np.ndarray,
    overlap: float,
    mix: str,
    seeds: tuple[int, int, int],
) -> pd.DataFrame:
    """Rows of a part, the minority mixed with rows of the majority."""
    rows = frame.iloc[part].reset_index(drop=True)
    where = np.flatnonzero(rare[part])
    if not overlap or not len(where):
        return rows
    # Columns are chosen alike for both parts, rows are not.
    columns = np.random.default_rng(seeds[0]).permutation(frame.shape[1])
    rng = np.random.default_rng([seeds[1], seeds[2]])
    others = frame.iloc[rng.choice(majority, len(where))].reset_index(drop=True)
    mixed: dict[str, Any] = {}
    for index, name in enumerate(map(str, rows)):
        mine, theirs = rows[name].iloc[where].reset_index(drop=True), others[name]
        takes = rng.random(len(where)) < overlap
        if mix == "features":
            taken = index in columns[: round(overlap * len(columns))]
            mixed[name] = theirs if taken else mine
        elif pd.api.types.is_numeric_dtype(mine.dtype) and not pd.api.types.is_bool_dtype(mine.dtype):
            mixed[name] = (1 - overlap) * mine + overlap * theirs
        else:
            mixed[name] = theirs.where(takes, mine)
    own = rows[~rare[part]]
    return pd.concat([own, pd.DataFrame(mixed).set_axis(where, axis=0)]).sort_index()


def _scale(frame: pd.DataFrame, n_components: int | None) -> tuple[np.ndarray, np.ndarray] | None:
    if n_components is None:
        return None
    levels = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name].dtype)]
    if levels:
        raise InputError("n_components", f"column {levels[0]!r} holds levels", "a projection needs numbers, drop it")
    if isinstance(n_components, bool) or not isinstance(n_components, int) or not 1 <= n_components <= frame.shape[1]:
        raise InputError(
            "n_components",
            f"{n_components!r} found for {frame.shape[1]} columns",
            f"give a whole number from 1 to {frame.shape[1]}",
        )
    values = frame.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        raise InputError("n_components", "values that are missing or not finite found", "fill them before a projection")
    spread = values.std(axis=0)
    return values.mean(axis=0), np.where(spread > 0, spread, 1.0)


def _dimension(
    rows: pd.DataFrame,
    scale: tuple[np.ndarray, np.ndarray] | None,
    n_components: int | None,
    noise_columns: int,
    seeds: tuple[int, int, int],
) -> pd.DataFrame:
    """Rows in fewer dimensions, in more, or both."""
    if scale is not None:
        d = rows.shape[1]
        directions = np.linalg.qr(np.random.default_rng(seeds[0]).normal(size=(d, d)))[0][:, :n_components]
        values = (rows.to_numpy(dtype=np.float64) - scale[0]) / scale[1] @ directions
        rows = pd.DataFrame(values, columns=[f"direction{at}" for at in range(values.shape[1])])
    if not noise_columns:
        return rows
    # A row per column, so that few columns are the first of many.
    noise = np.random.default_rng([seeds[1], seeds[2]]).normal(size=(noise_columns, len(rows))).T
    names = [f"noise{at}" for at in range(noise_columns)]
    return pd.concat([rows, pd.DataFrame(noise, columns=names)], axis=1)
