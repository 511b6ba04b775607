"""A table of any column kinds ↔ a matrix of numbers, with a list of spans that says what its columns mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from sklearn.utils._param_validation import Interval

from oversmith._adapter import BaseEstimator
from oversmith._parameters import Parameters
from oversmith.encoders._columns import (
    FittedColumn,
    decode_columns,
    encode_columns,
    fit_columns,
    laid_out,
    reach_of,
)
from oversmith.encoders._empty import EmptyColumn
from oversmith.encoders._levels import LevelColumn
from oversmith.encoders._typed import tag, untag
from oversmith.encoders._values import Values
from oversmith.encoders.container import Container
from oversmith.exceptions import InputError


@dataclass(frozen=True)
class Span:
    """A run of encoded columns.

    Parameters
    ----------
    name : str
        Name of the table's column.
    start, stop : int
        First encoded column, and one past the last.
    activation : {"linear", "sigmoid", "softmax"}
        What a network's last layer does there.
    kind : {"numeric", "boolean", "missing", "spike", "categorical", "embedding", "series", "image"}
        What the columns carry; ``"series"`` and ``"image"`` are whole ones, channel after channel.
    """

    name: str
    start: int
    stop: int
    activation: str
    kind: str


class TableEncoder(Parameters, BaseEstimator):
    """Encode a table of mixed columns as float64 numbers; decode generated ones into the same kind of table.

    Which column gets which treatment (the first line that fits, by the rows ``fit`` sees):

    ============================================  ===========================================================
    column                                        encoded columns
    ============================================  ===========================================================
    no value                                      none; every decoded value is missing
    one value only                                none; decoding copies the value
    text, categories, other objects, declared     one-hot (softmax) up to ``max_one_hot`` levels, missing
    categorical                                   included; above it 8 linear ones: the normal score of the
                                                  level's frequency rank, and 7 hash components
    boolean; two distinct numbers [1]_            one flag (sigmoid)
    up to 20 distinct numbers [1]_                one linear; decoded values snap to the observed ones
    more numbers, some of them in 10 % of the     one flag (several such numbers: softmax), and one linear
    rows each (and in at least 10 rows)           column for the other numbers
    any other number, date-time or duration       one linear
    ============================================  ===========================================================

    .. [1] Where each occurs three times on average; fewer rows do not tell few values from many.

    A column with missing values has one flag more (``missing="encode"``) or, for levels, one level more. A column
    without any value is missing in every generated row, whatever ``missing`` says.
    Linear columns are bounded by the observed range on the way back. Whole numbers, dates and durations are
    counted in steps from the smallest one, the step being their greatest common divisor (whole days stay
    whole days; exact for up to 2^53 steps); other numbers keep the number of decimals seen in ``fit``, up to
    10.

    A level not seen in ``fit`` is encoded as the missing level where there is one, else as the most frequent
    one.

    Parameters
    ----------
    categorical_features : "auto" or array-like, default="auto"
        Columns to treat as categorical: names, indices or a boolean mask, as in SMOTENC. Text and category
        columns always are.
    numeric : {"auto", "quantile", "standard", "minmax"}, default="auto"
        How linear columns are scaled: to normal scores of the ranks (up to 1,000 knots), to mean 0 and
        standard deviation 1, or to [0, 1]. ``"auto"`` is the choice of the sampler that is given the encoder, and
        ``"quantile"`` by itself.
    missing : {"encode", "impute", "drop"}, default="encode"
        ``"encode"`` generates missing values like any others. With the other two none is generated:
        ``transform`` fills in the median or the most frequent level, and whoever drops rows asks
        :meth:`has_missing`.
    only_seen_levels : bool, default=False
        Whether a generated row may only carry levels that its class has in the training rows.
    max_one_hot : int, default=64
        Levels up to which a categorical column is one-hot.

    Attributes
    ----------
    spans_ : tuple of Span
        What the encoded columns mean.
    width_ : int
        Number of encoded columns.
    kinds_ : dict of str to str
        Kind of each column: ``"numeric"``, ``"integer"``, ``"boolean"``, ``"categorical"``, ``"datetime"``,
        ``"duration"`` or ``"constant"``.
    container_ : Container
        What kind of table comes back.

    Notes
    -----
    No mixture model is fitted per column: it takes seconds per column at 50,000 rows. The quantile map costs
    one sort.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.encoders import TableEncoder
    >>> table = pd.DataFrame({"age": [31, 45, 27, 62], "job": ["cook", "clerk", "cook", None]})
    >>> encoder = TableEncoder().fit(table)
    >>> [(span.name, span.activation, span.stop - span.start) for span in encoder.spans_]
    [('age', 'linear', 1), ('job', 'softmax', 3)]
    >>> encoder.inverse_transform(encoder.transform(table)).equals(table)
    True
    """

    _kind: ClassVar[str] = "table"

    categorical_features: Annotated[Sequence[Any] | np.ndarray, "array-like"] | Literal["auto"] = "auto"
    numeric: Literal["auto", "quantile", "standard", "minmax"] = "auto"
    missing: Literal["encode", "impute", "drop"] = "encode"
    only_seen_levels: bool = False
    max_one_hot: Annotated[int, Interval(Integral, 2, None, closed="left")] = 64

    # ------------------------------------------------------------------ fit

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn kinds, ranges and levels of the columns.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_columns)
            The training rows.
        y : ignored
            For the convention; no target is looked at.

        Returns
        -------
        self : TableEncoder
            The fitted encoder.

        Raises
        ------
        InputError
            When a column cannot be encoded or an argument does not fit the table.
        """
        self._check_arguments()
        container = Container.of(X)
        n_rows = len(X) if container.kind == "list" else np.shape(X)[0]
        if not n_rows or not container.names:
            raise InputError(
                "X",
                f"found a table of {n_rows} rows and {len(container.names)} columns",
                "give it at least one of each",
            )
        forced = container.chosen(self.categorical_features, "categorical_features")
        numeric = "quantile" if self.numeric == "auto" else self.numeric
        self.columns_ = fit_columns(
            container.read(X), forced, container.labels, numeric, self.missing, int(self.max_one_hot)
        )
        self.container_ = container
        self._lay_out()
        return self

    def _check_arguments(self) -> None:
        for name, known in (
            ("numeric", ("auto", "quantile", "standard", "minmax")),
            ("missing", ("encode", "impute", "drop")),
        ):
            if getattr(self, name) not in known:
                raise InputError(name, f"{getattr(self, name)!r} found", f"choose one of {', '.join(map(repr, known))}")
        if not isinstance(self.max_one_hot, int | np.integer) or self.max_one_hot < 2:
            raise InputError("max_one_hot", f"{self.max_one_hot!r} found", "give a whole number of at least 2")
        if not isinstance(self.only_seen_levels, bool | np.bool_):
            raise InputError("only_seen_levels", f"{self.only_seen_levels!r} found", "give True or False")

    def _lay_out(self) -> None:
        spans, at = [], 0
        self.kinds_: dict[str, str] = {}
        self._slices: list[slice] = []
        for name, (parts, kind) in zip(self.container_.names, laid_out(self.columns_), strict=True):
            first = at
            for part in parts:
                spans.append(Span(name, at, at + part.width, part.activation, part.kind))
                at += part.width
            self._slices.append(slice(first, at))
            self.kinds_[name] = kind
        self.spans_ = tuple(spans)
        self.width_ = at

    # ------------------------------------------------------------------ there and back

    def _read(self, X: Any) -> Iterator[Values]:
        self._check_fitted()
        container = Container.of(X)
        own = self.container_
        if len(container.names) != len(own.names):
            raise InputError(
                "X",
                f"found {len(container.names)} columns, the encoder was fitted on {len(own.names)}",
                "give the columns of fit",
            )
        named = {"pandas", "polars"}
        if container.kind in named and own.kind in named and container.names != own.names:
            name, expected = next(pair for pair in zip(container.names, own.names, strict=True) if pair[0] != pair[1])
            raise InputError(
                "X", f"found column {name!r} where {expected!r} was in fit", "give the columns of fit, in order"
            )
        return container.read(X, [column.kind == "level" for column in self.columns_])

    def _check_fitted(self) -> None:
        if not hasattr(self, "columns_"):
            raise InputError("TableEncoder", "not fitted yet", "call fit first")

    def transform(self, X: Any) -> np.ndarray:
        """Encode rows.

        Parameters
        ----------
        X : table
            Rows with the columns of ``fit``.

        Returns
        -------
        ndarray of float64, shape (n_rows, width_)
            The encoded rows.

        Raises
        ------
        InputError
            When the columns are not those of ``fit``.
        """
        values = self._read(X)
        return encode_columns(self.columns_, values, self.container_.labels, self._slices, self.width_)

    def check_levels(self, X: Any) -> None:
        """Refuse rows with a level that ``fit`` has not seen.

        Parameters
        ----------
        X : table
            Rows with the columns of ``fit``.

        Raises
        ------
        InputError
            When the columns are not those of ``fit``, or a categorical column brings a new level.
        """
        for i, values in enumerate(self._read(X)):
            new = self.columns_[i].new_level(values)
            if new is not None:
                raise InputError(
                    "X",
                    f"{self.container_.labels[i]} holds level {new!r}, which was not there in the first fit",
                    "call fit on rows that have it, or replace it by a known level",
                )

    def inverse_transform(self, Z: np.ndarray, allowed: Mapping[int, np.ndarray] | None = None) -> Any:
        """Decode generated rows.

        Parameters
        ----------
        Z : ndarray of float32 or float64, shape (n_rows, width_)
            Encoded rows; softmax spans need not be one-hot (the largest counts), nor flags 0 or 1 (above 0.5
            they are set).
        allowed : mapping of int to ndarray of bool, default=None
            Levels that may come out, per column position, as :meth:`seen_levels` returns them.

        Returns
        -------
        table
            The same kind of table as ``fit`` saw.

        Raises
        ------
        InputError
            When ``Z`` has another width or values that are not finite.
        """
        Z = self._checked(Z)
        return self.container_.rebuild(decode_columns(self.columns_, Z, self._slices, allowed or {}))

    def _checked(self, Z: np.ndarray) -> np.ndarray:
        self._check_fitted()
        Z = np.asarray(Z)
        if Z.ndim != 2 or Z.shape[1] != self.width_:
            raise InputError("Z", f"found shape {Z.shape}", f"encoded rows have {self.width_} columns")
        if not np.isfinite(Z).all():
            raise InputError("Z", "found NaN or infinite values among encoded rows", "decode finite numbers only")
        return Z

    def seen_levels(self, Z: np.ndarray) -> dict[int, np.ndarray]:
        """Tell which levels occur in encoded rows, for ``inverse_transform(..., allowed=)``.

        Parameters
        ----------
        Z : ndarray of shape (n_rows, width_)
            Encoded rows, of one class for example.

        Returns
        -------
        dict of int to ndarray of bool
            Column position → which of its levels (missing is the last one) occur.
        """
        Z = self._checked(Z)
        seen = {}
        for i, column in enumerate(self.columns_):
            if isinstance(column.coder, LevelColumn):
                codes = column.coder.nearest(Z[:, self._slices[i]], None)
                seen[i] = np.bincount(codes, minlength=column.coder.n_codes) > 0
        return seen

    def reach(self, Z_class: np.ndarray, Z_table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Tell how far the rows of a class may go, measured in the columns' own units.

        The scores of ``numeric="quantile"`` know no gaps: a small step from one cluster of values leads into the next
        one, however far that lies. In its own units, the range of the class is widened by the table's standard
        deviation over the root of the number of rows.

        Parameters
        ----------
        Z_class : ndarray of shape (n_rows, width_)
            Encoded rows of the class, at least one.
        Z_table : ndarray of shape (n_table, width_)
            Encoded rows of all classes.

        Returns
        -------
        low, high : ndarray of shape (width_,)
            Bounds of the encoded columns; infinite where a column holds no numbers.
        """
        return reach_of(self.columns_, Z_class, Z_table, self._slices)

    def has_missing(self, X: Any) -> np.ndarray:
        """Tell which rows have a missing value.

        Parameters
        ----------
        X : table
            Rows with the columns of ``fit``.

        Returns
        -------
        ndarray of bool, shape (n_rows,)
            True where a value is missing, in a column of which ``fit`` saw a value.
        """
        rows: Any = False
        for column, values in zip(self.columns_, self._read(X), strict=True):
            # No row has a value where ``fit`` saw none: that says nothing about single rows.
            some = values.missing is not None and not isinstance(column.coder, EmptyColumn)
            rows = rows | (values.missing if some else np.zeros(len(values.values), dtype=bool))
        return rows

    # ------------------------------------------------------------------ state

    def to_state(self) -> dict[str, Any]:
        """Describe the fitted encoder in JSON values and plain arrays.

        Returns
        -------
        dict
            What :meth:`from_state` reads.

        Raises
        ------
        InputError
            When the encoder is not fitted, or a level is of a type that cannot be saved.
        """
        self._check_fitted()
        chosen = self.categorical_features
        return {
            "categorical_features": chosen if isinstance(chosen, str) else [tag(item) for item in chosen],
            "numeric": self.numeric,
            "missing": self.missing,
            "only_seen_levels": bool(self.only_seen_levels),
            "max_one_hot": int(self.max_one_hot),
            "container": self.container_.to_state(),
            "columns": [column.to_state() for column in self.columns_],
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Undo :meth:`to_state`.

        Parameters
        ----------
        state : mapping
            What ``to_state`` returned.

        Returns
        -------
        TableEncoder
            A fitted encoder that encodes and decodes as the saved one.
        """
        chosen = state["categorical_features"]
        encoder = cls(
            categorical_features=chosen if isinstance(chosen, str) else [untag(item) for item in chosen],
            numeric=state["numeric"],
            missing=state["missing"],
            # Files of version 0.1.0 have it among the parameters of the sampler.
            only_seen_levels=state.get("only_seen_levels", False),
            max_one_hot=state["max_one_hot"],
        )
        encoder.container_ = Container.from_state(state["container"])
        encoder.columns_ = tuple(FittedColumn.from_state(column) for column in state["columns"])
        encoder._lay_out()
        return encoder
