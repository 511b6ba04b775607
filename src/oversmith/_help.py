"""Help that is complete: entries of the docstring that a class does not repeat are taken from its parents."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence

_SECTION = re.compile(r"^(?P<title>\w[\w ]*)\n-{3,}$", re.MULTILINE)
_ENTRY = re.compile(r"^(?=\S)", re.MULTILINE)


def complete(cls: type, names: Sequence[str]) -> None:
    """Complete the docstring of a class from its parents: its ``Parameters`` and its ``Attributes``.

    Parameters
    ----------
    cls : type
        The class.
    names : sequence of str
        Parameters of its constructor.

    Examples
    --------
    >>> class Parent:
    ...     '''A parent.
    ...
    ...     Parameters
    ...     ----------
    ...     a : int, default=1
    ...         From the parent.
    ...     '''
    >>> class Child(Parent):
    ...     '''A child.
    ...
    ...     Parameters
    ...     ----------
    ...     b : int, default=2
    ...         Its own.
    ...     '''
    >>> Parent.__module__ = "oversmith.example"
    >>> complete(Child, ["a", "b"])
    >>> "From the parent." in Child.__doc__
    True
    """
    if cls.__dict__.get("__doc__"):
        doc = inspect.cleandoc(cls.__doc__ or "")
        doc = _with_entries(doc, "Parameters", _inherited(cls, "Parameters"), names)
        cls.__doc__ = _with_entries(doc, "Attributes", _inherited(cls, "Attributes"), None)


def entries(doc: str | None, title: str) -> dict[str, str]:
    r"""Split a numpydoc section into its entries.

    Parameters
    ----------
    doc : str or None
        A docstring.
    title : str
        The section, for example ``"Parameters"``.

    Returns
    -------
    dict of str to str
        Name (or names, as written) → the whole entry.

    Examples
    --------
    >>> list(entries("Say.\n\nParameters\n----------\na : int\n    One.\nb : int\n    Two.", "Parameters"))
    ['a', 'b']
    """
    text = inspect.cleandoc(doc or "")
    start, stop = _bounds(text, title)
    parts = [part.rstrip() for part in _ENTRY.split(text[start:stop]) if part.strip()]
    return {part.split(" : ")[0].splitlines()[0]: part for part in parts}


def _inherited(cls: type, title: str) -> dict[str, str]:
    known: dict[str, str] = {}
    for parent in cls.__mro__[1:-1]:
        if parent.__module__.startswith("oversmith."):
            more = entries(parent.__dict__.get("__doc__"), title)
            known |= {name: entry for name, entry in more.items() if name not in known}
    return known


def _with_entries(doc: str, title: str, known: dict[str, str], wanted: Sequence[str] | None) -> str:
    have = entries(doc, title)
    names = [name for written in have for name in written.split(", ")]
    missing = [
        entry
        for written, entry in known.items()
        if not set(written.split(", ")) & set(names) and (wanted is None or written in wanted)
    ]
    if not missing:
        return doc
    _, stop = _bounds(doc, title)
    if not have:
        first = _SECTION.search(doc)
        position = _bounds(doc, "Parameters")[1] or (first.start() if first else len(doc))
        block = f"{title}\n{'-' * len(title)}\n" + "\n".join(missing)
        return f"{doc[:position].rstrip()}\n\n{block}\n\n{doc[position:].lstrip()}".rstrip()
    return f"{doc[:stop].rstrip()}\n" + "\n".join(missing) + f"\n\n{doc[stop:].lstrip()}".rstrip()


def _bounds(doc: str, title: str) -> tuple[int, int]:
    """Where a section's text starts and stops; both zero without it."""
    headings = list(_SECTION.finditer(doc))
    for number, heading in enumerate(headings):
        if heading["title"] == title:
            following = headings[number + 1].start() if number + 1 < len(headings) else len(doc)
            return heading.end() + 1, following
    return 0, 0
