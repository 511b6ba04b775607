"""One fitted column: which coder it has, and how the coder's numbers become the column's own values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from oversmith.encoders._columns import LevelColumn, NumericColumn
from oversmith.encoders._typed import tag, untag
from oversmith.encoders._values import Values
from oversmith.encoders.container import Container
from oversmith.exceptions import InputError, nearest_hint


@dataclass(frozen=True)
class FittedColumn:
    """One column of the table.

    Parameters
    ----------
    kind : str
        What its plain values are, as in :class:`Values`.
    coder : NumericColumn or LevelColumn
        Turns numbers or codes into encoded columns and back.
    offset, step : int
        Whole numbers and ticks are ``offset + step * k`` with ``k = 0, 1, …``.
    unsigned : bool
        Whether whole numbers are unsigned.
    flavour, marker : str, object
        As in :class:`Values`.
    """

    kind: str
    coder: NumericColumn | LevelColumn
    offset: int = 0
    step: int = 1
    unsigned: bool = False
    flavour: str = ""
    marker: Any = None

    @classmethod
    def fit(cls, values: Values, label: str, numeric: str, missing: str, max_one_hot: int) -> FittedColumn:
        """Fit one column; ``label`` is its name in error messages, the rest are the encoder's arguments."""
        if values.missing is not None and values.missing.all():
            raise InputError(f"X: {label} has no value at all, all {len(values.values)} are missing; drop it")
        has_missing = values.missing is not None and missing == "encode"
        known = values.values if values.missing is None else values.values[~values.missing]
        more = {"flavour": values.flavour, "marker": values.marker}
        if values.levels is not None:
            codes = values.values if has_missing else known
            return cls(values.kind, LevelColumn.fit(codes, values.levels, has_missing, max_one_hot), **more)
        if values.kind in {"number", "boolean"}:
            numbers = known.astype(np.float64)
        else:
            offset = int(known.min())
            differences = _differences(known, offset)
            step = max(1, int(np.gcd.reduce(differences)))
            numbers = differences / step
            more |= {"offset": offset, "step": step, "unsigned": known.dtype.kind == "u"}
        return cls(values.kind, NumericColumn.fit(numbers, has_missing, numeric, values.kind == "boolean"), **more)

    @property
    def report_kind(self) -> str:
        """Kind of the column in reports."""
        if not self.coder.parts():
            return "constant"
        if isinstance(self.coder, LevelColumn):
            return "categorical"
        return "numeric" if self.kind == "number" else self.kind

    def encode(self, values: Values, label: str, out: np.ndarray) -> None:
        """Write the encoded column into ``out``."""
        if isinstance(self.coder, LevelColumn):
            if self.kind == "level" and values.kind != "level":
                raise _changed(label, "levels", values.kind)
            values = values.as_levels()
            assert values.levels is not None
            self.coder.encode(self.coder.codes(values.values, values.levels), out)
            return
        if values.levels is None:
            numbers = self._numbers(values.values)
        elif (values.values >= 0).any():
            raise _changed(label, "numbers", "levels")
        else:
            numbers = np.zeros(len(out))  # nothing but missing values says nothing about their type
        self.coder.encode(numbers, values.missing, out)

    def new_level(self, values: Values) -> Any:
        """Return a level that was not there in ``fit``, None without one."""
        if not isinstance(self.coder, LevelColumn):
            return None
        values = values.as_levels()
        assert values.levels is not None
        present = values.levels[np.unique(values.values[values.values >= 0])].tolist()
        known = set(self.coder.levels.tolist())
        return next((level for level in present if level not in known), None)

    def decode(self, block: np.ndarray, allowed: np.ndarray | None) -> Values:
        """Turn encoded columns into plain values; ``allowed`` masks the levels that may come out."""
        if isinstance(self.coder, LevelColumn):
            codes = self.coder.nearest(block, allowed)
            hole = codes == len(self.coder.levels)
            values, missing = self.coder.levels[np.where(hole, 0, codes)], hole if hole.any() else None
        else:
            numbers, missing = self.coder.decode(block)
            values = self._whole(numbers)
        return Values(self.kind, values, missing, None, self.flavour, self.marker)

    def _numbers(self, values: np.ndarray) -> np.ndarray:
        if self.kind in {"number", "boolean"}:
            return values.astype(np.float64)
        if values.dtype.kind in "fb":
            return (values - float(self.offset)) / self.step
        wide = values.astype(np.uint64 if values.dtype.kind == "u" else np.int64)
        limits = np.iinfo(wide.dtype)
        if self.offset > limits.max:  # below the range, every one of them
            return np.zeros(len(values))
        return _differences(np.maximum(wide, max(self.offset, limits.min)), self.offset) / self.step

    def _whole(self, numbers: np.ndarray) -> np.ndarray:
        if self.kind == "number":
            return numbers
        if self.kind == "boolean":
            return numbers > 0.5
        wrapped = np.rint(numbers).astype(np.uint64) * np.uint64(self.step) + np.uint64(self.offset % 2**64)
        return wrapped if self.unsigned else wrapped.view(np.int64)

    def to_state(self) -> dict[str, Any]:
        """Describe the column in JSON values and arrays."""
        return {
            "kind": self.kind,
            "levels": isinstance(self.coder, LevelColumn),
            "coder": self.coder.to_state(),
            "offset": self.offset,
            "step": self.step,
            "unsigned": self.unsigned,
            "flavour": self.flavour,
            "marker": tag(self.marker),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Undo :meth:`to_state`."""
        coder = (LevelColumn if state["levels"] else NumericColumn).from_state(state["coder"])
        rest = {name: state[name] for name in ("kind", "offset", "step", "unsigned", "flavour")}
        return cls(coder=coder, marker=untag(state["marker"]), **rest)


def _differences(values: np.ndarray, offset: int) -> np.ndarray:
    """Distances from ``offset``: exact modulo 2^64, whatever the sign of the 64-bit integers."""
    return values.astype(np.uint64) - np.uint64(offset % 2**64)


def _changed(label: str, before: str, now: str) -> InputError:
    return InputError(f"X: {label} held {before} in fit and holds {now} now; convert it to the dtype of fit")


def chosen_columns(chosen: Any, container: Container) -> np.ndarray:
    """Resolve ``categorical_features``: names, indices or a mask.

    Parameters
    ----------
    chosen : "auto", str or array-like
        The argument.
    container : Container
        The table's columns.

    Returns
    -------
    ndarray of bool
        One entry per column.

    Raises
    ------
    InputError
        When a column does not exist or the mask has another length.
    """
    n = len(container.names)
    forced = np.zeros(n, dtype=bool)
    if isinstance(chosen, str) and chosen == "auto":
        return forced
    if not isinstance(chosen, str) and not hasattr(chosen, "__iter__"):
        raise InputError(
            "categorical_features", f"{chosen!r} found", "give names, indices or a mask of columns, or 'auto'"
        )
    items = [chosen] if isinstance(chosen, str) else list(chosen)
    if items and all(isinstance(item, bool | np.bool_) for item in items):
        if len(items) != n:
            raise InputError(f"categorical_features: the mask has {len(items)} entries, X has {n} columns")
        return np.array(items)
    own = list(container.names if container.columns is None else container.columns)
    for item in items:
        if not isinstance(item, int | np.integer):
            places = [i for i, name in enumerate(own) if name == item]
        elif -n <= item < n:
            places = [int(item)]
        else:
            raise InputError(f"categorical_features: there is no column {item}; X has 0 to {n - 1}; give one of them")
        if not places:
            raise InputError("categorical_features", f"X has no column {item!r}", nearest_hint(item, container.names))
        forced[places] = True
    return forced
