"""Whole numbers and decimals as floats for networks, and back to the exact values."""

from __future__ import annotations

import decimal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from oversmith.encoders._typed import objects, unsupported

# Up to here a float counts every whole number.
EXACT = 2**53
# Python writes and reads no longer numbers.
MAX_DIGITS = 4000
_WIDE = decimal.Context(prec=10 * MAX_DIGITS, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)


def whole_numbers(values: Sequence[int]) -> np.ndarray:
    """Make an array of whole numbers: of 64 bits where they suffice, else of Python's own.

    Parameters
    ----------
    values : sequence of int
        The numbers.

    Returns
    -------
    ndarray of int64, uint64 or object
        The same numbers.

    Examples
    --------
    >>> from oversmith.encoders._exact import whole_numbers
    >>> whole_numbers([1, -1]).dtype, whole_numbers([2**63]).dtype, whole_numbers([2**64]).dtype
    (dtype('int64'), dtype('uint64'), dtype('O'))
    """
    for kind in (np.int64, np.uint64):
        try:
            return np.array(values, dtype=kind)
        except OverflowError:
            continue
    return objects(values)


def integers(known: np.ndarray, label: str) -> np.ndarray:
    """Read objects that are whole numbers; refuse what Python itself cannot write down.

    Parameters
    ----------
    known : ndarray of object
        Whole numbers of Python or NumPy, none missing.
    label : str
        The column, as error messages name it.

    Returns
    -------
    ndarray of int64, uint64 or object
        The same numbers.
    """
    values = [int(value) for value in known]
    if any(value.bit_length() > 3 * MAX_DIGITS for value in values):
        raise unsupported(label, f"whole numbers of more than {MAX_DIGITS} digits", "convert it to text, or drop it")
    return whole_numbers(values)


# ---------------------------------------------------------------------------------------------------- decimals


def decimals_as_floats(known: np.ndarray) -> np.ndarray | None:
    """Return decimals as floats that are written alike; None where some have more digits than a float has.

    Examples
    --------
    >>> import numpy as np
    >>> from decimal import Decimal
    >>> from oversmith.encoders._exact import decimals_as_floats
    >>> decimals_as_floats(np.array([Decimal("0.10"), Decimal("3")])).tolist()
    [0.1, 3.0]
    >>> decimals_as_floats(np.array([Decimal(2**63 - 1)])) is None
    True
    """
    floats = known.astype(np.float64)
    alike = (Decimal(repr(number)) == value for number, value in zip(floats.tolist(), known, strict=True))
    return floats if all(alike) else None


def scale_of(known: np.ndarray, label: str) -> int:
    """Count the decimals after the point that all of these decimals fit into; negative for whole thousands.

    Parameters
    ----------
    known : ndarray of Decimal
        Finite decimals.
    label : str
        The column, as error messages name it.

    Returns
    -------
    int
        The power of ten that makes all of them whole.
    """
    scale = -min(_exponent(value) for value in known)
    if max(value.adjusted() for value in known) + scale > MAX_DIGITS:
        raise unsupported(label, f"decimals of more than {MAX_DIGITS} digits", "convert it to text, or drop it")
    return scale


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent


def scaled(known: Sequence[Any] | np.ndarray, scale: int) -> np.ndarray:
    """Turn decimals into whole numbers of 10^-scale.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from oversmith.encoders._exact import scaled, unscaled
    >>> scaled([Decimal("1.5"), Decimal("-2")], 2).tolist(), unscaled([150, -200], 2)
    ([150, -200], [Decimal('1.50'), Decimal('-2.00')])
    """
    return whole_numbers([int(Decimal(value).scaleb(scale, _WIDE)) for value in known])


def unscaled(values: Sequence[int], scale: int) -> list[Decimal]:
    """Turn whole numbers of 10^-scale into decimals, whatever the precision of the context."""
    return [Decimal(f"{value}E{-scale}") for value in values]


def to_scale(value: Decimal, scale: int) -> Decimal:
    """Round a decimal to this many places after the point, whatever the precision of the context."""
    return value.quantize(Decimal(f"1E{-scale}"), context=_WIDE)


# ------------------------------------------------------------------------------------------------ whole numbers


