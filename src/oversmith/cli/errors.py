"""Errors as one line for the user, and their exit codes."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any, TextIO

from cyclopts import CycloptsError

from oversmith._printable import printable
from oversmith.cli.usage import usage_message
from oversmith.exceptions import ArgumentError, InputError, OversmithError, is_memory_error, system_reason

FAILURE = 1
USAGE = 2
INTERRUPTED = 130
TERMINATED = 143

# Arguments of the library that have another name on the command line.
_OPTION_OF = {
    "axes": "axis",
    "methods": "method",
    "classifiers": "classifier",
    "ratio": "thin",
    "random_state": "seed",
    "n_jobs": "jobs",
}
# An argument in the cure of a message: drop= or modality='image'.
_ARGUMENT = re.compile(r"\b([a-z][a-z_]*)=('[^']*'|[\w.:-]+)?")


def one_line(text: object) -> str:
    r"""Squeeze a message into one line.

    Examples
    --------
    >>> from oversmith.cli.errors import one_line
    >>> one_line("a message\n  of two lines")
    'a message of two lines'
    """
    return " ".join(printable(text).split())


def as_typed(text: str, options: Mapping[str, str]) -> str:
    """Write the arguments in a text as options of the command line.

    Parameters
    ----------
    text : str
        A cure or a note, with arguments as Python callers write them.
    options : mapping of str to str
        Argument to option, of the command that runs.

    Returns
    -------
    str
        The text for the command line.

    Examples
    --------
    >>> from oversmith.cli.errors import as_typed
    >>> as_typed("say modality='image', or leave it out with drop=", {"modality": "--modality", "drop": "--drop"})
    'say --modality image, or leave it out with --drop'
    """

    def option(match: re.Match[str]) -> str:
        name, value = match[1], match[2]
        written = options.get(_OPTION_OF.get(name, name))
        return match[0] if written is None else written + (f" {shlex.quote(value.strip(chr(39)))}" if value else "")

    return _ARGUMENT.sub(option, text)


def _option(argument: str, options: Mapping[str, str]) -> str:
    """Name an argument as the command line does; a path is what stands first without dashes."""
    if argument == "path":
        return next((name for name in options.values() if name.isupper()), argument)
    return options.get(argument) or options.get(_OPTION_OF.get(argument, argument), argument)


def explain(error: Exception, options: Mapping[str, str] | None = None) -> tuple[str, int]:
    """Turn an error into one line and an exit code.

    Parameters
    ----------
    error : Exception
        What a command raised.
    options : mapping of str to str, optional
        Argument to option, of the command that ran.

    Returns
    -------
    tuple of (str, int)
        The message, empty when there is nothing to say, and the exit code.

    Examples
    --------
    >>> from oversmith.cli.errors import explain
    >>> from oversmith.exceptions import InputError
    >>> explain(InputError("seed", "-1 is negative", "give 0 or more"), {"seed": "--seed"})
    ('--seed: -1 is negative; give 0 or more', 2)
    """
    options = options or {}
    if isinstance(error, CycloptsError):
        return one_line(usage_message(error)), USAGE
    if isinstance(error, ArgumentError):
        cure = f"; {as_typed(error.cure, options)}" if error.cure else ""
        finding = f": {error.finding}" if error.finding else ""
        message = f"{_option(error.argument, options)}{finding}{cure}"
        return one_line(message), USAGE if isinstance(error, InputError) else FAILURE
    if isinstance(error, OversmithError):
        return one_line(error), FAILURE
    if isinstance(error, BrokenPipeError):
        return "", FAILURE
    if is_memory_error(error):
        return (
            f"out of memory ({one_line(error) or 'allocation failed'}); use fewer rows or --jobs 1",
            FAILURE,
        )
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{system_reason(error)}; check the disk and the permissions", FAILURE
    described = f"{type(error).__name__}: {one_line(error)}"
    return f"unexpected error, {described}; run it again with --debug for the traceback", FAILURE


def finish_stdout() -> bool:
    """Flush stdout, and say so when it cannot take what was printed (a full disk, a closed pipe).

    Returns
    -------
    bool
        Whether everything printed has arrived.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            print(f"oversmith: stdout: {system_reason(error)}; send the output elsewhere", file=sys.stderr)
        # What is left in the buffer cannot go anywhere: without this the interpreter complains again on exit.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


class Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


@contextlib.contextmanager
def unwinding_signals() -> Iterator[None]:
    """Let a request to end (SIGTERM) unwind like an interrupt, so that temporary files are removed.

    An exception raised by a signal is lost when it strikes inside a finaliser or a callback of the garbage
    collector, whose errors Python prints and forgets; the signal is then sent again. A signal during an import is
    sent again too, until the import is over: a compiled library that is half imported takes the process down when
    Python cleans up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    raised: dict[int, type[BaseException]] = {signal.SIGTERM: Terminated}
    # Whoever ignores interrupts, as a child process does, goes on ignoring them.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        raised[signal.SIGINT] = KeyboardInterrupt

    timers: list[threading.Timer] = []

    def send_again(number: int) -> None:
        timers.append(threading.Timer(0.05, os.kill, (os.getpid(), number)))
        timers[-1].start()

    def unwind(number: int, frame: FrameType | None) -> None:
        if _importing(frame):
            send_again(number)
        else:
            raise raised[number]

    def lost_again(lost: sys.UnraisableHookArgs) -> None:
        number = {KeyboardInterrupt: signal.SIGINT, Terminated: signal.SIGTERM}.get(lost.exc_type)
        if number is None:
            hook(lost)
        else:
            send_again(number)

    handlers, hook = {number: signal.signal(number, unwind) for number in raised}, sys.unraisablehook
    sys.unraisablehook = lost_again
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
        sys.unraisablehook = hook
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _importing(frame: FrameType | None) -> bool:
    """Say whether a module is being imported."""
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


@contextlib.contextmanager
def short_warnings() -> Iterator[None]:
    """Print each distinct warning once, as one line without its source."""
    seen: set[str] = set()

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> Any:
        text = one_line(message)
        if text not in seen:
            seen.add(text)
            print(f"oversmith: warning: {text}", file=file or sys.stderr)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
