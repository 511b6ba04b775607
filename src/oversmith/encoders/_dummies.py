"""Groups of dummy columns: found in the real rows, encoded as one column of levels, and spread again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeGuard

import numpy as np

from oversmith.encoders._typed import tag, untag
from oversmith.encoders._values import Values

# How many rows would break the rule of a group if its columns had nothing to do with each other: columns whose names
# have no common start need more of them, since nothing else says that they belong together.
ROWS_NAMED, ROWS_OPEN, ROWS_UNNAMED = 1, 5, 10
# The same for a single column of a group without names that leaves rows without a level.
ROWS_COLUMN = 3
# Cells that the search for groups of columns far apart looks at, at most.
SEARCHED_CELLS = 200_000_000
# Columns of such a group at most: the search goes one call deeper for each.
DEEPEST = 300

_SEPARATOR = re.compile(r"[_\-.=:/| \[]+")


@dataclass(frozen=True)
class Dummies:
    """Columns of which every row has exactly one at 1, or at most one.

    Parameters
    ----------
    members : tuple of int
        Positions of the columns in the table.
    open : bool
        Whether a row may have none: that is one level more, the last one.
    kinds : tuple of (str, str, object)
        Kind, flavour and marker of each column's :class:`Values`.
    """

    members: tuple[int, ...]
    open: bool
    kinds: tuple[tuple[str, str, Any], ...]

    def joined(self, columns: Sequence[Values]) -> Values:
        """Make one column of levels: the number of the column that is 1; of several the first one."""
        flags = np.stack([_flags(column) for column in columns])
        codes = np.where(flags.any(axis=0), flags.argmax(axis=0), len(flags) if self.open else -1)
        return Values("level", codes, None, np.arange(len(flags) + self.open))

    def spread(self, level: Values) -> list[Values]:
        """Undo :meth:`joined`."""
        return [
            Values(kind, (level.values == i).astype(_PLAIN[kind]), None, None, flavour, marker)
            for i, (kind, flavour, marker) in enumerate(self.kinds)
        ]

    def to_state(self) -> dict[str, Any]:
        """Describe the group in JSON values."""
        kinds = [[kind, flavour, tag(marker)] for kind, flavour, marker in self.kinds]
        return {"members": list(self.members), "open": self.open, "kinds": kinds}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Undo :meth:`to_state`."""
        kinds = tuple((kind, flavour, untag(marker)) for kind, flavour, marker in state["kinds"])
        return cls(tuple(state["members"]), state["open"], kinds)


_PLAIN = {"boolean": np.bool_, "integer": np.int64, "number": np.float64}


def _flags(column: Values) -> np.ndarray:
    """Return where a column is 1; a missing value and a level are not."""
    flags = np.zeros(len(column.values), dtype=bool)
    if column.levels is None:
        flags = column.values == 1
    return flags if column.missing is None else flags & ~column.missing


def _is_dummy(column: Values | None) -> TypeGuard[Values]:
    """Tell whether a column holds 0 and 1 alone, both of them, and no missing value."""
    if column is None or column.levels is not None or column.missing is not None or column.kind not in _PLAIN:
        return False
    values = column.values
    few = values[:100]
    if not ((few == 0) | (few == 1)).all():
        return False
    one = values == 1
    return bool((one | (values == 0)).all() and one.any() and not one.all())


def find_dummies(columns: Sequence[Values | None], names: Sequence[str] | None) -> list[Dummies]:
    """Find the groups of dummy columns of a table.

    Columns of 0 and 1 are one group where

    - their names start alike up to a separator (``colour_red``, ``colour_blue``) and every row has exactly one of
      them; or at most one, where at least 5 rows would have several if the columns were independent;
    - whatever their names and places, every row has exactly one of them, where at least 10 rows would not if they were
      independent;
    - they stand side by side and no row has two of them, where at least 10 rows would have several if they were
      independent, each column in at least 3 of them.

    So two rare flags that never meet in few rows stay two flags.

    Parameters
    ----------
    columns : sequence of Values or None
        All columns of the table; None for those that are no dummy columns.
    names : sequence of str or None
        Their names; None where they have none of their own.

    Returns
    -------
    list of Dummies
        Groups without a common column.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders._dummies import find_dummies
    >>> from oversmith.encoders._values import Values
    >>> level = np.arange(60) % 3
    >>> columns = [Values("integer", (level == i).astype(np.int64)) for i in range(3)]
    >>> [group.members for group in find_dummies(columns, None)]
    [(0, 1, 2)]
    """
    own = {i: column for i, column in enumerate(columns) if _is_dummy(column)}
    positions = list(own)
    if len(positions) < 2:
        return []
    search = _Search(np.stack([column.values == 1 for column in own.values()]), positions)
    if names is not None:
        search.by_name([names[i] for i in positions])
    search.side_by_side(exact=True)
    search.far_apart()
    search.side_by_side(exact=False)
    groups = []
    for members, is_open in search.groups:
        sorted_members = tuple(sorted(positions[i] for i in members))
        kinds = tuple((own[i].kind, own[i].flavour, own[i].marker) for i in sorted_members)
        groups.append(Dummies(sorted_members, is_open, kinds))
    return sorted(groups, key=lambda group: group.members)


