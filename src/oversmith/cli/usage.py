"""Messages for a wrong command line: which option, what was found, what to give instead."""

from __future__ import annotations

from typing import get_args

from cyclopts import CoercionError, CycloptsError, MissingArgumentError, UnknownOptionError, UnusedCliTokensError

from oversmith.cli.options import RENAMED

_KINDS = {int: "a whole number", float: "a number", bool: "true or false"}


def usage_message(error: CycloptsError) -> str:
    """Say what is wrong with a command line.

    Parameters
    ----------
    error : CycloptsError
        What the parser raised.

    Returns
    -------
    str
        The message, possibly of several lines.

    Examples
    --------
    >>> from cyclopts import UnusedCliTokensError
    >>> from oversmith.cli.usage import usage_message
    >>> usage_message(UnusedCliTokensError(unused_tokens=["b.csv"], command_chain=["compare"]))
    "'b.csv': nothing is expected here; 'oversmith compare --help' tells what is"
    """
    help_line = " ".join(["oversmith", *(error.command_chain or ()), "--help"])
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        name = _name(error)
        if error.keyword is not None or error.argument.tokens:
            return f"{name}: no value follows it; '{help_line}' tells what it takes"
        return f"{name}: it is missing; '{help_line}' tells what it takes"
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        return f"{error.unused_tokens[0]!r}: nothing is expected here; '{help_line}' tells what is"
    if isinstance(error, CoercionError) and error.token is not None and error.msg is None:
        kinds = [_KINDS[kind] for kind in (error.target_type, *get_args(error.target_type)) if kind in _KINDS]
        if kinds:
            source = "" if error.token.source in ("cli", "env") else f" in {error.token.source}"
            return f"{_name(error)}: {error.token.value!r} found{source}; give {kinds[0]}"
    text = str(error)
    if isinstance(error, UnknownOptionError):
        for (*command, old), new in RENAMED.items():
            if command == list(error.command_chain or ()) and error.token.keyword == f"--{old}":
                return f"--{old}: it is called --{new} now; write that"
    if isinstance(error, UnknownOptionError) and "Did you mean" not in text:
        return f"{text.rstrip()} '{help_line}' lists the options"
    return text


def _name(error: CycloptsError) -> str:
    """Name the option as it was written, or by its own name; a positional one in capitals."""
    argument = error.argument
    token = getattr(error, "token", None)
    written = getattr(error, "keyword", None) or getattr(token, "keyword", None)
    if written is not None:
        return str(written)
    if argument is None:
        return "option"
    if argument.index is not None:
        return str(argument.name).lstrip("-").upper()
    return str(argument.name)
