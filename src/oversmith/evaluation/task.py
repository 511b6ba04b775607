"""The data of a comparison: checked, named and encoded once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals.stable.v1 as nw
import numpy as np
import pandas as pd

from oversmith.datasets import SpectralAxis
from oversmith.encoders import Container, TargetContainer, modality_of, seconds_of
from oversmith.encoders.image import image_shape_of
from oversmith.encoders.labels import stacked_labels
from oversmith.encoders.reading import Channels, channels_first, check_finite, shape_of, stacked
from oversmith.exceptions import InputError
from oversmith.io.column_notes import column_notes, unnamed_row_numbers
from oversmith.io.describe import rows_text
from oversmith.io.kinds import column_kind
from oversmith.metrics import METRICS, chance_values

_PLURAL = {"series": "series", "image": "images"}
_AXES = {"series": (3,), "image": (3, 4)}
_GIVE = {
    "series": "(cases, channels, time points)",
    "image": "(cases, height, width) or (cases, channels, height, width)",
}


@dataclass(frozen=True)
class Task:
    """The data of a comparison, checked and encoded once.

    Parameters
    ----------
    name, target : str
        What the data and the label are called.
    X : DataFrame
        Features under unique names that are strings.
    y : ndarray of int
        Class codes 0, 1, …
    classes : tuple of str
        Class names in code order.
    positive : int or None
        Code of the positive class; None for several classes.
    kinds : dict of str to str
        Column to ``"numeric"``, ``"datetime"``, ``"boolean"`` or ``"categorical"``.
    sha256 : str
        Hash of names, types and values of all columns and of the labels.
    groups : ndarray of int or None
        Group of every row: no group is in both parts of a split.
    shape : tuple of int or None
        Channels and time points, where the rows are series, or channels, height and width, where they are images: ``X``
        then has a column per number.
    axis : SpectralAxis or None
        Where the points of spectra lie.
    notes : tuple of str
        Columns that look as if they were no features, and those that were left out.
    """

    name: str
    target: str
    X: pd.DataFrame
    y: np.ndarray
    classes: tuple[str, ...]
    positive: int | None
    kinds: dict[str, str]
    sha256: str
    groups: np.ndarray | None = None
    shape: tuple[int, ...] | None = None
    axis: SpectralAxis | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def groups_sha256(self) -> str | None:
        """Hash of the groups; None without any."""
        return None if self.groups is None else hashlib.sha256(self.groups.astype("<i8").tobytes()).hexdigest()

    @property
    def modality(self) -> str:
        """``"table"``, ``"series"`` or ``"image"``."""
        return "table" if self.shape is None else "series" if len(self.shape) == 2 else "image"

    @property
    def kind(self) -> str:
        """The modality, but ``"spectra"`` for series over an axis."""
        return self.modality if self.axis is None else "spectra"

    @property
    def counts(self) -> np.ndarray:
        """Rows per class, in code order."""
        return np.bincount(self.y, minlength=len(self.classes))

    @property
    def minority(self) -> int:
        """Code of the class with the fewest rows."""
        return int(np.argmin(self.counts))

    def chance(self) -> dict[str, float]:
        """Value of a guess by metric, also of those at the tuned threshold."""
        values = chance_values(self.y, self.positive)
        return values | {f"{m.name}_tuned": values[m.name] for m in METRICS.values() if m.needs == "labels"}

    def describe(self) -> dict[str, Any]:
        """Plain facts about the data, for the record."""
        counts = self.counts
        spoken_of = self.minority if self.positive is None else self.positive
        return {
            "name": self.name,
            "rows": len(self.X),
            "columns": self.X.shape[1],
            "target": self.target,
            "classes": list(self.classes),
            "counts": dict(zip(self.classes, counts.tolist(), strict=True)),
            "minority": self.classes[self.minority],
            "positive": None if self.positive is None else self.classes[self.positive],
            "prevalence": float(counts[spoken_of] / len(self.y)),
            "column_kinds": dict(self.kinds),
            "missing_cells": int(self.X.isna().to_numpy().sum()),
            "sha256": self.sha256,
            "modality": self.kind,
            "rows_text": rows_text(self.kind, self.shape or (self.X.shape[1],), self.kinds, self.axis),
        } | self._spectral()

    def _spectral(self) -> dict[str, Any]:
        shape = {} if self.shape is None else {"shape": list(self.shape)}
        return shape | ({} if self.axis is None else {"axis": self.axis.describe()})


def prepare(
    X: Any,
    y: Any,
    *,
    target: str,
    name: str,
    positive: Any = None,
    groups: Any = None,
    axis: SpectralAxis | None = None,
    modality: str = "auto",
    channels: Channels = "auto",
) -> Task:
    """Check the data and encode the labels.

    Parameters
    ----------
    X : DataFrame (pandas, Polars), ndarray or list of rows
        Features; an array of three dimensions holds series (cases, channels, time points), one of four images (cases,
        channels, height, width).
    y : array-like of shape (n,)
        Labels.
    target, name : str
        What the label and the data are called.
    positive : object, optional
        The positive class; with several classes it is set against the rest, which then is one class called
        ``"rest"``. By default the smaller one of two classes.
    groups : array-like of shape (n,), optional
        Group of every row, a patient or a day for instance; no group is in both parts of a split.
    axis : SpectralAxis, optional
        Where the points of spectra lie; ``X`` then has three dimensions.
    modality : {"auto", "table", "series", "image"}, default="auto"
        What ``X`` holds; grey images (cases, height, width) and series of unsigned bytes have to be declared.
    channels : {"auto", "first", "last"}, default="auto"
        Where the channels of series and images are: behind the cases, or last. ``"auto"`` is the first, and refuses
        series that look turned round (:class:`oversmith.SeriesEncoder`).

    Returns
    -------
    Task
        The checked data.

    Raises
    ------
    InputError
        For an unknown positive class, a single class, missing labels, infinite values, a column without any
        value, features, labels and groups of different length, rows without a group, or an axis that does not fit.

    Examples
    --------
    >>> from oversmith.evaluation.task import prepare
    >>> task = prepare([[0.0], [1.0], [2.0]], ["no", "yes", "no"], target="buys", name="toy")
    >>> task.classes, task.positive, task.kinds
    (('no', 'yes'), 1, {'x0': 'numeric'})
    """
    X = stacked(X, modality)
    modality = modality_of(X, modality, name="a comparison")
    frame, shape = (_frame(X), None) if modality == "table" else _flat(np.asarray(X), modality, channels)
    _check_cells(frame)
    labels = _labels(y)
    if len(frame) != len(labels):
        raise InputError("y", f"{len(labels)} labels found for {len(frame)} rows of X", "give one label per row")
    if labels.isna().any():
        raise InputError(target, f"{int(labels.isna().sum())} rows without a label found", "drop them or name a class")
    TargetContainer.of(labels).labels()
    notes: dict[str, str] = {}
    if shape is None:
        notes = column_notes(frame, labels)
        # Without a name nobody meant it as a feature, and in a file sorted by class it tells everything.
        numbers = unnamed_row_numbers(frame)
        if 0 < len(numbers) < frame.shape[1]:
            frame = frame.drop(columns=numbers)
            notes |= {name: f"column {name!r} has no name and numbers the rows: it was left out" for name in numbers}
    kinds = {str(column): column_kind(frame[column]) for column in frame}
    for column, kind in kinds.items():
        _check_column(frame[column], column, kind)
    values, code = _encode(labels)
    names = [str(value) for value in values]
    if len(values) < 2:
        raise InputError(target, f"only class {names[0]!r} found", "at least two classes are needed")
    named = None if positive is None else _find(names, positive, target)
    if named is not None and len(values) > 2:
        code, names, named = (code == named).astype(np.int64), ["rest", names[named]], 1
    elif len(values) == 2 and named is None:
        named = int(np.argmin(np.bincount(code)))
    if axis is not None:
        if modality != "series":
            raise InputError("axis", "it is for spectra", "give X the shape (cases, channels, points)")
        assert shape is not None
        axis.check(shape[1])
    return Task(
        name=name,
        target=target,
        X=frame,
        y=code,
        classes=tuple(names),
        positive=named,
        kinds=kinds,
        sha256=data_sha256(frame, np.asarray(names, dtype=object)[code]),
        groups=None if groups is None else _groups(groups, len(frame)),
        shape=shape,
        axis=axis,
        notes=tuple(f"{note[0].upper()}{note[1:]}." for note in notes.values()),
    )


def data_sha256(X: pd.DataFrame, y: np.ndarray) -> str:
    """Hash of the names, types and values of all columns and of the labels.

    Parameters
    ----------
    X : DataFrame
        Features.
    y : ndarray of str
        Label names.

    Returns
    -------
    str
        Hexadecimal digest.
    """
    digest = hashlib.sha256()
    for column in X:
        digest.update(f"{column}\0{X[column].dtype}\0".encode())
        digest.update(row_hashes(X[[column]]).tobytes())
    digest.update(row_hashes(pd.DataFrame({"y": pd.Series(y, dtype=object)})).tobytes())
    return digest.hexdigest()


def row_hashes(frame: pd.DataFrame) -> np.ndarray:
    """Hash every row by its values alone.

    Parameters
    ----------
    frame : DataFrame
        Rows.

    Returns
    -------
    ndarray of uint64
        Equal for equal rows.
    """
    return pd.util.hash_pandas_object(frame, index=False, categorize=True).to_numpy().astype("<u8")


def _frame(X: Any) -> pd.DataFrame:
    if isinstance(X, pd.DataFrame):
        frame = X
    elif nw.dependencies.is_into_dataframe(X):
        frame = nw.from_native(X, eager_only=True).to_pandas()
    else:
        if getattr(X, "ndim", 2) == 1:
            raise InputError("X", "1 dimensions found", "a table has two, series have three, images four")
        container = Container.of(X)
        values = np.asarray(X)
        if container.kind == "list" and values.dtype.kind in "USO":
            # NumPy would make text of numbers beside text.
            frame = pd.DataFrame(X, columns=list(container.names))
        elif container.kind == "sparse":
            raise InputError("X", "a sparse matrix found", "give X.toarray()")
        else:
            frame = pd.DataFrame(values, columns=list(container.names))
    if not len(frame) or not frame.shape[1]:
        raise InputError(
            "X", f"a table of {len(frame)} rows and {frame.shape[1]} columns found", "both must be above zero"
        )
    names = [str(column) for column in frame.columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError("X", f"two columns called {twice!r} found", "give each its own name")
    frame = frame.set_axis(names, axis=1).reset_index(drop=True)
    for name, dtype in frame.dtypes.items():
        if isinstance(dtype, pd.ArrowDtype):
            # Refuses the types of Arrow that pandas itself cannot work with.
            list(Container.of(frame[[name]]).read(frame[[name]]))
    return frame


def _flat(values: np.ndarray, kind: str, order: Channels) -> tuple[pd.DataFrame, tuple[int, ...]]:
    """Lay series or images out as a table, a column per number, and say what shape a case has."""
    if values.dtype.kind not in "biuf":
        raise InputError("X", f"{_PLURAL[kind]} of dtype {values.dtype} found", "they hold numbers alone")
    if not values.size:
        raise InputError("X", f"{_PLURAL[kind]} of shape {values.shape} found", "every number must be above zero")
    if values.ndim not in _AXES[kind]:
        raise InputError("modality", f"{kind!r} found, but X has shape {values.shape}", f"give {_GIVE[kind]}")
    shape: tuple[int, ...]
    if kind == "image":
        shape = image_shape_of(values, None, "first" if order == "auto" else order)
        names = [_pixel(index, shape[0]) for index in np.ndindex(shape)]
    else:
        shape = shape_of(values, None, order)
        names = [f"channel {c} point {t}" for c in range(shape[0]) for t in range(shape[1])]
    values = channels_first(values, shape, order)
    check_finite(values)
    return pd.DataFrame(values.reshape(len(values), -1), columns=names), shape


def _pixel(index: tuple[int, ...], channels: int) -> str:
    pixel = f"row {index[1]} column {index[2]}"
    return pixel if channels == 1 else f"channel {index[0]} {pixel}"


def _labels(y: Any) -> pd.Series:
    if nw.dependencies.is_into_dataframe(y):
        y = nw.from_native(y, eager_only=True).to_pandas()
        y = y.iloc[:, 0] if y.shape[1] == 1 else y.to_numpy()
    if nw.dependencies.is_into_series(y) and not isinstance(y, pd.Series):
        y = nw.from_native(y, series_only=True).to_pandas()
    values = y if isinstance(y, pd.Series) else stacked_labels(y)
    if values.ndim != 1:
        raise InputError("y", f"shape {values.shape} found", "give one label per row")
    return pd.Series(values).reset_index(drop=True)


def _check_cells(frame: pd.DataFrame) -> None:
    """Refuse cells that are no values: numbers with an imaginary part, lists, frames."""
    for name, column in frame.items():
        kind = getattr(column.dtype, "kind", "O")
        if kind in "cV":
            raise InputError("X", f"column {name!r} holds {column.dtype} values", "give real numbers, or drop it")
        nested = (value for value in column if getattr(type(value), "__hash__", None) is None) if kind == "O" else ()
        if (culprit := next(iter(nested), None)) is not None:
            raise InputError(
                "X",
                f"column {name!r} holds nested values ({type(culprit).__name__})",
                "spread them over several columns; series of one length go into an array (cases, channels, points)",
            )


def _groups(groups: Any, rows: int) -> np.ndarray:
    codes = pd.factorize(np.asarray(groups))[0] if np.ndim(groups) == 1 else np.empty(0)
    if len(codes) != rows:
        raise InputError("groups", f"shape {np.shape(groups)} found for {rows} rows of X", "give one group per row")
    if (codes < 0).any():
        raise InputError("groups", f"{int((codes < 0).sum())} rows without a group found", "name one for each")
    return codes.astype(np.int64)


def _encode(labels: pd.Series) -> tuple[list[Any], np.ndarray]:
    values = labels.unique().tolist()
    try:
        values = sorted(values)
    except TypeError:
        values = sorted(values, key=str)
    codes = {value: index for index, value in enumerate(values)}
    return values, labels.map(codes).to_numpy(dtype=np.int64)


def _find(names: list[str], positive: Any, target: str) -> int:
    if str(positive) not in names:
        raise InputError("positive", f"{positive!r} is not a class of {target}", f"its classes are {', '.join(names)}")
    return names.index(str(positive))


def _check_column(column: pd.Series, name: str, kind: str) -> None:
    if column.isna().all():
        raise InputError("X", f"column {name!r} has no value at all", "drop it")
    if kind == "datetime":
        seconds_of(column)  # says what cannot be read before any job runs
    if kind == "numeric":
        numbers = pd.to_numeric(column, errors="coerce") if column.dtype == object else column
        values = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
        if np.isinf(values).any():
            n = int(np.isinf(values).sum())
            raise InputError("X", f"column {name!r} has {n} infinite values", "replace them or leave them empty")
