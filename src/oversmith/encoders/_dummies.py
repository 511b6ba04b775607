"""Groups of dummy columns: found in the real rows, encoded as one column of levels, and spread again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from oversmith.encoders._levels import key_of
from oversmith.encoders._typed import objects, tag, untag
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
class Member:
    """One dummy column.

    Parameters
    ----------
    kind, flavour, marker : str, str, object
        Those of the column's :class:`Values`.
    cells : (object, object)
        What stands for "not set", and for "set".
    blank : bool
        Whether the real rows have missing values.
    """

    kind: str
    flavour: str
    marker: Any
    cells: tuple[Any, Any] = (0, 1)
    blank: bool = False

    def is_set(self, column: Values) -> np.ndarray:
        """Return where a column is set; a missing value is not."""
        wanted = self.cells[1]
        if column.levels is not None:
            same = np.array([level == wanted for level in column.levels.tolist()] + [False], dtype=bool)
            return same[column.values] if self.kind == "level" else np.zeros(len(column.values), dtype=bool)
        flags = column.values == wanted if self.kind != "level" else np.zeros(len(column.values), dtype=bool)
        return flags if column.missing is None else flags & ~column.missing

    def written(self, flags: np.ndarray, missing: np.ndarray | None) -> Values:
        """Make the column of which some rows are set and some are missing."""
        if self.kind == "level":
            values = objects(self.cells)[flags.astype(np.int64)]
        else:
            values = np.where(flags, self.cells[1], self.cells[0]).astype(_PLAIN[self.kind])
        return Values(self.kind, values, missing if self.blank else None, None, self.flavour, self.marker)


@dataclass(frozen=True)
class Dummies:
    """Columns of which every row has exactly one set, or at most one.

    Parameters
    ----------
    members : tuple of int
        Positions of the columns in the table.
    open : bool
        Whether a row may have none: that is one level more, the last one.
    columns : tuple of Member
        What each column is.
    """

    members: tuple[int, ...]
    open: bool
    columns: tuple[Member, ...]

    def joined(self, columns: Sequence[Values]) -> Values:
        """Make one column of levels: the number of the column that is set; of several the first one.

        Where none is set and some are missing, the level is missing; but if every row has exactly one, and only one
        is missing, that is the one.
        """
        flags = np.stack([member.is_set(column) for member, column in zip(self.columns, columns, strict=True)])
        none = ~flags.any(axis=0)
        codes = np.where(none, len(flags) if self.open else -1, flags.argmax(axis=0))
        missing = None
        if any(column.missing is not None for column in columns):
            blank = np.stack([_holes(column) for column in columns])
            number = blank.sum(axis=0)
            if not self.open:
                codes = np.where(none & (number == 1), blank.argmax(axis=0), codes)
            missing = none & (number > (0 if self.open else 1))
            codes = np.where(missing, -1, codes)
            missing = missing if missing.any() else None
        return Values("level", codes, missing, np.arange(len(flags) + self.open))

    def spread(self, level: Values) -> list[Values]:
        """Undo :meth:`joined`; a missing level is missing in the columns where real rows have missing values."""
        flags = [level.values == i for i in range(len(self.columns))]
        if level.missing is not None:
            flags = [own & ~level.missing for own in flags]
        return [member.written(own, level.missing) for member, own in zip(self.columns, flags, strict=True)]

    def to_state(self) -> dict[str, Any]:
        """Describe the group in JSON values."""
        return {
            "members": list(self.members),
            "open": self.open,
            "kinds": [[own.kind, own.flavour, tag(own.marker)] for own in self.columns],
            "cells": [[tag(cell) for cell in own.cells] for own in self.columns],
            "blank": [own.blank for own in self.columns],
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Undo :meth:`to_state`; earlier files know 0 and 1 alone, without missing values."""
        kinds = state["kinds"]
        cells = state.get("cells", [[0, 1]] * len(kinds))
        blank = state.get("blank", [False] * len(kinds))
        columns = tuple(
            Member(kind, flavour, untag(marker), (untag(pair[0]), untag(pair[1])), hole)
            for (kind, flavour, marker), pair, hole in zip(kinds, cells, blank, strict=True)
        )
        return cls(tuple(state["members"]), state["open"], columns)