@dataclass(frozen=True)
class Grid:
    """Whole numbers as ``offset + step * k`` with ``k = 0, 1, …``; the ``k`` are what is encoded.

    Parameters
    ----------
    offset : int
        The smallest number.
    step : int
        Greatest common divisor of the distances from it.
    dtype : {"int64", "uint64", "object"}
        What the numbers were read as.
    last : int or None
        The largest ``k``, where a float does not count every ``k`` up to it.
    anchors : mapping of float to int
        The exact ``k`` of the floats that stand for one value alone.
    """

    offset: int = 0
    step: int = 1
    dtype: str = "int64"
    last: int | None = None
    anchors: Mapping[float, int] = field(default_factory=dict)

    @classmethod
    def fit(cls, known: np.ndarray, label: str) -> Grid:
        """Fit on whole numbers; ``label`` is the column in error messages."""
        offset = int(known.min())
        distances = _distances(known, offset)
        step = max(1, int(np.gcd.reduce(distances)))
        last = int(distances.max()) // step
        if last > sys.float_info.max:
            raise unsupported(label, "whole numbers more than 1e308 apart", "convert it to text, or drop it")
        dtype = str(known.dtype) if known.dtype in (np.uint64, object) else "int64"
        return cls(offset, step, dtype, last if last > EXACT or dtype == "object" else None)

    def anchored(self, known: np.ndarray, floats: np.ndarray) -> Grid:
        """Remember which of the known numbers each of these floats stands for."""
        if self.last is None:
            return self
        exact: dict[float, int] = {}
        for value in np.unique(known).tolist():
            exact.setdefault((value - self.offset) / self.step, (value - self.offset) // self.step)
        return Grid(self.offset, self.step, self.dtype, self.last, {x: exact[x] for x in floats.tolist() if x in exact})

    def numbers(self, values: np.ndarray) -> np.ndarray:
        """Return the ``k`` of numbers, as floats; also of numbers that lie between or beyond those of ``fit``."""
        if values.dtype.kind in "fb":
            return (values - float(self.offset)) / self.step
        if values.dtype == object or self.dtype == "object":
            # Far beyond the range of ``fit``, which is where all of them are bounded.
            most = self.step << 1000 if self.last is None else self.step * self.last
            return np.array([min(max(value - self.offset, 0), most) / self.step for value in values.tolist()])
        wide = values.astype(np.uint64 if values.dtype.kind == "u" else np.int64)
        limits = np.iinfo(wide.dtype)
        if self.offset > limits.max:  # below the range, every one of them
            return np.zeros(len(values))
        return _distances(np.maximum(wide, max(self.offset, limits.min)), self.offset) / self.step

    def whole(self, numbers: np.ndarray) -> np.ndarray:
        """Return the numbers of ``k``; the way back of `numbers`, in whole arithmetic."""
        if self.last is None:
            wrapped = np.rint(numbers).astype(np.uint64) * np.uint64(self.step) + np.uint64(self.offset % 2**64)
            return wrapped if self.dtype == "uint64" else wrapped.view(np.int64)
        steps = (self.anchors.get(x, min(max(round(x), 0), self.last)) for x in numbers.tolist())
        values = [self.offset + self.step * k for k in steps]
        return objects(values) if self.dtype == "object" else np.array(values, dtype=self.dtype)

    def to_state(self) -> dict[str, Any]:
        """Describe the grid in JSON values."""
        return {
            "offset": self.offset,
            "step": self.step,
            "unsigned": self.dtype == "uint64",
            "big": self.dtype == "object",
            "last": self.last,
            "anchors": [list(pair) for pair in self.anchors.items()],
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Grid:
        """Undo :meth:`to_state`; files of earlier versions know 64 bits alone."""
        dtype = "object" if state.get("big") else "uint64" if state["unsigned"] else "int64"
        anchors = dict(state.get("anchors", ()))
        return cls(state["offset"], state["step"], dtype, state.get("last"), anchors)


def _distances(values: np.ndarray, offset: int) -> np.ndarray:
    """Distances from ``offset``: of 64-bit integers exact modulo 2^64, whatever their sign."""
    if values.dtype == object:
        return values - offset
    return values.astype(np.uint64) - np.uint64(offset % 2**64)
