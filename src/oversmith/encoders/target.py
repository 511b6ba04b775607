"""The caller's target, remembered so that the same kind of labels comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import scipy.sparse

from oversmith.encoders import _values, _writing
from oversmith.encoders._index import extended_index
from oversmith.encoders._values import Values
from oversmith.encoders.container import check_unmasked
from oversmith.exceptions import InputError


@dataclass(frozen=True)
class TargetContainer:
    """The kind of target the caller uses, and its labels as a plain array.

    Made by :meth:`of`.

    Parameters
    ----------
    y : object
        The target as given.
    kind : {"numpy", "list", "pandas", "polars", "other"}
        Which library it belongs to; ``"other"`` is left to scikit-learn's own checks.
    values : ndarray of shape (n_rows,) or (n_rows, n_columns)
        Plain labels, one-hot rows, or ``y`` itself for ``"other"``.

    Examples
    --------
    >>> from oversmith.encoders import TargetContainer
    >>> TargetContainer.of(["a", "b", "a"]).append_labels(["b"])
    ['a', 'b', 'a', 'b']
    """

    y: Any
    kind: str
    values: Any

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
            When labels are missing or masked.
        """
        check_unmasked(y, "y")
        if nw.dependencies.is_pandas_series(y):
            return cls(y, "pandas", _plain(_values.from_pandas(y, "the target")))
        if nw.dependencies.is_pandas_dataframe(y):
            return cls(y, "pandas", _plain_columns([y.iloc[:, i] for i in range(y.shape[1])], _values.from_pandas))
        if nw.dependencies.is_polars_series(y):
            return cls(y, "polars", _plain(_values.from_polars(y, "the target")))
        if nw.dependencies.is_polars_dataframe(y):
            return cls(y, "polars", _plain_columns(list(y.iter_columns()), _values.from_polars))
        if y is None:
            # The words in the middle are those that scikit-learn's checks look for.
            raise InputError(
                "y", "Expected array-like (array or non-string sequence), got None", "pass every row's class"
            )
        if isinstance(y, str) or scipy.sparse.issparse(y):
            return cls(y, "other", y)
        values = np.asarray(y)
        if values.dtype.kind in "fO":
            _check_missing(pd.isna(values))
        return cls(y, "list" if isinstance(y, list) else "numpy", values)

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
        if self.kind == "polars":
            return self._append_polars(new)
        real = self.values if wide else self.values.ravel()
        if not len(new):
            joined = real.copy()
        else:
            joined = np.concatenate([real, new.astype(real.dtype)])
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


def _check_missing(missing: np.ndarray) -> None:
    if missing.any():
        raise InputError("y", f"found NaN, {int(missing.sum())} label(s) are missing", "drop those rows first")


def _plain(column: Values) -> np.ndarray:
    if column.missing is not None:
        _check_missing(column.missing)
    if column.levels is not None:
        return column.levels[column.values]
    return column.values.astype(np.float64) if column.kind == "decimal" else column.values


def _plain_columns(columns: list[Any], read: Any) -> np.ndarray:
    if not columns:
        raise InputError("y", "found a table without columns", "give the labels")
    return np.stack([_plain(read(column, "the target")) for column in columns], axis=1)


def _as_values(new: np.ndarray) -> Values:
    """Labels as they come from ``np.unique`` → plain values a typed column can be made of."""
    return Values("level", new.astype(object) if new.dtype.kind in "USO" else new)


def _like(real: pd.Series, new: np.ndarray) -> pd.Series:
    return pd.Series(_writing.to_pandas(_as_values(new), real.dtype), name=real.name)


def _like_polars(real: Any, new: np.ndarray) -> Any:
    return _writing.to_polars(_as_values(new), real.name, real.dtype)
