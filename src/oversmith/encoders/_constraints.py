"""Rules between number columns that hold in every real row, and generated rows made to follow them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from scipy.spatial import cKDTree

from oversmith.encoders._values import Values

# How often orders and totals are mended in turn before a real row stands in.
ROUNDS = 4


@dataclass(frozen=True)
class Order:
    """One column is never above another: ``low <= high``, or ``low < high`` where ``gap`` is not 0.

    Parameters
    ----------
    low, high : int
        Positions of the columns.
    gap : int or float
        Smallest difference seen.
    implied : bool, default=False
        Whether other rules say so too; it is then enforced, for rows with holes, and not listed.
    """

    low: int
    high: int
    gap: float
    implied: bool = False

    @property
    def columns(self) -> tuple[int, ...]:
        """Positions of the columns of the rule."""
        return self.low, self.high

    def text(self, names: Sequence[str]) -> str:
        """Write the rule."""
        return f"{names[self.low]} {'<' if self.gap else '<='} {names[self.high]}"

    def broken(self, x: Mapping[int, np.ndarray]) -> np.ndarray:
        """Tell which rows break the rule."""
        return x[self.low] >= x[self.high] if self.gap else x[self.low] > x[self.high]


@dataclass(frozen=True)
class Total:
    """One column is the sum of others, rounded as its own values are.

    Parameters
    ----------
    total : int
        Position of the sum.
    parts : tuple of int
        Positions of what is added; a single one is a copy.
    tolerance : float
        Largest difference that rounding makes.
    """

    total: int
    parts: tuple[int, ...]
    tolerance: float

    @property
    def columns(self) -> tuple[int, ...]:
        """Positions of the columns of the rule."""
        return self.total, *self.parts

    def text(self, names: Sequence[str]) -> str:
        """Write the rule."""
        return f"{names[self.total]} = {' + '.join(names[i] for i in self.parts)}"

    def sum(self, x: Mapping[int, np.ndarray]) -> np.ndarray:
        """Add the parts."""
        total = x[self.parts[0]]
        for i in self.parts[1:]:
            total = total + x[i]
        return total

    def broken(self, x: Mapping[int, np.ndarray]) -> np.ndarray:
        """Tell which rows break the rule."""
        return np.abs(x[self.total] - self.sum(x)) > self.tolerance * (1 + 1e-6)


@dataclass(frozen=True)
class Grid:
    """Values that a column takes: its range, and the steps between them.

    Parameters
    ----------
    low, high : int or float
        Range.
    step : int
        Of whole numbers; 0 for others.
    decimals : int or None
        Of other numbers; None where there are too many.
    few : ndarray or None
        All values, of a column that has few.
    single : bool, default=False
        Whether the values are those of single precision.
    """

    low: Any
    high: Any
    step: int
    decimals: int | None
    few: np.ndarray | None
    single: bool = False

    def up(self, x: np.ndarray) -> np.ndarray:
        """Take the next value that is not below each number; the largest where there is none."""
        if self.few is not None:
            return self.few[np.minimum(np.searchsorted(self.few, x), len(self.few) - 1)]
        if self.step:
            x = np.ceil(x).astype(np.int64) if x.dtype.kind == "f" else x
            x = self.low - (self.low - x) // self.step * self.step
        elif self.decimals is not None:
            scale = 10.0**self.decimals
            x = self.rounded(np.ceil(x * scale - 1e-6) / scale)
        return np.clip(x, self.low, self.high)

    def rounded(self, x: np.ndarray) -> np.ndarray:
        """Round numbers as the column is, within no range."""
        if not self.step and self.decimals is not None:
            x = np.round(x, self.decimals)
        return x.astype(np.float32).astype(np.float64) if self.single else x


@dataclass(frozen=True)
class Constraints:
    """Rules of a table, and what mending needs.

    Parameters
    ----------
    orders : tuple of Order
        Each column is final before it bounds another one.
    totals : tuple of Total
        Each part is final before it is added.
    grids : dict of int to Grid
        Values of each column that a rule names.
    donors : tuple of tuple of ndarray
        Of each entry of ``components``, the values of real rows without a hole, a column each.
    """

    orders: tuple[Order, ...] = ()
    totals: tuple[Total, ...] = ()
    grids: Mapping[int, Grid] = field(default_factory=dict)
    donors: tuple[tuple[np.ndarray, ...], ...] = ()

    @cached_property
    def components(self) -> list[tuple[int, ...]]:
        """Columns that rules tie together, each set sorted."""
        return tied([rule.columns for rule in self.orders] + [rule.columns for rule in self.totals])

    def texts(self, names: Sequence[str]) -> tuple[str, ...]:
        """Write the rules, totals first."""
        orders = [rule.text(names) for rule in self.orders if not rule.implied]
        return *(rule.text(names) for rule in self.totals), *orders

    def followed(self, columns: list[Values]) -> list[Values]:
        """Return the columns, changed in the rows that break a rule; rules with a missing value hold."""
        if not self.grids or not len(columns[0].values):
            return columns
        x = {i: columns[i].values.astype(np.float64 if columns[i].kind == "number" else np.int64) for i in self.grids}
        missing = {i: hole for i in self.grids if (hole := columns[i].missing) is not None}
        for _ in range(ROUNDS):
            if not any(broken.any() for _, broken in self._broken(x, missing)):
                break
            for order in self.orders:
                self._raise(order, x, np.flatnonzero(_where_known(order, order.broken(x), missing)))
            for total in self.totals:
                self._add_up(total, x, np.flatnonzero(_where_known(total, self._off(total, x), missing)))
        for members, donors in zip(self.components, self.donors, strict=True):
            rows = [broken for rule, broken in self._broken(x, missing) if rule.columns[0] in members]
            self._copy(members, donors, x, np.flatnonzero(np.any(rows, axis=0)))
        return [replace(c, values=x[i].astype(c.values.dtype)) if i in x else c for i, c in enumerate(columns)]

    def _broken(
        self, x: Mapping[int, np.ndarray], missing: Mapping[int, np.ndarray]
    ) -> Iterator[tuple[Order | Total, np.ndarray]]:
        """Go through the rules, each with the rows that break it."""
        for order in self.orders:
            yield order, _where_known(order, order.broken(x), missing)
        for total in self.totals:
            yield total, _where_known(total, self._off(total, x), missing)

    def _off(self, total: Total, x: Mapping[int, np.ndarray]) -> np.ndarray:
        """Tell which rows have another sum, or one that no real row could have."""
        grid, values = self.grids[total.total], x[total.total]
        return total.broken(x) | (values < grid.low) | (values > grid.high)

    def _raise(self, order: Order, x: dict[int, np.ndarray], rows: np.ndarray) -> None:
        """Mirror the higher column at the lower one: a small fault becomes a small difference."""
        low, high, grid = x[order.low][rows], x[order.high][rows], self.grids[order.high]
        mirrored = low + np.minimum(low - high, np.maximum(grid.high - low, 0))
        x[order.high][rows] = grid.up(np.maximum(low + order.gap, mirrored))

    def _add_up(self, total: Total, x: dict[int, np.ndarray], rows: np.ndarray) -> None:
        """Add the parts; where the sum leaves the range of the total, parts give way one after the other."""
        grid = self.grids[total.total]
        own = {i: x[i][rows] for i in total.columns}
        for i in total.parts:
            added, part = total.sum(own), self.grids[i]
            less = np.minimum(np.maximum(added - grid.high, 0), own[i] - part.low)
            more = np.minimum(np.maximum(grid.low - added, 0), part.high - own[i])
            changed = (less > 0) | (more > 0)
            given = np.clip(part.rounded(own[i] - less + more), part.low, part.high)
            own[i] = np.where(changed, given, own[i])
            x[i][rows] = own[i]
        x[total.total][rows] = grid.rounded(total.sum(own))

    def _copy(
        self, members: Sequence[int], donors: Sequence[np.ndarray], x: dict[int, np.ndarray], rows: np.ndarray
    ) -> None:
        """Give rows the values of the nearest real row in columns that rules tie together."""
        if not len(rows):
            return
        units = [(float(self.grids[i].high) - float(self.grids[i].low)) or 1.0 for i in members]
        real = np.column_stack([column / unit for column, unit in zip(donors, units, strict=True)])
        nearest = cKDTree(real).query(np.column_stack([x[i][rows] / u for i, u in zip(members, units, strict=True)]))[1]
        for i, column in zip(members, donors, strict=True):
            x[i][rows] = column[nearest]

    def to_state(self) -> dict[str, Any]:
        """Describe the rules in JSON values and arrays."""
        return {
            "orders": [[rule.low, rule.high, rule.gap, rule.implied] for rule in self.orders],
            "totals": [[rule.total, list(rule.parts), rule.tolerance] for rule in self.totals],
            "grids": [
                [i, grid.low, grid.high, grid.step, grid.decimals, grid.single] for i, grid in self.grids.items()
            ],
            "few": [grid.few for grid in self.grids.values()],
            "donors": [list(columns) for columns in self.donors],
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Undo :meth:`to_state`."""
        return cls(
            tuple(Order(*rule) for rule in state["orders"]),
            tuple(Total(total, tuple(parts), tolerance) for total, parts, tolerance in state["totals"]),
            {
                i: Grid(low, high, step, decimals, few, single)
                for (i, low, high, step, decimals, single), few in zip(state["grids"], state["few"], strict=True)
            },
            tuple(tuple(columns) for columns in state["donors"]),
        )


def tied(groups: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """Join groups that have a member in common.

    Examples
    --------
    >>> from oversmith.encoders._constraints import tied
    >>> tied([(3, 1), (0, 2), (1, 4)])
    [(0, 2), (1, 3, 4)]
    """
    joined: list[set[int]] = []
    for group in groups:
        own = set(group)
        for other in [known for known in joined if known & own]:
            own |= other
            joined.remove(other)
        joined.append(own)
    return sorted(tuple(sorted(members)) for members in joined)


def _where_known(rule: Order | Total, broken: np.ndarray, missing: Mapping[int, np.ndarray]) -> np.ndarray:
    for i in rule.columns:
        if i in missing:
            broken = broken & ~missing[i]
    return broken