_PLAIN = {"boolean": np.bool_, "integer": np.int64, "number": np.float64}
# Whole numbers beyond are no longer told apart as decimal ones.
_LARGEST = 2**53


def _holes(column: Values) -> np.ndarray:
    return np.zeros(len(column.values), dtype=bool) if column.missing is None else column.missing


def short_codes(column: Values) -> Values | None:
    """Return a column of two levels as short codes into these two, in order; None for any other.

    Parameters
    ----------
    column : Values
        A column of levels.

    Returns
    -------
    Values or None
        The same column, of one byte for each row.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders._dummies import short_codes
    >>> from oversmith.encoders._values import Values
    >>> levels = np.array(["yes", "no", "never"], dtype=object)
    >>> column = short_codes(Values("level", np.array([0, 1, 0]), None, levels))
    >>> column.values.tolist(), column.levels.tolist()
    ([1, 0, 1], ['no', 'yes'])
    """
    assert column.levels is not None
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.levels))
    if np.count_nonzero(counts) != 2:
        return None
    own = np.flatnonzero(counts)
    first, second = column.levels[own].tolist()
    in_order = first < second if _are_numbers((first, second)) else key_of(first) < key_of(second)
    own = own if in_order else own[::-1]
    codes = np.full(len(column.levels) + 1, -1, dtype=np.int8)
    codes[own] = 0, 1
    return replace(column, values=codes[column.values], levels=column.levels[own])


def _cells(column: Values) -> tuple[Any, Any] | None:
    """Return the two values of a column that has two and no more, missing ones aside; None for any other."""
    if column.levels is not None:
        if len(column.levels) != 2:
            return None
        first, second = column.levels.tolist()
        return first, second
    if column.kind not in _PLAIN or column.values.dtype == object:
        return None
    values = column.values if column.missing is None else column.values[~column.missing]
    few = values[:100]
    if not len(values) or not ((few == few.min()) | (few == few.max())).all():
        return None
    low, high = values.min().item(), values.max().item()
    if low == high or not _are_numbers((low, high)) or not ((values == low) | (values == high)).all():
        return None
    return low, high


def _are_numbers(cells: tuple[Any, Any]) -> bool:
    return all(isinstance(cell, int | float) and abs(cell) <= _LARGEST for cell in cells)


