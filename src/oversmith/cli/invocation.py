"""The command line that runs now, in words that can be typed again."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextvars import ContextVar

from oversmith.cli.errors import INTERRUPTED, TERMINATED, Terminated
from oversmith.cli.settings import variable_prefix

_words: ContextVar[tuple[str, ...]] = ContextVar("words", default=())


@contextlib.contextmanager
def invoked(words: Sequence[str]) -> Iterator[None]:
    """Remember the words of the command line while the block runs."""
    token = _words.set(tuple(words))
    try:
        yield
    finally:
        _words.reset(token)


def invoked_words() -> tuple[str, ...]:
    """Return the words of the command line that runs now."""
    return _words.get()


def command_again(*more: str) -> str:
    """Write the command that does the same again, variables of the environment that it reads included.

    Parameters
    ----------
    *more : str
        Words to add.

    Returns
    -------
    str
        For a shell.

    Examples
    --------
    >>> from oversmith.cli.invocation import command_again, invoked
    >>> with invoked(["compare", "my data.csv"]):
    ...     command_again("--store", "kept")
    "oversmith compare 'my data.csv' --store kept"
    """
    words = _words.get()
    plain = [word for word in words if not word.startswith("-")]
    prefixes = tuple(variable_prefix(tuple(plain[:depth])) for depth in (1, 2) if plain[:depth])
    read = [f"{name}={shlex.quote(os.environ[name])}" for name in sorted(os.environ) if name.startswith(prefixes)]
    return " ".join([*([] if not prefixes else read), shlex.join(["oversmith", *words, *more])])


def stopped(error: BaseException, state: str, command: str) -> int:
    """Say that a command was stopped, what is stored and how to go on.

    Parameters
    ----------
    error : KeyboardInterrupt or Terminated
        What stopped it.
    state : str
        What is stored, as a clause.
    command : str
        The command that goes on.

    Returns
    -------
    int
        The exit code.
    """
    word, code = ("terminated", TERMINATED) if isinstance(error, Terminated) else ("interrupted", INTERRUPTED)
    print(f"oversmith: {word}; {state}, go on with: {command}", file=sys.stderr)
    return code
