"""Constructors that say only what a method adds: signatures and documentation are completed from the parents.

A sampler's constructor names its own parameters and passes the rest on as ``**common``. Here the rest is put back into
the signature, which scikit-learn, ``help`` and notebooks read, and into the docstring's ``Parameters`` and
``Attributes``.
"""

from __future__ import annotations

import inspect
import re

from oversmith.exceptions import nearest_hint

_SECTION = re.compile(r"^(?P<title>\w[\w ]*)\n-{3,}$", re.MULTILINE)
_ENTRY = re.compile(r"^(?=\S)", re.MULTILINE)


def complete(cls: type) -> None:
    """Complete the signature and the docstring of a class from its parents.

    Parameters
    ----------
    cls : type
        The class; its ``__init__`` may end in ``**common``.

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
    ...     def __init__(self, *, a=1): ...
    >>> class Child(Parent):
    ...     '''A child.
    ...
    ...     Parameters
    ...     ----------
    ...     b : int, default=2
    ...         Its own.
    ...     '''
    ...     def __init__(self, *, b=2, **common): ...
    >>> complete(Child)
    >>> inspect.signature(Child)
    <Signature (*, b=2, a=1)>
    >>> "From the parent." in Child.__doc__
    True
    """
    init = cls.__dict__.get("__init__")
    if init is not None:
        parent = next(base for base in cls.__mro__[1:] if "__init__" in base.__dict__)
        merged = _merged(inspect.signature(init), inspect.signature(parent.__init__))  # type: ignore[misc]
        # What a class settles for good, and passes on as ``**self._fixed``, is no parameter of it.
        fixed = getattr(cls, "_fixed", {})
        kept = [p for name, p in merged.parameters.items() if name not in fixed]
        init.__signature__ = merged.replace(parameters=kept)
        if fixed:
            allowed: dict = cls._parameter_constraints  # type: ignore[attr-defined]
            cls._parameter_constraints = {n: a for n, a in allowed.items() if n not in fixed}  # type: ignore[attr-defined]
    if cls.__dict__.get("__doc__"):
        wanted = [name for name in inspect.signature(cls.__init__).parameters if name != "self"]  # type: ignore[misc]
        doc = _with_entries(inspect.cleandoc(cls.__doc__ or ""), "Parameters", _inherited(cls, "Parameters"), wanted)
        cls.__doc__ = _with_entries(doc, "Attributes", _inherited(cls, "Attributes"), None)


def unknown_parameter(cls: type, name: str) -> str:
    """Say that a class has no such parameter, and which one is near.

    Examples
    --------
    >>> class Method:
    ...     def __init__(self, *, max_steps=1): ...
    >>> unknown_parameter(Method, "max_step")
    "Method has no parameter 'max_step'; did you mean 'max_steps'?"
    """
    known = [parameter for parameter in inspect.signature(cls.__init__).parameters if parameter != "self"]  # type: ignore[misc]
    return f"{cls.__name__} has no parameter {name!r}; {nearest_hint(name, known)}"


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


def _merged(own: inspect.Signature, parent: inspect.Signature) -> inspect.Signature:
    variable = inspect.Parameter.VAR_KEYWORD
    if not any(parameter.kind is variable for parameter in own.parameters.values()):
        return own
    kept = [parameter for parameter in own.parameters.values() if parameter.kind is not variable]
    names = {parameter.name for parameter in kept}
    return own.replace(parameters=[*kept, *(p for p in parent.parameters.values() if p.name not in names)])


def _inherited(cls: type, title: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for parent in cls.__mro__[1:-1]:
        if parent.__module__.startswith("oversmith."):
            found |= {
                name: e for name, e in entries(parent.__dict__.get("__doc__"), title).items() if name not in found
            }
    return found


def _with_entries(doc: str, title: str, known: dict[str, str], wanted: list[str] | None) -> str:
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
        place = _bounds(doc, "Parameters")[1] or (first.start() if first else len(doc))
        block = f"{title}\n{'-' * len(title)}\n" + "\n".join(missing)
        return f"{doc[:place].rstrip()}\n\n{block}\n\n{doc[place:].lstrip()}".rstrip()
    return f"{doc[:stop].rstrip()}\n" + "\n".join(missing) + f"\n\n{doc[stop:].lstrip()}".rstrip()


def _bounds(doc: str, title: str) -> tuple[int, int]:
    """Where a section's text starts and stops; both zero without it."""
    headings = list(_SECTION.finditer(doc))
    for number, heading in enumerate(headings):
        if heading["title"] == title:
            following = headings[number + 1].start() if number + 1 < len(headings) else len(doc)
            return heading.end() + 1, following
    return 0, 0
