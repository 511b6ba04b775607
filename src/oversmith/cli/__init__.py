"""The command line: parse, call the library, print.

Nothing heavy is imported here: each command is loaded when it is called, and each imports the library
inside its function, so that ``oversmith --help`` costs a fraction of a second. Data go to stdout,
progress and messages to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from oversmith._printable import printable
from oversmith.cli.application import BELOW, app, option_names
from oversmith.cli.errors import (
    FAILURE,
    Terminated,
    explain,
    finish_stdout,
    short_warnings,
    unwinding_signals,
)
from oversmith.cli.invocation import command_again, invoked, stopped

__all__ = ["BELOW", "app", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the program's name; by default those of the process.

    Returns
    -------
    int
        Exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted, 143 terminated.

    Examples
    --------
    >>> from oversmith.cli import main
    >>> main(["--version"])
    0.1.0
    0
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with invoked(words):
        try:
            with short_warnings(), unwinding_signals():
                result = app.meta(words, exit_on_error=False, print_error=False, result_action="return_value")
            code = result if isinstance(result, int) else 0
        except (KeyboardInterrupt, Terminated) as error:
            code = stopped(error, "nothing was written", command_again())
        except Exception as error:
            if "--debug" in words:
                import traceback

                print(printable(traceback.format_exc()), end="", file=sys.stderr)
            message, code = explain(error, option_names(words))
            if message:
                print(f"oversmith: {message}", file=sys.stderr)
    return FAILURE if not finish_stdout() and code == 0 else code
