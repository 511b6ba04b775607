"""The caller's target, remembered so that the same kind of labels comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import scipy.sparse

from oversmith.encoders import _values, _writing
from oversmith.encoders._index import extended_index
from oversmith.encoders._values import Values
from oversmith.encoders.container import check_unmasked
from oversmith.encoders.labels import as_label_array, check_classes, check_missing, natural
from oversmith.exceptions import InputError


@dataclass(frozen=True)
class TargetContainer:
    """The kind of target the caller uses, and its labels as a plain array.

    Made by :meth:`of`.

    Parameters
    ----------
    y : object
        The target as given.
    kind : {"numpy", "list", "pandas", "array", "polars"}
        Which library it belongs to; ``"array"`` is an array of pandas without an index.
    values : ndarray of shape (n_rows,) or (n_rows, n_columns)
        Plain labels, or one-hot rows.
    declared : bool
        Whether the labels come as categories, whatever they are: numbers with decimals are classes then.

    Examples
    --------
    >>> from oversmith.encoders import TargetContainer
    >>> TargetContainer.of(["a", "b", "a"]).append_labels(["b"])
    ['a', 'b', 'a', 'b']
    """

    y: Any
    kind: str
    values: np.ndarray
    declared: bool = False

    @classmethod
    def of(cls, y: Any) -> TargetContainer:
        """Look at a target.

        Parameters
        ----------
        y : array-like of shape (n_rows,), (n_rows, 1) or one-hot (n_rows, n_classes)
            NumPy, pandas, Polars or a list.

        Returns
        -------
        TargetContainer
            The target with its labels as a plain array.

        Raises
        ------
        InputError
            When labels are missing, masked, of several types, bytes, nested, or no labels at all.
        """
        check_unmasked(y, "y")
        if isinstance(y, pd.api.extensions.ExtensionArray):
            held = cls.of(pd.Series(y))
            return replace(held, kind="array")
        if nw.dependencies.is_pandas_series(y):
            return cls(y, "pandas", _plain(y, _values.from_pandas), _is_categorical(y.dtype))
        if nw.dependencies.is_pandas_dataframe(y):
            columns = [y.iloc[:, i] for i in range(y.shape[1])]
            declared = bool(columns) and all(_is_categorical(column.dtype) for column in columns)
            return cls(y, "pandas", _plain_columns(columns, _values.from_pandas), declared)
        if nw.dependencies.is_polars_series(y):
            return cls(y, "polars", _plain(y, _values.from_polars))
        if nw.dependencies.is_polars_dataframe(y):
            return cls(y, "polars", _plain_columns(list(y.iter_columns()), _values.from_polars))
        if y is None:
            # The words in the middle are those that scikit-learn's checks look for.
            raise InputError(
                "y", "Expected array-like (array or non-string sequence), got None", "pass every row's class"
            )
        if isinstance(y, str | bytes) or scipy.sparse.issparse(y):
            what = "a sparse matrix" if scipy.sparse.issparse(y) else "a text"
            raise InputError(
                "y", f"Expected array-like (array or non-string sequence), got {what}", "give one class for each row"
            )
        if type(y).__module__.partition(".")[0] == "pyarrow":
            raise InputError("y", f"found a pyarrow {type(y).__name__}", "give y.to_pandas() or y.to_numpy()")
        return cls(y, "list" if isinstance(y, list) else "numpy", as_label_array(y))

    def labels(self) -> np.ndarray:
        """Return the class of each row.

        Returns
        -------
        ndarray of shape (n_rows,)
            Labels; class numbers for a one-hot target.

        Raises
        ------
        InputError
            For no labels, numbers with decimals that are no categories, infinite ones, and several labels to a row.

        Examples
        --------
        >>> import pandas as pd
        >>> from oversmith.encoders import TargetContainer
        >>> TargetContainer.of(pd.Series([True, False], dtype="category")).labels()
        array([ True, False])
        """
        check_classes(self.values, self.declared)
        if self.values.ndim == 2 and self.values.shape[1] > 1:
            return self.values.argmax(axis=1)
        return self.values.ravel()

    def append_labels(self, labels: Any | None, keep_index: bool = False) -> Any:
        """Append labels to the caller's target.

        Parameters
        ----------
        labels : array-like of shape (n_new,) or None
            Class labels; class numbers for a one-hot target. None appends nothing.
        keep_index : bool, default=False
            Whether real rows of a pandas target keep their index labels.

        Returns
        -------
        target
            Same kind, dtype, name and categories as the caller's; a column vector comes back 1-D, as
            imbalanced-learn does.
        """
        new = np.asarray([] if labels is None else labels)
        wide = self.values.ndim == 2 and self.values.shape[1] > 1
        if wide:
            new = np.eye(self.values.shape[1], dtype=np.int64)[new.astype(np.int64)]
        if self.kind == "pandas":
            return self._append_pandas(new, keep_index)
        if self.kind == "array":
            return self._append_pandas(new, keep_index).array
        if self.kind == "polars":
            return self._append_polars(new)
        given = np.asarray(self.y, dtype=object if self.values.dtype == object else None)
        real = given if wide else given.ravel()
        joined = np.concatenate([real, new.astype(real.dtype)]) if len(new) else real.copy()
        if self.kind == "list":
            return [*self.y, *joined[len(self.y) :].tolist()] if real.ndim == self.values.ndim else joined.tolist()
        return joined

    def _append_pandas(self, new: np.ndarray, keep_index: bool) -> Any:
        index = extended_index(self.y.index, len(new), keep_index)
        if isinstance(self.y, pd.Series):
            joined = pd.concat([self.y, _like(self.y, new)], ignore_index=True) if len(new) else self.y.copy()
        else:
            columns = [new] if new.ndim == 1 else list(new.T)
            parts = [_like(self.y.iloc[:, i], column) for i, column in enumerate(columns)]
            frame = pd.concat(parts, axis=1)
            frame.columns = self.y.columns
            joined = pd.concat([self.y, frame], ignore_index=True) if len(new) else self.y.copy()
        joined.index = index
        return joined

    def _append_polars(self, new: np.ndarray) -> Any:
        import polars as pl

        if not len(new):
            return self.y.clone()
        if isinstance(self.y, pl.Series):
            return pl.concat([self.y, _like_polars(self.y, new)])
        columns = [new] if new.ndim == 1 else list(new.T)
        parts = zip(self.y.iter_columns(), columns, strict=True)
        return pl.concat([self.y, pl.DataFrame({old.name: _like_polars(old, column) for old, column in parts})])


def _is_categorical(dtype: Any) -> bool:
    return isinstance(dtype, pd.CategoricalDtype)


def _plain(column: Any, read: Callable[[Any, str], Values]) -> np.ndarray:
    """Read a column of labels: an array that can be sorted, none missing."""
    dtype = getattr(column, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind in "OMm":
        return as_label_array(column.to_numpy())
    try:
        values = read(column, "the target")
    except InputError as error:
        raise InputError("y", error.finding, error.cure) from None
    if values.missing is not None:
        check_missing(values.missing)
    if values.levels is not None:
        return natural(values.levels[values.values])
    return values.values.astype(np.float64) if values.kind == "decimal" else values.values


def _plain_columns(columns: list[Any], read: Callable[[Any, str], Values]) -> np.ndarray:
    if not columns:
        raise InputError("y", "found a table without columns", "give the labels")
    return np.stack([_plain(column, read) for column in columns], axis=1)


def _as_values(new: np.ndarray) -> Values:
    """Labels as they come from ``np.unique`` → plain values a typed column can be made of."""
    return Values("level", new.astype(object) if new.dtype.kind in "USO" else new)


def _like(real: pd.Series, new: np.ndarray) -> pd.Series:
    return pd.Series(_writing.to_pandas(_as_values(new), real.dtype), name=real.name)


def _like_polars(real: Any, new: np.ndarray) -> Any:
    return _writing.to_polars(_as_values(new), real.name, real.dtype)