def find_dummies(columns: Sequence[Values | None], names: Sequence[str] | None) -> list[Dummies]:
    """Find the groups of dummy columns of a table.

    A dummy column has two values, one of which is "set": the larger number, and of two levels the one that the columns
    with these two levels hold less often; where no group is found in this way, the other one. Columns of the same two
    values are one group where

    - their names start alike up to a separator (``colour_red``, ``colour_blue``) and every row has exactly one of
      them set; or at most one, where at least 5 rows would have several if the columns were independent;
    - whatever their names and places, every row has exactly one of them, where at least 10 rows would not if they were
      independent;
    - they stand side by side and no row has two of them, where at least 10 rows would have several if they were
      independent, each column in at least 3 of them.

    So two rare flags that never meet in few rows stay two flags. A row that is missing in some of the columns may have
    none set; it says nothing about the missing ones.

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
    alike: dict[tuple[str, ...], dict[int, tuple[Values, tuple[Any, Any]]]] = {}
    for i, column in enumerate(columns):
        cells = None if column is None else _cells(column)
        if column is not None and cells is not None:
            alike.setdefault(_pair_of(cells), {})[i] = (column, cells)
    groups = [group for own in alike.values() if len(own) > 1 for group in _groups_among(own, names)]
    return sorted(groups, key=lambda group: group.members)


def _pair_of(cells: tuple[Any, Any]) -> tuple[str, ...]:
    """Return a key that columns of the same two values share; 0 and 1 are those of truth values, too."""
    if _are_numbers(cells):
        return ("numbers", *(repr(float(cell) + 0.0) for cell in cells))
    return ("levels", *map(key_of, cells))


def _groups_among(own: dict[int, tuple[Values, tuple[Any, Any]]], names: Sequence[str] | None) -> Iterator[Dummies]:
    """Go through the groups among columns of the same two values."""
    members = {
        i: Member(column.kind, column.flavour, column.marker, cells, column.missing is not None)
        for i, (column, cells) in own.items()
    }
    left = list(own)
    flags = np.empty((len(left), len(own[left[0]][0].values)), dtype=bool)
    for at, i in enumerate(left):
        flags[at] = members[i].is_set(own[i][0])
    blank = np.stack([_holes(own[i][0]) for i in left]) if any(member.blank for member in members.values()) else None
    n_known = flags.size if blank is None else np.count_nonzero(~blank)
    first = not _are_numbers(next(iter(own.values()))[1]) and 2 * np.count_nonzero(flags) > n_known
    for other in (first, not first):
        set_in = (~flags if blank is None else ~(flags | blank)) if other else flags
        search = _Search(set_in, blank, left)
        search.run(None if names is None else [names[i] for i in left])
        for numbers, is_open in search.groups:
            positions = tuple(sorted(left[i] for i in numbers))
            yield Dummies(positions, is_open, tuple(_turned(members[i]) if other else members[i] for i in positions))
        if len(search.left) < 2:
            return
        left, flags = [left[i] for i in search.left], flags[search.left]
        blank = None if blank is None else blank[search.left]


def _turned(member: Member) -> Member:
    return replace(member, cells=(member.cells[1], member.cells[0]))


class _Search:
    """Dummy columns that are left, and the groups found so far.

    A row is filled where a column is set, or is missing and might be set.
    """

    def __init__(self, flags: np.ndarray, blank: np.ndarray | None, positions: Sequence[int]) -> None:
        self.flags, self.positions = flags, positions
        self.blank = None if blank is None or not blank.any() else blank
        self.filling = flags if self.blank is None else flags | self.blank
        n_known = flags.shape[1] if self.blank is None else np.count_nonzero(~self.blank, axis=1)
        self.shares = flags.mean(axis=1) if self.blank is None else flags.sum(axis=1) / n_known
        self.left = list(range(len(flags)))
        self.groups: list[tuple[list[int], bool]] = []

    def run(self, names: Sequence[str] | None) -> None:
        """Find the groups; the surest first."""
        if names is not None:
            self.by_name(names)
        self.side_by_side(exact=True)
        self.far_apart()
        self.side_by_side(exact=False)

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
                members = self._filled([first], self.filling[first], self._apart(self.left, first), first)
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
        able = [i for i in candidates if self.filling[i, row]]
        for i in sorted(able, key=lambda i: (not self.flags[i, row], abs(i - first))):
            if self.cells < 0:
                return None
            more = self._filled([*members, i], taken | self.filling[i], self._apart(candidates, i), first)
            if more is not None:
                return more
        return None

    def _fits(self, members: list[int], exact: bool, rows: float) -> bool:
        """Tell whether the rule holds in every row, and would not by chance."""
        number = self.flags[members].sum(axis=0)
        if (number > 1).any() or (exact and not self.filling[members].any(axis=0).all()):
            return False
        shares = self.shares[members]
        if self.blank is not None:
            return _rows_broken(shares, ~self.blank[members], exact) >= rows
        none = np.prod(1 - shares)
        one = none * (shares / (1 - shares)).sum()
        return len(number) * (1 - one - (0 if exact else none)) >= rows

    def _take(self, members: list[int], is_open: bool) -> None:
        # A group whose columns fill every row is closed, however it was found.
        is_open = is_open and not self.filling[members].any(axis=0).all()
        self.groups.append((members, is_open))
        self.left = [i for i in self.left if i not in set(members)]


def _rows_broken(shares: np.ndarray, known: np.ndarray, exact: bool) -> float:
    """Count the rows that would break the rule by chance, each by the columns that are not missing in it."""
    none = np.exp(np.log1p(-shares) @ known)
    one = none * ((shares / (1 - shares)) @ known)
    # No row with a missing value breaks the rule by having none.
    return float((1 - one - np.where(known.all(axis=0) & exact, 0.0, none)).sum())


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
