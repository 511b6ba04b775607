"""Which rules hold between the number columns of a table: learnt from its real rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations

import numpy as np

from oversmith.encoders._columns import FEW_VALUES, decimals_and_width
from oversmith.encoders._constraints import Constraints, Grid, Order, Total, tied
from oversmith.encoders._values import Values

# Rows without a hole that a rule must hold in.
FEWEST_ROWS = 30
# Rows that would break an order, and share of the rows, if the two columns were independent: with fewer, their ranges
# hardly overlap and the order says nothing.
BROKEN_ROWS, BROKEN_SHARE = 10, 0.05
# Columns among which rules are looked for, at most: more are points of a curve rather than facts. Sums of
# three or more columns are looked for among fewer.
MOST_COLUMNS, MOST_COLUMNS_OF_THREE = 100, 40
# Rows on which orders and totals are looked for, before they are checked on all.
LOOKED_AT, LOOKED_AT_SUMS = 1_000, 16
# Distinct values of a total; rows, and share of the rows, in which each part is not zero.
DISTINCT, PRESENT, PRESENT_SHARE = 3, 5, 0.01
# A rounded total varies by this many times what rounding changes.
ROUNDING = 20
# Real rows that can stand in where nothing else makes a row follow the rules.
DONORS = 500
# Rounding of binary fractions, as a share of the numbers.
_EPS, _EPS_SINGLE = 1e-9, 5e-7
# Stands for more decimals than are counted.
MANY = 99
_WHOLE = Grid(0, 1, 0, 0, None)


def learn_constraints(columns: Sequence[Values | None], keys: Sequence[str | None]) -> Constraints:
    """Learn which columns are never above another one, and which are sums or copies of others.

    A rule must hold in every row without a missing value, at least 30 of them, and must not be trivial: the ranges of
    ordered columns overlap so far that 5 % of the rows, and 10 rows, would break it if the columns were independent.

    Parameters
    ----------
    columns : sequence of Values or None
        The real rows; None for columns that take no part.
    keys : sequence of str or None
        Columns with the same key can be compared.

    Returns
    -------
    Constraints
        The rules.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders._learning_constraints import learn_constraints
    >>> from oversmith.encoders._values import Values
    >>> rng = np.random.default_rng(0)
    >>> start = rng.integers(0, 100, 60)
    >>> end = start + rng.integers(1, 30, 60)
    >>> rules = learn_constraints([Values("integer", start), Values("integer", end)], ["number", "number"])
    >>> rules.texts(["start", "end"])
    ('start < end',)
    """
    groups: dict[str, list[int]] = {}
    known: dict[int, Values] = {}
    for i, (column, key) in enumerate(zip(columns, keys, strict=True)):
        if column is not None and key is not None and _takes_part(column):
            known[i] = column
            groups.setdefault(key, []).append(i)
    orders: list[Order] = []
    totals: list[Total] = []
    grids: dict[int, Grid] = {}
    for key, members in groups.items():
        if 1 < len(members) <= MOST_COLUMNS:
            learner = _Learner(known, members, sums=not key.startswith("datetime"))
            totals += learner.totals
            orders += learner.orders
            grids |= dict(zip(members, learner.grids, strict=True))
    return _with_donors(known, grids, orders, totals)


def _takes_part(column: Values) -> bool:
    if column.levels is not None or column.values.dtype.kind not in "iuf":
        return False
    known = column.values if column.missing is None else column.values[~column.missing]
    if len(known) < FEWEST_ROWS:
        return False
    low, high = known.min(), known.max()
    # Differences and sums of larger numbers are not exact, or wrap.
    largest = 2**61 if column.values.dtype.kind in "iu" else 1e150
    return bool(low < high) and max(abs(low.item()), abs(high.item())) < largest


def _with_donors(
    columns: Mapping[int, Values], grids: Mapping[int, Grid], orders: Sequence[Order], totals: Sequence[Total]
) -> Constraints:
    """Add the real rows that stand in, and leave out rules of columns without a single row of no hole."""
    donors, used = [], set()
    for members in tied([rule.columns for rule in orders] + [rule.columns for rule in totals]):
        known = np.flatnonzero(~np.any([_holes(columns[i]) for i in members], axis=0))
        if len(known):
            rows = known[np.linspace(0, len(known) - 1, min(DONORS, len(known))).astype(np.int64)]
            donors.append(tuple(_plain(columns[i])[rows] for i in members))
            used |= set(members)
    return Constraints(
        tuple(rule for rule in orders if rule.low in used),
        tuple(rule for rule in totals if rule.total in used),
        {i: grids[i] for i in sorted(used)},
        tuple(donors),
    )


def _holes(column: Values) -> np.ndarray:
    return np.zeros(len(column.values), dtype=bool) if column.missing is None else column.missing


def _plain(column: Values) -> np.ndarray:
    return column.values.astype(np.float64 if column.kind == "number" else np.int64)


def _grid(column: Values) -> Grid:
    values = _plain(column)[~_holes(column)]
    distinct = np.unique(values)
    few = distinct if len(distinct) <= FEW_VALUES else None
    if values.dtype.kind == "f":
        decimals, single = decimals_and_width(distinct)
        return Grid(float(distinct[0]), float(distinct[-1]), 0, decimals, few, single)
    low = int(distinct[0])
    return Grid(low, int(distinct[-1]), max(1, int(np.gcd.reduce(distinct - low))), None, few)


class _Learner:
    """Rules among columns that can be compared."""

    def __init__(self, columns: Mapping[int, Values], members: Sequence[int], *, sums: bool) -> None:
        self.members = list(members)
        plain = [_plain(columns[i]) for i in members]
        whole = all(values.dtype.kind == "i" for values in plain)
        self.x = np.stack([values.astype(np.int64 if whole else np.float64) for values in plain])
        self.holes = np.stack([_holes(columns[i]) for i in members])
        self.grids = [_grid(columns[i]) for i in members]
        not_zero = [np.count_nonzero(values[~holes]) for values, holes in zip(self.x, self.holes, strict=True)]
        self.present = [count >= max(PRESENT, PRESENT_SHARE * self.x.shape[1]) for count in not_zero]
        self.varies = [g.few is None or len(g.few) >= DISTINCT for g in self.grids]
        n = self.x.shape[1]
        self.some = np.linspace(0, n - 1, min(n, LOOKED_AT)).astype(np.int64)
        pairs = self._never_above()
        copies: dict[int, int] = {}
        for low, high in sorted(pairs):
            if low < high and (high, low) in pairs and low not in copies and self.varies[high]:
                copies.setdefault(high, low)
        self.totals = [self._total(high, (low,), 0.0) for high, low in copies.items()]
        left = [i for i in range(len(self.x)) if i not in copies]
        if sums:
            self.totals += self._sums(left)
        self.orders = self._orders({(i, j) for i, j in pairs if i in left and j in left and (j, i) not in pairs})

    def _total(self, total: int, parts: Sequence[int], tolerance: float) -> Total:
        return Total(self.members[total], tuple(self.members[i] for i in parts), tolerance)

    # ------------------------------------------------------------------ orders

    def _never_above(self) -> set[tuple[int, int]]:
        """List the pairs of which the first column is in no row above the second."""
        few = self.some[_spread_out(len(self.some))]
        x, holes = self.x[:, few], self.holes[:, few]
        fits = ((x[:, None] <= x) | holes[:, None] | holes).all(axis=2)
        np.fill_diagonal(fits, False)
        pairs = set()
        for i, j in np.argwhere(fits).tolist():
            holes = self.holes[i] | self.holes[j]
            if ((self.x[i] <= self.x[j]) | holes).all() and np.count_nonzero(~holes) >= FEWEST_ROWS:
                pairs.add((i, j))
        return pairs

    def _orders(self, pairs: set[tuple[int, int]]) -> list[Order]:
        """Take the orders that are not trivial, those of a column after those of the columns below it."""
        pairs = {pair for pair in pairs if self._overlap(*pair)}
        below = {j: {i for i, high in pairs if high == j} for j in range(len(self.x))}
        adds = {(part, total.total) for total in self.totals for part in total.parts if self._is_sum_above(total, part)}
        orders = []
        for j in sorted(below, key=lambda j: (len(below[j]), j)):
            for i in sorted(below[j], key=lambda i: (len(below[i]), i)):
                known = ~(self.holes[i] | self.holes[j])
                gap = (self.x[j] - self.x[i])[known].min().item()
                between = any(k in below[j] for k in range(len(self.x)) if i in below[k])
                own = self.members[i], self.members[j]
                orders.append(Order(*own, gap, between or own in adds))
        return orders

    def _overlap(self, i: int, j: int) -> bool:
        """Tell whether independent columns would break the order in enough rows."""
        known = ~(self.holes[i] | self.holes[j])
        # Rows with the least value of the higher column, a zero mostly, hold nothing but zeros.
        rows = self.some[known[self.some]]
        rows = rows[self.x[j, rows] > self.grids[j].low]
        low, high = self.x[i, rows], self.x[j, rows]
        if not len(rows):
            return False
        share = np.searchsorted(np.sort(high), low, side="left").mean() / len(high)
        return bool(share >= BROKEN_SHARE and share * known.sum() >= BROKEN_ROWS)

    def _is_sum_above(self, total: Total, part: int) -> bool:
        """Tell whether a sum is above a part because no other part is negative."""
        grids = dict(zip(self.members, self.grids, strict=True))
        return all(grids[i].low >= 0 for i in total.parts if i != part)

    # ------------------------------------------------------------------ sums

    def _sums(self, left: Sequence[int]) -> list[Total]:
        """Find sums of two or three columns, and of more that stand side by side."""
        sums: dict[int, Total] = {}
        x = np.where(self.holes[:, self.some], np.nan, self.x[:, self.some].astype(np.float64))
        few = x[:, _spread_out(x.shape[1])]
        # What rounding of a total may change at most; what is left is checked on more rows and then on all.
        units = [0 if grid.step else grid.decimals for grid in self.grids]
        slack = np.array([0.0 if decimals is None else 0.5 * 10.0**-decimals for decimals in units])
        totals = [i for i in left if self.varies[i]]
        for total, own in _near_sums(few, [i for i in left if self.present[i]], totals, slack):
            if total in sums:
                continue
            tolerance = self._tolerance(total, own)
            if (np.abs(x[own].sum(axis=0) - x[total]) > tolerance * (1 + _EPS)).any():
                continue
            if self._holds(total, own, tolerance, sums):
                sums[total] = self._total(total, own, tolerance)
        return _in_turn(list(sums.values()))

    def _tolerance(self, total: int, parts: Sequence[int]) -> float:
        """Return what rounding of the total, and of binary fractions, may change."""
        grid = self.grids[total]
        if self.x.dtype.kind == "i":
            return 0.0
        eps = _EPS_SINGLE if any(self.grids[i].single for i in (total, *parts)) else _EPS
        size = eps * max(abs(grid.high), abs(grid.low), *(abs(self.grids[i].high) for i in parts))
        decimals = 0 if grid.step else grid.decimals
        finest = max((MANY if g.decimals is None else g.decimals) for g in self._all(parts))
        return float(size if decimals is None or finest <= decimals else size + 0.5 * 10.0**-decimals)

    def _all(self, parts: Sequence[int]) -> list[Grid]:
        return [self.grids[i] if not self.grids[i].step else _WHOLE for i in parts]

    def _holds(self, total: int, parts: Sequence[int], tolerance: float, sums: dict[int, Total]) -> bool:
        known = ~self.holes[[total, *parts]].any(axis=0)
        if known.sum() < FEWEST_ROWS or not self.varies[total]:
            return False
        values, added = self.x[total][known], self.x[np.ix_(np.array(parts), np.flatnonzero(known))]
        if (np.abs(values - added.sum(axis=0)) > tolerance).any():
            return False
        if values.std() < ROUNDING * tolerance:
            return False
        # A sum cannot be a part of its own parts.
        above, rest = {self.members[total]}, [self.members[i] for i in parts]
        while rest:
            i = rest.pop()
            if i in above:
                return False
            rest += [part for known_total in sums.values() if known_total.total == i for part in known_total.parts]
        return True


def _spread_out(n: int) -> np.ndarray:
    """Return a few of ``n`` rows."""
    return np.linspace(0, n - 1, LOOKED_AT_SUMS).astype(np.int64)


def _near_sums(
    few: np.ndarray, parts: Sequence[int], totals: Sequence[int], slack: np.ndarray
) -> list[tuple[int, list[int]]]:
    """List totals and their parts that agree in a few rows: fewest parts first, then by the total."""
    near = []
    for sets, added in _sets(few, np.array(parts, dtype=np.int64)):
        # Sorted by the row with the most values, nearly all sets are out at once; a hole rules nothing out.
        row = max(range(few.shape[1]), key=lambda row: len(np.unique(few[:, row])) - 2 * np.isnan(few[:, row]).sum())
        order = np.argsort(added[:, row])
        known = added[order, row]
        known = known[~np.isnan(known)]
        for total in totals:
            value, candidates = few[total, row], order
            if not np.isnan(value):
                # Somewhat more than the exact bound below.
                margin = 1.001 * (slack[total] + _EPS_SINGLE * abs(value))
                first = known.searchsorted(value - margin, side="left")
                last = known.searchsorted(value + margin, side="right")
                candidates = np.concatenate([order[first:last], order[len(known) :]])
            sums = added[candidates]
            off = np.abs(sums - few[total]) > slack[total] + _EPS_SINGLE * np.abs(sums)
            for i in candidates[~off.any(axis=1)].tolist():
                own = sets[i].tolist()
                if total not in own:
                    near.append((len(own), total, i, own))
    return [(total, own) for _, total, _, own in sorted(near)]


def _sets(few: np.ndarray, columns: np.ndarray) -> Iterator[tuple[Sequence[np.ndarray], np.ndarray]]:
    """Go through the sets of columns that may be parts, with their sums in a few rows."""
    n = len(columns)
    for size in (2, 3) if n <= MOST_COLUMNS_OF_THREE else (2,):
        if n > size:
            parts = columns[_combinations(n, size)]
            yield list(parts), np.add.reduce([few[parts[:, i]] for i in range(size)])
    if 4 < n <= MOST_COLUMNS_OF_THREE:
        # Of more columns, only those that stand side by side.
        sets, sums, added = [], [], few[columns]
        for size in range(2, n):
            added = added[:-1] + few[columns[size - 1 :]]
            if size > 3:
                sets += [columns[i : i + size] for i in range(len(added))]
                sums.append(added)
        yield sets, np.concatenate(sums)


@cache
def _combinations(n: int, size: int) -> np.ndarray:
    return np.array(list(combinations(range(n), size)))


def _in_turn(totals: list[Total]) -> list[Total]:
    """Put sums after the sums that they add."""
    ordered: list[Total] = []
    names = {total.total for total in totals}
    while totals:
        done = {total.total for total in ordered}
        ready = [t for t in totals if not any(i in names and i not in done for i in t.parts)]
        ordered += ready
        totals = [t for t in totals if t not in ready]
    return ordered
