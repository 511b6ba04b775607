"""Numbers as people write them: with a decimal comma, thousands signs, a currency or another unit, in brackets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

_SPACES = " \u00a0\u202f\u2009"
_CURRENCIES = (
    r"(?:R\$|US\$|A\$|C\$|[$€£¥₹₽₩₺₪฿₫₴]"
    r"|USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|kr\.?|zł|Kč|Ft|Rs\.?|Fr\.?)"
)
_MINUS = "\\-\u2212\u2013"
# Letters of most scripts, and signs that stand for a unit by themselves: RE2 knows no classes for them.
_LETTERS = (
    "A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u0391-\u03c9\u0410-\u044f\u2126\u212b"
    "\u3041-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
)
_SIGNS = '%\u2030\u00b0\u00ba\u2103\u2109"\u2032\u2033$\u20ac\u00a3\u00a5'
# Powers and fractions: m2, s-1, cm^3, mg/dL, W/m², mL/min/1.73m2.
_WORD = rf"[{_LETTERS}{_SIGNS}][{_LETTERS}{_SIGNS}0-9²³¹⁻/.*·⋅^-]{{0,19}}"
_UNIT = rf"{_WORD}(?:[{_SPACES}]{_WORD}){{0,2}}"


def _cell(unit: str) -> str:
    """Write the pattern of a cell, for units that are no currencies as given."""
    return (
        rf"(?P<open>\()?[{_SPACES}]*(?P<outer>[+{_MINUS}])?[{_SPACES}]*(?P<prefix>{_CURRENCIES}[{_SPACES}]*)?"
        rf"(?P<inner>[+{_MINUS}])?(?P<core>[0-9.,](?:[0-9.,'’{_SPACES}]*[0-9.,])?(?:[eE][+-]?[0-9]+)?)"
        rf"(?P<suffix>[{_SPACES}]*(?:[%‰]|{_CURRENCIES}{unit}))?(?P<after>[{_MINUS}])?[{_SPACES}]*(?P<close>\))?"
    )


_NUMBER = re.compile(_cell(""))
_WITH_UNIT = re.compile(_cell(f"|{_UNIT}"))
# The days of a month and the classes of a school are levels.
_ORDINAL = re.compile(r"[0-9](?:st|nd|rd|th)$", re.IGNORECASE)
PLAIN = rf"^\s*{_cell('')}\s*$"
"""Pattern, for Arrow, of the cells that are numbers without a unit other than a currency or a percent sign."""
POSSIBLE = rf"^\s*{_cell('|' + _UNIT)}\s*$"
"""Pattern, for Arrow, of the cells that are worth a closer look."""
ONES = str.maketrans("023456789", "1" * 9)
"""Table that gives cells which differ in their digits alone one shape."""
# A decimal mark, the signs between thousands, and how they are called, the most usual first.
_MARKS = {
    (".", ""): "decimal point",
    (",", ""): "decimal comma",
    (".", ","): "commas between thousands",
    (",", "."): "decimal comma, points between thousands",
    (".", _SPACES): "spaces between thousands",
    (",", _SPACES): "decimal comma, spaces between thousands",
    (".", "'’"): "apostrophes between thousands",
    (",", "'’"): "decimal comma, apostrophes between thousands",
}


class Parts(NamedTuple):
    """One cell in its parts."""

    negative: str
    """Where the sign stands: ``"-"`` before all, ``"$-"`` after the currency, ``"5-"`` last, ``"()"``; or empty."""
    minus: str
    """The sign as it stands."""
    prefix: str
    core: str
    suffix: str
    measure: str = ""
    """The unit without its space, where it is neither a currency nor a percent sign; or empty."""

    @property
    def unit(self) -> str:
        """What the number counts, of any kind, without its space."""
        return (self.prefix or self.suffix).strip()


def parts_of(cell: str, *, units: bool = True) -> Parts | None:
    """Take a cell apart; None where it is no number in any spelling.

    Parameters
    ----------
    cell : str
        The cell.
    units : bool, default=True
        Whether other units than currencies and percent signs may follow the digits.

    Returns
    -------
    Parts or None
        Sign, unit, and the digits with their marks.

    Examples
    --------
    >>> from oversmith.io.numbers import parts_of
    >>> parts_of("($1,234.50)")
    Parts(negative='()', minus='', prefix='$', core='1,234.50', suffix='', measure='')
    >>> parts_of("12 kg").measure, parts_of("12th") is None
    ('kg', True)
    """
    text = cell.strip()
    match = _NUMBER.fullmatch(text)
    measure = ""
    if match is None and units and _ORDINAL.search(text) is None:
        match = _WITH_UNIT.fullmatch(text)
        measure = match["suffix"].strip() if match is not None and match["suffix"] else ""
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    prefix, suffix = match["prefix"] or "", match["suffix"] or ""
    signs = [match["outer"] or "", match["inner"] or "", match["after"] or ""]
    if sum(map(bool, signs)) + bool(match["open"]) > 1 or (prefix and suffix):
        return None
    minus = "".join(signs)
    negative = ""
    if match["open"]:
        negative = "()"
    elif minus and minus != "+":
        # Without a currency the sign is read as the outer one.
        negative = "-" if signs[0] else "$-" if signs[1] else "5-"
    return Parts(negative, minus, prefix, match["core"], suffix, measure)


def _shape(mark: str, group: str) -> re.Pattern[str]:
    """Write the pattern of digits with a decimal mark and signs between groups."""
    fraction = rf"(?:{re.escape(mark)}\d*)?"
    plain = rf"\d+{fraction}(?:[eE][+-]?\d+)?|{re.escape(mark)}\d+(?:[eE][+-]?\d+)?"
    if not group:
        return re.compile(plain)
    # In India all groups but the last have two digits.
    grouped = rf"(?:\d{{1,3}}(?:[{group}]\d{{3}})+|\d{{1,2}}(?:[{group}]\d{{2}})+[{group}]\d{{3}})"
    return re.compile(rf"{grouped}(?:{re.escape(mark)}\d*)?|{plain}")


_SHAPES = {marks: _shape(*marks) for marks in _MARKS}


class Marks(NamedTuple):
    """Which sign stands for what in a column."""

    decimal: str
    thousands: str
    assumed: bool = False
    """Whether the cells could be read in another way."""

    @property
    def text(self) -> str:
        """The reading in words."""
        return _MARKS[self.decimal, self.thousands]

    def explains(self, core: str) -> bool:
        """Whether digits have the shape of a number in this reading."""
        return _SHAPES[self.decimal, self.thousands].fullmatch(core) is not None

    def plain(self, core: str) -> str | None:
        """Write the digits as programs do; None where they have another shape.

        Examples
        --------
        >>> from oversmith.io.numbers import Marks
        >>> Marks(",", ".").plain("1.234,5"), Marks(",", "").plain("1.234,5")
        ('1234.5', None)
        """
        return self.without_thousands(core) if self.explains(core) else None

    def without_thousands(self, core: str) -> str:
        """Write digits of the right shape as programs do."""
        for sign in self.thousands:
            core = core.replace(sign, "")
        return core.replace(self.decimal, ".")


class Hints(NamedTuple):
    """What the rest of a file says of a column that can be read in two ways."""

    comma: bool | None = None
    """Whether the comma stands for decimals; None where nothing says so."""
    comma_is_seen: bool = False
    """Whether another column cannot be read without decimal commas."""
    day_first: bool | None = None
    """Whether the day stands before the month; None where nothing says so."""


def choose_marks(
    cores: Mapping[str, int], hints: Hints, declared: str | None = None, *, has_unit: bool = False
) -> Marks:
    """Choose the marks that explain most cells.

    Parameters
    ----------
    cores : mapping of str to int
        Digits with their marks, and in how many cells each stands.
    hints : Hints
        What the rest of the file says.
    declared : {",", "."}, optional
        The decimal mark, where the caller says so.
    has_unit : bool, default=False
        Whether a currency or a percent sign stands beside the digits.

    Returns
    -------
    Marks
        The marks; ``assumed`` where ``"1,234"`` could be a thousand or a little more than one.

    Examples
    --------
    >>> from oversmith.io.numbers import Hints, choose_marks
    >>> choose_marks({"1.234,5": 3, "7": 2}, Hints()).text
    'decimal comma, points between thousands'
    >>> choose_marks({"1,234": 3, "2,345": 2}, Hints(comma=True))
    Marks(decimal=',', thousands='', assumed=True)
    """
    allowed = [marks for marks in _MARKS if declared in (None, marks[0])]
    explained = {marks: sum(n for core, n in cores.items() if Marks(*marks).explains(core)) for marks in allowed}
    best = max(explained.values())
    candidates = [marks for marks in allowed if explained[marks] == best]
    if declared is None:
        for mark, other in ((",", "."), (".", ",")):
            decimal, thousands = (mark, ""), (other, mark)
            marked = [core for core in cores if mark in core]
            if not marked or decimal not in candidates or thousands not in candidates:
                continue
            bare = [core for core in cores if mark not in core]
            if any(core.startswith("0") for core in marked) or any(len(core) > 3 for core in bare):
                return Marks(*decimal)
            if mark == ",":
                # Numbers below a thousand have no mark where it stands between thousands.
                return Marks(*(decimal if hints.comma and not bare else thousands), assumed=True)
            is_usual = not hints.comma_is_seen and not (has_unit and bare)
            return Marks(*decimal) if is_usual else Marks(*(thousands if bare else decimal), assumed=True)
    return Marks(*candidates[0])


@dataclass(frozen=True)
class NumberSpelling:
    """How a column of a file spells its numbers.

    Parameters
    ----------
    decimal : {".", ","}
        The decimal mark.
    thousands : str
        The sign between thousands; empty for none.
    pairs : bool
        Whether all groups but the last have two digits, as in India.
    prefix, suffix : str
        A currency, a percent sign or another unit, with its space.
    negative : {"-", "$-", "()", "5-"}
        Where the sign of negative numbers stands.
    minus, plus : str
        The sign itself, and the sign of positive numbers; empty for none.
    decimals : (int, int)
        Fewest and most digits after the decimal mark.
    width : int
        Digits before the decimal mark at least.

    Examples
    --------
    >>> from oversmith.io.numbers import NumberSpelling
    >>> NumberSpelling(decimal=",", thousands=".", suffix=" €", decimals=(2, 2)).write(-1234.5)
    '-1.234,50 €'
    """

    decimal: str = "."
    thousands: str = ""
    pairs: bool = False
    prefix: str = ""
    suffix: str = ""
    negative: str = "-"
    minus: str = "-"
    plus: str = ""
    decimals: tuple[int, int] = (0, 0)
    width: int = 1

    @property
    def is_plain(self) -> bool:
        """Whether programs write numbers in the same way."""
        return self == NumberSpelling(decimals=self.decimals)

    def write(self, value: Any) -> str:
        """Spell a number.

        Parameters
        ----------
        value : int or float
            The number.

        Returns
        -------
        str
            The cell.
        """
        fewest, most = self.decimals
        # Whole numbers may be larger than a float can hold.
        digits = str(abs(value)) if isinstance(value, int) else f"{abs(float(value)):.{most}f}"
        whole, _, fraction = digits.partition(".")
        fraction = fraction.rstrip("0").ljust(fewest, "0")
        is_zero = not (whole + fraction).strip("0")
        core = self._grouped(whole.rjust(self.width, "0")) + (self.decimal + fraction if fraction else "")
        if value >= 0 or is_zero:
            return f"{self.plus}{self.prefix}{core}{self.suffix}"
        if self.negative == "()":
            return f"({self.prefix}{core}{self.suffix})"
        if self.negative == "5-":
            return f"{self.prefix}{core}{self.suffix}{self.minus}"
        if self.negative == "$-":
            return f"{self.prefix}{self.minus}{core}{self.suffix}"
        return f"{self.minus}{self.prefix}{core}{self.suffix}"

    def _grouped(self, whole: str) -> str:
        if not self.thousands or len(whole) < 4:
            return whole
        rest, groups, size = whole[:-3], [whole[-3:]], 2 if self.pairs else 3
        while rest:
            groups.insert(0, rest[-size:])
            rest = rest[:-size]
        return self.thousands.join(groups)


def spelling_of(numbers: Mapping[Parts, int], marks: Marks) -> NumberSpelling:
    """Describe how a column spells its numbers.

    Parameters
    ----------
    numbers : mapping of Parts to int
        The numbers, and in how many cells each stands.
    marks : Marks
        Which sign stands for what.

    Returns
    -------
    NumberSpelling
        The most frequent spelling of each part.

    Examples
    --------
    >>> from oversmith.io.numbers import Marks, parts_of, spelling_of
    >>> spelling_of({parts_of("$1.50"): 2, parts_of("-$3.25"): 1}, Marks(".", "")).write(2)
    '$2.00'
    """
    plain = [marks.plain(part.core) or "0" for part in numbers]
    counts = [len(text.partition(".")[2]) for text in plain if "e" not in text.lower()]
    signs = [sign for part in numbers for sign in part.core if sign in marks.thousands] if marks.thousands else []
    whole = [text.partition(".")[0] for text in plain]
    is_padded = any(len(text) > 1 and text.startswith("0") for text in whole) and len(set(map(len, whole))) == 1
    positive = {part: n for part, n in numbers.items() if not part.negative}
    return NumberSpelling(
        decimal=marks.decimal,
        thousands=max(set(signs), key=signs.count) if signs else "",
        pairs=any(re.search(r"\D\d\d\D", part.core) for part in numbers) and bool(signs),
        prefix=_usual(numbers, "prefix"),
        suffix=_usual(numbers, "suffix"),
        negative=_usual({part: n for part, n in numbers.items() if part.negative}, "negative") or "-",
        minus=_usual({part: n for part, n in numbers.items() if part.negative not in ("", "()")}, "minus") or "-",
        plus=_usual(positive, "minus"),
        decimals=(min(counts), max(counts)) if counts else (0, 6),
        width=len(whole[0]) if is_padded else 1,
    )


def _usual(numbers: Mapping[Parts, int], name: str) -> str:
    """Find the most frequent spelling of a part."""
    counts: dict[str, int] = {}
    for part, n in numbers.items():
        value = getattr(part, name)
        counts[value] = counts.get(value, 0) + n
    return max(counts, key=lambda value: counts[value]) if counts else ""
