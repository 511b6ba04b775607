"""What the caller handed in, remembered so that the same kind of table comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import scipy.sparse

from oversmith.encoders import _values, _writing
from oversmith.encoders._index import extended_index
from oversmith.encoders._typed import (
    dtype_from_state,
    dtype_state,
    index_from_state,
    index_state,
    objects,
    polars_from_state,
    polars_state,
)
from oversmith.encoders._values import Values
from oversmith.exceptions import InputError, nearest_hint

# A sparse table is encoded densely; beyond this many cells (2 GiB of float64) that is refused, not tried.
MAX_DENSE_CELLS = 2**28


@dataclass(frozen=True)
class Container:
    """The kind of table the caller uses: library, column order, names and dtypes.

    Made by :meth:`of`; it holds no rows.

    Parameters
    ----------
    kind : {"numpy", "pandas", "polars", "sparse", "list"}
        Which library the table belongs to.
    names : tuple of str
        Column names as text, made unique; ``x0``, ``x1``, … where there are none.
    columns : pandas.Index or None
        The pandas column index, whatever its labels are.
    dtypes : tuple
        One dtype per column (pandas, Polars) or one for all.
    sparse : tuple of (str, bool) or None
        SciPy format, and whether it is a sparse array rather than a sparse matrix.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.encoders import Container
    >>> table = pd.DataFrame({"size": [1, 2], "colour": pd.Categorical(["red", "blue"])})
    >>> container = Container.of(table)
    >>> container.kind, container.names
    ('pandas', ('size', 'colour'))
    >>> container.append_rows(table, table.iloc[:1]).dtypes.astype(str).tolist()
    ['int64', 'category']
    """

    kind: str
    names: tuple[str, ...]
    columns: pd.Index | None
    dtypes: tuple[Any, ...]
    sparse: tuple[str, bool] | None = None

    @classmethod
    def of(cls, X: Any) -> Container:
        """Look at a table.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_columns)
            NumPy, pandas, Polars, SciPy sparse or a list of rows.

        Returns
        -------
        Container
            What is needed to make more rows of the same kind.

        Raises
        ------
        InputError
            When ``X`` is not a table.
        """
        check_unmasked(X)
        if nw.dependencies.is_pandas_dataframe(X):
            return cls("pandas", _unique(map(str, X.columns)), X.columns, tuple(X.dtypes))
        if nw.dependencies.is_polars_dataframe(X):
            return cls("polars", tuple(X.columns), None, tuple(X.dtypes))
        if nw.dependencies.is_into_series(X):
            raise InputError(
                "X",
                f"Expected 2D array, found a single column ({type(X).__name__})",
                "give a table, for example X.to_frame()",
            )
        if scipy.sparse.issparse(X):
            form = (X.format, isinstance(X, scipy.sparse.sparray))
            return cls("sparse", _numbered(X.shape[1]), None, (X.dtype,), form)
        check_is_rows(X)
        if type(X).__module__.partition(".")[0] == "pyarrow":
            raise InputError("X", f"found a pyarrow {type(X).__name__}", "give X.to_pandas() or polars.from_arrow(X)")
        if isinstance(X, list) and X and isinstance(X[0], list | tuple):
            widths = {len(row) for row in X}
            if len(widths) > 1:
                raise InputError(
                    "X", f"rows have between {min(widths)} and {max(widths)} values", "make them equally long"
                )
            return cls("list", _numbered(widths.pop()), None, (np.dtype(object),))
        array = np.asarray(X)
        if array.ndim != 2:
            raise InputError(
                "X",
                f"Expected 2D array, got {array.ndim}D array instead, of shape {array.shape}",
                "Reshape your data to rows and columns, for example X.reshape(len(X), -1)",
            )
        kind = "list" if isinstance(X, list) else "numpy"
        return cls(kind, _numbered(array.shape[1]), None, (array.dtype,))

    @cached_property
    def labels(self) -> list[str]:
        """The columns as error messages name them: ``column 'age'``, or ``column 3`` where they have no names."""
        named = self.kind in {"pandas", "polars"}
        return [f"column {name!r}" if named else f"column {i}" for i, name in enumerate(self.names)]

    def dtype_of(self, i: int) -> Any:
        """Return the type of a column."""
        return self.dtypes[i if len(self.dtypes) > 1 else 0]

    def takes_missing(self, i: int) -> bool:
        """Tell whether a column's type has a missing value."""
        dtype = self.dtype_of(i)
        return not isinstance(dtype, np.dtype) or dtype.kind not in "iubUS"

    def takes_known_only(self, i: int) -> bool:
        """Tell whether a column's type takes the values it has and no others."""
        dtype = self.dtype_of(i)
        return isinstance(dtype, pd.CategoricalDtype) or type(dtype).__name__ == "Enum"

    def characters(self, i: int) -> int | None:
        """Return how many characters a column's type holds; None for any number."""
        dtype = self.dtype_of(i)
        if not isinstance(dtype, np.dtype) or dtype.kind not in "US":
            return None
        return dtype.itemsize // (4 if dtype.kind == "U" else 1)

    def chosen(self, chosen: Any, argument: str) -> np.ndarray:
        """Resolve names, indices or a mask of columns, or "auto" for none, to one truth value per column.

        Parameters
        ----------
        chosen : "auto", str or array-like
            Which columns.
        argument : str
            The argument that error messages name.

        Returns
        -------
        ndarray of bool
            One entry per column.

        Raises
        ------
        InputError
            When a column does not exist or the mask has another length.
        """
        n = len(self.names)
        forced = np.zeros(n, dtype=bool)
        if isinstance(chosen, str) and chosen == "auto":
            return forced
        if not isinstance(chosen, str) and not hasattr(chosen, "__iter__"):
            raise InputError(argument, f"{chosen!r} found", "give names, indices or a mask of columns, or 'auto'")
        items = [chosen] if isinstance(chosen, str) else list(chosen)
        if items and all(isinstance(item, bool | np.bool_) for item in items):
            if len(items) != n:
                raise InputError(
                    argument, f"the mask has {len(items)} entries, X has {n} columns", "give one entry for each column"
                )
            return np.array(items)
        own = list(self.names if self.columns is None else self.columns)
        for item in items:
            if not isinstance(item, int | np.integer):
                index = [i for i, name in enumerate(own) if name == item]
            elif -n <= item < n:
                index = [int(item)]
            else:
                raise InputError(argument, f"there is no column {item}; X has 0 to {n - 1}", "give one of them")
            if not index:
                raise InputError(argument, f"X has no column {item!r}", nearest_hint(item, self.names))
            forced[index] = True
        return forced

    def read(self, X: Any, levels: Sequence[bool] | None = None) -> Iterator[Values]:
        """Go through the columns of a table of this kind as plain values.

        Parameters
        ----------
        X : table
            A table like the one the container was made of.
        levels : sequence of bool, default=None
            Columns to be read as levels even where an object column holds numbers.

        Returns
        -------
        iterator of Values
            One column after the other.

        Raises
        ------
        InputError
            When a column cannot be read; the message names it.
        """
        force = levels if levels is not None else [False] * len(self.names)
        return _values.from_matrix(X, self.labels, force) if self.kind == "numpy" else self._each(X, force)

    def _each(self, X: Any, force: Sequence[bool]) -> Iterator[Values]:
        """Read the columns of a table that is no NumPy array."""
        if self.kind == "sparse":
            X = self._checked_csc(X)
        for i, (label, level) in enumerate(zip(self.labels, force, strict=True)):
            if self.kind == "pandas":
                yield _values.from_pandas(X.iloc[:, i], label, level)
            elif self.kind == "polars":
                yield _values.from_polars(X.to_series(i), label)
            elif self.kind == "sparse":
                yield _values.from_numpy(_dense_column(X, i), label)
            else:
                yield _values.from_numpy(objects(row[i] for row in X), label, level)

    def _checked_csc(self, X: Any) -> Any:
        cells = X.shape[0] * X.shape[1]
        if cells > MAX_DENSE_CELLS:
            raise InputError(
                "X",
                (
                    f"a sparse table of {X.shape[0]:,} x {X.shape[1]:,} would take "
                    f"{cells * 8 / 2**30:,.1f} GiB when encoded"
                ),
                "reduce its columns first (for example sklearn.decomposition.TruncatedSVD)",
            )
        return X.tocsc()

    def rebuild(self, columns: Sequence[Values]) -> Any:
        """Make a table of this kind from decoded columns.

        Parameters
        ----------
        columns : sequence of Values
            Decoded values, one entry per column, in the order of the training table.

        Returns
        -------
        table
            Same library, column order, names and dtypes as the training table.
        """
        if self.kind == "pandas":
            typed = {
                # A series says that it stays object; a bare array of text would be inferred anew.
                i: pd.Series(array, dtype=object) if array.dtype == object else array
                for i, array in enumerate(map(_writing.to_pandas, columns, self.dtypes))
            }
            frame = pd.DataFrame(typed, copy=False)
            frame.columns = self.columns  # type: ignore[assignment]
            return frame
        if self.kind == "polars":
            import polars as pl

            triples = zip(columns, self.names, self.dtypes, strict=True)
            # By name: a list of series would give those without a name another one.
            return pl.DataFrame({triple[1]: _writing.to_polars(*triple) for triple in triples})
        if self.kind == "list":
            parts = [_writing.to_numpy(column, self.dtypes[0]).tolist() for column in columns]
            return [list(row) for row in zip(*parts, strict=True)]
        if self.kind == "sparse":
            return self._as_sparse([_writing.to_numpy(column, self.dtypes[0]) for column in columns])
        return _writing.to_matrix(columns, self.dtypes[0])

    def _as_sparse(self, columns: list[np.ndarray]) -> Any:
        assert self.sparse is not None
        n = len(columns[0])
        rows = [np.flatnonzero(column) for column in columns]
        data = np.concatenate([column[row] for column, row in zip(columns, rows, strict=True)])
        starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
        make = scipy.sparse.csc_array if self.sparse[1] else scipy.sparse.csc_matrix
        # As SciPy itself does: 32-bit places as long as they suffice, because many estimators take no others.
        kind = np.int32 if max(n, len(data)) <= np.iinfo(np.int32).max else np.int64
        places = np.concatenate(rows).astype(kind), np.asarray(starts, dtype=kind)
        return make((data, *places), shape=(n, len(columns))).asformat(self.sparse[0])

    def append_rows(self, X: Any, rows: Any | None, keep_index: bool = False) -> Any:
        """Append rows to the caller's table; the rows already there stay bit for bit.

        Parameters
        ----------
        X : table
            The real rows.
        rows : table or None
            Rows of the same kind, as :meth:`rebuild` makes them; None appends nothing.
        keep_index : bool, default=False
            Whether the real rows of a pandas table keep their labels (new rows then go on from the largest
            integer, take the smallest free ones where 64 bits end before, or are called ``"synthetic 0"``,
            ``"synthetic 1"``, …) or all are numbered anew from 0.

        Returns
        -------
        table
            A new table, ``X`` first.
        """
        n_new = 0 if rows is None else rows.shape[0] if hasattr(rows, "shape") else len(rows)
        if self.kind == "pandas":
            joined = pd.concat([X, rows], axis=0, ignore_index=True) if n_new else X.copy()
            joined.index = extended_index(X.index, n_new, keep_index)
            return joined
        if self.kind == "polars":
            import polars as pl

            return pl.concat([X, rows]) if n_new else X.clone()
        if self.kind == "sparse":
            assert self.sparse is not None
            if not n_new:
                return X.asformat(self.sparse[0], copy=True)
            return scipy.sparse.vstack([X, rows], format=self.sparse[0], dtype=X.dtype)
        if self.kind == "list":
            parts = [] if rows is None else [rows]
            return [list(row) for part in (X, *parts) for row in (part.tolist() if hasattr(part, "tolist") else part)]
        array = np.asarray(X)
        return np.concatenate([array, np.asarray(rows, dtype=array.dtype)]) if n_new else array.copy()

    def to_state(self) -> dict[str, Any]:
        """Describe the container in JSON values and plain arrays.

        Returns
        -------
        dict
            What :meth:`from_state` reads.
        """
        state: dict[str, Any] = {
            "kind": self.kind,
            "names": list(self.names),
            "sparse": self.sparse and [*self.sparse],
        }
        if self.kind == "polars":
            state["schema"] = polars_state(dict(zip(self.names, self.dtypes, strict=True)))
        else:
            state["dtypes"] = [dtype_state(dtype) for dtype in self.dtypes]
        if self.columns is not None:
            state["columns"] = index_state(self.columns)
        return state

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Container:
        """Undo :meth:`to_state`.

        Parameters
        ----------
        state : dict
            What ``to_state`` returned.

        Returns
        -------
        Container
            The container.
        """
        columns = index_from_state(state["columns"]) if "columns" in state else None
        if state["kind"] == "polars":
            dtypes = tuple(polars_from_state(state["schema"]).values())
        else:
            dtypes = tuple(dtype_from_state(dtype) for dtype in state["dtypes"])
        n = len(state["names"])
        if len(dtypes) != (n if state["kind"] in {"pandas", "polars"} else 1) or (
            columns is not None and len(columns) != n
        ):
            raise InputError("state", f"{n} names and {len(dtypes)} dtypes found", "the file was changed")
        sparse = None if state["sparse"] is None else (state["sparse"][0], state["sparse"][1])
        return cls(state["kind"], tuple(state["names"]), columns, dtypes, sparse)


