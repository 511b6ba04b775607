"""A table of any column kinds ↔ a matrix of numbers, with a list of spans that says what its columns mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    laid_out,
    reach_of,
)
from oversmith.encoders._constraints import Constraints
from oversmith.encoders._dummies import Columns, Dummies, find_dummies, short_codes
from oversmith.encoders._empty import EmptyColumn
from oversmith.encoders._identifiers import IdentifierColumn, identifier_reason
from oversmith.encoders._learning_constraints import learn_constraints
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
        Name of the table's column; of a group of dummy columns, the first one.
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
    identifier: all or nearly all values differ   none; decoding gives new values (``identifiers``)
    and name a row (see Notes)
    dummy columns: several of the same two        as one column of levels; decoding spreads it again
    values, of which each row has exactly one, or
    at most one, set
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
    whole days), and so are decimals with more digits than a float has; what is generated lies on that grid and in
    the observed range, whatever the size. Beyond 2^53 steps neighbours share a score. Other numbers keep the number
    of decimals seen in ``fit``, up to 10.

    Objects that are dates, date-times or durations come back as the same type, unit and time zone. A column of
    date-times with and without a zone, or of several zones, is refused.

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
    identifiers : {"new", "missing", "keep"}, default="new"
        What a generated row has in a column of identifiers: a new value of the same type and pattern that no real row
        has (whole numbers beyond the largest one), or a missing one. A column that takes its real values only (pandas
        categories, a Polars Enum) then gets missing ones. ``"keep"`` takes identifiers for levels and numbers like any
        others: generated rows then carry values of real ones.
    constraints : "learn" or None, default="learn"
        Whether rules between number columns that hold in every real row also hold in every decoded one: orders
        (``start <= end``, of numbers and of dates) and sums (``total = a + b``, rounded as the column is; copies too).

    Attributes
    ----------
    spans_ : tuple of Span
        What the encoded columns mean.
    width_ : int
        Number of encoded columns.
    kinds_ : dict of str to str
        Kind of each column: ``"numeric"``, ``"integer"``, ``"boolean"``, ``"categorical"``, ``"datetime"``,
        ``"duration"``, ``"identifier"`` or ``"constant"``.
    dummies_ : tuple of tuple of str
        Names of the columns of each group of dummy columns.
    identifiers_ : dict of str to str
        Column → ``"identifier"``, or ``"row number"`` where it counts the rows in order.
    constraints_ : tuple of str
        Rules that decoded rows follow, such as ``"start <= end"``.
    container_ : Container
        What kind of table comes back.

    Notes
    -----
    No mixture model is fitted per column: it takes seconds per column at 50,000 rows. The quantile map costs
    one sort.

    Dummy columns are one group where they hold the same two values, one of which is "set" (0 and 1, -1 and 1, truth
    values, ``"no"`` and ``"yes"``), and either their names start alike (``colour_red``, ``colour_blue``), or so many
    rows would break the rule if the columns were independent that it is no chance: two rare flags that never meet in
    few rows stay two flags. A row without a level is a level of its own. A row that is missing in some of the columns
    has the level that is set in one of the others, and if every row has exactly one and a single column is missing,
    that one; in any other row the level is missing. A generated row whose level is missing has none set, and is missing
    in each column of the group that is missing in some real row; no other generated row is missing in any of them.

    A column of text is an identifier where 95 % of at least 20 values differ, and they spell neither numbers nor
    dates. Whole numbers of a table with column names are where 95 % of the values differ and the name says so
    (``patient_id``); where all differ and they fill at least half of their range; and where they count the rows from 0
    or 1 in order. Numbers with decimals and dates never are, nor are columns declared
    categorical.

    An order is learnt where at least 30 rows, and 5 % of the rows, are evidence: so many would break it if both columns
    were independent. Ranges that hardly overlap say nothing. A sum needs 30 rows. Rules are looked for in up to 100
    number columns, sums of more than two in up to 40. A decoded row that breaks an order has the higher value mirrored
    at the lower one; a total is added up again, within its observed range; where neither helps, the columns of the
    rules are those of the nearest real row. Every decoded value lies in its column's observed range and has its
    decimals, with and without constraints.

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
    identifiers: Literal["new", "missing", "keep"] = "new"
    constraints: Literal["learn"] | None = "learn"

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
        self.container_ = container
        names = container.names if container.kind in {"pandas", "polars"} else None
        self.identifiers_ = {}
        # Columns of levels are fitted as they are read and not kept: that would be a copy of the table. Those of two
        # levels may be dummy columns: short codes wait for the others.
        numbers: list[Values | None] = []
        fitted: dict[int, FittedColumn] = {}
        for i, column in enumerate(container.read(X)):
            reason = None
            if not forced[i] and self.identifiers != "keep":
                reason = identifier_reason(column, None if names is None else names[i])
            if reason is not None:
                self.identifiers_[container.names[i]] = reason
                fitted[i] = self._fit_identifiers(i, column)
            elif column.levels is not None:
                short = short_codes(column)
                if short is None:
                    fitted[i] = self._fit_column(i, column)
                else:
                    column = short
            numbers.append(None if i in fitted else column)
        groups = find_dummies(numbers, names)
        for group in groups:
            members = [own for i in group.members if (own := numbers[i]) is not None]
            fitted[group.members[0]] = self._fit_column(group.members[0], group.joined(members))
            numbers = [None if i in group.members else own for i, own in enumerate(numbers)]
        for i, own in enumerate(numbers):
            if own is not None:
                fitted[i] = self._fit_column(i, own.as_levels() if forced[i] else own)
        self._table_columns = Columns(len(numbers), tuple(groups))
        self.columns_ = tuple(fitted[i] for i in sorted(fitted))
        self.rules_ = Constraints()
        if self.constraints == "learn":
            free = [None if force else column for force, column in zip(forced, numbers, strict=True)]
            self.rules_ = learn_constraints(free, [self._comparable(i, column) for i, column in enumerate(free)])
        self._lay_out()
        return self

    def _fit_identifiers(self, i: int, column: Values) -> FittedColumn:
        assert self.identifiers != "keep"
        container = self.container_
        if self.identifiers == "missing" and not container.takes_missing(i):
            raise InputError(
                "identifiers",
                f"'missing' found, and {container.labels[i]} has type {container.dtype_of(i)} without a missing value",
                "use 'new', give the column a type that has one, or drop it",
            )
        return FittedColumn.of_identifiers(
            column, self.identifiers, known_only=container.takes_known_only(i), room=container.characters(i)
        )

    def _fit_column(self, i: int, column: Values) -> FittedColumn:
        """Fit one encoded column; ``i`` is the position of its first column in the table."""
        numeric = "quantile" if self.numeric == "auto" else self.numeric
        return FittedColumn.fit(column, self.container_.labels[i], numeric, self.missing, int(self.max_one_hot))

    def _comparable(self, i: int, column: Values | None) -> str | None:
        """Return a key that columns share whose values can be compared; None for no numbers."""
        if column is None or column.kind == "boolean":
            return None
        if column.kind in ("number", "integer"):
            return "number"
        # Ticks of other units, or of clocks in other zones, are no neighbours of these.
        return f"{column.kind} {column.flavour} {column.unit} {column.zone} {self.container_.dtype_of(i)}"

    def _check_arguments(self) -> None:
        for name, known in (
            ("numeric", ("auto", "quantile", "standard", "minmax")),
            ("missing", ("encode", "impute", "drop")),
            ("identifiers", ("new", "missing", "keep")),
            ("constraints", ("learn", None)),
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
        names = self.container_.names
        for source, (parts, kind) in zip(self._table_columns.sources, laid_out(self.columns_), strict=True):
            first = at
            for part in parts:
                spans.append(Span(names[source[0]], at, at + part.width, part.activation, part.kind))
                at += part.width
            self._slices.append(slice(first, at))
            self.kinds_ |= dict.fromkeys([names[i] for i in source], kind)
        self.kinds_ = {name: self.kinds_[name] for name in names}
        self.dummies_ = tuple(tuple(names[i] for i in group.members) for group in self._table_columns.groups)
        self.constraints_ = self.rules_.texts(names)
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
        levels = [False] * len(own.names)
        for source, column in zip(self._table_columns.sources, self.columns_, strict=True):
            levels[source[0]] = len(source) == 1 and column.kind == "level"
        for group in self._table_columns.groups:
            for i, member in zip(group.members, group.columns, strict=True):
                levels[i] = member.kind == "level"
        return container.read(X, levels)

    @property
    def _labels(self) -> list[str]:
        """Encoded columns as messages name them."""
        return [self.container_.labels[source[0]] for source in self._table_columns.sources]

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
        read = self._read(X)
        values = self._table_columns.joined(read)
        return encode_columns(self.columns_, values, self._labels, self._slices, self.width_)

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
        read = self._read(X)
        for i, values in self._table_columns.joined(read):
            new = None if len(self._table_columns.sources[i]) > 1 else self.columns_[i].new_level(values)
            if new is not None:
                raise InputError(
                    "X",
                    f"{self._labels[i]} holds level {new!r}, which was not there in the first fit",
                    "call fit on rows that have it, or replace it by a known level",
                )

    def inverse_transform(self, Z: np.ndarray, allowed: Mapping[int, np.ndarray] | None = None, first: int = 0) -> Any:
        """Decode generated rows.

        Parameters
        ----------
        Z : ndarray of float32 or float64, shape (n_rows, width_)
            Encoded rows; softmax spans need not be one-hot (the largest counts), nor flags 0 or 1 (above 0.5
            they are set).
        allowed : mapping of int to ndarray of bool, default=None
            Levels that may come out, as :meth:`seen_levels` returns them.
        first : int, default=0
            Number of the first new identifier: how many rows were given identifiers before. The same number always
            gives the same one.

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
        columns = decode_columns(self.columns_, Z, self._slices, allowed or {}, first)
        return self.container_.rebuild(self.rules_.followed(self._table_columns.spread(columns)))

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
            Number of the column, a group of dummy columns counting as one → which of its levels occur; missing, or
            none of a group, is the last one.
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
        columns = zip(self._table_columns.sources, self.columns_, strict=True)
        empty = {source[0] for source, column in columns if isinstance(column.coder, EmptyColumn)}
        for i, values in enumerate(self._read(X)):
            # No row has a value where ``fit`` saw none: that says nothing about single rows.
            some = values.missing is not None and i not in empty
            rows = rows | (values.missing if some else np.zeros(len(values.values), dtype=bool))
        return rows

    def columns_by_name(self) -> dict[str, FittedColumn]:
        """Return the fitted columns; a group of dummy columns is one, under the name of its first.

        Returns
        -------
        dict of str to FittedColumn
            In the order of the table.
        """
        names = self.container_.names
        sources = [names[source[0]] for source in self._table_columns.sources]
        return dict(zip(sources, self.columns_, strict=True))

    def avoid_identifiers(self, X: Any, given: int) -> None:
        """Make new identifiers differ from those of more real rows; they are then numbered from 0 again.

        Parameters
        ----------
        X : table
            Rows with the columns of ``fit``.
        given : int
            How many new identifiers of each column were given so far; none is given again.

        Raises
        ------
        InputError
            When the columns are not those of ``fit``.
        """
        columns = list(self.columns_)
        for i, values in self._table_columns.joined(self._read(X)):
            if isinstance(coder := columns[i].coder, IdentifierColumn):
                columns[i] = replace(columns[i], coder=coder.extended(values, given))
        self.columns_ = tuple(columns)

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
            "identifiers": self.identifiers,
            "constraints": self.constraints,
            "container": self.container_.to_state(),
            "columns": [column.to_state() for column in self.columns_],
            "groups": [group.to_state() for group in self._table_columns.groups],
            "found": dict(self.identifiers_),
            "rules": self.rules_.to_state(),
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
            # Earlier files know neither: what they hold is decoded as it was encoded.
            identifiers=state.get("identifiers", "keep"),
            constraints=state.get("constraints"),
        )
        encoder.container_ = Container.from_state(state["container"])
        encoder.columns_ = tuple(FittedColumn.from_state(column) for column in state["columns"])
        groups = tuple(Dummies.from_state(group) for group in state.get("groups", ()))
        encoder._table_columns = Columns(len(encoder.container_.names), groups)
        encoder.identifiers_ = dict(state.get("found", {}))
        encoder.rules_ = Constraints.from_state(state["rules"]) if "rules" in state else Constraints()
        encoder._lay_out()
        return encoder
