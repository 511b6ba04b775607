"""Rows, their classes, and everything that is known of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oversmith.io.classes import class_counts
from oversmith.io.describe import classes_text, rows_text
from oversmith.io.kinds import column_kind

if TYPE_CHECKING:
    from oversmith.datasets import SpectralAxis
    from oversmith.io.source import Source


@dataclass(frozen=True, eq=False, repr=False)
class Rows:
    """Rows, their classes and what was understood; :class:`oversmith.Data` documents the parameters."""

    name: str
    target: str
    X: pd.DataFrame | np.ndarray[Any, Any]
    labels: pd.Series | np.ndarray[Any, Any]
    source: Source
    rows: np.ndarray[Any, Any]
    positive: Any = None
    groups: np.ndarray[Any, Any] | None = None
    group_column: str | None = None
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        lines = [f"  {name:<10} {text}" for name, text in self.describe()]
        return "\n".join([f"{type(self).__name__} {self.name!r}: {len(self):,} rows", *lines])

    def describe(self) -> list[tuple[str, str]]:
        """Say what was understood, a line each.

        Returns
        -------
        list of (str, str)
            What a line is about, and what is known of it.
        """
        label = min(self.counts, key=lambda name: self.counts[name]) if self.positive is None else self.positive
        lines = [
            (self.modality, self.rows_text),
            ("target", f"{self.target}: {classes_text(self.counts)}"),
            (
                "smallest" if self.positive is None else "positive",
                f"{label}, {100 * self.prevalence:.2g} % of the rows",
            ),
        ]
        if self.missing_cells:
            lines.append(("missing", f"{self.missing_cells:,} cells"))
        if self.groups is not None:
            lines.append(("groups", f"{self.group_column}: {len(pd.unique(self.groups)):,}"))
        return [*lines, *(("note", note) for note in self.notes)]

    # ------------------------------------------------------------------ what is known

    @property
    def y(self) -> pd.Series | np.ndarray[Any, Any]:
        """Classes to learn: the labels, or with a positive class and several others that class and the rest."""
        if self.positive is None or len(self.label_counts) == 2:
            return self.labels
        rest = "rest" if str(self.positive) != "rest" else "others"
        merged = np.where(np.asarray(self.labels == self.positive, dtype=bool), str(self.positive), rest)
        if isinstance(self.labels, pd.Series):
            return pd.Series(merged, index=self.labels.index, name=self.labels.name)
        return merged

    @cached_property
    def label_counts(self) -> dict[Any, int]:
        """Rows of each class of the file, largest class first."""
        return class_counts(self.labels, self.target)

    @cached_property
    def counts(self) -> dict[Any, int]:
        """Rows of each class of ``y``, largest class first."""
        return class_counts(self.y, self.target)

    @property
    def classes(self) -> tuple[Any, ...]:
        """The classes of ``y``, largest first."""
        return tuple(self.counts)

    @property
    def prevalence(self) -> float:
        """Share of the positive class, or of the smallest one."""
        if self.positive is not None:
            return self.label_counts[self.positive] / len(self)
        return min(self.counts.values()) / len(self)

    @property
    def modality(self) -> str:
        """``"table"``, ``"series"``, ``"spectra"`` or ``"image"``."""
        return self.source.modality

    @property
    def sampler_modality(self) -> str:
        """What a sampler takes them for: spectra are series."""
        return "series" if self.modality == "spectra" else self.modality

    @property
    def axis(self) -> SpectralAxis | None:
        """Where the points of spectra lie."""
        return self.source.axis

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one row: columns; channels and points; channels, height and width."""
        return tuple(self.X.shape[1:])

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kind of each column of a table; empty for arrays."""
        return {str(name): column_kind(self.X[name]) for name in self.X} if isinstance(self.X, pd.DataFrame) else {}

    @cached_property
    def missing_cells(self) -> int:
        """Cells of a table without a value."""
        return int(self.X.isna().to_numpy().sum()) if isinstance(self.X, pd.DataFrame) else 0

    @property
    def rows_text(self) -> str:
        """What a row is, in words."""
        return rows_text(self.modality, self.shape, self.kinds, self.axis)

    def facts(self) -> dict[str, Any]:
        """List what was understood as plain values.

        Returns
        -------
        dict
            ``name``, ``rows``, ``target``, ``counts``, ``positive``, ``prevalence``, ``modality``, ``shape``,
            ``column_kinds`` (kind to number), ``missing_cells``, ``groups`` (how many), ``rows_text`` and ``notes``.
        """
        return {
            "name": self.name,
            "rows": len(self),
            "target": self.target,
            "counts": {str(label): n for label, n in self.counts.items()},
            "positive": None if self.positive is None else str(self.positive),
            "prevalence": self.prevalence,
            "modality": self.modality,
            "shape": list(self.shape),
            "column_kinds": dict(Counter(self.kinds.values())),
            "missing_cells": self.missing_cells,
            "groups": None if self.groups is None else len(pd.unique(np.asarray(self.groups))),
            "rows_text": self.rows_text,
            "notes": list(self.notes),
        }
