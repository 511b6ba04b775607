"""Columns that name a row and describe nothing: recognised, left out of the encoding, given new values."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np

from oversmith.encoders._levels import Part
from oversmith.encoders._pattern import Numbers, Pattern
from oversmith.encoders._values import Values

# Below this many rows all values may differ by chance.
FEWEST_ROWS = 20
# Share of the values that differ.
DISTINCT = 0.95
# Whole numbers without gaps fill at least this share of their range; part of a numbered table is one of them too.
DENSE, DENSE_ROWS = 0.5, 30
# Beyond this, whole numbers without gaps are a range that was chosen, and doubles do not tell them apart.
EXACT = 2**53

Reason = Literal["row number", "identifier"]

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_LAST_WORDS = frozenset(
    {
        *("id", "ids", "uid", "uuid", "guid", "nr", "no", "number", "hash", "serial", "identifier", "key", "pk"),
        *("ssn", "iban", "isbn", "mrn", "passport", "barcode", "phone", "telephone", "mobile", "account"),
        *("customer", "patient", "subject", "client", "user", "member", "employee", "student"),
    }
)
_WHOLE_NAMES = frozenset({"index", "idx", "rowname", "rownames", "rownumber", "row", "record"})
# What pandas calls a column without a name.
_NAMELESS = re.compile(r"^(Unnamed: ?\d+(_level_\d+)?)?$")
# Numbers, amounts and dates that came as text: not names of rows, however much they differ.
_MEASURED = re.compile(
    r"^\s*[-+]?[$€£]?\s*(\d+|\d{1,3}([ ,']\d{2,3})*[ ,']\d{3})([.,]\d+)?([eE][-+]?\d+)?\s*[%$€£]?\s*$"
    r"|^\s*(\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](\d{4}|\d{2}))([T ].*)?$"
    r"|^\s*\d{1,4}:\d{2}(:\d{2}(\.\d+)?)?\s*$"
    r"|^\s*\d{1,3}[/|]\d{1,3}\s*$"
)
# Months, weeks and times that no reader of dates takes, and so stay text.
_CALENDAR = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"
    r"|^\s*((19|20)\d\d[-./ ](0?[1-9]|1[0-2])|(0?[1-9]|1[0-2])[-./ ](19|20)\d\d)\s*$"
    r"|^\s*(19|20)\d\d-?[WQ]\d{1,2}|^\s*(19|20)\d{6}T\d{4}",
    re.IGNORECASE,
)
# A number and its unit: "50.31 kg", "<11.04", "11°C".
_WITH_UNIT = re.compile(r"^\s*[<>≤≥~]?\s*[-+]?\d+([.,]\d+)?\s*(?P<unit>[^\d\s][^\d]*|)$")
_PLAIN_DIGITS = re.compile(r"^\d+$")
_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


def is_nameless(name: str) -> bool:
    """Tell whether a column has no name of its own, as the row number that pandas writes."""
    return bool(_NAMELESS.match(name.strip()))


def sounds_like_identifier(name: str) -> bool:
    """Tell whether a name says that the column numbers or names rows.

    Examples
    --------
    >>> from oversmith.encoders._identifiers import sounds_like_identifier
    >>> [sounds_like_identifier(name) for name in ("patient_id", "customerID", "width", "Row")]
    [True, True, False, True]
    """
    words = [word.lower() for word in _WORDS.findall(name)]
    return bool(words) and (words[-1] in _LAST_WORDS or "".join(words) in _WHOLE_NAMES)


def identifier_reason(column: Values, name: str | None) -> Reason | None:
    """Tell whether a column names rows, and how.

    Text is an identifier where nearly all values differ, unless it spells numbers or dates. Whole numbers are where
    all differ and something else says so: they count the rows in order, fill their range nearly without gaps, or the
    column's name says it. Of whole numbers stored as floats the name has to say it. Numbers with decimals, dates and
    truth values never are.

    Parameters
    ----------
    column : Values
        The column.
    name : str or None
        Its name; numbers of tables without names are never identifiers.

    Returns
    -------
    {"row number", "identifier"} or None
        None for any other column.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders._identifiers import identifier_reason
    >>> from oversmith.encoders._values import Values
    >>> identifier_reason(Values("integer", np.arange(40)), "n")
    'row number'
    >>> identifier_reason(Values("integer", np.arange(40) ** 2), "n") is None
    True
    """
    known = column.values if column.missing is None else column.values[~column.missing]
    if len(known) < FEWEST_ROWS:
        return None
    if column.levels is not None:
        return "identifier" if _names_rows(known, column.levels, name or "") else None
    if name is None or column.kind not in ("integer", "number"):
        return None
    return _numbers_rows(known, name, whole_only=column.kind == "number")


def _names_rows(codes: np.ndarray, levels: np.ndarray, name: str) -> bool:
    counts = np.bincount(codes, minlength=len(levels))
    if np.count_nonzero(counts) < DISTINCT * len(codes):
        return False
    present = levels[counts > 0].tolist()
    texts = [level for level in present if isinstance(level, str)]
    if not texts:
        # Other objects, such as times of day, are values.
        return all(isinstance(level, uuid.UUID | bytes) for level in present)
    if sounds_like_identifier(name):
        return True
    if all(_PLAIN_DIGITS.match(text) for text in texts):
        # Digits alone are codes that were left as text for their leading zeros.
        return True
    return len([text for text in texts if _MEASURED.match(text) or _CALENDAR.search(text)]) < DISTINCT * len(
        texts
    ) and not _have_one_unit(texts)


def _have_one_unit(texts: Sequence[str]) -> bool:
    """Tell whether nearly all texts are a number with the same unit behind it."""
    units = [match["unit"].strip() for text in texts if (match := _WITH_UNIT.match(text))]
    named = Counter(unit for unit in units if unit)
    common = named.most_common(1)[0][1] if named else 0
    return common + units.count("") >= DISTINCT * len(texts)


def _numbers_rows(known: np.ndarray, name: str, *, whole_only: bool) -> Reason | None:
    n = len(known)
    # Floats that count rows are time or position more often than names.
    if whole_only and not (sounds_like_identifier(name) or is_nameless(name)):
        return None
    if whole_only and not (np.abs(known) < EXACT).all():
        return None
    if whole_only and not np.array_equal(known, np.floor(known)):
        return None
    if known[0] in (0, 1) and np.array_equal(known, np.arange(n) + known[0]):
        return "row number"
    distinct = np.unique(known)
    if len(distinct) < DISTINCT * n:
        return None
    if sounds_like_identifier(name):
        return "identifier"
    low, high = int(distinct[0]), int(distinct[-1])
    if whole_only or len(distinct) < n or max(abs(low), abs(high)) >= EXACT:
        return None
    in_order = bool((known[1:] > known[:-1]).all())
    return "identifier" if (in_order or n >= DENSE_ROWS) and n >= DENSE * (high - low + 1) else None


@dataclass(frozen=True)
class IdentifierColumn:
    """A column without encoded columns, decoded to values that no real row has.

    Parameters
    ----------
    new : Numbers, Pattern or None
        Where new values come from; None generates missing ones.
    shape : {"", "uuid", "bytes"}
        Type of the values where it is not text.
    """

    new: Numbers | Pattern | None
    shape: str = ""

    @classmethod
    def fit(cls, column: Values, how: str, *, known_only: bool, room: int | None) -> Self:
        """Fit on the real values.

        Parameters
        ----------
        column : Values
            The real values.
        how : {"new", "missing"}
            What a generated row gets.
        known_only : bool
            Whether the column's type takes no other values than the real ones.
        room : int or None
            Characters that a value may have at most.
        """
        if how == "missing" or known_only:
            return cls(None)
        known = column.values if column.missing is None else column.values[~column.missing]
        if column.levels is None:
            return cls(Numbers.fit(known))
        levels = column.levels[np.unique(known)].tolist()
        for shape, (kind, to_text, _) in _SHAPES.items():
            if all(isinstance(level, kind) for level in levels):
                texts = [to_text(level) for level in levels]
                mails = sum(bool(_MAIL.match(text)) for text in texts) >= DISTINCT * len(texts)
                return cls(Pattern.fit(texts, end_at="@" if mails else None, room=room), shape)
        return cls(None)

    def parts(self) -> list[Part]:
        """List the runs of encoded columns: none."""
        return []

    def values(self, first: int, n: int, kind: str) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the new values number ``first`` to ``first + n - 1``, and where they are missing."""
        if self.new is None:
            plain = np.zeros(n, dtype={"integer": np.int64, "number": np.float64}.get(kind, object))
            return plain, np.ones(n, dtype=bool)
        drawn = self.new.values(first, n)
        if isinstance(self.new, Pattern):
            back = _SHAPES[self.shape][2]
            values = np.empty(n, dtype=object)
            values[:] = [back(text) for text in drawn]
            return values, None
        return np.asarray(drawn).astype(np.float64) if kind == "number" else np.asarray(drawn), None

    def extended(self, column: Values, given: int) -> Self:
        """Return one that also avoids the values of more rows, and those given so far; ``given`` says how many."""
        return self if self.new is None else type(self)(self.new.extended(self._plain(column), given), self.shape)

    def _plain(self, column: Values) -> Any:
        known = column.values if column.missing is None else column.values[~column.missing]
        if column.levels is None:
            return known
        return [_SHAPES[self.shape][1](level) for level in column.levels[np.unique(known)].tolist()]

    def to_state(self) -> dict[str, Any]:
        """Describe the column in JSON values and arrays."""
        kind = "" if self.new is None else type(self.new).__name__
        return {"shape": self.shape, "new": kind, "state": None if self.new is None else self.new.to_state()}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Undo :meth:`to_state`."""
        kinds: dict[str, type[Numbers] | type[Pattern]] = {"Numbers": Numbers, "Pattern": Pattern}
        new = kinds[state["new"]].from_state(state["state"]) if state["new"] else None
        return cls(new, state["shape"])


_SHAPES: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "": (str, str, str),
    "uuid": (uuid.UUID, str, uuid.UUID),
    "bytes": (bytes, lambda value: value.decode("latin-1"), lambda text: text.encode("latin-1")),
}
