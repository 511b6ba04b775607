"""How the cells of a column spell numbers: decimals, signs, leading zeros, exponents, hexadecimal."""

from __future__ import annotations

import decimal
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

_NUMBER = re.compile(
    r"(?P<before>\s*)(?P<sign>[+-]?)"
    r"(?:(?P<x>0[xX])(?P<hex>[0-9a-fA-F]+)"
    r"|(?P<whole>\d*)(?P<point>\.?)(?P<part>\d*)(?:(?P<e>[eE])(?P<esign>[+-]?)(?P<edigits>\d+))?)"
    r"(?P<after>\s*)"
)
# A double holds 15 decimal digits safely; cells with as many show the whole number, and so must generated ones.
_ALL_DIGITS = 15
# Larger than the digits of any double written without an exponent.
_EXACT = decimal.Context(prec=800)


@dataclass(frozen=True)
class _Decimals:
    """How many decimals the numbers have.

    Parameters
    ----------
    least, most : int
        Fewest and most decimals of a cell; with ``most`` None, all that the number has.
    bare_point : bool
        Whether a whole number ends with its point.
    """

    least: int = 0
    most: int | None = None
    bare_point: bool = False

    @classmethod
    def of(cls, cells: Iterable[re.Match[str]]) -> _Decimals:
        lengths, bare = Counter[int](), False
        for cell in cells:
            lengths[len(cell["part"])] += 1
            bare = bare or (bool(cell["point"]) and not cell["part"])
        if not lengths:
            return cls()
        least, most = min(lengths), max(lengths)
        return cls(least, None if most >= _ALL_DIGITS and least < most else most, bare)

    def digits(self, number: Decimal) -> str:
        """Write a number that is not negative, without exponent."""
        if self.most is not None:
            number = number.quantize(Decimal(1).scaleb(-self.most), context=_EXACT)
        whole, _, part = f"{number:f}".partition(".")
        part = part.rstrip("0").ljust(self.least, "0")
        return f"{whole}.{part}" if part or self.bare_point else whole


@dataclass(frozen=True)
class _Exponent:
    """How exponents are spelt.

    Parameters
    ----------
    mark : str
        ``e`` or ``E``.
    plus : bool
        Whether positive exponents have a sign.
    width : int
        Fewest digits.
    mantissa : _Decimals
        Decimals before the mark.
    """

    mark: str = "e"
    plus: bool = True
    width: int = 2
    mantissa: _Decimals = field(default_factory=_Decimals)

    @classmethod
    def of(cls, cells: Sequence[re.Match[str]]) -> _Exponent:
        if not cells:
            return cls()
        positive = [cell["esign"] for cell in cells if cell["esign"] != "-"]
        return cls(
            mark=_common(cell["e"] for cell in cells),
            plus=_common(positive or ["+"]) == "+",
            width=min(len(cell["edigits"]) for cell in cells),
            mantissa=_Decimals.of(cells),
        )

    def digits(self, number: Decimal) -> str:
        """Write a number that is not negative, with exponent."""
        exponent = number.adjusted() if number else 0
        mantissa = self.mantissa.digits(number.scaleb(-exponent, context=_EXACT))
        if mantissa.startswith("10"):  # 9.99 became 10.0
            exponent += 1
            mantissa = self.mantissa.digits(number.scaleb(-exponent, context=_EXACT))
        sign = "-" if exponent < 0 else "+" if self.plus else ""
        return f"{mantissa}{self.mark}{sign}{abs(exponent):0{self.width}d}"


