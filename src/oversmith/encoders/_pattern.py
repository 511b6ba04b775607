"""New identifiers that no real row has: whole numbers beyond the real ones, and text of the same pattern.

The new value number ``k`` is a function of the real values and of ``k`` alone, and no two numbers give the same value.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from oversmith.exceptions import InputError

# Largest whole number up to which a double tells all whole numbers apart.
_EXACT = 2**53
# Positions of a pattern that are counted fit into 62 bits; those before them are drawn from a hash.
_COUNTED = 2**62
# A pattern with this many free values for each real one needs no letters but those seen at each position.
_ROOMY = 10
# Of so many values, one that all share at a position belongs to the pattern.
_SHARED = 3
_DIGITS, _LOWER = "0123456789", "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Numbers:
    """Whole numbers above the largest real one, then below the smallest.

    Parameters
    ----------
    low, high : int
        Smallest and largest real number.
    step : int
        Greatest common divisor of their differences.
    limits : tuple of int
        What the column's type holds.
    """

    low: int
    high: int
    step: int
    limits: tuple[int, int]

    @classmethod
    def fit(cls, known: np.ndarray) -> Self:
        """Fit on the real numbers."""
        plain = [int(value) for value in known.tolist()]
        low = min(plain)
        limits = {"i": 2**63 - 1, "u": 2**64 - 1, "f": _EXACT}.get(known.dtype.kind, 10**4000)
        if known.dtype.kind in "iu":
            info = np.iinfo(known.dtype)
            return cls(low, max(plain), _step(plain, low), (int(info.min), int(info.max)))
        return cls(low, max(plain), _step(plain, low), (-limits, limits))

    def values(self, first: int, n: int) -> np.ndarray:
        """Return the new numbers ``first`` to ``first + n - 1``."""
        above = (self.limits[1] - self.high) // self.step
        below = (self.low - self.limits[0]) // self.step
        if first + n > above + below:
            raise InputError(
                "identifiers",
                f"a column of identifiers up to {self.high} has room for {above + below} new ones in its type",
                "give the column a wider type, drop it, or set identifiers='missing' or 'keep'",
            )
        numbers = [
            self.high + (k + 1) * self.step if k < above else self.low - (k - above + 1) * self.step
            for k in range(first, first + n)
        ]
        wide = object if self.limits[1] > 2**64 else np.uint64 if self.limits[0] == 0 else np.int64
        return np.array(numbers, dtype=wide)

    def extended(self, known: np.ndarray, given: int) -> Self:
        """Return one that also avoids more numbers, and those given so far."""
        plain = [int(value) for value in (*known.tolist(), *self.values(0, given).tolist())]
        return replace(self, low=min([self.low, *plain]), high=max([self.high, *plain]))

    def to_state(self) -> dict[str, Any]:
        """Describe the numbers in JSON values."""
        return {"low": self.low, "high": self.high, "step": self.step, "limits": list(self.limits)}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Undo :meth:`to_state`."""
        return cls(**{**state, "limits": tuple(state["limits"])})


def _step(plain: Sequence[int], low: int) -> int:
    return max(1, math.gcd(*(value - low for value in plain)))


