"""Data read from a file: classes chosen, rows sampled, columns left out, and the way back to a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oversmith.exceptions import InputError, nearest_hint
from oversmith.io.classes import find_class, find_negative, rows_of_sample
from oversmith.io.format import WRITE_SUFFIXES, checked_suffix
from oversmith.io.rows import Rows

if TYPE_CHECKING:
    from oversmith.io.source import Source


@dataclass(frozen=True, eq=False, repr=False)
class Data(Rows):
    """Rows, their classes, and what was understood of the file they came from.

    Made by :func:`oversmith.read`. Nothing in it is changed: every method returns new data.

    Parameters
    ----------
    name : str
        Name of the file or data set.
    target : str
        Name of the classes.
    X : DataFrame or ndarray
        Features: a frame for a table; ``(cases, channels, points)`` for series and spectra,
        ``(cases, channels, height, width)`` for images.
    labels : Series or ndarray
        Class of every row, as the file has it.
    source : Source
        The file as it was read.
    rows : ndarray of int
        Position of every row in the file.
    positive : object or None
        The class of interest.
    groups : ndarray or None
        What every row belongs to, a patient for instance.
    group_column : str or None
        The column that ``groups`` came from.
    notes : tuple of str
        What a reader must know about how the file was read.

    Examples
    --------
    >>> import oversmith as om
    >>> om.read("demo")
    Data 'breast cancer, thinned': 393 rows
      table      30 columns: 30 numeric
      target     diagnosis: benign 357, malignant 36
      positive   malignant, 9.2 % of the rows
    >>> om.read("demo").thin(20).counts
    {'benign': 357, 'malignant': 17}
    """

    # ------------------------------------------------------------------ other data from these

    def against(self, positive: Any, negative: Any = None) -> Data:
        """Set one class against others.

        Parameters
        ----------
        positive : object
            The class of interest, or its text.
        negative : object or sequence, optional
            The class or classes it is set against; rows of other classes are left out. All others by default.

        Returns
        -------
        Data
            With ``positive``; ``y`` has two classes.

        Raises
        ------
        InputError
            For a class that is not there.

        Examples
        --------
        >>> import oversmith as om
        >>> om.read("demo").against("benign", "malignant").prevalence > 0.9
        True
        """
        chosen = find_class(positive, self.label_counts, self.target)
        data = replace(self, positive=chosen)
        if negative is None or not np.size(negative):
            return data
        others = find_negative(negative, chosen, self.label_counts, self.target)
        part = pd.Series(np.asarray(self.labels)).isin([chosen, *others])
        return data.take(np.flatnonzero(part))

    def sample(self, n: int, seed: int = 0) -> Data:
        """Take a random sample, classes in proportion and every class with two rows at least.

        Parameters
        ----------
        n : int
            How many rows, about.
        seed : int, default=0
            Seed of the draw.

        Returns
        -------
        Data
            Rows in their order; the same data where there are no more than ``n``.

        Raises
        ------
        InputError
            For fewer than two rows.
        """
        if n < 2:
            raise InputError("n", f"{n} found", "draw two rows or more")
        return self if n >= len(self) else self.take(rows_of_sample(self.labels, n, seed))

    def thin(self, ratio: float, seed: int = 0) -> Data:
        """Make the positive class rarer.

        All rows are thinned. A comparison thins training parts alone, so that test parts keep their shares.

        Parameters
        ----------
        ratio : float
            Other rows to one positive row.
        seed : int, default=0
            Seed of the draw.

        Returns
        -------
        Data
            All other rows, and fewer of the positive ones.

        Raises
        ------
        InputError
            For several classes without a positive one, and a ratio that the classes are beyond already.
        """
        from oversmith.datasets import thin

        positive = self.positive
        if positive is None:
            if len(self.counts) > 2:
                raise InputError(
                    "positive",
                    f"{self.target!r} has {len(self.counts)} classes and none is named",
                    "name the one that becomes rarer",
                )
            positive = min(self.counts, key=lambda label: self.counts[label])
        return self.take(thin(np.asarray(self.labels), positive, ratio, random_state=seed))

    def with_groups(self, column: str) -> Data:
        """Say which rows belong together: a patient, a machine, a day.

        Parameters
        ----------
        column : str
            Column of the file, or array with a value for each row; it is no feature any more.

        Returns
        -------
        Data
            With ``groups``.

        Raises
        ------
        InputError
            For a column that is not there, or the target.
        """
        source = self.source
        if column not in source.columns or column == self.target:
            raise InputError("groups", f"{column!r} is no other column", nearest_hint(column, source.columns))
        groups = np.asarray(source.column(column))[self.rows]
        if source.info is not None and source.info.groups == column and source.info.same_group:
            groups = source.info.merged(groups)
        X = self.X.drop(columns=column, errors="ignore") if isinstance(self.X, pd.DataFrame) else self.X
        return replace(self, X=X, groups=groups, group_column=column, notes=self._notes_without([column]))

    def _notes_without(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Leave out the notes about columns that are no features any more."""
        starts = tuple(f"column {name!r} " for name in columns)
        return tuple(note for note in self.notes if not starts or not note.startswith(starts))

    def drop(self, columns: str | Sequence[str]) -> Data:
        """Leave columns of a table out.

        Parameters
        ----------
        columns : str or sequence of str
            Their names.

        Returns
        -------
        Data
            Without them.

        Raises
        ------
        InputError
            For arrays, for a column that is not there, the target, or the last column.
        """
        names = [columns] if isinstance(columns, str) else list(columns)
        check_drop(self.source, self.target, names)
        assert isinstance(self.X, pd.DataFrame)
        X = self.X.drop(columns=names, errors="ignore")
        if not X.shape[1]:
            raise InputError("drop", f"no column but the target {self.target!r} is left", "drop fewer")
        return replace(self, X=X, notes=self._notes_without(names))

    def take(self, rows: np.ndarray[Any, Any]) -> Data:
        """Take rows by their positions.

        Parameters
        ----------
        rows : ndarray of int
            Positions.

        Returns
        -------
        Data
            These rows.
        """
        return replace(
            self,
            X=self.X.iloc[rows] if isinstance(self.X, pd.DataFrame) else self.X[rows],
            labels=self.labels.iloc[rows] if isinstance(self.labels, pd.Series) else self.labels[rows],
            groups=None if self.groups is None else self.groups[rows],
            rows=self.rows[rows],
        )

    # ------------------------------------------------------------------ the way back

    def check_output(self, path: Path, flag: str | None = None, *, argument: str = "path") -> None:
        """Refuse a format that these data cannot be written as, and a flag whose name is taken.

        Parameters
        ----------
        path : Path
            The output.
        flag : str, optional
            Name of a last column that is true for generated rows.
        argument : str, default="path"
            The argument that gave the path, for messages.

        Raises
        ------
        InputError
            With the formats there are.
        """
        suffix = checked_suffix(path, argument, WRITE_SUFFIXES)
        if suffix not in self.source.suffixes:
            *others, last = self.source.suffixes
            known = f"{', '.join(others)} or {last}" if others else last
            raise InputError(argument, f"{self.name!r} cannot be written as {suffix}", f"use {known}")
        features = list(self.X.columns) if isinstance(self.X, pd.DataFrame) else []
        if flag is not None and (not flag or flag in self.source.written(self.target, features)):
            raise InputError("flag_column", f"{self.name!r} already has a column {flag!r}", "give another name")


def check_drop(source: Source, target: str, names: Sequence[str]) -> None:
    """Refuse to leave out columns that are not there, or the target.

    Parameters
    ----------
    source : Source
        The file.
    target : str
        Name of the classes.
    names : sequence of str
        Columns to leave out.

    Raises
    ------
    InputError
        With the nearest name.
    """
    if names and source.modality != "table":
        raise InputError("drop", f"the columns of X in {source.name!r} have no names", "leave it out")
    for name in names:
        if name not in source.columns:
            raise InputError("drop", f"{source.name!r} has no column {name!r}", nearest_hint(name, source.columns))
    if target in names:
        raise InputError("drop", f"{target!r} is the target", "leave it out of drop=")