@dataclass(frozen=True)
class PlainNumberSpelling:
    """How a column spells numbers.

    Parameters
    ----------
    decimals : _Decimals
        Of numbers without exponent.
    exponent : _Exponent
        Of numbers with exponent.
    sizes : dict of int to bool
        Power of ten to whether numbers of that size have an exponent.
    plus : bool
        Whether numbers above zero have a sign.
    minus_zero : bool
        Whether a negative number may be spelt as zero with a sign.
    width : int
        Fewest digits before the point, or hexadecimal ones; filled with zeros.
    sign_fills : bool
        Whether the sign takes the place of one of them.
    bare_part : bool
        Whether numbers below one begin with the point.
    hexadecimal : str
        ``0x`` or ``0X`` where numbers are hexadecimal.
    upper : bool
        Whether hexadecimal digits are capitals.
    before, after : str
        Blanks around a number.
    align : int
        Width of a cell, of which negative is filled with blanks behind the number; 0 for none.
    """

    decimals: _Decimals = field(default_factory=_Decimals)
    exponent: _Exponent = field(default_factory=_Exponent)
    sizes: dict[int, bool] = field(default_factory=dict)
    plus: bool = False
    minus_zero: bool = False
    width: int = 1
    sign_fills: bool = False
    bare_part: bool = False
    hexadecimal: str = ""
    upper: bool = False
    before: str = ""
    after: str = ""
    align: int = 0

    @classmethod
    def of(cls, cells: Sequence[str], numbers: Sequence[Any]) -> PlainNumberSpelling:
        """Learn how a column is spelt.

        Parameters
        ----------
        cells : sequence of str
            Cells of the file.
        numbers : sequence of int, float or Decimal
            The number of each.

        Returns
        -------
        PlainNumberSpelling
            Python's own spelling where the cells are no plain numbers.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from oversmith.io.spelling_numbers import PlainNumberSpelling
        >>> PlainNumberSpelling.of(["0x0F", "0xA0"], [15, 160]).cells(pa.array([11]))
        ['0x0B']
        """
        read = [(_NUMBER.fullmatch(cell), number) for cell, number in zip(cells, numbers, strict=True)]
        pairs = [(cell, number) for cell, number in read if cell is not None and math.isfinite(number)]
        if not pairs:
            return cls()
        hexadecimal = [cell for cell, _ in pairs if cell["x"]]
        plain = [cell for cell, _ in pairs if not cell["x"] and not cell["e"]]
        above = [cell["sign"] for cell, number in pairs if number > 0]
        small = [cell["whole"] for cell, number in pairs if not cell["x"] and not cell["e"] and abs(number) < 1]
        more: dict[str, Any] = {}
        if len(hexadecimal) > len(pairs) / 2:
            digits = [cell["hex"] for cell in hexadecimal]
            more["hexadecimal"] = _common(cell["x"] for cell in hexadecimal)
            more["width"] = min(map(len, digits))
            more["upper"] = _common(text.upper() == text for text in digits if text.lower() != text.upper())
        else:
            more |= _filled(plain)
        return cls(
            decimals=_Decimals.of(plain),
            exponent=_Exponent.of([cell for cell, _ in pairs if cell["e"]]),
            sizes=_sizes(pairs),
            plus=_common(above) == "+",
            minus_zero=any(cell["sign"] == "-" and not number for cell, number in pairs),
            bare_part=_common(text == "" for text in small) is True,
            **_blanks([cell for cell, _ in pairs]),
            **more,
        )

    def cells(self, numbers: pa.Array) -> list[str]:
        """Spell numbers.

        Parameters
        ----------
        numbers : pyarrow.Array
            Numbers, none missing.

        Returns
        -------
        list of str
            One cell for each.
        """
        return [self._cell(number) for number in numbers.to_pylist()]

    def _cell(self, number: Any) -> str:
        if not math.isfinite(number):
            return str(number)
        digits = self._digits(abs(number))
        sign = "+" if self.plus and number >= 0 else ""
        if number < 0 and (self.minus_zero or digits.strip("0.")):
            sign = "-"
        if sign and self.sign_fills:
            digits = digits.removeprefix("0")
        cell = f"{self.before}{sign}{digits}{self.after}"
        return cell.rjust(self.align) if self.align > 0 else cell.ljust(-self.align)

    def _digits(self, number: Any) -> str:
        if self.hexadecimal and number == int(number):
            return f"{self.hexadecimal}{int(number):0{self.width}{'X' if self.upper else 'x'}}"
        exact = _decimal(number)
        if self._has_exponent(exact):
            return self.exponent.digits(exact)
        whole, point, part = self.decimals.digits(exact).partition(".")
        whole = "" if self.bare_part and point and whole == "0" else whole.zfill(self.width)
        return f"{whole}{point}{part}"

    def _has_exponent(self, number: Decimal) -> bool:
        if not self.sizes:
            return False
        size = number.adjusted() if number else 0
        return self.sizes[min(self.sizes, key=lambda known: (abs(known - size), known))]


def _decimal(number: Any) -> Decimal:
    """Take the shortest decimal of a float, and every digit of a whole number."""
    if isinstance(number, float):
        return Decimal(int(number)) if number >= 2**53 else Decimal(repr(number))
    return Decimal(number)


def _sizes(pairs: Sequence[tuple[re.Match[str], Any]]) -> dict[int, bool]:
    """Say for which powers of ten the cells have an exponent; empty where none has."""
    if not any(cell["e"] for cell, _ in pairs):
        return {}
    votes: dict[int, Counter[bool]] = {}
    for cell, number in pairs:
        if number or cell["e"]:
            size = _decimal(abs(number)).adjusted() if number else 0
            votes.setdefault(size, Counter())[bool(cell["e"])] += 1
    return {size: count[True] >= count[False] for size, count in votes.items()}


def _filled(cells: Sequence[re.Match[str]]) -> dict[str, Any]:
    """Find how many digits before the point numbers are filled to with zeros, the sign counted or not."""
    if not any(len(cell["whole"]) > 1 and cell["whole"].startswith("0") for cell in cells):
        return {}
    unsigned = [len(cell["whole"]) for cell in cells if not cell["sign"]]
    signed = [len(cell["whole"]) for cell in cells if cell["sign"]]
    if unsigned and signed and min(unsigned) == min(signed) + 1:
        return {"width": min(unsigned), "sign_fills": True}
    return {"width": min(unsigned + signed)}


def _blanks(cells: Sequence[re.Match[str]]) -> dict[str, Any]:
    """Find the blanks around numbers: the same for all, or filling up to one width."""
    before, after = {cell["before"] for cell in cells}, {cell["after"] for cell in cells}
    if len(before) == len(after) == 1:
        return {"before": before.pop(), "after": after.pop()}
    widths = {len(cell[0]) for cell in cells}
    if len(widths) == 1:
        return {"align": widths.pop() * (1 if len(before) > 1 else -1)}
    return {}


def _common(values: Iterable[Any]) -> Any:
    """Return the most frequent value, the first of several; None where there is none."""
    counts = Counter(values).most_common(1)
    return counts[0][0] if counts else None