@dataclass(frozen=True)
class Pattern:
    """Text of the most frequent pattern of the real text: letters for letters, digits for digits, the rest as it is.

    Characters that all texts of the pattern share stay. Of e-mail addresses the part before the ``@`` is new, and the
    rest is the most frequent domain, or ``example.com`` where no domain occurs twice. When the pattern has no new
    values left, digits are appended to it.

    Parameters
    ----------
    alphabets : tuple of str
        Characters to choose from at each position.
    end : str
        What follows.
    taken : ndarray of int
        Numbers of the values, in the order in which they would be given, that real rows have, sorted.
    longest : int
        Characters of the longest real text before ``end``.
    room : int or None
        Characters that a value may have at most.
    """

    alphabets: tuple[str, ...]
    end: str
    taken: np.ndarray
    longest: int
    room: int | None

    @classmethod
    def fit(cls, texts: Sequence[str], *, end_at: str | None = None, room: int | None = None) -> Self:
        """Fit on the real texts; of those that are e-mail addresses, ``end_at`` is where the part to keep begins.

        Examples
        --------
        >>> from oversmith.encoders._pattern import Pattern
        >>> Pattern.fit(["A-001", "A-002", "A-117", "A-230"]).values(0, 2)
        ['A-333', 'A-952']
        """
        bodies, end = list(texts), ""
        if end_at is not None:
            pairs = [text.rpartition(end_at)[::2] for text in texts]
            domain, count = max(Counter(domain for _, domain in pairs).items(), key=lambda item: (item[1], item[0]))
            end = end_at + (domain if count > 1 else "example.com")
            bodies = [body for body, own in pairs if count == 1 or own == domain]
        group = max(Counter(map(_key, bodies)).items(), key=lambda item: (item[1], str(item[0])))[0]
        members = sorted({body for body in bodies if _key(body) == group})
        pattern = cls(_alphabets(members, len(texts)), end, np.zeros(0, dtype=np.int64), 0, room)
        return pattern._without(bodies)

    def _without(self, bodies: Sequence[str]) -> Self:
        """Return the same pattern without some values."""
        counted = self._counted
        digits = [{character: i for i, character in enumerate(alphabet)} for alphabet in counted]
        numbers = []
        for body in bodies:
            tail = body[len(self.alphabets) - len(counted) :]
            if len(body) == len(self.alphabets) and all(c in known for c, known in zip(tail, digits, strict=True)):
                number = 0
                for character, known in zip(tail, digits, strict=True):
                    number = number * len(known) + known[character]
                numbers.append(self._order(number, back=True))
        taken = np.union1d(self.taken, np.array(numbers, dtype=np.int64))
        return replace(self, taken=taken, longest=max([self.longest, *map(len, bodies)]))

    @cached_property
    def _counted(self) -> tuple[str, ...]:
        """The last positions, as many as can be counted."""
        size, at = 1, len(self.alphabets)
        while at and size * len(self.alphabets[at - 1]) <= _COUNTED:
            at -= 1
            size *= len(self.alphabets[at])
        return self.alphabets[at:]

    @cached_property
    def _size(self) -> int:
        return math.prod(map(len, self._counted))

    def _order(self, number: int, *, back: bool = False) -> int:
        """Change the number of a value into its place in the order of giving, or back: neighbours are far apart."""
        size, (factor, inverse), start = self._size, self._factors, self._size // 3
        return (number - start) * inverse % size if back else (number * factor + start) % size

    @cached_property
    def _factors(self) -> tuple[int, int]:
        """Factor of the order, near the golden section, and its inverse modulo the size."""
        factor = max(1, int(self._size * 0.6180339887))
        while math.gcd(factor, self._size) != 1:
            factor += 1
        return factor, pow(factor, -1, self._size) if self._size > 1 else 0

    def values(self, first: int, n: int) -> list[str]:
        """Return the new texts ``first`` to ``first + n - 1``."""
        size, free = self._size, self._size - len(self.taken)
        numbers = np.arange(first, min(first + n, max(free, first)), dtype=np.int64)
        # Place in the order of all values: one further for each taken one that comes before.
        numbers = numbers + np.searchsorted(self.taken - np.arange(len(self.taken)), numbers, side="right")
        texts = [self._text(int(number), k) for k, number in enumerate(numbers.tolist(), first)]
        width = self.longest - len(self.alphabets) + 1
        for k in range(max(first, free), first + n):
            # Longer than any real text, so that it can be equal to none.
            again, number = divmod(k - free, size)
            texts.append(f"{self._text(number, k)}{again:0{width}d}")
        longest = max(map(len, texts), default=0) + len(self.end)
        if self.room is not None and longest > self.room:
            raise InputError(
                "identifiers",
                f"a column of text of at most {self.room} characters has no room for {n} new identifiers",
                "give it a wider type, drop it, or set identifiers='missing' or 'keep'",
            )
        return [text + self.end for text in texts]

    def _text(self, number: int, k: int) -> str:
        counted = self._counted
        number, tail = self._order(number), []
        for alphabet in reversed(counted):
            number, at = divmod(number, len(alphabet))
            tail.append(alphabet[at])
        drawn = self.alphabets[: len(self.alphabets) - len(counted)]
        bits = int.from_bytes(hashlib.blake2b(str(k).encode()).digest()) if drawn else 0
        head = []
        for alphabet in drawn:
            bits, at = divmod(bits, len(alphabet))
            head.append(alphabet[at])
        return "".join([*head, *reversed(tail)])

    def extended(self, texts: Sequence[str], given: int) -> Self:
        """Return one that also avoids more texts, and those given so far."""
        new = [*texts, *self.values(0, given)]
        return self._without([text.removesuffix(self.end) for text in new if text.endswith(self.end)])

    def to_state(self) -> dict[str, Any]:
        """Describe the pattern in JSON values and an array."""
        return {
            "alphabets": list(self.alphabets),
            "end": self.end,
            "taken": self.taken,
            "longest": self.longest,
            "room": self.room,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Undo :meth:`to_state`."""
        return cls(**{**state, "alphabets": tuple(state["alphabets"])})


def _key(body: str) -> tuple[int, str]:
    """Length, and the characters that are neither letters nor digits, at their positions."""
    return len(body), "".join("\0" if character.isalnum() else character for character in body)


def _alphabets(members: Sequence[str], n: int) -> tuple[str, ...]:
    """Choose the characters of each position: those seen there where they are enough, else all of their kind."""
    seen = [sorted(set(column)) for column in zip(*members, strict=True)]
    many = len(members) >= _SHARED
    if many and math.prod(map(len, seen)) - len(members) >= _ROOMY * n:
        return tuple(map("".join, seen))
    # A word that all share stays; so do digits, unless a serial number has just used up what is left without them.
    shared = [many and len(column) == 1 for column in seen]
    words = [keep and not column[0].isdigit() for keep, column in zip(shared, seen, strict=True)]
    narrow, wide = (_of_kind(seen, keep) for keep in (shared, words))
    return narrow if math.prod(map(len, narrow)) - len(members) >= n else wide


def _of_kind(seen: Sequence[Sequence[str]], keep: Sequence[bool]) -> tuple[str, ...]:
    """Take all characters of the kinds seen at each position, but for those to keep, and for signs."""
    fixed = [known or not column[0].isalnum() for known, column in zip(keep, seen, strict=True)]
    characters = {c for column, known in zip(seen, fixed, strict=True) for c in column if not known}
    letters = {c for c in characters if c.isalpha()}
    # Letters up to f beside digits are the digits of hexadecimal numbers.
    is_hexadecimal = bool(letters) and letters <= set("abcdefABCDEF") and bool(characters & set(_DIGITS))
    other = "".join(sorted(c for c in letters if not c.isascii()))
    return tuple(
        column[0] if known else "".join(_kind(column, other, is_hexadecimal))
        for column, known in zip(seen, fixed, strict=True)
    )


def _kind(column: Sequence[str], other: str, is_hexadecimal: bool) -> list[str]:
    lower = _LOWER[:6] if is_hexadecimal else _LOWER
    kinds = []
    if any(c.isdigit() for c in column):
        kinds.append(_DIGITS)
    if any(c.isascii() and c.islower() for c in column):
        kinds.append(lower)
    if any(c.isascii() and c.isupper() for c in column):
        kinds.append(lower.upper())
    if any(c.isalpha() and not c.isascii() for c in column):
        kinds.append(other)
    return kinds or ["".join(column)]
