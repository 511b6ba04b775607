"""What the user reads when something goes wrong, and the exit code that goes with it."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from types import FrameType
from typing import Any, TextIO

from cyclopts import CycloptsError

from oversmith.cli.usage import usage_message
from oversmith.exceptions import InputError, OversmithError

FAILURE = 1
USAGE = 2
INTERRUPTED = 130
TERMINATED = 143

_FULL = {errno.ENOSPC, errno.EDQUOT}


class WriteError(OversmithError):
    """An output could not be written; the message names the path and the cure."""


def one_line(text: object) -> str:
    r"""Squeeze a message into one line.

    Examples
    --------
    >>> from oversmith.cli.errors import one_line
    >>> one_line("a message\n  of two lines")
    'a message of two lines'
    """
    return " ".join(str(text).split())


def explain(error: BaseException) -> tuple[str, int]:
    """Turn an error into one line and an exit code.

    Parameters
    ----------
    error : BaseException
        What a command raised.

    Returns
    -------
    tuple of (str, int)
        The message, empty when there is nothing to say, and the exit code.

    Examples
    --------
    >>> from oversmith.cli.errors import explain
    >>> from oversmith.exceptions import InputError
    >>> explain(InputError("--seed: -1 is negative; give 0 or more"))
    ('--seed: -1 is negative; give 0 or more', 2)
    >>> explain(KeyboardInterrupt())
    ('interrupted; nothing was written', 130)
    """
    if isinstance(error, CycloptsError):
        return one_line(usage_message(error)), USAGE
    if isinstance(error, InputError):
        return one_line(error), USAGE
    if isinstance(error, OversmithError):
        return one_line(error), FAILURE
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; nothing was written", INTERRUPTED
    if isinstance(error, Terminated):
        return "terminated; nothing was written", TERMINATED
    if isinstance(error, BrokenPipeError):
        return "", FAILURE
    if isinstance(error, MemoryError):
        return (
            f"out of memory ({one_line(error) or 'allocation failed'}); use fewer rows or --jobs 1",
            FAILURE,
        )
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{reason(error)}; check the disk and the permissions", FAILURE
    found = f"{type(error).__name__}: {one_line(error)}"
    return f"unexpected error, {found}; run it again with --debug for the traceback", FAILURE


def reason(error: OSError) -> str:
    """Say in words why the system refused.

    Examples
    --------
    >>> import errno
    >>> from oversmith.cli.errors import reason
    >>> reason(OSError(errno.ENOSPC, "No space left on device"))
    'the disk is full (No space left on device)'
    """
    text = one_line(error.strerror or error)
    if error.errno in _FULL:
        return f"the disk is full ({text})"
    if error.errno == errno.EFBIG:
        return f"the limit on the size of a file is reached ({text})"
    return text[:1].lower() + text[1:]


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
            print(f"oversmith: stdout: {reason(error)}; send the output elsewhere", file=sys.stderr)
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
    collector, whose errors Python prints and forgets; the signal is then sent again.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def terminate(number: int, frame: FrameType | None) -> None:
        raise Terminated

    def again(lost: sys.UnraisableHookArgs) -> None:
        number = {KeyboardInterrupt: signal.SIGINT, Terminated: signal.SIGTERM}.get(lost.exc_type)
        if number is None:
            hook(lost)
        else:
            threading.Timer(0.05, os.kill, (os.getpid(), number)).start()

    handler, hook = signal.signal(signal.SIGTERM, terminate), sys.unraisablehook
    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        signal.signal(signal.SIGTERM, handler)


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
