"""Errors of Oversmith: each message names the argument, what was found and the cure."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Sequence
from typing import Any

# Names listed in a message at most.
_LISTED = 20


class OversmithError(Exception):
    """Base of every error Oversmith raises on purpose."""


class ArgumentError(OversmithError):
    """An error about one argument: the message names it, what was found and the cure.

    Parameters
    ----------
    argument : str
        Name of the argument, as Python callers write it; the command line adds dashes.
    finding : str
        What is wrong with it.
    cure : str
        What to do.

    Examples
    --------
    >>> from oversmith.exceptions import InputError
    >>> error = InputError("fill", "2 found", "give a share above 0 and up to 1")
    >>> str(error), error.argument
    ('fill: 2 found; give a share above 0 and up to 1', 'fill')
    """

    def __init__(self, argument: str, finding: str, cure: str) -> None:
        self.argument = argument
        self.finding = finding
        self.cure = cure
        super().__init__(argument, finding, cure)

    def __str__(self) -> str:
        return f"{self.argument}: {self.finding}; {self.cure}"


class InputError(ArgumentError, ValueError):
    """Bad input, by argument, finding and cure.

    Examples
    --------
    >>> from oversmith.exceptions import InputError
    >>> issubclass(InputError, ValueError)
    True
    """


class InputTypeError(InputError, TypeError):
    """Bad input of a type that cannot be used: a TypeError too."""


class WriteError(ArgumentError):
    """An output cannot be written, by argument, finding and cure."""


class TooFewRowsError(InputError):
    """A class has fewer rows than the method needs."""


class CopiesWarning(UserWarning):
    """A method returned more than a twentieth of its rows as exact copies of real rows."""


class ColumnWarning(UserWarning):
    """A column of a table is no feature, such as an identifier; says what generated rows get there."""


class DivergedError(OversmithError, RuntimeError):
    """A training produced a non-finite or exploding loss.

    Parameters
    ----------
    message : str
        What diverged, where, and the cure.
    step : int
        Last generator step of the chunk in which it happened.
    history : sequence of dict
        The history rows recorded so far, the diverged one last.
    """

    def __init__(self, message: str, *, step: int, history: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.step = step
        self.history = list(history)

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the keyword-only attributes when a worker process hands the error back."""
        return _rebuild_diverged, (str(self), self.step, self.history)


def _rebuild_diverged(message: str, step: int, history: list[dict[str, Any]]) -> DivergedError:
    return DivergedError(message, step=step, history=history)


class MissingExtraError(OversmithError, ImportError):
    """An optional dependency is missing; the message names the extra that brings it."""


def nearest_hint(name: object, known: Iterable[str]) -> str:
    """Suggest the known name that is most like one that is not known, or list the known ones: a cure for a message.

    Parameters
    ----------
    name : object
        What was given.
    known : iterable of str
        What there is.

    Returns
    -------
    str
        The suggestion.

    Examples
    --------
    >>> from oversmith.exceptions import nearest_hint
    >>> nearest_hint("Max_step", ["fill", "max_steps"]), nearest_hint("colour", ["max_steps", "fill"])
    ("did you mean 'max_steps'?", 'choose from max_steps, fill')
    """
    import difflib

    names = list(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    near = difflib.get_close_matches(str(name).casefold(), folded, n=1, cutoff=0.5)
    if near:
        return f"did you mean {folded[near[0]]!r}?"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"choose from {', '.join(names[:_LISTED])}{more}"


def system_reason(error: OSError) -> str:
    """Say in words why the system refused.

    Examples
    --------
    >>> import errno
    >>> from oversmith.exceptions import system_reason
    >>> system_reason(OSError(errno.ENOSPC, "No space left on device"))
    'the disk is full (No space left on device)'
    """
    text = " ".join(str(error.strerror or error).split())
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full ({text})"
    if error.errno == errno.EFBIG:
        return f"the limit on the size of a file is reached ({text})"
    return text[:1].lower() + text[1:]


# What libraries say when the system gives them no memory: JAX, C++, the loader of shared libraries, threads.
_NO_MEMORY = (
    "resource_exhausted",
    "out of memory",
    "bad_alloc",
    "cannot allocate memory",
    "failed to map segment",
    "can't start new thread",
)


def is_memory_error(error: BaseException) -> bool:
    """Say whether memory was wanting, whichever library says so.

    Parameters
    ----------
    error : BaseException
        The error; what it was raised from is looked at too.

    Returns
    -------
    bool
        True for `MemoryError`, and for errors of the system, of imports and of JAX that say the same.

    Examples
    --------
    >>> from oversmith.exceptions import is_memory_error
    >>> is_memory_error(ImportError("libjax_common.so: failed to map segment from shared object"))
    True
    """
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        said = isinstance(current, ImportError | OSError | RuntimeError) and str(current).lower()
        if isinstance(current, MemoryError) or (said and any(words in said for words in _NO_MEMORY)):
            return True
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return False


def describe_error(error: BaseException) -> str:
    """Class and first line of an error.

    Parameters
    ----------
    error : BaseException
        The error.

    Returns
    -------
    str
        For records and messages.

    Examples
    --------
    >>> from oversmith.exceptions import describe_error
    >>> describe_error(ValueError("too small"))
    'ValueError: too small'
    """
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