def check_is_rows(X: Any) -> None:
    """Refuse what holds no rows: text, a dictionary, a generator, one number, nothing.

    Parameters
    ----------
    X : object
        What a caller gave as rows.

    Raises
    ------
    InputError
        With what it is.
    """
    if nw.dependencies.is_polars_lazyframe(X):
        raise InputError("X", "found a Polars LazyFrame", "call collect() on it first")
    shape = getattr(X, "shape", None)
    able = shape is not None or hasattr(X, "__len__") or hasattr(X, "__array__")
    if isinstance(X, str | bytes | dict | set) or shape == () or not able:
        raise InputError(
            "X",
            f"Expected 2D array, found {'a text' if isinstance(X, str) else type(X).__name__}",
            "give a table: NumPy, pandas, Polars, SciPy sparse or a list of rows",
        )
    if shape is None and hasattr(X, "__len__") and not len(X):
        raise InputError("X", "found no rows (0 sample(s))", "give it rows and columns")


def check_unmasked(array: Any, argument: str = "X") -> None:
    """Refuse arrays of NumPy with masked values: NumPy hands out the numbers below the mask as if they were data.

    Parameters
    ----------
    array : object
        Anything; of a list, the items are looked at.
    argument : str, default="X"
        The argument that messages name.

    Raises
    ------
    InputError
        When a value is masked.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders.container import check_unmasked
    >>> check_unmasked(np.ma.array([1.0, 2.0], mask=[False, True]))
    Traceback (most recent call last):
    oversmith.exceptions.InputError: X: a masked array with 1 masked value(s) found; give array.filled(numpy.nan), ...
    """
    parts = array if isinstance(array, list | tuple) else [array]
    masked = sum(int(np.ma.count_masked(part)) for part in parts if isinstance(part, np.ma.MaskedArray))
    if masked:
        raise InputError(
            argument,
            f"a masked array with {masked} masked value(s) found",
            "leave those rows out"
            if argument == "y"
            else "give array.filled(numpy.nan), after astype(float) for whole numbers: NaN counts as missing",
        )


def _dense_column(X: Any, i: int) -> np.ndarray:
    column = np.zeros(X.shape[0], dtype=X.dtype)
    part = slice(X.indptr[i], X.indptr[i + 1])
    np.add.at(column, X.indices[part], X.data[part])  # SciPy adds entries stored twice
    return column


def _numbered(n: int) -> tuple[str, ...]:
    return tuple(f"x{i}" for i in range(n))


def _unique(names: Any) -> tuple[str, ...]:
    taken: dict[str, int] = {}
    unique = []
    for name in names:
        taken[name] = taken.get(name, 0) + 1
        unique.append(name if taken[name] == 1 else f"{name} ({taken[name]})")
    return tuple(unique)
