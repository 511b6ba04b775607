"""What the caller says a column is: ``COLUMN=TYPE``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oversmith.exceptions import InputError, nearest_hint

TYPES = ("numeric", "category", "date", "text", "drop")
DETAILS = {"numeric": ("decimal-comma", "decimal-point"), "date": ("day-first", "month-first")}
"""What may follow a type after a colon, where cells can be read in two ways."""

Types = str | Sequence[str] | Mapping[str, str]


def parse_types(types: Types) -> dict[str, str]:
    """Read what the caller says of columns.

    Parameters
    ----------
    types : str, sequence of str or mapping of str to str
        ``"size=numeric"``, several of these, or ``{"size": "numeric"}``.

    Returns
    -------
    dict of str to str
        Column to type.

    Raises
    ------
    InputError
        For another form, a word that is no type, and a column that is named twice with two types.

    Examples
    --------
    >>> from oversmith.io.types import parse_types
    >>> parse_types(["size=numeric", "day=date:day-first"])
    {'size': 'numeric', 'day': 'date:day-first'}
    """
    given: Any = types
    pairs: list[tuple[Any, Any]] = []
    if isinstance(given, Mapping):
        pairs = list(given.items())
    elif isinstance(given, str | Sequence):
        for entry in [given] if isinstance(given, str) else given:
            # A name may hold the sign, a type does not.
            name, sign, word = entry.rpartition("=") if isinstance(entry, str) else ("", "", "")
            if not name or not sign:
                raise InputError("types", f"{entry!r} found", f"write COLUMN=TYPE; the types are {', '.join(TYPES)}")
            pairs.append((name, word))
    else:
        raise InputError("types", f"{given!r} found", "give {'column': 'type'}")
    read: dict[str, str] = {}
    for name, word in pairs:
        kind = _checked(name, word)
        if read.get(name, kind) != kind:
            raise InputError("types", f"{name!r} is declared {read[name]} and {kind}", "give each column one type")
        read[name] = kind
    return read


def _checked(name: Any, word: Any) -> str:
    """Refuse what is no type."""
    if not isinstance(name, str) or not isinstance(word, str):
        raise InputError("types", f"{name!r}: {word!r} found", f"name a column and one of {', '.join(TYPES)}")
    kind, colon, detail = word.strip().casefold().partition(":")
    if kind not in TYPES:
        raise InputError("types", f"{word!r} for column {name!r} is no type", nearest_hint(word, TYPES))
    known = DETAILS.get(kind, ())
    if colon and detail not in known:
        cure = nearest_hint(detail, known) if known else f"write {name}={kind}"
        raise InputError("types", f"{word!r} for column {name!r} found", cure)
    return f"{kind}{colon}{detail}"