class _Search:
    """Columns of 0 and 1 that are left, and the groups found so far."""

    def __init__(self, flags: np.ndarray, positions: Sequence[int]) -> None:
        self.flags, self.positions = flags, positions
        self.shares = flags.mean(axis=1)
        self.left = list(range(len(flags)))
        self.groups: list[tuple[list[int], bool]] = []

    def by_name(self, names: Sequence[str]) -> None:
        """Take columns whose names start alike; short starts first, so that no group is cut."""
        starts: dict[str, list[int]] = {}
        for i, name in enumerate(names):
            for match in _SEPARATOR.finditer(name):
                if match.start() > 0 and match.end() < len(name):
                    starts.setdefault(name[: match.end()], []).append(i)
        for exact in (True, False):
            for start in sorted(starts, key=len):
                members = [i for i in starts[start] if i in self.left]
                if len(members) > 1 and self._fits(members, exact, ROWS_NAMED if exact else ROWS_OPEN):
                    self._take(members, not exact)

    def side_by_side(self, *, exact: bool) -> None:
        """Take neighbouring columns."""
        at, left = 0, self.left.copy()
        while at < len(left):
            members, taken = [left[at]], self.flags[left[at]].copy()
            for i in left[at + 1 :]:
                apart = self.positions[i] != self.positions[members[-1]] + 1
                if apart or (taken & self.flags[i]).any() or (exact and taken.all()):
                    break
                members.append(i)
                taken |= self.flags[i]
            if not exact:
                members = self._evident(members)
            if len(members) > 1 and self._fits(members, exact, ROWS_UNNAMED):
                self._take(members, not exact)
                at = left.index(members[-1])
            at += 1

    def _evident(self, members: list[int]) -> list[int]:
        """Leave out columns so rare that they may miss the others by chance."""
        total = self.shares[members].sum()
        meetings = len(self.flags[0]) * self.shares[members] * (total - self.shares[members])
        return [i for i, rows in zip(members, meetings, strict=True) if rows >= ROWS_COLUMN]

    def far_apart(self) -> None:
        """Take columns anywhere that fill every row together, the nearest ones first."""
        self.cells = SEARCHED_CELLS
        for first in self.left.copy():
            if first in self.left and self.cells > 0:
                members = self._filled([first], self.flags[first], self._apart(self.left, first), first)
                if members is not None and self._fits(members, True, ROWS_UNNAMED):
                    self._take(members, False)

    def _apart(self, candidates: Sequence[int], column: int) -> list[int]:
        """List the columns that are never 1 where one column is."""
        rows = np.flatnonzero(self.flags[column])
        self.cells -= len(rows) * len(candidates)
        others = [i for i in candidates if i != column]
        return [i for i in others if not self.flags[i, rows].any()]

    def _filled(self, members: list[int], taken: np.ndarray, candidates: list[int], first: int) -> list[int] | None:
        self.cells -= len(taken)
        if len(members) > DEEPEST:
            return None
        if taken.all():
            return members
        row = int(taken.argmin())
        for i in sorted((i for i in candidates if self.flags[i, row]), key=lambda i: abs(i - first)):
            if self.cells < 0:
                return None
            more = self._filled([*members, i], taken | self.flags[i], self._apart(candidates, i), first)
            if more is not None:
                return more
        return None

    def _fits(self, members: list[int], exact: bool, rows: float) -> bool:
        """Tell whether the rule holds in every row, and would not by chance."""
        number = self.flags[members].sum(axis=0)
        if (number > 1).any() or (exact and (number == 0).any()):
            return False
        shares = self.shares[members]
        none = np.prod(1 - shares)
        one = none * (shares / (1 - shares)).sum()
        return len(number) * (1 - one - (0 if exact else none)) >= rows

    def _take(self, members: list[int], is_open: bool) -> None:
        # A group whose columns fill every row is closed, however it was found.
        is_open = is_open and not self.flags[members].any(axis=0).all()
        self.groups.append((members, is_open))
        self.left = [i for i in self.left if i not in set(members)]


@dataclass(frozen=True)
class Columns:
    """Which columns of the table each encoded column stands for: itself, or a group of dummy columns.

    Parameters
    ----------
    n : int
        Columns of the table.
    groups : tuple of Dummies
        The groups; each stands where its first column is.
    """

    n: int
    groups: tuple[Dummies, ...] = ()

    @property
    def sources(self) -> list[tuple[int, ...]]:
        """Positions of the table's columns behind each encoded one, in order."""
        grouped = {i: group.members for group in self.groups for i in group.members}
        return [grouped.get(i, (i,)) for i in range(self.n) if grouped.get(i, (i,))[0] == i]

    def joined(self, columns: Iterator[Values] | Sequence[Values]) -> Iterator[tuple[int, Values]]:
        """Go through the encoded columns, each with its number, as soon as all of its own columns are read."""
        numbers = {source: number for number, source in enumerate(self.sources)}
        group_of = {i: group for group in self.groups for i in group.members}
        waiting: dict[int, Values] = {}
        for i, column in enumerate(columns):
            group = group_of.get(i)
            if group is None:
                yield numbers[(i,)], column
                continue
            waiting[i] = column
            if i == group.members[-1]:
                yield numbers[group.members], group.joined([waiting.pop(j) for j in group.members])

    def spread(self, columns: Sequence[Values]) -> list[Values]:
        """Undo :meth:`joined`: the table's columns in order."""
        table: dict[int, Values] = {}
        groups = {group.members: group for group in self.groups}
        for source, column in zip(self.sources, columns, strict=True):
            own = groups[source].spread(column) if source in groups else [column]
            table |= dict(zip(source, own, strict=True))
        return [table[i] for i in range(self.n)]
